//! The story in OpenTelemetry's own words, of four vintages.

use super::*;

/// The attributes that all vintages share.
fn common(ending: &str) -> Json {
    json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": "resp-1",
        "gen_ai.response.finish_reasons": [ending],
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.conversation.id": "conv-7",
        "server.address": "api.example.com",
        "server.port": 443,
    })
}

/// The attributes of both, of which the later ones go before.
fn both(mut one: Json, other: Json) -> Json {
    let Json::Object(other) = other else { panic!() };
    one.as_object_mut().unwrap().extend(other);
    one
}

pub(super) fn definitions() -> String {
    json!([{"type": "function", "name": "search_kb", "description": "Finds articles.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}])
    .to_string()
}

pub(super) fn messages() -> [String; 4] {
    let arguments: Json = serde_json::from_str(ARGUMENTS).unwrap();
    let part = |text: &str| json!({"type": "text", "content": text});
    let text = |role: &str, text: &str| json!({"role": role, "parts": [part(text)]});
    let call = json!({"role": "assistant", "parts": [
        {"type": "tool_call", "id": "call-1", "name": "search_kb", "arguments": arguments}]});
    let result = json!({"role": "tool", "parts": [
        {"type": "tool_call_response", "id": "call-1", "response": RESULT}]});
    let question = json!([text("system", PROMPT), text("user", QUESTION)]);
    let history = json!([text("system", PROMPT), text("user", QUESTION), call, result]);
    let answer = json!([text("assistant", ANSWER)]);
    [question.to_string(), json!([call]).to_string(), history.to_string(), answer.to_string()]
}

fn with_messages(ending: &str, input: &str, output: &str) -> Json {
    both(
        common(ending),
        json!({
            "gen_ai.provider.name": "openai",
            "openai.response.service_tier": "default",
            "openai.response.system_fingerprint": "fp_44",
            "gen_ai.request.seed": 7,
            "gen_ai.input.messages": input,
            "gen_ai.output.messages": output,
            "gen_ai.tool.definitions": definitions(),
            "gen_ai.usage.cache_read.input_tokens": 40,
            "gen_ai.usage.cache_write.input_tokens": 10,
            "gen_ai.usage.reasoning.output_tokens": 5,
        }),
    )
}

pub(super) fn tool() -> Json {
    json!({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search_kb",
        "gen_ai.tool.call.id": "call-1",
        "gen_ai.tool.call.arguments": ARGUMENTS,
        "gen_ai.tool.call.result": RESULT,
    })
}

pub(super) fn root() -> Json {
    json!({
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "support-agent",
        "gen_ai.conversation.id": "conv-7",
        "gen_ai.usage.input_tokens": 240,
        "gen_ai.usage.output_tokens": 40,
        "user.id": "user-9",
    })
}

pub(super) fn now() -> Telling {
    let [question, call, history, answer] = messages();
    Telling {
        who: "genai",
        dialect: Dialect::Genai,
        asks: said("chat gpt-4o-mini", with_messages("tool_calls", &question, &call)),
        runs: said("execute_tool search_kb", tool()),
        answers: said("chat gpt-4o-mini", with_messages("stop", &history, &answer)),
        root: said("invoke_agent support-agent", root()),
        lacks: &[],
    }
}

pub(super) fn of_1_41() -> Telling {
    let (new, old) =
        ("gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens");
    let mut telling = Telling { who: "genai 1.41", dialect: Dialect::Genai141, ..now() };
    for said in [&mut telling.asks, &mut telling.answers] {
        let renamed = said.attributes.iter_mut().filter(|(key, _)| key == new);
        renamed.for_each(|(key, _)| *key = old.into());
    }
    telling
}

fn of_1_36(ending: &str) -> Json {
    let mut attributes = common(ending);
    let map = attributes.as_object_mut().unwrap();
    map.remove("gen_ai.usage.input_tokens");
    map.remove("gen_ai.usage.output_tokens");
    both(
        attributes,
        json!({
            "gen_ai.system": "openai",
            "gen_ai.openai.response.service_tier": "default",
            "gen_ai.openai.response.system_fingerprint": "fp_44",
            "gen_ai.openai.request.seed": 7,
            "gen_ai.usage.prompt_tokens": 120,
            "gen_ai.usage.completion_tokens": 20,
            "gen_ai.usage.cache_read_input_tokens": 40,
            "gen_ai.usage.cache_creation_input_tokens": 10,
            "gen_ai.usage.reasoning_tokens": 5,
            "gen_ai.tool.definitions": definitions(),
        }),
    )
}

/// The messages as events, each with its body.
fn events() -> [Vec<(&'static str, Json)>; 2] {
    let call = json!([{"id": "call-1", "type": "function",
        "function": {"name": "search_kb", "arguments": ARGUMENTS}}]);
    let system = ("gen_ai.system.message", json!({"content": PROMPT}));
    let user = ("gen_ai.user.message", json!({"content": QUESTION}));
    let asks = ("gen_ai.assistant.message", json!({"tool_calls": call}));
    let result = ("gen_ai.tool.message", json!({"id": "call-1", "content": RESULT}));
    let chose = |message: Json| ("gen_ai.choice", json!({"index": 0, "message": message}));
    let asked = json!({"role": "assistant", "tool_calls": call});
    let answered = json!({"role": "assistant", "content": ANSWER});
    [
        vec![system.clone(), user.clone(), chose(asked)],
        vec![system, user, asks, result, chose(answered)],
    ]
}

pub(super) fn of_1_36_with_log_records() -> Telling {
    let [asks, answers] = events();
    let about = |ending: &str, events| Said { events, ..said("chat gpt-4o-mini", of_1_36(ending)) };
    Telling {
        who: "genai 1.36, messages as log records",
        dialect: Dialect::Genai136,
        asks: about("tool_calls", asks),
        answers: about("stop", answers),
        ..now()
    }
}

pub(super) fn of_1_36_with_events_on_the_span() -> Telling {
    let on_span = |ending: &str, events: Vec<(&str, Json)>| {
        let events: Vec<Json> = events
            .into_iter()
            .map(|(name, body)| json!({"name": name, "attributes": body}))
            .collect();
        said("chat gpt-4o-mini", both(of_1_36(ending), json!({"otel.events": events})))
    };
    let [asks, answers] = events();
    Telling {
        who: "genai 1.36, messages as events on the span",
        dialect: Dialect::Genai136,
        asks: on_span("tool_calls", asks),
        answers: on_span("stop", answers),
        ..now()
    }
}

/// Indexed keys, as OpenLLMetry and others sent them before there were messages.
pub(super) fn early() -> Telling {
    let question = json!({
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": PROMPT,
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": QUESTION,
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "call-1",
        "gen_ai.completion.0.tool_calls.0.name": "search_kb",
        "gen_ai.completion.0.tool_calls.0.arguments": ARGUMENTS,
    });
    let history = json!({
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": PROMPT,
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": QUESTION,
        "gen_ai.prompt.2.role": "assistant",
        "gen_ai.prompt.2.tool_calls.0.id": "call-1",
        "gen_ai.prompt.2.tool_calls.0.name": "search_kb",
        "gen_ai.prompt.3.role": "tool",
        "gen_ai.prompt.3.tool_call_id": "call-1",
        "gen_ai.prompt.3.content": RESULT,
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": ANSWER,
        "gen_ai.completion.0.finish_reason": "stop",
    });
    let without_ending = |ending: &str, more: Json| {
        let mut attributes = both(of_1_36(ending), more);
        attributes.as_object_mut().unwrap().remove("gen_ai.response.finish_reasons");
        said("openai.chat", attributes)
    };
    Telling {
        who: "genai, early",
        dialect: Dialect::GenaiEarly,
        asks: without_ending("tool_calls", question),
        answers: without_ending("stop", history),
        ..now()
    }
}
