//! Notices, each with the course of its thing and what was decided.

use model::notice::{NoticeClass, NoticeProof};
use response::notices::NoticeView;

use crate::words::{When, capitalised};

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeardRow {
    /// Its id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) title: String,
    /// Whose it is.
    pub(crate) provider: String,
    /// What it is about, and how bad: `incident, major`.
    pub(crate) class: String,
    /// The shape of its badge.
    pub(crate) mark: &'static str,
    /// The class of its badge's colours.
    pub(crate) tone: &'static str,
    /// When it came.
    pub(crate) heard: When,
    /// By what way, and how it is proven.
    pub(crate) by: String,
    /// What is to be done about it.
    pub(crate) verdict: String,
    /// What of what is used it concerns.
    pub(crate) concerns: Vec<String>,
    /// The ticket it asks for.
    pub(crate) ticket: Option<String>,
    /// Incidents that it belongs to.
    pub(crate) incidents: Vec<String>,
    /// Where more of it stands.
    pub(crate) link: Option<String>,
    /// What was heard of the same thing, if more than this.
    pub(crate) timeline: Vec<MomentRow>,
}

/// A moment in the course of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MomentRow {
    /// When it came.
    pub(crate) at: When,
    /// Where the thing stood.
    pub(crate) status: String,
    /// What was said.
    pub(crate) title: String,
}

impl HeardRow {
    pub(super) fn of(view: &NoticeView) -> Self {
        let says = &view.says;
        let status = says.status.as_deref().map_or(String::new(), |status| format!(", {status}"));
        let pages = view.judged.as_ref().is_some_and(|judged| judged.pages);
        let (mark, tone) = match (pages, says.class) {
            (true, _) => ("▲", "alert"),
            (false, NoticeClass::Unknown) => ("?", "notice"),
            (false, _) => ("◆", "notice"),
        };
        let mut verdict = view.judged.as_ref().map_or_else(
            || "Not judged yet: the provider is being asked.".to_owned(),
            |judged| capitalised(&judged.because),
        );
        if pages {
            verdict =
                format!("Paged {}. {verdict}", view.judged.as_ref().map_or("", |one| &one.owner));
        }
        if view.flapping {
            verdict.push_str(" It goes back and forth.");
        }
        let moments = view.timeline.iter().map(|moment| MomentRow {
            at: When::at(moment.heard_at),
            status: moment.status.clone().unwrap_or_else(|| "said".to_owned()),
            title: moment.title.clone(),
        });
        Self {
            id: view.notice.to_string(),
            title: says.title.clone(),
            provider: says.provider.clone(),
            class: format!("{}{status}", says.class.as_str()),
            mark,
            tone,
            heard: When::at(view.heard_at),
            by: by(view),
            verdict,
            concerns: view.judged.as_ref().map_or_else(Vec::new, |judged| judged.concerns.clone()),
            ticket: view.ticket.as_ref().map(ToString::to_string),
            incidents: view.incidents.iter().map(ToString::to_string).collect(),
            link: says.link.clone(),
            timeline: if view.timeline.len() > 1 { moments.collect() } else { Vec::new() },
        }
    }
}

fn by(view: &NoticeView) -> String {
    let way = view.via.as_deref().unwrap_or("brought in a file");
    let proof = match (view.says.proof, &view.confirmed) {
        (_, Some(confirmed)) if confirmed.holds => "confirmed by the provider",
        (_, Some(_)) => "denied by the provider",
        (NoticeProof::Signature, None) => "signed",
        (NoticeProof::Asked, None) => "asked of the provider",
        (NoticeProof::SecretPath, None) => "not confirmed",
        (NoticeProof::Brought, None) => return way.to_owned(),
    };
    format!("{way}, {proof}")
}
