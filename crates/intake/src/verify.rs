//! Signatures over bytes as received, compared in constant time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::Refusal;

/// Whether a code is the HMAC-SHA256 of some parts, one after the other, under a secret.
pub fn is_hmac_sha256(secret: &[u8], parts: &[&[u8]], code: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) else { return false };
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(code).is_ok()
}

/// The HMAC-SHA256 of some parts, one after the other, under a secret.
pub fn hmac_sha256(secret: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Whether somebody showed a secret, in a time that tells nothing of it.
pub fn is_secret(shown: &str, secret: &str) -> bool {
    const PURPOSE: &[&[u8]] = &[b"mayday: a secret that is shown"];
    is_hmac_sha256(shown.as_bytes(), PURPOSE, &hmac_sha256(secret.as_bytes(), PURPOSE))
}

/// Checks the value of `X-Hub-Signature-256`: `sha256=` and the code in hexadecimal.
pub fn hub_signature(secret: &[u8], header: Option<&str>, body: &[u8]) -> Result<(), Refusal> {
    const HEADER: &str = "X-Hub-Signature-256";
    let header = header.ok_or(Refusal::Unsigned(HEADER))?;
    let code = header.trim().strip_prefix("sha256=").and_then(model::id::unhex);
    let code = code.ok_or(Refusal::Forged)?;
    match is_hmac_sha256(secret, &[body], &code) {
        true => Ok(()),
        false => Err(Refusal::Forged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in GitHub's documentation of webhooks.
    const SECRET: &[u8] = b"It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const SIGNED: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[test]
    fn a_body_signed_with_the_secret_is_let_in() {
        hub_signature(SECRET, Some(SIGNED), BODY).unwrap();
    }

    #[test]
    fn an_unsigned_forged_or_altered_body_is_not() {
        let refused = |secret: &[u8], header: Option<&str>, body: &[u8]| {
            hub_signature(secret, header, body).unwrap_err().to_string()
        };
        assert!(refused(SECRET, None, BODY).contains("not signed"));
        for header in ["", "sha256=", "sha256=zz", "sha1=abcd", &SIGNED[..70]] {
            assert!(refused(SECRET, Some(header), BODY).contains("does not match"), "{header}");
        }
        assert!(refused(SECRET, Some(SIGNED), b"Hello, world!").contains("does not match"));
        assert!(refused(b"another secret", Some(SIGNED), BODY).contains("does not match"));
    }
}
