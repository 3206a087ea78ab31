//! The grades of a review: people's and the machine's, side by side and never mixed.
//!
//! People grade the sample blind: until somebody has asked to see the machine's grades, none is
//! shown, nor those of other people. A grade that was given after that is kept and does not count.

use std::collections::{BTreeMap, BTreeSet};

use model::IncidentId;
use model::lesson::Grade;
use serde::{Deserialize, Serialize};

use super::Agreement;
use super::agreement::{Pair, agreement};
use super::grading::{MachineGrade, grade};
use super::whole::{Known, Material};
use crate::lint::Rules;

/// Whether the machine's grades may be shown to who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MachineGrades {
    /// Not yet: who asks still grades blind.
    Withheld,
    /// They are, and whoever sees them is no longer blind.
    Shown,
}

/// The grades of a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grades {
    /// Whether the machine's grades and those of other people are shown.
    pub shown: MachineGrades,
    /// Incidents whose documents people are to grade.
    pub sample: Vec<IncidentId>,
    /// Blind grades of the sample so far.
    pub blind: u64,
    /// Grades that do not count: not blind, or of a document outside the sample.
    pub not_counted: u64,
    /// The machine's grades of all documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Tally>,
    /// People's blind grades of the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Tally>,
    /// How far people and the machine agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_and_machine: Option<Agreement>,
    /// How far two people agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_among_themselves: Option<Agreement>,
}

/// How often each grade was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Flattened.
    pub flattened: u64,
    /// Partly used.
    pub partly: u64,
    /// Used.
    pub used: u64,
}

/// The machine's grade of each document that has one.
pub(super) type Graded<'a> = BTreeMap<&'a IncidentId, MachineGrade>;

/// Grades every document of incidents in which an agent took part.
pub(super) fn by_machine<'a>(read: &[&Known<'a>], rules: &Rules) -> Graded<'a> {
    let graded = read.iter().filter_map(|one| {
        let filed = one.case.lesson?.filed.as_ref()?;
        let graded = grade(&filed.document, &filed.findings, one.agent, rules)?;
        Some((&one.case.incident.id, graded))
    });
    graded.collect()
}

/// The grades of each document of the sample, by who gave them blind; the last of each counts.
type ByPeople<'a> = BTreeMap<&'a IncidentId, BTreeMap<&'a str, Grade>>;

pub(super) fn grades(material: &Material<'_>, graded: &Graded<'_>) -> Grades {
    let sample: BTreeSet<IncidentId> = material.sample(graded);
    let counts = material.grades.iter().filter(|one| one.blind && sample.contains(&one.incident));
    let not_counted = material.grades.len() - counts.clone().count();
    let mut people: ByPeople<'_> = BTreeMap::new();
    for one in counts {
        people.entry(&one.incident).or_default().insert(&one.by, one.grade);
    }
    let given = people.values().flat_map(BTreeMap::values).copied();
    let shown = material.machine == MachineGrades::Shown;
    let (with_machine, among) = (with_machine(&people, graded), among(&people));
    Grades {
        shown: material.machine,
        blind: given.clone().count() as u64,
        not_counted: not_counted as u64,
        machine: shown.then(|| tally(graded.values().map(|one| one.grade))),
        people: shown.then(|| tally(given)),
        people_and_machine: shown.then(|| agreement(&with_machine)),
        people_among_themselves: shown.then(|| agreement(&among)),
        sample: sample.into_iter().collect(),
    }
}

fn tally(grades: impl Iterator<Item = Grade>) -> Tally {
    grades.fold(Tally::default(), |mut tally, grade| {
        let count = match grade {
            Grade::Flattened => &mut tally.flattened,
            Grade::Partly => &mut tally.partly,
            Grade::Used => &mut tally.used,
        };
        *count += 1;
        tally
    })
}

fn with_machine(people: &ByPeople<'_>, graded: &Graded<'_>) -> Vec<Vec<Pair>> {
    let of = people.iter().filter_map(|(incident, grades)| {
        let machine = graded.get(incident)?.grade as u8;
        Some(grades.values().map(|grade| (*grade as u8, machine)).collect())
    });
    of.collect()
}

/// Every two who graded the same document, each pair once, in the order of their names.
fn among(people: &ByPeople<'_>) -> Vec<Vec<Pair>> {
    let pairs = people.values().map(|grades| {
        let grades: Vec<u8> = grades.values().map(|grade| *grade as u8).collect();
        let pairs = grades
            .iter()
            .enumerate()
            .flat_map(|(at, one)| grades[at + 1..].iter().map(|other| (*one, *other)));
        pairs.collect()
    });
    pairs.collect()
}
