//! The window in memory, beside a list that does the same slowly.

use model::{Factor, Run, SpanId};
use proptest::prelude::*;

use super::*;

fn trace(number: u8) -> TraceId {
    TraceId::from_bytes(&[number + 1; 16]).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_300_000 + second).unwrap()
}

fn from(second: i64) -> Window {
    Window::new(at(second), at(100_000)).unwrap()
}

fn run(trace: TraceId, number: u64, second: i64, feature: &str) -> Run {
    Run {
        id: RunId { trace, root: SpanId::from_bytes(&(number + 1).to_be_bytes()) },
        feature: feature.to_owned(),
        started: at(second),
        ended: at(second + 1),
        outcome: Outcome::Bad,
        labelled: None,
        cluster: None,
        steps: 1,
        levels: vec![
            Seen::at(Factor::plain("code"), feature),
            Seen::unrecorded(Factor::plain("x")),
        ],
    }
}

/// A trace settled into one run that started in such a second.
fn settled(number: u8, second: i64) -> Settlement {
    let trace = trace(number);
    let runs = vec![run(trace, 0, second, "support")];
    Settlement { trace, runs, payload: Default::default(), through: Default::default() }
}

fn applied(most_runs: usize, settlements: &[Settlement]) -> Recent {
    let mut recent = Recent::new(most_runs);
    settlements.iter().for_each(|settlement| recent.apply(settlement));
    recent
}

#[test]
fn nothing_is_complete_and_empty() {
    let recent = Recent::new(10);
    assert!(recent.is_empty() && recent.features().is_empty());
    assert!(recent.select(from(0), None).unwrap().runs.is_empty());
}

#[test]
fn a_window_that_reaches_back_beyond_what_is_here_has_no_answer() {
    let recent = applied(2, &[settled(1, 10), settled(2, 20), settled(3, 30)]);
    assert_eq!(recent.len(), 2);
    assert!(recent.select(from(10), None).is_none());
    assert_eq!(recent.select(from(11), None).unwrap().runs.len(), 2);
    assert_eq!(recent.select_what_is_here(from(0), None).runs.len(), 2);
}

#[test]
fn runs_that_were_never_here_can_be_declared_missing() {
    let mut recent = applied(10, &[settled(1, 10)]);
    recent.complete_only_since(at(5));
    recent.complete_only_since(at(3));
    assert!(recent.select(from(4), None).is_none());
    assert_eq!(recent.select(from(5), None).unwrap().runs.len(), 1);
}

#[test]
fn a_trace_settled_again_and_again_drives_no_other_out() {
    let mut recent = applied(100, &[settled(1, 10)]);
    (0..5_000).for_each(|second| recent.apply(&settled(2, second)));
    assert_eq!(recent.len(), 2);
    assert_eq!(recent.select(from(0), None).unwrap().runs.len(), 2);
}

#[test]
fn a_trace_larger_than_the_room_leaves_nothing() {
    let runs = (0..5).map(|number| run(trace(1), number, 10, "support")).collect();
    let large = Settlement {
        trace: trace(1),
        runs,
        payload: Default::default(),
        through: Default::default(),
    };
    let recent = applied(4, &[settled(2, 5), large]);
    assert!(recent.is_empty() && recent.select(from(10), None).is_none());
}

#[test]
fn traces_without_runs_take_no_room() {
    let mut recent = applied(10, &[settled(1, 10)]);
    for number in 2..250 {
        recent.apply(&Settlement {
            trace: trace(number),
            runs: vec![],
            payload: Default::default(),
            through: Default::default(),
        });
    }
    assert_eq!(recent.traces.len(), 1);
    recent.apply(&Settlement {
        trace: trace(1),
        runs: vec![],
        payload: Default::default(),
        through: Default::default(),
    });
    assert!(recent.is_empty() && recent.traces.is_empty());
}

/// The same, with a list of settlements, newest last.
struct Naive {
    most_runs: usize,
    kept: Vec<Settlement>,
    complete_since: Option<Timestamp>,
}

