//! The two tools: how they are defined, called, and what they answer.
//!
//! An answer's keys and types depend on its edition and on how the call ended, never on the data.

use serde::Serialize;

use crate::attributes::json;
use crate::case::{Answer, Case};
use crate::dice::Dice;
use crate::setup::{Edition, Part, Setup};
use crate::topics::{ARTICLES, Article};

/// The value of `gen_ai.tool.definitions`.
pub(crate) const DEFINITIONS: &str = concat!(
    r#"[{"name":"search_kb","description":"Finds articles of the knowledge base.","#,
    r#""parameters":{"type":"object","properties":{"query":{"type":"string"},"#,
    r#""top_k":{"type":"integer","minimum":1,"maximum":10}},"required":["query"]},"#,
    r#""type":"function"},"#,
    r#"{"name":"lookup_order","description":"Reads one order of the current customer.","#,
    r#""parameters":{"type":"object","properties":{"order_id":{"type":"string"}},"#,
    r#""required":["order_id"]},"type":"function"}]"#,
);

/// How many articles a search asks for.
const TOP_K: usize = 3;

const STATUSES: [&str; 4] = ["packed", "shipped", "in_customs", "delivered"];
const CARRIERS: [&str; 4] = ["DHL", "DPD", "PostNord", "BlueDart"];

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Finds articles.
    SearchKb,
    /// Reads an order.
    LookupOrder,
}

/// A call of a tool, with what it answered.
#[derive(Debug)]
pub(crate) struct Call {
    /// The id that joins the call to its answer.
    pub(crate) id: String,
    /// Which tool.
    pub(crate) tool: Tool,
    /// What the model asked for.
    pub(crate) arguments: Arguments,
    /// How it ended.
    pub(crate) answer: Answer,
    /// What it answered, as JSON.
    pub(crate) result: String,
}

/// What a tool is asked.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Arguments {
    Search { query: String, top_k: usize },
    Lookup { order_id: String },
}

/// What `search_kb` answers.
#[derive(Serialize)]
struct Results {
    results: Vec<Hit>,
}

/// An article that was found, in the answer's original and in its faulty edition.
#[derive(Serialize)]
#[serde(untagged)]
enum Hit {
    Flat { id: &'static str, title: &'static str, snippet: &'static str, score: f64 },
    Nested { id: &'static str, title: &'static str, body: Body, score: f64 },
}

#[derive(Serialize)]
struct Body {
    text: &'static str,
    format: &'static str,
}

/// What `lookup_order` answers.
#[derive(Serialize)]
struct Found<'a> {
    order: Order<'a>,
}

#[derive(Serialize)]
struct Order<'a> {
    id: &'a str,
    status: &'static str,
    carrier: &'static str,
    item: &'a str,
    quantity: usize,
    total_cents: usize,
    currency: &'static str,
    /// Only in the reworked edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_gift: Option<bool>,
}

impl Tool {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SearchKb => "search_kb",
            Self::LookupOrder => "lookup_order",
        }
    }
}

impl Call {
    /// The calls that the agent makes for a case, answered.
    pub(crate) fn all(
        case: &Case,
        setup: &Setup,
        mut new_id: impl FnMut() -> String,
        dice: &mut Dice,
    ) -> Vec<Self> {
        let mut calls = Vec::new();
        if let Some(answer) = case.search {
            let edition = setup.edition(Part::SearchAnswer);
            let result = searched(case.topic.article, answer, edition, dice);
            let arguments = Arguments::Search { query: case.topic.query.to_owned(), top_k: TOP_K };
            calls.push(Self { id: new_id(), tool: Tool::SearchKb, arguments, answer, result });
        }
        if let Some(answer) = case.lookup {
            let result = looked_up(case, answer, setup.edition(Part::LookupAnswer), dice);
            let arguments = Arguments::Lookup { order_id: case.order.clone() };
            calls.push(Self { id: new_id(), tool: Tool::LookupOrder, arguments, answer, result });
        }
        calls
    }
}

#[cfg(test)]
impl Call {
    /// A call of `lookup_order` with this answer.
    pub(crate) fn of_order(id: String, order: &str, result: &str) -> Self {
        let arguments = Arguments::Lookup { order_id: order.to_owned() };
        let (tool, answer, result) = (Tool::LookupOrder, Answer::Full, result.to_owned());
        Self { id, tool, arguments, answer, result }
    }
}

/// A sample of what `search_kb` answers in an edition.
pub(crate) fn search_sample(edition: Edition) -> String {
    json(&Results { results: vec![hit(&ARTICLES[0], 0.82, edition)] })
}

fn searched(best: usize, answer: Answer, edition: Edition, dice: &mut Dice) -> String {
    let count = 1 + dice.below(TOP_K);
    let score = dice.between(0.6, 0.95);
    match answer {
        Answer::Failed => timed_out(),
        Answer::Empty => json(&Results { results: Vec::new() }),
        Answer::Full => {
            let articles = (0..count).map(|place| &ARTICLES[(best + place * 5) % ARTICLES.len()]);
            let hits = articles.enumerate().map(|(place, article)| {
                let score = ((score - 0.13 * place as f64) * 1000.0).round() / 1000.0;
                hit(article, score, edition)
            });
            json(&Results { results: hits.collect() })
        }
    }
}

fn hit(article: &Article, score: f64, edition: Edition) -> Hit {
    let Article { id, title, text } = *article;
    match edition {
        Edition::Original | Edition::Reworked => Hit::Flat { id, title, snippet: text, score },
        Edition::Faulty => {
            Hit::Nested { id, title, body: Body { text, format: "markdown" }, score }
        }
    }
}

fn looked_up(case: &Case, answer: Answer, edition: Edition, dice: &mut Dice) -> String {
    let order = Order {
        id: &case.order,
        status: dice.pick(&STATUSES),
        carrier: dice.pick(&CARRIERS),
        item: case.item,
        quantity: 1 + dice.below(3),
        total_cents: 990 + 10 * dice.below(30_000),
        currency: "EUR",
        is_gift: Some(dice.happens(0.1)).filter(|_| edition != Edition::Original),
    };
    match answer {
        Answer::Failed => timed_out(),
        Answer::Full | Answer::Empty => json(&Found { order }),
    }
}

fn timed_out() -> String {
    r#"{"error":{"code":"timeout","message":"no answer within 2000 ms"}}"#.to_owned()
}
