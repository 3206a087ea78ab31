//! The bodies, byte for byte where it matters, and hostile words in them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::Severity;
use model::delivery::DeliveryEffect;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::stand_in::{Answer, StandIn};
use super::{HOSTILE, at, hostile, letter, secret, slack, target};
use crate::{Endpoint, Letter, Pagerduty, Post, SigningKey, Target, Way, Webhook, shown};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_KEY: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What a stand-in is sent for a letter.
async fn sent(make: impl Fn(&str) -> Target, letter: &Letter) -> super::stand_in::Arrived {
    let stand_in = StandIn::answering([Answer::of(202)]).await;
    let target = make(&format!("{}/in/s3cret", stand_in.url));
    let post = Post::new(std::slice::from_ref(&target)).unwrap();
    post.send(&target, letter, at()).await.unwrap();
    let arrived = stand_in.arrived();
    assert_eq!((arrived.len(), &*arrived[0].path), (1, "/in/s3cret"));
    assert_eq!(arrived[0].header("content-type"), "application/json");
    arrived[0].clone()
}

fn teams(url: &str) -> Target {
    target(Way::Teams(Endpoint::new(url).unwrap()))
}

fn pagerduty(url: &str) -> Target {
    let key = secret("r0utingkeyr0utingkeyr0utingkey00");
    target(Way::Pagerduty(Pagerduty::new(Endpoint::new(url).unwrap(), key).unwrap()))
}

fn webhook(url: &str) -> Target {
    let keys = [KEY, OLD_KEY].map(|key| SigningKey::read(&secret(key)).unwrap());
    target(Way::Webhook(Webhook::new(Endpoint::new(url).unwrap(), keys.to_vec()).unwrap()))
}

#[tokio::test]
async fn slack_gets_a_header_the_text_and_what_it_is_about() {
    let about = "incident.declared · inc_night · severity SEV2 · \
                 <https://mayday.example/incidents/inc_night|open in Mayday>";
    assert_eq!(
        sent(slack, &letter()).await.json(),
        json!({
            "text": "SEV2: bad answers of support-agent: 3.1 → 11.8 %",
            "blocks": [
                { "type": "header", "text": { "type": "plain_text", "emoji": false,
                    "text": "SEV2: bad answers of support-agent: 3.1 → 11.8 %" } },
                { "type": "section", "text": { "type": "mrkdwn", "verbatim": true,
                    "text": "Feature: support-agent.\nMeasured: bad 3.1 → 11.8 %." } },
                { "type": "context", "elements": [
                    { "type": "mrkdwn", "verbatim": true, "text": about }] },
            ],
            "unfurl_links": false,
            "unfurl_media": false,
        })
    );
}

#[tokio::test]
async fn hostile_words_call_nobody_and_link_nowhere_in_slack() {
    let body = sent(slack, &hostile()).await.json();
    let words =
        [&body["text"], &body["blocks"][0]["text"]["text"], &body["blocks"][1]["text"]["text"]];
    for text in words {
        let text = text.as_str().unwrap();
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        assert!(text.starts_with("&lt;!channel&gt; *b* &lt;https://evil.example|ok&gt;"), "{text}");
    }
    let long = Letter { title: "<".repeat(500), text: "&".repeat(9_000), ..letter() };
    let body = sent(slack, &long).await.json();
    let header = body["blocks"][0]["text"]["text"].as_str().unwrap();
    let section = body["blocks"][1]["text"]["text"].as_str().unwrap();
    assert!(header.len() <= 150 + 2 && header.ends_with("&lt;…"), "{header}");
    assert!(section.len() <= 3_000 + 2 && section.ends_with("&amp;…"));
}

#[tokio::test]
async fn teams_gets_a_card_of_runs_of_text() {
    let block = |run: Value| json!({ "type": "RichTextBlock", "inlines": [run] });
    assert_eq!(
        sent(teams, &letter()).await.json(),
        json!({ "type": "message", "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [
                    block(json!({ "type": "TextRun", "weight": "Bolder", "size": "Medium",
                        "text": "SEV2: bad answers of support-agent: 3.1 → 11.8 %" })),
                    block(json!({ "type": "TextRun", "text": "Feature: support-agent." })),
                    block(json!({ "type": "TextRun", "text": "Measured: bad 3.1 → 11.8 %." })),
                    block(json!({ "type": "TextRun", "isSubtle": true, "size": "Small",
                        "text": "incident.declared · inc_night · severity SEV2" })),
                ],
                "actions": [{ "type": "Action.OpenUrl", "title": "Open in Mayday",
                    "url": "https://mayday.example/incidents/inc_night" }],
            },
        }] })
    );
}

#[tokio::test]
async fn hostile_words_are_runs_of_text_in_teams_where_nothing_of_them_is_read() {
    let body = sent(teams, &hostile()).await.json();
    let card = &body["attachments"][0]["content"];
    for block in card["body"].as_array().unwrap() {
        assert_eq!(block["type"], "RichTextBlock");
        for run in block["inlines"].as_array().unwrap() {
            assert_eq!(run["type"], "TextRun");
            assert!(run.get("selectAction").is_none());
        }
    }
}

