//! Measures.

use std::collections::HashMap;

use diesel::dsl::{exists, select};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn, locks};
use super::former_names::keep_former_name;
use super::{lower, names, reassessments, revisions};
use crate::rows::{Handover, MeasureAliasRow, MeasureFilter, MeasureRow, NameKind, Page, RevisionRow};
use crate::schema::{indicators, measure_aliases, measures, name_keys, observations, series};
use crate::types::{Id, Listed, MeasureId};
use crate::{SoleRule, StoreError};
use xushi_domain::{Invalid, folded};

/// Measures in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_measures(
    conn: &mut Conn,
    filter: &MeasureFilter,
    page: Page,
) -> Result<Vec<MeasureRow>, StoreError> {
    let mut query = measures::table
        .select(MeasureRow::as_select())
        .order(measures::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(measures::id.gt(after));
    }
    if let Some(part) = &filter.name_contains {
        // Names and aliases.
        let alike = name_keys::table
            .filter(name_keys::kind.eq(Listed(NameKind::Measure)))
            .filter(lower(name_keys::name_key).like(lower(super::contains(&folded(part)))).escape('\\'))
            .select(name_keys::owner);
        query = query.filter(measures::id.eq_any(alike));
    }
    if !filter.with_retired {
        query = query.filter(measures::retired_on.is_null());
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(measures::updated_at.gt(at).or(measures::retired_at.gt(at)));
    }
    Ok(query.load(conn).await?)
}

/// The measure with this id, name or alias (in this order).
///
/// # Errors
/// `Missing` when nothing fits.
pub async fn resolve_measure(conn: &mut Conn, key: &str) -> Result<MeasureRow, StoreError> {
    let typed = super::typed("measure", key)?;
    if let Ok(id) = typed.parse() {
        return find_measure(conn, id).await?.ok_or_else(|| StoreError::missing("measure", key));
    }
    let named = name_keys::table
        .filter(name_keys::kind.eq(Listed(NameKind::Measure)))
        .filter(name_keys::name_key.eq(typed))
        .select(name_keys::owner);
    measures::table
        .filter(measures::id.eq_any(named))
        .select(MeasureRow::as_select())
        .get_result(conn)
        .await
        .optional()?
        .ok_or_else(|| StoreError::missing("measure", key))
}

/// The measures with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_measures_of(conn: &mut Conn, ids: &[MeasureId]) -> Result<Vec<MeasureRow>, StoreError> {
    Ok(measures::table
        .filter(measures::id.eq_any(ids.to_vec()))
        .select(MeasureRow::as_select())
        .load(conn)
        .await?)
}

/// The measures with these ids, names or aliases, however typed, by what was asked for; what fits none is absent.
///
/// # Errors
/// When the database fails.
pub async fn resolve_measures(
    conn: &mut Conn,
    keys: &[String],
) -> Result<HashMap<String, MeasureRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in keys.chunks(1_000) {
        // PostgreSQL takes no NUL in a text, and nothing stored has one.
        let (by_id, by_name): (Vec<&String>, Vec<&String>) =
            chunk.iter().filter(|key| !key.contains('\0')).partition(|key| Uuid::try_parse(key).is_ok());
        let ids: HashMap<MeasureId, &String> =
            by_id.into_iter().filter_map(|key| Some((Id::of(Uuid::try_parse(key).ok()?), key))).collect();
        let rows: Vec<MeasureRow> = measures::table
            .filter(measures::id.eq_any(ids.keys().copied().collect::<Vec<_>>()))
            .select(MeasureRow::as_select())
            .load(conn)
            .await?;
        found.extend(rows.into_iter().filter_map(|row| Some(((*ids.get(&row.id)?).clone(), row))));
        let typed: Vec<(&String, String)> = by_name.into_iter().map(|key| (key, folded(key))).collect();
        let plain: Vec<String> = typed.iter().map(|(_, plain)| plain.clone()).collect();
        let owners: HashMap<String, MeasureId> =
            names::owners_of(conn, NameKind::Measure, &plain).await?.into_iter().collect();
        let rows: Vec<MeasureRow> = measures::table
            .filter(measures::id.eq_any(owners.values().copied().collect::<Vec<_>>()))
            .select(MeasureRow::as_select())
            .load(conn)
            .await?;
        let rows: HashMap<MeasureId, MeasureRow> = rows.into_iter().map(|row| (row.id, row)).collect();
        let named = |plain: &String| rows.get(owners.get(plain)?).cloned();
        found.extend(typed.into_iter().filter_map(|(key, plain)| Some((key.clone(), named(&plain)?))));
    }
    Ok(found)
}

/// The measure with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_measure(conn: &mut Conn, id: MeasureId) -> Result<Option<MeasureRow>, StoreError> {
    Ok(measures::table.find(id).select(MeasureRow::as_select()).get_result(conn).await.optional()?)
}

/// Aliases of several measures, in order of measure and name; at most some hundred ids at once.
///
/// # Errors
/// When the database fails.
pub async fn list_measure_aliases(
    conn: &mut Conn,
    ids: &[MeasureId],
) -> Result<Vec<MeasureAliasRow>, StoreError> {
    Ok(measure_aliases::table
        .filter(measure_aliases::measure_id.eq_any(ids.to_vec()))
        .order((measure_aliases::measure_id, measure_aliases::name))
        .select(MeasureAliasRow::as_select())
        .load(conn)
        .await?)
}

