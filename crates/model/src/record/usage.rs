//! Tokens: totals that include everything, and buckets that do not overlap.

use serde::{Deserialize, Serialize};

/// The tokens of one step.
///
/// `input` and `output` include everything. The buckets of each side do not overlap, and together
/// are that side: `input_uncached + cache_read + cache_write + audio_input = input`, and
/// `output_visible + reasoning + audio_output = output`. A bucket that nobody counted is absent,
/// and its tokens are in the uncached or the visible one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Whether they are this step's own.
    pub counted: Counted,
    /// How the client counts.
    pub convention: Convention,
    /// All tokens read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// Those read afresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_uncached: Option<u64>,
    /// Those read from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<u64>,
    /// Those written to a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// Of those written, the ones that stay five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_5m: Option<u64>,
    /// Of those written, the ones that stay an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<u64>,
    /// Sound, read afresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_input: Option<u64>,
    /// All tokens written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Those that the answer shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_visible: Option<u64>,
    /// Those that went into reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
    /// Sound, written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_output: Option<u64>,
    /// What in the client's numbers does not add up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<UsageFlag>,
}

/// Whose tokens they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// This step's own: they count.
    #[default]
    Own,
    /// Those of steps below, added up by the client: they count there.
    RollUp,
    /// Those of an answer given before, or of the span a log record is about: they count there.
    Elsewhere,
}

/// How a client counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// Totals include what is cached and what is reasoned.
    #[default]
    Inclusive,
    /// They leave it out.
    Exclusive,
}

/// Something in a client's numbers that does not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageFlag {
    /// More tokens come from or go to a cache than were read: read as a total that leaves them out.
    CacheBeyondInput,
    /// More tokens of reasoning than were written: read as a total that leaves them out.
    ReasoningBeyondOutput,
    /// More tokens of sound than there are: left out.
    AudioBeyondTotal,
    /// The client's own sum is another one.
    TotalDiffers,
    /// A count below zero, of part of a token, or that is no number: left out.
    NotACount,
}

impl Usage {
    /// What counts here and nowhere else: all tokens in and out of a step that counts its own.
    pub fn own_total(&self) -> Option<u64> {
        if self.counted != Counted::Own {
            return None;
        }
        match (self.input, self.output) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))),
        }
    }
}
