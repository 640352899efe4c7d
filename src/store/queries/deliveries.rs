//! The outbox: claimed under a lease, intent written before the content is sent, outcome after the reply.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, attempts};
use super::incidents;
use crate::rows::{
    AttemptBegin, AttemptEnd, AttemptRow, DeliveryFilter, DeliveryRow, IncidentRow, Lease, Page,
};
use crate::schema::{deliveries, delivery_attempts, letters};
use crate::types::{DeliveryId, Listed};
use crate::{StoreError, failpoint};
use xushi_domain::delivery::{AttemptOutcome, DeliveryState, not_in_a_pilot};
use xushi_domain::{IncidentKind, Invalid, LetterState};

/// Where a delivery may be sent again, or another one take its place.
const OVER: [DeliveryState; 2] = [DeliveryState::Failed, DeliveryState::Bounced];

/// Claims deliveries, of a pilot or real ones, that are due or whose lease has run out. Of the latter, attempts that were begun and
/// never ended are written down as uncertain: nobody knows whether the server took them.
///
/// # Errors
/// `Conflict` after a restore until a person has looked; when the database fails.
pub async fn claim_deliveries(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<DeliveryRow>, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        super::restorations::refuse_while_restored(conn).await?;
        let claimed = claim(conn, lease, limit, trial).await?;
        failpoint!("claim.written");
        Ok::<_, StoreError>(claimed)
    })
    .await
}

async fn claim(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let candidates: Vec<DeliveryId> = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(trial))
        .filter(deliveries::state.eq(Listed(DeliveryState::Pending)))
        .filter(deliveries::next_attempt_at.le(lease.now))
        .order((deliveries::next_attempt_at, deliveries::id))
        .limit(limit)
        .select(deliveries::id)
        .load(conn)
        .await?;
    // The condition stands in the update again: where two claim at once, the second waits for the first and then
    // finds that the row is no longer pending.
    let mut rows: Vec<DeliveryRow> = diesel::update(deliveries::table)
        .filter(deliveries::id.eq_any(candidates))
        .filter(deliveries::state.eq(Listed(DeliveryState::Pending)))
        .filter(deliveries::next_attempt_at.le(lease.now))
        .set((
            deliveries::state.eq(Listed(DeliveryState::Sending)),
            deliveries::lease_holder.eq(lease.holder),
            deliveries::lease_until.eq(lease.until),
            deliveries::updated_at.eq(lease.now),
        ))
        .returning(DeliveryRow::as_returning())
        .get_results(conn)
        .await?;
    rows.extend(take_over(conn, lease, limit, trial).await?);
    rows.sort_by_key(|row| (row.next_attempt_at, row.id));
    Ok(rows)
}

/// Deliveries whose holder went silent.
async fn take_over(
    conn: &mut Conn,
    lease: &Lease<'_>,
    limit: i64,
    trial: bool,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let candidates: Vec<DeliveryId> = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(trial))
        .filter(deliveries::state.eq(Listed(DeliveryState::Sending)))
        .filter(deliveries::lease_until.lt(lease.now))
        .limit(limit)
        .select(deliveries::id)
        .load(conn)
        .await?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<DeliveryRow> = diesel::update(deliveries::table)
        .filter(deliveries::id.eq_any(candidates))
        .filter(deliveries::state.eq(Listed(DeliveryState::Sending)))
        .filter(deliveries::lease_until.lt(lease.now))
        .set((
            deliveries::lease_holder.eq(lease.holder),
            deliveries::lease_until.eq(lease.until),
            deliveries::updated_at.eq(lease.now),
        ))
        .returning(DeliveryRow::as_returning())
        .get_results(conn)
        .await?;
    let ids: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
    let unknown: Vec<DeliveryId> = diesel::update(delivery_attempts::table)
        .filter(delivery_attempts::delivery_id.eq_any(ids))
        .filter(delivery_attempts::outcome.eq(Listed(AttemptOutcome::Begun)))
        .set((
            delivery_attempts::outcome.eq(Listed(AttemptOutcome::Uncertain)),
            delivery_attempts::finished_at.eq(lease.now),
        ))
        .returning(delivery_attempts::delivery_id)
        .get_results(conn)
        .await?;
    let mut taken = Vec::with_capacity(rows.len());
    for row in rows {
        let count = unknown.iter().filter(|id| **id == row.id).count();
        let uncertain = row.uncertain + i32::try_from(count).unwrap_or(i32::MAX);
        if uncertain != row.uncertain {
            diesel::update(deliveries::table.find(row.id))
                .set(deliveries::uncertain.eq(uncertain))
                .execute(conn)
                .await?;
        }
        taken.push(DeliveryRow { uncertain, ..row });
    }
    Ok(taken)
}

