//! Rates that rise twice, bit by bit, and with the hour.

use model::Report;
use model::report::EpisodeKind::{Drift, Fall, Rise};
use model::report::{EpisodeKind, Verdict};

use crate::split;
use crate::tests::worlds::{HOUR, Told, at, draw, report, table, windows};

/// A run every two seconds, as bad as the test says; the code is deployed at `deployed`.
fn world(hours: i64, cut: i64, deployed: i64, bad: impl Fn(f64) -> f64) -> Report {
    let told = |second: i64| {
        let code = if second >= deployed { "v2" } else { "v1" };
        let chance = bad(second as f64 / HOUR as f64);
        Told::ended(draw(11, second), chance, &[("code", code)])
    };
    report(&table((0..hours * HOUR).step_by(2), told), windows(cut, hours * HOUR))
}

fn kinds(report: &Report) -> Vec<EpisodeKind> {
    report.episodes.iter().map(|episode| episode.kind).collect()
}

#[test]
fn two_onsets_and_an_end_are_three_episodes() {
    let bad = |hour: f64| match hour {
        _ if hour < 3.0 => 0.03,
        _ if hour < 4.0 => 0.10,
        _ if hour < 5.0 => 0.25,
        _ => 0.03,
    };
    let report = world(6, 3 * HOUR, 3 * HOUR, bad);
    assert_eq!(kinds(&report), [Rise, Rise, Fall]);
    for (episode, hour) in report.episodes.iter().zip([3, 4, 5]) {
        let onset = episode.onset;
        let true_one = at(hour * HOUR);
        assert!(onset.earliest <= true_one && true_one <= onset.latest, "{onset:?}");
    }
}

#[test]
fn a_step_is_one_episode_and_no_drift() {
    let report = world(6, 3 * HOUR, 3 * HOUR, |hour| if hour < 3.0 { 0.03 } else { 0.1 });
    assert_eq!(kinds(&report), [Rise]);
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
}

#[test]
fn a_steady_rate_has_no_episode() {
    assert_eq!(kinds(&world(6, 3 * HOUR, 3 * HOUR, |_| 0.05)), []);
}

#[test]
fn a_drift_is_told_as_one_and_a_deploy_in_its_midst_is_no_mover() {
    let report = world(24, 12 * HOUR, 13 * HOUR, |hour| 0.02 + 0.01 * (hour - 4.0).max(0.0));
    assert_eq!(kinds(&report), [Drift]);
    let onset = report.episodes[0].onset;
    assert!(onset.earliest <= at(4 * HOUR) && onset.at < at(9 * HOUR), "{onset:?}");
    assert!(report.movers.is_empty(), "{}", report.why);
}

#[test]
fn a_days_cycle_names_no_deploy() {
    let named = |seed: u64| {
        let told = |second: i64| {
            let hour = second as f64 / HOUR as f64;
            let code = if second >= 13 * HOUR { "v2" } else { "v1" };
            let chance = 0.06 - 0.04 * (hour / 12.0 * std::f64::consts::PI).cos();
            Told::ended(draw(seed, second), chance, &[("code", code)])
        };
        let table = table((0..22 * HOUR).step_by(8), told);
        let within = model::Window::new(at(0), at(22 * HOUR)).unwrap();
        let report = report(&table, split(&table, within).unwrap().windows);
        !report.movers.is_empty()
    };
    let wrong = (0..40).filter(|seed| named(*seed)).count();
    assert!(wrong == 0, "{wrong} of 40");
}
