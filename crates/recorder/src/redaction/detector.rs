//! Detectors: what is known well enough to be found without a rule of one's own.
//!
//! Each is a function from a text to ranges, in order and apart. All are linear in the text,
//! whatever it holds: they look back or ahead only so far as what they look for can reach.

mod address;
mod api_key;
mod boundary;
mod card;
mod email;
mod iban;
mod jwt;
mod phone;
mod private_key;
mod url_password;

use std::ops::Range;

/// What is found without a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detector {
    ApiKey,
    Card,
    Email,
    Iban,
    Ipv4,
    Ipv6,
    Jwt,
    Phone,
    PrivateKey,
    UrlPassword,
}

/// Every detector by the name that a rules file uses.
pub(super) const DETECTORS: &[(&str, Detector)] = &[
    ("api_key", Detector::ApiKey),
    ("card", Detector::Card),
    ("email", Detector::Email),
    ("iban", Detector::Iban),
    ("ipv4", Detector::Ipv4),
    ("ipv6", Detector::Ipv6),
    ("jwt", Detector::Jwt),
    ("phone", Detector::Phone),
    ("private_key", Detector::PrivateKey),
    ("url_password", Detector::UrlPassword),
];

/// Whether an API key may start anywhere in a text.
pub(super) fn has_key(text: &str) -> bool {
    api_key::may_be_in(text)
}

impl Detector {
    /// Every finding in a text, in order and apart.
    pub(super) fn find(self, text: &str) -> Vec<Range<usize>> {
        match self {
            Self::ApiKey => api_key::find(text),
            Self::Card => card::find(text),
            Self::Email => email::find(text),
            Self::Iban => iban::find(text),
            Self::Ipv4 => address::find_v4(text),
            Self::Ipv6 => address::find_v6(text),
            Self::Jwt => jwt::find(text),
            Self::Phone => phone::find(text),
            Self::PrivateKey => private_key::find(text),
            Self::UrlPassword => url_password::find(text),
        }
    }

    /// What was found without the freedom of writing it, so that equal values get equal tokens.
    pub(super) fn canonical(self, found: &str) -> String {
        match self {
            Self::Email => found.replace("%40", "@").to_lowercase(),
            Self::Card | Self::Phone => {
                let digits = found.replace("(0)", "");
                digits.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
            }
            Self::Iban => {
                let kept = found.chars().filter(char::is_ascii_alphanumeric);
                kept.map(|c| c.to_ascii_uppercase()).collect()
            }
            _ => found.to_owned(),
        }
    }
}
