//! A quarter's review: who sees what when, and which grades count.

use model::lesson::Grade;
use model::{Fault, Faulty};
use response::reviews::Quarter;
use response::{Act, GradeTold, Mayday};

use crate::lessons::{BELIEF, EVAL_ITEM, act, bot, document, file, harm, measure, minutes};
use crate::samples::open;

fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

/// The quarter in which the harm was done.
fn its() -> Quarter {
    quarter("2026-Q4")
}

fn told(of: &model::Incident, grade: Grade) -> GradeTold {
    GradeTold { incident: of.id.clone(), grade, because: "read it".to_owned() }
}

fn by<'a>(name: &'a str, at: i64) -> Act<'a> {
    Act { by: name, ..act(at, 500 + at as u64) }
}

fn blind_and_not_counted(mayday: &Mayday) -> (u64, u64) {
    let grades = mayday.review(its(), "ana", minutes(60)).unwrap().grades;
    (grades.blind, grades.not_counted)
}

#[tokio::test]
async fn an_incident_is_read_in_its_quarter_and_its_agent_is_seen_in_flights() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let review = mayday.review(its(), "ana", minutes(10)).unwrap();
    assert_eq!(review.incidents.len(), 1);
    assert_eq!(review.incidents[0].agent, Some(true));
    assert_eq!(review.undocumented, std::slice::from_ref(&incident.id));
    assert!(!review.over);
    let before = mayday.review(quarter("2026-Q3"), "ana", minutes(10)).unwrap();
    assert!(before.incidents.is_empty() && before.over);

    file(&mayday, &incident, &document(&incident, BELIEF, EVAL_ITEM), 11).unwrap();
    let review = mayday.review(its(), "ana", minutes(12)).unwrap();
    assert!(review.undocumented.is_empty());
    assert_eq!(review.grades.sample, [incident.id]);
    assert_eq!(review.targets[0].item.eval.as_deref(), Some("stalls@3"));
    assert_eq!(review.unowned.len(), 1);
}

#[tokio::test]
async fn nobody_sees_the_machines_grade_before_they_ask_and_what_they_grade_then_is_not_blind() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    let grade = |grade, act| mayday.grade_document(its(), told(&incident, grade), act);
    let early = grade(Grade::Used, by("ana", 10)).unwrap_err();
    assert!(early.to_string().contains("no document"), "{early}");
    file(&mayday, &incident, &document(&incident, BELIEF, EVAL_ITEM), 11).unwrap();

    grade(Grade::Flattened, by("ana", 12)).unwrap();
    let withheld = mayday.review(its(), "ana", minutes(13)).unwrap();
    assert!(withheld.grades.machine.is_none() && withheld.grades.people.is_none());
    assert_eq!(withheld.incidents[0].machine, None);

    let shown = mayday.show_grades(its(), by("ana", 14)).unwrap();
    // What was missed and what would have shown it stand open: two of four.
    let machine = shown.incidents[0].machine.clone().unwrap();
    assert_eq!(machine.grade, Grade::Partly, "{:?}", machine.reasons);
    assert_eq!(shown.grades.people.unwrap().flattened, 1);
    let other = mayday.review(its(), "bo", minutes(15)).unwrap();
    assert!(other.grades.machine.is_none(), "bo has not asked");

    grade(Grade::Partly, by("ana", 16)).unwrap();
    assert_eq!(blind_and_not_counted(&mayday), (1, 1));
    grade(Grade::Partly, by("bo", 17)).unwrap();
    assert_eq!(blind_and_not_counted(&mayday), (2, 1));

    drop(mayday);
    let mayday = open(dir.path(), minutes(20));
    assert_eq!(blind_and_not_counted(&mayday), (2, 1));
    assert!(mayday.review(its(), "ana", minutes(21)).unwrap().grades.machine.is_some());
}

#[tokio::test]
async fn only_people_grade_and_only_what_the_quarter_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    file(&mayday, &incident, &document(&incident, BELIEF, EVAL_ITEM), 11).unwrap();
    let bot = bot();
    let of_bot = Act { by: "bot (prn_bot)", who: &bot, ..act(12, 12) };
    let used = || told(&incident, Grade::Used);
    let denied = mayday.grade_document(its(), used(), of_bot).unwrap_err();
    assert_eq!(denied.fault(), Fault::Denied);
    assert_eq!(mayday.show_grades(its(), of_bot).unwrap_err().fault(), Fault::Denied);
    let other = mayday.grade_document(quarter("2026-Q3"), used(), by("ana", 13)).unwrap_err();
    assert!(other.to_string().contains("was not declared in 2026-Q3"), "{other}");
}

#[tokio::test]
async fn a_mend_is_judged_on_cases_that_are_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (mayday, incident) = harm(dir.path()).await;
    measure(&mayday, 9, None, &[("CASE", 100, 90), ("a", 100, 40), ("b", 100, 40)]);
    let filed = file(&mayday, &incident, &document(&incident, BELIEF, EVAL_ITEM), 11).unwrap();
    let item = filed.items[0].item.id.clone().unwrap();
    let verdict = || mayday.fix(&item).unwrap();
    assert!(verdict().why.contains("was not run"), "{:?}", verdict());
    measure(&mayday, 12, None, &[("CASE", 100, 0), ("a", 100, 38), ("b", 100, 41)]);
    let own_alone = verdict();
    assert_eq!((own_alone.verdict.as_str(), own_alone.cases), ("can't be told", 2));
    measure(&mayday, 13, None, &[("CASE", 100, 0), ("a", 100, 8), ("b", 100, 6)]);
    assert_eq!(verdict().verdict.as_str(), "fell");
    measure(&mayday, 14, Some(incident.id.as_str()), &[("CASE", 9, 9), ("a", 100, 90)]);
    assert_eq!(verdict().verdict.as_str(), "fell", "a run as the incident ran counts for neither");
}
