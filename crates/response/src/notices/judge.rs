//! What is to be done about a notice: a pure decision, by what is in use then.

use intake::notices::model_name::Match;
use jiff::{SignedDuration, Timestamp};
use model::IncidentId;
use model::notice::{Impact, NoticeClass, NoticeProof};

use super::fold::{NoticeState, is_flapping};
use super::poll::HINTS_WAIT;
use crate::channels::{Channel, Paging};
use crate::inventory::Inventory;

/// A notice with what bears on it.
pub(crate) struct Case<'a> {
    pub(crate) notice: &'a NoticeState,
    /// The notices about the same thing, earliest first.
    pub(crate) thread: &'a [&'a NoticeState],
    pub(crate) inventory: &'a Inventory,
    pub(crate) channel: Option<&'a Channel>,
    pub(crate) paging: &'a Paging,
    /// Open incidents of features that use what it concerns.
    pub(crate) incidents: &'a [IncidentId],
    pub(crate) now: Timestamp,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) concerns: Vec<String>,
    pub(crate) pages: bool,
    pub(crate) because: String,
}

/// What of what is used a notice is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Concern {
    pub(crate) told: Vec<String>,
    pub(crate) features: Vec<String>,
}

/// Within which time one thing of a provider's pages once.
const PAGES_ONCE_IN: SignedDuration = SignedDuration::from_hours(1);

/// Uses that a verdict names.
const MOST_TOLD: usize = 20;

/// What is to be done about a notice that says that something goes: nothing, if nothing uses it.
pub(crate) fn going(concern: &Concern, inventory: &Inventory, models: &[String]) -> Verdict {
    let because = match concern.told.is_empty() {
        false => "it is in use: a ticket asks for the move".to_owned(),
        true => format!(
            "nothing in use matches {}: {} names of models in {} runs were compared",
            if models.is_empty() {
                "it, for it names no model".to_owned()
            } else {
                models.join(", ")
            },
            inventory.models.len(),
            inventory.runs
        ),
    };
    Verdict { concerns: concern.told.clone(), pages: false, because }
}

/// What is to be done about any other notice; none while the provider is still asked about it.
pub(crate) fn judge(case: &Case<'_>) -> Option<Verdict> {
    let Case { notice, thread, channel, paging, now, .. } = case;
    let confirmed = notice.confirmed.as_ref();
    if let Some(denied) = confirmed.filter(|confirmed| !confirmed.holds) {
        let because = format!("the provider does not say so: {}", denied.because);
        return Some(Verdict { concerns: Vec::new(), pages: false, because });
    }
    let can_ask = channel.is_some_and(|channel| channel.poll.is_some());
    let is_hint = notice.says.proof == NoticeProof::SecretPath && confirmed.is_none();
    if is_hint && can_ask && now.duration_since(notice.heard_at) < HINTS_WAIT {
        return None;
    }
    let unproven = if is_hint { "; nobody could confirm it" } else { "" };
    let concern = concern(notice, case.inventory);
    let because = |why: &str| format!("{why}{unproven}");
    let calm = |why: &str| {
        Some(Verdict { concerns: concern.told.clone(), pages: false, because: because(why) })
    };
    let says = &notice.says;
    if about_the_account(says.class) {
        let pages = paging.classes.contains(&says.class) && says.impact >= paging.from;
        let why = if pages { "it is about the account, and bad enough to page" } else { "kept" };
        return Some(Verdict { concerns: concern.told, pages, because: because(why) });
    }
    if !notice.is_active() {
        return calm(match says.class {
            NoticeClass::Maintenance => "announced work: it stands beside what happens then",
            NoticeClass::Unknown => "nobody here knows the word: look at it",
            NoticeClass::JobState => "the state of a job",
            _ => "it says that it is over",
        });
    }
    if concern.told.is_empty() {
        return calm("nothing in use is of it");
    }
    if !case.incidents.is_empty() {
        return calm("provider-side likely: an open incident is linked to it");
    }
    if says.impact == Impact::None {
        return calm("it does not say how bad it is: look at it");
    }
    if says.impact < paging.from || !paging.classes.contains(&says.class) {
        return calm("not bad enough to page");
    }
    if paged_lately(thread, *now) {
        let flapping = is_flapping(thread, *now);
        return calm(match flapping {
            true => "it goes back and forth: it has paged within the hour",
            false => "it has paged within the hour",
        });
    }
    let because = because("it does not work there, and it is in use here");
    Some(Verdict { concerns: concern.told, pages: true, because })
}

/// What of what is used a notice is about: the models it names, or all of the provider's.
pub(crate) fn concern(notice: &NoticeState, inventory: &Inventory) -> Concern {
    let says = &notice.says;
    let mut concern = Concern::default();
    let named = inventory.concerned(&says.models);
    let of_all = notice.is_active() || says.class == NoticeClass::Maintenance;
    let whole = says.models.is_empty() && of_all;
    let all = inventory.of(&says.provider).filter(|_| whole);
    let all = all.map(|used| crate::inventory::Concerned { used, sure: Match::Same });
    for one in named.into_iter().chain(all).take(MOST_TOLD) {
        concern.told.push(one.told());
        for by in &one.used.features {
            if !concern.features.contains(&by.name) {
                concern.features.push(by.name.clone());
            }
        }
    }
    concern
}

fn about_the_account(class: NoticeClass) -> bool {
    use NoticeClass::{AccountWarning, BillingAnomaly, Quota, Security};
    matches!(class, AccountWarning | BillingAnomaly | Quota | Security)
}

fn paged_lately(thread: &[&NoticeState], now: Timestamp) -> bool {
    thread
        .iter()
        .filter_map(|one| one.judged.as_ref())
        .any(|judged| judged.pages && now.duration_since(judged.at) < PAGES_ONCE_IN)
}
