//! What a play promises, read from the spans it sends.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};
use model::{Attribute, BehaviourRate, Outcome, SpanId, TraceId, Value};
use recorder::wire::{self, Span};

use crate::play::Story;
use crate::{Artefact, Play, Request, Scenario};

fn play(scenario: Scenario, seed: u64) -> Play {
    Play::new(scenario, seed, "2026-11-22T00:00:00Z".parse().unwrap())
}

fn spans(request: &Request) -> impl Iterator<Item = &Span> {
    request.groups.iter().flat_map(|(_, spans)| spans)
}

fn text<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    attributes.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_text())
}

/// What the runs harmed by a fault hold in their record, and the others do not.
fn mark(to: &Artefact) -> String {
    match to {
        Artefact::Label(label) => label.clone(),
        Artefact::Prompt(prompt) => serde_json::to_string(prompt).unwrap(),
        Artefact::ToolResult(sample) => {
            assert!(sample.contains("\"body\":{"), "{sample}");
            "\"body\":{".to_owned()
        }
    }
}

/// The start and the outcome of each run up to some time.
///
/// First those with the mark in some step, then those without it.
fn runs_by_mark(play: &Play, until: Timestamp, mark: &str) -> [Vec<(Timestamp, Outcome)>; 2] {
    let mut marked = BTreeSet::new();
    let mut runs = BTreeMap::new();
    for request in play.requests().take_while(|request| request.at < until) {
        for span in spans(&request) {
            if span.attributes.iter().any(|(_, value)| holds(value, mark)) {
                marked.insert(span.trace);
            }
            if span.parent.is_none() {
                let outcome = text(&span.attributes, "mayday.outcome").unwrap_or("unknown");
                runs.insert(span.trace, (span.started, outcome.parse().unwrap()));
            }
        }
    }
    let side = |with| {
        let runs = runs.iter().filter(|(trace, _)| marked.contains(*trace) == with);
        runs.map(|(_, run)| *run).collect()
    };
    [side(true), side(false)]
}

fn holds(value: &Value, mark: &str) -> bool {
    value.as_text().is_some_and(|text| text.contains(mark))
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let bytes = |seed| {
        let play = play(Scenario::ToolShape, seed);
        let requests: Vec<_> = play.requests().take(10).collect();
        requests.iter().flat_map(|request| wire::protobuf(&request.groups)).collect::<Vec<_>>()
    };
    let (once, again, other) = (bytes(11), bytes(11), bytes(12));
    assert!(once.len() > 1_000_000);
    assert!(once == again);
    assert!(once != other);
}

#[test]
fn a_later_start_moves_the_play_and_leaves_its_story() {
    let later = Play::new(Scenario::Nothing, 5, "2027-03-01T12:00:00Z".parse().unwrap());
    let first = play(Scenario::Nothing, 5);
    let runs = |play: &Play| play.requests().take(40).map(|request| request.runs).collect();
    let (first_runs, later_runs): (Vec<u32>, Vec<u32>) = (runs(&first), runs(&later));
    assert_eq!(first_runs, later_runs);
    let moved = later.onset().unwrap().duration_since(first.onset().unwrap());
    assert_eq!(moved.as_hours(), 99 * 24 + 12);
}

#[test]
fn a_request_holds_at_most_512_spans_that_have_all_ended() {
    let play = play(Scenario::PromptEdit, 3);
    let mut last = Timestamp::MIN;
    for request in play.requests() {
        assert!((1..=512).contains(&spans(&request).count()));
        assert!(spans(&request).all(|span| span.ended <= request.at && span.ended >= last));
        let roots = spans(&request).filter(|span| span.parent.is_none()).count();
        assert_eq!(roots, request.runs as usize);
        last = request.at;
    }
    assert!(last.duration_since(play.start()) < play.length() + SignedDuration::from_mins(2));
}

