//! Failures as RFC 9457 problem documents: every fault mapped to a status once.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{Fault, Faulty};
use serde::Serialize;

/// How a caller can say who they are: a program by Bearer, a browser by asking for a password.
const CHALLENGES: [&str; 2] =
    ["Bearer realm=\"mayday\"", "Basic realm=\"mayday\", charset=\"UTF-8\""];

/// A failure on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    fault: Fault,
    detail: String,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    fault: Fault,
}

impl Problem {
    /// A failure of a kind, with words for the caller.
    pub fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { status: status(fault), fault, detail: detail.into() }
    }

    /// A failure whose status is narrower than its fault: 413 or 415, say.
    pub fn with_status(status: StatusCode, fault: Fault, detail: impl Into<String>) -> Self {
        Self { status, fault, detail: detail.into() }
    }

    /// What kind of failure it is.
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The words for the caller.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

fn status(fault: Fault) -> StatusCode {
    StatusCode::from_u16(fault.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Errors of the use cases. What the server is to blame for is logged here, once, with its causes.
impl<E: Faulty> From<E> for Problem {
    fn from(error: E) -> Self {
        let fault = error.fault();
        if matches!(fault, Fault::Unavailable | Fault::Bug | Fault::Timeout) {
            let causes: Vec<String> = std::iter::successors(error.source(), |cause| cause.source())
                .map(ToString::to_string)
                .collect();
            tracing::error!(%error, causes = causes.join(": "), "request failed");
        }
        Self::new(fault, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("failed"),
            status: self.status.as_u16(),
            detail: &self.detail,
            fault: self.fault,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.fault == Fault::Unauthenticated {
            for challenge in CHALLENGES {
                headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
        }
        if matches!(self.fault, Fault::Limited | Fault::Unavailable) {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The answer to a path that is not there.
pub async fn no_such_path() -> Problem {
    Problem::new(Fault::NotFound, "there is no such path")
}

/// The answer to a method that a path does not have.
pub async fn no_such_method() -> Problem {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    Problem::with_status(status, Fault::Invalid, "this path does not take that method")
}

/// Runs something that blocks, away from the threads that serve.
pub async fn blocking<T: Send + 'static, E: Faulty + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Problem::from),
        Err(_) => Err(Problem::new(Fault::Bug, "the work on this request ended unexpectedly")),
    }
}
