//! Reading the steps of many runs, those alone that hold what is looked for.

use std::collections::BTreeSet;

use model::{Step, StepKind, TraceId, Window};

use super::LessonError;
use crate::error::IncidentError;
use crate::open::Mayday;

/// Most runs whose steps are read.
const MOST_RUNS: usize = 20_000;

/// Traces read at a time.
const TOGETHER: usize = 256;

impl Mayday {
    /// Hands over the steps of each trace with a step of a kind, of runs that began in a window.
    ///
    /// A trace that can't be read is passed over, as it is where it settles.
    pub(super) fn each_trace_with(
        &self,
        kind: StepKind,
        within: Window,
        mut take: impl FnMut(&[Step]),
    ) -> Result<(), LessonError> {
        let runs = self.runs(within, None).map_err(IncidentError::from)?.runs;
        if runs.len() > MOST_RUNS {
            return Err(LessonError::TooManyRuns(runs.len()));
        }
        let traces: BTreeSet<TraceId> = runs.iter().map(|run| run.id.trace).collect();
        let traces: Vec<TraceId> = traces.into_iter().collect();
        for some in traces.chunks(TOGETHER) {
            let records = self.room.flight.traces(some).map_err(LessonError::Flight)?;
            for (trace, record) in some.iter().zip(records) {
                if record.is_ok_and(|record| record.steps.iter().any(|step| step.kind == kind)) {
                    take(&self.room.flight.steps(*trace).map_err(LessonError::Flight)?);
                }
            }
        }
        Ok(())
    }
}
