//! The story in the words of libraries.

use super::genai::{definitions, messages};
use super::*;

/// Messages as OpenAI's interface has them.
fn chat() -> [Json; 4] {
    let call = json!([{"id": "call-1", "type": "function",
        "function": {"name": "search_kb", "arguments": ARGUMENTS}}]);
    let question =
        json!([{"role": "system", "content": PROMPT}, {"role": "user", "content": QUESTION}]);
    let asked = json!({"role": "assistant", "content": null, "tool_calls": call});
    let result = json!({"role": "tool", "tool_call_id": "call-1", "content": RESULT});
    let mut history = question.clone();
    history.as_array_mut().unwrap().extend([asked.clone(), result]);
    [question, asked, history, json!({"role": "assistant", "content": ANSWER})]
}

fn function() -> Json {
    let [definition] = serde_json::from_str::<[Json; 1]>(&definitions()).unwrap();
    let mut inner = definition;
    inner.as_object_mut().unwrap().remove("type");
    json!({"type": "function", "function": inner})
}

pub(super) fn openinference() -> Telling {
    let call = |ending: &str, messages: &Json, answer: &Json| {
        let settings =
            json!({"model": "gpt-4o-mini", "temperature": 0.2, "max_tokens": 50, "seed": 7});
        let raw = json!({"id": "resp-1", "system_fingerprint": "fp_44", "service_tier": "default",
            "choices": [{"message": answer, "finish_reason": ending}]});
        let mut attributes = json!({
            "openinference.span.kind": "LLM",
            "llm.system": "openai",
            "llm.model_name": "gpt-4o-mini-2024-07-18",
            "llm.invocation_parameters": settings.to_string(),
            "llm.finish_reason": ending,
            "llm.tools.0.tool.json_schema": function().to_string(),
            "llm.token_count.prompt": 120,
            "llm.token_count.completion": 20,
            "llm.token_count.total": 140,
            "llm.token_count.prompt_details.cache_read": 40,
            "llm.token_count.prompt_details.cache_write": 10,
            "llm.token_count.completion_details.reasoning": 5,
            "input.value": json!({"messages": messages}).to_string(),
            "output.value": raw.to_string(),
            "session.id": "conv-7",
        });
        let map = attributes.as_object_mut().unwrap();
        let lists =
            [("llm.input_messages", messages.clone()), ("llm.output_messages", json!([answer]))];
        for (key, list) in &lists {
            for (place, message) in list.as_array().unwrap().iter().enumerate() {
                flatten(map, &format!("{key}.{place}.message"), message);
            }
        }
        said("ChatCompletion", attributes)
    };
    let [question, asked, history, answer] = chat();
    Telling {
        who: "OpenInference",
        dialect: Dialect::Openinference,
        asks: call("tool_calls", &question, &asked),
        runs: said(
            "search_kb",
            json!({
                "openinference.span.kind": "TOOL",
                "tool.name": "search_kb",
                "tool.id": "call-1",
                "input.value": ARGUMENTS,
                "output.value": RESULT,
            }),
        ),
        answers: call("stop", &history, &answer),
        root: said(
            "run",
            json!({
                "openinference.span.kind": "AGENT",
                "agent.name": "support-agent",
                "session.id": "conv-7",
                "user.id": "user-9",
                "llm.token_count.prompt": 240,
            }),
        ),
        lacks: &["/model/endpoint"],
    }
}

/// A message in OpenInference's flattened keys.
fn flatten(to: &mut serde_json::Map<String, Json>, key: &str, message: &Json) {
    for field in ["role", "content", "tool_call_id"] {
        if let Some(text) = message[field].as_str() {
            to.insert(format!("{key}.{field}"), text.into());
        }
    }
    for (place, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let key = format!("{key}.tool_calls.{place}.tool_call");
        to.insert(format!("{key}.id"), call["id"].clone());
        to.insert(format!("{key}.function.name"), call["function"]["name"].clone());
        to.insert(format!("{key}.function.arguments"), call["function"]["arguments"].clone());
    }
}

