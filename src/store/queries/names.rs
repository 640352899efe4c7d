//! Names in the form they are compared in, so that what looks the same is one thing: unique whoever races, and found
//! however it is typed.

use chrono::NaiveDate;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use xushi_domain::folded;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{NameKeyRow, NameKind};
use crate::schema::{
    campaigns, measure_aliases, measures, name_keys, region_aliases, regions, rule_packs, tasks, units,
};
use crate::types::{CampaignId, Id, Listed, MeasureId, RegionId, RulePackId, TaskId, Thing, UnitId};

/// Puts `names` in the place of those that the owner has; `scope` is what they are unique in.
///
/// # Errors
/// `Duplicate` when another owner in the same scope has a name that looks the same.
pub(crate) async fn keep_names(
    conn: &mut Conn,
    kind: NameKind,
    scope: &str,
    owner: Id<impl Thing>,
    names: &[&str],
) -> Result<(), StoreError> {
    let mine =
        name_keys::table.filter(name_keys::kind.eq(Listed(kind))).filter(name_keys::owner.eq(owner.of_any()));
    diesel::delete(mine).execute(conn).await?;
    for row in NameKeyRow::of(kind, scope, owner, names) {
        diesel::insert_into(name_keys::table).values(&row).execute(conn).await?;
    }
    Ok(())
}

/// Who has a name that looks like `key`.
///
/// # Errors
/// When the database fails.
pub(crate) async fn named<K: Thing>(
    conn: &mut Conn,
    kind: NameKind,
    key: &str,
) -> Result<Vec<Id<K>>, StoreError> {
    Ok(name_keys::table
        .filter(name_keys::kind.eq(Listed(kind)))
        .filter(name_keys::name_key.eq(folded(key)))
        .order(name_keys::owner)
        .limit(50)
        .select(name_keys::owner)
        .load(conn)
        .await?)
}

/// Who has names that look like these, each already in the form names are compared in ([`folded`]).
///
/// # Errors
/// When the database fails.
pub(crate) async fn owners_of<K: Thing>(
    conn: &mut Conn,
    kind: NameKind,
    keys: &[String],
) -> Result<Vec<(String, Id<K>)>, StoreError> {
    Ok(name_keys::table
        .filter(name_keys::kind.eq(Listed(kind)))
        .filter(name_keys::name_key.eq_any(keys.to_vec()))
        .order((name_keys::name_key, name_keys::owner))
        .select((name_keys::name_key, name_keys::owner))
        .load(conn)
        .await?)
}

/// Who has a name that looks like this one in a scope.
async fn named_in<K: Thing>(
    conn: &mut Conn,
    kind: NameKind,
    scope: &str,
    name: &str,
) -> Result<Option<Id<K>>, StoreError> {
    let known = name_keys::table.find((Listed(kind), scope, folded(name))).select(name_keys::owner);
    Ok(known.get_result(conn).await.optional()?)
}

/// The unit of a region that is called so, now or before.
///
/// # Errors
/// When the database fails.
pub async fn find_unit_named(
    conn: &mut Conn,
    region: RegionId,
    name: &str,
) -> Result<Option<UnitId>, StoreError> {
    named_in(conn, NameKind::Unit, &region.0.to_string(), name).await
}

/// The measure that is called so.
///
/// # Errors
/// When the database fails.
pub async fn find_measure_named(conn: &mut Conn, name: &str) -> Result<Option<MeasureId>, StoreError> {
    named_in(conn, NameKind::Measure, "", name).await
}

/// The campaign of a region that is called so and begins on this day.
///
/// # Errors
/// When the database fails.
pub async fn find_campaign_named(
    conn: &mut Conn,
    region: RegionId,
    starts_on: NaiveDate,
    name: &str,
) -> Result<Option<CampaignId>, StoreError> {
    named_in(conn, NameKind::Campaign, &campaign_scope(region, starts_on), name).await
}

/// The task of a campaign, below another or at the top, that is called so.
///
/// # Errors
/// When the database fails.
pub async fn find_task_named(
    conn: &mut Conn,
    campaign: CampaignId,
    parent: Option<TaskId>,
    name: &str,
) -> Result<Option<TaskId>, StoreError> {
    named_in(conn, NameKind::Task, &task_scope(campaign, parent), name).await
}

/// Puts in the names of rows that have none yet: those from before names were kept in this form. Where two rows of one
/// scope look the same, the older one keeps the name. Gives how many were put in.
///
/// # Errors
/// When the database fails.
pub async fn fill_names(conn: &mut Conn) -> Result<usize, StoreError> {
    let mut rows = unnamed_units(conn).await?;
    rows.extend(unnamed_measures(conn).await?);
    rows.extend(unnamed_campaigns(conn).await?);
    rows.extend(unnamed_tasks(conn).await?);
    rows.extend(unnamed_regions(conn).await?);
    rows.extend(unnamed_rule_packs(conn).await?);
    if rows.is_empty() {
        return Ok(0);
    }
    write_transaction!(conn, async |conn: &mut Conn| {
        let mut filled = 0;
        for row in &rows {
            let insert = diesel::insert_into(name_keys::table).values(row).on_conflict_do_nothing();
            filled += insert.execute(conn).await?;
        }
        Ok::<_, StoreError>(filled)
    })
    .await
}

