//! Keeping, with a clock that is told: what goes when its time is over, and what stays.

use model::{About, Claim, IncidentId, Outcome, RunId};
use response::{Act, Declaration, Who};

use crate::samples::*;

#[tokio::test]
async fn days_past_their_time_go_and_the_evidence_of_incidents_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    for number in 1..=2 {
        record(&mayday, number, &format!("I am number {number}."), START).await;
    }
    settle(&mayday, days_later(1)).await;
    let about = About::Trace(trace(1));
    let claim = Claim { about, outcome: Outcome::Bad, source: "ana".to_owned(), at: START };
    mayday.label(claim, START).await.unwrap();
    settle(&mayday, days_later(1)).await;
    let root = Some("0000000000000001".parse().unwrap());
    let declaration =
        Declaration { run: Some(RunId { trace: trace(1), root }), ..Declaration::default() };
    let act = Act { by: "ana", who: &Who::Local, at: days_later(1), random: 7 };
    let incident = mayday.declare(&declaration, act).unwrap();
    assert_eq!(incident.excerpts.as_ref().map(Vec::len), Some(2), "it was settled the next day");

    let acme = mayday.of(&"acme".parse().unwrap(), START).unwrap();
    record(&acme, 3, "I am number 3.", START).await;
    mayday.keep_house(days_later(6)).unwrap();
    assert!(heard(&mayday, 2).unwrap().contains("I am number 2."), "its time is not over");
    mayday.keep_house(days_later(9)).unwrap();
    drop((mayday, acme));
    let mayday = open(dir.path(), days_later(9));
    assert_eq!(heard(&mayday, 2), None);
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));
    let acme = mayday.of(&"acme".parse().unwrap(), START).unwrap();
    assert!(heard(&acme, 3).unwrap().contains("I am number 3."), "acme's days stay longer");
    assert_eq!(mayday.prove().unwrap().broken, None);

    std::fs::remove_dir_all(dir.path().join("flights/default/evidence")).unwrap();
    let broken = mayday.prove().unwrap().broken.unwrap();
    assert!(broken.contains(&incident.id.to_string()), "{broken}");
}

#[tokio::test]
async fn no_day_goes_before_its_evidence_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let mayday = open(dir.path(), START);
    record(&mayday, 1, "I am number 1.", START).await;
    settle(&mayday, days_later(1)).await;
    let evidence = dir.path().join("flights/default/evidence");
    let in_the_way = evidence.join(IncidentId::from_random(7).to_string());
    std::fs::create_dir(evidence).unwrap();
    std::fs::write(&in_the_way, "not a directory").unwrap();
    let root = Some("0000000000000001".parse().unwrap());
    let run = Some(RunId { trace: trace(1), root });
    let declaration = Declaration { run, ..Declaration::default() };
    let act = Act { by: "ana", who: &Who::Local, at: days_later(1), random: 7 };
    let incident = mayday.declare(&declaration, act).unwrap();
    assert_eq!(incident.excerpts, None, "declaring does not wait for a disk");
    assert!(mayday.keep_house(days_later(9)).is_err());
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));

    std::fs::remove_file(&in_the_way).unwrap();
    mayday.keep_house(days_later(9)).unwrap();
    let days = std::fs::read_dir(dir.path().join("flights/default")).unwrap();
    assert_eq!(days.filter(|day| day.as_ref().unwrap().path().is_file()).count(), 0);
    assert!(heard(&mayday, 1).unwrap().contains("I am number 1."));
}