pub(super) fn openllmetry() -> Telling {
    let call = |ending: &str, input: &str, output: &str| {
        said(
            "openai.chat",
            json!({
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.request.max_tokens": 50,
                "gen_ai.request.temperature": 0.2,
                "gen_ai.request.seed": 7,
                "gen_ai.openai.api_base": "https://api.example.com:443/v1/",
                "gen_ai.input.messages": input,
                "gen_ai.output.messages": output,
                "gen_ai.tool.definitions": definitions(),
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.response.id": "resp-1",
                "gen_ai.response.finish_reasons": [ending],
                "gen_ai.openai.response.system_fingerprint": "fp_44",
                "openai.response.service_tier": "default",
                "gen_ai.usage.total_tokens": 140,
                "gen_ai.usage.output_tokens": 20,
                "gen_ai.usage.input_tokens": 120,
                "gen_ai.usage.cache_read.input_tokens": 40,
                "gen_ai.usage.cache_creation.input_tokens": 10,
                "gen_ai.usage.reasoning_tokens": 5,
                "traceloop.association.properties.session_id": "conv-7",
            }),
        )
    };
    let [question, asked, history, answer] = messages();
    Telling {
        who: "OpenLLMetry",
        dialect: Dialect::Openllmetry,
        asks: call("tool_call", &question, &asked),
        runs: said(
            "search_kb.tool",
            json!({
                "traceloop.span.kind": "tool",
                "traceloop.entity.name": "search_kb",
                "traceloop.entity.input": ARGUMENTS,
                "traceloop.entity.output": RESULT,
            }),
        ),
        answers: call("stop", &history, &answer),
        root: said(
            "support-agent.workflow",
            json!({
                "traceloop.span.kind": "workflow",
                "traceloop.entity.name": "support-agent",
                "traceloop.association.properties.session_id": "conv-7",
                "traceloop.association.properties.user_id": "user-9",
            }),
        ),
        lacks: &[],
    }
}

pub(super) fn langfuse() -> Telling {
    let counts = json!({"input": 70, "input_cached_tokens": 40, "input_cache_creation": 10,
        "output": 15, "output_reasoning_tokens": 5, "total": 140});
    let call = |messages: &Json, answer: &Json| {
        said(
            "generate",
            json!({
                "langfuse.observation.type": "generation",
                "langfuse.observation.model.name": "gpt-4o-mini",
                "langfuse.observation.model.parameters":
                    json!({"temperature": 0.2, "max_tokens": 50, "seed": 7}).to_string(),
                "langfuse.observation.input":
                    json!({"messages": messages, "tools": [function()]}).to_string(),
                "langfuse.observation.output": answer.to_string(),
                "langfuse.observation.usage_details": counts.to_string(),
                "session.id": "conv-7",
            }),
        )
    };
    let [question, asked, history, answer] = chat();
    Telling {
        who: "Langfuse",
        dialect: Dialect::Langfuse,
        asks: call(&question, &asked),
        runs: said(
            "search_kb",
            json!({
                "langfuse.observation.type": "tool",
                "langfuse.observation.input": ARGUMENTS,
                "langfuse.observation.output": RESULT,
            }),
        ),
        answers: call(&history, &answer),
        root: said(
            "support-agent",
            json!({
                "langfuse.observation.type": "agent",
                "session.id": "conv-7",
                "user.id": "user-9",
            }),
        ),
        lacks: &[
            "/model/provider",
            "/model/served",
            "/model/fingerprint",
            "/model/response",
            "/model/endpoint",
            "/model/service_tier",
            "/endings",
        ],
    }
}

