//! Loads: requests made beforehand from a seed, so that making them is in no figure.

use std::collections::VecDeque;

use bytes::Bytes;
use clap::ValueEnum;
use jiff::{SignedDuration, Timestamp};
use model::TraceId;
use sim::wire::{self, Kind, Span};

use super::conversation;
use super::span::{self, Agent, Exchange, Luggage, Trace, says};
use super::words::Words;

/// What kind of spans to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Load {
    /// Spans of 0.8 KB, hardly any text: what a million small steps are made of
    Small,
    /// Spans of 1 KB
    #[value(name = "1k")]
    Kb1,
    /// Spans of 3 KB
    #[value(name = "3k")]
    Kb3,
    /// Spans of 16 KB
    #[value(name = "16k")]
    Kb16,
    /// Spans of 256 KB
    #[value(name = "256k")]
    Kb256,
    /// Runs of 30 model calls, each with the whole history so far
    #[value(name = "30-turns")]
    Turns,
}

/// What to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recipe {
    pub(crate) load: Load,
    /// The same seed and start give the same bytes.
    pub(crate) seed: u64,
    /// At least so many spans, in whole traces.
    pub(crate) spans: usize,
    /// When the first trace starts.
    pub(crate) start: Timestamp,
    pub(crate) packing: Packing,
}

/// How spans are put into requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As a collector does that many send to: up to 512 spans and 8 MB.
    Full,
    /// A request for each trace.
    ByTrace,
}

/// One export request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) body: Bytes,
    pub(crate) spans: usize,
    /// The traces whose last span is in it.
    pub(crate) ended: Vec<TraceId>,
}

/// Makes one request after the other.
pub(crate) struct Requests {
    recipe: Recipe,
    words: Words,
    agents: Vec<Agent>,
    /// Spans made and not packed, each with the number of its agent.
    waiting: VecDeque<(usize, Span)>,
    made_traces: usize,
    made_spans: usize,
}

/// Spans in a request, at most: what batch exporters send by default.
const MOST_SPANS: usize = 512;

/// Bytes in a request, about: together with the last span less than 8 MB.
const MOST_BYTES: usize = 7_000_000;

/// How many agents share the work.
const AGENTS: usize = 4;

/// Between the starts of two traces.
const APART: SignedDuration = SignedDuration::from_millis(5);

impl Load {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Load::Small => "small",
            Load::Kb1 => "1k",
            Load::Kb3 => "3k",
            Load::Kb16 => "16k",
            Load::Kb256 => "256k",
            Load::Turns => "30-turns",
        }
    }

    /// About how many bytes a span has.
    pub(crate) fn span_bytes(self) -> usize {
        match self {
            Load::Small => 800,
            Load::Kb1 => 1_024,
            Load::Kb3 => 3 * 1_024,
            Load::Kb16 => 16 * 1_024,
            Load::Kb256 => 256 * 1_024,
            Load::Turns => 18 * 1_024,
        }
    }

    /// How many spans to send where nobody says: some hundred megabytes.
    pub(crate) fn usual_spans(self) -> usize {
        match self {
            Load::Small | Load::Kb1 => 160_000,
            Load::Kb3 => 100_000,
            Load::Kb16 => 20_000,
            Load::Kb256 => 1_200,
            Load::Turns => 18_000,
        }
    }

    /// Spans in a trace.
    pub(crate) fn trace_spans(self) -> usize {
        match self {
            Load::Small | Load::Kb1 | Load::Kb3 | Load::Kb16 => 8,
            Load::Kb256 => 4,
            Load::Turns => conversation::SPANS,
        }
    }

    fn luggage(self) -> Luggage {
        match self {
            Load::Small | Load::Kb1 => Luggage { prompt: 0, tools: 0 },
            Load::Kb3 => Luggage { prompt: 500, tools: 2 },
            Load::Kb16 | Load::Kb256 => Luggage { prompt: 2_500, tools: 6 },
            Load::Turns => Luggage { prompt: 2_500, tools: 10 },
        }
    }
}

impl Recipe {
    /// The requests, made as they are asked for.
    pub(crate) fn requests(self) -> Requests {
        let mut words = Words::new(self.seed, self.load as u64);
        let agent = |number| Agent::new(number, self.load.luggage(), &mut words);
        Requests {
            recipe: self,
            agents: (0..AGENTS).map(agent).collect(),
            words,
            waiting: VecDeque::new(),
            made_traces: 0,
            made_spans: 0,
        }
    }
}

