//! The URL space.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, delete, get, options, post};
use jiff::Timestamp;
use response::{Mayday, Right, Unkeyed};
use tower_http::decompression::RequestDecompressionLayer;

use crate::access::{check, recognise};
use crate::budget::Budget;
use crate::forward::Outbox;
use crate::hosts::{self, Hosts};
use crate::{
    alerts, changes, channel_hooks, complaints, course, deliveries, drift, evals, flights, gaps,
    grpc, hooks, incidents, intents, inventory, keeping, keys, ledger, lessons, metrics, moved,
    notices, origin, otlp as export, outcomes, playbooks, postmortems, problem, reconstruct,
    reviews, tickets, traces,
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

/// What people, scripts and probes talk to. `pages` answers whatever is no API path, and decides
/// by itself for whom.
pub fn http(api: Api, hosts: Hosts, pages: Router) -> Router {
    let guard = |right| from_fn_with_state(api.guard(right), check);
    let health = Router::new()
        .route("/healthz", get(metrics::healthz))
        .route("/readyz", get(metrics::readyz));
    let figures = Router::new().route("/metrics", get(metrics::metrics));
    let labels = Router::new()
        .route("/api/v1/outcomes", post(outcomes::post))
        .route("/api/v1/evals/runs", post(evals::post))
        .route("/api/v1/evals/results", post(lessons::measure))
        .route("/api/v1/complaints", post(complaints::post))
        .route("/api/v1/intents", post(intents::post))
        .route("/api/v1/intents/{intent}/result", post(intents::resolve));
    let told = Router::new()
        .route("/api/v1/changes", post(changes::post))
        .route("/api/v1/changes/{change}/activation", post(changes::activate))
        .route("/api/v1/hooks/alertmanager", post(hooks::alertmanager::post))
        .route("/api/v1/hooks/cloudevents", post(hooks::cloudevents::post))
        .layer(DefaultBodyLimit::max(hooks::MOST_BYTES));
    // What proves who sent these is in their bodies, their address, or a signature over them.
    let proven = Router::new()
        .route("/api/v1/hooks/{channel}", post(channel_hooks::signed))
        .route("/api/v1/hooks/{channel}/{secret}", post(channel_hooks::addressed))
        .route("/v2/enqueue", post(hooks::pagerduty::enqueue))
        .route("/v2/change/enqueue", post(hooks::pagerduty::enqueue_change))
        .route("/api/v1/hooks/github", post(hooks::github::post))
        .route("/api/v1/hooks/cloudevents", options(hooks::cloudevents::handshake))
        .layer(DefaultBodyLimit::max(hooks::MOST_BYTES));
    let keys = Router::new()
        .route("/api/v1/keys", get(keys::list).post(keys::issue))
        .route("/api/v1/keys/{id}", delete(keys::revoke));
    let keeping = Router::new()
        .route("/api/v1/erasures", post(keeping::erase))
        .route("/api/v1/backups", post(keeping::back_up))
        .route("/api/v1/ledger/entries", get(ledger::entries));
    let exports = Router::new()
        .route("/api/v1/flights/export", get(flights::export))
        .route("/api/v1/incidents/{incident}/cases", get(lessons::cases))
        .route("/api/v1/incidents/{incident}/bundles", get(lessons::bundles));
    let acts = Router::new()
        .route("/api/v1/incidents", post(incidents::declare))
        .route("/api/v1/incidents/{incident}/answers", post(incidents::answer))
        .route("/api/v1/incidents/{incident}/looks", post(incidents::look_again))
        .route("/api/v1/incidents/{incident}/postmortem", post(incidents::draft))
        .route("/api/v1/drift/reviews", post(drift::review))
        .route("/api/v1/gaps/dismissals", post(gaps::dismiss))
        .route("/api/v1/deliveries/{delivery}/retry", post(deliveries::retry))
        .route("/api/v1/targets/{target}/test", post(deliveries::test))
        .route("/api/v1/notices/imports", post(notices::import))
        .route("/api/v1/channels/{channel}/tests", post(notices::test))
        .route("/api/v1/tickets/{ticket}/acts", post(tickets::act));
    health
        .merge(figures.layer(guard(Right::Figures)))
        .merge(labels.layer(guard(Right::Label)))
        .merge(told.layer(guard(Right::Hook)))
        .merge(proven)
        .merge(keys.merge(keeping).layer(guard(Right::Administer)))
        .merge(exports.layer(guard(Right::Export)))
        .merge(acts.merge(course_acts()).merge(lesson_acts()).layer(guard(Right::Respond)))
        .merge(looks().layer(guard(Right::Look)))
        .method_not_allowed_fallback(problem::no_such_method)
        .with_state(api)
        .merge(pages.layer(from_fn(recognise)))
        .layer(from_fn(origin::check))
        .layer(from_fn_with_state(hosts, hosts::check))
}

/// What is said and done in the course of an incident.
fn course_acts() -> Router<Api> {
    Router::new()
        .route("/api/v1/incidents/{incident}/acknowledgements", post(course::acknowledge))
        .route("/api/v1/incidents/{incident}/stages", post(course::stage))
        .route("/api/v1/incidents/{incident}/severities", post(course::severity))
        .route("/api/v1/incidents/{incident}/duties", post(course::duty))
        .route("/api/v1/incidents/{incident}/notes", post(course::note))
        .route("/api/v1/incidents/{incident}/attempts", post(course::attempt))
        .route("/api/v1/incidents/{incident}/claims", post(course::claim))
        .route("/api/v1/incidents/{incident}/claims/{claim}/revisions", post(course::revise))
        .route("/api/v1/incidents/{incident}/actions", post(course::actions))
        .route("/api/v1/playbooks/{playbook}/rehearsals", post(playbooks::rehearse))
}

/// What people learn of an incident.
fn lesson_acts() -> Router<Api> {
    Router::new()
        .route("/api/v1/incidents/{incident}/document", post(lessons::file))
        .route("/api/v1/incidents/{incident}/ablations", post(lessons::ablate))
        .route("/api/v1/incidents/{incident}/recurrences", post(lessons::recurs))
        .route("/api/v1/items/{item}/closing", post(lessons::close))
        .route("/api/v1/items/{item}/reopening", post(lessons::reopen))
        .route("/api/v1/reviews/{quarter}/grades", post(reviews::grade))
        .route("/api/v1/reviews/{quarter}/showings", post(reviews::show))
}

/// What can be looked at.
fn looks() -> Router<Api> {
    Router::new()
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
        .route("/api/v1/incidents", get(incidents::list))
        .route("/api/v1/incidents/{incident}", get(incidents::get))
        .route("/api/v1/postmortems/lint", post(postmortems::lint))
        .route("/api/v1/incidents/{incident}/document", get(lessons::get))
        .route("/api/v1/incidents/{incident}/ablations", get(lessons::ablations))
        .route("/api/v1/items", get(lessons::items))
        .route("/api/v1/items/{item}", get(lessons::item))
        .route("/api/v1/items/{item}/fix", get(lessons::fix))
        .route("/api/v1/reviews/{quarter}", get(reviews::get))
        .route("/api/v1/changes", get(changes::list))
        .route("/api/v1/changes/{change}", get(changes::get))
        .route("/api/v1/drift", get(drift::get))
        .route("/api/v1/alerts", get(alerts::list))
        .route("/api/v1/alerts/{alert}", get(alerts::get))
        .route("/api/v1/complaints", get(complaints::list))
        .route("/api/v1/signals", get(complaints::signals))
        .route("/api/v1/incidents/{incident}/course", get(course::get))
        .route("/api/v1/playbooks", get(playbooks::list))
        .route("/api/v1/playbooks/{playbook}", get(playbooks::get))
        .route("/api/v1/preflight", get(playbooks::preflight))
        .route("/api/v1/gaps", get(gaps::list))
        .route("/api/v1/deliveries", get(deliveries::list))
        .route("/api/v1/targets/{target}/test", get(deliveries::shown))
        .route("/api/v1/inventory", get(inventory::get))
        .route("/api/v1/notices", get(notices::list))
        .route("/api/v1/notices/{notice}", get(notices::get))
        .route("/api/v1/channels", get(notices::channels))
        .route("/api/v1/tickets", get(tickets::list))
        .route("/api/v1/ledger/verify", get(incidents::verify_ledger))
        .route("/api/{*rest}", any(problem::no_such_path))
}
