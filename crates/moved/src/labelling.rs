//! Whether outcomes became known in the same way on both sides: the ruler beside what it measures.
//!
//! Outcomes are compared at equal age, coverage is compared before and during, and a rise that
//! would vanish had only the change in coverage been of one kind is not proven.

use jiff::{SignedDuration, Timestamp};
use model::report::Labelling;
use model::{BehaviourRate, Outcome, rate};

use crate::exposure::{RISEN, Sides};
use crate::likelihood::{Counts, z_score};
use crate::mix;
use crate::table::Table;

#[cfg(test)]
mod tests;

/// Of the baseline's labels so many come within the age at which runs are compared.
const MOST_LABELS: f64 = 0.99;

/// A source all of whose labels are of one kind says nothing of the runs it does not label.
const ONE_KIND: f64 = 0.02;

/// The age at which outcomes are compared, and what it leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// A label that came later after its run's start counts on neither side.
    pub limit: SignedDuration,
    /// Runs that started from here on are younger than that.
    pub young_since: Timestamp,
}

/// The age at which both sides can be compared: that of nearly all labels of the baseline, but at
/// most that of the incident's middle run. None where no label says when it came.
pub fn age(table: &Table, sides: &Sides) -> Option<Age> {
    let latest = table.labelled.iter().flatten().max()?;
    let now = *table.at.last()?.max(latest);
    let delay = |row: usize| Some(table.labelled[row]?.duration_since(table.at[row]));
    let mut delays: Vec<SignedDuration> = sides.before.clone().filter_map(delay).collect();
    delays.sort_unstable();
    let usual = *delays.get((delays.len() as f64 * MOST_LABELS) as usize)?;
    let middle = *table.at.get(sides.during.start + sides.during.len() / 2)?;
    let limit = usual.min(now.duration_since(middle)).max(SignedDuration::ZERO);
    Some(Age { limit, young_since: now.checked_sub(limit).ok()? })
}

impl Age {
    /// The table as it was known at this age: later labels are taken back, and so are those of runs
    /// that have not reached it. An outcome that is no label's stays.
    pub fn seen(self, table: &Table) -> Table {
        let mut seen = table.clone();
        let rows = seen.outcomes.iter_mut().zip(&table.labelled).zip(&table.at);
        for ((outcome, labelled), at) in rows {
            let late = labelled.is_some_and(|came| came.duration_since(*at) > self.limit);
            if late || labelled.is_some() && *at > self.young_since {
                *outcome = Outcome::Unknown;
            }
        }
        seen
    }
}

/// How both sides were labelled; `age` is what the table was already seen at.
pub fn of(table: &Table, sides: &Sides, age: Option<Age>) -> Option<Labelling> {
    let young = |row: &usize| age.is_some_and(|age| table.at[*row] > age.young_since);
    let before = table.rate(sides.before.clone());
    let during = table.rate(sides.during.clone().filter(|row| !young(row)));
    let [runs, runs_now] = [before, during].map(|rate| rate.n + rate.unknown);
    if runs == 0 || runs_now == 0 {
        return None;
    }
    let known = [Counts { n: runs, k: before.n }, Counts { n: runs_now, k: during.n }];
    let changed = least(before, as_before(known, during));
    let surely = z_score(known[0], known[1]).abs() / table.inflation().sqrt() >= RISEN;
    let younger: u64 = sides.during.clone().filter(young).map(|row| table.weight(row)).sum();
    Some(Labelling {
        known_before: known[0].rate(),
        known_during: known[1].rate(),
        worst_pp: least(
            BehaviourRate::of(before.k + before.unknown, runs, 0),
            BehaviourRate::of(during.k, runs_now, 0),
        ),
        changed_pp: changed,
        age_limit_secs: age.map(|age| age.limit.as_secs()),
        too_young: younger,
        moved: surely && changed <= 0.0,
    })
}

/// The lower 95 % limit of a rise, in points.
fn least(before: BehaviourRate, during: BehaviourRate) -> f64 {
    rate::difference(&before, &during).map_or(-100.0, |rise| 100.0 * rise.low)
}

/// The rate during the incident at the coverage of before, at its lowest: outcomes that would not
/// have been known were all bad; those that would have been were all good.
fn as_before(known: [Counts; 2], during: BehaviourRate) -> BehaviourRate {
    let at_par = (known[0].rate() * known[1].n as f64).round() as u64;
    match at_par < during.n {
        true => BehaviourRate::of(during.k.saturating_sub(during.n - at_par), at_par, 0),
        false => BehaviourRate::of(during.k, at_par, 0),
    }
}

/// The factor of label sources whose mix carries the rise: within each source the rate is proven to
/// have stayed. Sources that only ever say one thing follow how runs ended, and prove nothing.
pub fn sources(table: &Table, sides: &Sides, delta_pp: f64) -> Option<String> {
    let mut sources = table.columns.iter().filter(|column| column.is_source());
    let moved = sources.find(|column| {
        let states = sides.census.column(column).iter();
        let by_state: Vec<Counts> =
            states.map(|ended| ended[0].counts().with(ended[1].counts())).collect();
        let one_kind = |counts: &Counts| {
            let rate = counts.rate();
            counts.n > 0 && !(ONE_KIND..=1.0 - ONE_KIND).contains(&rate)
        };
        let share = mix::divide(table, sides, column);
        !by_state.iter().any(one_kind) && share.is_some_and(|share| mix::is_kept(&share, delta_pp))
    });
    moved.map(|column| column.factor.to_string())
}
