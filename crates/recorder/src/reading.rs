//! What a span says in any dialect, and the traits that follow from it.

use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Attribute, Factor, Outcome, Seen, StepKind, Traits, Value};

use crate::dialect::Attributes;
use crate::fingerprint;
use crate::privacy::ContentMode;

/// One span, read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What was being done.
    pub kind: StepKind,
    /// The agent invoked.
    pub agent: Option<String>,
    /// Whose model.
    pub provider: Option<String>,
    /// The model asked for.
    pub model_requested: Option<String>,
    /// The model that answered.
    pub model_served: Option<String>,
    /// The provider's own fingerprint of what answered.
    pub fingerprint: Option<String>,
    /// The same, where only the answer itself tells it: derived from content.
    pub fingerprint_in_answer: Option<String>,
    /// Parameters that shape an answer, by name.
    pub parameters: Vec<(String, String)>,
    /// Parameters that are whole documents, such as an answer's schema: name and JSON.
    pub documents: Vec<(String, String)>,
    /// Why the model stopped, one for each choice.
    pub finish_reasons: Vec<String>,
    /// The prompt's own name.
    pub prompt_name: Option<String>,
    /// What the model read and wrote; none when content is not captured.
    pub conversation: Option<Conversation>,
    /// Name and schema of each tool offered.
    pub definitions: Vec<(String, String)>,
    /// The tool that was run.
    pub tool: Option<ToolReading>,
    /// The index that was searched.
    pub data_source: Option<String>,
    /// The judge that judged.
    pub evaluation: Option<String>,
}

/// What a model read and wrote in one call.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The leading system and developer text.
    pub system: Option<String>,
    /// Whether what it read is on record at all.
    pub saw_input: bool,
    /// Calls it asked for.
    pub made: Vec<Call>,
    /// Calls in the history it read, since the user last spoke.
    pub read: Vec<Call>,
    /// Answers in the history, by the call's id.
    pub results: Vec<(String, String)>,
}

/// A tool call asked for.
#[derive(Debug, Clone)]
pub struct Call {
    /// The id that joins it to its answer.
    pub id: String,
    /// The tool.
    pub tool: String,
}

/// A tool that ran in a span of its own.
#[derive(Debug, Clone)]
pub struct ToolReading {
    /// Its name.
    pub name: String,
    /// The call it answers.
    pub call: Option<String>,
    /// Its answer, if that is on record.
    pub result: Option<String>,
}

/// Longest level or name taken from outside; a longer one is replaced by its hash.
const LONGEST_NAME: usize = 200;

/// Derives the traits of a step. With `content = none` nothing is derived from content.
pub fn traits(
    mut reading: Reading,
    attributes: &[Attribute],
    origin: &[Attribute],
    mode: ContentMode,
) -> Traits {
    if mode == ContentMode::MetadataOnly {
        reading.conversation = None;
        reading.fingerprint_in_answer = None;
        reading.documents = Vec::new();
        reading.definitions = Vec::new();
        if let Some(tool) = &mut reading.tool {
            tool.result = None;
        }
    }
    let span = Attributes(attributes);
    let sender = Attributes(origin);
    let text = |key: &str| span.text(&[key]).or_else(|| sender.text(&[key])).map(short);
    let conversation = reading.conversation.as_ref();
    Traits {
        marks_run: marks_run(span),
        feature: text("mayday.feature"),
        agent: reading.agent.as_deref().map(short),
        service: text("service.name"),
        outcome: span.text(&["mayday.outcome"]).and_then(|text| text.parse::<Outcome>().ok()),
        prompt: (reading.kind == StepKind::Model).then(|| prompt(&reading)),
        calls_made: conversation.map(|all| calls(&all.made)).unwrap_or_default(),
        calls_read: conversation.map(|all| calls(&all.read)).unwrap_or_default(),
        results: results(&reading),
        levels: levels(&reading, span, sender),
        ..Traits::default()
    }
}

fn marks_run(span: Attributes) -> bool {
    match span.get(&["mayday.run"]) {
        Some(Value::Bool(marked)) => *marked,
        Some(Value::Text(name)) => !name.is_empty() && name != "false",
        _ => false,
    }
}

/// A name from outside, no longer than a level may be.
fn short(text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    if text.len() <= LONGEST_NAME { text.to_owned() } else { fingerprint::exact(text) }
}

