//! Why a page can't be shown, mapped once to a status and a page with a way forward.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use model::{Fault, Faulty};
use response::{IncidentError, OpenError};

use crate::chart::ChartError;
use crate::pages::FailurePage;

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nothing is served at the address.
    #[error("there is no page at this address")]
    NoSuchPage,
    /// The tenant's flights can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The incident can't be shown.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// The chart can't be drawn.
    #[error("could not draw the chart")]
    Chart(#[from] ChartError),
    /// The page can't be set.
    #[error("could not set the page")]
    Template(#[from] askama::Error),
    /// The look-up was cut off.
    #[error("could not finish looking it up")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Faulty for PageError {
    fn fault(&self) -> Fault {
        match self {
            PageError::NoSuchPage => Fault::NotFound,
            PageError::Open(error) => error.fault(),
            PageError::Incident(error) => error.fault(),
            PageError::Chart(_) | PageError::Template(_) | PageError::Interrupted(_) => Fault::Bug,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = status(self.fault());
        if status.is_server_error() {
            tracing::error!(error = chain(&self), "a page could not be shown");
        }
        match FailurePage::new(status.as_u16(), &self).render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => status.into_response(),
        }
    }
}

fn status(fault: Fault) -> StatusCode {
    StatusCode::from_u16(fault.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The error and its sources, for the log. The page shows the first of them only.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |chain, source| format!("{chain}: {source}"))
}
