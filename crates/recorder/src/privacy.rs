//! Which attribute values are content, and what of it may be kept.
//!
//! With `content = full` everything is kept. Otherwise only values that are known to be metadata
//! are; whatever this file does not name counts as content, so that a new library can't leak.

use std::str::FromStr;

use model::content::Form;
use model::{Attribute, Content, ContentField, ContentHash, Value};
use serde_json::value::RawValue;

/// What may be kept of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ContentMode {
    /// The bytes.
    #[default]
    Full,
    /// Hashes and fingerprints only.
    HashOnly,
    /// Neither bytes nor anything derived from them.
    None,
}

impl FromStr for ContentMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "full" => Ok(Self::Full),
            "hash_only" => Ok(Self::HashOnly),
            "none" => Ok(Self::None),
            _ => Err(format!("`{text}` is no content mode: write full, hash_only or none")),
        }
    }
}

/// Attributes after sorting: metadata in place, content by address.
#[derive(Debug, Default)]
pub struct Kept {
    /// Metadata, as received.
    pub attributes: Vec<Attribute>,
    /// Attributes whose values are content.
    pub fields: Vec<ContentField>,
    /// The content.
    pub content: Vec<Content>,
}

/// Values longer than this are stored by address even when nobody calls them content.
const INLINE_BYTES: usize = 256;

/// Most messages that one attribute is cut into; beyond, it is stored whole.
const MOST_PARTS: usize = 10_000;

/// Keys, or beginnings of keys, whose values people or models wrote.
const CONTENT: &[&str] = &[
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.query.text",
    "gen_ai.retrieval.documents",
    "gen_ai.memory.query.text",
    "gen_ai.memory.records",
    "gen_ai.evaluation.explanation",
    "gen_ai.agent.description",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.request.stop_sequences",
    "input.value",
    "output.value",
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompts",
    "llm.choices",
    "llm.tools",
    "llm.prompt_template",
    "retrieval.documents",
    "reranker.",
    "embedding.embeddings",
    "tool.description",
    "tool.parameters",
];

/// Keys that are metadata although a rule above would take them.
const METADATA_WITHIN: &[&str] = &["gen_ai.prompt.name", "gen_ai.prompt.version"];

/// Ends of flattened keys that are metadata within what a rule above takes.
const METADATA_ENDS: &[&str] =
    &[".message.role", ".message.tool_call_id", ".tool_call.id", ".function.name", ".document.id"];

/// Keys of text that is metadata in every mode; with a full stop at the end, beginnings of keys.
const METADATA: &[&str] = &[
    "agent.name",
    "cloud.",
    "deployment.",
    "embedding.model_name",
    "error.type",
    "gen_ai.agent.",
    "gen_ai.conversation.",
    "gen_ai.data_source.",
    "gen_ai.embeddings.",
    "gen_ai.evaluation.name",
    "gen_ai.evaluation.score.",
    "gen_ai.openai.",
    "gen_ai.operation.",
    "gen_ai.output.type",
    "gen_ai.provider.",
    "gen_ai.request.",
    "gen_ai.response.",
    "gen_ai.system",
    "gen_ai.tool.call.id",
    "gen_ai.tool.name",
    "gen_ai.tool.type",
    "gen_ai.usage.",
    "gen_ai.workflow.name",
    "llm.finish_reason",
    "llm.model_name",
    "llm.provider",
    "llm.request.model_name",
    "llm.response.model_name",
    "llm.system",
    "mayday.",
    "openai.",
    "openinference.span.kind",
    "otel.scope.",
    "server.address",
    "service.",
    "telemetry.",
    "tool.id",
    "tool.name",
];

/// Attributes that hold a JSON array of messages, definitions or documents: stored one by one.
const ARRAYS: &[&str] = &[
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.retrieval.documents",
];

/// Sorts attributes into metadata and content, and keeps of the content what the mode allows.
pub fn sort(attributes: Vec<Attribute>, mode: ContentMode) -> Kept {
    let mut kept = Kept::default();
    for (key, value) in attributes {
        if is_content(&key, &value, mode) {
            kept.take(key, value, mode);
        } else {
            kept.attributes.push((key, value));
        }
    }
    kept
}

fn is_content(key: &str, value: &Value, mode: ContentMode) -> bool {
    let is_long = matches!(value, Value::Text(text) if text.len() > INLINE_BYTES);
    let is_scalar = !matches!(value, Value::List(_) | Value::Map(_) | Value::Bytes(_));
    if CONTENT.iter().any(|rule| key.starts_with(rule)) {
        return is_long || !is_scalar || !is_metadata_within(key);
    }
    match (value, mode) {
        (Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_), _) => false,
        (_, ContentMode::Full) => is_long,
        (_, ContentMode::HashOnly | ContentMode::None) => !is_metadata(key),
    }
}

fn is_metadata_within(key: &str) -> bool {
    METADATA_WITHIN.contains(&key) || METADATA_ENDS.iter().any(|end| key.ends_with(end))
}

fn is_metadata(key: &str) -> bool {
    METADATA.iter().any(|rule| key == *rule || (rule.ends_with('.') && key.starts_with(rule)))
}

impl Kept {
    fn take(&mut self, key: String, value: Value, mode: ContentMode) {
        let (form, text) = match value {
            Value::Text(text) => (Form::Text, text),
            value => (Form::Value, serde_json::to_string(&value).unwrap_or_default()),
        };
        if mode == ContentMode::None {
            let (glue, parts) = (Vec::new(), Vec::new());
            return self.fields.push(ContentField { key, form: Form::Withheld, glue, parts });
        }
        let slices = if form == Form::Text && ARRAYS.contains(&key.as_str()) {
            elements(&text).unwrap_or_else(|| vec![&text])
        } else {
            vec![text.as_str()]
        };
        let mut glue = Vec::with_capacity(slices.len() + 1);
        let mut parts = Vec::with_capacity(slices.len());
        let mut done = 0;
        for slice in slices {
            let start = slice.as_ptr() as usize - text.as_ptr() as usize;
            glue.push(text[done..start].to_owned());
            done = start + slice.len();
            let hash = ContentHash::of(slice.as_bytes());
            let bytes = (mode == ContentMode::Full).then(|| slice.as_bytes().to_vec());
            self.content.push(Content { hash, bytes });
            parts.push(hash);
        }
        glue.push(text[done..].to_owned());
        self.fields.push(ContentField { key, form, glue, parts });
    }
}

/// The elements of a JSON array as slices of the text; none if it is not one, or too long a one.
fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let fits = (1..=MOST_PARTS).contains(&elements.len());
    fits.then(|| elements.into_iter().map(RawValue::get).collect())
}
