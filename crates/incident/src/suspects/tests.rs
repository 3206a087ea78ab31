//! In which order changes and notices are looked at.

use std::collections::BTreeMap;

use model::change::ChangeDoor;
use model::notice::NoticeClass;
use model::report::Onset;
use model::{Change, ChangeId, ContentHash, TenantName};

use super::*;
use crate::changes::SeenAs;
use crate::surfaces;
use crate::tests::{at, plain_report};

const NEW: &str = "9c220000000000000000000000000000";

/// Monday at 02:07, as `plain_report` has its onset; so many hours before it.
fn before(hours: i64) -> Timestamp {
    at(129) - SignedDuration::from_hours(hours)
}

fn change(id: u64, surface: ChangeSurface, hours_before: i64) -> KnownChange {
    KnownChange {
        id: ChangeId::from_random(id),
        tenant: TenantName::standard(),
        recorded_at: before(hours_before),
        recorded_by: "ci".to_owned(),
        says: Change {
            surface,
            subject: None,
            before: None,
            after: None,
            summary: format!("{} edited", surface.as_str()),
            scope: ChangeScope::default(),
            author: Some("ana".to_owned()),
            reason: None,
            rollback: None,
            link: None,
            incident: None,
            introduced: before(hours_before),
            activated: Some(before(hours_before)),
            door: ChangeDoor::Api,
            delivery: None,
            key: None,
            labels: BTreeMap::new(),
        },
        seen: None,
        explained_by: None,
    }
}

fn ranked(report: &Report, changes: &[KnownChange]) -> Vec<Suspect> {
    let asked = Asked {
        feature: report.feature.as_deref(),
        report,
        declared: at(180),
        catalogue: &surfaces(),
    };
    rank(asked, changes, &[])
}

fn order(suspects: &[Suspect]) -> Vec<&str> {
    suspects.iter().map(|suspect| suspect.summary.as_str()).collect()
}

/// A report in which a prompt moved.
fn prompt_moved() -> Report {
    let mut report = plain_report();
    let mover = &mut report.movers[0];
    mover.surface = "prompt".to_owned();
    mover.factor = "prompt:support".to_owned();
    mover.levels = BTreeMap::from([(mover.factor.clone(), NEW.to_owned())]);
    mover.to = NEW.to_owned();
    report
}

/// A report in which nothing moved, and of no surface anything can be said.
fn nothing_moved() -> Report {
    let mut report = plain_report();
    report.movers.clear();
    report.factors.clear();
    report.surfaces.clear();
    report
}

#[test]
fn a_thursday_edit_of_what_moved_ranks_before_a_sunday_deployment() {
    let mut thursday = change(1, ChangeSurface::Prompt, 82);
    thursday.says.subject = Some("prompts/support/main.md".to_owned());
    thursday.says.after = Some("a84d88e7554fc1fa21bcbc4efae3c782a70d2b9d".to_owned());
    let sunday = change(2, ChangeSurface::Code, 10);
    let suspects = ranked(&prompt_moved(), &[sunday, thursday]);
    assert_eq!(order(&suspects), ["prompt edited", "code edited"]);
    let why = &suspects[0].parts[0].why;
    assert!(why.contains("prompt:support") && why.contains("can't be compared"), "{why}");
    assert!(
        suspects[0].parts.iter().any(|part| part.why.contains("3 d") || part.why.contains("82 h"))
    );
}

#[test]
fn without_anything_that_moved_the_nearest_in_time_is_first_and_a_lone_edit_of_thursday_is_found() {
    let report = nothing_moved();
    let changes = [change(1, ChangeSurface::Prompt, 82), change(2, ChangeSurface::Code, 300)];
    assert_eq!(order(&ranked(&report, &changes)), ["prompt edited", "code edited"]);
    let near = [change(1, ChangeSurface::Tool, 82), change(2, ChangeSurface::Prompt, 2)];
    assert_eq!(order(&ranked(&report, &near)), ["prompt edited", "tool edited"]);
}

#[test]
fn a_level_that_is_named_counts_more_than_a_thing_and_names_its_evidence() {
    let mut named = change(1, ChangeSurface::Prompt, 100);
    named.says.after = Some("9c22".to_owned());
    named.says.summary = "made it 9c22".to_owned();
    let mut other = change(2, ChangeSurface::Prompt, 1);
    other.says.after = Some(NEW.replace('2', "7"));
    other.says.summary = "made it another".to_owned();
    let suspects = ranked(&prompt_moved(), &[other, named]);
    assert_eq!(order(&suspects), ["made it 9c22", "made it another"]);
    assert!(suspects[0].evidence[0].starts_with("prompt:support = 9c220000, first seen"));
    let why = &suspects[0].parts;
    assert!(why.iter().any(|part| part.why.starts_with("a latent change")), "{why:#?}");
}

#[test]
fn what_came_after_what_is_too_old_and_what_holds_elsewhere_are_no_suspects() {
    let mut elsewhere = change(1, ChangeSurface::Prompt, 1);
    elsewhere.says.scope.features = vec!["billing".to_owned()];
    let after = change(2, ChangeSurface::Prompt, -1);
    let old = change(3, ChangeSurface::Prompt, 15 * 24);
    assert_eq!(ranked(&prompt_moved(), &[elsewhere, after, old]), []);
}

