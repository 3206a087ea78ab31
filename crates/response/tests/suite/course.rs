//! The course of an incident, from its declaration to what was learned.

use jiff::{SignedDuration, Timestamp};
use model::course::{AttemptResult, ClaimAbout, ClaimState, Compensation, Duty, Reversibility};
use model::{
    Fault, Faulty, IncidentId, Principal, PrincipalKind, PrincipalRole, Severity, Stage, TenantName,
};
use response::clocks::{LagName, Mark, Reading};
use response::still::Going;
use response::{
    Act, ActionsTold, AttemptTold, ClaimTold, Declaration, Encoding, Mayday, NoteTold,
    RevisionTold, Settings, SeverityWanted, Signal, Who,
};
use serde_json::{Value, json};

use crate::samples::{START, settle, text, trace};

fn minutes(minutes: i64) -> Timestamp {
    START + SignedDuration::from_mins(minutes)
}

/// A run that refunds, which nobody can undo.
fn refund(number: u64, outcome: &str, at: Timestamp) -> Vec<Value> {
    let (start, end) = (at.as_nanosecond(), at.as_nanosecond() + 2_000_000_000);
    let span = |id: u64, parent: &str, attributes: Vec<Value>| {
        json!({
            "traceId": trace(number).to_string(), "spanId": format!("{id:016x}"),
            "parentSpanId": parent, "name": "run", "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": end.to_string(), "attributes": attributes,
        })
    };
    let agent = vec![
        text("gen_ai.operation.name", "invoke_agent"),
        text("mayday.feature", "help"),
        text("mayday.outcome", outcome),
        text("mayday.segment.plan", "free"),
    ];
    let tool = vec![
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "refund"),
        text("mayday.effect", "irreversible"),
    ];
    vec![span(1, "", agent), span(2, "0000000000000001", tool)]
}

/// So many runs of which so many are bad, spread over some minutes.
async fn runs(mayday: &Mayday, first: u64, (bad, all): (u64, u64), from: i64, to: i64) {
    let spans = (0..all).flat_map(|number| {
        let outcome = if number * bad / all < (number + 1) * bad / all { "bad" } else { "good" };
        let at = minutes(from)
            + SignedDuration::from_secs(60 * (to - from) * number as i64 / all as i64);
        refund(first + number, outcome, at)
    });
    let spans: Vec<Value> = spans.collect();
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let now = minutes(to);
    mayday.record(Signal::Traces, body.as_bytes(), Encoding::Json, now).await.unwrap();
    settle(mayday, now + SignedDuration::from_mins(2)).await;
}

fn act(by: &str, at: Timestamp, random: u64) -> Act<'_> {
    Act { by, who: &Who::Local, at, random }
}

/// An agent that holds a key.
fn bot() -> Who {
    holder(PrincipalKind::Agent, None)
}

/// Somebody who holds a key.
fn holder(kind: PrincipalKind, role: Option<PrincipalRole>) -> Who {
    Who::Principal(Principal {
        id: "prn_bot".parse().unwrap(),
        name: "bot".parse().unwrap(),
        kind,
        tenant: TenantName::standard(),
        role,
    })
}

/// Two hours of good runs, then half an hour of bad ones; declared at once.
async fn night() -> (Mayday, IncidentId) {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    runs(&mayday, 1, (12, 400), 0, 120).await;
    runs(&mayday, 1_001, (90, 300), 120, 150).await;
    let declared = mayday.declare(&Declaration::default(), act("ana", minutes(150), 7)).unwrap();
    (mayday, declared.id)
}

#[tokio::test]
async fn an_incident_goes_from_declared_to_learned_and_every_gate_holds() {
    let (mayday, id) = night().await;
    let reach = |stage, at, by: &str| {
        mayday.reach_stage(&id, stage, "looked at it", act(by, minutes(at), 8))
    };
    reach(Stage::Contained, 155, "ana").unwrap();
    let early = reach(Stage::Verified, 156, "ana").unwrap_err();
    assert!(early.to_string().contains("say first that it is mitigated"), "{early}");
    reach(Stage::Mitigated, 160, "ana").unwrap();
    runs(&mayday, 2_001, (0, 5), 160, 165).await;
    let pending = reach(Stage::Verified, 166, "ana").unwrap_err();
    assert_eq!(pending.fault(), Fault::Conflict);
    assert!(pending.to_string().contains("pending at n = 5"), "{pending}");
    runs(&mayday, 3_001, (9, 300), 166, 186).await;
    let verified = reach(Stage::Verified, 187, "ana").unwrap();
    let rate = verified.course.stages.last().unwrap().what.rate.unwrap();
    assert_eq!((rate.k, rate.n), (9, 305));
    let bot = bot();
    let by_bot = Act { by: "bot (prn_bot)", who: &bot, at: minutes(188), random: 9 };
    let closing = mayday.reach_stage(&id, Stage::Closed, "done", by_bot).unwrap_err();
    assert_eq!(closing.fault(), Fault::Denied);
    reach(Stage::Closed, 189, "ana").unwrap();
    let learned = reach(Stage::Learned, 190, "ana").unwrap();
    assert_eq!(learned.course.stage(), Stage::Learned);
    // What comes back is taken up again, by whoever sees it.
    let again = mayday.reach_stage(&id, Stage::Diagnosing, "bad answers again", by_bot).unwrap();
    assert_eq!(again.course.stage(), Stage::Diagnosing);
}

