//! Private keys in PEM (RFC 7468) and armoured OpenPGP: everything from `BEGIN` to `END`.
//!
//! A key that breaks off is taken up to where its base64 ends.

use std::ops::Range;

use memchr::memmem;

const BEGIN: &str = "-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &str = "-----";

/// No label of a key is longer.
const LABEL: usize = 64;

/// A body without so much base64 in a row is an example.
const BASE64: usize = 16;

/// Every private key in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = position(bytes, at, BEGIN) {
        at = start + BEGIN.len();
        if let Some(end) = body_start(bytes, at).and_then(|body| key_end(bytes, body)) {
            found.push(start..end);
            at = end;
        }
    }
    found
}

/// Where the base64 starts after a label that names a private key.
fn body_start(bytes: &[u8], label: usize) -> Option<usize> {
    let dashes = position(&bytes[..bytes.len().min(label + LABEL)], label, DASHES)?;
    memmem::find(&bytes[label..dashes], b"PRIVATE KEY")?;
    Some(dashes + DASHES.len())
}

/// Where a key ends: after the line that says so, else with what can be of a key.
fn key_end(bytes: &[u8], body: usize) -> Option<usize> {
    let dashes = position(bytes, body, DASHES).unwrap_or(bytes.len());
    let length = bytes[body..dashes].iter().take_while(|byte| is_in_key(**byte)).count();
    let key = bytes[body..body + length].trim_ascii_end();
    let has_base64 = key.split(|byte| !is_base64(*byte)).any(|run| run.len() >= BASE64);
    let is_whole = body + length == dashes;
    let closed = if is_whole { closing_end(bytes, dashes) } else { None };
    has_base64.then(|| closed.unwrap_or(body + key.len()))
}

/// Where the line ends that closes a key, if it starts here.
fn closing_end(bytes: &[u8], dashes: usize) -> Option<usize> {
    let line = &bytes[dashes..bytes.len().min(dashes + LABEL)];
    let end = line.starts_with(END).then(|| position(line, END.len(), DASHES))??;
    Some(dashes + end + DASHES.len())
}

/// Base64, white space, and what headers of encrypted keys have beside it.
fn is_in_key(byte: u8) -> bool {
    is_base64(byte) || byte.is_ascii_whitespace() || b"-:,.\\".contains(&byte)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

fn position(bytes: &[u8], from: usize, what: &str) -> Option<usize> {
    memmem::find(&bytes[from..], what.as_bytes()).map(|place| from + place)
}
