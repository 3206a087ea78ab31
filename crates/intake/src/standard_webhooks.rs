//! Standard Webhooks 1.0: a delivery signed by HMAC-SHA256 over its id, its time and its raw bytes.
//!
//! <https://www.standardwebhooks.com>. What is signed is `ID.TIMESTAMP.BODY`; a header may hold
//! several signatures, as it does while a sender changes its secret; one that matches is enough.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::error::Refusal;
use crate::text::LONGEST_NAME;
use crate::verify::is_hmac_sha256;

/// Seconds that a delivery's time may be away from now, either way: those of OpenAI's clients.
pub const TOLERANCE_SECS: i64 = 300;

/// What a secret begins with when it is written down.
pub const PREFIX: &str = "whsec_";

/// Signatures of one delivery that are looked at.
const MOST_SIGNATURES: usize = 16;

/// Shortest and longest secret, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=128;

/// The headers of a delivery, as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: Option<&'a str>,
    /// `webhook-timestamp`
    pub timestamp: Option<&'a str>,
    /// `webhook-signature`
    pub signature: Option<&'a str>,
}

/// A secret that both sides know. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing secret is `whsec_` and 24 to 64 random bytes in base64, as the sender shows it")]
pub struct NoSecret;

impl Secret {
    /// Reads a secret as senders write it: `whsec_…`.
    pub fn read(text: &str) -> Result<Self, NoSecret> {
        let bytes = text.trim().strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        bytes.filter(|bytes| SECRET_BYTES.contains(&bytes.len())).map(Self).ok_or(NoSecret)
    }

    /// The signature of a delivery, as it stands in the header: `v1,…`.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> String {
        let timestamp = at.as_second().to_string();
        let code = crate::verify::hmac_sha256(&self.0, &signed(id, &timestamp, body));
        format!("v1,{}", STANDARD.encode(code))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The id of a delivery that was signed with one of these secrets, and lately.
pub fn verify<'a>(
    secrets: &[Secret],
    headers: Headers<'a>,
    body: &[u8],
    now: Timestamp,
) -> Result<&'a str, Refusal> {
    let id = headers.id.ok_or(Refusal::Unsigned("webhook-id"))?;
    let timestamp = headers.timestamp.ok_or(Refusal::Unsigned("webhook-timestamp"))?;
    let signatures = headers.signature.ok_or(Refusal::Unsigned("webhook-signature"))?;
    if id.is_empty() || id.len() > LONGEST_NAME || id.contains(|c: char| c == '.' || c.is_control())
    {
        return Err(Refusal::field("webhook-id", "has to be 1 to 255 bytes without a full stop"));
    }
    let is_number = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let at: Option<i64> = timestamp.parse().ok().filter(|_| is_number);
    let at = at.ok_or_else(|| Refusal::field("webhook-timestamp", "is no time in seconds"))?;
    let matches = |signature: &str| {
        let code = signature.strip_prefix("v1,").and_then(|code| STANDARD.decode(code).ok());
        let Some(code) = code else { return false };
        let parts = signed(id, timestamp, body);
        secrets.iter().any(|secret| is_hmac_sha256(&secret.0, &parts, &code))
    };
    if !signatures.split(' ').take(MOST_SIGNATURES).any(matches) {
        return Err(Refusal::Forged);
    }
    let seconds = at.saturating_sub(now.as_second()).saturating_abs();
    match seconds <= TOLERANCE_SECS {
        true => Ok(id),
        false => Err(Refusal::Stale { seconds, most: TOLERANCE_SECS }),
    }
}

fn signed<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the standard's own reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn headers<'a>(signature: &'a str) -> Headers<'a> {
        Headers { id: Some(ID), timestamp: Some(TIME), signature: Some(signature) }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn told(headers: Headers, body: &[u8], now: i64) -> String {
        let secrets = [Secret::read(SECRET).unwrap()];
        match verify(&secrets, headers, body, at(now)) {
            Ok(id) => id.to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn a_delivery_signed_as_the_standard_says_is_let_in_and_we_sign_the_same() {
        assert_eq!(told(headers(SIGNATURE), BODY, 1_614_265_330), ID);
        let secret = Secret::read(SECRET).unwrap();
        assert_eq!(secret.sign(ID, at(1_614_265_330), BODY), SIGNATURE);
    }

    #[test]
    fn one_of_several_signatures_and_secrets_is_enough() {
        let several = format!("v1,AAAA v1a,{} v2,x {SIGNATURE}", &SIGNATURE[3..]);
        assert_eq!(told(headers(&several), BODY, 1_614_265_330), ID);
        let secrets = [Secret(vec![1; 32]), Secret::read(SECRET).unwrap()];
        assert!(verify(&secrets, headers(SIGNATURE), BODY, at(1_614_265_330)).is_ok());
        assert!(verify(&[], headers(SIGNATURE), BODY, at(1_614_265_330)).is_err());
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_second_more() {
        for (now, is_let_in) in [
            (1_614_265_030, true),
            (1_614_265_630, true),
            (1_614_265_029, false),
            (i64::MAX, false),
        ] {
            let now = Timestamp::from_second(now).unwrap_or(Timestamp::MAX).as_second();
            assert_eq!(told(headers(SIGNATURE), BODY, now) == ID, is_let_in, "{now}");
        }
        assert!(told(headers(SIGNATURE), BODY, 1_614_300_000).contains("300 s are tolerated"));
    }

    #[test]
    fn what_is_unsigned_altered_or_malformed_is_refused() {
        let now = 1_614_265_330;
        assert!(told(Headers::default(), BODY, now).contains("not signed"));
        assert!(told(headers(""), BODY, now).contains("does not match"));
        assert!(told(headers(&SIGNATURE[3..]), BODY, now).contains("does not match"));
        assert!(told(headers(SIGNATURE), br#"{"test":2432232314}"#, now).contains("not match"));
        let id = Headers { id: Some("msg.1"), ..headers(SIGNATURE) };
        assert!(told(id, BODY, now).contains("`webhook-id`"));
        for time in ["", "1.5", "+1614265330", "soon"] {
            let time = Headers { timestamp: Some(time), ..headers(SIGNATURE) };
            assert!(told(time, BODY, now).contains("`webhook-timestamp`"));
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_written_and_shown_nowhere() {
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"]
        {
            assert_eq!(Secret::read(text), Err(NoSecret), "{text}");
        }
        assert_eq!(format!("{:?}", Secret::read(SECRET).unwrap()), "Secret(…)");
    }

    proptest! {
        #[test]
        fn no_headers_and_no_bytes_make_it_panic(
            id in ".{0,300}", time in ".{0,30}", signature in ".{0,200}",
            body in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let headers =
                Headers { id: Some(&id), timestamp: Some(&time), signature: Some(&signature) };
            prop_assert!(verify(&[Secret(vec![7; 32])], headers, &body, at(0)).is_err());
        }
    }
}
