//! Payment cards: a known network, a length it issues, a usual grouping, and Luhn's check digit.
//!
//! Written without a gap, or with single spaces or hyphens in the groups that are printed on
//! cards. Not found: the 13 digits of old Visa cards, because article numbers look alike, and 17
//! to 19 digits without a gap, because trace ids do.

use std::ops::Range;

use super::boundary::{before, ends_freely, starts_freely};
use crate::redaction::digits;

/// Digits of a whole group on a card, from the left.
const GROUPS: &[&[usize]] = &[&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

/// The first six digits from and to, and the lengths issued (ISO/IEC 7812; the networks' tables).
const NETWORKS: &[(u32, u32, &[usize])] = &[
    (220_000, 220_499, &[16]),     // Mir
    (222_100, 272_099, &[16]),     // Mastercard
    (300_000, 305_999, &[14]),     // Diners Club
    (309_500, 309_599, &[14]),     // Diners Club
    (340_000, 349_999, &[15]),     // American Express
    (352_800, 358_999, &[16, 19]), // JCB
    (360_000, 369_999, &[14]),     // Diners Club
    (370_000, 379_999, &[15]),     // American Express
    (380_000, 399_999, &[14]),     // Diners Club
    (400_000, 499_999, &[16, 19]), // Visa
    (501_800, 503_899, &[16, 19]), // Maestro
    (506_099, 506_198, &[16, 19]), // Verve
    (506_699, 506_778, &[16]),     // Elo
    (508_000, 508_999, &[16]),     // RuPay
    (509_000, 509_999, &[16]),     // Elo
    (510_000, 559_999, &[16]),     // Mastercard
    (589_300, 589_399, &[16, 19]), // Maestro
    (601_100, 601_199, &[16, 19]), // Discover
    (606_282, 606_282, &[16]),     // Hipercard
    (608_000, 608_999, &[16]),     // RuPay
    (620_000, 629_999, &[16, 19]), // UnionPay
    (630_400, 630_499, &[16, 19]), // Maestro
    (644_000, 659_999, &[16, 19]), // Discover, RuPay
    (675_900, 675_999, &[16, 19]), // Maestro
    (676_100, 676_399, &[16, 19]), // Maestro
    (810_000, 817_199, &[16, 19]), // UnionPay
    (979_200, 979_299, &[16]),     // Troy
];

/// Every card number in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for run in digits::runs(bytes) {
        if run.start < done || !starts_freely(bytes, run.start) {
            continue;
        }
        let start = run.start;
        let end = match run.len() {
            4 => grouped(bytes, run),
            14..=16 => is_card(&bytes[run.clone()]).then_some(run.end),
            _ => None,
        };
        if let Some(end) = end.filter(|end| ends_freely(bytes, *end)) {
            found.push(start..end);
            done = end;
        }
    }
    found
}

/// Where a card written in groups ends, of which this is the first.
fn grouped(bytes: &[u8], first: Range<usize>) -> Option<usize> {
    let gap = bytes.get(first.end).copied().filter(|byte| matches!(byte, b' ' | b'-'))?;
    if follows_a_group(bytes, first.start, gap) {
        return None;
    }
    let groups = groups(bytes, first, gap);
    GROUPS.iter().find_map(|shape| {
        let groups = groups.get(..shape.len())?;
        if !groups.iter().map(Range::len).eq(shape.iter().copied()) {
            return None;
        }
        let number: Vec<u8> =
            groups.iter().flat_map(|group| &bytes[group.clone()]).copied().collect();
        is_card(&number).then(|| groups[groups.len() - 1].end)
    })
}

/// Whether four digits and the same gap stand before: then this is a list of numbers.
fn follows_a_group(bytes: &[u8], at: usize, gap: u8) -> bool {
    let Some(earlier) = at.checked_sub(5).map(|from| &bytes[from..at]) else { return false };
    let digits = earlier[..4].iter().all(u8::is_ascii_digit);
    let longer = before(bytes, at - 5).is_some_and(|byte| byte.is_ascii_digit());
    digits && earlier[4] == gap && !longer
}

/// At most five groups with the same gap between them.
fn groups(bytes: &[u8], first: Range<usize>, gap: u8) -> Vec<Range<usize>> {
    let mut end = first.end;
    let mut groups = vec![first];
    while groups.len() < 5 && bytes.get(end) == Some(&gap) {
        let start = end + 1;
        end = digits::run_end(bytes, start);
        groups.push(start..end);
    }
    groups
}

fn is_card(number: &[u8]) -> bool {
    let start = number[..6].iter().fold(0, |all, digit| all * 10 + u32::from(digit - b'0'));
    let issued = |(from, to, lengths): &(u32, u32, &[usize])| {
        (*from..=*to).contains(&start) && lengths.contains(&number.len())
    };
    NETWORKS.iter().any(issued) && passes_luhn(number)
}

/// Luhn's sum: every second digit from the right counts double, as the sum of its digits.
fn passes_luhn(number: &[u8]) -> bool {
    let digits = number.iter().rev().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}
