//! Worlds for tests: runs in order of time, of which the test decides everything.

use jiff::Timestamp;
use model::report::Windows;
use model::{Catalogue, Factor, Outcome, Report, Seen, Window};

use crate::{Row, Table, check, compare};

/// A run as a test states it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) levels: Vec<(&'static str, String)>,
    pub(crate) labelled: Option<i64>,
    pub(crate) cluster: Option<u32>,
}

impl Told {
    /// A run under these levels that ends badly with a chance; `draw` decides.
    pub(crate) fn ended(draw: f64, chance: f64, levels: &[(&'static str, &str)]) -> Self {
        Self {
            outcome: if draw < chance { Outcome::Bad } else { Outcome::Good },
            levels: levels.iter().map(|(name, level)| (*name, (*level).to_owned())).collect(),
            labelled: None,
            cluster: None,
        }
    }
}

pub(crate) const HOUR: i64 = 3600;

pub(crate) fn catalogue() -> Catalogue {
    toml::from_str(include_str!("../../../incident/data/surfaces.toml")).unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_300_000 + second).unwrap()
}

/// A number in 0..1 that depends on seed and place alone (SplitMix64).
pub(crate) fn draw(seed: u64, place: i64) -> f64 {
    let mut z = (seed << 40 ^ place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64
}

/// A table with a run at each of these seconds.
pub(crate) fn table(seconds: impl IntoIterator<Item = i64>, told: impl Fn(i64) -> Told) -> Table {
    let mut dictionary: Vec<Seen> = Vec::new();
    let mut rows = Vec::new();
    for second in seconds {
        let told = told(second);
        let places = told.levels.iter().map(|(factor, level)| {
            let seen = match level.as_str() {
                "?" => Seen::unrecorded(Factor::from(*factor)),
                _ => Seen::at(Factor::from(*factor), level.clone()),
            };
            let known = dictionary.iter().position(|other| *other == seen);
            known.unwrap_or_else(|| {
                dictionary.push(seen);
                dictionary.len() - 1
            }) as u32
        });
        let places: Vec<u32> = places.collect();
        rows.push((second, told, places));
    }
    let rows = rows.iter().map(|(second, told, levels)| Row {
        at: at(*second),
        outcome: told.outcome,
        levels,
        labelled: told.labelled.map(at),
        cluster: told.cluster,
    });
    Table::arrange(&dictionary, rows, &catalogue())
}

/// Windows from 0 to `cut` and from there to `end`, as somebody gave them.
pub(crate) fn windows(cut: i64, end: i64) -> Windows {
    let window = |from, to| Window::new(at(from), at(to)).unwrap();
    check(window(0, cut), window(cut, end), at(end)).unwrap()
}

pub(crate) fn report(table: &Table, windows: Windows) -> Report {
    compare(table, &catalogue(), windows, None)
}