pub(super) fn vercel() -> Telling {
    let arguments: Json = serde_json::from_str(ARGUMENTS).unwrap();
    let result: Json = serde_json::from_str(RESULT).unwrap();
    let calls = json!([{"type": "tool-call", "toolCallId": "call-1", "toolName": "search_kb",
        "input": arguments}]);
    let question = json!([{"role": "system", "content": PROMPT},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]}]);
    let mut history = question.clone();
    history.as_array_mut().unwrap().extend([
        json!({"role": "assistant", "content": calls}),
        json!({"role": "tool", "content": [{"type": "tool-result", "toolCallId": "call-1",
            "toolName": "search_kb", "output": {"type": "json", "value": result}}]}),
    ]);
    let tool = json!({"type": "function", "name": "search_kb", "description": "Finds articles.",
        "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}}});
    let call = |ending: &str, messages: &Json, answer: (&str, String)| {
        let mut attributes = json!({
            "ai.operationId": "ai.generateText.doGenerate",
            "operation.name": "ai.generateText.doGenerate support-agent",
            "ai.model.id": "gpt-4o-mini",
            "ai.model.provider": "openai",
            "ai.settings.temperature": 0.2,
            "ai.settings.maxOutputTokens": 50,
            "ai.settings.seed": 7,
            "ai.settings.maxRetries": 2,
            "ai.prompt.messages": messages.to_string(),
            "ai.prompt.tools": [tool.to_string()],
            "ai.response.id": "resp-1",
            "ai.response.model": "gpt-4o-mini-2024-07-18",
            "ai.response.finishReason": ending,
            "ai.usage.inputTokens": 120,
            "ai.usage.inputTokenDetails.noCacheTokens": 70,
            "ai.usage.inputTokenDetails.cacheReadTokens": 40,
            "ai.usage.inputTokenDetails.cacheWriteTokens": 10,
            "ai.usage.outputTokens": 20,
            "ai.usage.outputTokenDetails.reasoningTokens": 5,
            "ai.usage.totalTokens": 140,
            "ai.telemetry.metadata.sessionId": "conv-7",
        });
        attributes.as_object_mut().unwrap().insert(answer.0.to_owned(), answer.1.into());
        said("ai.generateText.doGenerate", attributes)
    };
    Telling {
        who: "Vercel AI SDK",
        dialect: Dialect::Vercel,
        asks: call("tool-calls", &question, ("ai.response.toolCalls", calls.to_string())),
        runs: said(
            "ai.toolCall",
            json!({
                "ai.operationId": "ai.toolCall",
                "ai.toolCall.name": "search_kb",
                "ai.toolCall.id": "call-1",
                "ai.toolCall.args": ARGUMENTS,
                "ai.toolCall.result": RESULT,
            }),
        ),
        answers: call("stop", &history, ("ai.response.text", ANSWER.to_owned())),
        root: said(
            "ai.generateText",
            json!({
                "ai.operationId": "ai.generateText",
                "ai.telemetry.functionId": "support-agent",
                "ai.model.id": "gpt-4o-mini",
                "ai.usage.inputTokens": 240,
                "ai.usage.outputTokens": 40,
                "ai.telemetry.metadata.sessionId": "conv-7",
                "ai.telemetry.metadata.userId": "user-9",
            }),
        ),
        lacks: &["/model/fingerprint", "/model/endpoint", "/model/service_tier"],
    }
}

/// What Pydantic AI says of each request: the tools it offers.
fn offers() -> String {
    let [definition] = serde_json::from_str::<[Json; 1]>(&definitions()).unwrap();
    json!({"function_tools": [{"name": "search_kb", "description": "Finds articles.",
        "parameters_json_schema": definition["parameters"], "outer_typed_dict_key": null,
        "strict": null, "sequential": false, "kind": "function"}],
        "output_tools": [], "output_mode": "text", "allow_text_output": true})
    .to_string()
}

fn pydantic_call(ending: Option<&str>, more: Json) -> Said {
    let mut attributes = json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.seed": 7,
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": "resp-1",
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.details.cache_read_tokens": 40,
        "gen_ai.usage.details.cache_write_tokens": 10,
        "gen_ai.usage.details.reasoning_tokens": 5,
        "gen_ai.conversation.id": "conv-7",
        "model_request_parameters": offers(),
        "logfire.msg": "chat gpt-4o-mini",
        "server.address": "api.example.com",
        "server.port": 443,
    });
    let Json::Object(more) = more else { panic!() };
    let map = attributes.as_object_mut().unwrap();
    map.extend(more);
    if let Some(ending) = ending {
        map.insert("gen_ai.response.finish_reasons".to_owned(), json!([ending]));
    }
    said("chat gpt-4o-mini", attributes)
}

