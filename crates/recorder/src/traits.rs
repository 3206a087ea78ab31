//! What a step tells of the run it belongs to.

use model::record::{Ending, Stop};
use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Effect, Factor, Outcome, Seen, StepKind, Traits, Value};

use crate::dialect::slot::{Below, Slot};
use crate::dialect::words;
use crate::fingerprint;
use crate::kept;
use crate::memo::Memo;
use crate::privacy::ContentMode;
use crate::reading::{Reading, scalar, short};
use crate::settings::Setting;
use crate::talk::Conversation;
use crate::tools;
use crate::usage::usage;

/// What a step tells of its run. Where nothing may be kept, nothing is derived from content.
pub(crate) fn traits(reading: &Reading, mode: ContentMode, memo: &mut Memo) -> Traits {
    let told = match mode {
        ContentMode::Full | ContentMode::Redacted | ContentMode::HashOnly => {
            conversation(reading, memo).unwrap_or_default()
        }
        ContentMode::MetadataOnly => Conversation::default(),
    };
    let endings = reading.endings(&told);
    Traits {
        open: false,
        marks_run: marks_run(reading),
        feature: reading.sent(Slot::Feature).map(short),
        agent: reading.agent().map(short),
        service: reading.sent(Slot::Service).map(short),
        outcome: reading.text(Slot::Outcome).and_then(|text| text.parse::<Outcome>().ok()),
        cluster: reading.word(Slot::Conversation).map(|id| fingerprint::number(&id)),
        prompt: prompt(reading, &told, memo),
        levels: levels(reading, &endings, mode, memo),
        effect: effect(reading.text(Slot::Effect)),
        guarded: is_guarded(reading, &endings),
        tokens: usage(reading).and_then(|usage| usage.own_total()),
        results: results(reading, &told, mode, memo),
        calls_made: shortened(told.calls_made),
        calls_read: shortened(told.calls_read),
    }
}

/// Whether anything may follow from content.
fn may_derive(mode: ContentMode) -> bool {
    mode != ContentMode::MetadataOnly
}

/// What was said in steps that read or write messages; a tool or a search has other content.
pub(crate) fn conversation(reading: &Reading, memo: &mut Memo) -> Option<Conversation> {
    match reading.kind {
        StepKind::Model | StepKind::Agent | StepKind::Other => Conversation::of(&reading.own, memo),
        _ => None,
    }
}

fn marks_run(reading: &Reading) -> bool {
    match reading.own.value(Slot::RunMark) {
        Some(Value::Bool(marked)) => *marked,
        Some(Value::Text(name)) => name != "false",
        _ => false,
    }
}

/// What a step does to the world outside, as the application says.
pub(crate) fn effect(word: Option<&str>) -> Effect {
    match word {
        Some("none") => Effect::None,
        Some("reversible") => Effect::Reversible,
        Some("irreversible") => Effect::Irreversible,
        _ => Effect::Unknown,
    }
}

/// Whether a guardrail or a provider's filter changed or refused something here.
fn is_guarded(reading: &Reading, endings: &[Ending]) -> bool {
    let intervenes = |slot: Slot| reading.text(slot).is_some_and(words::intervenes);
    let filtered = endings.iter().any(|ending| ending.stop == Stop::ContentFilter);
    intervenes(Slot::Verdict) || intervenes(Slot::Action) || filtered
}

fn shortened(mut calls: Vec<ToolCall>) -> Vec<ToolCall> {
    for call in &mut calls {
        call.id = short(&call.id);
        call.tool = short(&call.tool);
    }
    calls
}

/// A model call's system prompt. That there was none is known only if what it read is on record.
///
/// One message of a call, told apart, tells a prompt only if it is the system's.
fn prompt(reading: &Reading, told: &Conversation, memo: &mut Memo) -> Option<PromptTrait> {
    if reading.kind != StepKind::Model || (reading.is_fragment() && told.system.is_none()) {
        return None;
    }
    let name = reading.text(Slot::PromptName).map(short);
    let known_to_be_none = told.read.is_some() && !told.is_unclear;
    let system = told.system.as_deref().or(known_to_be_none.then_some(""));
    Some(match system {
        Some("") => {
            let none = || Some("none".to_owned());
            PromptTrait { name, skeleton: none(), undated: none(), text: none() }
        }
        Some(text) => {
            let prompt = memo.prompt(text);
            let (skeleton, undated) = (Some(prompt.skeleton), Some(prompt.undated));
            PromptTrait { name, skeleton, undated, text: Some(prompt.text) }
        }
        None => {
            let skeleton = reading.word(Slot::PromptHash).map(short);
            PromptTrait { name, skeleton, undated: None, text: None }
        }
    })
}

fn results(
    reading: &Reading,
    told: &Conversation,
    mode: ContentMode,
    memo: &mut Memo,
) -> Vec<ToolResult> {
    let read = told.results.iter().map(|result| ToolResult {
        call: short(&result.call),
        tool: None,
        shape: result.shape.clone(),
    });
    let ran = reading.tool().map(|tool| ToolResult {
        call: reading.text(Slot::ToolCall).map(short).unwrap_or_default(),
        tool: Some(short(tool)),
        shape: if may_derive(mode) { shape_of_result(reading, memo) } else { None },
    });
    read.chain(ran).collect()
}

