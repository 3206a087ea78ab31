//! The report of what moved: the published shape, written down in `docs/json.md`.
//!
//! Keys are added, never renamed. Rates and `carried` are fractions, `_pp` percentage points,
//! times RFC 3339 in UTC.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rate::{BehaviourRate, Interval};
use crate::surface::Effect;
use crate::time::Window;

/// What moved between two windows, and what can't be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The answer in one word.
    pub verdict: Verdict,
    /// The answer's reason in one sentence, with its figures.
    pub why: String,
    /// The feature compared; none when the runs belong to no single one.
    pub feature: Option<String>,
    /// What was compared with what.
    pub windows: Windows,
    /// How the outcome changed.
    pub outcome: OutcomeChange,
    /// When behaviour changed; none when no change is proven.
    pub onset: Option<Onset>,
    /// What moved with it, best first.
    pub movers: Vec<Mover>,
    /// Other places where the rate rose, best first: listed, not asserted.
    #[serde(default)]
    pub suspects: Vec<Suspect>,
    /// The part of the rise that no mover carries, in percentage points.
    pub residual_pp: Option<f64>,
    /// How far labelling was alike on both sides; none without a run.
    #[serde(default)]
    pub labelling: Option<Labelling>,
    /// By how much the intervals are wider than for independent runs.
    #[serde(default)]
    pub dependence: Option<Dependence>,
    /// Every change of the rate in the time compared, in order of time.
    #[serde(default)]
    pub episodes: Vec<Episode>,
    /// Every surface, with its verdict.
    pub surfaces: Vec<SurfaceVerdict>,
    /// Consequences that changed too. Never causes, never adjusted for.
    pub changed_with: Vec<ChangedWith>,
    /// How much of the rise is who came; none without a rise, or without a factor of the mix.
    #[serde(default)]
    pub mix: Option<Mix>,
    /// What the runs ran under, before and during: the commonest levels of every factor.
    #[serde(default)]
    pub factors: Vec<FactorShares>,
}

/// The answer in one word. Readers tolerate words they do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Behaviour did not get worse.
    NoChange,
    /// One mover carries the rise, or as much of it as is stated.
    Moved,
    /// Several independent movers carry it.
    Several,
    /// Several candidates fit equally well; the data can't tell them apart.
    Inseparable,
    /// Only the mix of runs moved.
    TrafficMix,
    /// Only the way of judging moved.
    Measurement,
    /// It rose, and nothing recorded carries it.
    Unexplained,
    /// Ordinary infrastructure moved.
    Infrastructure,
    /// It rose, and what could have moved is not in the record.
    NotRecorded,
    /// Too few known outcomes to say anything.
    InsufficientData,
    /// A word of a later version.
    #[serde(other)]
    Other,
}

/// The two windows, and who chose them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// When things were as they should be.
    pub baseline: Window,
    /// When they were not.
    pub incident: Window,
    /// Who drew the line between them.
    pub chosen_by: ChosenBy,
}

/// Who drew the line between baseline and incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenBy {
    /// The person who asked.
    Caller,
    /// The likeliest change point.
    ChangePoint,
    /// The likeliest change point of one place: all runs together show none.
    PlaceChangePoint,
    /// Nobody and nothing: no change point was found, so the runs were cut in halves.
    Halves,
}

/// The outcome before and during, and their difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OutcomeChange {
    /// In the baseline.
    pub before: BehaviourRate,
    /// In the incident window.
    pub during: BehaviourRate,
    /// Difference in percentage points; none without known outcomes on both sides.
    pub delta_pp: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low_pp: Option<f64>,
    /// Upper end of its 95 % interval.
    pub high_pp: Option<f64>,
}

/// When behaviour changed: an estimate and its 90 % range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onset {
    /// The likeliest instant.
    pub at: Timestamp,
    /// The earliest that can't be ruled out.
    pub earliest: Timestamp,
    /// The latest that can't be ruled out.
    pub latest: Timestamp,
}

