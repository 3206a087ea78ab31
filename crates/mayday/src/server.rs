//! The server: three listeners, one reconciler, and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::forward::Outbox;
use api::{Api, Budget, Hosts};
use response::{Mayday, Right, Unkeyed};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web::{Reached, Site};

use crate::asking;
use crate::config::{Config, Listen, RequireKeys};
use crate::delivering::keep_delivering;
use crate::forward::Forwarder;
use crate::tls::Certificate;
use crate::world;

/// How long requests under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long what waits to be forwarded may take then.
const FORWARDING_GRACE: Duration = Duration::from_secs(5);

/// How often it is stated who read payload: what a crash may lose of that.
const STATE_READS: (Duration, &str) =
    (Duration::from_secs(5 * 60), "could not state who read payload, which stays counted");

/// How often what came of late is weighed, and what flights show is stated.
const WEIGH: (Duration, &str) = (Duration::from_secs(2), "what flights show could not be stated");

/// How often days are closed and the room on the disk looked at.
const KEEP_HOUSE: (Duration, &str) =
    (Duration::from_secs(10), "days could not be closed or deleted");

/// How often action items are looked at whose threshold may be due again.
const RECONSIDER: (Duration, &str) =
    (Duration::from_secs(10 * 60), "thresholds could not be looked at");

/// A running server.
pub(crate) struct Server {
    /// `https` if it speaks TLS, else `http`.
    pub(crate) scheme: &'static str,
    /// Where OTLP is taken over HTTP.
    pub(crate) otlp: SocketAddr,
    /// Where OTLP is taken over gRPC.
    pub(crate) grpc: SocketAddr,
    /// Where everything else is.
    pub(crate) http: SocketAddr,
    mayday: Arc<Mayday>,
    stop: watch::Sender<bool>,
    serving: Vec<JoinHandle<()>>,
    forwarding: Option<JoinHandle<()>>,
    settling: JoinHandle<()>,
    keeping: [JoinHandle<()>; 4],
    delivering: Vec<JoinHandle<()>>,
    noticing: [JoinHandle<()>; 2],
}

impl Server {
    /// Binds the addresses and starts to serve.
    pub(crate) async fn start(mayday: Arc<Mayday>, config: &Config) -> Result<Self> {
        let certificate =
            Certificate::read(&config.listen.tls_certificate, &config.listen.tls_key)?;
        let tls = certificate.as_ref().map(Certificate::config).transpose()?;
        let otlp = bind(&config.listen.otlp).await?;
        let grpc = bind(&config.listen.grpc).await?;
        let http = bind(&config.listen.http).await?;
        let addresses = [otlp.local_addr()?, grpc.local_addr()?, http.local_addr()?];
        for (address, right) in addresses.into_iter().zip([Right::Send, Right::Send, Right::Look]) {
            refuse_if_unguarded(&mayday, address, right)?;
        }
        warn_of_the_clear(&config.listen, &addresses);
        let (forward, forwarding) = keep_forwarding(config, &addresses).await?.unzip();
        let api = Api { forward, ..api(&mayday, config, Unkeyed::Nobody) };
        let [otlp_api, grpc_api, http_api] = addresses.map(|address| Api {
            unkeyed: unkeyed(address, config.listen.require_keys),
            ..api.clone()
        });
        let bound = addresses.iter().map(|address| host_name(*address));
        let hosts = Hosts::loopback_and(bound.chain(config.listen.allowed_hosts.iter().cloned()));
        let pages = web::router(site(&http_api, &config.listen));
        let (stop, stopped) = watch::channel(false);
        let serve =
            |listener, router| api::serve(listener, router, tls.clone(), told(stopped.clone()));
        let mut serving = vec![
            serve(otlp, api::otlp(otlp_api, hosts.clone())),
            serve(grpc, api::otlp(grpc_api, hosts.clone())),
            serve(http, api::http(http_api, hosts, pages)),
        ];
        if let Some(certificate) = certificate {
            serving.push(certificate.keep_reading(stopped.clone())?);
        }
        let [otlp, grpc, http] = addresses;
        let keeping = [
            keep_doing(&mayday, &stopped, KEEP_HOUSE, |it| it.keep_house(world::now())),
            keep_doing(&mayday, &stopped, WEIGH, weigh),
            // What is left of these at the end is stated when the last holder of `mayday` is gone.
            keep_doing(&mayday, &stopped, STATE_READS, |it| it.state_reads(world::now())),
            keep_doing(&mayday, &stopped, RECONSIDER, |it| {
                it.look_at_all_thresholds(world::now(), world::random())
            }),
        ];
        let delivering = keep_delivering(&mayday, &stopped)?;
        let noticing = [
            asking::keep_asking(Arc::clone(&mayday), stopped.clone())?,
            asking::keep_noticing(Arc::clone(&mayday), stopped.clone()),
        ];
        let settling = keep_settling(Arc::clone(&mayday), stopped);
        let scheme = if tls.is_some() { "https" } else { "http" };
        Ok(Self {
            scheme,
            otlp,
            grpc,
            http,
            mayday,
            stop,
            serving,
            forwarding,
            settling,
            keeping,
            delivering,
            noticing,
        })
    }

