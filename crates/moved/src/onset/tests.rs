//! Looking at few cuts finds what looking at all of them finds.

use super::{Direction, RANGE_90, Search, Step, each_cut, step};
use crate::table::Table;
use crate::tests::worlds::{Told, draw, table};

/// The step and its range, from every cut.
fn exhaustive(table: &Table, search: &Search<std::ops::Range<usize>>) -> Option<Step> {
    let mut cuts = Vec::new();
    each_cut(table, search, |_| true, |cut| cuts.push(cut));
    let mut best = *cuts.first()?;
    for cut in &cuts {
        if cut.gain > best.gain {
            best = *cut;
        }
    }
    let within: Vec<_> = cuts.iter().filter(|cut| best.gain - cut.gain <= RANGE_90).collect();
    (best.gain > 0.0).then(|| Step {
        first: best.first,
        gain: best.gain,
        earliest: within[0].last,
        latest: within[within.len() - 1].first,
    })
}

#[test]
fn the_cuts_before_bad_runs_are_enough() {
    for seed in 0..200 {
        let (rate, more) = (0.3 * draw(seed, -1), 0.3 * draw(seed, -2));
        let onset = (600.0 * draw(seed, -3)) as i64;
        // Several runs share a second.
        let seconds =
            (0..600).flat_map(|second| vec![second; 1 + (draw(seed, second) * 3.0) as usize]);
        let place = std::cell::Cell::new(0);
        let told = |second: i64| {
            place.set(place.get() + 1);
            let chance = rate + if second >= onset { more } else { 0.0 };
            Told::ended(draw(seed + 1000, place.get()), chance, &[("prompt:p", "a")])
        };
        let table = table(seconds, told);
        for direction in [Direction::Rise, Direction::Fall] {
            for least in [1, 30] {
                let search = Search { runs: 0..table.len(), earliest: 40, direction, least };
                let found = step(&table, &search);
                assert_eq!(found, exhaustive(&table, &search), "{seed} {direction:?} {least}");
            }
        }
    }
}
