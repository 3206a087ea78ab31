//! Records say what is there, and of what is not there which attribute would fill it.

use model::content::Gone;
use model::record::{Chosen, Counted, Missing, Why};
use model::{Attribute, Effect, Record, Step, Value};

use super::samples::*;
use crate::fingerprint::{exact, shape};
use crate::{ContentMode, read_record};

fn of(attributes: &[(&str, &str)]) -> Record {
    read_record(&step(texts(attributes)))
}

fn missing<'a>(record: &'a Record, field: &str) -> Option<&'a Missing> {
    record.missing.iter().find(|missing| missing.field == field)
}

fn fields(record: &Record) -> Vec<&str> {
    record.missing.iter().map(|missing| missing.field.as_str()).collect()
}

fn kept(attributes: Vec<Attribute>, mode: ContentMode) -> Step {
    sent(vec![span(attributes)], mode).steps.remove(0)
}

#[test]
fn an_alias_without_an_answer_that_resolves_it_is_missing_and_never_copied() {
    let [asked, ..] = genai();
    let record = read_record(&step(without(asked, &["gen_ai.response.model"])));
    let model = record.model.as_ref().unwrap();
    assert_eq!((model.requested.as_deref(), &model.served), (Some("gpt-4o-mini"), &None));
    let served = missing(&record, "model.served").unwrap();
    assert_eq!((&*served.attribute, served.why), ("gen_ai.response.model", Why::NotSent));
}

#[test]
fn a_parameter_that_nobody_stated_is_missing_and_a_stated_default_is_there() {
    let [asked, ..] = genai();
    let asked = without(asked, &["gen_ai.request.temperature"]);
    let silent = read_record(&step(asked.clone()));
    let lack = missing(&silent, "parameters.temperature").unwrap();
    assert_eq!(lack.attribute, "mayday.parameter.temperature");
    let stated = texts(&[("mayday.parameter.temperature", "0.7")]);
    let by = sender(stated);
    let told = read_record(&sent_by(by, asked));
    assert_eq!(missing(&told, "parameters.temperature"), None);
    let temperature = told.parameters.iter().find(|one| one.name == "temperature").unwrap();
    assert_eq!((&*temperature.value, temperature.source), ("0.7", Chosen::Default));
}

#[test]
fn a_changed_default_is_a_change_of_parameters() {
    let level = |value: &str| {
        let chat = ("gen_ai.operation.name", "chat");
        levels(&step(texts(&[chat, ("mayday.parameter.temperature", value)])), "parameters")
    };
    assert_eq!(level("0.7"), is("temperature=0.7"));
    assert_ne!(level("0.7"), level("1"));
}

#[test]
fn fingerprints_outlive_the_content_they_were_taken_from() {
    let [asked, ..] = genai();
    let full = read_record(&kept(asked.clone(), ContentMode::Full));
    let hashes = read_record(&kept(asked.clone(), ContentMode::HashOnly));
    let (whole, left) = (full.prompt.unwrap(), hashes.prompt.clone().unwrap());
    assert_eq!((whole.skeleton, whole.text), (left.skeleton, left.text));
    assert_eq!((whole.messages, left.messages), (Some(2), None));
    assert_eq!(full.tools, hashes.tools);
    let why = Why::Gone(Gone::HashOnly);
    for field in ["prompt.messages", "answer"] {
        assert_eq!(missing(&hashes, field).map(|missing| missing.why), Some(why), "{field}");
    }
    let none = read_record(&kept(asked, ContentMode::MetadataOnly));
    let text = missing(&none, "prompt.text").unwrap();
    assert_eq!(text.why, Why::Gone(Gone::MetadataOnly));
    assert!(none.tools.is_none() && none.completeness() < hashes.completeness());
}

