//! The cases: incidents of a video service whose causes people have named.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use jiff::Timestamp;
use model::Window;
use model::report::{ChosenBy, Windows};
use moved::{Sheet, Table, Tally};
use sha2::{Digest, Sha256};

const ROWS: &[u8] = include_bytes!("rows.csv.zst");
const CASES: &str = include_str!("cases.jsonl");
const MINUTE: i64 = 60;

/// A set of attributes with their levels.
pub(crate) type Levels = BTreeMap<String, String>;

/// What people said of a case.
#[derive(serde::Deserialize)]
struct Label {
    case: String,
    minute: i64,
    cause: Vec<Levels>,
}

/// One incident: rows of counts, and what people found to be its cause.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) cause: Vec<Levels>,
    pub(crate) table: Table,
    pub(crate) minute: i64,
    /// Bad ones and all in each minute.
    pub(crate) minutes: BTreeMap<i64, (u64, u64)>,
    labelled: BTreeSet<i64>,
}

impl Case {
    /// Which of two halves of the cases it belongs to: the parity of its name's hash.
    pub(crate) fn fold(&self) -> usize {
        usize::from(Sha256::digest(&self.name)[0] % 2)
    }

    /// A minute, and the four before it.
    pub(crate) fn windows(&self, minute: i64) -> Windows {
        let window = |minutes: RangeInclusive<i64>| Window {
            start: at(minute + minutes.start() * MINUTE),
            end: at(minute + (minutes.end() + 1) * MINUTE),
        };
        let (baseline, incident) = (window(-4..=-1), window(0..=0));
        Windows { baseline, incident, chosen_by: ChosenBy::Caller }
    }

    /// Minutes at which nobody named a cause and no alarm would ring: at most a quarter worse than
    /// the middle of the four before. Minutes cut short by the file's end are left out.
    pub(crate) fn normal(&self) -> Vec<i64> {
        let rate = |minute: &i64| {
            let (bad, total) = self.minutes.get(minute)?;
            (*total > 0).then(|| *bad as f64 / *total as f64)
        };
        let middle = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0
        };
        let usual = middle(self.minutes.values().map(|(_, total)| *total as f64).collect());
        let is_normal = |minute: &&i64| {
            let before: Option<Vec<f64>> =
                (1..=4).map(|back| rate(&(**minute - back * MINUTE))).collect();
            let whole = self.minutes[minute].1 as f64 > 0.2 * usual;
            let calm = before.zip(rate(minute)).is_some_and(|(b, now)| now <= 1.25 * middle(b));
            whole && calm && !self.labelled.contains(minute)
        };
        self.minutes.keys().filter(is_normal).copied().collect()
    }
}

/// Every case, in the order of the file.
pub(crate) fn all() -> Vec<Case> {
    let labels: Vec<Label> =
        CASES.lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    let labelled: BTreeSet<i64> = labels.iter().map(|label| label.minute).collect();
    let rows = zstd::decode_all(ROWS).expect("rows of the cases");
    let rows = String::from_utf8(rows).expect("rows in UTF-8");
    let mut lines = rows.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').skip(4).collect();
    let mut by_case: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        let (case, row) = line.split_once(',').expect("a case and its row");
        by_case.entry(case).or_default().push(row);
    }
    labels.into_iter().map(|label| case(label, &by_case, &names, &labelled)).collect()
}

fn case(
    label: Label,
    by_case: &BTreeMap<&str, Vec<&str>>,
    names: &[&str],
    labelled: &BTreeSet<i64>,
) -> Case {
    let mut sheet = Sheet::new(names.iter().copied());
    let mut minutes: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for row in &by_case[label.case.as_str()] {
        let mut fields = row.split(',');
        let mut number = || fields.next().and_then(|field| field.parse::<u32>().ok());
        let [minute, bad, total] = std::array::from_fn(|_| number().expect("a number"));
        let sums = minutes.entry(i64::from(minute)).or_default();
        *sums = (sums.0 + u64::from(bad), sums.1 + u64::from(total));
        sheet.push(at(i64::from(minute)), Tally { good: total - bad, bad, unknown: 0 }, fields);
    }
    Case {
        name: label.case,
        cause: label.cause,
        table: sheet.into_table(),
        minute: label.minute,
        minutes,
        labelled: labelled.clone(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}
