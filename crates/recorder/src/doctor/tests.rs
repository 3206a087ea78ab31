//! Each thing that can be wrong with a step is told with what helps, and nothing else is.

use model::{Attribute, Value};

use super::*;
use crate::tests::samples::{
    genai, openinference, plus, sender, sent_by, span, step, text, texts, without,
};
use crate::{ContentMode, Encoding, Limits, decode};

fn told(attributes: Vec<Attribute>) -> Vec<&'static str> {
    advice(&step(attributes), &[]).into_iter().map(|advice| advice.about).collect()
}

fn help(attributes: Vec<Attribute>) -> String {
    advice(&step(attributes), &[]).remove(0).help
}

#[test]
fn steps_of_real_packages_need_no_advice() {
    for attributes in genai().into_iter().chain(openinference()) {
        assert_eq!(told(attributes), Vec::<&str>::new());
    }
}

#[test]
fn a_span_without_words_is_plumbing_or_not_recognised() {
    let about = |scope: &str| {
        let mut by = sender(vec![]);
        scope.clone_into(&mut by.scope);
        advice(&sent_by(by, vec![]), &[]).remove(0)
    };
    for scope in [
        "opentelemetry.instrumentation.requests",
        "opentelemetry.instrumentation.fastapi",
        "@opentelemetry/instrumentation-http",
        "@opentelemetry/instrumentation-undici",
    ] {
        assert_eq!(about(scope).about, "plumbing", "{scope}");
    }
    let unknown = about("our.own.agent");
    assert_eq!(unknown.about, "not_recognised");
    assert!(
        unknown.why.contains("our.own.agent") && unknown.help.contains("gen_ai.operation.name")
    );
}

#[test]
fn a_word_that_is_not_known_is_named() {
    for key in ["gen_ai.operation.name", "openinference.span.kind", "ai.operationId"] {
        let found = advice(&step(texts(&[(key, "divination")])), &[]);
        assert_eq!(found[0].about, "not_recognised", "{key}");
        assert!(found[0].why.contains(key) && found[0].why.contains("`divination`"), "{key}");
    }
    let long = advice(&step(texts(&[("gen_ai.operation.name", &"x".repeat(5_000))])), &[]);
    assert!(long[0].why.len() < 300);
}

#[test]
fn work_around_the_calls_is_no_fault() {
    for (key, word) in [
        ("traceloop.span.kind", "task"),
        ("openinference.span.kind", "PROMPT"),
        ("openinference.span.kind", "UNKNOWN"),
        ("langfuse.observation.type", "span"),
        ("gen_ai.operation.name", "plan"),
        ("gen_ai.operation.name", "create_agent"),
        ("mcp.method.name", "tools/list"),
    ] {
        assert_eq!(told(texts(&[(key, word)])), ["other_work"], "{word}");
    }
}

#[test]
fn attributes_of_a_dialect_that_say_no_kind_are_told() {
    assert_eq!(told(texts(&[("gen_ai.request.model", "gpt")])), ["not_recognised"]);
    let found = advice(&step(texts(&[("traceloop.workflow.name", "w")])), &[]);
    assert!(found[0].why.contains("OpenLLMetry"), "{}", found[0].why);
}

#[test]
fn an_old_vintage_is_told() {
    let old = texts(&[("gen_ai.operation.name", "embeddings"), ("gen_ai.system", "openai")]);
    assert_eq!(told(old), ["old_vintage"]);
}

#[test]
fn content_that_is_not_sent_is_told_with_what_turns_it_on() {
    let chat = [("gen_ai.operation.name", "chat"), ("gen_ai.response.model", "m")];
    let more = |key: &str| {
        let mut attributes = texts(&chat);
        attributes.extend(texts(&[(key, "x")]));
        attributes
    };
    assert_eq!(told(texts(&chat)), ["no_content"]);
    assert!(help(texts(&chat)).contains("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"));
    assert!(help(more("logfire.msg")).contains("include_content"));
    assert!(help(more("gen_ai.openai.api_base")).contains("TRACELOOP_TRACE_CONTENT"));
    assert!(help(more("ai.operationId")).contains("recordInputs"));
    let llm = texts(&[("openinference.span.kind", "LLM"), ("llm.model_name", "m")]);
    assert!(help(llm).contains("OPENINFERENCE_HIDE_INPUTS"));
}

#[test]
fn content_that_came_and_is_gone_is_told_as_that() {
    let [asked, ..] = genai();
    for (mode, word) in
        [(ContentMode::HashOnly, "hash_only"), (ContentMode::MetadataOnly, "metadata_only")]
    {
        let bytes = crate::wire::protobuf(&[(sender(vec![]), vec![span(asked.clone())])]);
        let batch = decode(&bytes, Encoding::Protobuf, &Limits::default(), &mode.into()).unwrap();
        let found = advice(&batch.steps[0], &[]);
        assert_eq!(found[0].about, "content_gone");
        assert!(found[0].why.contains(word), "{}", found[0].why);
    }
}

#[test]
fn json_that_was_cut_is_told() {
    let [asked, ..] = genai();
    let cut = r#"[{"role":"system","parts":[{"type":"te"#;
    let mut broken = without(asked, &["gen_ai.input.messages"]);
    broken.push(("gen_ai.input.messages".into(), text(cut)));
    let found = advice(&step(broken), &[]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|advice| advice.about == "not_json"));
}

#[test]
fn an_alias_that_nobody_resolved_is_told() {
    let [asked, ..] = genai();
    assert_eq!(told(without(asked, &["gen_ai.response.model"])), ["alias_unresolved"]);
}

#[test]
fn counts_that_do_not_add_up_are_told() {
    let [asked, ..] = genai();
    let odd = plus(asked, &[("gen_ai.usage.cache_read.input_tokens", Value::Int(9_999))]);
    assert_eq!(told(odd), ["odd_usage"]);
}

#[test]
fn our_own_words_that_mean_nothing_are_told() {
    let [.., root] = genai();
    let mut odd = without(root, &["mayday.outcome"]);
    odd.extend(texts(&[
        ("mayday.outcome", "ok"),
        ("mayday.effect", "deletes"),
        ("mayday.approval.state", "yes"),
    ]));
    assert_eq!(told(odd), ["odd_word"; 3]);
}

#[test]
fn what_a_client_threw_away_is_told() {
    let [asked, ..] = genai();
    let dropped = plus(asked, &[("otel.dropped_attributes_count", Value::Int(12))]);
    assert_eq!(told(dropped), ["client_dropped"]);
}

#[test]
fn what_a_log_record_says_of_a_call_is_not_asked_for() {
    let chat = texts(&[("gen_ai.operation.name", "chat"), ("gen_ai.response.model", "gpt-5")]);
    let call = step(chat);
    let said = "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hi\"}]}]";
    let mut log = step(texts(&[("gen_ai.input.messages", said), ("gen_ai.output.messages", said)]));
    log.source = Source::Log;
    log.name = "gen_ai.client.inference.operation.details".to_owned();
    let about = |said: &[&Step]| -> Vec<&str> {
        advice(&call, said).into_iter().map(|advice| advice.about).collect()
    };
    assert_eq!((about(&[]), about(&[&log])), (vec!["no_content"], vec![]));
}
