//! How a rise divides into another mix of runs and other rates within the mix.
//!
//! Kitagawa (JASA 1955), and with it Oaxaca and Blinder (1973): with shares s and rates r of the
//! groups of a traffic factor, the rise is the sum of (s₁ − s₀) r₀, the mix; s₀ (r₁ − r₀), the
//! rates; and (s₁ − s₀)(r₁ − r₀), the interaction.

use model::report::{Mix, MixShare};
use model::surface::Effect;
use model::{Interval, Role, rate};

use crate::census::Ended;
use crate::dependence::{self, Sum};
use crate::exposure::{STILL_NEW, Sides};
use crate::likelihood::Counts;
use crate::table::{Column, State, Table};

mod joint;
#[cfg(test)]
mod tests;

/// One-sided 95 % point of the normal distribution: a limit holds in 95 of 100 cases.
pub const LIMIT_95: f64 = 1.645;

/// What is proven to stay below this many points, or below a tenth of the rise, is small.
const SMALL_PP: f64 = 0.5;
const SMALL_PART: f64 = 0.1;

/// Part of the rise that the mix must carry at least, for the mix to be the answer.
const MOST_OF_IT: f64 = 0.5;

/// Smallest share of the incident's runs in groups that the baseline knew as well.
const LEAST_KNOWN_GROUPS: f64 = 0.5;

/// Largest share of runs whose group is not recorded.
const MOST_UNRECORDED: f64 = 0.1;

/// Added to both shares of a group, so that one without runs has a logarithm.
const NO_SHARE: f64 = 1e-4;

/// The largest contribution, in points, that counts as none beside a rise of so many points.
pub fn small(delta_pp: f64) -> f64 {
    SMALL_PP.max(SMALL_PART * delta_pp)
}

/// The mix before and during: by the factors that together carry most, and by each alone. None
/// without a factor of the mix, or without known outcomes.
pub fn of(table: &Table, sides: &Sides) -> Option<Mix> {
    let is_mix = |column: &&Column| column.effect == Effect::Mix && column.role == Role::Input;
    let columns: Vec<&Column> = table.columns.iter().filter(is_mix).collect();
    let alone = columns.iter().filter_map(|column| divide(table, sides, column)).collect();
    Some(Mix { factors: alone, ..joint::best(table, sides, &columns)? })
}

/// Whether who came carries the rise: most of it for sure, and nothing for sure is left within the
/// groups; or what is left within the groups of a factor is proven to be small.
pub fn carries(mix: &Mix, rise_pp: f64) -> bool {
    let all = carries_most(mix, rise_pp) && mix.within_pp.low <= 0.0;
    all || mix.factors.iter().any(|share| is_kept(share, rise_pp))
}

/// Whether who came carries most of the rise for sure, whatever else there is.
pub fn carries_most(mix: &Mix, rise_pp: f64) -> bool {
    mix.mix_pp.low >= MOST_OF_IT * rise_pp
}

/// Whether the groups of a factor are proven to have kept their rates.
pub fn is_kept(share: &MixShare, rise_pp: f64) -> bool {
    share.within_pp.high <= small(rise_pp)
}

/// Whether by some factor the groups are not proven to have got worse, and the mix makes up most.
pub fn may_carry(mix: &Mix, rise_pp: f64) -> bool {
    mix.factors.iter().any(|share| {
        share.within_pp.low <= small(rise_pp)
            && share.mix_pp + share.interaction_pp > MOST_OF_IT * rise_pp
    })
}

/// The factor of which the shares moved most, if any did.
pub fn most_shifted(mix: &Mix) -> Option<&MixShare> {
    let of = mix.factors.iter().filter(|share| mix.by.contains(&share.factor));
    of.max_by(|a, b| a.psi.total_cmp(&b.psi))
}

/// The rise divided by one factor. None without known outcomes on both sides, where too few runs
/// say which group they belong to, and where most are in groups that the baseline did not have.
pub fn divide(table: &Table, sides: &Sides, column: &Column) -> Option<MixShare> {
    let groups = Groups::of(sides, column);
    let known = groups.share_during(|group| !groups.is_new(group));
    let unrecorded = groups.unrecorded(column);
    if groups.total.iter().any(|side| side.n == 0)
        || known < LEAST_KNOWN_GROUPS
        || unrecorded > MOST_UNRECORDED
    {
        return None;
    }
    let parts = groups.parts(groups.design_effect(table, sides, column));
    let within = (parts.rate + parts.interaction) / known;
    let [below, above] = parts.reach.map(f64::sqrt);
    Some(MixShare {
        factor: column.factor.to_string(),
        mix_pp: 100.0 * parts.mix,
        rate_pp: 100.0 * parts.rate,
        interaction_pp: 100.0 * parts.interaction,
        within_pp: Interval {
            est: 100.0 * within,
            low: 100.0 * (within - below / known),
            high: 100.0 * (within + above / known),
        },
        psi: groups.psi(),
        psi_by_chance: groups.psi_by_chance(),
        new_share: 1.0 - known,
    })
}

