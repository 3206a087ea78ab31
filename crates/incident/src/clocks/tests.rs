//! What the clocks read of one night, to the second.

use jiff::Timestamp;
use model::incident::IncidentKind;
use model::{Entry, Fact, Incident, IncidentId};

use super::lags::references;
use super::{Beside, Clocks, LagName, Mark, Reading, clocks};
use crate::Incidents;
use crate::tests::{entry, incident};

/// A night: facts, each after the second at which it was stated and who stated it.
const NIGHT: &str = include_str!("tests/night.txt");

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stated(line: &str, place: u64) -> Entry {
    let mut parts = line.splitn(3, ' ');
    let (at, by) = (time(parts.next().unwrap()), parts.next().unwrap().to_owned());
    let fact: Fact = serde_json::from_str(parts.next().unwrap()).unwrap();
    Entry { at, actor: by, ..entry(place, fact) }
}

/// The night up to so many facts.
fn night(facts: usize) -> Incident {
    let id: IncidentId = "inc_1".parse().unwrap();
    let template = incident("support");
    let mut incidents = Incidents::default();
    for (place, line) in NIGHT.lines().take(facts).enumerate() {
        let place = place as u64 + 1;
        incidents.apply(&match line.strip_suffix(" DECLARE") {
            None => stated(line, place),
            Some(head) => {
                let (at, by) = head.split_once(' ').unwrap();
                let fact = Fact::IncidentDeclared {
                    tenant: template.tenant.clone(),
                    incident: id.clone(),
                    kind: IncidentKind::Rate,
                    feature: template.feature.clone(),
                    title: template.title.clone(),
                    report: Box::new(template.report.clone()),
                    run: None,
                };
                Entry { at: time(at), actor: by.to_owned(), ..entry(place, fact) }
            }
        });
    }
    incidents.get(&id).unwrap().clone()
}

fn read(incident: &Incident) -> Clocks {
    clocks(incident, Beside { now: time("2026-11-22T08:00:00Z"), run: None })
}

fn told(clocks: &Clocks) -> String {
    let mut lines = Vec::new();
    let mut tell = |indent: &str, clock: &super::Clock| {
        let text = match &clock.reading {
            Reading::At { at, earliest, latest, source } if earliest == latest => {
                format!("{at} ({source})")
            }
            Reading::At { at, earliest, latest, source } => {
                format!("{at} [{earliest}, {latest}] ({source})")
            }
            Reading::Unknown { why } => format!("unknown: {why}"),
        };
        lines.push(format!("{indent}{}: {text}", clock.mark.as_str()));
        for one in &clock.beside {
            let zone = one.when.zone.as_deref().unwrap_or("UTC");
            let (at, state) = (one.when.at, one.state.as_str());
            lines.push(format!("{indent}  {} says {at} in {zone}, {state}", one.source));
        }
    };
    clocks.marks.iter().for_each(|clock| tell("", clock));
    for cause in &clocks.causes {
        let role = cause.role.map_or("moved", |role| role.as_str());
        tell(&format!("{} {role}: ", cause.what), &cause.clocks[0]);
        tell(&format!("{} {role}: ", cause.what), &cause.clocks[1]);
    }
    for lag in &clocks.lags {
        lines.push(format!("{}: {}", lag.name.as_str(), lag.length));
    }
    lines.join("\n").replace(" (", "\n    (").replace("unknown: ", "unknown\n    ")
}