/// A factor whose levels changed and which carries part of the change in outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mover {
    /// The surface it belongs to.
    pub surface: String,
    /// The factor.
    pub factor: String,
    /// What its change does.
    pub kind: Effect,
    /// What about it changed.
    #[serde(default)]
    pub change: Change,
    /// Its commonest level before; none when it was not there, or when its levels did not change.
    pub from: Option<String>,
    /// Its level now.
    pub to: String,
    /// The same as a condition on runs: every factor that takes part, with its level.
    pub levels: BTreeMap<String, String>,
    /// Factors that moved on the same runs, so that nothing tells them apart.
    pub with: Vec<String>,
    /// When a new level was first seen in the runs compared.
    pub first_seen: Option<Timestamp>,
    /// Runs of the incident window with `levels`.
    pub rate_with: BehaviourRate,
    /// Runs of the incident window without them.
    pub rate_without: BehaviourRate,
    /// What the comparison rests on.
    pub basis: Basis,
    /// The part of the rise it carries, as a fraction; may be negative or exceed 1.
    pub carried: Interval,
    /// The chance that a change of this kind falls so near the onset by accident; none where no
    /// level changed.
    #[serde(default)]
    pub chance_nearby: Option<f64>,
}

/// What about a mover changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Its levels: a new one, or one that more runs had.
    #[default]
    Levels,
    /// The rate of the runs at its levels, which are those of before: it says where, not what.
    Rate,
}

/// A combination of levels whose runs got worse, without proof that it is this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// Every factor of the combination, with its level.
    pub levels: BTreeMap<String, String>,
    /// What a change of its factors does.
    pub kind: Effect,
    /// Runs of the baseline with `levels`.
    pub rate_before: BehaviourRate,
    /// Runs of the incident window with `levels`.
    pub rate_during: BehaviourRate,
    /// The part of the bad runs beyond the expected that it holds. Suspects overlap.
    pub share: f64,
    /// How much better a fault in it fits than none, in nats.
    pub gain: f64,
    /// The chance that a change of its factors falls so near the onset by accident; none where
    /// none of them changed.
    #[serde(default)]
    pub chance_nearby: Option<f64>,
}

/// What a comparison with and without a level rests on, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Runs with and without it ran side by side through most of the window.
    Concurrent,
    /// They ran side by side for a part of it.
    Staggered,
    /// No runs without it at the same time: only before and after. Explains nothing by itself.
    BeforeAfter,
}

/// What can be said of one surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurfaceVerdict {
    /// The surface.
    pub surface: String,
    /// What can be said.
    pub verdict: SurfaceState,
    /// On what ground.
    pub why: String,
    /// For `bounded`: the most it can have contributed, in percentage points.
    pub limit_pp: Option<f64>,
}

/// The four things that can be said of a surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurfaceState {
    /// A mover belongs to it.
    Moved,
    /// Unchanged by content hash, with coverage in good and bad runs alike.
    Identical,
    /// Its contribution is proven to lie below a stated limit.
    Bounded,
    /// Neither can be shown.
    Unknown,
}

/// A consequence whose levels shifted along with the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedWith {
    /// The factor.
    pub factor: String,
    /// The level that became more frequent.
    pub level: String,
    /// Its share of the runs where it is recorded, before.
    pub share_before: f64,
    /// Its share during.
    pub share_during: f64,
}

/// A rise in two parts: who came, and what became of them. Together they are the rise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mix {
    /// The factors that the runs are grouped by.
    pub by: Vec<String>,
    /// What the groups' shares carry, in percentage points.
    pub mix_pp: Interval,
    /// What changed within the groups, in percentage points.
    pub within_pp: Interval,
    /// The same by each factor alone, in three parts, and how far its shares moved.
    pub factors: Vec<MixShare>,
}

/// A factor's commonest levels before and during.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactorShares {
    /// The factor.
    pub factor: String,
    /// Its surface.
    pub surface: String,
    /// In the baseline.
    pub before: Shares,
    /// In the incident window.
    pub during: Shares,
    /// The first run at a level that no run of the baseline had; none if there is no such run.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

