//! Which attribute values are content, and what of it may be kept.
//!
//! Whatever this file does not name as metadata counts as content, and content as personal unless
//! it is a system prompt or a tool's definition: so a new library can't leak, and what a person
//! said can be erased.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use foldhash::HashMap;
use model::content::Form;
use model::{Attribute, Field, Held, Key, Part, Scope, Value};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::dialect;
use crate::memo::Memo;
use crate::policy::Privacy;
use crate::redaction::Rules;

/// What may be kept of content, from the laxest to the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum ContentMode {
    /// The bytes.
    #[default]
    Full,
    /// The bytes, with what rules find in them replaced.
    Redacted,
    /// Hashes and fingerprints only.
    HashOnly,
    /// Neither bytes nor anything derived from them.
    MetadataOnly,
}

impl ContentMode {
    /// Its name in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            ContentMode::Full => "full",
            ContentMode::Redacted => "redacted",
            ContentMode::HashOnly => "hash_only",
            ContentMode::MetadataOnly => "metadata_only",
        }
    }
}

impl FromStr for ContentMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "full" => Ok(Self::Full),
            "redacted" => Ok(Self::Redacted),
            "hash_only" => Ok(Self::HashOnly),
            "metadata_only" | "none" => Ok(Self::MetadataOnly),
            _ => Err(format!(
                "`{text}` is no content mode: write full, redacted, hash_only or metadata_only"
            )),
        }
    }
}

/// Attributes after sorting.
#[derive(Debug, Default)]
pub struct Kept {
    /// Metadata, as received.
    pub attributes: Vec<Attribute>,
    /// Attributes whose values are content.
    pub fields: Vec<Field>,
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
    "llm.chat.stop_sequences",
    "ai.settings.stopSequences",
    "mayday.pivot.",
    "mayday.touched",
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

/// Keys of text that is metadata in every mode, beside those under which a dialect reads a name or
/// a number; with a full stop at the end, beginnings of keys.
const METADATA: &[&str] = &[
    "agent.name",
    "agent.stop.class",
    "agent.stop.confidence",
    "agent.stop.diverges",
    "agent.stop.taxonomy_version",
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
    "mayday.eval.case",
    "mayday.not_kept",
    "mayday.open",
    "mayday.parameter.",
    "mayday.parameter_source.",
    "mayday.pending_span",
    "mayday.redaction.",
    "mayday.segment.",
    "mayday.withheld",
    "openai.",
    "openinference.span.kind",
    "otel.end_time_unix_nano",
    "otel.resource.schema_url",
    "otel.scope.",
    "otel.span_kind",
    "otel.start_time_unix_nano",
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
    "all_messages_events",
    "pydantic_ai.all_messages",
    "ai.prompt.messages",
    "langfuse.observation.input",
    "input.value",
];

/// Attributes that hold a whole request to a provider: its messages are stored one by one.
const OBJECTS: &[&str] =
    &["input.value", "ai.prompt", "langfuse.observation.input", "traceloop.entity.input"];

/// Keys of content that is the same for everybody.
const SHARED: &[&str] = &[
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.agent.description",
    "llm.tools.",
    "llm.prompt_template.template",
    "tool.description",
    "ai.prompt.tools",
];

/// Sorts attributes into metadata and content, and keeps of the content what the mode allows.
pub fn sort(attributes: Vec<Attribute>, privacy: Privacy) -> Kept {
    sort_with(attributes, privacy, &mut Memo::default())
}

/// The same, with what need not be reckoned twice.
pub(crate) fn sort_with(attributes: Vec<Attribute>, privacy: Privacy, memo: &mut Memo) -> Kept {
    let Privacy { mode, rules } = privacy;
    let attributes = match mode {
        ContentMode::Redacted => redacted(attributes, rules),
        ContentMode::Full | ContentMode::HashOnly | ContentMode::MetadataOnly => attributes,
    };
    let mut cutting = Cutting { mode, system: system_messages(&attributes), memo };
    let mut kept = Kept::default();
    kept.attributes.reserve_exact(attributes.len());
    for (key, value) in attributes {
        let sorted = Sorted::of(&key);
        if sorted.is_content(&value) {
            kept.fields.push(cutting.field((key, sorted), value));
        } else {
            kept.attributes.push((key, value));
        }
    }
    kept
}

/// The attribute that says which rules were applied.
const RULES_APPLIED: &str = "mayday.redaction.rules";

/// The attribute that says what they found: `email:2,card:1`.
const FOUND: &str = "mayday.redaction.found";

/// Attributes with what the rules find replaced, and the rules' version beside them.
fn redacted(mut attributes: Vec<Attribute>, rules: &Rules) -> Vec<Attribute> {
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for (_, value) in &mut attributes {
        redact(value, rules, &mut found);
    }
    let mut say =
        |key: &'static str, text: String| attributes.push((key.into(), Value::Text(text)));
    say(RULES_APPLIED, rules.version().to_owned());
    if !found.is_empty() {
        let found: Vec<String> = found.iter().map(|(rule, n)| format!("{rule}:{n}")).collect();
        say(FOUND, found.join(","));
    }
    attributes
}

fn redact(value: &mut Value, rules: &Rules, found: &mut BTreeMap<String, u32>) {
    match value {
        Value::Text(text) => {
            if let Some(redacted) = rules.redact(text) {
                *text = redacted.text;
                redacted
                    .found
                    .into_iter()
                    .for_each(|(rule, n)| *found.entry(rule).or_default() += n);
            }
        }
        Value::List(list) => list.iter_mut().for_each(|one| redact(one, rules, found)),
        Value::Map(map) => map.iter_mut().for_each(|(_, one)| redact(one, rules, found)),
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::Bytes(_) => {}
    }
}

/// What the lists above say of a key.
#[derive(Debug, Clone, Copy)]
struct Sorted {
    /// What stands under it was written by people or models.
    is_written: bool,
    /// It is metadata all the same, where it is short.
    is_metadata_within: bool,
    is_metadata: bool,
    is_shared: bool,
    may_be_array: bool,
    may_be_object: bool,
}

/// The same for all keys that dialects know, in their order: to go through the lists for each
/// attribute of each span is a good part of what reading it takes.
static KNOWN: LazyLock<Vec<Sorted>> =
    LazyLock::new(|| dialect::known_keys().into_iter().map(Sorted::new).collect());

/// The same for the keys that are listed here.
static LISTED: LazyLock<HashMap<&'static str, Sorted>> =
    LazyLock::new(|| METADATA.iter().map(|key| (*key, Sorted::new(key))).collect());

impl Sorted {
    fn of(key: &str) -> Self {
        match dialect::number_of_key(key) {
            Some(number) => KNOWN[number],
            None => LISTED.get(key).copied().unwrap_or_else(|| Self::new(key)),
        }
    }