    /// Where the pages are.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.http)
    }

    /// Takes no more requests, and waits for those under way.
    pub(crate) async fn stop(self) {
        _ = self.stop.send(true);
        self.mayday.stop_waiting();
        for task in self.serving {
            if tokio::time::timeout(GRACE, task).await.is_err() {
                tracing::warn!("requests under way were cut off after {} s", GRACE.as_secs());
            }
        }
        if let Some(mut forwarding) = self.forwarding
            && tokio::time::timeout(FORWARDING_GRACE, &mut forwarding).await.is_err()
        {
            // What was not sent by now is lost; each request tells so when it is dropped.
            forwarding.abort();
            _ = forwarding.await;
        }
        _ = tokio::time::timeout(GRACE, self.settling).await;
        for task in self.keeping {
            _ = tokio::time::timeout(GRACE, task).await;
        }
        for mut task in self.delivering {
            if tokio::time::timeout(GRACE, &mut task).await.is_err() {
                // What is under way is sent again after the next start, under the same id.
                task.abort();
            }
        }
        for task in self.noticing {
            _ = tokio::time::timeout(GRACE, task).await;
        }
    }
}

async fn bind(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "could not listen on {address}: choose other addresses with --otlp, --grpc and --http, \
             port 0 takes a free one"
        )
    })
}

/// What the paths of a server may use.
pub(crate) fn api(mayday: &Arc<Mayday>, config: &Config, unkeyed: Unkeyed) -> Api {
    Api {
        mayday: Arc::clone(mayday),
        now: world::now,
        random: world::random,
        secret: world::secret,
        unkeyed,
        max_body_bytes: config.record.max_body_bytes,
        budget: Budget::new(config.record.max_body_bytes),
        forward: None,
    }
}

/// What the pages may use.
fn site(api: &Api, listen: &Listen) -> Site {
    Site {
        mayday: Arc::clone(&api.mayday),
        now: api.now,
        random: api.random,
        secret: api.secret,
        unkeyed: api.unkeyed,
        reached: reached(listen),
    }
}

/// How browsers get to the pages.
fn reached(listen: &Listen) -> Reached {
    match listen.behind_tls || !listen.tls_certificate.is_empty() {
        true => Reached::OverTls,
        false => Reached::InTheClear,
    }
}

/// Warns where tokens would cross a network for all to read.
fn warn_of_the_clear(listen: &Listen, addresses: &[SocketAddr]) {
    let is_local = |address: &SocketAddr| address.ip().is_loopback();
    if reached(listen) == Reached::InTheClear && !addresses.iter().all(is_local) {
        tracing::warn!(
            "what comes from other machines crosses the network in the clear, tokens too: set \
             listen.tls_certificate and listen.tls_key, or listen.behind_tls where a proxy speaks \
             TLS"
        );
    }
}

/// For whom somebody without a key is taken who comes in at this address.
fn unkeyed(address: SocketAddr, require: RequireKeys) -> Unkeyed {
    match require {
        RequireKeys::Auto if address.ip().is_loopback() => Unkeyed::Operator,
        RequireKeys::Auto | RequireKeys::Always => Unkeyed::Nobody,
    }
}

/// An address that others can reach needs a key that opens it, or nobody could mean to use it.
fn refuse_if_unguarded(mayday: &Mayday, address: SocketAddr, right: Right) -> Result<()> {
    let kind = if right == Right::Send { "ingest" } else { "person" };
    anyhow::ensure!(
        address.ip().is_loopback() || mayday.has_issued_key_to(right),
        "{address} can be reached from other machines, and no key opens it yet: listen on \
         127.0.0.1, or first make one with `mayday key create --kind {kind} --name NAME --data-dir \
         DIR`"
    );
    Ok(())
}

/// The address as a name in a Host header, without port.
fn host_name(address: SocketAddr) -> String {
    match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    }
}

/// Waits until it is time to stop.
pub(crate) async fn told(mut stopped: watch::Receiver<bool>) {
    _ = stopped.wait_for(|stop| *stop).await;
}

/// Starts to send on what is accepted, if the settings say where to.
async fn keep_forwarding(
    config: &Config,
    own: &[SocketAddr],
) -> Result<Option<(Outbox, JoinHandle<()>)>> {
    let Some(destination) = config.forward.destination()? else { return Ok(None) };
    destination.refuse_if_among(own).await?;
    let forwarder = Forwarder::new(destination)?;
    let name = format!("{:016x}", world::random());
    let (outbox, inbox) = api::forward::queue(config.forward.queue_bytes, &name);
    Ok(Some((outbox, tokio::spawn(forwarder.run(inbox)))))
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

/// Does something now and then, on a thread where it may block, until told to stop. Whatever fails
/// is logged, and tried again the next time.
fn keep_doing<E: std::error::Error + Send + 'static>(
    mayday: &Arc<Mayday>,
    stopped: &watch::Receiver<bool>,
    (every, failed): (Duration, &'static str),
    act: fn(&Mayday) -> Result<(), E>,
) -> JoinHandle<()> {
    let (mayday, stopped) = (Arc::clone(mayday), stopped.clone());
    tokio::spawn(async move {
        let mut pause = tokio::time::interval(every);
        loop {
            tokio::select! {
                () = told(stopped.clone()) => return,
                _ = pause.tick() => {}
            }
            let mayday = Arc::clone(&mayday);
            if let Ok(Err(error)) = tokio::task::spawn_blocking(move || act(&mayday)).await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "{failed}; it is tried again");
            }
        }
    })
}

/// Weighs alerts and complaints that were not weighed when they came, and states what flights show
/// and nobody recorded.
fn weigh(mayday: &Mayday) -> Result<(), impl std::error::Error + Send + use<>> {
    mayday.weigh_all(world::now(), world::random());
    mayday.observe_changes(world::now()).map(drop)
}
