//! Regions and their names.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, locks};
use super::former_names::keep_former_name;
use super::reassessments::mark_region;
use super::{lower, names};
use crate::rows::{Handover, NameKind, Page, RegionAliasRow, RegionFilter, RegionRow};
use crate::schema::{region_aliases, regions};
use crate::types::{Listed, RegionId, kinds};
use crate::{SoleRule, StoreError, seed};
use xushi_domain::folded;

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
        query = query.filter(regions::id.gt(after));
    }
    if let Some(code) = &filter.parent_code {
        query = query.filter(regions::parent_code.eq(code));
    }
    if let Some(levels) = &filter.levels {
        query = query.filter(regions::level.eq_any(Listed::all(levels)));
    }
    if let Some(part) = &filter.name_contains {
        let alike = |part: &str| lower(super::contains(part));
        let plain = folded(part);
        query = query.filter(
            lower(regions::name)
                .like(alike(part))
                .escape('\\')
                .or(lower(regions::name).like(alike(&plain)).escape('\\')),
        );
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(regions::updated_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The region with this id, code, name, short name or alias (in this order).
///
/// # Errors
/// `Missing` when nothing fits; `Invalid` when a name fits several regions.
pub async fn resolve_region(conn: &mut Conn, key: &str) -> Result<RegionRow, StoreError> {
    let typed = super::typed("region", key)?;
    if let Ok(id) = typed.parse() {
        return find_region(conn, id).await?.ok_or_else(|| StoreError::missing("region", key));
    }
    if let Some(found) = find_region_by_code(conn, &typed).await? {
        return Ok(found);
    }
    let mut found: Vec<RegionRow> = regions::table
        .filter(regions::name.eq(&typed).or(regions::short_name.eq(&typed)))
        .select(RegionRow::as_select())
        .load(conn)
        .await?;
    if found.is_empty() {
        found = regions::table
            .inner_join(region_aliases::table)
            .filter(region_aliases::name.eq(&typed).or(region_aliases::code.eq(&typed)))
            .select(RegionRow::as_select())
            .load(conn)
            .await?;
    }
    if found.is_empty() {
        // Those whose names are not written in the plain form.
        let named = names::named::<kinds::Region>(conn, NameKind::Region, &typed).await?;
        found = regions::table
            .filter(regions::id.eq_any(named))
            .select(RegionRow::as_select())
            .load(conn)
            .await?;
    }
    match found.len() {
        0 => Err(StoreError::missing("region", key)),
        1 => Ok(found.swap_remove(0)),
        _ => Err(StoreError::ambiguous("region", key)),
    }
}

/// The ids of the regions that these keys name, as [`resolve_region`] finds them; what fits none is absent, what fits
/// several is `None`.
///
/// # Errors
/// When the database fails.
pub async fn resolve_regions(
    conn: &mut Conn,
    keys: &[String],
) -> Result<HashMap<String, Option<RegionId>>, StoreError> {
    let mut found: HashMap<String, Option<RegionId>> = HashMap::new();
    for chunk in keys.chunks(1_000) {
        let typed: Vec<(&String, String)> =
            chunk.iter().filter(|key| !key.contains('\0')).map(|key| (key, folded(key))).collect();
        let words: Vec<String> = typed.iter().map(|(_, plain)| plain.clone()).collect();
        let ids: Vec<RegionId> = words.iter().filter_map(|key| key.parse().ok()).collect();
        let rows: Vec<(RegionId, String, String, String)> = regions::table
            .filter(
                regions::code
                    .eq_any(words.clone())
                    .or(regions::name.eq_any(words.clone()))
                    .or(regions::short_name.eq_any(words.clone()))
                    .or(regions::id.eq_any(ids)),
            )
            .select((regions::id, regions::code, regions::name, regions::short_name))
            .load(conn)
            .await?;
        let aliases: Vec<(RegionId, String, Option<String>)> = region_aliases::table
            .filter(region_aliases::name.eq_any(words.clone()).or(region_aliases::code.eq_any(words.clone())))
            .select((region_aliases::region_id, region_aliases::name, region_aliases::code))
            .load(conn)
            .await?;
        // Those whose names are not written in the plain form.
        let odd = names::owners_of(conn, NameKind::Region, &words).await?;
        for (asked, key) in typed {
            let id = key.parse().ok();
            let coded = rows.iter().find(|row| if id.is_some() { Some(row.0) == id } else { row.1 == key });
            let named = || rows.iter().filter(|row| row.2 == key || row.3 == key).map(|row| row.0);
            let aliased =
                || aliases.iter().filter(|(_, name, code)| *name == key || code.as_ref() == Some(&key));
            let mut fits: Vec<RegionId> = match (coded, id) {
                (Some(row), _) => vec![row.0],
                (None, Some(_)) => Vec::new(),
                (None, None) => named().collect(),
            };
            if fits.is_empty() && id.is_none() {
                fits = aliased().map(|alias| alias.0).collect();
            }
            if fits.is_empty() && id.is_none() {
                fits = odd.iter().filter(|(name, _)| *name == key).map(|(_, owner)| *owner).collect();
            }
            match fits.as_slice() {
                [] => {}
                [one] => drop(found.insert(asked.clone(), Some(*one))),
                _ => drop(found.insert(asked.clone(), None)),
            }
        }
    }
    Ok(found)
}

/// The region with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_region(conn: &mut Conn, id: RegionId) -> Result<Option<RegionRow>, StoreError> {
    Ok(regions::table.find(id).select(RegionRow::as_select()).get_result(conn).await.optional()?)
}

/// The region with this code.
///
/// # Errors
/// When the database fails.
pub async fn find_region_by_code(conn: &mut Conn, code: &str) -> Result<Option<RegionRow>, StoreError> {
    Ok(regions::table
        .filter(regions::code.eq(code))
        .select(RegionRow::as_select())
        .get_result(conn)
        .await
        .optional()?)
}

/// How many regions there are; also the cheapest proof that the database answers and has its tables.
///
/// # Errors
/// When the database fails.
pub async fn count_regions(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(regions::table.count().get_result(conn).await?)
}

/// The regions with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_regions_of(conn: &mut Conn, ids: &[RegionId]) -> Result<Vec<RegionRow>, StoreError> {
    let there = regions::table.filter(regions::id.eq_any(ids.to_vec()));
    Ok(there.select(RegionRow::as_select()).load(conn).await?)
}

