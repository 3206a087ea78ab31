//! Sending on what was accepted: one task, one request after the other, in order of acceptance.
//!
//! A [`Destination`] is where to, from the settings. What it answers decides: success, a refusal
//! for now, after which the request is sent again, or one for good. What was given up, and what is
//! left when the server ends, is lost, counted and told by [`Parcel`].

mod answer;
mod destination;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use api::forward::{Fate, Inbox, Parcel, VIA};
use backon::{ExponentialBuilder, Retryable};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use response::{Encoding, Signal};

use answer::Refusal;
pub(crate) use destination::Destination;

use crate::outward::{self, Outward, Trust};

/// How long a request is tried, from its first attempt on, as the OpenTelemetry Collector does.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// Bytes that are read of an answer.
const ANSWER: usize = 64 * 1_024;

/// Sends requests to a destination.
pub(crate) struct Forwarder {
    destination: Destination,
    client: Outward,
}

impl Forwarder {
    /// Makes ready to send. Over TLS the system's certificates decide whom to trust.
    pub(crate) fn new(destination: Destination) -> Result<Self> {
        let trust = if destination.is_secure() { Trust::System } else { Trust::Nobody };
        let client = outward::client(trust).context("could not forward")?;
        Ok(Self { destination, client })
    }

    /// Sends what comes in, until nothing can come any more.
    pub(crate) async fn run(self, mut inbox: Inbox) {
        while let Some(parcel) = inbox.next().await {
            self.deliver(parcel).await;
        }
    }

    async fn deliver(&self, parcel: Parcel) {
        let since = Instant::now();
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(30))
            .with_jitter()
            .without_max_times();
        let delivered = (|| self.send(&parcel))
            .retry(pauses)
            .when(Refusal::is_for_now)
            .notify(|refusal, pause| {
                tracing::info!(why = answer::causes(refusal), ?pause, "forwarding waits");
                parcel.retried();
            })
            .adjust(|refusal, pause| {
                let pause = pause?.max(refusal.pause());
                (since.elapsed().saturating_add(pause) <= PATIENCE).then_some(pause)
            })
            .await;
        match delivered {
            Ok(()) => parcel.sent(),
            Err(refusal) => parcel.fail(Fate::Failed, &answer::causes(&refusal)),
        }
    }

    async fn send(&self, parcel: &Parcel) -> Result<(), Refusal> {
        let request = self.request(parcel);
        let asked = async {
            let (head, body) = self.client.request(request).await?.into_parts();
            // An answer that is read to its end leaves the connection to the next request.
            _ = Limited::new(body, ANSWER).collect().await;
            Ok(head)
        };
        match tokio::time::timeout(self.destination.timeout, asked).await {
            Err(_) => Err(Refusal::Silent),
            Ok(Err(error)) => Err(Refusal::Broken(error)),
            Ok(Ok(head)) => answer::read(&head),
        }
    }

    fn request(&self, parcel: &Parcel) -> Request<Full<Bytes>> {
        let mut request = Request::post(match parcel.signal {
            Signal::Traces => self.destination.traces.clone(),
            Signal::Logs => self.destination.logs.clone(),
        })
        .body(Full::new(parcel.body.clone()))
        .unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static("mayday"));
        headers.extend(self.destination.headers.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(parcel.encoding)));
        if let Ok(via) = HeaderValue::try_from(&parcel.via) {
            headers.insert(VIA, via);
        }
        request
    }
}

fn media_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    }
}
