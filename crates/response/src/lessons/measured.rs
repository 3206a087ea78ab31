//! What evals measured, and what swapping one part of the input shows.

use std::collections::BTreeSet;

use incident::ablation::{self, Shown};
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::eval::{Ablation, CaseResult};
use model::lesson::{AblationTold, EvalMeasured, RecurrenceJudged};
use model::{Fact, IncidentId, Interval, MeasureId, Measured};
use serde::{Deserialize, Serialize};

use super::LessonError;
use crate::access::Right;
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

/// What somebody tells of a run of an eval.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredTold {
    /// The eval's name.
    pub eval: String,
    /// Its version.
    pub version: String,
    /// The feature that it is to guard.
    pub feature: Option<String>,
    /// The version of the model that was measured.
    pub model: String,
    /// What else it ran under.
    pub configuration: Option<String>,
    /// The cases.
    pub cases: Vec<CaseResult>,
    /// The largest share of failed trials that still counts as green.
    pub threshold: f64,
    /// Whether only some of the eval's cases were run.
    pub partial: bool,
    /// When it ran; now if not given.
    pub at: Option<Timestamp>,
    /// Where it came from.
    pub source: String,
}

/// An ablation, and what it shows of each level that was swapped in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AblationView {
    /// The trials.
    pub ablation: Ablation,
    /// How much failures fell with each other level, with a 95 % interval; none without trials.
    pub fell: Vec<(String, Option<Interval>)>,
    /// Whether it shows that the prompt alone was the cause.
    pub shows_the_prompt: bool,
}

/// Longest name of an eval, a version, a case, in bytes.
const LONGEST_NAME: usize = 200;

/// Most cases of one run.
const MOST_CASES: usize = 5_000;

/// Most runs of one eval.
const MOST_RUNS: usize = 10_000;

/// Most ablations of one incident.
const MOST_ABLATIONS: usize = 200;

/// Most arms of one ablation.
const MOST_ARMS: usize = 20;

impl Mayday {
    /// Keeps what an eval measured, and opens again what it takes back. Blocking.
    pub fn take_measured(&self, told: MeasuredTold, act: Act) -> Result<Measured, LessonError> {
        let measured = measured(told, act)?;
        let tenant = self.room.tenant.clone();
        let runs = self.house.projections.measures.read().runs(&tenant, &measured.eval).len();
        if runs >= MOST_RUNS {
            let why = format!("{MOST_RUNS} runs of this eval are on record: begin a new name");
            return Err(LessonError::Invalid(why));
        }
        let facts = [Fact::EvalMeasured(EvalMeasured { tenant, measured: measured.clone() })];
        let (stream, expected) = ("evals", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append)?;
        let _alone = self.deciding();
        self.reconsider(&measured, act.by_rule())?;
        Ok(measured)
    }

    /// One run of an eval with its cases, as it stands in the ledger. Blocking.
    pub fn measured(&self, id: &MeasureId) -> Result<Option<Measured>, LessonError> {
        let seq = {
            let measures = self.house.projections.measures.read();
            measures.run(&self.room.tenant, id).map(|(_, run)| run.seq)
        };
        let Some(seq) = seq else { return Ok(None) };
        let entry = self.house.ledger.read(seq, 1)?.into_iter().next();
        Ok(entry.and_then(|entry| match entry.fact {
            Fact::EvalMeasured(told) if told.measured.id == *id => Some(told.measured),
            _ => None,
        }))
    }

    /// Keeps trials with one part swapped, as evidence of an incident. Blocking.
    pub fn tell_ablation(
        &self,
        id: &IncidentId,
        ablation: Ablation,
        act: Act,
    ) -> Result<AblationView, LessonError> {
        self.incident(id)?;
        check(&ablation)?;
        let there = self.ablations(id).len();
        if there >= MOST_ABLATIONS {
            let (of, most) = ("ablations", MOST_ABLATIONS);
            return Err(IncidentError::TooMany { of, most }.into());
        }
        let told = AblationTold { incident: id.clone(), ablation: ablation.clone() };
        self.state(id, Expected::Any, act, &[Fact::AblationTold(told)])?;
        Ok(AblationView::of(ablation))
    }

