//! Whether one answer is right, given the truth that the simulator built in.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// How right an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The cause alone, or rightly none.
    Right,
    /// The cause first, but among several or not to be told from another.
    RightAmong,
    /// Anything else: what was said instead.
    Miss(String),
}

/// What `mayday demo --json` prints, as far as it is judged.
#[derive(Debug, Deserialize)]
struct Answer {
    scenario: String,
    truth: Option<Truth>,
    report: Report,
}

#[derive(Debug, Deserialize)]
struct Truth {
    surface: String,
    factor: String,
    /// Factors that show another cause.
    #[serde(default)]
    also: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Report {
    verdict: String,
    movers: Vec<Mover>,
}

#[derive(Debug, Deserialize)]
struct Mover {
    factor: String,
    to: Option<Value>,
}

/// Judges an answer; an error if it is no answer to this scenario.
pub(super) fn judge(scenario: &str, answer: &Value) -> Result<Verdict> {
    let answer = Answer::deserialize(answer).context("read its answer")?;
    if answer.scenario != scenario {
        return Ok(Verdict::Miss(format!("it played {}", answer.scenario)));
    }
    Ok(match without_cause(scenario) {
        Some(verdict) if answer.report.verdict == verdict => Verdict::Right,
        Some(_) => Verdict::Miss(said(&answer.report)),
        None => cause(&answer),
    })
}

/// The verdict that is right where nothing recorded is the cause.
fn without_cause(scenario: &str) -> Option<&'static str> {
    match scenario {
        "nothing" | "alias-silent" | "prompt-silent" => Some("unexplained"),
        "quiet" => Some("no_change"),
        _ => None,
    }
}

fn cause(answer: &Answer) -> Verdict {
    let Some(truth) = &answer.truth else {
        return Verdict::Miss("it names no truth".to_owned());
    };
    let movers: Vec<&str> = answer.report.movers.iter().map(|mover| &*mover.factor).collect();
    let first = movers.first().is_some_and(|first| *first == truth.factor);
    let mut causes: Vec<&str> = truth.also.iter().map(String::as_str).collect();
    let alone = causes.is_empty();
    causes.push(&truth.factor);
    let all = movers.len() == causes.len() && movers.iter().all(|mover| causes.contains(mover));
    match (answer.report.verdict.as_str(), truth.surface.as_str()) {
        ("several", _) if !alone && all => Verdict::Right,
        ("infrastructure", "infrastructure") | ("traffic_mix", "traffic") if first => {
            Verdict::Right
        }
        ("moved", surface) if alone && first && surface != "traffic" => Verdict::Right,
        ("inseparable" | "several", _) if alone && first => Verdict::RightAmong,
        _ => Verdict::Miss(format!("{}; truth: {}", said(&answer.report), truth.factor)),
    }
}

fn said(report: &Report) -> String {
    let movers: Vec<String> = report.movers.iter().map(mover).collect();
    let movers = if movers.is_empty() { "none".to_owned() } else { movers.join(", ") };
    format!("{}; movers: {movers}", report.verdict)
}

fn mover(mover: &Mover) -> String {
    match &mover.to {
        Some(Value::String(to)) => format!("{} → {to}", mover.factor),
        _ => mover.factor.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(scenario: &str, verdict: &str, movers: &[&str]) -> Verdict {
        let movers: Vec<Value> =
            movers.iter().map(|factor| json!({"factor": factor, "to": "9c22"})).collect();
        let truth = (!["nothing", "quiet"].contains(&scenario))
            .then(|| json!({"surface": "tool", "factor": "tool_shape:search_kb", "to": "9c22"}));
        let report = json!({"verdict": verdict, "movers": movers, "surfaces": []});
        let answer = json!({"scenario": scenario, "seed": 1, "truth": truth, "report": report});
        judge(scenario, &answer).unwrap()
    }

    #[test]
    fn the_cause_first_is_right() {
        let right = judged("tool-shape", "moved", &["tool_shape:search_kb", "router"]);
        assert_eq!(right, Verdict::Right);
        let among = judged("tool-shape", "inseparable", &["tool_shape:search_kb"]);
        assert_eq!(among, Verdict::RightAmong);
    }

    #[test]
    fn two_causes_are_both_to_be_named() {
        let truth = json!({"surface": "prompt", "factor": "prompt:p", "also": ["tool_shape:s"]});
        let judged = |verdict: &str, movers: &[&str]| {
            let movers: Vec<Value> = movers.iter().map(|one| json!({"factor": one})).collect();
            let report = json!({"verdict": verdict, "movers": movers});
            let answer = json!({"scenario": "two-faults", "truth": truth, "report": report});
            judge("two-faults", &answer).unwrap()
        };
        assert_eq!(judged("several", &["tool_shape:s", "prompt:p"]), Verdict::Right);
        assert!(matches!(judged("moved", &["prompt:p"]), Verdict::Miss(_)));
        assert!(matches!(judged("several", &["prompt:p", "code"]), Verdict::Miss(_)));
    }

    #[test]
    fn another_cause_or_none_is_a_miss_that_says_so() {
        let miss = |text: &str| Verdict::Miss(text.to_owned());
        let second = judged("tool-shape", "several", &["router", "tool_shape:search_kb"]);
        let said = "several; movers: router → 9c22, tool_shape:search_kb → 9c22; \
                    truth: tool_shape:search_kb";
        assert_eq!(second, miss(said));
        let none = judged("tool-shape", "unexplained", &[]);
        assert_eq!(none, miss("unexplained; movers: none; truth: tool_shape:search_kb"));
    }

    #[test]
    fn no_cause_is_right_by_its_verdict_alone() {
        assert_eq!(judged("nothing", "unexplained", &[]), Verdict::Right);
        assert_eq!(judged("quiet", "no_change", &[]), Verdict::Right);
        assert!(matches!(judged("quiet", "moved", &["router"]), Verdict::Miss(_)));
    }

    #[test]
    fn an_answer_without_a_report_is_an_error() {
        assert!(judge("quiet", &json!({"scenario": "quiet"})).is_err());
    }
}
