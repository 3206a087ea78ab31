//! The postmortem draft, in Markdown.
//!
//! Every sentence the machine writes comes from a fact or a run and says which. What only people
//! know stands open, with who should say it.

mod fields;

use jiff::Timestamp;
use model::{Evidence, Incident};

use crate::clocks::{Beside, LagName, Length, clocks};
use crate::timeline::moments;
use crate::wording::{code, level, moment, plain, rate};
use crate::{brief, wording};

/// Writes the draft of an incident as it stands at an instant.
pub fn draft(incident: &Incident, now: Timestamp) -> String {
    let parts = [
        head(incident, now),
        summary(incident),
        impact(incident),
        timeline(incident),
        detection(incident, now),
        causes(incident),
        "## Resolution\n\n".to_owned() + &open("responder", "what stopped it, and when"),
        fields::six(incident),
        inference(incident),
        actions(incident),
        evidence(incident),
    ];
    parts.join("\n")
}

/// A place that people fill in.
fn open(who: &str, what: &str) -> String {
    format!("**Open** ({who}): {what}\n")
}

fn head(incident: &Incident, now: Timestamp) -> String {
    let feature = incident.feature.as_deref().map_or("not known".to_owned(), code);
    format!(
        "# Postmortem: {}\n\n*Draft of {}. Machine-written lines cite their source; lines marked \
         **Open** wait for a person.*\n\n| | |\n|---|---|\n| incident | {} |\n\
         | feature | {feature} |\n| declared | {} by {} |\n",
        plain(&incident.title),
        moment(now),
        code(incident.id.as_str()),
        moment(incident.declared_at),
        plain(&incident.declared_by),
    )
}

fn summary(incident: &Incident) -> String {
    let brief = brief::brief(&incident.report);
    let mut text = format!("## Summary\n\n{}.\n\n", plain(&brief.headline));
    text += &format!("Measured: {}. (ledger: {})\n", plain(&brief.measured), incident.id);
    for mover in &brief.movers {
        text += &format!("\nMoved: {}.\n", plain(mover));
    }
    text
}

fn impact(incident: &Incident) -> String {
    let during = &incident.report.outcome.during;
    let window = incident.report.windows.incident;
    format!(
        "## Impact\n\nBad runs between {} and {}: {}; outcome unknown for {}. (flights)\n\n{}",
        moment(window.start),
        moment(window.end),
        rate(during),
        during.unknown,
        open("incident lead", "who was harmed and how; whether it can be undone; severity by harm")
    )
}

fn timeline(incident: &Incident) -> String {
    let mut text = "## Timeline\n\n| when | what | source |\n|---|---|---|\n".to_owned();
    for row in moments(incident) {
        text +=
            &format!("| {} | {} | {} |\n", moment(row.at), plain(&row.what), plain(&row.source));
    }
    text
}

fn detection(incident: &Incident, now: Timestamp) -> String {
    let clocks = clocks(incident, Beside { now, run: None });
    let mut text = "## Detection\n\n".to_owned();
    for lag in &clocks.lags {
        if lag.name == LagName::Detection || !matches!(lag.length, Length::Unknown { .. }) {
            let name = wording::capitalised(lag.name.words());
            text += &format!("{name}: {}. (computed)\n\n", plain(&lag.length.to_string()));
        }
    }
    text + &open("incident lead", "who or what noticed, and how")
}

fn causes(incident: &Incident) -> String {
    let report = &incident.report;
    let mut text = "## Contributing factors\n\n".to_owned();
    for mover in &report.movers {
        let named = |levels: String| format!("- {levels} (flights: runs compared)\n");
        let levels = mover.levels.iter();
        let levels =
            levels.map(|(factor, name)| format!("{} = {}", code(factor), code(&level(name))));
        text += &named(levels.collect::<Vec<_>>().join(" and "));
    }
    if report.movers.is_empty() {
        text += &format!("- none recorded: {}\n", plain(&report.why));
    }
    if let Some(residual) = report.residual_pp {
        text += &format!("- not carried by the above: {residual:.1} points of the rise\n");
    }
    text + "\n"
        + &open("AI engineer", "what made this possible; several causes may stand side by side")
}

fn inference(incident: &Incident) -> String {
    let run = incident.run.or_else(|| incident.evidence.first().map(|evidence| evidence.run));
    let read = run.map_or("a bad run".to_owned(), |run| code(&run.to_string()));
    format!(
        "## What the agent inferred\n\nRead {read} and quote it. A belief, not an act; the agent's \
         own words, not a paraphrase.\n\n### Inferred\n\n{}\n### Correct inference\n\n{}\n\
         ### Signal missed\n\n{}\n### Change of context or tool\n\n{}",
        open("AI engineer", "the agent's words before it acted, with their address in the run"),
        open("AI engineer", "what was true, with the evidence that it could be known then"),
        open("AI engineer", "the signal that would have changed it, and whether it was in reach"),
        open("AI engineer", "what the context or a tool must show; a prompt tweak is no answer"),
    )
}

fn actions(incident: &Incident) -> String {
    let baseline = rate(&incident.report.outcome.before);
    format!(
        "## Action items\n\nAn item names an eval, a baseline and a target. Baseline here: \
         {baseline}. (flights)\n\n{}",
        open("owner", "eval, target rate, due date")
    )
}

fn evidence(incident: &Incident) -> String {
    let mut text =
        "## Evidence\n\n| run | outcome | cited as | content |\n|---|---|---|---|\n".to_owned();
    for Evidence { run, outcome, role, content, .. } in &incident.evidence {
        let role = code(&wording::level(role));
        let outcome = outcome.as_str();
        text += &format!("| `{run}` | {outcome} | {role} | {} parts |\n", content.len());
    }
    if incident.evidence.is_empty() {
        text += "| none | | | |\n";
    }
    text
}
