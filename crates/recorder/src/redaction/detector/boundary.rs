//! What may stand before and after a number, so that a part of a longer one is not taken.

/// A letter, digit or underscore of ASCII. Other letters part words: Chinese sets no spaces.
pub(super) fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The byte before a place.
pub(super) fn before(bytes: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).map(|at| bytes[at])
}

/// Whether a number can start here: not within a word, an id with hyphens, or a fraction.
pub(super) fn starts_freely(bytes: &[u8], at: usize) -> bool {
    let joined = match before(bytes, at) {
        Some(b'-') => is_word(before(bytes, at - 1)),
        Some(b'.') => before(bytes, at - 1).is_some_and(|byte| byte.is_ascii_digit()),
        byte => is_word(byte),
    };
    !joined
}

/// Whether a number can end here: not within a word, an id with hyphens, or a fraction.
pub(super) fn ends_freely(bytes: &[u8], at: usize) -> bool {
    let next = bytes.get(at + 1).copied();
    let joined = match bytes.get(at).copied() {
        Some(b'-') => is_word(next),
        Some(b'.') => next.is_some_and(|byte| byte.is_ascii_digit()),
        byte => is_word(byte),
    };
    !joined
}
