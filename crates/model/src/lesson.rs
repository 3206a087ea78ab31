//! What was learned: documents that were filed, items that were done, and what a review made of it.
//!
//! A document is filed whole, as often as people like; the latest counts. Its action items live
//! longer than any wording of it: they close by what was measured, and open again when that no
//! longer holds. A review grades documents, blind first.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::eval::{Ablation, Measured};
use crate::id::{IncidentId, ItemId, MeasureId};
use crate::postmortem::Postmortem;
use crate::principal::TenantName;
use crate::rate::BehaviourRate;

/// A person filed an incident's postmortem, or a new version of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentFiled {
    /// The incident.
    pub incident: IncidentId,
    /// The document. Quotes that were found in their trace stand in it by address alone.
    pub document: Box<Postmortem>,
    /// Findings that the linter had then, by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// Rules whose findings somebody took as they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<String>,
}

/// An action item was shown to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemClosed {
    /// The incident.
    pub incident: IncidentId,
    /// The item.
    pub item: ItemId,
    /// What shows it.
    pub proof: ItemProof,
}

/// What shows that an item is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ItemProof {
    /// The case failed as the incident ran, and passes now.
    Eval {
        /// The run in which it failed.
        red: MeasureId,
        /// The green run that includes it.
        green: MeasureId,
        /// How often the item's cases failed in it.
        rate: BehaviourRate,
    },
    /// What must be stopped is, and what must pass does.
    Guardrail {
        /// The run that shows both.
        run: MeasureId,
    },
    /// The share of actions that nobody was asked about is where it should be.
    Threshold {
        /// That share, since the item was opened.
        share: BehaviourRate,
        /// Uses on record then: after so many more it is looked at again.
        uses: u64,
    },
    /// Somebody looked, by the item's own verification.
    Looked {
        /// What they saw.
        because: String,
    },
}

/// An item that was done is to be done again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemReopened {
    /// The incident.
    pub incident: IncidentId,
    /// The item.
    pub item: ItemId,
    /// Why.
    pub because: Reopening,
}

/// Why an item is open again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reopening {
    /// A later run of the eval lacks the case.
    CaseDropped {
        /// That run.
        run: MeasureId,
        /// The case.
        case: String,
    },
    /// In a later run the cases fail more often than was promised, beyond chance.
    FailsAgain {
        /// That run.
        run: MeasureId,
    },
    /// So many uses as were agreed have passed.
    DueAgain {
        /// Uses on record by then.
        uses: u64,
    },
    /// A person says so.
    Said {
        /// On what ground.
        because: String,
    },
}

/// What an eval measured was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalMeasured {
    /// Whose.
    pub tenant: TenantName,
    /// What came of it.
    pub measured: Measured,
}

/// Trials with one part swapped were taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AblationTold {
    /// The incident they are about.
    pub incident: IncidentId,
    /// What came of them.
    pub ablation: Ablation,
}

/// A person said whether an incident is an earlier one that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecurrenceJudged {
    /// The later incident.
    pub incident: IncidentId,
    /// The earlier one.
    pub earlier: IncidentId,
    /// Whether it came back.
    pub recurs: bool,
    /// On what ground.
    pub because: String,
}

/// A person graded a document for a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentGraded {
    /// The review: `2026-Q3`.
    pub review: String,
    /// The incident whose document it is.
    pub incident: IncidentId,
    /// The grade.
    pub grade: Grade,
    /// Whether the machine's grade had not been shown to this person.
    pub blind: bool,
    /// On what ground.
    pub because: String,
}

/// Whether the fields of the inference were used, or what happened was flattened into classic rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// An agent took part, and the document reads as if none had.
    Flattened,
    /// Some of it is there.
    Partly,
    /// They say what was believed, what was right, what was missed and what would have shown it.
    Used,
}

/// The machine's grades of a review were shown to a person, who is no longer blind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GradesShown {
    /// The review.
    pub review: String,
    /// Up to which moment documents were graded by then.
    pub until: Timestamp,
}

impl Grade {
    /// All of them, from the worst.
    pub const ALL: [Self; 3] = [Self::Flattened, Self::Partly, Self::Used];

    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flattened => "flattened",
            Self::Partly => "partly",
            Self::Used => "used",
        }
    }

    /// The one of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}
