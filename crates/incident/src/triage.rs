//! The triage tree, followed: every question is answered by a probe over what is known.

mod evals;
mod inputs;
mod single;
mod skew;
#[cfg(test)]
mod tests;

use model::report::SurfaceState;
use model::triage::{Answer, Skew, Told, TriageRow};
use model::{Incident, Report, Triage, Verdict};
use serde::Deserialize;

use crate::fields::SuiteSeen;

pub use single::{Acted, of_run};
pub use skew::{Seats, skews};

/// The tree: a versioned data file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tree {
    /// Version of the data file.
    pub version: u32,
    /// What is asked, in order.
    #[serde(rename = "node")]
    pub nodes: Vec<Node>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its name.
    pub id: String,
    /// The surface that it is about.
    pub surface: String,
    /// What answers it.
    pub probe: Probe,
    /// What is asked.
    pub question: String,
    /// What to do if the surface drifted.
    pub action: String,
    /// Whose surface it is.
    pub owner: String,
    /// How long to spend on it, in minutes.
    pub minutes: u32,
}

/// What answers a question by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// What the comparison says of the surface.
    Surface,
    /// Runs of evaluation suites.
    Evals,
    /// How long evaluation suites have judged as they do.
    Age,
    /// Inputs that differ between places.
    Skew,
    /// The model that answers to the name that is asked for.
    Alias,
    /// When what is searched was built.
    Freshness,
    /// Which models made the vectors.
    Embedding,
    /// Calls that fail, and what the comparison says of the surface.
    Failures,
}

/// What the probes look at.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The comparison.
    pub report: &'a Report,
    /// The suites that guard the feature.
    pub evals: &'a [SuiteSeen],
    /// Inputs that differ between places; none if no place is on record.
    pub skews: Option<&'a [Skew]>,
}

/// The tree that Mayday ships with.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
pub fn tree() -> Tree {
    let text = include_str!("../data/triage.toml");
    toml::from_str(text).expect("invariant: the triage file compiled in can be read")
}

/// Asks every question, and says what follows.
pub fn triage(tree: &Tree, known: Known) -> Triage {
    let rows: Vec<TriageRow> = tree.nodes.iter().map(|node| row(node, known)).collect();
    let next = next(&rows, known.report.verdict);
    Triage { tree: tree.version, rows, next }
}

fn row(node: &Node, known: Known) -> TriageRow {
    let (answer, why) = match node.probe {
        Probe::Surface => surface(&node.surface, known.report),
        Probe::Evals => evals::answer(known),
        Probe::Age => evals::age(known),
        Probe::Skew => skew::answer(known.skews),
        Probe::Alias => or_proven(inputs::alias(known.report), node, known.report),
        Probe::Freshness => inputs::freshness(known.report),
        Probe::Embedding => or_proven(inputs::embedding(known.report), node, known.report),
        Probe::Failures => {
            inputs::failures(known.report).unwrap_or_else(|| surface(&node.surface, known.report))
        }
    };
    TriageRow {
        node: node.id.clone(),
        surface: node.surface.clone(),
        question: node.question.clone(),
        answer,
        why,
        action: node.action.clone(),
        owner: node.owner.clone(),
        minutes: node.minutes,
        told: Vec::new(),
    }
}

/// Adds what a person answered to a question of an incident's triage. Of a tree, what follows is
/// said anew; nodes that were not asked change nothing.
pub(crate) fn answered(incident: &mut Incident, node: &str, told: Told) {
    let Some(triage) = &mut incident.triage else { return };
    let Some(row) = triage.rows.iter_mut().find(|row| row.node == node) else { return };
    row.told.push(told);
    if triage.tree != single::TREE {
        triage.next = next(&triage.rows, incident.report.verdict);
    }
}

/// What a probe can't tell is clean where the whole surface is proven to be.
fn or_proven(probed: (Answer, String), node: &Node, report: &Report) -> (Answer, String) {
    let of_surface = surface(&node.surface, report);
    match (probed.0, of_surface.0) {
        (Answer::Unknown, Answer::Clean) => of_surface,
        _ => probed,
    }
}

fn surface(name: &str, report: &Report) -> (Answer, String) {
    let Some(found) = report.surfaces.iter().find(|found| found.surface == name) else {
        return (Answer::Unknown, "nothing of it is on record".to_owned());
    };
    let answer = match found.verdict {
        SurfaceState::Moved => Answer::Drifted,
        SurfaceState::Identical | SurfaceState::Bounded => Answer::Clean,
        SurfaceState::Unknown => Answer::Unknown,
    };
    (answer, found.why.clone())
}

/// What to do: the first that drifted, unless the comparison can't tell it from others; else what
/// keeps the answer unknown; else to read what the agent believed.
fn next(rows: &[TriageRow], verdict: Verdict) -> String {
    let drifted: Vec<&TriageRow> =
        rows.iter().filter(|row| row.stands() == Answer::Drifted).collect();
    if let [first, others @ ..] = drifted.as_slice() {
        let others: Vec<&str> = others.iter().map(|row| row.node.as_str()).collect();
        let also = match (verdict, others.as_slice()) {
            (_, []) => String::new(),
            (Verdict::Inseparable, others) => {
                format!(" It can't be told apart from: {}.", others.join(", "))
            }
            (_, others) => format!(" Drifted too: {}.", others.join(", ")),
        };
        return format!("{}: {}{also}", first.node, first.action);
    }
    let unknown: Vec<&str> = rows
        .iter()
        .filter(|row| row.stands() == Answer::Unknown)
        .map(|row| row.node.as_str())
        .collect();
    if unknown.is_empty() {
        return "Nothing recorded moved: read what the agent inferred, in bad runs picked at \
                random beside good ones."
            .to_owned();
    }
    format!(
        "Nothing is known to have drifted, and these are not clean: {}. If none of them can be \
         shown to have moved, read what the agent inferred, in the runs cited.",
        unknown.join(", ")
    )
}
