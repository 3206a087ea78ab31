//! The timeline of a play: what changes when, where, and how bad it is.

use jiff::SignedDuration;

use crate::case;
use crate::dice::Dice;
use crate::fleet::{REPLICAS_PER_REGION, Replica};
use crate::harm::BASE_RATE;
use crate::rollout::{Form, Rollout};
use crate::scenario::{Cause, Reach, Scenario, Script};
use crate::setup::{Edition, Part, Setup};
use crate::spacing::{GAP_SECS, Placed, Stretch, place};

/// How long a play is.
pub(crate) const LENGTH: SignedDuration = SignedDuration::from_hours(6);

/// No roll-out begins or ends nearer to the edges of the play than this.
const EDGE_SECS: usize = 10 * 60;

/// The faulty part is not reworked nearer before the onset than this.
const SAME_PART_GAP: SignedDuration = SignedDuration::from_hours(1);

/// The most that exposure to a fault adds to a run's chance to end badly.
const MOST_EXCESS: f64 = 0.20 - BASE_RATE;

/// The same where few runs are exposed, and most of them fail.
const MOSTLY_FAILS: f64 = 0.7;

/// What happens in a play, in the order in which it happens.
#[derive(Debug, Clone)]
pub(crate) struct Timeline {
    /// The fault, if there is one.
    pub(crate) fault: Option<Fault>,
    /// Every recorded change, the faulty one included, by start.
    pub(crate) changes: Vec<Change>,
}

/// What makes the rate rise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    /// When it begins, counted from the start of the play.
    pub(crate) onset: SignedDuration,
    /// What it is.
    pub(crate) cause: Cause,
    /// Where it is, if in one replica.
    pub(crate) replica: Option<Replica>,
    /// What each part to blame adds to an exposed run's chance to end badly.
    pub(crate) excess: f64,
}

/// A change that is rolled out.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Of what.
    pub(crate) part: Part,
    /// To what.
    pub(crate) edition: Edition,
    /// When and where.
    pub(crate) rollout: Rollout,
}

impl Timeline {
    /// Draws the timeline of a play.
    pub(crate) fn draw(scenario: Scenario, dice: &mut Dice) -> Self {
        let Script { cause, reach, beside, .. } = scenario.script();
        let form = reach.form(Form::draw(dice));
        let onset = SignedDuration::from_secs(dice.between(10_800.0, 16_200.0) as i64);
        let target = dice.between(0.09, 0.12);
        let count = 3 + dice.below(2);
        let forms = (0..count).map(|_| Form::draw(dice)).collect();
        let Some(cause) = cause else {
            let placed = place(forms, free_time(None), dice);
            return Self { fault: None, changes: harmless(&placed, &[], None, dice) };
        };
        let parts = cause.parts();
        let taken =
            Placed { form: if parts.is_empty() { Form::CutOver } else { form }, start: onset };
        let excess = excess(cause, target, form);
        let placed = place(forms, free_time(Some(taken)), dice);
        let taken: Vec<Part> = parts.iter().copied().chain(beside).collect();
        let mut changes = harmless(&placed, &taken, Some(onset), dice);
        changes.extend(parts.iter().map(|part| {
            let rollout = Rollout::draw(form, onset, dice);
            Change { part: *part, edition: Edition::Faulty, rollout }
        }));
        changes.extend(beside.map(|part| {
            let rollout = Rollout::draw(Form::CutOver, onset, dice);
            Change { part, edition: Edition::Reworked, rollout }
        }));
        let replica = (cause == Cause::Timeouts).then(|| Replica::any(dice));
        Self { fault: Some(Fault { onset, cause, replica, excess }), changes }
    }

    /// What a replica works with at some time.
    pub(crate) fn setup(&self, replica: Replica, at: SignedDuration) -> Setup {
        let mut setup = Setup::default();
        for change in &self.changes {
            if change.rollout.has_reached(replica, at) {
                setup.install(change.part, change.edition);
            }
        }
        setup
    }

    /// Whether a part is reworked at some time in the play.
    pub(crate) fn reworks(&self, part: Part) -> bool {
        let is_it = |change: &Change| change.part == part && change.edition == Edition::Reworked;
        self.changes.iter().any(is_it)
    }
}

/// When harmless changes may happen: before and after the fault, and not near it.
fn free_time(fault: Option<Placed>) -> [Stretch; 2] {
    let end = LENGTH.as_secs() as usize - EDGE_SECS;
    let Some(fault) = fault else {
        return [Stretch { start: EDGE_SECS, end }, Stretch { start: end, end }];
    };
    let onset = fault.start.as_secs() as usize;
    [
        Stretch { start: EDGE_SECS, end: onset - GAP_SECS },
        Stretch { start: onset + fault.form.secs() + GAP_SECS, end },
    ]
}

/// What each part to blame adds to the chance of a run that it reaches, so that the rate of all
/// rises to the target if it can.
fn excess(cause: Cause, target: f64, form: Form) -> f64 {
    let touched: f64 = cause.parts().iter().map(|part| case::share_touched_by(*part)).sum();
    let reach = if touched > 0.0 { touched * form.reach() } else { 1.0 };
    let wanted = (target - BASE_RATE) / reach;
    match (cause, form) {
        (Cause::Timeouts, _) | (_, Form::Replica) => MOSTLY_FAILS,
        (_, Form::Region) => wanted,
        (Cause::Parts([_, _, ..]), _) => wanted.max(MOST_EXCESS),
        _ => wanted.min(MOST_EXCESS),
    }
}

