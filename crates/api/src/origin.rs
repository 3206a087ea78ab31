//! Requests that a page of another site has a browser send: refused where they could change
//! something.
//!
//! A browser adds to such a request what it knows of the user: a cookie, a password, or just that
//! it runs on this machine. It also says where the request comes from: in `Sec-Fetch-Site`, which
//! no page can set, where the address is secure or local; else in `Origin`. Programs send neither,
//! and nobody can make them send something for another.

use axum::extract::Request;
use axum::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Fault;

use crate::problem::Problem;

/// Where a browser says how the page that sent something is related to us.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request through unless it could change something and comes from another site.
pub async fn check(request: Request, next: Next) -> Response {
    let authority = request.uri().authority().map(Authority::as_str);
    if request.method().is_safe() || !is_from_elsewhere(request.headers(), authority) {
        return next.run(request).await;
    }
    Problem::new(
        Fault::Denied,
        "a page of another site has sent this, and what it asks for would change something: open \
         this server's own page and do it there",
    )
    .into_response()
}

fn is_from_elsewhere(headers: &HeaderMap, authority: Option<&str>) -> bool {
    if let Some(site) = headers.get(SITE) {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).or(authority);
    match (origin, host) {
        (Some((_, origin)), Some(host)) => !origin.eq_ignore_ascii_case(host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_elsewhere(headers: &[(&'static str, &str)]) -> bool {
        let own = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        is_from_elsewhere(&own.collect(), None)
    }

    #[test]
    fn a_browser_on_another_site_is_told_from_one_on_ours_and_from_a_program() {
        let host = ("host", "127.0.0.1:7070");
        let own = ("origin", "http://127.0.0.1:7070");
        assert!(!is_elsewhere(&[host]));
        assert!(!is_elsewhere(&[host, own]));
        assert!(!is_elsewhere(&[("host", "mayday.example"), ("origin", "https://Mayday.example")]));
        assert!(!is_elsewhere(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!is_elsewhere(&[host, ("sec-fetch-site", "none")]));
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            assert!(is_elsewhere(&[host, own, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["null", "", "http://127.0.0.1", "http://127.0.0.1:7071", "127.0.0.1:7070"] {
            assert!(is_elsewhere(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(is_elsewhere(&[own]), "a request without a host has no own site");
    }
}
