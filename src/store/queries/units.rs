//! Units.

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, locks};
use super::former_names::keep_former_name;
use super::{lower, names};
use crate::rows::{Handover, NameKind, Page, UnitAliasRow, UnitChange, UnitFilter, UnitRow};
use crate::schema::{name_keys, unit_aliases, units};
use crate::types::{Listed, UnitId, kinds};
use crate::{SoleRule, StoreError};
use xushi_domain::{Invalid, folded};

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
        query = query.filter(units::id.gt(after));
    }
    if let Some(region) = filter.region_id {
        query = query.filter(units::region_id.eq(region));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(units::parent_id.eq(parent));
    }
    if let Some(part) = &filter.name_contains {
        let alike = name_keys::table
            .filter(name_keys::kind.eq(Listed(NameKind::Unit)))
            .filter(lower(name_keys::name_key).like(lower(super::contains(&folded(part)))).escape('\\'))
            .select(name_keys::owner);
        // The names of a unit that was merged mean the other one; it is found by its own all the same.
        let own = lower(units::name).like(lower(super::contains(part))).escape('\\');
        query = query.filter(units::id.eq_any(alike).or(units::retired_on.is_not_null().and(own)));
    }
    if !filter.with_retired {
        query = query.filter(units::retired_on.is_null());
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(units::updated_at.gt(at).or(units::retired_at.gt(at)));
    }
    Ok(query.load(conn).await?)
}

/// The unit with this id, credit code or name (in this order).
///
/// # Errors
/// `Missing` when nothing fits; `Invalid` when a name fits units of several regions.
pub async fn resolve_unit(conn: &mut Conn, key: &str) -> Result<UnitRow, StoreError> {
    let typed = super::typed("unit", key)?;
    if let Ok(id) = typed.parse() {
        return find_unit(conn, id).await?.ok_or_else(|| StoreError::missing("unit", key));
    }
    let by_code = units::table
        .filter(units::credit_code.eq(typed.to_ascii_uppercase()))
        .select(UnitRow::as_select())
        .get_result(conn)
        .await
        .optional()?;
    if let Some(found) = by_code {
        // Whoever knows the code of a unit that was merged means the one that took over.
        return match found.merged_into_id {
            Some(into) => Ok(find_unit(conn, into).await?.unwrap_or(found)),
            None => Ok(found),
        };
    }
    let named = names::named::<kinds::Unit>(conn, NameKind::Unit, &typed).await?;
    let mut found: Vec<UnitRow> =
        units::table.filter(units::id.eq_any(named)).select(UnitRow::as_select()).load(conn).await?;
    if found.len() > 1 {
        // A name that a unit has now goes before one that another has besides.
        let own: Vec<UnitRow> = found.iter().filter(|row| folded(&row.name) == typed).cloned().collect();
        found = if own.is_empty() { found } else { own };
    }
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
pub async fn find_unit(conn: &mut Conn, id: UnitId) -> Result<Option<UnitRow>, StoreError> {
    Ok(units::table.find(id).select(UnitRow::as_select()).get_result(conn).await.optional()?)
}

/// The units with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_units_of(conn: &mut Conn, ids: &[UnitId]) -> Result<Vec<UnitRow>, StoreError> {
    Ok(units::table.filter(units::id.eq_any(ids.to_vec())).select(UnitRow::as_select()).load(conn).await?)
}

/// The other names of these units, in order of unit and name.
///
/// # Errors
/// When the database fails.
pub async fn list_unit_aliases(conn: &mut Conn, ids: &[UnitId]) -> Result<Vec<UnitAliasRow>, StoreError> {
    Ok(unit_aliases::table
        .filter(unit_aliases::unit_id.eq_any(ids.to_vec()))
        .order((unit_aliases::unit_id, unit_aliases::name))
        .select(UnitAliasRow::as_select())
        .load(conn)
        .await?)
}

/// Adds a unit with its other names.
///
/// # Errors
/// `Duplicate` when a name or its credit code is taken.
pub async fn create_unit(conn: &mut Conn, row: &UnitRow, aliases: &[String]) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        diesel::insert_into(units::table).values(row).execute(conn).await?;
        keep_names(conn, row, aliases).await
    })
    .await
}

/// Keeps a unit's other names, and all its names in the form names are compared in.
pub(super) async fn keep_names(conn: &mut Conn, row: &UnitRow, aliases: &[String]) -> Result<(), StoreError> {
    diesel::delete(unit_aliases::table.filter(unit_aliases::unit_id.eq(row.id))).execute(conn).await?;
    let (mut names, mut known) = (vec![row.name.as_str()], vec![folded(&row.name)]);
    for alias in aliases {
        // What looks like a name it has already is no other name.
        if known.contains(&folded(alias)) {
            continue;
        }
        let own = UnitAliasRow { unit_id: row.id, name: alias.clone() };
        diesel::insert_into(unit_aliases::table).values(&own).execute(conn).await?;
        known.push(folded(alias));
        names.push(alias);
    }
    let scope = row.region_id.0.to_string();
    names::keep_names(conn, NameKind::Unit, &scope, row.id, &names).await
}

/// Changes a unit that still has the revision before `change.revision`; `aliases` replace the present ones. A name that it had
/// before stays one of its other names.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Duplicate` when a key is taken; `Invalid` when it would become its own
/// superior.
pub async fn update_unit(
    conn: &mut Conn,
    change: &UnitChange,
    aliases: Option<&[String]>,
    handover: &Handover,
) -> Result<UnitRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        check_parent(conn, change).await?;
        let former: Option<String> =
            units::table.find(change.id).select(units::name).get_result(conn).await.optional()?;
        let row: UnitRow = diesel::update(units::table.find(change.id))
            .filter(units::revision.eq(change.revision - 1))
            .set(change)
            .returning(UnitRow::as_returning())
            .get_result(conn)
            .await
            .optional()?
            .ok_or(StoreError::Stale)?;
        let mut names: Vec<String> = match aliases {
            Some(aliases) => aliases.to_vec(),
            None => list_unit_aliases(conn, &[row.id]).await?.into_iter().map(|alias| alias.name).collect(),
        };
        if let Some(former) = former {
            keep_former_name(conn, row.id, (&former, &row.name), handover).await?;
            names.push(former);
        }
        keep_names(conn, &row, &names).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Units above one another at most.
const DEPTH_MAX: usize = 20;

/// No unit stands above itself, however many others are between.
async fn check_parent(conn: &mut Conn, change: &UnitChange) -> Result<(), StoreError> {
    if change.parent_id.is_none() {
        return Ok(());
    }
    let refuse = |code, detail| Err(Invalid::new("parent", code, detail).into());
    locks::alone(conn, SoleRule::UnitTree).await?;
    let (mut above, mut depth) = (change.parent_id, 0);
    while let Some(id) = above {
        depth += 1;
        if id == change.id {
            return refuse("cycle", "上级单位不能是自己或自己的下级，请另选。");
        }
        if depth > DEPTH_MAX {
            return refuse("too_deep", "单位的层级过多，或其上级互为上级，请先理顺上级单位。");
        }
        above = units::table.find(id).select(units::parent_id).get_result(conn).await?;
    }
    Ok(())
}
