//! What clients could say better: which fields their records miss, and which steps say too little.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};
use model::{RunId, Sketch, SpanId, Step, TraceId, Window};
use recorder::Advice;
use serde::{Deserialize, Serialize};
use watch::{Collector, Coverage};

use crate::error::LookError;
use crate::open::Mayday;
use crate::reconstruct::{logs_about, records, said_of};

/// Something to know of how clients report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about, in a word that stays.
    pub about: String,
    /// What was found.
    pub why: String,
    /// What would help.
    pub help: String,
    /// In how many of the newest steps.
    pub steps: u64,
    /// The newest of them; none of what was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Place>,
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its trace.
    pub trace: TraceId,
    /// The step itself.
    pub span: SpanId,
}

/// Findings told apart at most: they quote what comes from outside.
const MOST_FINDINGS: usize = 1_000;

/// By how much a sender's clock may be ahead without a word.
const CLOCKS_MAY_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Traces looked at at most.
const MOST_LOOKED_AT: usize = 1_000;

impl Mayday {
    /// What is missing of the newest records, by feature and client. Blocking.
    pub fn coverage(&self, feature: Option<&str>) -> Result<Coverage, LookError> {
        let mut collector = Collector::default();
        let traces = match feature {
            Some(feature) => self.newest_of(feature)?,
            None => self.newest()?,
        };
        self.each(traces, |trace, steps| {
            let features = features(trace, steps).into_iter();
            for ((step, record), of) in steps.iter().zip(records(steps)).zip(features) {
                if feature.is_none_or(|wanted| wanted == of) {
                    let expected = recorder::fields_expected(&record);
                    collector.take((&of, &library(step)), &record, &expected);
                }
            }
        })?;
        Ok(collector.done())
    }

    /// What there is to know of the newest steps: why some are not recognised, and what would help;
    /// and of what was refused, or not told apart, since the start. Blocking.
    pub fn doctor(&self, now: Timestamp) -> Result<Vec<Finding>, LookError> {
        let mut found: BTreeMap<(&'static str, String, String), (u64, Place)> = BTreeMap::new();
        self.each(self.newest()?, |trace, steps| {
            let about = logs_about(steps);
            for step in steps {
                let advice = recorder::doctor::advice(step, said_of(&about, step));
                for advice in advice.into_iter().chain(ahead(step, now)) {
                    let key = (advice.about, advice.why, advice.help);
                    if found.len() < MOST_FINDINGS || found.contains_key(&key) {
                        let place = Place { trace, span: step.span };
                        found.entry(key).or_insert((0, place)).0 += 1;
                    }
                }
            }
        })?;
        let found = found.into_iter().map(|((about, why, help), (steps, newest))| Finding {
            about: about.to_owned(),
            why,
            help,
            steps,
            newest: Some(newest),
        });
        let mut found: Vec<Finding> =
            self.refused().into_iter().chain(self.capped()).chain(found).collect();
        found.sort_by_key(|finding| std::cmp::Reverse(finding.steps));
        Ok(found)
    }

    /// What was refused since the start, by reason. The sender was told each time, but who reads
    /// that?
    fn refused(&self) -> Vec<Finding> {
        let refused = self.room.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let finding = |(why, count): (&&'static str, &u64)| {
            let is_other = *why == recorder::NOT_OURS;
            Finding {
                about: if is_other { "other_logs" } else { "refused" }.to_owned(),
                why: format!("refused since the start: {why}"),
                help: match is_other {
                    true => "nothing to do, unless events of an agent are among them",
                    false => "see what is refused in docs/otlp.md; its sender was told each time",
                }
                .to_owned(),
                steps: *count,
                newest: None,
            }
        };
        refused.iter().map(finding).collect()
    }

    /// Levels of runs that are not told apart any more, because there are too many.
    fn capped(&self) -> Option<Finding> {
        let steps = self.room.recent().capped() + self.room.first_seen().capped();
        (steps > 0).then(|| Finding {
            about: "too_many_levels".to_owned(),
            why: "levels of runs, such as names of tools and segments, are too many to be told \
                  apart: they count as not recorded"
                .to_owned(),
            help: "keep ids and dates out of the names of tools, segments, prompts and indexes"
                .to_owned(),
            steps,
            newest: None,
        })
    }

    fn newest(&self) -> Result<Vec<TraceId>, LookError> {
        self.room.flight.newest(MOST_LOOKED_AT).map_err(LookError::Flight)
    }

    /// The traces of a feature's newest runs, however many others came since; and, as a feature's
    /// first traces may not have settled, the newest of all.
    fn newest_of(&self, feature: &str) -> Result<Vec<TraceId>, LookError> {
        let all = Window { start: Timestamp::MIN, end: Timestamp::MAX };
        let runs = self.room.recent().select_what_is_here(all, Some(feature)).runs;
        let mut traces: Vec<TraceId> = runs.iter().rev().map(|run| run.id.trace).collect();
        traces.dedup();
        traces.truncate(MOST_LOOKED_AT);
        if traces.is_empty() { self.newest() } else { Ok(traces) }
    }

    fn each(
        &self,
        traces: Vec<TraceId>,
        mut take: impl FnMut(TraceId, &[Step]),
    ) -> Result<(), LookError> {
        for trace in traces {
            take(trace, &self.room.flight.steps(trace).map_err(LookError::Flight)?);
        }
        Ok(())
    }
}

/// A step that began when its recording had not: by a clock that is ahead.
fn ahead(step: &Step, now: Timestamp) -> Option<Advice> {
    (step.started > now + CLOCKS_MAY_DIFFER).then(|| Advice {
        about: "clock_ahead",
        why: "it says that it begins in the future: the clock of its sender is ahead".to_owned(),
        help: "set the sender's clock: runs are compared by the times that they say".to_owned(),
    })
}

/// The feature of each step: of the run that it belongs to, else what the trace says of itself.
fn features(trace: TraceId, steps: &[Step]) -> Vec<String> {
    let sketches: Vec<Sketch> = steps.iter().map(Step::sketch).collect();
    let runs = watch::assemble(trace, &sketches, &[]);
    let roots: HashMap<SpanId, &str> =
        runs.iter().filter_map(|run| Some((run.id.root?, run.feature.as_str()))).collect();
    let of_trace = runs.iter().find(|run| run.id == RunId { trace, root: None });
    let otherwise = of_trace.map_or_else(|| said_of_all(steps), |run| run.feature.clone());
    let parents: HashMap<SpanId, SpanId> =
        steps.iter().filter_map(|step| Some((step.span, step.parent?))).collect();
    let feature = |step: &Step| {
        let way = std::iter::successors(Some(step.span), |span| parents.get(span).copied());
        let mut way = way.take(steps.len() + 1);
        let own = way.find_map(|span| roots.get(&span).copied());
        own.map_or_else(|| otherwise.clone(), str::to_owned)
    };
    steps.iter().map(feature).collect()
}

fn said_of_all(steps: &[Step]) -> String {
    let named = |pick: fn(&Step) -> &Option<String>| steps.iter().find_map(|s| pick(s).clone());
    named(|step| &step.traits.feature)
        .or_else(|| named(|step| &step.traits.agent))
        .or_else(|| named(|step| &step.traits.service))
        .unwrap_or_else(|| "unnamed".to_owned())
}

/// The library that sent a step.
fn library(step: &Step) -> String {
    let said = |key: &str| {
        let found = step.origin.iter().find(|(name, _)| name == key);
        found.and_then(|(_, value)| value.as_text()).unwrap_or("unnamed")
    };
    format!("{} {}", said("otel.scope.name"), said("otel.scope.version"))
}
