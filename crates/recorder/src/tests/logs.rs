//! Log records: GenAI events below the span they are about, and what evaluations claim.

use std::collections::BTreeSet;

use model::{
    About, Attribute, Batch, Claim, Outcome, Pivot, Source, SpanId, Step, StepKind, TraceId, Value,
};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use prost::Message;

use super::samples::*;
use crate::wire::{Record, logs_protobuf};
use crate::{ContentMode, Encoding, Limits, NOT_OURS, decode_logs};

const DETAILS: &str = "gen_ai.client.inference.operation.details";
const RESULT: &str = "gen_ai.evaluation.result";

fn record(event: &str, attributes: Vec<Attribute>) -> Record {
    Record {
        trace: TraceId::from_bytes(&[9; 16]),
        span: SpanId::from_bytes(&[1; 8]),
        event: event.to_owned(),
        at: "2026-11-22T02:07:01Z".parse().unwrap(),
        body: None,
        attributes,
    }
}

fn logged(records: Vec<Record>, mode: ContentMode) -> Batch {
    let request = logs_protobuf(&[(shop(), records)]);
    decode_logs(&request, Encoding::Protobuf, &Limits::default(), &mode.into()).unwrap()
}

/// The batch of one record that a test changes.
fn changed(record: Record, change: impl FnOnce(&mut LogRecord)) -> Batch {
    let request = logs_protobuf(&[(shop(), vec![record])]);
    let mut request = ExportLogsServiceRequest::decode(&*request).unwrap();
    change(&mut request.resource_logs[0].scope_logs[0].log_records[0]);
    let bytes = request.encode_to_vec();
    decode_logs(&bytes, Encoding::Protobuf, &Limits::default(), &ContentMode::Full.into()).unwrap()
}

fn refusal(batch: &Batch) -> &'static str {
    assert_eq!((batch.steps.len(), batch.claims.len(), batch.rejections.len()), (0, 0, 1));
    batch.rejections[0].why
}

fn only(batch: Batch) -> Step {
    assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 0), "{:?}", batch.rejections);
    batch.steps.into_iter().next().unwrap()
}

#[test]
fn an_event_is_a_step_below_the_span_it_is_about() {
    let [asked, ..] = genai();
    let step = only(logged(vec![record(DETAILS, asked.clone())], ContentMode::Full));
    assert_eq!((step.source, step.kind, &*step.name), (Source::Log, StepKind::Model, DETAILS));
    assert_eq!(Some(step.trace), TraceId::from_bytes(&[9; 16]));
    assert_eq!(step.parent, SpanId::from_bytes(&[1; 8]));
    assert_eq!((step.started, step.ended), (step.started, "2026-11-22T02:07:01Z".parse().unwrap()));
    assert_eq!(levels(&step, "model_requested"), is("gpt-4o-mini"));
    let mut kept = put_together(&step);
    let mut sent = asked;
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    sent.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(kept, sent);
}

#[test]
fn body_and_severity_are_kept_beside_the_attributes() {
    let body = Value::Map(vec![("content".into(), text("hello"))]);
    let message = Record { body: Some(body.clone()), ..record("gen_ai.user.message", vec![]) };
    let batch = changed(message, |record| {
        record.severity_number = 9;
        record.severity_text = "INFO".to_owned();
        record.flags = 1;
    });
    let step = only(batch);
    assert_eq!((under(&step, "otel.body"), &*step.name), (Some(body), "gen_ai.user.message"));
    assert_eq!(under(&step, "otel.severity_number"), Some(Value::Int(9)));
    assert_eq!(under(&step, "otel.severity_text"), Some(text("INFO")));
    assert_eq!(under(&step, "otel.flags"), Some(Value::Int(1)));
    assert!(!step.failed);
}

#[test]
fn an_error_is_told_by_its_severity_or_as_an_exception() {
    let failed = |event: &str, severity: i32| {
        only(changed(record(event, vec![]), |record| record.severity_number = severity)).failed
    };
    assert!(!failed(DETAILS, 13));
    assert!(failed(DETAILS, 17));
    assert!(failed("gen_ai.client.operation.exception", 13));
}

