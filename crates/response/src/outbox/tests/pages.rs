//! Who is woken for what: once an hour for a cause, and told when it is over.

use model::{Severity, Stage};

use super::night::{Night, StandIn, pagerduty};

async fn paged() -> (StandIn, Night) {
    let stand_in = StandIn::new().await;
    let night = Night::with(vec![pagerduty(&stand_in.url)]);
    (stand_in, night)
}

fn events(stand_in: &StandIn) -> Vec<(String, String)> {
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let arrived = stand_in.arrived();
    arrived.iter().map(|it| (word(&it.body["event_action"]), word(&it.body["dedup_key"]))).collect()
}

fn event(action: &str, incident: &model::IncidentId) -> (String, String) {
    (action.to_owned(), incident.to_string())
}

#[tokio::test]
async fn nobody_is_woken_twice_within_an_hour_for_one_cause() {
    let (stand_in, mut night) = paged().await;
    let first = night.declare("support", Some("tool_shape:search_kb"));
    night.deliver().await;
    night.pass(59 * 60);
    let second = night.declare("support", Some("tool_shape:search_kb"));
    night.deliver().await;
    assert_eq!(events(&stand_in), [event("trigger", &first)]);
    let deliveries = night.mayday.deliveries();
    let [covered, page] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert_eq!(covered.wanted.covered_by.as_ref(), Some(&page.wanted.delivery));
    assert_eq!(covered.wanted.cause.as_deref(), Some("support: tool_shape:search_kb"));
    assert_eq!(covered.state.as_str(), "covered");
    night.pass(61);
    let third = night.declare("support", Some("tool_shape:search_kb"));
    night.deliver().await;
    assert_eq!(events(&stand_in), [event("trigger", &first), event("trigger", &third)]);
    night.reach(&second, Stage::Closed);
    assert_eq!(night.deliver().await, 0, "nobody was told that the second began");
}

#[tokio::test]
async fn another_cause_wakes() {
    let (stand_in, mut night) = paged().await;
    let causes = [
        ("support", Some("tool_shape:search_kb")),
        ("support", Some("prompt:system")),
        ("billing", Some("tool_shape:search_kb")),
        ("support", None),
        ("support", None),
    ];
    let all = causes.map(|(feature, moved)| event("trigger", &night.declare(feature, moved)));
    night.deliver().await;
    assert_eq!(events(&stand_in), all);
}

#[tokio::test]
async fn a_page_that_was_given_up_stands_for_no_other() {
    let (stand_in, mut night) = paged().await;
    stand_in.refuse([400]);
    let first = night.declare("support", Some("prompt:system"));
    night.deliver().await;
    let second = night.declare("support", Some("prompt:system"));
    night.deliver().await;
    assert_eq!(events(&stand_in), [event("trigger", &first), event("trigger", &second)]);
    night.reach(&first, Stage::Closed);
    assert_eq!(night.deliver().await, 0, "what never arrived has no end to be told");
    assert_eq!(night.mayday.given_up(night.now), 1);
}

#[tokio::test]
async fn what_was_triggered_is_always_resolved_and_once() {
    let stand_in = StandIn::new().await;
    let target = comms::Target {
        topics: vec![comms::Glob::new("incident.declared")],
        min_severity: Some(Severity::Sev2),
        ..pagerduty(&stand_in.url)
    };
    let mut night = Night::with(vec![target]);
    let incident = night.declare("support", None);
    night.grade(&incident, Severity::Sev4);
    night.reach(&incident, Stage::Contained);
    night.reach(&incident, Stage::Closed);
    night.deliver().await;
    assert_eq!(events(&stand_in), [event("trigger", &incident), event("resolve", &incident)]);
    night.reach(&incident, Stage::Closed);
    assert_eq!(night.deliver().await, 0);
}

#[tokio::test]
async fn an_end_waits_until_its_beginning_has_arrived() {
    let (stand_in, mut night) = paged().await;
    stand_in.refuse([503]);
    let incident = night.declare("support", None);
    assert_eq!(night.deliver().await, 1);
    night.reach(&incident, Stage::Closed);
    assert_eq!(night.deliver().await, 0, "PagerDuty drops the end of what it does not know");
    night.pass(10);
    assert_eq!(night.deliver().await, 2);
    let (trigger, resolve) = (event("trigger", &incident), event("resolve", &incident));
    assert_eq!(events(&stand_in), [trigger.clone(), trigger, resolve]);
}

#[tokio::test]
async fn a_grade_that_rises_wakes_after_an_hour_and_not_before() {
    let (stand_in, mut night) = paged().await;
    let incident = night.declare("support", None);
    night.grade(&incident, Severity::Sev3);
    night.grade(&incident, Severity::Sev2);
    night.deliver().await;
    assert_eq!(events(&stand_in).len(), 1);
    night.pass(61 * 60);
    night.grade(&incident, Severity::Sev1);
    night.deliver().await;
    assert_eq!(events(&stand_in), [event("trigger", &incident), event("trigger", &incident)]);
}