    fn new(key: &str) -> Self {
        let begins = |list: &[&str]| list.iter().any(|rule| key.starts_with(rule));
        let is = |rule: &&str| key == *rule || (rule.ends_with('.') && key.starts_with(rule));
        let ends = || METADATA_ENDS.iter().any(|end| key.ends_with(end));
        Self {
            is_written: begins(CONTENT) || dialect::is_subject(key),
            is_metadata_within: METADATA_WITHIN.contains(&key) || ends(),
            is_metadata: METADATA.iter().any(is) || dialect::is_metadata(key),
            is_shared: begins(SHARED),
            may_be_array: begins(ARRAYS),
            may_be_object: begins(OBJECTS),
        }
    }

    /// Whatever is neither known as metadata nor a plain number or truth value.
    fn is_content(self, value: &Value) -> bool {
        let is_long = matches!(value, Value::Text(text) if text.len() > INLINE_BYTES);
        let is_scalar = !matches!(value, Value::List(_) | Value::Map(_) | Value::Bytes(_));
        if self.is_written {
            return is_long || !is_scalar || !self.is_metadata_within;
        }
        match value {
            Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => false,
            _ => is_long || !self.is_metadata,
        }
    }
}

/// Beginnings of the flattened keys of messages that the system or the developer wrote.
fn system_messages(attributes: &[Attribute]) -> Vec<String> {
    let roles = attributes.iter().filter_map(|(key, value)| {
        let beginning = key.strip_suffix("role")?;
        let flattened = key.starts_with("llm.input_messages.") || key.starts_with("gen_ai.prompt.");
        let wrote = matches!(value.as_text(), Some("system" | "developer"));
        (flattened && wrote).then(|| beginning.to_owned())
    });
    roles.collect()
}

/// Content on its way into fields.
struct Cutting<'m> {
    mode: ContentMode,
    /// Beginnings of the keys of what the system wrote.
    system: Vec<String>,
    memo: &'m mut Memo,
}

