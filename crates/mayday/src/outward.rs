//! Asking and sending over HTTP to somewhere outside: one way to make a client.

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::RootCertStore;
use rustls::crypto::ring;

/// A client. It follows no redirect: what is elsewhere was not meant.
pub(crate) type Outward = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Whom a client believes over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Whom this system's certificates vouch for.
    System,
    /// Nobody: it is only used without TLS.
    Nobody,
}

/// Makes a client.
pub(crate) fn client(trust: Trust) -> Result<Outward> {
    let provider = ring::default_provider();
    let builder = HttpsConnectorBuilder::new();
    let connector = match trust {
        Trust::System => builder.with_provider_and_native_roots(provider).context(
            "this system has no certificates to know others by: install its ca-certificates, or \
             name a file of them in SSL_CERT_FILE",
        )?,
        Trust::Nobody => {
            let config = rustls::ClientConfig::builder_with_provider(provider.into());
            let config = config.with_safe_default_protocol_versions()?;
            let config = config.with_root_certificates(RootCertStore::empty());
            builder.with_tls_config(config.with_no_client_auth())
        }
    };
    let connector = connector.https_or_http().enable_http1().build();
    let mut client = Client::builder(TokioExecutor::new());
    client.pool_timer(TokioTimer::new());
    Ok(client.build(connector))
}
