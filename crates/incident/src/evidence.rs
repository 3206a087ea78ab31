//! Which runs an incident rests on: bad ones with what moved, beside good ones without it.

use model::{Evidence, Outcome, RunId};

/// A run that could be cited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it had what moved; false for all when nothing did.
    pub exposed: Exposed,
}

/// Whether a run had what moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposed {
    /// It had.
    Yes,
    /// It had not, or nothing moved.
    No,
}

/// Runs cited of each kind.
const EACH: usize = 3;

/// Picks bad runs and good ones, spread evenly over the candidates; `named` says what moved.
pub fn pick(candidates: &[Candidate], named: Option<&str>) -> Vec<Evidence> {
    let (with, without) = match named {
        Some(named) => (format!("bad, with {named}"), format!("good, without {named}")),
        None => {
            ("bad, in the incident window".to_owned(), "good, in the incident window".to_owned())
        }
    };
    let exposed = if named.is_some() { Exposed::Yes } else { Exposed::No };
    let bad = spread(candidates, Outcome::Bad, exposed);
    let good = spread(candidates, Outcome::Good, Exposed::No);
    let cite = |role: String| {
        move |candidate: &Candidate| Evidence {
            run: candidate.run,
            outcome: candidate.outcome,
            role: role.clone(),
            step: None,
            content: Vec::new(),
        }
    };
    bad.into_iter().map(cite(with)).chain(good.into_iter().map(cite(without))).collect()
}

/// The first, the middle and the last of those that fit, so that no moment is favoured.
fn spread(candidates: &[Candidate], outcome: Outcome, exposed: Exposed) -> Vec<&Candidate> {
    let fits = |one: &&Candidate| one.outcome == outcome && one.exposed == exposed;
    let fitting: Vec<&Candidate> = candidates.iter().filter(fits).collect();
    if fitting.len() <= EACH {
        return fitting;
    }
    let last = fitting.len() - 1;
    (0..EACH).map(|place| fitting[place * last / (EACH - 1)]).collect()
}
