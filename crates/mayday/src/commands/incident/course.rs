//! `mayday incident acknowledge`, `stage`, `severity` and what else goes on in its course.

use anyhow::Result;
use clap::Args;
use model::course::{
    AttemptResult, CauseRole, ClaimAbout, ClaimState, Compensation, Duty, Reversibility,
};
use model::time::SaidTime;
use model::{ChangeId, ClaimId, Incident, IncidentId, RunId, Severity, SpanId, Stage};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::door::Source;
use crate::world;

/// Say that you have seen it. For people.
#[derive(Debug, Args)]
pub(crate) struct Acknowledge {
    /// Which incident
    incident: IncidentId,

    #[command(flatten)]
    source: Source,
}

/// Say that a stage is reached: contained, diagnosing, mitigated, verified, closed or learned.
///
/// Nothing has to be reproduced. `verified` is measured: it waits until enough outcomes since the
/// mitigation are known. Closing is for people.
#[derive(Debug, Args)]
pub(crate) struct StageOne {
    /// Which incident
    incident: IncidentId,

    /// The stage
    #[arg(value_parser = word::<Stage>)]
    stage: Stage,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

/// Say how bad it is. Programs may raise it, only people lower it.
///
/// Give grades of 0 to 3 for what the record can't tell, or a severity. `mayday incident show` says
/// what the record tells.
#[derive(Debug, Args)]
pub(crate) struct SeverityOne {
    /// Which incident
    incident: IncidentId,

    /// sev1 (worst) to sev4, just so
    #[arg(long, value_name = "SEV", value_parser = word::<Severity>)]
    severity: Option<Severity>,

    /// What it does to those it reaches, 0 to 3
    #[arg(long, value_name = "GRADE")]
    harm: Option<u8>,

    /// How many it reaches
    #[arg(long, value_name = "GRADE")]
    spread: Option<u8>,

    /// How hard it is to take back
    #[arg(long, value_name = "GRADE")]
    reversibility: Option<u8>,

    /// Whether it still happens
    #[arg(long, value_name = "GRADE")]
    ongoing: Option<u8>,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

/// Say who leads, investigates, speaks to others or writes down.
#[derive(Debug, Args)]
pub(crate) struct DutyOne {
    /// Which incident
    incident: IncidentId,

    /// lead, investigator, comms or scribe
    #[arg(value_parser = word::<Duty>)]
    duty: Duty,

    /// Who
    who: String,

    #[command(flatten)]
    source: Source,
}

/// Write something down. It is marked as yours, and is no evidence.
#[derive(Debug, Args)]
pub(crate) struct Note {
    /// Which incident
    incident: IncidentId,

    /// What to write
    text: String,

    /// When it happened, with its zone: 2026-11-22T04:07:00+02:00
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// Where it was taken from: slack, a link
    #[arg(long, value_name = "WHERE")]
    from: Option<String>,

    #[command(flatten)]
    source: Source,
}

/// Tell what was tried to stop the harm. Failed attempts count.
#[derive(Debug, Args)]
pub(crate) struct Attempt {
    /// Which incident
    incident: IncidentId,

    /// Through what: a switch, a roll-back, a provider's console, a phone call
    channel: String,

    /// What was done
    what: String,

    /// worked, partly, failed, blocked, worse or unknown
    #[arg(long, value_name = "RESULT", value_parser = word::<AttemptResult>)]
    result: AttemptResult,

    /// When it was done, if that is told later
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    /// The claim with the advice that it followed
    #[arg(long, value_name = "CLAIM")]
    advice: Option<ClaimId>,

    /// The change that it made
    #[arg(long, value_name = "CHANGE")]
    change: Option<ChangeId>,

    #[command(flatten)]
    source: Source,
}

/// Claim a cause, what belongs to it, an impact, a date, or give advice.
///
/// Claims that contradict each other stand side by side.
#[derive(Debug, Args)]
pub(crate) struct Claim {
    /// Which incident
    incident: IncidentId,

    /// cause, membership, impact, date or advice
    #[arg(value_parser = word::<ClaimAbout>)]
    about: ClaimAbout,

    /// What is claimed
    says: String,

    /// Who or what says so, where that is not you
    #[arg(long, value_name = "WHO")]
    from: Option<String>,

    /// Of a cause: caused, activated, amplified, prolonged or masked
    #[arg(long, value_name = "ROLE", value_parser = word::<CauseRole>)]
    role: Option<CauseRole>,

    /// Of a cause: the change or notice on record
    #[arg(long, value_name = "ID")]
    rests_on: Option<String>,

    /// Of a date: which moment, such as onset
    #[arg(long, value_name = "MOMENT")]
    moment: Option<String>,

    /// Of a date: when, with its zone
    #[arg(long, value_name = "TIME")]
    at: Option<String>,

    #[command(flatten)]
    source: Source,
}

/// Say how a claim stands: accepted, disputed or retracted.
#[derive(Debug, Args)]
pub(crate) struct Revise {
    /// Which incident
    incident: IncidentId,

    /// Which claim
    claim: ClaimId,

    /// accepted, disputed, retracted or open
    #[arg(value_parser = word::<ClaimState>)]
    state: ClaimState,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

/// Say of executed actions whether they can be taken back, and how far making up for them has come.
#[derive(Debug, Args)]
pub(crate) struct Actions {
    /// Which incident
    incident: IncidentId,

