//! `mayday incident`.

mod course;
mod recurs;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use api::incidents::{AnswerJson, LookJson};
use clap::{Args, Subcommand, ValueEnum};
use model::triage::Answer;
use model::{AlertId, IncidentId, RunId};
use response::{brief, wording};

use crate::commands::moved::Asked;
use crate::door::{Declared, Source};
use crate::world;

/// Declare incidents, show them, and say how they go on.
#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Declare an incident: the windows, the verdict and the evidence become facts
    Declare(Declare),
    /// List incidents, latest first
    List(List),
    /// Show one incident
    Show(show::Show),
    /// Answer a question of its triage
    Answer(AnswerOne),
    /// Compare once more; the verdict it was declared with stays
    Look(LookAgain),
    Acknowledge(course::Acknowledge),
    Stage(course::StageOne),
    Severity(course::SeverityOne),
    Duty(course::DutyOne),
    Note(course::Note),
    Attempt(course::Attempt),
    Claim(course::Claim),
    Revise(course::Revise),
    Actions(course::Actions),
    Recurs(recurs::Recurs),
}

/// Declare an incident.
#[derive(Debug, Args)]
pub(crate) struct Declare {
    #[command(flatten)]
    asked: Asked,

    /// The one run that did harm; then no rate is waited for
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,

    /// The alert that it is declared from; there may be no run of what it is about
    #[arg(long, value_name = "ALERT", conflicts_with = "run")]
    alert: Option<AlertId>,

    /// One line for lists; made from the verdict if not given
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Print the incident as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// List incidents.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Answer a question of an incident's triage. The last answer of a person stands.
#[derive(Debug, Args)]
pub(crate) struct AnswerOne {
    /// Which incident
    incident: IncidentId,

    /// The node of the triage, as `mayday incident show` names it
    node: String,

    /// The answer
    #[arg(value_enum)]
    answer: Word,

    /// On what ground: nothing is clean or drifted without evidence
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

/// Compare an incident's runs once more. Windows chosen by hand are marked exploratory.
#[derive(Debug, Args)]
pub(crate) struct LookAgain {
    /// Which incident
    incident: IncidentId,

    /// When all was well: START..END; without both, the last day is cut anew
    #[arg(long = "baseline", value_name = "A..B", requires = "during")]
    before: Option<String>,

    /// When it was not
    #[arg(long = "incident", id = "during", value_name = "C..D", requires = "before")]
    during: Option<String>,

    #[command(flatten)]
    source: Source,
}

/// An answer, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Word {
    Drifted,
    Clean,
    Unknown,
}

impl From<Word> for Answer {
    fn from(word: Word) -> Self {
        match word {
            Word::Drifted => Answer::Drifted,
            Word::Clean => Answer::Clean,
            Word::Unknown => Answer::Unknown,
        }
    }
}

impl Incident {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Incident::Declare(command) => command.run().await?,
            Incident::List(command) => command.run().await?,
            Incident::Show(command) => command.run().await?,
            Incident::Answer(command) => command.run().await?,
            Incident::Look(command) => command.run().await?,
            Incident::Acknowledge(command) => command.run().await?,
            Incident::Stage(command) => command.run().await?,
            Incident::Severity(command) => command.run().await?,
            Incident::Duty(command) => command.run().await?,
            Incident::Note(command) => command.run().await?,
            Incident::Attempt(command) => command.run().await?,
            Incident::Claim(command) => command.run().await?,
            Incident::Revise(command) => command.run().await?,
            Incident::Actions(command) => command.run().await?,
            Incident::Recurs(command) => command.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Declare {
    async fn run(self) -> Result<()> {
        let question = self.asked.question()?;
        let door = self.source.open().await?;
        let declared = Declared { question, run: self.run, alert: self.alert, title: self.title };
        let incident = door.declare(declared).await?;
        if self.json {
            return world::print_json(&incident);
        }
        world::print(&format!("{}  {}", incident.id, incident.title));
        world::print(&format!("next: mayday postmortem draft {}", incident.id));
        Ok(())
    }
}

impl AnswerOne {
    async fn run(self) -> Result<()> {
        let AnswerOne { incident, node, answer, because, source } = self;
        let answer = AnswerJson { node, answer: answer.into(), because, by: None };
        let incident = source.open().await?.answer(&incident, answer).await?;
        incident.triage.iter().for_each(show::print_triage);
        Ok(())
    }
}

impl LookAgain {
    async fn run(self) -> Result<()> {
        let LookAgain { incident, before: baseline, during, source } = self;
        let it = LookJson { baseline, incident: during, by: None };
        let incident = source.open().await?.look_again(&incident, it).await?;
        if let Some(look) = incident.looks.last() {
            world::print(&wording::look(look));
            world::print(&brief(&look.report).lines().join("\n"));
        }
        Ok(())
    }
}

impl List {
    async fn run(self) -> Result<()> {
        let incidents = self.source.open().await?.incidents().await?;
        if self.json {
            return world::print_json(&incidents);
        }
        if incidents.is_empty() {
            world::print("no incident was declared");
        }
        for incident in incidents {
            let (id, at) = (&incident.id, wording::moment(incident.declared_at));
            world::print(&format!("{id}  {at}  {}", incident.title));
        }
        Ok(())
    }
}
