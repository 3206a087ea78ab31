//! Run assembly: which steps make a run, what it ran under, and how it ended.
//!
//! A run is the topmost agent or workflow step, or a step marked as one, with everything under it;
//! failing that, the trace. Tool answers are joined to their calls here, because the call and its
//! answer are usually in different steps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use model::step::{PromptTrait, ToolCall};
use model::{
    Factor, Label, Outcome, Run, RunId, Seen, Sketch, Source, SpanId, StepKind, TraceId, Traits,
};

/// Most levels kept for one run; a run with more is hostile or broken, and has this many.
pub const MOST_LEVELS: usize = 512;

/// The runs of one trace, from all of its steps and labels. Order does not matter.
pub fn assemble(trace: TraceId, steps: &[Sketch], labels: &[Label]) -> Vec<Run> {
    let told = with_logs(steps);
    let mut steps: Vec<&Sketch> = told.iter().map(AsRef::as_ref).collect();
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

/// Steps with what log records say about them: a client may send what was said apart from the span
/// in which it was said.
fn with_logs(steps: &[Sketch]) -> Vec<Cow<'_, Sketch>> {
    let (mut told, mut logs) = (Vec::with_capacity(steps.len()), Vec::new());
    for step in steps {
        match step.source {
            Source::Span => told.push(Cow::Borrowed(step)),
            Source::Log => logs.push(step),
        }
    }
    if logs.is_empty() {
        return told;
    }
    let places: HashMap<SpanId, usize> =
        told.iter().enumerate().map(|(place, step)| (step.span, place)).collect();
    logs.sort_by_key(|log| (log.started, log.span));
    for log in logs {
        match log.parent.and_then(|parent| places.get(&parent)) {
            Some(place) if log.kind == told[*place].kind => {
                told[*place].to_mut().traits.learn(&log.traits);
            }
            _ => told.push(Cow::Borrowed(log)),
        }
    }
    told
}

/// The steps of a trace, each with its place in it.
struct Tree<'a> {
    by_span: HashMap<SpanId, &'a Sketch>,
    places: HashMap<SpanId, Place<'a>>,
    order: Vec<&'a Sketch>,
}

/// What stands at or above a step.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    /// The root of its run: the nearest marked step, else the topmost agent.
    root: Option<SpanId>,
    /// The nearest agent's name.
    agent: Option<&'a str>,
}

impl<'a> Tree<'a> {
    /// Takes each step once, so that a long chain costs no more than a broad tree.
    fn of(steps: &[&'a Sketch]) -> Self {
        let by_span = steps.iter().map(|step| (step.span, *step)).collect();
        let mut tree = Self { by_span, places: HashMap::new(), order: steps.to_vec() };
        for step in steps {
            for step in tree.unplaced_way_up(step).into_iter().rev() {
                let above = step.parent.and_then(|parent| tree.places.get(&parent).copied());
                tree.places.insert(step.span, Place::of(step, above.unwrap_or_default()));
            }
        }
        tree
    }

    /// The step and those above it, nearest first, up to one that has its place. Stops where the
    /// way turns in a circle.
    fn unplaced_way_up(&self, step: &'a Sketch) -> Vec<&'a Sketch> {
        let mut way = Vec::new();
        let mut met = HashSet::new();
        let mut next = Some(step);
        while let Some(step) = next {
            if self.places.contains_key(&step.span) || !met.insert(step.span) {
                break;
            }
            way.push(step);
            next = step.parent.and_then(|parent| self.by_span.get(&parent).copied());
        }
        way
    }

    /// The steps of each run, by the run's root.
    fn runs(&self) -> BTreeMap<SpanId, Vec<&'a Sketch>> {
        let mut runs: BTreeMap<SpanId, Vec<&Sketch>> = BTreeMap::new();
        for step in &self.order {
            if let Some(root) = self.place(step).root {
                runs.entry(root).or_default().push(step);
            }
        }
        runs
    }

    /// The nearest agent at or above a step.
    fn agent(&self, step: &Sketch) -> Option<&'a str> {
        self.place(step).agent
    }

    fn place(&self, step: &Sketch) -> Place<'a> {
        self.places.get(&step.span).copied().unwrap_or_default()
    }
}

impl<'a> Place<'a> {
    fn of(step: &'a Sketch, above: Self) -> Self {
        let is_agent = step.kind == StepKind::Agent;
        let root = match step.traits.marks_run {
            true => Some(step.span),
            false => above.root.or(is_agent.then_some(step.span)),
        };
        Self { root, agent: step.traits.agent.as_deref().or(above.agent) }
    }
}

