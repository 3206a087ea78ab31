//! Scenarios: nights written down in `scenarios/*.toml`, played against the real server.
//!
//! A step is a request as other tools send it, or a simulator's runs; what it answers can be
//! kept under a name. Afterwards each expectation is asked for. Nothing here knows what a night
//! is about.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::harness::{Server, data_dir, mayday};

/// A night.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Night {
    title: String,
    scenario: String,
    seed: u64,
    start: String,
    step: Vec<Step>,
    expect: Vec<Expect>,
}

/// What somebody or something does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    #[serde(default)]
    play: bool,
    get: Option<String>,
    post: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    signed: bool,
    status: Option<u16>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    #[serde(default)]
    same: BTreeMap<String, String>,
}

/// What must hold when the night is over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    what: String,
    get: Option<String>,
    #[serde(default)]
    is: BTreeMap<String, String>,
    #[serde(default)]
    count: BTreeMap<String, usize>,
    #[serde(default)]
    clocks: BTreeMap<String, String>,
    onset_near: Option<String>,
    #[serde(default)]
    slack: BTreeMap<String, usize>,
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Where a night is played.
struct Stage {
    server: Server,
    now: Timestamp,
    kept: BTreeMap<String, String>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    /// A text with names and times put in.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap();
            filled += before;
            filled += &self.value(name);
            rest = after;
        }
        filled + rest
    }

    fn value(&self, name: &str) -> String {
        if let Some(known) = self.kept.get(name) {
            return known.clone();
        }
        let ago: SignedDuration = name.parse().unwrap_or_else(|_| panic!("nothing kept: {name}"));
        (self.now + ago).to_string()
    }

    async fn step(&mut self, step: &Step, night: &Night) {
        if step.play {
            self.play(night).await;
            return;
        }
        let name = &step.name;
        let path = step.post.as_ref().or(step.get.as_ref()).unwrap();
        let url = format!("{}{}", self.server.http, self.fill(path));
        let began = Timestamp::now();
        let request = match &step.post {
            Some(_) => self.posted(&url, step),
            None => self.server.client.get(&url),
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let said = answer.text().await.unwrap();
        assert_eq!(Some(status), step.status, "{name}: {said}");
        self.kept.insert(name.clone(), began.to_string());
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        let at = |pointer: &str| {
            let found = said.pointer(pointer).and_then(Value::as_str);
            found.unwrap_or_else(|| panic!("{name}: nothing at {pointer} in {said}")).to_owned()
        };
        for (key, pointer) in &step.keep {
            self.kept.insert(key.clone(), at(pointer));
        }
        for (key, pointer) in &step.same {
            assert_eq!(self.kept[key], at(pointer), "{name}");
        }
    }

    fn posted(&self, url: &str, step: &Step) -> reqwest::RequestBuilder {
        let body = self.fill(&step.body);
        let mut request = self.server.client.post(url).header("content-type", "application/json");
        if step.signed {
            let at = Timestamp::now().as_second().to_string();
            let key = BASE64_STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("msg_night.{at}.{body}").as_bytes());
            let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
            request = request
                .header("webhook-id", "msg_night")
                .header("webhook-timestamp", at)
                .header("webhook-signature", format!("v1,{signature}"));
        }
        request.body(body)
    }

    /// Sends the simulator's runs, and waits until they are settled.
    async fn play(&self, night: &Night) {
        let start = self.value(&night.start);
        let otlp = self.server.otlp.clone();
        sim(night, &start, &["--send", &otlp]);
        let name = "mayday_traces_waiting";
        for _ in 0..10_000 {
            if self.server.metric(name).await == 0 {
                return;
            }
        }
        panic!("traces are still waiting");
    }

    async fn expect(&self, expect: &Expect) {
        let what = &expect.what;
        if let Some(path) = &expect.get {
            let said = self.server.json(&self.fill(path)).await;
            for (pointer, wanted) in &expect.is {
                let found = said.pointer(pointer).and_then(Value::as_str);
                assert_eq!(found, Some(&*self.fill(wanted)), "{what}: {said:#}");
            }
            for (pointer, wanted) in &expect.count {
                let found = said.pointer(pointer).and_then(Value::as_array).unwrap();
                assert_eq!(found.len(), *wanted, "{what}: {said:#}");
            }
            self.clocks(expect, &said);
        }
        for (word, wanted) in &expect.slack {
            let count = || {
                let heard = self.heard.lock().unwrap();
                heard.iter().filter(|text| text.contains(word)).count()
            };
            let path = "/api/v1/deliveries";
            self.server.eventually(path, |_| count() >= *wanted).await;
            assert_eq!(count(), *wanted, "{what}: {:?}", self.heard.lock().unwrap());
        }
    }

    /// Clocks against what happened when, to the second.
    fn clocks(&self, expect: &Expect, said: &Value) {
        let what = &expect.what;
        let mark = |name: &str| {
            let marks = said["clocks"]["marks"].as_array().unwrap().iter();
            let mut named = marks.filter(|clock| clock["mark"] == name);
            named.next().unwrap_or_else(|| panic!("{what}: no clock {name}"))["reading"]["at"]
                .clone()
        };
        let time = |value: &Value| -> Timestamp {
            let text = value.as_str().unwrap_or_else(|| panic!("{what}: {value} in {said:#}"));
            text.parse().unwrap()
        };
        for (name, wanted) in &expect.clocks {
            let (found, wanted) = (time(&mark(name)["at"]), self.fill(wanted));
            let wanted: Timestamp = wanted.parse().unwrap();
            let off = found.duration_since(wanted).abs();
            assert!(off <= SignedDuration::from_secs(1), "{what}: {name} {found}, not {wanted}");
        }
        if let Some(wanted) = &expect.onset_near {
            let onset = mark("onset");
            let wanted: Timestamp = self.fill(wanted).parse().unwrap();
            // A range of 90 % misses one time in ten, but not by far.
            let near = SignedDuration::from_mins(10);
            let range = time(&onset["earliest"]) - near..=time(&onset["latest"]) + near;
            assert!(range.contains(&wanted), "{what}: {wanted} is not in {range:?}");
        }
    }
}

