//! OpenInference, as `openinference-instrumentation-*` sends it: flattened, indexed keys.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Sign, Tokens};
use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names. `llm.model_name` is the model of the answer (seen in 0.1.66 of the OpenAI package);
/// the one asked for is a member of `llm.invocation_parameters`.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Openinference,
    keys: &[
        ("openinference.span.kind", Is(Slot::OpeninferenceKind)),
        // Who.
        ("agent.name", Is(Slot::AgentName)),
        // The model.
        ("llm.provider", Is(Slot::Provider)),
        ("llm.system", Is(Slot::Provider)),
        ("llm.request.model_name", Is(Slot::ModelRequested)),
        ("llm.response.model_name", Is(Slot::ModelServed)),
        ("llm.model_name", Is(Slot::ModelServed)),
        ("embedding.model_name", Is(Slot::ModelServed)),
        ("reranker.model_name", Is(Slot::ModelServed)),
        ("llm.invocation_parameters", Is(Slot::Settings)),
        ("embedding.invocation_parameters", Is(Slot::Settings)),
        ("llm.finish_reason", Is(Slot::FinishReasons)),
        // The prompt, and what went in and out.
        ("prompt.id", Is(Slot::PromptName)),
        ("llm.prompt_template.version", Is(Slot::PromptVersion)),
        ("input.value", Is(Slot::InputValue)),
        ("output.value", Is(Slot::OutputValue)),
        // Tokens: subsets of the totals. Money: dollars.
        ("llm.token_count.prompt", Tokens(Bucket::Input)),
        ("llm.token_count.completion", Tokens(Bucket::Output)),
        ("llm.token_count.total", Tokens(Bucket::Total)),
        ("llm.token_count.prompt_details.cache_read", Tokens(Bucket::CacheRead)),
        ("llm.token_count.prompt_details.cache_input", Tokens(Bucket::CacheRead)),
        ("llm.token_count.prompt_details.cache_write", Tokens(Bucket::CacheWrite)),
        ("llm.token_count.prompt_details.audio", Tokens(Bucket::AudioInput)),
        ("llm.token_count.completion_details.reasoning", Tokens(Bucket::Reasoning)),
        ("llm.token_count.completion_details.audio", Tokens(Bucket::AudioOutput)),
        ("llm.cost.total", Is(Slot::CostTotal)),
        ("llm.cost.prompt", Is(Slot::CostInput)),
        ("llm.cost.completion", Is(Slot::CostOutput)),
        // Tools.
        ("tool.name", Is(Slot::ToolName)),
        ("tool.id", Is(Slot::ToolCall)),
        ("tool_call.id", Is(Slot::ToolCall)),
        ("tool.parameters", Sign),
        // Retrieval.
        ("reranker.query", Is(Slot::Query)),
        ("reranker.top_k", Is(Slot::TopK)),
    ],
    loose: &[],
    below: &[
        ("llm.input_messages.", Below::Read),
        ("llm.output_messages.", Below::Wrote),
        ("llm.prompts.", Below::Read),
        ("llm.choices.", Below::Wrote),
        ("llm.tools.", Below::Definitions),
        ("retrieval.documents.", Below::Documents),
        ("reranker.output_documents.", Below::Documents),
        ("evaluations.", Below::Evaluations),
        ("annotations.", Below::Evaluations),
        ("trace.evaluations.", Below::Evaluations),
        ("session.evaluations.", Below::Evaluations),
    ],
};

/// What it calls a span.
pub(crate) const KINDS: &[Sort] = &[
    ("LLM", StepKind::Model, "chat"),
    ("CHAIN", StepKind::Agent, "invoke_workflow"),
    ("AGENT", StepKind::Agent, "invoke_agent"),
    ("TOOL", StepKind::Tool, "execute_tool"),
    ("RETRIEVER", StepKind::Retrieval, "retrieval"),
    ("RERANKER", StepKind::Retrieval, "rerank"),
    ("EMBEDDING", StepKind::Embedding, "embeddings"),
    ("GUARDRAIL", StepKind::Guardrail, "run_guardrail"),
    ("EVALUATOR", StepKind::Evaluation, "evaluation"),
    ("PROMPT", StepKind::Other, "prompt"),
];
