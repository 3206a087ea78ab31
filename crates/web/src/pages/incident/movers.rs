//! What moved: one card for each mover, with the rates with and without it.

use model::report::{Basis, Change, Mover};
use model::surface::Effect;
use model::{BehaviourRate, Report, Verdict};
use response::wording;

use crate::words::{self, Bar, LevelText, When};

/// One mover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MoverCard {
    /// The surface it belongs to.
    pub(crate) surface: String,
    /// What its change does.
    pub(crate) effect: &'static str,
    /// The factor.
    pub(crate) factor: String,
    /// Its level before; none where the level stayed, and its runs got worse.
    pub(crate) from: Option<LevelText>,
    /// Its level now.
    pub(crate) to: LevelText,
    /// The rates with and without it.
    pub(crate) rates: Vec<RateRow>,
    /// What that comparison rests on.
    pub(crate) basis: &'static str,
    /// The part of the rise it carries.
    pub(crate) carried: String,
    /// When it was first seen.
    pub(crate) first_seen: Option<When>,
    /// What moved on the same runs.
    pub(crate) with: Vec<Companion>,
}

/// A rate with its bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RateRow {
    /// Whose rate.
    pub(crate) name: &'static str,
    /// The class of its bar.
    pub(crate) sample: &'static str,
    /// The rate.
    pub(crate) rate: String,
    /// What it rests on.
    pub(crate) basis: String,
    /// The rate as a bar.
    pub(crate) bar: Option<Bar>,
}

/// A factor that moved on the same runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Companion {
    /// The factor.
    pub(crate) factor: String,
    /// The level it moved to, if that is known.
    pub(crate) to: Option<LevelText>,
}

/// A card for each mover, on one scale.
pub(super) fn cards(report: &Report) -> Vec<MoverCard> {
    let rates = report.movers.iter().flat_map(|mover| [&mover.rate_with, &mover.rate_without]);
    let scale = Bar::scale(rates);
    report.movers.iter().map(|mover| card(report, mover, scale)).collect()
}

fn card(report: &Report, mover: &Mover, scale: f64) -> MoverCard {
    let companion = |factor: &String| Companion {
        factor: factor.clone(),
        to: mover.levels.get(factor).map(|level| LevelText::of(level)),
    };
    MoverCard {
        surface: mover.surface.clone(),
        effect: match mover.kind {
            Effect::Behaviour => "changes how runs behave",
            Effect::Measurement => "changes how runs are judged, not how they behave",
            Effect::Mix => "changes which runs there are",
        },
        factor: mover.factor.clone(),
        from: match mover.change {
            Change::Levels => {
                Some(mover.from.as_deref().map_or_else(LevelText::absent, LevelText::of))
            }
            Change::Rate => None,
        },
        to: LevelText::of(&mover.to),
        rates: vec![
            row("with it", "with", &mover.rate_with, scale),
            row("without it", "without", &mover.rate_without, scale),
        ],
        basis: match mover.basis {
            Basis::Concurrent => "Ran side by side",
            Basis::Staggered => "Side by side in part",
            Basis::BeforeAfter => "Before and after only: explains nothing by itself",
        },
        carried: carried(report, mover),
        first_seen: mover.first_seen.map(When::at),
        with: mover.with.iter().map(companion).collect(),
    }
}

fn row(name: &'static str, sample: &'static str, rate: &BehaviourRate, scale: f64) -> RateRow {
    let basis = match (rate.n, rate.unknown) {
        (0, 0) => "no run".to_owned(),
        (0, _) => "no known outcome".to_owned(),
        _ => format!("{}, {}", words::of(rate), words::interval(rate)),
    };
    RateRow { name, sample, rate: words::share(rate), basis, bar: Bar::of(rate, scale) }
}

fn carried(report: &Report, mover: &Mover) -> String {
    let verb = match mover.basis {
        Basis::BeforeAfter => "coincides with",
        Basis::Concurrent | Basis::Staggered => "carries",
    };
    let carried = &mover.carried;
    let [est, low, high] = [carried.est, carried.low, carried.high].map(|part| 100.0 * part);
    let mut text = format!("{verb} {est:.0}\u{a0}% of the rise [{low:.0} to {high:.0}\u{a0}%]");
    if let Some(delta) = report.outcome.delta_pp {
        text += &format!(": {:.1} of {delta:.1} points", carried.est * delta);
    }
    text
}

/// What to say of the movers as a whole, or of there being none.
pub(super) fn weighed(report: &Report) -> String {
    if report.movers.is_empty() {
        return match report.verdict {
            Verdict::Unexplained | Verdict::NotRecorded => {
                "Nothing that is recorded carries the rise. A surface marked unknown may hide \
                 what does."
                    .to_owned()
            }
            _ => words::capitalised(&words::sentence(&report.why)),
        };
    }
    let proves_nothing = report.movers.iter().all(|mover| mover.basis == Basis::BeforeAfter);
    let left = report.residual_pp.filter(|_| !proves_nothing);
    let left = left.map(|points| format!(" Unaccounted for: {points:.1} points."));
    let together = match report.verdict {
        Verdict::Several => "Several carry it together. ",
        Verdict::Inseparable => "The data can't tell these apart. ",
        _ => "",
    };
    let left = left.unwrap_or_default();
    format!("{together}Observational: what moved together, not proof of a cause.{left}")
}

/// What it would be to put a mover back, if there was something before.
pub(super) fn change_back(mover: &Mover) -> Option<String> {
    let from = mover.from.as_deref()?;
    Some(format!("{} back to {}", mover.factor, wording::level(from)))
}
