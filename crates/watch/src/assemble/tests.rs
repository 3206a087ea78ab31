//! What makes a run, told of traces drawn as trees.

mod sketches;

use jiff::Timestamp;
use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Factor, Label, Level, Outcome, Run, RunId, Seen, Sketch, StepKind, Subject};
use proptest::prelude::*;

use super::assemble;
use sketches::*;

/// The runs of a trace as `root: steps`.
fn drawn(steps: &[Sketch]) -> Vec<(Option<u64>, u32)> {
    runs(steps).iter().map(|run| (root(run), run.steps)).collect()
}

fn runs(steps: &[Sketch]) -> Vec<Run> {
    assemble(trace(), steps, &[])
}

fn only(steps: &[Sketch]) -> Run {
    let [run] = runs(steps).try_into().unwrap();
    run
}

fn levels(run: &Run, factor: &str) -> Vec<Level> {
    let seen = run.levels.iter().filter(|seen| seen.factor == Factor::from(factor));
    seen.map(|seen| seen.level.clone()).collect()
}

fn is(level: &str) -> Level {
    Level::Is(level.to_owned())
}

#[test]
fn nothing_makes_no_run() {
    assert_eq!(runs(&[]), []);
    assert_eq!(assemble(trace(), &[], &[label(Subject::Trace(trace()), Outcome::Bad, 1)]), []);
}

#[test]
fn the_topmost_agent_and_all_below_it_are_one_run() {
    let steps = [other(1, None), agent(2, 1), model(3, 2), agent(4, 2), model(5, 4), tool(6, 4)];
    assert_eq!(drawn(&steps), [(Some(2), 5)]);
}

#[test]
fn a_marked_step_is_a_run_wherever_it_stands() {
    let marked_inside = [agent(1, None), marked(other(2, 1)), model(3, 2), model(4, 1)];
    assert_eq!(drawn(&marked_inside), [(Some(1), 2), (Some(2), 2)]);
    let marked_above = [marked(other(1, None)), agent(2, 1), agent(3, 1), model(4, 3)];
    assert_eq!(drawn(&marked_above), [(Some(1), 4)]);
}

#[test]
fn without_an_agent_the_trace_is_the_run() {
    let steps = [other(1, None), model(2, 1), tool(3, 1)];
    assert_eq!(drawn(&steps), [(None, 3)]);
}

#[test]
fn two_agents_side_by_side_are_two_runs() {
    let steps = [other(1, None), agent(2, 1), agent(3, 1), model(4, 2), model(5, 3), model(6, 3)];
    assert_eq!(drawn(&steps), [(Some(2), 2), (Some(3), 3)]);
}

#[test]
fn a_step_whose_parent_is_missing_is_its_own_top() {
    assert_eq!(drawn(&[agent(2, 99), model(3, 2)]), [(Some(2), 2)]);
    assert_eq!(drawn(&[model(2, 98), model(3, 99)]), [(None, 2)]);
    assert_eq!(drawn(&[agent(1, None), model(3, 99)]), [(Some(1), 1)]);
}

#[test]
fn parents_in_a_circle_come_to_an_end() {
    assert_eq!(drawn(&[agent(1, 1)]), [(Some(1), 1)]);
    assert_eq!(drawn(&[agent(1, 2), agent(2, 1), model(3, 1)]), [(Some(2), 3)]);
    assert_eq!(drawn(&[model(1, 3), model(2, 1), agent(3, 2), model(4, 3)]), [(Some(3), 3)]);
    assert_eq!(drawn(&[model(1, 2), model(2, 1)]), [(None, 2)]);
}

#[test]
fn a_run_lasts_from_its_roots_start_to_its_last_steps_end() {
    let mut steps = [agent(2, None), model(3, 2), model(1, 2)];
    (steps[0].started, steps[0].ended) = (at(100), at(200));
    (steps[1].started, steps[1].ended) = (at(110), at(900));
    (steps[2].started, steps[2].ended) = (at(50), at(60));
    let run = only(&steps);
    assert_eq!((run.started, run.ended), (at(100), at(900)));
    let rootless = only(&[steps[1].clone(), steps[2].clone()]);
    assert_eq!((rootless.started, rootless.ended), (at(50), at(900)));
}

