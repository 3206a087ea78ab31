//! What was asked of each surface, and answered.

use model::Triage;
use model::triage::{Answer, TriageRow};

use crate::words;

/// A triage, for the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TriageTable {
    /// What follows.
    pub(crate) next: String,
    /// Each question.
    pub(crate) rows: Vec<Asked>,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What was asked.
    pub(crate) question: String,
    /// The answer's shape.
    pub(crate) mark: &'static str,
    /// The answer.
    pub(crate) word: &'static str,
    /// On what ground.
    pub(crate) why: String,
    /// What to do; none where there is nothing to.
    pub(crate) action: Option<String>,
    /// Whose it is, and how long to spend on it.
    pub(crate) whose: String,
}

impl TriageTable {
    /// The table of a triage.
    pub(super) fn of(triage: &Triage) -> Self {
        Self { next: words::sentence(&triage.next), rows: triage.rows.iter().map(asked).collect() }
    }
}

fn asked(row: &TriageRow) -> Asked {
    let mark = match row.answer {
        Answer::Drifted => "▲",
        Answer::Clean => "=",
        Answer::Unknown => "?",
    };
    Asked {
        question: row.question.clone(),
        mark,
        word: row.answer.as_str(),
        why: words::sentence(&row.why),
        action: (row.answer == Answer::Drifted).then(|| row.action.clone()),
        whose: format!("{}, {} min", row.owner, row.minutes),
    }
}