#[test]
fn a_change_that_flights_show_is_compared_by_the_very_level_that_it_made() {
    let unlogged = |id: u64, level: &str, hours| {
        let mut seen = change(id, ChangeSurface::Prompt, hours);
        seen.says.after = Some(level.to_owned());
        seen.says.summary = level.to_owned();
        seen.seen = Some(SeenAs {
            feature: "support".to_owned(),
            factor: "prompt:support".to_owned(),
            unlisted: 0,
            with: Vec::new(),
        });
        seen
    };
    // A level of another form, which nobody could compare with a hash that was only recorded.
    let suspects = ranked(&prompt_moved(), &[unlogged(1, "error:8241", 0), unlogged(2, NEW, 1)]);
    assert_eq!(order(&suspects), [NEW, "error:8241"]);
    assert!(suspects[1].parts.iter().all(|part| !part.why.contains("can't be compared")));
}

#[test]
fn an_unlogged_change_is_a_suspect_like_others_until_one_on_record_explains_it() {
    let mut unlogged = change(1, ChangeSurface::Prompt, 0);
    unlogged.says.after = Some(NEW.to_owned());
    unlogged.says.door = ChangeDoor::Flights;
    unlogged.says.summary = "unlogged".to_owned();
    unlogged.seen = Some(SeenAs {
        feature: "support".to_owned(),
        factor: "prompt:support".to_owned(),
        unlisted: 0,
        with: Vec::new(),
    });
    let recorded = change(2, ChangeSurface::Prompt, 70);
    let both = [unlogged.clone(), recorded.clone()];
    let suspects = ranked(&prompt_moved(), &both);
    assert_eq!((suspects[0].kind, suspects[0].by.as_deref()), (SuspectKind::Unlogged, None));

    unlogged.explained_by = Some(recorded.id.clone());
    let suspects = ranked(&prompt_moved(), &[unlogged, recorded]);
    assert_eq!(order(&suspects), ["prompt edited"]);
    assert!(suspects[0].evidence.iter().any(|it| it.contains("shows it in flights since")));
    assert_eq!(suspects[0].activated, Some(before(0)));
}

#[test]
fn what_is_proven_identical_or_held_in_staging_speaks_against() {
    let mut report = nothing_moved();
    report.surfaces.push(model::report::SurfaceVerdict {
        surface: "prompt".to_owned(),
        verdict: model::report::SurfaceState::Identical,
        why: "same content hash".to_owned(),
        limit_pp: None,
    });
    let mut staging = change(2, ChangeSurface::Code, 1);
    staging.says.scope.environment = Some("Staging".to_owned());
    let tool = change(3, ChangeSurface::Tool, 90);
    let suspects = ranked(&report, &[change(1, ChangeSurface::Prompt, 1), staging, tool]);
    assert_eq!(order(&suspects), ["tool edited", "code edited", "prompt edited"]);
    for suspect in &suspects {
        let sum: f64 = suspect.parts.iter().map(|part| part.points).sum();
        assert!((suspect.score - sum).abs() < 1e-9);
    }
}

#[test]
fn a_notice_about_a_model_in_use_ranks_before_one_about_another() {
    use model::notice::{ChannelKind, Impact, NoticeProof};
    let mut report = nothing_moved();
    let notice = |model: &str| model::Notice {
        provider: "openai".to_owned(),
        channel: ChannelKind::Statuspage,
        class: NoticeClass::Degradation,
        kind: "incident".to_owned(),
        key: model.to_owned(),
        thread: None,
        status: None,
        impact: Impact::Major,
        title: format!("errors of {model}"),
        models: vec![model.to_owned()],
        replacement: None,
        regions: Vec::new(),
        effective: Some(before(2)),
        stated: None,
        proof: NoticeProof::SecretPath,
        raw: ContentHash::of(b""),
        link: None,
    };
    let mut shares = plain_report().factors[0].clone();
    shares.factor = "model_served".to_owned();
    shares.during.levels[0].level = "gpt-x-2026".to_owned();
    report.factors.push(shares);
    let (used, other) = (notice("gpt-x"), notice("gpt-y"));
    let ids = [1, 2].map(model::NoticeId::from_random);
    let seen = [
        NoticeSeen { id: &ids[0], heard: before(1), says: &other },
        NoticeSeen { id: &ids[1], heard: before(1), says: &used },
    ];
    let catalogue = surfaces();
    let asked = Asked { feature: None, report: &report, declared: at(180), catalogue: &catalogue };
    assert_eq!(order(&rank(asked, &[], &seen)), ["errors of gpt-x", "errors of gpt-y"]);
}

#[test]
fn without_an_onset_the_window_or_the_declaration_stands_for_it() {
    let mut report = nothing_moved();
    report.onset = None;
    report.windows.chosen_by = ChosenBy::Halves;
    assert_eq!(ranked(&report, &[change(2, ChangeSurface::Prompt, 0)]).len(), 1);
    report.onset = Some(Onset { at: at(1), earliest: at(0), latest: at(2) });
    assert_eq!(ranked(&report, &[change(2, ChangeSurface::Prompt, 0)]), []);
}