/// The shape of what a tool answered.
pub(crate) fn shape_of_result(reading: &Reading, memo: &mut Memo) -> Option<String> {
    reading.result().map(|result| memo.shape(&result))
}

/// Factors whose names and levels need nothing but this step.
fn levels(reading: &Reading, endings: &[Ending], mode: ContentMode, memo: &mut Memo) -> Vec<Seen> {
    let mut levels = Levels(Vec::new());
    match reading.kind {
        StepKind::Model if !reading.is_fragment() => {
            model_levels(reading, mode, memo, &mut levels);
        }
        StepKind::Retrieval => {
            let source = reading.text(Slot::DataSource).map_or("default".to_owned(), short);
            levels.see(Factor::of("index", &source), reading.sent(Slot::IndexBuild));
            let embedded = reading.sent(Slot::EmbeddingModel);
            levels.see(Factor::of("embedding_index", &source), embedded);
            if let Some(built) = reading.sent(Slot::IndexBuilt) {
                levels.see(Factor::of("index_built", &source), Some(built));
            }
        }
        StepKind::Embedding => {
            let model = reading.model_served().map(str::to_owned);
            let model = model.or_else(|| reading.model_requested().map(Into::into));
            levels.see(Factor::plain("embedding_query"), model.as_deref());
        }
        StepKind::Evaluation => {
            let judge = reading.text(Slot::EvaluationName).map_or("default".to_owned(), short);
            levels.see(Factor::of("judge", &judge), reading.sent(Slot::JudgeConfig));
        }
        _ => {}
    }
    if reading.kind == StepKind::Model {
        if let Some(error) = reading.word(Slot::ErrorType) {
            levels.see(Factor::plain("model_failed"), Some(&error));
        }
        for ending in endings {
            levels.see(Factor::plain("finish_reason"), Some(ending.word()));
        }
    }
    if let Some(tool) = reading.tool() {
        levels.see(Factor::plain("tool_called"), Some(tool));
        if let Some(error) = reading.word(Slot::ErrorType) {
            levels.see(Factor::of("tool_failed", &short(tool)), Some(&error));
        }
    }
    for (family, slot) in RUN_WIDE {
        if let Some(level) = reading.sent(*slot) {
            levels.see(Factor::plain(family), Some(level));
        }
    }
    let kept = reading.text(Slot::TraceState).and_then(kept::one_in);
    levels.0.extend(kept.map(Seen::kept_one_in));
    let segments = reading.own.below(Below::Segments).chain(reading.sender.below(Below::Segments));
    for (segment, level) in segments {
        if let Some(level) = scalar(level) {
            levels.see(Factor::of("segment", &short(segment)), Some(&level));
        }
    }
    levels.0
}

/// Factors that hold for a whole run.
const RUN_WIDE: &[(&str, Slot)] = &[
    ("code", Slot::Version),
    ("region", Slot::Region),
    ("replica", Slot::Replica),
    ("router", Slot::Router),
    ("context", Slot::ContextPolicy),
];

/// Parameters that differ from call to call, or shape no answer.
const NOT_SHAPING: &[&str] = &[
    "choice_count",
    "encoding_formats",
    "parallel_tool_calls",
    "seed",
    "service_tier",
    "stop_sequences",
    "stream",
    "tool_choice",
];

struct Levels(Vec<Seen>);

impl Levels {
    fn see(&mut self, factor: Factor, level: Option<&str>) {
        self.0.push(match level {
            Some(level) => Seen::at(factor, short(level)),
            None => Seen::unrecorded(factor),
        });
    }
}

fn model_levels(reading: &Reading, mode: ContentMode, memo: &mut Memo, levels: &mut Levels) {
    levels.see(Factor::plain("model_requested"), reading.model_requested().as_deref());
    levels.see(Factor::plain("model_served"), reading.model_served());
    let fingerprint = reading.fingerprint(mode);
    let fingerprint = fingerprint.as_deref();
    if fingerprint.is_some() || reading.provider().as_deref() == Some("openai") {
        levels.see(Factor::plain("model_fingerprint"), fingerprint);
    }
    levels.see(Factor::plain("parameters"), Some(&stated(reading, mode)));
    if may_derive(mode) {
        for tool in tools::offered(&reading.own, memo) {
            levels.see(Factor::of("tool_schema", &short(&tool.name)), Some(&tool.schema));
        }
    }
}

/// The parameters that shape an answer, as one text; documents among them by their hash.
fn stated(reading: &Reading, mode: ContentMode) -> String {
    let shaping = reading.parameters().into_iter();
    let shaping = shaping.filter(|one| !NOT_SHAPING.contains(&&*one.name));
    let stated = shaping.filter_map(|one| match one.value {
        Setting::Plain(value) => Some(format!("{}={value}", one.name)),
        Setting::Document(json) if may_derive(mode) => {
            Some(format!("{}={}", one.name, fingerprint::canonical(&json)))
        }
        Setting::Document(_) => None,
    });
    let stated: Vec<String> = stated.collect();
    if stated.is_empty() { "defaults".to_owned() } else { stated.join(",") }
}
