//! What others send: changes, alerts, complaints, and what follows from them.

use std::collections::BTreeMap;
use std::sync::Barrier;

use jiff::{SignedDuration, Timestamp};
use model::alert::{AlertAction, AlertDoor, AlertSeverity};
use model::incident::IncidentKind;
use model::{AlertEvent, AlertId, Outcome, Pivot};
use response::intake::change;
use response::{
    Act, AlertState, ChangesWanted, Complained, Counted, Declaration, Heard, Mayday, Settings,
    Taken, Who,
};
use serde_json::json;

use crate::samples::*;

fn mayday() -> Mayday {
    Mayday::in_memory(Settings::default(), START).unwrap()
}

fn at(minute: i64) -> Timestamp {
    START + SignedDuration::from_mins(minute)
}

fn act(minute: i64, random: u64) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at: at(minute), random }
}

fn event(action: AlertAction, severity: AlertSeverity, feature: Option<&str>) -> AlertEvent {
    AlertEvent {
        door: AlertDoor::Alertmanager,
        key: "group 1".to_owned(),
        action,
        summary: "bad answers".to_owned(),
        severity,
        at: START,
        feature: feature.map(str::to_owned),
        labels: BTreeMap::new(),
        link: None,
    }
}

fn trigger(severity: AlertSeverity, feature: Option<&str>) -> AlertEvent {
    event(AlertAction::Trigger, severity, feature)
}

fn hear(mayday: &Mayday, event: AlertEvent, minute: i64) -> Option<AlertId> {
    mayday.hear_alert(event, act(minute, minute as u64 + 1)).unwrap().alert()
}

fn told(text: &serde_json::Value, now: Timestamp) -> model::Change {
    change::change(change::read(text.to_string().as_bytes()).unwrap(), now).unwrap()
}

#[test]
fn a_delivery_that_comes_again_is_no_second_change() {
    let mayday = mayday();
    let says = told(&json!({"surface": "prompt", "after": "9c22", "delivery": "d-1"}), START);
    let first = mayday.record_change(says.clone(), act(0, 1)).unwrap();
    let Taken::New(first) = first else { panic!("it is new") };
    let again = mayday.record_change(says, act(1, 2)).unwrap();
    assert_eq!(again, Taken::Known(first.clone()));
    assert_eq!(mayday.changes(&ChangesWanted::default()), [*first]);
    assert_eq!(mayday.tally().count(Counted::HooksRepeated), 1);
}

#[test]
fn a_change_takes_effect_once_and_never_before_it_was_made() {
    let mayday = mayday();
    let says = told(&json!({"surface": "model", "after": "m-2"}), at(0));
    let id = mayday.record_change(says, act(0, 1)).unwrap().change().id;
    assert!(mayday.activate_change(&id, at(-10), act(60, 2)).is_err());
    assert!(mayday.activate_change(&id, at(120), act(60, 2)).is_err(), "in the future");
    let known = mayday.activate_change(&id, at(30), act(60, 2)).unwrap();
    assert_eq!((known.says.introduced, known.says.activated), (at(0), Some(at(30))));
    mayday.activate_change(&id, at(30), act(61, 3)).unwrap();
    let error = mayday.activate_change(&id, at(40), act(62, 4)).unwrap_err().to_string();
    assert!(error.contains("took effect at"), "{error}");
}

#[test]
fn deliveries_with_the_key_of_an_open_alert_are_that_alert_and_can_be_explained() {
    let mayday = mayday();
    let warning = || trigger(AlertSeverity::Warning, Some("help"));
    let first = hear(&mayday, warning(), 0).unwrap();
    for minute in [5, 10] {
        assert_eq!(hear(&mayday, warning(), minute).unwrap(), first);
    }
    let view = mayday.alert_view(&first, at(11)).unwrap();
    assert_eq!((view.alert.deliveries, view.alert.state), (3, AlertState::Open));
    assert!(view.why_one.contains("3 deliveries from alertmanager, same key `group 1`"));
    assert!(view.why_none.unwrap().contains("warning, less than critical"));

    let resolve = || event(AlertAction::Resolve, AlertSeverity::Warning, None);
    assert_eq!(hear(&mayday, resolve(), 20).unwrap(), first);
    assert_eq!(hear(&mayday, resolve(), 21), None, "nothing is open");
    assert_eq!(mayday.tally().count(Counted::AlertsDropped), 1);
    assert_ne!(hear(&mayday, warning(), 30).unwrap(), first, "a trigger after it is another");
    assert_eq!(mayday.alerts().len(), 2);
    assert_eq!(mayday.list_incidents(), []);
}

