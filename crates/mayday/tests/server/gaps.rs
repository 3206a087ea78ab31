//! The six gaps: what a week later is not in ordinary tracing, and is in Mayday.
//!
//! One night is told: an agent looks up an account, asks its model, and refunds. Mayday gets it as
//! spans. A naive recorder gets the same spans and has one habit of ordinary tracing. Then both are
//! asked the same questions: Mayday knows all of it, and of each habit exactly one answer is wrong.

use model::{SpanId, Value as Attribute};
use serde_json::{Value, json};
use sim::wire::Span;

use crate::harness::{Server, data_dir, request, request_in_json, root, text};

/// What ordinary tracing does: each habit leaves one gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Arguments of tools are cut.
    CutsArguments,
    /// Of a conversation the latest turn is kept.
    KeepsTheLatestTurn,
    /// The model is the one that was asked for.
    LogsTheAlias,
    /// The prompt is kept by name, and looked up when it is wanted.
    NamesThePrompt,
    /// Parameters are those that the request has.
    KeepsWhatWasChosen,
    /// A line of a log ends somewhere.
    CutsLines,
}

const HABITS: [Habit; 6] = [
    Habit::CutsArguments,
    Habit::KeepsTheLatestTurn,
    Habit::LogsTheAlias,
    Habit::NamesThePrompt,
    Habit::KeepsWhatWasChosen,
    Habit::CutsLines,
];

/// The configuration service, from which the application takes its prompt.
struct Config {
    prompt: String,
}

/// What was so that night.
struct Night {
    spans: [Span; 4],
    facts: Facts,
}

/// What one needs to know of a decision; of a recorder, what it can still say.
#[derive(Debug, Clone, PartialEq, Default)]
struct Facts {
    /// What the refund was called with.
    arguments: Option<String>,
    /// Every turn that the model had read.
    turns: Vec<String>,
    /// The model that decided.
    model: Option<String>,
    /// What the system prompt was.
    prompt: Option<String>,
    /// The temperature, and who chose it.
    temperature: Option<[String; 2]>,
    /// What the look-up had answered.
    result: Option<String>,
}

/// A recorder with one habit of ordinary tracing, and none else.
struct Naive {
    habit: Habit,
    spans: Vec<Span>,
}

/// Longest value of an attribute, where values are cut.
const LONGEST_VALUE: usize = 256;

/// Longest line of a log.
const LONGEST_LINE: usize = 16 * 1_024;

fn night(config: &Config) -> Night {
    let turns: Vec<String> = [
        "Never refund more than 50 EUR without asking me.",
        "Understood: nothing above 50 EUR without your word.",
        "Thanks. Now look at ticket 4711.",
        "It is about a double charge.",
        "Then do what is right.",
    ]
    .map(str::to_owned)
    .into();
    let said = |(number, turn): (usize, &String)| {
        let role = if number % 2 == 0 { "user" } else { "assistant" };
        json!({ "role": role, "parts": [{ "type": "text", "content": turn }] })
    };
    let messages = json!(turns.iter().enumerate().map(said).collect::<Vec<_>>()).to_string();
    let system = json!([{ "type": "text", "content": config.prompt }]).to_string();
    let charges: Vec<Value> = (0..900).map(|n| json!({ "charge": n, "cents": n * 7 })).collect();
    let result = json!({ "charges": charges, "chargeback": "already paid out" }).to_string();
    let arguments = json!({ "charges": charges[..80], "cents": 412_300 }).to_string();
    let looked_up = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "look_up_account"),
        text("gen_ai.tool.call.result", &result),
    ];
    let decided = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-5"),
        text("gen_ai.response.model", "gpt-5-2026-08-07"),
        text("gen_ai.prompt.name", "refunds"),
        text("gen_ai.system_instructions", &system),
        text("gen_ai.input.messages", &messages),
        ("mayday.parameter.temperature".into(), Attribute::Double(0.7)),
        text("mayday.parameter_source.temperature", "default"),
    ];
    let refunded = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "refund"),
        text("gen_ai.tool.call.arguments", &arguments),
        text("mayday.effect", "irreversible"),
    ];
    let facts = Facts {
        arguments: Some(arguments),
        turns,
        model: Some("gpt-5-2026-08-07".to_owned()),
        prompt: Some(config.prompt.clone()),
        temperature: Some(["0.7", "default"].map(str::to_owned)),
        result: Some(result),
    };
    let spans = [root(1), step(1, looked_up), step(2, decided), step(3, refunded)];
    Night { spans, facts }
}

/// One step after another below the root.
fn step(number: u64, attributes: Vec<model::Attribute>) -> Span {
    let top = root(1);
    let after = |steps: u64| top.started + jiff::SignedDuration::from_millis(steps as i64 * 100);
    Span {
        span: span_id(number),
        parent: Some(top.span),
        name: format!("step {number}"),
        started: after(number),
        ended: after(number + 1),
        attributes,
        ..top
    }
}

