//! A report in words: the answer first, then the evidence, then the next step.

use std::collections::BTreeMap;

use model::report::{Basis, Change, Mover, SurfaceState, Suspect};
use model::{Report, Verdict};

use crate::wording::{clock, level, percent, rate};

/// How many suspects are told; the report has more.
const SUSPECTS: usize = 3;

/// A report in words, in the parts that a page or a terminal sets apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brief {
    /// The answer in one line.
    pub headline: String,
    /// What was measured.
    pub measured: String,
    /// One line or more for each mover.
    pub movers: Vec<String>,
    /// A line for each of the first suspects.
    pub suspects: Vec<String>,
    /// Surfaces proven clean, and surfaces that can't be.
    pub surfaces: Vec<String>,
    /// What to do next.
    pub next: String,
}

/// Says a report in words. Every figure in it comes from the report.
pub fn brief(report: &Report) -> Brief {
    Brief {
        headline: headline(report),
        measured: measured(report),
        movers: report.movers.iter().map(|mover| moved(report, mover)).collect(),
        suspects: report.suspects.iter().take(SUSPECTS).map(suspect).collect(),
        surfaces: surfaces(report),
        next: next(report),
    }
}

fn headline(report: &Report) -> String {
    let feature = report.feature.as_deref().unwrap_or("all features");
    let first = report.movers.first().map(change).unwrap_or_default();
    match report.verdict {
        Verdict::NoChange => format!("{feature}: no change. {}", report.why),
        Verdict::Moved if rose(report) => format!("{feature}: {}", report.why),
        Verdict::Several if rose(report) => format!("{feature}: {}", report.why),
        Verdict::Moved if report.movers.iter().all(|m| m.basis == Basis::BeforeAfter) => {
            format!("{feature}: {first} moved when the bad answers began")
        }
        Verdict::Moved => format!("{feature}: {first} moved with the bad answers"),
        Verdict::Several => {
            let all: Vec<String> = report.movers.iter().map(change).collect();
            format!("{feature}: several moved: {}", all.join("; "))
        }
        Verdict::Inseparable => format!("{feature}: can't be told apart. {}", report.why),
        Verdict::TrafficMix => format!("{feature}: only the mix of runs moved: {first}"),
        Verdict::Measurement => format!("{feature}: {}", report.why),
        Verdict::Unexplained => format!("{feature}: {}", report.why),
        Verdict::Infrastructure => format!("{feature}: ordinary infrastructure: {first}"),
        Verdict::NotRecorded => format!("{feature}: {}", report.why),
        Verdict::InsufficientData => format!("{feature}: too little data. {}", report.why),
        Verdict::Other => format!("{feature}: {}", report.why),
    }
}

/// Whether what is named is where the rate rose, with no level that changed.
fn rose(report: &Report) -> bool {
    report.movers.iter().all(|mover| mover.change == Change::Rate)
}

fn change(mover: &Mover) -> String {
    if mover.change == Change::Rate {
        return condition(&mover.levels);
    }
    let from = mover.from.as_deref().map_or("nothing".to_owned(), level);
    format!("{} {from} → {}", mover.factor, level(&mover.to))
}

fn condition(levels: &BTreeMap<String, String>) -> String {
    let parts: Vec<String> =
        levels.iter().map(|(factor, name)| format!("{factor} = {}", level(name))).collect();
    parts.join(" and ")
}

fn suspect(suspect: &Suspect) -> String {
    format!(
        "{}: bad {} → {}, {} of the excess",
        condition(&suspect.levels),
        rate(&suspect.rate_before),
        rate(&suspect.rate_during),
        percent(suspect.share)
    )
}

fn measured(report: &Report) -> String {
    let outcome = &report.outcome;
    let mut text = format!("bad {} → {}", rate(&outcome.before), rate(&outcome.during));
    if let (Some(delta), Some(low), Some(high)) =
        (outcome.delta_pp, outcome.low_pp, outcome.high_pp)
    {
        text += &format!("; {delta:+.1} points [{low:.1}, {high:.1}]");
    }
    text +=
        &format!("; outcome unknown for {} → {}", outcome.before.unknown, outcome.during.unknown);
    if let Some(onset) = report.onset {
        text += &format!(
            "; began {}–{}, likeliest {} UTC",
            clock(onset.earliest),
            clock(onset.latest),
            clock(onset.at)
        );
    }
    text
}

