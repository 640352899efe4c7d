//! Campaigns.

use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, locks};
use super::former_names::keep_former_name;
use super::{lower, names, reassessments, responsibilities, revisions};
use crate::rows::{
    CampaignCurveRow, CampaignFilter, CampaignMemberRow, CampaignRow, Handover, NameKind, Page, RevisionRow,
};
use crate::schema::{campaign_curves, campaign_members, campaigns, name_keys, regions, units};
use crate::types::{CampaignId, Listed, RegionId, kinds};
use crate::{SoleRule, StoreError};
use xushi_domain::{Invalid, folded};

/// Campaigns in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_campaigns(
    conn: &mut Conn,
    filter: &CampaignFilter,
    page: Page,
) -> Result<Vec<CampaignRow>, StoreError> {
    let mut query = campaigns::table
        .select(CampaignRow::as_select())
        .order(campaigns::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(campaigns::id.gt(after));
    }
    if let Some(region) = filter.region_id {
        query = query.filter(campaigns::region_id.eq(region));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(campaigns::parent_id.eq(parent));
    }
    if let Some(part) = &filter.name_contains {
        let alike = name_keys::table
            .filter(name_keys::kind.eq(Listed(NameKind::Campaign)))
            .filter(lower(name_keys::name_key).like(lower(super::contains(&folded(part)))).escape('\\'))
            .select(name_keys::owner);
        query = query.filter(campaigns::id.eq_any(alike));
    }
    if !filter.with_retired {
        query = query.filter(campaigns::retired_on.is_null());
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(campaigns::updated_at.gt(at).or(campaigns::retired_at.gt(at)));
    }
    Ok(query.load(conn).await?)
}

/// The campaign with this id, 文号 or name (in this order).
///
/// # Errors
/// `Missing` when nothing fits; `Invalid` when a 文号 or name fits several.
pub async fn resolve_campaign(conn: &mut Conn, key: &str) -> Result<CampaignRow, StoreError> {
    let typed = super::typed("campaign", key)?;
    if let Ok(id) = typed.parse() {
        return find_campaign(conn, id).await?.ok_or_else(|| StoreError::missing("campaign", key));
    }
    let mut named = names::named::<kinds::Campaign>(conn, NameKind::CampaignDoc, &typed).await?;
    if named.is_empty() {
        named = names::named(conn, NameKind::Campaign, &typed).await?;
    }
    let mut found: Vec<CampaignRow> = campaigns::table
        .filter(campaigns::id.eq_any(named))
        .select(CampaignRow::as_select())
        .limit(2)
        .load(conn)
        .await?;
    match found.len() {
        0 => Err(StoreError::missing("campaign", key)),
        1 => Ok(found.swap_remove(0)),
        _ => Err(StoreError::ambiguous("campaign", key)),
    }
}

/// The campaign with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_campaign(conn: &mut Conn, id: CampaignId) -> Result<Option<CampaignRow>, StoreError> {
    Ok(campaigns::table.find(id).select(CampaignRow::as_select()).get_result(conn).await.optional()?)
}

/// The campaigns with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_campaigns_of(conn: &mut Conn, ids: &[CampaignId]) -> Result<Vec<CampaignRow>, StoreError> {
    Ok(campaigns::table
        .filter(campaigns::id.eq_any(ids.to_vec()))
        .select(CampaignRow::as_select())
        .load(conn)
        .await?)
}

/// The campaigns directly below one.
///
/// # Errors
/// When the database fails.
pub async fn list_children(conn: &mut Conn, id: CampaignId) -> Result<Vec<CampaignRow>, StoreError> {
    let query = campaigns::table.filter(campaigns::parent_id.eq(id)).order(campaigns::id);
    Ok(query.select(CampaignRow::as_select()).load(conn).await?)
}

/// All campaigns, each with the one above it, where there is one.
///
/// # Errors
/// When the database fails.
pub async fn list_below_others(conn: &mut Conn) -> Result<Vec<(CampaignRow, CampaignRow)>, StoreError> {
    let all: Vec<CampaignRow> =
        campaigns::table.order(campaigns::id).select(CampaignRow::as_select()).load(conn).await?;
    let above = |row: &CampaignRow| all.iter().find(|other| Some(other.id) == row.parent_id).cloned();
    Ok(all.iter().filter_map(|row| Some((row.clone(), above(row)?))).collect())
}

