//! The only caller of `now()`, and the office's time zone.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use uuid::Uuid;

/// Where time and new identities come from.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// A new UUIDv7.
    fn new_id(&self) -> Uuid;

    /// A new secret: 32 random bytes as URL-safe base64, 43 characters.
    fn new_secret(&self) -> String;

    /// The present instant as databases keep it: UTC, whole microseconds.
    fn timestamp(&self) -> NaiveDateTime {
        crate::store::types::micros(self.now().naive_utc())
    }

    /// Today's date in the office.
    fn today(&self) -> NaiveDate {
        self.now().with_timezone(&office_zone()).date_naive()
    }
}

/// Asia/Shanghai: UTC+8, without summer time since 1991.
pub fn office_zone() -> FixedOffset {
    FixedOffset::east_opt(crate::domain::calendar::OFFICE_UTC_HOURS * 3600)
        .unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// The first instant after `day` in the office, UTC.
pub fn end_of(day: NaiveDate) -> NaiveDateTime {
    let midnight = day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN);
    midnight - office_zone()
}

/// How long ago the file system says something happened; nothing when that is yet to come.
pub fn age(at: std::time::SystemTime) -> std::time::Duration {
    at.elapsed().unwrap_or_default()
}

/// A secret as it is written.
fn secret(bytes: &[u8; 32]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn new_secret(&self) -> String {
        let mut bytes = [0; 32];
        // Early in a machine's life there may be none yet: then it is waited for.
        while getrandom::fill(&mut bytes).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        secret(&bytes)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// A clock that stands still at an instant, while its ids are new every time: for work on another day whose rows must
/// not meet those of an earlier run.
#[derive(Debug, Clone, Copy)]
pub struct StandingClock(pub DateTime<Utc>);

impl Clock for StandingClock {
    fn new_secret(&self) -> String {
        SystemClock.new_secret()
    }

    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// A clock that stands still until moved; its ids count up, so that tests see the same ones every time.
#[derive(Debug)]
pub struct FixedClock {
    micros: AtomicU64,
    ids: AtomicU64,
}

impl FixedClock {
    /// Stands at `at`; instants before 1970 count as 1970.
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { micros: AtomicU64::new(at.timestamp_micros().max(0).unsigned_abs()), ids: AtomicU64::new(0) }
    }

    /// Moves to `at`, forwards or backwards.
    pub fn set(&self, at: DateTime<Utc>) {
        self.micros.store(at.timestamp_micros().max(0).unsigned_abs(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn new_secret(&self) -> String {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.new_id().as_bytes());
        bytes[16..].copy_from_slice(self.new_id().as_bytes());
        secret(&bytes)
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst).cast_signed()).unwrap_or_default()
    }

    fn new_id(&self) -> Uuid {
        let count = self.ids.fetch_add(1, Ordering::SeqCst) + 1;
        let mut random = [0_u8; 10];
        random[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(self.micros.load(Ordering::SeqCst) / 1_000, &random)
            .into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_made_in_one_moment_have_nothing_in_common() {
        let secrets: Vec<String> = (0..100).map(|_| SystemClock.new_secret()).collect();
        for (at, one) in secrets.iter().enumerate() {
            assert_eq!(one.len(), 43);
            assert!(secrets[..at].iter().all(|other| other[..6] != one[..6] && other[37..] != one[37..]));
        }
    }
}
