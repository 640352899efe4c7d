//! Rule packs and the campaigns that use them.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn, locks};
use super::names;
use crate::rows::{NameKind, Page, RulePackFilter, RulePackRow};
use crate::schema::{campaigns, rule_packs};
use crate::types::{CampaignId, RulePackId};
use crate::{SoleRule, StoreError};
use xushi_domain::folded;

/// Versions in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_rule_packs(
    conn: &mut Conn,
    filter: &RulePackFilter,
    page: Page,
) -> Result<Vec<RulePackRow>, StoreError> {
    let mut query = rule_packs::table
        .select(RulePackRow::as_select())
        .order(rule_packs::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(rule_packs::id.gt(after));
    }
    if let Some(name) = &filter.name {
        query = query.filter(rule_packs::name.eq(name));
    }
    if let Some(at) = filter.created_after {
        query = query.filter(rule_packs::created_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The version with this id, the latest of this name, or exactly `name@version`.
///
/// # Errors
/// `Missing` when nothing fits.
pub async fn resolve_rule_pack(conn: &mut Conn, key: &str) -> Result<RulePackRow, StoreError> {
    let typed = super::typed("rule_pack", key)?;
    let (named, version) = match typed.rsplit_once('@') {
        Some((name, version)) => {
            (name, Some(version.parse::<i32>().map_err(|_| StoreError::missing("rule_pack", key))?))
        }
        None => (typed.as_str(), None),
    };
    // There are a handful.
    let names: Vec<String> = rule_packs::table.select(rule_packs::name).distinct().load(conn).await?;
    let alike: Vec<String> = names.into_iter().filter(|name| folded(name) == named).collect();
    let mut query = rule_packs::table
        .select(RulePackRow::as_select())
        .order(rule_packs::version.desc())
        .limit(1)
        .into_boxed::<Backend>();
    query = match (Uuid::try_parse(&typed), version) {
        (Ok(id), _) => query.filter(rule_packs::id.eq(RulePackId::of(id))),
        (_, Some(version)) => {
            query.filter(rule_packs::name.eq_any(alike)).filter(rule_packs::version.eq(version))
        }
        _ => query.filter(rule_packs::name.eq_any(alike)),
    };
    query.get_result(conn).await.optional()?.ok_or_else(|| StoreError::missing("rule_pack", key))
}

/// The version with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_rule_pack(conn: &mut Conn, id: RulePackId) -> Result<Option<RulePackRow>, StoreError> {
    Ok(rule_packs::table.find(id).select(RulePackRow::as_select()).get_result(conn).await.optional()?)
}

/// Adds the next version of a name; `version` is filled in here.
///
/// # Errors
/// `Duplicate` when another pack has a name that looks the same.
pub async fn create_rule_pack(conn: &mut Conn, row: &RulePackRow) -> Result<RulePackRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::RulePackVersions).await?;
        let latest: Option<i32> = rule_packs::table
            .filter(rule_packs::name.eq(&row.name))
            .select(diesel::dsl::max(rule_packs::version))
            .get_result(conn)
            .await?;
        let row = RulePackRow { version: latest.unwrap_or(0) + 1, ..row.clone() };
        insert_rule_pack(conn, &row).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// A version, and with the first one the name of all.
async fn insert_rule_pack(conn: &mut Conn, row: &RulePackRow) -> Result<(), StoreError> {
    diesel::insert_into(rule_packs::table).values(row).execute(conn).await?;
    if row.version == 1 {
        names::keep_names(conn, NameKind::RulePack, "", row.id, &[&row.name]).await?;
    }
    Ok(())
}

/// Puts built-in packs into an empty table; does nothing when there are any.
///
/// # Errors
/// When the database fails.
pub async fn seed_rule_packs(conn: &mut Conn, rows: &[RulePackRow]) -> Result<usize, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Seeds).await?;
        let present: i64 = rule_packs::table.count().get_result(conn).await?;
        if present > 0 {
            return Ok::<_, StoreError>(0);
        }
        for row in rows {
            insert_rule_pack(conn, row).await?;
        }
        Ok(rows.len())
    })
    .await
}

/// The pack each campaign uses.
///
/// # Errors
/// When the database fails.
pub async fn list_campaign_packs(conn: &mut Conn) -> Result<Vec<(CampaignId, RulePackRow)>, StoreError> {
    Ok(campaigns::table
        .inner_join(rule_packs::table)
        .select((campaigns::id, RulePackRow::as_select()))
        .load(conn)
        .await?)
}
