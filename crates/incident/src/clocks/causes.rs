//! The causes: what people claim, and what moved; each with its own two clocks.

use model::Incident;
use model::course::{ClaimAbout, ClaimState, Claimed, Heard};
use model::report::{Change, Mover};

use super::{Cause, Clock, Mark, Reading};
use crate::wording;

/// The causes of an incident: first what is claimed, then what moved and nobody claimed to be one.
pub(super) fn of(incident: &Incident) -> Vec<Cause> {
    let is_cause = |one: &&Claimed| {
        one.made.what.about == ClaimAbout::Cause && one.state() != ClaimState::Retracted
    };
    let claims = incident.course.claims.iter().filter(is_cause).map(claim);
    let movers = incident.report.movers.iter();
    let movers = movers.filter(|mover| mover.change == Change::Levels).map(mover);
    claims.chain(movers).collect()
}

fn claim(claimed: &Claimed) -> Cause {
    let made = &claimed.made.what;
    let (introduced, activated) = match (&claimed.ground, &made.rests_on) {
        (Some(heard), _) => (introduced(heard), activated(heard)),
        (None, Some(id)) => {
            let why = format!("{id} is not on record");
            (Reading::unknown(why.clone()), Reading::unknown(why))
        }
        (None, None) => {
            let why = "the claim rests on no change or notice on record";
            (Reading::unknown(why), Reading::unknown(why))
        }
    };
    Cause {
        what: made.says.clone(),
        role: made.role,
        state: Some(claimed.state()),
        source: claimed.source().to_owned(),
        rests_on: made.rests_on.clone(),
        clocks: both(introduced, activated),
    }
}

fn mover(mover: &Mover) -> Cause {
    let what = format!("{} = {}", mover.factor, wording::level(&mover.to));
    let activated = match mover.first_seen {
        Some(at) => Reading::exactly(at, format!("flights: the first run with {what}")),
        None => Reading::unknown("no run with it is the first on record"),
    };
    let introduced = Reading::unknown("no claim joins it to a change on record");
    Cause {
        what,
        role: None,
        state: None,
        source: "flights: moved with the outcome".to_owned(),
        rests_on: None,
        clocks: both(introduced, activated),
    }
}

fn both(introduced: Reading, activated: Reading) -> Vec<Clock> {
    vec![Clock::new(Mark::Introduced, introduced), Clock::new(Mark::Activated, activated)]
}

fn introduced(heard: &Heard) -> Reading {
    let source = format!("ledger: {} {}", heard.kind.as_str(), heard.id);
    match heard.introduced.or(heard.stated) {
        Some(at) => Reading::exactly(at, source),
        None => Reading::unknown(format!("{} does not say when it was made", heard.id)),
    }
}

fn activated(heard: &Heard) -> Reading {
    let source = format!("ledger: {} {}", heard.kind.as_str(), heard.id);
    match heard.activated {
        Some(at) => Reading::exactly(at, source),
        None => Reading::unknown(format!("{} does not say when it took effect", heard.id)),
    }
}

/// The incident's own clock for a mark of its causes: the earliest of those that are claimed; of
/// what moved, where no cause is.
pub(super) fn earliest(causes: &[Cause], mark: Mark) -> Clock {
    let reading = |cause: &Cause| {
        let clock = cause.clocks.iter().find(|clock| clock.mark == mark)?;
        clock.reading.at().map(|at| (at, clock.reading.clone()))
    };
    let first = |claimed: bool| {
        let causes = causes.iter().filter(|cause| cause.role.is_some() == claimed);
        causes.filter_map(reading).min_by_key(|(at, _)| *at).map(|(_, reading)| reading)
    };
    let why = match causes.iter().any(|cause| cause.role.is_some()) {
        true => "no cause that is claimed rests on a record that says when",
        false => "no cause is claimed",
    };
    let found = first(true).or_else(|| first(false));
    Clock::new(mark, found.unwrap_or_else(|| Reading::unknown(why)))
}
