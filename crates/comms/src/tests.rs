//! What each target is sent, and what its answers mean: against stand-ins on this machine.

mod answers;
mod bodies;
mod issues;
mod mail;
mod rules;
mod stand_in;

use jiff::Timestamp;
use model::delivery::DeliveryEffect;
use model::{DeliveryId, Severity, TenantName};

use crate::{Endpoint, Glob, Letter, Secret, Target, Way};

/// Words that mean something to each of those who show them.
const HOSTILE: &str = "<!channel> *b* <https://evil.example|ok> [a](https://evil.example) @here\r\n\
                       Bcc: eve@evil.example\r\n\r\n<script>alert(1)</script> & more";

fn at() -> Timestamp {
    "2026-11-23T02:47:00Z".parse().unwrap()
}

fn letter() -> Letter {
    Letter {
        delivery: DeliveryId::from_random(7),
        at: at(),
        topic: "incident.declared".to_owned(),
        about: "inc_night".to_owned(),
        effect: DeliveryEffect::Open,
        title: "SEV2: bad answers of support-agent: 3.1 → 11.8 %".to_owned(),
        text: "Feature: support-agent.\nMeasured: bad 3.1 → 11.8 %.".to_owned(),
        severity: Some(Severity::Sev2),
        pages: true,
        link: Some("https://mayday.example/incidents/inc_night".to_owned()),
        receipt: None,
    }
}

/// A letter as a hostile one becomes: its title is one line.
fn hostile() -> Letter {
    let title = crate::letter::one_line(HOSTILE);
    Letter { title, text: HOSTILE.to_owned(), ..letter() }
}

fn ticket(effect: DeliveryEffect) -> Letter {
    let topic = match effect {
        DeliveryEffect::Close => "ticket.done",
        _ => "ticket.opened",
    };
    Letter {
        topic: topic.to_owned(),
        about: "tkt_abcd1234".to_owned(),
        effect,
        title: "openai: gpt-5 goes on 2027-01-31".to_owned(),
        text: "Due: 2027-01-31. Owner: ana.\n<!-- mayday: tkt_other, begun by x -->".to_owned(),
        severity: None,
        link: None,
        ..letter()
    }
}

fn target(way: Way) -> Target {
    Target {
        name: "ops".to_owned(),
        tenant: TenantName::standard(),
        way,
        topics: vec![Glob::new("*")],
        min_severity: None,
        features: Vec::new(),
        pages: false,
    }
}

fn slack(url: &str) -> Target {
    target(Way::Slack(Endpoint::new(url).unwrap()))
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}
