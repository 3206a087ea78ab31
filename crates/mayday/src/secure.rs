//! Asking a server over TLS.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use hyper::header::HeaderMap;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use reqwest::{Body, Request, Response};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use crate::tls;

/// What asks a server over TLS, with the same headers each time.
#[derive(Debug)]
pub(crate) struct Secure {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    headers: HeaderMap,
}

impl Secure {
    /// Makes ready to ask. A file of certificates, if there is one, decides whom to trust, else
    /// this system's do.
    pub(crate) fn new(authorities: Option<&Path>, headers: HeaderMap) -> Result<Self> {
        let provider = ring::default_provider();
        let builder = HttpsConnectorBuilder::new();
        let builder = match authorities {
            None => builder.with_provider_and_native_roots(provider).context(
                "this system has no certificates to know a server by: install its \
                 ca-certificates, or name a file of them with --ca",
            )?,
            Some(path) => {
                let config = ClientConfig::builder_with_provider(Arc::new(provider));
                let config = config.with_safe_default_protocol_versions()?;
                let config = config.with_root_certificates(roots(path)?);
                builder.with_tls_config(config.with_no_client_auth())
            }
        };
        let connector = builder.https_only().enable_http1().build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), headers })
    }

    /// Asks.
    pub(crate) async fn ask(&self, request: Request) -> Result<Response> {
        let mut request: hyper::Request<Body> = request.try_into()?;
        request.headers_mut().extend(self.headers.clone());
        let answer = self.client.request(request).await?;
        Ok(answer.map(Body::wrap).into())
    }
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let unusable =
        || format!("could not use the certificates named with --ca in {}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in tls::certificates(path).with_context(unusable)? {
        roots.add(certificate).with_context(unusable)?;
    }
    Ok(roots)
}
