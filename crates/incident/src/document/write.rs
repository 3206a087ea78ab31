//! A postmortem as Markdown. What is read back from it is the same document.

use model::BehaviourRate;
use model::postmortem::{
    ActionItem, Inference, Inferred, Part as Share, Postmortem, Statement, WhatMoved,
};

use super::escape::{fenced, inline};
use super::parts::Part;

/// Writes a postmortem as Markdown.
pub fn write(of: &Postmortem) -> String {
    let parts = parts(of).into_iter().map(|(_, text)| text).filter(|text| !text.is_empty());
    head(of) + &parts.map(|text| format!("\n{text}")).collect::<String>()
}

/// Writes a postmortem as a draft: what nobody has said yet stands open, with who should say it.
///
/// Read back, it is the same document: an open place is no text.
pub fn draft(of: &Postmortem) -> String {
    let said = parts(of).into_iter().filter_map(|(part, text)| match (text.is_empty(), part) {
        (false, _) => Some(text),
        (true, Part::Inferences) => Some(heading(part) + OPEN_INFERENCE),
        (true, _) => {
            let (who, what) = part.open()?;
            Some(format!("{}- **Open** ({who}): {what}\n", heading(part)))
        }
    });
    head(of) + &said.map(|text| format!("\n{text}")).collect::<String>()
}

/// The four fields of an inference, open.
const OPEN_INFERENCE: &str = "\
### Inference 1

- **Open** (AI engineer): **Inferred:** the agent's words before it acted, with run and step; a \
belief, not an act, and no paraphrase
- **Open** (AI engineer): **Correct inference:** what was true, with what shows that it could be \
known then
- **Open** (AI engineer): **Signal missed:** the signal that would have changed it, and whether it \
was in reach
- **Open** (AI engineer): **Change of context or tool:** what the context or a tool must show; a \
prompt tweak is no answer
";

fn parts(of: &Postmortem) -> [(Part, String); 18] {
    let said = |part, statements: &[Statement]| (part, statements_of(part, statements));
    [
        said(Part::Summary, &of.summary),
        said(Part::Impact, &of.impact),
        (Part::Timeline, timeline(of)),
        said(Part::Detection, &of.detection),
        (Part::Clocks, clocks(of)),
        (Part::Rates, rates(of)),
        said(Part::Causes, &of.causes),
        (Part::Claims, claims(of)),
        said(Part::Resolution, &of.resolution),
        said(Part::Worked, &of.worked),
        (Part::Fields, fields(of)),
        (Part::Inferences, inferences(of)),
        (Part::Attribution, attribution(of)),
        (Part::Layers, layers(of)),
        (Part::Failures, failures(of)),
        (Part::Items, items(of)),
        (Part::Evidence, evidence(of)),
        (Part::Suppressed, suppressed(of)),
    ]
}

fn head(of: &Postmortem) -> String {
    let mut text = format!("# Postmortem: {}\n\n", inline(&of.title));
    text += &point("Schema", &of.schema.to_string());
    text += &maybe("Incident", of.incident.as_ref().map(ToString::to_string));
    text += &maybe("Feature", of.feature.clone());
    text += &maybe("Kind", of.kind.map(|kind| kind.as_str().to_owned()));
    text += &maybe("Moved", of.moved.as_ref().map(moved));
    text + &maybe("Severity", of.severity.map(|severity| severity.to_string()))
}

fn moved(what: &WhatMoved) -> String {
    match what {
        WhatMoved::Nothing => "nothing".to_owned(),
        WhatMoved::Unknown => "unknown".to_owned(),
        WhatMoved::Surfaces(surfaces) => surfaces.join("; "),
    }
}

/// `- **Key:** text`
fn point(key: &str, text: &str) -> String {
    format!("- **{key}:** {}\n", inline(text))
}

fn maybe(key: &str, text: Option<String>) -> String {
    text.map_or(String::new(), |text| point(key, &text))
}

fn heading(part: Part) -> String {
    format!("## {}\n\n", part.heading())
}

fn statements_of(part: Part, statements: &[Statement]) -> String {
    if statements.is_empty() {
        return String::new();
    }
    let line = |statement: &Statement| {
        let proposed = if statement.proposed { "**Proposed:** " } else { "" };
        let cite = statement.cite.as_ref().map(|cite| format!(" *({})*", inline(cite)));
        format!("- {proposed}{}{}\n", inline(&statement.text), cite.unwrap_or_default())
    };
    heading(part) + &statements.iter().map(line).collect::<String>()
}

