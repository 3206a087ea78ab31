//! Keys at work: addresses, sealing, and keys derived from keys.

use std::fmt;

use chacha20poly1305::aead::{Aead, AeadInOut as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::Address;
use sha2::Sha256;

/// Where randomness comes from: fills the bytes it is given.
pub type Random = fn(&mut [u8]);

/// Bytes of the nonce that stands before a sealed text.
const NONCE: usize = 24;

/// Bytes of the tag that stands behind it.
const TAG: usize = 16;

/// A secret of 256 bits, ready to make codes of texts.
#[derive(Clone)]
pub(crate) struct Secret {
    bytes: [u8; 32],
    code: Hmac<Sha256>,
}

impl Secret {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        let mut key = [0; 64];
        key[..32].copy_from_slice(&bytes);
        let code = Hmac::new(&key.into());
        Self { bytes, code }
    }

    pub(crate) fn random(random: Random) -> Self {
        let mut bytes = [0; 32];
        random(&mut bytes);
        Self::new(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// A secret for one purpose, from which this one can't be found.
    pub(crate) fn derive(&self, purpose: &[u8]) -> Self {
        Self::new(self.mac(purpose))
    }

    /// The code that only holders of this secret can make of a text.
    pub(crate) fn mac(&self, text: &[u8]) -> [u8; 32] {
        self.mac_of(&[text])
    }

    /// The code of several texts, one after the other.
    pub(crate) fn mac_of(&self, texts: &[&[u8]]) -> [u8; 32] {
        let mut code = self.code.clone();
        texts.iter().for_each(|text| code.update(text));
        code.finalize().into_bytes().into()
    }

    /// The address of some content under this secret.
    pub(crate) fn address(&self, content: &[u8]) -> Address {
        let mut short = [0; 16];
        short.copy_from_slice(&self.mac(content)[..16]);
        Address::new(short)
    }

    /// Encrypts a text, bound to what it is about. Equal texts give equal results, so that no
    /// randomness is needed and none can be repeated.
    pub(crate) fn seal(&self, text: &[u8], about: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&self.mac_of(&[b"nonce", text])[..NONCE]);
        self.seal_under(nonce, text, about)
    }

    /// The same where randomness is at hand: no text is gone through to make it.
    pub(crate) fn seal_at_random(&self, text: &[u8], about: &[u8], random: Random) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random(&mut nonce);
        self.seal_under(nonce, text, about)
    }

    fn seal_under(&self, nonce: [u8; NONCE], text: &[u8], about: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(NONCE + text.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(text);
        let place = (&mut sealed[NONCE..]).into();
        let tag = self.cipher().encrypt_inout_detached(&XNonce::from(nonce), about, place);
        match tag {
            Ok(tag) => sealed.extend_from_slice(&tag),
            // Longer than any text can be.
            Err(_) => sealed.truncate(NONCE),
        }
        sealed
    }

    /// What was sealed; none if it was changed, or sealed with another secret or about something
    /// else.
    pub(crate) fn open(&self, sealed: &[u8], about: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: about };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.bytes.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_about_the_same_thing_alone() {
        let (one, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let at_random = one.seal_at_random(b"Hello", b"trace", |bytes| bytes.fill(7));
        assert_eq!(one.open(&at_random, b"trace").unwrap(), b"Hello");
        let sealed = one.seal(b"Hello", b"trace");
        assert_eq!(one.open(&sealed, b"trace").unwrap(), b"Hello");
        assert_eq!(other.open(&sealed, b"trace"), None);
        assert_eq!(one.open(&sealed, b"another"), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(one.open(&changed, b"trace"), None, "{place}");
        }
        assert_eq!(one.open(b"short", b"trace"), None);
    }

    #[test]
    fn addresses_under_two_secrets_have_nothing_in_common() {
        let (one, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        assert_eq!(one.address(b"yes"), one.address(b"yes"));
        assert_ne!(one.address(b"yes"), other.address(b"yes"));
        assert_ne!(one.derive(b"a").bytes(), one.derive(b"b").bytes());
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new([65; 32])), "Secret(…)");
    }
}