impl Naive {
    fn apply(&mut self, settlement: &Settlement) {
        self.kept.retain(|kept| kept.trace != settlement.trace);
        self.kept.push(settlement.clone());
        while self.len() > self.most_runs {
            let gone = self.kept.remove(0).runs.into_iter().map(|run| run.started).max();
            let after = gone.map(|gone| gone + jiff::SignedDuration::from_nanos(1));
            self.complete_since = self.complete_since.max(after);
        }
    }

    fn len(&self) -> usize {
        self.kept.iter().map(|kept| kept.runs.len()).sum()
    }

    fn select(&self, window: Window, feature: Option<&str>) -> Option<Vec<Run>> {
        let runs = self.kept.iter().flat_map(|kept| &kept.runs);
        let wanted = runs.filter(|run| {
            window.contains(run.started) && feature.is_none_or(|feature| run.feature == feature)
        });
        let mut runs: Vec<Run> = wanted.cloned().collect();
        runs.sort_by_key(|run| (run.started, run.id));
        (self.complete_since.is_none_or(|since| since <= window.start)).then_some(runs)
    }
}

/// A row with its places looked up, as the parts of a run it keeps.
fn looked_up(set: &RunSet) -> Vec<(RunId, String, Timestamp, Outcome, Vec<Seen>)> {
    let seen = |place: &u32| set.dictionary[*place as usize].clone();
    let row = |row: &RunRow| {
        let levels = row.levels.iter().map(seen).collect();
        (row.id, row.feature.to_string(), row.started, row.outcome, levels)
    };
    set.runs.iter().map(row).collect()
}

fn as_rows(runs: Vec<Run>) -> Vec<(RunId, String, Timestamp, Outcome, Vec<Seen>)> {
    let row = |run: Run| (run.id, run.feature, run.started, run.outcome, run.levels);
    runs.into_iter().map(row).collect()
}

fn any_settlement() -> impl Strategy<Value = Settlement> {
    let runs = prop::collection::vec((0..50i64, prop::sample::select(vec!["a", "b"])), 0..4);
    (0..6u8, runs).prop_map(|(number, runs)| {
        let numbered = (0..).zip(runs);
        let runs =
            numbered.map(|(place, (second, feature))| run(trace(number), place, second, feature));
        Settlement {
            trace: trace(number),
            runs: runs.collect(),
            payload: Default::default(),
            through: Default::default(),
        }
    })
}

proptest! {
    #[test]
    fn the_window_is_as_a_plain_list(
        settlements in prop::collection::vec(any_settlement(), 0..40),
        most_runs in 0..14usize,
        start in 0..50i64,
        feature in prop::sample::select(vec![None, Some("a"), Some("b"), Some("c")]),
    ) {
        let mut recent = Recent::new(most_runs);
        let mut naive = Naive { most_runs, kept: Vec::new(), complete_since: None };
        for settlement in &settlements {
            recent.apply(settlement);
            naive.apply(settlement);
            let selected = recent.select(from(start), feature).map(|set| looked_up(&set));
            prop_assert_eq!(selected, naive.select(from(start), feature).map(as_rows));
            prop_assert_eq!(recent.len(), naive.len());
        }
        let counted: u64 = recent.features().iter().map(|count| count.runs).sum();
        prop_assert_eq!(counted, naive.len() as u64);
        for count in recent.features() {
            let all = recent.select_what_is_here(from(0), Some(&count.feature));
            prop_assert_eq!(count.runs, all.runs.len() as u64);
            prop_assert_eq!(Some(count.latest), all.runs.iter().map(|row| row.started).max());
        }
    }
}

/// A trace settled into one run that stood at these levels.
fn at_levels(number: u64, levels: Vec<Seen>) -> Settlement {
    let trace = TraceId::from_bytes(&u128::from(number + 1).to_be_bytes()).unwrap();
    let runs = vec![Run { levels, ..run(trace, 0, 0, "support") }];
    Settlement { trace, runs, payload: Default::default(), through: Default::default() }
}