#[test]
fn an_older_library_names_its_event_in_an_attribute() {
    let named = texts(&[("event.name", "gen_ai.choice"), ("gen_ai.system", "openai")]);
    let step = only(logged(vec![record("", named.clone())], ContentMode::Full));
    assert_eq!((&*step.name, put_together(&step).len()), ("gen_ai.choice", named.len()));
}

#[test]
fn the_name_of_an_event_of_the_users_own_is_content() {
    let step = only(logged(vec![record("asked by Jane", texts(&[("gen_ai.x", "")]))], FULL));
    assert_eq!((&*step.name, under(&step, "otel.name")), ("", Some(text("asked by Jane"))));
}

const FULL: ContentMode = ContentMode::Full;

#[test]
fn a_time_that_is_missing_is_the_time_observed() {
    let at = |time: u64, observed: u64| {
        changed(record(DETAILS, vec![]), |record| {
            (record.time_unix_nano, record.observed_time_unix_nano) = (time, observed);
        })
    };
    for (time, observed) in [(7_000_000_000, 9), (0, 7_000_000_000), (u64::MAX, 7_000_000_000)] {
        assert_eq!(only(at(time, observed)).started.as_second(), 7);
    }
    assert!(refusal(&at(0, 0)).contains("no time"));
    assert!(refusal(&at(u64::MAX, u64::MAX)).contains("no time"));
}

#[test]
fn a_record_that_is_no_genai_event_is_told_and_not_kept() {
    let [asked, ..] = genai();
    let plain = texts(&[("http.route", "/"), ("general.ai", "gen_ai.")]);
    let records = vec![record("", plain.clone()), record("order.placed", plain), record("", asked)];
    let batch = logged(records, ContentMode::Full);
    assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 2));
    assert!(batch.rejections.iter().all(|rejection| rejection.why == NOT_OURS));
    assert_eq!(batch.rejections[1].span, "order.placed");
    let ours = logged(vec![record("mayday.approval", vec![])], ContentMode::Full);
    assert_eq!(only(ours).name, "mayday.approval");
}

fn evaluation(label: &str, more: &[(&str, &str)]) -> Record {
    let told = [("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", label)];
    record(RESULT, texts(&[&told[..], more].concat()))
}

#[test]
fn an_evaluation_claims_good_or_bad_only_where_its_label_says_so() {
    let labels = [
        ("pass", Some(Outcome::Good)),
        (" PASSED ", Some(Outcome::Good)),
        ("True", Some(Outcome::Good)),
        ("yes", Some(Outcome::Good)),
        ("correct", Some(Outcome::Good)),
        ("fail", Some(Outcome::Bad)),
        ("Incorrect", Some(Outcome::Bad)),
        ("no", Some(Outcome::Bad)),
        ("partly", None),
        ("", None),
        ("good bad", None),
        ("0.9", None),
    ];
    for (label, outcome) in labels {
        let batch = logged(vec![evaluation(label, &[])], ContentMode::Full);
        let claim = outcome.map(|outcome| Claim {
            about: About::Trace(TraceId::from_bytes(&[9; 16]).unwrap()),
            outcome,
            source: "judge:tone".to_owned(),
            at: "2026-11-22T02:07:01Z".parse().unwrap(),
        });
        assert_eq!(batch.claims, Vec::from_iter(claim), "{label}");
        assert_eq!(only(batch).kind, StepKind::Evaluation);
    }
    let other = logged(vec![record(DETAILS, evaluation("fail", &[]).attributes)], FULL);
    assert_eq!((other.claims.len(), other.steps.len()), (0, 1));
}

#[test]
fn a_judge_without_a_name_or_with_a_long_one_still_has_a_source() {
    let label = ("gen_ai.evaluation.score.label", "pass");
    let source = |name: &str| {
        let told = texts(&[label, ("gen_ai.evaluation.name", name)]);
        logged(vec![record(RESULT, told)], ContentMode::Full).claims.remove(0).source
    };
    assert_eq!(source(""), "judge:default");
    let long = source(&"x".repeat(1_000));
    assert!(long.starts_with("judge:") && long.len() < 200, "{long}");
}

