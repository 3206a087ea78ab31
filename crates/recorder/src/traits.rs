//! What a step tells of the run it belongs to.

use std::borrow::Cow;
use std::sync::Arc;

use model::record::{Ending, Stop, ToolOffered};
use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Effect, Factor, Level, Outcome, Seen, StepKind, Traits, Value};

use crate::dialect::slot::{Below, Slot};
use crate::dialect::words;
use crate::fingerprint;
use crate::kept;
use crate::memo::Memo;
use crate::privacy::ContentMode;
use crate::reading::{Reading, scalar, short, shortened};
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
        calls_made: named(told.calls_made),
        calls_read: named(told.calls_read),
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

fn named(mut calls: Vec<ToolCall>) -> Vec<ToolCall> {
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
fn levels(
    reading: &Reading,
    endings: &[Ending],
    mode: ContentMode,
    memo: &mut Memo,
) -> Arc<[Seen]> {
    let is_call = reading.kind == StepKind::Model && !reading.is_fragment();
    let offered = match is_call && may_derive(mode) {
        true => tools::offered(&reading.own, memo),
        false => Arc::default(),
    };
    let mut levels = Levels(Vec::with_capacity(16));
    match reading.kind {
        StepKind::Model if is_call => model_levels(reading, mode, &offered, &mut levels),
        StepKind::Retrieval => {
            let source = || subject(reading.text(Slot::DataSource).unwrap_or("default"));
            levels.see_of("index", source(), reading.sent(Slot::IndexBuild));
            levels.see_of("embedding_index", source(), reading.sent(Slot::EmbeddingModel));
            if let Some(built) = reading.sent(Slot::IndexBuilt) {
                levels.see_of("index_built", source(), Some(built));
            }
        }
        StepKind::Embedding => {
            let model = reading.model_served().map(Cow::Borrowed);
            levels.see("embedding_query", model.or_else(|| reading.model_requested()));
        }
        StepKind::Evaluation => {
            let judge = subject(reading.text(Slot::EvaluationName).unwrap_or("default"));
            levels.see_of("judge", judge, reading.sent(Slot::JudgeConfig));
        }
        _ => {}
    }
    if reading.kind == StepKind::Model {
        if let Some(error) = reading.word(Slot::ErrorType) {
            levels.see("model_failed", Some(error));
        }
        for ending in endings {
            levels.see("finish_reason", Some(ending.word().into()));
        }
    }
    if let Some(tool) = reading.tool() {
        levels.see("tool_called", Some(tool.into()));
        if let Some(error) = reading.word(Slot::ErrorType) {
            levels.see_of("tool_failed", subject(tool), Some(error));
        }
    }
    of_run(reading, &mut levels);
    memo.levels(levels.0)
}

/// Factors that hold for a whole run, whichever of its steps says so.
fn of_run<'a>(reading: &'a Reading<'a>, levels: &mut Levels<'a>) {
    for (family, slot) in RUN_WIDE {
        if let Some(level) = reading.sent(*slot) {
            levels.see(family, Some(level.into()));
        }
    }
    let kept = reading.text(Slot::TraceState).and_then(kept::one_in);
    levels.0.extend(kept.map(|runs| Said::Whole(Seen::kept_one_in(runs))));
    let segments = reading.own.below(Below::Segments).chain(reading.sender.below(Below::Segments));
    for (segment, level) in segments {
        if let Some(level) = scalar(level) {
            levels.see_of("segment", subject(segment), Some(level));
        }
    }
}

/// Factors that hold for a whole run.
const RUN_WIDE: &[(&str, Slot)] = &[
    ("code", Slot::Version),
    ("region", Slot::Region),
    ("replica", Slot::Replica),
    ("router", Slot::Router),
    ("context", Slot::ContextPolicy),
    ("stop_class", Slot::StopClass),
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

/// A factor at a level as a step says it, not yet copied: mostly another step has said the same.
pub(crate) enum Said<'a> {
    /// In its parts.
    Of { family: &'static str, subject: Option<Cow<'a, str>>, level: Option<Cow<'a, str>> },
    /// As it is kept.
    Whole(Seen),
}

struct Levels<'a>(Vec<Said<'a>>);

impl<'a> Levels<'a> {
    fn see(&mut self, family: &'static str, level: Option<Cow<'a, str>>) {
        self.0.push(Said::Of { family, subject: None, level: level.map(shortened) });
    }

    fn see_of<L: Into<Cow<'a, str>>>(
        &mut self,
        family: &'static str,
        subject: Cow<'a, str>,
        level: Option<L>,
    ) {
        let level = level.map(|level| shortened(level.into()));
        self.0.push(Said::Of { family, subject: Some(subject), level });
    }
}

/// What a factor is about.
fn subject(name: &str) -> Cow<'_, str> {
    shortened(name.into())
}

impl Said<'_> {
    /// Whether it says just this.
    pub(crate) fn is(&self, seen: &Seen) -> bool {
        let Said::Of { family, subject, level } = self else {
            return matches!(self, Said::Whole(whole) if whole == seen);
        };
        let rest = seen.factor.as_str().strip_prefix(family);
        let is_factor = match subject {
            Some(subject) => rest.and_then(|rest| rest.strip_prefix(':')) == Some(subject),
            None => rest == Some(""),
        };
        let seen = if let Level::Is(level) = &seen.level { Some(level.as_str()) } else { None };
        is_factor && level.as_deref() == seen
    }
}

impl From<Said<'_>> for Seen {
    fn from(said: Said) -> Self {
        let (family, subject, level) = match said {
            Said::Of { family, subject, level } => (family, subject, level),
            Said::Whole(seen) => return seen,
        };
        let factor = match subject {
            Some(subject) => Factor::of(family, &subject),
            None => Factor::plain(family),
        };
        match level {
            Some(level) => Seen::at(factor, level),
            None => Seen::unrecorded(factor),
        }
    }
}

fn model_levels<'a>(
    reading: &'a Reading<'a>,
    mode: ContentMode,
    offered: &'a [ToolOffered],
    levels: &mut Levels<'a>,
) {
    levels.see("model_requested", reading.model_requested());
    levels.see("model_served", reading.model_served().map(Cow::Borrowed));
    let fingerprint = reading.fingerprint(mode);
    if fingerprint.is_some() || reading.provider().as_deref() == Some("openai") {
        levels.see("model_fingerprint", fingerprint);
    }
    levels.see("parameters", Some(stated(reading, mode).into()));
    for tool in offered {
        levels.see_of("tool_schema", subject(&tool.name), Some(&tool.schema));
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
