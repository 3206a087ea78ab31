//! What many small changes amount to, and what is not served as recorded.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use model::change::{ChangeDoor, ChangeScope};
use model::{Change, TenantName};

use super::*;
use crate::surfaces;
use crate::tests::at;

fn edit(number: u64, minute: i64) -> KnownChange {
    KnownChange {
        id: ChangeId::from_random(number),
        tenant: TenantName::standard(),
        recorded_at: at(minute),
        recorded_by: "ci".to_owned(),
        says: Change {
            surface: ChangeSurface::Prompt,
            subject: Some("support".to_owned()),
            before: None,
            after: None,
            summary: "edited".to_owned(),
            scope: ChangeScope::default(),
            author: None,
            reason: None,
            rollback: None,
            link: None,
            incident: None,
            introduced: at(minute),
            activated: Some(at(minute)),
            door: ChangeDoor::Git,
            delivery: None,
            key: None,
            labels: BTreeMap::new(),
        },
        seen: None,
        explained_by: None,
    }
}

fn drift(edits: &[KnownChange], reviewed: Option<Timestamp>) -> Vec<DriftRow> {
    rows(edits, &["support-agent".to_owned()].into(), |_, _| reviewed)
}

#[test]
fn ten_small_edits_are_due_for_a_review_and_a_review_begins_anew() {
    let edits: Vec<_> = (0..10).map(|number| edit(number, number as i64)).collect();
    let [row] = &drift(&edits[..4], None)[..] else { panic!("one row") };
    assert!(!row.due && row.edits == 4, "{row:?}");
    let [row] = &drift(&edits, None)[..] else { panic!("one row") };
    assert_eq!((row.due, &*row.why), (true, "10 edits and never a review"));
    let [row] = &drift(&edits, Some(at(7)))[..] else { panic!("one row") };
    assert_eq!((row.due, row.edits), (false, 2));
    assert!(row.why.starts_with("2 edits since the review at "), "{}", row.why);
    assert_eq!(drift(&edits, Some(at(9))), []);
}

#[test]
fn a_tenth_of_the_text_is_due_however_few_the_edits() {
    let tokens = |number, changed: &str| {
        let mut edit = edit(number, number as i64);
        let labels = [(TOKENS_BEFORE, "200"), (TOKENS_CHANGED, changed)];
        edit.says.labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        edit
    };
    let [row] = &drift(&[tokens(1, "6"), tokens(2, "13")], None)[..] else { panic!() };
    assert!(!row.due && row.tokens_share == Some(0.095), "{row:?}");
    let [row] = &drift(&[tokens(1, "6"), tokens(2, "14")], None)[..] else { panic!() };
    assert!(row.due && row.why.contains("10.0 % of the text"), "{row:?}");
}

#[test]
fn what_a_recorded_change_explains_is_counted_once() {
    let mut explained = edit(2, 2);
    explained.explained_by = Some(edit(1, 1).id);
    assert_eq!(drift(&[edit(1, 1), explained], None)[0].edits, 1);
}

#[test]
fn what_is_served_is_compared_with_the_last_change_that_names_a_level() {
    let level = |digit: &str| digit.repeat(32);
    let to = |number, after: &str| {
        let mut edit = edit(number, number as i64);
        edit.says.after = Some(after.to_owned());
        edit
    };
    let serving = |level: &str| Serving {
        feature: "support-agent".to_owned(),
        factor: Factor::from("prompt:support"),
        level: level.to_owned(),
        runs: 9,
        of: 10,
    };
    let changes = [to(1, &level("a")), to(2, &level("b")), to(3, &"c".repeat(40))];
    let found = |served: &str, changes: &[KnownChange]| {
        mismatches(&[serving(&level(served))], changes, &surfaces())
    };
    assert_eq!(found("b", &changes), []);
    let [mismatch] = &found("a", &changes)[..] else { panic!("one mismatch") };
    assert_eq!((&mismatch.recorded, mismatch.runs), (&level("b"), 9));
    assert_eq!(mismatch.since, at(0) + SignedDuration::from_mins(2));
    let mut later = changes.to_vec();
    later[1].says.activated = None;
    assert_eq!(found("a", &later), [], "it has not taken effect");
}
