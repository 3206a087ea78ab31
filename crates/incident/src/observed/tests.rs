//! Which levels are stated as changes, and which are not.

use model::{ChangeId, ContentHash};

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_305_600 + minute * 60).unwrap()
}

fn tenant() -> TenantName {
    TenantName::standard()
}

fn entry(minute: i64, fact: Fact) -> Entry {
    let hash = ContentHash::of(b"");
    Entry {
        seq: 1,
        stream: "a".to_owned(),
        version: 1,
        at: at(minute),
        actor: "a".to_owned(),
        fact,
        prev: hash,
        hash,
    }
}

fn sighting(factor: &str, level: &str, minute: i64) -> Sighting {
    Sighting {
        first_seen: at(minute),
        place: usize::from(factor.starts_with("model_requested")),
        factor: Factor::from(factor),
        level: level.to_owned(),
        surface: ChangeSurface::Model,
    }
}

fn unlogged(stated: &Stated) -> Fact {
    let Stated { sighting, also, with } = stated;
    Fact::UnloggedChangeSeen(UnloggedChangeSeen {
        change: ChangeId::from_random(1),
        tenant: tenant(),
        feature: "support".to_owned(),
        surface: sighting.surface,
        factor: sighting.factor.as_str().to_owned(),
        before: None,
        after: sighting.level.clone(),
        first_seen: sighting.first_seen,
        unlisted: also.len() as u64,
        also: also.clone(),
        with: with.iter().map(|(f, l)| (f.as_str().to_owned(), l.clone())).collect(),
    })
}

#[test]
fn what_was_there_at_first_is_known_and_a_factor_that_teems_tells_nothing() {
    let (prompt, noisy) = (Factor::from("prompt:a"), Factor::from("tool_shape:b"));
    let many: Vec<String> = (0..=MOST_LEARNED).map(|number| number.to_string()).collect();
    let levels = many.iter().map(|level| (&noisy, level.as_str(), at(1)));
    let levels = levels.chain([(&prompt, "1", at(0)), (&prompt, "2", at(90))]);
    let told = learned(&tenant(), "support", (at(0), at(60)), levels);
    assert_eq!(
        (&told.levels["prompt:a"], told.levels["tool_shape:b"].len()),
        (&vec!["1".into()], 0)
    );
    let mut learned = Learned::default();
    learned.apply(&entry(60, Fact::LevelsLearned(told)));
    let knows = |factor, level| learned.knows(&tenant(), "support", factor, level);
    assert!(knows(&prompt, "1") && !knows(&prompt, "2") && knows(&noisy, "new"));
    assert_eq!(learned.until(&tenant(), "support"), Some(at(60)));
    assert_eq!(learned.until(&tenant(), "billing"), None);
}

#[test]
fn one_edit_that_shows_in_two_factors_is_one_change() {
    let seen = vec![
        sighting("model_requested", "b", 5),
        sighting("model_served", "b-2026", 5),
        sighting("model_served", "c", 6),
    ];
    let stated = Learned::default().stated_now(&tenant(), "support", seen, (at(7), 5));
    let told: Vec<_> = stated.iter().map(|it| (&*it.sighting.level, it.with.len())).collect();
    assert_eq!(told, [("b-2026", 1), ("c", 0)]);
    let mut learned = Learned::default();
    stated.iter().for_each(|one| learned.apply(&entry(7, unlogged(one))));
    assert!(learned.knows(&tenant(), "support", &Factor::from("model_requested"), "b"));
}

#[test]
fn within_an_hour_a_few_are_stated_and_the_rest_is_counted_then_or_waits() {
    let mut learned = Learned::default();
    let seen =
        |from: i64| (from..from + 8).map(|n| sighting("model_served", &n.to_string(), n)).collect();
    let first = learned.stated_now(&tenant(), "support", seen(0), (at(10), 5));
    assert_eq!(first.iter().map(|it| it.also.len()).collect::<Vec<_>>(), [0, 0, 0, 0, 3]);
    first.iter().for_each(|one| learned.apply(&entry(10, unlogged(one))));
    let all = (0..8).all(|n| {
        learned.knows(&tenant(), "support", &Factor::from("model_served"), &n.to_string())
    });
    assert!(all);
    let same_hour = learned.stated_now(&tenant(), "support", seen(20), (at(30), 5));
    assert!(same_hour.is_empty());
    let next_hour = learned.stated_now(&tenant(), "support", seen(20), (at(70), 5));
    assert_eq!(next_hour.len(), 5);
}
