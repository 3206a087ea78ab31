//! JSON Web Tokens (RFC 7519): a header, claims and a signature in base64, with full stops.
//!
//! `eyJ` is `{"` in base64: so start the header and, in a signed token, the claims. Of an encrypted
//! token only the header starts so; it is told by its five parts.

use std::ops::Range;

use memchr::memmem;

use super::boundary::before;

const HEADER: &str = "eyJ";

/// The parts of a signed token and of an encrypted one.
const SIGNED: usize = 3;
const ENCRYPTED: usize = 5;

/// Every token in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for start in memmem::find_iter(bytes, HEADER) {
        if start < done || before(bytes, start).is_some_and(is_of_token) {
            continue;
        }
        let ends = parts(bytes, start);
        if let Some(end) = token_end(bytes, &ends) {
            found.push(start..end);
            done = end;
        }
    }
    found
}

/// Where a token of these parts ends.
fn token_end(bytes: &[u8], ends: &[usize]) -> Option<usize> {
    let claims = ends.first()? + 1;
    let signed = ends.len() >= 2 && bytes[claims..].starts_with(b"ey") && ends[1] - claims >= 8;
    match ends.len() {
        ENCRYPTED => Some(ends[ENCRYPTED - 1]),
        _ if signed => Some(ends[ends.len().min(SIGNED) - 1]),
        _ => None,
    }
}

/// Where the parts end that start here, at most five.
fn parts(bytes: &[u8], start: usize) -> Vec<usize> {
    let mut ends = Vec::with_capacity(ENCRYPTED);
    let mut at = start;
    while ends.len() < ENCRYPTED {
        let end = at + bytes[at..].iter().take_while(|byte| is_of_token(**byte)).count();
        ends.push(end);
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        at = end + 1;
    }
    ends
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
