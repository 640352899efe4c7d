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

/// The key with this hash that is valid at `now`.
///
/// # Errors
/// When the database fails.
pub async fn find_api_key(
    conn: &mut Conn,
    hash: &str,
    now: NaiveDateTime,
) -> Result<Option<ApiKeyRow>, StoreError> {
    let found: Option<ApiKeyRow> = api_keys::table
        .filter(api_keys::key_hash.eq(hash))
        .select(ApiKeyRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    Ok(found.filter(|key| key.is_valid(now)))
}

/// Notes that a key was used at `now`. The caller asks for it once an hour, so that reading does not write.
///
/// # Errors
/// When the database fails.
pub async fn note_key_use(conn: &mut Conn, id: ApiKeyId, now: NaiveDateTime) -> Result<(), StoreError> {
    diesel::update(api_keys::table.find(id)).set(api_keys::last_used_at.eq(now)).execute(conn).await?;
    Ok(())
}

/// A key, valid or not.
///
/// # Errors
/// When the database fails.
pub async fn get_api_key(conn: &mut Conn, id: ApiKeyId) -> Result<Option<ApiKeyRow>, StoreError> {
    Ok(api_keys::table.find(id).select(ApiKeyRow::as_select()).get_result(conn).await.optional()?)
}

/// Adds a key that is issued in place of `former`, which ends at `former_ends`.
///
/// # Errors
/// `Stale` when the former was revoked meanwhile.
pub async fn replace_api_key(
    conn: &mut Conn,
    row: &ApiKeyRow,
    former: ApiKeyId,
    former_ends: NaiveDateTime,
) -> Result<(), StoreError> {
    let ended = diesel::update(api_keys::table.find(former))
        .filter(api_keys::revoked_at.is_null())
        .set(api_keys::expires_at.eq(former_ends))
        .execute(conn)
        .await?;
    if ended == 0 {
        return Err(StoreError::Stale);
    }
    create_api_key(conn, row).await
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

/// Adds a key given by the operator's configuration, unless it is there; it takes the place of those of its name and role.
///
/// # Errors
/// When the database fails.
pub async fn ensure_api_key(conn: &mut Conn, row: &ApiKeyRow) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let added = diesel::insert_into(api_keys::table)
            .values(row)
            .on_conflict(api_keys::key_hash)
            .do_nothing()
            .execute(conn)
            .await?;
        if added == 1 {
            let former = api_keys::table
                .filter(api_keys::name.eq(&row.name))
                .filter(api_keys::role.eq(row.role))
                .filter(api_keys::id.ne(row.id))
                .filter(api_keys::revoked_at.is_null());
            diesel::update(former).set(api_keys::revoked_at.eq(row.created_at)).execute(conn).await?;
        }
        Ok::<_, StoreError>(added == 1)
    })
    .await
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
    if let Some(day) = filter.expires_before {
        query = query.filter(api_keys::expires_at.lt(day)).filter(api_keys::revoked_at.is_null());
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
            .filter(api_keys::expires_at.is_null())
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
