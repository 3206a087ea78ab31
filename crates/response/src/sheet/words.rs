//! What drove a sum, in words: the answer first.

use std::collections::BTreeMap;

use ::moved::sums::{Driver, Growth};
use ::moved::{SumReport, SumVerdict};
use incident::wording::{level, percent};

/// A sum's report as lines for a terminal.
pub fn sum_in_words(report: &SumReport, value: &str) -> Vec<String> {
    let headline = match report.verdict {
        SumVerdict::Grew => {
            let cells: Vec<String> =
                report.drivers.iter().map(|driver| condition(&driver.levels)).collect();
            format!("{value}: grew where {}", cells.join("; and where "))
        }
        SumVerdict::GrewAlike => format!("{value}: grew alike everywhere; no column tells where"),
        SumVerdict::NoGrowth => format!("{value}: no sure growth"),
        SumVerdict::InsufficientData => format!("{value}: too few rows to compare"),
    };
    let mut lines = vec![headline, format!("  measured  {}", growth(&report.total))];
    lines.extend(report.drivers.iter().map(|driver| format!("  grew      {}", one(driver))));
    lines
}

fn one(driver: &Driver) -> String {
    let times = |times: Option<f64>| {
        times.map_or("from nothing".to_owned(), |times| format!("{times:.2} times"))
    };
    format!(
        "{}: {} of what was added; {}, the rest {}; {}",
        condition(&driver.levels),
        percent(driver.share),
        times(driver.times),
        times(driver.times_elsewhere),
        growth(&driver.growth)
    )
}

fn growth(growth: &Growth) -> String {
    let Growth { before, during, added, by_rows, by_size } = growth;
    format!(
        "{:.1} → {:.1} an hour (n {} → {}); added {:.1} [{:.1}, {:.1}]: {by_rows:+.1} by rows, \
         {by_size:+.1} by their size",
        before.per_hour,
        during.per_hour,
        before.rows,
        during.rows,
        added.est,
        added.low,
        added.high
    )
}

fn condition(levels: &BTreeMap<String, String>) -> String {
    let parts = levels.iter().map(|(factor, name)| match name.as_str() {
        "" => format!("{factor} is empty"),
        name => format!("{factor} = {}", level(name)),
    });
    parts.collect::<Vec<_>>().join(" and ")
}