#[test]
fn an_evaluation_without_a_trace_is_about_the_response_it_names() {
    let adrift = |label: &str, more: &[(&str, &str)]| {
        let record = Record { trace: None, span: None, ..evaluation(label, more) };
        logged(vec![record], ContentMode::Full)
    };
    let batch = adrift("fail", &[("gen_ai.response.id", "resp_7")]);
    let about = About::Pivot(Pivot { kind: "response".to_owned(), value: "resp_7".to_owned() });
    assert_eq!((batch.steps.len(), &batch.rejections[..]), (0, &[][..]));
    assert_eq!((&batch.claims[0].about, batch.claims[0].outcome), (&about, Outcome::Bad));
    assert!(refusal(&adrift("fail", &[])).contains("belongs to no run"));
    assert!(refusal(&adrift("partly", &[("gen_ai.response.id", "resp_7")])).contains("no run"));
    let [asked, ..] = genai();
    let details = Record { trace: None, ..record(DETAILS, asked) };
    assert!(refusal(&logged(vec![details], ContentMode::Full)).contains("no trace id"));
}

/// The id a record gets.
fn id(record: Record) -> SpanId {
    only(logged(vec![record], ContentMode::Full)).span
}

#[test]
fn a_record_sent_again_has_the_id_it_had() {
    let [asked, ..] = genai();
    let first = record(DETAILS, asked.clone());
    assert_eq!(id(first.clone()), id(first.clone()));
    let others = [
        Record { trace: TraceId::from_bytes(&[8; 16]), ..first.clone() },
        Record { span: None, ..first.clone() },
        Record { at: "2026-11-22T02:07:01.000000001Z".parse().unwrap(), ..first.clone() },
        Record { event: "gen_ai.choice".to_owned(), ..first.clone() },
        Record { attributes: without(asked, &["gen_ai.request.model"]), ..first.clone() },
        first,
    ];
    let ids: BTreeSet<SpanId> = others.into_iter().map(id).collect();
    assert_eq!(ids.len(), 6);
}

#[test]
fn records_alike_but_for_their_content_are_told_apart_by_order_and_not_by_content() {
    let said = |words: &str| Record {
        body: Some(text(words)),
        ..record("gen_ai.user.message", texts(&[("gen_ai.system", "openai")]))
    };
    let ids = |records: Vec<Record>| -> Vec<SpanId> {
        let batch = logged(records, ContentMode::Full);
        batch.steps.iter().map(|step| step.span).collect()
    };
    let (one, other) = (ids(vec![said("a"), said("b")]), ids(vec![said("c"), said("d")]));
    assert_ne!(one[0], one[1]);
    assert_eq!(one, other);
}

#[test]
fn without_content_nothing_of_a_record_depends_on_it() {
    let told = |secret: &str| {
        let body = Value::Map(vec![("content".into(), text(secret))]);
        let more = [("gen_ai.evaluation.explanation", secret), ("customer.note", secret)];
        let record = Record { body: Some(body), ..evaluation("fail", &more) };
        logged(vec![record, super::logs::record(secret, texts(&[("gen_ai.x", secret)]))], NONE)
    };
    assert_eq!(told("iban-DE02"), told("something else"));
}

const NONE: ContentMode = ContentMode::MetadataOnly;

#[test]
fn too_many_attributes_or_too_long_a_name_refuse_the_record_alone() {
    let many = vec![("gen_ai.x".into(), Value::Empty); 4_097];
    for spoilt in [record(DETAILS, many), record(&format!("gen_ai.{}", "x".repeat(1_024)), vec![])]
    {
        let batch = logged(vec![record(DETAILS, vec![]), spoilt], ContentMode::Full);
        assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 1));
    }
}

#[test]
fn text_that_is_not_utf_8_refuses_the_record_alone() {
    let mut request = logs_protobuf(&[(
        shop(),
        vec![record("gen_ai.bad", texts(&[("k", "spoilt")])), record("gen_ai.good", vec![])],
    )]);
    let place = request.windows(6).position(|bytes| bytes == b"spoilt").unwrap();
    request[place] = 0xff;
    let limits = Limits::default();
    let batch =
        decode_logs(&request, Encoding::Protobuf, &limits, &ContentMode::Full.into()).unwrap();
    assert_eq!((batch.steps.len(), batch.rejections.len()), (1, 1));
    assert_eq!(batch.rejections[0].span, "gen_ai.bad");
    assert!(batch.rejections[0].why.contains("UTF-8"));
}
