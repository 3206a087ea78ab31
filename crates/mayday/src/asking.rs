//! Notices in the background: what follows from them, and asking providers. Status pages are asked
//! whether a hint holds, lists of models for their dates.
//!
//! What is to be asked, [`response`] says; what came goes back there. An answer that is late, too
//! large, or anything but 200 is one that did not come.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use hyper::{Request, StatusCode};
use response::Mayday;
use response::notices::Asking;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::outward::{self, Outward, Trust};
use crate::world;

/// How often it is looked what is to be asked.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Largest answer that is read.
const LARGEST: usize = 4 << 20;

/// Asks what is to be asked, until told to stop.
pub(crate) fn keep_asking(
    mayday: Arc<Mayday>,
    mut stopped: watch::Receiver<bool>,
) -> Result<JoinHandle<()>> {
    let secure = mayday.asks_over_tls();
    let client = outward::client(if secure { Trust::System } else { Trust::Nobody })?;
    Ok(tokio::spawn(async move {
        let mut pause = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                _ = pause.tick() => {}
            }
            for asking in mayday.askings(world::now()) {
                tokio::spawn(ask(Arc::clone(&mayday), client.clone(), asking));
            }
        }
    }))
}

/// Does what follows from notices, whenever one came and every few seconds, until told to stop.
pub(crate) fn keep_noticing(
    mayday: Arc<Mayday>,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let here = Arc::clone(&mayday);
            let keep = move || here.keep_notices(world::now(), world::random());
            if let Ok(Err(error)) = tokio::task::spawn_blocking(keep).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "what follows from notices could not be stated");
            }
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = mayday.wait_for_notice() => {}
            }
        }
    })
}

async fn ask(mayday: Arc<Mayday>, client: Outward, asking: Asking) {
    let answer = tokio::time::timeout(PATIENCE, fetch(&client, &asking)).await;
    let answer = answer.unwrap_or_else(|_| Err("it did not answer in 10 s".to_owned()));
    let take = move || {
        let answer = answer.as_deref().map_err(String::as_str);
        mayday.answered(&asking.channel, answer, world::now(), world::random())
    };
    if let Ok(Err(error)) = tokio::task::spawn_blocking(take).await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, "what a provider answered could not be kept");
    }
}

async fn fetch(client: &Outward, asking: &Asking) -> Result<Bytes, String> {
    let mut request = Request::get(&asking.url)
        .header(USER_AGENT, "mayday")
        .header(ACCEPT, "application/json")
        .body(Full::<Bytes>::default())
        .map_err(|_| "its address can't be asked".to_owned())?;
    if let Some(key) = &asking.key {
        let value = HeaderValue::try_from(format!("Bearer {}", key.reveal()));
        let mut value = value.map_err(|_| "the key can't stand in a header".to_owned())?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let answer = client.request(request).await;
    let answer = answer.map_err(|error| format!("it can't be reached: {error}"))?;
    if answer.status() != StatusCode::OK {
        return Err(format!("it answered {}", answer.status()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    body.map(Collected::to_bytes).map_err(|_| "its answer broke off or is too large".to_owned())
}
