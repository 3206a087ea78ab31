//! Groups of digits with what stands between them.

use crate::redaction::digits::run_end;

/// No number is written in more groups.
const MOST: usize = 8;

/// Groups of digits that follow each other with one gap each.
#[derive(Default)]
pub(super) struct Groups<'a> {
    numbers: [&'a str; MOST],
    /// The first byte of the gap before each.
    gaps: [u8; MOST],
    ends: [usize; MOST],
    count: usize,
}

/// The groups from here on. A gap is a space, hyphen, full stop, slash or bracket.
pub(super) fn read(text: &str, start: usize) -> Groups<'_> {
    let bytes = text.as_bytes();
    let mut groups = Groups::default();
    let mut at = start;
    for place in 0..MOST {
        let gap = if place == 0 { 0 } else { gap(&bytes[at..]) };
        let from = at + gap;
        let end = run_end(bytes, from);
        if end == from || (gap == 0 && place > 0) {
            break;
        }
        groups.gaps[place] = bytes[at];
        groups.numbers[place] = &text[from..end];
        groups.ends[place] = end;
        groups.count += 1;
        at = end;
    }
    groups
}

/// How many bytes part two groups; 0 if they are not parted as numbers are.
fn gap(bytes: &[u8]) -> usize {
    match bytes {
        [b')', b' ' | b'-' | b'/', ..] | [b' ', b'(', ..] => 2,
        [b' ' | b'-' | b'.' | b'/' | b'(' | b')', ..] => 1,
        _ => 0,
    }
}

impl Groups<'_> {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The digits of one group; empty if there is none.
    pub(super) fn number(&self, place: usize) -> &str {
        self.numbers.get(place).copied().unwrap_or_default()
    }

    /// The first byte of the gap before a group; 0 if there is none.
    pub(super) fn gap(&self, place: usize) -> u8 {
        self.gaps.get(place).copied().unwrap_or_default()
    }

    /// Where the first groups end.
    pub(super) fn end(&self, count: usize) -> usize {
        self.ends[count - 1]
    }

    /// How many digits the first groups have.
    pub(super) fn digits(&self, count: usize) -> usize {
        self.lengths(count).sum()
    }

    /// The lengths of the first groups.
    pub(super) fn lengths(&self, count: usize) -> impl Iterator<Item = usize> {
        self.numbers[..count].iter().map(|number| number.len())
    }

    /// Whether the first groups have these lengths.
    pub(super) fn are_shaped(&self, shape: &[usize]) -> bool {
        self.count >= shape.len() && self.lengths(shape.len()).eq(shape.iter().copied())
    }

    /// Whether the first groups all have this gap between them.
    pub(super) fn parted_by(&self, gap: u8, count: usize) -> bool {
        self.gaps[1..count].iter().all(|each| *each == gap)
    }
}