/// The system's text stands both apart and among the messages.
pub(super) fn pydantic() -> Telling {
    let [question, asked, history, answer] = messages();
    let call = |ending: &str, input: &str, output: &str| {
        let instructions = json!([{"type": "text", "content": PROMPT}]).to_string();
        pydantic_call(
            Some(ending),
            json!({
                "gen_ai.system_instructions": instructions,
                "gen_ai.input.messages": input,
                "gen_ai.output.messages": output,
            }),
        )
    };
    let mut root = super::genai::root();
    let map = root.as_object_mut().unwrap();
    map.insert("logfire.msg".to_owned(), "support-agent run".into());
    map.insert("pydantic_ai.all_messages".to_owned(), history.clone().into());
    Telling {
        who: "Pydantic AI",
        dialect: Dialect::Pydantic,
        asks: call("tool_call", &question, &asked),
        answers: call("stop", &history, &answer),
        runs: said("execute_tool search_kb", super::genai::tool()),
        root: said("invoke_agent support-agent", root),
        lacks: &["/model/fingerprint", "/model/service_tier"],
    }
}

/// Its first format: events in an attribute, and names that anybody might use.
pub(super) fn pydantic_of_version_1() -> Telling {
    let call = json!([{"id": "call-1", "type": "function",
        "function": {"name": "search_kb", "arguments": ARGUMENTS}}]);
    let question = [
        json!({"content": PROMPT, "role": "system", "event.name": "gen_ai.system.message"}),
        json!({"content": QUESTION, "role": "user", "event.name": "gen_ai.user.message"}),
    ];
    let asked = json!({"event.name": "gen_ai.choice", "index": 0,
        "message": {"role": "assistant", "tool_calls": call}});
    let history = [
        json!({"role": "assistant", "tool_calls": call, "event.name": "gen_ai.assistant.message"}),
        json!({"content": RESULT, "role": "tool", "id": "call-1", "name": "search_kb",
            "event.name": "gen_ai.tool.message"}),
        json!({"event.name": "gen_ai.choice", "index": 0,
            "message": {"role": "assistant", "content": ANSWER}}),
    ];
    let asks = [&question[..], &[asked]].concat();
    let answers = [&question[..], &history].concat();
    let with =
        |events: Vec<Json>| pydantic_call(None, json!({"events": json!(events).to_string()}));
    Telling {
        who: "Pydantic AI, version 1",
        dialect: Dialect::Pydantic,
        asks: with(asks),
        answers: with(answers),
        runs: said(
            "running tool",
            json!({
                "gen_ai.tool.name": "search_kb",
                "gen_ai.tool.call.id": "call-1",
                "tool_arguments": ARGUMENTS,
                "tool_response": RESULT,
                "logfire.msg": "running tool: search_kb",
            }),
        ),
        root: said(
            "agent run",
            json!({
                "agent_name": "support-agent",
                "model_name": "gpt-4o-mini",
                "gen_ai.usage.input_tokens": 240,
                "gen_ai.conversation.id": "conv-7",
                "logfire.msg": "support-agent run",
                "all_messages_events": "[]",
                "user.id": "user-9",
            }),
        ),
        lacks: &["/model/fingerprint", "/model/service_tier", "/endings"],
    }
}
