//! The forms of an incident's page: each says one thing in its course, then shows the page again.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Redirect;
use model::course::{AttemptResult, Duty};
use model::{Incident, IncidentId, Severity, Stage};
use response::{Act, AttemptTold, IncidentError, Mayday, NoteTold, Right, SeverityWanted};
use serde::Deserialize;

use crate::Site;
use crate::error::PageError;
use crate::visitor::{Posted, Visitor};

/// Back to the page, or the page that says why not.
pub(super) type Back = Result<Redirect, PageError>;

/// The incident after what was said, or why that was not.
type Said = Result<Incident, IncidentError>;

/// The incident that a form is about.
pub(super) type Of = Result<Path<IncidentId>, PathRejection>;

/// A form with no fields of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// A stage.
#[derive(Debug, Deserialize)]
pub(crate) struct StageForm {
    stage: Stage,
    because: String,
}

/// A severity, or the harm that it is read off.
#[derive(Debug, Deserialize)]
pub(crate) struct SeverityForm {
    severity: String,
    because: String,
}

/// An attempt.
#[derive(Debug, Deserialize)]
pub(crate) struct AttemptForm {
    channel: String,
    what: String,
    result: AttemptResult,
}

/// A note.
#[derive(Debug, Deserialize)]
pub(crate) struct NoteForm {
    text: String,
}

/// A duty, and who has it.
#[derive(Debug, Deserialize)]
pub(crate) struct DutyForm {
    duty: Duty,
    who: String,
}

/// `POST /incidents/{id}/acknowledge`
pub(crate) async fn acknowledge(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it: Nothing {} }: Posted<Nothing>,
) -> Back {
    say(site, visitor, id, Mayday::acknowledge).await
}

/// `POST /incidents/{id}/stage`
pub(crate) async fn stage(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<StageForm>,
) -> Back {
    say(site, visitor, id, move |mayday, id, act| {
        mayday.reach_stage(id, it.stage, &it.because, act)
    })
    .await
}

/// `POST /incidents/{id}/severity`
pub(crate) async fn severity(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<SeverityForm>,
) -> Back {
    let SeverityForm { severity, because } = it;
    let wanted = match severity.strip_prefix("harm") {
        Some(harm) => {
            let harm = harm.parse().map_err(|_| PageError::NoForm)?;
            SeverityWanted { severity: None, grades: [Some(harm), None, None, None], because }
        }
        None => {
            let severity = named(&severity).ok_or(PageError::NoForm)?;
            SeverityWanted { severity: Some(severity), grades: [None; 4], because }
        }
    };
    say(site, visitor, id, move |mayday, id, act| mayday.set_severity(id, &wanted, act)).await
}

/// `POST /incidents/{id}/attempt`
pub(crate) async fn attempt(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<AttemptForm>,
) -> Back {
    let AttemptForm { channel, what, result } = it;
    let told = AttemptTold { channel, what, result, done_at: None, advice: None, change: None };
    say(site, visitor, id, |mayday, id, act| mayday.tell_attempt(id, told, act)).await
}

/// `POST /incidents/{id}/note`
pub(crate) async fn note(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<NoteForm>,
) -> Back {
    let told = NoteTold { text: it.text.replace('\r', ""), said_at: None, source: None };
    say(site, visitor, id, |mayday, id, act| mayday.add_note(id, told, act)).await
}

/// `POST /incidents/{id}/duty`
pub(crate) async fn duty(
    State(site): State<Site>,
    id: Of,
    Posted { visitor, it }: Posted<DutyForm>,
) -> Back {
    let DutyForm { duty, who } = it;
    say(site, visitor, id, move |mayday, id, act| mayday.take_duty(id, duty, &who, act)).await
}

/// Says something in the course of an incident, as whoever sent the form.
pub(super) async fn say(
    site: Site,
    visitor: Visitor,
    id: Of,
    what: impl FnOnce(&Mayday, &IncidentId, Act) -> Said + Send + 'static,
) -> Back {
    let Path(id) = id.map_err(|_| PageError::NoSuchPage)?;
    visitor.who.may(Right::Respond)?;
    let act = move || {
        let act = visitor.act(&site);
        let mayday = site.mayday.of(&visitor.who.tenant(), act.at)?;
        let incident = what(&mayday, &id, act)?;
        Ok::<_, PageError>(Redirect::to(&format!("/incidents/{}#course", incident.id)))
    };
    tokio::task::spawn_blocking(act).await?
}

fn named(severity: &str) -> Option<Severity> {
    let all = [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4];
    all.into_iter().find(|one| one.to_string().eq_ignore_ascii_case(severity))
}
