//! What answers mean, and what is refused before anything is sent.

use std::time::Duration;

use tokio::net::TcpListener;

use super::stand_in::{Answer, StandIn};
use super::{at, letter, slack};
use crate::{Endpoint, Post, Refused, Sent, TargetError};

async fn told(url: &str) -> Result<Sent, Refused> {
    let target = slack(url);
    let post = Post::new(std::slice::from_ref(&target)).unwrap();
    post.send(&target, &letter(), at()).await
}

async fn answered(answer: Answer) -> Result<Sent, Refused> {
    told(&StandIn::answering([answer]).await.url).await
}

#[tokio::test]
async fn two_hundreds_arrive_and_everything_else_does_not() {
    for status in [200, 201, 202, 204] {
        let sent = answered(Answer::of(status)).await.unwrap();
        assert_eq!(sent.because, format!("it answered {status}"));
    }
    for status in [401, 403, 404, 408, 409, 425, 429, 500, 501, 502, 503, 504] {
        let refused = answered(Answer::of(status)).await.unwrap_err();
        let because = format!("it answered {status}");
        assert_eq!(refused, Refused::ForNow { because, pause: Duration::ZERO });
    }
    for status in [400, 413, 415, 422] {
        let refused = answered(Answer::of(status)).await.unwrap_err();
        assert_eq!(refused, Refused::ForGood(format!("it answered {status}")));
    }
    assert_eq!(answered(Answer::of(410)).await.unwrap_err(), Refused::Gone);
}

#[tokio::test]
async fn a_target_that_asks_for_a_pause_gets_it() {
    let pause = async |status: u16, text: &str| match answered(
        Answer::of(status).with("retry-after", text),
    )
    .await
    .unwrap_err()
    {
        Refused::ForNow { pause, .. } => pause,
        other => panic!("{other}"),
    };
    for status in [429, 502, 503, 504] {
        assert_eq!(pause(status, "120").await, Duration::from_secs(120), "{status}");
    }
    assert_eq!(pause(503, "Mon, 23 Nov 2026 02:57:00 GMT").await, Duration::from_secs(600));
    for none in ["Mon, 23 Nov 2026 02:37:00 GMT", "soon", "-5", ""] {
        assert_eq!(pause(503, none).await, Duration::ZERO, "{none}");
    }
    assert_eq!(pause(500, "120").await, Duration::ZERO);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let elsewhere = StandIn::answering([]).await;
    for status in [301, 302, 303, 307, 308] {
        let moved = Answer::of(status).with("location", &elsewhere.url);
        let refused = answered(moved).await.unwrap_err();
        let because = format!("it answered {status}; no redirect is followed");
        assert_eq!(refused, Refused::ForNow { because, pause: Duration::ZERO });
    }
    assert!(elsewhere.arrived().is_empty());
}

#[tokio::test]
async fn nobody_there_is_a_failure_for_now_that_names_no_path() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/s3cret", listener.local_addr().unwrap());
    drop(listener);
    let refused = told(&url).await.unwrap_err();
    assert!(matches!(refused, Refused::ForNow { .. }));
    assert!(!refused.to_string().contains("s3cret"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_does_not_answer_is_left_after_fifteen_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let began = tokio::time::Instant::now();
    assert_eq!(told(&url).await.unwrap_err().to_string(), "it did not answer in time");
    assert_eq!(began.elapsed().as_secs(), 15);
}

#[test]
fn only_https_leaves_this_machine() {
    for good in
        ["https://a.example/x?y", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]/"]
    {
        assert!(Endpoint::new(good).is_ok(), "{good}");
    }
    for (bad, why) in [
        ("http://a.example/", TargetError::InTheClear),
        ("http://10.0.0.1/", TargetError::InTheClear),
        ("http://localhost.evil.example/", TargetError::InTheClear),
        ("http://127.0.0.1.evil.example/", TargetError::InTheClear),
        ("https://me:word@a.example/", TargetError::Credentials),
        ("http://127.0.0.1@evil.example/", TargetError::Credentials),
        ("ftp://a.example/", TargetError::NoUrl),
        ("file:///etc/passwd", TargetError::NoUrl),
        ("a.example", TargetError::NoUrl),
        ("", TargetError::NoUrl),
        ("https://169.254.169.254/", TargetError::NoReceiver("169.254.169.254".to_owned())),
        ("https://0.0.0.0/", TargetError::NoReceiver("0.0.0.0".to_owned())),
        ("https://[fe80::1]/", TargetError::NoReceiver("[fe80::1]".to_owned())),
        (
            "https://[::ffff:169.254.169.254]/",
            TargetError::NoReceiver("[::ffff:169.254.169.254]".to_owned()),
        ),
    ] {
        assert_eq!(Endpoint::new(bad).unwrap_err(), why, "{bad}");
    }
}