impl Requests {
    /// Makes one trace more; one agent after the other does the work.
    fn refill(&mut self) {
        let late = APART.saturating_mul(i32::try_from(self.made_traces).unwrap_or(i32::MAX));
        let started = self.recipe.start + late;
        let number = self.made_traces % AGENTS;
        let (agent, words) = (&self.agents[number], &mut self.words);
        let spans = match self.recipe.load {
            Load::Turns => conversation::spans(agent, started, words),
            load => sized(agent, load, started, words),
        };
        self.made_traces += 1;
        self.made_spans += spans.len();
        self.waiting.extend(spans.into_iter().map(|span| (number, span)));
    }

    fn request(&self, packed: [Vec<Span>; AGENTS]) -> Request {
        let spans = packed.iter().map(Vec::len).sum();
        let roots = packed.iter().flatten().filter(|span| span.parent.is_none());
        let ended = roots.map(|span| span.trace).collect();
        let groups = self.agents.iter().zip(packed).filter(|(_, spans)| !spans.is_empty());
        let groups: Vec<_> = groups.map(|(agent, spans)| (agent.sender.clone(), spans)).collect();
        Request { body: Bytes::from(wire::protobuf(&groups)), spans, ended }
    }
}

impl Iterator for Requests {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        let mut packed: [Vec<Span>; AGENTS] = Default::default();
        let (mut spans, mut bytes) = (0, 0);
        while spans < MOST_SPANS && bytes < MOST_BYTES {
            if self.waiting.is_empty() {
                let enough = self.made_spans >= self.recipe.spans;
                let whole = self.recipe.packing == Packing::ByTrace && spans > 0;
                if enough || whole {
                    break;
                }
                self.refill();
            }
            let Some((agent, next)) = self.waiting.pop_front() else { break };
            bytes += span::weight(&next);
            spans += 1;
            packed[agent].push(next);
        }
        (spans > 0).then(|| self.request(packed))
    }
}

/// A trace of model calls that have nothing in common but what every call of their agent carries.
fn sized(agent: &Agent, load: Load, started: Timestamp, words: &mut Words) -> Vec<Span> {
    let mut trace = Trace::begin(started, words);
    for _ in 1..load.trace_spans() {
        let bare = agent.call(Exchange::empty(), words);
        let exchange = exchange(load.span_bytes(), span::attributes_weight(&bare), words);
        let attributes = agent.call(exchange, words);
        trace.step(agent.call_name(), Kind::Client, attributes, words);
    }
    let bare = agent.root(Exchange::empty(), words);
    let exchange = exchange(load.span_bytes(), span::attributes_weight(&bare), words);
    trace.end(format!("invoke_agent {}", agent.name), agent.root(exchange, words))
}

/// Messages that make a span as large as it should be.
fn exchange(span_bytes: usize, taken: usize, words: &mut Words) -> Exchange {
    let left = span_bytes.saturating_sub(taken + 110);
    let output = says("assistant", &fitting(left / 4, 3_000, words));
    let input = messages(left.saturating_sub(output.len()), words);
    Exchange { input, output: format!("[{output}]"), finish_reason: "stop" }
}

/// A conversation of so many bytes: people ask, the model answers, tools bring what they found.
fn messages(bytes: usize, words: &mut Words) -> String {
    /// What the JSON around a message takes.
    const AROUND: usize = 60;
    let longest = if bytes > 100_000 { 24_000 } else { 3_000 };
    let mut json = String::with_capacity(bytes + AROUND);
    json.push('[');
    while bytes > json.len() + 2 * longest / 3 + AROUND {
        let length = words.between(longest / 10, longest / 2);
        let message = match words.below(3) {
            0 => says("user", &words.text(length)),
            1 => says("assistant", &words.text(length)),
            _ => says("tool", &words.records(length)),
        };
        json.push_str(&message);
        json.push(',');
    }
    let left = bytes.saturating_sub(json.len() + AROUND);
    json.push_str(&says("user", &fitting(left, left, words)));
    json.push(']');
    json
}

/// Text of exactly so many bytes, or of the most allowed.
fn fitting(bytes: usize, most: usize, words: &mut Words) -> String {
    let bytes = bytes.min(most);
    let mut text = words.text(bytes);
    text.truncate(bytes);
    text
}

impl Exchange {
    fn empty() -> Self {
        Self { input: String::new(), output: String::new(), finish_reason: "stop" }
    }
}

#[cfg(test)]
mod tests;