/// Harmless changes at these places, each of another part.
///
/// The parts that are taken are among them only well before the onset: so the faulty edition has
/// one cause and stays the last.
fn harmless(
    placed: &[Placed],
    taken: &[Part],
    onset: Option<SignedDuration>,
    dice: &mut Dice,
) -> Vec<Change> {
    let mut parts = dice.shuffled(Part::REWORKABLE);
    let mut changes = Vec::new();
    for Placed { form, start } in placed {
        let end = *start + SignedDuration::from_secs(form.secs() as i64);
        let is_early = onset.is_none_or(|onset| end + SAME_PART_GAP <= onset);
        let fits = |part: &Part| is_early || !taken.contains(part);
        let Some(at) = parts.iter().position(fits) else { continue };
        let rollout = Rollout::draw(*form, *start, dice);
        changes.push(Change { part: parts.remove(at), edition: Edition::Reworked, rollout });
    }
    changes
}

impl Reach {
    /// The form of a roll-out that reaches so far; `drawn` is that of one that may be any.
    fn form(self, drawn: Form) -> Form {
        match (self, drawn) {
            (Self::Any, drawn) => drawn,
            (Self::BitByBit, Form::CutOver) => Form::Staggered { secs: 40 * 60 },
            (Self::BitByBit, drawn) => drawn,
            (Self::Region, _) => Form::Region,
            (Self::Half, _) => Form::Partial { replicas: REPLICAS_PER_REGION / 2 },
            (Self::Replica, _) => Form::Replica,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;
    use proptest::prelude::*;

    const DISTANCE: SignedDuration = SignedDuration::from_mins(45);

    fn timeline(scenario: Scenario, seed: u64) -> Timeline {
        Timeline::draw(scenario, &mut Dice::new(scenario, seed, Purpose::Timeline))
    }

    proptest! {
        #[test]
        fn harmless_changes_keep_their_distance(seed: u64, scenario in 0usize..6) {
            let timeline = timeline(Scenario::ALL[scenario], seed);
            let (harmless, faulty): (Vec<_>, Vec<_>) =
                timeline.changes.iter().partition(|change| change.edition == Edition::Reworked);
            prop_assert!((3..=4).contains(&harmless.len()));
            let mut taken: Vec<_> = harmless.iter().map(|change| change.rollout.ends()).collect();
            taken.extend(timeline.fault.map(|fault| (fault.onset, fault.onset)));
            taken.sort_unstable();
            for pair in taken.windows(2) {
                prop_assert!(pair[1].0 - pair[0].1 >= DISTANCE, "{taken:?}");
            }
            prop_assert!(taken[0].0 >= SignedDuration::ZERO);
            prop_assert!(taken[taken.len() - 1].1 < LENGTH);
            for (change, fault) in faulty.iter().zip(timeline.fault) {
                prop_assert_eq!(change.rollout.ends().0, fault.onset);
                let own = |harmless: &&&Change| harmless.part == change.part;
                for earlier in harmless.iter().filter(own) {
                    prop_assert!(fault.onset - earlier.rollout.ends().1 >= SAME_PART_GAP);
                }
            }
        }

        #[test]
        fn a_fault_begins_in_the_middle_and_adds_what_the_target_asks(
            seed: u64,
            scenario in 0usize..5,
        ) {
            let scenario = Scenario::ALL[scenario];
            let fault = timeline(scenario, seed).fault.unwrap();
            prop_assert!(fault.onset >= SignedDuration::from_hours(3));
            prop_assert!(fault.onset <= SignedDuration::from_mins(270));
            prop_assert!(fault.excess >= 0.06 - 1e-9 && fault.excess <= MOST_EXCESS);
            prop_assert_eq!(Some(fault.cause), scenario.script().cause);
        }
    }

    #[test]
    fn every_part_is_reworked_and_every_form_used_now_and_then() {
        let timelines: Vec<_> = (0..200).map(|seed| timeline(Scenario::Quiet, seed)).collect();
        for part in Part::REWORKABLE {
            let plays = timelines.iter().filter(|timeline| timeline.reworks(part)).count();
            assert!(plays > 60, "{part:?} {plays}");
        }
        let changes: Vec<_> = timelines.iter().flat_map(|timeline| &timeline.changes).collect();
        let last = |change: &&&Change| {
            (0..crate::fleet::FLEET)
                .all(|index| change.rollout.has_reached(Replica::of(0, index), LENGTH))
        };
        let staggered = |change: &&&Change| change.rollout.ends().0 < change.rollout.ends().1;
        let whole = changes.iter().filter(last).count();
        let slow = changes.iter().filter(staggered).count();
        assert!(changes.len() - whole > 150 && slow > 120, "{whole} {slow} of {}", changes.len());
    }

    #[test]
    fn a_quiet_play_has_no_fault() {
        assert!(timeline(Scenario::Quiet, 1).fault.is_none());
    }
}
