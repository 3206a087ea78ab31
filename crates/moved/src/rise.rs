//! Whether there was a rise, and how sure that is.

use model::report::{ChosenBy, OutcomeChange};
use model::{BehaviourRate, Report, Verdict, rate};

use crate::dependence::{self, Between};
use crate::exposure::Sides;
use crate::likelihood::{Counts, LEAST_BAD, LEAST_KNOWN, z_score};
use crate::table::Table;

/// Standard errors that make a rise between given windows proven (one-sided 0.5 %).
const PROVEN: f64 = 2.576;

/// A rise that can't be excluded below this (or below a doubling) leaves "no change" unsaid.
const MATTERS: f64 = 0.03;

/// What can be said of the rise itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rise {
    Proven,
    /// These runs got worse, but windows or clusters differ as much without anything having moved.
    Ordinary,
    Absent,
    TooFew,
}

/// Whether there is a rise to explain; where there is none, the report says why not.
pub fn is_proven(report: &mut Report) -> bool {
    match rise(report) {
        Rise::Proven => return true,
        Rise::Absent => report.why = no_sure_rise(&report.outcome),
        Rise::Ordinary => {
            report.verdict = Verdict::InsufficientData;
            report.why = ordinary(report);
        }
        Rise::TooFew => {
            report.verdict = Verdict::InsufficientData;
            report.why = too_few(&report.outcome);
        }
    }
    false
}

/// Whether these runs got worse, though that is no more than what is ordinary among windows or
/// clusters. It can still be the mix: that is a statement about these runs.
pub fn is_shown(report: &Report) -> bool {
    rise(report) == Rise::Ordinary
}

/// Says that what a search found was the age of outcomes: bad ones were known sooner.
pub fn not_at_equal_age(report: &mut Report) {
    report.verdict = Verdict::InsufficientData;
    let (low, high) = (report.outcome.low_pp, report.outcome.high_pp);
    report.why = format!(
        "among outcomes of one age no rise shows; it lies from {:.1} to {:.1} points",
        low.unwrap_or(-100.0),
        high.unwrap_or(100.0)
    );
}

/// How the outcome changed, with the interval that clusters and other windows leave it.
pub fn change(
    table: &Table,
    sides: &Sides,
    between: Option<Between>,
    design_effect: f64,
) -> OutcomeChange {
    let [before, during] = [&sides.before, &sides.during].map(|rows| table.rate(rows.clone()));
    let widened = |rate: &BehaviourRate| rate.widened(design_effect);
    let points = rate::difference(&widened(&before), &widened(&during));
    let points = points.map(|points| match between {
        Some(between) => between.widened(points, during.rate.unwrap_or(0.0)),
        None => points,
    });
    let of_rows = |rate: BehaviourRate, rows: &std::ops::Range<usize>| {
        rate.widened(dependence::of_rate(table, rows.clone()))
    };
    OutcomeChange {
        before: of_rows(before, &sides.before),
        during: of_rows(during, &sides.during),
        delta_pp: points.map(|points| 100.0 * points.est),
        low_pp: points.map(|points| 100.0 * points.low),
        high_pp: points.map(|points| 100.0 * points.high),
    }
}

fn rise(report: &Report) -> Rise {
    let outcome = &report.outcome;
    let z = z_of_these(report);
    let design_effect = report.dependence.map_or(1.0, |dependence| dependence.design_effect);
    if z / design_effect.sqrt() >= PROVEN && outcome.low_pp.is_some_and(|low| low > 0.0) {
        return Rise::Proven;
    }
    let matters = 100.0 * outcome.before.rate.unwrap_or(0.0).max(MATTERS);
    match outcome.high_pp {
        Some(high) if is_enough(outcome) && high <= matters => Rise::Absent,
        _ if z >= PROVEN => Rise::Ordinary,
        _ => Rise::TooFew,
    }
}

/// By how many standard errors these runs got worse, as if they were independent; 0 where there are
/// too few to say.
fn z_of_these(report: &Report) -> f64 {
    let OutcomeChange { before, during, .. } = &report.outcome;
    let asked = matches!(report.windows.chosen_by, ChosenBy::Caller | ChosenBy::ChangePoint);
    match is_enough(&report.outcome) && during.k >= LEAST_BAD && asked {
        true => z_score(Counts { n: before.n, k: before.k }, Counts { n: during.n, k: during.k }),
        false => 0.0,
    }
}

/// Whether both sides have enough known outcomes to be compared at all.
pub fn is_enough(outcome: &OutcomeChange) -> bool {
    outcome.before.n >= LEAST_KNOWN && outcome.during.n >= LEAST_KNOWN
}

/// Whether these runs got worse beyond chance, be that ordinary or not.
pub fn is_visible(report: &Report) -> bool {
    z_of_these(report) >= PROVEN
}

/// Why a rise that these runs show is no proof.
fn ordinary(report: &Report) -> String {
    let (low, high) = (report.outcome.low_pp, report.outcome.high_pp);
    let reason = match report.dependence {
        Some(dependence) if dependence.design_effect > 2.0 => format!(
            "the runs belong to {} tenants or sessions that differ among themselves",
            dependence.clusters.unwrap_or(0)
        ),
        Some(dependence) => format!(
            "{} windows of the baseline differ by {:.1} points (standard deviation)",
            dependence.windows,
            dependence.between_pp.unwrap_or(0.0)
        ),
        None => "runs differ among themselves".to_owned(),
    };
    format!(
        "the rise lies within what is ordinary, from {:.1} to {:.1} points: {reason}",
        low.unwrap_or(-100.0),
        high.unwrap_or(100.0)
    )
}

/// What is known of a rise that is not proven: its upper limit.
fn no_sure_rise(outcome: &OutcomeChange) -> String {
    let most = outcome.high_pp.unwrap_or(100.0).max(0.0);
    format!("no sure rise of the bad rate; at most {most:.1} points")
}

/// How many known outcomes a side would show a doubling of the rate (or a rise of 3 points).
fn too_few(outcome: &OutcomeChange) -> String {
    let (before, during) = (&outcome.before, &outcome.during);
    let known = before.n + during.n;
    let from = if known == 0 { MATTERS } else { (before.k + during.k) as f64 / known as f64 };
    let by = from.max(MATTERS);
    let spread = from * (1.0 - from) + (from + by).min(1.0) * (1.0 - from - by).max(0.0);
    let power_90 = 1.282;
    let wanted = ((PROVEN + power_90).powi(2) * spread / (by * by)).ceil().max(LEAST_KNOWN as f64);
    format!(
        "{} known outcomes before and {} during can't show a rise of {:.1} points; \
         about {wanted} on each side would",
        before.n,
        during.n,
        100.0 * by
    )
}