/// What the runs here stand at, each level once.
fn levels_in(recent: &Recent) -> Vec<Seen> {
    let RunSet { dictionary, runs } = recent.select_what_is_here(from(0), None);
    let levels = runs.iter().flat_map(|run| run.levels.iter());
    let mut levels: Vec<Seen> = levels.map(|place| dictionary[*place as usize].clone()).collect();
    levels.sort();
    levels.dedup();
    levels
}

fn tool(number: u64) -> Seen {
    Seen::at(Factor::of("tool_shape", &format!("tool{number:06}")), "text")
}

#[test]
fn factors_beyond_those_told_apart_stand_as_not_recorded_and_are_counted() {
    let mut recent = Recent::new(usize::MAX);
    for number in 0..100_000 {
        let region = Seen::at(Factor::plain("region"), "eu");
        recent.apply(&at_levels(number, vec![tool(number), region]));
    }
    let most = dictionary::MOST_FACTORS;
    assert_eq!(recent.capped(), 100_000 - most as u64);
    let levels = levels_in(&recent);
    assert_eq!(levels.len(), most + 2);
    assert!(levels.contains(&Seen::unrecorded(Factor::of("tool_shape", "others"))));
    assert!(levels.contains(&tool(0)) && levels.contains(&tool(most as u64 - 1)));
    assert!(recent.dictionary.entries().len() == levels.len());
}

#[test]
fn levels_beyond_those_told_apart_stand_as_not_recorded_of_their_factor() {
    let mut recent = Recent::new(usize::MAX);
    let called = |number: u64| Seen::at(Factor::plain("tool_called"), number.to_string());
    for number in 0..30_000 {
        recent.apply(&at_levels(number, vec![called(number)]));
    }
    let most = dictionary::MOST_LEVELS;
    assert_eq!(recent.capped(), 30_000 - most as u64);
    let levels = levels_in(&recent);
    assert_eq!(levels.len(), most + 1);
    assert!(levels.contains(&Seen::unrecorded(Factor::plain("tool_called"))));
    assert!(!levels.contains(&called(most as u64)));
}

#[test]
fn all_levels_together_are_bounded() {
    let mut recent = Recent::new(usize::MAX);
    for factor in 0..21 {
        for level in 0..dictionary::MOST_LEVELS {
            let factor = Factor::of("segment", &factor.to_string());
            let number = recent.len() as u64;
            recent.apply(&at_levels(number, vec![Seen::at(factor, level.to_string())]));
        }
    }
    let places = recent.dictionary.entries().len();
    assert!((dictionary::MOST..dictionary::MOST + 300).contains(&places), "{places}");
}

#[test]
fn what_no_run_here_has_any_more_makes_room_for_others() {
    let mut recent = Recent::new(100);
    for number in 0..10_000 {
        recent.apply(&at_levels(number, vec![tool(number)]));
    }
    assert_eq!(recent.capped(), 0);
    let levels = levels_in(&recent);
    assert_eq!(levels, (9_900..10_000).map(tool).collect::<Vec<_>>());
    assert!(recent.dictionary.entries().len() <= 101);
}

#[test]
fn a_selection_keeps_its_levels_while_others_take_their_places() {
    let mut recent = Recent::new(10);
    (0..10).for_each(|number| recent.apply(&at_levels(number, vec![tool(number)])));
    let RunSet { dictionary, runs } = recent.select_what_is_here(from(0), None);
    (10..99).for_each(|number| recent.apply(&at_levels(number, vec![tool(number)])));
    assert!(recent.dictionary.entries().iter().all(|seen| !dictionary.contains(seen)));
    let levels = runs.iter().map(|run| dictionary[run.levels[0] as usize].clone());
    assert_eq!(levels.collect::<Vec<_>>(), (0..10).map(tool).collect::<Vec<_>>());
}
