//! Signed webhooks, as Standard Webhooks 1.0.0 say.
//!
//! The id is the delivery's and stays the same for every attempt, so that a receiver that keeps ids
//! takes each once. The body is thin: what happened, to what, and where more of it stands.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use hyper::header::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use crate::endpoint::Endpoint;
use crate::error::TargetError;
use crate::http::Wire;
use crate::letter::Letter;
use crate::secret::Secret;

/// A receiver, with what is signed for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    pub(crate) endpoint: Endpoint,
    keys: Vec<SigningKey>,
}

/// A key that bodies are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey(Vec<u8>);

impl Webhook {
    /// A receiver with one key, or with the new and the old one while the key is replaced.
    pub fn new(endpoint: Endpoint, keys: Vec<SigningKey>) -> Result<Self, TargetError> {
        match keys.len() {
            1 | 2 => Ok(Self { endpoint, keys }),
            other => Err(TargetError::SigningKeys(other)),
        }
    }

    /// The request, signed now.
    pub(crate) fn wire(&self, letter: &Letter, now: Timestamp) -> Wire {
        let body = json!({
            "type": letter.topic,
            "timestamp": letter.at.to_string(),
            "data": {
                "about": letter.about,
                "effect": letter.effect,
                "title": letter.title,
                "severity": letter.severity,
                "pages": letter.pages,
                "link": letter.link,
            },
        });
        let wire = Wire::post(self.endpoint.uri().clone(), &body);
        let (id, at) = (letter.delivery.as_str(), now.as_second());
        let signed = |key: &SigningKey| key.sign(id, at, &wire.body);
        let signatures: Vec<String> = self.keys.iter().map(signed).collect();
        let signatures = signatures.join(" ");
        let header =
            |name, value: &str| (HeaderName::from_static(name), HeaderValue::from_str(value).ok());
        let headers = [
            header("webhook-id", id),
            header("webhook-timestamp", &at.to_string()),
            header("webhook-signature", &signatures),
        ];
        headers.into_iter().fold(wire, |wire, (name, value)| match value {
            Some(value) => wire.with(name, value),
            None => wire,
        })
    }
}

impl SigningKey {
    /// Reads a key, as it is handed out: `whsec_` and base64 of 24 to 64 bytes.
    pub fn read(secret: &Secret) -> Result<Self, TargetError> {
        let bytes = secret.reveal().strip_prefix("whsec_").and_then(|it| STANDARD.decode(it).ok());
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
        bytes.map(Self).ok_or(TargetError::NoSigningKey)
    }

    pub(crate) fn sign(&self, id: &str, at: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length.
        let Ok(mut code) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        code.update(format!("{id}.{at}.").as_bytes());
        code.update(body);
        format!("v1,{}", STANDARD.encode(code.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
