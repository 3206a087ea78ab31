//! Action items: listed, closed by their proof, opened again.

use incident::closing::{self, eval_of};
use incident::lessons::KnownItem;
use jiff::Timestamp;
use ledger::Expected;
use model::lesson::{ItemClosed, ItemProof, ItemReopened, Reopening};
use model::postmortem::{ActionItem, ItemKind, ItemState};
use model::{BehaviourRate, Fact, IncidentId, ItemId, Measured, Step, StepKind, Window};

use super::{ItemView, LessonError};
use crate::access::Right;
use crate::error::IncidentError;
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

/// How somebody wants an item closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closing {
    /// What somebody saw, for an item that names no eval and no threshold.
    pub because: Option<String>,
    /// For a threshold: since when its share is taken; since the item was opened if not given.
    pub since: Option<Timestamp>,
}

impl Mayday {
    /// Every item, those of the latest incident first. Blocking.
    pub fn items(&self, now: Timestamp) -> Vec<ItemView> {
        let lessons = self.house.projections.lessons.read();
        let mut items = Vec::new();
        for incident in self.list_incidents() {
            let of = lessons.of(&incident.id).map_or(&[][..], |lesson| &lesson.items);
            items.extend(of.iter().map(|item| ItemView::of(&incident.id, item, now)));
        }
        items
    }

