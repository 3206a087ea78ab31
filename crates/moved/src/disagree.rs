//! Two sources of outcomes that tell of different changes: one of the rulers moved, or only one.
//!
//! A judge can go lenient or strict while its configuration stays. Nothing but another source shows
//! it. A fault raises the rate by every source, even where users tell of few bad runs: by as many
//! points as by the first, or by as large a part of itself. If by one source the rate surely rose,
//! and by another it is proven to have risen by far less than either, the sources disagree.

use model::surface::Effect;
use model::{BehaviourRate, Interval, rate};

use crate::census::Ended;
use crate::dependence;
use crate::exposure::{RISEN, Sides};
use crate::likelihood::{Counts, LEAST_BAD, LEAST_KNOWN};
use crate::table::{Column, State, Table};

#[cfg(test)]
mod tests;

/// The other source's rise lies, at its upper limit, below this part of what is to be expected.
const FAR_LESS: f64 = 0.5;

/// Only runs of groups are compared of which each of both sources tells of such a part: what only
/// one source sees may be where the fault is.
const SEEN_BY_BOTH: f64 = 0.1;

/// A source that says more often than this that runs are bad follows how they ended, as complaints
/// do: its rate tells nothing of others.
const MOSTLY_BAD: f64 = 0.5;

/// Most sources that are held against one another.
const MOST_SOURCES: usize = 8;

/// What a source tells of, before and during.
struct Told<'a> {
    name: &'a str,
    sides: [Counts; 2],
    rise: Interval,
}

/// In which words the two sources disagree that do so most surely, if any do.
pub fn of(table: &Table, sides: &Sides, design_effect: f64) -> Option<String> {
    let column = table.columns.iter().find(|column| column.is_source())?;
    let codes = sources(column);
    let mut most: Option<(f64, String)> = None;
    for risen in &codes {
        for stayed in codes.iter().filter(|code| *code != risen) {
            let Some([a, b]) = told(table, sides, column, [*risen, *stayed], design_effect) else {
                continue;
            };
            let z = z_apart(&a, &b, design_effect);
            let more = most.as_ref().is_none_or(|(most, _)| z > *most);
            if z >= RISEN && more && a.rise.low > 0.0 && b.rise.high <= FAR_LESS * expected(&a, &b)
            {
                most = Some((z, words(column, &a, &b)));
            }
        }
    }
    most.map(|(_, words)| words)
}

/// Whether the rate surely rose by each of the sources, or there is only one: then a judge that
/// stayed as it is has not made the rise.
pub fn all_rose(table: &Table, sides: &Sides) -> bool {
    let Some(column) = table.columns.iter().find(|column| column.is_source()) else { return true };
    let speaks = |ended: &[Ended; 2]| {
        let [before, during] = ended.map(Ended::counts);
        before.n.min(during.n) >= LEAST_KNOWN && before.with(during).rate() <= MOSTLY_BAD
    };
    let census = sides.census.column(column);
    let sources: Vec<usize> =
        sources(column).into_iter().filter(|code| speaks(&census[*code])).collect();
    let design_effect = dependence::of(table, sides, None).design_effect;
    let rose = |other: usize| {
        let both = told(table, sides, column, [sources[0], other], design_effect);
        both.is_some_and(|both| both.iter().all(|told| told.rise.low > 0.0))
    };
    sources.iter().skip(1).all(|other| rose(*other))
}

/// The commonest sources, as states of their column.
pub fn sources(column: &Column) -> Vec<usize> {
    let mut runs = vec![0u64; column.states.len()];
    column.codes.iter().for_each(|code| runs[*code as usize] += 1);
    let alone =
        |code: &usize| matches!(&column.states[*code], State::Levels(one) if one.len() == 1);
    let mut sources: Vec<usize> = (0..column.states.len()).filter(alone).collect();
    sources.sort_by_key(|code| std::cmp::Reverse(runs[*code]));
    sources.truncate(MOST_SOURCES);
    sources
}

/// What a pair of sources tells of the runs of groups that both see; none where that is too little.
fn told<'a>(
    table: &Table,
    sides: &Sides,
    column: &'a Column,
    pair: [usize; 2],
    design_effect: f64,
) -> Option<[Told<'a>; 2]> {
    let source = |run: usize| pair.iter().position(|code| *code == column.codes[run] as usize);
    let groups: Vec<(&Column, Vec<bool>)> = table
        .columns
        .iter()
        .filter(|column| column.effect == Effect::Mix)
        .map(|column| (column, seen_by_both(table, sides, column, source)))
        .collect();
    let mut counts = [[Counts::default(); 2]; 2];
    for run in sides.runs() {
        let shared = groups.iter().all(|(column, shared)| shared[column.codes[run] as usize]);
        if let Some(source) = source(run).filter(|_| shared) {
            let side = usize::from(run >= sides.during.start);
            counts[source][side].add(table.counts(run));
        }
    }
    let told = |place: usize| {
        let [before, during] = counts[place];
        let both = before.with(during);
        let enough = before.n.min(during.n) >= LEAST_KNOWN
            && both.k >= LEAST_BAD
            && both.rate() <= MOSTLY_BAD;
        let rate = |counts: Counts| BehaviourRate::of(counts.k, counts.n, 0).widened(design_effect);
        let rise = rate::difference(&rate(before), &rate(during)).filter(|_| enough)?;
        let State::Levels(levels) = &column.states[pair[place]] else { return None };
        Some(Told { name: &column.levels[*levels.first()? as usize], sides: counts[place], rise })
    };
    Some([told(0)?, told(1)?])
}

/// Of which states of a column each of both sources tells.
fn seen_by_both(
    table: &Table,
    sides: &Sides,
    column: &Column,
    source: impl Fn(usize) -> Option<usize>,
) -> Vec<bool> {
    let mut known = vec![[0u64; 2]; column.states.len()];
    for run in sides.runs() {
        if let Some(source) = source(run) {
            known[column.codes[run] as usize][source] += table.counts(run).n;
        }
    }
    let both = |[a, b]: [u64; 2]| a.min(b) as f64 >= SEEN_BY_BOTH * (a + b) as f64;
    known.into_iter().map(both).collect()
}

/// By how much the rate by `b` would have risen with that by `a`, at the least.
fn expected(a: &Told, b: &Told) -> f64 {
    let [base, other] = [a, b].map(|told| told.sides[0].rate());
    if base > 0.0 { a.rise.est * (other / base).min(1.0) } else { a.rise.est }
}

/// Standard errors between the two rises.
fn z_apart(a: &Told, b: &Told, design_effect: f64) -> f64 {
    let variance: f64 = [a, b].iter().flat_map(|told| told.sides).map(Counts::variance).sum();
    (a.rise.est - b.rise.est) / (variance * design_effect).sqrt()
}

fn words(column: &Column, a: &Told, b: &Told) -> String {
    let points = |rise: Interval| {
        let [est, low, high] = [rise.est, rise.low, rise.high].map(|part| 100.0 * part);
        format!("{est:.1} points [{low:.1}, {high:.1}]")
    };
    format!(
        "the sources disagree: by {} = {} the rate changed by {}, by {} by {}",
        column.factor,
        a.name,
        points(a.rise),
        b.name,
        points(b.rise)
    )
}
