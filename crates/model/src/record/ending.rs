//! Why a model stopped: the provider's word, and the few things that such words mean.

use serde::{Deserialize, Serialize};

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The provider's own word, as received.
    pub raw: String,
    /// What it means.
    pub stop: Stop,
}

/// What a provider's word for a stop means. The word itself is kept beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It had said what it had to say.
    Stop,
    /// It wrote a text at which it was told to stop.
    StopSequence,
    /// It reached a limit of tokens.
    Length,
    /// It asks for tools.
    ToolCalls,
    /// A filter of the provider stepped in.
    ContentFilter,
    /// It refused.
    Refusal,
    /// It wants to go on later.
    Pause,
    /// Something failed.
    Error,
    /// Somebody stopped it.
    Cancelled,
    /// A word that is not known.
    Other,
}

/// Words of providers and libraries, in lower case, for each meaning.
const WORDS: &[(Stop, &[&str])] = &[
    (Stop::Stop, &["stop", "end_turn", "complete", "completed", "eos", "eos_token", "end", "done"]),
    (Stop::StopSequence, &["stop_sequence"]),
    (
        Stop::Length,
        &[
            "length",
            "max_tokens",
            "max_output_tokens",
            "max_length",
            "model_length",
            "model_context_window_exceeded",
            "error_limit",
            "incomplete",
        ],
    ),
    (Stop::ToolCalls, &["tool_calls", "tool_call", "tool_use", "tool", "function_call"]),
    (
        Stop::ContentFilter,
        &[
            "content_filter",
            "content_filtered",
            "guardrail_intervened",
            "safety",
            "recitation",
            "blocklist",
            "prohibited_content",
            "spii",
            "error_toxic",
        ],
    ),
    (Stop::Refusal, &["refusal", "refused"]),
    (Stop::Pause, &["pause_turn", "pause"]),
    (Stop::Error, &["error", "failed", "network_error", "malformed_function_call"]),
    (Stop::Cancelled, &["cancelled", "canceled", "aborted", "abort", "user_cancel"]),
];

impl Stop {
    /// What a provider's word means, however it is written: `tool-calls`, `TOOL_USE`.
    pub fn of(word: &str) -> Self {
        let word = word.trim().to_ascii_lowercase().replace('-', "_");
        let known = WORDS.iter().find(|(_, words)| words.contains(&word.as_str()));
        known.map_or(Stop::Other, |(stop, _)| *stop)
    }

    /// The word for it, which is OpenAI's where OpenAI has one.
    pub fn as_str(self) -> &'static str {
        match self {
            Stop::Stop => "stop",
            Stop::StopSequence => "stop_sequence",
            Stop::Length => "length",
            Stop::ToolCalls => "tool_calls",
            Stop::ContentFilter => "content_filter",
            Stop::Refusal => "refusal",
            Stop::Pause => "pause",
            Stop::Error => "error",
            Stop::Cancelled => "cancelled",
            Stop::Other => "other",
        }
    }
}

impl Ending {
    /// The ending that a provider tells with this word.
    pub fn of(raw: impl Into<String>) -> Self {
        let raw = raw.into();
        Self { stop: Stop::of(&raw), raw }
    }

    /// One word for it: of its meaning where that is known, else the provider's own.
    pub fn word(&self) -> &str {
        match self.stop {
            Stop::Other => &self.raw,
            known => known.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_provider_mean_the_same_few_things() {
        let words = [
            ("tool_call", Stop::ToolCalls),
            ("tool-calls", Stop::ToolCalls),
            ("tool_use", Stop::ToolCalls),
            ("end_turn", Stop::Stop),
            ("STOP", Stop::Stop),
            ("MAX_TOKENS", Stop::Length),
            ("content-filter", Stop::ContentFilter),
            ("SAFETY", Stop::ContentFilter),
            ("refusal", Stop::Refusal),
            ("vibes", Stop::Other),
        ];
        for (word, stop) in words {
            assert_eq!(Ending::of(word), Ending { raw: word.to_owned(), stop }, "{word}");
        }
    }

    #[test]
    fn a_word_that_is_not_known_stays_the_word() {
        assert_eq!(Ending::of("vibes").word(), "vibes");
        assert_eq!(Ending::of("tool_use").word(), "tool_calls");
    }

    #[test]
    fn every_meaning_has_a_word_that_means_it() {
        for (stop, _) in WORDS {
            assert_eq!(Stop::of(stop.as_str()), *stop);
        }
    }
}
