//! What flights show and nobody recorded.

use jiff::{SignedDuration, Timestamp};
use model::ChangeSurface;
use response::intake::change;
use response::{
    Act, ChangesWanted, Encoding, Inbound, KnownChange, Mayday, Question, Settings, Signal, Who,
};
use serde_json::json;

use crate::samples::*;

fn at(minute: i64) -> Timestamp {
    START + SignedDuration::from_mins(minute)
}

fn act(minute: i64, random: u64) -> Act<'static> {
    Act { by: "ana", who: &Who::Local, at: at(minute), random }
}

/// A run of a model that starts at a minute, settled soon after.
async fn run_of(mayday: &Mayday, number: u64, model: &str, minute: i64) {
    let body = run(number, "hello", at(minute)).to_string().replace("m-1", model);
    let now = at(minute);
    mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, now).await.unwrap();
    settle(mayday, at(minute + 2)).await;
}

fn unlogged(mayday: &Mayday) -> Vec<KnownChange> {
    let changes = mayday.changes(&ChangesWanted::default()).into_iter();
    changes.filter(|known| known.seen.is_some()).collect()
}

#[tokio::test]
async fn a_model_that_nobody_recorded_is_an_unlogged_change_and_stated_once_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    run_of(&mayday, 1, "m-1", 0).await;
    assert_eq!(mayday.observe_changes(at(5)).unwrap(), 0, "it is learned");
    run_of(&mayday, 2, "m-1b", 10).await;
    assert_eq!(mayday.observe_changes(at(70)).unwrap(), 0, "within the first hour");
    run_of(&mayday, 3, "m-1", 75).await;
    run_of(&mayday, 4, "m-2", 80).await;
    assert_eq!(mayday.observe_changes(at(83)).unwrap(), 1);
    assert_eq!(mayday.observe_changes(at(84)).unwrap(), 0);
    let [change] = &unlogged(&mayday)[..] else { panic!("one change") };
    assert_eq!(change.says.surface, ChangeSurface::Model);
    assert_eq!(
        (change.says.before.as_deref(), change.says.after.as_deref()),
        (Some("m-1"), Some("m-2"))
    );
    assert_eq!((change.says.introduced, change.recorded_at), (at(80), at(83)));

    drop(mayday);
    let mayday = open(dir.path(), at(90));
    assert_eq!(mayday.observe_changes(at(91)).unwrap(), 0, "after a restart");
    assert_eq!(unlogged(&mayday).len(), 1);
}

#[tokio::test]
async fn what_settled_before_a_crash_is_stated_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    run_of(&mayday, 1, "m-1", 0).await;
    mayday.observe_changes(at(70)).unwrap();
    run_of(&mayday, 2, "m-2", 80).await;
    drop(mayday);
    let mayday = open(dir.path(), at(90));
    assert_eq!(mayday.observe_changes(at(91)).unwrap(), 1);
    assert_eq!(unlogged(&mayday)[0].says.introduced, at(80));
}

#[tokio::test]
async fn a_recorded_change_explains_what_flights_show_even_if_it_comes_late() {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    run_of(&mayday, 1, "m-1", 0).await;
    mayday.observe_changes(at(70)).unwrap();
    let record = |after: &str, minute: i64| {
        let told = json!({"surface": "model", "after": after, "activated": at(minute)});
        let told = change::read(told.to_string().as_bytes()).unwrap();
        let says = change::change(told, at(minute)).unwrap();
        mayday.record_change(says, act(minute, minute as u64)).unwrap().change()
    };
    record("m-2", 79);
    run_of(&mayday, 2, "m-2", 80).await;
    assert_eq!(mayday.observe_changes(at(83)).unwrap(), 0);
    run_of(&mayday, 3, "m-3", 85).await;
    assert_eq!(mayday.observe_changes(at(88)).unwrap(), 1);
    let late = record("m-3", 84);
    assert_eq!(unlogged(&mayday)[0].explained_by, Some(late.id));
    let view = mayday.drift(at(90));
    let row = view.drifts.iter().find(|row| row.surface == ChangeSurface::Model).unwrap();
    assert_eq!((row.edits, row.unlogged, row.due), (2, 0, false));
    assert_eq!(view.mismatches, []);
}

