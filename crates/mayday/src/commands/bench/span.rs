//! Spans as a client of the OpenTelemetry GenAI conventions writes them, in their latest vintage.

use jiff::{SignedDuration, Timestamp};
use model::{Attribute, SpanId, TraceId, Value};
use serde::Serialize;
use sim::wire::{Kind, Sender, Span};

use super::words::Words;

/// What all spans of one agent share: bytes that come again and again, as they do in practice.
pub(super) struct Agent {
    pub(super) name: String,
    pub(super) sender: Sender,
    model: &'static str,
    served: &'static str,
    /// The value of `gen_ai.system_instructions`.
    instructions: Option<String>,
    /// The value of `gen_ai.tool.definitions`.
    definitions: Option<String>,
    tools: Vec<String>,
}

/// How much an agent carries in each of its calls.
#[derive(Clone, Copy)]
pub(super) struct Luggage {
    /// Bytes of the system prompt.
    pub(super) prompt: usize,
    /// How many tools it may call.
    pub(super) tools: usize,
}

/// A trace in the making: spans one after the other, the root last.
pub(super) struct Trace {
    pub(super) id: TraceId,
    root: SpanId,
    started: Timestamp,
    clock: Timestamp,
    spans: Vec<Span>,
}

/// One message of a conversation.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    pub(super) role: &'static str,
    pub(super) parts: [Part<'a>; 1],
}

/// What a message says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    /// Somebody writes.
    Text { content: &'a str },
    /// The model wants a tool called.
    ToolCall { id: &'a str, name: &'a str, arguments: Arguments<'a> },
    /// The tool has answered.
    ToolCallResponse { id: &'a str, response: &'a str },
}

/// What a tool is called with.
#[derive(Serialize, Clone, Copy)]
pub(super) struct Arguments<'a> {
    pub(super) query: &'a str,
    pub(super) limit: usize,
}

/// What a model call is given, and answers.
pub(super) struct Exchange {
    /// The value of `gen_ai.input.messages`.
    pub(super) input: String,
    /// The value of `gen_ai.output.messages`.
    pub(super) output: String,
    /// The provider's word for why it stopped.
    pub(super) finish_reason: &'static str,
}

impl Agent {
    pub(super) fn new(number: usize, luggage: Luggage, words: &mut Words) -> Self {
        let tools: Vec<String> =
            (0..luggage.tools).map(|_| words.title().replace([' ', '-'], "_")).collect();
        let (model, served) = MODELS[number % MODELS.len()];
        let prompt = words.text(luggage.prompt);
        Self {
            name: format!("bench-agent-{number}"),
            sender: sender(number),
            model,
            served,
            instructions: (luggage.prompt > 0).then(|| json(&[Part::Text { content: &prompt }])),
            definitions: (!tools.is_empty()).then(|| definitions(&tools, words)),
            tools,
        }
    }

    /// One of its tools; it has some.
    pub(super) fn tool(&self, words: &mut Words) -> &str {
        &self.tools[words.below(self.tools.len())]
    }

    /// The name of its model calls.
    pub(super) fn call_name(&self) -> String {
        format!("chat {}", self.model)
    }

    /// The attributes of a model call.
    pub(super) fn call(&self, exchange: Exchange, words: &mut Words) -> Vec<Attribute> {
        let read = (exchange.input.len() + self.instructions.as_ref().map_or(0, String::len)) / 4;
        let mut attributes = vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", self.model),
            text("gen_ai.response.model", self.served),
            text("gen_ai.response.id", format!("chatcmpl-{}", words.id::<12>())),
            list("gen_ai.response.finish_reasons", exchange.finish_reason),
            ("gen_ai.request.temperature".into(), Value::Double(0.2)),
            int("gen_ai.request.max_tokens", 4_096),
            int("gen_ai.usage.input_tokens", read),
            int("gen_ai.usage.output_tokens", exchange.output.len() / 4),
            int("gen_ai.usage.cache_read.input_tokens", read / 2),
            text("server.address", "api.openai.com"),
            int("server.port", 443),
            text("openai.response.service_tier", "default"),
        ];
        let instructions = self.instructions.as_deref();
        attributes.extend(instructions.map(|value| text("gen_ai.system_instructions", value)));
        let definitions = self.definitions.as_deref();
        attributes.extend(definitions.map(|value| text("gen_ai.tool.definitions", value)));
        attributes.push(text("gen_ai.input.messages", exchange.input));
        attributes.push(text("gen_ai.output.messages", exchange.output));
        attributes
    }

    /// The attributes of the root: the task, and what came of it.
    pub(super) fn root(&self, exchange: Exchange, words: &mut Words) -> Vec<Attribute> {
        vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.agent.name", self.name.as_str()),
            text("gen_ai.conversation.id", format!("conv-{}", words.id::<8>())),
            text("gen_ai.input.messages", exchange.input),
            text("gen_ai.output.messages", exchange.output),
        ]
    }
}