#[test]
fn every_span_lies_in_its_parent_or_is_the_root() {
    let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
    for request in play(Scenario::IndexRebuild, 4).requests() {
        for span in request.groups.into_iter().flat_map(|(_, spans)| spans) {
            traces.entry(span.trace).or_default().push(span);
        }
    }
    assert!((4_500..6_300).contains(&traces.len()));
    for spans in traces.values() {
        let ids: BTreeSet<SpanId> = spans.iter().map(|span| span.span).collect();
        assert_eq!(ids.len(), spans.len());
        let root = spans.iter().find(|span| span.parent.is_none()).unwrap();
        for span in spans.iter().filter(|span| span.parent.is_some()) {
            assert!(ids.contains(&span.parent.unwrap()));
            assert!(root.started <= span.started && span.started < span.ended);
            assert!(span.ended <= root.ended);
        }
        assert_eq!(spans.iter().filter(|span| span.parent.is_none()).count(), 1);
    }
}

#[test]
fn what_looks_like_json_is_json() {
    let request = play(Scenario::ToolShape, 6).requests().nth(40).unwrap();
    let line = wire::json_line(&request.groups);
    serde_json::from_str::<serde_json::Value>(&line).unwrap();
    let mut checked = 0;
    for (key, value) in spans(&request).flat_map(|span| &span.attributes) {
        let Some(value) = value.as_text().filter(|text| text.starts_with(['{', '['])) else {
            continue;
        };
        serde_json::from_str::<serde_json::Value>(value).unwrap_or_else(|_| panic!("{key}"));
        checked += 1;
    }
    assert!(checked > 200, "{checked}");
}

/// Scenarios whose fault reaches all runs, or nearly.
const WIDE: [Scenario; 5] = [
    Scenario::PromptEdit,
    Scenario::ModelAlias,
    Scenario::ToolShape,
    Scenario::IndexRebuild,
    Scenario::Nothing,
];

/// The outcome of each case of a play, by the minutes at which it came.
fn outcomes(play: &Play) -> Vec<(f64, Outcome)> {
    let outcome = |story: Story| (story.case.at.as_secs_f64() / 60.0, story.ending.outcome);
    play.stories().map(outcome).collect()
}

fn rate_between(outcomes: &[(f64, Outcome)], minutes: Range<f64>) -> BehaviourRate {
    let inside = outcomes.iter().filter(|(minute, _)| minutes.contains(minute));
    BehaviourRate::over(inside.map(|(_, outcome)| *outcome))
}

/// Several rates in one.
fn sum(rates: &[BehaviourRate]) -> BehaviourRate {
    let total = |count: fn(&BehaviourRate) -> u64| rates.iter().map(count).sum();
    BehaviourRate::of(total(|rate| rate.k), total(|rate| rate.n), total(|rate| rate.unknown))
}

#[test]
fn the_rate_rises_at_the_onset_and_before_it_is_the_base_rate() {
    for scenario in WIDE {
        let (mut before, mut during) = (Vec::new(), Vec::new());
        for play in (0..10).map(|seed| play(scenario, seed)) {
            let onset = play.onset().unwrap().duration_since(play.start()).as_secs_f64() / 60.0;
            let outcomes = outcomes(&play);
            before.push(rate_between(&outcomes, 0.0..onset));
            during.push(rate_between(&outcomes, onset + 50.0..360.0));
            let since = rate_between(&outcomes, onset..360.0);
            let earlier = sum(&before[before.len() - 1..]);
            assert!(since.low > earlier.high, "{scenario}: {earlier:?} {since:?}");
        }
        let (before, during) = (sum(&before), sum(&during));
        let story = format!("{scenario}: {before:?} {during:?}");
        assert!((0.027..0.034).contains(&before.rate.unwrap()), "{story}");
        assert!((0.085..0.125).contains(&during.rate.unwrap()), "{story}");
        let unknown = during.unknown as f64 / (during.unknown + during.n) as f64;
        assert!((0.10..0.14).contains(&unknown), "{story}");
    }
}

