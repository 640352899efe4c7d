//! The address in a letter where it is received and answered: `/r/{token}`.
//!
//! A letter is shown to many: copied units, readers of the API, the archive. So it is frozen with an address that opens
//! nothing ([`ReplyLinks::address`]); only mails to the addressee carry the signed one ([`ReplyLinks::sign`]).
//!
//! A token is base64url of 16 bytes letter id, 4 bytes last day (days since the Common Era, big-endian) and 32 bytes
//! HMAC-SHA256 (RFC 2104) of those twenty. Whoever holds it may answer this one letter until that day, nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Datelike as _, Days, NaiveDate};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

const SIGNED: usize = 20;

/// Makes and reads the tokens of reply links.
#[derive(Clone)]
pub struct ReplyLinks {
    base_url: String,
    secret: Vec<u8>,
    days: u32,
}

impl std::fmt::Debug for ReplyLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReplyLinks")
            .field("base_url", &self.base_url)
            .field("days", &self.days)
            .finish_non_exhaustive()
    }
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadToken {
    /// Not made with our secret, or cut off on the way.
    Unknown,
    /// Ours, but its last day is over.
    Expired,
}

/// What stands where the token will. Only letters and digits: no escaping of HTML changes it.
pub(super) fn unsigned(letter: Uuid) -> String {
    format!("letter{}", letter.simple())
}

/// The letter that an address without a signature names, or its end alone: as letters are frozen and copies show it.
pub fn unsigned_letter(address: &str) -> Option<Uuid> {
    let end = address.rsplit('/').next().unwrap_or(address);
    end.strip_prefix("letter").and_then(|id| Uuid::try_parse(id).ok())
}

impl ReplyLinks {
    /// Links below `base_url` that hold for `days` days after the day of issue. `secret` should be 32 random bytes or
    /// more; whoever knows it can answer every letter.
    pub fn new(base_url: &str, secret: impl Into<Vec<u8>>, days: u32) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), secret: secret.into(), days }
    }

    /// Whether units reach the service by an address whose connections are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// Where the office acts.
    pub fn desk(&self) -> String {
        format!("{}/desk", self.base_url)
    }

    /// The address a letter is frozen with; it names the letter and opens nothing.
    pub fn address(&self, letter: Uuid) -> String {
        format!("{}/r/{}", self.base_url, unsigned(letter))
    }

    /// `text`, or HTML, with the signed address in the place of the frozen one of `letter`; the same arguments give
    /// the same text. A reminder (提醒函) names the letter that waits for its answer.
    pub fn sign(&self, text: &str, letter: Uuid, issued_on: NaiveDate) -> String {
        text.replace(&unsigned(letter), &self.token(letter, issued_on))
    }

    /// The token of one letter.
    pub fn token(&self, letter: Uuid, issued_on: NaiveDate) -> String {
        let last = issued_on.checked_add_days(Days::new(self.days.into())).unwrap_or(NaiveDate::MAX);
        let mut bytes = letter.as_bytes().to_vec();
        bytes.extend(last.num_days_from_ce().to_be_bytes());
        let mac = self.mac(&bytes).map(|mac| mac.finalize().into_bytes().to_vec());
        bytes.extend(mac.unwrap_or_default());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The letter a token stands for on `today`. The signature is compared in constant time and before anything else
    /// is believed.
    ///
    /// # Errors
    /// [`BadToken`].
    pub fn read(&self, token: &str, today: NaiveDate) -> Result<Uuid, BadToken> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken::Unknown)?;
        let (signed, mac) = bytes.split_at_checked(SIGNED).ok_or(BadToken::Unknown)?;
        let expected = self.mac(signed).ok_or(BadToken::Unknown)?;
        expected.verify_slice(mac).map_err(|_| BadToken::Unknown)?;
        let (letter, last) = signed.split_at(16);
        let last = last.try_into().map(i32::from_be_bytes).map_err(|_| BadToken::Unknown)?;
        if today.num_days_from_ce() > last {
            return Err(BadToken::Expired);
        }
        Uuid::from_slice(letter).map_err(|_| BadToken::Unknown)
    }

    fn mac(&self, signed: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(signed);
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn links() -> ReplyLinks {
        ReplyLinks::new("https://xushi.example.org/", [7; 32], 180)
    }

    #[test]
    fn a_link_opens_its_letter_until_its_last_day() {
        let (letter, issued) = (Uuid::from_u128(5), day("2025-08-27"));
        let frozen = links().address(letter);
        assert_eq!(unsigned_letter(&frozen), Some(letter));
        assert_eq!(unsigned_letter("https://xushi.example.org/r/letter5"), None);
        let link = links().sign(&frozen, letter, issued);
        let token = link.strip_prefix("https://xushi.example.org/r/").unwrap();
        assert_eq!(
            links().sign(
                "<a href=\"https:&#x2f;&#x2f;x&#x2f;r&#x2f;letter00000000000000000000000000000005\">",
                letter,
                issued
            ),
            format!("<a href=\"https:&#x2f;&#x2f;x&#x2f;r&#x2f;{token}\">")
        );
        assert_eq!(links().sign(&frozen, Uuid::from_u128(6), issued), frozen, "another letter's");
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{token}");
        assert_eq!(links().read(token, issued), Ok(letter));
        assert_eq!(links().read(token, day("2026-02-23")), Ok(letter));
        assert_eq!(links().read(token, day("2026-02-24")), Err(BadToken::Expired));
        let longest = links().token(letter, NaiveDate::MAX);
        assert_eq!(links().read(&longest, NaiveDate::MAX), Ok(letter));
    }

    #[test]
    fn nothing_else_opens_it() {
        let today = day("2025-08-27");
        let token = links().token(Uuid::from_u128(5), today);
        let other = ReplyLinks::new("https://xushi.example.org", [8; 32], 180);
        assert_eq!(other.read(&token, today), Err(BadToken::Unknown), "another secret");
        for at in 0..52 {
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            bytes[at] ^= 1;
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(links().read(&forged, today), Err(BadToken::Unknown), "byte {at}");
        }
        for end in 0..token.len() {
            assert_eq!(links().read(&token[..end], today), Err(BadToken::Unknown), "cut at {end}");
        }
        for odd in [
            &links().address(Uuid::from_u128(5)),
            &unsigned(Uuid::from_u128(5)),
            "",
            "AAAA",
            "../../etc/passwd",
            "签收",
            &format!("{token}="),
            &format!("{token}AAAA"),
        ] {
            assert_eq!(links().read(odd, today), Err(BadToken::Unknown), "{odd}");
        }
    }

    #[test]
    fn the_secret_is_never_shown() {
        assert!(!format!("{:?}", links()).contains("secret"));
    }
}