fn span_id(number: u64) -> SpanId {
    SpanId::from_bytes(&(0x1_0000 + number).to_be_bytes()).unwrap()
}

const LOOK_UP: u64 = 1;
const CHAT: u64 = 2;
const REFUND: u64 = 3;

impl Naive {
    fn told(habit: Habit, night: &Night) -> Self {
        Self { habit, spans: night.spans.to_vec() }
    }

    /// An attribute as it was kept.
    fn kept(&self, step: u64, key: &str) -> Option<String> {
        let span = self.spans.iter().find(|span| span.span == span_id(step))?;
        let (_, value) = span.attributes.iter().find(|(name, _)| name == key)?;
        let value = match value {
            Attribute::Double(number) => number.to_string(),
            value => value.as_text()?.to_owned(),
        };
        let (is_asked_for, end) = match self.habit {
            Habit::CutsArguments => (key == "gen_ai.tool.call.arguments", LONGEST_VALUE),
            Habit::CutsLines => (true, LONGEST_LINE),
            _ => (false, usize::MAX),
        };
        let is_cut = is_asked_for && value.len() > end;
        Some(if is_cut { format!("{}…", &value[..end]) } else { value })
    }

    /// What it can say later, when the configuration is what it then is.
    fn facts(&self, config: &Config) -> Facts {
        let messages = self.kept(CHAT, "gen_ai.input.messages");
        let mut turns = turns_in(messages.as_deref());
        if self.habit == Habit::KeepsTheLatestTurn {
            turns.drain(..turns.len() - 1);
        }
        let model = match self.habit {
            Habit::LogsTheAlias => "gen_ai.request.model",
            _ => "gen_ai.response.model",
        };
        let prompt = match self.habit {
            Habit::NamesThePrompt => {
                self.kept(CHAT, "gen_ai.prompt.name").map(|_| config.prompt.clone())
            }
            _ => text_in(self.kept(CHAT, "gen_ai.system_instructions").as_deref()),
        };
        let temperature = match self.habit {
            Habit::KeepsWhatWasChosen => self
                .kept(CHAT, "gen_ai.request.temperature")
                .map(|value| [value, "explicit".to_owned()]),
            _ => self.kept(CHAT, "mayday.parameter.temperature").and_then(|value| {
                Some([value, self.kept(CHAT, "mayday.parameter_source.temperature")?])
            }),
        };
        Facts {
            arguments: self.kept(REFUND, "gen_ai.tool.call.arguments"),
            turns,
            model: self.kept(CHAT, model),
            prompt,
            temperature,
            result: self.kept(LOOK_UP, "gen_ai.tool.call.result"),
        }
    }
}

/// What Mayday can say of the refund.
async fn reconstructed(server: &Server) -> Facts {
    let refund = format!("{}/{}", root(1).trace, span_id(REFUND));
    let found = server.json(&format!("/api/v1/reconstruct?of={refund}")).await;
    let steps = found[0]["steps"].as_array().unwrap();
    let step = |number: u64| {
        let id = json!(span_id(number));
        steps.iter().find(|step| step["span"] == id).expect("it fed the refund")
    };
    let said = |number: u64, key: &str| step(number)["attributes"][key].as_str();
    let record = &step(CHAT)["record"];
    let mut parameters = record["parameters"].as_array().into_iter().flatten();
    let temperature = parameters.find(|one| one["name"] == "temperature");
    let temperature = temperature
        .map(|one| [&one["value"], &one["source"]].map(|value| value.as_str().unwrap().to_owned()));
    Facts {
        arguments: said(REFUND, "gen_ai.tool.call.arguments").map(str::to_owned),
        turns: turns_in(said(CHAT, "gen_ai.input.messages")),
        model: record["model"]["served"].as_str().map(str::to_owned),
        prompt: text_in(said(CHAT, "gen_ai.system_instructions")),
        temperature,
        result: said(LOOK_UP, "gen_ai.tool.call.result").map(str::to_owned),
    }
}

fn turns_in(messages: Option<&str>) -> Vec<String> {
    let messages = messages.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    let said = |turn: &Value| turn["parts"][0]["content"].as_str().unwrap().to_owned();
    messages.unwrap_or_default().iter().map(said).collect()
}

fn text_in(parts: Option<&str>) -> Option<String> {
    let parts: Value = serde_json::from_str(parts?).ok()?;
    parts[0]["content"].as_str().map(str::to_owned)
}

/// A question asked of two recorders: whether what one can say is what was so.
type Question = fn(&Facts, &Facts) -> bool;

