//! Escapes of JSON strings: what they stand for, and where.
//!
//! `serde_json` can unescape a string, but not say where in the text each character came from;
//! a finding is replaced there. So the escapes are read here, and checked against `serde_json` in
//! tests. What is no escape stands for itself: text that only looks like JSON is read too.

use memchr::memchr;

/// A piece of escaped text.
struct Piece {
    /// How long it is as it stands.
    raw: usize,
    /// The character it stands for; none if it stands for itself.
    escaped: Option<char>,
}

/// The text without escapes; none if it has none.
pub(super) fn unescape(raw: &str) -> Option<String> {
    memchr(b'\\', raw.as_bytes())?;
    let mut text = String::with_capacity(raw.len());
    let mut at = 0;
    let mut any = false;
    while at < raw.len() {
        let piece = piece(&raw[at..]);
        match piece.escaped {
            Some(c) => text.push(c),
            None => text.push_str(&raw[at..at + piece.raw]),
        }
        any |= piece.escaped.is_some();
        at += piece.raw;
    }
    any.then_some(text)
}

/// Goes through escaped text, and tells where a place of the unescaped text stands in it.
pub(super) struct Places<'a> {
    /// What follows the current piece.
    rest: &'a str,
    piece: Piece,
    /// Where the current piece starts, as it stands and unescaped.
    at: usize,
    unescaped: usize,
}

impl<'a> Places<'a> {
    /// At the start of a text.
    pub(super) fn of(raw: &'a str) -> Self {
        let piece = piece(raw);
        Self { rest: &raw[piece.raw..], piece, at: 0, unescaped: 0 }
    }

    /// Where a place of the unescaped text stands. To be asked from the left to the right.
    pub(super) fn of_unescaped(&mut self, place: usize) -> usize {
        while self.unescaped + self.piece.length() <= place && !self.rest.is_empty() {
            self.unescaped += self.piece.length();
            self.at += self.piece.raw;
            self.piece = piece(self.rest);
            self.rest = &self.rest[self.piece.raw..];
        }
        let within = place - self.unescaped;
        self.at + if within == self.piece.length() { self.piece.raw } else { within }
    }
}

impl Piece {
    /// How long it is unescaped.
    fn length(&self) -> usize {
        self.escaped.map_or(self.raw, char::len_utf8)
    }
}

/// The first piece of a text; empty if that is.
fn piece(raw: &str) -> Piece {
    match memchr(b'\\', raw.as_bytes()) {
        Some(0) => escape(raw).unwrap_or(Piece { raw: 1, escaped: None }),
        Some(length) => Piece { raw: length, escaped: None },
        None => Piece { raw: raw.len(), escaped: None },
    }
}

/// The escape at the start of a text (RFC 8259, section 7).
fn escape(raw: &str) -> Option<Piece> {
    let short = |c| Some(Piece { raw: 2, escaped: Some(c) });
    match raw.as_bytes().get(1)? {
        b'"' => short('"'),
        b'\\' => short('\\'),
        b'/' => short('/'),
        b'b' => short('\u{8}'),
        b'f' => short('\u{c}'),
        b'n' => short('\n'),
        b'r' => short('\r'),
        b't' => short('\t'),
        b'u' => {
            let first = unit(raw)?;
            let second = raw.get(6..).and_then(unit);
            let units = [Some(first), second].into_iter().flatten();
            let c = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
            Some(Piece { raw: 6 * c.len_utf16(), escaped: Some(c) })
        }
        _ => None,
    }
}

/// The UTF-16 unit that an escape at the start of a text stands for.
fn unit(raw: &str) -> Option<u16> {
    let digits = raw.strip_prefix("\\u")?.get(..4)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_escape_stands_for_itself() {
        for (raw, text) in [
            (r"C:\dir\file", "C:\\dir\u{c}ile"),
            (r"\d+\u12", r"\d+\u12"),
            (r"\u00e9\ud83d\ude00 \ud83d", "é😀 \u{fffd}"),
            ("\\n\\", "\n\\"),
        ] {
            assert_eq!(unescape(raw).unwrap_or(raw.to_owned()), text, "{raw}");
        }
        assert_eq!(unescape(r"\d \w"), None);
    }

    #[test]
    fn a_place_is_found_behind_escapes() {
        let raw = r"\u0040é\n\\x";
        let places = [(0, 0), (1, 6), (3, 8), (4, 10), (5, 12), (6, 13)];
        let mut cursor = Places::of(raw);
        for (unescaped, place) in places {
            assert_eq!(cursor.of_unescaped(unescaped), place, "{unescaped}");
        }
    }

    proptest! {
        #[test]
        fn escapes_are_read_as_serde_json_reads_them(text: String) {
            let plain = serde_json::to_string(&text).unwrap();
            let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
            let escaped = format!("\"{}\"", units.collect::<String>());
            for json in [plain, escaped] {
                let raw = &json[1..json.len() - 1];
                let read = unescape(raw).unwrap_or_else(|| raw.to_owned());
                prop_assert_eq!(&read, &serde_json::from_str::<String>(&json).unwrap());
            }
        }
    }
}