/// The seats of several campaigns with the units' names, in the order of their documents.
///
/// # Errors
/// When the database fails.
pub async fn list_members(
    conn: &mut Conn,
    ids: &[CampaignId],
) -> Result<Vec<(CampaignMemberRow, String)>, StoreError> {
    Ok(campaign_members::table
        .inner_join(units::table)
        .filter(campaign_members::campaign_id.eq_any(ids.to_vec()))
        .order((campaign_members::campaign_id, campaign_members::ordinal, campaign_members::id))
        .select((CampaignMemberRow::as_select(), units::name))
        .load(conn)
        .await?)
}

/// Adds a campaign with its seats.
///
/// # Errors
/// `Duplicate` when its region has one of this name and first day; `Invalid` when its parent is of another part
/// of the country.
pub async fn create_campaign(
    conn: &mut Conn,
    row: &CampaignRow,
    members: &[CampaignMemberRow],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        check_parent(conn, row).await?;
        diesel::insert_into(campaigns::table).values(row).execute(conn).await?;
        keep_names(conn, row).await?;
        insert_members(conn, members).await
    })
    .await
}

/// Keeps its name in the form names are compared in.
pub(super) async fn keep_names(conn: &mut Conn, row: &CampaignRow) -> Result<(), StoreError> {
    let scope = names::campaign_scope(row.region_id, row.starts_on);
    names::keep_names(conn, NameKind::Campaign, &scope, row.id, &[&row.name]).await?;
    let numbers: Vec<&str> = row.doc_no.iter().map(String::as_str).collect();
    names::keep_names(conn, NameKind::CampaignDoc, &row.id.0.to_string(), row.id, &numbers).await
}

/// Writes a campaign that still has the revision before `changed.revision`; `members`, if given, replace all its
/// seats. Indicators that the office answered for follow it, and so do `below`: those that have something from it.
///
/// # Errors
/// `Stale` when somebody else changed one of them meanwhile; otherwise as [`create_campaign`], and `Invalid` when it would
/// become its own ancestor.
pub async fn update_campaign(
    conn: &mut Conn,
    changed: &CampaignRow,
    members: Option<&[CampaignMemberRow]>,
    kept: Option<&RevisionRow>,
    below: &[(CampaignRow, Option<RevisionRow>)],
    handover: &Handover,
) -> Result<CampaignRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Responsibilities).await?;
        locks::alone(conn, SoleRule::CampaignTree).await?;
        check_parent(conn, changed).await?;
        let former: Option<String> =
            campaigns::table.find(changed.id).select(campaigns::name).get_result(conn).await.optional()?;
        let row = write_over(conn, changed, kept).await?;
        if let Some(former) = former {
            keep_former_name(conn, row.id, (&former, &row.name), handover).await?;
        }
        for (row, kept) in below {
            write_over(conn, row, kept.as_ref()).await?;
        }
        if let Some(members) = members {
            let present = campaign_members::table.filter(campaign_members::campaign_id.eq(changed.id));
            diesel::delete(present).execute(conn).await?;
            insert_members(conn, members).await?;
        }
        responsibilities::refresh_campaign(conn, changed.id, handover).await?;
        for (row, _) in below {
            responsibilities::refresh_campaign(conn, row.id, handover).await?;
        }
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Writes over a campaign that still has the revision before, and keeps what it said.
async fn write_over(
    conn: &mut Conn,
    changed: &CampaignRow,
    kept: Option<&RevisionRow>,
) -> Result<CampaignRow, StoreError> {
    let row = diesel::update(campaigns::table.find(changed.id))
        .filter(campaigns::revision.eq(changed.revision - 1))
        .set(changed)
        .returning(CampaignRow::as_returning())
        .get_result(conn)
        .await
        .optional()?
        .ok_or(StoreError::Stale)?;
    keep_names(conn, &row).await?;
    if let Some(kept) = kept {
        revisions::insert_revision(conn, kept).await?;
        reassessments::mark_campaign(conn, changed.id, changed.updated_at).await?;
    }
    Ok(row)
}

