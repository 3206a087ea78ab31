//! Tokens: what a principal shows to be known, and the hash that is all Mayday keeps of it.
//!
//! A token is `mdk_`, 64 hexadecimal digits of randomness, and 8 that check them. The check tells
//! a typing error from a token that is not known; it adds nothing to guess.
//!
//! The hash is one plain SHA-256. Slow, salted hashes protect secrets that people choose, which
//! can be guessed one after the other. 256 random bits can't, at any speed, and no two are alike;
//! a slow hash would only make each request slow. A token is looked up by its hash, so how long
//! that takes tells at most something of a hash, from which no token follows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::content::ContentHash;
use crate::id::{hex, unhex};

/// What a principal shows to be known. Shown once, when it is made, and never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// The SHA-256 of a token's text, as `sha256sum` would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(ContentHash);

/// Why a text is no token. Neither says what the text was: it may be all but right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not look like one.
    #[error("what was given is no token of Mayday: those begin with mdk_")]
    NotAToken,
    /// It begins like one and does not check.
    #[error("the token given is mistyped or cut off: copy it again, all 76 characters of it")]
    Mistyped,
}

/// What every token begins with, so that people and secret scanners know one.
const PREFIX: &str = "mdk_";

/// Digits of a token after its prefix: 32 bytes, and 4 that check them.
const DIGITS: usize = 72;

/// What sets the check apart from every other hash.
const DOMAIN: &[u8] = b"mayday token 1";

impl Token {
    /// A token made of 32 random bytes, which the caller draws.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The token's text: for the one to whom it is given, and for no log.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}{}", hex(&self.0), hex(&check(&self.0)))
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(ContentHash::of(self.reveal().as_bytes()))
    }
}

fn check(random: &[u8; 32]) -> [u8; 4] {
    let hash = ContentHash::of(&[DOMAIN, random].concat());
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let digits = text.strip_prefix(PREFIX).ok_or(TokenError::NotAToken)?;
        let bytes = Some(digits).filter(|digits| digits.len() == DIGITS).and_then(unhex);
        let bytes = bytes.ok_or(TokenError::Mistyped)?;
        let (random, checked) = bytes.split_first_chunk().ok_or(TokenError::Mistyped)?;
        if check(random) == checked { Ok(Self(*random)) } else { Err(TokenError::Mistyped) }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mdk_…")
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_form_of_a_token_never_changes() {
        let token = Token::from_random([7; 32]);
        let text = format!("mdk_{}b8768a07", "07".repeat(32));
        assert_eq!(token.reveal(), text);
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_eq!(token.hash().to_string(), ContentHash::of(text.as_bytes()).to_string());
    }

    #[test]
    fn a_token_in_a_log_tells_nothing() {
        assert_eq!(format!("{:?}", Some(Token::from_random([7; 32]))), "Some(mdk_…)");
    }

    #[test]
    fn what_is_cut_off_and_what_is_something_else_are_told_apart() {
        let text = Token::from_random([7; 32]).reveal();
        for other in ["", "sk-lf-123", &text[4..]] {
            assert_eq!(other.parse::<Token>(), Err(TokenError::NotAToken), "{other}");
        }
        let wide = text.replacen("07", "é", 1);
        for cut in ["mdk_", &text[..75], &format!("{text}0"), &wide] {
            assert_eq!(cut.parse::<Token>(), Err(TokenError::Mistyped), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_a_typing_error(
            random: [u8; 32],
            place in 4usize..76,
            to in 0u32..16,
        ) {
            let token = Token::from_random(random);
            let mut text = token.reveal();
            let digit = char::from_digit(to, 16).unwrap().to_string();
            text.replace_range(place..=place, &digit);
            let same = text == token.reveal();
            let expected = if same { Ok(token) } else { Err(TokenError::Mistyped) };
            prop_assert_eq!(text.parse::<Token>(), expected);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(mdk_)?\\PC{0,80}") {
            let _ = text.parse::<Token>();
        }
    }
}
