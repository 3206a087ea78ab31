//! What an answer is worth, and what many answers show.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use model::report::{Basis, SurfaceState, SurfaceVerdict};
use model::surface::Effect;
use model::{Interval, Report, Verdict};

use crate::plan::Plan;
use crate::scenario::{self, Truth};

/// One world, answered.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) scenario: &'static str,
    pub(crate) seed: u64,
    pub(crate) truth: Truth,
    pub(crate) report: Report,
    /// Width of the 90 % range that somebody who knew both rates would give.
    pub(crate) best_width: Option<SignedDuration>,
    /// The part of the rise between the windows compared that the first cause carries.
    pub(crate) carries: Option<f64>,
    pub(crate) took: Duration,
    /// What was said of surfaces where everything is on record, if the world was played so as well.
    pub(crate) instrumented: Vec<Cleanable>,
}

/// What was said of a surface that is not to blame, although digests of all of it are on record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cleanable {
    /// Whether something of it changed on that day, without harm.
    pub(crate) changed: bool,
    /// Whether it was said to be unknown.
    pub(crate) is_unknown: bool,
}

/// The surfaces that are not to blame for an alarm, where everything is on record. Infrastructure
/// is none of them: it has no content that could be hashed.
pub(crate) fn cleanable(plan: &Plan, truth: &Truth, report: &Report) -> Vec<Cleanable> {
    if !is_alarm(report) {
        return Vec::new();
    }
    let blames = |surface: &str| {
        let causes = plan.changes.iter().filter(|change| change.adds > 0.0);
        truth.guilty == Some(surface)
            || causes.map(|change| scenario::surface(change.what)).any(|one| one == surface)
    };
    let changed = |name: &str| {
        let changes = plan.changes.iter().any(|change| scenario::surface(change.what) == name);
        changes || name == "traffic" && plan.crowds.iter().any(|crowd| crowd.turns < plan.hours)
    };
    let has_content = |name: &str| name != "infrastructure";
    let surfaces = report.surfaces.iter().filter(|one| {
        one.verdict != SurfaceState::Moved && has_content(&one.surface) && !blames(&one.surface)
    });
    let told = surfaces.map(|one| Cleanable {
        changed: changed(&one.surface),
        is_unknown: one.verdict == SurfaceState::Unknown,
    });
    told.collect()
}

/// Whether a rise was said to be one.
fn is_alarm(report: &Report) -> bool {
    !matches!(report.verdict, Verdict::NoChange | Verdict::InsufficientData)
}

/// What somebody would do with the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Grade {
    /// The right word, and the cause named if there is one; of `m` that are tied, one in `m`.
    Right(f64),
    /// Nothing was named, and nothing could be.
    Honest,
    /// Nothing was named, though the record shows it.
    Needless,
    /// Something else was named.
    Wrong,
}

impl Trial {
    /// Whether the record identifies a cause.
    pub(crate) fn is_identifiable(&self) -> bool {
        !self.truth.causes.is_empty()
    }

