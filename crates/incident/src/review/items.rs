//! Action items in a review: the rates they are to move, and those that nobody minds.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::postmortem::{ItemKind, ItemState};
use model::{BehaviourRate, IncidentId, ItemId};
use serde::{Deserialize, Serialize};

use super::recurrence::Recurrence;
use super::trend::{Direction, Trend};
use super::whole::{Known, Material};
use crate::closing::eval_of;
use crate::lessons::KnownItem;
use crate::lint::Rules;

/// The rate that an item is to move, and how it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The item.
    pub item: ItemLine,
    /// Failures when it was written, as a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Failures at most, as a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The rate of the last run of its eval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<BehaviourRate>,
    /// How the rate went in the last series of its eval; none if it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Whether people confirmed that the incident came back.
    pub came_back: bool,
}

/// An item in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLine {
    /// The incident it follows from.
    pub incident: IncidentId,
    /// The item, once it has a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ItemId>,
    /// What is to be done.
    pub what: String,
    /// What kind of item it is.
    pub kind: ItemKind,
    /// The eval or the class of actions that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eval: Option<String>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// How it stands, as facts say.
    pub state: ItemState,
}

impl ItemLine {
    fn of(incident: &IncidentId, known: &KnownItem) -> Self {
        let item = &known.item;
        Self {
            incident: incident.clone(),
            id: item.id.clone(),
            what: item.what.clone(),
            kind: item.kind,
            eval: item.contract.eval.clone(),
            owner: item.owner.clone(),
            due: item.due.clone(),
            state: known.state(),
        }
    }
}

/// The items of some incidents that their documents still hold.
fn held<'a>(of: &Known<'a>) -> impl Iterator<Item = (&'a IncidentId, &'a KnownItem)> {
    let items = of.case.lesson.map_or(&[][..], |lesson| &lesson.items);
    let id = &of.case.incident.id;
    items.iter().filter(|known| !known.left_out).map(move |known| (id, known))
}

pub(super) fn targets(
    material: &Material<'_>,
    read: &[&Known<'_>],
    trends: &[Trend],
    recurrences: &[Recurrence],
) -> Vec<Target> {
    let confirmed = |id: &IncidentId| {
        let of = recurrences.iter().filter(|one| one.earlier == *id || one.incident == *id);
        of.filter_map(|one| one.judged.as_ref()).any(|judged| judged.recurs)
    };
    let target = |(id, known): (&IncidentId, &KnownItem)| {
        let contract = &known.item.contract;
        let (eval, version) = eval_of(contract)?;
        let of_version = |its: &str| version.is_none_or(|version| its == version);
        let trend = trends.iter().rfind(|trend| {
            trend.eval == eval && trend.configuration.is_none() && of_version(&trend.version)
        });
        let mut runs = material.runs(eval).iter();
        let last = runs.rfind(|run| run.configuration.is_none() && of_version(&run.version));
        Some(Target {
            item: ItemLine::of(id, known),
            baseline: contract.baseline,
            target: contract.target,
            last: last.map(|run| run.rate),
            direction: trend.map(|trend| trend.direction),
            came_back: confirmed(id),
        })
    };
    read.iter().flat_map(|one| held(one)).filter_map(target).collect()
}

/// Items of any time that are not done and of which something holds.
pub(super) fn open(known: &[Known<'_>], holds: impl Fn(&ItemLine) -> bool) -> Vec<ItemLine> {
    let lines = known.iter().flat_map(held).map(|(id, known)| ItemLine::of(id, known));
    lines.filter(|line| line.state != ItemState::Closed && holds(line)).collect()
}

/// Whether the day by which an item should be done is over. What is no date is never overdue.
pub(super) fn is_overdue(line: &ItemLine, now: Timestamp) -> bool {
    let due = line.due.as_deref().and_then(|due| due.trim().parse::<Date>().ok());
    due.is_some_and(|due| due < now.to_zoned(TimeZone::UTC).date())
}

/// Documents whose only action is an edit of a prompt, of those with any action.
pub(super) fn prompt_only(read: &[&Known<'_>], rules: &Rules) -> BehaviourRate {
    let filed = read.iter().filter_map(|one| one.case.lesson?.filed.as_ref());
    let items = filed.map(|filed| &filed.document.items).filter(|items| !items.is_empty());
    let is_only = |items: &&Vec<model::postmortem::ActionItem>| {
        items.iter().all(|item| rules.is_prompt_tweak(&item.what))
    };
    let (n, k) = (items.clone().count(), items.filter(is_only).count());
    BehaviourRate::of(k as u64, n as u64, 0)
}
