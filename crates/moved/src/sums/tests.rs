//! Sums whose growth the test decides.

use jiff::Timestamp;
use model::Window;

use super::*;
use crate::check;
use crate::tests::worlds::draw;

const BASELINE: i64 = 8 * 3600;
const END: i64 = 10 * 3600;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_300_000 + second).unwrap()
}

/// A row every two seconds in one of three regions with one of two models; `value` decides.
fn report(value: impl Fn(i64, &str, &str) -> Option<f64>) -> SumReport {
    let mut sheet = Sheet::new(["region", "model"]);
    for second in (0..END).step_by(2) {
        let region = ["eu", "us", "ap"][(3.0 * draw(1, second)) as usize % 3];
        let model = if draw(2, second) < 0.4 { "large" } else { "small" };
        if let Some(value) = value(second, region, model) {
            sheet.push_value(at(second), value * (0.5 + draw(3, second)), [region, model]);
        }
    }
    let window = |from, to| Window::new(at(from), at(to)).unwrap();
    drivers(&sheet, check(window(0, BASELINE), window(BASELINE, END), at(END)).unwrap())
}

fn levels(report: &SumReport) -> Vec<Vec<(&str, &str)>> {
    let each = report.drivers.iter().map(|driver| {
        driver.levels.iter().map(|(factor, level)| (factor.as_str(), level.as_str())).collect()
    });
    each.collect()
}

#[test]
fn rows_that_grew_in_one_cell_name_that_cell_and_say_that_it_was_their_size() {
    let report = report(|second, region, model| {
        let long = second >= BASELINE && region == "eu" && model == "large";
        Some(if long { 4.0 } else { 1.0 })
    });
    assert_eq!(report.verdict, SumVerdict::Grew);
    assert_eq!(levels(&report), [[("model", "large"), ("region", "eu")]]);
    let driver = &report.drivers[0];
    assert!((0.9..1.1).contains(&driver.share), "{driver:?}");
    assert!(driver.growth.by_size > 10.0 * driver.growth.by_rows.abs(), "{driver:?}");
    assert!((3.5..4.5).contains(&driver.times.unwrap()), "{driver:?}");
    assert!((0.9..1.1).contains(&driver.times_elsewhere.unwrap()), "{driver:?}");
}

#[test]
fn more_rows_of_a_level_are_more_rows() {
    let report = report(|second, _, model| {
        let rare = second < BASELINE && model == "large" && draw(4, second) < 0.7;
        (!rare).then_some(2.0)
    });
    assert_eq!(levels(&report), [[("model", "large")]]);
    let growth = report.drivers[0].growth;
    assert!(growth.by_rows > 5.0 * growth.by_size.abs(), "{growth:?}");
}

#[test]
fn what_grew_alike_everywhere_names_nothing() {
    let report = report(|second, _, _| Some(if second >= BASELINE { 2.0 } else { 1.0 }));
    assert_eq!(report.verdict, SumVerdict::GrewAlike);
    assert_eq!(report.drivers, []);
}

#[test]
fn a_steady_sum_has_no_growth_and_few_rows_say_nothing() {
    assert_eq!(report(|_, _, _| Some(1.0)).verdict, SumVerdict::NoGrowth);
    let few = report(|second, _, _| (second % 1800 == 0).then_some(1.0));
    assert_eq!(few.verdict, SumVerdict::InsufficientData);
}

#[test]
fn of_a_hundred_steady_sums_hardly_any_names_a_cell() {
    let named = (10..110_u64).filter(|seed| {
        let rose = |second: i64| second >= BASELINE && draw(seed + 500, second) < 0.3;
        let report = report(|second, _, _| {
            let size = -(1.0 - draw(*seed, second)).ln();
            Some(if rose(second) { 1.5 * size } else { size })
        });
        !report.drivers.is_empty()
    });
    assert!(named.count() <= 7);
}
