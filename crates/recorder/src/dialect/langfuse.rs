//! Langfuse, as its SDK has sent it over OTLP since version 3.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Subject};
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names. It has one name for a model: of what its OpenAI integration observed that is the one
/// that answered, else it counts as asked for.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Langfuse,
    keys: &[
        ("langfuse.observation.type", Is(Slot::LangfuseType)),
        // Who.
        ("langfuse.session.id", Is(Slot::Conversation)),
        ("langfuse.user.id", Subject),
        ("langfuse.environment", Is(Slot::Environment)),
        ("langfuse.release", Is(Slot::Version)),
        // The model.
        ("langfuse.observation.model.name", Is(Slot::ModelRequested)),
        ("langfuse.observation.model.parameters", Is(Slot::Settings)),
        ("langfuse.observation.completion_start_time", Is(Slot::FirstChunkAt)),
        ("langfuse.observation.metadata.finish_reason", Is(Slot::FinishReasons)),
        // The prompt, and what went in and out.
        ("langfuse.observation.prompt.name", Is(Slot::PromptName)),
        ("langfuse.observation.prompt.version", Is(Slot::PromptVersion)),
        ("langfuse.observation.input", Is(Slot::InputValue)),
        ("langfuse.observation.output", Is(Slot::OutputValue)),
        // Tokens: buckets beside each other. Money: dollars.
        ("langfuse.observation.usage_details", Is(Slot::UsageDetails)),
        ("langfuse.observation.cost_details", Is(Slot::CostDetails)),
        ("langfuse.observation.level", Is(Slot::Level)),
    ],
    loose: &[],
    below: &[("langfuse.observation.", Below::Sign)],
};

/// What it calls a span.
pub(crate) const KINDS: &[Sort] = &[
    ("generation", StepKind::Model, "chat"),
    ("embedding", StepKind::Embedding, "embeddings"),
    ("agent", StepKind::Agent, "invoke_agent"),
    ("chain", StepKind::Agent, "invoke_workflow"),
    ("tool", StepKind::Tool, "execute_tool"),
    ("retriever", StepKind::Retrieval, "retrieval"),
    ("guardrail", StepKind::Guardrail, "run_guardrail"),
    ("evaluator", StepKind::Evaluation, "evaluation"),
    ("event", StepKind::Other, "event"),
];

/// How the names of spans begin that its OpenAI integration makes, unless they are given others.
///
/// Seen in 5.0.4: such a span names the model that answered, where anything did.
pub(crate) const INTEGRATION: &str = "OpenAI-";

/// Parameters that this integration fills in where nobody stated them (seen in 5.0.4).
pub(crate) const FILLED_IN: &[(&str, &str)] = &[
    ("temperature", "1"),
    ("max_tokens", "Infinity"),
    ("top_p", "1"),
    ("frequency_penalty", "0"),
    ("presence_penalty", "0"),
];
