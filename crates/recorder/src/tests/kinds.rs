//! What a span is: said first, by event second, shown last.

use model::{Effect, Key, StepKind, Value};
use proptest::prelude::*;

use super::samples::*;
use crate::{ContentMode, advice, dialect, read_record};

fn kind(attributes: &[(&str, &str)]) -> StepKind {
    step(texts(attributes)).kind
}

#[test]
fn every_dialects_words_for_what_a_span_is_are_known() {
    use StepKind::*;
    let words = [
        ("langfuse.observation.type", "generation", Model),
        ("langfuse.observation.type", "embedding", Embedding),
        ("langfuse.observation.type", "agent", Agent),
        ("langfuse.observation.type", "chain", Agent),
        ("langfuse.observation.type", "tool", Tool),
        ("langfuse.observation.type", "retriever", Retrieval),
        ("langfuse.observation.type", "guardrail", Guardrail),
        ("langfuse.observation.type", "evaluator", Evaluation),
        ("langfuse.observation.type", "event", Other),
        ("langfuse.observation.type", "span", Other),
        ("openinference.span.kind", "CHAIN", Agent),
        ("openinference.span.kind", "PROMPT", Other),
        ("ai.operationId", "ai.generateText", Agent),
        ("ai.operationId", "ai.generateText.doGenerate", Model),
        ("ai.operationId", "ai.streamObject.doStream", Model),
        ("ai.operationId", "ai.toolCall", Tool),
        ("ai.operationId", "ai.embedMany.doEmbed", Embedding),
        ("ai.operationId", "ai.rerank.doRerank", Retrieval),
        ("traceloop.span.kind", "workflow", Agent),
        ("traceloop.span.kind", "agent", Agent),
        ("traceloop.span.kind", "tool", Tool),
        ("traceloop.span.kind", "task", Other),
        ("llm.request.type", "chat", Model),
        ("llm.request.type", "completion", Model),
        ("llm.request.type", "embedding", Embedding),
        ("llm.request.type", "rerank", Retrieval),
        ("lmnr.span.type", "LLM", Model),
        ("lmnr.span.type", "TOOL", Tool),
        ("gen_ai.operation.name", "handle_conversation_turn", Agent),
        ("gen_ai.operation.name", "search_memory", Memory),
        ("gen_ai.operation.name", "upsert_memory", Memory),
        ("gen_ai.operation.name", "run_guardrail", Guardrail),
        ("gen_ai.operation.name", "rerank", Retrieval),
        ("gen_ai.operation.name", "plan", Other),
        ("gen_ai.operation.name", "fetch_response", Other),
        ("mcp.method.name", "tools/call", Tool),
        ("mcp.method.name", "tools/list", Other),
    ];
    for (key, word, expected) in words {
        assert_eq!(kind(&[(key, word)]), expected, "{key} = {word}");
    }
}

#[test]
fn an_explicit_type_goes_before_an_operation_and_that_before_what_shows() {
    let langfuse = ("langfuse.observation.type", "tool");
    let openinference = ("openinference.span.kind", "AGENT");
    let operation = ("gen_ai.operation.name", "chat");
    let vercel = ("ai.operationId", "ai.embed.doEmbed");
    let call = ("gen_ai.tool.call.id", "c");
    assert_eq!(kind(&[langfuse, openinference, operation, vercel]), StepKind::Tool);
    assert_eq!(kind(&[openinference, operation, vercel]), StepKind::Agent);
    assert_eq!(kind(&[operation, vercel, call]), StepKind::Model);
    assert_eq!(kind(&[vercel, call]), StepKind::Embedding);
    assert_eq!(kind(&[call, ("gen_ai.request.model", "m")]), StepKind::Tool);
}

#[test]
fn langfuses_plain_span_is_what_its_other_attributes_say() {
    let span = ("langfuse.observation.type", "span");
    assert_eq!(kind(&[span, ("gen_ai.operation.name", "chat")]), StepKind::Model);
    assert_eq!(kind(&[span]), StepKind::Other);
}

#[test]
fn a_model_with_counts_or_messages_is_a_call_and_a_model_alone_is_not() {
    let model = ("gen_ai.request.model", "m");
    assert_eq!(kind(&[model]), StepKind::Other);
    assert_eq!(kind(&[model, ("gen_ai.response.id", "r")]), StepKind::Model);
    let mut counted = texts(&[model]);
    counted.push(("gen_ai.usage.input_tokens".into(), Value::Int(3)));
    assert_eq!(step(counted).kind, StepKind::Model);
}

