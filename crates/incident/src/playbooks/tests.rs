//! Playbooks that ship, what the linter finds, and who could not do what.

use jiff::SignedDuration;
use model::course::PlaybookRehearsed;
use model::incident::IncidentKind;
use model::{Fact, TenantName};

use super::{
    Access, Freshness, OnCall, Playbook, Rehearsals, defaults, freshness, lint, preflight, propose,
    read,
};
use crate::tests::{at, entry, incident};

fn one(id: &str) -> Playbook {
    defaults().into_iter().find(|playbook| playbook.id == id).unwrap()
}

fn rules(playbook: &Playbook) -> Vec<String> {
    lint(playbook).into_iter().map(|finding| finding.rule).collect()
}

#[test]
fn ten_playbooks_ship_and_nothing_is_found_in_them() {
    let playbooks = defaults();
    assert_eq!(playbooks.len(), 10);
    for playbook in &playbooks {
        assert_eq!(lint(playbook), [], "{}", playbook.id);
        assert!(playbook.minutes() <= 90, "{}", playbook.id);
    }
}

#[test]
fn a_reproduction_that_blocks_is_found_however_it_is_said() {
    for (instruction, found) in [
        ("Reproduce the problem in staging before you escalate.", true),
        ("First get a reproduction.", true),
        ("Try to reproduce it.", true),
        ("Contain it. Do not reproduce it first.", false),
        ("Read twenty bad runs.", false),
    ] {
        let mut playbook = one("tool-drift");
        playbook.steps[0].instruction = instruction.to_owned();
        let is_found = rules(&playbook).contains(&"reproduce_first".to_owned());
        assert_eq!(is_found, found, "{instruction}");
    }
    // As the last step, after all is contained, it makes nobody wait.
    let mut playbook = one("tool-drift");
    let last = playbook.steps.len() - 1;
    playbook.steps[last].instruction = "Reproduce it in a test.".to_owned();
    assert_eq!(rules(&playbook), [""; 0]);
}

#[test]
fn what_is_missing_is_found() {
    let mut playbook = one("tool-drift");
    playbook.escalation.clear();
    playbook.exit.clear();
    playbook.steps[0].access = None;
    playbook.steps[1].minutes = None;
    assert_eq!(rules(&playbook), ["escalation", "exit", "access", "time_box"]);
    playbook.steps.clear();
    assert!(rules(&playbook).contains(&"steps".to_owned()));
}

#[test]
fn what_is_no_playbook_is_refused_with_its_place() {
    let error = read("id = \"x\"\nversion = \"one\"\n").unwrap_err().to_string();
    assert!(error.contains("version"), "{error}");
    assert!(read(&"#".repeat(70_000)).is_err());
}

#[test]
fn a_rehearsal_counts_for_ninety_days_in_its_version() {
    let (playbook, tenant) = (one("injection"), TenantName::standard());
    let mut rehearsals = Rehearsals::default();
    assert_eq!(freshness(&playbook, None, at(0)), Freshness::Never);
    let mut rehearse = |version, findings: &[&str]| {
        let told = PlaybookRehearsed {
            tenant: tenant.clone(),
            playbook: playbook.id.clone(),
            version,
            incident: None,
            findings: findings.iter().map(ToString::to_string).collect(),
        };
        rehearsals.apply(&entry(1, Fact::PlaybookRehearsed(told)));
        let last = rehearsals.of(&tenant, &playbook.id).unwrap();
        let later = |days: i64| last.at + SignedDuration::from_hours(24 * days);
        [freshness(&playbook, Some(last), later(89)), freshness(&playbook, Some(last), later(91))]
    };
    assert_eq!(rehearse(1, &[]), [Freshness::Fresh, Freshness::Stale]);
    assert_eq!(rehearse(1, &["no right to step 2"])[0], Freshness::Failing);
    assert_eq!(rehearse(2, &[])[0], Freshness::Stale);
}

#[test]
fn a_missing_right_is_found_before_the_page() {
    let on_call = [
        OnCall { name: "ana".to_owned(), may: vec![Access::Look, Access::Respond] },
        OnCall { name: "ben".to_owned(), may: vec![Access::Look] },
    ];
    let lacks = preflight(&[one("injection")], &on_call);
    let told: Vec<(usize, &str)> =
        lacks.iter().map(|lack| (lack.step, lack.who.as_str())).collect();
    assert_eq!(told, [(1, "ben"), (2, "ben")]);
}

#[test]
fn the_playbook_that_fits_is_proposed_by_what_moved() {
    let playbooks = defaults();
    let first = |incident: &model::Incident| propose(incident, &playbooks)[0].playbook.clone();
    let mut incident = incident("support");
    assert_eq!(first(&incident), "tool-drift");
    incident.report.movers[0].factor = "model_served".to_owned();
    incident.report.movers[0].surface = "model".to_owned();
    assert_eq!(first(&incident), "provider-change");
    incident.report.movers[0].factor = "prompt:main".to_owned();
    incident.report.movers[0].surface = "prompt".to_owned();
    assert_eq!(first(&incident), "tone-format-regression");
    incident.report.movers.clear();
    assert_eq!(first(&incident), "hallucination-spike");
    incident.kind = IncidentKind::Event;
    assert_eq!(first(&incident), "harmful-action");
}
