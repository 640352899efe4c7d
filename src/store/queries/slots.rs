//! Slots: each time a job was due is one row, and whoever makes the row runs the job.

use chrono::NaiveDateTime;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{SlotClaim, SlotRow};
use crate::schema::slots;

/// Claims a slot: the first to ask gets it; an unfinished one whose lease has run out may be taken over.
///
/// # Errors
/// When the database fails.
pub async fn claim_slot(conn: &mut Conn, claim: &SlotClaim<'_>) -> Result<bool, StoreError> {
    let made = diesel::insert_into(slots::table)
        .values((
            slots::job.eq(claim.job),
            slots::due_at.eq(claim.due_at),
            slots::holder.eq(claim.holder),
            slots::lease_until.eq(claim.lease_until),
            slots::attempts.eq(1),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 1 {
        return Ok(true);
    }
    let taken = diesel::update(slots::table.find((claim.job, claim.due_at)))
        .filter(slots::finished_at.is_null().and(slots::lease_until.lt(claim.now)))
        .set((
            slots::holder.eq(claim.holder),
            slots::lease_until.eq(claim.lease_until),
            slots::attempts.eq(slots::attempts + 1),
        ))
        .execute(conn)
        .await?;
    Ok(taken == 1)
}

/// The newest slot of a job that is done.
///
/// # Errors
/// When the database fails.
pub async fn find_last_done(conn: &mut Conn, job: &str) -> Result<Option<SlotRow>, StoreError> {
    let done = slots::table.filter(slots::job.eq(job)).filter(slots::finished_at.is_not_null());
    let newest = done.order(slots::due_at.desc()).select(SlotRow::as_select());
    Ok(newest.first(conn).await.optional()?)
}

/// Whether a job has a slot due at or before `by`, done or not.
///
/// # Errors
/// When the database fails.
pub async fn is_job_known(conn: &mut Conn, job: &str, by: NaiveDateTime) -> Result<bool, StoreError> {
    let known = slots::table.filter(slots::job.eq(job)).filter(slots::due_at.le(by));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn).await?)
}

/// A slot, if anybody has ever asked for it.
///
/// # Errors
/// When the database fails.
pub async fn find_slot(
    conn: &mut Conn,
    job: &str,
    due_at: NaiveDateTime,
) -> Result<Option<SlotRow>, StoreError> {
    Ok(slots::table.find((job, due_at)).select(SlotRow::as_select()).first(conn).await.optional()?)
}

/// Holds a slot for longer while its work goes on. Gives false when it is no longer this holder's.
///
/// # Errors
/// When the database fails.
pub async fn renew_slot(conn: &mut Conn, claim: &SlotClaim<'_>) -> Result<bool, StoreError> {
    let held = diesel::update(slots::table.find((claim.job, claim.due_at)))
        .filter(slots::holder.eq(claim.holder).and(slots::finished_at.is_null()))
        .set(slots::lease_until.eq(claim.lease_until))
        .execute(conn)
        .await?;
    Ok(held == 1)
}

/// Says that a slot's work is done. Gives false, and writes nothing, when the slot is no longer this holder's: whoever
/// took it over says what became of it.
///
/// # Errors
/// When the database fails.
pub async fn finish_slot(conn: &mut Conn, claim: &SlotClaim<'_>, outcome: &str) -> Result<bool, StoreError> {
    let finished = diesel::update(slots::table.find((claim.job, claim.due_at)))
        .filter(slots::holder.eq(claim.holder).and(slots::finished_at.is_null()))
        .set((slots::finished_at.eq(claim.now), slots::outcome.eq(outcome)))
        .execute(conn)
        .await?;
    Ok(finished == 1)
}

/// Says that somebody else has done a slot's work, whether anybody holds the slot or not.
///
/// # Errors
/// When the database fails.
pub async fn settle_slot(conn: &mut Conn, claim: &SlotClaim<'_>, outcome: &str) -> Result<(), StoreError> {
    let made = diesel::insert_into(slots::table)
        .values((
            slots::job.eq(claim.job),
            slots::due_at.eq(claim.due_at),
            slots::holder.eq(claim.holder),
            slots::lease_until.eq(claim.lease_until),
            slots::attempts.eq(0),
            slots::finished_at.eq(claim.now),
            slots::outcome.eq(outcome),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if made == 0 {
        diesel::update(slots::table.find((claim.job, claim.due_at)))
            .filter(slots::finished_at.is_null())
            .set((
                slots::holder.eq(claim.holder),
                slots::finished_at.eq(claim.now),
                slots::outcome.eq(outcome),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Gives a slot back after a failure: nobody holds it, and from `lease_until` on anybody may take it.
///
/// # Errors
/// When the database fails.
pub async fn release_slot(conn: &mut Conn, claim: &SlotClaim<'_>, outcome: &str) -> Result<(), StoreError> {
    diesel::update(slots::table.find((claim.job, claim.due_at)))
        .filter(slots::holder.eq(claim.holder).and(slots::finished_at.is_null()))
        .set((slots::holder.eq(""), slots::lease_until.eq(claim.lease_until), slots::outcome.eq(outcome)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets slots due before `before`, done or not.
///
/// # Errors
/// When the database fails.
pub async fn forget_slots(conn: &mut Conn, before: NaiveDateTime) -> Result<usize, StoreError> {
    Ok(diesel::delete(slots::table.filter(slots::due_at.lt(before))).execute(conn).await?)
}
