//! Inventory: which models, tools and indexes are really used, by whom and how much.
//!
//! Counted from the runs in memory, not from what a configuration says. A model is listed under the
//! name that was asked for and under the name that answered; a name without a date that leads to
//! others, or of which nobody recorded where it leads, is a finding.

mod counting;

use std::sync::{Arc, PoisonError};

use intake::notices::model_name::{self, Match};
use jiff::{SignedDuration, Timestamp};
use model::{NoticeId, RunId, TicketId};
use serde::{Deserialize, Serialize};

use crate::notices::NoticeView;
use crate::open::Mayday;
use crate::tickets::ladder::days_left;

pub(crate) use counting::count;

/// What is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// When it was counted.
    pub as_of: Timestamp,
    /// Since when no run is missing from it; none if none ever was.
    pub since: Option<Timestamp>,
    /// Runs counted.
    pub runs: u64,
    /// Runs that name no model, neither asked for nor answering.
    pub nameless: u64,
    /// Models, most used first.
    pub models: Vec<ModelUse>,
    /// Tools, most used first; a version is the hash of a schema.
    pub tools: Vec<Use>,
    /// Indexes, most used first; a version is a build.
    pub indexes: Vec<Use>,
    /// Names that may mean another model tomorrow.
    pub aliases: Vec<AliasFound>,
}

/// How a model is used, under one name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelUse {
    /// The name.
    pub name: String,
    /// Whose it is, by its name; none if nobody here knows the name.
    pub provider: Option<String>,
    /// Runs that asked for it by this name.
    pub requested: u64,
    /// Runs in which it answered by this name.
    pub served: u64,
    /// Runs that did either.
    pub runs: u64,
    /// Their share of all runs.
    pub share: f64,
    /// The features, each with its runs and their share of the feature's.
    pub features: Vec<By>,
    /// Segments, as `plan=pro`, each with its runs and their share of this model's.
    pub segments: Vec<By>,
    /// Names that answered when this one was asked for.
    pub answered_by: Vec<By>,
    /// Runs that asked for it and do not say what answered.
    pub unresolved: u64,
    /// Start of the first run.
    pub first: Timestamp,
    /// Start of the last run.
    pub last: Timestamp,
}

/// How a tool or an index is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// Runs that had it.
    pub runs: u64,
    /// Their share of all runs.
    pub share: f64,
    /// The features, each with its runs and their share of the feature's.
    pub features: Vec<By>,
    /// Its versions, each with its runs and their share of this thing's.
    pub versions: Vec<By>,
    /// Start of the first run.
    pub first: Timestamp,
    /// Start of the last run.
    pub last: Timestamp,
}

/// Runs by something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct By {
    /// By what.
    pub name: String,
    /// How many.
    pub runs: u64,
    /// Which share that is.
    pub share: f64,
}

/// A name without a date that production asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AliasFound {
    /// The name.
    pub name: String,
    /// Whose it is.
    pub provider: Option<String>,
    /// Why it is a finding.
    pub why: String,
    /// Runs that asked for it.
    pub runs: u64,
    /// Names that answered.
    pub answered_by: Vec<By>,
    /// Runs that do not say what answered.
    pub unresolved: u64,
    /// The features.
    pub features: Vec<By>,
    /// The newest of the runs concerned.
    pub examples: Vec<RunId>,
}

/// What is used, with what of it will go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InventoryView {
    /// What is used.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// Names in use that a notice says will go, or are gone, by their date.
    pub going: Vec<Going>,
}

/// A name in use that will go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Going {
    /// The name.
    pub name: String,
    /// How sure it is that the notice is about it.
    pub sure: Match,
    /// When it goes; none if the notice names no date.
    pub on: Option<Timestamp>,
    /// Days until then; negative after it.
    pub days_left: Option<i64>,
    /// What the provider names to take instead.
    pub replacement: Option<String>,
    /// What says so.
    pub notice: NoticeId,
    /// The ticket for the move.
    pub ticket: Option<TicketId>,
    /// Runs that use it.
    pub runs: u64,
    /// The features.
    pub features: Vec<By>,
}

/// A use that a notice concerns.
#[derive(Debug, Clone, PartialEq)]
pub struct Concerned<'a> {
    /// The use.
    pub used: &'a ModelUse,
    /// How sure it is.
    pub sure: Match,
}

/// How old a count may be before runs are counted again, where there are many.
const FRESH: SignedDuration = SignedDuration::from_secs(30);

