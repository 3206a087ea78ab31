//! Ablations: what swapping one part of what a model was given shows.

use model::eval::{Ablation, Arm};
use model::rate::difference;
use model::{BehaviourRate, Interval};

/// What an ablation shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The level that was swapped in.
    pub level: String,
    /// How much the rate of failures fell with it, with a 95 % interval; none without trials.
    pub fell: Option<Interval>,
}

impl Shown {
    /// Whether failures fell beyond chance.
    pub fn fell_beyond_chance(&self) -> bool {
        self.fell.is_some_and(|fell| fell.low > 0.0)
    }
}

/// How much failures fell from the first arm, the incident's own, to each other one.
pub fn shown(of: &Ablation) -> Vec<Shown> {
    let Some((own, others)) = of.arms.split_first() else { return Vec::new() };
    let rate = |arm: &Arm| BehaviourRate::of(arm.k, arm.n, 0);
    let shown = others
        .iter()
        .map(|arm| Shown { level: arm.level.clone(), fell: difference(&rate(arm), &rate(own)) });
    shown.collect()
}

/// Whether trials show that the prompt alone was the cause: it was the part swapped, failures fell
/// beyond chance, and on cases other than those of the incident.
pub fn shows_the_prompt<'a>(of: impl IntoIterator<Item = &'a Ablation>) -> bool {
    let is_prompt = |part: &str| part.split([':', '_']).next() == Some("prompt");
    of.into_iter().any(|one| {
        is_prompt(&one.part) && one.held_out && shown(one).iter().any(Shown::fell_beyond_chance)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ablation(part: &str, own: (u64, u64), other: (u64, u64)) -> Ablation {
        let arm = |level: &str, (k, n)| Arm { level: level.to_owned(), n, k };
        let arms = vec![arm("v7", own), arm("v6", other)];
        Ablation { part: part.to_owned(), arms, held_out: true, source: None }
    }

    #[test]
    fn the_prompt_is_shown_by_a_fall_beyond_chance_on_other_cases_alone() {
        let strong = ((40, 100), (5, 100));
        let shows = |part, (own, other)| shows_the_prompt([&ablation(part, own, other)]);
        assert!(shows("prompt", strong));
        assert!(shows("prompt:system", strong));
        assert!(!shows("model_served", strong), "another part");
        assert!(!shows("prompt", ((1, 1), (0, 1))), "one rerun is no evidence");
        assert!(!shows("prompt", ((5, 100), (40, 100))), "it rose");
        assert!(!shows("prompt", ((0, 0), (0, 0))), "no trials");
        let own = Ablation { held_out: false, ..ablation("prompt", strong.0, strong.1) };
        assert!(!shows_the_prompt([&own]), "the incident's own cases");
    }
}
