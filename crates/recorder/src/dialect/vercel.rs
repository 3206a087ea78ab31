//! The Vercel AI SDK: a parent for the whole call, a child for each request to the model.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Parameter, Sign, Subject, Tokens};
use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names. Parent and child both carry usage: only the child counts.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Vercel,
    keys: &[
        ("ai.operationId", Is(Slot::VercelOperation)),
        // Who.
        ("ai.telemetry.functionId", Is(Slot::Function)),
        ("ai.telemetry.metadata.sessionId", Is(Slot::Conversation)),
        ("ai.telemetry.metadata.userId", Subject),
        ("ai.settings.context.userId", Subject),
        // The model.
        ("ai.model.provider", Is(Slot::Provider)),
        ("aisdk.model.provider", Is(Slot::Provider)),
        ("ai.model.id", Is(Slot::ModelRequested)),
        ("aisdk.model.id", Is(Slot::ModelRequested)),
        ("ai.response.model", Is(Slot::ModelServed)),
        ("ai.response.id", Is(Slot::ResponseId)),
        ("ai.response.finishReason", Is(Slot::FinishReasons)),
        ("ai.response.msToFirstChunk", Is(Slot::FirstChunkMillis)),
        ("ai.stream.msToFirstChunk", Is(Slot::FirstChunkMillis)),
        // The request.
        ("ai.settings.temperature", Parameter("temperature")),
        ("ai.settings.topP", Parameter("top_p")),
        ("ai.settings.topK", Parameter("top_k")),
        ("ai.settings.maxOutputTokens", Parameter("max_tokens")),
        ("ai.settings.maxTokens", Parameter("max_tokens")),
        ("ai.settings.frequencyPenalty", Parameter("frequency_penalty")),
        ("ai.settings.presencePenalty", Parameter("presence_penalty")),
        ("ai.settings.seed", Parameter("seed")),
        ("ai.settings.stopSequences", Parameter("stop_sequences")),
        ("ai.prompt.toolChoice", Parameter("tool_choice")),
        ("ai.schema", Parameter("response_format")),
        // What went in and out.
        ("ai.prompt", Is(Slot::InputValue)),
        ("ai.prompt.messages", Is(Slot::Input)),
        ("ai.prompt.tools", Is(Slot::Definitions)),
        ("ai.response.text", Is(Slot::AnswerText)),
        ("ai.response.object", Is(Slot::AnswerText)),
        ("ai.response.toolCalls", Is(Slot::AnswerCalls)),
        ("ai.result.text", Is(Slot::AnswerText)),
        ("ai.result.toolCalls", Is(Slot::AnswerCalls)),
        // Tokens: subsets of the totals, except that version 5 hands on what a provider leaves out.
        ("ai.usage.inputTokens", Tokens(Bucket::Input)),
        ("ai.usage.promptTokens", Tokens(Bucket::Input)),
        ("ai.usage.tokens", Tokens(Bucket::Input)),
        ("ai.usage.inputTokenDetails.noCacheTokens", Tokens(Bucket::Uncached)),
        ("ai.usage.inputTokenDetails.cacheReadTokens", Tokens(Bucket::CacheRead)),
        ("ai.usage.inputTokenDetails.cacheWriteTokens", Tokens(Bucket::CacheWrite)),
        ("ai.usage.cachedInputTokens", Tokens(Bucket::CacheRead)),
        ("ai.usage.outputTokens", Tokens(Bucket::Output)),
        ("ai.usage.completionTokens", Tokens(Bucket::Output)),
        ("ai.usage.outputTokenDetails.reasoningTokens", Tokens(Bucket::Reasoning)),
        ("ai.usage.reasoningTokens", Tokens(Bucket::Reasoning)),
        ("ai.usage.totalTokens", Tokens(Bucket::Total)),
        // Tools.
        ("ai.toolCall.name", Is(Slot::ToolName)),
        ("ai.toolCall.id", Is(Slot::ToolCall)),
        ("ai.toolCall.args", Is(Slot::ToolArguments)),
        ("ai.toolCall.input", Is(Slot::ToolArguments)),
        ("ai.toolCall.result", Is(Slot::ToolResult)),
        ("ai.toolCall.output", Is(Slot::ToolResult)),
        ("ai.response.timestamp", Sign),
    ],
    loose: &[],
    below: &[("ai.settings.", Below::Sign), ("ai.telemetry.", Below::Sign)],
};

/// What it calls a span.
pub(crate) const KINDS: &[Sort] = &[
    ("ai.generateText", StepKind::Agent, "invoke_agent"),
    ("ai.generateText.doGenerate", StepKind::Model, "chat"),
    ("ai.streamText", StepKind::Agent, "invoke_agent"),
    ("ai.streamText.doStream", StepKind::Model, "chat"),
    ("ai.generateObject", StepKind::Agent, "invoke_agent"),
    ("ai.generateObject.doGenerate", StepKind::Model, "chat"),
    ("ai.streamObject", StepKind::Agent, "invoke_agent"),
    ("ai.streamObject.doStream", StepKind::Model, "chat"),
    ("ai.toolCall", StepKind::Tool, "execute_tool"),
    ("ai.embed", StepKind::Embedding, "embeddings"),
    ("ai.embed.doEmbed", StepKind::Embedding, "embeddings"),
    ("ai.embedMany", StepKind::Embedding, "embeddings"),
    ("ai.embedMany.doEmbed", StepKind::Embedding, "embeddings"),
    ("ai.rerank", StepKind::Retrieval, "rerank"),
    ("ai.rerank.doRerank", StepKind::Retrieval, "rerank"),
];

/// Parameters that the SDK fills in where nobody stated them (seen in 7.0.173).
pub(crate) const FILLED_IN: &[(&str, &str)] = &[("tool_choice", "auto")];

/// How the operations end whose answer comes in pieces.
pub(crate) const STREAMING: &str = ".doStream";

/// Operations whose usage is that of the ones they enclose.
pub(crate) const ENCLOSING: &[&str] = &["ai.embed", "ai.embedMany", "ai.rerank"];
