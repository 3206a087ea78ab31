//! Notices among the suspects: what a provider announced, and whether it is about what is in use.

use jiff::Timestamp;
use model::notice::{Notice, NoticeClass};
use model::{ChangeSurface, Factor, NoticeId};

use crate::suspects::{Asked, ScorePart, Suspect, SuspectKind, score};

/// A notice as it was taken in.
#[derive(Debug, Clone, Copy)]
pub struct NoticeSeen<'a> {
    /// Its id.
    pub id: &'a NoticeId,
    /// When it was heard.
    pub heard: Timestamp,
    /// What it says.
    pub says: &'a Notice,
}

/// The suspect that a notice is, if it tells of something that can change behaviour.
pub(super) fn suspect(asked: Asked, seen: &NoticeSeen) -> Option<Suspect> {
    let says = seen.says;
    let surface = surface(says.class)?;
    let introduced = says.stated.unwrap_or(seen.heard);
    let began = says.effective.unwrap_or(introduced);
    let mut parts = vec![asked.time(began)?];
    let used: Vec<&String> = says.models.iter().filter(|model| is_used(asked, model)).collect();
    let mut evidence = Vec::new();
    match (used.first(), says.models.is_empty()) {
        (Some(model), _) => {
            let why = format!("it names {model}, which the runs compared have used");
            parts.push(ScorePart { points: 2.0, why });
            evidence.push(format!("model {model}"));
        }
        (None, true) => {
            let why = "it names no model".to_owned();
            parts.push(ScorePart { points: 0.0, why });
        }
        (None, false) => {
            let why = "it names only models that the runs compared have not used".to_owned();
            parts.push(ScorePart { points: -2.0, why });
        }
    }
    let moved = asked.report.movers.iter().find(|mover| {
        asked.catalogue.change_of(&Factor::from(mover.factor.as_str())) == Some(surface)
    });
    if let Some(mover) = moved {
        let why = format!("{} moved with the outcome", mover.factor);
        parts.push(ScorePart { points: 1.5, why });
        evidence.push(mover.factor.clone());
    }
    Some(Suspect {
        what: seen.id.to_string(),
        kind: SuspectKind::Notice,
        surface: Some(surface),
        summary: says.title.clone(),
        by: Some(says.provider.clone()),
        introduced,
        activated: says.effective,
        score: score(&parts),
        parts,
        evidence,
    })
}

/// What a notice of this class can have altered; none if it alters no answer.
fn surface(class: NoticeClass) -> Option<ChangeSurface> {
    match class {
        NoticeClass::Incident
        | NoticeClass::Degradation
        | NoticeClass::Maintenance
        | NoticeClass::RegionFailover => Some(ChangeSurface::Infrastructure),
        NoticeClass::Deprecation | NoticeClass::Retirement | NoticeClass::Unknown => {
            Some(ChangeSurface::Model)
        }
        NoticeClass::Quota => Some(ChangeSurface::Permissions),
        NoticeClass::AccountWarning
        | NoticeClass::BillingAnomaly
        | NoticeClass::JobState
        | NoticeClass::Security => None,
    }
}

fn is_used(asked: Asked, model: &str) -> bool {
    let of_models =
        asked.report.factors.iter().filter(|shares| shares.factor.starts_with("model_"));
    of_models.flat_map(|shares| shares.before.levels.iter().chain(&shares.during.levels)).any(
        |count| {
            let dated = count.level.strip_prefix(model);
            dated.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '@', ':']))
        },
    )
}
