//! What was learned, folded from facts: documents as filed, their items, and what a review said.
//!
//! Of a document the latest version is kept; the earlier ones stand in the ledger. An item is what
//! the latest version says of it, and stands as facts say: [`KnownItem::state`] is never typed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::eval::Ablation;
use model::lesson::{
    AblationTold, DocumentFiled, DocumentGraded, Grade, GradesShown, ItemClosed, ItemProof,
    ItemReopened, RecurrenceJudged, Reopening,
};
use model::postmortem::{ActionItem, ItemState, Postmortem};
use model::{Entry, Fact, IncidentId, ItemId};
use serde::{Deserialize, Serialize};

/// Everything that was learned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lessons {
    of: BTreeMap<IncidentId, Lesson>,
    items: BTreeMap<ItemId, IncidentId>,
    grades: BTreeMap<String, Vec<Graded>>,
    shown: BTreeMap<String, BTreeSet<String>>,
}

/// What was learned of one incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lesson {
    /// The document, as it was last filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filed: Option<Filed>,
    /// Its items, in the order in which they were first filed.
    pub items: Vec<KnownItem>,
    /// Trials with one part swapped.
    pub ablations: Vec<Trials>,
    /// Whether it is an earlier one that came back, as people said.
    pub recurrences: Vec<Judged>,
    /// When somebody worked on the document, and who.
    pub acts: Vec<(Timestamp, String)>,
}

/// A document as it was filed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Which version it is, from 1.
    pub version: u32,
    /// The document; quotes stand in it by address.
    pub document: Postmortem,
    /// Findings that the linter had then, by rule.
    pub findings: Vec<String>,
    /// Rules whose findings somebody took as they were.
    pub suppressed: Vec<String>,
}

/// An action item and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownItem {
    /// The item, as the latest version of the document words it.
    pub item: ActionItem,
    /// Since when it is on record.
    pub opened: Timestamp,
    /// What showed that it is done, the latest last.
    pub closed: Vec<Closed>,
    /// Why it was opened again, the latest last.
    pub reopened: Vec<Reopened>,
    /// Whether the latest version of the document leaves it out.
    pub left_out: bool,
}

/// When an item was closed, by whom, and by what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What shows it.
    pub proof: ItemProof,
}

/// When an item was opened again, by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub because: Reopening,
}

/// Trials that somebody told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trials {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What came of them.
    pub ablation: Ablation,
}

/// What somebody said of a recurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The earlier incident.
    pub earlier: IncidentId,
    /// Whether it came back.
    pub recurs: bool,
    /// On what ground.
    pub because: String,
}

/// A grade of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The incident whose document it is.
    pub incident: IncidentId,
    /// The grade.
    pub grade: Grade,
    /// Whether the machine's grade had not been shown to this person.
    pub blind: bool,
    /// On what ground.
    pub because: String,
}

/// Most acts remembered of one document.
const MOST_ACTS: usize = 1_000;

impl Lessons {
    /// Takes in one entry; facts about other things change nothing.
    pub fn apply(&mut self, entry: &Entry) {
        match &entry.fact {
            Fact::PostmortemDrafted { incident, .. } => self.worked(incident, entry),
            Fact::DocumentFiled(told) => self.file(told, entry),
            Fact::ItemClosed(ItemClosed { incident, item, proof }) => {
                self.worked(incident, entry);
                let (at, by, proof) = (entry.at, entry.actor.clone(), proof.clone());
                self.change(item, |one| one.closed.push(Closed { at, by, proof }));
            }
            Fact::ItemReopened(ItemReopened { item, because, .. }) => {
                let (at, by, because) = (entry.at, entry.actor.clone(), because.clone());
                self.change(item, |one| one.reopened.push(Reopened { at, by, because }));
            }
            Fact::AblationTold(AblationTold { incident, ablation }) => {
                let (at, by, ablation) = (entry.at, entry.actor.clone(), ablation.clone());
                self.lesson(incident).ablations.push(Trials { at, by, ablation });
            }
            Fact::RecurrenceJudged(told) => {
                let RecurrenceJudged { incident, earlier, recurs, because } = told.clone();
                let (at, by) = (entry.at, entry.actor.clone());
                let judged = Judged { at, by, earlier, recurs, because };
                self.lesson(&incident).recurrences.push(judged);
            }
            Fact::DocumentGraded(told) => {
                let DocumentGraded { review, incident, grade, blind, because } = told.clone();
                let (at, by) = (entry.at, entry.actor.clone());
                let graded = Graded { at, by, incident, grade, blind, because };
                self.grades.entry(review).or_default().push(graded);
            }
            Fact::GradesShown(GradesShown { review, .. }) => {
                self.shown.entry(review.clone()).or_default().insert(entry.actor.clone());
            }
            _ => {}
        }
    }

