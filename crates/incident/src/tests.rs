//! What is written for people, from a report that the test makes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::incident::{Draft, IncidentKind};
use model::report::{
    Basis, ChosenBy, FactorShares, LevelCount, Mover, Onset, OutcomeChange, Shares, SurfaceState,
    SurfaceVerdict, Windows,
};
use model::surface::Effect;
use model::triage::Answer;
use model::{
    BehaviourRate, ContentHash, Entry, Fact, Incident, IncidentId, Interval, Report, Verdict,
    Window,
};

use crate::clocks::{Beside, LagName, clocks};
use crate::evidence::{Candidate, Exposed, contrasting, matched};
use crate::gaps::Dismissals;
use crate::{Incidents, brief, fields, gaps, postmortem, surfaces, timeline, triage};

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
        mix: None,
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
            since: Some(at(129)),
        }],
    }
}

fn surface(name: &str, verdict: SurfaceState) -> SurfaceVerdict {
    let why = "a reason".to_owned();
    SurfaceVerdict { surface: name.to_owned(), verdict, why, limit_pp: None }
}

pub(crate) fn entry(version: u64, fact: Fact) -> Entry {
    let zero = ContentHash::of(b"");
    let (stream, actor) = ("inc_1".to_owned(), "ada".to_owned());
    let (prev, hash) = (zero, zero);
    Entry { seq: version, stream, version, at: at(140), actor, fact, prev, hash }
}

pub(crate) fn incident(feature: &str) -> Incident {
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
    let clocks = clocks(&incident("support"), Beside { now: at(200), run: None });
    let (least, most) = clocks.lag(LagName::Detection).unwrap().length.range().unwrap();
    assert_eq!((least.as_mins(), most.as_mins()), (5, 13));
}

#[test]
fn the_draft_fills_what_is_known_and_leaves_open_what_is_not() {
    let mut incident = incident("support");
    incident.fields = fields::fill(&fields::form(), &incident.report, &[], &surfaces());
    let draft = postmortem::draft(&postmortem::of(&incident, at(200)), at(200));
    for part in [
        "| Tool schema versions | tool_shape:search_kb | 4f1a0000 100.0 % | 9c220000 100.0 % \
         | changed | with the outcome | 2026-11-22 02:09:00 UTC | not on record |",
        "| Judge configuration | – | unknown | unknown | unknown | ",
        "From onset until the first machine or person knew: 5 min to 13 min",
        "**Inferred:** the agent's words",
        "**Correct inference:**",
        "**Signal missed:**",
        "**Change of context or tool:**",
        "**Open** (AI engineer)",
    ] {
        assert!(draft.contains(part), "{part}\nis not in\n{draft}");
    }
}

#[test]
fn text_from_outside_is_never_markup_in_a_draft() {
    let hostile = "x|\n# owned\n<script>alert(1)</script>`[a](javascript:b)";
    let draft = postmortem::draft(&postmortem::of(&incident(hostile), at(200)), at(200));
    let outside_code = draft.split('`').step_by(2).collect::<String>();
    for markup in ["\n# owned", "<script>", "[a]("] {
        assert!(!outside_code.contains(markup), "{markup} in\n{draft}");
    }
}

#[test]
fn a_draft_reads_back_as_the_document_of_its_incident() {
    let mut incident = incident("support");
    incident.fields = fields::fill(&fields::form(), &incident.report, &[], &surfaces());
    let read =
        crate::document::read(&postmortem::draft(&postmortem::of(&incident, at(200)), at(200)));
    assert_eq!(read.document, postmortem::of(&incident, at(200)));
}

fn candidate(number: u128, outcome: model::Outcome, levels: &[u32]) -> Candidate<'_> {
    let run = format!("run_{number:032x}").parse().unwrap();
    let exposed = if outcome == model::Outcome::Bad { Exposed::Yes } else { Exposed::No };
    Candidate { run, outcome, exposed, levels }
}

fn last_digits(cited: &[model::Evidence]) -> Vec<u8> {
    cited.iter().map(|evidence| evidence.run.trace.as_bytes()[15]).collect()
}

#[test]
fn evidence_is_spread_over_the_runs_and_holds_both_kinds() {
    let bad = (1..=9).map(|number| candidate(number, model::Outcome::Bad, &[]));
    let good = (11..=12).map(|number| candidate(number, model::Outcome::Good, &[]));
    let picked = contrasting(&bad.chain(good).collect::<Vec<_>>(), "f = x");
    assert_eq!(last_digits(&picked), [1, 5, 9, 11, 12]);
    assert_eq!(picked[0].role, "bad, with f = x");
}

