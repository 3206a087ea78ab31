//! Messages in the form of OpenTelemetry's instrumentation for OpenAI: roles and parts.
//!
//! Each message is written once, and stands in every later history as the same bytes.

use serde::Serialize;

use crate::attributes::json;
use crate::tools::Call;

/// One message.
#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'a str,
    parts: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<&'a str>,
    name: Option<&'a str>,
}

/// A part of a message. The type stands last, as in what the instrumentation sends.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text {
        content: &'a str,
        r#type: &'static str,
    },
    Call {
        arguments: &'a crate::tools::Arguments,
        name: &'a str,
        id: &'a str,
        r#type: &'static str,
    },
    Response {
        response: &'a str,
        id: &'a str,
        r#type: &'static str,
    },
}

/// What a model is given: messages, in order.
#[derive(Debug)]
pub(crate) struct History(String);

/// What a model answers.
#[derive(Debug)]
pub(crate) struct Output {
    /// The value of `gen_ai.output.messages`.
    pub(crate) json: String,
    /// Why the model stopped, in the provider's word.
    pub(crate) finish_reason: &'static str,
}

/// A message with one text.
pub(crate) fn text(role: &str, content: &str) -> String {
    message(role, vec![Part::text(content)])
}

/// The assistant's message that asks for tools.
pub(crate) fn asking(calls: &[Call]) -> String {
    message("assistant", calls.iter().map(Part::call).collect())
}

/// A tool's message: what it answered to a call.
pub(crate) fn answering(call: &Call) -> String {
    let response =
        Part::Response { response: &call.result, id: &call.id, r#type: "tool_call_response" };
    message("tool", vec![response])
}

fn message(role: &str, parts: Vec<Part<'_>>) -> String {
    json(&Message { role, parts, finish_reason: None, name: None })
}

impl History {
    /// A history that begins with these messages.
    pub(crate) fn of(messages: [&str; 2]) -> Self {
        Self(messages.join(","))
    }

    /// Adds a message.
    pub(crate) fn push(&mut self, message: &str) {
        self.0.push(',');
        self.0.push_str(message);
    }

    /// The value of `gen_ai.input.messages`.
    pub(crate) fn json(&self) -> String {
        format!("[{}]", self.0)
    }
}

impl Output {
    /// The model wants to call tools.
    pub(crate) fn calls(calls: &[Call]) -> Self {
        let json = output(calls.iter().map(Part::call).collect(), "tool_call");
        Self { json, finish_reason: "tool_calls" }
    }

    /// The model answers.
    pub(crate) fn text(answer: &str) -> Self {
        Self { json: output(vec![Part::text(answer)], "stop"), finish_reason: "stop" }
    }
}

fn output(parts: Vec<Part<'_>>, finish_reason: &str) -> String {
    json(&[Message { role: "assistant", parts, finish_reason: Some(finish_reason), name: None }])
}

impl<'a> Part<'a> {
    fn text(content: &'a str) -> Self {
        Self::Text { content, r#type: "text" }
    }

    fn call(call: &'a Call) -> Self {
        let Call { id, arguments, .. } = call;
        Self::Call { arguments, name: call.tool.name(), id, r#type: "tool_call" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_the_instrumentation_writes_them() {
        let history = History::of([&text("system", "Be terse."), &text("user", "Hi")]);
        assert_eq!(
            history.json(),
            "[{\"role\":\"system\",\"parts\":[{\"content\":\"Be terse.\",\"type\":\"text\"}],\
             \"name\":null},{\"role\":\"user\",\"parts\":[{\"content\":\"Hi\",\"type\":\"text\"}],\
             \"name\":null}]"
        );
        assert_eq!(
            Output::text("Hi").json,
            "[{\"role\":\"assistant\",\"parts\":[{\"content\":\"Hi\",\"type\":\"text\"}],\
             \"finish_reason\":\"stop\",\"name\":null}]"
        );
    }

    #[test]
    fn a_call_and_its_answer_share_an_id() {
        let call = Call::of_order("call_1".to_owned(), "A-10433", "{\"order\":{}}");
        assert_eq!(
            Output::calls(std::slice::from_ref(&call)).json,
            "[{\"role\":\"assistant\",\"parts\":[{\"arguments\":{\"order_id\":\"A-10433\"},\
             \"name\":\"lookup_order\",\"id\":\"call_1\",\"type\":\"tool_call\"}],\
             \"finish_reason\":\"tool_call\",\"name\":null}]"
        );
        assert_eq!(
            answering(&call),
            "{\"role\":\"tool\",\"parts\":[{\"response\":\"{\\\"order\\\":{}}\",\
             \"id\":\"call_1\",\"type\":\"tool_call_response\"}],\"name\":null}"
        );
    }
}
