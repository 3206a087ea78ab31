//! API keys, tokens and connection secrets that can be told by how they start.
//!
//! A key that nothing marks (an Azure OpenAI key is 32 plain hexadecimal digits) is not found:
//! that takes a `json_path` or `pattern` rule, which knows where it stands.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::boundary::before;

/// What the rest of a key is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Capitals and digits, exactly so many.
    Capitals,
    /// Hexadecimal digits, small.
    Hex,
    /// Letters and digits.
    Plain,
    /// Letters, digits, `-` and `_`.
    Url,
    /// The same with full stops.
    Dotted,
    /// Base64.
    Base64,
    /// The same as `Url`, but looking like chance, because the start is found in words too.
    Chance,
    /// A token of an HTTP header, looking like chance.
    Bearer,
}

/// How keys start, as their vendors document it, and how long the rest is at least.
///
/// A start that ends with a space or `=` is no part of the key.
const KEYS: &[(&str, Rest, usize)] = &[
    ("AGE-SECRET-KEY-1", Rest::Capitals, 58),
    ("AIza", Rest::Url, 35),
    ("AKIA", Rest::Capitals, 16),
    ("ASIA", Rest::Capitals, 16),
    ("AccountKey=", Rest::Base64, 80),
    ("Bearer ", Rest::Bearer, 20),
    ("GOCSPX-", Rest::Url, 24),
    ("SG.", Rest::Dotted, 60),
    ("SharedAccessKey=", Rest::Base64, 40),
    ("bearer ", Rest::Bearer, 20),
    ("dapi", Rest::Hex, 32),
    ("dop_v1_", Rest::Hex, 64),
    ("gho_", Rest::Plain, 36),
    ("ghp_", Rest::Plain, 36),
    ("ghr_", Rest::Plain, 36),
    ("ghs_", Rest::Plain, 36),
    ("ghu_", Rest::Plain, 36),
    ("github_pat_", Rest::Url, 50),
    ("glpat-", Rest::Url, 20),
    ("gsk_", Rest::Plain, 40),
    ("hf_", Rest::Plain, 30),
    ("hvs.", Rest::Url, 24),
    ("lsv2_pt_", Rest::Url, 32),
    ("lsv2_sk_", Rest::Url, 32),
    ("npm_", Rest::Plain, 36),
    ("nvapi-", Rest::Url, 60),
    ("pplx-", Rest::Plain, 40),
    ("pypi-AgEI", Rest::Url, 50),
    ("r8_", Rest::Plain, 37),
    ("rk_live_", Rest::Plain, 16),
    ("rk_test_", Rest::Plain, 16),
    ("shpat_", Rest::Hex, 32),
    ("shpca_", Rest::Hex, 32),
    ("shpss_", Rest::Hex, 32),
    ("sk-", Rest::Chance, 20),
    ("sk_live_", Rest::Plain, 16),
    ("sk_test_", Rest::Plain, 16),
    ("tvly-", Rest::Url, 20),
    ("whsec_", Rest::Base64, 24),
    ("xai-", Rest::Plain, 60),
    ("xapp-", Rest::Url, 20),
    ("xoxa-", Rest::Url, 20),
    ("xoxb-", Rest::Url, 20),
    ("xoxe-", Rest::Url, 20),
    ("xoxe.", Rest::Dotted, 20),
    ("xoxp-", Rest::Url, 20),
    ("xoxr-", Rest::Url, 20),
    ("xoxs-", Rest::Url, 20),
    ("ya29.", Rest::Url, 20),
];

/// Of a rest so long, this much is looked at to see whether it looks like chance.
const GLANCE: usize = 64;

/// Leftmost first, because only then vector instructions look for the starts: four times as fast.
static STARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let starts = KEYS.iter().map(|(start, ..)| start);
    let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(starts);
    #[expect(clippy::expect_used, reason = "the starts above are few and short")]
    search.expect("invariant: the starts compile")
});

/// Longest escape of JSON: `\u00e9`.
const ESCAPE: usize = 6;

/// Whether a key may start anywhere, or after an escape, which ends like a word: `\nAKIA…`.
pub(super) fn may_be_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    STARTS.find_iter(text).any(|mark| {
        let near = &bytes[mark.start().saturating_sub(ESCAPE)..mark.start()];
        starts_freely(bytes, mark.start()) || near.contains(&b'\\')
    })
}

/// Every key in a text.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut done = 0;
    for mark in STARTS.find_iter(text) {
        let Range { start, end } = mark.range();
        let (name, rest, least) = KEYS[mark.pattern().as_usize()];
        if start < done || !starts_freely(bytes, start) {
            continue;
        }
        if let Some(length) = rest.length(&bytes[end..], least) {
            found.push(if name.ends_with([' ', '=']) { end } else { start }..end + length);
            done = end + length;
        }
    }
    found
}

/// Whether no word runs into what starts here.
fn starts_freely(bytes: &[u8], at: usize) -> bool {
    !before(bytes, at).is_some_and(|byte| byte.is_ascii_alphanumeric())
}

impl Rest {
    /// How long the rest of a key is, if this is one.
    fn length(self, bytes: &[u8], least: usize) -> Option<usize> {
        let ambiguous = matches!(self, Self::Chance | Self::Bearer);
        if ambiguous && !looks_like_chance(self.glance(bytes)) {
            return None;
        }
        let most = if self == Self::Capitals { least } else { usize::MAX };
        let length = run(bytes, most, |byte| self.holds(byte));
        let ends = !bytes.get(length).is_some_and(u8::is_ascii_alphanumeric);
        (length >= least && ends).then_some(length)
    }

    fn holds(self, byte: u8) -> bool {
        let also: &[u8] = match self {
            Self::Capitals => return byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => return matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Self::Plain => b"",
            Self::Url | Self::Chance => b"-_",
            Self::Dotted => b"-_.",
            Self::Base64 => b"+/=",
            Self::Bearer => b"-._~+/=",
        };
        byte.is_ascii_alphanumeric() || also.contains(&byte)
    }

    /// The first characters of the rest.
    fn glance(self, bytes: &[u8]) -> &[u8] {
        &bytes[..run(bytes, GLANCE, |byte| self.holds(byte))]
    }
}

/// How many of the first bytes hold.
fn run(bytes: &[u8], most: usize, holds: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take(most).take_while(|byte| holds(**byte)).count()
}

/// Digits, and either capitals or many digits: `sk-estimator-doc-link` has neither.
fn looks_like_chance(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 6 || (digits >= 1 && bytes.iter().any(u8::is_ascii_uppercase))
}
