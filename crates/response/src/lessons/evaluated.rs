//! What evaluation events in flights amount to, as one run of an eval.
//!
//! A runner that tells of its trials by OpenTelemetry sends a `gen_ai.evaluation.result` for each,
//! with the eval's name and, in `mayday.eval.case`, the case's. Nothing is left out in silence: an
//! event that names no case, or says neither good nor bad, and nothing is counted.

use std::collections::BTreeMap;

use model::eval::CaseResult;
use model::{Outcome, Step, StepKind, Value, Window};

use super::LessonError;
use crate::open::Mayday;

/// The attribute that names the case of an evaluation event.
const CASE: &str = "mayday.eval.case";

impl Mayday {
    /// The cases of an eval, by the evaluation events of runs that began in a window. Blocking.
    pub fn evaluated(&self, eval: &str, within: Window) -> Result<Vec<CaseResult>, LessonError> {
        let mut counts = Counts::default();
        self.each_trace_with(StepKind::Evaluation, within, |steps| {
            steps.iter().for_each(|step| counts.take(eval, step));
        })?;
        counts.done(eval)
    }
}

#[derive(Default)]
struct Counts {
    cases: BTreeMap<String, (u32, u32)>,
    nameless: u64,
    unsaid: u64,
}

impl Counts {
    fn take(&mut self, eval: &str, step: &Step) {
        if step.kind != StepKind::Evaluation {
            return;
        }
        let record = recorder::read_record(step);
        let of = record.evaluations.iter().filter(|one| one.name.as_deref() == Some(eval));
        for evaluation in of {
            let said = evaluation.label.as_deref().and_then(recorder::outcome_of);
            match (text(step, CASE), said) {
                (None, _) => self.nameless += 1,
                (_, None | Some(Outcome::Unknown)) => self.unsaid += 1,
                (Some(case), Some(outcome)) => {
                    let (n, k) = self.cases.entry(case).or_default();
                    *n += 1;
                    *k += u32::from(outcome == Outcome::Bad);
                }
            }
        }
    }

    fn done(self, eval: &str) -> Result<Vec<CaseResult>, LessonError> {
        let Self { cases, nameless, unsaid } = self;
        if nameless + unsaid > 0 {
            return Err(LessonError::Invalid(format!(
                "of the evaluation events of `{eval}` in that time, {nameless} name no case in \
                 `{CASE}` and {unsaid} say neither good nor bad: nothing is counted"
            )));
        }
        if cases.is_empty() {
            let why = format!("there is no evaluation event of `{eval}` in runs of that time");
            return Err(LessonError::Invalid(why));
        }
        Ok(cases.into_iter().map(|(case, (n, k))| CaseResult { case, n, k }).collect())
    }
}

/// The text of an attribute, wherever it is kept.
fn text(step: &Step, key: &str) -> Option<String> {
    let plain = step.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value);
    let kept = || step.content.iter().find(|field| field.key == key)?.value().ok();
    plain.cloned().or_else(kept).as_ref().and_then(Value::as_text).map(str::to_owned)
}
