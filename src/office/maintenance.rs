//! What keeps the database in order, whoever asks and however often.

use chrono::{NaiveDate, TimeDelta};

use super::{Office, StoreError};

/// How long the answer to an `Idempotency-Key` is kept.
const ANSWERS_KEPT: TimeDelta = TimeDelta::days(7);

/// Brings back what a wrong clock has written, and forgets what was kept for long enough.
///
/// # Errors
/// When the database fails.
pub async fn maintain(office: &Office) -> Result<(), StoreError> {
    let now = office.clock.timestamp();
    let healed = office.store.call_back_from_future(now).await;
    if let Ok(healed @ 1..) = healed {
        tracing::warn!(healed, "times from a clock that ran ahead were set back");
    }
    let forgotten = office.store.forget_answers(now - ANSWERS_KEPT).await;
    healed.and(forgotten)?;
    tell_published(office).await
}

/// Setting: the last day on which figures that came out were told.
const TOLD: &str = "published_told";

/// Tells followers of changes, once a day, which figures have come out since they were put in.
async fn tell_published(office: &Office) -> Result<(), StoreError> {
    let (today, now) = (office.clock.today(), office.clock.timestamp());
    let told = office.store.find_setting(TOLD).await?.and_then(|(day, _)| day.parse().ok());
    // Where nothing was told yet, whoever follows has read everything that was out.
    let told: NaiveDate = told.unwrap_or(today);
    if told < today {
        office.store.tell_published(told, today).await?;
    }
    if told < today || office.store.find_setting(TOLD).await?.is_none() {
        office.store.set(TOLD, &today.to_string(), now).await?;
    }
    Ok(())
}

/// Carries the log over into the database's file, where the database does not do so by itself. Gives whether it has to be
/// asked again.
///
/// # Errors
/// When the database fails.
pub async fn carry_over_log(office: &Office) -> Result<bool, StoreError> {
    office.store.carry_over_log().await?;
    Ok(!office.store.writes_side_by_side())
}
