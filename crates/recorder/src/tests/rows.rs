//! Fields of single dialects that the samples of real packages do not show.

use model::record::{Stop, Why};
use model::{Outcome, Record, StepKind};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::span;
use prost::Message;

use super::samples::*;
use crate::wire::protobuf;
use crate::{ContentMode, advice, read_record};

fn of(attributes: &[(&str, &str)]) -> Record {
    read_record(&step(texts(attributes)))
}

#[test]
fn a_generation_of_langfuses_costs_what_all_its_parts_cost_where_no_total_says_so() {
    let costs = |details: &str| {
        let kind = ("langfuse.observation.type", "generation");
        of(&[kind, ("langfuse.observation.cost_details", details)]).cost.unwrap().amount
    };
    assert_eq!(costs(r#"{"input":1,"input_cached_tokens":0.5,"output":2}"#), 3.5);
    assert_eq!(costs(r#"{"input":1,"input_cached_tokens":0.5,"output":2,"total":9}"#), 9.0);
}

#[test]
fn a_call_of_which_nothing_came_back_has_no_model_that_answered() {
    let kind = ("openinference.span.kind", "LLM");
    let named = ("llm.model_name", "gpt-5");
    let model = of(&[kind, named]).model.unwrap();
    assert_eq!((model.requested.as_deref(), model.served), (Some("gpt-5"), None));
    for answer in [("output.value", "hello"), ("llm.token_count.completion", "3")] {
        let model = of(&[kind, named, answer]).model.unwrap();
        assert_eq!((model.requested, model.served.as_deref()), (None, Some("gpt-5")), "{answer:?}");
    }
}

#[test]
fn messages_that_a_client_keeps_elsewhere_are_missing_for_that_reason() {
    let attributes = texts(&[
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.input.messages_ref", "s3://bucket/1_inputs.json"),
        ("gen_ai.output.messages_ref", "s3://bucket/1_outputs.json"),
    ]);
    let step = step(attributes);
    let record = read_record(&step);
    let why = |field: &str| record.missing.iter().find(|one| one.field == field).unwrap().why;
    assert_eq!((why("prompt.messages"), why("answer")), (Why::Elsewhere, Why::Elsewhere));
    assert_eq!(why("model.requested"), Why::NotSent);
    let about = advice(&step, &[]).into_iter().map(|advice| advice.about);
    assert_eq!(about.collect::<Vec<_>>(), ["content_elsewhere"]);
}

#[test]
fn a_search_is_known_by_what_it_asked_or_found() {
    for attribute in [
        ("gen_ai.retrieval.query.text", "refunds"),
        ("retrieval.documents.0.document.id", "d-1"),
        ("db.vector.query.top_k", "5"),
    ] {
        assert_eq!(step(texts(&[attribute])).kind, StepKind::Retrieval, "{attribute:?}");
    }
}

#[test]
fn judgements_of_a_trace_and_of_a_session_are_listed_too() {
    let record = of(&[
        ("openinference.span.kind", "CHAIN"),
        ("trace.evaluations.0.evaluation.name", "tone"),
        ("trace.evaluations.0.evaluation.label", "bad"),
        ("session.evaluations.1.evaluation.name", "done"),
    ]);
    let names: Vec<_> = record.evaluations.iter().map(|one| one.name.as_deref()).collect();
    assert_eq!(names, [Some("tone"), Some("done")]);
}

#[test]
fn a_guardrail_of_bedrocks_is_named_by_its_id() {
    let record = of(&[("gen_ai.operation.name", "chat"), ("aws.bedrock.guardrail.id", "gr-1")]);
    assert_eq!(record.guardrail.unwrap().name.as_deref(), Some("gr-1"));
    assert_eq!(record.kind, StepKind::Model);
}

#[test]
fn a_call_that_could_not_be_written_down_is_an_error_and_no_call() {
    assert_eq!(Stop::of("MALFORMED_FUNCTION_CALL"), Stop::Error);
}

#[test]
fn what_a_judge_found_counts_also_as_an_event_on_the_span() {
    let bytes = protobuf(&[(shop(), vec![span(vec![])])]);
    let mut request = ExportTraceServiceRequest::decode(bytes.as_slice()).unwrap();
    let said = [("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", "fail")];
    let attributes = said.map(|(key, word)| KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(any_value::Value::StringValue(word.to_owned())) }),
        ..KeyValue::default()
    });
    request.resource_spans[0].scope_spans[0].spans[0].events = vec![span::Event {
        name: "gen_ai.evaluation.result".to_owned(),
        attributes: attributes.to_vec(),
        ..span::Event::default()
    }];
    let batch = read(&request.encode_to_vec(), ContentMode::Full);
    let claims: Vec<_> =
        batch.claims.iter().map(|claim| (claim.outcome, claim.source.as_str())).collect();
    assert_eq!(claims, [(Outcome::Bad, "judge:tone")]);
    assert_eq!(batch.claims[0].at, batch.steps[0].ended);
}
