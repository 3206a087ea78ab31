//! Triage: which surface drifted, asked one after the other, each with an answer and its ground.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The answers of one triage, in the order in which they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// Version of the tree that was followed.
    pub tree: u32,
    /// Each question with its answer.
    pub rows: Vec<TriageRow>,
    /// What to do next, and why.
    pub next: String,
}

/// A question of the tree, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriageRow {
    /// The node of the tree.
    pub node: String,
    /// The surface that it is about.
    pub surface: String,
    /// What is asked.
    pub question: String,
    /// The answer.
    pub answer: Answer,
    /// On what ground.
    pub why: String,
    /// What to do where the answer is that it drifted.
    pub action: String,
    /// Whose surface it is.
    pub owner: String,
    /// How long to spend on it before going on, in minutes.
    pub minutes: u32,
    /// What people answered, in the order in which they did. The last one stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
}

/// What a person answered to a question of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The answer.
    pub answer: Answer,
    /// On what ground.
    pub because: String,
}

impl TriageRow {
    /// The answer that stands: the last that a person gave, else the probe's.
    pub fn stands(&self) -> Answer {
        self.told.last().map_or(self.answer, |told| told.answer)
    }
}

/// What can be said of a surface. Nothing is clean without evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It changed, or is not what it should be.
    Drifted,
    /// It is shown that it did not.
    Clean,
    /// Neither can be shown.
    Unknown,
}

impl Answer {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Answer::Drifted => "drifted",
            Answer::Clean => "clean",
            Answer::Unknown => "unknown",
        }
    }
}

/// An input that stands at different levels in different places at the same time, each of them
/// steady: nothing changed, and still not everybody is given the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skew {
    /// The input.
    pub factor: String,
    /// What tells the places apart: `region`, `segment:plan`.
    pub by: String,
    /// The commonest level of each place, with the runs in it.
    pub places: Vec<Place>,
}

/// A place, and what most of its runs ran under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which one.
    pub name: String,
    /// The commonest level there.
    pub level: String,
    /// Runs at that level.
    pub runs: u64,
    /// Runs in which the input is on record.
    pub of: u64,
}
