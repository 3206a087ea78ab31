//! A quarter's review, put together from what the other modules find.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{BehaviourRate, IncidentId, Window};
use serde::{Deserialize, Serialize};

use super::counts::{FieldCount, LagSpan, LayerCount, MinuteSpan};
use super::grades::{Grades, MachineGrades};
use super::incidents::IncidentLine;
use super::items::{ItemLine, Target};
use super::recurrence::{Case, Recurrence, ended, recurrences, remedies};
use super::{Quarter, Trend, counts, grades, incidents, items, sample, trends};
use crate::clocks::Clocks;
use crate::lessons::Graded;
use crate::lint::rules;
use crate::measures::Measurement;

/// What a review reads.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// Which quarter.
    pub quarter: Quarter,
    /// Now: by it items are overdue and a quarter is over.
    pub now: Timestamp,
    /// What the sample is drawn with.
    pub seed: &'a str,
    /// Whether the machine's grades may be shown to who asks.
    pub machine: MachineGrades,
    /// Incidents of the tenant, of all times: what came back may be older.
    pub known: &'a [Known<'a>],
    /// Evals of the tenant with their runs, by name, in the order in which they ran.
    pub evals: &'a [(&'a str, &'a [Measurement])],
    /// The grades that people gave in this review.
    pub grades: &'a [Graded],
    /// Whether a person is named so.
    pub is_person: &'a dyn Fn(&str) -> bool,
}

/// An incident and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The incident and what was learned of it.
    pub case: Case<'a>,
    /// Whether flights show that an agent took part; none if they show neither.
    pub agent: Option<bool>,
    /// Its clocks.
    pub clocks: &'a Clocks,
}

/// A quarter's review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Which quarter.
    pub quarter: Quarter,
    /// From when until when.
    pub window: Window,
    /// When it was put together.
    pub at: Timestamp,
    /// Whether the quarter was over by then.
    pub over: bool,
    /// Incidents declared in it, the first first.
    pub incidents: Vec<IncidentLine>,
    /// Those in which an agent took part and that have no document.
    pub undocumented: Vec<IncidentId>,
    /// Whether the fields were used or what happened was flattened.
    pub grades: Grades,
    /// Rates that the quarter's items are to move.
    pub targets: Vec<Target>,
    /// How each eval went in the year until the quarter's end.
    pub trends: Vec<Trend>,
    /// What came back in the quarter, proposed or confirmed.
    pub recurrences: Vec<Recurrence>,
    /// Which of the six fields moved how often, and how often that is not known.
    pub fields: Vec<FieldCount>,
    /// Verdicts on layers.
    pub layers: Vec<LayerCount>,
    /// Kinds of failure, by how many documents name them.
    pub kinds: BTreeMap<String, u64>,
    /// Findings that documents were filed with, by rule.
    pub findings: BTreeMap<String, u64>,
    /// Findings that somebody took as they were, by rule.
    pub suppressed: BTreeMap<String, u64>,
    /// How long things took.
    pub lags: Vec<LagSpan>,
    /// Items of any time that are not done and have no owner or no date.
    pub unowned: Vec<ItemLine>,
    /// Items of any time that are not done and should be by now.
    pub overdue: Vec<ItemLine>,
    /// Minutes that people spent on a document.
    pub minutes: MinuteSpan,
    /// Documents whose only action is an edit of a prompt, of those with any action.
    pub prompt_only: BehaviourRate,
}

/// Puts a quarter's review together.
pub fn review(material: &Material<'_>) -> Review {
    let Material { quarter, now, known, .. } = *material;
    let window = quarter.window();
    let mut read: Vec<&Known<'_>> =
        known.iter().filter(|one| window.contains(one.case.incident.declared_at)).collect();
    read.sort_by_key(|one| (one.case.incident.declared_at, &one.case.incident.id));
    let rules = rules();
    let graded = grades::by_machine(&read, &rules);
    let year = quarter.year_until_its_end();
    let trends: Vec<Trend> =
        material.evals.iter().flat_map(|(eval, runs)| trends(eval, runs, year)).collect();
    let recurrences = came_back(material, &read);
    Review {
        quarter,
        window,
        at: now,
        over: window.end <= now,
        undocumented: incidents::undocumented(&read),
        targets: items::targets(material, &read, &trends, &recurrences),
        grades: grades::grades(material, &graded),
        incidents: incidents::lines(&read, &graded, material),
        trends,
        recurrences,
        fields: counts::fields(&read),
        layers: counts::layers(&read),
        kinds: counts::kinds(&read),
        findings: counts::rules(&read, |filed| &filed.findings),
        suppressed: counts::rules(&read, |filed| &filed.suppressed),
        lags: counts::lags(&read),
        unowned: items::open(known, |line| line.owner.is_none() || line.due.is_none()),
        overdue: items::open(known, |line| items::is_overdue(line, now)),
        minutes: counts::minutes(&read, material.is_person),
        prompt_only: items::prompt_only(&read, &rules),
    }
}

/// What came back in the quarter, with what that says of remedies once a person confirmed it.
fn came_back(material: &Material<'_>, read: &[&Known<'_>]) -> Vec<Recurrence> {
    let all = || material.known.iter().map(|one| one.case);
    let mut found = Vec::new();
    for later in read {
        for mut one in recurrences(later.case, all()) {
            let confirmed = one.judged.as_ref().is_some_and(|judged| judged.recurs);
            let earlier = all().find(|case| case.incident.id == one.earlier);
            if let (true, Some(Case { incident, lesson: Some(lesson) })) = (confirmed, earlier) {
                let again = later.case.incident.declared_at;
                let ended = ended(incident, again).unwrap_or(again);
                one.remedies = remedies(lesson, [ended, again], |eval| material.runs(eval));
            }
            found.push(one);
        }
    }
    found
}

impl<'a> Material<'a> {
    /// The runs of an eval; none if there is no such eval.
    pub(super) fn runs(&self, eval: &str) -> &'a [Measurement] {
        let found = self.evals.iter().find(|(name, _)| *name == eval);
        found.map_or(&[], |(_, runs)| runs)
    }

    /// The incidents whose documents people grade.
    pub(super) fn sample(&self, graded: &grades::Graded<'_>) -> BTreeSet<IncidentId> {
        let documents = graded.keys().copied();
        sample(&self.quarter.to_string(), self.seed, documents)
    }
}
