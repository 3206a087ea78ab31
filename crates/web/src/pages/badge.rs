//! A verdict at a glance: a shape and a word, so that colour carries nothing alone.

use model::Verdict;
use model::incident::IncidentKind;
use model::{Incident, Report};

/// A verdict at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Badge {
    /// The shape.
    pub(crate) mark: &'static str,
    /// The word.
    pub(crate) word: &'static str,
    /// The class of its colours.
    pub(crate) tone: &'static str,
}

impl Badge {
    /// What was found when the incident was declared; one run's harm needs no finding.
    pub(crate) fn of(incident: &Incident) -> Self {
        match incident.kind {
            IncidentKind::Event => Self { mark: "●", word: "one run", tone: "alert" },
            IncidentKind::Outage => Self { mark: "■", word: "outage", tone: "alert" },
            IncidentKind::Rate => Self::found(&incident.report),
        }
    }

    fn found(report: &Report) -> Self {
        let (mark, word, tone) = match report.verdict {
            Verdict::NoChange => ("=", "no change", "calm"),
            Verdict::Moved => ("▲", "moved", "alert"),
            Verdict::Several => ("▲", "several moved", "alert"),
            Verdict::Inseparable => ("▲", "moved, inseparable", "alert"),
            Verdict::TrafficMix => ("◆", "only the mix moved", "notice"),
            Verdict::Measurement => ("◆", "only the ruler moved", "notice"),
            Verdict::Unexplained => ("?", "rose, unexplained", "alert"),
            Verdict::Infrastructure => ("◆", "infrastructure", "notice"),
            Verdict::NotRecorded => ("?", "rose, not recorded", "alert"),
            Verdict::InsufficientData => ("?", "too little data", "notice"),
            Verdict::Other => ("?", "see the report", "notice"),
        };
        Self { mark, word, tone }
    }
}
