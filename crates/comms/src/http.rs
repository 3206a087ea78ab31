//! HTTP to targets: one request, one answer, neither of them for ever.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::Timestamp;
use rustls::RootCertStore;
use rustls::crypto::ring;
use serde_json::Value;

use crate::error::PostError;
use crate::secret::Secret;
use crate::sent::{self, Refused};

/// How long a target may take to answer.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes that are read of an answer.
const LARGEST_ANSWER: usize = 2 * 1_024 * 1_024;

/// A request as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What came back from a target that took the request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    body: Bytes,
}

/// Speaks to targets.
#[derive(Debug, Clone)]
pub(crate) struct Speaker {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// Whether any target wants TLS: only then certificates have to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    Wanted,
    Unwanted,
}

impl Wire {
    /// A request that posts JSON.
    pub(crate) fn post(uri: Uri, body: &Value) -> Self {
        Self::json(Method::POST, uri, body)
    }

    /// A request with JSON in it.
    pub(crate) fn json(method: Method, uri: Uri, body: &Value) -> Self {
        let kind = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
        Self { method, uri, headers, body: Bytes::from(body.to_string()) }
    }

    /// A request that asks.
    pub(crate) fn get(uri: Uri) -> Self {
        Self { method: Method::GET, uri, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// The same with one header more.
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// What is sent, to be read by people: without the path, nor headers that are secret.
    pub(crate) fn shown(&self) -> String {
        let host = self.uri.authority().map_or("", |authority| authority.as_str());
        let mut shown = format!("{} {}://{host}/…\n", self.method, scheme(&self.uri));
        for (name, value) in &self.headers {
            let value = if value.is_sensitive() { "…" } else { value.to_str().unwrap_or("…") };
            shown += &format!("{name}: {value}\n");
        }
        shown + "\n" + &String::from_utf8_lossy(&self.body)
    }
}

impl Answer {
    /// What came, as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Speaker {
    /// Makes ready to speak. The system's certificates decide whom to trust.
    pub(crate) fn new(tls: Tls) -> Result<Self, PostError> {
        let provider = ring::default_provider();
        let builder = HttpsConnectorBuilder::new();
        let builder = match tls {
            Tls::Wanted => builder
                .with_provider_and_native_roots(provider)
                .map_err(PostError::NoCertificates)?,
            Tls::Unwanted => {
                let config = rustls::ClientConfig::builder_with_provider(provider.into());
                let config = config.with_safe_default_protocol_versions()?;
                let config = config.with_root_certificates(RootCertStore::empty());
                builder.with_tls_config(config.with_no_client_auth())
            }
        };
        let connector = builder.https_or_http().enable_http1().build();
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new());
        Ok(Self { client: client.build(connector) })
    }

    /// Sends a request and reads the answer. No redirect is followed.
    pub(crate) async fn ask(&self, wire: Wire, now: Timestamp) -> Result<Answer, Refused> {
        let mut request = Request::new(Full::new(wire.body));
        *request.method_mut() = wire.method;
        *request.uri_mut() = wire.uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static("mayday"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(wire.headers);
        let asked = async {
            let (head, body) = self.client.request(request).await?.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await;
            Ok((head, body.map(Collected::to_bytes).unwrap_or_default()))
        };
        let asked: Result<_, hyper_util::client::legacy::Error> =
            match tokio::time::timeout(TIMEOUT, asked).await {
                Ok(asked) => asked,
                Err(_) => return Err(Refused::for_now("it did not answer in time")),
            };
        let (head, body) = asked.map_err(|error| {
            Refused::for_now(format!("it could not be reached: {}", causes(&error)))
        })?;
        sent::read(head.status, &head.headers, now)?;
        Ok(Answer { status: head.status, body })
    }
}

/// A header that shows a token.
pub(crate) fn bearer(token: &Secret) -> (HeaderName, HeaderValue) {
    authorization(&format!("Bearer {}", token.reveal()))
}

/// A header that shows a user and a password.
pub(crate) fn basic(user: &str, password: &Secret) -> (HeaderName, HeaderValue) {
    let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
    authorization(&format!("Basic {pair}"))
}

/// Settings refuse what no header can carry before it comes here.
fn authorization(text: &str) -> (HeaderName, HeaderValue) {
    let mut value = HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    (AUTHORIZATION, value)
}

fn scheme(uri: &Uri) -> &str {
    uri.scheme_str().unwrap_or_default()
}

/// What went wrong, with its causes; they name no address.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
