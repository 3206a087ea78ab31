//! Settled runs, arranged for comparison: the window in memory, and scans of older days.

mod dictionary;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use jiff::Timestamp;
use model::{Outcome, RunId, Seen, Settlement, TraceId, Window};

use dictionary::Dictionary;

/// Runs that can be compared: each with its levels as places in one dictionary.
#[derive(Debug, Clone, Default)]
pub struct RunSet {
    /// Every factor and level seen, by the places that runs name; places of none have no name.
    pub dictionary: Arc<Vec<Seen>>,
    /// The runs.
    pub runs: Vec<RunRow>,
}

/// One settled run.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Which run.
    pub id: RunId,
    /// Its feature.
    pub feature: Arc<str>,
    /// When it started.
    pub started: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// When its outcome was stated, if it was stated apart from it.
    pub labelled: Option<Timestamp>,
    /// A number that it shares with the runs of the same conversation.
    pub cluster: Option<u32>,
    /// What it ran under.
    pub levels: Arc<[u32]>,
}

/// Runs of a feature, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureCount {
    /// The feature.
    pub feature: String,
    /// Its runs here.
    pub runs: u64,
    /// Start of the latest.
    pub latest: Timestamp,
}

/// The most recent runs, bounded in number. Of each trace only the latest settlement counts.
#[derive(Debug)]
pub struct Recent {
    most_runs: usize,
    dictionary: Dictionary,
    features: HashMap<String, Arc<str>>,
    traces: HashMap<TraceId, (u64, Vec<RunRow>)>,
    order: VecDeque<(u64, TraceId)>,
    next: u64,
    runs: usize,
    complete_since: Option<Timestamp>,
}

impl Recent {
    /// Room for so many runs.
    pub fn new(most_runs: usize) -> Self {
        Self {
            most_runs,
            dictionary: Dictionary::default(),
            features: HashMap::new(),
            traces: HashMap::new(),
            order: VecDeque::new(),
            next: 0,
            runs: 0,
            complete_since: None,
        }
    }

    /// Takes in a settlement, in place of an earlier one of the same trace.
    pub fn apply(&mut self, settlement: &Settlement) {
        if let Some((_, old)) = self.traces.remove(&settlement.trace) {
            self.forget(&old);
        }
        if !settlement.runs.is_empty() {
            let rows: Vec<RunRow> = settlement.runs.iter().map(|run| self.row(run)).collect();
            self.runs += rows.len();
            self.next += 1;
            self.order.push_back((self.next, settlement.trace));
            self.traces.insert(settlement.trace, (self.next, rows));
        }
        while self.runs > self.most_runs {
            self.drop_oldest();
        }
        if self.order.len() > 2 * self.traces.len() + 1024 {
            let traces = &self.traces;
            self.order.retain(|(number, trace)| {
                traces.get(trace).is_some_and(|(current, _)| current == number)
            });
        }
    }

    /// States that runs which started earlier than this may be missing.
    pub fn complete_only_since(&mut self, since: Timestamp) {
        self.complete_since = self.complete_since.max(Some(since));
    }

    /// The runs that started in a window, of one feature or of all; none if the window reaches back
    /// further than the runs that are here.
    pub fn select(&self, window: Window, feature: Option<&str>) -> Option<RunSet> {
        if self.complete_since.is_some_and(|since| window.start < since) {
            return None;
        }
        Some(self.select_what_is_here(window, feature))
    }

    /// The same, however far back the window reaches.
    pub fn select_what_is_here(&self, window: Window, feature: Option<&str>) -> RunSet {
        let rows = self.traces.values().flat_map(|(_, rows)| rows);
        let wanted = rows.filter(|row| {
            window.contains(row.started) && feature.is_none_or(|feature| *row.feature == *feature)
        });
        let mut runs: Vec<RunRow> = wanted.cloned().collect();
        runs.sort_by_key(|row| (row.started, row.id));
        RunSet { dictionary: self.dictionary.entries(), runs }
    }

    /// Every run here, in no order: for those who only count.
    pub fn rows(&self) -> impl Iterator<Item = &RunRow> {
        self.traces.values().flat_map(|(_, rows)| rows)
    }

    /// Every factor and level by the places that runs name.
    pub fn dictionary(&self) -> Arc<Vec<Seen>> {
        self.dictionary.entries()
    }

    /// Since when no run is missing here; none if none ever was.
    pub fn complete_since(&self) -> Option<Timestamp> {
        self.complete_since
    }

    /// Every feature with runs here.
    pub fn features(&self) -> Vec<FeatureCount> {
        let mut counts: BTreeMap<&str, (u64, Timestamp)> = BTreeMap::new();
        for row in self.traces.values().flat_map(|(_, rows)| rows) {
            let (runs, latest) = counts.entry(&row.feature).or_insert((0, row.started));
            (*runs, *latest) = (*runs + 1, (*latest).max(row.started));
        }
        let count = |(feature, (runs, latest)): (&str, _)| FeatureCount {
            feature: feature.to_owned(),
            runs,
            latest,
        };
        counts.into_iter().map(count).collect()
    }

    /// Whether runs of a feature were here since this began.
    pub fn has_runs_of(&self, feature: &str) -> bool {
        self.features.contains_key(feature)
    }

    /// How many runs are here.
    pub fn len(&self) -> usize {
        self.runs
    }

    /// How often a level was not told apart from others: there are too many of its kind.
    pub fn capped(&self) -> u64 {
        self.dictionary.capped()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs == 0
    }

    fn row(&mut self, run: &model::Run) -> RunRow {
        let feature = self.features.entry(run.feature.clone());
        let feature = Arc::clone(feature.or_insert_with_key(|name| Arc::from(name.as_str())));
        let levels = run.levels.iter().map(|seen| self.dictionary.take(seen)).collect();
        let model::Run { id, started, outcome, labelled, cluster, .. } = *run;
        RunRow { id, feature, started, outcome, labelled, cluster, levels }
    }

    /// Gives back what some runs took up.
    fn forget(&mut self, rows: &[RunRow]) {
        self.runs -= rows.len();
        for row in rows {
            row.levels.iter().for_each(|place| self.dictionary.release(*place));
        }
    }

    /// Forgets the settlement that came first, and remembers that runs are missing since.
    fn drop_oldest(&mut self) {
        let Some((number, trace)) = self.order.pop_front() else { return };
        if self.traces.get(&trace).is_none_or(|(current, _)| *current != number) {
            return;
        }
        let Some((_, rows)) = self.traces.remove(&trace) else { return };
        self.forget(&rows);
        let last = rows.iter().map(|row| row.started).max();
        let after =
            last.and_then(|last| last.checked_add(jiff::SignedDuration::from_nanos(1)).ok());
        self.complete_since = self.complete_since.max(after);
    }
}

#[cfg(test)]
mod tests;
