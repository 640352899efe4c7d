//! Attempts of many deliveries, written on one trip to the blocking thread.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::store::StoreError;
use crate::store::rows::{AttemptEnd, AttemptRow};
use crate::store::schema::{deliveries, delivery_attempts};
use crate::store::types::Id;

/// Inserts attempts; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert_attempts(conn: &mut Conn, rows: Vec<AttemptRow>) -> Result<(), StoreError> {
    conn.spawn_blocking(move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(delivery_attempts::table).values(row).execute(conn)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

/// Writes how attempts ended and where that leaves their deliveries; the caller holds the transaction. Accepted is
/// final, even when the lease was lost meanwhile, and so is what came back after it. Gives the deliveries written.
///
/// # Errors
/// When the database fails.
pub async fn finish_attempts(conn: &mut Conn, ends: Vec<AttemptEnd>) -> Result<Vec<Id>, StoreError> {
    let finish = move |conn: &mut SqliteConnection| {
        let mut written = Vec::with_capacity(ends.len());
        for end in &ends {
            diesel::update(delivery_attempts::table.find(end.attempt))
                .set((
                    delivery_attempts::outcome.eq(&end.outcome),
                    delivery_attempts::finished_at.eq(end.now),
                    delivery_attempts::reply.eq(&end.reply),
                ))
                .execute(conn)?;
            let count = diesel::update(deliveries::table.find(end.delivery))
                .filter(deliveries::state.ne("accepted"))
                .filter(deliveries::state.ne("bounced"))
                .set((
                    deliveries::state.eq(&end.state),
                    deliveries::uncertain.eq(deliveries::uncertain + i32::from(end.outcome == "uncertain")),
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
