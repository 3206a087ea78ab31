//! A run of 30 turns: each model call is given the whole history so far.

use jiff::Timestamp;
use sim::wire::{Kind, Span};

use super::span::{Agent, Arguments, Exchange, Message, Part, Trace, json, says, text};
use super::words::Words;

/// Model calls in a run.
const TURNS: usize = 30;

/// Spans in a run: the model calls, a tool call between each two, and the root.
pub(super) const SPANS: usize = 2 * TURNS;

/// After so many turns the user says something, too.
const USER_EVERY: usize = 7;

/// One call of a tool, and its answer.
struct Call {
    id: String,
    tool: String,
    query: String,
    result: String,
}

/// The spans of a run, the root last.
pub(super) fn spans(agent: &Agent, started: Timestamp, words: &mut Words) -> Vec<Span> {
    let mut trace = Trace::begin(started, words);
    let task = says("user", &words.text(400));
    let mut history = task.clone();
    for turn in 1..TURNS {
        let call = Call::some(agent, words);
        let asks = call.asked();
        let exchange = Exchange {
            input: format!("[{history}]"),
            output: format!("[{asks}]"),
            finish_reason: "tool_calls",
        };
        trace.step(agent.call_name(), Kind::Client, agent.call(exchange, words), words);
        trace.step(format!("execute_tool {}", call.tool), Kind::Internal, call.span(), words);
        add(&mut history, &asks);
        add(&mut history, &call.answered());
        if turn % USER_EVERY == 0 {
            add(&mut history, &says("user", &words.text(200)));
        }
    }
    let answer = format!("[{}]", says("assistant", &words.text(900)));
    let exchange =
        Exchange { input: format!("[{history}]"), output: answer.clone(), finish_reason: "stop" };
    trace.step(agent.call_name(), Kind::Client, agent.call(exchange, words), words);
    let whole = Exchange { input: format!("[{task}]"), output: answer, finish_reason: "stop" };
    trace.end(format!("invoke_agent {}", agent.name), agent.root(whole, words))
}

fn add(history: &mut String, message: &str) {
    history.push(',');
    history.push_str(message);
}

impl Call {
    fn some(agent: &Agent, words: &mut Words) -> Self {
        let length = words.between(300, 2_400);
        Self {
            id: format!("call_{}", words.id::<12>()),
            tool: agent.tool(words).to_owned(),
            query: words.title(),
            result: words.records(length),
        }
    }

    fn arguments(&self) -> Arguments<'_> {
        Arguments { query: &self.query, limit: 20 }
    }

    fn asked(&self) -> String {
        let part = Part::ToolCall { id: &self.id, name: &self.tool, arguments: self.arguments() };
        json(&Message { role: "assistant", parts: [part] })
    }

    fn answered(&self) -> String {
        let part = Part::ToolCallResponse { id: &self.id, response: &self.result };
        json(&Message { role: "tool", parts: [part] })
    }

    fn span(&self) -> Vec<model::Attribute> {
        vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", self.tool.as_str()),
            text("gen_ai.tool.type", "function"),
            text("gen_ai.tool.call.id", self.id.as_str()),
            text("gen_ai.tool.call.arguments", json(&self.arguments())),
            text("gen_ai.tool.call.result", self.result.as_str()),
        ]
    }
}