#[test]
fn a_feature_is_its_own_name_else_the_agents_else_the_services() {
    let mut steps = [agent(1, None), model(2, 1)];
    assert_eq!(only(&steps).feature, "unnamed");
    steps[1].traits.service = Some("shop".to_owned());
    assert_eq!(only(&steps).feature, "shop");
    steps[0].traits.agent = Some("support".to_owned());
    assert_eq!(only(&steps).feature, "support");
    steps[1].traits.feature = Some("refunds".to_owned());
    assert_eq!(only(&steps).feature, "refunds");
    steps[0].traits.feature = Some("returns".to_owned());
    assert_eq!(only(&steps).feature, "returns");
}

#[test]
fn the_outermost_agent_names_the_feature() {
    let mut steps = [agent(1, None), agent(2, 1)];
    steps[1].traits.agent = Some("searcher".to_owned());
    assert_eq!(only(&steps).feature, "searcher");
    steps[0].traits.agent = Some("support".to_owned());
    assert_eq!(only(&steps).feature, "support");
}

#[test]
fn an_outcome_counts_on_the_root_alone() {
    let mut steps = [agent(1, None), model(2, 1)];
    steps[1].traits.outcome = Some(Outcome::Bad);
    assert_eq!(only(&steps).outcome, Outcome::Unknown);
    steps[0].traits.outcome = Some(Outcome::Good);
    assert_eq!(only(&steps).outcome, Outcome::Good);
}

#[test]
fn of_labels_the_latest_counts_whatever_the_root_says() {
    let mut steps = [agent(1, None)];
    steps[0].traits.outcome = Some(Outcome::Good);
    let whole = Subject::Trace(trace());
    let run = Subject::Run(RunId { trace: trace(), root: Some(span(1)) });
    let outcome = |labels: &[Label]| assemble(trace(), &steps, labels)[0].outcome;
    assert_eq!(outcome(&[label(run, Outcome::Bad, 5)]), Outcome::Bad);
    let labels = [label(whole, Outcome::Bad, 9), label(run, Outcome::Good, 5)];
    assert_eq!(outcome(&labels), Outcome::Bad);
    let labels = [label(run, Outcome::Good, 7), label(whole, Outcome::Bad, 6)];
    assert_eq!(outcome(&labels), Outcome::Good);
    let taken_back = [label(run, Outcome::Bad, 5), label(run, Outcome::Unknown, 6)];
    assert_eq!(outcome(&taken_back), Outcome::Unknown);
}

#[test]
fn a_traces_label_covers_all_of_its_runs_and_a_runs_label_that_run() {
    let steps = [agent(1, None), agent(2, None)];
    let outcomes = |subject| -> Vec<Outcome> {
        let labels = [label(subject, Outcome::Bad, 1)];
        assemble(trace(), &steps, &labels).iter().map(|run| run.outcome).collect()
    };
    assert_eq!(outcomes(Subject::Trace(trace())), [Outcome::Bad, Outcome::Bad]);
    let second = RunId { trace: trace(), root: Some(span(2)) };
    assert_eq!(outcomes(Subject::Run(second)), [Outcome::Unknown, Outcome::Bad]);
    let whole = RunId { trace: trace(), root: None };
    assert_eq!(outcomes(Subject::Run(whole)), [Outcome::Unknown, Outcome::Unknown]);
}

#[test]
fn an_answer_is_joined_to_a_call_made_in_another_step() {
    let steps = [agent(1, None), asks(2, "c", "search_kb"), reads(3, "c", "shape-a")];
    let run = only(&steps);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a")]);
    assert_eq!(levels(&run, "tool_called"), [is("search_kb")]);
}

#[test]
fn two_answers_of_one_tool_are_two_levels() {
    let steps = [
        agent(1, None),
        asks(2, "c", "search_kb"),
        reads(3, "c", "shape-a"),
        asks(4, "d", "search_kb"),
        reads(5, "d", "shape-b"),
        reads(6, "c", "shape-a"),
    ];
    let run = only(&steps);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a"), is("shape-b")]);
}

