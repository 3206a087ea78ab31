//! What happened when: computed from facts and flights, never typed.

use jiff::{SignedDuration, Timestamp};
use model::{Incident, IncidentId};

use crate::wording;

/// One row of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: String,
    /// Where that is on record.
    pub source: String,
}

/// How long things took; none where it can't be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clocks {
    /// From onset to declaration: shortest and longest that the onset's range allows.
    pub detection: Option<(SignedDuration, SignedDuration)>,
}

/// The moments of an incident, in order.
pub fn moments(incident: &Incident) -> Vec<Moment> {
    let report = &incident.report;
    let ledger = |id: &IncidentId| format!("ledger: {id}");
    let mut moments = Vec::new();
    let mut add = |at, what: String, source: &str| {
        moments.push(Moment { at, what, source: source.to_owned() });
    };
    for mover in &report.movers {
        if let Some(at) = mover.first_seen {
            let what = format!("{} = {} first seen", mover.factor, wording::level(&mover.to));
            add(at, what, "flights: runs compared");
        }
    }
    if let Some(onset) = report.onset {
        let range = format!(
            "behaviour changed (90 % range {} to {})",
            wording::clock(onset.earliest),
            wording::clock(onset.latest)
        );
        add(onset.at, range, "flights: change point");
    }
    let declared = format!("incident declared by {}", incident.declared_by);
    add(incident.declared_at, declared, &ledger(&incident.id));
    for row in incident.triage.iter().flat_map(|triage| &triage.rows) {
        for told in &row.told {
            let (answer, because) = (told.answer.as_str(), &told.because);
            let what = format!("{} answered {}: {answer}: {because}", told.by, row.node);
            add(told.at, what, &ledger(&incident.id));
        }
    }
    for look in &incident.looks {
        add(look.at, wording::look(look), &ledger(&incident.id));
    }
    for draft in &incident.drafts {
        add(draft.at, format!("postmortem drafted by {}", draft.by), &ledger(&incident.id));
    }
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// The clocks of an incident.
pub fn clocks(incident: &Incident) -> Clocks {
    let detection = incident.report.onset.map(|onset| {
        let since = |at: Timestamp| incident.declared_at.duration_since(at);
        (since(onset.latest), since(onset.earliest))
    });
    Clocks { detection }
}
