//! What a span tells: the same, whichever package wrote it.

use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Attribute, Level, Outcome, Step, StepKind, Value};

use super::samples::*;
use crate::ContentMode;
use crate::fingerprint::{exact, shape, skeleton, undated};

const PROMPT: &str = "Be terse – today is Monday, 2026-11-23.";
const ANSWER: &str =
    r#"{"items": [{"ref": "kb/0", "headline": "Returns & refunds №0"}], "next": null}"#;

/// Each package with the id of the call in its sample.
fn packages() -> [([Vec<Attribute>; 3], &'static str); 2] {
    [(genai(), "call_000001"), (openinference(), "call_000003")]
}

#[test]
fn a_model_call_tells_its_prompt_model_parameters_and_end() {
    for ([asked, ..], _) in packages() {
        let step = step(asked);
        let (skeleton, text) = (Some(skeleton(PROMPT)), Some(exact(PROMPT)));
        let undated = Some(undated(PROMPT));
        assert_eq!(step.kind, StepKind::Model);
        assert_eq!(step.traits.prompt, Some(PromptTrait { name: None, skeleton, undated, text }));
        assert_eq!(levels(&step, "model_requested"), is("gpt-4o-mini"));
        assert_eq!(levels(&step, "model_served"), is("gpt-4o-mini-2024-07-18"));
        assert_eq!(levels(&step, "model_fingerprint"), is("fp_44709d6fcb"));
        assert_eq!(levels(&step, "parameters"), is("temperature=0.2,top_p=0.9,max_tokens=50"));
        assert_eq!(levels(&step, "finish_reason"), is("tool_calls"));
    }
}

#[test]
fn a_call_and_its_answer_share_an_id_across_steps() {
    for ([asked, answered, _], id) in packages() {
        let (asked, answered) = (step(asked).traits, step(answered).traits);
        let call = ToolCall { id: id.to_owned(), tool: "search_kb".to_owned() };
        let result = ToolResult { call: id.to_owned(), tool: None, shape: Some(shape(ANSWER)) };
        assert_eq!((&asked.calls_made, &asked.calls_read), (&vec![call.clone()], &vec![]));
        assert_eq!((&answered.calls_made, &answered.calls_read), (&vec![], &vec![call]));
        assert_eq!((asked.results, answered.results), (vec![], vec![result]));
    }
}

#[test]
fn calls_before_the_user_spoke_again_belong_to_an_earlier_turn() {
    let part = |kind: &str, id: &str| match kind {
        "assistant" => format!(r#"{{"type":"tool_call","id":"{id}","name":"search_kb"}}"#),
        "tool" => format!(r#"{{"type":"tool_call_response","id":"{id}","response":"{{}}"}}"#),
        _ => r#"{"type":"text","content":"hello"}"#.to_owned(),
    };
    let turns =
        [("user", ""), ("assistant", "old"), ("tool", "old"), ("user", ""), ("assistant", "new")];
    let messages =
        turns.map(|(role, id)| format!(r#"{{"role":"{role}","parts":[{}]}}"#, part(role, id)));
    let messages = format!("[{}]", messages.join(","));
    let genai = [("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", &*messages)];
    let mut flat = vec![("openinference.span.kind".to_owned(), "LLM".to_owned())];
    for (place, (role, id)) in turns.iter().enumerate() {
        let key = |end: &str| format!("llm.input_messages.{place}.message.{end}");
        flat.push((key("role"), (*role).to_owned()));
        if *role == "assistant" {
            flat.push((key("tool_calls.0.tool_call.id"), (*id).to_owned()));
            flat.push((key("tool_calls.0.tool_call.function.name"), "search_kb".to_owned()));
        }
    }
    let flat: Vec<(&str, &str)> = flat.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    for attributes in [&genai[..], &flat[..]] {
        let read = step(texts(attributes)).traits.calls_read;
        assert_eq!(read, [ToolCall { id: "new".to_owned(), tool: "search_kb".to_owned() }]);
    }
}

#[test]
fn a_tools_schema_is_the_same_however_its_keys_are_ordered() {
    let tools = |definitions: &str| {
        let step = step(texts(&[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.tool.definitions", definitions),
        ]));
        levels(&step, "tool_schema:search_kb")
    };
    let one = tools(r#"[{"name":"search_kb","parameters":{"type":"object","required":["q"]}}]"#);
    let other =
        tools(r#"[{"parameters": {"required": ["q"], "type":"object"},"name":"search_kb"}]"#);
    let changed = tools(r#"[{"name":"search_kb","parameters":{"type":"object","required":[]}}]"#);
    assert_eq!(one, other);
    assert!(one.len() == 1 && one != changed);
    for ([asked, ..], _) in packages() {
        assert!(matches!(levels(&step(asked), "tool_schema:search_kb")[..], [Level::Is(_)]));
    }
}

#[test]
fn the_root_tells_agent_and_outcome() {
    for ([.., root], _) in packages() {
        let step = step(root);
        assert_eq!(step.kind, StepKind::Agent);
        assert_eq!(step.traits.agent.as_deref(), Some("support-agent"));
        assert_eq!(step.traits.outcome, Some(Outcome::Good));
        assert_eq!((step.traits.prompt, step.traits.service.as_deref()), (None, Some("shop")));
    }
}

#[test]
fn a_model_that_no_answer_names_is_not_recorded_and_never_the_one_requested() {
    let gone = ["gen_ai.response.model", "llm.model_name", "llm.response.model_name"];
    for ([asked, ..], _) in packages() {
        let step = step(without(asked, &gone));
        assert_eq!(levels(&step, "model_served"), [Level::NotRecorded]);
        assert_eq!(levels(&step, "model_requested"), is("gpt-4o-mini"));
    }
}

#[test]
fn the_answering_model_is_never_taken_for_the_one_requested() {
    for ([asked, ..], _) in packages() {
        let step = step(without(asked, &["gen_ai.request.model", "llm.invocation_parameters"]));
        assert_eq!(levels(&step, "model_requested"), [Level::NotRecorded]);
        assert_eq!(levels(&step, "model_served"), is("gpt-4o-mini-2024-07-18"));
    }
}

#[test]
fn a_missing_fingerprint_is_not_recorded_where_the_provider_has_one() {
    let gone = ["openai.response.system_fingerprint", "output.value"];
    for ([asked, ..], _) in packages() {
        let step = step(without(asked, &gone));
        assert_eq!(levels(&step, "model_fingerprint"), [Level::NotRecorded]);
    }
    let other =
        step(texts(&[("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "anthropic")]));
    assert_eq!(levels(&other, "model_fingerprint"), []);
}

#[test]
fn without_content_the_prompt_is_not_recorded_but_the_model_is() {
    let [asked, ..] = genai();
    let gone = ["gen_ai.input", "gen_ai.output", "gen_ai.tool"];
    let step = step(without(asked, &gone));
    let nothing = PromptTrait { name: None, skeleton: None, undated: None, text: None };
    assert_eq!(step.traits.prompt, Some(nothing));
    assert_eq!((step.traits.calls_made, step.traits.results), (vec![], vec![]));
    assert!(step.traits.levels.iter().all(|seen| seen.factor.family() != "tool_schema"));
}

#[test]
fn a_conversation_without_a_system_message_is_known_to_have_no_prompt() {
    let spans = [
        texts(&[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.input.messages", r#"[{"role":"user","parts":[{"content":"Hi"}]}]"#),
        ]),
        texts(&[
            ("openinference.span.kind", "LLM"),
            ("llm.input_messages.0.message.role", "user"),
            ("llm.input_messages.0.message.content", "Hi"),
        ]),
    ];
    for span in spans {
        let prompt = step(span).traits.prompt.unwrap();
        assert_eq!((prompt.skeleton, prompt.text), (Some("none".into()), Some("none".into())));
    }
}

#[test]
fn messages_that_are_not_json_leave_the_prompt_unrecorded() {
    for broken in ["[{\"role\":\"system\"", "", "Be terse.", "[...]", "{}", "[]"] {
        let step =
            step(texts(&[("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", broken)]));
        assert_eq!(step.traits.prompt.unwrap().text, None, "{broken}");
    }
}

#[test]
fn instructions_apart_a_developers_message_and_structured_messages_are_prompts_too() {
    let part = Value::Map(texts(&[("type", "text"), ("content", PROMPT)]));
    let message = Value::Map(vec![
        ("role".into(), text("developer")),
        ("parts".into(), Value::List(vec![part])),
    ]);
    let instructions = format!(r#"[{{"type":"text","content":"{PROMPT}"}}]"#);
    let chat = texts(&[("gen_ai.operation.name", "chat")]);
    for (key, value) in [
        ("gen_ai.system_instructions", text(&instructions)),
        ("gen_ai.input.messages", Value::List(vec![message])),
    ] {
        let step = step(plus(chat.clone(), &[(key, value)]));
        assert_eq!(step.traits.prompt.unwrap().text, Some(exact(PROMPT)), "{key}");
    }
}

#[test]
fn an_answer_under_its_older_name_is_an_answer() {
    let message =
        r#"[{"role":"tool","parts":[{"type":"tool_call_response","id":"c","result":{"a":1}}]}]"#;
    let step =
        step(texts(&[("gen_ai.operation.name", "chat"), ("gen_ai.input.messages", message)]));
    let result = ToolResult { call: "c".into(), tool: None, shape: Some(shape(r#"{"a":1}"#)) };
    assert_eq!(step.traits.results, [result]);
}

#[test]
fn the_order_of_attributes_does_not_matter() {
    let parts = texts(&[
        ("openinference.span.kind", "LLM"),
        ("llm.input_messages.0.message.role", "system"),
        ("llm.input_messages.0.message.contents.0.message_content.text", "Be terse."),
        ("llm.input_messages.0.message.contents.1.message_content.text", "Never lie."),
        ("llm.input_messages.0.message.contents.10.message_content.text", "Sign."),
    ]);
    let [genai, _, _] = genai();
    let [openinference, _, _] = openinference();
    for attributes in [genai, openinference, parts] {
        let forwards = step(attributes.clone()).traits;
        let backwards = step(attributes.into_iter().rev().collect()).traits;
        assert_eq!(forwards, backwards);
    }
}

#[test]
fn every_operation_and_kind_is_a_kind_of_step() {
    use StepKind::*;
    let operations = [
        ("chat", Model),
        ("generate_content", Model),
        ("text_completion", Model),
        ("embeddings", Embedding),
        ("retrieval", Retrieval),
        ("invoke_agent", Agent),
        ("invoke_workflow", Agent),
        ("execute_tool", Tool),
        ("create_agent", Other),
        ("", Other),
    ];
    for (name, kind) in operations {
        assert_eq!(step(texts(&[("gen_ai.operation.name", name)])).kind, kind, "{name}");
    }
    let kinds = [
        ("LLM", Model),
        ("AGENT", Agent),
        ("TOOL", Tool),
        ("RETRIEVER", Retrieval),
        ("RERANKER", Retrieval),
        ("EMBEDDING", Embedding),
        ("GUARDRAIL", Guardrail),
        ("EVALUATOR", Evaluation),
        ("llm", Other),
    ];
    for (name, kind) in kinds {
        assert_eq!(step(texts(&[("openinference.span.kind", name)])).kind, kind, "{name}");
    }
    assert_eq!(step(vec![]).kind, Other);
}

#[test]
fn a_tools_own_span_names_the_tool_and_shapes_its_answer() {
    let spans = [
        texts(&[
            ("gen_ai.operation.name", "execute_tool"),
            ("gen_ai.tool.name", "search_kb"),
            ("gen_ai.tool.call.id", "c"),
            ("gen_ai.tool.call.result", ANSWER),
        ]),
        texts(&[
            ("openinference.span.kind", "TOOL"),
            ("tool.name", "search_kb"),
            ("tool.id", "c"),
            ("output.value", ANSWER),
        ]),
    ];
    for span in spans {
        let step = step(span);
        let (tool, shape) = (Some("search_kb".to_owned()), Some(shape(ANSWER)));
        assert_eq!(step.traits.results, [ToolResult { call: "c".into(), tool, shape }]);
        assert_eq!(levels(&step, "tool_called"), is("search_kb"));
    }
}

#[test]
fn indexes_judges_segments_and_the_run_wide_factors_have_levels() {
    let attributes = texts(&[
        ("gen_ai.operation.name", "retrieval"),
        ("gen_ai.data_source.id", "kb"),
        ("mayday.index.build", "2026-11-20"),
        ("mayday.segment.plan", "pro"),
        ("mayday.router", "cheap-first"),
        ("mayday.context.policy", "last-20"),
        ("cloud.region", "eu-west-1"),
    ]);
    let search = step(attributes);
    for (factor, level) in [
        ("index:kb", "2026-11-20"),
        ("segment:plan", "pro"),
        ("router", "cheap-first"),
        ("context", "last-20"),
        ("region", "eu-west-1"),
    ] {
        assert_eq!(levels(&search, factor), is(level), "{factor}");
    }
    let judge = step(texts(&[("gen_ai.evaluation.name", "tone")]));
    assert_eq!(judge.kind, StepKind::Evaluation);
    assert_eq!(levels(&judge, "judge:tone"), [Level::NotRecorded]);
}

#[test]
fn how_a_run_really_ended_stands_beside_what_the_provider_said() {
    let quote = "the file ends in the middle of a list";
    let call = step(texts(&[
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.response.finish_reasons", "end_turn"),
        ("agent.stop.class", "premature_end"),
        ("agent.stop.taxonomy_version", "1"),
        ("agent.stop.evidence", quote),
    ]));
    assert_eq!(levels(&call, "stop_class"), is("premature_end"));
    assert_eq!(levels(&call, "finish_reason"), is("stop"));
    let kept = |key: &str| call.attributes.iter().any(|(known, _)| known.as_ref() == key);
    assert!(kept("agent.stop.class") && kept("agent.stop.taxonomy_version"));
    assert!(kept("gen_ai.response.finish_reasons") && !kept("agent.stop.evidence"));
    assert!(call.content.iter().any(|field| &*field.key == "agent.stop.evidence"));
}

#[test]
fn what_the_span_says_goes_before_what_its_sender_says() {
    let resource = texts(&[
        ("service.name", "shop"),
        ("service.version", "1.4"),
        ("mayday.feature", "everything"),
    ]);
    let batch_of = |attributes: &[(&str, &str)]| {
        let spans = vec![span(texts(attributes))];
        let bytes = crate::wire::protobuf(&[(sender(resource.clone()), spans)]);
        read(&bytes, ContentMode::Full).steps.remove(0)
    };
    let (silent, own): (Step, Step) =
        (batch_of(&[]), batch_of(&[("mayday.feature", "refunds"), ("service.version", "1.5")]));
    assert_eq!(silent.traits.feature.as_deref(), Some("everything"));
    assert_eq!(own.traits.feature.as_deref(), Some("refunds"));
    assert_eq!((levels(&silent, "code"), levels(&own, "code")), (is("1.4"), is("1.5")));
}

#[test]
fn a_mark_is_true_or_a_name() {
    let marks = [
        (Value::Bool(true), true),
        (Value::Bool(false), false),
        (text("nightly"), true),
        (text("false"), false),
        (text(""), false),
        (Value::Int(1), false),
    ];
    for (mark, marked) in marks {
        let step = step(vec![("mayday.run".into(), mark.clone())]);
        assert_eq!(step.traits.marks_run, marked, "{mark:?}");
    }
}

#[test]
fn an_outcome_that_is_no_outcome_is_none() {
    for word in ["Good", "ok", "", "bad "] {
        assert_eq!(step(texts(&[("mayday.outcome", word)])).traits.outcome, None, "{word}");
    }
    let unknown = step(texts(&[("mayday.outcome", "unknown")]));
    assert_eq!(unknown.traits.outcome, Some(Outcome::Unknown));
}

#[test]
fn no_level_and_no_name_is_longer_than_200_bytes() {
    let long = "é".repeat(5_000);
    let tools = format!(r#"[{{"name":"{long}"}}]"#);
    let calls = format!(r#"[{{"parts":[{{"type":"tool_call","id":"{long}","name":"{long}"}}]}}]"#);
    let step = step(texts(&[
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.request.model", &long),
        ("gen_ai.output.type", &long),
        ("gen_ai.prompt.name", &long),
        ("gen_ai.tool.definitions", &tools),
        ("gen_ai.output.messages", &calls),
        ("mayday.feature", &long),
        ("mayday.segment.plan", &long),
    ]));
    for seen in &*step.traits.levels {
        let Level::Is(level) = &seen.level else { continue };
        assert!(level.len() <= 200 && seen.factor.as_str().len() <= 220, "{seen:?}");
    }
    let call = &step.traits.calls_made[0];
    let prompt = step.traits.prompt.unwrap().name.unwrap();
    let names = [&call.id, &call.tool, &prompt, step.traits.feature.as_ref().unwrap()];
    assert!(names.iter().all(|name| name.len() <= 200));
}