/// Runs the simulator; what it says is the truth.
fn sim(night: &Night, start: &str, more: &[&str]) -> Value {
    let seed = night.seed.to_string();
    let mut command = mayday();
    command.args(["sim", "--scenario", &night.scenario, "--seed", &seed, "--start", start]);
    let output = command.args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A receiver that keeps what it is told.
async fn slack() -> (String, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let keeps = Arc::clone(&heard);
    let take = move |body: Bytes| async move {
        keeps.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
        "ok"
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
    (url, heard)
}

/// Settings with a channel of a provider, and Slack.
fn settings(beside: &Path, slack: &str) -> String {
    let file = |name: &str, text: &str| {
        let path = beside.with_file_name(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (secret, slack) = (file("channel.secret", SECRET), file("slack.url", slack));
    let text = format!(
        "[[notices.channel]]\nname = \"openai-hooks\"\nprovider = \"openai\"\n\
         kind = \"api_webhook\"\nformat = \"openai\"\nsecret = \"file:{secret}\"\n\
         owner = {{ team = \"ai\", person = \"ana\" }}\nroute = [\"ops\"]\n\
         expected_max_silence = \"7d\"\n\
         [[out.target]]\nname = \"ops\"\nkind = \"slack\"\nurl = \"file:{slack}\"\n\
         topics = [\"incident.*\"]\npages = false\n"
    );
    file("mayday.toml", &text)
}

/// What a command says of a directory.
fn of_directory(command: &[&str], data: &Path) -> String {
    let output = mayday().args(command).arg("--data-dir").arg(data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_thursday_edit_is_the_first_suspect_of_monday_and_every_clock_is_right() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/thursday-edit.toml");
    let night: Night = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (_guard, data) = data_dir();
    let (url, heard) = slack().await;
    let config = settings(&data, &url);
    let server = Server::start(&data, &["--config", &config]);
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    let mut stage = Stage { server, now, kept: BTreeMap::new(), heard };
    let nowhere = data.with_file_name("spans.jsonl");
    let out = ["--out", nowhere.to_str().unwrap()];
    let truth = sim(&night, &stage.value(&night.start), &out);
    for (name, pointer) in [("onset", "/onset"), ("to", "/truth/to")] {
        let said = truth.pointer(pointer).and_then(Value::as_str).unwrap();
        stage.kept.insert(name.to_owned(), said.to_owned());
    }
    for step in &night.step {
        stage.step(step, &night).await;
    }
    for expect in &night.expect {
        stage.expect(expect).await;
    }
    stage.server.stop();

    let verified = of_directory(&["ledger", "verify"], &data);
    assert!(verified.contains("intact"), "{}: {verified}", night.title);
    let exported = data.with_file_name("ledger.jsonl");
    std::fs::write(&exported, of_directory(&["ledger", "export"], &data)).unwrap();
    let copy = data.with_file_name("copy");
    of_directory(&["ledger", "import", exported.to_str().unwrap()], &copy);
    for command in [["incident", "list"], ["change", "list"], ["alert", "list"], ["notice", "list"]]
    {
        let json = [command[0], command[1], "--json"];
        assert_eq!(of_directory(&json, &data), of_directory(&json, &copy), "{command:?}");
    }
}