const MODELS: [(&str, &str); 4] = [
    ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
    ("gpt-4.1", "gpt-4.1-2025-04-14"),
    ("gpt-5-mini", "gpt-5-mini-2025-08-07"),
    ("gpt-5", "gpt-5-2025-08-07"),
];

fn sender(number: usize) -> Sender {
    Sender {
        resource: vec![
            text("service.name", format!("bench-service-{number}")),
            text("service.version", "2.14.0"),
            text("service.instance.id", format!("bench-service-{number}-7c9d8")),
            text("telemetry.sdk.name", "opentelemetry"),
            text("telemetry.sdk.language", "python"),
            text("telemetry.sdk.version", "1.45.2"),
        ],
        scope: "mayday.bench".to_owned(),
        scope_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn definitions(tools: &[String], words: &mut Words) -> String {
    let definition = |name: &String| {
        let description = words.text(80);
        serde_json::json!({
            "type": "function",
            "name": name,
            "description": description,
            "parameters": {
                "type": "object",
                "properties": {
                    "query": { "type": "string", "description": words.title() },
                    "limit": { "type": "integer", "minimum": 1 },
                },
                "required": ["query"],
            },
        })
    };
    json(&tools.iter().map(definition).collect::<Vec<_>>())
}

impl Trace {
    /// A trace whose root starts then.
    pub(super) fn begin(started: Timestamp, words: &mut Words) -> Self {
        let id = loop {
            if let Some(id) = TraceId::from_bytes(&words.bytes::<16>()) {
                break id;
            }
        };
        Self { id, root: span_id(words), started, clock: started, spans: Vec::new() }
    }

    /// Adds a step below the root, and waits for its end.
    pub(super) fn step(
        &mut self,
        name: String,
        kind: Kind,
        attributes: Vec<Attribute>,
        words: &mut Words,
    ) {
        let started = self.clock;
        self.clock = started + SignedDuration::from_micros(words.between(2_000, 900_000) as i64);
        self.spans.push(Span {
            trace: self.id,
            span: span_id(words),
            parent: Some(self.root),
            name,
            kind,
            started,
            ended: self.clock,
            failed: false,
            attributes,
        });
    }

    /// Ends the root; the spans come in the order in which they ended.
    pub(super) fn end(mut self, name: String, attributes: Vec<Attribute>) -> Vec<Span> {
        self.spans.push(Span {
            trace: self.id,
            span: self.root,
            parent: None,
            name,
            kind: Kind::Internal,
            started: self.started,
            ended: self.clock,
            failed: false,
            attributes,
        });
        self.spans
    }
}

fn span_id(words: &mut Words) -> SpanId {
    loop {
        if let Some(id) = SpanId::from_bytes(&words.bytes::<8>()) {
            return id;
        }
    }
}

/// A message with one text.
pub(super) fn says(role: &'static str, content: &str) -> String {
    json(&Message { role, parts: [Part::Text { content }] })
}

/// About how many bytes a span takes in a request.
pub(super) fn weight(span: &Span) -> usize {
    90 + span.name.len() + attributes_weight(&span.attributes)
}

/// About how many bytes attributes take in a request.
pub(super) fn attributes_weight(attributes: &[Attribute]) -> usize {
    let value = |value: &Value| match value {
        Value::Text(text) => text.len(),
        Value::List(values) => 24 * values.len(),
        _ => 8,
    };
    attributes.iter().map(|(key, held)| key.len() + value(held) + 12).sum()
}

/// An attribute that is text.
pub(super) fn text(key: &'static str, value: impl Into<String>) -> Attribute {
    (key.into(), Value::Text(value.into()))
}

fn int(key: &'static str, value: usize) -> Attribute {
    (key.into(), Value::Int(value as i64))
}

fn list(key: &'static str, value: &str) -> Attribute {
    (key.into(), Value::List(vec![Value::Text(value.to_owned())]))
}

/// Content as JSON.
pub(super) fn json(content: &impl Serialize) -> String {
    #[expect(clippy::expect_used, reason = "what is written has text keys and whole numbers")]
    serde_json::to_string(content).expect("invariant: a load's content is JSON")
}
