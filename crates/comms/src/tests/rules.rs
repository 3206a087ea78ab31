//! Schedules, breakers, patterns, and what a target wants.

use std::time::Duration;

use jiff::SignedDuration;
use model::Severity;
use model::delivery::DeliveryEffect::{self, Acknowledge, Close, Open, Update};
use proptest::prelude::*;

use super::{at, secret, slack, target};
use crate::{
    Breaker, Endpoint, Github, Glob, Known, Offer, Pagerduty, Schedule, SigningKey, Target, Way,
};

const SEC: fn(i64) -> SignedDuration = SignedDuration::from_secs;

#[test]
fn a_delivery_is_tried_twelve_times_over_27_hours_and_then_given_up() {
    let schedule = Schedule::default();
    let mut now = at();
    let mut attempts = 1;
    while let Some(next) = schedule.next(attempts, now, Duration::ZERO, 0) {
        (now, attempts) = (next, attempts + 1);
    }
    assert_eq!(attempts, 12);
    assert_eq!(now.duration_since(at()).as_hours(), 27);
}

#[test]
fn a_pause_is_never_shorter_than_the_target_asks_nor_longer_than_a_day_for_it() {
    let schedule = Schedule::new(vec![SEC(5)]);
    let pause = |asked| {
        let next = schedule.next(1, at(), asked, 0).unwrap();
        next.duration_since(at())
    };
    assert_eq!(pause(Duration::from_secs(120)), SEC(120));
    assert_eq!(pause(Duration::from_secs(1)), SEC(5));
    assert_eq!(pause(Duration::MAX), SignedDuration::from_hours(24));
    assert_eq!(schedule.next(2, at(), Duration::from_secs(120), 0), None);
}

#[test]
fn a_breaker_opens_after_five_failures_and_probes_ever_more_rarely() {
    let mut breaker = Breaker::default();
    let mut now = at();
    for _ in 0..4 {
        breaker.failed(now);
        assert!(breaker.lets_through(now) && !breaker.is_open());
    }
    for pause in [30, 60, 120, 240, 480, 600, 600] {
        breaker.failed(now);
        assert!(breaker.is_open());
        assert!(!breaker.lets_through(now + SEC(pause - 1)), "{pause}");
        now += SEC(pause);
        assert!(breaker.lets_through(now), "a probe after {pause} s");
    }
    breaker.succeeded();
    assert!(breaker.lets_through(now) && !breaker.is_open());
    breaker.failed(now);
    assert!(breaker.lets_through(now));
}

fn offer(topic: &str, effect: DeliveryEffect) -> Offer<'_> {
    Offer { topic, effect, pages: false, severity: None, feature: None, known: Known::Nothing }
}

fn pagerduty() -> Target {
    let endpoint = Endpoint::new(Pagerduty::ENDPOINT).unwrap();
    let way = Way::Pagerduty(Pagerduty::new(endpoint, secret("r0utingkey")).unwrap());
    Target { pages: true, ..target(way) }
}

fn github() -> Target {
    let endpoint = Endpoint::new(Github::ENDPOINT).unwrap();
    target(Way::Github(Github::new(endpoint, "house/app", secret("t")).unwrap()))
}

#[test]
fn a_target_hears_its_topics_from_its_severity_on_and_of_its_features() {
    let target = Target {
        topics: vec![Glob::new("incident.*"), Glob::new("ticket.escalated")],
        min_severity: Some(Severity::Sev2),
        features: vec!["support".to_owned()],
        ..slack("http://127.0.0.1")
    };
    let declared = offer("incident.declared", Open);
    assert!(target.wants(&declared), "nobody graded it, and it may be the worst");
    assert!(target.wants(&Offer { severity: Some(Severity::Sev1), ..declared }));
    assert!(!target.wants(&Offer { severity: Some(Severity::Sev3), ..declared }));
    assert!(target.wants(&Offer { feature: Some("support"), ..declared }));
    assert!(!target.wants(&Offer { feature: Some("billing"), ..declared }));
    assert!(target.wants(&offer("ticket.escalated", Update)));
    assert!(!target.wants(&offer("ticket.opened", Open)));
}

#[test]
fn what_was_begun_at_an_alerting_tool_is_ended_there_and_nothing_else_is() {
    let target = Target {
        min_severity: Some(Severity::Sev1),
        topics: vec![Glob::new("incident.declared")],
        ..pagerduty()
    };
    for ends in [offer("incident.acknowledged", Acknowledge), offer("incident.stage", Close)] {
        let ends = Offer { severity: Some(Severity::Sev4), ..ends };
        assert!(!target.wants(&ends));
        assert!(target.wants(&Offer { known: Known::Begun, ..ends }));
    }
    assert!(!pagerduty().wants(&offer("incident.stage", Update)), "that it goes well wakes nobody");
    assert!(pagerduty().wants(&Offer { pages: true, ..offer("incident.severity", Update) }));
}

#[test]
fn only_a_target_that_pages_wakes_and_an_end_wakes_nobody() {
    let declared = Offer { pages: true, ..offer("incident.declared", Open) };
    assert!(pagerduty().wakes(&declared) && !slack("http://127.0.0.1").wakes(&declared));
    assert!(Target { pages: true, ..slack("http://127.0.0.1") }.wakes(&declared));
    assert!(!pagerduty().wakes(&Offer { known: Known::Begun, ..offer("incident.stage", Close) }));
}

#[test]
fn a_tracker_keeps_tickets_and_no_incidents() {
    assert!(github().wants(&offer("ticket.opened", Open)));
    assert!(!github().wants(&offer("incident.declared", Open)));
    assert!(!github().wants(&offer("ticket.done", Close)));
    assert!(github().wants(&Offer { known: Known::Begun, ..offer("ticket.done", Close) }));
}

#[test]
fn a_pattern_that_fits_no_topic_is_told_with_those_there_are() {
    let target = Target { topics: vec![Glob::new("insident.*")], ..slack("http://127.0.0.1") };
    let told = target.check_topics(&["incident.declared", "ticket.opened"]).unwrap_err();
    let said = "`insident.*` in its topics fits none: there are incident.declared, ticket.opened";
    assert_eq!(told.to_string(), said);
}

#[test]
fn the_signature_is_that_of_the_standards_own_example() {
    let key = SigningKey::read(&secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let signature = key.sign(id, 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_signing_key_has_a_prefix_and_24_to_64_bytes() {
    for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!"] {
        assert!(SigningKey::read(&secret(bad)).is_err(), "{bad}");
    }
    assert_eq!(format!("{:?}", secret("hush")), "…");
}

proptest! {
    #[test]
    fn a_pause_has_chance_in_it_and_stays_within_a_fifth(random in any::<u64>()) {
        let next = Schedule::new(vec![SEC(100)]).next(1, at(), Duration::ZERO, random).unwrap();
        let pause = next.duration_since(at());
        prop_assert!(pause >= SEC(100) && pause <= SEC(120), "{pause:?}");
    }

    #[test]
    fn a_pattern_fits_what_its_stars_stand_for(
        parts in prop::collection::vec("[a-c.]{0,3}", 1..5),
        fill in "[a-c.*]{0,3}",
    ) {
        prop_assert!(Glob::new(&parts.join("*")).fits(&parts.join(&fill)));
    }

    #[test]
    fn a_pattern_without_a_star_fits_itself_alone(pattern in "[a-c.]{0,4}", text in "[a-c.]{0,4}") {
        prop_assert_eq!(Glob::new(&pattern).fits(&text), pattern == text);
    }
}
