//! Phone numbers, where the way they are written says that they are.
//!
//! Found: `+` and a country code that is assigned, then 8 to 14 digits in all with single gaps
//! (at least 10 without one; 11 after +1); the same after `00` if there is a gap in it; North
//! American `(415) 555-2671`, `415-555-2671`, `415.555.2671`, with `1` in front or without; and
//! national numbers from 0 on, of 9 to 12 digits, in brackets, with a slash or in groups.
//!
//! Not found: digits without a gap and without `+`, `415 555 2671`, groups of four each, numbers
//! without 0 in front outside North America. Those are as often orders, dates or amounts.

mod groups;
mod national;

use std::ops::Range;

use super::boundary::{before, is_word};
use crate::redaction::digits;
use groups::{Groups, read};

/// Country codes by their first digits (ITU-T E.164): those of one and two digits.
const SHORT_CODES: &[u32] = &[
    1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54,
    55, 56, 57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// The first two digits of country codes of three.
const LONG_CODES: &[u32] =
    &[21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99];

/// Every phone number in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for run in digits::runs(text.as_bytes()) {
        // A number may follow on another: what comes after that is a text of its own.
        let start = run.start.checked_sub(done);
        let rest = start.and_then(|start| number_at(&text[done..], start..run.end - done));
        if let Some(number) = rest {
            found.push(done + number.start..done + number.end);
            done += number.end;
        }
    }
    found
}

/// The number whose first digits these are.
fn number_at(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    match before(bytes, run.start) {
        Some(b'+') => international(text, run.start),
        _ if bytes[run.clone()].starts_with(b"00") => from_zeros(text, run.start),
        _ => national::at(text, run),
    }
}

/// The number whose country code starts here, with the `+` before it.
fn international(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let sign = before(bytes, start - 1);
    if is_word(sign) || sign == Some(b'+') {
        return None;
    }
    let end = subscriber(&read(text, start))?;
    let next = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    let goes_on = match bytes.get(end) {
        Some(b'-' | b'.') => next,
        byte => is_word(byte.copied()),
    };
    (!goes_on).then_some(start - 1..end)
}

/// The number that starts with `00`: only with a gap, because ids start with zeros too.
fn from_zeros(text: &str, start: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    if !national::may_start(bytes, start) {
        return None;
    }
    let groups = read(text, start + 2);
    let end = subscriber(&groups)?;
    // Four digits each are a list: `0044 0323 0307`.
    let is_list = groups.are_shaped(&[2, 4, 4]);
    (end > groups.end(1) && !is_list && national::may_end(bytes, end)).then_some(start..end)
}

/// Where the longest number ends that these groups can be, country code first.
fn subscriber(groups: &Groups) -> Option<usize> {
    let code = groups.number(0);
    let is_fraction = groups.count() == 2 && groups.gap(1) == b'.';
    if !starts_with_code(code) || is_fraction {
        return None;
    }
    let american = code.starts_with('1');
    let fits = |count: &usize| {
        let digits = groups.digits(*count);
        match (american, count) {
            (true, _) => digits == 11,
            (false, 1) => (10..=13).contains(&digits),
            (false, _) => (8..=14).contains(&digits),
        }
    };
    (1..=groups.count()).rev().find(fits).map(|count| groups.end(count))
}

fn starts_with_code(group: &str) -> bool {
    if group.starts_with('0') {
        return false;
    }
    let number = |digits: usize| group.get(..digits).and_then(|code| code.parse().ok());
    let is_short = |digits| number(digits).is_some_and(|code| SHORT_CODES.contains(&code));
    let is_long = group.len() >= 3 && number(2).is_some_and(|code| LONG_CODES.contains(&code));
    is_short(1) || is_short(2) || is_long
}
