//! Every change of a rate: several steps, or one drift.

use std::ops::Range;

use model::BehaviourRate;
use model::report::{Episode, EpisodeKind, Onset};

use crate::bins::Bin;
use crate::drift;
use crate::likelihood::{Counts, LEAST_KNOWN, gain};
use crate::onset::RANGE_90;
use crate::weigh::TOLD_APART;
use crate::windows::FOUND_BY_SEARCH;

#[cfg(test)]
mod tests;

/// So many steps, all for the worse, are a drift that is not quite a curve.
const MANY_STEPS: usize = 3;

/// Most changes that are told.
const MOST_EPISODES: usize = 8;

/// The changes of the rate over both windows, in order of time: one drift if that fits better than
/// the steps, else every step that is sure. Where runs of a cluster are alike, so many tell less.
pub fn of(bins: &[Bin], design_effect: f64) -> Vec<Episode> {
    let mut cuts: Vec<Cut> = Vec::new();
    segment(bins, 0..bins.len(), FOUND_BY_SEARCH * design_effect, &mut cuts);
    cuts.sort_by_key(|cut| cut.place);
    match a_drift(bins, &cuts, design_effect) {
        Some(drift) => vec![drift],
        None => steps(bins, &cuts),
    }
}

/// How much better a drift or a day's cycle fits than one step, in nats; 0 where a step does, or
/// where the rate took a step beyond it as well.
pub fn smoother(bins: &[Bin]) -> f64 {
    let drift = drift::rising(bins, RANGE_90).map(|drift| (drift.fit, drift.step_beyond));
    let cycle = drift::daily(bins).map(|cycle| (cycle.fit, cycle.step_beyond));
    let step = drift::one_step(bins);
    let ahead = [drift, cycle].into_iter().flatten().map(|(fit, beyond)| (fit - step, beyond));
    let ahead: Vec<(f64, f64)> = ahead.filter(|(lead, _)| *lead >= TOLD_APART).collect();
    match ahead.iter().all(|(_, beyond)| *beyond < FOUND_BY_SEARCH) {
        true => ahead.iter().map(|(lead, _)| *lead).fold(0.0, f64::max),
        false => 0.0,
    }
}

/// A place to cut: the first bin after it, and its range.
#[derive(Debug, Clone, Copy)]
struct Cut {
    place: usize,
    earliest: usize,
    latest: usize,
    gain: f64,
}

/// Cuts bins in two as long as that is sure, the surest first (binary segmentation).
fn segment(bins: &[Bin], range: Range<usize>, least: f64, cuts: &mut Vec<Cut>) {
    if cuts.len() >= MOST_EPISODES {
        return;
    }
    let Some(cut) = surest(bins, range.clone()).filter(|cut| cut.gain >= least) else { return };
    cuts.push(cut);
    segment(bins, range.start..cut.place, least, cuts);
    segment(bins, cut.place..range.end, least, cuts);
}

fn surest(bins: &[Bin], range: Range<usize>) -> Option<Cut> {
    let total = counted(&bins[range.clone()]);
    let mut before = Counts::default();
    let mut gains: Vec<(usize, f64)> = Vec::new();
    for place in range {
        let after = total.without(before);
        if before.n >= LEAST_KNOWN && after.n >= LEAST_KNOWN {
            gains.push((place, gain(before, after)));
        }
        before.add(bins[place].counts);
    }
    let best = gains.iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).copied()?;
    let possible = |one: &&(usize, f64)| best.1 - one.1 <= RANGE_90;
    Some(Cut {
        place: best.0,
        earliest: gains.iter().find(possible).map_or(best.0, |one| one.0),
        latest: gains.iter().rfind(possible).map_or(best.0, |one| one.0),
        gain: best.1,
    })
}

/// A drift that fits better than the steps, each further one of which must have been sure.
fn a_drift(bins: &[Bin], cuts: &[Cut], design_effect: f64) -> Option<Episode> {
    let drift = drift::rising(bins, RANGE_90)?;
    let further = cuts.len().saturating_sub(1) as f64 * FOUND_BY_SEARCH;
    let one = counted(bins).fit();
    let segments = segments(bins.len(), cuts);
    let by_steps: f64 = segments.map(|range| counted(&bins[range]).fit()).sum();
    let rises = steps(bins, cuts).iter().all(|step| step.kind == EpisodeKind::Rise);
    let bit_by_bit = rises && cuts.len() >= MANY_STEPS;
    let flat = (drift.fit - one) / design_effect;
    let beaten = (bit_by_bit || (drift.fit - by_steps) / design_effect + further >= TOLD_APART)
        && (drift.fit - drift::one_step(bins)) / design_effect >= TOLD_APART;
    (beaten && flat >= FOUND_BY_SEARCH).then(|| Episode {
        kind: EpisodeKind::Drift,
        onset: Onset {
            at: bins[drift.begin].first,
            earliest: bins[drift.earliest].first,
            latest: bins[bins.len() - 1].last,
        },
        rate_before: rate(&bins[..drift.begin]),
        rate_after: rate(&bins[drift.begin..]),
        gain: drift.fit - one,
    })
}

fn steps(bins: &[Bin], cuts: &[Cut]) -> Vec<Episode> {
    let segments: Vec<Range<usize>> = segments(bins.len(), cuts).collect();
    let pairs = segments.windows(2).zip(cuts);
    let episode = |(pair, cut): (&[Range<usize>], &Cut)| {
        let [before, after] = [0, 1].map(|side| counted(&bins[pair[side].clone()]));
        Episode {
            kind: match after.rate() > before.rate() {
                true => EpisodeKind::Rise,
                false => EpisodeKind::Fall,
            },
            onset: Onset {
                at: bins[cut.place].first,
                earliest: bins[cut.earliest.saturating_sub(1)].last,
                latest: bins[cut.latest].first,
            },
            rate_before: rate(&bins[pair[0].clone()]),
            rate_after: rate(&bins[pair[1].clone()]),
            gain: cut.gain,
        }
    };
    pairs.map(episode).collect()
}

/// The stretches between cuts, which are in order.
fn segments(bins: usize, cuts: &[Cut]) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(cuts.iter().map(|cut| cut.place));
    let ends = cuts.iter().map(|cut| cut.place).chain([bins]);
    starts.zip(ends).map(|(start, end)| start..end)
}

fn counted(bins: &[Bin]) -> Counts {
    bins.iter().fold(Counts::default(), |sum, bin| sum.with(bin.counts))
}

fn rate(bins: &[Bin]) -> BehaviourRate {
    let counts = counted(bins);
    BehaviourRate::of(counts.k, counts.n, 0)
}
