//! Where requests are forwarded to, read from the settings.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use hyper::Uri;
use hyper::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::uri::Scheme;
use tokio::net::TcpListener;

use crate::world;

/// Where to, with what, and how long an answer may take.
#[derive(Debug, Clone)]
pub(crate) struct Destination {
    pub(crate) traces: Uri,
    pub(crate) logs: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
}

/// Headers that say how a request is written: those are not for settings.
const OURS: [HeaderName; 8] = [
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// How a header's value names a variable of the environment.
const FROM_ENVIRONMENT: &str = "env:";

impl Destination {
    /// Reads where to. Nothing of a header's value stands in an error.
    pub(crate) fn new(
        endpoint: &str,
        headers: &BTreeMap<String, String>,
        timeout: Duration,
    ) -> Result<Self> {
        ensure!(!timeout.is_zero(), "forward.timeout must be longer than nothing: write 10s");
        Ok(Self {
            traces: below(endpoint, "v1/traces")?,
            logs: below(endpoint, "v1/logs")?,
            headers: headers.iter().map(header).collect::<Result<_>>()?,
            timeout,
        })
    }

    /// Whether it is reached over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.traces.scheme() == Some(&Scheme::HTTPS)
    }

    /// Refuses to forward from a server to itself. A name that can't be looked up now is let pass:
    /// what comes back is known by its header, too.
    pub(crate) async fn refuse_if_among(&self, own: &[SocketAddr]) -> Result<()> {
        let port = self.traces.port_u16().unwrap_or(if self.is_secure() { 443 } else { 80 });
        let host = self.traces.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(found) = tokio::net::lookup_host((host, port)).await else {
            tracing::warn!(host, "the forwarding endpoint's name can't be looked up yet");
            return Ok(());
        };
        for address in found {
            for own in own {
                ensure!(
                    !is_same(address, *own).await,
                    "forward.endpoint leads to this very server, which listens on {own}: name \
                     the endpoint that the app sent to before, or leave it empty"
                );
            }
        }
        Ok(())
    }
}

/// Whether who connects there comes out here. Only addresses of this machine can be listened on.
async fn is_same(there: SocketAddr, own: SocketAddr) -> bool {
    there.port() == own.port()
        && (there.ip() == own.ip()
            || there.ip().is_unspecified()
            || own.ip().is_unspecified() && TcpListener::bind((there.ip(), 0)).await.is_ok())
}

fn below(endpoint: &str, path: &str) -> Result<Uri> {
    let unclear = "forward.endpoint is no base URL: write one like http://127.0.0.1:4319";
    let uri: Uri = format!("{}/{path}", endpoint.trim_end_matches('/')).parse().context(unclear)?;
    let known = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme());
    ensure!(known && uri.host().is_some_and(|host| !host.is_empty()), unclear);
    ensure!(uri.query().is_none(), "{unclear}, without a query");
    let names_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    ensure!(
        !names_user,
        "credentials do not go into forward.endpoint: put them in forward.headers"
    );
    Ok(uri)
}

fn header((name, value): (&String, &String)) -> Result<(HeaderName, HeaderValue)> {
    let parsed: HeaderName =
        name.parse().with_context(|| format!("`{name}` in forward.headers is no header's name"))?;
    ensure!(!OURS.contains(&parsed), "forward.headers can't set `{name}`: leave it out");
    let value = match value.strip_prefix(FROM_ENVIRONMENT) {
        Some(variable) => world::variable(variable).with_context(|| {
            format!("forward.headers takes `{name}` from the variable {variable}, which is not set")
        })?,
        None => value.clone(),
    };
    let unusable = || format!("the value of `{name}` in forward.headers can't stand in a header");
    let mut value = HeaderValue::try_from(value).ok().with_context(unusable)?;
    value.set_sensitive(true);
    Ok((parsed, value))
}
