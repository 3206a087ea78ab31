//! DNS rebinding: a web page may point its own name at this machine and then talk to it.
//!
//! The browser still sends the page's name as the host. So requests whose host is not one that
//! Mayday is known by are refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Fault;

use crate::problem::Problem;

/// The names that requests may use for this server, without port.
#[derive(Debug, Clone)]
pub struct Hosts {
    allowed: Arc<BTreeSet<String>>,
}

impl Hosts {
    /// The loopback names, and some more.
    pub fn loopback_and(more: impl IntoIterator<Item = String>) -> Self {
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let more = more.into_iter().map(|name| name.to_ascii_lowercase());
        Self { allowed: Arc::new(loopback.into_iter().chain(more).collect()) }
    }

    fn allows(&self, host: &str) -> bool {
        let port = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
        let name = port.map_or(host, |colon| &host[..colon]);
        self.allowed.contains(&name.to_ascii_lowercase())
    }
}

/// Lets a request through if its host is a name of this server.
pub async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| request.uri().authority().map(Authority::as_str));
    match host {
        Some(host) if hosts.allows(host) => next.run(request).await,
        _ => Problem::new(
            Fault::Denied,
            "the request's Host header is not a name of this server: use 127.0.0.1 or localhost, \
             or add the name to allowed_hosts",
        )
        .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn only_names_of_this_server_pass_with_or_without_a_port() {
        let hosts = Hosts::loopback_and(["Mayday.internal".to_owned()]);
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:7070", "[::1]:7070", "mayday.internal"]
        {
            assert!(hosts.allows(host), "{host}");
        }
        for host in ["", "evil.example", "evil.example:7070", "localhost.evil.example", "127.0.0.2"]
        {
            assert!(!hosts.allows(host), "{host}");
        }
    }
}
