//! Units.

use diesel::{
    EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
    TextExpressionMethods,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::lower;
use crate::StoreError;
use crate::rows::{Page, UnitChange, UnitFilter, UnitRow};
use crate::schema::units;
use crate::types::Id;

/// Units in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_units(
    conn: &mut Conn,
    filter: &UnitFilter,
    page: Page,
) -> Result<Vec<UnitRow>, StoreError> {
    let mut query = units::table
        .select(UnitRow::as_select())
        .order(units::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(units::id.gt(Id(after)));
    }
    if let Some(region) = filter.region_id {
        query = query.filter(units::region_id.eq(Id(region)));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(units::parent_id.eq(Id(parent)));
    }
    if let Some(part) = &filter.name_contains {
        query = query.filter(lower(units::name).like(lower(super::contains(part))).escape('\\'));
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(units::updated_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The unit with this id, credit code or name (in this order).
///
/// # Errors
/// `Missing` when nothing fits; `Invalid` when a name fits units of several regions.
pub async fn resolve_unit(conn: &mut Conn, key: &str) -> Result<UnitRow, StoreError> {
    super::plausible("unit", key)?;
    if let Ok(id) = Uuid::try_parse(key) {
        return find_unit(conn, id).await?.ok_or_else(|| StoreError::missing("unit", key));
    }
    let by_code = units::table
        .filter(units::credit_code.eq(key))
        .select(UnitRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    if let Some(found) = by_code {
        return Ok(found);
    }
    let mut found: Vec<UnitRow> =
        units::table.filter(units::name.eq(key)).select(UnitRow::as_select()).load(conn).await?;
    match found.len() {
        0 => Err(StoreError::missing("unit", key)),
        1 => Ok(found.swap_remove(0)),
        _ => Err(StoreError::ambiguous("unit", key)),
    }
}

/// The unit with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_unit(conn: &mut Conn, id: Uuid) -> Result<Option<UnitRow>, StoreError> {
    Ok(units::table.find(Id(id)).select(UnitRow::as_select()).get_result(conn).await.optional()?)
}

/// Adds a unit.
///
/// # Errors
/// `Duplicate` when its name or credit code is taken.
pub async fn create_unit(conn: &mut Conn, row: &UnitRow) -> Result<(), StoreError> {
    diesel::insert_into(units::table).values(row).execute(conn).await?;
    Ok(())
}

/// Changes a unit that still has the revision before `change.revision`.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Duplicate` when a key is taken.
pub async fn update_unit(conn: &mut Conn, change: &UnitChange) -> Result<UnitRow, StoreError> {
    diesel::update(units::table.find(change.id))
        .filter(units::revision.eq(change.revision - 1))
        .set(change)
        .returning(UnitRow::as_returning())
        .get_result(conn)
        .await
        .optional()?
        .ok_or(StoreError::Stale)
}
