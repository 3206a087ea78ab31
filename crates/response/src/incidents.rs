//! Incidents: declared with their evidence, listed, and written up.

use std::collections::HashSet;

use flight::RunSet;
use incident::actors::ITSELF;
use incident::evidence::{Candidate, Exposed};
use incident::fields;
use incident::{brief, evidence, postmortem};
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::alert::LinkedToIncident;
use model::incident::{Excerpt, IncidentKind};
use model::report::Mover;
use model::{
    Address, ContentHash, Evidence, Fact, Incident, IncidentId, Level, Outcome, Report, RunId,
    Seen, SixField, StepKind, Window,
};

use crate::access::{Denied, Right, Who};
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
    /// What kind of harm; an event with a run, a rate without, if not given.
    pub kind: Option<IncidentKind>,
    /// What belongs to it from the start.
    pub members: Vec<Member>,
}

/// Something that belongs to an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What: `alr_…`, `sig_…`, `cmp_…`.
    pub what: String,
    /// Why.
    pub because: String,
}

/// Who does it and when, and a number nobody could guess.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Who, as the ledger names them.
    pub by: &'a str,
    /// Who, as access knows them: see [`Act::may`].
    pub who: &'a Who,
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

impl Act<'_> {
    /// The same, with another random number: for the next of several things done in one act.
    pub fn nth(&self, number: u64) -> Self {
        // SplitMix64 (Steele, Lea, Flood 2014): distinct numbers of one stay distinct.
        let z = self.random.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self { random: z ^ (z >> 31), ..*self }
    }
}

/// Most comparisons after the first that are kept of one incident.
const MOST_LOOKS: usize = 100;

/// Longest title kept.
const LONGEST_TITLE: usize = 200;

impl Declaration {
    fn kind(&self) -> IncidentKind {
        let told = if self.run.is_some() { IncidentKind::Event } else { IncidentKind::Rate };
        self.kind.unwrap_or(told)
    }
}

impl Member {
    fn of(&self, incident: &IncidentId) -> Fact {
        let Self { what, because } = self.clone();
        Fact::LinkedToIncident(LinkedToIncident { incident: incident.clone(), what, because })
    }
}

impl Act<'static> {
    /// What Mayday does by itself.
    pub fn by_itself(at: Timestamp, random: u64) -> Self {
        Act { by: ITSELF, who: &Who::Itself, at, random }
    }
}

impl Act<'_> {
    /// The same, done by Mayday itself because of a rule.
    pub(crate) fn by_rule(&self) -> Act<'static> {
        Act::by_itself(self.at, self.random)
    }

    /// Whether whoever acts may do this, which takes more than the door asked for.
    pub fn may(&self, right: Right) -> Result<(), Denied> {
        self.who.may(right)
    }
}

impl Mayday {
    /// Declares an incident: the windows, the verdict and the evidence become facts. Blocking.
    pub fn declare(&self, it: &Declaration, act: Act) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let harmful = it.run.map(|run| self.one_run(run)).transpose()?;
        let feature = harmful.as_ref().map(|(feature, _)| feature.clone());
        let question = Question {
            feature: feature.or_else(|| it.question.feature.clone()),
            ..it.question.clone()
        };
        let report = self.compared_for(it, &question, act.at)?;
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
        let feature = report.feature.clone().or(question.feature);
        let fields = self.fields(&report, feature.as_deref());
        let declared = [
            Fact::IncidentDeclared {
                incident: incident.clone(),
                tenant: self.room.tenant.clone(),
                kind: it.kind(),
                feature,
                title,
                report: Box::new(report),
                run: it.run,
            },
            Fact::EvidenceCited { incident: incident.clone(), evidence: cited },
            Fact::TriageRun { incident: incident.clone(), triage },
            Fact::FieldsFilled { incident: incident.clone(), fields },
        ];
        let joined = it.members.iter().map(|member| member.of(&incident));
        let facts: Vec<Fact> = declared.into_iter().chain(joined).collect();
        self.state(&incident, Expected::Version(0), act, &facts)?;
        if let Err(error) = self.keep_evidence(&self.incident(&incident)?, act) {
            tracing::warn!(%incident, %error, "its evidence is not copied yet: no day goes before");
        }
        self.incident(&incident)
    }

    /// The comparison that a declaration rests on. Harm that was told of by somebody, or of which
    /// there is no run, does not wait for one.
    fn compared_for(
        &self,
        it: &Declaration,
        question: &Question,
        now: Timestamp,
    ) -> Result<Report, MovedError> {
        if it.kind == Some(IncidentKind::Outage) && question.feature.is_none() {
            return Ok(self.nothing_moved(question, now));
        }
        match self.moved(question, now) {
            Err(MovedError::NoSuchFeature(_)) if it.run.is_some() => {
                self.moved(&Question::default(), now)
            }
            Err(MovedError::NoSuchFeature(_)) if it.kind.is_some() => {
                Ok(self.nothing_moved(question, now))
            }
            report => report,
        }
    }

    /// The six fields of a report, with by whom, as far as changes on record tell it.
    fn fields(&self, report: &Report, feature: Option<&str>) -> Vec<SixField> {
        let suites = self.guarding(report.feature.as_deref());
        let catalogue = &self.house.catalogue;
        let mut fields = fields::fill(&fields::form(), report, &suites, catalogue);
        let changes = self.changes_before(report.windows.incident.end);
        fields::attribute(&mut fields, feature, &changes, catalogue);
        fields
    }

    /// Compares the runs once more, between windows found anew or given. What was declared stays:
    /// this is a revision, and says so. Blocking.
    pub fn look_again(
        &self,
        id: &IncidentId,
        windows: Option<(Window, Window)>,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
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
        act.may(Right::Respond)?;
        let document = self.drafted(&self.incident(id)?, act.who, act.at)?;
        let markdown = postmortem::draft(&document, act.at);
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
