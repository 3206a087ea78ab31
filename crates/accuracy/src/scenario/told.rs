//! Worlds in which it matters how outcomes become known, and what is usual at the hour.

use model::Verdict;
use rand::RngExt;

use super::{Carrier, Draw, Far, PROMPT, Truth, nobody, to_blame};
use crate::plan::{Change, Judge, Kept, Labels, Plan, Reach};
use crate::world::instant;

const WEEK: f64 = 7.0 * 24.0;

/// Which way a judge turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It fails good runs.
    Stricter,
    /// It passes bad ones, as many more of them come.
    Lenient,
}

pub(super) fn late(draw: &mut Draw) -> (Plan, Truth) {
    let labels = delays(draw);
    let (plan, truth) = draw.steady(600.0);
    (Plan { labels, ..plan }, Truth { or: Some(Verdict::InsufficientData), ..truth })
}

pub(super) fn late_fault(draw: &mut Draw) -> (Plan, Truth) {
    let labels = delays(draw);
    let (plan, truth) = draw.caused(PROMPT, Far::Over);
    (Plan { labels, ..plan }, truth)
}

/// Bad runs are told of within the hour, good ones in some hours.
fn delays(draw: &mut Draw) -> Labels {
    Labels::Late([draw.between(0.5, 3.0), draw.between(0.1, 0.5)])
}

pub(super) fn two_sources(draw: &mut Draw) -> (Plan, Truth) {
    let judge = judge(draw);
    let (plan, truth) = draw.caused(PROMPT, Far::Over);
    (Plan { labels: Labels::Judged(judge), ..plan }, truth)
}

/// A judge that turns while its configuration stays; users say of other runs what they did before.
pub(super) fn judged(draw: &mut Draw, turn: Turn) -> (Plan, Truth) {
    let judge = judge(draw);
    let (plan, turns) = match turn {
        Turn::Stricter => (draw.day(), draw.onset()),
        Turn::Lenient => draw.unseen(),
    };
    let judge = match turn {
        Turn::Stricter => Judge { turns, fails: draw.between(0.08, 0.2), ..judge },
        Turn::Lenient => Judge { turns, passes: draw.between(0.8, 1.0), ..judge },
    };
    let plan = Plan { labels: Labels::Judged(judge), ..plan };
    let truth = nobody(Verdict::Measurement, None);
    let causes = vec!["label_source".to_owned()];
    (plan, Truth { causes, guilty: Some("eval"), ..truth })
}

/// A judge that stays as it is, and users who do not tell of everything.
fn judge(draw: &mut Draw) -> Judge {
    let (share, complain) = (draw.between(0.4, 0.7), draw.between(0.5, 0.9));
    Judge { share, turns: f64::INFINITY, passes: 0.0, fails: 0.0, complain }
}

/// A sampler is set anew: the rate among the runs that are kept rises, and nothing else does.
pub(super) fn sampled(draw: &mut Draw) -> (Plan, Truth) {
    let kept = Some(sampler(draw));
    let (plan, truth) = draw.steady(600.0);
    (Plan { kept, per_hour: draw.between(600.0, 3000.0), ..plan }, truth)
}

pub(super) fn sampled_fault(draw: &mut Draw) -> (Plan, Truth) {
    let kept = Some(sampler(draw));
    let (plan, truth) = draw.caused(PROMPT, Far::Over);
    (Plan { kept, per_hour: 2.0 * plan.per_hour, ..plan }, truth)
}

fn sampler(draw: &mut Draw) -> Kept {
    let one_in = [draw.random.random_range(1..4), draw.random.random_range(4..11)];
    Kept { one_in, turns: draw.between(6.0, 21.0), blindly: draw.random.random_bool(0.5) }
}

pub(super) fn week_cycle(draw: &mut Draw) -> (Plan, Truth) {
    let truth = nobody(Verdict::NoChange, None);
    (weeks(draw), Truth { or: Some(Verdict::InsufficientData), ..truth })
}

pub(super) fn weekend(draw: &mut Draw) -> (Plan, Truth) {
    let (mut plan, truth) = (weeks(draw), to_blame(PROMPT, Some(Carrier::Changes)));
    let at = plan.asked.map_or(0.0, |[from, _]| from) + draw.between(0.0, 1.0);
    let (share, adds) = (draw.between(0.25, 0.7), draw.between(0.12, 0.3));
    plan.changes.push(Change { what: PROMPT, reaches: Reach::Share(at, share), only: None, adds });
    (plan, Truth { onset: Some(instant(at)), ..truth })
}

/// Four weeks whose weekends are worse. Somebody asks about some hours of the last Saturday; what
/// changed without harm did so in the week before.
fn weeks(draw: &mut Draw) -> Plan {
    let from = 4.0 * WEEK - 24.0 + draw.between(2.0, 8.0);
    let to = from + draw.between(6.0, 12.0);
    let mut plan = draw.day();
    for change in &mut plan.changes {
        let days_ago = f64::from(draw.random.random_range(2..8));
        change.reaches = Reach::At(from - 24.0 * days_ago + change.reaches.begins());
    }
    Plan {
        hours: to,
        per_hour: draw.between(40.0, 120.0),
        weekend: draw.between(0.3, 1.5),
        asked: Some([from, to]),
        ..plan
    }
}