#[tokio::test]
async fn what_is_for_people_refuses_an_agent_and_the_rest_does_not() {
    let (mayday, id) = night().await;
    let bot = bot();
    let by_bot = |random| Act { by: "bot (prn_bot)", who: &bot, at: minutes(151), random };
    let refused = mayday.acknowledge(&id, by_bot(1)).unwrap_err();
    assert_eq!(refused.fault(), Fault::Denied);
    let wanted = |severity| SeverityWanted {
        severity: Some(severity),
        because: "many are told to pay twice".to_owned(),
        ..SeverityWanted::default()
    };
    mayday.set_severity(&id, &wanted(Severity::Sev2), by_bot(2)).unwrap();
    let lower = mayday.set_severity(&id, &wanted(Severity::Sev4), by_bot(3)).unwrap_err();
    assert_eq!(lower.fault(), Fault::Denied);
    let lowered = mayday.set_severity(&id, &wanted(Severity::Sev3), act("ana", minutes(152), 4));
    assert_eq!(lowered.unwrap().course.severity(), Some(Severity::Sev3));
    let seen = mayday.acknowledge(&id, act("ana", minutes(153), 5)).unwrap();
    let twice = mayday.acknowledge(&id, act("ana", minutes(154), 6)).unwrap();
    assert_eq!(seen.course.acknowledged, twice.course.acknowledged);
}

#[tokio::test]
async fn closing_takes_a_person_and_an_approver_where_nothing_is_verified() {
    use PrincipalKind::{Agent, Person};
    use PrincipalRole::{Approver, Responder, Viewer};
    let closes = |mayday: &Mayday, id: &IncidentId, (kind, role), at| {
        let who = holder(kind, Some(role));
        let act = Act { by: "somebody", who: &who, at: minutes(at), random: 9 };
        mayday.reach_stage(id, Stage::Closed, "it is over", act).map_err(|error| error.fault())
    };
    let (mayday, id) = night().await;
    for who in [(Agent, Responder), (Person, Viewer), (Person, Responder)] {
        assert_eq!(closes(&mayday, &id, who, 155).unwrap_err(), Fault::Denied, "{who:?}");
    }
    assert_eq!(
        closes(&mayday, &id, (Person, Approver), 155).unwrap().course.stage(),
        Stage::Closed
    );
    let (mayday, id) = night().await;
    mayday.reach_stage(&id, Stage::Mitigated, "rolled back", act("ana", minutes(160), 8)).unwrap();
    runs(&mayday, 2_001, (9, 300), 160, 186).await;
    mayday.reach_stage(&id, Stage::Verified, "measured", act("ana", minutes(187), 8)).unwrap();
    for who in [(Agent, Responder), (Person, Viewer)] {
        assert_eq!(closes(&mayday, &id, who, 188).unwrap_err(), Fault::Denied, "{who:?}");
    }
    assert!(closes(&mayday, &id, (Person, Responder), 188).is_ok());
}