/// Owners of one kind that have a name already.
macro_rules! owners {
    ($kind:expr) => {
        name_keys::table.filter(name_keys::kind.eq(Listed($kind))).select(name_keys::owner)
    };
}

async fn unnamed_units(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let found: Vec<(UnitId, String, RegionId)> = units::table
        .filter(units::id.ne_all(owners!(NameKind::Unit)))
        .filter(units::merged_into_id.is_null())
        .order(units::id)
        .select((units::id, units::name, units::region_id))
        .load(conn)
        .await?;
    let of = |(id, name, region): (UnitId, String, RegionId)| {
        NameKeyRow::of(NameKind::Unit, &region.0.to_string(), id, &[&name])
    };
    Ok(found.into_iter().flat_map(of).collect())
}

async fn unnamed_measures(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let found: Vec<(MeasureId, String)> = measures::table
        .filter(measures::id.ne_all(owners!(NameKind::Measure)))
        .order(measures::id)
        .select((measures::id, measures::name))
        .load(conn)
        .await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let aliases: Vec<(MeasureId, String)> = measure_aliases::table
        .order(measure_aliases::name)
        .select((measure_aliases::measure_id, measure_aliases::name))
        .load(conn)
        .await?;
    let of = |(id, name): (MeasureId, String)| {
        let own = aliases.iter().filter(|(measure, _)| *measure == id).map(|(_, alias)| alias.as_str());
        NameKeyRow::of(
            NameKind::Measure,
            "",
            id,
            &std::iter::once(name.as_str()).chain(own).collect::<Vec<_>>(),
        )
    };
    Ok(found.into_iter().flat_map(of).collect())
}

async fn unnamed_campaigns(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let found: Vec<(CampaignId, String, Option<String>, RegionId, chrono::NaiveDate)> = campaigns::table
        .filter(campaigns::id.ne_all(owners!(NameKind::Campaign)))
        .order(campaigns::id)
        .select((
            campaigns::id,
            campaigns::name,
            campaigns::doc_no,
            campaigns::region_id,
            campaigns::starts_on,
        ))
        .load(conn)
        .await?;
    Ok(found
        .into_iter()
        .flat_map(|(id, name, doc_no, region, starts_on)| {
            let scope = campaign_scope(region, starts_on);
            let mut rows = NameKeyRow::of(NameKind::Campaign, &scope, id, &[&name]);
            let numbers: Vec<&str> = doc_no.iter().map(String::as_str).collect();
            rows.extend(NameKeyRow::of(NameKind::CampaignDoc, &id.0.to_string(), id, &numbers));
            rows
        })
        .collect())
}

async fn unnamed_tasks(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let found: Vec<(TaskId, String, CampaignId, Option<TaskId>)> = tasks::table
        .filter(tasks::id.ne_all(owners!(NameKind::Task)))
        .order(tasks::id)
        .select((tasks::id, tasks::name, tasks::campaign_id, tasks::parent_id))
        .load(conn)
        .await?;
    let of = |(id, name, campaign, parent): (TaskId, String, CampaignId, Option<TaskId>)| {
        NameKeyRow::of(NameKind::Task, &task_scope(campaign, parent), id, &[&name])
    };
    Ok(found.into_iter().flat_map(of).collect())
}

/// Of regions only those that a folded key would not find by itself.
async fn unnamed_regions(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let known: Vec<RegionId> = owners!(NameKind::Region).load(conn).await?;
    let mut found: Vec<(RegionId, String)> =
        regions::table.order(regions::id).select((regions::id, regions::name)).load(conn).await?;
    let short: Vec<(RegionId, String)> =
        regions::table.select((regions::id, regions::short_name)).load(conn).await?;
    let aliases: Vec<(RegionId, String)> =
        region_aliases::table.select((region_aliases::region_id, region_aliases::name)).load(conn).await?;
    found.extend(short);
    found.extend(aliases);
    found.retain(|(id, name)| folded(name) != *name && !known.contains(id));
    let of =
        |(id, name): (RegionId, String)| NameKeyRow::of(NameKind::Region, &id.0.to_string(), id, &[&name]);
    Ok(found.into_iter().flat_map(of).collect())
}

async fn unnamed_rule_packs(conn: &mut Conn) -> Result<Vec<NameKeyRow>, StoreError> {
    let found: Vec<(RulePackId, String)> = rule_packs::table
        .filter(rule_packs::version.eq(1))
        .filter(rule_packs::id.ne_all(owners!(NameKind::RulePack)))
        .order(rule_packs::id)
        .select((rule_packs::id, rule_packs::name))
        .load(conn)
        .await?;
    let of = |(id, name): (RulePackId, String)| NameKeyRow::of(NameKind::RulePack, "", id, &[&name]);
    Ok(found.into_iter().flat_map(of).collect())
}

/// What names of tasks are unique in.
pub(crate) fn campaign_scope(region: RegionId, starts_on: NaiveDate) -> String {
    format!("{} {starts_on}", region.0)
}

/// What a task's name is unique in.
pub(crate) fn task_scope(campaign: CampaignId, parent: Option<TaskId>) -> String {
    format!("{} {}", campaign.0, parent.map(|id| id.0.to_string()).unwrap_or_default())
}
