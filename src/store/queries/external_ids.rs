//! What other systems call what they own.

use std::collections::HashMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use xushi_domain::{PlanPart, TextEnum as _};

use super::super::Conn;
use crate::StoreError;
use crate::schema::external_ids;
use crate::types::AnyId;

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Whom another system means by its id.
///
/// # Errors
/// When the database fails.
pub async fn find_external(conn: &mut Conn, part: PlanPart, key: &str) -> Result<Option<AnyId>, StoreError> {
    let known = external_ids::table.find((part.as_str(), key)).select(external_ids::owner_id);
    Ok(known.get_result(conn).await.optional()?)
}

/// What other systems call these; what has no such id is absent.
///
/// # Errors
/// When the database fails.
pub async fn list_external_ids(
    conn: &mut Conn,
    owners: &[AnyId],
) -> Result<HashMap<AnyId, String>, StoreError> {
    let mut found = HashMap::new();
    for chunk in owners.chunks(AT_ONCE) {
        let rows: Vec<(AnyId, String)> = external_ids::table
            .filter(external_ids::owner_id.eq_any(chunk.to_vec()))
            .select((external_ids::owner_id, external_ids::external_id))
            .load(conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Gives something the id that another system has for it, in place of the one it had; `None` takes that away.
///
/// # Errors
/// `Duplicate` when it is the id of something else.
pub async fn set_external_id(
    conn: &mut Conn,
    part: PlanPart,
    owner: AnyId,
    key: Option<&str>,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        diesel::delete(external_ids::table.filter(external_ids::owner_id.eq(owner))).execute(conn).await?;
        if let Some(key) = key {
            diesel::insert_into(external_ids::table)
                .values((
                    external_ids::part.eq(part.as_str()),
                    external_ids::external_id.eq(key),
                    external_ids::owner_id.eq(owner),
                ))
                .execute(conn)
                .await?;
        }
        Ok::<_, StoreError>(())
    })
    .await
}
