//! What the engine says of runs whose cause is known, because the test made it.

use jiff::Timestamp;
use model::report::{Basis, SurfaceState, Verdict};
use model::{Factor, Outcome, Report, Seen, Window};
use proptest::prelude::*;

use crate::{Row, Table, compare, split};

mod kept;
pub(crate) mod worlds;

use worlds::{HOUR, at, catalogue};

/// A fixture: runs every six seconds, with a bad rate and levels that the test decides.
struct World {
    dictionary: Vec<Seen>,
    rows: Vec<(Timestamp, Outcome, Vec<u32>)>,
}

const HASH: &str = "9c220000000000000000000000000000";

impl World {
    /// Runs for `hours`; `bad` and `levels` are asked for each run with its second.
    fn new(
        hours: i64,
        seed: u64,
        bad: impl Fn(i64) -> f64,
        levels: impl Fn(i64) -> Vec<(&'static str, &'static str)>,
    ) -> Self {
        let mut world = Self { dictionary: Vec::new(), rows: Vec::new() };
        for second in (0..hours * HOUR).step_by(6) {
            let levels = levels(second);
            let levels = levels.into_iter().map(|(factor, level)| world.place(factor, level));
            let levels = levels.collect();
            let outcome = match draw(seed, second) {
                _ if draw(seed + 1, second) < 0.1 => Outcome::Unknown,
                x if x < bad(second) => Outcome::Bad,
                _ => Outcome::Good,
            };
            world.rows.push((at(second), outcome, levels));
        }
        world
    }

    fn place(&mut self, factor: &str, level: &str) -> u32 {
        let seen = match level {
            "?" => Seen::unrecorded(Factor::from(factor)),
            _ => Seen::at(Factor::from(factor), level),
        };
        let known = self.dictionary.iter().position(|other| *other == seen);
        known.unwrap_or_else(|| {
            self.dictionary.push(seen);
            self.dictionary.len() - 1
        }) as u32
    }

    fn table(&self) -> Table {
        let rows = self.rows.iter().map(|(at, outcome, levels)| Row {
            at: *at,
            outcome: *outcome,
            levels,
            ..Row::default()
        });
        Table::arrange(&self.dictionary, rows, &catalogue())
    }

    fn report(&self) -> Report {
        let table = self.table();
        let end = self.rows.len() as i64 * 6;
        let within = Window::new(at(0), at(end)).unwrap();
        compare(&table, &catalogue(), split(&table, within).unwrap().windows, None)
    }
}

/// A number in 0..1 that depends on seed and second alone (SplitMix64).
fn draw(seed: u64, second: i64) -> f64 {
    let mut z = (seed << 32 ^ second as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64
}

/// Whether a run at this second already has what is rolled out over an hour from `start`.
fn rolled_out(second: i64, start: i64) -> bool {
    draw(99, second) < (second - start) as f64 / HOUR as f64
}

fn names(report: &Report) -> Vec<&str> {
    report.movers.iter().map(|mover| mover.factor.as_str()).collect()
}

#[test]
fn a_staggered_prompt_is_named_and_compared_side_by_side() {
    let exposed = |s: i64| draw(99, s) < (s - 3 * HOUR) as f64 / (2 * HOUR) as f64;
    let world = World::new(
        6,
        1,
        |s| if exposed(s) { 0.16 } else { 0.03 },
        |s| {
            let prompt = if exposed(s) { "b" } else { "a" };
            vec![("prompt:p", prompt), ("prompt_undated:p", prompt), ("model_served", "m")]
        },
    );
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Moved);
    let mover = &report.movers[0];
    assert_eq!(
        (mover.factor.as_str(), mover.from.as_deref(), &*mover.to),
        ("prompt:p", Some("a"), "b")
    );
    assert_eq!(mover.with, ["prompt_undated:p"]);
    assert_ne!(mover.basis, Basis::BeforeAfter);
    assert!(mover.carried.low < 1.0 && 1.0 < mover.carried.high, "{:?}", mover.carried);
}

#[test]
fn a_full_cut_over_is_a_mover_before_and_after_only() {
    let exposed = |s| s >= 3 * HOUR;
    let world = World::new(
        6,
        2,
        |s| if exposed(s) { 0.1 } else { 0.03 },
        |s| vec![("index:kb", if exposed(s) { "new" } else { "old" }), ("prompt_text:p", "x")],
    );
    let report = world.report();
    assert_eq!((report.verdict, names(&report)), (Verdict::Moved, vec!["index:kb"]));
    assert_eq!(report.movers[0].basis, Basis::BeforeAfter);
}

