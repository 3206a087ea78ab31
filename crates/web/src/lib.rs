//! Server-rendered pages: what a person woken at night reads, on a phone, without JavaScript.
//!
//! A page is a struct: [`pages`] turns what `response` knows into plain text, ready to be set, and
//! a template sets it. [`chart`] draws the rate over time; [`words`] writes figures; [`error`] maps
//! every failure to a page with a way forward; [`headers`] tells the browser to load nothing else.
//! [`visitor`] knows who looks, by the one [`cookie`]; [`way`] leads back after signing in.
//!
//! Invariants: text from outside is set as text (askama escapes it, and the chart holds none);
//! templates hold loops and conditions, no computation; a page loads this server's stylesheet and
//! nothing more.

mod chart;
mod cookie;
mod error;
mod handlers;
mod headers;
mod pages;
mod visitor;
mod way;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};
use jiff::Timestamp;
use response::{Mayday, Unkeyed};

pub use cookie::Reached;

/// What every handler needs.
#[derive(Debug, Clone)]
pub struct Site {
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
    /// How browsers get here.
    pub reached: Reached,
}

/// Most bytes of a form.
const FORM_BYTES: usize = 64 * 1_024;

/// The pages. Addresses that nobody serves get a page too, so this router has the fallback.
///
/// A request may have what it showed as an extension, `access::Shown`, and the address that it
/// comes from, `ConnectInfo<SocketAddr>`.
pub fn router(site: Site) -> Router {
    let guarded = Router::new()
        .route("/", get(handlers::home))
        .route("/incidents/{id}", get(handlers::incident))
        .route("/incidents/{id}/postmortem", get(handlers::postmortem))
        .route("/incidents/{id}/acknowledge", post(handlers::course::acknowledge))
        .route("/incidents/{id}/stage", post(handlers::course::stage))
        .route("/incidents/{id}/severity", post(handlers::course::severity))
        .route("/incidents/{id}/attempt", post(handlers::course::attempt))
        .route("/incidents/{id}/note", post(handlers::course::note))
        .route("/incidents/{id}/duty", post(handlers::course::duty))
        .route("/incidents/{id}/claim", post(handlers::claims::claim))
        .route("/incidents/{id}/revision", post(handlers::claims::revision))
        .route("/incidents/{id}/actions", post(handlers::claims::actions))
        .route("/playbooks", get(handlers::playbooks))
        .route("/notices", get(handlers::notices))
        .route("/reviews/{quarter}", get(handlers::review))
        .route("/you", get(handlers::sign_in::you))
        .route("/sign-out", post(handlers::sign_in::sign_out))
        .fallback(handlers::missing)
        .layer(from_fn_with_state(site.clone(), visitor::guard));
    Router::new()
        .route("/assets/style.css", get(handlers::style))
        .route("/sign-in", get(handlers::sign_in::ask).post(handlers::sign_in::sign_in))
        .route(
            "/sign-in/first",
            get(handlers::sign_in::ask_first).post(handlers::sign_in::take_first),
        )
        .merge(guarded)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(map_response(headers::guard))
        .with_state(site)
}

#[cfg(test)]
mod tests;
