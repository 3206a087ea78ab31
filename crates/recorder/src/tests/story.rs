//! One story, told in every dialect: the model asks for a tool, the tool answers, the model
//! answers, the agent is done. Whoever tells it, the records and traits are the same.

mod genai;
mod others;

use model::record::Dialect;
use model::step::{ToolCall, ToolResult};
use model::{Attribute, Level, Source, Step, StepKind, Traits};
use serde_json::{Value as Json, json};

use super::samples::*;
use crate::fingerprint::{canonical, exact, shape, skeleton, undated};
use crate::wire::{Record as LogRecord, Span, logs_protobuf};
use crate::{ContentMode, Encoding, Limits, decode_logs, read_record, read_record_with};

const PROMPT: &str = "Be terse. Today is Monday, 2026-11-23.";
const QUESTION: &str = "Where is order 4711?";
const ARGUMENTS: &str = r#"{"query":"order 4711"}"#;
const RESULT: &str = r#"{"items":[{"ref":"kb/0","headline":"Returns"}],"next":null}"#;
const ANSWER: &str = "It is on its way.";

/// A span as somebody tells it: its name and its attributes.
struct Said {
    name: &'static str,
    attributes: Vec<Attribute>,
    /// Log records about it: event and body.
    events: Vec<(&'static str, Json)>,
}

/// The story in one dialect.
struct Telling {
    who: &'static str,
    dialect: Dialect,
    asks: Said,
    runs: Said,
    answers: Said,
    root: Said,
    /// What this dialect has no words for, as JSON pointers into the record of a model call.
    lacks: &'static [&'static str],
}

#[expect(clippy::needless_pass_by_value, reason = "it reads as what is said")]
fn said(name: &'static str, attributes: Json) -> Said {
    Said { name, attributes: attributes_of(&attributes), events: Vec::new() }
}

/// Attributes written as a JSON object.
fn attributes_of(json: &Json) -> Vec<Attribute> {
    json.as_object().unwrap().iter().map(attribute).collect()
}

fn tellings() -> Vec<Telling> {
    vec![
        genai::now(),
        genai::of_1_41(),
        genai::of_1_36_with_events_on_the_span(),
        genai::of_1_36_with_log_records(),
        genai::early(),
        others::openinference(),
        others::openllmetry(),
        others::langfuse(),
        others::vercel(),
        others::pydantic(),
        others::pydantic_of_version_1(),
    ]
}

impl Said {
    fn step(&self) -> Step {
        let span = Span { name: self.name.to_owned(), ..span(self.attributes.clone()) };
        let mut batch = sent(vec![span], ContentMode::Full);
        assert_eq!(batch.rejections, []);
        batch.steps.remove(0)
    }

    fn logs(&self) -> Vec<Step> {
        let records = self.events.iter().zip(0_u64..).map(|((event, body), turn)| {
            let at: jiff::Timestamp = "2026-11-22T02:07:01Z".parse().unwrap();
            let step = span(vec![]);
            LogRecord {
                trace: Some(step.trace),
                span: Some(step.span),
                event: (*event).to_owned(),
                at: at + jiff::SignedDuration::from_nanos(turn as i64),
                body: Some(value_of(body)),
                attributes: texts(&[("gen_ai.system", "openai")]),
            }
        });
        let request = logs_protobuf(&[(shop(), records.collect())]);
        let (limits, full) = (Limits::default(), ContentMode::Full);
        decode_logs(&request, Encoding::Protobuf, &limits, &full.into()).unwrap().steps
    }

    /// The record of the step, with what log records say of it.
    fn record(&self) -> Json {
        let (step, logs) = (self.step(), self.logs());
        let logs: Vec<&Step> = logs.iter().collect();
        serde_json::to_value(read_record_with(&step, &logs)).unwrap()
    }

    /// The traits of the step, with what log records say of it.
    fn traits(&self) -> Traits {
        let mut traits = self.step().traits;
        self.logs().iter().for_each(|log| traits.learn(&log.traits));
        traits
    }
}