#[test]
fn a_harmless_change_at_another_time_is_no_mover() {
    let world = World::new(
        6,
        3,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |s| {
            vec![
                ("code", if s >= 4 * HOUR { "v2" } else { "v1" }),
                ("index:kb", if rolled_out(s, HOUR) { "new" } else { "old" }),
            ]
        },
    );
    let report = world.report();
    assert_eq!((report.verdict, names(&report)), (Verdict::Unexplained, vec![]));
}

#[test]
fn two_surfaces_that_moved_on_the_same_runs_are_inseparable() {
    let exposed = |s| s >= 3 * HOUR;
    let world = World::new(
        6,
        4,
        |s| if exposed(s) { 0.1 } else { 0.03 },
        |s| {
            let level = if exposed(s) { "new" } else { "old" };
            vec![("prompt:p", level), ("code", level)]
        },
    );
    let report = world.report();
    assert_eq!((report.verdict, report.movers.len()), (Verdict::Inseparable, 1));
    assert_eq!(report.movers[0].levels.len(), 2);
}

#[test]
fn two_changes_a_minute_apart_are_inseparable_and_the_later_is_never_named_alone() {
    let report = |seed| {
        let rate = |s| if s >= 3 * HOUR { 0.1 } else { 0.03 };
        let world = World::new(6, seed, rate, |s| {
            vec![
                ("prompt:p", if s >= 3 * HOUR { "b" } else { "a" }),
                ("index:kb", if s >= 3 * HOUR + 72 { "new" } else { "old" }),
            ]
        });
        world.report()
    };
    let reports: Vec<Report> = (100..140).map(report).collect();
    let inseparable = reports.iter().filter(|report| report.verdict == Verdict::Inseparable);
    assert!(inseparable.count() >= 30);
    assert!(reports.iter().all(|report| names(report) != ["index:kb"]));
}

#[test]
fn two_faults_on_different_runs_are_several() {
    let first = |s: i64| s >= 3 * HOUR && draw(7, s) < 0.5;
    let second = |s: i64| s >= 3 * HOUR && draw(8, s) < 0.5;
    let bad = |s| 0.03 + if first(s) { 0.12 } else { 0.0 } + if second(s) { 0.1 } else { 0.0 };
    let world = World::new(6, 6, bad, |s| {
        vec![
            ("prompt:p", if first(s) { "b" } else { "a" }),
            ("tool_shape:t", if second(s) { "new" } else { "old" }),
        ]
    });
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Several);
    assert_eq!(report.movers.len(), 2);
    let carried: f64 = report.movers.iter().map(|mover| mover.carried.est).sum();
    assert!((0.8..1.2).contains(&carried), "{carried}");
}

#[test]
fn a_judge_that_changed_is_measurement_and_a_mix_that_changed_is_the_mix() {
    let world = World::new(
        6,
        7,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |s| vec![("judge:tone", if s >= 3 * HOUR { "j2" } else { "j1" })],
    );
    assert_eq!(world.report().verdict, Verdict::Measurement);
    let big = |s: i64| draw(19, s) < if s >= 3 * HOUR { 0.8 } else { 0.1 };
    let world = World::new(
        6,
        8,
        |s| if big(s) { 0.15 } else { 0.03 },
        |s| vec![("segment:tenant", if big(s) { "big" } else { "small" }), ("prompt:p", "a")],
    );
    assert_eq!(world.report().verdict, Verdict::TrafficMix);
}

#[test]
fn a_consequence_is_never_a_mover() {
    let world = World::new(
        6,
        9,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |s| {
            vec![
                ("finish_reason", if s >= 3 * HOUR { "length" } else { "stop" }),
                ("prompt:p", "a"),
            ]
        },
    );
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Unexplained);
    assert_eq!(report.changed_with[0].level, "length");
}

#[test]
fn nothing_on_record_is_not_recorded_rather_than_unexplained() {
    let world = World::new(
        6,
        10,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |_| vec![("prompt:p", "?"), ("model_served", "?")],
    );
    assert_eq!(world.report().verdict, Verdict::NotRecorded);
}

#[test]
fn several_new_levels_of_one_factor_are_one_mover() {
    let world = World::new(
        6,
        11,
        |s| if s >= 3 * HOUR { 0.12 } else { 0.03 },
        |s| {
            let new = ["x", "y", "z"][(s / 6 % 3) as usize];
            vec![("tool_shape:t", if s >= 3 * HOUR { new } else { "old" })]
        },
    );
    let report = world.report();
    assert_eq!((report.verdict, names(&report)), (Verdict::Moved, vec!["tool_shape:t"]));
    assert_eq!(report.movers[0].to.split(" | ").count(), 3);
}

