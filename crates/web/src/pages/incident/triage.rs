//! What was asked of each surface, and answered.

use model::Triage;
use model::triage::{Answer, Told, TriageRow};

use crate::words::{self, When};

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
    /// What people said to it.
    pub(crate) told: Vec<TellOf>,
    /// What to do; none where there is nothing to.
    pub(crate) action: Option<String>,
    /// Whose it is, and how long to spend on it.
    pub(crate) whose: String,
}

/// What a person said to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TellOf {
    /// Who said it.
    pub(crate) by: String,
    /// The answer.
    pub(crate) word: &'static str,
    /// When.
    pub(crate) at: When,
    /// On what ground.
    pub(crate) because: String,
}

impl TriageTable {
    /// The table of a triage.
    pub(super) fn of(triage: &Triage) -> Self {
        Self { next: words::sentence(&triage.next), rows: triage.rows.iter().map(asked).collect() }
    }
}

fn asked(row: &TriageRow) -> Asked {
    let stands = row.stands();
    let mark = match stands {
        Answer::Drifted => "▲",
        Answer::Clean => "=",
        Answer::Unknown => "?",
    };
    Asked {
        question: row.question.clone(),
        mark,
        word: stands.as_str(),
        why: words::sentence(&row.why),
        told: row.told.iter().map(tell).collect(),
        action: (stands == Answer::Drifted).then(|| row.action.clone()),
        whose: format!("{}, {} min", row.owner, row.minutes),
    }
}

fn tell(told: &Told) -> TellOf {
    let (by, because) = (told.by.clone(), told.because.clone());
    TellOf { by, word: told.answer.as_str(), at: When::at(told.at), because }
}
