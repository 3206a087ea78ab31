//! What in a playbook would fail at night.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Playbook, PlaybookStep};

/// Something that would fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which step, from 1; none for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// The rule.
    pub rule: String,
    /// What is wrong, and how to mend it.
    pub says: String,
}

/// Words that ask for a reproduction.
const REPRODUCE: [&str; 4] = ["reproduce", "reproduction", "recreate the issue", "repro "];

/// Words that make what follows wait.
const WAITS: [&str; 8] = [
    "before",
    "first",
    "until",
    "unless",
    "only once",
    "only after",
    "must be able",
    "cannot proceed",
];

/// Finds what would fail. A playbook that nothing is found in may still be wrong.
pub fn lint(playbook: &Playbook) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut whole = |missing: bool, rule: &str, says: &str| {
        if missing {
            findings.push(Finding { step: None, rule: rule.to_owned(), says: says.to_owned() });
        }
    };
    let empty = |text: &str| text.trim().is_empty();
    whole(playbook.steps.is_empty(), "steps", "it has no step: say what to do first");
    whole(empty(&playbook.escalation), "escalation", "nobody is called when it does not help");
    whole(empty(&playbook.exit), "exit", "nothing says when it is over: name a measurement");
    whole(empty(&playbook.owner), "owner", "nobody keeps it up: name an owner");
    whole(playbook.triggers.is_empty(), "triggers", "nothing calls for it: name what is seen");
    for (place, step) in playbook.steps.iter().enumerate() {
        findings.extend(of_step(place, step, playbook.steps.len()));
    }
    findings
}

fn of_step(place: usize, step: &PlaybookStep, of: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |wrong: bool, rule: &str, says: &str| {
        if wrong {
            let (rule, says) = (rule.to_owned(), says.to_owned());
            findings.push(Finding { step: Some(place + 1), rule, says });
        }
    };
    let blocks = "a reproduction blocks what follows: what can't be made to happen again is still \
                  contained; read bad runs of the window and report a rate instead";
    found(asks_to_reproduce(step, place, of), "reproduce_first", blocks);
    found(step.access.is_none(), "access", "it does not say what it takes to do it");
    found(step.minutes.is_none_or(|minutes| minutes == 0), "time_box", "it has no time box");
    found(step.expected.trim().is_empty(), "expected", "it does not say what should come of it");
    found(step.if_not.trim().is_empty(), "if_not", "it does not say what to do if that fails");
    found(step.instruction.trim().is_empty(), "instruction", "it does not say what to do");
    findings
}

/// Whether a step makes others wait for a reproduction: it says so, or it is one and not the last.
fn asks_to_reproduce(step: &PlaybookStep, place: usize, of: usize) -> bool {
    let text = format!("{} ", step.instruction.to_lowercase());
    let named = REPRODUCE.iter().any(|word| text.contains(word));
    let waits = WAITS.iter().any(|word| text.contains(word));
    let denied =
        ["do not reproduce", "don't reproduce", "no need to reproduce", "need not be repro"];
    let denied = denied.iter().any(|words| text.contains(words));
    named && !denied && (waits || place + 1 < of)
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(step) => write!(f, "step {step}: {}: {}", self.rule, self.says),
            None => write!(f, "{}: {}", self.rule, self.says),
        }
    }
}
