//! An incident's bad runs as cases for an eval, anonymised, and as they were, to run them again.
//!
//! A case is what the model of the run's last call had read. Its name is a hash of the anonymised
//! text: whoever has seen a case fail under that name has seen it fail *after* anonymising.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{
    ContentHash, Gone, Incident, IncidentId, Level, Outcome, RunId, Source, SpanId, Step, StepKind,
};
use recorder::redaction::Rules;
use recorder::{Turn, turns, value_json};
use serde::{Deserialize, Serialize};

use super::LessonError;
use crate::access::{Right, Who};
use crate::error::IncidentError;
use crate::open::Mayday;

/// An incident's cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// The incident; runs as it ran give it as their configuration.
    pub incident: IncidentId,
    /// The version of the rules by which cases were anonymised.
    pub rules: String,
    /// The cases, each name once.
    pub cases: Vec<Case>,
    /// Bad runs that make no case, and why.
    pub left_out: Vec<LeftOut>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its name: `case_` and 16 digits of the hash of its turns.
    pub case: String,
    /// The run it is made of.
    pub run: RunId,
    /// The call in it.
    pub step: SpanId,
    /// What the model read, anonymised.
    pub turns: Vec<Turn>,
    /// What was replaced, by the rule that found it, and how often.
    pub replaced: BTreeMap<String, u32>,
    /// What was right, as the document says; none as long as nobody has said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<String>,
    /// What the run ran under, factor by factor.
    pub levels: BTreeMap<String, String>,
}

/// A run that makes no case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The run.
    pub run: RunId,
    /// Why.
    pub why: String,
}

/// A call as it was recorded, to run it again elsewhere. Not anonymised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The incident.
    pub incident: IncidentId,
    /// The run.
    pub run: RunId,
    /// The call.
    pub step: SpanId,
    /// What the run ran under.
    pub levels: BTreeMap<String, String>,
    /// What the model read, turn by turn.
    pub turns: Vec<Turn>,
    /// The call's attributes, content back in place, as JSON.
    pub attributes: BTreeMap<String, serde_json::Value>,
    /// Attributes whose content is not there, and why.
    pub missing: BTreeMap<String, Gone>,
}

/// Most runs that become cases if nobody says.
const MOST: usize = 20;

/// Most runs that become cases.
const MOST_ASKED: usize = 500;

/// A bad run's last call, with what it ran under.
struct Call {
    run: RunId,
    step: Step,
    logs: Vec<Step>,
    levels: BTreeMap<String, String>,
}

impl Mayday {
    /// An incident's bad runs as cases, anonymised; notes who reads them. Blocking.
    pub fn export_cases(
        &self,
        id: &IncidentId,
        most: Option<usize>,
        who: &Who,
        now: Timestamp,
    ) -> Result<Export, LessonError> {
        who.may(Right::Export).map_err(IncidentError::from)?;
        let incident = self.incident(id)?;
        let (calls, mut left_out) = self.calls(&incident, most, who, now)?;
        let rules = self.room.policy.rules();
        let document = self.document(id, who, now)?.document;
        let mut cases: BTreeMap<String, Case> = BTreeMap::new();
        for call in calls {
            let about: Vec<&Step> = call.logs.iter().collect();
            let read = turns(&call.step, &about);
            if read.is_empty() {
                let why = "nothing that its model read is on record".to_owned();
                left_out.push(LeftOut { run: call.run, why });
                continue;
            }
            let (turns, replaced) = anonymised(read, rules);
            let case = name_of(&turns);
            let of_run = document.inferences.iter().filter(|one| {
                let quoted = one.inferred.as_ref().and_then(|it| it.quote().run);
                quoted.is_none_or(|run| run.trace == call.run.trace)
            });
            let mut correct =
                of_run.filter_map(|one| one.correct.as_ref()).map(|it| it.text.clone());
            let correct = correct.rfind(|text| !text.trim().is_empty());
            let (run, step, levels) = (call.run, call.step.span, call.levels);
            let made = Case { case: case.clone(), run, step, turns, replaced, correct, levels };
            cases.entry(case).or_insert(made);
        }
        let cases = cases.into_values().collect();
        Ok(Export { incident: id.clone(), rules: rules.version().to_owned(), cases, left_out })
    }

    /// An incident's bad runs as they were recorded, to run them again; notes who reads. Blocking.
    pub fn export_bundles(
        &self,
        id: &IncidentId,
        most: Option<usize>,
        who: &Who,
        now: Timestamp,
    ) -> Result<Vec<Bundle>, LessonError> {
        who.may(Right::Export).map_err(IncidentError::from)?;
        let incident = self.incident(id)?;
        let (calls, _) = self.calls(&incident, most, who, now)?;
        Ok(calls.into_iter().map(|call| bundle(id, call)).collect())
    }