/// Known outcomes before and during, by state of a factor.
struct Groups {
    by_state: Vec<[Counts; 2]>,
    total: [Counts; 2],
}

/// The three parts of a rise, and how far the last two together reach down and up, squared.
#[derive(Default)]
struct Parts {
    mix: f64,
    rate: f64,
    interaction: f64,
    reach: [f64; 2],
}

impl Groups {
    fn of(sides: &Sides, column: &Column) -> Self {
        let ended = sides.census.column(column).iter();
        let by_state: Vec<[Counts; 2]> = ended.map(|ended| ended.map(Ended::counts)).collect();
        let total = [0, 1].map(|side| {
            by_state.iter().fold(Counts::default(), |sum, group| sum.with(group[side]))
        });
        Self { by_state, total }
    }

    fn shares(&self, group: &[Counts; 2]) -> [f64; 2] {
        [0, 1].map(|side| group[side].n as f64 / self.total[side].n.max(1) as f64)
    }

    fn share_during(&self, wanted: impl Fn(&[Counts; 2]) -> bool) -> f64 {
        let wanted = self.by_state.iter().filter(|group| wanted(group));
        wanted.map(|group| self.shares(group)[1]).sum()
    }

    /// The larger of the two shares of runs that do not say where they belong.
    fn unrecorded(&self, column: &Column) -> f64 {
        let states = self.by_state.iter().zip(&column.states);
        let unrecorded =
            states.filter(|(_, state)| matches!(state, State::NotRecorded | State::Partly(_)));
        let sum = unrecorded.fold([0.0; 2], |sum, (group, _)| {
            let shares = self.shares(group);
            [sum[0] + shares[0], sum[1] + shares[1]]
        });
        sum[0].max(sum[1])
    }

    /// Whether the baseline hardly had a group: the line between the windows is an estimate, so the
    /// first runs of a new one may lie before it, and how those ended had a part in drawing it.
    fn is_new(&self, group: &[Counts; 2]) -> bool {
        let [share, share_now] = self.shares(group);
        share <= STILL_NEW * share_now
    }

    /// A group that is new or gone is mix, at the rate it has there. Limits are joined from the
    /// groups' score limits (Zou and Donner 2008), which hold where a group has few runs.
    fn parts(&self, design_effect: f64) -> Parts {
        let mut parts = Parts::default();
        for group in &self.by_state {
            let [before, during] = group;
            let [share, share_now] = self.shares(group);
            if self.is_new(group) || during.n == 0 {
                parts.mix += share_now * during.rate() - share * before.rate();
                continue;
            }
            let (rate, more) = (before.rate(), during.rate() - before.rate());
            parts.mix += (share_now - share) * rate;
            parts.rate += share * more;
            parts.interaction += (share_now - share) * more;
            let [then, now] = [before, during].map(|counts| limits(*counts, design_effect));
            parts.reach[0] += share_now.powi(2) * (now[0].powi(2) + then[1].powi(2));
            parts.reach[1] += share_now.powi(2) * (now[1].powi(2) + then[0].powi(2));
        }
        parts
    }

    /// How much less runs tell of the part within groups where those of a cluster are alike.
    fn design_effect(&self, table: &Table, sides: &Sides, column: &Column) -> f64 {
        let states = self.by_state.len();
        let both = |group: &[Counts; 2]| !self.is_new(group) && group[1].n > 0;
        let weight = |group: &[Counts; 2]| if both(group) { self.shares(group)[1] } else { 0.0 };
        let then = self.by_state.iter().map(|group| -weight(group));
        let weights: Vec<f64> = then.chain(self.by_state.iter().map(weight)).collect();
        let side = |side: usize| self.by_state.iter().map(move |group| group[side]);
        let rates: Vec<Counts> = side(0).chain(side(1)).collect();
        let group = |row: usize| {
            let code = column.codes[row] as usize;
            Some(if row >= sides.during.start { states + code } else { code })
        };
        let sum = Sum { rates: &rates, weights: &weights };
        dependence::design_effect(table, sides.runs(), group, sum)
    }

    /// The population stability index: how far two mixes are apart.
    fn psi(&self) -> f64 {
        let terms = self.by_state.iter().filter(|group| group[0].n + group[1].n > 0).map(|group| {
            let [before, during] = self.shares(group).map(|share| share + NO_SHARE);
            (during - before) * (during / before).ln()
        });
        terms.sum()
    }

    /// Its expectation between two samples of one mix, to first order: (groups − 1)(1/n + 1/m).
    fn psi_by_chance(&self) -> f64 {
        let seen = self.by_state.iter().filter(|group| group[0].n + group[1].n > 0).count();
        let [n, m] = self.total.map(|side| side.n as f64);
        seen.saturating_sub(1) as f64 * (1.0 / n + 1.0 / m)
    }
}

/// How far below and above its estimate a rate may lie, each with a chance of 5 %.
fn limits(counts: Counts, design_effect: f64) -> [f64; 2] {
    let [k, n] = [counts.k, counts.n].map(|runs| runs as f64 / design_effect);
    let (low, high) = rate::wilson_at(k, n, LIMIT_95);
    [counts.rate() - low, high - counts.rate()]
}
