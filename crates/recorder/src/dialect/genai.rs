//! The OpenTelemetry GenAI conventions, in four vintages.
//!
//! Packages mix them and their schema addresses are stale, so each old name is simply another name
//! for the same field, behind the new one.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{self, Is, Parameter, Sign, Tokens};
use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// The names as they are now.
pub(crate) const NOW: Vocabulary = Vocabulary {
    dialect: Dialect::Genai,
    keys: KEYS,
    loose: &[],
    below: &[("gen_ai.prompt.variable.", Below::Sign)],
};

/// Names of version 1.41 that have changed since.
pub(crate) const V1_41: Vocabulary = Vocabulary {
    dialect: Dialect::Genai141,
    keys: &[("gen_ai.usage.cache_creation.input_tokens", Tokens(Bucket::CacheWrite))],
    loose: &[],
    below: &[],
};

/// Names up to version 1.36 that have changed since.
pub(crate) const V1_36: Vocabulary = Vocabulary {
    dialect: Dialect::Genai136,
    keys: &[
        ("gen_ai.system", Is(Slot::Provider)),
        ("gen_ai.usage.prompt_tokens", Tokens(Bucket::Input)),
        ("gen_ai.usage.completion_tokens", Tokens(Bucket::Output)),
        ("gen_ai.usage.cache_creation_input_tokens", Tokens(Bucket::CacheWrite)),
        ("gen_ai.usage.cache_read_input_tokens", Tokens(Bucket::CacheRead)),
        ("gen_ai.usage.reasoning_tokens", Tokens(Bucket::Reasoning)),
        ("gen_ai.openai.request.seed", Parameter("seed")),
        ("gen_ai.openai.request.response_format", Parameter("output")),
        ("gen_ai.openai.request.service_tier", Is(Slot::TierAsked)),
        ("gen_ai.openai.response.service_tier", Is(Slot::TierServed)),
        ("gen_ai.openai.response.system_fingerprint", Is(Slot::Fingerprint)),
        ("gen_ai.openai.system_fingerprint", Is(Slot::Fingerprint)),
    ],
    loose: &[],
    below: &[],
};

/// Names from before there were message events.
pub(crate) const EARLY: Vocabulary = Vocabulary {
    dialect: Dialect::GenaiEarly,
    keys: &[
        ("gen_ai.prompt", Is(Slot::PlainPrompt)),
        ("gen_ai.completion", Is(Slot::PlainCompletion)),
        ("gen_ai.response.finish_reason", Is(Slot::FinishReasons)),
        ("gen_ai.response.stop_reason", Is(Slot::FinishReasons)),
    ],
    loose: &[],
    below: &[
        ("gen_ai.prompt.", Below::Read),
        ("gen_ai.completion.", Below::Wrote),
        ("gen_ai.tool.definitions.", Below::Definitions),
    ],
};

/// `gen_ai.operation.name`. `fetch_response` reads an answer that was given and counted before.
pub(crate) const OPERATIONS: &[Sort] = &[
    ("chat", StepKind::Model, "chat"),
    ("generate_content", StepKind::Model, "generate_content"),
    ("text_completion", StepKind::Model, "text_completion"),
    ("embeddings", StepKind::Embedding, "embeddings"),
    ("retrieval", StepKind::Retrieval, "retrieval"),
    ("rerank", StepKind::Retrieval, "rerank"),
    ("invoke_agent", StepKind::Agent, "invoke_agent"),
    ("invoke_workflow", StepKind::Agent, "invoke_workflow"),
    ("handle_conversation_turn", StepKind::Agent, "handle_conversation_turn"),
    ("execute_tool", StepKind::Tool, "execute_tool"),
    ("load_skill", StepKind::Tool, "load_skill"),
    ("read_skill_resource", StepKind::Tool, "read_skill_resource"),
    ("command", StepKind::Tool, "command"),
    ("run_guardrail", StepKind::Guardrail, "run_guardrail"),
    ("evaluation", StepKind::Evaluation, "evaluation"),
    ("create_memory_store", StepKind::Memory, "create_memory_store"),
    ("delete_memory_store", StepKind::Memory, "delete_memory_store"),
    ("search_memory", StepKind::Memory, "search_memory"),
    ("create_memory", StepKind::Memory, "create_memory"),
    ("update_memory", StepKind::Memory, "update_memory"),
    ("upsert_memory", StepKind::Memory, "upsert_memory"),
    ("delete_memory", StepKind::Memory, "delete_memory"),
    ("create_agent", StepKind::Other, "create_agent"),
    ("plan", StepKind::Other, "plan"),
    ("agent_step", StepKind::Other, "agent_step"),
    ("fetch_response", StepKind::Other, "fetch_response"),
];

