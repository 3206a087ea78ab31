//! Steps by number: `model(3, 2)` is a model call, span 3, below span 2, in second 3.

use model::{Run, SpanId, TraceId, Traits};

use super::*;

/// A step's parent: a number, or none.
pub(super) struct Parent(Option<SpanId>);

impl From<u64> for Parent {
    fn from(number: u64) -> Self {
        Self(Some(span(number)))
    }
}

impl From<Option<u64>> for Parent {
    fn from(number: Option<u64>) -> Self {
        Self(number.map(span))
    }
}

pub(super) fn trace() -> TraceId {
    TraceId::from_bytes(&[7; 16]).unwrap()
}

pub(super) fn span(number: u64) -> SpanId {
    SpanId::from_bytes(&number.to_be_bytes()).unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_300_000 + second).unwrap()
}

/// The number of a run's root.
pub(super) fn root(run: &Run) -> Option<u64> {
    run.id.root.map(|root| u64::from_be_bytes(*root.as_bytes()))
}

fn sketch(number: u64, parent: impl Into<Parent>, kind: StepKind) -> Sketch {
    Sketch {
        source: model::Source::Span,
        failed: false,
        span: span(number),
        parent: parent.into().0,
        kind,
        started: at(number as i64),
        ended: at(number as i64 + 1),
        traits: Traits::default(),
    }
}

pub(super) fn agent(number: u64, parent: impl Into<Parent>) -> Sketch {
    sketch(number, parent, StepKind::Agent)
}

pub(super) fn model(number: u64, parent: impl Into<Parent>) -> Sketch {
    sketch(number, parent, StepKind::Model)
}

pub(super) fn tool(number: u64, parent: impl Into<Parent>) -> Sketch {
    sketch(number, parent, StepKind::Tool)
}

pub(super) fn other(number: u64, parent: impl Into<Parent>) -> Sketch {
    sketch(number, parent, StepKind::Other)
}

pub(super) fn marked(mut step: Sketch) -> Sketch {
    step.traits.marks_run = true;
    step
}

pub(super) fn call(id: &str, tool: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), tool: tool.to_owned() }
}

pub(super) fn result(call: &str, tool: Option<&str>, shape: Option<&str>) -> ToolResult {
    let (tool, shape) = (tool.map(str::to_owned), shape.map(str::to_owned));
    ToolResult { call: call.to_owned(), tool, shape }
}

/// A model call below span 1 that asks for a tool.
pub(super) fn asks(number: u64, id: &str, tool: &str) -> Sketch {
    let mut step = model(number, 1);
    step.traits.calls_made = vec![call(id, tool)];
    step
}

/// A model call below span 1 that reads a tool's answer.
pub(super) fn reads(number: u64, id: &str, shape: &str) -> Sketch {
    let mut step = model(number, 1);
    step.traits.results = vec![result(id, None, Some(shape))];
    step
}

pub(super) fn label(subject: Subject, outcome: Outcome, second: i64) -> Label {
    Label { subject, outcome, source: "thumbs".to_owned(), at: at(second) }
}

/// Any step: of any kind, with or without calls, answers, names and a mark.
pub(super) fn step_of(number: u64, parent: u64, kind: u8, id: u8, twist: u8) -> Sketch {
    let parent = (parent > 0).then_some(parent);
    let mut step = match kind {
        0 | 1 => agent(number, parent),
        2 => tool(number, parent),
        3 => other(number, parent),
        _ => model(number, parent),
    };
    let (id, tool) = (format!("c{id}"), format!("tool-{id}"));
    match (kind, twist) {
        (_, 2) => step.started = at(0),
        (0, 1) => step.traits.marks_run = true,
        (1, _) => step.traits.agent = Some(tool),
        (2, 0) => step.traits.results = vec![result(&id, Some(&tool), None)],
        (3, _) => step.traits.feature = Some(tool),
        (_, 0) => step.traits.calls_made = vec![call(&id, &tool)],
        (_, _) => step.traits.results = vec![result(&id, None, Some("shape"))],
    }
    step
}
