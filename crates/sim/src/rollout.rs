//! Roll-outs: when a change reaches which replica.

use jiff::SignedDuration;

use crate::dice::Dice;
use crate::fleet::{FLEET, REGIONS, REPLICAS_PER_REGION, Replica};

/// How a change is rolled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// To every replica at once.
    CutOver,
    /// To one replica after the other, over so many seconds.
    Staggered { secs: usize },
    /// To so many replicas of each region at once, and to no more.
    Partial { replicas: usize },
    /// To all replicas of one region at once.
    Region,
    /// To one replica.
    Replica,
}

/// The place in [`REGIONS`] of the region to which a change goes that goes to one, or to a replica.
const ONE_REGION: usize = 1;

/// When a change reaches each replica, counted from the start of the play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rollout([Option<SignedDuration>; FLEET]);

impl Form {
    /// Any of the three: staggered over 15 to 50 minutes, or stopping at 50 to 80 %.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let minutes = dice.between(15.0, 50.0);
        let share = dice.between(0.5, 0.8);
        let replicas = (share * REPLICAS_PER_REGION as f64).round() as usize;
        let forms = [
            Self::CutOver,
            Self::Staggered { secs: (minutes * 60.0) as usize },
            Self::Partial { replicas },
        ];
        dice.pick(&forms)
    }

    /// Seconds from the first replica to the last.
    pub(crate) fn secs(self) -> usize {
        match self {
            Self::Staggered { secs } => secs,
            Self::CutOver | Self::Partial { .. } | Self::Region | Self::Replica => 0,
        }
    }

    /// The share of the traffic that it reaches in the end.
    pub(crate) fn reach(self) -> f64 {
        match self {
            Self::Partial { replicas } => replicas as f64 / REPLICAS_PER_REGION as f64,
            Self::CutOver | Self::Staggered { .. } => 1.0,
            Self::Region => REGIONS[ONE_REGION].share,
            Self::Replica => REGIONS[ONE_REGION].share / REPLICAS_PER_REGION as f64,
        }
    }
}

impl Rollout {
    /// A roll-out of this form that reaches its first replica at `start`.
    pub(crate) fn draw(form: Form, start: SignedDuration, dice: &mut Dice) -> Self {
        match form {
            Form::CutOver => Self([Some(start); FLEET]),
            Form::Staggered { secs } => Self::staggered(secs, start, dice),
            Form::Partial { replicas } => Self::partial(replicas, start, dice),
            Form::Region => Self::only(start, (0..REPLICAS_PER_REGION).collect()),
            Form::Replica => Self::only(start, vec![dice.below(REPLICAS_PER_REGION)]),
        }
    }

    fn only(start: SignedDuration, numbers: Vec<usize>) -> Self {
        let mut flips = [None; FLEET];
        for number in numbers {
            flips[Replica::of(ONE_REGION, number).index()] = Some(start);
        }
        Self(flips)
    }

    fn staggered(secs: usize, start: SignedDuration, dice: &mut Dice) -> Self {
        let mut flips = [Some(start); FLEET];
        let step = secs as f64 / FLEET as f64;
        for (turn, replica) in dice.shuffled(0..FLEET).into_iter().enumerate().skip(1) {
            let after = step * (turn as f64 + dice.unit());
            flips[replica] = Some(start + SignedDuration::from_secs_f64(after));
        }
        Self(flips)
    }

    fn partial(replicas: usize, start: SignedDuration, dice: &mut Dice) -> Self {
        let mut flips = [None; FLEET];
        for region in 0..REGIONS.len() {
            let order = dice.shuffled(0..REPLICAS_PER_REGION);
            for number in &order[..replicas] {
                flips[Replica::of(region, *number).index()] = Some(start);
            }
        }
        Self(flips)
    }

    /// Whether it has reached a replica by some time.
    pub(crate) fn has_reached(&self, replica: Replica, at: SignedDuration) -> bool {
        self.0[replica.index()].is_some_and(|flip| flip <= at)
    }
}

#[cfg(test)]
impl Rollout {
    /// When it reaches its first and its last replica.
    pub(crate) fn ends(&self) -> (SignedDuration, SignedDuration) {
        let flips = || self.0.iter().flatten().copied();
        (flips().min().unwrap(), flips().max().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;
    use crate::scenario::Scenario;

    const START: SignedDuration = SignedDuration::from_mins(100);

    fn reached(rollout: &Rollout, minute: i64) -> usize {
        let at = SignedDuration::from_mins(minute);
        (0..FLEET).filter(|index| rollout.has_reached(Replica::of(0, *index), at)).count()
    }

    fn draw(form: Form) -> Rollout {
        Rollout::draw(form, START, &mut Dice::new(Scenario::Quiet, 1, Purpose::Timeline))
    }

    #[test]
    fn a_cut_over_reaches_all_at_once() {
        let rollout = draw(Form::CutOver);
        assert_eq!((reached(&rollout, 99), reached(&rollout, 100)), (0, FLEET));
    }

    #[test]
    fn a_staggered_one_reaches_one_after_the_other() {
        let rollout = draw(Form::Staggered { secs: 40 * 60 });
        let counts = [99, 100, 120, 140].map(|minute| reached(&rollout, minute));
        assert_eq!((counts[0], counts[1], counts[3]), (0, 1, FLEET));
        assert!((10..15).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn a_partial_one_stays_partial_in_every_region() {
        let rollout = draw(Form::Partial { replicas: 5 });
        assert_eq!((reached(&rollout, 100), reached(&rollout, 999)), (15, 15));
    }
}
