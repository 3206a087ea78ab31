//! Words that come again and again in bodies, by numbers.
//!
//! The list is part of the format: a word keeps its number, and new ones are added at the end.

use std::sync::LazyLock;

use foldhash::HashMap;

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("words.txt").lines().collect());

static NUMBERS: LazyLock<HashMap<&str, u64>> =
    LazyLock::new(|| WORDS.iter().copied().zip(0..).collect());

/// Longest of them.
const LONGEST: usize = 64;

/// The number of a word that has one.
pub(super) fn number_of(text: &str) -> Option<u64> {
    if text.len() > LONGEST { None } else { NUMBERS.get(text).copied() }
}

/// The word of a number.
pub(super) fn word(number: u64) -> Option<&'static str> {
    WORDS.get(usize::try_from(number).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_number_of_its_own_and_keeps_it() {
        for (text, number) in WORDS.iter().zip(0..) {
            assert_eq!((number_of(text), word(number)), (Some(number), Some(*text)));
        }
        let last = (word(WORDS.len() as u64), number_of("nobody says this"));
        assert_eq!(last, (None, None));
        // Whatever is added later: these stay.
        assert_eq!(
            (word(0), word(20)),
            (Some("gen_ai.operation.name"), Some("gen_ai.request.temperature"))
        );
    }
}
