//! The quarterly review: put together for who asks, graded blind first.
//!
//! Until a person has [asked for them](Mayday::show_grades), the machine's grades and those of
//! other people are withheld from that person. A grade says for itself whether it was given before
//! that.

use incident::clocks::{Beside, Clocks, clocks};
use incident::lessons::Lesson;
use incident::measures::Measurement;
use incident::review::{self, Case, Known, MachineGrades, Material, Quarter, Review};
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::lesson::{DocumentGraded, Grade, GradesShown};
use model::{Fact, Incident, IncidentId};

use crate::access::Right;
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::lessons::LessonError;
use crate::open::Mayday;
use crate::triage::grounds;

/// What somebody says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeTold {
    /// The incident whose document it is.
    pub incident: IncidentId,
    /// The grade.
    pub grade: Grade,
    /// On what ground.
    pub because: String,
}

/// What is known of an incident, read from flights and the ledger.
struct Looked {
    incident: Incident,
    lesson: Option<Lesson>,
    agent: Option<bool>,
    clocks: Clocks,
}

/// The stream of facts about reviews.
const STREAM: &str = "reviews";

impl Mayday {
    /// The review of a quarter, as somebody sees it. Blocking.
    pub fn review(
        &self,
        quarter: Quarter,
        by: &str,
        now: Timestamp,
    ) -> Result<Review, LessonError> {
        let looked = self.look_at_all(quarter, now)?;
        let known: Vec<Known<'_>> = looked.iter().map(Looked::known).collect();
        let name = quarter.to_string();
        let (grades, machine) = {
            let lessons = self.house.projections.lessons.read();
            let mine = |id: &IncidentId| looked.iter().any(|one| one.incident.id == *id);
            let grades = lessons.grades(&name).iter().filter(|one| mine(&one.incident));
            let machine = match lessons.was_shown(&name, by) {
                true => MachineGrades::Shown,
                false => MachineGrades::Withheld,
            };
            (grades.cloned().collect::<Vec<_>>(), machine)
        };
        let measures = self.house.projections.measures.read();
        let evals: Vec<(&str, &[Measurement])> = measures.evals(&self.room.tenant).collect();
        let incidents = self.house.projections.incidents.read();
        Ok(review::review(&Material {
            quarter,
            now,
            seed: &self.room.tenant.to_string(),
            machine,
            known: &known,
            evals: &evals,
            grades: &grades,
            is_person: &|actor| incidents.is_person(actor),
        }))
    }

    /// A person asks for the machine's grades, and is no longer blind. Blocking.
    pub fn show_grades(&self, quarter: Quarter, act: Act) -> Result<Review, LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let review = quarter.to_string();
        let was_shown = self.house.projections.lessons.read().was_shown(&review, act.by);
        if !was_shown {
            self.tell(&[Fact::GradesShown(GradesShown { review, until: act.at })], act)?;
        }
        self.review(quarter, act.by, act.at)
    }

    /// A person grades a document of the quarter. Blocking.
    pub fn grade_document(
        &self,
        quarter: Quarter,
        told: GradeTold,
        act: Act,
    ) -> Result<(), LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let because = grounds(&told.because)?;
        let incident = self.incident(&told.incident)?;
        if !quarter.window().contains(incident.declared_at) {
            let why = format!("{} was not declared in {quarter}", told.incident);
            return Err(LessonError::Invalid(why));
        }
        let _alone = self.deciding();
        let review = quarter.to_string();
        let (is_filed, was_shown) = {
            let lessons = self.house.projections.lessons.read();
            let lesson = lessons.of(&told.incident);
            let is_filed = lesson.is_some_and(|lesson| lesson.filed.is_some());
            (is_filed, lessons.was_shown(&review, act.by))
        };
        if !is_filed {
            let why = format!("{} has no document to grade", told.incident);
            return Err(LessonError::Invalid(why));
        }
        let GradeTold { incident, grade, .. } = told;
        let graded = DocumentGraded { review, incident, grade, blind: !was_shown, because };
        self.tell(&[Fact::DocumentGraded(graded)], act)
    }

    fn tell(&self, facts: &[Fact], act: Act) -> Result<(), LessonError> {
        let (stream, expected) = (STREAM, Expected::Any);
        self.house.state(Append { stream, expected, at: act.at, actor: act.by, facts })?;
        Ok(())
    }

    /// Every incident; of those that the quarter holds also what flights tell.
    fn look_at_all(&self, quarter: Quarter, now: Timestamp) -> Result<Vec<Looked>, LessonError> {
        let window = quarter.window();
        let look = |incident: Incident| {
            let lesson = self.house.projections.lessons.read().of(&incident.id).cloned();
            let (mut agent, mut run) = (None, None);
            if window.contains(incident.declared_at) {
                agent = self.agent_involved(&incident)?;
                run = self.began(&incident)?;
            }
            let clocks = clocks(&incident, Beside { now, run });
            Ok(Looked { incident, lesson, agent, clocks })
        };
        self.list_incidents().into_iter().map(look).collect()
    }
}

impl Looked {
    fn known(&self) -> Known<'_> {
        Known {
            case: Case { incident: &self.incident, lesson: self.lesson.as_ref() },
            agent: self.agent,
            clocks: &self.clocks,
        }
    }
}
