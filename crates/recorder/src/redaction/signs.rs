//! Signs: cheap looks at a text that say which rules could find anything in it.
//!
//! They decide how fast the common case is, where nothing is found. A sign may be there for
//! nothing; it is never missing where its rule would find something.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::detector::{Detector, has_key};
use super::digits;

/// One sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `@`, or `%40`.
    At,
    /// Digits close together.
    Digits,
    /// The start of a key.
    Key,
    /// The start of a JSON Web Token.
    Jwt,
    /// The start of a private key.
    Pem,
    /// What JSON paths go through.
    Brackets,
    /// A match of a pattern.
    Pattern,
    /// None needed: nothing rules this out.
    Always,
}

const ALL: [Sign; 8] = [
    Sign::At,
    Sign::Digits,
    Sign::Key,
    Sign::Jwt,
    Sign::Pem,
    Sign::Brackets,
    Sign::Pattern,
    Sign::Always,
];

/// A set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u8);

static AT: LazyLock<Finder> = LazyLock::new(|| Finder::new("%40"));
static JWT: LazyLock<Finder> = LazyLock::new(|| Finder::new("eyJ"));
static PEM: LazyLock<Finder> = LazyLock::new(|| Finder::new("-----BEGIN "));
static ESCAPE: LazyLock<Finder> = LazyLock::new(|| Finder::new("\\u00"));

impl Sign {
    /// The sign without which a detector finds nothing.
    pub(super) fn of(detector: Detector) -> Self {
        match detector {
            Detector::Email | Detector::UrlPassword => Self::At,
            Detector::Card | Detector::Iban | Detector::Phone => Self::Digits,
            Detector::ApiKey => Self::Key,
            Detector::Jwt => Self::Jwt,
            Detector::PrivateKey => Self::Pem,
            Detector::Ipv4 | Detector::Ipv6 => Self::Always,
        }
    }

    /// Whether a text shows it. Of patterns only the rules know.
    fn is_in(self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match self {
            Self::At => memchr(b'@', bytes).is_some() || AT.find(bytes).is_some(),
            Self::Digits => digits::are_dense(bytes),
            Self::Key => has_key(text),
            Self::Jwt => JWT.find(bytes).is_some(),
            Self::Pem => PEM.find(bytes).is_some(),
            Self::Brackets => memchr2(b'{', b'[', bytes).is_some(),
            Self::Pattern | Self::Always => true,
        }
    }
}

impl Signs {
    /// Whether no sign is left.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this sign is among them.
    pub(super) fn has(self, sign: Sign) -> bool {
        self.0 & (1 << sign as u8) != 0
    }

    /// Of these signs, those that a text shows.
    pub(super) fn shown_by(self, text: &str) -> Self {
        ALL.into_iter().filter(|sign| self.has(*sign) && sign.is_in(text)).collect()
    }

    /// The signs without this one.
    pub(super) fn without(self, sign: Sign) -> Self {
        Self(self.0 & !(1 << sign as u8))
    }
}

impl FromIterator<Sign> for Signs {
    fn from_iter<I: IntoIterator<Item = Sign>>(signs: I) -> Self {
        Self(signs.into_iter().fold(0, |all, sign| all | 1 << sign as u8))
    }
}

/// Whether an escape may hide a character of ASCII, and with it any sign.
pub(super) fn are_hidden(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hides = |at: usize| bytes.get(at + 4).is_some_and(|digit| matches!(digit, b'2'..=b'7'));
    ESCAPE.find_iter(bytes).any(hides)
}