#[test]
fn where_a_fault_reaches_few_runs_the_rate_of_all_rises_less() {
    let others = Scenario::ALL.into_iter().filter(|scenario| !WIDE.contains(scenario));
    for scenario in others.filter(|scenario| *scenario != Scenario::Quiet) {
        let (mut before, mut during) = (Vec::new(), Vec::new());
        for play in (0..10).map(|seed| play(scenario, seed)) {
            let onset = play.onset().unwrap().duration_since(play.start()).as_secs_f64() / 60.0;
            let outcomes = outcomes(&play);
            before.push(rate_between(&outcomes, 0.0..onset));
            during.push(rate_between(&outcomes, onset + 50.0..360.0));
        }
        let (before, during) = (sum(&before), sum(&during));
        let story = format!("{scenario}: {before:?} {during:?}");
        assert!((0.027..0.034).contains(&before.rate.unwrap()), "{story}");
        assert!((0.04..0.19).contains(&during.rate.unwrap()), "{story}");
    }
}

#[test]
fn the_one_replica_is_the_only_one_that_got_worse() {
    let play = play(Scenario::ToolTimeouts, 2);
    let truth = play.truth().unwrap();
    let onset = play.onset().unwrap().duration_since(play.start());
    let since = || play.stories().filter(|story| story.case.at >= onset);
    let is_here = |story: &Story| Artefact::Label(story.case.replica.name()) == truth.to;
    let rate =
        |stories: Vec<Story>| BehaviourRate::over(stories.iter().map(|story| story.ending.outcome));
    let (here, elsewhere) = since().partition(is_here);
    let (here, elsewhere) = (rate(here), rate(elsewhere));
    assert!(here.low > 0.3 && elsewhere.high < 0.04, "{here:?} {elsewhere:?}");
}

#[test]
fn what_is_not_recorded_is_nowhere_in_the_spans() {
    let silent = [
        (Scenario::AliasSilent, "gen_ai.response.model"),
        (Scenario::PromptSilent, "gen_ai.input.messages"),
    ];
    for (scenario, key) in silent {
        let play = play(scenario, 3);
        assert_eq!(play.truth(), None);
        let requests: Vec<_> = play.requests().take(20).collect();
        let spans: Vec<&Span> = requests.iter().flat_map(spans).collect();
        assert!(spans.iter().any(|span| span.name.starts_with("chat ")));
        assert!(spans.iter().all(|span| text(&span.attributes, key).is_none()), "{scenario}");
    }
}

#[test]
fn a_quiet_play_keeps_its_rate() {
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for play in (0..10).map(|seed| play(Scenario::Quiet, seed)) {
        assert!(play.onset().is_none() && play.truth().is_none());
        let outcomes = outcomes(&play);
        early.push(rate_between(&outcomes, 0.0..180.0));
        late.push(rate_between(&outcomes, 180.0..360.0));
    }
    for rate in [sum(&early), sum(&late)] {
        assert!((0.027..0.034).contains(&rate.rate.unwrap()), "{rate:?}");
    }
}

#[test]
fn the_truth_is_met_after_the_onset_only_and_by_the_runs_that_are_harmed() {
    let faulty_everywhere = WIDE.into_iter().chain([Scenario::RegionSkew, Scenario::BehindADeploy]);
    for scenario in faulty_everywhere {
        let play = play(scenario, 41);
        let Some(truth) = play.truth() else { continue };
        let onset = play.onset().unwrap();
        let until = onset + SignedDuration::from_mins(80);
        let [with, without] = runs_by_mark(&play, until, &mark(&truth.to));
        assert!(with.len() > 200, "{scenario}: {}", with.len());
        assert!(with.iter().all(|(started, _)| *started >= onset), "{scenario}");
        let rate = |runs: &[(Timestamp, Outcome)]| {
            BehaviourRate::over(runs.iter().map(|(_, outcome)| *outcome))
        };
        let (with, without) = (rate(&with), rate(&without));
        assert!(with.low > 0.06 && without.high < 0.045, "{scenario}: {with:?} {without:?}");
    }
}

#[test]
fn the_judge_never_changes() {
    let requests: Vec<_> = play(Scenario::Quiet, 51).requests().take(50).collect();
    let attributes = requests.iter().flat_map(spans).map(|span| span.attributes.as_slice());
    let judges: Vec<_> = attributes.filter_map(|all| text(all, "mayday.judge.config")).collect();
    assert!(judges.len() > 300);
    assert!(judges.iter().all(|judge| *judge == judges[0] && judge.len() == 64));
}
