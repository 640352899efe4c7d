//! Keys to the API.

use chrono::NaiveDateTime;
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::locks::alone;
use super::super::{Backend, Conn};
use crate::rows::{ApiKeyFilter, ApiKeyRow, Page};
use crate::schema::api_keys;
use crate::types::{ApiKeyId, Listed};
use crate::{SoleRule, StoreError};
use xushi_domain::{Invalid, Role};

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
        // Others that make theirs at the same time are not counted before they are done.
        alone(conn, SoleRule::FirstKey).await?;
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

/// Adds a key.
///
/// # Errors
/// When the database fails.
pub async fn create_api_key(conn: &mut Conn, row: &ApiKeyRow) -> Result<(), StoreError> {
    diesel::insert_into(api_keys::table).values(row).execute(conn).await?;
    Ok(())
}

/// Keys in order of id, revoked ones included.
///
/// # Errors
/// When the database fails.
pub async fn list_api_keys(
    conn: &mut Conn,
    filter: &ApiKeyFilter,
    page: Page,
) -> Result<Vec<ApiKeyRow>, StoreError> {
    let mut query = api_keys::table
        .select(ApiKeyRow::as_select())
        .order(api_keys::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(api_keys::id.gt(after));
    }
    if let Some(roles) = &filter.roles {
        query = query.filter(api_keys::role.eq_any(Listed::all(roles)));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(api_keys::unit_id.eq(unit));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(api_keys::created_at.gt(after).or(api_keys::revoked_at.gt(after)));
    }
    Ok(query.load(conn).await?)
}

/// Revokes a key from `now` on; one that was revoked before stays revoked since then. `false` when there is none.
///
/// # Errors
/// `Conflict` for the last key of an administrator: nobody could make another.
pub async fn revoke_api_key(conn: &mut Conn, id: ApiKeyId, now: NaiveDateTime) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let row: Option<ApiKeyRow> =
            api_keys::table.find(id).select(ApiKeyRow::as_select()).get_result(conn).await.optional()?;
        let Some(row) = row else { return Ok(false) };
        if row.revoked_at.is_some() {
            return Ok(true);
        }
        let administrators: i64 = api_keys::table
            .filter(api_keys::role.eq(Listed(Role::Administrator)))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::id.ne(id))
            .count()
            .get_result(conn)
            .await?;
        if administrators == 0 && row.role == Role::Administrator {
            let detail = "这是最后一个管理员密钥，吊销后无人能再发放密钥；请先建立另一个管理员密钥。";
            return Err(StoreError::Conflict(Invalid::new("id", "last_administrator", detail)));
        }
        diesel::update(api_keys::table.find(id)).set(api_keys::revoked_at.eq(now)).execute(conn).await?;
        Ok::<_, StoreError>(true)
    })
    .await
}