#[test]
fn what_was_sent_and_is_no_json_is_missing_for_that_reason() {
    let [asked, ..] = genai();
    let mut broken = without(asked, &["gen_ai.input.messages", "gen_ai.tool.definitions"]);
    broken.extend(texts(&[
        ("gen_ai.input.messages", r#"[{"role":"#),
        ("gen_ai.tool.definitions", "[{"),
    ]));
    let record = read_record(&step(broken));
    for field in ["prompt.messages", "tools"] {
        assert_eq!(missing(&record, field).map(|it| it.why), Some(Why::NotReadable), "{field}");
    }
}

#[test]
fn a_tool_that_acts_needs_a_key_and_what_it_touched_and_one_that_reads_does_not() {
    let tool = [
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "refund"),
        ("gen_ai.tool.call.id", "c"),
        ("gen_ai.tool.call.arguments", r#"{"order":7}"#),
        ("gen_ai.tool.call.result", r#"{"refund":"r-1"}"#),
    ];
    let with = |more: &[(&str, &str)]| of(&[&tool[..], more].concat());
    let place = ["place.version", "place.environment", "place.region"];
    let unsaid = with(&[]);
    assert_eq!(fields(&unsaid), [&["tool.effect"][..], &place].concat());
    let acts = with(&[("mayday.effect", "irreversible")]);
    assert_eq!(fields(&acts), [&["tool.idempotency_key", "tool.touched"][..], &place].concat());
    assert_eq!(fields(&with(&[("mayday.effect", "none")])), place);
    let whole = with(&[
        ("mayday.effect", "reversible"),
        ("mayday.idempotency_key", "k-1"),
        ("mayday.touched", "refund:r-1"),
        ("service.version", "1.4"),
        ("deployment.environment.name", "production"),
        ("cloud.region", "eu-west-1"),
    ]);
    assert_eq!((fields(&whole), whole.completeness()), (vec![], 1.0));
    let tool = whole.tool.unwrap();
    assert_eq!((tool.effect, &tool.touched[..]), (Effect::Reversible, &["refund:r-1".into()][..]));
    assert_eq!(tool.arguments, Some(shape(r#"{"order":1}"#)));
}

#[test]
fn a_search_says_what_it_searched_and_found_in_either_form() {
    let listed = of(&[
        ("gen_ai.operation.name", "retrieval"),
        ("gen_ai.data_source.id", "kb"),
        ("mayday.index.build", "b-7"),
        ("mayday.index.embedding_model", "e-3"),
        ("gen_ai.retrieval.query.text", "where"),
        ("gen_ai.retrieval.top_k", "2"),
        ("gen_ai.retrieval.documents", r#"[{"id":"a","score":0.5,"content":"x"},{"id":7}]"#),
    ]);
    let flat = of(&[
        ("openinference.span.kind", "RETRIEVER"),
        ("gen_ai.data_source.id", "kb"),
        ("mayday.index.build", "b-7"),
        ("mayday.index.embedding_model", "e-3"),
        ("input.value", "where"),
        ("gen_ai.retrieval.top_k", "2"),
        ("retrieval.documents.1.document.id", "7"),
        ("retrieval.documents.0.document.id", "a"),
        ("retrieval.documents.0.document.score", "0.5"),
        ("retrieval.documents.0.document.content", "x"),
    ]);
    assert_eq!(listed.retrieval, flat.retrieval);
    let found = listed.retrieval.unwrap();
    assert_eq!((found.top_k, found.query), (Some(2), Some(exact("where"))));
    let ranks: Vec<_> = found.documents.iter().map(|one| (one.rank, one.id.as_deref())).collect();
    assert_eq!(ranks, [(1, Some("a")), (2, Some("7"))]);
    assert_eq!(found.documents[0].content, Some(exact("x")));
    assert_eq!(found.documents[0].score, Some(0.5));
}

#[test]
fn judges_guardrails_and_approvals_have_groups_of_their_own() {
    let judged = of(&[
        ("gen_ai.evaluation.name", "tone"),
        ("gen_ai.evaluation.score.label", "fail"),
        ("mayday.judge.config", "h"),
        ("mayday.judge.kind", "person"),
    ]);
    assert_eq!(judged.evaluations[0].judge_kind.as_deref(), Some("person"));
    assert_eq!(fields(&judged), ["place.version", "place.environment", "place.region"]);
    let listed = of(&[
        ("openinference.span.kind", "EVALUATOR"),
        ("evaluations.0.evaluation.name", "tone"),
        ("evaluations.0.evaluation.label", "good"),
        ("evaluations.0.evaluation.annotator_kind", "LLM"),
        ("annotations.1.annotation.name", "length"),
    ]);
    let names: Vec<_> = listed.evaluations.iter().filter_map(|one| one.name.as_deref()).collect();
    assert_eq!(names, ["tone", "length"]);
    let denied = of(&[
        ("gen_ai.guardrail.component.name", "pii"),
        ("gen_ai.guardrail.verdict.type", "deny"),
        ("gen_ai.guardrail.action.type", "block"),
    ]);
    let guardrail = denied.guardrail.as_ref().unwrap();
    assert_eq!(guardrail.action.as_deref(), Some("block"));
    assert!(missing(&denied, "guardrail.policy").is_some());
    let granted = of(&[("mayday.approval.state", "granted"), ("mayday.approval.approver", "ann")]);
    assert!(missing(&granted, "approval.params_hash").is_some());
    assert!(missing(&granted, "approval.approver").is_none());
    let asked = of(&[("mayday.approval.state", "requested")]);
    assert!(missing(&asked, "approval.approver").is_none(), "nobody has decided yet");
}

#[test]
fn feature_flags_are_read_from_attributes_and_from_events() {
    let event = |key: &str, variant: &str| {
        let attributes =
            texts(&[("feature_flag.key", key), ("feature_flag.result.variant", variant)]);
        Value::Map(vec![
            ("name".into(), text("feature_flag.evaluation")),
            ("attributes".into(), Value::Map(attributes)),
        ])
    };
    let mut attributes = texts(&[
        ("gen_ai.operation.name", "chat"),
        ("feature_flag.key", "new-prompt"),
        ("feature_flag.result.variant", "on"),
    ]);
    let events = Value::List(vec![event("router", "b"), event("cut", "off")]);
    attributes.push(("otel.events".into(), events));
    let control = read_record(&step(attributes)).control;
    let flags: Vec<_> =
        control.flags.iter().map(|flag| (&*flag.key, flag.variant.as_deref())).collect();
    assert_eq!(flags, [("new-prompt", Some("on")), ("router", Some("b")), ("cut", Some("off"))]);
}

#[test]
fn money_is_a_total_or_the_sum_of_its_parts() {
    let cost = |pairs: &[(&str, &str)]| {
        let chat = [("gen_ai.operation.name", "chat")];
        of(&[&chat[..], pairs].concat()).cost.map(|cost| (cost.amount, cost.currency))
    };
    let dollars = |amount: f64| Some((amount, "USD".to_owned()));
    assert_eq!(cost(&[("llm.cost.prompt", "1"), ("llm.cost.completion", "0.5")]), dollars(1.5));
    assert_eq!(cost(&[("gen_ai.usage.cost", "0.25")]), dollars(0.25));
    let details = r#"{"input":0.5,"output":0.25}"#;
    assert_eq!(cost(&[("langfuse.observation.cost_details", details)]), dollars(0.75));
    let told = [("gen_ai.usage.cost.amount", "2"), ("gen_ai.usage.cost.currency", "EUR")];
    assert_eq!(cost(&told), Some((2.0, "EUR".to_owned())));
    assert_eq!(cost(&[("gen_ai.usage.cost.amount", "NaN")]), None);
}

#[test]
fn a_call_that_failed_lacks_no_answer() {
    let mut span = span(texts(&[("gen_ai.operation.name", "chat"), ("error.type", "timeout")]));
    span.failed = true;
    let record = read_record(&sent(vec![span], ContentMode::Full).steps[0]);
    assert_eq!((record.failed, record.error.as_deref()), (true, Some("timeout")));
    let of_answer = ["model.served", "answer", "endings", "usage.output", "cost"];
    assert!(fields(&record).iter().all(|field| !of_answer.contains(field)), "{record:?}");
}

#[test]
fn an_exception_on_the_span_says_what_went_wrong() {
    let exception = Value::Map(vec![
        ("name".into(), text("exception")),
        ("attributes".into(), Value::Map(texts(&[("exception.type", "RateLimitError")]))),
    ]);
    let mut attributes = texts(&[("gen_ai.operation.name", "chat")]);
    attributes.push(("otel.events".into(), Value::List(vec![exception])));
    assert_eq!(read_record(&step(attributes)).error.as_deref(), Some("RateLimitError"));
}

#[test]
fn the_details_of_a_call_may_stand_in_an_event_on_its_span() {
    let [asked, ..] = genai();
    let details = Value::Map(vec![
        ("name".into(), text("gen_ai.client.inference.operation.details")),
        ("attributes".into(), Value::Map(asked.clone())),
    ]);
    let bare = texts(&[("gen_ai.operation.name", "chat")]);
    let step = step(plus(bare, &[("otel.events", Value::List(vec![details]))]));
    let direct = super::samples::step(asked);
    assert_eq!(step.traits.prompt, direct.traits.prompt);
    assert_eq!(step.traits.tokens, direct.traits.tokens);
    assert_eq!(levels(&step, "model_served"), levels(&direct, "model_served"));
}

#[test]
fn a_log_record_counts_nothing_itself() {
    use crate::wire::{Record as Log, logs_protobuf};
    let [asked, ..] = genai();
    let span = span(vec![]);
    let log = Log {
        trace: Some(span.trace),
        span: Some(span.span),
        event: "gen_ai.client.inference.operation.details".to_owned(),
        at: span.started,
        body: None,
        attributes: asked,
    };
    let request = logs_protobuf(&[(shop(), vec![log])]);
    let (limits, full) = (crate::Limits::default(), ContentMode::Full);
    let batch =
        crate::decode_logs(&request, crate::Encoding::Protobuf, &limits, &full.into()).unwrap();
    let step = &batch.steps[0];
    assert_eq!(step.traits.tokens, None);
    let record = read_record(step);
    assert_eq!(record.usage.map(|usage| usage.counted), Some(Counted::Elsewhere));
    assert_eq!((record.expected, record.missing), (0, vec![]));
}

#[test]
fn the_toolset_is_one_hash_whatever_the_order_of_tools_and_keys() {
    let hash = |definitions: &str| {
        let chat = ("gen_ai.operation.name", "chat");
        of(&[chat, ("gen_ai.tool.definitions", definitions)]).tools.unwrap().hash
    };
    let one = hash(r#"[{"name":"a","parameters":{"x":1.0}},{"name":"b","strict":true}]"#);
    let other = hash(r#"[{"strict":true,"name":"b"},{"parameters":{"x":1},"name":"a"}]"#);
    assert_eq!(one, other);
    assert_ne!(one, hash(r#"[{"name":"a","parameters":{"x":2}},{"name":"b","strict":true}]"#));
    assert_ne!(one, hash(r#"[{"name":"a","parameters":{"x":1}},{"name":"b"}]"#));
    let own = of(&[("gen_ai.operation.name", "chat"), ("mayday.toolset", "h-1")]);
    assert_eq!(own.tools.unwrap().hash.as_deref(), Some("h-1"));
}

#[test]
fn a_clients_own_hash_of_its_template_stands_in_for_a_prompt_that_is_not_sent() {
    let chat = ("gen_ai.operation.name", "chat");
    for key in ["mayday.prompt.hash", "traceloop.prompt.version_hash", "lmnr.span.prompt_hash"] {
        let prompt = step(texts(&[chat, (key, "h-1")])).traits.prompt.unwrap();
        assert_eq!((prompt.skeleton.as_deref(), prompt.text), (Some("h-1"), None), "{key}");
        assert_eq!(of(&[chat, (key, "h-1")]).prompt.unwrap().template.as_deref(), Some("h-1"));
    }
}

#[test]
fn what_a_list_holds_is_never_taken_for_the_members_of_a_message() {
    let chat = ("gen_ai.operation.name", "chat");
    let told = |messages: &str| {
        let step = step(texts(&[chat, ("gen_ai.input.messages", messages)]));
        (read_record(&step).prompt.unwrap().messages, step.traits.prompt.unwrap().text)
    };
    assert_eq!(told(r#"[["system","Be terse."],["user","Hi"]]"#), (Some(2), None));
    let mixed = r#"[{"role":"system","content":"Be terse."},7,{"role":"user","content":"Hi"}]"#;
    assert_eq!(told(mixed), (Some(3), Some(exact("Be terse."))));
    let odd = r#"[{"role":"system","parts":[["text","Be terse."],{"type":"text","content":"x"}]}]"#;
    assert_eq!(told(odd), (Some(1), None), "there may have been a prompt");
}