fn without_pointers(mut record: Json, gone: &[&str]) -> Json {
    for pointer in gone {
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let above = record.pointer_mut(above).unwrap_or_else(|| panic!("no {pointer}"));
        let removed = match above {
            Json::Array(list) => {
                let place = list.iter().position(|one| one["name"] == key);
                place.map(|place| list.remove(place))
            }
            Json::Object(map) => map.remove(key),
            _ => None,
        };
        assert!(removed.is_some(), "{pointer} is not in the record anyway");
        let is_empty = |value: &Json| *value == json!([]) || *value == json!({});
        if let Json::Object(map) = &mut record {
            map.retain(|_, group| !is_empty(group));
        }
    }
    record
}

/// The definition of the one tool by what it says.
fn schema() -> String {
    canonical(
        r#"{"name":"search_kb","description":"Finds articles.",
            "parameters":{"type":"object","properties":{"query":{"type":"string"}}}}"#,
    )
}

fn model_call(messages: usize, answer: &Json, ending: &str) -> Json {
    let tools = json!({"search_kb": schema()});
    json!({
        "kind": "model",
        "operation": "chat",
        "conversation": "conv-7",
        "place": {"service": "shop"},
        "model": {
            "provider": "openai",
            "requested": "gpt-4o-mini",
            "served": "gpt-4o-mini-2024-07-18",
            "fingerprint": "fp_44",
            "response": "resp-1",
            "endpoint": "api.example.com:443",
            "service_tier": "default",
        },
        "prompt": {
            "skeleton": skeleton(PROMPT),
            "undated": undated(PROMPT),
            "text": exact(PROMPT),
            "messages": messages,
        },
        "tools": {
            "hash": canonical(&tools.to_string()),
            "offered": [{"name": "search_kb", "schema": schema()}],
        },
        "parameters": [
            {"name": "temperature", "value": "0.2", "source": "explicit"},
            {"name": "max_tokens", "value": "50", "source": "explicit"},
            {"name": "seed", "value": "7", "source": "explicit"},
        ],
        "usage": {
            "counted": "own",
            "convention": "inclusive",
            "input": 120,
            "input_uncached": 70,
            "cache_read": 40,
            "cache_write": 10,
            "output": 20,
            "output_visible": 15,
            "reasoning": 5,
        },
        "endings": [{"raw": ending, "stop": ending}],
        "answer": answer,
    })
}

fn asks() -> Json {
    let calls = json!([{"id": "call-1", "tool": "search_kb"}]);
    model_call(2, &json!({"messages": 1, "calls": calls}), "tool_calls")
}

fn answers() -> Json {
    model_call(4, &json!({"messages": 1}), "stop")
}

/// The record without what differs from dialect to dialect: how tokens are counted, what endings
/// are called.
fn compared(mut record: Json, dialect: Dialect) -> Json {
    assert_eq!(record["dialect"], serde_json::to_value(dialect).unwrap());
    let map = record.as_object_mut().unwrap();
    ["dialect", "missing", "expected"].iter().for_each(|key| _ = map.remove(*key));
    let counts = if dialect == Dialect::Langfuse { "exclusive" } else { "inclusive" };
    assert_eq!(map["usage"]["convention"], counts);
    map["usage"]["convention"] = "inclusive".into();
    for ending in map.get_mut("endings").and_then(Json::as_array_mut).into_iter().flatten() {
        ending["raw"] = ending["stop"].clone();
    }
    record
}

#[test]
fn a_model_call_has_the_same_record_in_every_dialect() {
    for telling in tellings() {
        for (said, expected) in [(&telling.asks, asks()), (&telling.answers, answers())] {
            let record = compared(said.record(), telling.dialect);
            let expected = without_pointers(expected, telling.lacks);
            assert_eq!(record, expected, "{}: {}", telling.who, said.name);
        }
    }
}

