//! The URL space.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, delete, get, post};
use jiff::Timestamp;
use response::{Mayday, Right, Unkeyed};
use tower_http::decompression::RequestDecompressionLayer;

use crate::access::check;
use crate::budget::Budget;
use crate::forward::Outbox;
use crate::hosts::{self, Hosts};
use crate::{
    evals, flights, gaps, grpc, hooks, incidents, intents, inventory, keeping, keys, metrics,
    moved, notices, otlp as export, outcomes, problem, reconstruct, tickets, traces,
};

/// What every handler may use.
#[derive(Clone)]
pub struct Api {
    /// The use cases.
    pub mayday: Arc<Mayday>,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// A source of numbers nobody can guess.
    pub random: fn() -> u64,
    /// A source of secrets; none if the system has no randomness to give.
    pub secret: fn() -> Option<[u8; 32]>,
    /// For whom somebody without a key is taken.
    pub unkeyed: Unkeyed,
    /// Most bytes of a request's body, after decompression.
    pub max_body_bytes: usize,
    /// What export requests may take of memory while they are read and decoded.
    pub budget: Budget,
    /// Where accepted requests are put that are to be sent on.
    pub forward: Option<Outbox>,
}

/// What exporters talk to, over HTTP and over gRPC.
pub fn otlp(api: Api, hosts: Hosts) -> Router {
    Router::new()
        .route("/v1/traces", post(export::traces))
        .route("/v1/logs", post(export::logs))
        .route(grpc::TRACES, post(grpc::traces))
        .route(grpc::LOGS, post(grpc::logs))
        .fallback(grpc::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
        .layer(from_fn_with_state(hosts, hosts::check))
        .with_state(api)
}

/// What people, scripts and probes talk to. `pages` answers whatever is no API path.
pub fn http(api: Api, hosts: Hosts, pages: Router) -> Router {
    let guard = |right| from_fn_with_state(api.guard(right), check);
    let pages = pages.layer(guard(Right::Look));
    let health = Router::new()
        .route("/healthz", get(metrics::healthz))
        .route("/readyz", get(metrics::readyz));
    let hooks = Router::new()
        .route("/api/v1/hooks/{channel}", post(hooks::signed))
        .route("/api/v1/hooks/{channel}/{secret}", post(hooks::addressed));
    let figures = Router::new().route("/metrics", get(metrics::metrics));
    let labels = Router::new()
        .route("/api/v1/outcomes", post(outcomes::post))
        .route("/api/v1/evals/runs", post(evals::post))
        .route("/api/v1/intents", post(intents::post))
        .route("/api/v1/intents/{intent}/result", post(intents::resolve));
    let keys = Router::new()
        .route("/api/v1/keys", get(keys::list).post(keys::issue))
        .route("/api/v1/keys/{id}", delete(keys::revoke));
    let keeping = Router::new()
        .route("/api/v1/erasures", post(keeping::erase))
        .route("/api/v1/backups", post(keeping::back_up));
    let exports = Router::new().route("/api/v1/flights/export", get(flights::export));
    let paths = Router::new()
        .route("/api/v1/reconstruct", get(reconstruct::get))
        .route("/api/v1/diff", get(reconstruct::diff))
        .route("/api/v1/coverage", get(reconstruct::coverage))
        .route("/api/v1/doctor", get(reconstruct::doctor))
        .route("/api/v1/evals", get(evals::list))
        .route("/api/v1/intents", get(intents::list))
        .route("/api/v1/verify", get(keeping::verify))
        .route("/api/v1/features", get(moved::features))
        .route("/api/v1/moved", get(moved::moved))
        .route("/api/v1/traces/{trace}", get(traces::get))
        .route("/api/v1/incidents", get(incidents::list).post(incidents::declare))
        .route("/api/v1/incidents/{incident}", get(incidents::get))
        .route("/api/v1/incidents/{incident}/answers", post(incidents::answer))
        .route("/api/v1/incidents/{incident}/looks", post(incidents::look_again))
        .route("/api/v1/incidents/{incident}/postmortem", post(incidents::draft))
        .route("/api/v1/gaps", get(gaps::list))
        .route("/api/v1/gaps/dismissals", post(gaps::dismiss))
        .route("/api/v1/inventory", get(inventory::get))
        .route("/api/v1/notices", get(notices::list))
        .route("/api/v1/notices/imports", post(notices::import))
        .route("/api/v1/notices/{notice}", get(notices::get))
        .route("/api/v1/channels", get(notices::channels))
        .route("/api/v1/channels/{channel}/tests", post(notices::test))
        .route("/api/v1/tickets", get(tickets::list))
        .route("/api/v1/tickets/{ticket}/acts", post(tickets::act))
        .route("/api/v1/ledger/verify", get(incidents::verify_ledger))
        .route("/api/{*rest}", any(problem::no_such_path));
    health
        .merge(hooks)
        .merge(figures.layer(guard(Right::Figures)))
        .merge(labels.layer(guard(Right::Label)))
        .merge(keys.merge(keeping).layer(guard(Right::ManageKeys)))
        .merge(exports.layer(guard(Right::Export)))
        .merge(paths.layer(guard(Right::Look)))
        .method_not_allowed_fallback(problem::no_such_method)
        .with_state(api)
        .merge(pages)
        .layer(from_fn_with_state(hosts, hosts::check))
}
