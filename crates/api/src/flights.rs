//! `GET /api/v1/flights/export`: flights as lines, sent as they are read.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use http_body_util::channel::{Channel, Sender};
use jiff::Timestamp;
use jiff::civil::Date;
use model::run::Payload;
use model::{Fault, Label, Run, Source, TraceId};
use response::LookError;
use response::export::{Exported, Exporting, Flown};
use response::look::StepView;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::problem::Problem;
use crate::reconstruct::query;
use crate::router::Api;
use crate::seat::Seat;
use crate::traces::{StepJson, step_json};

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The first UTC day of receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Only traces with a run of this feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// How it is written.
    #[serde(default)]
    pub format: Format,
}

/// How flights are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One line of JSON for each step, outcome and run.
    #[default]
    Jsonl,
    /// One OTLP export request in JSON a line.
    Otlp,
}

/// Exports at once: each takes a thread.
const AT_ONCE: usize = 4;

static EXPORTS: Semaphore = Semaphore::const_new(AT_ONCE);

/// Lines that may wait for whoever reads them.
const AHEAD: usize = 16;

/// How long a reader may take over a line.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends everything asked for. Should it fail on the way, the answer breaks off unended.
pub async fn export(
    State(api): State<Api>,
    seat: Seat,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = query(asked)?;
    let turn = EXPORTS.try_acquire().map_err(|_| too_many())?;
    let format = asked.format;
    let exporting = seat.mayday.export(seat.who, asked.exported());
    let (sender, body) = Channel::<Bytes, BrokenOff>::new(AHEAD);
    let lines = Lines { exporting, format, now: api.now };
    tokio::task::spawn_blocking(move || send(lines, sender, turn));
    Ok(([(CONTENT_TYPE, "application/jsonl")], Body::new(body)).into_response())
}

impl Asked {
    /// What the use case needs to know of it.
    pub fn exported(self) -> Exported {
        Exported { from: self.from, to: self.to, feature: self.feature }
    }
}

/// An export, written.
#[derive(Debug)]
pub struct Lines {
    /// What is exported.
    pub exporting: Exporting,
    /// How it is written.
    pub format: Format,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl Lines {
    /// Hands over line after line, each with its end, until there are no more or `take` says stop.
    /// Blocking.
    pub fn each(
        mut self,
        mut take: impl FnMut(String) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, LookError> {
        while let Some(flown) = self.exporting.next((self.now)())? {
            let done = match self.format {
                Format::Jsonl => told(flown).try_for_each(&mut take),
                Format::Otlp => {
                    let requests = response::otlp_requests(&flown.steps);
                    requests.map(|request| request + "\n").try_for_each(&mut take)
                }
            };
            if done.is_break() {
                return Ok(done);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A line of JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Step {
        trace: TraceId,
        source: Source,
        #[serde(flatten)]
        step: StepJson,
    },
    Outcome {
        trace: TraceId,
        #[serde(flatten)]
        label: Label,
    },
    Run {
        trace: TraceId,
        #[serde(flatten)]
        run: Run,
        payload: Option<Payload>,
    },
}

/// A trace in lines: its steps, what was stated about its runs, its runs.
fn told(flown: Flown) -> impl Iterator<Item = String> {
    let Flown { trace, steps, labels, runs, payload } = flown;
    let steps = steps.into_iter().map(move |step| {
        let source = step.source;
        Line::Step { trace, source, step: step_json(StepView::of(step)) }
    });
    let labels = labels.into_iter().map(move |label| Line::Outcome { trace, label });
    let runs = runs.into_iter().map(move |run| Line::Run { trace, run, payload: payload.clone() });
    steps.chain(labels).chain(runs).map(|line| {
        #[expect(clippy::expect_used, reason = "every key is text, every number finite or null")]
        let line = serde_json::to_string(&line).expect("invariant: a line is JSON");
        line + "\n"
    })
}

/// Sends an export to whoever reads it, on a thread of its own; stops when nobody does.
fn send(lines: Lines, mut to: Sender<Bytes, BrokenOff>, _turn: SemaphorePermit<'_>) {
    let runtime = Handle::current();
    let sent = lines.each(|line| {
        let sending = tokio::time::timeout(PATIENCE, to.send_data(line.into()));
        match runtime.block_on(sending) {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(_)) | Err(_) => ControlFlow::Break(()),
        }
    });
    match sent {
        Ok(ControlFlow::Continue(())) => {}
        Ok(ControlFlow::Break(())) => to.abort(BrokenOff),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "an export broke off");
            to.abort(BrokenOff);
        }
    }
}

/// An answer that ends before everything was sent.
#[derive(Debug)]
struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the export broke off")
    }
}

impl std::error::Error for BrokenOff {}

fn too_many() -> Problem {
    Problem::new(Fault::Limited, "too many exports at once: ask again when one has ended")
}
