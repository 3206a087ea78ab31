//! Which runs an incident rests on: bad ones with what moved, beside good ones without it; where
//! nothing moved, bad ones picked at random beside the good ones most like them.

use std::collections::HashSet;

use model::{Evidence, Outcome, RunId};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A run that could be cited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it had what moved; `No` for all when nothing did.
    pub exposed: Exposed,
    /// What it ran under, each level once, as places in a dictionary that all candidates share.
    pub levels: &'a [u32],
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

/// Picks bad runs with what moved and good ones without, spread evenly over the candidates.
pub fn contrasting(candidates: &[Candidate], moved: &str) -> Vec<Evidence> {
    let bad = spread(candidates, Outcome::Bad, Exposed::Yes).into_iter();
    let good = spread(candidates, Outcome::Good, Exposed::No).into_iter();
    let bad = bad.map(|run| cite(run, format!("bad, with {moved}")));
    bad.chain(good.map(|run| cite(run, format!("good, without {moved}")))).collect()
}

/// Picks bad runs at random, each followed by the good one that ran under most of the same.
pub fn matched(candidates: &[Candidate], seed: u64) -> Vec<Evidence> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let of = |outcome| candidates.iter().filter(move |one| one.outcome == outcome);
    let bad: Vec<&Candidate> = of(Outcome::Bad).collect();
    let mut good: Vec<&Candidate> = of(Outcome::Good).collect();
    let mut cited = Vec::new();
    for bad in bad.sample(&mut random, EACH) {
        cited.push(cite(bad, "bad, picked at random".to_owned()));
        if let Some((place, alike)) = most_alike(bad, &good, &mut random) {
            let of = bad.levels.len();
            let role = format!("good, most like {}: {alike} of {of} levels", bad.run);
            cited.push(cite(good.swap_remove(place), role));
        }
    }
    cited
}

/// Where the run is that shares the most levels, and how many; of equals, one at random.
fn most_alike(
    to: &Candidate,
    among: &[&Candidate],
    random: &mut impl Rng,
) -> Option<(usize, usize)> {
    let wanted: HashSet<u32> = to.levels.iter().copied().collect();
    let alike = |one: &Candidate| one.levels.iter().filter(|level| wanted.contains(level)).count();
    let alike: Vec<usize> = among.iter().map(|one| alike(one)).collect();
    let most = alike.iter().copied().max()?;
    let places: Vec<usize> = (0..among.len()).filter(|place| alike[*place] == most).collect();
    Some((*places.choose(random)?, most))
}

fn cite(run: &Candidate, role: String) -> Evidence {
    Evidence { run: run.run, outcome: run.outcome, role, step: None, content: Vec::new() }
}

/// The first, the middle and the last of those that fit, so that no moment is favoured.
fn spread<'a>(
    candidates: &'a [Candidate<'a>],
    outcome: Outcome,
    exposed: Exposed,
) -> Vec<&'a Candidate<'a>> {
    let fits = |one: &&Candidate| one.outcome == outcome && one.exposed == exposed;
    let fitting: Vec<&Candidate> = candidates.iter().filter(fits).collect();
    if fitting.len() <= EACH {
        return fitting;
    }
    let last = fitting.len() - 1;
    (0..EACH).map(|place| fitting[place * last / (EACH - 1)]).collect()
}
