//! What fails is tried again, let be, given up, and tried again by hand.

use model::{Fact, Fault, Faulty, Stage};
use serde_json::Value;

use super::night::{Night, StandIn, webhook};
use crate::Counted;

async fn hooked() -> (StandIn, Night) {
    let stand_in = StandIn::new().await;
    let night = Night::with(vec![webhook(&stand_in.url)]);
    (stand_in, night)
}

#[tokio::test]
async fn what_fails_is_tried_on_schedule_under_one_id_and_given_up_after_the_last_pause() {
    let (stand_in, mut night) = hooked().await;
    stand_in.refuse([500, 502, 301, 404]);
    night.declare("support", None);
    assert_eq!(night.deliver().await, 1);
    for (pause, state) in [(10, "waiting 2"), (20, "waiting 3"), (30, "given_up 4")] {
        night.pass(pause - 1);
        assert_eq!(night.deliver().await, 0, "not before its time");
        night.pass(1);
        assert_eq!(night.deliver().await, 1);
        assert_eq!(night.told(), [format!("hook incident.declared {state}")]);
    }
    night.pass(100_000);
    assert_eq!(night.deliver().await, 0);
    let ids: Vec<_> = stand_in.arrived().into_iter().map(|it| it.id.unwrap()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids.iter().all(|id| *id == ids[0]));
    let because: Vec<String> = night
        .entries()
        .into_iter()
        .filter_map(|entry| match entry.fact {
            Fact::DeliveryTried(tried) => Some(tried.because),
            _ => None,
        })
        .collect();
    let redirected = "it answered 301; no redirect is followed";
    assert_eq!(because, ["it answered 500", "it answered 502", redirected, "it answered 404"]);
    assert_eq!(night.mayday.tally().count(Counted::DeliveriesFailed), 3);
    assert_eq!(night.mayday.tally().count(Counted::DeliveriesGivenUp), 1);
}

#[tokio::test]
async fn what_was_given_up_is_tried_again_when_somebody_wants_it() {
    let (stand_in, mut night) = hooked().await;
    stand_in.refuse([400]);
    let incident = night.declare("support", None);
    night.deliver().await;
    let id = night.mayday.deliveries()[0].wanted.delivery.clone();
    let retried = night.mayday.retry_delivery(&id, night.act()).unwrap();
    assert_eq!((retried.state.as_str(), retried.attempts), ("waiting", 0));
    assert_eq!(night.deliver().await, 1);
    assert_eq!(night.told(), ["hook incident.declared delivered 1"]);
    let refused = night.mayday.retry_delivery(&id, night.act()).unwrap_err();
    assert_eq!(refused.fault(), Fault::Conflict);
    assert!(refused.to_string().contains("is delivered: only what was given up"), "{refused}");
    let retried =
        night.entries().into_iter().find(|it| matches!(it.fact, Fact::DeliveryRetried(_)));
    assert_eq!(retried.unwrap().actor, "ana");
    stand_in.refuse([400]);
    night.reach(&incident, Stage::Contained);
    night.deliver().await;
    night.reach(&incident, Stage::Closed);
    night.deliver().await;
    let contained = night.mayday.deliveries()[1].wanted.delivery.clone();
    let refused = night.mayday.retry_delivery(&contained, night.act()).unwrap_err();
    assert!(refused.to_string().contains("no longer so"), "{refused}");
    let unknown = night.mayday.retry_delivery(&"dlv_none".parse().unwrap(), night.act());
    assert_eq!(unknown.unwrap_err().fault(), Fault::NotFound);
}

#[tokio::test]
async fn a_target_that_is_gone_gets_nothing_until_it_answers_a_test() {
    let (stand_in, mut night) = hooked().await;
    stand_in.refuse([410]);
    night.declare("support", None);
    night.declare("billing", None);
    assert_eq!(night.deliver().await, 2);
    assert_eq!(stand_in.arrived().len(), 1, "it is asked nothing more");
    assert_eq!(night.told(), ["hook incident.declared given_up 1"; 2]);
    let because = night.mayday.deliveries()[0].because.clone().unwrap();
    assert!(because.contains("it said at 2026-11-23T02:47:00Z that it is gone"), "{because}");
    night.mayday.test_target("hook", night.act()).unwrap();
    night.deliver().await;
    night.declare("search", None);
    night.deliver().await;
    assert_eq!(stand_in.arrived().len(), 3);
    assert_eq!(night.told()[2..], ["hook test delivered 1", "hook incident.declared delivered 1"]);
}

#[tokio::test]
async fn a_target_that_fails_again_and_again_is_let_be_and_probed() {
    let (stand_in, mut night) = hooked().await;
    stand_in.refuse([500; 5]);
    for feature in ["a", "b", "c", "d", "e", "f", "g"] {
        night.declare(feature, None);
    }
    assert_eq!(night.deliver().await, 5, "five fail, and the others are not tried");
    assert_eq!(night.mayday.gauges().breakers, 1);
    assert_eq!(night.mayday.gauges().deliveries, 7);
    night.pass(29);
    assert_eq!(night.deliver().await, 0);
    night.pass(1);
    assert_eq!(night.deliver().await, 7, "a probe arrives, and so do the others");
    assert_eq!((night.mayday.gauges().breakers, night.mayday.gauges().deliveries), (0, 0));
}

#[tokio::test]
async fn a_dry_run_shows_the_bytes_and_sends_none() {
    let (stand_in, night) = hooked().await;
    let shown = night.mayday.shown_to_target("hook", night.act()).unwrap();
    assert!(shown.contains("webhook-id: dlv_") && shown.contains("\"type\":\"test\""), "{shown}");
    assert_eq!((night.deliver().await, stand_in.arrived().len()), (0, 0));
    let unknown = night.mayday.test_target("nobody", night.act()).unwrap_err();
    assert_eq!(unknown.fault(), Fault::NotFound);
    assert!(stand_in.arrived().iter().all(|it| it.body != Value::Null));
}
