//! How long a comparison of 100 000 runs takes, beside one plain count over the same columns.
//!
//! `cargo bench -p moved`; prints one line of JSON.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use model::{Catalogue, Factor, Outcome, Seen, Window};
use moved::{Row, Table};

const RUNS: usize = 100_000;
const ROUNDS: usize = 15;
const FACTORS: [&str; 16] = [
    "prompt:a",
    "prompt_text:a",
    "prompt:b",
    "prompt_text:b",
    "model_served",
    "model_requested",
    "model_fingerprint",
    "parameters",
    "tool_shape:search",
    "tool_shape:order",
    "tool_schema:search",
    "index:kb",
    "judge:tone",
    "segment:plan",
    "region",
    "code",
];

fn main() {
    let catalogue: Catalogue = toml::from_str(include_str!("../../incident/data/surfaces.toml"))
        .unwrap_or_else(|error| {
            panic!("the surfaces file can't be read: {error}");
        });
    let dictionary: Vec<Seen> = FACTORS
        .iter()
        .flat_map(|factor| (0..4).map(|level| Seen::at(Factor::from(*factor), level.to_string())))
        .collect();
    let rows: Vec<(Timestamp, Outcome, Vec<u32>)> = (0..RUNS).map(row).collect();
    let rows = || {
        rows.iter().map(|(at, outcome, levels)| Row {
            at: *at,
            outcome: *outcome,
            levels,
            ..Row::default()
        })
    };
    let within = Window { start: Timestamp::UNIX_EPOCH, end: second(RUNS * 2) };
    let arrange = median(|| drop(black_box(Table::arrange(&dictionary, rows(), &catalogue))));
    let table = Table::arrange(&dictionary, rows(), &catalogue);
    let answer = median(|| {
        let split = moved::split(&table, within);
        let windows = split.map(|split| split.windows);
        black_box(windows.map(|windows| moved::compare(&table, &catalogue, windows, None)));
    });
    let limit = median(|| drop(black_box(count(&table))));
    println!(
        "{{\"runs\": {RUNS}, \"factors\": {}, \"arrange_ms\": {:.1}, \"answer_ms\": {:.1}, \
         \"plain_count_ms\": {:.1}, \"ratio\": {:.1}}}",
        FACTORS.len(),
        1e3 * arrange,
        1e3 * answer,
        1e3 * limit,
        (arrange + answer) / limit
    );
}

/// One run a second; half-way the fifth factor moves on two of three runs, and the rate with it.
fn row(number: usize) -> (Timestamp, Outcome, Vec<u32>) {
    let draw = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let exposed = number > RUNS / 2 && draw.is_multiple_of(3);
    let bad = draw % 1000 < if exposed { 130 } else { 30 };
    let outcome = match draw % 11 {
        0 => Outcome::Unknown,
        _ if bad => Outcome::Bad,
        _ => Outcome::Good,
    };
    let level = |factor: usize| {
        let level = if factor == 4 { usize::from(exposed) } else { (number >> factor) % 3 };
        (factor * 4 + level) as u32
    };
    (second(number), outcome, (0..FACTORS.len()).map(level).collect())
}

fn second(number: usize) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(number as i64)
}

/// The limit: every cell read once, bad runs counted by state.
fn count(table: &Table) -> Vec<Vec<u64>> {
    let counts = table.columns.iter().map(|column| {
        let mut counts = vec![0; column.states.len()];
        for (code, outcome) in column.codes.iter().zip(&table.outcomes) {
            counts[*code as usize] += u64::from(*outcome == Outcome::Bad);
        }
        counts
    });
    counts.collect()
}

/// The median time of several rounds, in seconds.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            work();
            began.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