fn run(tree: &Tree, id: RunId, steps: &[&Sketch], labels: &[Label]) -> Option<Run> {
    let first = steps.first()?;
    let root = id.root.and_then(|root| tree.by_span.get(&root).copied());
    let top = root.or_else(|| steps.iter().find(|step| step.parent.is_none()).copied());
    let label = latest(&id, labels);
    let mut levels = levels(tree, steps);
    let source = label.map(|label| Seen::at(Factor::plain("label_source"), &*label.source));
    levels.extend(source.filter(|_| levels.len() < MOST_LEVELS));
    Some(Run {
        id,
        feature: feature(top, steps),
        started: root.map_or(first.started, |root| root.started),
        ended: steps.iter().map(|step| step.ended).max()?,
        outcome: outcome(label, top),
        labelled: label.map(|label| label.at),
        cluster: top.into_iter().chain(steps.iter().copied()).find_map(|step| step.traits.cluster),
        steps: steps.len() as u32,
        levels,
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

/// The latest label about a run.
fn latest<'a>(id: &RunId, labels: &'a [Label]) -> Option<&'a Label> {
    labels.iter().filter(|label| label.subject.covers(id)).max_by_key(|label| label.at)
}

/// What the latest label says, else what the run's root says.
fn outcome(label: Option<&Label>, top: Option<&Sketch>) -> Outcome {
    label.map(|label| label.outcome).or_else(|| top?.traits.outcome).unwrap_or_default()
}

fn levels(tree: &Tree, steps: &[&Sketch]) -> Vec<Seen> {
    // The steps of a run say mostly the same: each list is looked at once, each level copied once.
    let mut lists: Vec<&[Seen]> = steps.iter().map(|step| &*step.traits.levels).collect();
    lists.sort_unstable_by_key(|list| list.as_ptr());
    lists.dedup_by_key(|list| (list.as_ptr(), list.len()));
    let said: BTreeSet<&Seen> = lists.into_iter().flatten().collect();
    let mut levels: BTreeSet<Seen> = said.into_iter().cloned().collect();
    let prompts = steps.iter().filter_map(|step| {
        let prompt = step.traits.prompt.as_ref()?;
        let subject = prompt.name.as_deref().or_else(|| tree.agent(step)).unwrap_or("main");
        Some((subject, prompt))
    });
    let mut before = None;
    for (subject, prompt) in prompts {
        if before.replace((subject, prompt)) != Some((subject, prompt)) {
            levels.extend(prompt_levels(subject, prompt));
        }
    }
    levels.extend(tool_levels(steps));
    levels.extend(steps.iter().filter_map(|step| failure(step)));
    let missing = unrecorded(steps, &levels);
    levels.extend(missing);
    levels.into_iter().take(MOST_LEVELS).collect()
}

fn prompt_levels(subject: &str, prompt: &PromptTrait) -> [Seen; 3] {
    let see = |family: &str, level: &Option<String>| match level {
        Some(level) => Seen::at(Factor::of(family, subject), level.clone()),
        None => Seen::unrecorded(Factor::of(family, subject)),
    };
    [
        see("prompt", &prompt.skeleton),
        see("prompt_undated", &prompt.undated),
        see("prompt_text", &prompt.text),
    ]
}

/// Each tool's answer shapes, from answers to calls made in this run.
///
/// A history read by the model may hold answers of earlier runs; they do not count. Where the run
/// itself shows no call, as when each model call is a trace of its own, the calls since the user
/// last spoke tell which answers are its own.
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
    let mut ran = BTreeSet::new();
    for result in steps.iter().flat_map(|step| &step.traits.results) {
        ran.extend(result.tool.as_deref());
        let tool = result.tool.as_deref().or_else(|| calls.get(result.call.as_str()).copied());
        if let (Some(tool), Some(shape)) = (tool, &result.shape) {
            levels.insert(Seen::at(Factor::of("tool_shape", tool), shape.clone()));
            answered.insert(tool);
        }
    }
    for call in steps.iter().flat_map(|step| &step.traits.calls_made) {
        levels.insert(Seen::at(Factor::plain("tool_called"), call.tool.as_str()));
        ran.insert(&call.tool);
    }
    let silent = ran.into_iter().filter(|tool| !answered.contains(tool));
    levels.extend(silent.map(|tool| Seen::unrecorded(Factor::of("tool_shape", tool))));
    levels
}

/// How a call of a tool or a model ended, where it does not say with what error.
fn failure(step: &Sketch) -> Option<Seen> {
    let factor = match step.kind {
        StepKind::Tool => {
            let tool = step.traits.results.iter().find_map(|result| result.tool.as_deref())?;
            Factor::of("tool_failed", tool)
        }
        StepKind::Model => Factor::plain("model_failed"),
        _ => return None,
    };
    let says_with_what = step.traits.levels.iter().any(|seen| seen.factor == factor);
    let level = if step.failed { "failed" } else { "no" };
    (!says_with_what).then(|| Seen::at(factor, level))
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