#[tokio::test]
async fn pagerduty_is_triggered_acknowledged_and_resolved_under_the_incidents_id() {
    let triggered = sent(pagerduty, &letter()).await.json();
    assert_eq!(
        triggered,
        json!({
            "routing_key": "r0utingkeyr0utingkeyr0utingkey00",
            "event_action": "trigger",
            "dedup_key": "inc_night",
            "payload": {
                "summary": "SEV2: bad answers of support-agent: 3.1 → 11.8 %",
                "source": "mayday",
                "severity": "error",
                "timestamp": "2026-11-23T02:47:00Z",
                "class": "incident.declared",
                "custom_details": {
                    "about": "inc_night",
                    "delivery": "dlv_70000000",
                    "severity": "SEV2",
                    "text": "Feature: support-agent.\nMeasured: bad 3.1 → 11.8 %.",
                },
            },
            "client": "Mayday",
            "client_url": "https://mayday.example/incidents/inc_night",
            "links": [{ "text": "Open in Mayday",
                "href": "https://mayday.example/incidents/inc_night" }],
        })
    );
    for (effect, action) in
        [(DeliveryEffect::Acknowledge, "acknowledge"), (DeliveryEffect::Close, "resolve")]
    {
        let event = sent(pagerduty, &Letter { effect, ..letter() }).await.json();
        let key = "r0utingkeyr0utingkeyr0utingkey00";
        let wanted = json!({
            "routing_key": key, "event_action": action, "dedup_key": "inc_night"
        });
        assert_eq!(event, wanted);
    }
    for (severity, word) in [
        (None, "critical"),
        (Some(Severity::Sev1), "critical"),
        (Some(Severity::Sev3), "warning"),
        (Some(Severity::Sev4), "info"),
    ] {
        let event = sent(pagerduty, &Letter { severity, ..letter() }).await.json();
        assert_eq!(event["payload"]["severity"], word);
    }
}

/// HMAC-SHA256 as RFC 2104 writes it, and nothing of what is tested.
fn hmac(key: &[u8], parts: &[&[u8]]) -> String {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let hash = |pad: u8, parts: &[&[u8]]| {
        let mut hash = Sha256::new();
        hash.update(block.map(|byte| byte ^ pad));
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize()
    };
    let inner = hash(0x36, parts);
    STANDARD.encode(hash(0x5c, &[&inner]))
}

#[tokio::test]
async fn a_webhook_is_thin_and_signed_over_its_bytes_with_the_new_and_the_old_key() {
    let arrived = sent(webhook, &letter()).await;
    assert_eq!(
        arrived.json(),
        json!({
            "type": "incident.declared",
            "timestamp": "2026-11-23T02:47:00Z",
            "data": {
                "about": "inc_night",
                "effect": "open",
                "title": "SEV2: bad answers of support-agent: 3.1 → 11.8 %",
                "severity": "sev2",
                "pages": true,
                "link": "https://mayday.example/incidents/inc_night",
            },
        })
    );
    let (id, at) = (arrived.header("webhook-id"), arrived.header("webhook-timestamp"));
    assert_eq!((id, at), ("dlv_70000000", "1795402020"));
    let signed = |key: &str| {
        let key = STANDARD.decode(key.strip_prefix("whsec_").unwrap()).unwrap();
        let parts = [id.as_bytes(), b".", at.as_bytes(), b".", &arrived.body];
        format!("v1,{}", hmac(&key, &parts))
    };
    let signatures: Vec<&str> = arrived.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures, [signed(KEY), signed(OLD_KEY)]);
}

#[tokio::test]
async fn a_second_attempt_has_the_id_and_the_body_of_the_first() {
    let stand_in = StandIn::answering([Answer::of(500), Answer::of(200)]).await;
    let target = webhook(&stand_in.url);
    let post = Post::new(std::slice::from_ref(&target)).unwrap();
    assert!(post.send(&target, &letter(), at()).await.is_err());
    let later: Timestamp = "2026-11-23T02:52:00Z".parse().unwrap();
    post.send(&target, &letter(), later).await.unwrap();
    let arrived = stand_in.arrived();
    assert_eq!(arrived[0].body, arrived[1].body);
    assert_eq!(arrived[0].header("webhook-id"), arrived[1].header("webhook-id"));
    assert_ne!(arrived[0].header("webhook-signature"), arrived[1].header("webhook-signature"));
}

#[tokio::test]
async fn the_longest_title_leaves_a_webhook_below_twenty_kilobytes() {
    let long = Letter { title: "\u{1F600}\"".repeat(100), text: "x".repeat(2_000), ..letter() };
    assert!(sent(webhook, &long).await.body.len() < 20_000);
}

#[test]
fn what_is_shown_holds_no_secret() {
    let mut all = String::new();
    for make in [slack, teams, pagerduty, webhook] {
        let target = make("https://hooks.example/services/s3cret?sig=s3cret");
        let shown = shown(&target, &letter(), at());
        assert!(shown.starts_with("POST https://hooks.example/…\n"), "{shown}");
        all += &format!("{shown}{target:?}{:?}", target.way);
    }
    for hidden in ["s3cret", "r0uting", "MfKQ"] {
        assert!(!all.contains(hidden), "{all}");
    }
    assert!(shown(&slack("http://127.0.0.1"), &hostile(), at()).contains("&lt;!channel&gt;"));
    assert!(HOSTILE.contains("<!channel>"));
}
