//! Run assembly: which steps make a run, what it ran under, and how it ended.
//!
//! A run is the topmost agent or workflow step, or a step marked as one, with everything under it;
//! failing that, the trace. Tool answers are joined to their calls here, because the call and its
//! answer are usually in different steps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::step::{PromptTrait, ToolCall};
use model::{Factor, Label, Outcome, Run, RunId, Seen, Sketch, SpanId, StepKind, TraceId, Traits};

/// Most levels kept for one run; a run with more is hostile or broken.
const MOST_LEVELS: usize = 512;

/// The runs of one trace, from all of its steps and labels. Order does not matter.
pub fn assemble(trace: TraceId, steps: &[Sketch], labels: &[Label]) -> Vec<Run> {
    let mut steps: Vec<&Sketch> = steps.iter().collect();
    steps.sort_by_key(|step| (step.started, step.span));
    let tree = Tree::of(&steps);
    let roots: BTreeMap<SpanId, Vec<&Sketch>> = tree.runs();
    if roots.is_empty() {
        return run(&tree, RunId { trace, root: None }, &steps, labels).into_iter().collect();
    }
    let runs = roots
        .into_iter()
        .filter_map(|(root, steps)| run(&tree, RunId { trace, root: Some(root) }, &steps, labels));
    let mut runs: Vec<Run> = runs.collect();
    runs.sort_by_key(|run| (run.started, run.id));
    runs
}

/// The steps of a trace with the way up from each.
struct Tree<'a> {
    by_span: HashMap<SpanId, &'a Sketch>,
    order: Vec<&'a Sketch>,
}