#[tokio::test]
async fn who_may_only_look_states_nothing_whatever_they_ask_for() {
    let (mayday, id) = night().await;
    let viewer = holder(PrincipalKind::Person, Some(PrincipalRole::Viewer));
    let by = |random| Act { by: "viewer", who: &viewer, at: minutes(155), random };
    let text = || "because".to_owned();
    let severity =
        SeverityWanted { severity: Some(Severity::Sev1), because: text(), ..Default::default() };
    let attempt = AttemptTold {
        channel: text(),
        what: text(),
        result: AttemptResult::Worked,
        done_at: None,
        advice: None,
        change: None,
    };
    let claim = ClaimTold {
        about: ClaimAbout::Impact,
        says: text(),
        source: None,
        role: None,
        rests_on: None,
        moment: None,
        when: None,
    };
    let claim_number = "clm_1".parse().unwrap();
    let revision =
        RevisionTold { claim: claim_number, state: ClaimState::Disputed, because: text() };
    let actions = ActionsTold {
        run: None,
        step: None,
        tool: text(),
        reversibility: Reversibility::Irreversible,
        compensation: Compensation::Begun,
        because: text(),
    };
    let note = NoteTold { text: text(), said_at: None, source: None };
    let before = mayday.incident(&id).unwrap();
    let asked = [
        mayday.acknowledge(&id, by(1)),
        mayday.reach_stage(&id, Stage::Contained, "because", by(2)),
        mayday.set_severity(&id, &severity, by(3)),
        mayday.take_duty(&id, Duty::Lead, "viewer", by(4)),
        mayday.add_note(&id, note, by(5)),
        mayday.tell_attempt(&id, attempt, by(6)),
        mayday.make_claim(&id, claim, by(7)),
        mayday.revise_claim(&id, revision, by(8)),
        mayday.revise_actions(&id, actions, by(9)),
        mayday.look_again(&id, None, by(10)),
        mayday.declare(&Declaration::default(), by(11)),
    ];
    for (number, answer) in asked.into_iter().enumerate() {
        assert_eq!(answer.unwrap_err().fault(), Fault::Denied, "the act {number}");
    }
    assert_eq!(mayday.incident(&id).unwrap(), before);
    assert_eq!(mayday.list_incidents().len(), 1);
}

#[tokio::test]
async fn what_mayday_declares_by_itself_no_person_has_seen() {
    let (mayday, _) = night().await;
    let act = Act::by_itself(minutes(151), 11);
    let id = mayday.declare(&Declaration::default(), act).unwrap().id;
    let view = mayday.course(&id, &Who::Local, minutes(152)).unwrap();
    assert_eq!(view.card.acknowledged, None);
    let aware = &view.clocks.mark(Mark::HumanAware).unwrap().reading;
    assert!(matches!(aware, Reading::Unknown { .. }), "{aware:?}");
    let detected = &view.clocks.mark(Mark::MachineDetected).unwrap().reading;
    assert_eq!(detected.at(), Some(minutes(151)));
}

#[tokio::test]
async fn the_card_and_the_clocks_tell_the_night_as_it_was_recorded() {
    let (mayday, id) = night().await;
    let view = mayday.course(&id, &Who::Local, minutes(150)).unwrap();
    assert_eq!(view.card.still.state, Going::Yes);
    assert!((view.card.still.bad_per_minute - 3.0).abs() < 0.1, "{:?}", view.card.still);
    let bad = view.card.otherwise.bad_per_hour.unwrap();
    assert!((bad.est - 180.0).abs() < 10.0 && bad.low < 180.0 && bad.high > 180.0, "{bad:?}");
    assert!(view.card.fresh.settled.is_some());
    // Every bad run of the window refunded somebody, and nobody has seen to it.
    let counts = view.blast.counts;
    assert_eq!((counts.irreversible, counts.open), (view.blast.bad, view.blast.bad));
    assert!(view.blast.segments.iter().any(|one| one.factor == "segment:plan" && one.bad > 0));
    assert_eq!(view.severity.graded.reversibility.grade, Some(3));
    assert_eq!(view.severity.graded.harm.grade, None);
    let aware = &view.clocks.mark(Mark::HumanAware).unwrap().reading;
    assert_eq!(aware.at(), Some(minutes(150)));
    let onset = view.clocks.mark(Mark::Onset).unwrap().reading.range().unwrap();
    assert!(onset.0 <= minutes(121) && minutes(119) <= onset.1, "{onset:?}");
    let detection = view.clocks.lag(LagName::Detection).unwrap().length.range().unwrap();
    assert!(detection.0.as_mins() <= 30 && detection.1.as_mins() >= 29, "{detection:?}");
    let acted = &view.clocks.mark(Mark::Acted).unwrap().reading;
    assert!(matches!(acted, Reading::Unknown { .. }), "{acted:?}");
}

