//! What is written for people, from a report that the test makes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::incident::{Draft, IncidentKind};
use model::report::{
    Basis, ChosenBy, FactorShares, LevelCount, Mover, Onset, OutcomeChange, Shares, SurfaceState,
    SurfaceVerdict, Windows,
};
use model::surface::Effect;
use model::{
    BehaviourRate, ContentHash, Entry, Fact, Incident, IncidentId, Interval, Report, Verdict,
    Window,
};

use crate::evidence::{Candidate, Exposed, pick};
use crate::{Incidents, brief, postmortem, timeline};

const OLD: &str = "4f1a0000000000000000000000000000";
const NEW: &str = "9c220000000000000000000000000000";

pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_305_600 + minute * 60).unwrap()
}

fn shares(level: &str) -> Shares {
    let levels = vec![LevelCount { level: level.to_owned(), runs: 100 }];
    Shares { recorded: 100, missing: 0, levels, others: 0 }
}

/// A report in which a tool's shape moved.
pub(crate) fn plain_report() -> Report {
    report("support", Basis::Concurrent)
}

fn report(feature: &str, basis: Basis) -> Report {
    let factor = "tool_shape:search_kb".to_owned();
    Report {
        verdict: Verdict::Moved,
        why: "moved with the outcome".to_owned(),
        feature: Some(feature.to_owned()),
        windows: Windows {
            baseline: Window::new(at(0), at(130)).unwrap(),
            incident: Window::new(at(130), at(180)).unwrap(),
            chosen_by: ChosenBy::Caller,
        },
        outcome: OutcomeChange {
            before: BehaviourRate::of(159, 5120, 12),
            during: BehaviourRate::of(604, 5120, 700),
            delta_pp: Some(8.7),
            low_pp: Some(7.7),
            high_pp: Some(9.7),
        },
        onset: Some(Onset { at: at(129), earliest: at(127), latest: at(135) }),
        movers: vec![Mover {
            surface: "tool".to_owned(),
            factor: factor.clone(),
            kind: Effect::Behaviour,
            change: model::report::Change::Levels,
            from: Some(OLD.to_owned()),
            to: NEW.to_owned(),
            levels: BTreeMap::from([(factor.clone(), NEW.to_owned())]),
            with: Vec::new(),
            first_seen: Some(at(129)),
            rate_with: BehaviourRate::of(522, 3072, 0),
            rate_without: BehaviourRate::of(82, 2048, 0),
            basis,
            carried: Interval { est: 0.9, low: 0.8, high: 1.0 },
            chance_nearby: None,
        }],
        suspects: vec![],
        residual_pp: Some(0.9),
        mix: Vec::new(),
        labelling: None,
        dependence: None,
        episodes: Vec::new(),
        surfaces: vec![
            surface("prompt", SurfaceState::Identical),
            surface("tool", SurfaceState::Moved),
            surface("model", SurfaceState::Unknown),
        ],
        changed_with: Vec::new(),
        factors: vec![FactorShares {
            factor,
            surface: "tool".to_owned(),
            before: shares(OLD),
            during: shares(NEW),
        }],
    }
}

fn surface(name: &str, verdict: SurfaceState) -> SurfaceVerdict {
    let why = "a reason".to_owned();
    SurfaceVerdict { surface: name.to_owned(), verdict, why, limit_pp: None }
}

fn entry(version: u64, fact: Fact) -> Entry {
    let zero = ContentHash::of(b"");
    let (stream, actor) = ("inc_1".to_owned(), "ada".to_owned());
    let (prev, hash) = (zero, zero);
    Entry { seq: version, stream, version, at: at(140), actor, fact, prev, hash }
}

fn incident(feature: &str) -> Incident {
    let id: IncidentId = "inc_1".parse().unwrap();
    let mut incidents = Incidents::default();
    incidents.apply(&entry(
        1,
        Fact::IncidentDeclared {
            tenant: model::TenantName::standard(),
            incident: id.clone(),
            kind: IncidentKind::Rate,
            feature: Some(feature.to_owned()),
            title: brief::title(&report(feature, Basis::Concurrent)),
            report: Box::new(report(feature, Basis::Concurrent)),
            run: None,
        },
    ));
    let hash = ContentHash::of(b"draft");
    incidents.apply(&entry(2, Fact::PostmortemDrafted { incident: id.clone(), hash }));
    incidents.get(&id).unwrap().clone()
}