#[test]
fn names_that_anybody_might_use_mean_something_only_beside_logfires() {
    let loose = [("model_name", "gpt"), ("agent_name", "a"), ("gen_ai.response.id", "r")];
    assert_eq!(kind(&loose), StepKind::Other);
    let marked = [loose[0], loose[1], loose[2], ("logfire.msg", "a run")];
    assert_eq!(kind(&marked), StepKind::Agent);
}

#[test]
fn approval_guardrail_and_context_show_themselves() {
    assert_eq!(kind(&[("mayday.approval.state", "granted")]), StepKind::Approval);
    assert_eq!(kind(&[("gen_ai.guardrail.verdict.type", "deny")]), StepKind::Guardrail);
    assert_eq!(kind(&[("gen_ai.memory.store.id", "m")]), StepKind::Memory);
    assert_eq!(kind(&[("gen_ai.evaluation.name", "tone")]), StepKind::Evaluation);
    let compacted = ("gen_ai.conversation.compacted".into(), Value::Bool(true));
    assert_eq!(step(vec![compacted.clone()]).kind, StepKind::Context);
    let segments = Value::List(vec![text("rules"), text("turn-3")]);
    let dropped = step(vec![
        ("mayday.context.dropped".into(), segments),
        ("mayday.context.tokens_before".into(), Value::Int(9_000)),
        ("mayday.context.tokens_after".into(), Value::Int(4_000)),
        ("mayday.context.policy".into(), text("last-20@3")),
    ]);
    assert_eq!(dropped.kind, StepKind::Context);
    let record = read_record(&dropped);
    assert!(record.missing.iter().all(|missing| missing.field.starts_with("place.")));
    let context = record.context.unwrap();
    assert_eq!(context.dropped, ["rules", "turn-3"]);
    assert_eq!((context.tokens_before, context.tokens_after), (Some(9_000), Some(4_000)));
    let mut chat = texts(&[("gen_ai.operation.name", "chat")]);
    chat.push(compacted);
    let chat = step(chat);
    assert_eq!(chat.kind, StepKind::Model);
    assert!(read_record(&chat).context.unwrap().compacted);
}

#[test]
fn what_a_tool_does_to_the_world_is_as_the_application_says() {
    let effect = |word: &str| {
        step(texts(&[("gen_ai.operation.name", "execute_tool"), ("mayday.effect", word)]))
    };
    for (word, expected) in [
        ("none", Effect::None),
        ("reversible", Effect::Reversible),
        ("irreversible", Effect::Irreversible),
        ("Irreversible", Effect::Unknown),
        ("", Effect::Unknown),
    ] {
        assert_eq!(effect(word).traits.effect, expected, "{word}");
    }
}

#[test]
fn a_verdict_an_action_or_a_filter_that_steps_in_guards() {
    let guarded = |pairs: &[(&str, &str)]| step(texts(pairs)).traits.guarded;
    for verdict in ["deny", "modify", "ESCALATE"] {
        assert!(guarded(&[("gen_ai.guardrail.verdict.type", verdict)]), "{verdict}");
    }
    for verdict in ["allow", "warn"] {
        assert!(!guarded(&[("gen_ai.guardrail.verdict.type", verdict)]), "{verdict}");
    }
    let warned =
        [("gen_ai.guardrail.verdict.type", "warn"), ("gen_ai.guardrail.action.type", "block")];
    assert!(guarded(&warned));
    let ended = |word: &str| {
        let reasons = Value::List(vec![text("stop"), text(word)]);
        let mut attributes = texts(&[("gen_ai.operation.name", "chat")]);
        attributes.push(("gen_ai.response.finish_reasons".into(), reasons));
        step(attributes).traits.guarded
    };
    assert!(ended("content_filter") && ended("SAFETY") && !ended("length"));
}