    /// What was asserted: one factor for each mover.
    fn asserted(&self) -> Vec<&str> {
        match self.report.verdict {
            Verdict::Moved
            | Verdict::Several
            | Verdict::Inseparable
            | Verdict::TrafficMix
            | Verdict::Measurement
            | Verdict::Infrastructure => {
                self.report.movers.iter().map(|mover| mover.factor.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn grade(&self) -> Grade {
        let asserted = self.asserted();
        let is_cause = |factor: &&str| self.truth.causes.iter().any(|cause| cause == factor);
        let same_word =
            [Some(self.truth.verdict), self.truth.or].contains(&Some(self.report.verdict));
        match (asserted.as_slice(), self.is_identifiable()) {
            ([], true) if same_word => Grade::Right(1.0),
            ([], true) => Grade::Needless,
            ([], false) if same_word => Grade::Right(1.0),
            ([], false) => Grade::Honest,
            (_, false) => Grade::Wrong,
            ([first, ..], true) if self.report.verdict != Verdict::Inseparable => {
                let rest_holds = asserted.iter().all(&is_cause);
                match is_cause(first) && rest_holds {
                    true => Grade::Right(1.0),
                    false => Grade::Wrong,
                }
            }
            _ => self.tied(),
        }
    }

    /// What a set of factors is worth, of which the data can't tell one from the other.
    fn tied(&self) -> Grade {
        let all = self.report.movers.iter().flat_map(|mover| mover.levels.keys());
        let (causes, others): (Vec<&String>, Vec<&String>) =
            all.partition(|factor| self.truth.causes.contains(factor));
        match (causes.is_empty(), self.truth.verdict) {
            (true, _) => Grade::Wrong,
            (false, Verdict::Inseparable) => Grade::Right(1.0),
            (false, _) => Grade::Right(1.0 / (1 + others.len()) as f64),
        }
    }

    pub(crate) fn is_right(&self) -> bool {
        matches!(self.grade(), Grade::Right(_))
    }

    pub(crate) fn utility(&self) -> f64 {
        match self.grade() {
            Grade::Right(part) => part,
            Grade::Honest => 0.0,
            Grade::Needless => -0.25,
            Grade::Wrong => -4.0,
        }
    }

    /// Whether the surface to blame was called clean.
    pub(crate) fn clears_the_guilty(&self) -> bool {
        self.report.surfaces.iter().any(|surface| {
            let clean = matches!(surface.verdict, SurfaceState::Identical | SurfaceState::Bounded);
            clean && Some(surface.surface.as_str()) == self.truth.guilty
        })
    }

    /// Of surfaces that are not to blame, in an alarm with all on record: those that are said to be
    /// unknown, and all.
    pub(crate) fn needlessly_unknown(&self) -> (u64, u64) {
        if !self.is_alarm() || self.truth.silent.is_some() {
            return (0, 0);
        }
        let blameless = |surface: &&SurfaceVerdict| {
            Some(surface.surface.as_str()) != self.truth.guilty
                && surface.verdict != SurfaceState::Moved
        };
        let blameless = || self.report.surfaces.iter().filter(blameless);
        let unknown = blameless().filter(|one| one.verdict == SurfaceState::Unknown);
        (unknown.count() as u64, blameless().count() as u64)
    }

    /// Whether the surface of which nothing is recorded was said to be anything but unknown; none
    /// where all is recorded.
    pub(crate) fn misses_unknown(&self) -> Option<bool> {
        let silent = self.truth.silent.filter(|_| self.is_alarm())?;
        let of = self.report.surfaces.iter().find(|surface| surface.surface == silent);
        Some(of.is_some_and(|surface| surface.verdict != SurfaceState::Unknown))
    }

    /// Whether there was an alarm: a rise that was said to be one.
    pub(crate) fn is_alarm(&self) -> bool {
        is_alarm(&self.report)
    }

    /// Whether no change of behaviour is to be named.
    pub(crate) fn is_null(&self) -> bool {
        !matches!(
            self.truth.verdict,
            Verdict::Moved | Verdict::Several | Verdict::Inseparable | Verdict::Infrastructure
        )
    }

    /// Whether a change of behaviour was named, be it beside the true cause.
    pub(crate) fn names_behaviour(&self) -> bool {
        let behaviour = |mover: &model::report::Mover| mover.kind == Effect::Behaviour;
        !self.asserted().is_empty() && self.report.movers.iter().any(behaviour)
    }

    /// Whether that was in a tie that holds the true cause.
    pub(crate) fn is_tied_with_truth(&self) -> bool {
        self.report.verdict == Verdict::Inseparable && self.is_right()
    }

    /// The interval of what the first mover carries, where it claims something and the truth is
    /// known.
    pub(crate) fn carried(&self) -> Option<(f64, Interval)> {
        let truth = self.carries?;
        let mover = self.report.movers.first()?;
        let right = self.truth.causes.contains(&mover.factor);
        (right && mover.basis != Basis::BeforeAfter).then_some((truth, mover.carried))
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, seed, truth, report, .. } = self;
        let (grade, verdict) = (self.grade(), report.verdict.as_str());
        let causes = truth.causes.join(", ");
        write!(f, "{scenario} {seed}: {grade:?}: {verdict}: {} (it was {causes})", report.why)
    }
}

/// A count among others, with its 95 % Wilson limits.
pub(crate) fn share(k: u64, n: u64) -> String {
    let (low, high) = model::rate::wilson(k, n);
    match n {
        0 => "none".to_owned(),
        _ => format!(
            "{:.1} % ({k} of {n}; {:.1} to {:.1})",
            100.0 * k as f64 / n as f64,
            100.0 * low,
            100.0 * high
        ),
    }
}

/// Truth against answer.
pub(crate) fn confusion(trials: &[Trial]) -> BTreeMap<&'static str, BTreeMap<&'static str, u64>> {
    let mut table: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    for trial in trials {
        let said = trial.report.verdict;
        let truth = if trial.truth.or == Some(said) { said } else { trial.truth.verdict };
        let (truth, said) = (truth.as_str(), said.as_str());
        *table.entry(truth).or_default().entry(said).or_default() += 1;
    }
    table
}
