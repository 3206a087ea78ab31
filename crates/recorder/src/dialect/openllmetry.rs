//! OpenLLMetry, also called Traceloop: OpenTelemetry's names with some of its own around them.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Parameter, Sign, Subject, Tokens};
use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names for what encloses model calls, and those of 0.4 and before.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Openllmetry,
    keys: &[
        ("traceloop.span.kind", Is(Slot::TraceloopKind)),
        ("traceloop.workflow.name", Sign),
        // Who.
        ("traceloop.entity.name", Is(Slot::Entity)),
        ("traceloop.entity.version", Is(Slot::AgentVersion)),
        ("traceloop.association.properties.session_id", Is(Slot::Conversation)),
        ("traceloop.association.properties.chat_id", Is(Slot::Conversation)),
        ("traceloop.association.properties.conversation_id", Is(Slot::Conversation)),
        ("traceloop.association.properties.thread_id", Is(Slot::Conversation)),
        ("traceloop.association.properties.user_id", Subject),
        ("llm.user", Subject),
        ("gen_ai.user", Subject),
        // The model.
        ("gen_ai.openai.api_base", Is(Slot::Endpoint)),
        ("llm.is_streaming", Parameter("stream")),
        ("gen_ai.is_streaming", Parameter("stream")),
        ("llm.top_k", Parameter("top_k")),
        ("llm.frequency_penalty", Parameter("frequency_penalty")),
        ("llm.presence_penalty", Parameter("presence_penalty")),
        ("llm.chat.stop_sequences", Parameter("stop_sequences")),
        ("gen_ai.request.reasoning_effort", Parameter("reasoning")),
        ("gen_ai.request.repetition_penalty", Parameter("repetition_penalty")),
        ("gen_ai.request.structured_output_schema", Parameter("response_format")),
        ("llm.response.finish_reason", Is(Slot::FinishReasons)),
        ("llm.response.stop_reason", Is(Slot::FinishReasons)),
        // The prompt.
        ("traceloop.prompt.key", Is(Slot::PromptName)),
        ("traceloop.prompt.version", Is(Slot::PromptVersion)),
        ("traceloop.prompt.version_hash", Is(Slot::PromptHash)),
        // Tokens: subsets of the totals.
        ("gen_ai.usage.total_tokens", Tokens(Bucket::Total)),
        ("llm.usage.total_tokens", Tokens(Bucket::Total)),
        // Tools and retrieval.
        ("traceloop.entity.input", Is(Slot::ToolArguments)),
        ("traceloop.entity.output", Is(Slot::ToolResult)),
        ("db.vector.query.top_k", Is(Slot::TopK)),
        ("llm.request.type", Is(Slot::RequestType)),
    ],
    loose: &[],
    below: &[("llm.request.functions.", Below::Definitions), ("traceloop.", Below::Sign)],
};

/// What it calls a span.
pub(crate) const KINDS: &[Sort] = &[
    ("workflow", StepKind::Agent, "invoke_workflow"),
    ("agent", StepKind::Agent, "invoke_agent"),
    ("tool", StepKind::Tool, "execute_tool"),
    ("task", StepKind::Other, "task"),
];

/// Parameters that it sends where nobody stated them (seen in 0.62.4).
pub(crate) const FILLED_IN: &[(&str, &str)] = &[("stream", "false")];

/// `llm.request.type`, of 0.4 and before.
pub(crate) const REQUEST_TYPES: &[Sort] = &[
    ("chat", StepKind::Model, "chat"),
    ("completion", StepKind::Model, "text_completion"),
    ("embedding", StepKind::Embedding, "embeddings"),
    ("rerank", StepKind::Retrieval, "rerank"),
];
