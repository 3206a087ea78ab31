//! How much of a rise is who came, and how much is what became of them: Kitagawa's decomposition
//! (1955) over groups of the mix.

use std::collections::HashMap;

use model::report::{Mix, MixShift};
use model::surface::Effect;
use model::{Interval, Role, rate::Z95};

use crate::exposure::Sides;
use crate::likelihood::Counts;
use crate::table::{Column, Table};

/// Most states of a factor that is grouped by together with others.
const FEW_STATES: usize = 20;

/// Most groups of one factor that are told apart; the rest is one group.
const MOST_GROUPS: usize = 200;

/// Part of the rise that the mix must carry at least, for the mix to be the answer.
const MOST_OF_IT: f64 = 0.5;

/// One group, before and during.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    counts: [Counts; 2],
}

/// The mix before and during; none without a factor of the mix, or without known outcomes.
pub fn of(table: &Table, sides: &Sides) -> Option<Mix> {
    let is_mix = |column: &&Column| column.effect == Effect::Mix && column.role == Role::Input;
    let columns: Vec<&Column> = table.columns.iter().filter(is_mix).collect();
    let joint: Vec<&Column> =
        columns.iter().copied().filter(|column| column.states.len() <= FEW_STATES).collect();
    let large = columns.iter().copied().filter(|column| column.states.len() > FEW_STATES);
    let mut ways: Vec<Vec<&Column>> = large.map(|column| vec![column]).collect();
    if !joint.is_empty() {
        ways.push(joint);
    }
    let parts = ways.iter().filter_map(|way| {
        let groups = groups(table, sides, way);
        let by = way.iter().map(|column| column.factor.to_string()).collect();
        decomposed(&groups, by)
    });
    let best = parts.max_by(|a, b| a.mix_pp.est.total_cmp(&b.mix_pp.est))?;
    let factors = columns.iter().map(|column| shift(table, sides, column));
    Some(Mix { factors: factors.collect(), ..best })
}

/// Whether who came carries the rise: most of it for sure, and nothing for sure is left within the
/// groups.
pub fn carries(mix: &Mix, rise_pp: f64) -> bool {
    mix.mix_pp.low >= MOST_OF_IT * rise_pp && mix.within_pp.low <= 0.0
}

/// The factor of which the shares moved most, if any did.
pub fn most_shifted(mix: &Mix) -> Option<&MixShift> {
    let of = mix.factors.iter().filter(|shift| mix.by.contains(&shift.factor));
    of.max_by(|a, b| a.psi.total_cmp(&b.psi))
}

fn groups(table: &Table, sides: &Sides, by: &[&Column]) -> Vec<Group> {
    let mut places: HashMap<Vec<u32>, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (side, rows) in [&sides.before, &sides.during].into_iter().enumerate() {
        for row in rows.clone() {
            let codes: Vec<u32> = by.iter().map(|column| column.codes[row]).collect();
            let next = groups.len().min(MOST_GROUPS);
            let place = *places.entry(codes).or_insert(next);
            if place == groups.len() {
                groups.push(Group::default());
            }
            groups[place].counts[side].add(table.counts(row));
        }
    }
    groups
}

/// The parts of a rise, in percentage points.
fn decomposed(groups: &[Group], by: Vec<String>) -> Option<Mix> {
    let total = |side: usize| groups.iter().map(|group| group.counts[side].n).sum::<u64>() as f64;
    let totals = [total(0), total(1)];
    if groups.len() < 2 || totals.contains(&0.0) {
        return None;
    }
    let share = |group: &Group, side: usize| group.counts[side].n as f64 / totals[side];
    let (mut mix, mut within, mut within_variance, mut mix_variance) = (0.0, 0.0, 0.0, 0.0);
    let (mut first, mut second) = (0.0, 0.0);
    for group in groups {
        let shares = [share(group, 0), share(group, 1)];
        let (more, mean) = (shares[1] - shares[0], (shares[0] + shares[1]) / 2.0);
        let rates = known_rates(group);
        let variance: f64 = group.counts.iter().map(|counts| counts.variance()).sum();
        let rate = (rates[0] + rates[1]) / 2.0;
        mix += more * rate;
        within += mean * (rates[1] - rates[0]);
        within_variance += mean * mean * variance;
        mix_variance += more * more * variance / 4.0;
        (first, second) = (first + mean * rate, second + mean * rate * rate);
    }
    let spread = (second - first * first).max(0.0);
    mix_variance += spread * (1.0 / totals[0] + 1.0 / totals[1]);
    let points = |est: f64, variance: f64| Interval {
        est: 100.0 * est,
        low: 100.0 * (est - Z95 * variance.sqrt()),
        high: 100.0 * (est + Z95 * variance.sqrt()),
    };
    let (mix_pp, within_pp) = (points(mix, mix_variance), points(within, within_variance));
    Some(Mix { by, mix_pp, within_pp, factors: Vec::new() })
}

/// The rates of a group; where one side has none, that of the other: it came or went with the mix.
fn known_rates(group: &Group) -> [f64; 2] {
    let [before, during] = group.counts;
    match (before.n, during.n) {
        (0, _) => [during.rate(); 2],
        (_, 0) => [before.rate(); 2],
        _ => [before.rate(), during.rate()],
    }
}

/// How far the shares of a factor's states moved: the population stability index.
fn shift(table: &Table, sides: &Sides, column: &Column) -> MixShift {
    let [before, during] = [&sides.before, &sides.during].map(|rows| {
        let runs = table.census(column, rows.clone());
        let all = runs.iter().sum::<u64>() as f64 + 0.5 * runs.len() as f64;
        runs.into_iter().map(move |runs| (runs as f64 + 0.5) / all).collect::<Vec<f64>>()
    });
    let psi = before.iter().zip(&during).map(|(old, new)| (new - old) * (new / old).ln()).sum();
    MixShift { factor: column.factor.to_string(), psi }
}
