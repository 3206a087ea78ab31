//! Account numbers (IBAN): a country's format and the remainder 1 modulo 97.
//!
//! Written without a gap or in groups of four, all letters large or all small. Formats are those
//! of the SWIFT IBAN registry and of countries that use the scheme without being in it:
//! `data/iban.txt`, where `n`, `a` and `c` stand for digits, letters, and either.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::boundary::{ends_freely, starts_freely};
use crate::redaction::digits;

const FILE: &str = include_str!("../../../data/iban.txt");

/// What follows country and check digits, by country.
static FORMATS: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    FILE.split_ascii_whitespace().filter_map(|entry| entry.split_once(':')).collect()
});

/// Every account number in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for run in digits::runs(bytes) {
        let Some(start) = run.start.checked_sub(2).filter(|start| *start >= done) else { continue };
        let country = text.get(start..run.start).unwrap_or_default();
        if run.len() < 2 || !starts_freely(bytes, start) {
            continue;
        }
        let format = FORMATS.get(country.to_ascii_uppercase().as_str());
        if let Some(end) = format.and_then(|format| account(bytes, start, format)) {
            found.push(start..end);
            done = end;
        }
    }
    found
}

/// Where the account number that starts here ends, if it is one.
fn account(bytes: &[u8], start: usize, format: &str) -> Option<usize> {
    let length = 4 + classes(format).count();
    let gap = bytes.get(start + 4).copied().filter(|byte| matches!(byte, b' ' | b'-'));
    let mut number = Vec::with_capacity(length);
    let mut at = start;
    while number.len() < length {
        if gap.is_some() && !number.is_empty() && number.len() % 4 == 0 {
            bytes.get(at).filter(|byte| Some(**byte) == gap)?;
            at += 1;
        }
        number.push(*bytes.get(at).filter(|byte| byte.is_ascii_alphanumeric())?);
        at += 1;
    }
    let fits = classes(format).zip(&number[4..]).all(|(class, byte)| holds(class, *byte));
    (fits && is_of_one_case(&number) && remainder(&number) == 1 && ends_freely(bytes, at))
        .then_some(at)
}

/// A format spelt out: one class for each character.
fn classes(format: &str) -> impl Iterator<Item = u8> {
    let starts = format.match_indices(|c: char| c.is_ascii_lowercase());
    starts.flat_map(|(at, class)| {
        let digits = digits::run_end(format.as_bytes(), at + 1);
        let count = format[at + 1..digits].parse().unwrap_or(0);
        std::iter::repeat_n(class.as_bytes()[0], count)
    })
}

fn holds(class: u8, byte: u8) -> bool {
    match class {
        b'n' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        _ => true,
    }
}

fn is_of_one_case(number: &[u8]) -> bool {
    let large = number.iter().any(u8::is_ascii_uppercase);
    let small = number.iter().any(u8::is_ascii_lowercase);
    !(large && small)
}

/// ISO 7064: the first four characters moved to the end, letters from 10 on, modulo 97.
fn remainder(number: &[u8]) -> u32 {
    number[4..].iter().chain(&number[..4]).fold(0, |all, byte| match byte {
        b'0'..=b'9' => (all * 10 + u32::from(byte - b'0')) % 97,
        letter => (all * 100 + u32::from(letter.to_ascii_lowercase() - b'a') + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_can_be_read() {
        let lengths = FORMATS.values().map(|format| 4 + classes(format).count());
        let lengths: Vec<usize> = lengths.collect();
        assert_eq!(lengths.len(), 111);
        assert!(lengths.iter().all(|length| (15..=34).contains(length)), "{lengths:?}");
    }
}