#[test]
fn the_same_words_within_a_minute_are_no_fact_of_their_own() {
    let mayday = mayday();
    let warning = || trigger(AlertSeverity::Warning, None);
    let first = mayday.hear_alert(warning(), act(0, 1)).unwrap();
    let Heard::New(id) = first else { panic!("{first:?}") };
    for _ in 0..50 {
        assert_eq!(mayday.hear_alert(warning(), act(0, 2)).unwrap(), Heard::Joined(id.clone()));
    }
    assert_eq!(mayday.alert_view(&id, at(0)).unwrap().alert.deliveries, 1);
    assert_eq!(mayday.tally().count(Counted::HooksRepeated), 50);
}

#[test]
fn a_critical_alert_declares_one_incident_of_its_feature_and_others_join_it() {
    let mayday = mayday();
    let critical = |key: &str| AlertEvent {
        key: key.to_owned(),
        ..trigger(AlertSeverity::Critical, Some("help"))
    };
    let first = hear(&mayday, critical("a"), 0).unwrap();
    let second = hear(&mayday, critical("b"), 1).unwrap();
    let warning =
        AlertEvent { key: "c".to_owned(), ..trigger(AlertSeverity::Warning, Some("help")) };
    let third = hear(&mayday, warning, 2).unwrap();
    let [incident] = &mayday.list_incidents()[..] else { panic!("one incident") };
    assert_eq!((incident.feature.as_deref(), incident.kind), (Some("help"), IncidentKind::Outage));
    assert_eq!(incident.declared_by, "mayday");
    let links = mayday.links_of(&incident.id);
    let linked: Vec<&str> = links.iter().map(|link| link.what.as_str()).collect();
    assert_eq!(linked, [first.as_str(), second.as_str(), third.as_str()]);
    assert!(links[0].because.contains("declare_at = critical"), "{}", links[0].because);
    assert!(links[1].because.contains("of which this incident is open"), "{}", links[1].because);
    mayday.weigh_all(at(3), 99);
    assert_eq!(mayday.list_incidents().len(), 1, "weighing again does nothing");
}

#[test]
fn an_outage_without_any_run_is_declared_from_an_alert() {
    let mayday = mayday();
    let warning = trigger(AlertSeverity::Warning, None);
    let id = hear(&mayday, warning, 0).unwrap();
    let incident = mayday.declare_from_alert(&id, None, act(1, 7)).unwrap();
    assert_eq!((incident.kind, &*incident.title), (IncidentKind::Outage, "bad answers"));
    let error = mayday.declare_from_alert(&id, None, act(2, 8)).unwrap_err().to_string();
    assert!(error.contains("belongs to"), "{error}");

    let mut outage = trigger(AlertSeverity::Warning, None);
    outage.key = "search".to_owned();
    outage.labels.insert("class".to_owned(), "Outage".to_owned());
    hear(&mayday, outage, 3).unwrap();
    assert_eq!(mayday.list_incidents().len(), 2, "by rule");
}

#[tokio::test]
async fn people_who_declare_from_one_alert_at_once_make_one_incident() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    let id = hear(&mayday, trigger(AlertSeverity::Warning, None), 0).unwrap();
    let ready = Barrier::new(8);
    let declare = |number| {
        ready.wait();
        mayday.declare_from_alert(&id, None, act(1, number)).is_ok()
    };
    let declared = std::thread::scope(|threads| {
        let declare = &declare;
        let begun: Vec<_> = (0..8).map(|number| threads.spawn(move || declare(number))).collect();
        begun.into_iter().map(|one| one.join().unwrap()).filter(|declared| *declared).count()
    });
    assert_eq!((declared, mayday.list_incidents().len()), (1, 1));
}

