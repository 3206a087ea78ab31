//! When a recorded change explains a level that flights show.

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_305_600 + minute * 60).unwrap()
}

fn change(subject: Option<&str>, after: Option<&str>) -> Change {
    Change {
        surface: ChangeSurface::Prompt,
        subject: subject.map(str::to_owned),
        before: None,
        after: after.map(str::to_owned),
        summary: "edited".to_owned(),
        scope: ChangeScope::default(),
        author: None,
        reason: None,
        rollback: None,
        link: None,
        incident: None,
        introduced: at(0),
        activated: Some(at(10)),
        door: ChangeDoor::Api,
        delivery: None,
        key: None,
        labels: BTreeMap::new(),
    }
}

const LEVEL: &str = "9c220000000000000000000000000000";

fn explains(change: &Change, minute: i64, others: &[i64]) -> bool {
    let factor = Factor::from("prompt:support");
    let level = Level {
        feature: "support-agent",
        factor: &factor,
        surface: ChangeSurface::Prompt,
        level: LEVEL,
        first_seen: at(minute),
    };
    level.is_explained_by(change, &others.iter().map(|minute| at(*minute)).collect())
}

#[test]
fn a_hash_that_names_the_level_explains_it_whenever_it_shows() {
    assert!(explains(&change(None, Some("9C22")), 60 * 24 * 30, &[]));
    assert!(!explains(&change(None, Some("9c2")), 60 * 24 * 30, &[]), "too short to name it");
    assert!(!explains(&change(None, Some(&LEVEL.replace('2', "3"))), 11, &[]));
    assert!(!explains(&change(None, Some("9c22")), -20, &[]), "it showed before");
}

#[test]
fn a_commit_explains_the_first_new_level_after_it_and_no_more() {
    let commit = change(Some("prompts/support/main.md"), Some(&"ab".repeat(20)));
    assert!(explains(&commit, 30, &[-600]));
    assert!(!explains(&commit, 30, &[20]), "another level showed in between");
    assert!(!explains(&commit, 60 * 25 + 10, &[]), "too late");
    let latent = Change { activated: None, ..commit };
    assert!(explains(&latent, 60 * 24 * 4, &[]));
}

#[test]
fn a_change_of_something_else_explains_nothing() {
    let other = |change: Change| assert!(!explains(&change, 11, &[]));
    other(change(Some("billing"), None));
    other(change(Some("prompts/billing/x.md"), None));
    other(Change { surface: ChangeSurface::Tool, ..change(None, None) });
    let features = vec!["billing".to_owned()];
    let scope = ChangeScope { features, ..ChangeScope::default() };
    other(Change { scope, ..change(None, None) });
    assert!(explains(&change(Some("Support"), None), 11, &[]));
}

#[test]
fn names_are_compared_and_hashes_of_another_form_are_not() {
    for (after, level, likeness) in [
        ("gpt-5", "gpt-5", Likeness::Same),
        ("gpt-5", "gpt-6", Likeness::Other),
        ("9c22", LEVEL, Likeness::Same),
        (LEVEL, "9c22", Likeness::Same),
        ("v42", LEVEL, Likeness::Incomparable),
        ("a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d", LEVEL, Likeness::Incomparable),
    ] {
        assert_eq!(resembles(after, level), likeness, "{after} {level}");
    }
}
