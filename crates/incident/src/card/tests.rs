//! What the first card says of one night.

use model::BehaviourRate;
use model::course::{AttemptResult, ContainmentAttempted, DutyTaken, Stage};
use model::{Fact, Incident};

use super::{Card, Freshness, Inputs, Tone, You, card};
use crate::blast::Actions;
use crate::course::tests::go_on;
use crate::nearest::{Nearest, nearest};
use crate::severity::Pace;
use crate::still::Going;
use crate::tests::{at, incident};

fn you() -> You {
    You {
        name: "ada".to_owned(),
        may: vec!["acknowledge".to_owned(), "act".to_owned()],
        may_not: vec!["close".to_owned()],
    }
}

fn of(incident: &Incident, last: BehaviourRate, nearest: Option<Nearest>) -> Card {
    card(Inputs {
        incident,
        now: at(185),
        last: Pace { secs: 300, rate: last },
        fresh: Freshness {
            newest_run: Some(at(184)),
            newest_label: Some(at(174)),
            waiting: 3,
            settled: Some(at(184)),
        },
        actions: Actions { silent: 4, ..Actions::default() },
        nearest,
        you: you(),
    })
}

fn told(card: &Card) -> String {
    let rows = card.rows().into_iter();
    let rows = rows.map(|row| format!("{}: {}\n  {}", row.asks, row.answer, row.ground));
    rows.collect::<Vec<_>>().join("\n")
}

fn attempt(incident: &Incident, result: AttemptResult) -> Fact {
    Fact::ContainmentAttempted(ContainmentAttempted {
        incident: incident.id.clone(),
        attempt: "att_1".parse().unwrap(),
        channel: "flag".to_owned(),
        what: "search_kb off".to_owned(),
        result,
        done_at: None,
        advice: None,
        change: None,
    })
}

#[test]
fn the_card_answers_before_any_cause_is_known() {
    let mut incident = incident("support");
    incident.report.movers.clear();
    let (id, duty, who) = (incident.id.clone(), model::course::Duty::Lead, "bob".to_owned());
    go_on(&mut incident, &Fact::DutyTaken(DutyTaken { incident: id, duty, who }));
    let failed = attempt(&incident, AttemptResult::Failed);
    go_on(&mut incident, &failed);
    let card = of(&incident, BehaviourRate::of(70, 350, 20), None);
    insta::assert_snapshot!(told(&card), @r"
    Still happening: yes: 14.0 bad runs a minute
      20.0 % (70 of 350) bad in the last 5 min, 20 without a label; 3.1 % (159 of 5120) before
    Irreversible harm in flight: unknown
      0 irreversible, 0 not seen to, 0 that can be undone; of 4 tool calls nobody says what they do
    Fresh: runs 1 min old, labels 11 min behind
      3 traces wait; the last became runs 1 min ago
    Did the ruler move: unknown
      no judge is on record
    Who has it: bob leads
      seen by ada at 2026-11-22 02:20:00 UTC
    Tried: flag: search_kb off, failed
      02:20:00 flag: search_kb off failed by ada
    Nearest before: none on record
      nothing like it was declared
    If nothing is done: 888 bad runs an hour [717, 1088]
      4440 runs an hour as in the last 5 min, at the rate of the last 5 min
    May you act: yes, but not close
      ada may acknowledge, act
    ");
}

#[test]
fn without_labels_it_says_that_it_can_not_tell() {
    let card = of(&incident("support"), BehaviourRate::of(0, 0, 40), None);
    assert_eq!(card.still.state, Going::Unlabelled);
    assert_eq!(card.rows()[0].tone, Tone::Unknown);
    // What follows is then carried forward at the rate of the incident.
    let bad = card.otherwise.bad_per_hour.unwrap();
    assert!(bad.low < bad.est && bad.est < bad.high, "{bad:?}");
    assert!(card.otherwise.basis.contains("the rate of the incident"));
}

#[test]
fn a_bad_run_in_fifty_is_no_alarm_where_that_is_usual() {
    let row = |bad, all| {
        let row = of(&incident("support"), BehaviourRate::of(bad, all, 0), None).rows().remove(0);
        (format!("{}: {}", row.answer, row.ground), row.tone)
    };
    let usual = "3.1 % (159 of 5120) before";
    let few = "can't be told from n = 49: 4.1 % (2 of 49) bad in the last 5 min";
    assert_eq!(row(2, 49), (format!("{few}; {usual}"), Tone::Unknown));
    let enough = "no: as few as before, n = 300: 3.0 % (9 of 300) bad in the last 5 min";
    assert_eq!(row(9, 300), (format!("{enough}; {usual}"), Tone::Plain));
    let more = "yes: 1.4 bad runs a minute: 14.3 % (7 of 49) bad in the last 5 min";
    assert_eq!(row(7, 49), (format!("{more}; {usual}"), Tone::Alert));
}

#[test]
fn without_runs_nothing_is_carried_forward() {
    let card = of(&incident("support"), BehaviourRate::of(0, 0, 0), None);
    assert_eq!((card.still.state, card.otherwise.bad_per_hour), (Going::NoRuns, None));
}

fn past(number: i64, feature: &str) -> Incident {
    let mut past = incident(feature);
    past.id = format!("inc_past{number}").parse().unwrap();
    past.declared_at = at(number);
    past
}

#[test]
fn the_nearest_past_incident_is_the_one_most_like_it_with_what_worked() {
    let now = incident("support");
    let mut same = past(1, "support");
    let worked = attempt(&same, AttemptResult::Worked);
    go_on(&mut same, &worked);
    let mut other = past(2, "billing");
    other.report.movers.clear();
    let later = past(500, "support");
    let found = nearest(&now, [&same, &other, &later, &now]).unwrap();
    assert_eq!(found.incident.as_str(), "inc_past1");
    assert_eq!(found.worked, ["flag: search_kb off"]);
    assert_eq!(found.alike, ["the feature support", "tool_shape:search_kb moved"]);
    assert_eq!(nearest(&now, [&other, &now]), None);
    let card = of(&now, BehaviourRate::of(1, 9, 0), Some(found));
    assert!(told(&card).contains("inc_past1: flag: search_kb off"));
    assert_eq!(card.stage, Stage::Declared);
}
