//! How long things took, with ranges, beside what others took.

use jiff::{SignedDuration, Timestamp};
use model::Incident;
use model::course::Stage;
use serde::{Deserialize, Serialize};

use super::{Clock, Mark};

/// A time between two marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LagName {
    /// From introduced to activated: how long the cause lay still.
    Latent,
    /// From onset until the first machine or person knew.
    Detection,
    /// From the first alert until a person knew.
    Awareness,
    /// From a person's knowing until something was tried.
    Reaction,
    /// From a person's knowing until the harm stopped.
    Containment,
    /// From a person's knowing until what caused it was taken back.
    Mitigation,
    /// From onset until the harm stopped: how long people were exposed to it.
    Exposure,
}

/// How long something took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Which one.
    pub name: LagName,
    /// How long.
    pub length: Length,
    /// What others took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// How long, in whole seconds. A negative one says that the order was the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// It is over.
    Took {
        /// The shortest that both marks allow.
        least_secs: i64,
        /// The longest.
        most_secs: i64,
    },
    /// It goes on.
    GoesOn {
        /// The shortest so far.
        least_secs: i64,
        /// The longest so far.
        most_secs: i64,
    },
    /// It can't be computed.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// What somebody else took, or aims at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Beside which lag it stands.
    pub lag: LagName,
    /// The shortest, in seconds.
    pub least: i64,
    /// The longest, in seconds.
    pub most: i64,
    /// What was measured or aimed at.
    pub what: String,
    /// Who says so.
    pub source: String,
}

#[derive(Deserialize)]
struct References {
    #[serde(rename = "version")]
    _version: u32,
    reference: Vec<Reference>,
}

/// What others took: a versioned data file, compiled in.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn references() -> Vec<Reference> {
    let text = include_str!("../../data/lags.toml");
    let file: References = toml::from_str(text).expect("invariant: the file of lags can be read");
    file.reference
}

impl LagName {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Latent,
        Self::Detection,
        Self::Awareness,
        Self::Reaction,
        Self::Containment,
        Self::Mitigation,
        Self::Exposure,
    ];

    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Latent => "latent",
            Self::Detection => "detection",
            Self::Awareness => "awareness",
            Self::Reaction => "reaction",
            Self::Containment => "containment",
            Self::Mitigation => "mitigation",
            Self::Exposure => "exposure",
        }
    }

    /// From what to what it goes, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Latent => "from introduced to activated",
            Self::Detection => "from onset until the first machine or person knew",
            Self::Awareness => "from the first alert until a person knew",
            Self::Reaction => "from a person's knowing until something was tried",
            Self::Containment => "from a person's knowing until it was contained",
            Self::Mitigation => "from a person's knowing until it was mitigated",
            Self::Exposure => "from onset until it was contained",
        }
    }

    /// From the first mark to the earliest of the others.
    fn marks(self) -> (Mark, &'static [Mark]) {
        match self {
            Self::Latent => (Mark::Introduced, &[Mark::Activated]),
            Self::Detection => (Mark::Onset, &[Mark::MachineDetected, Mark::HumanAware]),
            Self::Awareness => (Mark::MachineDetected, &[Mark::HumanAware]),
            Self::Reaction => (Mark::HumanAware, &[Mark::Acted]),
            Self::Containment => (Mark::HumanAware, &[Mark::Contained]),
            Self::Mitigation => (Mark::HumanAware, &[Mark::Mitigated]),
            Self::Exposure => (Mark::Onset, &[Mark::Contained]),
        }
    }
}

/// Every lag between the marks of an incident.
pub(super) fn of(marks: &[Clock], incident: &Incident, now: Timestamp) -> Vec<Lag> {
    let references = references();
    let of_name = |name: LagName| Lag {
        name,
        length: length(name, marks, incident, now),
        references: references.iter().filter(|one| one.lag == name).cloned().collect(),
    };
    LagName::ALL.into_iter().map(of_name).collect()
}

fn length(name: LagName, marks: &[Clock], incident: &Incident, now: Timestamp) -> Length {
    let find = |mark: Mark| marks.iter().find(|clock| clock.mark == mark);
    let range = |mark: Mark| find(mark).and_then(|clock| clock.reading.range());
    let (from, to) = name.marks();
    let Some((earliest, latest)) = range(from) else {
        return Length::Unknown { why: format!("{} is not known", from.words()) };
    };
    let seconds = |from: Timestamp, to: Timestamp| to.duration_since(from).as_secs();
    if let Some((first, last)) = to.iter().filter_map(|mark| range(*mark)).min() {
        return Length::Took {
            least_secs: seconds(latest, first),
            most_secs: seconds(earliest, last),
        };
    }
    match goes_on(name, incident) {
        true => {
            Length::GoesOn { least_secs: seconds(latest, now), most_secs: seconds(earliest, now) }
        }
        false => {
            let words: Vec<&str> = to.iter().map(|mark| mark.words()).collect();
            Length::Unknown { why: format!("{} is not known", words.join(" or ")) }
        }
    }
}

/// Whether what has not come yet may still come.
fn goes_on(name: LagName, incident: &Incident) -> bool {
    let closed = incident.course.stage() >= Stage::Closed;
    name != LagName::Latent && !closed
}

impl Length {
    /// The shortest and the longest, if they are known.
    pub fn range(&self) -> Option<(SignedDuration, SignedDuration)> {
        match self {
            Length::Took { least_secs, most_secs } | Length::GoesOn { least_secs, most_secs } => {
                let seconds = SignedDuration::from_secs;
                Some((seconds(*least_secs), seconds(*most_secs)))
            }
            Length::Unknown { .. } => None,
        }
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Length::Unknown { why } = self {
            return write!(f, "unknown: {why}");
        }
        let Some((least, most)) = self.range() else { return Ok(()) };
        let going = if matches!(self, Length::GoesOn { .. }) { ", and goes on" } else { "" };
        let (least, most) = (crate::wording::duration(least), crate::wording::duration(most));
        match least == most {
            true => write!(f, "{least}{going}"),
            false => write!(f, "{least} to {most}{going}"),
        }
    }
}
