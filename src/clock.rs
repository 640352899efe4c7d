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

    /// A new secret of 64 letters and digits.
    fn new_secret(&self) -> String {
        format!("{}{}", self.new_id().simple(), self.new_id().simple())
    }

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

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// 244 random bits. Ids share their time and count up by one, and stand in answers and logs: what is secret is none of them.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn new_secret(&self) -> String {
        format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
    }
}

/// A clock that stands still at an instant, while its ids are new every time: for work on another day whose rows must
/// not meet those of an earlier run.
#[derive(Debug, Clone, Copy)]
pub struct StandingClock(pub DateTime<Utc>);

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }

    fn new_secret(&self) -> String {
        SystemClock.new_secret()
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
