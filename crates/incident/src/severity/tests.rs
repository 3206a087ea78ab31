//! The rubric, and who may say what by it.

use model::course::Grades;
use model::{BehaviourRate, Severity};

use super::{Answered, Graded, HIGHEST, Known, Pace, grade, rubric, set};
use crate::blast::Actions;
use crate::course::Standing;
use crate::tests::incident;

fn every_grade() -> impl Iterator<Item = Grades> {
    let each = || 0..=HIGHEST;
    each().flat_map(move |harm| {
        each().flat_map(move |spread| {
            each().flat_map(move |reversibility| {
                each().map(move |ongoing| Grades { harm, spread, reversibility, ongoing })
            })
        })
    })
}

#[test]
fn a_higher_grade_never_makes_it_less_severe() {
    let rubric = rubric();
    let more = |grades: Grades| {
        let Grades { harm, spread, reversibility, ongoing } = grades;
        [
            Grades { harm: (harm + 1).min(HIGHEST), ..grades },
            Grades { spread: (spread + 1).min(HIGHEST), ..grades },
            Grades { reversibility: (reversibility + 1).min(HIGHEST), ..grades },
            Grades { ongoing: (ongoing + 1).min(HIGHEST), ..grades },
        ]
    };
    for grades in every_grade() {
        for worse in more(grades) {
            assert!(rubric.severity(worse) >= rubric.severity(grades), "{grades:?} {worse:?}");
        }
    }
}

#[test]
fn wrong_answers_alone_reach_the_top_and_every_severity_is_reached() {
    let rubric = rubric();
    let wrong = Grades { harm: 2, spread: 3, reversibility: 0, ongoing: 2 };
    assert_eq!(rubric.severity(wrong), Severity::Sev1);
    for severity in [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4] {
        assert!(every_grade().any(|grades| rubric.severity(grades) == severity), "{severity}");
    }
    let nothing = Grades { harm: 0, spread: 3, reversibility: 3, ongoing: 3 };
    assert_eq!(rubric.severity(nothing), Severity::Sev4);
}

#[test]
fn every_question_has_words_for_its_grades() {
    let rubric = rubric();
    let names: Vec<&str> = rubric.questions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["harm", "spread", "reversibility", "ongoing"]);
    assert_eq!(rubric.words("ongoing", 2), "it goes on");
}

fn pace(k: u64, n: u64, unknown: u64) -> Pace {
    Pace { secs: 300, rate: BehaviourRate::of(k, n, unknown) }
}

fn graded(last: Pace, before: Pace, actions: Actions) -> Graded {
    let incident = incident("support");
    grade(&rubric(), &Known { incident: &incident, last, before, actions: &actions })
}

#[test]
fn the_record_answers_what_it_can_and_says_what_it_can_not() {
    let actions = Actions { irreversible: 2, open: 1, ..Actions::default() };
    let found = graded(pace(70, 80, 4), pace(60, 80, 0), actions);
    let said: Vec<String> = found
        .rows()
        .iter()
        .map(|(name, Answered { grade, why })| match grade {
            Some(grade) => format!("{name} {grade}: {why}"),
            None => format!("{name} unknown: {why}"),
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    harm unknown: no record tells what an answer does to whoever gets it: a person says
    spread 2: 8.7 % of 5120 labelled runs beyond the usual, 445 runs
    reversibility 3: 2 irreversible actions, 1 not seen to
    ongoing 2: 70 of 80 labelled runs of the last 5 min are bad
    ");
    // Without the harm it may be anything up to the top.
    assert_eq!(found.span(&rubric()), (Severity::Sev4, Severity::Sev1));
    assert_eq!(found.with([None; 4]), None);
    let grades = found.with([Some(2), None, None, None]).unwrap();
    assert_eq!(rubric().severity(grades), Severity::Sev1);
}

#[test]
fn no_label_in_the_last_minutes_is_no_all_clear() {
    let ongoing = |last, before| graded(last, before, Actions::default()).ongoing;
    assert_eq!(ongoing(pace(0, 0, 9), pace(3, 9, 0)).grade, None);
    assert_eq!(ongoing(pace(0, 0, 0), pace(3, 9, 0)).grade, None);
    assert_eq!(ongoing(pace(0, 9, 0), pace(3, 9, 0)).grade, Some(1));
    assert_eq!(ongoing(pace(4, 9, 0), pace(3, 9, 0)).grade, Some(2));
    assert_eq!(ongoing(pace(6, 9, 0), pace(3, 9, 0)).grade, Some(3));
}

#[test]
fn what_is_bad_as_often_as_before_does_not_go_on() {
    // Before the incident 3.1 % were bad.
    let ongoing = |bad, all| graded(pace(bad, all, 0), pace(0, all, 0), Actions::default()).ongoing;
    assert_eq!(ongoing(9, 300).grade, Some(1));
    let few = ongoing(2, 49);
    assert_eq!(few.grade, None);
    assert!(few.why.contains("too few to tell from 3.1 % (159 of 5120)"), "{}", few.why);
}

#[test]
fn tools_that_nobody_describes_leave_reversibility_open() {
    let silent = graded(pace(0, 9, 0), pace(0, 9, 0), Actions { silent: 3, ..Actions::default() });
    assert_eq!(silent.reversibility.grade, None);
    let none = graded(pace(0, 9, 0), pace(0, 9, 0), Actions::default());
    assert_eq!(none.reversibility.grade, Some(0));
}

#[test]
fn anyone_raises_and_only_people_who_may_confirm_lower() {
    let mut incident = incident("support");
    let say = |incident: &model::Incident, severity, standing| {
        set(incident, severity, None, "because", standing)
    };
    let high = say(&incident, Severity::Sev2, Standing::Program).unwrap();
    crate::course::tests::go_on(&mut incident, &high);
    assert!(say(&incident, Severity::Sev1, Standing::Program).is_ok());
    let refused = say(&incident, Severity::Sev3, Standing::Program).unwrap_err().to_string();
    assert!(refused.contains("never lower") && refused.contains("SEV2"), "{refused}");
    assert!(say(&incident, Severity::Sev3, Standing::Person).is_err());
    assert!(say(&incident, Severity::Sev3, Standing::Approver).is_ok());
    assert!(say(&incident, Severity::Sev2, Standing::Approver).is_err());
}
