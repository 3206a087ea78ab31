//! Which playbook fits an incident, by what moved and of which kind it is.

use model::incident::IncidentKind;
use model::report::Change;
use model::{Incident, Verdict};
use serde::{Deserialize, Serialize};

use super::{Category, Playbook};

/// A playbook that fits, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Which one.
    pub playbook: String,
    /// What it is for.
    pub title: String,
    /// Why it fits.
    pub because: String,
}

/// Proposed at most.
const MOST: usize = 3;

/// The playbooks that fit, best first: by what moved, then by the kind of incident. There is always
/// one, as long as there is any playbook.
pub fn propose(incident: &Incident, playbooks: &[Playbook]) -> Vec<Proposed> {
    let mut scored: Vec<(u32, String, &Playbook)> = playbooks
        .iter()
        .filter_map(|playbook| fits(incident, playbook).map(|(n, why)| (n, why, playbook)))
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.id.cmp(&b.2.id)));
    let proposed = scored.into_iter().take(MOST).map(|(_, because, playbook)| Proposed {
        playbook: playbook.id.clone(),
        title: playbook.title.clone(),
        because,
    });
    proposed.collect()
}

fn fits(incident: &Incident, playbook: &Playbook) -> Option<(u32, String)> {
    match incident.kind {
        IncidentKind::Event => {
            let why = "one run did harm".to_owned();
            (playbook.category == Category::HarmfulAction).then_some((9, why))
        }
        IncidentKind::Outage => {
            let why = "something does not work at all".to_owned();
            (playbook.category == Category::ProviderChange).then_some((9, why))
        }
        IncidentKind::Rate => by_mover(incident, playbook),
    }
}

/// By the factors that moved, else by their surface, else as what a rate without a mover is.
fn by_mover(incident: &Incident, playbook: &Playbook) -> Option<(u32, String)> {
    let report = &incident.report;
    let moved = report.movers.iter().filter(|mover| mover.change == Change::Levels);
    for (place, mover) in moved.enumerate() {
        let first = if place == 0 { 1 } else { 0 };
        let family = mover.factor.split(':').next().unwrap_or_default();
        if let Some(category) = category(family)
            && category == playbook.category
        {
            return Some((6 + first, format!("{} moved", mover.factor)));
        }
        if playbook.surfaces.first() == Some(&mover.surface) {
            return Some((4 + first, format!("the surface {} moved", mover.surface)));
        }
    }
    if report.verdict == Verdict::Measurement {
        let why = "only the ruler moved".to_owned();
        return (playbook.category == Category::EvalFailure).then_some((8, why));
    }
    let silent = playbook.category == Category::SilentDegradation;
    silent.then(|| (1, "a rate rose with no request failing".to_owned()))
}

/// What kind of failure it is when such a factor moves.
fn category(family: &str) -> Option<Category> {
    match family {
        "tool_shape" | "tool_schema" => Some(Category::ToolDrift),
        "index" | "embedding" => Some(Category::RetrievalDrift),
        "model_served" | "model_fingerprint" => Some(Category::ProviderChange),
        "judge" => Some(Category::EvalFailure),
        _ => None,
    }
}
