//! Notices going out: claimed under a lease, intent written before the content is sent, outcome after the reply. As the outbox of letters
//! does it; notices are few, so that each writes for itself.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use super::incidents;
use crate::rows::{Lease, NoticeEnd, NoticeRow};
use crate::schema::notices;
use crate::types::{Listed, NoticeId};
use crate::{StoreError, failpoint};
use xushi_domain::notice::NoticeState;

/// Claims notices, of a pilot or real ones, that are due or whose lease has run out. An attempt of the latter that was begun and never
/// ended is counted as uncertain: nobody knows whether the server took it.
///
/// # Errors
/// `Conflict` after a restore until a person has looked; when the database fails.
pub async fn claim_notices(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<NoticeRow>, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let mut rows = claim(conn, lease, limit, trial).await?;
        rows.extend(take_over(conn, lease, limit, trial).await?);
        if !rows.is_empty() {
            super::restorations::refuse_while_restored(conn).await?;
        }
        rows.sort_by_key(|row| (row.next_attempt_at, row.id));
        Ok::<_, StoreError>(rows)
    })
    .await
}

async fn claim(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<NoticeRow>, StoreError> {
    let candidates: Vec<NoticeId> = notices::table
        .filter(notices::trial.eq(trial))
        .filter(notices::state.eq(Listed(NoticeState::Pending)))
        .filter(notices::next_attempt_at.le(lease.now))
        .order((notices::next_attempt_at, notices::id))
        .limit(limit)
        .select(notices::id)
        .load(conn)
        .await?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    // The condition stands in the update again: of two who claim at once the second finds that it is no longer pending.
    Ok(diesel::update(notices::table)
        .filter(notices::id.eq_any(candidates))
        .filter(notices::state.eq(Listed(NoticeState::Pending)))
        .filter(notices::next_attempt_at.le(lease.now))
        .set((
            notices::state.eq(Listed(NoticeState::Sending)),
            notices::lease_holder.eq(lease.holder),
            notices::lease_until.eq(lease.until),
            notices::updated_at.eq(lease.now),
        ))
        .returning(NoticeRow::as_returning())
        .get_results(conn)
        .await?)
}

/// Notices whose holder went silent.
async fn take_over(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<NoticeRow>, StoreError> {
    let candidates: Vec<NoticeId> = notices::table
        .filter(notices::trial.eq(trial))
        .filter(notices::state.eq(Listed(NoticeState::Sending)))
        .filter(notices::lease_until.lt(lease.now))
        .order(notices::id)
        .limit(limit)
        .select(notices::id)
        .load(conn)
        .await?;
    let mut taken = Vec::with_capacity(candidates.len());
    for id in candidates {
        let silent = notices::table
            .filter(notices::id.eq(id))
            .filter(notices::state.eq(Listed(NoticeState::Sending)))
            .filter(notices::lease_until.lt(lease.now));
        let row: Option<NoticeRow> = diesel::update(silent)
            .set((
                notices::lease_holder.eq(lease.holder),
                notices::lease_until.eq(lease.until),
                notices::updated_at.eq(lease.now),
            ))
            .returning(NoticeRow::as_returning())
            .get_result(conn)
            .await
            .optional()?;
        let Some(row) = row else { continue };
        if row.begun_at.is_none() {
            taken.push(row);
            continue;
        }
        let row = diesel::update(notices::table.find(id))
            .set((notices::uncertain.eq(notices::uncertain + 1), notices::begun_at.eq(None::<NaiveDateTime>)))
            .returning(NoticeRow::as_returning())
            .get_result(conn)
            .await?;
        taken.push(row);
    }
    Ok(taken)
}

/// Writes down that a notice is about to be sent, and renews its lease. Gives the number of the attempt, or `None` when the lease was
/// lost: somebody else is at it, and nothing may be sent.
///
/// # Errors
/// When the database fails.
pub async fn begin_notice(
    conn: &mut Conn,
    id: NoticeId,
    lease: &Lease<'_>,
) -> Result<Option<i32>, StoreError> {
    let begun = diesel::update(notices::table.find(id))
        .filter(notices::state.eq(Listed(NoticeState::Sending)))
        .filter(notices::lease_holder.eq(lease.holder))
        .set((
            notices::attempts.eq(notices::attempts + 1),
            notices::begun_at.eq(lease.now),
            notices::lease_until.eq(lease.until),
            notices::paced_at.eq(None::<NaiveDateTime>),
            notices::updated_at.eq(lease.now),
        ))
        .returning(notices::attempts)
        .get_result(conn)
        .await
        .optional()?;
    failpoint!("notice.begun");
    Ok(begun)
}

/// Writes down how an attempt ended; `false` when somebody else has taken the notice over meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn end_notice(conn: &mut Conn, end: &NoticeEnd) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let accepted = (end.state == NoticeState::Accepted).then_some(end.now);
        let written = diesel::update(notices::table.find(end.id))
            .filter(notices::state.eq(Listed(NoticeState::Sending)))
            .filter(notices::lease_holder.eq(&end.holder))
            .set((
                notices::state.eq(Listed(end.state)),
                notices::attempts.eq(end.attempts),
                notices::uncertain.eq(notices::uncertain + i32::from(end.uncertain)),
                notices::begun_at.eq(None::<NaiveDateTime>),
                notices::next_attempt_at.eq(end.next_attempt_at),
                notices::lease_until.eq(None::<NaiveDateTime>),
                notices::lease_holder.eq(None::<String>),
                notices::accepted_at.eq(accepted),
                notices::last_reply.eq(&end.reply),
                notices::updated_at.eq(end.now),
            ))
            .execute(conn)
            .await?;
        if written == 1
            && let Some(incident) = &end.incident
        {
            incidents::open_incident(conn, incident).await?;
        }
        Ok::<_, StoreError>(written == 1)
    })
    .await
}

/// Gives claimed notices back untried, to be claimed again from `next` on.
///
/// # Errors
/// When the database fails.
pub async fn release_notices(
    conn: &mut Conn,
    ids: &[NoticeId],
    lease: &Lease<'_>,
    next: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(notices::table)
        .filter(notices::id.eq_any(ids.to_vec()))
        .filter(notices::state.eq(Listed(NoticeState::Sending)))
        .filter(notices::lease_holder.eq(lease.holder))
        .set((
            notices::state.eq(Listed(NoticeState::Pending)),
            notices::next_attempt_at.eq(next),
            notices::lease_until.eq(None::<NaiveDateTime>),
            notices::lease_holder.eq(None::<String>),
            notices::updated_at.eq(lease.now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
