//! `/playbooks`: what to do about one shape of failure each, and how fresh that is.

use askama::Template;
use response::playbooks::PlaybookView;
use response::wording;

/// `/playbooks`
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "playbooks.html")]
pub(crate) struct PlaybooksPage {
    /// The playbooks.
    pub(crate) playbooks: Vec<Book>,
}

/// One playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    /// Its name.
    pub(crate) id: String,
    /// What it is for.
    pub(crate) title: String,
    /// Version, time and category.
    pub(crate) meta: String,
    /// Whether it can be relied on.
    pub(crate) fresh: String,
    /// What calls for it.
    pub(crate) triggers: Vec<String>,
    /// What to do.
    pub(crate) steps: Vec<Step>,
    /// How to grade, whom to call, what to tell and to keep, when it is over.
    pub(crate) rest: Vec<(&'static str, String)>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What to do.
    pub(crate) instruction: String,
    /// Where to look.
    pub(crate) probe: String,
    /// What should come of it.
    pub(crate) expected: String,
    /// What to do if it does not.
    pub(crate) if_not: String,
    /// Time and access.
    pub(crate) takes: String,
}

impl PlaybooksPage {
    /// The page of these playbooks.
    pub(crate) fn new(views: &[PlaybookView]) -> Self {
        Self { playbooks: views.iter().map(Book::of).collect() }
    }
}

impl Book {
    fn of(view: &PlaybookView) -> Self {
        let PlaybookView { playbook, freshness, rehearsed } = view;
        let last = rehearsed.as_ref().map_or(String::new(), |last| {
            format!(", last {} by {}", wording::moment(last.at), last.by)
        });
        let (version, minutes) = (playbook.version, playbook.minutes());
        let category = playbook.category.words();
        let steps = playbook.steps.iter().map(|step| Step {
            instruction: step.instruction.clone(),
            probe: step.probe.clone(),
            expected: step.expected.clone(),
            if_not: step.if_not.clone(),
            takes: format!(
                "{} min, takes the right to {}",
                step.minutes.map_or("?".to_owned(), |minutes| minutes.to_string()),
                step.access.map_or("unknown", |access| access.as_str())
            ),
        });
        Self {
            id: playbook.id.clone(),
            title: playbook.title.clone(),
            meta: format!("{category}, version {version}, {minutes} min"),
            fresh: format!("{}{last}", freshness.words()),
            triggers: playbook.triggers.clone(),
            steps: steps.collect(),
            rest: vec![
                ("Severity", playbook.severity.clone()),
                ("Escalate", playbook.escalation.clone()),
                ("Tell", playbook.comms.clone()),
                ("Keep", playbook.evidence.clone()),
                ("Over when", playbook.exit.clone()),
            ],
        }
    }
}
