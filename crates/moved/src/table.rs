//! Runs as columns: one small integer per factor and run.

use std::collections::HashMap;

use jiff::Timestamp;
use model::surface::Effect;
use model::{BehaviourRate, Catalogue, Factor, Level, Outcome, Proof, Role, Seen};

use crate::likelihood::Counts;

/// One run, as the storage hands it over: its levels are places in a dictionary.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a> {
    /// When the run started.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What it ran under.
    pub levels: &'a [u32],
    /// When the label that says how it ended was given, if one does.
    pub labelled: Option<Timestamp>,
    /// The tenant or session it belongs to, as a number of the caller's.
    pub cluster: Option<u32>,
}

/// Runs in order of time, with a column for every declared factor.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// When each run started, ascending.
    pub at: Vec<Timestamp>,
    /// How each run ended.
    pub outcomes: Vec<Outcome>,
    /// How many runs each row stands for; empty where each is one run.
    pub weights: Vec<u64>,
    /// By how much less rows tell than as many runs as they stand for, where they are the part of
    /// the runs that was kept; none where nobody left any out.
    pub thinned: Option<f64>,
    /// When each run's label was given; empty where nobody says.
    pub labelled: Vec<Option<Timestamp>>,
    /// The tenant or session that each run belongs to, numbered from 0 without gaps; empty where
    /// nobody says.
    pub clusters: Vec<Option<u32>>,
    /// The factors.
    pub columns: Vec<Column>,
}

/// One factor over all runs.
#[derive(Debug, Clone)]
pub struct Column {
    /// The factor.
    pub factor: Factor,
    /// Its surface.
    pub surface: String,
    /// Its place in the surfaces file: of factors that moved together, the first is named.
    pub rank: usize,
    /// Its place in its table.
    pub place: usize,
    /// What a change of it does.
    pub effect: Effect,
    /// Whether it can be a cause.
    pub role: Role,
    /// What it proves when it stays.
    pub proof: Proof,
    /// Whether its levels can follow from other inputs.
    pub follows: bool,
    /// The names of its levels.
    pub levels: Vec<String>,
    /// The distinct states in which a run can be; `codes` points here.
    pub states: Vec<State>,
    /// The state of each run.
    pub codes: Vec<u32>,
}

/// What a run says of a factor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum State {
    /// The factor had no part in the run.
    NotApplicable,
    /// It had, but the record does not say at which level.
    NotRecorded,
    /// It stood at these levels, as places in [`Column::levels`], ascending.
    Levels(Vec<u32>),
    /// It stood at these levels in some steps, and in others the record does not say.
    Partly(Vec<u32>),
}

impl State {
    /// The levels that are known.
    pub fn known(&self) -> &[u32] {
        match self {
            State::NotApplicable | State::NotRecorded => &[],
            State::Levels(levels) | State::Partly(levels) => levels,
        }
    }
}

const NOT_APPLICABLE: u32 = 0;
pub(crate) const NOT_RECORDED: u32 = 1;

/// Where a dictionary entry goes: which column, and which of its states.
#[derive(Debug, Clone, Copy)]
struct Place {
    column: usize,
    state: u32,
}

