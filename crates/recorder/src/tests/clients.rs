//! What real clients send beside what anybody asked for, and what they leave empty.

use model::Record;
use model::record::{Chosen, Counted};

use super::samples::*;
use crate::read_record;

/// The record of a span with this name.
fn named(name: &str, attributes: &[(&str, &str)]) -> Record {
    let mut span = span(texts(attributes));
    span.name = name.to_owned();
    read_record(&sent(vec![span], crate::ContentMode::Full).steps.remove(0))
}

fn of(attributes: &[(&str, &str)]) -> Record {
    named("chat", attributes)
}

/// Each parameter with who chose it.
fn parameters(record: &Record) -> Vec<(&str, &str, Chosen)> {
    let all = record.parameters.iter();
    all.map(|one| (one.name.as_str(), one.value.as_str(), one.source)).collect()
}

const EMBEDDINGS: (&str, &str) = ("gen_ai.operation.name", "embeddings");

#[test]
fn the_dimensions_of_vectors_are_a_parameter_in_every_dialect_that_hears_of_them() {
    let requests: [&[(&str, &str)]; 3] = [
        &[EMBEDDINGS, ("gen_ai.embeddings.dimension.count", "3")],
        &[
            ("openinference.span.kind", "EMBEDDING"),
            ("embedding.invocation_parameters", r#"{"model":"m","dimensions":3}"#),
        ],
        &[
            ("langfuse.observation.type", "embedding"),
            ("langfuse.observation.model.parameters", r#"{"dimensions":3}"#),
        ],
    ];
    for request in requests {
        let record = of(request);
        assert_eq!(parameters(&record), [("dimensions", "3", Chosen::Explicit)], "{request:?}");
    }
}

#[test]
fn dimensions_that_pydantic_ai_counts_in_the_answer_are_no_parameter() {
    let counted = ("gen_ai.embeddings.dimension.count", "3");
    let record = of(&[EMBEDDINGS, counted, ("logfire.msg", "embeddings")]);
    assert_eq!(parameters(&record), []);
}

#[test]
fn what_a_library_fills_in_was_chosen_by_nobody() {
    let streaming = |value| {
        let record = of(&[("llm.request.type", "chat"), ("gen_ai.is_streaming", value)]);
        record.parameters[0].source
    };
    assert_eq!((streaming("false"), streaming("true")), (Chosen::Default, Chosen::Explicit));
    let choosing = |value| {
        let operation = ("ai.operationId", "ai.generateText.doGenerate");
        of(&[operation, ("ai.prompt.toolChoice", value)]).parameters[0].source
    };
    let (filled_in, chosen) = (r#"{"type":"auto"}"#, r#"{"type":"required"}"#);
    assert_eq!((choosing(filled_in), choosing(chosen)), (Chosen::Default, Chosen::Explicit));
}

const GENERATION: [(&str, &str); 3] = [
    ("langfuse.observation.type", "generation"),
    ("langfuse.observation.model.name", "gpt-4o-mini"),
    ("langfuse.observation.model.parameters", r#"{"service_tier":"flex"}"#),
];

#[test]
fn with_the_first_piece_of_an_answer_langfuse_names_the_model_and_tier_that_serve() {
    let first = ("langfuse.observation.completion_start_time", r#""2026-11-22T02:07:01Z""#);
    let record = named("OpenAI-generation", &[&GENERATION[..], &[first]].concat());
    let model = record.model.as_ref().unwrap();
    assert_eq!((&model.requested, model.served.as_deref()), (&None, Some("gpt-4o-mini")));
    assert_eq!(model.service_tier.as_deref(), Some("flex"));
    assert_eq!(parameters(&record), []);
}

#[test]
fn before_an_answer_langfuse_names_the_model_and_tier_asked_for() {
    let record = named("OpenAI-generation", &GENERATION);
    let model = record.model.as_ref().unwrap();
    assert_eq!((model.requested.as_deref(), &model.served), (Some("gpt-4o-mini"), &None));
    assert_eq!(parameters(&record), [("service_tier", "flex", Chosen::Explicit)]);
}

#[test]
fn an_ending_without_a_word_is_not_on_record() {
    let cut = r#"[{"role":"assistant","parts":[],"finish_reason":""}]"#;
    let record = of(&[("gen_ai.operation.name", "chat"), ("gen_ai.output.messages", cut)]);
    assert_eq!(record.endings, []);
}

#[test]
fn an_agent_of_pydantic_ai_adds_up_the_tokens_of_the_calls_below() {
    let record = of(&[
        ("gen_ai.operation.name", "invoke_agent"),
        ("logfire.msg", "run"),
        ("gen_ai.aggregated_usage.input_tokens", "80"),
        ("gen_ai.aggregated_usage.cache_read.input_tokens", "20"),
        ("gen_ai.aggregated_usage.output_tokens", "40"),
        ("gen_ai.aggregated_usage.details.reasoning_tokens", "16"),
    ]);
    let usage = record.usage.unwrap();
    assert_eq!((usage.counted, usage.input, usage.output), (Counted::RollUp, Some(80), Some(40)));
    assert_eq!((usage.cache_read, usage.reasoning), (Some(20), Some(16)));
    assert_eq!(usage.own_total(), None);
}

#[test]
fn an_abandoned_stream_of_vercels_is_a_stream_though_no_piece_came() {
    let stream = |operation| of(&[("ai.operationId", operation)]).stream;
    let abandoned = stream("ai.streamText.doStream");
    assert_eq!(abandoned.map(|stream| stream.first_chunk_secs), Some(None));
    assert_eq!(stream("ai.generateText.doGenerate"), None);
}