#[test]
fn a_factor_that_changes_all_the_time_is_no_mover_by_timing_alone() {
    let hours: [&'static str; 12] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
    let world = World::new(
        6,
        12,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |s| vec![("prompt_undated:p", hours[(s / 1800) as usize]), ("model_served", "m")],
    );
    assert_eq!(world.report().verdict, Verdict::Unexplained);
}

#[test]
fn identical_needs_content_recorded_on_good_and_bad_runs_alike() {
    let rate = |s: i64| if s >= 3 * HOUR { 0.1 } else { 0.03 };
    let state = |world: World, surface: &str| {
        let surfaces = world.report().surfaces;
        surfaces.into_iter().find(|row| row.surface == surface).unwrap().verdict
    };
    let whole = World::new(6, 13, rate, |_| vec![("prompt_text:p", HASH), ("model_served", "m")]);
    assert_eq!(state(whole, "prompt"), SurfaceState::Identical);
    let alias = World::new(6, 13, rate, |_| vec![("prompt_text:p", HASH), ("model_served", "m")]);
    assert_eq!(state(alias, "model"), SurfaceState::Unknown);
    let gaps = World::new(6, 13, rate, |s| {
        vec![("prompt_text:p", if draw(5, s) < 0.02 { "?" } else { HASH })]
    });
    assert_eq!(state(gaps, "prompt"), SurfaceState::Unknown);
    let skeleton = World::new(6, 13, rate, |_| vec![("prompt:p", "a")]);
    assert_eq!(state(skeleton, "prompt"), SurfaceState::Unknown);
}

#[test]
fn a_steady_rate_is_no_change_and_few_runs_are_insufficient() {
    let quiet =
        World::new(6, 14, |_| 0.03, |s| vec![("code", if s >= 3 * HOUR { "v2" } else { "v1" })]);
    let report = quiet.report();
    assert_eq!((report.verdict, names(&report)), (Verdict::NoChange, vec![]));
    let mut few = World::new(1, 15, |_| 0.5, |_| vec![]);
    few.rows.truncate(40);
    assert_eq!(few.report().verdict, Verdict::InsufficientData);
}

#[test]
fn three_to_eight_percent_is_proven_on_a_thousand_and_not_on_forty() {
    let windows = |n: i64| {
        let (start, middle, end) = (at(0), at(n * 6), at(2 * n * 6));
        crate::check(Window::new(start, middle).unwrap(), Window::new(middle, end).unwrap(), end)
            .unwrap()
    };
    let world = |n: i64| World {
        dictionary: Vec::new(),
        rows: (0..2 * n)
            .map(|i| {
                let bad =
                    if i < n { i * 100 % (n * 100 / 3 + 1) < 100 && i * 3 / n < 3 } else { false };
                let bad = bad || (i < n && i % 33 == 0) || (i >= n && i % 25 < 2);
                (at(i * 6), if bad { Outcome::Bad } else { Outcome::Good }, vec![])
            })
            .collect(),
    };
    let verdict = |n| compare(&world(n).table(), &catalogue(), windows(n), None).verdict;
    assert_eq!(verdict(1000), Verdict::NotRecorded);
    assert_eq!(verdict(40), Verdict::InsufficientData);
}

#[test]
fn an_incident_that_is_over_is_cut_at_both_ends() {
    let during = |s: i64| (6 * HOUR..8 * HOUR).contains(&s);
    let world = World::new(
        9,
        16,
        |s| if during(s) { 0.15 } else { 0.03 },
        |s| vec![("prompt:p", if during(s) { "b" } else { "a" })],
    );
    let report = world.report();
    let off = |a: Timestamp, second: i64| a.duration_since(at(second)).as_secs().abs();
    assert!(off(report.windows.incident.end, 8 * HOUR) < 900, "{:?}", report.windows);
    assert_eq!(names(&report), ["prompt:p"]);
}

#[test]
fn a_tool_that_only_bad_runs_call_is_no_mover() {
    let bad = |s: i64| draw(21, s) < if s >= 3 * HOUR { 0.1 } else { 0.03 };
    let world = World::new(
        6,
        21,
        |_| 0.5,
        |s| {
            let mut levels = vec![("prompt:p", "a")];
            if bad(s) || draw(22, s) < 0.02 {
                levels.push(("tool_shape:escalate", "one"));
            }
            levels
        },
    );
    let rows = world.rows.into_iter().enumerate().map(|(place, (at, _, levels))| {
        let outcome = if bad(place as i64 * 6) { Outcome::Bad } else { Outcome::Good };
        (at, outcome, levels)
    });
    let world = World { dictionary: world.dictionary, rows: rows.collect() };
    let report = world.report();
    assert_eq!((report.verdict, names(&report)), (Verdict::Unexplained, vec![]));
}

#[test]
fn a_harmless_roll_out_that_follows_a_segment_is_no_mover() {
    let pro = |s: i64| draw(31, s) < 0.4;
    let hurt = |s: i64| pro(s) && s >= 3 * HOUR;
    let world = World::new(
        6,
        32,
        |s| if hurt(s) { 0.2 } else { 0.03 },
        |s| {
            let rolled = pro(s) && s >= 2 * HOUR + 600;
            vec![
                ("segment:plan", if pro(s) { "pro" } else { "free" }),
                ("prompt:p", if rolled { "b" } else { "a" }),
            ]
        },
    );
    assert_eq!(names(&world.report()), Vec::<&str>::new());
}

#[test]
fn a_tools_errors_that_follow_a_prompt_are_inseparable_from_it() {
    let exposed = |s| rolled_out(s, 3 * HOUR);
    let failed = |s: i64| exposed(s) && draw(41, s) < 0.6;
    let world = World::new(
        6,
        42,
        |s| if failed(s) { 0.25 } else { 0.03 },
        |s| {
            vec![
                ("prompt:p", if exposed(s) { "b" } else { "a" }),
                ("tool_shape:t", if failed(s) { "error:x" } else { "ok" }),
            ]
        },
    );
    let report = world.report();
    assert_eq!(report.verdict, Verdict::Inseparable);
    assert_eq!(report.movers.len(), 2);
}

#[test]
fn runs_between_two_given_windows_take_no_part() {
    let exposed = |s| s >= 5 * HOUR;
    let between = |s: i64| (2 * HOUR..5 * HOUR).contains(&s);
    let rate = |s| {
        if between(s) {
            0.4
        } else if exposed(s) {
            0.1
        } else {
            0.03
        }
    };
    let world = World::new(6, 51, rate, |s| vec![("prompt:p", if exposed(s) { "b" } else { "a" })]);
    let window = |a, b| Window::new(at(a), at(b)).unwrap();
    let (baseline, incident) = (window(0, 2 * HOUR), window(5 * HOUR, 6 * HOUR));
    let windows = crate::check(baseline, incident, at(6 * HOUR)).unwrap();
    let report = compare(&world.table(), &catalogue(), windows, None);
    assert_eq!(names(&report), ["prompt:p"]);
}

#[test]
fn a_factor_known_in_one_step_and_not_in_another_is_not_identical() {
    let world = World::new(
        6,
        61,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |_| vec![("prompt_text:p", HASH), ("prompt_text:p", "?")],
    );
    let surfaces = world.report().surfaces;
    assert!(surfaces.iter().all(|row| row.verdict != SurfaceState::Identical));
}

#[test]
fn a_name_that_is_no_hash_is_never_identical() {
    let world = World::new(
        6,
        62,
        |s| if s >= 3 * HOUR { 0.1 } else { 0.03 },
        |_| vec![("judge:tone", "tone-v3"), ("prompt_text:p", "none")],
    );
    let surfaces = world.report().surfaces;
    assert!(surfaces.iter().all(|row| row.verdict != SurfaceState::Identical));
}

#[test]
fn windows_that_make_no_sense_are_refused() {
    let window = |a, b| Window::new(at(a), at(b)).unwrap();
    assert!(crate::check(window(0, 10), window(5, 15), at(20)).is_err());
    assert!(crate::check(window(10, 20), window(0, 10), at(20)).is_err());
    assert!(crate::check(window(0, 10), window(30, 40), at(20)).is_err());
    assert!(crate::check(window(0, 10), window(10, 20), at(20)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_table_makes_the_engine_panic(
        rows in prop::collection::vec(
            (0i64..5000, 0usize..3, prop::collection::vec(0u32..8, 0..6)),
            0..300,
        ),
        cut in 0i64..5000,
    ) {
        let names = ["prompt:p", "tool_shape:t", "judge:j", "nobody"];
        let dictionary: Vec<Seen> = (0..8)
            .map(|i| match i % 4 {
                3 => Seen::unrecorded(Factor::from(names[i / 2])),
                level => Seen::at(Factor::from(names[i / 2]), level.to_string()),
            })
            .collect();
        let outcomes = [Outcome::Good, Outcome::Bad, Outcome::Unknown];
        let rows = rows.into_iter().map(|(second, o, levels)| (at(second), outcomes[o], levels));
        let rows = rows.collect();
        let world = World { dictionary, rows };
        let table = world.table();
        let windows = model::report::Windows {
            baseline: Window::new(at(-1), at(cut)).unwrap(),
            incident: Window::new(at(cut), at(6000)).unwrap(),
            chosen_by: model::report::ChosenBy::Caller,
        };
        let report = compare(&table, &catalogue(), windows, None);
        prop_assert_eq!(compare(&table, &catalogue(), windows, None), report);
        let _ = split(&table, Window::new(at(0), at(6000)).unwrap());
    }
}
