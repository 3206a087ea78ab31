//! The course of an incident: what is said and done once it is declared.
//!
//! The fold: [`concerns`] finds the incident of a fact, [`apply`] takes the fact in, [`hear`] what
//! is heard later of something linked. The machine: [`reach`] says whether a stage is reached, or
//! why not and what it takes; [`back`](fn@back) whether a rate has come back; [`claim`] and
//! [`revise`] what may be said of claims. An engine never acts: what is allowed comes back as a
//! fact.

mod back;
mod claims;
mod refusal;
mod stage;
#[cfg(test)]
pub(crate) mod tests;

use model::course::{Claimed, Course, Dated, Heard, Linked, Tried};
use model::{Fact, IncidentId};

pub use back::{Back, back};
pub(crate) use back::{allowed, effect};
pub use claims::{claim, revise};
pub use refusal::Refusal;
pub use stage::{Ask, Proof, Standing, reach};

/// The incident in whose course something is stated.
pub fn concerns(fact: &Fact) -> Option<&IncidentId> {
    match fact {
        Fact::Acknowledged(told) => Some(&told.incident),
        Fact::StageReached(told) => Some(&told.incident),
        Fact::DutyTaken(told) => Some(&told.incident),
        Fact::SeveritySet(told) => Some(&told.incident),
        Fact::ContainmentAttempted(told) => Some(&told.incident),
        Fact::NoteAdded(told) => Some(&told.incident),
        Fact::ClaimMade(told) => Some(&told.incident),
        Fact::ClaimRevised(told) => Some(&told.incident),
        Fact::ActionsRevised(told) => Some(&told.incident),
        Fact::LinkedToIncident(told) => Some(&told.incident),
        Fact::PlaybookRehearsed(told) => told.incident.as_ref(),
        Fact::ChangeRecorded(told) => told.says.incident.as_ref(),
        _ => None,
    }
}

/// Takes a fact in, and gives the id of what came from outside that it rests on.
pub fn apply<'a>(
    course: &mut Course,
    fact: &'a Fact,
    by: Dated<()>,
    heard: impl Fn(&str) -> Option<Heard>,
) -> Option<&'a str> {
    match fact {
        Fact::Acknowledged(told) => course.acknowledged.push(by.telling(told.clone())),
        Fact::StageReached(told) => course.stages.push(by.telling(told.clone())),
        Fact::DutyTaken(told) => course.duties.push(by.telling(told.clone())),
        Fact::SeveritySet(told) => course.severities.push(by.telling(told.clone())),
        Fact::NoteAdded(told) => course.notes.push(by.telling(told.clone())),
        Fact::ActionsRevised(told) => course.actions.push(by.telling(told.clone())),
        Fact::PlaybookRehearsed(told) => course.rehearsed.push(by.telling(told.clone())),
        Fact::ClaimRevised(told) => {
            let claim = course.claims.iter_mut().find(|one| one.made.what.claim == told.claim);
            claim.into_iter().for_each(|one| one.revised.push(by.clone().telling(told.clone())));
        }
        Fact::ContainmentAttempted(told) => {
            let change = told.change.as_ref().map(model::ChangeId::as_str);
            let recorded = change.and_then(heard);
            course.attempts.push(Tried { told: by.telling(told.clone()), recorded });
            return change;
        }
        Fact::ClaimMade(told) => {
            let ground = told.rests_on.as_deref();
            let (made, revised) = (by.telling(told.clone()), Vec::new());
            course.claims.push(Claimed { made, revised, ground: ground.and_then(heard) });
            return ground;
        }
        Fact::LinkedToIncident(told) => {
            link(course, by, &told.what, &told.because, heard);
            return Some(&told.what);
        }
        Fact::ChangeRecorded(told) => {
            let id = told.change.as_str();
            link(course, by, id, "it was recorded as made in the course of it", heard);
            return Some(id);
        }
        _ => {}
    }
    None
}

/// Takes in what was heard anew of something that an incident has to do with.
pub fn hear(course: &mut Course, heard: &Heard) {
    let linked = course.linked.iter_mut().map(|linked| &mut linked.heard);
    let grounds = course.claims.iter_mut().map(|claimed| &mut claimed.ground);
    let recorded = course.attempts.iter_mut().map(|tried| &mut tried.recorded);
    for known in linked.chain(grounds).chain(recorded).flatten() {
        if known.id == heard.id {
            known.clone_from(heard);
        }
    }
}

fn link(
    course: &mut Course,
    Dated { at, by, .. }: Dated<()>,
    what: &str,
    because: &str,
    heard: impl Fn(&str) -> Option<Heard>,
) {
    if course.linked.iter().any(|linked| linked.what == what) {
        return;
    }
    let (what, because, heard) = (what.to_owned(), because.to_owned(), heard(what));
    course.linked.push(Linked { at, by, what, because, heard });
}