    /// The last model call of each bad run: those cited first, then the latest others.
    fn calls(
        &self,
        of: &Incident,
        most: Option<usize>,
        who: &Who,
        now: Timestamp,
    ) -> Result<(Vec<Call>, Vec<LeftOut>), LessonError> {
        let most = most.unwrap_or(MOST).min(MOST_ASKED);
        let feature = of.report.feature.as_deref();
        let runs = self.runs(of.report.windows.incident, feature).map_err(IncidentError::from)?;
        let cited = of.evidence.iter().filter(|one| one.outcome == Outcome::Bad);
        let cited = of.run.into_iter().chain(cited.map(|one| one.run));
        let others = runs.runs.iter().rev().filter(|run| run.outcome == Outcome::Bad);
        let mut wanted: Vec<RunId> = Vec::new();
        for run in cited.chain(others.map(|run| run.id)) {
            if wanted.len() < most && !wanted.contains(&run) {
                wanted.push(run);
            }
        }
        let (mut calls, mut left_out) = (Vec::new(), Vec::new());
        for run in wanted {
            let steps = self.room.flight.steps(run.trace).map_err(LessonError::Flight)?;
            if !steps.is_empty() {
                self.house.reads.note(who, &self.room.tenant, run.trace, now);
            }
            let levels = runs.runs.iter().find(|one| one.id == run).map(|one| {
                let levels = one.levels.iter();
                let seen = levels.filter_map(|place| runs.dictionary.get(*place as usize));
                let known = seen.filter_map(|seen| match &seen.level {
                    Level::Is(level) => Some((seen.factor.as_str().to_owned(), level.clone())),
                    Level::NotRecorded => None,
                });
                known.collect()
            });
            match last_call(run, steps, levels.unwrap_or_default()) {
                Some(call) => calls.push(call),
                None => {
                    let why = "no call of a model in it is on record".to_owned();
                    left_out.push(LeftOut { run, why });
                }
            }
        }
        Ok((calls, left_out))
    }
}

fn last_call(run: RunId, steps: Vec<Step>, levels: BTreeMap<String, String>) -> Option<Call> {
    let is_call = |step: &Step| step.kind == StepKind::Model && step.source == Source::Span;
    let place = steps.iter().rposition(is_call)?;
    let (mut logs, mut call) = (Vec::new(), None);
    for (number, step) in steps.into_iter().enumerate() {
        match number == place {
            true => call = Some(step),
            false => logs.push(step),
        }
    }
    let step = call?;
    logs.retain(|log| log.source == Source::Log && log.parent == Some(step.span));
    Some(Call { run, step, logs, levels })
}

fn anonymised(read: Vec<Turn>, rules: &Rules) -> (Vec<Turn>, BTreeMap<String, u32>) {
    let mut replaced: BTreeMap<String, u32> = BTreeMap::new();
    let turns = read.into_iter().map(|turn| match rules.redact(&turn.content) {
        None => turn,
        Some(redacted) => {
            for (rule, times) in redacted.found {
                *replaced.entry(rule).or_default() += times;
            }
            Turn { content: redacted.text, ..turn }
        }
    });
    (turns.collect(), replaced)
}

/// The name of a case: a hash over who says what.
fn name_of(turns: &[Turn]) -> String {
    let said = turns.iter().flat_map(|turn| [&turn.role, &turn.content]);
    let bytes: Vec<u8> = said
        .flat_map(|text| {
            (text.len() as u64).to_be_bytes().into_iter().chain(text.bytes()).collect::<Vec<u8>>()
        })
        .collect();
    format!("case_{}", &ContentHash::of(&bytes).to_string()[..16])
}

fn bundle(of: &IncidentId, call: Call) -> Bundle {
    let about: Vec<&Step> = call.logs.iter().collect();
    let turns = turns(&call.step, &about);
    let plain =
        call.step.attributes.iter().map(|(key, value)| (key.to_string(), value_json(value)));
    let mut attributes: BTreeMap<String, serde_json::Value> = plain.collect();
    let mut missing = BTreeMap::new();
    for field in &call.step.content {
        match field.value() {
            Ok(value) => _ = attributes.insert(field.key.to_string(), value_json(&value)),
            Err(gone) => _ = missing.insert(field.key.to_string(), gone),
        }
    }
    let (run, step, levels) = (call.run, call.step.span, call.levels);
    Bundle { incident: of.clone(), run, step, levels, turns, attributes, missing }
}
