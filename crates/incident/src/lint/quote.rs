//! Whether words are what an agent wrote, at the address given, before it acted.

use jiff::Timestamp;
use model::SpanId;
use model::postmortem::{Inferred, Quote};

use super::QuoteCheck;

/// A step of a run, as far as quotes are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The step.
    pub step: SpanId,
    /// When it began.
    pub at: Timestamp,
    /// What the agent wrote in it: answers and thoughts, not what it was given.
    pub wrote: Vec<String>,
    /// What it was given to read.
    pub read: Vec<String>,
    /// The arguments of the calls it made.
    pub arguments: Vec<String>,
    /// Whether it did something to the world outside, or may have.
    pub acts: bool,
    /// Whether something that it said or read is not kept.
    pub lacks: bool,
}

/// Looks a quote up in the steps of its run.
pub fn look_up(inferred: &Inferred, steps: &[Spoken]) -> QuoteCheck {
    let quote = inferred.quote();
    if quote.text.trim().is_empty() {
        return QuoteCheck::Nothing;
    }
    let Some(step) = quote.step.and_then(|step| steps.iter().find(|one| one.step == step)) else {
        return without_step(quote, steps);
    };
    let said = match inferred {
        Inferred::Quoted(_) => &step.wrote,
        Inferred::NotVerbalised(_) | Inferred::NotKept(_) => &step.arguments,
    };
    if said.iter().any(|text| text.contains(&quote.text)) {
        return in_time(inferred, step, steps);
    }
    if step.lacks {
        return QuoteCheck::NotChecked { why: format!("not all of step {} is kept", step.step) };
    }
    let why = match step.read.iter().any(|text| text.contains(&quote.text)) {
        true => "the agent read this there and did not write it".to_owned(),
        false => elsewhere(quote, steps),
    };
    QuoteCheck::Wrong { why }
}

/// What was written after the last act is no belief that led to it.
fn in_time(inferred: &Inferred, step: &Spoken, steps: &[Spoken]) -> QuoteCheck {
    let mut acts = steps.iter().filter(|one| one.acts).peekable();
    let is_belief = matches!(inferred, Inferred::Quoted(_));
    let too_late = is_belief && acts.peek().is_some() && acts.all(|act| act.at < step.at);
    match too_late {
        true => QuoteCheck::Wrong {
            why: "it was written after the agent had acted: that is output, not evidence"
                .to_owned(),
        },
        false => QuoteCheck::Found,
    }
}

fn without_step(quote: &Quote, steps: &[Spoken]) -> QuoteCheck {
    match (quote.step, steps.is_empty()) {
        (_, true) => QuoteCheck::NotChecked { why: "nothing of its run is on record".to_owned() },
        (Some(step), false) => QuoteCheck::Wrong { why: format!("its run has no step {step}") },
        (None, false) => QuoteCheck::NotChecked { why: elsewhere(quote, steps) },
    }
}

fn elsewhere(quote: &Quote, steps: &[Spoken]) -> String {
    let holds = |step: &&Spoken| step.wrote.iter().any(|text| text.contains(&quote.text));
    match steps.iter().find(holds) {
        Some(step) => format!("these words stand in step {}: give that address", step.step),
        None => "no step of the run says this: a paraphrase is no quote".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(n: u64, wrote: &str, acts: &[u64]) -> Spoken {
        Spoken {
            step: SpanId::from_bytes(&n.to_be_bytes()).unwrap(),
            at: Timestamp::from_second(n as i64).unwrap(),
            wrote: vec![wrote.to_owned()],
            read: vec!["drop the table if it is empty".to_owned()],
            arguments: vec![r#"{"script":"recover"}"#.to_owned()],
            acts: acts.contains(&n),
            lacks: false,
        }
    }

    fn at(n: u64, text: &str) -> Quote {
        let step = SpanId::from_bytes(&n.to_be_bytes());
        Quote { text: text.to_owned(), step, ..Quote::default() }
    }

    fn run(acts: &[u64]) -> Vec<Spoken> {
        vec![
            step(1, "I think the queue stall is a deadlock, so I recover.", acts),
            step(2, "", acts),
            step(3, "I panicked and deleted it.", acts),
        ]
    }

    fn why(check: QuoteCheck) -> String {
        match check {
            QuoteCheck::Wrong { why } => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn words_are_found_as_they_are_before_the_act() {
        let quoted = Inferred::Quoted(at(1, "the queue stall is a deadlock"));
        assert_eq!(look_up(&quoted, &run(&[2])), QuoteCheck::Found);
        let silent = Inferred::NotVerbalised(at(2, r#"{"script":"recover"}"#));
        assert_eq!(look_up(&silent, &run(&[2])), QuoteCheck::Found);
    }

    #[test]
    fn a_paraphrase_a_confession_and_what_was_read_are_no_quotes() {
        let check = |n, text| why(look_up(&Inferred::Quoted(at(n, text)), &run(&[2])));
        assert!(check(1, "the stall is a deadlock").contains("paraphrase"));
        assert!(check(3, "I panicked").contains("after the agent had acted"));
        assert!(check(1, "drop the table").contains("read this"));
        assert!(check(2, "the queue stall is a deadlock").contains("0000000000000001"));
        assert!(check(9, "x").contains("no step"));
    }

    #[test]
    fn what_is_not_kept_is_not_checked() {
        let mut steps = run(&[2]);
        steps[0].lacks = true;
        steps[0].wrote.clear();
        let quoted = Inferred::Quoted(at(1, "the queue stall is a deadlock"));
        assert!(matches!(look_up(&quoted, &steps), QuoteCheck::NotChecked { .. }));
        assert!(matches!(look_up(&quoted, &[]), QuoteCheck::NotChecked { .. }));
    }
}