#[test]
fn every_clock_is_read_from_a_fact_and_conflicting_dates_stand_beside() {
    insta::assert_snapshot!(told(&read(&night(usize::MAX))), @r"
    introduced: 2026-11-19T15:00:07Z
        (ledger: change chg_edit)
    activated: 2026-11-22T02:05:00Z
        (ledger: change chg_edit)
    onset: 2026-11-22T02:09:00Z [2026-11-22T02:07:00Z, 2026-11-22T02:15:00Z]
        (flights: change point, 90 % range)
      support says 2026-11-22T02:00:00Z in Europe/Berlin, open
      ben says 2026-11-22T02:20:00Z in UTC, disputed
    machine_detected: 2026-11-22T02:12:04Z
        (ledger: alert alr_1)
    human_aware: 2026-11-22T02:47:13Z
        (ledger: acknowledged by ana)
    acted: 2026-11-22T02:50:02Z
        (ledger: change chg_off)
      ana says 2026-11-22T02:49:00Z in +01:00, open
    contained: 2026-11-22T02:56:30Z
        (ledger: contained stated by ana)
    mitigated: 2026-11-22T04:00:00Z
        (ledger: mitigated stated by ben)
    verified: 2026-11-22T05:30:00Z
        (ledger: verified stated by mayday)
    the six words caused: introduced: 2026-11-19T15:00:07Z
        (ledger: change chg_edit)
    the six words caused: activated: 2026-11-22T02:05:00Z
        (ledger: change chg_edit)
    the status page was cached masked: introduced: unknown
        the claim rests on no change or notice on record
    the status page was cached masked: activated: unknown
        the claim rests on no change or notice on record
    tool_shape:search_kb = 9c220000 moved: introduced: unknown
        no claim joins it to a change on record
    tool_shape:search_kb = 9c220000 moved: activated: 2026-11-22T02:09:00Z
        (flights: the first run with tool_shape:search_kb = 9c220000)
    latent: 59 h 04 min
    detection: -2 min to 5 min
    awareness: 35 min
    reaction: 2 min
    containment: 9 min
    mitigation: 1 h 12 min
    exposure: 41 min to 49 min
    ");
}

#[test]
fn what_has_not_come_yet_goes_on_and_says_why_it_is_unknown() {
    insta::assert_snapshot!(told(&read(&night(4))), @r"
    introduced: unknown
        no cause is claimed
    activated: 2026-11-22T02:09:00Z
        (flights: the first run with tool_shape:search_kb = 9c220000)
    onset: 2026-11-22T02:09:00Z [2026-11-22T02:07:00Z, 2026-11-22T02:15:00Z]
        (flights: change point, 90 % range)
    machine_detected: 2026-11-22T02:12:04Z
        (ledger: alert alr_1)
    human_aware: unknown
        no person has acknowledged it or done anything about it
    acted: unknown
        nothing was tried yet
    contained: unknown
        nobody stated that it is contained
    mitigated: unknown
        nobody stated that it is mitigated
    verified: unknown
        nobody stated that it is verified
    tool_shape:search_kb = 9c220000 moved: introduced: unknown
        no claim joins it to a change on record
    tool_shape:search_kb = 9c220000 moved: activated: 2026-11-22T02:09:00Z
        (flights: the first run with tool_shape:search_kb = 9c220000)
    latent: unknown
        introduced is not known
    detection: -2 min to 5 min
    awareness: 5 h 47 min, and goes on
    reaction: unknown
        human aware is not known
    containment: unknown
        human aware is not known
    mitigation: unknown
        human aware is not known
    exposure: 5 h 45 min to 5 h 53 min, and goes on
    ");
}

#[test]
fn what_came_back_opens_the_clocks_that_did_not_hold() {
    let mut incident = night(usize::MAX);
    let fact = Fact::StageReached(model::course::StageReached {
        incident: incident.id.clone(),
        stage: model::Stage::Diagnosing,
        because: "it came back".to_owned(),
        rate: None,
    });
    let at = time("2026-11-22T07:00:00Z");
    let by = model::course::Dated { at, by: "ana".to_owned(), person: true, what: () };
    crate::course::apply(&mut incident.course, &fact, by, |_| None);
    let clocks = read(&incident);
    for mark in [Mark::Contained, Mark::Mitigated, Mark::Verified] {
        let reading = &clocks.mark(mark).unwrap().reading;
        let Reading::Unknown { why } = reading else { panic!("{reading:?}") };
        assert!(why.contains("taken up again"), "{why}");
    }
    let exposure = clocks.lag(LagName::Exposure).unwrap().length.to_string();
    assert!(exposure.ends_with("and goes on"), "{exposure}");
}

#[test]
fn one_runs_harm_begins_with_the_run() {
    let mut incident = night(4);
    incident.kind = IncidentKind::Event;
    let run = format!("run_{:032x}", 7).parse().unwrap();
    let (now, began) = (time("2026-11-22T08:00:00Z"), time("2026-11-22T01:59:00Z"));
    let clocks = clocks(&incident, Beside { now, run: Some((run, began)) });
    assert_eq!(clocks.mark(Mark::Onset).unwrap().reading.at(), Some(began));
}

#[test]
fn an_outage_begins_when_its_alert_says() {
    let mut incident = night(usize::MAX);
    incident.kind = IncidentKind::Outage;
    let onset = read(&incident).mark(Mark::Onset).unwrap().reading.at();
    assert_eq!(onset, Some(time("2026-11-22T02:11:30Z")));
}

#[test]
fn what_others_took_stands_beside_with_its_source() {
    let all = references();
    assert!(all.iter().all(|one| one.least <= one.most && one.source.starts_with("essay: ")));
    let clocks = read(&night(usize::MAX));
    let detection = clocks.lag(LagName::Detection).unwrap();
    assert_eq!(detection.references[0].least, 14 * 24 * 3600);
}
