//! Answers kept for repeated requests.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{Claim, IdempotencyRow};
use crate::schema::idempotency_keys;
use crate::types::ApiKeyId;

/// Claims a key; whoever inserts the row runs the request. A claim made before `abandoned` and never answered is that
/// of a process that died: it is taken over.
///
/// # Errors
/// When the database fails.
pub async fn claim_key(
    conn: &mut Conn,
    row: &IdempotencyRow,
    abandoned: NaiveDateTime,
) -> Result<Claim, StoreError> {
    let added = diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    if added == 1 {
        return Ok(Claim::Ours);
    }
    let earlier = idempotency_keys::table
        .find((row.api_key_id, &row.key))
        .select(IdempotencyRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    // Released between the two statements: the caller is told that it is in progress and tries again.
    let Some(earlier) = earlier else { return Ok(Claim::Taken(row.clone())) };
    if earlier.status.is_some() || earlier.done_at.is_some() || earlier.created_at >= abandoned {
        return Ok(Claim::Taken(earlier));
    }
    let taken_over = diesel::update(idempotency_keys::table.find((row.api_key_id, &row.key)))
        .filter(idempotency_keys::status.is_null())
        .filter(idempotency_keys::done_at.is_null())
        .filter(idempotency_keys::created_at.eq(earlier.created_at))
        .set((
            idempotency_keys::created_at.eq(row.created_at),
            idempotency_keys::request_hash.eq(&row.request_hash),
        ))
        .execute(conn)
        .await?;
    Ok(if taken_over == 1 { Claim::Ours } else { Claim::Taken(earlier) })
}

/// Keeps the answer to a claimed key.
///
/// # Errors
/// When the database fails.
pub async fn keep_answer(conn: &mut Conn, row: &IdempotencyRow) -> Result<(), StoreError> {
    diesel::update(idempotency_keys::table.find((row.api_key_id, &row.key)))
        .set((
            idempotency_keys::status.eq(row.status),
            idempotency_keys::body.eq(&row.body),
            idempotency_keys::location.eq(&row.location),
            idempotency_keys::etag.eq(&row.etag),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Frees a key whose request changed nothing.
///
/// # Errors
/// When the database fails.
pub async fn release_key(conn: &mut Conn, row: &IdempotencyRow) -> Result<(), StoreError> {
    diesel::delete(idempotency_keys::table.find((row.api_key_id, &row.key)))
        .filter(idempotency_keys::status.is_null())
        .filter(idempotency_keys::done_at.is_null())
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that the work of a claimed key is done, and what it made; the caller holds the transaction of the work.
///
/// # Errors
/// When the database fails.
pub async fn note_done(
    conn: &mut Conn,
    (caller, key): (ApiKeyId, &str),
    made: Option<&str>,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(idempotency_keys::table.find((caller, key)))
        .set((idempotency_keys::done_at.eq(now), idempotency_keys::made.eq(made)))
        .execute(conn)
        .await?;
    Ok(())
}
