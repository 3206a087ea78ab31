//! Incidents: declared with their evidence, listed, and written up.

use std::collections::HashSet;

use flight::RunSet;
use incident::evidence::{Candidate, Exposed};
use incident::fields;
use incident::{brief, evidence, postmortem};
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::incident::{Excerpt, IncidentKind};
use model::report::Mover;
use model::{
    Address, ContentHash, Evidence, Fact, Incident, IncidentId, Level, Outcome, Report, RunId,
    Seen, StepKind, Window,
};

use crate::error::{IncidentError, MovedError};
use crate::moved::Question;
use crate::open::Mayday;

/// What someone declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declaration {
    /// The comparison it rests on.
    pub question: Question,
    /// The one run that did harm, if it is that kind of incident.
    pub run: Option<RunId>,
    /// One line for lists; made from the report if not given.
    pub title: Option<String>,
}

/// Who does it and when, and a number nobody could guess.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// A fresh random number.
    pub random: u64,
}

/// A postmortem draft as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The document.
    pub markdown: String,
    /// Its hash, as it stands in the ledger.
    pub hash: ContentHash,
}

/// Most comparisons after the first that are kept of one incident.
const MOST_LOOKS: usize = 100;

/// Longest title kept.
const LONGEST_TITLE: usize = 200;

impl Mayday {
    /// Declares an incident: the windows, the verdict and the evidence become facts. Blocking.
    pub fn declare(&self, it: &Declaration, act: Act) -> Result<Incident, IncidentError> {
        let harmful = it.run.map(|run| self.one_run(run)).transpose()?;
        let feature = harmful.as_ref().map(|(feature, _)| feature.clone());
        let question = Question {
            feature: feature.or_else(|| it.question.feature.clone()),
            ..it.question.clone()
        };
        let report = match self.moved(&question, act.at) {
            Err(MovedError::NoSuchFeature(_)) if it.run.is_some() => {
                self.moved(&Question::default(), act.at)?
            }
            report => report?,
        };
        let cited = match &harmful {
            Some((_, evidence)) => vec![evidence.clone()],
            None => self.cited(&report, act.random)?,
        };
        let incident = IncidentId::from_random(act.random);
        let title = match (&it.title, it.run) {
            (Some(title), _) => title.chars().take(LONGEST_TITLE).collect(),
            (None, Some(run)) => format!("one run did harm: {run}"),
            (None, None) => brief::title(&report),
        };
        let triage = match it.run {
            Some(run) => self.triage_of_one(run)?,
            None => self.triage(&report)?,
        };
        let suites = self.guarding(report.feature.as_deref());
        let fields = fields::fill(&fields::form(), &report, &suites, &self.house.catalogue);
        let facts = [
            Fact::IncidentDeclared {
                incident: incident.clone(),
                tenant: self.room.tenant.clone(),
                kind: if it.run.is_some() { IncidentKind::Event } else { IncidentKind::Rate },
                feature: report.feature.clone().or(question.feature),
                title,
                report: Box::new(report),
                run: it.run,
            },
            Fact::EvidenceCited { incident: incident.clone(), evidence: cited },
            Fact::TriageRun { incident: incident.clone(), triage },
            Fact::FieldsFilled { incident: incident.clone(), fields },
        ];
        self.state(&incident, Expected::Version(0), act, &facts)?;
        if let Err(error) = self.keep_evidence(&self.incident(&incident)?, act) {
            tracing::warn!(%incident, %error, "its evidence is not copied yet: no day goes before");
        }
        self.incident(&incident)
    }

    /// Compares the runs once more, between windows found anew or given. What was declared stays:
    /// this is a revision, and says so. Blocking.
    pub fn look_again(
        &self,
        id: &IncidentId,
        windows: Option<(Window, Window)>,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        let incident = self.incident(id)?;
        if incident.looks.len() >= MOST_LOOKS {
            return Err(IncidentError::TooManyLooks(MOST_LOOKS));
        }
        let question = Question { feature: incident.feature, windows };
        let report = Box::new(self.moved(&question, act.at)?);
        self.state(id, Expected::Any, act, &[Fact::LookedAgain { incident: id.clone(), report }])?;
        self.incident(id)
    }

    /// Copies the cited runs with their content, and how the runs of both windows were settled, so
    /// that they outlive their days; then states it.
    pub(crate) fn keep_evidence(&self, of: &Incident, act: Act) -> Result<(), IncidentError> {
        let windows = &of.report.windows;
        let wanted = flight::Wanted {
            traces: of.evidence.iter().map(|evidence| evidence.run.trace).collect(),
            runs: vec![windows.baseline, windows.incident],
        };
        let kept = self.room.flight.keep(of.id.as_str(), &wanted);
        let excerpts = kept.map_err(IncidentError::Flight)?.into_iter().map(|kept| Excerpt {
            day: kept.day,
            head: kept.head,
            steps: kept.steps,
        });
        let (incident, excerpts) = (of.id.clone(), excerpts.collect());
        self.state(&of.id, Expected::Any, act, &[Fact::EvidenceKept { incident, excerpts }])
    }