#[test]
fn an_answer_that_nobody_reads_is_not_recorded() {
    let run = only(&[agent(1, None), asks(2, "c", "search_kb")]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [Level::NotRecorded]);
    assert_eq!(levels(&run, "tool_called"), [is("search_kb")]);
}

#[test]
fn answers_of_earlier_runs_in_the_history_are_ignored() {
    let mut second = reads(3, "c", "shape-a");
    second.traits.calls_read = vec![call("old", "search_kb"), call("c", "search_kb")];
    second.traits.results.push(result("old", None, Some("shape-old")));
    let run = only(&[agent(1, None), asks(2, "c", "search_kb"), second]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a")]);
}

#[test]
fn where_no_call_shows_the_history_tells_the_tool() {
    let mut second = reads(2, "c", "shape-a");
    second.traits.calls_read = vec![call("c", "search_kb")];
    let run = only(&[agent(1, None), second]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a")]);
}

#[test]
fn an_answer_to_no_known_call_has_no_tool() {
    let run = only(&[agent(1, None), reads(2, "c", "shape-a")]);
    assert!(run.levels.iter().all(|seen| seen.factor.family() != "tool_shape"));
}

#[test]
fn a_call_in_one_run_is_not_answered_in_another() {
    let mut steps = [agent(1, None), asks(3, "c", "search_kb"), agent(2, None), reads(4, "c", "s")];
    steps[3].parent = Some(span(2));
    let [asked, read] = runs(&steps).try_into().unwrap();
    assert_eq!(levels(&asked, "tool_shape:search_kb"), [Level::NotRecorded]);
    assert!(levels(&read, "tool_shape:search_kb").is_empty());
}

#[test]
fn two_tools_called_under_one_id_are_both_called() {
    let steps = [agent(1, None), asks(2, "c", "search_kb"), asks(3, "c", "refund")];
    let called = levels(&only(&steps), "tool_called");
    assert_eq!(called, [is("refund"), is("search_kb")]);
}

#[test]
fn a_tools_own_span_shapes_its_answer_with_or_without_a_call() {
    let mut own = tool(2, 1);
    own.traits.results = vec![result("", Some("search_kb"), Some("shape-a"))];
    let run = only(&[agent(1, None), own.clone()]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a")]);
    own.traits.results = vec![result("c", Some("search_kb"), Some("shape-a"))];
    let run = only(&[agent(1, None), own, asks(3, "c", "search_kb")]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [is("shape-a")]);
}

#[test]
fn a_tool_that_ran_without_its_answer_kept_is_not_recorded_by_name() {
    let mut silent = tool(2, 1);
    silent.traits.results = vec![result("c", Some("search_kb"), None)];
    let mut told = tool(3, 1);
    told.traits.results = vec![result("d", Some("lookup"), Some("shape-a"))];
    let run = only(&[agent(1, None), silent, told]);
    assert_eq!(levels(&run, "tool_shape:search_kb"), [Level::NotRecorded]);
    assert_eq!(levels(&run, "tool_shape:lookup"), [is("shape-a")]);
}

#[test]
fn a_prompt_is_called_by_its_name_else_its_agents_else_main() {
    let named = |parent: Option<u64>, name: Option<&str>| {
        let mut step = model(3, parent);
        let text = |hash: &str| Some(hash.to_owned());
        let name = name.map(str::to_owned);
        step.traits.prompt =
            Some(PromptTrait { name, skeleton: text("s"), undated: None, text: text("t") });
        step
    };
    let mut agents = [agent(1, None), agent(2, 1)];
    agents[0].traits.agent = Some("support".to_owned());
    agents[1].traits.agent = Some("searcher".to_owned());
    let [outer, inner] = agents;
    for (steps, name) in [
        (vec![outer.clone(), inner.clone(), named(Some(2), Some("greeting"))], "greeting"),
        (vec![outer.clone(), inner.clone(), named(Some(2), None)], "searcher"),
        (vec![outer.clone(), inner.clone(), named(Some(1), None)], "support"),
        (vec![named(None, None)], "main"),
    ] {
        let run = only(&steps);
        assert_eq!(levels(&run, &format!("prompt:{name}")), [is("s")]);
        assert_eq!(levels(&run, &format!("prompt_text:{name}")), [is("t")]);
    }
}

#[test]
fn a_prompt_that_is_not_kept_is_not_recorded() {
    let mut step = model(1, None);
    step.traits.prompt =
        Some(PromptTrait { name: None, skeleton: None, undated: None, text: None });
    let run = only(&[step]);
    assert_eq!(levels(&run, "prompt:main"), [Level::NotRecorded]);
    assert_eq!(levels(&run, "prompt_text:main"), [Level::NotRecorded]);
}

#[test]
fn code_is_a_factor_of_every_run() {
    assert_eq!(levels(&only(&[agent(1, None)]), "code"), [Level::NotRecorded]);
    let mut step = agent(1, None);
    step.traits.levels = [Seen::at(Factor::plain("code"), "1.4")].into();
    assert_eq!(levels(&only(&[step]), "code"), [is("1.4")]);
}

#[test]
fn a_level_seen_in_many_steps_stands_once() {
    let steps: Vec<Sketch> = (1..50)
        .map(|number| {
            let mut step = model(number, None);
            step.traits.levels = [Seen::at(Factor::plain("region"), "eu")].into();
            step
        })
        .collect();
    assert_eq!(levels(&only(&steps), "region"), [is("eu")]);
}

#[test]
fn a_hostile_run_keeps_a_bounded_number_of_levels() {
    let mut step = agent(1, None);
    let level = |number: u32| Seen::at(Factor::of("segment", &number.to_string()), "x");
    step.traits.levels = (0..5_000).map(level).collect();
    assert_eq!(only(&[step]).levels.len(), 512);
}

#[test]
fn a_chain_of_very_many_steps_is_assembled() {
    let mut steps: Vec<Sketch> = (2..=20_000u64).map(|number| model(number, number - 1)).collect();
    steps.push(agent(1, None));
    assert_eq!(drawn(&steps), [(Some(1), 20_000)]);
}

/// A trace of any form: every step with any parent, or none.
fn any_steps() -> impl Strategy<Value = Vec<Sketch>> {
    let step = (0..14u64, 0..6u8, 0..4u8, 0..3u8);
    prop::collection::vec(step, 0..12).prop_map(|steps| {
        let numbered = (1u64..).zip(steps);
        numbered
            .map(|(number, (parent, kind, call, twist))| step_of(number, parent, kind, call, twist))
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_steps_does_not_matter(
        (steps, shuffled) in any_steps()
            .prop_flat_map(|steps| (Just(steps.clone()), Just(steps).prop_shuffle())),
    ) {
        prop_assert_eq!(runs(&steps), runs(&shuffled));
    }

    #[test]
    fn no_step_is_in_two_runs_and_a_run_has_its_root(steps in any_steps()) {
        let runs = runs(&steps);
        let in_runs: u32 = runs.iter().map(|run| run.steps).sum();
        prop_assert!(in_runs as usize <= steps.len());
        prop_assert_eq!(runs.is_empty(), steps.is_empty());
        for run in &runs {
            prop_assert!(run.steps >= 1 && run.started <= run.ended.max(run.started));
            prop_assert_eq!(run.id.trace, trace());
            let roots = steps.iter().filter(|step| Some(step.span) == run.id.root);
            prop_assert_eq!(roots.count(), usize::from(run.id.root.is_some()));
        }
    }

    #[test]
    fn the_order_of_labels_does_not_matter(
        (labels, shuffled) in prop::collection::vec((0..3usize, any::<bool>()), 0..6)
            .prop_map(|labels| labels.into_iter().enumerate().map(any_label).collect::<Vec<_>>())
            .prop_flat_map(|labels| (Just(labels.clone()), Just(labels).prop_shuffle())),
    ) {
        let steps = [agent(1, None), agent(2, None)];
        let outcomes = |labels: &[Label]| assemble(trace(), &steps, labels);
        prop_assert_eq!(outcomes(&labels), outcomes(&shuffled));
    }
}

fn any_label((second, (outcome, whole)): (usize, (usize, bool))) -> Label {
    let subject = match whole {
        true => Subject::Trace(trace()),
        false => Subject::Run(RunId { trace: trace(), root: Some(span(1)) }),
    };
    label(subject, [Outcome::Good, Outcome::Bad, Outcome::Unknown][outcome], second as i64)
}