/// Writes down what is about to be sent and how what was sent has ended, all or nothing: intents renew the lease.
/// Gives the number of each intent's attempt; those whose lease was lost are left out: somebody else is at it, and
/// nothing may be sent.
///
/// # Errors
/// When the database fails.
pub async fn write_attempts(
    conn: &mut Conn,
    begins: &[AttemptBegin],
    ends: &[AttemptEnd],
    lease: &Lease<'_>,
) -> Result<HashMap<DeliveryId, i32>, StoreError> {
    let opens_incident = ends.iter().any(|end| end.incident.is_some());
    let one_statement = (begins.is_empty() || ends.is_empty()) && !opens_incident;
    if one_statement && attempts::ONE_STATEMENT {
        return write(conn, begins, ends, lease).await;
    }
    write_transaction!(conn, async |conn: &mut Conn| { write(conn, begins, ends, lease).await }).await
}

async fn write(
    conn: &mut Conn,
    begins: &[AttemptBegin],
    ends: &[AttemptEnd],
    lease: &Lease<'_>,
) -> Result<HashMap<DeliveryId, i32>, StoreError> {
    let begun = attempts::begin_attempts(conn, begins, lease).await?;
    let written = attempts::finish_attempts(conn, ends).await?;
    for end in ends.iter().filter(|end| written.contains(&end.delivery)) {
        if let Some(incident) = &end.incident {
            incidents::open_incident(conn, incident).await?;
        }
    }
    failpoint!(if begins.is_empty() { "outcome.written" } else { "intent.written" });
    Ok(begun.into_iter().collect())
}

/// Marks a delivery as bounced and opens the incident, unless it was bounced before. Gives whether it is news.
///
/// # Errors
/// When the database fails.
pub async fn bounce_delivery(
    conn: &mut Conn,
    delivery: DeliveryId,
    diagnostic: &str,
    incident: &IncidentRow,
) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let news = diesel::update(deliveries::table.find(delivery))
            .filter(deliveries::state.ne(Listed(DeliveryState::Bounced)))
            .set((
                deliveries::state.eq(Listed(DeliveryState::Bounced)),
                deliveries::last_reply.eq(diagnostic),
                deliveries::lease_until.eq(None::<NaiveDateTime>),
                deliveries::lease_holder.eq(None::<String>),
                deliveries::updated_at.eq(incident.updated_at),
            ))
            .execute(conn)
            .await?;
        if news == 1 {
            incidents::open_incident(conn, incident).await?;
        }
        Ok::<_, StoreError>(news == 1)
    })
    .await
}

/// Lets a mail that was given up or came back be sent again, to the same mailbox and under the same Message-ID, and
/// closes what was open about it.
///
/// # Errors
/// `Missing` without such a delivery; `Conflict` when it is under way or was accepted, its letter was taken back, or is one of a pilot and
/// there is none (`trial`), or the other way round.
pub async fn retry_delivery(
    conn: &mut Conn,
    id: DeliveryId,
    now: NaiveDateTime,
    trial: bool,
) -> Result<DeliveryRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let retried = diesel::update(deliveries::table.find(id))
            .filter(deliveries::state.eq_any(OVER.map(Listed)))
            .set((
                deliveries::state.eq(Listed(DeliveryState::Pending)),
                deliveries::next_attempt_at.eq(now),
                deliveries::accepted_at.eq(None::<NaiveDateTime>),
                deliveries::updated_at.eq(now),
            ))
            .execute(conn)
            .await?;
        let row = deliveries::table.find(id).select(DeliveryRow::as_select()).get_result(conn).await;
        let row = row.optional()?.ok_or_else(|| StoreError::missing("delivery", id.0))?;
        let (of_pilot, state): (bool, Listed<LetterState>) = letters::table
            .find(row.letter_id)
            .select((letters::trial, letters::state))
            .get_result(conn)
            .await?;
        if state == LetterState::Withdrawn {
            let detail = "此函已经撤销，不再投递。";
            return Err(StoreError::Conflict(Invalid::new("state", "withdrawn", detail)));
        }
        if of_pilot != trial {
            return Err(StoreError::Conflict(not_in_a_pilot(of_pilot)));
        }
        if retried == 0 {
            return Err(StoreError::Conflict(not_over()));
        }
        close_incidents(conn, id, now).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Adds a mailbox to an issued letter; closes what was open about the delivery that it takes the place of.
