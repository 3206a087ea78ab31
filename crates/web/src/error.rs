//! Why a page can't be shown, mapped once to a status and a page with a way forward.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use model::time::TimeError;
use model::{Fault, Faulty};
use response::access::first::FirstError;
use response::{Denied, IncidentError, LessonError, OpenError};

use crate::chart::ChartError;
use crate::pages::FailurePage;

/// How a program can say who it is. A browser signs in, and is not made to ask for a password.
const CHALLENGE: &str = "Bearer realm=\"mayday\"";

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nothing is served at the address.
    #[error("there is no page at this address")]
    NoSuchPage,
    /// Whoever asks is not known, or may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The first key can't be had.
    #[error(transparent)]
    First(#[from] FirstError),
    /// What was sent is no form of this page.
    #[error("what was sent is not what this page's form holds")]
    NoForm,
    /// A field of it is to be a time.
    #[error(transparent)]
    NoTime(#[from] TimeError),
    /// The form was not made for this session.
    #[error(
        "the form does not belong to your session, which may have begun anew since: load its page \
         again, then send it"
    )]
    NotOurForm,
    /// There is nothing to make secrets of.
    #[error("this system gives no random numbers: nobody can sign in")]
    NoRandomness,
    /// A page that should ask who looks does not.
    #[error("this page asks nobody who they are")]
    Unguarded,
    /// The tenant's flights can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The incident can't be shown.
    #[error(transparent)]
    Incident(#[from] IncidentError),
    /// The document can't be shown.
    #[error(transparent)]
    Lesson(#[from] LessonError),
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
            PageError::Denied(denied) => denied.fault(),
            PageError::First(error) => error.fault(),
            PageError::NoForm | PageError::NoTime(_) => Fault::Invalid,
            PageError::NotOurForm => Fault::Denied,
            PageError::NoRandomness => Fault::Unavailable,
            PageError::Open(error) => error.fault(),
            PageError::Incident(error) => error.fault(),
            PageError::Lesson(error) => error.fault(),
            PageError::Chart(_)
            | PageError::Template(_)
            | PageError::Interrupted(_)
            | PageError::Unguarded => Fault::Bug,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = status(self.fault());
        if status.is_server_error() {
            tracing::error!(error = chain(&self), "a page could not be shown");
        }
        let mut response = match FailurePage::new(status.as_u16(), &self).render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => status.into_response(),
        };
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(CHALLENGE);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
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
