//! What must be read again and must not lie open in the database: sealed with a key of the configuration.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Seals and opens secrets (ChaCha20-Poly1305, RFC 8439). A sealed secret is a nonce of twelve bytes and what is sealed; it opens only
/// under the id that it was sealed for.
pub struct SecretBox(LessSafeKey);

impl SecretBox {
    /// With the key of the configuration, a long random text; `None` when there is none.
    pub fn new(setting: &str) -> Option<Self> {
        if setting.is_empty() {
            return None;
        }
        let key = Sha256::digest([b"xushi webhooks ".as_slice(), setting.as_bytes()].concat());
        UnboundKey::new(&CHACHA20_POLY1305, &key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Seals `secret` for `id`; `random` is never given twice.
    pub fn seal(&self, id: Uuid, random: &str, secret: &str) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&Sha256::digest(random.as_bytes())[..NONCE_LEN]);
        let mut text = secret.as_bytes().to_vec();
        let aad = Aad::from(*id.as_bytes());
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text).ok()?;
        Some([nonce.as_slice(), &text].concat())
    }

    /// Opens what was sealed for `id`; `None` when the key is another one, or the secret was changed.
    pub fn open(&self, id: Uuid, sealed: &[u8]) -> Option<String> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.0.open_in_place(nonce, Aad::from(*id.as_bytes()), &mut text).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_and_under_its_id_alone() {
        let (one, other) =
            (SecretBox::new(&"k".repeat(32)).unwrap(), SecretBox::new(&"l".repeat(32)).unwrap());
        let id = Uuid::from_u128(1);
        let sealed = one.seal(id, "random", "whsec_x").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"whsec"));
        assert_eq!(one.open(id, &sealed).as_deref(), Some("whsec_x"));
        assert_eq!(one.open(Uuid::from_u128(2), &sealed), None);
        assert_eq!(other.open(id, &sealed), None);
        assert_eq!(one.open(id, &sealed[..5]), None);
        assert!(SecretBox::new("").is_none());
    }
}
