//! `mayday reconstruct`, `mayday diff`, `mayday coverage` and `mayday doctor`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use model::record::Why;
use response::{Coverage, Diff, Finding, MOST_FOUND, Place};
use serde_json::Value;

use crate::door::Source;
use crate::world;

/// Show everything on record that fed a decision, and what is missing of it.
///
/// Of a step: those above it and all that had ended when it began. Of a run: all of it.
#[derive(Debug, Args)]
pub(crate) struct Reconstruct {
    /// A run (run_…), a trace id, a step as TRACE/SPAN, or pivot:KIND=VALUE
    of: String,

    /// Print all of it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Say how two decisions differ, by part of what fed them.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// One: a run (run_…), a trace id, or a step as TRACE/SPAN
    a: String,

    /// The other
    b: String,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Say which fields the newest records miss, by feature and client, and what would fill them.
///
/// With --least it is a gate: exit status 1 if a client's records are less complete than that, or
/// if there is no record to judge by.
#[derive(Debug, Args)]
pub(crate) struct Cover {
    /// Look at this feature alone
    #[arg(long)]
    feature: Option<String>,

    /// Fail if any client's records are less complete, from 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    least: Option<f64>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Say which of the newest spans were not recognised, or say less than they could, and what helps.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Reconstruct {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let door = self.source.open().await?;
        let found: Vec<Value> = door.get("/api/v1/reconstruct", &[("of", &self.of)]).await?;
        if self.json {
            world::print_json(&found)?;
        } else if found.is_empty() {
            world::print("nothing on record is named so");
        }
        if !self.json {
            found.iter().for_each(print_reconstruction);
        }
        if found.len() >= MOST_FOUND {
            world::tell(&format!("these are the {MOST_FOUND} newest: there may be more"));
        }
        Ok(if found.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// Most characters shown of one text; all of it is in the JSON.
const SHOWN: usize = 240;

fn print_reconstruction(found: &Value) {
    let list = |key: &str| found[key].as_array().cloned().unwrap_or_default();
    let (steps, missing) = (list("steps"), list("missing"));
    let complete = found["complete"].as_f64().unwrap_or_default();
    world::print(&format!(
        "trace {}: {} steps, {:.0} % of their fields on record, {} missing",
        text(&found["trace"]),
        steps.len(),
        100.0 * complete,
        missing.len()
    ));
    steps.iter().enumerate().for_each(|(number, step)| print_step(number, step));
    print_missing(&missing);
    for dropped in list("dropped") {
        let (span, segments) = (text(&dropped["span"]), &dropped["segments"]);
        world::print(&format!("  dropped from the context at {span}: {segments}"));
    }
    for intent in list("open_intents") {
        let (action, at) = (text(&intent["action"]), text(&intent["at"]));
        world::print(&format!("  announced at {at} and without a result: {action}"));
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("–").chars().map(visible).collect()
}

/// A step in a line, and below it what was sent with it.
fn print_step(number: usize, step: &Value) {
    let model = &step["record"]["model"];
    let (requested, served) = (text(&model["requested"]), text(&model["served"]));
    let models =
        if model.is_object() { format!("  {requested} → {served}") } else { String::new() };
    let (at, kind, span) = (text(&step["started"]), text(&step["kind"]), text(&step["span"]));
    let name = text(&step["name"]);
    world::print(&format!("  {number:>3}  {at}  {kind:<10} {span}  {name}{models}"));
    for (key, value) in step["attributes"].as_object().into_iter().flatten() {
        world::print(&format!("         {key}: {}", shortened(value)));
    }
    for (key, why) in step["not_kept"].as_object().into_iter().flatten() {
        world::print(&format!("         {key}: not there, {}", text(why)));
    }
}

/// A value on one line, with what is left out told.
fn shortened(value: &Value) -> String {
    let whole = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line: String = whole.chars().take(SHOWN).map(visible).collect();
    match whole.chars().count() {
        shown if shown <= SHOWN => line,
        all => format!("{line} … ({} characters more, --json shows them)", all - SHOWN),
    }
}

/// What comes from outside can't move the cursor or colour the screen.
fn visible(character: char) -> char {
    if character.is_control() { '·' } else { character }
}

/// Fields that are missing, each once, with the steps that lack it.
fn print_missing(missing: &[Value]) {
    let mut fields: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for gap in missing {
        let why = serde_json::from_value(gap["why"].clone()).unwrap_or(Why::NotSent);
        let field = (text(&gap["field"]), what_helps(why, &text(&gap["attribute"])));
        fields.entry(field).or_default().push(text(&gap["span"]));
    }
    for ((field, helps), spans) in fields {
        let places = match spans.as_slice() {
            [span] => format!("at {span}"),
            spans => format!("at {} steps", spans.len()),
        };
        world::print(&format!("  missing {field} {places}: {helps}"));
    }
}

impl Compare {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let door = self.source.open().await?;
        let query = [("a", &self.a), ("b", &self.b)];
        let diff: Diff = door.get("/api/v1/diff", &query).await?;
        if self.json {
            world::print_json(&diff)?;
            return Ok(ExitCode::SUCCESS);
        }
        for part in &diff.parts {
            world::print(&format!("{:<11} {:?}", part.part, part.verdict));
            for field in &part.fields {
                let side = |value: &Option<Value>| {
                    value.as_ref().map_or("not recorded".into(), Value::to_string)
                };
                let (a, b) = (side(&field.a), side(&field.b));
                world::print(&format!("              {}: {a} → {b}", field.field));
            }
        }
        for text in &diff.texts {
            world::print(&format!(
                "text        {}: {} alike, {} only in the first, {} only in the second, from {} on",
                text.attribute, text.same, text.only_a, text.only_b, text.first
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Cover {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let door = self.source.open().await?;
        let query: Vec<(&str, &String)> = self.feature.iter().map(|f| ("feature", f)).collect();
        let coverage: Coverage = door.get("/api/v1/coverage", &query).await?;
        let clients = &coverage.clients;
        let holds = self.least.is_none_or(|least| {
            !clients.is_empty() && clients.iter().all(|client| client.complete >= least)
        });
        if self.json {
            world::print_json(&coverage)?;
        } else {
            print_coverage(&coverage);
        }
        Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Reads a share, from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is no share: write one from 0 to 1, such as 0.9"))
}

fn print_coverage(coverage: &Coverage) {
    world::print(&format!("{} records looked at", coverage.records));
    for client in &coverage.clients {
        world::print(&format!(
            "{}, {}: {:.0} % complete (n {})",
            client.feature,
            client.client,
            100.0 * client.complete,
            client.records
        ));
        for gap in &client.missing {
            world::print(&format!(
                "  {} missing in {} of {} [{:.0}–{:.0} %]: {}",
                gap.field,
                gap.missing,
                gap.of,
                100.0 * gap.low,
                100.0 * gap.high,
                what_helps(gap.why, &gap.attribute)
            ));
        }
    }
}

/// What would fill a field.
fn what_helps(why: Why, attribute: &str) -> String {
    match why {
        Why::NotSent => format!("send {attribute}"),
        Why::NotReadable => format!("{attribute}, or what stands for it, came and is no JSON"),
        Why::Elsewhere => format!("kept elsewhere by the client; send {attribute}"),
        Why::Gone(gone) => format!("it came, and is not there: {}", gone.as_str()),
    }
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let door = self.source.open().await?;
        let findings: Vec<Finding> = door.get("/api/v1/doctor", &[]).await?;
        if self.json {
            world::print_json(&findings)?;
            return Ok(ExitCode::SUCCESS);
        }
        if findings.is_empty() {
            world::print("nothing to say: the newest spans are recognised and say what they could");
        }
        for finding in findings {
            world::print(&format!("{} steps: {}", finding.steps, finding.why));
            world::print(&format!("    {}", finding.help));
            if let Some(Place { trace, span }) = finding.newest {
                world::print(&format!("    the newest: {trace}/{span}"));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