    /// One incident.
    pub fn incident(&self, id: &IncidentId) -> Result<Incident, IncidentError> {
        let incidents = self.house.incidents();
        let incident = incidents.get(id).filter(|incident| self.is_of(&incident.tenant));
        incident.cloned().ok_or_else(|| IncidentError::NoSuchIncident(id.clone()))
    }

    /// Every incident, latest first.
    pub fn list_incidents(&self) -> Vec<Incident> {
        let incidents = self.house.incidents();
        let latest_first = incidents.latest_first().into_iter();
        latest_first.filter(|incident| self.is_of(&incident.tenant)).cloned().collect()
    }

    /// Writes a postmortem draft and states in the ledger that it was written. Blocking.
    pub fn draft(&self, id: &IncidentId, act: Act) -> Result<Draft, IncidentError> {
        let markdown = postmortem::draft(&self.incident(id)?, act.at);
        let hash = ContentHash::of(markdown.as_bytes());
        let fact = Fact::PostmortemDrafted { incident: id.clone(), hash };
        self.state(id, Expected::Any, act, &[fact])?;
        Ok(Draft { markdown, hash })
    }

    /// Appends facts about an incident, then folds them: in that order, so that what is shown was
    /// stated.
    pub(crate) fn state(
        &self,
        incident: &IncidentId,
        expected: Expected,
        act: Act,
        facts: &[Fact],
    ) -> Result<(), IncidentError> {
        let stream = incident.as_str();
        let append = Append { stream, expected, at: act.at, actor: act.by, facts };
        self.house.state(append).map(|_| ()).map_err(IncidentError::Ledger)
    }

    /// A settled run, as evidence of itself, with its feature.
    fn one_run(&self, id: RunId) -> Result<(String, Evidence), IncidentError> {
        let record = self.room.flight.trace(id.trace).map_err(IncidentError::Flight)?;
        let runs = watch::assemble(id.trace, &record.steps, &record.labels);
        let run = runs.into_iter().find(|run| run.id == id);
        let run = run.ok_or(IncidentError::NoSuchRun(id))?;
        let role = "the run that did harm".to_owned();
        let evidence =
            Evidence { run: id, outcome: run.outcome, role, step: None, content: Vec::new() };
        Ok((run.feature, self.addressed(evidence)?))
    }

    /// The runs that a report rests on.
    fn cited(&self, report: &Report, random: u64) -> Result<Vec<Evidence>, IncidentError> {
        let runs = self.runs(report.windows.incident, report.feature.as_deref())?;
        let candidates = candidates(&runs, report.movers.first());
        let picked = match report.movers.first() {
            Some(mover) => {
                evidence::contrasting(&candidates, &format!("{} = {}", mover.factor, mover.to))
            }
            None => evidence::matched(&candidates, random),
        };
        picked.into_iter().map(|evidence| self.addressed(evidence)).collect()
    }

    /// Adds to a cited run its last model step and the addresses of what that read and wrote.
    fn addressed(&self, evidence: Evidence) -> Result<Evidence, IncidentError> {
        let steps = self.room.flight.steps(evidence.run.trace).map_err(IncidentError::Flight)?;
        let last = steps.iter().rfind(|step| step.kind == StepKind::Model);
        let content = last.iter().flat_map(|step| &step.content);
        let parts = content.flat_map(|field| &field.parts);
        let content: Vec<Address> = parts.filter_map(|part| part.address).collect();
        Ok(Evidence { step: last.map(|step| step.span), content, ..evidence })
    }
}

/// The runs of a window that could be cited.
fn candidates<'a>(runs: &'a RunSet, moved: Option<&Mover>) -> Vec<Candidate<'a>> {
    let is_moved = |seen: &Seen| {
        moved.is_some_and(|mover| {
            let Level::Is(level) = &seen.level else { return false };
            *seen.factor.as_str() == *mover.factor && mover.to.split(" | ").any(|to| to == level)
        })
    };
    let places = runs.dictionary.iter().enumerate().filter(|(_, seen)| is_moved(seen));
    let places: HashSet<u32> = places.map(|(place, _)| place as u32).collect();
    let known = runs.runs.iter().filter(|run| run.outcome != Outcome::Unknown);
    let candidate = known.map(|run| Candidate {
        run: run.id,
        outcome: run.outcome,
        exposed: match run.levels.iter().any(|level| places.contains(level)) {
            true => Exposed::Yes,
            false => Exposed::No,
        },
        levels: &run.levels,
    });
    candidate.collect()
}