/// Adds a measure with its aliases.
///
/// # Errors
/// `Conflict` (`duplicate`) when a name is taken by another measure, as its name or alias.
pub async fn create_measure(conn: &mut Conn, row: &MeasureRow, aliases: &[String]) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        check_names(conn, row.id, &row.name, aliases).await?;
        diesel::insert_into(measures::table).values(row).execute(conn).await?;
        insert_aliases(conn, row.id, aliases).await?;
        keep_names(conn, row.id, &row.name, aliases).await
    })
    .await
}

/// Writes a measure that still has the revision before `changed.revision`; `aliases` replace the present ones.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Conflict` when a name is taken, or when its unit or basis
/// would change under values that are already there.
pub async fn update_measure(
    conn: &mut Conn,
    changed: &MeasureRow,
    aliases: &[String],
    kept: Option<&RevisionRow>,
    handover: &Handover,
) -> Result<MeasureRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        check_names(conn, changed.id, &changed.name, aliases).await?;
        check_meaning(conn, changed).await?;
        let former: Option<(String, String)> = measures::table
            .find(changed.id)
            .select((measures::name, measures::unit))
            .get_result(conn)
            .await
            .optional()?;
        let row: MeasureRow = diesel::update(measures::table.find(changed.id))
            .filter(measures::revision.eq(changed.revision - 1))
            .set(changed)
            .returning(MeasureRow::as_returning())
            .get_result(conn)
            .await
            .optional()?
            .ok_or(StoreError::Stale)?;
        if let Some(kept) = kept {
            revisions::insert_revision(conn, kept).await?;
        }
        if let Some((former, unit)) = former {
            keep_former_name(conn, row.id, (&former, &row.name), handover).await?;
            if unit != row.unit {
                // Its indicators show the unit, and tell that they show another one.
                let of_it = series::table.filter(series::measure_id.eq(row.id)).select(series::id);
                diesel::update(indicators::table.filter(indicators::series_id.eq_any(of_it)))
                    .set(indicators::updated_at.eq(row.updated_at))
                    .execute(conn)
                    .await?;
            }
        }
        // Its names too are judged by: a phrase may name another measure.
        reassessments::mark_measure(conn, changed.id, changed.updated_at).await?;
        diesel::delete(measure_aliases::table.filter(measure_aliases::measure_id.eq(changed.id)))
            .execute(conn)
            .await?;
        insert_aliases(conn, changed.id, aliases).await?;
        keep_names(conn, changed.id, &changed.name, aliases).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

async fn insert_aliases(conn: &mut Conn, id: MeasureId, aliases: &[String]) -> Result<(), StoreError> {
    for name in aliases {
        let alias = MeasureAliasRow { name: name.clone(), measure_id: id };
        diesel::insert_into(measure_aliases::table).values(&alias).execute(conn).await?;
    }
    Ok(())
}

/// Keeps its name in the form names are compared in.
pub(super) async fn keep_names(
    conn: &mut Conn,
    id: MeasureId,
    name: &str,
    aliases: &[String],
) -> Result<(), StoreError> {
    let all: Vec<&str> = std::iter::once(name).chain(aliases.iter().map(String::as_str)).collect();
    names::keep_names(conn, NameKind::Measure, "", id, &all).await
}

/// No name or alias may belong to two measures, nor look like another's. Which of them it is no constraint could say.
async fn check_names(
    conn: &mut Conn,
    id: MeasureId,
    name: &str,
    aliases: &[String],
) -> Result<(), StoreError> {
    locks::alone(conn, SoleRule::MeasureNames).await?;
    let wanted: Vec<String> = std::iter::once(name.to_owned()).chain(aliases.iter().cloned()).collect();
    let keys: Vec<String> = wanted.iter().map(|name| folded(name)).collect();
    let taken: Vec<String> = name_keys::table
        .filter(name_keys::kind.eq(Listed(NameKind::Measure)))
        .filter(name_keys::name_key.eq_any(keys.clone()))
        .filter(name_keys::owner.ne(id))
        .select(name_keys::name_key)
        .load(conn)
        .await?;
    match keys.iter().position(|key| taken.contains(key)) {
        None => Ok(()),
        Some(place) => {
            let field = if place == 0 { "name".to_owned() } else { format!("aliases.{}", place - 1) };
            let detail = format!("“{}”已是其他指标口径的名称或别名，请核对。", wanted[place]);
            Err(StoreError::Conflict(Invalid::new(field, "duplicate", detail)))
        }
    }
}

/// Values keep the unit and basis that they were reported in.
async fn check_meaning(conn: &mut Conn, changed: &MeasureRow) -> Result<(), StoreError> {
    let present = find_measure(conn, changed.id).await?.ok_or(StoreError::Stale)?;
    let field = if present.unit != changed.unit {
        "unit"
    } else if present.basis != changed.basis {
        "basis"
    } else {
        return Ok(());
    };
    let values = observations::table.inner_join(series::table).filter(series::measure_id.eq(changed.id));
    if select(exists(values)).get_result(conn).await? {
        let detail = "该指标口径已有观测值，不能再改单位和口径，请另建一个指标口径。";
        return Err(StoreError::Conflict(Invalid::new(field, "in_use", detail)));
    }
    Ok(())
}