fn calls(calls: &[Call]) -> Vec<ToolCall> {
    let call = |call: &Call| ToolCall { id: short(&call.id), tool: short(&call.tool) };
    calls.iter().map(call).collect()
}

/// A model call's system prompt. That there was none is known only if what it read is on record.
fn prompt(reading: &Reading) -> PromptTrait {
    let conversation = reading.conversation.as_ref().filter(|conversation| conversation.saw_input);
    let system = conversation.map(|conversation| conversation.system.as_deref().unwrap_or(""));
    let of = |fingerprint: fn(&str) -> String| {
        system.map(|text| if text.is_empty() { "none".to_owned() } else { fingerprint(text) })
    };
    PromptTrait {
        name: reading.prompt_name.as_deref().map(short),
        skeleton: of(fingerprint::skeleton),
        undated: of(fingerprint::undated),
        text: of(fingerprint::exact),
    }
}

fn results(reading: &Reading) -> Vec<ToolResult> {
    let conversation = reading.conversation.iter();
    let read = conversation.flat_map(|conversation| &conversation.results);
    let read = read.map(|(call, answer)| ToolResult {
        call: short(call),
        tool: None,
        shape: Some(fingerprint::shape(answer)),
    });
    let ran = reading.tool.iter().map(|tool| ToolResult {
        call: tool.call.as_deref().map(short).unwrap_or_default(),
        tool: Some(short(&tool.name)),
        shape: tool.result.as_deref().map(fingerprint::shape),
    });
    read.chain(ran).collect()
}

/// Factors whose names and levels need nothing but this span.
fn levels(reading: &Reading, span: Attributes, sender: Attributes) -> Vec<Seen> {
    let mut levels = Vec::new();
    let mut see = |factor: Factor, level: Option<String>| {
        levels.push(match level {
            Some(level) => Seen::at(factor, short(level)),
            None => Seen::unrecorded(factor),
        });
    };
    let text = |key: &str| span.text(&[key]).or_else(|| sender.text(&[key])).map(str::to_owned);
    match reading.kind {
        StepKind::Model => model_levels(reading, &mut see),
        StepKind::Retrieval => {
            let source = reading.data_source.as_deref().map_or("default".to_owned(), short);
            see(Factor::of("index", &source), text("mayday.index.build"));
        }
        StepKind::Evaluation => {
            let judge = reading.evaluation.as_deref().map_or("default".to_owned(), short);
            see(Factor::of("judge", &judge), text("mayday.judge.config"));
        }
        _ => {}
    }
    if let Some(tool) = &reading.tool {
        see(Factor::plain("tool_called"), Some(tool.name.clone()));
    }
    for (family, keys) in RUN_WIDE {
        if let Some(level) = keys.iter().find_map(|key| text(key)) {
            see(Factor::plain(family), Some(level));
        }
    }
    for (segment, level) in span.below("mayday.segment.").chain(sender.below("mayday.segment.")) {
        see(Factor::of("segment", &short(segment)), Some(level.to_owned()));
    }
    levels
}

/// Factors that hold for a whole run, and the keys that give them, first one first.
const RUN_WIDE: &[(&str, &[&str])] = &[
    ("code", &["service.version"]),
    ("region", &["mayday.region", "cloud.region"]),
    ("router", &["mayday.router"]),
    ("context", &["mayday.context.policy"]),
];

fn model_levels(reading: &Reading, see: &mut impl FnMut(Factor, Option<String>)) {
    see(Factor::plain("model_requested"), reading.model_requested.clone());
    see(Factor::plain("model_served"), reading.model_served.clone());
    let own = reading.fingerprint.as_ref().or(reading.fingerprint_in_answer.as_ref());
    if own.is_some() || reading.provider.as_deref() == Some("openai") {
        see(Factor::plain("model_fingerprint"), own.cloned());
    }
    let plain = reading.parameters.iter().map(|(name, value)| format!("{name}={value}"));
    let documents = reading
        .documents
        .iter()
        .map(|(name, document)| format!("{name}={}", fingerprint::canonical(document)));
    let parameters: Vec<String> = plain.chain(documents).collect();
    let stated = if parameters.is_empty() { "defaults".to_owned() } else { parameters.join(",") };
    see(Factor::plain("parameters"), Some(stated));
    for reason in &reading.finish_reasons {
        see(Factor::plain("finish_reason"), Some(reason.clone()));
    }
    for (tool, schema) in &reading.definitions {
        see(Factor::of("tool_schema", &short(tool)), Some(fingerprint::canonical(schema)));
    }
}