impl Table {
    /// Arranges runs into columns, in order of time. Factors nobody declared are left out.
    pub fn arrange<'a>(
        dictionary: &[Seen],
        rows: impl IntoIterator<Item = Row<'a>>,
        catalogue: &Catalogue,
    ) -> Self {
        let mut rows: Vec<Row> = rows.into_iter().collect();
        rows.sort_by_key(|row| row.at);
        let (mut columns, places) = columns(dictionary, catalogue);
        let mut sets = vec![HashMap::new(); columns.len()];
        for column in &mut columns {
            column.codes = vec![NOT_APPLICABLE; rows.len()];
        }
        for (run, row) in rows.iter().enumerate() {
            let places =
                row.levels.iter().filter_map(|level| places.get(*level as usize)?.as_ref());
            for place in places {
                let column = &mut columns[place.column];
                column.codes[run] =
                    column.joined(column.codes[run], place.state, &mut sets[place.column]);
            }
        }
        columns.retain(|column| column.codes.iter().any(|code| *code != NOT_APPLICABLE));
        columns.sort_by(|a, b| (a.rank, &a.factor).cmp(&(b.rank, &b.factor)));
        columns.iter_mut().enumerate().for_each(|(place, column)| column.place = place);
        let weights = weights(dictionary, &rows);
        let outcomes: Vec<Outcome> = rows.iter().map(|row| row.outcome).collect();
        Self {
            at: rows.iter().map(|row| row.at).collect(),
            thinned: thinned(&outcomes, &weights),
            outcomes,
            weights,
            labelled: told(rows.iter().map(|row| row.labelled)),
            clusters: numbered(told(rows.iter().map(|row| row.cluster))),
            columns,
        }
    }

    /// How many rows there are: runs, unless they are weighted.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// One more than the largest number of a cluster.
    pub fn count_clusters(&self) -> usize {
        self.clusters.iter().flatten().max().map_or(0, |most| *most as usize + 1)
    }

    /// How many runs a row stands for.
    pub fn weight(&self, row: usize) -> u64 {
        self.weights.get(row).copied().unwrap_or(1)
    }

    /// By how many times fewer independent runs rows tell as much as the runs they stand for.
    pub fn inflation(&self) -> f64 {
        self.thinned.unwrap_or(1.0)
    }

    /// The known outcomes that a row stands for.
    pub fn counts(&self, row: usize) -> Counts {
        Counts::of(self.outcomes[row], self.weight(row))
    }

    /// The known outcomes of some rows.
    pub fn total(&self, rows: impl IntoIterator<Item = usize>) -> Counts {
        rows.into_iter().fold(Counts::default(), |sum, row| sum.with(self.counts(row)))
    }

    /// The bad rate over some rows.
    pub fn rate(&self, rows: impl IntoIterator<Item = usize>) -> BehaviourRate {
        let (mut counts, mut unknown) = (Counts::default(), 0);
        for row in rows {
            counts = counts.with(self.counts(row));
            unknown += if self.outcomes[row] == Outcome::Unknown { self.weight(row) } else { 0 };
        }
        BehaviourRate::of(counts.k, counts.n, unknown)
    }

    /// Whether there is no run at all.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The runs that started in a window, as a range of places.
    pub fn rows_in(&self, window: model::Window) -> std::ops::Range<usize> {
        let place = |at: Timestamp| self.at.partition_point(|started| *started < at);
        place(window.start)..place(window.end)
    }
}

impl Column {
    /// Whether it says where outcomes come from.
    pub fn is_source(&self) -> bool {
        self.effect == Effect::Measurement && self.role == Role::Consequence
    }

    /// Whether each state holds one of some levels; none where that is not recorded.
    pub fn holds(&self, wanted: &[u32]) -> Vec<Option<bool>> {
        let holds = |state: &State| match state {
            State::NotApplicable => Some(false),
            State::NotRecorded => None,
            State::Levels(levels) => Some(levels.iter().any(|level| wanted.contains(level))),
            State::Partly(levels) => {
                levels.iter().any(|level| wanted.contains(level)).then_some(true)
            }
        };
        self.states.iter().map(holds).collect()
    }

    /// The state of a run in `code` in which `state` is found as well.
    fn joined(&mut self, code: u32, state: u32, sets: &mut HashMap<State, u32>) -> u32 {
        if code == NOT_APPLICABLE || code == state {
            return state;
        }
        let [a, b] = [code, state].map(|code| &self.states[code as usize]);
        let mut union = [a.known(), b.known()].concat();
        union.sort_unstable();
        union.dedup();
        let whole = [a, b].iter().all(|state| matches!(state, State::Levels(_)));
        let joined = if whole { State::Levels(union) } else { State::Partly(union) };
        if joined == *a {
            return code;
        }
        *sets.entry(joined).or_insert_with_key(|joined| {
            self.states.push(joined.clone());
            (self.states.len() - 1) as u32
        })
    }
}