    /// The ablations of an incident, in the order in which they were told.
    pub fn ablations(&self, id: &IncidentId) -> Vec<AblationView> {
        let lessons = self.house.projections.lessons.read();
        let trials = lessons.of(id).map_or(&[][..], |lesson| &lesson.ablations);
        trials.iter().map(|trials| AblationView::of(trials.ablation.clone())).collect()
    }

    /// A person says whether an incident is an earlier one that came back. Blocking.
    pub fn judge_recurrence(
        &self,
        id: &IncidentId,
        earlier: &IncidentId,
        (recurs, because): (bool, &str),
        act: Act,
    ) -> Result<(), LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let because = grounds(because)?;
        let (later, before) = (self.incident(id)?, self.incident(earlier)?);
        if later.declared_at <= before.declared_at {
            let why = format!("{earlier} was not declared before {id}");
            return Err(LessonError::Invalid(why));
        }
        let (incident, earlier) = (id.clone(), earlier.clone());
        let judged = RecurrenceJudged { incident, earlier, recurs, because };
        self.state(id, Expected::Any, act, &[Fact::RecurrenceJudged(judged)])?;
        Ok(())
    }
}

impl AblationView {
    fn of(ablation: Ablation) -> Self {
        let shown = ablation::shown(&ablation).into_iter();
        let fell = shown.map(|Shown { level, fell }| (level, fell)).collect();
        let shows_the_prompt = ablation::shows_the_prompt([&ablation]);
        Self { ablation, fell, shows_the_prompt }
    }
}

fn measured(told: MeasuredTold, act: Act) -> Result<Measured, LessonError> {
    let invalid = |why: &str| Err(LessonError::Invalid(why.to_owned()));
    let MeasuredTold { eval, version, feature, model, configuration, cases, .. } = told;
    let given = [Some(&eval), Some(&version), Some(&model), feature.as_ref()];
    let names = given.into_iter().chain([configuration.as_ref(), Some(&told.source)]).flatten();
    if !names.chain(cases.iter().map(|one| &one.case)).all(|name| is_name(name)) {
        return invalid("a name of an eval, version, model, feature or case has 1 to 200 bytes");
    }
    if eval.contains('@') {
        return invalid("the name of an eval has no `@`: an item names eval and version by it");
    }
    if cases.is_empty() || cases.len() > MOST_CASES {
        return invalid("a run has 1 to 5000 cases");
    }
    if cases.iter().any(|one| one.k > one.n) {
        return invalid("a case fails at most as often as it is tried");
    }
    let different: BTreeSet<&str> = cases.iter().map(|one| one.case.as_str()).collect();
    if different.len() != cases.len() {
        return invalid("each case is named once, with all its trials");
    }
    if !(0.0..=1.0).contains(&told.threshold) {
        return invalid("`threshold` is a share of failed trials, from 0 to 1");
    }
    let at = told.at.unwrap_or(act.at);
    if at > act.at + jiff::SignedDuration::from_hours(24) {
        return invalid("the run lies in the future");
    }
    let (id, threshold, partial) =
        (MeasureId::from_random(act.random), told.threshold, told.partial);
    let source = told.source;
    Ok(Measured {
        id,
        eval,
        version,
        feature,
        model,
        configuration,
        cases,
        threshold,
        partial,
        at,
        source,
    })
}

fn check(of: &Ablation) -> Result<(), LessonError> {
    let invalid = |why: &str| Err(LessonError::Invalid(why.to_owned()));
    let names = of.arms.iter().map(|arm| &arm.level).chain([&of.part]).chain(&of.source);
    if !names.into_iter().all(|name| is_name(name)) {
        return invalid("a part, a level or a source has 1 to 200 bytes");
    }
    if !(2..=MOST_ARMS).contains(&of.arms.len()) {
        return invalid("an ablation has 2 to 20 arms; the first is the incident's own");
    }
    if of.arms.iter().any(|arm| arm.k > arm.n) {
        return invalid("an arm fails at most as often as it is tried");
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(char::is_control)
}
