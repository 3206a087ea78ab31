//! An incident as the record would tell it, with one of everything that a page shows.

use std::collections::BTreeMap;

use incident::blast::Actions;
use incident::card::{Freshness, Inputs, You};
use incident::clocks::Beside;
use incident::playbooks::{defaults, propose};
use incident::severity::{Known, Pace, grade, rubric};
use incident::timeline::moments;
use incident::{card, clocks};
use jiff::{SignedDuration, Timestamp};
use model::incident::{Evidence, IncidentKind};
use model::report::{
    Basis, ChangedWith, ChosenBy, FactorShares, LevelCount, Mover, Onset, OutcomeChange, Shares,
    SurfaceState, SurfaceVerdict, Windows,
};
use model::surface::Effect;
use model::{BehaviourRate, Incident, Interval, Outcome, Report, Verdict, Window};
use response::course::SeverityView;
use response::{BlastRadius, CourseView, IncidentView, Slice, brief};

/// A level that is a hash, as recorded.
pub(crate) const HASH: &str = "9c22aa01bbccddeeff00112233445566";

/// An instant of the night.
pub(crate) fn at(clock: &str) -> Timestamp {
    format!("2026-11-22T{clock}Z").parse().unwrap()
}

/// The windows of the night.
pub(crate) fn windows() -> Windows {
    Windows {
        baseline: Window { start: at("00:00:00"), end: at("02:00:00") },
        incident: Window { start: at("02:00:00"), end: at("03:00:00") },
        chosen_by: ChosenBy::ChangePoint,
    }
}

/// Slices of ten minutes with these (bad, known) runs.
pub(crate) fn slices(counts: &[(u64, u64)]) -> Vec<Slice> {
    let length = SignedDuration::from_mins(10);
    let start = |place: usize| at("00:00:00") + length * place as i32;
    let slice = |(place, (k, n)): (usize, &(u64, u64))| Slice {
        window: Window { start: start(place), end: start(place + 1) },
        rate: BehaviourRate::of(*k, *n, 3),
    };
    counts.iter().enumerate().map(slice).collect()
}

/// What moved that night.
pub(crate) fn mover() -> Mover {
    let level = |factor: &str, level: &str| (factor.to_owned(), level.to_owned());
    Mover {
        surface: "tool".to_owned(),
        factor: "tool_shape:search_kb".to_owned(),
        kind: Effect::Behaviour,
        change: model::report::Change::Levels,
        from: Some("4f1a".to_owned()),
        to: HASH.to_owned(),
        levels: BTreeMap::from([level("tool_shape:search_kb", HASH), level("code", "4.18.3")]),
        with: vec!["code".to_owned()],
        first_seen: Some(at("02:09:00")),
        rate_with: BehaviourRate::of(522, 3072, 40),
        rate_without: BehaviourRate::of(82, 2048, 30),
        basis: Basis::Concurrent,
        carried: Interval { est: 0.9, low: 0.79, high: 0.99 },
        chance_nearby: None,
    }
}

/// The report of that night.
pub(crate) fn report() -> Report {
    let surface =
        |(surface, verdict, limit_pp): (&str, SurfaceState, Option<f64>)| SurfaceVerdict {
            surface: surface.to_owned(),
            verdict,
            why: format!("because of {HASH}"),
            limit_pp,
        };
    Report {
        verdict: Verdict::Moved,
        why: "moved with the outcome".to_owned(),
        feature: Some("support-agent".to_owned()),
        windows: windows(),
        outcome: OutcomeChange {
            before: BehaviourRate::of(160, 5160, 120),
            during: BehaviourRate::of(604, 5120, 340),
            delta_pp: Some(8.7),
            low_pp: Some(7.7),
            high_pp: Some(9.7),
        },
        onset: Some(Onset { at: at("02:10:00"), earliest: at("02:07:00"), latest: at("02:15:00") }),
        movers: vec![mover()],
        suspects: vec![],
        residual_pp: Some(0.9),
        mix: None,
        labelling: None,
        dependence: None,
        episodes: Vec::new(),
        surfaces: [
            ("tool", SurfaceState::Moved, None),
            ("prompt", SurfaceState::Identical, None),
            ("traffic", SurfaceState::Bounded, Some(0.4)),
            ("model", SurfaceState::Unknown, None),
        ]
        .map(surface)
        .to_vec(),
        changed_with: vec![ChangedWith {
            factor: "finish_reason".to_owned(),
            level: "length".to_owned(),
            share_before: 0.01,
            share_during: 0.2,
        }],
        factors: vec![factor()],
    }
}

