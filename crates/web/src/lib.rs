//! Server-rendered pages: what a person woken at night reads, on a phone, without JavaScript.
//!
//! A page is a struct: [`pages`] turns what `response` knows into plain text, ready to be set, and
//! a template sets it. [`chart`] draws the rate over time; [`words`] writes figures; [`error`] maps
//! every failure to a page with a way forward; [`headers`] tells the browser to load nothing else.
//!
//! Invariants: text from outside is set as text (askama escapes it, and the chart holds none);
//! templates hold loops and conditions, no computation; a page loads this server's stylesheet and
//! nothing more.

mod chart;
mod error;
mod handlers;
mod headers;
mod pages;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;
use jiff::Timestamp;
use response::Mayday;

/// What every handler needs.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) mayday: Arc<Mayday>,
    pub(crate) now: fn() -> Timestamp,
}

/// The pages. Addresses that nobody serves get a page too, so this router has the fallback.
pub fn router(mayday: Arc<Mayday>, now: fn() -> Timestamp) -> Router {
    Router::new()
        .route("/", get(handlers::home))
        .route("/incidents/{id}", get(handlers::incident))
        .route("/notices", get(handlers::notices))
        .route("/assets/style.css", get(handlers::style))
        .fallback(handlers::missing)
        .layer(map_response(headers::guard))
        .with_state(Site { mayday, now })
}

#[cfg(test)]
mod tests;
