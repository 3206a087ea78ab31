//! Digits found fast: most text has few, and whole blocks of it can be passed over.

use std::ops::Range;

/// Bytes looked at together: what the compiler turns into a few vector instructions.
const BLOCK: usize = 32;

/// No card, phone number or account number has fewer digits in two blocks that touch.
const LEAST: u8 = 7;

/// Whether so many digits stand close together that a number worth a look may be among them.
pub(super) fn are_dense(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut before = 0;
    for block in blocks {
        let here = count(block);
        if before + here >= LEAST {
            return true;
        }
        before = here;
    }
    before + count(rest) >= LEAST
}

/// How many digits a block has.
fn count(block: &[u8]) -> u8 {
    block.iter().map(|byte| u8::from(byte.is_ascii_digit())).sum()
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
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    for (number, block) in blocks.iter().enumerate() {
        if count(block) > 0 {
            return block.iter().position(is_digit).map(|place| number * BLOCK + place);
        }
    }
    rest.iter().position(is_digit).map(|place| blocks.len() * BLOCK + place)
}

/// Where the digits that start here end.
pub(super) fn run_end(bytes: &[u8], start: usize) -> usize {
    let others = bytes[start..].iter().position(|byte| !byte.is_ascii_digit());
    others.map_or(bytes.len(), |place| start + place)
}