/// Runs up to which counting costs nothing that anybody would notice.
const FEW: usize = 50_000;

impl Mayday {
    /// What is used, as of now, or of some seconds ago where there are many runs. Blocking.
    pub fn inventory(&self, now: Timestamp) -> Arc<Inventory> {
        let mut kept = self.room.inventory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept.as_ref() {
            let (age, runs) = (now.duration_since(counted.as_of), self.room.recent().len());
            let is_whole = runs > FEW || counted.runs == runs as u64;
            if !age.is_negative() && age < FRESH && is_whole {
                return Arc::clone(counted);
            }
        }
        self.count_again(&mut kept, now)
    }

    /// What is used, with what of it will go. Blocking.
    pub fn inventory_view(&self, now: Timestamp) -> InventoryView {
        let inventory = self.inventory_now(now);
        let mut going: Vec<Going> = Vec::new();
        for notice in self.list_notices(now).into_iter().filter(NoticeView::goes) {
            for Concerned { used, sure } in inventory.concerned(&notice.says.models) {
                let on = notice.says.effective;
                going.push(Going {
                    name: used.name.clone(),
                    sure,
                    on,
                    days_left: on.map(|on| days_left(on, now)),
                    replacement: notice.says.replacement.clone(),
                    notice: notice.notice.clone(),
                    ticket: notice.ticket.clone(),
                    runs: used.runs,
                    features: used.features.clone(),
                });
            }
        }
        going.sort_by(|a, b| (a.on, &a.name).cmp(&(b.on, &b.name)));
        InventoryView { inventory: (*inventory).clone(), going }
    }

    /// What is used, as of now. Blocking.
    pub fn inventory_now(&self, now: Timestamp) -> Arc<Inventory> {
        let mut kept = self.room.inventory.lock().unwrap_or_else(PoisonError::into_inner);
        self.count_again(&mut kept, now)
    }

    fn count_again(&self, kept: &mut Option<Arc<Inventory>>, now: Timestamp) -> Arc<Inventory> {
        let counted = Arc::new(count(&self.room.recent(), now));
        *kept = Some(Arc::clone(&counted));
        counted
    }
}

impl Inventory {
    /// The uses that a notice about these models concerns, the surest and most used first.
    pub fn concerned(&self, models: &[String]) -> Vec<Concerned<'_>> {
        let concerned = |used| {
            let sure = models.iter().filter_map(|noticed| self.concerns(noticed, used)).min()?;
            Some(Concerned { used, sure })
        };
        let mut found: Vec<Concerned<'_>> = self.models.iter().filter_map(concerned).collect();
        found.sort_by_key(|one| (one.sure, std::cmp::Reverse(one.used.runs)));
        found
    }

    /// Whether any model of a provider is used.
    pub fn uses(&self, provider: &str) -> bool {
        self.of(provider).next().is_some()
    }

    /// The models of a provider.
    pub fn of<'a>(&'a self, provider: &'a str) -> impl Iterator<Item = &'a ModelUse> {
        self.models.iter().filter(move |used| used.provider.as_deref() == Some(provider))
    }

    /// An alias is concerned for sure where the model named answered under it, and not at all where
    /// it is on record of every run that another did.
    fn concerns(&self, noticed: &str, used: &ModelUse) -> Option<Match> {
        let sure = |name: &str| model_name::concerns(noticed, name) == Some(Match::Same);
        if used.answered_by.iter().any(|by| sure(&by.name)) {
            return Some(Match::Same);
        }
        match model_name::concerns(noticed, &used.name)? {
            Match::Perhaps if used.served > 0 || used.unresolved > 0 => Some(Match::Perhaps),
            Match::Perhaps => None,
            Match::Same => Some(Match::Same),
        }
    }
}

impl Concerned<'_> {
    /// In words, as a notice's verdict and a ticket say it.
    pub fn told(&self) -> String {
        let ModelUse { name, runs, features, .. } = self.used;
        let by: Vec<&str> = features.iter().take(5).map(|by| by.name.as_str()).collect();
        let more = features.len().saturating_sub(by.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let sure = match self.sure {
            Match::Same => "",
            Match::Perhaps => {
                ", perhaps: the name has no date, and not every run says what answered"
            }
        };
        format!("{name}: {runs} runs of {}{more}{sure}", by.join(", "))
    }
}

#[cfg(test)]
mod tests;