/// Aliases of several regions, in the order they were added.
///
/// # Errors
/// When the database fails.
pub async fn list_region_aliases(
    conn: &mut Conn,
    ids: &[RegionId],
) -> Result<Vec<RegionAliasRow>, StoreError> {
    Ok(region_aliases::table
        .filter(region_aliases::region_id.eq_any(ids.to_vec()))
        .order((region_aliases::region_id, region_aliases::id))
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
    write_transaction!(conn, async |conn: &mut Conn| {
        insert_region(conn, row, aliases).await?;
        mark_region(conn, &row.code, &[row.parent_code.as_deref()], row.updated_at).await
    })
    .await
}

async fn insert_region(
    conn: &mut Conn,
    row: &RegionRow,
    aliases: &[RegionAliasRow],
) -> Result<(), StoreError> {
    diesel::insert_into(regions::table).values(row).execute(conn).await?;
    insert_aliases(conn, aliases).await?;
    keep_names(conn, row, aliases).await
}

/// Names that a folded key would not find by themselves.
async fn keep_names(conn: &mut Conn, row: &RegionRow, aliases: &[RegionAliasRow]) -> Result<(), StoreError> {
    let all = [&row.name, &row.short_name].into_iter().chain(aliases.iter().map(|alias| &alias.name));
    let odd: Vec<&str> = all.map(String::as_str).filter(|name| folded(name) != *name).collect();
    if odd.is_empty() {
        return Ok(());
    }
    names::keep_names(conn, NameKind::Region, &row.id.0.to_string(), row.id, &odd).await
}

async fn insert_aliases(conn: &mut Conn, aliases: &[RegionAliasRow]) -> Result<(), StoreError> {
    for alias in aliases {
        diesel::insert_into(region_aliases::table).values(alias).execute(conn).await?;
    }
    Ok(())
}

/// Writes a region that still has the revision before `changed.revision`, and adds to its aliases; it is called so as the handover
/// says.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Duplicate` when it has such an alias already.
pub async fn update_region(
    conn: &mut Conn,
    changed: &RegionRow,
    added: &[RegionAliasRow],
    handover: &Handover,
) -> Result<RegionRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let query = regions::table.find(changed.id).select((regions::parent_code, regions::name));
        let before: Option<(Option<String>, String)> = query.get_result(conn).await.optional()?;
        let row = diesel::update(regions::table.find(changed.id))
            .filter(regions::revision.eq(changed.revision - 1))
            .set(changed)
            .returning(RegionRow::as_returning())
            .get_result(conn)
            .await
            .optional()?
            .ok_or(StoreError::Stale)?;
        insert_aliases(conn, added).await?;
        let aliases = list_region_aliases(conn, &[row.id]).await?;
        keep_names(conn, &row, &aliases).await?;
        if let Some((_, former)) = &before {
            keep_former_name(conn, row.id, (former, &row.name), handover).await?;
        }
        let parents = [before.as_ref().and_then(|(parent, _)| parent.as_deref()), row.parent_code.as_deref()];
        mark_region(conn, &row.code, &parents, row.updated_at).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Puts the built-in regions into an empty table; does nothing when there are any.
///
/// # Errors
/// When the database fails.
pub async fn seed_regions(conn: &mut Conn, seeds: &[seed::SeedRegion]) -> Result<usize, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Seeds).await?;
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
