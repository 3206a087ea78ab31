//! Digits found fast: most text has few, and whole blocks of it can be passed over.

use std::ops::Range;

/// Bytes looked at together, as one number.
const BLOCK: usize = 8;

/// A byte in each place of a block.
const HIGH_HALF: u64 = u64::from_le_bytes([0xf0; BLOCK]);
const LOW_BITS: u64 = u64::from_le_bytes([0x7f; BLOCK]);
const TOP_BIT: u64 = u64::from_le_bytes([0x80; BLOCK]);
const SIX: u64 = u64::from_le_bytes([6; BLOCK]);
const THREE: u64 = u64::from_le_bytes([0x30; BLOCK]);

/// No card, phone number or account number has fewer digits in a row; a `+` counts as one.
///
/// Days and times have fewer. Account numbers may have letters in between, but of all examples in
/// the IBAN registry none leaves less.
const LEAST: usize = 9;

/// The widest gap within a number, with room for an escaped slash.
const GAP: usize = 3;

/// Whether so many digits follow each other, with gaps as in numbers, that one may be worth a look.
pub(super) fn are_dense(bytes: &[u8]) -> bool {
    let mut row = 0;
    let mut end = 0;
    runs(bytes).any(|run| {
        let gap = &bytes[end..run.start];
        let goes_on = gap.len() <= GAP && gap.iter().all(|byte| b" -./()\\".contains(byte));
        let sign = usize::from(gap.ends_with(b"+"));
        row = if goes_on { row + run.len() } else { sign + run.len() };
        end = run.end;
        row >= LEAST
    })
}

/// The runs of digits in a text, in order.
pub(super) fn runs(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + next_digit(&bytes[at..])?;
        at = run_end(bytes, start);
        Some(start..at)
    })
}

fn next_digit(bytes: &[u8]) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let digits = digits_of(*block);
        if digits != 0 {
            return Some(number * BLOCK + digits.trailing_zeros() as usize / 8);
        }
    }
    let place = rest.iter().position(u8::is_ascii_digit)?;
    Some(blocks.len() * BLOCK + place)
}

/// A block with the top bit set where it has a digit, and no other.
///
/// The digits are 0x30 to 0x39: the higher half of the byte is 3, and still is with 6 more.
fn digits_of(block: [u8; BLOCK]) -> u64 {
    let block = u64::from_le_bytes(block);
    let plain = (block & HIGH_HALF) ^ THREE;
    let raised = (((block & LOW_BITS) + SIX) & HIGH_HALF) ^ THREE;
    let others = (plain | raised) >> 4;
    !(others + LOW_BITS) & TOP_BIT
}

/// Where the digits that start here end.
pub(super) fn run_end(bytes: &[u8], start: usize) -> usize {
    let others = bytes[start..].iter().position(|byte| !byte.is_ascii_digit());
    others.map_or(bytes.len(), |place| start + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_told_from_every_other_byte() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut block = [0xff; BLOCK];
                block[place] = byte;
                let wanted = if byte.is_ascii_digit() { 0x80 << (8 * place) } else { 0 };
                assert_eq!(digits_of(block), wanted, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn runs_are_found_wherever_they_stand() {
        let text = b"12 abc3defghijklmnopqrstuvwxyzabcdefghijklm45678901234nopqr\xff6";
        let runs: Vec<_> = runs(text).collect();
        assert_eq!(runs, [0..2, 6..7, 43..54, 60..61]);
    }
}
