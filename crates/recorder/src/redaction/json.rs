//! Where strings, numbers and brackets stand in a JSON text.
//!
//! Whether a text is JSON, `serde_json` says. But it doesn't say where things stand, and findings
//! are replaced there, every other byte left as it came; so their places are read here. In a text
//! known to be JSON that takes no grammar: a string ends at the next quote without a backslash.

use std::ops::Range;

use memchr::memchr2;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// Something that stands in a JSON text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An opening bracket, and where it stands.
    Open(usize),
    /// A closing bracket, and where it ends.
    Close(usize),
    /// The name of a member, without its quotes.
    Name(Range<usize>),
    /// A string, without its quotes.
    Text(Range<usize>),
    /// A number, `true`, `false` or `null`.
    Scalar(Range<usize>),
}

/// Whether a text is JSON in brackets or quotes: one value, several, or the beginning of one.
///
/// Values that follow each other are JSON Lines; a beginning is what a client leaves that cuts
/// long attributes. A number by itself counts as plain text.
pub(super) fn is_json(text: &str) -> bool {
    let opens = text.trim_ascii_start().starts_with(['{', '[', '"']);
    // Ignoring a value takes no recursion, so that depth is no limit.
    let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
    opens && values.find_map(Result::err).is_none_or(|error| error.is_eof())
}

/// What stands in a JSON text, in order.
pub(super) fn tokens(json: &str) -> impl Iterator<Item = Token> {
    let bytes = json.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = skip(bytes, at, |byte| byte.is_ascii_whitespace() || b",:".contains(&byte));
        let (token, end) = token(bytes, start)?;
        at = end;
        Some(token)
    })
}

/// What starts here, and where it ends.
fn token(bytes: &[u8], start: usize) -> Option<(Token, usize)> {
    Some(match bytes.get(start)? {
        b'{' | b'[' => (Token::Open(start), start + 1),
        b'}' | b']' => (Token::Close(start + 1), start + 1),
        b'"' => {
            let content = start + 1..string_end(bytes, start + 1);
            let end = bytes.len().min(content.end + 1);
            let next = skip(bytes, end, |byte| byte.is_ascii_whitespace());
            let named = bytes.get(next) == Some(&b':');
            (if named { Token::Name(content) } else { Token::Text(content) }, end)
        }
        _ => {
            let end = skip(bytes, start, |byte| {
                !byte.is_ascii_whitespace() && !b",:\"[]{}".contains(&byte)
            });
            (Token::Scalar(start..end), end)
        }
    })
}

/// Where the string ends whose content starts here; with the text if it breaks off.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(place) = memchr2(b'"', b'\\', &bytes[at.min(bytes.len())..]) {
        at += place;
        if bytes[at] == b'"' {
            return at;
        }
        at += 2;
    }
    bytes.len()
}

/// The first place from here on whose byte doesn't hold.
fn skip(bytes: &[u8], start: usize, holds: impl Fn(u8) -> bool) -> usize {
    start + bytes[start..].iter().take_while(|byte| holds(**byte)).count()
}