#[tokio::test]
async fn thirteen_similar_complaints_without_an_error_make_one_incident_and_one_signal() {
    let mayday = mayday();
    for number in 1..=13 {
        record(&mayday, number, "hello", START).await;
    }
    settle(&mayday, at(30)).await;
    for number in 1..=13 {
        let root = Some("0000000000000001".parse().unwrap());
        let it = Complained {
            feature: "help".to_owned(),
            run: Some(model::RunId { trace: trace(number), root }),
            pivot: None,
            at: at(30 + number as i64),
            category: "wrong_tone".to_owned(),
            source: "zendesk".to_owned(),
        };
        let minute = 30 + number as i64;
        mayday.label_complaint(&it, at(minute)).await.unwrap();
        mayday.hear_complaint(it, act(minute, number)).unwrap();
        assert_eq!(mayday.signals().len(), usize::from(number >= 3), "{number}");
        assert_eq!(mayday.list_incidents().len(), usize::from(number >= 10), "{number}");
    }
    let [incident] = &mayday.list_incidents()[..] else { panic!("one incident") };
    assert_eq!(incident.title, "10 complaints `wrong_tone` about help");
    let links = mayday.links_of(&incident.id);
    assert_eq!(links.len(), 1 + 13, "the signal and every complaint");
    let late = links.last().unwrap();
    assert!(late.because.contains("like those before"), "{}", late.because);
    assert_eq!(mayday.signals()[0].incident.as_ref().unwrap().incident, incident.id);
    settle(&mayday, at(60)).await;
    let rate = mayday.features(at(60))[0].rate;
    assert_eq!((rate.k, rate.n), (13, 13), "each is a label of its run");
}

#[tokio::test]
async fn complaints_of_other_kinds_or_far_apart_are_no_signal_and_a_repeated_one_counts_once() {
    let mayday = mayday();
    let complain = |category: &str, minute: i64| Complained {
        feature: "help".to_owned(),
        run: None,
        pivot: Some(Pivot { kind: "order".to_owned(), value: "A-1042".to_owned() }),
        at: at(minute),
        category: category.to_owned(),
        source: "phone".to_owned(),
    };
    let all = [("tone", 0), ("wrong", 1), ("tone", 70), ("tone", 140), ("tone", 140)];
    for (random, (category, minute)) in (1..).zip(all) {
        let heard = mayday.hear_complaint(complain(category, minute), act(140, random)).unwrap();
        let pivot = heard.complaint.says.pivot.unwrap().to_string();
        assert!(!pivot.contains("A-1042"), "only its keyed hash is kept");
    }
    assert_eq!((mayday.complaints().len(), mayday.signals().len()), (4, 0));
    let nameless = Complained { category: " ".to_owned(), ..complain("tone", 0) };
    assert!(mayday.hear_complaint(nameless, act(141, 9)).is_err());
}

#[tokio::test]
async fn a_bad_alert_shows_what_the_runs_of_its_feature_say() {
    let mayday = mayday();
    record(&mayday, 1, "hello", START).await;
    settle(&mayday, at(30)).await;
    let mut named = trigger(AlertSeverity::Error, None);
    named.labels.insert("component".to_owned(), "help".to_owned());
    let id = hear(&mayday, named, 31).unwrap();
    let view = mayday.alert_view(&id, at(32)).unwrap();
    assert_eq!(view.alert.feature.as_deref(), Some("help"), "by the label of a tool");
    let probes = view.probes.unwrap();
    assert!(!probes.triage.rows.is_empty() && !probes.why.is_empty());
    let declared = mayday.declare_from_alert(&id, None, act(33, 7)).unwrap();
    assert_eq!(declared.kind, IncidentKind::Rate);
    assert!(declared.triage.is_some(), "its triage is a fact");
    assert_eq!(mayday.alert_view(&id, at(34)).unwrap().probes, None);
    assert_eq!(Outcome::default(), Outcome::Unknown);
}

#[test]
fn what_was_heard_is_known_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    let id = hear(&mayday, trigger(AlertSeverity::Critical, Some("help")), 0).unwrap();
    let says = told(&json!({"surface": "code", "delivery": "d-1"}), START);
    mayday.record_change(says.clone(), act(0, 5)).unwrap();
    drop(mayday);
    let mayday = open(dir.path(), at(10));
    mayday.weigh_all(at(10), 3);
    assert_eq!(mayday.list_incidents().len(), 1);
    let again = hear(&mayday, trigger(AlertSeverity::Critical, Some("help")), 11).unwrap();
    assert_eq!(again, id);
    assert!(matches!(mayday.record_change(says, act(12, 6)).unwrap(), Taken::Known(_)));
    let declaration = Declaration::default();
    assert_eq!(declaration.members, []);
}
