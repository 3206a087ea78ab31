//! How fast the rules that Mayday comes with go over text, in megabytes a second.
//!
//! `cargo bench -p recorder --bench redaction` prints one JSON object a line: the text, its size,
//! the speed, and microseconds for all of it. `--hostile` goes over 10 MB of what is made to be
//! slow instead.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::hint::black_box;
use std::time::Instant;

use recorder::redaction::Rules;
use serde_json::json;

const BYTES: usize = 3_000;
const ROUNDS: usize = 31;
const HOSTILE: usize = 10_000_000;

/// What people and models write, with the numbers that are usual in it.
const PROSE: &str = "The customer asked why order 10482 has not arrived. It left the warehouse on \
    21 November at 14:05, weighs 2.4 kg and should have been there within 3 days. I checked the \
    carrier: it was held because the street number was missing. Risk is low; the task-list has \
    the steps. We refund 19.90 EUR if it is not there by Friday. ";

fn main() {
    let rules = Rules::default();
    if std::env::args().any(|argument| argument == "--hostile") {
        return hostile(&rules);
    }
    let prose = fill(PROSE);
    let dated = fill(&format!(
        "{PROSE}Trace 550e8400-e29b-41d4-a716-446655440000, \
        2026-11-24T00:03:44.123456Z, duration 1532.20 ms, build 20261124.3. "
    ));
    let found = format!("Write to bob@example.com or call +49 151 23456789. {prose}");
    let result = json!({"orders": [{"id": 10482, "at": "2026-11-24T00:03:44Z", "total": 19.9,
        "status": "held", "note": "street number\nmissing", "lines": [{"sku": "A-1", "n": 2}]}]});
    let message = json!([{"role": "user", "parts": [{"type": "text", "content": PROSE}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "result": result.to_string()}]}]);
    let messages = fill(&(message.to_string() + "\n"));
    let chinese = fill(&ascii(&json!({"content": "客户问为什么订单还没有到。"}).to_string()));
    let found_in_json = messages.replacen("The customer", "bob@example.com", 1);
    for (name, text) in [
        ("prose, nothing found", prose),
        ("prose with ids and times, nothing found", dated),
        ("prose, two findings", found),
        ("messages in JSON, nothing found", messages),
        ("messages in JSON, one finding", found_in_json),
        ("JSON in escapes only, nothing found", chinese),
    ] {
        let seconds = median(|| drop(black_box(rules.redact(black_box(&text)))));
        print(name, &text, seconds);
    }
}

/// Texts of one kind that look like the start of a finding again and again.
fn hostile(rules: &Rules) {
    for unit in [
        "@",
        "a@",
        "a@b.cc ",
        "1",
        "1 ",
        "1-",
        "+1",
        "0171 ",
        "4111 ",
        "AA11 ",
        "\\",
        "\\u0040",
        "\"",
        "[\"",
        "sk-",
        "eyJ.",
        "-----BEGIN PRIVATE KEY-----",
        "://a:b@",
        "[redacted:card:",
    ] {
        let text = unit.repeat(HOSTILE / unit.len());
        let began = Instant::now();
        black_box(rules.redact(&text));
        print(unit, &text, began.elapsed().as_secs_f64());
    }
}

fn print(name: &str, text: &str, seconds: f64) {
    let bytes = text.len();
    println!(
        "{{\"text\": {}, \"bytes\": {bytes}, \"mb_per_s\": {:.0}, \"us\": {:.2}}}",
        json!(name),
        bytes as f64 / seconds / 1e6,
        seconds * 1e6
    );
}

/// The text over and over, up to the size of a usual attribute.
fn fill(text: &str) -> String {
    text.repeat(BYTES.div_ceil(text.len()))
}

/// Every character outside ASCII as an escape, as Python writes JSON.
fn ascii(json: &str) -> String {
    let mut text = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\u{unit:04x}")),
        }
    }
    text + "\n"
}

/// The median time of one call over several rounds of many, in seconds.
fn median(work: impl Fn()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let began = Instant::now();
            (0..200).for_each(|_| work());
            began.elapsed().as_secs_f64() / 200.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