    /// What was learned of an incident, if anything was.
    pub fn of(&self, incident: &IncidentId) -> Option<&Lesson> {
        self.of.get(incident)
    }

    /// An item and the incident it follows from.
    pub fn item(&self, id: &ItemId) -> Option<(&IncidentId, &KnownItem)> {
        let incident = self.items.get(id)?;
        let items = &self.of.get(incident)?.items;
        Some((incident, items.iter().find(|one| one.item.id.as_ref() == Some(id))?))
    }

    /// Every item, with the incident it follows from.
    pub fn items(&self) -> impl Iterator<Item = (&IncidentId, &KnownItem)> {
        let of = self.of.iter();
        of.flat_map(|(incident, lesson)| lesson.items.iter().map(move |item| (incident, item)))
    }

    /// The grades of a review, in the order in which they were given.
    pub fn grades(&self, review: &str) -> &[Graded] {
        self.grades.get(review).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody was shown the machine's grades of a review.
    pub fn was_shown(&self, review: &str, by: &str) -> bool {
        self.shown.get(review).is_some_and(|shown| shown.contains(by))
    }

    fn lesson(&mut self, of: &IncidentId) -> &mut Lesson {
        self.of.entry(of.clone()).or_default()
    }

    fn worked(&mut self, on: &IncidentId, entry: &Entry) {
        let acts = &mut self.lesson(on).acts;
        if acts.len() < MOST_ACTS {
            acts.push((entry.at, entry.actor.clone()));
        }
    }

    fn change(&mut self, id: &ItemId, how: impl FnOnce(&mut KnownItem)) {
        let Some(lesson) = self.items.get(id).and_then(|it| self.of.get_mut(it)) else { return };
        let item = lesson.items.iter_mut().find(|one| one.item.id.as_ref() == Some(id));
        if let Some(item) = item {
            how(item);
        }
    }

    fn file(&mut self, told: &DocumentFiled, entry: &Entry) {
        self.worked(&told.incident, entry);
        let lesson = self.lesson(&told.incident);
        let document = (*told.document).clone();
        let mut new = Vec::new();
        for known in &mut lesson.items {
            let said = document.items.iter().find(|item| item.id == known.item.id);
            known.left_out = said.is_none();
            said.into_iter().for_each(|item| known.item.clone_from(item));
        }
        for item in &document.items {
            let Some(id) = &item.id else { continue };
            if !lesson.items.iter().any(|known| known.item.id.as_ref() == Some(id)) {
                new.push(id.clone());
                lesson.items.push(KnownItem {
                    item: item.clone(),
                    opened: entry.at,
                    closed: Vec::new(),
                    reopened: Vec::new(),
                    left_out: false,
                });
            }
        }
        lesson.filed = Some(Filed {
            at: entry.at,
            by: entry.actor.clone(),
            version: lesson.filed.as_ref().map_or(1, |filed| filed.version + 1),
            document,
            findings: told.findings.clone(),
            suppressed: told.suppressed.clone(),
        });
        self.items.extend(new.into_iter().map(|id| (id, told.incident.clone())));
    }
}

impl KnownItem {
    /// How it stands, as facts say.
    pub fn state(&self) -> ItemState {
        match self.closed.len().cmp(&self.reopened.len()) {
            std::cmp::Ordering::Greater => ItemState::Closed,
            _ if self.closed.is_empty() => ItemState::Open,
            _ => ItemState::Reopened,
        }
    }
}
