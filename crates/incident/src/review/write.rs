//! A review as Markdown. Text from outside is nothing but text in it.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::SignedDuration;
use model::{BehaviourRate, IncidentId};

use super::agreement::Agreement;
use super::grades::{Grades, Tally};
use super::items::{ItemLine, Target};
use super::recurrence::Recurrence;
use super::trend::{Direction, Trend, WARNING};
use super::whole::Review;
use crate::document::inline;
use crate::wording;

/// Writes a review as Markdown: the source's two questions first, then what they rest on.
pub fn write(of: &Review) -> String {
    let parts = [
        head(of),
        part("Were the fields used, or was it flattened?", grades(&of.grades)),
        part("Do the targeted rates fall, or does the class come back?", targets(&of.targets)),
        part("What came back", recurrences(&of.recurrences)),
        part("Trends, each within one version of its eval", trends(&of.trends)),
        part("Incidents", incidents(of)),
        part("Which variable moved", fields(of)),
        part("Layers", layers(of)),
        part("Kinds of failure", counted(&of.kinds)),
        part("How long things took", lags(of)),
        part("Items without an owner or a date", items(&of.unowned)),
        part("Items that are overdue", items(&of.overdue)),
        part("Findings of the linter", counted(&of.findings)),
        part("Findings that were suppressed", counted(&of.suppressed)),
        part("What the documents cost and do", documents(of)),
    ];
    parts.concat()
}

fn head(of: &Review) -> String {
    let agents =
        |wanted: Option<bool>| of.incidents.iter().filter(|one| one.agent == wanted).count();
    let state = if of.over { "" } else { "; the quarter is not over" };
    format!(
        "# Review {}\n\n{} to {}{state}. {} incidents: in {} an agent took part, in {} none did, \
         of {} it is not known.\n",
        of.quarter,
        of.window.start,
        of.window.end,
        of.incidents.len(),
        agents(Some(true)),
        agents(Some(false)),
        agents(None),
    )
}

fn part(heading: &str, text: String) -> String {
    let text = if text.is_empty() { "None.\n".to_owned() } else { text };
    format!("\n## {heading}\n\n{text}")
}

fn point(text: &str) -> String {
    format!("- {text}\n")
}

fn table<const N: usize>(head: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let row = |cells: [String; N]| {
        let cells = cells.map(|cell| if cell.is_empty() { "–".to_owned() } else { inline(&cell) });
        format!("| {} |\n", cells.join(" | "))
    };
    let rows: String = rows.into_iter().map(row).collect();
    format!("| {} |\n|{}\n{rows}", head.join(" | "), "---|".repeat(N))
}

fn grades(of: &Grades) -> String {
    let mut text = String::new();
    let (sample, blind) = (of.sample.len(), of.blind);
    text += &point(&format!("To be graded blind: {sample} documents; {blind} grades so far."));
    if of.not_counted > 0 {
        let n = of.not_counted;
        text += &point(&format!("{n} grades do not count: not blind, or not of the sample."));
    }
    let (Some(machine), Some(people)) = (&of.machine, &of.people) else {
        return text + &point("The machine's grades are withheld until they are asked for.");
    };
    text += &point(&format!("People: {}.", tally(people)));
    text += &point(&format!("Machine: {}.", tally(machine)));
    let agreed = |name: &str, of: &Option<Agreement>| {
        let said = of.as_ref().map(|of| point(&format!("{name}: {of}.")));
        said.unwrap_or_default()
    };
    text += &agreed("People and machine", &of.people_and_machine);
    text + &agreed("People among themselves", &of.people_among_themselves)
}

fn tally(of: &Tally) -> String {
    let Tally { flattened, partly, used } = of;
    format!("{flattened} flattened, {partly} partly, {used} used")
}

fn targets(of: &[Target]) -> String {
    let share = |share: Option<f64>| share.map_or(String::new(), wording::percent);
    let rows = of.iter().map(|one| {
        [
            one.item.incident.to_string(),
            one.item.what.clone(),
            one.item.eval.clone().unwrap_or_default(),
            share(one.baseline),
            share(one.target),
            one.last.as_ref().map_or("not measured".to_owned(), rate),
            one.direction.map_or(String::new(), |direction| direction.as_str().to_owned()),
            one.item.state.as_str().to_owned(),
            if one.came_back { "yes" } else { "no" }.to_owned(),
        ]
    });
    let head = ["incident", "item", "eval", "from", "to", "last", "trend", "state", "came back"];
    table(head, rows.collect())
}

/// `11.8 % (604 of 5120; 10.9 to 12.7)`
fn rate(of: &BehaviourRate) -> String {
    let Some(share) = of.rate else { return "nothing to count".to_owned() };
    let (low, high) = (100.0 * of.low, 100.0 * of.high);
    format!("{} ({} of {}; {low:.1} to {high:.1})", wording::percent(share), of.k, of.n)
}

