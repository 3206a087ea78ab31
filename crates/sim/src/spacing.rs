//! Spacing: puts changes into free time so that none comes near another.

use jiff::SignedDuration;

use crate::dice::Dice;
use crate::rollout::Form;

/// The least distance, in seconds, between two roll-outs, end to start.
pub(crate) const GAP_SECS: usize = 45 * 60;

/// A stretch of free time, in seconds from the start of the play.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A roll-out with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) form: Form,
    pub(crate) start: SignedDuration,
}

/// Places roll-outs in two stretches of free time.
///
/// Every possible placement is as likely. If they do not fit, the longest become cut-overs until
/// they do.
pub(crate) fn place(mut forms: Vec<Form>, free: [Stretch; 2], dice: &mut Dice) -> Vec<Placed> {
    loop {
        let room = |split: usize| {
            let (before, after) = forms.split_at(split);
            free[0].room(before) * free[1].room(after)
        };
        let rooms: Vec<f64> = (0..=forms.len()).map(room).collect();
        if rooms.iter().any(|room| *room > 0.0) {
            let (before, after) = forms.split_at(dice.weighted(&rooms));
            let mut placed = free[0].fill(before, dice);
            placed.extend(free[1].fill(after, dice));
            return placed;
        }
        shorten(&mut forms);
    }
}

/// Makes the longest a cut-over; drops one when all of them are as short as can be.
fn shorten(forms: &mut Vec<Form>) {
    match forms.iter_mut().max_by_key(|form| form.secs()) {
        Some(longest) if longest.secs() > 0 => *longest = Form::CutOver,
        _ => drop(forms.pop()),
    }
}

impl Stretch {
    /// How many ways there are to put these into the stretch, up to a factor.
    fn room(self, forms: &[Form]) -> f64 {
        let slack = self.slack(forms);
        (1..=forms.len()).map(|place| slack as f64 / place as f64).product()
    }

    /// Free seconds left when these are in.
    fn slack(self, forms: &[Form]) -> usize {
        let gaps = GAP_SECS * forms.len().saturating_sub(1);
        let taken = forms.iter().map(|form| form.secs()).sum::<usize>() + gaps;
        self.end.saturating_sub(self.start).saturating_sub(taken)
    }

    fn fill(self, forms: &[Form], dice: &mut Dice) -> Vec<Placed> {
        let slack = self.slack(forms);
        let mut waits: Vec<usize> = forms.iter().map(|_| dice.below(slack + 1)).collect();
        waits.sort_unstable();
        let mut taken = self.start;
        let place = |(form, wait): (&Form, usize)| {
            let start = SignedDuration::from_secs((taken + wait) as i64);
            taken += form.secs() + GAP_SECS;
            Placed { form: *form, start }
        };
        forms.iter().zip(waits).map(place).collect()
    }
}