    /// Closes an item, if what is on record shows that it is done. Blocking.
    pub fn close_item(
        &self,
        id: &ItemId,
        told: &Closing,
        act: Act,
    ) -> Result<ItemView, LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let _alone = self.deciding();
        let (incident, known) = self.known_item(id)?;
        if known.state() == ItemState::Closed {
            return Err(LessonError::Already(id.clone(), "closed"));
        }
        let item = &known.item;
        let proof = match item.kind {
            ItemKind::EvalCoverage => closing::by_eval(item, &incident, &self.runs_for(item)?)?,
            ItemKind::Guardrail => closing::by_guardrail(item, &self.runs_for(item)?)?,
            ItemKind::EscalationThreshold => {
                let since = told.since.unwrap_or(known.opened).max(known.opened);
                closing::by_threshold(item, self.alone(item, since, act.at)?)?
            }
            ItemKind::Other => {
                let because = grounds(told.because.as_deref().unwrap_or_default())?;
                closing::by_looking(item, &because)?
            }
        };
        let fact = ItemClosed { incident: incident.clone(), item: id.clone(), proof };
        self.state(&incident, Expected::Any, act, &[Fact::ItemClosed(fact)])?;
        self.item(id, act.at)
    }

    /// A person opens an item again. Blocking.
    pub fn reopen_item(
        &self,
        id: &ItemId,
        because: &str,
        act: Act,
    ) -> Result<ItemView, LessonError> {
        act.may(Right::Acknowledge).map_err(IncidentError::from)?;
        let because = grounds(because)?;
        let _alone = self.deciding();
        self.reopen(id, Reopening::Said { because }, act)?;
        self.item(id, act.at)
    }

    /// One item.
    pub fn item(&self, id: &ItemId, now: Timestamp) -> Result<ItemView, LessonError> {
        let (incident, known) = self.known_item(id)?;
        Ok(ItemView::of(&incident, &known, now))
    }

    /// The same for every tenant.
    pub fn look_at_all_thresholds(&self, now: Timestamp, random: u64) -> Result<(), LessonError> {
        for (number, room) in (0..).zip(self.house.rooms()) {
            let act = Act::by_itself(now, random).nth(number);
            self.of_room(&room).look_at_thresholds(act)?;
        }
        Ok(())
    }

    /// Opens thresholds again whose uses since are as many as were agreed. Idempotent. Blocking.
    pub fn look_at_thresholds(&self, act: Act) -> Result<(), LessonError> {
        for (id, known) in self.closed_items() {
            let Some(closed) = known.closed.last() else { continue };
            let ItemProof::Threshold { uses, .. } = closed.proof else { continue };
            let since = self.alone(&known.item, closed.at, act.at)?.n;
            let _alone = self.deciding();
            if let Some(because) = closing::due_again(&known.item, uses, uses + since) {
                self.reopen(&id, because, act)?;
            }
        }
        Ok(())
    }

    /// What a new run takes back of items that were closed.
    pub(super) fn reconsider(&self, measured: &Measured, act: Act) -> Result<(), LessonError> {
        for (id, known) in self.closed_items() {
            let names_it = eval_of(&known.item.contract).map(|(name, _)| name);
            let Some(closed) = known.closed.last() else { continue };
            if names_it != Some(measured.eval.as_str()) || measured.at <= proven_at(self, closed)? {
                continue;
            }
            if let Some(because) = closing::broken_by(&known.item, &closed.proof, measured) {
                self.reopen(&id, because, act)?;
            }
        }
        Ok(())
    }

    fn reopen(&self, id: &ItemId, because: Reopening, act: Act) -> Result<(), LessonError> {
        let (incident, known) = self.known_item(id)?;
        if known.state() != ItemState::Closed {
            return Err(LessonError::Already(id.clone(), "open"));
        }
        let fact = ItemReopened { incident: incident.clone(), item: id.clone(), because };
        self.state(&incident, Expected::Any, act, &[Fact::ItemReopened(fact)])?;
        Ok(())
    }

    pub(super) fn known_item(&self, id: &ItemId) -> Result<(IncidentId, KnownItem), LessonError> {
        let lessons = self.house.projections.lessons.read();
        let found = lessons.item(id).filter(|(incident, _)| self.incident(incident).is_ok());
        let found = found.map(|(incident, known)| (incident.clone(), known.clone()));
        found.ok_or_else(|| LessonError::NoSuchItem(id.clone()))
    }

    fn closed_items(&self) -> Vec<(ItemId, KnownItem)> {
        let lessons = self.house.projections.lessons.read();
        let mine = lessons.items().filter(|(incident, known)| {
            known.state() == ItemState::Closed && self.incident(incident).is_ok()
        });
        mine.filter_map(|(_, known)| Some((known.item.id.clone()?, known.clone()))).collect()
    }

    /// Every run of an item's eval, with its cases.
    pub(super) fn runs_for(&self, item: &ActionItem) -> Result<Vec<Measured>, LessonError> {
        let Some((name, _)) = eval_of(&item.contract) else { return Ok(Vec::new()) };
        let ids: Vec<_> = {
            let measures = self.house.projections.measures.read();
            measures.runs(&self.room.tenant, name).iter().map(|run| run.id.clone()).collect()
        };
        let runs = ids.iter().map(|id| self.measured(id));
        Ok(runs.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// How often agents used what an item is about with nobody asked, in some time: all uses, and
    /// those in whose trace no approval was granted before.
    fn alone(
        &self,
        item: &ActionItem,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<BehaviourRate, LessonError> {
        let Some((class, _)) = eval_of(&item.contract) else {
            return Ok(BehaviourRate::of(0, 0, 0));
        };
        let (mut uses, mut alone) = (0, 0);
        self.each_trace_with(StepKind::Tool, Window { start: since, end: now }, |steps| {
            let (of_these, of_them_alone) = uses_in(class, steps);
            uses += of_these;
            alone += of_them_alone;
        })?;
        Ok(BehaviourRate::of(alone, uses, 0))
    }
}

/// Uses of a tool in a trace, and those before which nobody had allowed anything.
fn uses_in(class: &str, steps: &[Step]) -> (u64, u64) {
    let granted = steps.iter().filter(|step| {
        let record = (step.kind == StepKind::Approval).then(|| recorder::read_record(step));
        let state = record.and_then(|record| record.approval).and_then(|it| it.state);
        matches!(state.as_deref(), Some("granted" | "approved"))
    });
    let first = granted.map(|step| step.started).min();
    let is_use = |step: &&Step| {
        step.kind == StepKind::Tool
            && recorder::read_record(step).tool.and_then(|tool| tool.name).as_deref() == Some(class)
    };
    let uses: Vec<&Step> = steps.iter().filter(is_use).collect();
    let alone = uses.iter().filter(|step| first.is_none_or(|first| first > step.started)).count();
    (uses.len() as u64, alone as u64)
}

/// When what closed an item was measured: a run before that takes nothing back.
fn proven_at(
    mayday: &Mayday,
    closed: &incident::lessons::Closed,
) -> Result<Timestamp, LessonError> {
    let run = match &closed.proof {
        ItemProof::Eval { green, .. } => green,
        ItemProof::Guardrail { run } => run,
        ItemProof::Threshold { .. } | ItemProof::Looked { .. } => return Ok(closed.at),
    };
    Ok(mayday.measured(run)?.map_or(closed.at, |measured| measured.at))
}
