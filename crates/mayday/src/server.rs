//! The server: two listeners, one reconciler, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::{Api, Hosts};
use response::Mayday;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::world;

/// How many export requests are read at once: bounds the memory of bodies.
const READING: usize = 16;

/// How long requests under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A running server.
pub(crate) struct Server {
    /// Where OTLP is taken.
    pub(crate) otlp: SocketAddr,
    /// Where everything else is.
    pub(crate) http: SocketAddr,
    stop: watch::Sender<bool>,
    serving: Vec<JoinHandle<std::io::Result<()>>>,
    settling: JoinHandle<()>,
}

impl Server {
    /// Binds both addresses and starts to serve.
    pub(crate) async fn start(mayday: Arc<Mayday>, config: &Config) -> Result<Self> {
        let otlp = bind(&config.listen.otlp).await?;
        let http = bind(&config.listen.http).await?;
        let api = Api {
            mayday: Arc::clone(&mayday),
            now: world::now,
            random: world::random,
            max_body_bytes: config.record.max_body_bytes,
            reading: Arc::new(Semaphore::new(READING)),
        };
        let addresses = [otlp.local_addr()?, http.local_addr()?];
        let remote = addresses.iter().find(|address| !address.ip().is_loopback());
        if let (Some(remote), false) = (remote, config.listen.allow_remote) {
            anyhow::bail!(
                "{remote} can be reached from other machines, and no key is asked for: listen on \
                 127.0.0.1, or set allow_remote = true behind a proxy that lets in who may"
            );
        }
        let bound = addresses.iter().map(|address| host_name(*address));
        let hosts = Hosts::loopback_and(bound.chain(config.listen.allowed_hosts.iter().cloned()));
        let pages = web::router(Arc::clone(&mayday), world::now);
        let (stop, stopped) = watch::channel(false);
        let serving = vec![
            api::serve(otlp, api::otlp(api.clone(), hosts.clone()), told(stopped.clone())),
            api::serve(http, api::http(api, hosts, pages), told(stopped.clone())),
        ];
        let [otlp, http] = addresses;
        Ok(Self { otlp, http, stop, serving, settling: keep_settling(mayday, stopped) })
    }

    /// Where the pages are.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Takes no more requests, and waits for those under way.
    pub(crate) async fn stop(self) {
        _ = self.stop.send(true);
        for task in self.serving {
            if tokio::time::timeout(GRACE, task).await.is_err() {
                tracing::warn!("requests under way were cut off after {} s", GRACE.as_secs());
            }
        }
        _ = tokio::time::timeout(GRACE, self.settling).await;
    }
}

async fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "could not listen on {address}: choose other addresses with --otlp and --http, port 0 \
             takes a free one"
        )
    })
}

/// The address as a name in a Host header, without port.
fn host_name(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    _ = stopped.wait_for(|stop| *stop).await;
}

/// Settles on a thread of its own, because it reads from disk, until told to stop.
fn keep_settling(mayday: Arc<Mayday>, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    () = told(stopped.clone()) => return,
                    () = mayday.settle_next(world::now) => {}
                }
            }
        });
    })
}