impl<'a> Tree<'a> {
    fn of(steps: &[&'a Sketch]) -> Self {
        let by_span = steps.iter().map(|step| (step.span, *step)).collect();
        Self { by_span, order: steps.to_vec() }
    }

    /// The step and those above it, nearest first. Stops where the way turns in a circle.
    fn way_up(&self, step: &'a Sketch) -> Vec<&'a Sketch> {
        let mut way = vec![step];
        let mut met = HashSet::from([step.span]);
        let mut here = step;
        while let Some(above) = here.parent.and_then(|parent| self.by_span.get(&parent)) {
            if !met.insert(above.span) {
                break;
            }
            way.push(above);
            here = above;
        }
        way
    }

    /// The steps of each run, by the run's root: a marked step, else the topmost agent.
    fn runs(&self) -> BTreeMap<SpanId, Vec<&'a Sketch>> {
        let mut runs: BTreeMap<SpanId, Vec<&Sketch>> = BTreeMap::new();
        for step in &self.order {
            let way = self.way_up(step);
            let marked = way.iter().find(|above| above.traits.marks_run);
            let topmost = || way.iter().rfind(|above| above.kind == StepKind::Agent);
            if let Some(root) = marked.or_else(topmost) {
                runs.entry(root.span).or_default().push(step);
            }
        }
        runs
    }

    /// The nearest agent at or above a step.
    fn agent(&self, step: &'a Sketch) -> Option<&'a str> {
        self.way_up(step).into_iter().find_map(|above| above.traits.agent.as_deref())
    }
}

fn run(tree: &Tree, id: RunId, steps: &[&Sketch], labels: &[Label]) -> Option<Run> {
    let first = steps.first()?;
    let root = id.root.and_then(|root| tree.by_span.get(&root).copied());
    let top = root.or_else(|| steps.iter().find(|step| step.parent.is_none()).copied());
    Some(Run {
        id,
        feature: feature(top, steps),
        started: root.map_or(first.started, |root| root.started),
        ended: steps.iter().map(|step| step.ended).max()?,
        outcome: outcome(&id, top, labels),
        steps: steps.len() as u32,
        levels: levels(tree, steps),
    })
}

/// `mayday.feature`, else the agent's name, else the service's.
fn feature(top: Option<&Sketch>, steps: &[&Sketch]) -> String {
    let tops_first = || top.into_iter().chain(steps.iter().copied());
    let find = |pick: fn(&Traits) -> &Option<String>| {
        tops_first().find_map(|step| pick(&step.traits).clone())
    };
    find(|traits| &traits.feature)
        .or_else(|| find(|traits| &traits.agent))
        .or_else(|| find(|traits| &traits.service))
        .unwrap_or_else(|| "unnamed".to_owned())
}

/// The latest label, else what the run's root says.
fn outcome(id: &RunId, top: Option<&Sketch>, labels: &[Label]) -> Outcome {
    let labels = labels.iter().filter(|label| label.subject.covers(id));
    let latest = labels.max_by_key(|label| label.at).map(|label| label.outcome);
    latest.or_else(|| top?.traits.outcome).unwrap_or_default()
}

fn levels(tree: &Tree, steps: &[&Sketch]) -> Vec<Seen> {
    let mut levels: BTreeSet<Seen> =
        steps.iter().flat_map(|step| step.traits.levels.iter().cloned()).collect();
    for step in steps {
        if let Some(prompt) = &step.traits.prompt {
            let subject = prompt.name.as_deref().or_else(|| tree.agent(step)).unwrap_or("main");
            levels.extend(prompt_levels(subject, prompt));
        }
    }
    levels.extend(tool_levels(steps));
    let missing = unrecorded(steps, &levels);
    levels.extend(missing);
    levels.into_iter().take(MOST_LEVELS).collect()
}

fn prompt_levels(subject: &str, prompt: &PromptTrait) -> [Seen; 2] {
    let see = |family: &str, level: &Option<String>| match level {
        Some(level) => Seen::at(Factor::of(family, subject), level.clone()),
        None => Seen::unrecorded(Factor::of(family, subject)),
    };
    [see("prompt", &prompt.skeleton), see("prompt_text", &prompt.text)]
}

/// Each tool's answer shapes, from answers to calls made in this run.
///
/// A history read by the model may hold answers of earlier runs; they count only where the run
/// itself shows no call at all, as when what the model wrote is not captured.
fn tool_levels(steps: &[&Sketch]) -> BTreeSet<Seen> {
    let by_id = |pick: fn(&Traits) -> &Vec<ToolCall>| -> HashMap<&str, &str> {
        let calls = steps.iter().flat_map(|step| pick(&step.traits));
        calls.map(|call| (call.id.as_str(), call.tool.as_str())).collect()
    };
    let made = by_id(|traits| &traits.calls_made);
    let read = by_id(|traits| &traits.calls_read);
    let calls = if made.is_empty() { &read } else { &made };
    let mut levels = BTreeSet::new();
    let mut answered = HashSet::new();
    for result in steps.iter().flat_map(|step| &step.traits.results) {
        let tool = result.tool.as_deref().or_else(|| calls.get(result.call.as_str()).copied());
        if let (Some(tool), Some(shape)) = (tool, &result.shape) {
            levels.insert(Seen::at(Factor::of("tool_shape", tool), shape.clone()));
            answered.insert(tool);
        }
    }
    for tool in made.values() {
        levels.insert(Seen::at(Factor::plain("tool_called"), *tool));
        if !answered.contains(tool) {
            levels.insert(Seen::unrecorded(Factor::of("tool_shape", tool)));
        }
    }
    levels
}

/// Factors that every run has a level of, whether or not anybody recorded it.
fn unrecorded(steps: &[&Sketch], seen: &BTreeSet<Seen>) -> Vec<Seen> {
    let known = |family: &str| seen.iter().any(|one| one.factor.family() == family);
    let mut missing = Vec::new();
    if !known("code") {
        missing.push(Seen::unrecorded(Factor::plain("code")));
    }
    if steps.iter().any(|step| step.kind == StepKind::Tool) && !known("tool_shape") {
        missing.push(Seen::unrecorded(Factor::of("tool_shape", "unnamed")));
    }
    missing
}

#[cfg(test)]
mod tests;
