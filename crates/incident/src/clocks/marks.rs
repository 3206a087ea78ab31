//! The marks that are the incident's own.

use jiff::Timestamp;
use model::Incident;
use model::course::{AttemptResult, Dated, HeardKind, Linked, Stage, StageReached};
use model::incident::IncidentKind;

use super::{Beside, Clock, Mark, Reading};

/// From the onset to the verification.
pub(super) fn of(incident: &Incident, beside: Beside) -> Vec<Clock> {
    let since = reopened(incident);
    let (acted, told) = acted(incident);
    let mut acted = Clock::new(Mark::Acted, acted);
    acted.beside.extend(told);
    vec![
        Clock::new(Mark::Onset, onset(incident, beside)),
        Clock::new(Mark::MachineDetected, detected(incident)),
        Clock::new(Mark::HumanAware, aware(incident)),
        acted,
        Clock::new(Mark::Contained, reached(incident, Stage::Contained, since)),
        Clock::new(Mark::Mitigated, reached(incident, Stage::Mitigated, since)),
        Clock::new(Mark::Verified, reached(incident, Stage::Verified, since)),
    ]
}

/// When it turned out that what was reached did not hold.
pub(super) fn reopened(incident: &Incident) -> Option<Timestamp> {
    let stages = &incident.course.stages;
    let over = |stage| {
        matches!(stage, Stage::Mitigated | Stage::Verified)
            || matches!(stage, Stage::Closed | Stage::Learned)
    };
    let again = |pair: &&[Dated<StageReached>]| {
        over(pair[0].what.stage) && pair[1].what.stage == Stage::Diagnosing
    };
    stages.windows(2).filter(again).map(|pair| pair[1].at).next_back()
}

fn onset(incident: &Incident, beside: Beside) -> Reading {
    let found = incident.report.onset.map(|onset| (onset, "flights: change point".to_owned()));
    let later = || {
        let look = incident.looks.iter().find(|look| look.report.onset.is_some())?;
        look.report
            .onset
            .map(|onset| (onset, format!("flights: change point, look {}", look.number)))
    };
    match incident.kind {
        IncidentKind::Event => match beside.run {
            Some((run, at)) => Reading::exactly(at, format!("flights: the beginning of {run}")),
            None => Reading::unknown("the run is not on record any more"),
        },
        IncidentKind::Outage => {
            let stated = heard(incident, |_| true).filter_map(|(heard, linked)| {
                heard.stated.map(|at| (at, format!("as {} says", linked.what)))
            });
            let found = stated.min_by_key(|(at, _)| *at);
            found.map_or_else(
                || Reading::unknown("nothing linked says when it began"),
                |(at, source)| Reading::exactly(at, source),
            )
        }
        IncidentKind::Rate => match found.or_else(later) {
            Some((onset, source)) => Reading::At {
                at: onset.at,
                earliest: onset.earliest,
                latest: onset.latest,
                source: format!("{source}, 90 % range"),
            },
            None => Reading::unknown("no change in behaviour is proven"),
        },
    }
}

/// What is linked and on record.
fn heard(
    incident: &Incident,
    wanted: impl Fn(HeardKind) -> bool,
) -> impl Iterator<Item = (&model::course::Heard, &Linked)> {
    let linked = incident.course.linked.iter();
    let heard = linked.filter_map(|linked| linked.heard.as_ref().map(|heard| (heard, linked)));
    heard.filter(move |(heard, _)| wanted(heard.kind))
}

fn detected(incident: &Incident) -> Reading {
    let machine = |kind| matches!(kind, HeardKind::Alert | HeardKind::Signal | HeardKind::Notice);
    let heards = heard(incident, machine)
        .map(|(heard, _)| (heard.heard, format!("ledger: {} {}", heard.kind.as_str(), heard.id)));
    let declared = (!incident.course.declared_by_person)
        .then(|| (incident.declared_at, format!("ledger: declared by {}", incident.declared_by)));
    match heards.chain(declared).min_by_key(|(at, _)| *at) {
        Some((at, source)) => Reading::exactly(at, source),
        None => Reading::unknown("no alert, signal or notice is linked"),
    }
}