    /// The tool
    tool: String,

    /// reversible, irreversible, restored or unknown
    #[arg(value_parser = word::<Reversibility>)]
    reversibility: Reversibility,

    /// open, begun, done or not_needed
    #[arg(value_parser = word::<Compensation>)]
    compensation: Compensation,

    /// Only in this run
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,

    /// Only this step
    #[arg(long, value_name = "SPAN", requires = "run")]
    step: Option<SpanId>,

    /// On what ground
    #[arg(long, value_name = "TEXT")]
    because: String,

    #[command(flatten)]
    source: Source,
}

impl Acknowledge {
    pub(crate) async fn run(self) -> Result<()> {
        let incident =
            self.source.open().await?.go_on(&self.incident, "acknowledgements", json!({})).await?;
        for one in &incident.course.acknowledged {
            world::print(&format!("seen by {} at {}", one.by, response::wording::moment(one.at)));
        }
        Ok(())
    }
}

impl StageOne {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({ "stage": self.stage, "because": self.because });
        let incident = self.source.open().await?.go_on(&self.incident, "stages", body).await?;
        world::print(&standing(&incident));
        Ok(())
    }
}

impl SeverityOne {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({
            "severity": self.severity,
            "harm": self.harm,
            "spread": self.spread,
            "reversibility": self.reversibility,
            "ongoing": self.ongoing,
            "because": self.because,
        });
        let incident = self.source.open().await?.go_on(&self.incident, "severities", body).await?;
        world::print(&standing(&incident));
        Ok(())
    }
}

impl DutyOne {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({ "duty": self.duty, "who": self.who });
        let incident = self.source.open().await?.go_on(&self.incident, "duties", body).await?;
        for duty in [Duty::Lead, Duty::Investigator, Duty::Comms, Duty::Scribe] {
            let who = incident.course.on(duty).unwrap_or("nobody");
            world::print(&format!("{:<13}{who}", duty.as_str()));
        }
        Ok(())
    }
}

impl Note {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({ "text": self.text, "said_at": self.at, "source": self.from });
        self.source.open().await?.go_on(&self.incident, "notes", body).await?;
        world::print("noted");
        Ok(())
    }
}

impl Attempt {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({
            "channel": self.channel,
            "what": self.what,
            "result": self.result,
            "done_at": self.at,
            "advice": self.advice,
            "change": self.change,
        });
        let incident = self.source.open().await?.go_on(&self.incident, "attempts", body).await?;
        for tried in &incident.course.attempts {
            let told = &tried.told.what;
            let (channel, what, result) = (&told.channel, &told.what, told.result.as_str());
            world::print(&format!("{}  {channel}: {what}: {result}", told.attempt));
        }
        Ok(())
    }
}

impl Claim {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({
            "about": self.about,
            "says": self.says,
            "source": self.from,
            "role": self.role,
            "rests_on": self.rests_on,
            "moment": self.moment,
            "when": self.at,
        });
        let incident = self.source.open().await?.go_on(&self.incident, "claims", body).await?;
        print_claims(&incident);
        Ok(())
    }
}

impl Revise {
    pub(crate) async fn run(self) -> Result<()> {
        let act = format!("claims/{}/revisions", self.claim);
        let body = json!({ "state": self.state, "because": self.because });
        let incident = self.source.open().await?.go_on(&self.incident, &act, body).await?;
        print_claims(&incident);
        Ok(())
    }
}

impl Actions {
    pub(crate) async fn run(self) -> Result<()> {
        let body = json!({
            "tool": self.tool,
            "reversibility": self.reversibility,
            "compensation": self.compensation,
            "run": self.run,
            "step": self.step,
            "because": self.because,
        });
        let incident = self.source.open().await?.go_on(&self.incident, "actions", body).await?;
        for said in &incident.course.actions {
            let what = &said.what;
            let (can, made) = (what.reversibility.as_str(), what.compensation.as_str());
            world::print(&format!("{}: {can}, made up for: {made}", what.tool));
        }
        Ok(())
    }
}

/// How an incident stands, in a line.
pub(super) fn standing(incident: &Incident) -> String {
    let severity = incident.course.severity();
    let severity = severity.as_ref().map_or("no severity stated".to_owned(), ToString::to_string);
    format!("{}  {}  {severity}", incident.id, incident.course.stage())
}

/// Every claim, with how it stands.
pub(super) fn print_claims(incident: &Incident) {
    for claim in &incident.course.claims {
        let made = &claim.made.what;
        let (about, says) = (made.about.as_str(), &made.says);
        let role = made.role.map_or(String::new(), |role| format!(" {}", role.as_str()));
        let on = made.rests_on.as_ref().map_or(String::new(), |on| format!(", on {on}"));
        let when = made.when.as_ref().map_or(String::new(), told);
        let (state, source) = (claim.state().as_str(), claim.source());
        world::print(&format!(
            "  claim     {}  {about}{role}: {says}{when}{on}; {source}: {state}",
            made.claim
        ));
    }
}

fn told(when: &SaidTime) -> String {
    let zone = when.zone.as_ref().map_or(String::new(), |zone| format!(" (told in {zone})"));
    format!(" {}{zone}", response::wording::moment(when.at))
}

/// A word as JSON has it.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.to_lowercase())).map_err(|error| error.to_string())
}