/// `mcp.method.name`, where no operation is named.
pub(crate) const MCP_METHODS: &[Sort] = &[("tools/call", StepKind::Tool, "execute_tool")];

/// Names of events, which arrive as log records, and older ones on the span.
pub(crate) const EVENTS: &[Sort] = &[
    ("gen_ai.client.inference.operation.details", StepKind::Model, "chat"),
    ("gen_ai.client.operation.exception", StepKind::Model, "chat"),
    ("gen_ai.system.message", StepKind::Model, "chat"),
    ("gen_ai.user.message", StepKind::Model, "chat"),
    ("gen_ai.assistant.message", StepKind::Model, "chat"),
    ("gen_ai.tool.message", StepKind::Model, "chat"),
    ("gen_ai.choice", StepKind::Model, "chat"),
    ("gen_ai.evaluation.result", StepKind::Evaluation, "evaluation"),
    ("gen_ai.conversation.compacted", StepKind::Context, "compact"),
];

const KEYS: &[(&str, Means)] = &[
    ("gen_ai.operation.name", Is(Slot::Operation)),
    ("mcp.method.name", Is(Slot::McpMethod)),
    // Who.
    ("gen_ai.agent.name", Is(Slot::AgentName)),
    ("gen_ai.agent.id", Is(Slot::AgentId)),
    ("gen_ai.agent.version", Is(Slot::AgentVersion)),
    ("gen_ai.agent.description", Sign),
    ("gen_ai.main_agent.name", Is(Slot::MainAgent)),
    ("gen_ai.workflow.name", Is(Slot::Workflow)),
    ("gen_ai.conversation.id", Is(Slot::Conversation)),
    ("gen_ai.conversation.compacted", Is(Slot::Compacted)),
    // The model.
    ("gen_ai.provider.name", Is(Slot::Provider)),
    ("gen_ai.request.model", Is(Slot::ModelRequested)),
    ("gen_ai.response.model", Is(Slot::ModelServed)),
    ("gen_ai.response.id", Is(Slot::ResponseId)),
    ("gen_ai.response.finish_reasons", Is(Slot::FinishReasons)),
    ("gen_ai.response.time_to_first_chunk", Is(Slot::FirstChunkSecs)),
    ("gen_ai.client.operation.time_to_first_chunk", Is(Slot::FirstChunkSecs)),
    ("openai.response.system_fingerprint", Is(Slot::Fingerprint)),
    ("openai.request.service_tier", Is(Slot::TierAsked)),
    ("openai.response.service_tier", Is(Slot::TierServed)),
    ("openai.api.type", Is(Slot::Api)),
    // The request.
    ("gen_ai.request.temperature", Parameter("temperature")),
    ("gen_ai.request.top_p", Parameter("top_p")),
    ("gen_ai.request.top_k", Parameter("top_k")),
    ("gen_ai.request.max_tokens", Parameter("max_tokens")),
    ("gen_ai.request.frequency_penalty", Parameter("frequency_penalty")),
    ("gen_ai.request.presence_penalty", Parameter("presence_penalty")),
    ("gen_ai.request.reasoning.level", Parameter("reasoning")),
    ("gen_ai.output.type", Parameter("output")),
    ("gen_ai.request.seed", Parameter("seed")),
    ("gen_ai.request.stop_sequences", Parameter("stop_sequences")),
    ("gen_ai.request.choice.count", Parameter("choice_count")),
    ("gen_ai.request.stream", Parameter("stream")),
    ("gen_ai.request.encoding_formats", Parameter("encoding_formats")),
    ("gen_ai.embeddings.dimension.count", Parameter("dimensions")),
    // The prompt and the messages.
    ("gen_ai.prompt.name", Is(Slot::PromptName)),
    ("gen_ai.prompt.version", Is(Slot::PromptVersion)),
    ("gen_ai.system_instructions", Is(Slot::System)),
    ("gen_ai.input.messages", Is(Slot::Input)),
    ("gen_ai.output.messages", Is(Slot::Output)),
    ("gen_ai.tool.definitions", Is(Slot::Definitions)),
    // Where these are, if the client uploads them to a place of its own.
    ("gen_ai.system_instructions_ref", Is(Slot::SystemRef)),
    ("gen_ai.input.messages_ref", Is(Slot::InputRef)),
    ("gen_ai.output.messages_ref", Is(Slot::OutputRef)),
    ("gen_ai.tool.definitions_ref", Is(Slot::DefinitionsRef)),
    // Tokens: subsets of the totals.
    ("gen_ai.usage.input_tokens", Tokens(Bucket::Input)),
    ("gen_ai.usage.output_tokens", Tokens(Bucket::Output)),
    ("gen_ai.usage.cache_read.input_tokens", Tokens(Bucket::CacheRead)),
    ("gen_ai.usage.cache_write.input_tokens", Tokens(Bucket::CacheWrite)),
    ("gen_ai.usage.reasoning.output_tokens", Tokens(Bucket::Reasoning)),
    ("gen_ai.usage.audio.input_tokens", Tokens(Bucket::AudioInput)),
    ("gen_ai.usage.audio.cache_read.input_tokens", Tokens(Bucket::AudioCached)),
    ("gen_ai.usage.audio.output_tokens", Tokens(Bucket::AudioOutput)),
    ("gen_ai.usage.cost.amount", Is(Slot::CostTotal)),
    ("gen_ai.usage.cost.currency", Is(Slot::CostCurrency)),
    ("gen_ai.usage.cost.source", Is(Slot::CostSource)),
    // Tools.
    ("gen_ai.tool.name", Is(Slot::ToolName)),
    ("gen_ai.tool.call.id", Is(Slot::ToolCall)),
    ("gen_ai.tool.type", Is(Slot::ToolType)),
    ("gen_ai.tool.call.arguments", Is(Slot::ToolArguments)),
    ("gen_ai.tool.call.result", Is(Slot::ToolResult)),
    // Retrieval and memory.
    ("gen_ai.data_source.id", Is(Slot::DataSource)),
    ("aws.bedrock.knowledge_base.id", Is(Slot::DataSource)),
    ("gen_ai.retrieval.top_k", Is(Slot::TopK)),
    ("gen_ai.retrieval.query.text", Is(Slot::Query)),
    ("gen_ai.retrieval.documents", Is(Slot::Documents)),
    ("gen_ai.memory.store.id", Is(Slot::MemoryStore)),
    ("gen_ai.memory.record.id", Is(Slot::MemoryEntry)),
    ("gen_ai.memory.record.count", Is(Slot::MemoryCount)),
    // Judges and guardrails.
    ("gen_ai.evaluation.name", Is(Slot::EvaluationName)),
    ("gen_ai.evaluation.score.value", Is(Slot::Score)),
    ("gen_ai.evaluation.score.label", Is(Slot::ScoreLabel)),
    ("gen_ai.guardrail.component.name", Is(Slot::GuardrailName)),
    ("aws.bedrock.guardrail.id", Is(Slot::GuardrailName)),
    ("gen_ai.guardrail.verdict.type", Is(Slot::Verdict)),
    ("gen_ai.guardrail.action.type", Is(Slot::Action)),
    ("gen_ai.guardrail.security.policy.id", Is(Slot::GuardrailPolicy)),
];
