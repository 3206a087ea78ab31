//! Pydantic AI and Logfire: OpenTelemetry's names, with the history on the agent's span.

use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Sign, Tokens};
use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::Vocabulary;

/// Its names. Those of the first two versions of its format anybody might use, so they count only
/// on spans that carry a mark of Logfire's.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Pydantic,
    keys: &[
        ("logfire.msg", Sign),
        ("logfire.span_type", Sign),
        ("logfire.json_schema", Sign),
        // What went in and out.
        ("pydantic_ai.all_messages", Is(Slot::Input)),
        ("all_messages_events", Is(Slot::MessageEvents)),
        ("model_request_parameters", Is(Slot::RequestParameters)),
        // Tokens: subsets of the totals. Money: dollars.
        ("gen_ai.usage.details.cache_read_tokens", Tokens(Bucket::CacheRead)),
        ("gen_ai.usage.details.cached_tokens", Tokens(Bucket::CacheRead)),
        ("gen_ai.usage.details.cache_write_tokens", Tokens(Bucket::CacheWrite)),
        ("gen_ai.usage.details.reasoning_tokens", Tokens(Bucket::Reasoning)),
        ("gen_ai.usage.details.input_audio_tokens", Tokens(Bucket::AudioInput)),
        ("gen_ai.usage.details.cache_audio_read_tokens", Tokens(Bucket::AudioCached)),
        ("gen_ai.usage.details.output_audio_tokens", Tokens(Bucket::AudioOutput)),
        ("gen_ai.aggregated_usage.input_tokens", Tokens(Bucket::Input)),
        ("gen_ai.aggregated_usage.cache_read.input_tokens", Tokens(Bucket::CacheRead)),
        ("gen_ai.aggregated_usage.cache_write.input_tokens", Tokens(Bucket::CacheWrite)),
        ("gen_ai.aggregated_usage.output_tokens", Tokens(Bucket::Output)),
        ("gen_ai.aggregated_usage.details.reasoning_tokens", Tokens(Bucket::Reasoning)),
        ("operation.cost", Is(Slot::CostTotal)),
    ],
    loose: &[
        ("agent_name", Is(Slot::AgentName)),
        ("model_name", Is(Slot::ModelRequested)),
        ("events", Is(Slot::MessageEvents)),
        ("tool_arguments", Is(Slot::ToolArguments)),
        ("tool_response", Is(Slot::ToolResult)),
    ],
    below: &[("pydantic_ai.", Below::Sign), ("logfire.", Below::Sign)],
};

/// What stands under the name of a parameter, and is counted in the answer (seen in 2.68.0).
pub(crate) const NO_PARAMETER: &str = "dimensions";
