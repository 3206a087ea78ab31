//! Addresses of machines: IPv4 and IPv6. Off unless a rules file asks for them.
//!
//! A version of four numbers (`1.2.3.4`) is an IPv4 address too; nothing tells them apart.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::boundary::{before, is_word};

/// The longest address of either kind as text.
const LONGEST: usize = 45;

/// Every IPv4 address in a text.
pub(super) fn find_v4(text: &str) -> Vec<Range<usize>> {
    runs(text, |byte| byte.is_ascii_digit() || byte == b'.', |run| run.parse::<Ipv4Addr>().is_ok())
}

/// Every IPv6 address in a text; its first group has a digit, because `a::b` is code as well.
pub(super) fn find_v6(text: &str) -> Vec<Range<usize>> {
    let is_address = |run: &str| {
        let first = run.split(':').next().unwrap_or_default();
        let plain = first.len() > 2 && first.bytes().any(|byte| byte.is_ascii_digit());
        plain && run.parse::<Ipv6Addr>().is_ok()
    };
    runs(text, |byte| byte.is_ascii_hexdigit() || byte == b':', is_address)
}

/// Runs of such bytes, by themselves, that are addresses without the punctuation after them.
fn runs(
    text: &str,
    holds: impl Fn(u8) -> bool,
    is_address: impl Fn(&str) -> bool,
) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(place) = bytes[at..].iter().position(|byte| holds(*byte)) {
        let start = at + place;
        at = start + bytes[start..].iter().take_while(|byte| holds(**byte)).count();
        let run = text[start..at].trim_end_matches(['.', ':']);
        let free = !is_word(before(bytes, start)) && !is_word(bytes.get(at).copied());
        if free && run.len() <= LONGEST && is_address(run) {
            found.push(start..start + run.len());
        }
    }
    found
}
