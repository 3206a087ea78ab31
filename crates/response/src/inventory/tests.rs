//! What runs say of what is used.

use crate::notices::tests::{at, mayday, run};

#[tokio::test]
async fn models_are_counted_by_the_name_asked_for_and_the_name_that_answered() {
    let mayday = mayday(Vec::new());
    for (number, feature, pair) in [
        (1, "support", ("gpt-4o", Some("gpt-4o-2024-08-06"))),
        (2, "support", ("gpt-4o", Some("gpt-4o-2024-08-06"))),
        (3, "support", ("gpt-4o", None)),
        (4, "reports", ("claude-3-opus-20240229", Some("claude-3-opus-20240229"))),
    ] {
        run(&mayday, number, feature, pair, at(0, number as i64)).await;
    }
    let it = mayday.inventory_now(at(0, 60));
    assert_eq!((it.runs, it.nameless, it.since), (4, 0, it.since));
    let told: Vec<_> = it
        .models
        .iter()
        .map(|one| {
            (one.name.as_str(), one.provider.as_deref(), one.requested, one.served, one.runs)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("gpt-4o", Some("openai"), 3, 0, 3),
            ("gpt-4o-2024-08-06", Some("openai"), 0, 2, 2),
            ("claude-3-opus-20240229", Some("anthropic"), 1, 1, 1),
        ]
    );
    let alias = &it.models[0];
    assert_eq!((alias.share, alias.unresolved, alias.last), (0.75, 1, at(0, 2)));
    assert_eq!((alias.features[0].name.as_str(), alias.features[0].share), ("support", 1.0));
    assert_eq!((alias.segments[0].name.as_str(), alias.segments[0].runs), ("plan=pro", 3));
    assert_eq!(
        (alias.answered_by[0].name.as_str(), alias.answered_by[0].runs),
        ("gpt-4o-2024-08-06", 2)
    );
}

#[tokio::test]
async fn an_alias_in_production_is_a_finding_with_its_runs_and_a_dated_name_is_none() {
    let mayday = mayday(Vec::new());
    run(&mayday, 1, "support", ("gpt-4o", Some("gpt-4o-2024-08-06")), at(0, 1)).await;
    run(&mayday, 2, "support", ("claude-opus-4-5", None), at(0, 2)).await;
    run(&mayday, 3, "support", ("our-model", Some("our-model")), at(0, 3)).await;
    run(&mayday, 4, "support", ("gpt-4-0613", None), at(0, 4)).await;
    let it = mayday.inventory_now(at(0, 60));
    let told: Vec<_> = it.aliases.iter().map(|one| (one.name.as_str(), one.why.as_str())).collect();
    assert_eq!(
        told,
        [
            ("claude-opus-4-5", "no date is in the name, and runs do not say which model answered"),
            (
                "gpt-4o",
                "it is answered by a model of another name, which can change without notice"
            ),
        ]
    );
    assert_eq!(it.aliases[0].examples[0].to_string(), format!("run_{:032x}", 2));
}

#[tokio::test]
async fn a_count_is_kept_while_it_is_whole_and_for_some_seconds_at_most() {
    let mayday = mayday(Vec::new());
    run(&mayday, 1, "support", ("gpt-5", None), at(0, 0)).await;
    let counted = |second| mayday.inventory(at(0, second));
    assert_eq!(counted(10).as_of, at(0, 10));
    assert_eq!(counted(20).as_of, at(0, 10));
    assert_eq!(counted(40).as_of, at(0, 40));
    run(&mayday, 2, "support", ("gpt-5", None), at(0, 41)).await;
    assert_eq!((counted(42).as_of, counted(42).runs), (at(0, 42), 2));
}