/// A person knew once they did anything about it, or acknowledged it elsewhere.
fn aware(incident: &Incident) -> Reading {
    let course = &incident.course;
    let declared = course
        .declared_by_person
        .then(|| (incident.declared_at, format!("ledger: declared by {}", incident.declared_by)));
    let mut known: Vec<(Timestamp, String)> = declared.into_iter().collect();
    let mut add = |at, person: bool, by: &str, did: &str| {
        if person {
            known.push((at, format!("ledger: {did} by {by}")));
        }
    };
    course.acknowledged.iter().for_each(|one| add(one.at, one.person, &one.by, "acknowledged"));
    course.stages.iter().for_each(|one| add(one.at, one.person, &one.by, "stage stated"));
    course.duties.iter().for_each(|one| add(one.at, one.person, &one.by, "duty given"));
    course.severities.iter().for_each(|one| add(one.at, one.person, &one.by, "severity stated"));
    course.notes.iter().for_each(|one| add(one.at, one.person, &one.by, "note written"));
    for Dated { at, by, person, .. } in course.attempts.iter().map(|tried| &tried.told) {
        add(*at, *person, by, "attempt told");
    }
    for Dated { at, by, person, .. } in course.claims.iter().map(|claim| &claim.made) {
        add(*at, *person, by, "claim made");
    }
    let elsewhere = heard(incident, |kind| kind == HeardKind::Alert).filter_map(|(heard, _)| {
        let source = format!("ledger: {} acknowledged where it came from", heard.id);
        heard.acknowledged.map(|at| (at, source))
    });
    known.extend(elsewhere);
    match known.into_iter().min_by_key(|(at, _)| *at) {
        Some((at, source)) => Reading::exactly(at, source),
        None => Reading::unknown("no person has acknowledged it or done anything about it"),
    }
}

/// The first attempt: when the change that it made took effect, else when it was told; what its
/// teller says of the time stands beside.
fn acted(incident: &Incident) -> (Reading, Vec<super::Claimed>) {
    let attempts = incident.course.attempts.iter();
    let done = attempts.clone().map(|tried| {
        let recorded = tried.recorded.as_ref();
        let changed = recorded.and_then(|heard| {
            let at = heard.activated.or(heard.introduced)?;
            Some((at, format!("ledger: change {}", heard.id)))
        });
        let told = || (tried.told.at, format!("ledger: attempt told by {}", tried.told.by));
        changed.unwrap_or_else(told)
    });
    let reading = match done.min_by_key(|(at, _)| *at) {
        Some((at, source)) => Reading::exactly(at, source),
        None => Reading::unknown("nothing was tried yet"),
    };
    let said = attempts.filter_map(|tried| {
        Some(super::Claimed {
            when: tried.told.what.done_at.clone()?,
            source: tried.told.by.clone(),
            state: model::course::ClaimState::Open,
            says: format!("{}: {}", tried.told.what.channel, tried.told.what.what),
        })
    });
    (reading, said.collect())
}

/// When a stage was reached, since the incident was last taken up again.
fn reached(incident: &Incident, stage: Stage, since: Option<Timestamp>) -> Reading {
    let course = &incident.course;
    let counts = |one: &&Dated<StageReached>| {
        one.what.stage == stage && since.is_none_or(|since| one.at > since)
    };
    if let Some(one) = course.stages.iter().find(counts) {
        return Reading::exactly(one.at, format!("ledger: {stage} stated by {}", one.by));
    }
    if let Some(since) = since {
        let at = crate::wording::moment(since);
        return Reading::unknown(format!(
            "it was taken up again at {at}, and is not {stage} since"
        ));
    }
    let worked = |tried: &&model::course::Tried| tried.told.what.result == AttemptResult::Worked;
    if stage == Stage::Contained {
        // What is mended does no more harm either.
        if let Some(one) = course.stages.iter().find(|one| one.what.stage == Stage::Mitigated) {
            return Reading::exactly(one.at, format!("ledger: mitigated, as {} stated", one.by));
        }
        if course.attempts.iter().any(|tried| worked(&tried)) {
            return Reading::unknown("an attempt worked, and nobody stated that it is contained");
        }
    }
    Reading::unknown(format!("nobody stated that it is {stage}"))
}
