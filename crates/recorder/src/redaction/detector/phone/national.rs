//! Numbers as they are written within a country.

use std::ops::Range;

use super::groups::{Groups, read};
use crate::redaction::detector::boundary::{before, is_word};

/// The number whose first digits these are; with its bracket, if it starts with one.
pub(super) fn at(text: &str, run: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // Most numbers are none that a phone number starts with: no need to read on.
    if !matches!(&bytes[run.clone()], [b'0', b'1'..=b'9', ..] | [b'2'..=b'9', _, _] | b"1") {
        return None;
    }
    let bracket = run.start.checked_sub(1).filter(|at| bytes[*at] == b'(');
    let (start, end) = match bracket.filter(|_| bytes.get(run.end) == Some(&b')')) {
        Some(start) if is_word(before(bytes, start)) => return None,
        Some(start) => (start, in_brackets(&read(text, run.start))?),
        None if !may_start(bytes, run.start) => return None,
        None => {
            let groups = read(text, run.start);
            (run.start, american(&groups).or_else(|| from_zero(&groups))?)
        }
    };
    may_end(bytes, end).then_some(start..end)
}

/// Whether a number may start here: after white space or what opens, not after `#` or a hyphen.
pub(super) fn may_start(bytes: &[u8], at: usize) -> bool {
    before(bytes, at).is_none_or(|byte| {
        byte.is_ascii_whitespace() || !byte.is_ascii() || b"\"'(<>[{,;:=|*".contains(&byte)
    })
}

/// Whether a number may end here: before white space or what closes.
pub(super) fn may_end(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| {
        byte.is_ascii_whitespace() || !byte.is_ascii() || b"\"')>]},;:!?.|*<".contains(byte)
    })
}

/// `(415) 555-2671`, `(0151) 2345 6789`.
fn in_brackets(groups: &Groups) -> Option<usize> {
    let area = groups.number(0).as_bytes();
    if groups.are_shaped(&[3, 3, 4]) && area[0] >= b'2' {
        return Some(groups.end(3));
    }
    let fits = |count: &usize| (9..=12).contains(&groups.digits(*count));
    let count = (2..=groups.count().min(4)).rev().find(fits);
    count.filter(|_| has_trunk_zero(groups)).map(|count| groups.end(count))
}

/// `415-555-2671`, `415.555.2671`, `1-415-555-2671`.
fn american(groups: &Groups) -> Option<usize> {
    let shape: &[usize] = if groups.number(0) == "1" { &[1, 3, 3, 4] } else { &[3, 3, 4] };
    let area = groups.number(shape.len() - 3).as_bytes();
    let parted = are_parted(groups, b'-', shape.len()) || are_parted(groups, b'.', shape.len());
    (parted && groups.are_shaped(shape) && area[0] >= b'2').then(|| groups.end(shape.len()))
}

/// `0151/2345678`, `06 12 34 56 78`, `020 7946 0958`.
fn from_zero(groups: &Groups) -> Option<usize> {
    if !has_trunk_zero(groups) {
        return None;
    }
    let gap = groups.gap(1);
    // `01 02 03 04 05` is a list, or bytes.
    let counts = (0..5).all(|place| groups.number(place).starts_with('0'));
    if groups.are_shaped(&[2; 5]) && !counts && are_parted(groups, gap, 5) && b" .-".contains(&gap)
    {
        return Some(groups.end(5));
    }
    let fits = |count: &usize| match gap {
        b'/' => (9..=12).contains(&groups.digits(*count)) && groups.number(0).len() >= 3,
        b' ' | b'-' => {
            let quads = groups.lengths(*count).all(|length| length == 4);
            let long = groups.lengths(*count).skip(1).all(|length| (3..=8).contains(&length));
            let digits = (10..=12).contains(&groups.digits(*count));
            digits && long && !quads && groups.parted_by(gap, *count)
        }
        _ => false,
    };
    (2..=groups.count().min(4)).rev().find(fits).map(|count| groups.end(count))
}

/// Whether the number starts with one 0 and the area code.
fn has_trunk_zero(groups: &Groups) -> bool {
    matches!(groups.number(0).as_bytes(), [b'0', b'1'..=b'9', ..])
        && groups.number(0).len() <= 5
        && groups.count() > 1
}

/// Whether the first groups have this gap between them, and none like it after them.
fn are_parted(groups: &Groups, gap: u8, count: usize) -> bool {
    groups.parted_by(gap, count) && groups.gap(count) != gap
}