///
/// # Errors
/// `Missing` without that delivery of the letter, `Conflict` when it is under way or was accepted, `Duplicate` when the
/// mailbox is known to the letter.
pub async fn add_delivery(
    conn: &mut Conn,
    row: &DeliveryRow,
    instead_of: Option<DeliveryId>,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        if let Some(id) = instead_of {
            let state: Option<Listed<DeliveryState>> = deliveries::table
                .find(id)
                .filter(deliveries::letter_id.eq(row.letter_id))
                .select(deliveries::state)
                .get_result(conn)
                .await
                .optional()?;
            match state {
                None => return Err(StoreError::missing("delivery", id.0)),
                Some(state) if OVER.contains(&state.0) => close_incidents(conn, id, row.created_at).await?,
                Some(_) => return Err(StoreError::Conflict(not_over())),
            }
        }
        diesel::insert_into(deliveries::table).values(row).execute(conn).await?;
        Ok::<_, StoreError>(())
    })
    .await
}

async fn close_incidents(conn: &mut Conn, of: DeliveryId, now: NaiveDateTime) -> Result<(), StoreError> {
    for kind in [IncidentKind::DeliveryFailed, IncidentKind::DeliveryBounced] {
        incidents::close_incident(conn, kind, &of.0.to_string(), now).await?;
    }
    Ok(())
}

fn not_over() -> Invalid {
    Invalid::new("state", "not_over", "这次投递还在进行或已经送达，只有失败或被退回的才能重发、补发。")
}

/// Deliveries with one of these Message-IDs.
///
/// # Errors
/// When the database fails.
pub async fn list_deliveries_by_message_id(
    conn: &mut Conn,
    ids: &[String],
) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::message_id.eq_any(ids.to_vec()))
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?)
}

/// Gives claimed deliveries back untried, to be claimed again from `next` on.
///
/// # Errors
/// When the database fails.
pub async fn release_deliveries(
    conn: &mut Conn,
    ids: &[DeliveryId],
    lease: &Lease<'_>,
    next: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(deliveries::table)
        .filter(deliveries::id.eq_any(ids.to_vec()))
        .filter(deliveries::state.eq(Listed(DeliveryState::Sending)))
        .filter(deliveries::lease_holder.eq(lease.holder))
        .set((
            deliveries::state.eq(Listed(DeliveryState::Pending)),
            deliveries::next_attempt_at.eq(next),
            deliveries::lease_until.eq(None::<NaiveDateTime>),
            deliveries::lease_holder.eq(None::<String>),
            deliveries::updated_at.eq(lease.now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deliveries in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_deliveries(
    conn: &mut Conn,
    filter: &DeliveryFilter,
    page: Page,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut query = deliveries::table
        .select(DeliveryRow::as_select())
        .order(deliveries::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(deliveries::id.gt(after));
    }
    if let Some(letter) = filter.letter_id {
        query = query.filter(deliveries::letter_id.eq(letter));
    }
    if let Some(states) = &filter.states {
        query = query.filter(deliveries::state.eq_any(Listed::all(states)));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(deliveries::updated_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// Attempts of one delivery, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_attempts(conn: &mut Conn, delivery: DeliveryId) -> Result<Vec<AttemptRow>, StoreError> {
    Ok(delivery_attempts::table
        .filter(delivery_attempts::delivery_id.eq(delivery))
        .order(delivery_attempts::number)
        .select(AttemptRow::as_select())
        .load(conn)
        .await?)
}

/// How many attempts of one delivery the transport's own fault ended.
///
/// # Errors
/// When the database fails.
pub async fn count_blocked_attempts(conn: &mut Conn, delivery: DeliveryId) -> Result<i64, StoreError> {
    Ok(delivery_attempts::table
        .filter(delivery_attempts::delivery_id.eq(delivery))
        .filter(delivery_attempts::outcome.eq(Listed(AttemptOutcome::Blocked)))
        .count()
        .get_result(conn)
        .await?)
}

/// How many deliveries there are in each state.
///
/// # Errors
/// When the database fails.
pub async fn count_deliveries(conn: &mut Conn) -> Result<HashMap<DeliveryState, i64>, StoreError> {
    let counts: Vec<(Listed<DeliveryState>, i64)> = deliveries::table
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(counts.into_iter().map(|(state, count)| (state.0, count)).collect())
}