async fn insert_members(conn: &mut Conn, members: &[CampaignMemberRow]) -> Result<(), StoreError> {
    for member in members {
        diesel::insert_into(campaign_members::table).values(member).execute(conn).await?;
    }
    Ok(())
}

/// Campaigns above one another at most; a plan has two or three.
const DEPTH_MAX: usize = 20;

/// The parent is in force in the same region or one above it, and not below the campaign itself.
async fn check_parent(conn: &mut Conn, row: &CampaignRow) -> Result<(), StoreError> {
    let Some(parent_id) = row.parent_id else { return Ok(()) };
    let refuse = |code, detail| Err(Invalid::new("parent", code, detail).into());
    locks::alone(conn, SoleRule::CampaignTree).await?;
    let mut above = Some(parent_id);
    let mut depth = 0;
    while let Some(id) = above {
        depth += 1;
        if id == row.id {
            return refuse("cycle", "上级攻坚行动不能是自己或自己的下级，请另选。");
        }
        if depth > DEPTH_MAX {
            return refuse("too_deep", "攻坚行动的层级过多，请另选上级。");
        }
        above = campaigns::table.find(id).select(campaigns::parent_id).get_result(conn).await?;
    }
    let parent: CampaignRow =
        campaigns::table.find(parent_id).select(CampaignRow::as_select()).get_result(conn).await?;
    // What it has from the one above is what that says now.
    if row.inherits.is_some() && row.clone().inheriting(&row.inherited(), &parent) != *row {
        return Err(StoreError::Stale);
    }
    if is_within(conn, row.region_id, parent.region_id).await? {
        Ok(())
    } else {
        refuse("other_region", "上级攻坚行动所在行政区须与本行动相同，或是其上级行政区。")
    }
}

/// Whether a region is another one or lies below it.
async fn is_within(conn: &mut Conn, region: RegionId, wanted: RegionId) -> Result<bool, StoreError> {
    let mut region = region;
    // Nation, province, prefecture, county, zone: five levels, and a bound in case of a circle.
    for _ in 0..8 {
        if region == wanted {
            return Ok(true);
        }
        let above: Option<String> =
            regions::table.find(region).select(regions::parent_code).get_result(conn).await?;
        let Some(code) = above else { return Ok(false) };
        region = regions::table.filter(regions::code.eq(code)).select(regions::id).get_result(conn).await?;
    }
    Ok(false)
}

/// The default curves of several campaigns, in order of campaign and kind.
///
/// # Errors
/// When the database fails.
pub async fn list_campaign_curves(
    conn: &mut Conn,
    ids: &[CampaignId],
) -> Result<Vec<CampaignCurveRow>, StoreError> {
    Ok(campaign_curves::table
        .filter(campaign_curves::campaign_id.eq_any(ids.to_vec()))
        .order((campaign_curves::campaign_id, campaign_curves::kind))
        .select(CampaignCurveRow::as_select())
        .load(conn)
        .await?)
}

/// Puts these default curves in the place of a campaign's present ones.
///
/// # Errors
/// `Duplicate` when a kind is named twice; `Stale` when the campaign's curves are no longer those `seen`.
pub async fn replace_campaign_curves(
    conn: &mut Conn,
    campaign: CampaignId,
    seen: &[CampaignCurveRow],
    rows: &[CampaignCurveRow],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Plans).await?;
        if list_campaign_curves(conn, &[campaign]).await? != seen {
            return Err(StoreError::Stale);
        }
        diesel::delete(campaign_curves::table.filter(campaign_curves::campaign_id.eq(campaign)))
            .execute(conn)
            .await?;
        for row in rows {
            diesel::insert_into(campaign_curves::table).values(row).execute(conn).await?;
        }
        Ok::<_, StoreError>(())
    })
    .await
}

/// Notes which campaign this one was carried over from.
///
/// # Errors
/// When the database fails.
pub async fn continue_campaign(
    conn: &mut Conn,
    id: CampaignId,
    before: CampaignId,
) -> Result<(), StoreError> {
    diesel::update(campaigns::table.find(id)).set(campaigns::continues_id.eq(before)).execute(conn).await?;
    Ok(())
}
