//! Upkeep: times that only a wrong clock can have written, and answers kept for long enough.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::{deliveries, idempotency_keys, mail_pace, slots};

/// No lease is longer.
const LEASE_MAX: TimeDelta = TimeDelta::hours(2);
/// No mail waits longer: five hours after a failure, a week in the queue of a slow domain.
const WAIT_MAX: TimeDelta = TimeDelta::days(8);

/// Brings back what a clock that ran ahead has put into a future nobody lives to see: leases, waiting mails, the pace of
/// domains. Gives how many rows.
///
/// # Errors
/// When the database fails.
pub async fn call_back_from_future(conn: &mut Conn, now: NaiveDateTime) -> Result<usize, StoreError> {
    let mut healed = diesel::update(deliveries::table)
        .filter(deliveries::state.eq("sending"))
        .filter(deliveries::lease_until.gt(now + LEASE_MAX))
        .set(deliveries::lease_until.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::update(deliveries::table)
        .filter(deliveries::state.eq("pending"))
        .filter(deliveries::next_attempt_at.gt(now + WAIT_MAX))
        .set((deliveries::next_attempt_at.eq(now), deliveries::paced_at.eq(None::<NaiveDateTime>)))
        .execute(conn)
        .await?;
    healed += diesel::update(mail_pace::table)
        .filter(mail_pace::free_at.gt(now + WAIT_MAX))
        .set(mail_pace::free_at.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::update(slots::table)
        .filter(slots::finished_at.is_null())
        .filter(slots::lease_until.gt(now + LEASE_MAX))
        .set(slots::lease_until.eq(now))
        .execute(conn)
        .await?;
    Ok(healed)
}

/// Forgets the answers kept for repeated requests that were made before `before`.
///
/// # Errors
/// When the database fails.
pub async fn forget_answers(conn: &mut Conn, before: NaiveDateTime) -> Result<usize, StoreError> {
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before)))
        .execute(conn)
        .await?)
}
