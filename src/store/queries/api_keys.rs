//! Keys to the API.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::store::StoreError;
use crate::store::rows::ApiKeyRow;
use crate::store::schema::api_keys;

/// The valid key with this hash.
///
/// # Errors
/// When the database fails.
pub async fn find_api_key(conn: &mut Conn, hash: &str) -> Result<Option<ApiKeyRow>, StoreError> {
    Ok(api_keys::table
        .filter(api_keys::key_hash.eq(hash))
        .filter(api_keys::revoked_at.is_null())
        .select(ApiKeyRow::as_select())
        .get_result(conn)
        .await
        .optional()?)
}

/// Makes `row` the first key, unless there is one already. Two replicas that start together make one.
///
/// # Errors
/// When the database fails.
pub async fn create_first_api_key(conn: &mut Conn, row: &ApiKeyRow) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let present: i64 = api_keys::table.count().get_result(conn).await?;
        if present > 0 {
            return Ok::<_, StoreError>(false);
        }
        diesel::insert_into(api_keys::table).values(row).execute(conn).await?;
        Ok(true)
    })
    .await
}

/// Adds a key unless one with this hash exists (a key given by the operator's configuration).
///
/// # Errors
/// When the database fails.
pub async fn ensure_api_key(conn: &mut Conn, row: &ApiKeyRow) -> Result<bool, StoreError> {
    let added = diesel::insert_into(api_keys::table)
        .values(row)
        .on_conflict(api_keys::key_hash)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(added == 1)
}
