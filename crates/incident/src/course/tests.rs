//! The machine of stages, and what may be said of claims.

use model::course::{
    CauseRole, ClaimAbout, ClaimMade, ClaimRevised, ClaimState, ContainmentAttempted, Stage,
    StageReached,
};
use model::incident::IncidentKind;
use model::report::Dependence;
use model::time::SaidTime;
use model::{BehaviourRate, ClaimId, Entry, Fact, Fault, Faulty, Incident, IncidentId};
use proptest::prelude::*;

use super::{Ask, Back, Proof, Refusal, Standing, back, claim, reach, revise};
use crate::Incidents;
use crate::tests::{entry, incident, plain_report};

const STAGES: [Stage; 8] = [
    Stage::Detected,
    Stage::Declared,
    Stage::Contained,
    Stage::Diagnosing,
    Stage::Mitigated,
    Stage::Verified,
    Stage::Closed,
    Stage::Learned,
];

fn well() -> Proof {
    Proof::Rate(BehaviourRate::of(15, 500, 3))
}

fn ask(stage: Stage, standing: Standing, proof: &Proof) -> Ask<'_> {
    Ask { stage, because: "looked at it", standing, proof }
}

/// Takes a fact in as the ledger would.
pub(crate) fn go_on(incident: &mut Incident, fact: &Fact) {
    let by = model::course::Dated {
        at: incident.declared_at,
        by: "ada".to_owned(),
        person: true,
        what: (),
    };
    super::apply(&mut incident.course, fact, by, |_| None);
}

fn reached(stages: &[Stage]) -> Incident {
    let mut incident = incident("support");
    for stage in stages {
        let proof = well();
        let fact = reach(&incident, &ask(*stage, Standing::Approver, &proof)).unwrap();
        go_on(&mut incident, &fact);
    }
    incident
}