#[test]
fn a_model_call_has_the_same_traits_in_every_dialect() {
    let call = || vec![ToolCall { id: "call-1".to_owned(), tool: "search_kb".to_owned() }];
    for telling in tellings() {
        let (asks, answers) = (telling.asks.traits(), telling.answers.traits());
        assert_eq!((asks.tokens, answers.tokens), (Some(140), Some(140)), "{}", telling.who);
        for traits in [&asks, &answers] {
            let prompt = traits.prompt.as_ref().unwrap();
            assert_eq!(prompt.text, Some(exact(PROMPT)), "{}", telling.who);
        }
        assert_eq!((asks.calls_made, asks.calls_read), (call(), vec![]), "{}", telling.who);
        assert_eq!((answers.calls_made, answers.calls_read), (vec![], call()), "{}", telling.who);
        let result =
            ToolResult { call: "call-1".to_owned(), tool: None, shape: Some(shape(RESULT)) };
        assert_eq!((asks.results, answers.results), (vec![], vec![result]), "{}", telling.who);
    }
}

#[test]
fn a_model_call_has_the_same_factors_in_every_dialect() {
    let expected = [
        ("model_requested", "gpt-4o-mini", "/model/requested"),
        ("model_served", "gpt-4o-mini-2024-07-18", "/model/served"),
        ("model_fingerprint", "fp_44", "/model/fingerprint"),
        ("parameters", "temperature=0.2,max_tokens=50", "/none"),
        ("finish_reason", "tool_calls", "/endings/tool_calls"),
        ("tool_schema:search_kb", &schema(), "/tools/offered"),
    ];
    for telling in tellings() {
        let mut step = telling.asks.step();
        step.traits = telling.asks.traits();
        for (factor, level, pointer) in &expected {
            let is_told = !telling.lacks.iter().any(|lack| pointer.starts_with(lack));
            let known: Vec<Level> = if is_told { is(level) } else { vec![] };
            let seen = levels(&step, factor);
            let seen: Vec<Level> =
                seen.into_iter().filter(|level| *level != Level::NotRecorded).collect();
            assert_eq!(seen, known, "{}: {factor}", telling.who);
        }
    }
}

#[test]
fn a_tool_call_has_the_same_record_in_every_dialect() {
    for telling in tellings() {
        let step = telling.runs.step();
        let record = read_record(&step);
        let tool = record.tool.unwrap();
        assert_eq!(step.kind, StepKind::Tool, "{}", telling.who);
        assert_eq!(tool.name.as_deref(), Some("search_kb"), "{}", telling.who);
        assert_eq!(tool.arguments, Some(shape(ARGUMENTS)), "{}", telling.who);
        assert_eq!(tool.result, Some(shape(RESULT)), "{}", telling.who);
        assert_eq!(levels(&step, "tool_called"), is("search_kb"), "{}", telling.who);
        assert_eq!(step.traits.tokens, None, "{}", telling.who);
        let result = &step.traits.results[0];
        assert_eq!(result.shape, Some(shape(RESULT)), "{}", telling.who);
        assert_eq!(result.tool.as_deref(), Some("search_kb"), "{}", telling.who);
    }
}

#[test]
fn an_agent_has_a_name_and_counts_no_tokens_in_every_dialect() {
    for telling in tellings() {
        let step = telling.root.step();
        assert_eq!(step.kind, StepKind::Agent, "{}", telling.who);
        assert_eq!(step.source, Source::Span);
        assert_eq!(step.traits.agent.as_deref(), Some("support-agent"), "{}", telling.who);
        assert_eq!(step.traits.tokens, None, "{}", telling.who);
        assert_eq!(read_record(&step).agent.name.as_deref(), Some("support-agent"));
    }
}

#[test]
fn whom_it_is_about_and_what_finds_it_are_told_in_every_dialect() {
    for telling in tellings() {
        let step = telling.root.step();
        assert_eq!(step.subjects, ["user-9"], "{}", telling.who);
        let pivots = step.pivots.iter().map(|pivot| (&*pivot.kind, &*pivot.value));
        assert!(pivots.clone().any(|pivot| pivot == ("conversation", "conv-7")), "{}", telling.who);
        let asked = telling.asks.step();
        let found = asked.pivots.iter().any(|pivot| pivot.kind == "response");
        assert_eq!(found, !telling.lacks.contains(&"/model/response"), "{}", telling.who);
    }
}