#[test]
fn where_nothing_moved_bad_runs_are_picked_at_random_beside_the_good_ones_most_like_them() {
    let levels: Vec<[u32; 2]> = (0..100).map(|number| [number, 500 + number % 7]).collect();
    let bad = (0..100).map(|at| candidate(1 + at as u128, model::Outcome::Bad, &levels[at]));
    let good = (0..100).map(|at| candidate(101 + at as u128, model::Outcome::Good, &levels[at]));
    let runs: Vec<Candidate> = bad.chain(good).collect();
    let picked = matched(&runs, 7);
    let digits = last_digits(&picked);
    assert_eq!(digits.len(), 6);
    assert!(digits.chunks(2).all(|pair| pair[1] == pair[0] + 100), "{digits:?}");
    assert!(picked[1].role.ends_with("2 of 2 levels"), "{}", picked[1].role);
    assert_eq!(last_digits(&matched(&runs, 7)), digits);
    assert!((8..20).any(|seed| last_digits(&matched(&runs, seed)) != digits));
}

#[test]
fn the_last_answer_of_a_person_stands_and_what_follows_is_said_anew() {
    let id: IncidentId = "inc_1".parse().unwrap();
    let mut incidents = Incidents::default();
    let declared = incident("support");
    let report = Box::new(declared.report.clone());
    let (tenant, feature) = (declared.tenant.clone(), declared.feature.clone());
    let (title, kind, run) = (String::new(), IncidentKind::Rate, None);
    let fact =
        Fact::IncidentDeclared { incident: id.clone(), tenant, kind, feature, title, report, run };
    incidents.apply(&entry(1, fact));
    let known = triage::Known { report: &declared.report, evals: &[], skews: None };
    let asked = triage::triage(&triage::tree(), known);
    assert!(asked.next.starts_with("tool:"), "{}", asked.next);
    incidents.apply(&entry(2, Fact::TriageRun { incident: id.clone(), triage: asked }));
    let answer = |node: &str, answer| Fact::TriageAnswered {
        incident: id.clone(),
        node: node.to_owned(),
        answer,
        because: "looked at it".to_owned(),
    };
    incidents.apply(&entry(3, answer("tool", Answer::Clean)));
    incidents.apply(&entry(4, answer("model", Answer::Clean)));
    incidents.apply(&entry(5, answer("model", Answer::Drifted)));
    incidents.apply(&entry(6, answer("no such node", Answer::Drifted)));
    let incident = incidents.get(&id).unwrap();
    let triage = incident.triage.as_ref().unwrap();
    assert!(triage.next.starts_with("model:"), "{}", triage.next);
    let row = triage.rows.iter().find(|row| row.node == "model").unwrap();
    // What the probe answered is still there to be read.
    assert_eq!((row.answer, row.stands(), row.told.len()), (Answer::Unknown, Answer::Drifted, 2));
    let told = timeline::moments(incident).into_iter().filter(|m| m.what.contains("answered"));
    assert_eq!(told.count(), 3);
}

#[test]
fn a_gap_is_one_item_however_many_incidents_lacked_it() {
    let with_fields = |number: i64| {
        let mut incident = incident("support");
        incident.id = format!("inc_{number}").parse().unwrap();
        incident.declared_at = at(number);
        incident.fields = fields::fill(&fields::form(), &incident.report, &[], &surfaces());
        incident
    };
    let incidents = [with_fields(2), with_fields(1)];
    let mut dismissals = Dismissals::default();
    let found = gaps(&incidents, &dismissals);
    let index = found.iter().find(|gap| gap.attribute == "mayday.index.build").unwrap();
    let ids: Vec<&str> = index.incidents.iter().map(IncidentId::as_str).collect();
    assert_eq!((ids, index.since), (vec!["inc_1", "inc_2"], at(1)));
    assert!(found.iter().all(|gap| gap.dismissed.is_none() && gap.feature == "support"));
    dismissals.apply(&entry(
        7,
        Fact::GapDismissed {
            tenant: model::TenantName::standard(),
            feature: "support".to_owned(),
            attribute: "mayday.index.build".to_owned(),
            because: "it retrieves nothing".to_owned(),
        },
    ));
    let dismissed = gaps(&incidents, &dismissals);
    let dismissed: Vec<&str> = dismissed
        .iter()
        .filter(|gap| gap.dismissed.is_some())
        .map(|gap| gap.attribute.as_str())
        .collect();
    assert_eq!(dismissed, ["mayday.index.build"]);
}