#[test]
fn every_way_between_stages_is_as_it_is_told() {
    let rows = [
        vec![],
        vec![Stage::Contained],
        vec![Stage::Diagnosing],
        vec![Stage::Mitigated],
        vec![Stage::Mitigated, Stage::Verified],
        vec![Stage::Closed],
        vec![Stage::Closed, Stage::Learned],
    ];
    let table = rows.map(|stages| {
        let incident = reached(&stages);
        let may = STAGES
            .iter()
            .filter(|stage| reach(&incident, &ask(**stage, Standing::Approver, &well())).is_ok());
        let may: Vec<&str> = may.map(|stage| stage.as_str()).collect();
        format!("{} → {}", incident.course.stage(), may.join(", "))
    });
    insta::assert_snapshot!(table.join("\n"), @r"
    declared → contained, diagnosing, mitigated, closed
    contained → diagnosing, mitigated, closed
    diagnosing → contained, mitigated, closed
    mitigated → diagnosing, verified, closed
    verified → diagnosing, closed
    closed → diagnosing, learned
    learned → diagnosing
    ");
}

#[test]
fn a_refusal_says_why_and_what_it_takes() {
    let fresh = incident("support");
    let mitigated = reached(&[Stage::Mitigated]);
    let few = Proof::Rate(BehaviourRate::of(0, 3, 40));
    let many_bad = Proof::Rate(BehaviourRate::of(60, 500, 0));
    let said = [
        reach(&fresh, &ask(Stage::Verified, Standing::Person, &well())),
        reach(&fresh, &ask(Stage::Closed, Standing::Person, &well())),
        reach(&fresh, &ask(Stage::Closed, Standing::Program, &well())),
        reach(&fresh, &ask(Stage::Learned, Standing::Person, &well())),
        reach(&mitigated, &ask(Stage::Contained, Standing::Person, &well())),
        reach(&mitigated, &ask(Stage::Verified, Standing::Person, &few)),
        reach(&mitigated, &ask(Stage::Verified, Standing::Person, &many_bad)),
        reach(&reached(&[Stage::Closed]), &ask(Stage::Declared, Standing::Person, &well())),
    ];
    let said = said.map(|refused| refused.unwrap_err().to_string());
    let said = said.join("\n").replace(": ", ":\n  ").replace("; ", ";\n  ");
    insta::assert_snapshot!(said.replace(", with", ",\n  with"), @r"
    an incident that is declared does not become verified:
      say first that it is mitigated:
      what is measured is the time since then
    closing an incident that is not verified is for an approver:
      ask one, or say that it is verified first
    closing an incident is for people, and this is a program:
      ask a person to do it
    an incident that is declared does not become learned:
      close it first
    an incident that is mitigated does not become contained:
      what is mended is contained;
      if it came back, say diagnosing
    verified is pending at n = 3:
      it needs about 134 known outcomes since the mitigation,
      with no more bad ones than before the incident;
      40 runs since then wait for a label
    not verified:
      12.0 % (60 of 500) are bad since the mitigation, and 159 of 5120 were before:
      look for what is left of it
    an incident that is closed does not become declared:
      it was declared once;
      if it came back, say that it is diagnosing again
    ");
}

#[test]
fn a_verified_stage_carries_the_rate_that_it_rests_on() {
    let incident = reached(&[Stage::Mitigated]);
    let fact = reach(&incident, &ask(Stage::Verified, Standing::Program, &well())).unwrap();
    let Fact::StageReached(StageReached { rate, .. }) = fact else { panic!("{fact:?}") };
    assert_eq!(rate, Some(BehaviourRate::of(15, 500, 3)));
}

#[test]
fn one_run_and_an_outage_have_conditions_of_their_own() {
    let mut event = reached(&[Stage::Mitigated]);
    event.kind = IncidentKind::Event;
    let refused = |incident: &Incident, proof: &Proof| {
        reach(incident, &ask(Stage::Verified, Standing::Person, proof)).map_err(|r| r.to_string())
    };
    assert!(refused(&event, &Proof::Actions { open: 2 }).unwrap_err().contains("not seen to"));
    assert!(refused(&event, &Proof::Actions { open: 0 }).is_ok());
    let mut outage = event.clone();
    outage.kind = IncidentKind::Outage;
    let firing = vec!["alr_1".to_owned()];
    assert!(refused(&outage, &Proof::Alerts { firing }).unwrap_err().contains("alr_1"));
    assert!(refused(&outage, &Proof::Alerts { firing: vec![] }).is_ok());
    assert!(refused(&outage, &well()).is_err());
}

#[test]
fn a_rate_is_back_once_it_is_proven_to_lie_nearer_to_before() {
    let report = plain_report();
    let of = |k, n| back(&report, BehaviourRate::of(k, n, 0));
    assert_eq!(of(15, 500), Back::Yes);
    assert_eq!(of(60, 500), Back::No);
    let Back::Pending { needs: Some(needs) } = of(0, 0) else { panic!("{:?}", of(0, 0)) };
    // So many runs that are bad as seldom as before do prove it, and a tenth of them do not.
    let usual = |n: u64| (159.0 / 5120.0 * n as f64).round() as u64;
    assert_eq!(of(usual(needs), needs), Back::Yes);
    assert!(matches!(of(usual(needs / 10), needs / 10), Back::Pending { .. }), "{needs}");
}

#[test]
fn runs_that_depend_on_each_other_prove_less() {
    let mut report = plain_report();
    let needs = |report: &model::Report| match back(report, BehaviourRate::of(0, 0, 0)) {
        Back::Pending { needs } => needs.unwrap(),
        other => panic!("{other:?}"),
    };
    let alone = needs(&report);
    report.dependence = Some(Dependence {
        clusters: Some(9),
        design_effect: 4.0,
        between_pp: None,
        windows: 0,
        matched_hours: false,
    });
    assert!(needs(&report) > 3 * alone, "{} {alone}", needs(&report));
}

#[test]
fn without_a_rate_before_nothing_is_verified_and_an_approver_may_close() {
    let mut incident = reached(&[Stage::Mitigated]);
    incident.report.outcome.before = BehaviourRate::of(0, 0, 9);
    let refused = reach(&incident, &ask(Stage::Verified, Standing::Person, &well())).unwrap_err();
    assert!(refused.to_string().contains("An approver may close it"), "{refused}");
    assert!(reach(&incident, &ask(Stage::Closed, Standing::Approver, &well())).is_ok());
}

#[test]
fn what_comes_back_is_taken_up_again_and_measured_again() {
    let closed = reached(&[Stage::Mitigated, Stage::Verified, Stage::Closed, Stage::Learned]);
    let again = reach(&closed, &ask(Stage::Diagnosing, Standing::Program, &well())).unwrap();
    let mut closed = closed;
    go_on(&mut closed, &again);
    assert_eq!(closed.course.stage(), Stage::Diagnosing);
    let refused = reach(&closed, &ask(Stage::Verified, Standing::Person, &well()));
    assert!(matches!(refused, Err(Refusal::NoWay { .. })), "{refused:?}");
}

fn made(about: ClaimAbout) -> ClaimMade {
    ClaimMade {
        incident: "inc_1".parse().unwrap(),
        claim: "clm_1".parse().unwrap(),
        about,
        says: "the edit did it".to_owned(),
        source: None,
        role: None,
        rests_on: None,
        moment: None,
        when: None,
    }
}

#[test]
fn a_claim_says_what_its_kind_needs() {
    let when = Some("2026-11-22T04:07:00+02:00".parse::<SaidTime>().unwrap());
    let moment = Some("onset".to_owned());
    let date = ClaimMade { moment, when: when.clone(), ..made(ClaimAbout::Date) };
    assert!(claim(date.clone()).is_ok());
    assert!(claim(ClaimMade { when: None, ..date.clone() }).is_err());
    assert!(claim(ClaimMade { moment: Some("lunch".to_owned()), ..date }).is_err());
    let cause = ClaimMade { role: Some(CauseRole::Activated), ..made(ClaimAbout::Cause) };
    let on = |id: &str| ClaimMade { rests_on: Some(id.to_owned()), ..cause.clone() };
    assert!(claim(on("chg_1")).is_ok() && claim(cause.clone()).is_ok());
    assert!(claim(on("inc_1")).is_err());
    assert!(claim(ClaimMade { role: None, ..cause }).is_err());
    assert!(claim(ClaimMade { when, ..made(ClaimAbout::Impact) }).is_err());
}

#[test]
fn claims_stand_side_by_side_and_only_their_makers_take_them_back() {
    let mut incident = incident("support");
    let second: ClaimId = "clm_2".parse().unwrap();
    let other = ClaimMade { claim: second.clone(), ..made(ClaimAbout::Impact) };
    go_on(&mut incident, &Fact::ClaimMade(made(ClaimAbout::Impact)));
    go_on(&mut incident, &Fact::ClaimMade(other));
    let say = |incident: &Incident, state, by: &str, standing| {
        let (id, claim) = (incident.id.clone(), second.clone());
        let said = ClaimRevised { incident: id, claim, state, because: "because".to_owned() };
        revise(incident, said, by, standing)
    };
    use ClaimState::{Accepted, Disputed, Retracted};
    let accepted = say(&incident, Accepted, "bot", Standing::Program).unwrap_err();
    assert_eq!(accepted.fault(), Fault::Denied);
    assert!(say(&incident, Retracted, "bob", Standing::Person).is_err());
    let disputed = say(&incident, Disputed, "bot", Standing::Program).unwrap();
    go_on(&mut incident, &disputed);
    let claims = incident.course.claims.iter();
    let states: Vec<ClaimState> = claims.map(model::course::Claimed::state).collect();
    assert_eq!(states, [ClaimState::Open, Disputed]);
    let retracted = say(&incident, Retracted, "ada", Standing::Person).unwrap();
    go_on(&mut incident, &retracted);
    let late = say(&incident, Accepted, "ada", Standing::Approver).unwrap_err();
    assert!(late.to_string().contains("retracted"), "{late}");
}

fn declared(id: &IncidentId) -> Entry {
    let incident = incident("support");
    entry(
        1,
        Fact::IncidentDeclared {
            tenant: incident.tenant,
            incident: id.clone(),
            kind: incident.kind,
            feature: incident.feature,
            title: incident.title,
            report: Box::new(incident.report),
            run: None,
        },
    )
}

#[test]
fn what_is_linked_is_told_as_it_is_heard_of_later() {
    let id: IncidentId = "inc_1".parse().unwrap();
    let lines = include_str!("tests/heard.jsonl");
    let mut incidents = Incidents::default();
    incidents.apply(&declared(&id));
    for (place, line) in lines.lines().enumerate() {
        let fact: Fact = serde_json::from_str(line).unwrap();
        incidents.apply(&entry(place as u64 + 2, fact));
    }
    let course = &incidents.get(&id).unwrap().course;
    let alert = course.linked[0].heard.as_ref().unwrap();
    assert_eq!((alert.line.as_str(), alert.over.is_some()), ("bad answers", true));
    // A change made in its course is linked by that, and its taking effect is heard of.
    let change = course.linked[1].heard.as_ref().unwrap();
    assert!(change.activated.is_some());
    assert_eq!(course.linked.len(), 2, "{:?}", course.linked);
    // A snapshot of the fold goes on as the fold does.
    let written = serde_json::to_string(&incidents).unwrap();
    let mut again: Incidents = serde_json::from_str(&written).unwrap();
    let resolved: Fact = serde_json::from_str(lines.lines().nth(2).unwrap()).unwrap();
    again.apply(&entry(20, resolved));
    assert_eq!(again.get(&id).unwrap().course, *course);
}

#[test]
fn what_another_tenant_heard_is_not_told() {
    let id: IncidentId = "inc_1".parse().unwrap();
    let mut incidents = Incidents::default();
    incidents.apply(&declared(&id));
    let lines = include_str!("tests/heard.jsonl").replace("\"default\"", "\"other\"");
    for (place, line) in lines.lines().enumerate() {
        let fact: Fact = serde_json::from_str(line).unwrap();
        incidents.apply(&entry(place as u64 + 2, fact));
    }
    let course = &incidents.get(&id).unwrap().course;
    assert!(course.linked.iter().all(|linked| linked.heard.is_none()), "{:?}", course.linked);
}

fn any_stage() -> impl Strategy<Value = Stage> {
    proptest::sample::select(STAGES.to_vec())
}

fn any_standing() -> impl Strategy<Value = Standing> {
    let all = vec![Standing::Program, Standing::Person, Standing::Approver];
    proptest::sample::select(all)
}

proptest! {
    #[test]
    fn however_it_is_asked_the_course_holds_what_it_promises(
        asks in proptest::collection::vec(
            (any_stage(), any_standing(), 0u64..600, 0u64..600),
            0..40,
        )
    ) {
        let mut incident = incident("support");
        for (stage, standing, bad, more) in asks {
            let rate = BehaviourRate::of(bad.min(more), more, 1);
            let (proof, before) = (Proof::Rate(rate), incident.course.stage());
            match reach(&incident, &ask(stage, standing, &proof)) {
                Err(refused) => prop_assert!(!refused.to_string().is_empty()),
                Ok(fact) => {
                    go_on(&mut incident, &fact);
                    let last = &incident.course.stages.last().unwrap().what;
                    prop_assert_eq!(last.stage, stage);
                    prop_assert!(stage != before && stage > Stage::Declared);
                    match stage {
                        Stage::Verified => {
                            prop_assert_eq!(before, Stage::Mitigated);
                            prop_assert_eq!(back(&incident.report, last.rate.unwrap()), Back::Yes);
                        }
                        Stage::Closed => {
                            prop_assert!(standing > Standing::Program);
                            let verified = before == Stage::Verified;
                            prop_assert!(verified || standing == Standing::Approver);
                        }
                        Stage::Learned => prop_assert_eq!(before, Stage::Closed),
                        _ => prop_assert!(last.rate.is_none()),
                    }
                }
            }
        }
        // Whatever was reached, somebody can go on: nothing waits for a reproduction.
        let stage = incident.course.stage();
        let again = reach(&incident, &ask(Stage::Diagnosing, Standing::Program, &well()));
        prop_assert!(again.is_ok() || stage == Stage::Diagnosing);
    }

    #[test]
    fn a_rate_is_never_back_and_above_at_once(k in 0u64..2_000, more in 0u64..2_000) {
        let report = plain_report();
        let rate = BehaviourRate::of(k, k + more, 0);
        let worse = BehaviourRate::of(k + 1, k + more + 1, 0);
        if back(&report, rate) == Back::No {
            prop_assert!(back(&report, worse) != Back::Yes);
        }
    }
}

#[test]
fn an_attempt_that_failed_counts_and_is_told() {
    let mut incident = incident("support");
    let advice = Fact::ClaimMade(ClaimMade {
        source: Some("triage-bot".to_owned()),
        says: "turn search_kb off".to_owned(),
        ..made(ClaimAbout::Advice)
    });
    go_on(&mut incident, &advice);
    let tried = Fact::ContainmentAttempted(ContainmentAttempted {
        incident: incident.id.clone(),
        attempt: "att_1".parse().unwrap(),
        channel: "flag".to_owned(),
        what: "search_kb off".to_owned(),
        result: model::course::AttemptResult::Failed,
        done_at: None,
        advice: Some("clm_1".parse().unwrap()),
        change: Some("chg_9".parse().unwrap()),
    });
    go_on(&mut incident, &tried);
    let told = crate::timeline::moments(&incident);
    let told = told.iter().find(|moment| moment.what.contains("tried")).unwrap();
    assert_eq!(
        told.what,
        "ada tried flag: search_kb off: failed; on the advice of triage-bot: turn search_kb off; \
         by change chg_9: not on record"
    );
}