#[tokio::test]
async fn what_was_lost_can_turn_out_restored_and_weighs_less_then() {
    let (mayday, id) = night().await;
    let told = |reversibility, compensation| ActionsTold {
        run: None,
        step: None,
        tool: "refund".to_owned(),
        reversibility,
        compensation,
        because: "the bank called them back".to_owned(),
    };
    let begun = told(Reversibility::Irreversible, Compensation::Begun);
    mayday.revise_actions(&id, begun, act("ana", minutes(160), 8)).unwrap();
    let restored = told(Reversibility::Restored, Compensation::Done);
    mayday.revise_actions(&id, restored, act("ana", minutes(200), 9)).unwrap();
    let view = mayday.course(&id, &Who::Local, minutes(201)).unwrap();
    assert_eq!((view.blast.counts.irreversible, view.blast.counts.open), (0, 0));
    assert_eq!(view.blast.tools[0].said.len(), 2);
    assert_eq!(view.severity.graded.reversibility.grade, Some(1));
}

#[tokio::test]
async fn advice_the_person_who_followed_it_and_claims_that_clash_are_on_record() {
    let (mayday, id) = night().await;
    let bot = bot();
    let by_bot = Act { by: "bot (prn_bot)", who: &bot, at: minutes(151), random: 1 };
    let claim = |about, says: &str| ClaimTold {
        about,
        says: says.to_owned(),
        source: None,
        role: None,
        rests_on: None,
        moment: None,
        when: None,
    };
    let advised = mayday.make_claim(&id, claim(ClaimAbout::Advice, "refund off"), by_bot).unwrap();
    let advice = advised.course.claims[0].made.what.claim.clone();
    let told = |advice, at| {
        let told = AttemptTold {
            channel: "flag".to_owned(),
            what: "refund off".to_owned(),
            result: AttemptResult::Failed,
            done_at: Some("2026-11-18T12:00:00+02:00".parse().unwrap()),
            advice: Some(advice),
            change: None,
        };
        mayday.tell_attempt(&id, told, act("ana", minutes(at), 2))
    };
    told(advice.clone(), 152).unwrap();
    assert_eq!(told("clm_none".parse().unwrap(), 153).unwrap_err().fault(), Fault::NotFound);
    let impact = claim(ClaimAbout::Impact, "twelve customers");
    let made = mayday.make_claim(&id, impact, act("ana", minutes(154), 3)).unwrap();
    let number = made.course.claims[1].made.what.claim.clone();
    let disputed = RevisionTold {
        claim: number,
        state: ClaimState::Disputed,
        because: "the list has ninety".to_owned(),
    };
    mayday.revise_claim(&id, disputed, act("ben", minutes(155), 4)).unwrap();
    mayday.take_duty(&id, Duty::Lead, "ana", act("ana", minutes(155), 5)).unwrap();
    let note = NoteTold { text: "Called them.".to_owned(), said_at: None, source: None };
    mayday.add_note(&id, note, act("ana", minutes(156), 6)).unwrap();
    let view = mayday.course(&id, &Who::Local, minutes(157)).unwrap();
    let told: Vec<&str> = view.timeline.iter().map(|moment| moment.what.as_str()).collect();
    let has = |part: &str| told.iter().any(|what| what.contains(part));
    assert!(has("on the advice of bot (prn_bot): refund off"), "{told:#?}");
    assert!(has("twelve customers") && has("disputed: the list has ninety"), "{told:#?}");
    assert!(has("ana wrote: Called them."), "{told:#?}");
    // What the teller says of the time stands beside the clock, with its zone.
    let acted = view.clocks.mark(Mark::Acted).unwrap();
    assert_eq!(acted.reading.at(), Some(minutes(152)));
    assert_eq!(acted.beside[0].when.zone.as_deref(), Some("+02:00"));
    assert!(view.rows.iter().any(|row| row.answer.contains("ana leads")));
}

#[tokio::test]
async fn a_severity_is_read_off_grades_that_a_person_completes() {
    let (mayday, id) = night().await;
    let wanted = |harm| SeverityWanted {
        severity: None,
        grades: [harm, None, None, None],
        because: "they were told to pay twice".to_owned(),
    };
    let without = mayday.set_severity(&id, &wanted(None), act("ana", minutes(150), 1)).unwrap_err();
    assert_eq!(without.fault(), Fault::Invalid);
    let graded = mayday.set_severity(&id, &wanted(Some(2)), act("ana", minutes(150), 2)).unwrap();
    let set = &graded.course.severities[0].what;
    // Irreversible, and it goes on: no request failed, and this is the top.
    assert_eq!((set.severity, set.rubric), (Severity::Sev1, 2));
    let high = mayday.set_severity(&id, &wanted(Some(9)), act("ana", minutes(150), 3));
    assert_eq!(high.unwrap_err().fault(), Fault::Invalid);
}
