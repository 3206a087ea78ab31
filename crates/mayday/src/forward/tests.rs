//! What settings for forwarding may say, and what answers mean.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::Response;

use super::answer::{self, Refusal};
use super::destination::Destination;

fn read(endpoint: &str, headers: &[(&str, &str)]) -> Result<Destination, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers: BTreeMap<_, _> = headers.iter().map(owned).collect();
    let destination = Destination::new(endpoint, &headers, Duration::from_secs(1));
    destination.map_err(|error| format!("{error:#}"))
}

#[test]
fn the_paths_of_otlp_are_put_after_the_endpoint() {
    for endpoint in ["http://127.0.0.1:4319", "http://127.0.0.1:4319/"] {
        assert_eq!(read(endpoint, &[]).unwrap().logs, "http://127.0.0.1:4319/v1/logs");
    }
    let below = read("https://host.example/otlp/", &[("x-key", "1")]).unwrap();
    assert_eq!(below.traces, "https://host.example/otlp/v1/traces");
    assert!(below.is_secure() && below.headers["x-key"] == "1");
}

#[test]
fn settings_that_make_no_sense_are_told_without_secrets() {
    for (endpoint, headers, says) in [
        ("127.0.0.1:4319", &[][..], "base URL"),
        ("ftp://a", &[], "base URL"),
        ("http://", &[], "base URL"),
        ("http://a?b=c", &[], "base URL"),
        ("http://me:secret@a", &[], "forward.headers"),
        ("http://a", &[("a b", "secret")], "no header's name"),
        ("http://a", &[("a", "secret\n")], "can't stand in a header"),
        ("http://a", &[("content-type", "secret")], "leave it out"),
        ("http://a", &[("a", "env:NO_SUCH_VARIABLE")], "NO_SUCH_VARIABLE, which is not set"),
    ] {
        let told = read(endpoint, headers).unwrap_err();
        assert!(told.contains(says) && !told.contains("secret"), "{endpoint}: {told}");
    }
}

#[tokio::test]
async fn a_server_does_not_forward_to_itself() {
    let own = ["127.0.0.1:4318", "0.0.0.0:7070"].map(|own| own.parse().unwrap());
    for (endpoint, is_own) in [
        ("http://127.0.0.1:4318", true),
        ("http://localhost:4318", true),
        ("http://0.0.0.0:4318", true),
        ("http://127.0.0.9:7070", true),
        ("http://127.0.0.1:4319", false),
        ("http://192.0.2.1:7070", false),
    ] {
        let refused = read(endpoint, &[]).unwrap().refuse_if_among(&own).await;
        assert_eq!(refused.is_err(), is_own, "{endpoint}");
    }
}

fn answered(status: u16, retry_after: &str) -> Result<(), Refusal> {
    let answer = Response::builder().status(status).header("retry-after", retry_after);
    answer::read(&answer.body(()).unwrap().into_parts().0)
}

#[test]
fn four_refusals_are_for_now_and_may_say_how_long() {
    assert!(answered(200, "").is_ok() && answered(202, "9").is_ok());
    for status in [429, 502, 503, 504] {
        let refusal = answered(status, "7").unwrap_err();
        assert!(refusal.is_for_now(), "{status}");
        assert_eq!(refusal.pause(), Duration::from_secs(7));
    }
    for status in [301, 400, 401, 404, 408, 413, 500, 501] {
        assert!(!answered(status, "7").unwrap_err().is_for_now(), "{status}");
    }
    let pause = |text: &str| answered(503, text).unwrap_err().pause();
    assert!(pause("Fri, 31 Dec 2100 23:59:59 GMT") > Duration::from_secs(1_000_000));
    for past_or_none in ["Sun, 06 Nov 1994 08:49:37 GMT", "soon", "-1", "1.5", ""] {
        assert_eq!(pause(past_or_none), Duration::ZERO, "{past_or_none}");
    }
}
