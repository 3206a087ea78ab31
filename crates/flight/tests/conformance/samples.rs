//! Steps, runs and labels by number, and days on which they are received.

use std::path::Path;
use std::sync::Arc;

use flight::{Append, Flight, Keyring, MasterKey};
use jiff::{SignedDuration, Timestamp};
use model::content::Form;
use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{
    Attribute, Batch, Effect, Factor, Field, Held, Label, Outcome, Part, Payload, Receipt, Run,
    RunId, Scope, Seen, Settlement, Source, SpanId, Step, StepKind, Subject, TraceId, Traits,
    Value, Window,
};

/// Numbers that nobody needs to guess.
fn random(bytes: &mut [u8]) {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    for chunk in bytes.chunks_mut(8) {
        let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        chunk.copy_from_slice(
            &next.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[..chunk.len()],
        );
    }
}

/// The keys of a directory of flights, in a directory beside it.
pub(crate) fn keyring(dir: &Path) -> Arc<Keyring> {
    let keys = dir.with_extension("keys");
    Arc::new(Keyring::open(&keys, MasterKey::new([9; 32]), random).unwrap())
}

/// Opens the flights of a tenant.
pub(crate) fn open(dir: &Path) -> Flight {
    try_open(dir).unwrap()
}

pub(crate) fn try_open(dir: &Path) -> Result<Flight, flight::FlightError> {
    Flight::open(dir, &keyring(dir), "acme")
}

pub(crate) fn trace(number: u8) -> TraceId {
    TraceId::from_bytes(&[[7; 15].as_slice(), &[number]].concat()).unwrap()
}

pub(crate) fn span(number: u64) -> SpanId {
    SpanId::from_bytes(&number.to_be_bytes()).unwrap()
}

/// A moment of the first day.
pub(crate) fn at(second: i64) -> Timestamp {
    "2026-11-22T12:00:00.123456789Z".parse::<Timestamp>().unwrap()
        + SignedDuration::from_secs(second)
}

/// A moment of the day after so many days.
pub(crate) fn days_later(days: i64) -> Timestamp {
    at(0) + SignedDuration::from_hours(24 * days)
}

/// From well before the first day to well after the last.
pub(crate) fn always() -> Window {
    Window::new(days_later(-100), days_later(100)).unwrap()
}

