//! Upkeep: times that only a wrong clock can have written, and answers kept for long enough.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::{deliveries, idempotency_keys, mail_pace, notices, observations, slots};
use crate::types::Listed;
use xushi_domain::delivery::DeliveryState;
use xushi_domain::notice::NoticeState;

/// No delivery is held for longer.
const LEASE_MAX: TimeDelta = TimeDelta::minutes(30);
/// No slot is held for longer, nor waits longer after a failure.
const SLOT_MAX: TimeDelta = TimeDelta::minutes(10);
/// Clocks of replicas differ by less; what was written later than that from now was written by a wrong clock.
const SKEW: TimeDelta = TimeDelta::minutes(5);
/// No mail waits longer: five hours after a failure, a week in the queue of a slow domain.
const WAIT_MAX: TimeDelta = TimeDelta::days(8);

/// Brings back what a clock that ran ahead has put into the future: leases, waiting mails, the pace of domains, slots that
/// were run before they were due and are due again. Gives how many rows.
///
/// # Errors
/// When the database fails.
pub async fn call_back_from_future(conn: &mut Conn, now: NaiveDateTime) -> Result<usize, StoreError> {
    let mut healed = diesel::update(deliveries::table)
        .filter(deliveries::state.eq(Listed(DeliveryState::Sending)))
        .filter(deliveries::lease_until.gt(now + LEASE_MAX))
        .set(deliveries::lease_until.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::update(deliveries::table)
        .filter(deliveries::state.eq(Listed(DeliveryState::Pending)))
        .filter(deliveries::next_attempt_at.gt(now + WAIT_MAX).or(deliveries::updated_at.gt(now + SKEW)))
        .set((
            deliveries::next_attempt_at.eq(now),
            deliveries::paced_at.eq(None::<NaiveDateTime>),
            deliveries::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    healed += diesel::update(notices::table)
        .filter(notices::state.eq(Listed(NoticeState::Sending)))
        .filter(notices::lease_until.gt(now + LEASE_MAX))
        .set(notices::lease_until.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::update(notices::table)
        .filter(notices::state.eq(Listed(NoticeState::Pending)))
        .filter(notices::next_attempt_at.gt(now + WAIT_MAX).or(notices::updated_at.gt(now + SKEW)))
        .set((
            notices::next_attempt_at.eq(now),
            notices::paced_at.eq(None::<NaiveDateTime>),
            notices::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    healed += diesel::update(mail_pace::table)
        .filter(mail_pace::free_at.gt(now + WAIT_MAX))
        .set(mail_pace::free_at.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::update(slots::table)
        .filter(slots::finished_at.is_null())
        .filter(slots::lease_until.gt(now + SLOT_MAX))
        .set(slots::lease_until.eq(now))
        .execute(conn)
        .await?;
    healed += diesel::delete(slots::table.filter(slots::due_at.gt(now + SKEW))).execute(conn).await?;
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

/// Figures that were put in before their publication, and that came out after one day and until another, count as changed now: whoever
/// follows changes without seeing ahead is told of them.
///
/// # Errors
/// When the database fails.
pub async fn tell_published(
    conn: &mut Conn,
    after: NaiveDate,
    until: NaiveDate,
) -> Result<usize, StoreError> {
    Ok(diesel::update(observations::table)
        .filter(observations::published_on.gt(after))
        .filter(observations::published_on.le(until))
        .filter(sql::<Bool>("recorded_at < published_on"))
        .set(observations::published_on.eq(observations::published_on))
        .execute(conn)
        .await?)
}
