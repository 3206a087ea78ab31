//! Whether a signal was where a document says it was, by what the model had read.
//!
//! A signal is told in people's words, so what is looked for are the words that it quotes: in
//! backticks or in quotation marks. A document that quotes none can't be checked.

use model::postmortem::{Missed, Quote, Reach};

use super::{QuoteCheck, Spoken};

/// Looks the words of a signal up in what the step had read that is said to have missed it.
pub fn look_for_signal(missed: &Missed, of: &Quote, steps: &[Spoken]) -> QuoteCheck {
    let not_checked = |why: &str| QuoteCheck::NotChecked { why: why.to_owned() };
    let is_within = match missed.reach {
        Some(Reach::InContext) => true,
        Some(Reach::HiddenByTool | Reach::OutsideToolSurface | Reach::AvailableNotCalled) => false,
        Some(Reach::Stale | Reach::None) | None => return QuoteCheck::Nothing,
    };
    let words = quoted(&missed.what);
    if words.is_empty() {
        return not_checked("it quotes no words of the signal, in backticks, to look for");
    }
    if steps.is_empty() {
        return not_checked("nothing of its run is on record");
    }
    let Some(step) = missed.step.or(of.step) else {
        return not_checked("it names no step in whose context to look");
    };
    let Some(step) = steps.iter().find(|one| one.step == step) else {
        return QuoteCheck::Wrong { why: format!("the run has no step {step}") };
    };
    let is_read = |word: &&str| step.read.iter().any(|text| text.contains(*word));
    let missing = words.iter().find(|word| !is_read(word));
    match (is_within, missing) {
        (true, None) => QuoteCheck::Found,
        (_, Some(_)) if step.lacks => not_checked("not all that the step had read is kept"),
        (true, Some(word)) => {
            QuoteCheck::Wrong { why: format!("`{word}` is not in what step {} read", step.step) }
        }
        (false, None) => {
            QuoteCheck::Wrong { why: format!("step {} had read it: in_context", step.step) }
        }
        (false, Some(_)) => QuoteCheck::Found,
    }
}

/// What stands in backticks or quotation marks.
fn quoted(text: &str) -> Vec<&str> {
    const MARKS: [(char, char); 4] = [('`', '`'), ('"', '"'), ('“', '”'), ('«', '»')];
    let mut found = Vec::new();
    for (opens, closes) in MARKS {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(opens) {
            let Some((within, after)) = after.split_once(closes) else { break };
            found.extend(Some(within.trim()).filter(|within| !within.is_empty()));
            rest = after;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::SpanId;

    use super::*;

    fn steps() -> Vec<Spoken> {
        vec![Spoken {
            step: SpanId::from_bytes(&[1; 8]).unwrap(),
            at: Timestamp::UNIX_EPOCH,
            wrote: Vec::new(),
            read: vec!["depth 900, heartbeat: 6 min ago".to_owned()],
            arguments: Vec::new(),
            acts: false,
            lacks: false,
        }]
    }

    fn look(reach: Reach, what: &str) -> QuoteCheck {
        let missed = Missed { reach: Some(reach), what: what.to_owned(), step: None };
        let of = Quote { step: SpanId::from_bytes(&[1; 8]), ..Quote::default() };
        look_for_signal(&missed, &of, &steps())
    }

    #[test]
    fn a_signal_in_context_stands_in_what_was_read() {
        assert_eq!(look(Reach::InContext, "the `heartbeat: 6 min ago`"), QuoteCheck::Found);
        let wrong = look(Reach::InContext, "the producer's “last publish”");
        assert!(matches!(wrong, QuoteCheck::Wrong { ref why } if why.contains("last publish")));
    }

    #[test]
    fn a_signal_out_of_reach_does_not_stand_there() {
        assert_eq!(look(Reach::OutsideToolSurface, "`last publish`"), QuoteCheck::Found);
        let wrong = look(Reach::HiddenByTool, "`heartbeat`");
        assert!(matches!(wrong, QuoteCheck::Wrong { ref why } if why.contains("in_context")));
    }

    #[test]
    fn what_quotes_nothing_or_is_not_on_record_is_not_checked() {
        let is_not_checked = |check| matches!(check, QuoteCheck::NotChecked { .. });
        assert!(is_not_checked(look(Reach::InContext, "the heartbeat")));
        let missed = Missed { reach: Some(Reach::InContext), what: "`a`".to_owned(), step: None };
        assert!(is_not_checked(look_for_signal(&missed, &Quote::default(), &[])));
        assert_eq!(look(Reach::None, ""), QuoteCheck::Nothing);
    }
}
