//! What every answer tells the browser: load nothing else, guess nothing, keep nothing, and tell
//! other sites nothing of it.
//!
//! To ourselves the browser may say where it comes from: told not to, it would send our own forms
//! with the origin `null`, as a page that hides does.

use axum::http::{HeaderValue, header};
use axum::response::Response;

/// Inline SVG needs no exception: it is styled by the stylesheet, never by `style` attributes.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Sets the headers. What a handler said about caching stands; pages are not kept.
pub(crate) async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    let caching = headers.entry(header::CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    response
}
