//! Regions and their names.

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::lower;
use crate::store::rows::{Page, RegionAliasRow, RegionFilter, RegionRow};
use crate::store::schema::{region_aliases, regions};
use crate::store::types::Id;
use crate::store::{StoreError, seed};

/// Regions in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_regions(
    conn: &mut Conn,
    filter: &RegionFilter,
    page: Page,
) -> Result<Vec<RegionRow>, StoreError> {
    let mut query = regions::table
        .select(RegionRow::as_select())
        .order(regions::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(regions::id.gt(Id(after)));
    }
    if let Some(code) = &filter.parent_code {
        query = query.filter(regions::parent_code.eq(code));
    }
    if let Some(level) = &filter.level {
        query = query.filter(regions::level.eq(level));
    }
    if let Some(part) = &filter.name_contains {
        query = query.filter(lower(regions::name).like(lower(super::contains(part))).escape('\\'));
    }
    Ok(query.load(conn).await?)
}

/// The region with this id, code, name, short name or alias (in this order).
///
/// # Errors
/// `Missing` when nothing fits; `Invalid` when a name fits several regions.
pub async fn resolve_region(conn: &mut Conn, key: &str) -> Result<RegionRow, StoreError> {
    super::plausible("region", key)?;
    if let Ok(id) = Uuid::try_parse(key) {
        return find_region(conn, id).await?.ok_or_else(|| StoreError::missing("region", key));
    }
    let by_code = regions::table
        .filter(regions::code.eq(key))
        .select(RegionRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    if let Some(found) = by_code {
        return Ok(found);
    }
    let mut found: Vec<RegionRow> = regions::table
        .filter(regions::name.eq(key).or(regions::short_name.eq(key)))
        .select(RegionRow::as_select())
        .load(conn)
        .await?;
    if found.is_empty() {
        found = regions::table
            .inner_join(region_aliases::table)
            .filter(region_aliases::name.eq(key).or(region_aliases::code.eq(key)))
            .select(RegionRow::as_select())
            .load(conn)
            .await?;
    }
    match found.len() {
        0 => Err(StoreError::missing("region", key)),
        1 => Ok(found.swap_remove(0)),
        _ => Err(super::ambiguous("region", key)),
    }
}

/// The region with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_region(conn: &mut Conn, id: Uuid) -> Result<Option<RegionRow>, StoreError> {
    Ok(regions::table.find(Id(id)).select(RegionRow::as_select()).get_result(conn).await.optional()?)
}

/// How many regions there are; also the cheapest proof that the database answers and has its tables.
///
/// # Errors
/// When the database fails.
pub async fn count_regions(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(regions::table.count().get_result(conn).await?)
}

/// Aliases of one region.
///
/// # Errors
/// When the database fails.
pub async fn list_region_aliases(conn: &mut Conn, id: Uuid) -> Result<Vec<RegionAliasRow>, StoreError> {
    Ok(region_aliases::table
        .filter(region_aliases::region_id.eq(Id(id)))
        .order(region_aliases::name)
        .select(RegionAliasRow::as_select())
        .load(conn)
        .await?)
}

/// Adds a region with its aliases.
///
/// # Errors
/// `Duplicate` when the code is taken.
pub async fn create_region(
    conn: &mut Conn,
    row: &RegionRow,
    aliases: &[RegionAliasRow],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| { insert_region(conn, row, aliases).await }).await
}

async fn insert_region(
    conn: &mut Conn,
    row: &RegionRow,
    aliases: &[RegionAliasRow],
) -> Result<(), StoreError> {
    diesel::insert_into(regions::table).values(row).execute(conn).await?;
    for alias in aliases {
        diesel::insert_into(region_aliases::table).values(alias).execute(conn).await?;
    }
    Ok(())
}

/// Puts the built-in regions into an empty table; does nothing when there are any.
///
/// # Errors
/// When the database fails.
pub async fn seed_regions(conn: &mut Conn, seeds: &[seed::SeedRegion]) -> Result<usize, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let present: i64 = regions::table.count().get_result(conn).await?;
        if present > 0 {
            return Ok(0);
        }
        for seed in seeds {
            insert_region(conn, &seed.row, &seed.aliases).await?;
        }
        Ok::<_, StoreError>(seeds.len())
    })
    .await
}
