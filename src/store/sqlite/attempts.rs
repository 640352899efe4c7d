//! Attempts of many deliveries, written on one trip to the blocking thread.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::StoreError;
use crate::rows::{AttemptBegin, AttemptEnd, AttemptRow, Lease};
use crate::schema::{deliveries, delivery_attempts};
use crate::types::{DeliveryId, Listed};
use xushi_domain::delivery::{AttemptOutcome, DeliveryState};

/// Each function here is many statements, which belong into a transaction.
pub const ONE_STATEMENT: bool = false;

/// Writes intents and renews their leases. Gives the numbers of the attempts; those
/// whose lease was lost are left out.
///
/// # Errors
/// When the database fails.
pub async fn begin_attempts(
    conn: &mut Conn,
    begins: &[AttemptBegin],
    lease: &Lease<'_>,
) -> Result<Vec<(DeliveryId, i32)>, StoreError> {
    if begins.is_empty() {
        return Ok(Vec::new());
    }
    let (begins, holder, now, until) = (begins.to_vec(), lease.holder.to_owned(), lease.now, lease.until);
    let begin = move |conn: &mut SqliteConnection| {
        let mut begun = Vec::with_capacity(begins.len());
        for AttemptBegin { delivery, attempt } in begins {
            let number: Option<i32> = diesel::update(deliveries::table.find(delivery))
                .filter(deliveries::state.eq(Listed(DeliveryState::Sending)))
                .filter(deliveries::lease_holder.eq(&holder))
                .filter(deliveries::lease_until.ge(now))
                .set((
                    deliveries::attempts.eq(deliveries::attempts + 1),
                    deliveries::lease_until.eq(until),
                    deliveries::paced_at.eq(None::<NaiveDateTime>),
                ))
                .returning(deliveries::attempts)
                .get_result(conn)
                .optional()?;
            let Some(number) = number else { continue };
            let row = AttemptRow {
                id: attempt,
                delivery_id: delivery,
                number,
                started_at: now,
                finished_at: None,
                outcome: AttemptOutcome::Begun.into(),
                reply: None,
            };
            diesel::insert_into(delivery_attempts::table).values(&row).execute(conn)?;
            begun.push((delivery, number));
        }
        Ok(begun)
    };
    Ok(conn.spawn_blocking(begin).await?)
}

/// Writes how attempts ended and where that leaves their deliveries. Accepted is
/// final, even when the lease was lost meanwhile, and so is what came back after it. Gives the deliveries written.
///
/// # Errors
/// When the database fails.
pub async fn finish_attempts(conn: &mut Conn, ends: &[AttemptEnd]) -> Result<Vec<DeliveryId>, StoreError> {
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let ends = ends.to_vec();
    let finish = move |conn: &mut SqliteConnection| {
        let mut written = Vec::with_capacity(ends.len());
        for end in &ends {
            diesel::update(delivery_attempts::table.find(end.attempt))
                .set((
                    delivery_attempts::outcome.eq(Listed(end.outcome)),
                    delivery_attempts::finished_at.eq(end.now),
                    delivery_attempts::reply.eq(&end.reply),
                ))
                .execute(conn)?;
            let count = diesel::update(deliveries::table.find(end.delivery))
                .filter(deliveries::state.ne(Listed(DeliveryState::Accepted)))
                .filter(deliveries::state.ne(Listed(DeliveryState::Bounced)))
                .set((
                    deliveries::state.eq(Listed(end.state)),
                    deliveries::uncertain
                        .eq(deliveries::uncertain + i32::from(end.outcome == AttemptOutcome::Uncertain)),
                    deliveries::next_attempt_at.eq(end.next_attempt_at),
                    deliveries::accepted_at.eq(end.accepted_at),
                    deliveries::last_reply.eq(&end.reply),
                    deliveries::lease_until.eq(None::<NaiveDateTime>),
                    deliveries::lease_holder.eq(None::<String>),
                    deliveries::updated_at.eq(end.now),
                ))
                .execute(conn)?;
            if count == 1 {
                written.push(end.delivery);
            }
        }
        Ok(written)
    };
    Ok(conn.spawn_blocking(finish).await?)
}
