//! Taking an export request, by whatever door it comes: admitted, read under a budget, recorded.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use model::Fault;
use response::{Counted, Encoding, Recorded, Right, Signal, Who};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::access::{admit, credentials};
use crate::budget::{Charge, Full};
use crate::forward::{self, Accepted};
use crate::problem::Problem;
use crate::router::Api;
use crate::seat::Seat;

/// How long a request may take to have its turn and to arrive: a sender that stalls must not keep
/// others waiting.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long what is left of a refused body is read.
const PATIENCE_FOR_THE_REST: Duration = Duration::from_secs(5);

/// Bytes of a body that takes long to decode: it is decoded away from the threads that serve.
const LARGE: usize = 256 * 1_024;

/// What is exported, and how it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Export {
    pub(crate) signal: Signal,
    pub(crate) encoding: Encoding,
}

/// A body that was read, with who sent it and the memory it may take.
pub(crate) struct Read {
    pub(crate) who: Who,
    pub(crate) body: Bytes,
    via: String,
    charge: Charge,
}

/// Lets the sender in, waits for a turn, and reads the body unless that is too large or too slow.
pub(crate) async fn read(api: &Api, headers: &HeaderMap, mut body: Body) -> Result<Read, Problem> {
    let reading = tokio::time::timeout(PATIENCE, admitted(api, headers, &mut body)).await;
    let read = reading.unwrap_or_else(|_| Err(too_slow()));
    if read.is_err() {
        let rest = discard(body, api.max_body_bytes);
        _ = tokio::time::timeout(PATIENCE_FOR_THE_REST, rest).await;
    }
    read
}

async fn admitted(api: &Api, headers: &HeaderMap, body: &mut Body) -> Result<Read, Problem> {
    let who = admit(api, Right::Send, credentials(headers))?;
    let most = api.max_body_bytes;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.filter(|length| *length <= most);
    let mut charge = api.budget.enter(length).await.map_err(too_busy)?;
    let mut read = Vec::with_capacity(length.unwrap_or_default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| unreadable())?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > most {
            return Err(too_large(most));
        }
        charge.body(data.len()).await.map_err(too_busy)?;
        read.extend_from_slice(&data);
    }
    Ok(Read { who, body: read.into(), via: forward::via(headers), charge })
}

/// Reads on for as much again, so that a sender that is still writing gets to read the refusal.
async fn discard(mut body: Body, most: usize) {
    let mut left = most;
    while let Some(Ok(frame)) = body.frame().await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

impl Read {
    /// The same request with the message that was in its body, which may have been compressed.
    pub(crate) async fn holding(mut self, message: Bytes) -> Result<Self, Problem> {
        let grown = message.len().saturating_sub(self.body.len());
        self.charge.body(grown).await.map_err(too_busy)?;
        Ok(Self { body: message, ..self })
    }
}

impl Export {
    /// Records what was read; the answer is given once all that is accepted is durable.
    ///
    /// It goes on in a task of its own, so that a sender that goes away can't end it half-way.
    pub(crate) async fn record(self, api: &Api, read: Read) -> Result<Vec<u8>, Problem> {
        let Self { signal, encoding } = self;
        let Read { who, body, via, mut charge } = read;
        let Seat { mayday, at, .. } = Seat::of(api, who).await?;
        let is_large = body.len() > LARGE;
        let outbox = api.forward.clone();
        let record = async move {
            let measured = mayday.measure(signal, &body, encoding)?;
            charge.beside(measured.footprint(), body.len()).await.map_err(too_busy)?;
            let recorded = mayday.record_measured(measured, at).await?;
            if let Some(outbox) = outbox {
                let items = recorded.items();
                outbox.put(Accepted { signal, encoding, body: &body, items, via });
            }
            drop(charge);
            Ok::<_, Problem>(recorded)
        };
        let recorded = match is_large {
            true => {
                let runtime = Handle::current();
                spawn_blocking(move || runtime.block_on(record)).await
            }
            false => tokio::spawn(record).await,
        };
        match recorded {
            Ok(recorded) => {
                let Recorded { rejections, .. } = recorded?;
                Ok(response::otlp_answer(signal, encoding, &rejections))
            }
            Err(_) => Err(Problem::new(Fault::Bug, "recording this request ended unexpectedly")),
        }
    }
}

/// Counts a request that is refused; those that are denied have been counted as such.
pub(crate) fn count_refusal(api: &Api, fault: Fault) {
    if !matches!(fault, Fault::Unauthenticated | Fault::Denied) {
        api.mayday.tally().add(Counted::RequestsRefused, 1);
    }
}

/// The refusal of a body with more bytes than are allowed.
pub(crate) fn too_large(most: usize) -> Problem {
    let detail = format!("the body is larger than {most} bytes: send smaller batches");
    Problem::with_status(StatusCode::PAYLOAD_TOO_LARGE, Fault::Invalid, detail)
}

fn too_slow() -> Problem {
    let status = StatusCode::REQUEST_TIMEOUT;
    Problem::with_status(status, Fault::Timeout, "the body took too long to arrive: send it again")
}

fn too_busy(_: Full) -> Problem {
    Problem::new(Fault::Limited, "too many export requests at once: send again in a second")
}

fn unreadable() -> Problem {
    Problem::new(Fault::Invalid, "the body could not be read: it ended early, or is no valid gzip")
}