/// Levels with the runs that had them. A run may count for several levels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Runs in which the factor had a part and its level is known.
    pub recorded: u64,
    /// Runs in which it had a part and its level is not known.
    pub missing: u64,
    /// The commonest levels, commonest first.
    pub levels: Vec<LevelCount>,
    /// Levels that are not listed.
    pub others: u64,
}

/// A level and how many runs had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCount {
    /// The level.
    pub level: String,
    /// Runs.
    pub runs: u64,
}

/// The rise, divided by a traffic factor (Kitagawa 1955; Oaxaca 1973; Blinder 1973).
///
/// `mix_pp`, `rate_pp` and `interaction_pp` add up to the rise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixShare {
    /// The factor.
    pub factor: String,
    /// What another mix of runs would have done at the rates of before.
    pub mix_pp: f64,
    /// What other rates would have done to the mix of before.
    pub rate_pp: f64,
    /// What only both together did.
    pub interaction_pp: f64,
    /// Rate and interaction: the part within groups, with its 90 % interval.
    pub within_pp: Interval,
    /// Population stability index between the two mixes.
    pub psi: f64,
    /// What chance alone makes of the index with so many groups and runs.
    pub psi_by_chance: f64,
    /// Share of the incident's runs in groups that the baseline did not have.
    pub new_share: f64,
}

/// How runs were labelled on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Labelling {
    /// Share of the baseline's runs whose outcome is known.
    pub known_before: f64,
    /// Share of the incident's.
    pub known_during: f64,
    /// Least that the rate can have risen, whatever the unknown outcomes are.
    pub worst_pp: f64,
    /// Least that it can have risen if labelling changed only as far as those shares did.
    pub changed_pp: f64,
    /// Labels that came later after their run count on neither side; none where no label says when
    /// it came.
    pub age_limit_secs: Option<i64>,
    /// Runs of the incident that were younger than that, and count as unknown.
    pub too_young: u64,
    /// Whether the labelling changed so far that the rise is unproven.
    pub moved: bool,
}

/// By how much runs vary more than independent ones would.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dependence {
    /// Groups of runs that belong together; none where runs do not say.
    pub clusters: Option<u64>,
    /// Variance of the difference over that of independent runs; at least 1.
    pub design_effect: f64,
    /// Standard deviation of the rate between windows as long as the incident, beyond chance.
    pub between_pp: Option<f64>,
    /// How many windows of the baseline that rests on.
    pub windows: u64,
    /// Whether they lie at the hours of the incident.
    pub matched_hours: bool,
}

/// A change of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Episode {
    /// In which way it changed.
    pub kind: EpisodeKind,
    /// When: for a drift, from when to when.
    pub onset: Onset,
    /// The rate up to then.
    pub rate_before: BehaviourRate,
    /// The rate from then on, up to the next change.
    pub rate_after: BehaviourRate,
    /// How much better that fits than no change, in nats.
    pub gain: f64,
}

/// In which way a rate changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpisodeKind {
    /// At one moment, for the worse.
    Rise,
    /// At one moment, for the better.
    Fall,
    /// Bit by bit.
    Drift,
    /// A word of a later version.
    #[serde(other)]
    Other,
}

impl Verdict {
    /// The word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::NoChange => "no_change",
            Verdict::Moved => "moved",
            Verdict::Several => "several",
            Verdict::Inseparable => "inseparable",
            Verdict::TrafficMix => "traffic_mix",
            Verdict::Measurement => "measurement",
            Verdict::Unexplained => "unexplained",
            Verdict::Infrastructure => "infrastructure",
            Verdict::NotRecorded => "not_recorded",
            Verdict::InsufficientData => "insufficient_data",
            Verdict::Other => "other",
        }
    }

    /// Whether the data allowed an answer at all.
    pub fn is_answer(self) -> bool {
        !matches!(self, Verdict::NotRecorded | Verdict::InsufficientData)
    }
}
