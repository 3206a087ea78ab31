//! The author: writes the spans of a run, as the agent's instrumentation would.

use jiff::Timestamp;
use model::id::hex;
use model::{Attribute, Outcome};
use recorder::wire::{Kind, Span};

use crate::attributes::{double, int, json, list_of, text};
use crate::case::{Answer, Case};
use crate::dice::Dice;
use crate::harm::{Ending, Quality, Tone};
use crate::messages::{self, History, Output};
use crate::product::{self, AGENT, INDEX, JUDGE, MODEL, Product};
use crate::setup::{Part, Setup};
use crate::tools::{Call, DEFINITIONS};
use crate::topics::{ARTICLES, Article, BAD_ANSWERS};
use crate::trace::{Draft, Trace};

/// How many articles the retrieval asks for.
const TOP_K: usize = 4;

/// Writes one run after the other.
#[derive(Debug)]
pub(crate) struct Author<'a> {
    pub(crate) product: &'a Product,
    /// The part of which nothing is recorded.
    pub(crate) silent: Option<Part>,
    pub(crate) details: Dice,
    pub(crate) ids: Dice,
}

/// A document that the retrieval found.
#[derive(Debug, serde::Serialize)]
struct Document {
    id: &'static str,
    score: f64,
}

impl Author<'_> {
    /// The spans of a case, in the order in which they end; the root is the last.
    pub(crate) fn write(
        &mut self,
        case: &Case,
        setup: &Setup,
        ending: &Ending,
        started: Timestamp,
    ) -> Vec<Span> {
        let mut trace = Trace::begin(started, &mut self.ids);
        trace.wait(self.details.skewed(2.0, 20.0));
        let documents = self.documents(case);
        if case.retrieves {
            let retrieval = self.retrieval(setup, &documents);
            trace.step(retrieval, &mut self.ids);
        }
        self.converse(&mut trace, Turn { case, setup, ending, documents: &documents });
        if let Some(tone) = ending.tone {
            let evaluation = self.evaluation(tone);
            trace.step(evaluation, &mut self.ids);
        }
        trace.wait(self.details.skewed(1.0, 15.0));
        trace.end(format!("invoke_agent {AGENT}"), self.root(case, ending))
    }

    /// Asks the model, calls the tools it wants, and asks again with their answers.
    fn converse(&mut self, trace: &mut Trace, turn: Turn<'_>) {
        let Turn { case, setup, .. } = turn;
        let system = self.product.system_message(setup.edition(Part::Prompt));
        let question = messages::text("user", &turn.question());
        let mut history = History::of([system, &question]);
        let ids = &mut self.ids;
        let calls = Call::all(case, setup, || call_id(ids), &mut self.details);
        if !calls.is_empty() {
            let chat = self.chat(setup, &history, &Output::calls(&calls));
            trace.step(chat, &mut self.ids);
            let tools = calls.iter().map(|call| self.tool(call)).collect();
            trace.steps_at_once(tools, &mut self.ids);
            history.push(&messages::asking(&calls));
            calls.iter().for_each(|call| history.push(&messages::answering(call)));
        }
        let answer = Output::text(&self.answer(case, turn.ending));
        let chat = self.chat(setup, &history, &answer);
        trace.step(chat, &mut self.ids);
    }

    fn answer(&mut self, case: &Case, ending: &Ending) -> String {
        let bad = self.details.pick(&BAD_ANSWERS);
        case.fill(match ending.answer {
            Quality::Good => case.topic.answer,
            Quality::Bad => bad,
        })
    }

    fn documents(&mut self, case: &Case) -> Vec<Document> {
        let best = self.details.between(0.7, 0.97);
        let count = 2 + self.details.below(TOP_K - 1);
        let document = |place: usize| Document {
            id: article(case, place).id,
            score: ((best - 0.09 * place as f64) * 1000.0).round() / 1000.0,
        };
        (0..count).map(document).collect()
    }

    fn retrieval(&mut self, setup: &Setup, documents: &[Document]) -> Draft {
        Draft {
            name: format!("retrieval {INDEX}"),
            kind: Kind::Client,
            millis: self.details.skewed(25.0, 240.0),
            failed: false,
            attributes: vec![
                text("gen_ai.operation.name", "retrieval"),
                text("gen_ai.data_source.id", INDEX),
                text("mayday.index.build", self.product.index_build(setup.edition(Part::Index))),
                int("gen_ai.retrieval.top_k", TOP_K),
                text("gen_ai.retrieval.documents", json(&documents)),
            ],
        }
    }

    fn chat(&mut self, setup: &Setup, history: &History, output: &Output) -> Draft {
        let input = history.json();
        let (read, written) = (tokens(&input), tokens(&output.json));
        let per_token = self.details.skewed(9.0, 30.0);
        let served = product::served_model(setup.edition(Part::Model));
        let temperature = product::temperature(setup.edition(Part::Parameters));
        let mut draft = Draft {
            name: format!("chat {MODEL}"),
            kind: Kind::Client,
            millis: 240.0 + 0.05 * read as f64 + per_token * written as f64,
            failed: false,
            attributes: vec![
                text("gen_ai.operation.name", "chat"),
                text("gen_ai.provider.name", "openai"),
                text("gen_ai.request.model", MODEL),
                text("server.address", "api.openai.com"),
                int("server.port", 443),
                double("gen_ai.request.temperature", temperature),
                int("gen_ai.request.max_tokens", 700),
                list_of("gen_ai.response.finish_reasons", output.finish_reason),
                text("gen_ai.response.model", served),
                text("gen_ai.response.id", format!("chatcmpl-{}", hex(&self.ids.bytes::<12>()))),
                int("gen_ai.usage.input_tokens", read),
                int("gen_ai.usage.output_tokens", written),
                text("gen_ai.input.messages", input),
                text("gen_ai.output.messages", output.json.as_str()),
                text("gen_ai.tool.definitions", DEFINITIONS),
            ],
        };
        let left_out = match self.silent {
            Some(Part::Model) => "gen_ai.response.model",
            Some(Part::Prompt) => "gen_ai.input.messages",
            _ => return draft,
        };
        draft.attributes.retain(|(key, _)| key != left_out);
        draft
    }

    fn tool(&mut self, call: &Call) -> Draft {
        let failed = call.answer == Answer::Failed;
        let millis = self.details.skewed(40.0, 420.0);
        let mut attributes = vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", call.tool.name()),
            text("gen_ai.tool.call.id", call.id.as_str()),
            text("gen_ai.tool.type", "function"),
            text("gen_ai.tool.call.arguments", json(&call.arguments)),
            text("gen_ai.tool.call.result", call.result.as_str()),
        ];
        attributes.extend(failed.then(|| text("error.type", "timeout")));
        Draft {
            name: format!("execute_tool {}", call.tool.name()),
            kind: Kind::Internal,
            millis: if failed { 2_000.0 + millis / 10.0 } else { millis },
            failed,
            attributes,
        }
    }

    fn evaluation(&mut self, tone: Tone) -> Draft {
        let label = match tone {
            Tone::Pass => "pass",
            Tone::Fail => "fail",
        };
        Draft {
            name: "evaluation tone".to_owned(),
            kind: Kind::Internal,
            millis: self.details.skewed(180.0, 900.0),
            failed: false,
            attributes: vec![
                text("gen_ai.evaluation.name", "tone"),
                text("gen_ai.evaluation.score.label", label),
                text("mayday.judge.config", JUDGE),
            ],
        }
    }

    fn root(&mut self, case: &Case, ending: &Ending) -> Vec<Attribute> {
        let mut attributes = vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.agent.name", AGENT),
            text("gen_ai.conversation.id", format!("conv-{}", hex(&self.ids.bytes::<6>()))),
            text("mayday.segment.plan", case.plan.name),
        ];
        let stated = (ending.outcome != Outcome::Unknown).then(|| ending.outcome.as_str());
        attributes.extend(stated.map(|outcome| text("mayday.outcome", outcome)));
        attributes
    }
}

/// What a conversation is about.
#[derive(Debug, Clone, Copy)]
struct Turn<'a> {
    case: &'a Case,
    setup: &'a Setup,
    ending: &'a Ending,
    documents: &'a [Document],
}

impl Turn<'_> {
    /// The customer's words, and below them what the retrieval found.
    fn question(&self) -> String {
        let mut question = self.case.fill(self.case.topic.question);
        if self.case.retrieves {
            question.push_str("\n\nPossibly relevant articles:");
            for place in 0..self.documents.len() {
                let Article { id, title, text } = article(self.case, place);
                question.push_str(&format!("\n[{id}] {title}: {text}"));
            }
        }
        question
    }
}

/// The article that the retrieval finds in this place.
fn article(case: &Case, place: usize) -> &'static Article {
    &ARTICLES[(case.topic.article + place * 3) % ARTICLES.len()]
}

/// Four characters a token, roughly.
fn tokens(json: &str) -> usize {
    json.len().div_ceil(4)
}

fn call_id(ids: &mut Dice) -> String {
    format!("call_{}", hex(&ids.bytes::<12>()))
}