/// How many runs each row stands for by what it says itself; nothing if each stands for one.
fn weights(dictionary: &[Seen], rows: &[Row]) -> Vec<u64> {
    let stands_for: Vec<u64> =
        dictionary.iter().map(|seen| seen.stands_for().unwrap_or(1)).collect();
    if stands_for.iter().all(|runs| *runs == 1) {
        return Vec::new();
    }
    let of = |place: &u32| stands_for.get(*place as usize).copied().unwrap_or(1);
    rows.iter().map(|row| row.levels.iter().map(of).max().unwrap_or(1)).collect()
}

/// The variance of the rate over that of as many independent runs as the rows stand for.
fn thinned(outcomes: &[Outcome], weights: &[u64]) -> Option<f64> {
    let known = || outcomes.iter().zip(weights).filter(|(one, _)| **one != Outcome::Unknown);
    let total =
        known().fold(Counts::default(), |sum, (one, runs)| sum.with(Counts::of(*one, *runs)));
    let (mut seen, mut as_many) = (0.0, 0.0);
    for (outcome, runs) in known() {
        let away = f64::from(u8::from(*outcome == Outcome::Bad)) - total.rate();
        seen += (*runs as f64 * away).powi(2);
        as_many += *runs as f64 * away * away;
    }
    (as_many > 0.0).then(|| (seen / as_many).max(1.0))
}

/// What rows say, or nothing if none says anything.
fn told<T>(rows: impl Iterator<Item = Option<T>> + Clone) -> Vec<Option<T>> {
    if rows.clone().any(|told| told.is_some()) { rows.collect() } else { Vec::new() }
}

/// Clusters in the order in which they first come: sums over them come out the same each time.
fn numbered(clusters: Vec<Option<u32>>) -> Vec<Option<u32>> {
    let mut numbers: HashMap<u32, u32> = HashMap::new();
    let mut number = |cluster: u32| {
        let next = numbers.len() as u32;
        *numbers.entry(cluster).or_insert(next)
    };
    clusters.into_iter().map(|cluster| cluster.map(&mut number)).collect()
}

/// An empty column for every factor in the dictionary, and the place of each entry in them.
fn columns(dictionary: &[Seen], catalogue: &Catalogue) -> (Vec<Column>, Vec<Option<Place>>) {
    let mut columns: Vec<Column> = Vec::new();
    let mut by_factor: HashMap<&Factor, usize> = HashMap::new();
    let mut places = Vec::with_capacity(dictionary.len());
    for Seen { factor, level } in dictionary {
        let Some(column) = by_factor.get(factor).copied().or_else(|| {
            columns.push(column(factor, catalogue)?);
            by_factor.insert(factor, columns.len() - 1);
            Some(columns.len() - 1)
        }) else {
            places.push(None);
            continue;
        };
        let state = match level {
            Level::NotRecorded => NOT_RECORDED,
            Level::Is(name) => columns[column].add_level(name),
        };
        places.push(Some(Place { column, state }));
    }
    (columns, places)
}

fn column(factor: &Factor, catalogue: &Catalogue) -> Option<Column> {
    let (surface, family) = catalogue.place(factor)?;
    let families = catalogue.surfaces.iter().flat_map(|surface| &surface.families);
    let rank = families.take_while(|other| other.name != family.name).count();
    Some(Column {
        factor: factor.clone(),
        surface: surface.name.clone(),
        rank,
        place: 0,
        effect: surface.effect,
        role: family.role,
        proof: family.proof,
        follows: family.follows,
        levels: Vec::new(),
        states: vec![State::NotApplicable, State::NotRecorded],
        codes: Vec::new(),
    })
}

impl Column {
    fn add_level(&mut self, name: &str) -> u32 {
        self.states.push(State::Levels(vec![self.levels.len() as u32]));
        self.levels.push(name.to_owned());
        (self.states.len() - 1) as u32
    }
}