fn recurrences(of: &[Recurrence]) -> String {
    let mut text = String::new();
    for one in of {
        let judged = match &one.judged {
            None => "proposed; a person has to say".to_owned(),
            Some(judged) => {
                let said = if judged.recurs { "confirmed" } else { "denied" };
                format!("{said} by {}: {}", inline(&judged.by), inline(&judged.because))
            }
        };
        let alike = one.alike.iter().map(|alike| inline(alike)).collect::<Vec<_>>().join(", ");
        let Recurrence { incident, earlier, days, within, .. } = one;
        text += &point(&format!(
            "{incident} may be {earlier} after {days} days (within {within}): {alike}; {judged}."
        ));
        for remedy in &one.remedies {
            let (what, why) = (inline(&remedy.what), inline(&remedy.why));
            let _ = writeln!(text, "  - {what}: {why}.");
        }
    }
    text
}

fn trends(of: &[Trend]) -> String {
    let rows = of.iter().map(|one| {
        let under = one.configuration.as_ref().map_or(String::new(), |it| format!(" under {it}"));
        let left_out = match one.partial {
            0 => String::new(),
            n => format!("; {n} runs of a part of the cases are left out"),
        };
        [
            format!("{} {}{under}", one.eval, one.version),
            one.direction.as_str().to_owned(),
            format!("{}{left_out}", one.why),
        ]
    });
    let mut text = table(["eval", "trend", "on what ground"], rows.collect());
    for one in of.iter().filter(|one| one.is_warned()) {
        let goes = if one.direction == Direction::Flat { "stays" } else { "rises" };
        let eval = inline(&format!("{} {}", one.eval, one.version));
        let _ = write!(text, "\n**{eval} {goes}: {WARNING}.**\n");
    }
    text
}

fn incidents(of: &Review) -> String {
    let rows = of.incidents.iter().map(|one| {
        let agent = match one.agent {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        };
        let machine = one.machine.as_ref().map_or(String::new(), |machine| {
            let reasons = machine.reasons.join("; ");
            let colon = if reasons.is_empty() { "" } else { ": " };
            format!("{}{colon}{reasons}", machine.grade.as_str())
        });
        [
            one.incident.to_string(),
            one.title.clone(),
            one.declared_at.strftime("%Y-%m-%d").to_string(),
            one.severity.map_or(String::new(), |severity| severity.to_string()),
            agent.to_owned(),
            one.document.map_or("none".to_owned(), |version| format!("version {version}")),
            if one.in_sample { "yes" } else { "" }.to_owned(),
            machine,
        ]
    });
    let head =
        ["incident", "title", "declared", "severity", "agent", "document", "sample", "machine"];
    table(head, rows.collect()) + &undocumented(&of.undocumented)
}

fn undocumented(of: &[IncidentId]) -> String {
    if of.is_empty() {
        return String::new();
    }
    let ids = of.iter().map(IncidentId::as_str).collect::<Vec<_>>().join(", ");
    format!("\nAn agent took part, and there is no document: {ids}.\n")
}

fn fields(of: &Review) -> String {
    let rows = of.fields.iter().map(|one| {
        let counts = [one.changed, one.unchanged, one.unknown].map(|count| count.to_string());
        let [changed, unchanged, unknown] = counts;
        [one.field.clone(), changed, unchanged, unknown]
    });
    table(["field", "changed", "unchanged", "unknown"], rows.collect())
}

fn layers(of: &Review) -> String {
    let rows = of.layers.iter().map(|one| {
        let counts = [one.origin, one.propagated, one.exonerated, one.untested];
        let [origin, propagated, exonerated, untested] = counts.map(|count| count.to_string());
        [one.layer.clone(), origin, propagated, exonerated, untested]
    });
    let head = ["layer", "origin", "propagated", "exonerated", "untested or unsaid"];
    table(head, rows.collect())
}

fn counted(of: &BTreeMap<String, u64>) -> String {
    of.iter().map(|(name, count)| point(&format!("{}: {count}", inline(name)))).collect()
}

fn lags(of: &Review) -> String {
    let words = |secs: Option<i64>| {
        let length = secs.map(SignedDuration::from_secs);
        length.map_or(String::new(), wording::duration)
    };
    let rows = of.lags.iter().map(|one| {
        [
            one.name.words().to_owned(),
            words(one.median_secs),
            words(one.least_secs),
            words(one.most_secs),
            one.known.to_string(),
            one.unknown.to_string(),
        ]
    });
    table(["from what to what", "median", "least", "most", "known", "unknown"], rows.collect())
}

fn items(of: &[ItemLine]) -> String {
    let rows = of.iter().map(|one| {
        [
            one.incident.to_string(),
            one.what.clone(),
            one.owner.clone().unwrap_or_default(),
            one.due.clone().unwrap_or_default(),
            one.state.as_str().to_owned(),
        ]
    });
    table(["incident", "item", "owner", "due", "state"], rows.collect())
}

fn documents(of: &Review) -> String {
    let minutes = &of.minutes;
    let spent = match (minutes.median, minutes.least, minutes.most) {
        (Some(median), Some(least), Some(most)) => {
            format!("{median:.0} at the median, {least:.0} to {most:.0}")
        }
        _ => "not known".to_owned(),
    };
    let (known, unknown) = (minutes.known, minutes.unknown);
    let mut text = point(&format!(
        "Minutes of people, at least: {spent} ({known} documents; of {unknown} others not known)."
    ));
    text += &point(&format!(
        "Documents whose only action is an edit of a prompt: {}.",
        rate(&of.prompt_only)
    ));
    text
}
