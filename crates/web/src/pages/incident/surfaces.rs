//! Every surface's verdict, what changed with the outcome, and what the runs ran under.

use crate::words::{self, LevelText};
use model::Report;
use model::report::{FactorShares, Shares, SurfaceState, SurfaceVerdict};

/// One surface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SurfaceRow {
    /// The surface.
    pub(crate) surface: String,
    /// The verdict's shape.
    pub(crate) mark: &'static str,
    /// The verdict's word.
    pub(crate) word: &'static str,
    /// On what ground.
    pub(crate) why: String,
}

/// A consequence that changed along with the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Consequence {
    /// The factor.
    pub(crate) factor: String,
    /// The level that became more frequent.
    pub(crate) level: LevelText,
    /// Its share before and during.
    pub(crate) shares: String,
}

/// One factor, before and during.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FactorRow {
    /// The factor.
    pub(crate) factor: String,
    /// Its surface.
    pub(crate) surface: String,
    /// Its levels in the baseline.
    pub(crate) before: LevelList,
    /// Its levels in the incident window.
    pub(crate) during: LevelList,
}

/// Levels with their shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelList {
    /// The commonest, commonest first.
    pub(crate) levels: Vec<LevelShare>,
    /// What is not listed or not recorded.
    pub(crate) rest: Vec<String>,
}

/// A level with its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelShare {
    /// The level.
    pub(crate) level: LevelText,
    /// Its share of the runs where the factor is recorded.
    pub(crate) share: String,
}

/// What can be said of each surface.
pub(super) fn verdicts(report: &Report) -> Vec<SurfaceRow> {
    report.surfaces.iter().map(verdict).collect()
}

fn verdict(surface: &SurfaceVerdict) -> SurfaceRow {
    let (mark, word) = match surface.verdict {
        SurfaceState::Moved => ("▲", "moved"),
        SurfaceState::Identical => ("=", "identical"),
        SurfaceState::Bounded => ("≤", "bounded"),
        SurfaceState::Unknown => ("?", "unknown"),
    };
    let mut why = words::sentence(&surface.why);
    if let Some(limit) = surface.limit_pp {
        why = format!("at most {limit:.1} points: {why}");
    }
    SurfaceRow { surface: surface.surface.clone(), mark, word, why }
}

/// What changed along with the outcome.
pub(super) fn consequences(report: &Report) -> Vec<Consequence> {
    let rows = report.changed_with.iter().map(|changed| Consequence {
        factor: changed.factor.clone(),
        level: LevelText::of(&changed.level),
        shares: format!(
            "{} → {}",
            words::percent(changed.share_before),
            words::percent(changed.share_during)
        ),
    });
    rows.collect()
}

/// What the runs ran under.
pub(super) fn factors(report: &Report) -> Vec<FactorRow> {
    report.factors.iter().map(factor).collect()
}

fn factor(shares: &FactorShares) -> FactorRow {
    FactorRow {
        factor: shares.factor.clone(),
        surface: shares.surface.clone(),
        before: levels(&shares.before),
        during: levels(&shares.during),
    }
}

fn levels(shares: &Shares) -> LevelList {
    let share = |runs: u64| words::percent(runs as f64 / shares.recorded.max(1) as f64);
    let levels = shares
        .levels
        .iter()
        .map(|count| LevelShare { level: LevelText::of(&count.level), share: share(count.runs) });
    let mut rest = Vec::new();
    if shares.others > 0 {
        rest.push(format!("and {} more", shares.others));
    }
    if shares.missing > 0 {
        rest.push(format!("not recorded in {} runs", shares.missing));
    }
    if shares.recorded + shares.missing == 0 {
        rest.push("no run".to_owned());
    }
    LevelList { levels: levels.collect(), rest }
}
