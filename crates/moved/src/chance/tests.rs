//! Changes that come often, and one that came once.

use crate::tests::worlds::{HOUR, Told, draw, report, table, windows};

/// The chance stated for a prompt that moves at the onset, and moved every so often before.
fn chance(every: Option<i64>) -> Option<f64> {
    let told = |second: i64| {
        let late = second >= 3 * HOUR;
        let old = every.map_or(0, |every| (second / every).min(3 * HOUR / every - 1)).to_string();
        let prompt = if late { "new" } else { &old };
        Told::ended(draw(5, second), if late { 0.2 } else { 0.03 }, &[("prompt:p", prompt)])
    };
    let report = report(&table(0..4 * HOUR, told), windows(3 * HOUR, 4 * HOUR));
    report.movers.first().and_then(|mover| mover.chance_nearby)
}

#[test]
fn what_changes_often_is_likelier_nearby() {
    let (never, hourly) = (chance(None).unwrap(), chance(Some(HOUR)).unwrap());
    assert!(0.0 < never && never < hourly && hourly < 0.25, "{never} {hourly}");
}