#[test]
fn subjects_and_pivots_come_under_many_names_and_each_once() {
    let mut attributes = texts(&[
        ("user.id", "ann"),
        ("enduser.id", "ann"),
        ("mayday.subject", "ann@example.com"),
        ("langfuse.user.id", "ann-2"),
        ("traceloop.association.properties.user_id", "ann-3"),
        ("llm.user", "ann-4"),
        ("mayday.pivot.order", "4711"),
        ("gen_ai.response.id", "resp-1"),
        ("gen_ai.conversation.id", "conv-7"),
    ]);
    let tickets = Value::List(vec![text("t-1"), Value::Int(2), text("t-1"), text("")]);
    attributes.push(("mayday.pivot.ticket".into(), tickets));
    let step = step(attributes);
    let mut subjects = step.subjects;
    subjects.sort();
    assert_eq!(subjects, ["ann", "ann-2", "ann-3", "ann-4", "ann@example.com"]);
    let pivots: Vec<(&str, &str)> =
        step.pivots.iter().map(|pivot| (&*pivot.kind, &*pivot.value)).collect();
    assert_eq!(
        pivots,
        [
            ("order", "4711"),
            ("ticket", "t-1"),
            ("ticket", "2"),
            ("response", "resp-1"),
            ("conversation", "conv-7"),
        ]
    );
}

#[test]
fn subjects_and_pivots_are_bounded_and_none_are_told_where_nothing_may_be_kept() {
    let many: Vec<Value> = (0..10_000).map(Value::Int).collect();
    let attributes = vec![
        ("mayday.subject".into(), Value::List(many.clone())),
        (format!("mayday.pivot.{}", "k".repeat(900)).into(), Value::List(many)),
    ];
    let step = step(attributes.clone());
    assert_eq!((step.subjects.len(), step.pivots.len()), (64, 64));
    assert!(step.pivots[0].kind.len() <= 200);
    let batch = sent(vec![span(attributes)], ContentMode::MetadataOnly);
    assert_eq!(batch.steps[0].subjects, Vec::<String>::new());
}

#[test]
fn a_key_is_metadata_if_a_dialect_reads_a_name_or_a_number_under_it() {
    for key in ["langfuse.observation.model.name", "ai.usage.inputTokens", "traceloop.prompt.key"] {
        assert!(dialect::is_metadata(key), "{key}");
    }
    for key in ["gen_ai.input.messages", "ai.toolCall.args", "user.id", "customer.note", "llm.user"]
    {
        assert!(!dialect::is_metadata(key), "{key}");
    }
}

/// Keys of every dialect, and some that are nearly ones.
fn any_key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(dialect::known_keys());
    let beginnings = prop::sample::select(dialect::known_beginnings());
    let rest =
        "(0|1|18446744073709551615)?\\.?(message\\.|tool_calls\\.0\\.)?(role|content|id|name|x)?";
    prop_oneof![
        known.prop_map(str::to_owned),
        (beginnings, rest).prop_map(|(beginning, rest)| format!("{beginning}{rest}")),
        "\\PC{0,20}",
    ]
}

fn any_word() -> impl Strategy<Value = Value> {
    let words = [
        "chat",
        "execute_tool",
        "LLM",
        "tool",
        "generation",
        "ai.toolCall",
        "system",
        "[",
        "{}",
        "[{}]",
        r#"{"messages":[{"role":"system","content":"x"}],"tools":[{"name":"t"}]}"#,
        r#"[{"role":"tool","parts":[{"type":"tool_call_response","id":"c","response":{}}]}]"#,
        r#"{"input":-1,"total":1e300,"output":0.5}"#,
        r#"[[[["deep"]]]]"#,
        "gen_ai.user.message",
        "2026-11-22T02:07:00Z",
    ];
    prop_oneof![
        prop::sample::select(words.to_vec()).prop_map(text),
        "\\PC{0,20}".prop_map(|word| text(&word)),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Empty),
        prop::collection::vec("\\PC{0,8}".prop_map(|word| text(&word)), 0..3).prop_map(Value::List),
        ("[a-z_.]{0,12}", "\\PC{0,8}")
            .prop_map(|(key, word)| Value::Map(vec![(key.into(), text(&word))])),
    ]
}

const MODES: [ContentMode; 3] =
    [ContentMode::Full, ContentMode::HashOnly, ContentMode::MetadataOnly];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_attributes_make_a_reading_panic(
        attributes in prop::collection::vec((any_key().prop_map(Key::from), any_word()), 0..24),
        mode in prop::sample::select(MODES.to_vec()),
    ) {
        let batch = sent(vec![span(attributes)], mode);
        for step in &batch.steps {
            let record = read_record(step);
            prop_assert!((0.0..=1.0).contains(&record.completeness()));
            prop_assert!(record.missing.len() <= record.expected);
            let json = serde_json::to_value(&record).unwrap();
            let back: model::Record = serde_json::from_value(json.clone()).unwrap();
            prop_assert_eq!(serde_json::to_value(back).unwrap(), json);
            let _ = advice(step, &[]);
        }
    }
}
