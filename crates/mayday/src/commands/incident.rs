//! `mayday incident`.

use std::process::ExitCode;

use anyhow::Result;
use api::incidents::{AnswerJson, LookJson, ShownJson};
use clap::{Args, Subcommand, ValueEnum};
use model::triage::{Answer, Told};
use model::{AlertId, IncidentId, RunId, SixField, Triage};
use response::{ChangeSuspect, brief, wording};

use crate::commands::moved::Asked;
use crate::door::{Declared, Source};
use crate::world;

/// Declare, list and show incidents.
#[derive(Debug, Subcommand)]
pub(crate) enum Incident {
    /// Declare an incident: the windows, the verdict and the evidence become facts
    Declare(Declare),
    /// List incidents, latest first
    List(List),
    /// Show one incident
    Show(Show),
    /// Answer a question of its triage
    Answer(AnswerOne),
    /// Compare once more; the verdict it was declared with stays
    Look(LookAgain),
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

/// Show one incident.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    incident: IncidentId,

    /// Print it as JSON
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
        incident.triage.iter().for_each(print_triage);
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

impl Show {
    async fn run(self) -> Result<()> {
        let shown = self.source.open().await?.incident(&self.incident).await?;
        if self.json {
            return world::print_json(&shown);
        }
        let ShownJson { incident, suspects, links } = shown;
        let at = wording::moment(incident.declared_at);
        world::print(&format!("{}  {}", incident.id, incident.title));
        world::print(&format!("  declared  {at} by {}", incident.declared_by));
        world::print(&brief(&incident.report).lines().join("\n"));
        for look in &incident.looks {
            world::print(&format!("  {}  {}", wording::moment(look.at), wording::look(look)));
        }
        incident.triage.iter().for_each(print_triage);
        incident.fields.iter().for_each(print_field);
        (1..).zip(&suspects).for_each(|(number, suspect)| print_suspect(number, suspect));
        for link in &links {
            world::print(&format!("  joined    {}: {}", link.what, link.because));
        }
        for evidence in &incident.evidence {
            world::print(&format!("  evidence  {}  {}", evidence.run, evidence.role));
        }
        Ok(())
    }
}

fn print_suspect(number: u32, suspect: &ChangeSuspect) {
    let ChangeSuspect { what, summary, score, .. } = suspect;
    world::print(&format!("  suspect   {number}. {what} ({score:.2}): {summary}"));
    for part in &suspect.parts {
        world::print(&format!("            {:+.2} {}", part.points, part.why));
    }
    for evidence in &suspect.evidence {
        world::print(&format!("            {evidence}"));
    }
}

fn print_field(field: &SixField) {
    let lacks: Vec<&str> = field.gaps.iter().map(|gap| gap.attribute.as_str()).collect();
    let lacks = match lacks.is_empty() {
        true => String::new(),
        false => format!("; record {}", lacks.join(", ")),
    };
    let (title, state) = (field.title.to_lowercase(), field.state.as_str());
    world::print(&format!("  field     {title}: {state}: {}{lacks}", field.why));
}

fn print_triage(triage: &Triage) {
    for row in &triage.rows {
        world::print(&format!("  {:<9} {}: {}", row.stands().as_str(), row.node, row.why));
        for Told { at, by, answer, because } in &row.told {
            let (at, answer) = (wording::moment(*at), answer.as_str());
            world::print(&format!("            {by} said {answer} at {at}: {because}"));
        }
    }
    world::print(&format!("  triage    {}", triage.next));
}
