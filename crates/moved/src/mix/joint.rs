//! The rise divided by several factors of the mix together.

use model::report::Mix;
use model::{Interval, rate::Z95};

use crate::exposure::{STILL_NEW, Sides};
use crate::likelihood::Counts;
use crate::table::{Column, Table};

/// Most states of a factor that is grouped by together with others.
const FEW_STATES: usize = 20;

/// Most groups that several factors may have together; those beyond are grouped by no more.
const MOST_TOGETHER: usize = 65_536;

/// Most groups that are told apart; the rest is one group.
const MOST_GROUPS: usize = 200;

/// One group, before and during.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    counts: [Counts; 2],
}

/// The way of grouping by which who came carries most: by all factors with few states together, or
/// by one with many.
pub(super) fn best(table: &Table, sides: &Sides, columns: &[&Column]) -> Option<Mix> {
    let large = columns.iter().copied().filter(|column| column.states.len() > FEW_STATES);
    let mut ways: Vec<Vec<&Column>> = large.map(|column| vec![column]).collect();
    let joint = together(columns);
    if !joint.is_empty() {
        ways.push(joint);
    }
    let parts = ways.iter().filter_map(|way| {
        let groups = groups(table, sides, way);
        let by = way.iter().map(|column| column.factor.to_string()).collect();
        decomposed(&groups, by)
    });
    parts.max_by(|a, b| a.mix_pp.est.total_cmp(&b.mix_pp.est))
}

/// The factors with few states, as many as can be told apart together.
fn together<'a>(columns: &[&'a Column]) -> Vec<&'a Column> {
    let mut groups = 1;
    let few = columns.iter().copied().filter(|column| column.states.len() <= FEW_STATES);
    few.take_while(|column| {
        groups *= column.states.len();
        groups <= MOST_TOGETHER
    })
    .collect()
}

fn groups(table: &Table, sides: &Sides, by: &[&Column]) -> Vec<Group> {
    let sets: usize = by.iter().map(|column| column.states.len()).product();
    let mut places: Vec<usize> = vec![usize::MAX; sets];
    let mut groups: Vec<Group> = Vec::new();
    for (side, rows) in [&sides.before, &sides.during].into_iter().enumerate() {
        for row in rows.clone() {
            let set = by
                .iter()
                .fold(0, |set, column| set * column.states.len() + column.codes[row] as usize);
            if places[set] == usize::MAX {
                places[set] = groups.len().min(MOST_GROUPS);
                groups.resize(groups.len().max(places[set] + 1), Group::default());
            }
            groups[places[set]].counts[side].add(table.counts(row));
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
        let rates = known_rates(group, shares);
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

/// The rates of a group; where one side has none, or hardly any, that of the other: it came or went
/// with the mix.
fn known_rates(group: &Group, shares: [f64; 2]) -> [f64; 2] {
    let [before, during] = group.counts;
    match during.n {
        0 => [before.rate(); 2],
        _ if shares[0] <= STILL_NEW * shares[1] => [during.rate(); 2],
        _ => [before.rate(), during.rate()],
    }
}