fn factor() -> FactorShares {
    let level = |level: &str, runs| LevelCount { level: level.to_owned(), runs };
    FactorShares {
        factor: "tool_shape:search_kb".to_owned(),
        surface: "tool".to_owned(),
        before: Shares { recorded: 0, missing: 7, levels: Vec::new(), others: 0 },
        during: Shares {
            recorded: 5120,
            missing: 0,
            levels: vec![level(HASH, 3072), level("4f1a", 2048)],
            others: 2,
        },
        since: Some(at("02:01:00")),
    }
}

/// The incident of that night, with this report.
pub(crate) fn view(report: Report) -> IncidentView {
    let evidence = |role: &str, outcome, digit: &str| Evidence {
        run: format!("run_{}", digit.repeat(32)).parse().unwrap(),
        outcome,
        role: role.to_owned(),
        step: None,
        content: Vec::new(),
    };
    let bad = format!("bad, with tool_shape:search_kb = {HASH}");
    let incident = Incident {
        tenant: model::TenantName::standard(),
        id: "inc_night".parse().unwrap(),
        kind: IncidentKind::Rate,
        feature: Some("support-agent".to_owned()),
        title: "support-agent: bad 3.1 % → 11.8 %".to_owned(),
        declared_at: at("02:47:00"),
        declared_by: "anna".to_owned(),
        report,
        looks: Vec::new(),
        run: None,
        evidence: vec![
            evidence(&bad, Outcome::Bad, "a"),
            evidence(&bad, Outcome::Bad, "b"),
            evidence("good, without", Outcome::Good, "c"),
        ],
        triage: None,
        fields: Vec::new(),
        excerpts: None,
        drafts: Vec::new(),
        course: model::course::Course { declared_by_person: true, ..Default::default() },
    };
    IncidentView {
        brief: brief(&incident.report),
        slices: slices(&[(3, 90), (2, 80), (0, 0), (3, 85), (0, 4), (1, 60), (9, 80), (12, 90)]),
        suspects: Vec::new(),
        links: Vec::new(),
        course: course(&incident),
        incident,
    }
}

/// The course of an incident at ten to three, with what its facts say.
pub(crate) fn course(incident: &Incident) -> CourseView {
    let now = at("02:50:00");
    let last = Pace { secs: 300, rate: BehaviourRate::of(70, 350, 20) };
    let actions = Actions { irreversible: 2, open: 1, ..Actions::default() };
    let fresh = Freshness { newest_run: Some(at("02:49:56")), ..Freshness::default() };
    let you = You { name: "anna".to_owned(), may: vec!["act".to_owned()], may_not: Vec::new() };
    let (nearest, rubric) = (None, rubric());
    let card = card(Inputs { incident, now, last, fresh, actions, nearest, you });
    let graded = grade(&rubric, &Known { incident, last, before: last, actions: &actions });
    let (least, worst) = graded.span(&rubric);
    CourseView {
        incident: incident.id.clone(),
        rows: card.rows(),
        card,
        clocks: clocks(incident, Beside { now, run: None }),
        severity: SeverityView {
            stands: incident.course.severity(),
            graded,
            least,
            worst,
            rubric: rubric.version,
        },
        blast: BlastRadius {
            window: Window { start: at("02:00:00"), end: now },
            runs: 5460,
            bad: 604,
            unknown: 340,
            conversations: Some(590),
            people: None,
            segments: Vec::new(),
            counts: actions,
            tools: Vec::new(),
        },
        timeline: moments(incident),
        playbooks: propose(incident, &defaults()),
    }
}