#[tokio::test]
async fn a_factor_that_changes_without_end_is_stated_a_few_times_an_hour_and_counted() {
    let inbound = Inbound { unlogged_an_hour: 2, ..Inbound::default() };
    let settings = Settings { inbound, ..Settings::default() };
    let mayday = Mayday::in_memory(settings, START).unwrap();
    run_of(&mayday, 1, "m-1", 0).await;
    mayday.observe_changes(at(70)).unwrap();
    for number in 2..8 {
        run_of(&mayday, number, &format!("x-{number}"), 80 + number as i64).await;
    }
    assert_eq!(mayday.observe_changes(at(95)).unwrap(), 2);
    let counted: u64 =
        unlogged(&mayday).iter().map(|known| known.seen.as_ref().unwrap().unlisted).sum();
    assert_eq!(counted, 4);
    run_of(&mayday, 9, "x-9", 96).await;
    assert_eq!(mayday.observe_changes(at(100)).unwrap(), 0, "enough for this hour");
    assert_eq!(mayday.drift(at(100)).waiting[0].levels, 1);
    assert_eq!(mayday.observe_changes(at(170)).unwrap(), 1);
    assert_eq!(mayday.drift(at(170)).waiting, []);
}

#[tokio::test]
async fn five_edits_ask_for_a_review_and_what_is_not_served_as_recorded_is_told() {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    run_of(&mayday, 1, "m-1", 0).await;
    for number in 1..=5_i64 {
        let told = json!({
            "surface": "model", "after": format!("m-{number}"), "activated": at(number),
            "scope": {"features": ["help"]},
        });
        let told = change::read(told.to_string().as_bytes()).unwrap();
        let says = change::change(told, at(number)).unwrap();
        mayday.record_change(says, act(number, number as u64)).unwrap();
    }
    let view = mayday.drift(at(10));
    assert_eq!((view.drifts[0].due, view.drifts[0].edits), (true, 5));
    let mismatch = &view.mismatches[0];
    assert_eq!((&*mismatch.served, &*mismatch.recorded, mismatch.runs), ("m-1", "m-5", 1));
    let model = ("help", ChangeSurface::Model);
    assert!(mayday.review_drift(model, " ", act(11, 9)).is_err());
    let view = mayday.review_drift(model, "read all five", act(11, 9)).unwrap();
    assert_eq!(view.drifts, []);
    assert!(mayday.review_drift(model, "again", act(12, 9)).is_err(), "nothing waits");
    let by_itself = Act { who: &Who::Itself, ..act(12, 9) };
    assert!(mayday.review_drift(model, "I looked", by_itself).is_err(), "only people look");
}

#[tokio::test]
async fn a_change_on_record_is_a_suspect_of_the_incident_that_follows_it() {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    run_of(&mayday, 1, "m-1", 0).await;
    mayday.observe_changes(at(70)).unwrap();
    run_of(&mayday, 2, "m-2", 80).await;
    mayday.observe_changes(at(83)).unwrap();
    let question = Question { feature: Some("help".to_owned()), windows: None };
    let declaration = response::Declaration { question, ..Default::default() };
    let incident = mayday.declare(&declaration, act(90, 3)).unwrap();
    let view = mayday.incident_view(&incident.id, &Who::Local, at(91)).unwrap();
    let [suspect] = &view.suspects[..] else { panic!("{:#?}", view.suspects) };
    assert_eq!(suspect.summary, "model_requested: m-1 → m-2");
    assert!(suspect.parts.iter().any(|part| part.why.contains("before the declaration")));
}
