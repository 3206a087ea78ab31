//! The forms of claims, and of what becomes of executed actions.

use axum::extract::State;
use model::ClaimId;
use model::course::{CauseRole, ClaimAbout, ClaimState, Compensation, Reversibility};
use model::time::SaidTime;
use response::{ActionsTold, ClaimTold, RevisionTold};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::course::{Back, Of, say};
use crate::Site;
use crate::error::PageError;
use crate::visitor::Posted;

/// A claim. What is left empty is not said.
#[derive(Debug, Deserialize)]
pub(crate) struct ClaimForm {
    about: ClaimAbout,
    says: String,
    source: String,
    role: String,
    rests_on: String,
    moment: String,
    when: String,
}

/// How a claim stands.
#[derive(Debug, Deserialize)]
pub(crate) struct RevisionForm {
    claim: ClaimId,
    state: ClaimState,
    because: String,
}

/// What becomes of every action of a tool.
#[derive(Debug, Deserialize)]
pub(crate) struct ActionsForm {
    tool: String,
    reversibility: Reversibility,
    compensation: Compensation,
    because: String,
}

/// `POST /incidents/{id}/claim`
pub(crate) async fn claim(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<ClaimForm>,
) -> Back {
    let told = ClaimTold {
        about: it.about,
        says: it.says,
        source: said(&it.source),
        role: said(&it.role).map(|role| word::<CauseRole>(&role)).transpose()?,
        rests_on: said(&it.rests_on),
        moment: said(&it.moment),
        when: said(&it.when).map(|when| when.parse::<SaidTime>()).transpose()?,
    };
    say(site, visitor, id, |mayday, id, act| mayday.make_claim(id, told, act)).await
}

/// `POST /incidents/{id}/revision`
pub(crate) async fn revision(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<RevisionForm>,
) -> Back {
    let RevisionForm { claim, state, because } = it;
    let told = RevisionTold { claim, state, because };
    say(site, visitor, id, |mayday, id, act| mayday.revise_claim(id, told, act)).await
}

/// `POST /incidents/{id}/actions`
pub(crate) async fn actions(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<ActionsForm>,
) -> Back {
    let ActionsForm { tool, reversibility, compensation, because } = it;
    let (run, step) = (None, None);
    let told = ActionsTold { run, step, tool, reversibility, compensation, because };
    say(site, visitor, id, |mayday, id, act| mayday.revise_actions(id, told, act)).await
}

/// What a field says, unless it was left empty.
fn said(field: &str) -> Option<String> {
    Some(field.trim().to_owned()).filter(|field| !field.is_empty())
}

/// A word of a closed set.
fn word<T: DeserializeOwned>(word: &str) -> Result<T, PageError> {
    use serde::de::value::{Error, StrDeserializer};
    T::deserialize(StrDeserializer::<Error>::new(word)).map_err(|_| PageError::NoForm)
}
