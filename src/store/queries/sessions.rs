//! Sessions of people on the pages.

use chrono::NaiveDateTime;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{ApiKeyRow, SessionRow};
use crate::schema::{api_keys, sessions};
use crate::types::SessionId;

/// The session of this secret with its key: neither over, nor ended, and the key not revoked.
///
/// # Errors
/// When the database fails.
pub async fn find_session(
    conn: &mut Conn,
    secret_hash: &str,
    now: NaiveDateTime,
) -> Result<Option<(SessionRow, ApiKeyRow)>, StoreError> {
    Ok(sessions::table
        .inner_join(api_keys::table)
        .filter(sessions::secret_hash.eq(secret_hash))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .select((SessionRow::as_select(), ApiKeyRow::as_select()))
        .get_result(conn)
        .await
        .optional()?)
}

/// Begins a session, and forgets those that were over by then.
///
/// # Errors
/// When the database fails.
pub async fn begin_session(conn: &mut Conn, row: &SessionRow) -> Result<(), StoreError> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(row.created_at))).execute(conn).await?;
    diesel::insert_into(sessions::table).values(row).execute(conn).await?;
    Ok(())
}

/// Ends a session; one that is not there, or has ended, stays so.
///
/// # Errors
/// When the database fails.
pub async fn end_session(conn: &mut Conn, id: SessionId, now: NaiveDateTime) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now))
        .execute(conn)
        .await?;
    Ok(())
}
