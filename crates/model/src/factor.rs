//! Factors and levels: what a run ran under.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A variable a run ran under, by its fixed name: `tool_shape:search_kb`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Factor(String);

/// The value a factor had in a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It was this.
    Is(String),
    /// The factor was at work, but what it was is not in the record.
    NotRecorded,
}

/// One factor seen at one level. A factor not seen in a run did not apply to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seen {
    /// Which variable.
    pub factor: Factor,
    /// Its value.
    pub level: Level,
}

impl Factor {
    /// A factor that needs no subject: `region`.
    pub fn plain(family: &str) -> Self {
        Self(family.to_owned())
    }

    /// A factor about something: `tool_shape` of `search_kb`.
    pub fn of(family: &str, subject: &str) -> Self {
        Self([family, ":", subject].concat())
    }

    /// The part before the colon, which decides the surface.
    pub fn family(&self) -> &str {
        self.0.split_once(':').map_or(&self.0, |(family, _)| family)
    }

    /// What it is about, after the colon; none for a factor that needs no subject.
    pub fn subject(&self) -> Option<&str> {
        self.0.split_once(':').map(|(_, subject)| subject)
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// By this a run says that others like it were not kept. It is no variable, but a weight.
const KEPT: &str = "kept";
const ONE_IN: &str = "1 in ";

impl Seen {
    /// That of so many runs like this one was kept.
    pub fn kept_one_in(runs: u64) -> Self {
        Self::at(Factor::plain(KEPT), format!("{ONE_IN}{runs}"))
    }

    /// How many runs the run stands for, if this says so.
    pub fn stands_for(&self) -> Option<u64> {
        match &self.level {
            Level::Is(level) if self.factor.as_str() == KEPT => {
                level.strip_prefix(ONE_IN)?.parse().ok().filter(|runs| *runs > 0)
            }
            _ => None,
        }
    }

    /// A factor at a level that is known.
    pub fn at(factor: Factor, level: impl Into<String>) -> Self {
        Self { factor, level: Level::Is(level.into()) }
    }

    /// A factor whose level the record does not hold.
    pub fn unrecorded(factor: Factor) -> Self {
        Self { factor, level: Level::NotRecorded }
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Factor {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}