fn table<const N: usize>(part: Part, head: [&str; N], rows: Vec<[String; N]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let row = |cells: [String; N]| {
        let cells = cells.map(|cell| if cell.is_empty() { "–".to_owned() } else { inline(&cell) });
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = format!("|{}\n", "---|".repeat(N));
    let rows: String = rows.into_iter().map(row).collect();
    format!("{}| {} |\n{rule}{rows}", heading(part), head.join(" | "))
}

fn timeline(of: &Postmortem) -> String {
    let rows = of.timeline.iter();
    let rows = rows.map(|row| [row.at.clone(), row.what.clone(), row.source.clone()]);
    table(Part::Timeline, ["when", "what", "source"], rows.collect())
}

fn clocks(of: &Postmortem) -> String {
    let rows = of.clocks.iter().map(|row| {
        let at = row.at.clone().unwrap_or_default();
        [row.cause.clone(), row.moment.clone(), at, row.source.clone()]
    });
    table(Part::Clocks, ["cause", "moment", "when", "source"], rows.collect())
}

fn rates(of: &Postmortem) -> String {
    let said = |rate: &Option<BehaviourRate>| rate.as_ref().map_or(String::new(), rate_in_words);
    let rows = of
        .rates
        .iter()
        .map(|row| [row.what.clone(), said(&row.before), said(&row.during), said(&row.after)]);
    table(Part::Rates, ["rate of", "before", "during", "after"], rows.collect())
}

/// `11.8 % (604 of 5120; 10.9 to 12.7; unknown 700)`
fn rate_in_words(rate: &BehaviourRate) -> String {
    let share = rate.rate.map_or("no known outcome".to_owned(), crate::wording::percent);
    let (low, high) = (100.0 * rate.low, 100.0 * rate.high);
    let (k, n, unknown) = (rate.k, rate.n, rate.unknown);
    format!("{share} ({k} of {n}; {low:.1} to {high:.1}; unknown {unknown})")
}

fn claims(of: &Postmortem) -> String {
    let rows = of
        .claims
        .iter()
        .map(|row| [row.says.clone(), row.source.clone(), claim_word(row.state).to_owned()]);
    table(Part::Claims, ["claim", "source", "state"], rows.collect())
}

/// The word of a claim's state.
pub(super) fn claim_word(state: model::course::ClaimState) -> &'static str {
    use model::course::ClaimState::{Accepted, Disputed, Open, Retracted};
    match state {
        Open => "open",
        Accepted => "accepted",
        Disputed => "disputed",
        Retracted => "retracted",
    }
}

fn fields(of: &Postmortem) -> String {
    let rows = of.fields.iter().map(|line| {
        let state = line.state.map_or(String::new(), |state| state.as_str().to_owned());
        [
            line.field.clone(),
            line.variable.clone().unwrap_or_default(),
            line.before.clone(),
            line.during.clone(),
            state,
            line.why.clone(),
            line.since.clone().unwrap_or_default(),
            line.by.clone().unwrap_or_default(),
        ]
    });
    let head = ["field", "variable", "before", "during", "changed", "why", "since", "by"];
    table(Part::Fields, head, rows.collect())
}

fn inferences(of: &Postmortem) -> String {
    if of.inferences.is_empty() {
        return String::new();
    }
    let one = |(number, it): (usize, &Inference)| {
        format!("### Inference {}\n\n{}", number + 1, inference(it))
    };
    let all = of.inferences.iter().enumerate().map(one);
    heading(Part::Inferences) + &all.collect::<Vec<_>>().join("\n")
}

fn inference(it: &Inference) -> String {
    let mut text = maybe("Agent", it.agent.clone());
    text += &point("Whose", if it.responding { "responding agent" } else { "failing agent" });
    text += &maybe("Right", it.right.map(|right| if right { "yes" } else { "no" }.to_owned()));
    text += &it.inferred.as_ref().map_or(String::new(), inferred);
    if let Some(correct) = &it.correct {
        text += &point("Correct inference", &correct.text);
        text += &maybe("Known then", correct.known_then.clone());
    }
    if let Some(missed) = &it.missed {
        let reach = missed.reach.map(|reach| reach.as_str().to_owned());
        text += &point("Signal missed", &missed.what);
        text += &maybe("Reach", reach);
        text += &maybe("At step", missed.step.map(|step| step.to_string()));
    }
    if let Some(change) = &it.change {
        text += &point("Change of context or tool", &change.what);
        text += &maybe("Kind of change", change.kind.map(|kind| kind.as_str().to_owned()));
        text += &maybe("Artefact", change.artefact.clone());
    }
    text + &maybe("Lacked", it.lacked.clone())
}