fn moved(report: &Report, mover: &Mover) -> String {
    let mut text = change(mover);
    if !mover.with.is_empty() {
        text += &format!(", on the same runs as {}", mover.with.join(", "));
    }
    if let Some(at) = mover.first_seen {
        text += &format!("; first seen {}", clock(at));
    }
    text += &format!(". With it {} bad; ", rate(&mover.rate_with));
    text += &match mover.basis {
        Basis::Concurrent => format!("at the same time without it {}", rate(&mover.rate_without)),
        Basis::Staggered => {
            format!("without it, partly at the same time, {}", rate(&mover.rate_without))
        }
        Basis::BeforeAfter => {
            "too few ran without it at the same time to compare: before and after only, which \
             explains nothing by itself"
                .to_owned()
        }
    };
    if let (Some(delta), false) = (report.outcome.delta_pp, mover.basis == Basis::BeforeAfter) {
        let carried = &mover.carried;
        text += &format!(
            ". Carries {:.1} of the {delta:.1} points [{:.1}, {:.1}]",
            carried.est * delta,
            carried.low * delta,
            carried.high * delta
        );
    }
    text + ". Observational"
}

fn surfaces(report: &Report) -> Vec<String> {
    let in_state = |state: SurfaceState| {
        report.surfaces.iter().filter(move |surface| surface.verdict == state)
    };
    let identical: Vec<&str> =
        in_state(SurfaceState::Identical).map(|surface| surface.surface.as_str()).collect();
    let mut lines = Vec::new();
    if !identical.is_empty() {
        lines.push(format!("identical: {}", identical.join(", ")));
    }
    let bounded: Vec<String> = in_state(SurfaceState::Bounded)
        .map(|one| match one.limit_pp {
            Some(limit) => format!("{} (at most {limit:.1} points)", one.surface),
            None => one.surface.clone(),
        })
        .collect();
    if !bounded.is_empty() {
        lines.push(format!("bounded: {}", bounded.join(", ")));
    }
    let unknown = in_state(SurfaceState::Unknown);
    lines.extend(unknown.map(|surface| format!("unknown: {}: {}", surface.surface, surface.why)));
    lines
}

fn next(report: &Report) -> String {
    match report.verdict {
        Verdict::NoChange => {
            "nothing to do; ask again with --baseline and --incident to look closer"
        }
        Verdict::Moved | Verdict::Several | Verdict::TrafficMix => {
            "declare it with `mayday incident declare`: that freezes this answer and its evidence"
        }
        Verdict::Inseparable => {
            "hold one of them at its old level on part of the runs: that tells them apart"
        }
        Verdict::Measurement => "re-score the same answers with the previous judge before acting",
        Verdict::Unexplained | Verdict::NotRecorded => {
            "record what is not visible above, and read bad runs: an agent can also have believed \
             the wrong thing with nothing moved"
        }
        Verdict::InsufficientData => "widen the windows, or label more outcomes",
        Verdict::Infrastructure | Verdict::Other => "read the report with --json",
    }
    .to_owned()
}

impl Brief {
    /// The brief as lines for a terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.headline.clone(), format!("  measured  {}", self.measured)];
        lines.extend(self.movers.iter().map(|mover| format!("  moved     {mover}")));
        lines.extend(self.suspects.iter().map(|suspect| format!("  suspect   {suspect}")));
        lines.extend(self.surfaces.iter().map(|surface| format!("  {surface}")));
        lines.push(format!("  next      {}", self.next));
        lines
    }
}

/// One line for lists: what rose, where and by how much.
pub fn title(report: &Report) -> String {
    let feature = report.feature.as_deref().unwrap_or("unnamed feature");
    let rate = |share: Option<f64>| share.map_or("unknown".to_owned(), percent);
    let (before, during) = (rate(report.outcome.before.rate), rate(report.outcome.during.rate));
    match report.movers.first() {
        Some(mover) => format!("{feature}: bad {before} → {during} with {}", mover.factor),
        None => format!("{feature}: bad {before} → {during}, {}", report.verdict.as_str()),
    }
}
