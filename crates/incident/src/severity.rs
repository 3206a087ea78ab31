//! How bad an incident is: read off four questions by a versioned rubric.
//!
//! [`rubric`] is the data file. [`grade`](fn@grade) answers from the record what the record can
//! answer, and says what it can't: nobody but a person knows the harm. [`Graded::span`] is the
//! severity that follows, or from where to where it can lie. [`set`] lets anyone raise it and only
//! people lower it.

mod grade;
#[cfg(test)]
mod tests;

use model::course::{Grades, SeveritySet};
use model::{Fact, Incident, Severity};
use serde::{Deserialize, Serialize};

use crate::course::{Refusal, Standing};

pub use grade::{Known, Pace, grade};

/// The rubric: a versioned data file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rubric {
    /// Version of the data file.
    pub version: u32,
    /// The four questions, with words for each grade.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
    /// From where on something is spread.
    spread: Spread,
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name: `harm`.
    pub name: String,
    /// What is asked.
    pub asks: String,
    /// What each grade says, from 0 to 3.
    pub grades: [String; 4],
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spread {
    share: [f64; 3],
    runs: [u64; 3],
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    severity: Severity,
    #[serde(default)]
    harm: u8,
    #[serde(default)]
    spread: u8,
    #[serde(default)]
    reversibility: u8,
    #[serde(default)]
    ongoing: u8,
}

/// What is known of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The grade; none if the record can't tell.
    pub grade: Option<u8>,
    /// On what ground, or why not.
    pub why: String,
}

/// What is known of the four questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// What it does to those it reaches.
    pub harm: Answered,
    /// How many it reaches.
    pub spread: Answered,
    /// How hard it is to take back.
    pub reversibility: Answered,
    /// Whether it still happens.
    pub ongoing: Answered,
}

/// The highest grade.
pub const HIGHEST: u8 = 3;

/// The rubric that Mayday ships with.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn rubric() -> Rubric {
    let text = include_str!("../data/severity.toml");
    toml::from_str(text).expect("invariant: the severity file compiled in can be read")
}

impl Rubric {
    /// The severity of these grades.
    pub fn severity(&self, grades: Grades) -> Severity {
        let reached = |rule: &&Rule| {
            grades.harm >= rule.harm
                && grades.spread >= rule.spread
                && grades.reversibility >= rule.reversibility
                && grades.ongoing >= rule.ongoing
        };
        self.rules.iter().find(reached).map_or(Severity::Sev4, |rule| rule.severity)
    }

    /// What a grade of a question says.
    pub fn words(&self, question: &str, grade: u8) -> &str {
        let found = self.questions.iter().find(|one| one.name == question);
        found.and_then(|one| one.grades.get(usize::from(grade))).map_or("", String::as_str)
    }
}

impl Graded {
    /// The questions with their names, in order.
    pub fn rows(&self) -> [(&'static str, &Answered); 4] {
        [
            ("harm", &self.harm),
            ("spread", &self.spread),
            ("reversibility", &self.reversibility),
            ("ongoing", &self.ongoing),
        ]
    }

    /// The least severity and the worst one that the known answers allow.
    pub fn span(&self, rubric: &Rubric) -> (Severity, Severity) {
        let at = |missing: u8| {
            let grade = |answered: &Answered| answered.grade.unwrap_or(missing);
            rubric.severity(Grades {
                harm: grade(&self.harm),
                spread: grade(&self.spread),
                reversibility: grade(&self.reversibility),
                ongoing: grade(&self.ongoing),
            })
        };
        (at(0), at(HIGHEST))
    }

    /// The same with what somebody answers in place of what the record could not or did not tell.
    pub fn with(&self, said: [Option<u8>; 4]) -> Option<Grades> {
        let [harm, spread, reversibility, ongoing] = said;
        Some(Grades {
            harm: harm.or(self.harm.grade)?,
            spread: spread.or(self.spread.grade)?,
            reversibility: reversibility.or(self.reversibility.grade)?,
            ongoing: ongoing.or(self.ongoing.grade)?,
        })
    }
}

/// States a severity. Anyone may raise it; only people lower it, and of them those who may confirm.
pub fn set(
    incident: &Incident,
    wanted: Severity,
    grades: Option<Grades>,
    because: &str,
    standing: Standing,
) -> Result<Fact, Refusal> {
    let out_of_range = |grades: &Grades| {
        let Grades { harm, spread, reversibility, ongoing } = *grades;
        [harm, spread, reversibility, ongoing].into_iter().any(|grade| grade > HIGHEST)
    };
    if grades.as_ref().is_some_and(out_of_range) {
        return Err(Refusal::Unclear("a grade is 0, 1, 2 or 3"));
    }
    match incident.course.severity() {
        Some(stands) if stands == wanted && grades.is_none() => {
            return Err(Refusal::SeverityStands(stands));
        }
        Some(stands) if wanted < stands && standing == Standing::Program => {
            return Err(Refusal::OnlyPeopleLower { stands });
        }
        Some(stands) if wanted < stands && standing < Standing::Approver => {
            return Err(Refusal::ForApprovers {
                what: "lowering a severity",
                instead: "make a claim about the impact",
            });
        }
        _ => {}
    }
    Ok(Fact::SeveritySet(SeveritySet {
        incident: incident.id.clone(),
        severity: wanted,
        grades,
        rubric: rubric().version,
        because: because.to_owned(),
    }))
}
