//! The score: a row for each scenario, a line for each miss, and the total against the bar.

use std::fmt;

use super::verdict::Verdict;

/// The bar: so many right of so many.
const BAR: (usize, usize) = (57, 60);

/// One demo and what came of it.
#[derive(Debug)]
pub(super) struct Trial {
    /// The scenario played.
    pub(super) scenario: &'static str,
    /// Its seed.
    pub(super) seed: u64,
    /// How right the answer was.
    pub(super) verdict: Verdict,
    /// How long it took.
    pub(super) seconds: f64,
}

/// All trials so far.
#[derive(Debug, Default)]
pub(super) struct Score {
    trials: Vec<Trial>,
}

impl Score {
    /// Counts one more.
    pub(super) fn add(&mut self, trial: Trial) {
        self.trials.push(trial);
    }

    /// Whether the bar is reached.
    pub(super) fn is_enough(&self) -> bool {
        self.right() * BAR.1 >= self.trials.len() * BAR.0
    }

    /// How many are right, and how many should be.
    pub(super) fn total(&self) -> String {
        let all = self.trials.len();
        let bar = (all * BAR.0).div_ceil(BAR.1);
        format!("{} of {all} right, at least {bar} wanted", self.right())
    }

    fn right(&self) -> usize {
        self.trials.iter().filter(|trial| trial.is_right()).count()
    }

    /// The scenarios in the order played.
    fn scenarios(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.trials.iter().map(|trial| trial.scenario).collect();
        names.dedup();
        names
    }

    fn row(&self, scenario: &str) -> String {
        let trials = || self.trials.iter().filter(|trial| trial.scenario == scenario);
        let all = trials().count();
        let right = trials().filter(|trial| trial.is_right()).count();
        let among = trials().filter(|trial| trial.verdict == Verdict::RightAmong).count();
        let seconds = median(trials().map(|trial| trial.seconds).collect());
        let right = format!("{right}/{all}");
        format!("{scenario:<15}  {right:>6}  {among:>9}  {seconds:>8.2}")
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.total())?;
        writeln!(f, "\nscenario          right  of which   seconds")?;
        writeln!(f, "                         not alone  (median)")?;
        for scenario in self.scenarios() {
            writeln!(f, "{}", self.row(scenario))?;
        }
        for miss in self.trials.iter().filter(|trial| !trial.is_right()) {
            writeln!(f, "{miss}")?;
        }
        Ok(())
    }
}

impl Trial {
    fn is_right(&self) -> bool {
        matches!(self.verdict, Verdict::Right | Verdict::RightAmong)
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scenario, seed, verdict, seconds } = self;
        match verdict {
            Verdict::Right => write!(f, "right  {scenario} seed {seed}  {seconds:.2} s"),
            Verdict::RightAmong => {
                write!(f, "right  {scenario} seed {seed}  {seconds:.2} s  (first, not alone)")
            }
            Verdict::Miss(said) => write!(f, "miss   {scenario} seed {seed}: {said}"),
        }
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let middle = seconds.len() / 2;
    match seconds.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => seconds[middle],
        _ => f64::midpoint(seconds[middle - 1], seconds[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(right: u32, missed: u32) -> Score {
        let miss = Verdict::Miss("moved; movers: router; truth: model_served".to_owned());
        let verdict = |at| if at < right { Verdict::Right } else { miss.clone() };
        let trial = |at: u32| Trial {
            scenario: "model-alias",
            seed: u64::from(at) + 1,
            verdict: verdict(at),
            seconds: f64::from(at),
        };
        Score { trials: (0..right + missed).map(trial).collect() }
    }

    #[test]
    fn the_bar_is_57_of_60_and_in_proportion() {
        assert!(score(57, 3).is_enough());
        assert!(!score(56, 4).is_enough());
        assert!(score(6, 0).is_enough());
        assert!(!score(11, 1).is_enough());
    }

    #[test]
    fn the_score_shows_rows_and_misses() {
        let mut score = score(1, 1);
        score.add(Trial { scenario: "quiet", seed: 1, verdict: Verdict::RightAmong, seconds: 2.0 });
        let wanted = "\
2 of 3 right, at least 3 wanted

scenario          right  of which   seconds
                         not alone  (median)
model-alias         1/2          0      0.50
quiet               1/1          1      2.00
miss   model-alias seed 2: moved; movers: router; truth: model_served
";
        assert_eq!(score.to_string(), wanted);
    }
}