fn inferred(it: &Inferred) -> String {
    let kind = match it {
        Inferred::Quoted(_) => "quoted",
        Inferred::NotVerbalised(_) => "not_verbalised",
        Inferred::NotKept(_) => "not_kept",
    };
    let quote = it.quote();
    let block = match quote.text.is_empty() {
        true => String::new(),
        false => fenced(&quote.text, 2),
    };
    let mut text = format!("- **Inferred:** {}\n{block}", inline(kind));
    text += &maybe("Run", quote.run.map(|run| run.to_string()));
    text += &maybe("Step", quote.step.map(|step| step.to_string()));
    text + &maybe("Quoted from", quote.source.clone())
}

fn attribution(of: &Postmortem) -> String {
    let it = &of.attribution;
    let names = ["Agent failure", "Tool failure", "Data failure", "Human-agent handoff failure"];
    let mut text = String::new();
    for (name, (_, share)) in names.iter().zip(it.four()) {
        text += &share_line(name, share);
    }
    let causes = it.handoff_causes.iter().map(|cause| cause.as_str());
    let causes = causes.collect::<Vec<_>>().join(", ");
    text += &maybe("Handoff causes", Some(causes).filter(|causes| !causes.is_empty()));
    if let Some(outside) = &it.outside {
        let share = Share { degree: outside.degree, evidence: outside.evidence.clone() };
        text += &format!("- **Outside the four:** {}\n", share_text(&share));
    }
    for word in &it.unknown {
        text += &point("Category", word);
    }
    if text.is_empty() { text } else { heading(Part::Attribution) + &text }
}

fn share_line(name: &str, share: &Share) -> String {
    match *share == Share::default() {
        true => String::new(),
        false => format!("- **{name}:** {}\n", share_text(share)),
    }
}

/// `primary. what shows it`
fn share_text(share: &Share) -> String {
    let degree = share.degree.map_or("open", |degree| degree.as_str());
    match share.evidence.is_empty() {
        true => degree.to_owned(),
        false => format!("{degree}. {}", inline(&share.evidence)),
    }
}

fn layers(of: &Postmortem) -> String {
    let rows = of
        .layers
        .iter()
        .map(|row| [row.layer.clone(), row.state.as_str().to_owned(), row.evidence.clone()]);
    table(Part::Layers, ["layer", "verdict", "evidence"], rows.collect())
}

fn failures(of: &Postmortem) -> String {
    if of.failures.is_empty() {
        return String::new();
    }
    let kinds = of.failures.iter().map(|kind| format!("- {}\n", inline(kind.as_str())));
    heading(Part::Failures) + &kinds.collect::<String>()
}

fn items(of: &Postmortem) -> String {
    if of.items.is_empty() {
        return String::new();
    }
    let one =
        |(number, it): (usize, &ActionItem)| format!("### Item {}\n\n{}", number + 1, item(it));
    let all = of.items.iter().enumerate().map(one);
    heading(Part::Items) + &all.collect::<Vec<_>>().join("\n")
}

fn item(it: &ActionItem) -> String {
    let contract = &it.contract;
    let list = |of: &[String]| Some(of.join("; ")).filter(|text| !text.is_empty());
    let closes = it.closes.iter().map(ToString::to_string).collect::<Vec<_>>();
    let lines = [
        point("What", &it.what),
        maybe("Id", it.id.as_ref().map(ToString::to_string)),
        point("Kind", it.kind.as_str()),
        maybe("Owner", it.owner.clone()),
        maybe("Due", it.due.clone()),
        maybe("Layer", it.layer.clone()),
        maybe("Eval", contract.eval.clone()),
        maybe("Cases", list(&contract.cases)),
        maybe("Must pass", list(&contract.pass)),
        maybe("Baseline", contract.baseline.map(share)),
        maybe("Target", contract.target.map(share)),
        maybe("Looked at again after", contract.again_after.map(|n| format!("{n} incidents"))),
        maybe("Green run", contract.green_run.clone()),
        maybe("Verification", it.verification.clone()),
        maybe("Closes inferences", list(&closes)),
        point("State", it.state.as_str()),
    ];
    lines.concat()
}

/// A share in per cent, with all its digits.
fn share(share: f64) -> String {
    let percent = (share * 1e6).round() / 1e4;
    format!("{percent} %")
}

fn evidence(of: &Postmortem) -> String {
    let rows = of.evidence.iter();
    let rows = rows.map(|row| [row.run.clone(), row.outcome.clone(), row.role.clone()]);
    table(Part::Evidence, ["run", "outcome", "cited as"], rows.collect())
}

fn suppressed(of: &Postmortem) -> String {
    let rows = of
        .suppressed
        .iter()
        .map(|row| [row.rule.clone(), row.because.clone(), row.until.to_string()]);
    table(Part::Suppressed, ["rule", "because", "until"], rows.collect())
}