/// A plain step of a trace.
pub(crate) fn step(trace: TraceId, number: u64) -> Step {
    Step {
        trace,
        span: span(number),
        source: Source::Span,
        parent: None,
        kind: StepKind::Model,
        name: format!("chat {number}"),
        started: at(number as i64),
        ended: at(number as i64 + 1),
        failed: false,
        traits: Traits::default(),
        attributes: vec![("gen_ai.operation.name".into(), text("chat"))],
        content: Vec::new(),
        origin: Arc::from(vec![("service.name".into(), text("shop"))]),
        subjects: Vec::new(),
        pivots: Vec::new(),
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// A step with something in every field.
pub(crate) fn full_step(trace: TraceId, number: u64) -> Step {
    let field = |key: &str, form, parts: &[(Scope, &str)]| Field {
        key: key.to_owned().into(),
        form,
        glue: vec![" \u{0}\u{10ffff}".into(); parts.len() + 1],
        parts: parts.iter().map(|(scope, text)| said(*scope, text)).collect(),
    };
    let long = "It rained on the first day. ".repeat(9);
    let (mine, all) = (Scope::Personal, Scope::Shared);
    Step {
        parent: Some(span(number + 1_000)),
        kind: StepKind::Tool,
        source: Source::Log,
        name: "é\u{0}\n\"".to_owned(),
        ended: at(90_000),
        failed: true,
        traits: full_traits(),
        attributes: every_value(),
        content: vec![
            field("gen_ai.input.messages", Form::Text, &[(all, "a"), (mine, "b"), (mine, &long)]),
            field("customer.list", Form::Value, &[(mine, "c")]),
            Field::withheld("input.value".into(), Form::Text),
        ],
        origin: Arc::from(every_value()),
        ..step(trace, number)
    }
}

fn every_value() -> Vec<Attribute> {
    let pair = |key: &'static str, value| (key.into(), value);
    vec![
        pair("empty", Value::Empty),
        pair("text", text("\u{0}\u{1f600}\u{fffd}")),
        pair("bool", Value::Bool(true)),
        pair("int", Value::Int(i64::MIN)),
        pair("int", Value::Int(i64::MAX)),
        pair("double", Value::Double(1.179_695_048_070_593_3e-222)),
        pair("double", Value::Double(-0.0)),
        pair("double", Value::Double(f64::MAX)),
        pair("bytes", Value::Bytes(vec![0, 255])),
        pair("list", Value::List(vec![Value::Empty, Value::List(vec![])])),
        pair("", Value::Map(vec![pair("k", Value::Bool(false)), pair("k", Value::Map(vec![]))])),
    ]
}

fn full_traits() -> Traits {
    let some = |text: &str| Some(text.to_owned());
    let call = |id: &str| ToolCall { id: id.to_owned(), tool: "search_kb".to_owned() };
    Traits {
        open: false,
        marks_run: true,
        feature: some("refunds"),
        agent: some("support"),
        service: some("shop"),
        outcome: Some(Outcome::Bad),
        cluster: Some(9),
        prompt: Some(PromptTrait {
            name: some("greeting"),
            skeleton: None,
            undated: None,
            text: some("t"),
        }),
        calls_made: vec![call("c")],
        calls_read: vec![call("b"), call("c")],
        results: vec![ToolResult { call: "c".to_owned(), tool: None, shape: some("text") }],
        levels: levels(&[("region", "eu"), ("code", "?")]).into(),
        effect: Effect::Irreversible,
        guarded: true,
        tokens: Some(12),
    }
}

/// A piece of content on its way in.
pub(crate) fn said(scope: Scope, text: &str) -> Part {
    Part::new(scope, Held::Text(text.to_owned()))
}

/// A step that says one text.
pub(crate) fn saying(trace: TraceId, number: u64, scope: Scope, text: &str) -> Step {
    let parts = vec![said(scope, text)];
    let (key, glue) = ("gen_ai.tool.call.result".into(), vec!["".into(); 2]);
    Step { content: vec![Field { key, form: Form::Text, glue, parts }], ..step(trace, number) }
}

/// Steps as they were sent: where a store found their content says nothing of that.
pub(crate) fn plain(mut steps: Vec<Step>) -> Vec<Step> {
    for part in steps.iter_mut().flat_map(|s| &mut s.content).flat_map(|field| &mut field.parts) {
        part.address = None;
    }
    steps
}

/// The steps of a trace, as they were sent.
pub(crate) fn recorded(flight: &Flight, trace: TraceId) -> Vec<Step> {
    plain(flight.steps(trace).unwrap())
}

/// What the first field of a step says, or why it says nothing.
pub(crate) fn heard(flight: &Flight, trace: TraceId, number: u64) -> Result<String, model::Gone> {
    let steps = flight.steps(trace).unwrap();
    steps.iter().find(|step| step.span == span(number)).unwrap().content[0].join()
}

/// All settlements, in the order they were made.
pub(crate) fn settled_runs(flight: &Flight, window: Window) -> Vec<Settlement> {
    let mut settlements = Vec::new();
    flight.settlements(window, |one| settlements.push(one)).unwrap();
    settlements
}

/// Factors at levels; `?` is not recorded.
pub(crate) fn levels(levels: &[(&str, &str)]) -> Vec<Seen> {
    let seen = |(factor, level): &(&str, &str)| match *level {
        "?" => Seen::unrecorded(Factor::from(*factor)),
        level => Seen::at(Factor::from(*factor), level),
    };
    levels.iter().map(seen).collect()
}

pub(crate) fn label(trace: TraceId, outcome: Outcome, second: i64) -> Label {
    let subject = Subject::Trace(trace);
    Label { subject, outcome, source: "judge:tone".to_owned(), at: at(second) }
}

/// A run that started in such a second.
pub(crate) fn run(trace: TraceId, root: Option<u64>, second: i64) -> Run {
    Run {
        id: RunId { trace, root: root.map(span) },
        feature: "support".to_owned(),
        started: at(second),
        ended: at(second + 5),
        outcome: Outcome::Bad,
        labelled: Some(at(second + 9)),
        cluster: Some(7),
        steps: 3,
        levels: levels(&[("region", "eu"), ("code", "?"), ("router", "")]),
    }
}

/// Everything of a trace is settled into these runs.
pub(crate) fn settled(flight: &Flight, trace: TraceId, runs: Vec<Run>) -> Settlement {
    let through = flight.trace(trace).unwrap().through;
    Settlement { trace, runs, payload: Payload::default(), through }
}

/// Settlements with the levels in order, and without how far they saw, which stays in the store.
pub(crate) fn comparable(settlements: Vec<Settlement>) -> Vec<(TraceId, Vec<Run>)> {
    let sorted = |mut run: Run| {
        run.levels.sort();
        run
    };
    let plain = |one: Settlement| (one.trace, one.runs.into_iter().map(sorted).collect());
    settlements.into_iter().map(plain).collect()
}

pub(crate) fn of_steps(steps: Vec<Step>) -> Append {
    let batch = Batch { steps, ..Batch::default() };
    Append { received: at(0), batch, ..Append::default() }
}

pub(crate) fn of_labels(labels: Vec<Label>) -> Append {
    Append { received: at(0), labels, ..Append::default() }
}

pub(crate) fn of_settlements(settlements: Vec<Settlement>) -> Append {
    Append { received: at(0), settlements, ..Append::default() }
}

/// The same, received at another time.
pub(crate) fn received(append: Append, received: Timestamp) -> Append {
    Append { received, ..append }
}

pub(crate) async fn append(flight: &Flight, append: Append) -> Receipt {
    flight.append(append).await.unwrap()
}
