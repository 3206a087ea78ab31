//! Who of those on call could not do which step: found before the page and not at 02:17.

use serde::{Deserialize, Serialize};

use super::{Access, Playbook};

/// Somebody who may be called, with what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    /// Who.
    pub name: String,
    /// What they may do.
    pub may: Vec<Access>,
}

/// A step that somebody could not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    /// The playbook.
    pub playbook: String,
    /// The step, from 1.
    pub step: usize,
    /// Who could not do it.
    pub who: String,
    /// What they lack.
    pub lacks: Access,
}

/// Every step that somebody on call could not do.
pub fn preflight(playbooks: &[Playbook], on_call: &[OnCall]) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for playbook in playbooks {
        for (place, step) in playbook.steps.iter().enumerate() {
            let Some(access) = step.access else { continue };
            let lacking = on_call.iter().filter(|one| !one.may.contains(&access));
            lacks.extend(lacking.map(|one| Lack {
                playbook: playbook.id.clone(),
                step: place + 1,
                who: one.name.clone(),
                lacks: access,
            }));
        }
    }
    lacks
}