#[test]
fn a_brief_answers_first_and_gives_every_figure_its_n_and_interval() {
    let lines = brief(&report("support", Basis::Concurrent)).lines().join("\n");
    let lines = lines.replace("; ", ";\n  ").replace(". ", ".\n  ");
    insta::assert_snapshot!(lines, @r"
    support: tool_shape:search_kb 4f1a0000 → 9c220000 moved with the bad answers
      measured  bad 3.1 % (159 of 5120) → 11.8 % (604 of 5120);
      +8.7 points [7.7, 9.7];
      outcome unknown for 12 → 700;
      began 02:07:00–02:15:00, likeliest 02:09:00 UTC
      moved     tool_shape:search_kb 4f1a0000 → 9c220000;
      first seen 02:09:00.
      With it 17.0 % (522 of 3072) bad;
      at the same time without it 4.0 % (82 of 2048).
      Carries 7.8 of the 8.7 points [7.0, 8.7].
      Observational
      identical: prompt
      unknown: model: a reason
      next      declare it with `mayday incident declare`: that freezes this answer and its evidence
    ");
}

#[test]
fn before_and_after_never_explains_and_never_carries() {
    let lines = brief(&report("support", Basis::BeforeAfter)).lines().join("\n");
    assert!(lines.contains("explains nothing by itself"));
    assert!(!lines.contains("Carries"));
}

#[test]
fn facts_fold_to_an_incident_with_its_drafts() {
    let incident = incident("support");
    let draft = Draft { at: at(140), by: "ada".to_owned(), hash: ContentHash::of(b"draft") };
    assert_eq!(incident.drafts, [draft]);
    assert_eq!(incident.declared_by, "ada");
}

#[test]
fn the_time_to_detection_is_computed_from_the_onsets_range() {
    let clocks = timeline::clocks(&incident("support"));
    let (least, most) = clocks.detection.unwrap();
    assert_eq!((least.as_mins(), most.as_mins()), (5, 13));
}

#[test]
fn the_draft_fills_what_is_known_and_leaves_open_what_is_not() {
    let draft = postmortem::draft(&incident("support"), at(200));
    for part in [
        "| Tool schema versions | `tool_shape:search_kb` | `4f1a0000` 100.0 % | `9c220000` 100.0 % \
         | **changed, with the outcome** |",
        "| Judge configuration | – | unknown | unknown | unknown: not recorded in any run |",
        "From onset to declaration: 5 min to 13 min",
        "### Inferred",
        "### Correct inference",
        "### Signal missed",
        "### Change of context or tool",
        "**Open** (AI engineer)",
    ] {
        assert!(draft.contains(part), "{part}\nis not in\n{draft}");
    }
}

#[test]
fn text_from_outside_is_never_markup_in_a_draft() {
    let hostile = "x|\n# owned\n<script>alert(1)</script>`[a](javascript:b)";
    let draft = postmortem::draft(&incident(hostile), at(200));
    let outside_code = draft.split('`').step_by(2).collect::<String>();
    for markup in ["\n# owned", "<script>", "[a]("] {
        assert!(!outside_code.contains(markup), "{markup} in\n{draft}");
    }
}

#[test]
fn evidence_is_spread_over_the_runs_and_holds_both_kinds() {
    let run = |number: u128, outcome, exposed| Candidate {
        run: format!("run_{number:032x}").parse().unwrap(),
        outcome,
        exposed,
    };
    let bad = (1..=9).map(|number| run(number, model::Outcome::Bad, Exposed::Yes));
    let good = (11..=12).map(|number| run(number, model::Outcome::Good, Exposed::No));
    let picked = pick(&bad.chain(good).collect::<Vec<_>>(), Some("f = x"));
    let last_digits: Vec<u8> =
        picked.iter().map(|evidence| evidence.run.trace.as_bytes()[15]).collect();
    assert_eq!(last_digits, [1, 5, 9, 11, 12]);
    assert_eq!(picked[0].role, "bad, with f = x");
}