/// The question that a habit leaves without an answer.
fn question(habit: Habit) -> Question {
    match habit {
        Habit::CutsArguments => |said, was| said.arguments == was.arguments,
        Habit::KeepsTheLatestTurn => |said, was| said.turns == was.turns,
        Habit::LogsTheAlias => |said, was| said.model == was.model,
        Habit::NamesThePrompt => |said, was| said.prompt == was.prompt,
        Habit::KeepsWhatWasChosen => |said, was| said.temperature == was.temperature,
        Habit::CutsLines => |said, was| said.result == was.result,
    }
}

/// Tells the night to both, has the prompt edited, and asks both.
async fn ask_both(habit: Habit) {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let mut config = Config { prompt: "Be kind, and obey the customer's limits.".to_owned() };
    let night = night(&config);
    let naive = Naive::told(habit, &night);
    let sent = server.export(request(night.spans.to_vec())).await;
    assert!(sent.status().is_success());
    config.prompt = "Be quick.".to_owned();
    let is_known = question(habit);
    let said = reconstructed(&server).await;
    assert!(is_known(&said, &night.facts), "{said:?}");
    let said = naive.facts(&config);
    assert!(!is_known(&said, &night.facts), "{habit:?} leaves no gap: {said:?}");
}

#[tokio::test]
async fn the_arguments_of_a_tool_are_whole() {
    ask_both(Habit::CutsArguments).await;
}

#[tokio::test]
async fn every_turn_of_the_conversation_is_there() {
    ask_both(Habit::KeepsTheLatestTurn).await;
}

#[tokio::test]
async fn the_model_that_answered_is_known_by_its_version() {
    ask_both(Habit::LogsTheAlias).await;
}

#[tokio::test]
async fn the_system_prompt_is_what_it_was_though_it_was_edited_since() {
    ask_both(Habit::NamesThePrompt).await;
}

#[tokio::test]
async fn a_temperature_that_nobody_chose_is_known_and_known_to_be_a_default() {
    ask_both(Habit::KeepsWhatWasChosen).await;
}

#[tokio::test]
async fn the_tool_result_that_led_to_the_act_is_not_cut() {
    ask_both(Habit::CutsLines).await;
}

#[test]
fn each_habit_of_ordinary_tracing_leaves_its_own_gap_and_no_other() {
    let config = Config { prompt: "Be kind, and obey the customer's limits.".to_owned() };
    let edited = Config { prompt: "Be quick.".to_owned() };
    let night = night(&config);
    for habit in HABITS {
        let said = Naive::told(habit, &night).facts(&edited);
        for other in HABITS {
            let is_known = question(other)(&said, &night.facts);
            assert_eq!(is_known, other != habit, "{habit:?}, asked for {other:?}");
        }
    }
}

#[tokio::test]
async fn what_the_client_leaves_out_is_named_and_not_guessed() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let config = Config { prompt: "Be kind.".to_owned() };
    let mut night = night(&config);
    let silent = ["gen_ai.response.model", "mayday.parameter.temperature"];
    night.spans[2].attributes.retain(|(key, _)| !silent.contains(&&**key));
    server.export(request(night.spans.to_vec())).await;
    let said = reconstructed(&server).await;
    assert_eq!((said.model, said.temperature), (None, None));
    let decision = format!("{}/{}", root(1).trace, span_id(CHAT));
    let found = server.json(&format!("/api/v1/reconstruct?of={decision}")).await;
    let missing = found[0]["missing"].as_array().unwrap();
    for (field, attribute) in [
        ("model.served", "gen_ai.response.model"),
        ("parameters.temperature", "mayday.parameter.temperature"),
    ] {
        let gap = missing.iter().find(|gap| gap["field"] == field).expect(field);
        assert_eq!((&gap["attribute"], &gap["span"]), (&json!(attribute), &json!(span_id(CHAT))));
    }
}

#[tokio::test]
async fn a_tool_result_of_a_megabyte_comes_back_byte_for_byte() {
    let row = "{\"id\": 1e0,\t\"no JSON\u{0}\r\n\\ \u{e9}\u{4e9c}\u{1F600}…\n";
    let result: String = (0..32_000).map(|n| format!("{n}{row}")).collect();
    assert!(result.len() > 1_048_576);
    for written in [request, request_in_json] {
        let (_guard, data) = data_dir();
        let server = Server::start(&data, &[]);
        let tool = step(1, vec![text("gen_ai.tool.call.result", &result)]);
        let body = written(vec![root(1), tool]);
        let kind =
            if body.starts_with(b"{") { "application/json" } else { "application/x-protobuf" };
        let sent = server.client.post(format!("{}/v1/traces", server.otlp));
        let sent = sent.header("content-type", kind).body(body).send().await.unwrap();
        assert!(sent.status().is_success());
        server.kill();
        let server = Server::start(&data, &[]);
        let trace = server.json(&format!("/api/v1/traces/{}", root(1).trace)).await;
        let back = trace["steps"][1]["attributes"]["gen_ai.tool.call.result"].as_str().unwrap();
        assert!(back == result, "{} bytes came back of {}", back.len(), result.len());
    }
}