impl Cutting<'_> {
    fn field(&mut self, (key, sorted): (Key, Sorted), value: Value) -> Field {
        let mode = self.mode;
        let (form, text) = match value {
            Value::Text(text) => (Form::Text, text),
            value => (Form::Value, serde_json::to_string(&value).unwrap_or_default()),
        };
        if mode == ContentMode::MetadataOnly {
            return Field::withheld(key, form);
        }
        let held = |text: String| match mode {
            ContentMode::Full | ContentMode::Redacted => Held::Text(text),
            ContentMode::HashOnly | ContentMode::MetadataOnly => Held::AddressOf(text),
        };
        let is_systems = || self.system.iter().any(|beginning| key.starts_with(&**beginning));
        let is_shared = sorted.is_shared || is_systems();
        let whole = if is_shared { Scope::Shared } else { Scope::Personal };
        let slices = if form == Form::Text { self.slices(sorted, &text, whole) } else { None };
        let Some(slices) = slices else {
            let glue = vec![Cow::Borrowed(""), Cow::Borrowed("")];
            return Field { key, form, glue, parts: vec![Part::new(whole, held(text))] };
        };
        let mut glue = Vec::with_capacity(slices.len() + 1);
        let mut parts = Vec::with_capacity(slices.len());
        let mut done = 0;
        for (scope, slice) in slices {
            let start = offset(&text, slice);
            glue.push(between(&text[done..start]));
            done = start + slice.len();
            parts.push(Part::new(scope, held(slice.to_owned())));
        }
        glue.push(between(&text[done..]));
        Field { key, form, glue, parts }
    }

    /// A text cut into its messages, definitions or documents; none where it is no JSON that has
    /// some.
    fn slices<'t>(
        &mut self,
        sorted: Sorted,
        text: &'t str,
        whole: Scope,
    ) -> Option<Vec<(Scope, &'t str)>> {
        let mut found = match text.as_bytes().first() {
            Some(b'[') if sorted.may_be_array && whole == Scope::Shared => self.known(text),
            Some(b'[') if sorted.may_be_array => elements(text),
            Some(b'{') if sorted.may_be_object => members(text),
            _ => None,
        }?;
        let personal = found.iter_mut().filter(|(scope, _)| *scope == Scope::Personal);
        let leading = personal.take_while(|(_, slice)| whole == Scope::Shared || is_system(slice));
        leading.for_each(|(scope, _)| *scope = Scope::Shared);
        Some(found)
    }

    /// The elements of an array that is everybody's, and so comes again with each call.
    fn known<'t>(&mut self, text: &'t str) -> Option<Vec<(Scope, &'t str)>> {
        let places = self.memo.places(text, |text| {
            let elements = elements(text)?.into_iter();
            let place = |slice: &str| offset(text, slice)..offset(text, slice) + slice.len();
            Some(elements.map(|(_, slice)| place(slice)).collect())
        })?;
        Some(places.iter().map(|place| (Scope::Shared, &text[place.clone()])).collect())
    }
}

/// Where a slice of a text begins.
fn offset(text: &str, slice: &str) -> usize {
    slice.as_ptr() as usize - text.as_ptr() as usize
}

/// What stands between the elements of an array, mostly.
const BETWEEN: [&str; 5] = [",", "[", "]", ", ", ""];

/// What stands between parts, not copied where it is what mostly does.
fn between(text: &str) -> Cow<'static, str> {
    let known = BETWEEN.into_iter().find(|known| *known == text);
    known.map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed)
}

/// The elements of a JSON array as slices of the text; none if it is not one, or too long a one.
fn elements(text: &str) -> Option<Vec<(Scope, &str)>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let fits = (1..=MOST_PARTS).contains(&elements.len());
    fits.then(|| elements.into_iter().map(|one| (Scope::Personal, one.get())).collect())
}

/// The messages and definitions within a whole request to a provider.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, alias = "input", alias = "contents")]
    messages: Option<&'a RawValue>,
    #[serde(borrow)]
    tools: Option<&'a RawValue>,
}

fn members(text: &str) -> Option<Vec<(Scope, &str)>> {
    let request: Request = serde_json::from_str(text).ok()?;
    let messages = request.messages.and_then(|list| elements(list.get())).unwrap_or_default();
    let tools = request.tools.and_then(|list| elements(list.get())).unwrap_or_default();
    let tools = tools.into_iter().map(|(_, tool)| (Scope::Shared, tool));
    let mut found: Vec<(Scope, &str)> = messages.into_iter().chain(tools).collect();
    found.sort_by_key(|(_, slice)| slice.as_ptr());
    (!found.is_empty()).then_some(found)
}

/// Whether a message is the system's or the developer's.
fn is_system(message: &str) -> bool {
    #[derive(Deserialize)]
    struct Role<'a> {
        #[serde(borrow)]
        role: Cow<'a, str>,
    }
    let role = serde_json::from_str::<Role>(message).map(|message| message.role);
    matches!(role.as_deref(), Ok("system" | "developer"))
}
