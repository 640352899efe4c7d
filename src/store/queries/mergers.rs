//! Units that were merged: what the one did, the other does from a day on.

use std::collections::BTreeSet;

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Conn, locks};
use super::issuing::discard_draft;
use super::problem_deeds::move_problems;
use super::responsibilities::refresh_campaign;
use super::units::{keep_names, list_unit_aliases};
use crate::rows::{CampaignMemberRow, ContactRow, Handover, Merged, MergerRow, ResponsibilityRow, UnitRow};
use crate::schema::{
    api_keys, campaign_members, campaigns, contacts, episodes, indicators, letters, name_keys,
    responsibilities, silences, tasks, unit_aliases, units,
};
use crate::types::{CampaignId, LetterId, Listed, UnitId};
use crate::{SoleRule, StoreError, failpoint};
use xushi_domain::episode::EpisodeState;
use xushi_domain::{Invalid, LetterState, ResponsibilityRole};

/// What is kept of drafts to a unit that is no more.
const NOTE: &str = "该单位已并入其他单位，函稿自动撤销，另行起草。";
/// Where a letter has been dealt with.
const DEALT_WITH: [LetterState; 5] = [
    LetterState::Draft,
    LetterState::Discarded,
    LetterState::Closed,
    LetterState::Settled,
    LetterState::Withdrawn,
];

/// Merges a unit into another one: parts, people, open episodes, letters that are not dealt with, silences and keys go over; its
/// names become names of the other. What was frozen stays as it is.
///
/// # Errors
/// `Missing`; `Duplicate` when one of its names is another unit's in the region of the one that takes over; `Stale` when a draft was
/// signed meanwhile.
pub async fn merge_units(conn: &mut Conn, merger: &MergerRow) -> Result<Merged, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Responsibilities).await?;
        locks::alone(conn, SoleRule::UnitTree).await?;
        expect_both_alive(conn, merger).await?;
        let drafts = discard_drafts(conn, merger).await?;
        end(conn, merger).await?;
        move_names(conn, merger).await?;
        let mut touched: BTreeSet<CampaignId> = move_parts(conn, merger).await?;
        touched.extend(move_members(conn, merger).await?);
        let responsibilities = move_responsibilities(conn, merger).await?;
        let handover = Handover { on: merger.on, reason: Some(merger.reason.clone()), at: merger.at };
        let mut led = 0;
        for campaign in touched {
            led += refresh_campaign(conn, campaign, &handover).await?;
        }
        let contacts = move_contacts(conn, merger).await?;
        let moved = Merged { drafts, responsibilities, led, contacts, ..move_open(conn, merger).await? };
        failpoint!("merger.written");
        Ok::<_, StoreError>(moved)
    })
    .await
}

/// Looked at once more now that nobody else merges units: of two that were merged into each other at once, one stays.
async fn expect_both_alive(conn: &mut Conn, merger: &MergerRow) -> Result<(), StoreError> {
    let retired: i64 = units::table
        .filter(units::id.eq_any([merger.from, merger.into]))
        .filter(units::retired_on.is_not_null())
        .count()
        .get_result(conn)
        .await?;
    if retired > 0 {
        let detail = "两个单位中有一个刚刚撤并或停用，请刷新后核对。";
        return Err(StoreError::Conflict(Invalid::new("into", "retired", detail)));
    }
    Ok(())
}

async fn discard_drafts(
    conn: &mut Conn,
    MergerRow { from, at, .. }: &MergerRow,
) -> Result<usize, StoreError> {
    let drafts: Vec<LetterId> = letters::table
        .filter(letters::unit_id.eq(*from))
        .filter(letters::state.eq(Listed(LetterState::Draft)))
        .order(letters::id)
        .select(letters::id)
        .load(conn)
        .await?;
    for draft in &drafts {
        discard_draft(conn, *draft, None, NOTE, Vec::new(), *at).await?;
    }
    Ok(drafts.len())
}

/// The unit is no more, and whoever stood below it stands below the other.
async fn end(conn: &mut Conn, merger: &MergerRow) -> Result<(), StoreError> {
    let MergerRow { from, into, on, reason, at } = merger;
    let above: Option<UnitId> = units::table.find(*from).select(units::parent_id).get_result(conn).await?;
    // Where the other stood below it, however deep, that rises first: else it would stand below one that stands below it.
    if is_below(conn, *into, *from).await? {
        diesel::update(units::table.find(*into))
            .set((
                units::parent_id.eq(above),
                units::revision.eq(units::revision + 1),
                units::updated_at.eq(*at),
            ))
            .execute(conn)
            .await?;
    }
    diesel::update(units::table.filter(units::parent_id.eq(*from)))
        .set((units::parent_id.eq(*into), units::revision.eq(units::revision + 1), units::updated_at.eq(*at)))
        .execute(conn)
        .await?;
    diesel::update(units::table.find(*from))
        .set((
            units::retired_on.eq(*on),
            units::retired_reason.eq(reason),
            units::retired_at.eq(*at),
            units::merged_into_id.eq(*into),
            units::parent_id.eq(None::<UnitId>),
            units::revision.eq(units::revision + 1),
            units::updated_at.eq(*at),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

async fn is_below(conn: &mut Conn, unit: UnitId, other: UnitId) -> Result<bool, StoreError> {
    let (mut passed, mut at) = (BTreeSet::new(), unit);
    while passed.insert(at) {
        let above: Option<UnitId> = units::table.find(at).select(units::parent_id).get_result(conn).await?;
        match above {
            Some(above) if above == other => return Ok(true),
            Some(above) => at = above,
            None => break,
        }
    }
    Ok(false)
}

/// Its names find the other from now on.
async fn move_names(conn: &mut Conn, MergerRow { from, into, at, .. }: &MergerRow) -> Result<(), StoreError> {
    let both = units::table.filter(units::id.eq_any([*from, *into])).select(UnitRow::as_select());
    let rows: Vec<UnitRow> = both.load(conn).await?;
    let find = |id: UnitId| rows.iter().find(|row| row.id == id).ok_or(StoreError::missing("unit", id.0));
    let (old, new) = (find(*from)?, find(*into)?);
    let mut names: Vec<String> = Vec::new();
    for id in [*into, *from] {
        names.extend(list_unit_aliases(conn, &[id]).await?.into_iter().map(|alias| alias.name));
    }
    names.push(old.name.clone());
    diesel::delete(unit_aliases::table.filter(unit_aliases::unit_id.eq(*from))).execute(conn).await?;
    diesel::delete(name_keys::table.filter(name_keys::owner.eq(*from))).execute(conn).await?;
    keep_names(conn, new, &names).await?;
    diesel::update(units::table.find(*into))
        .set((units::revision.eq(units::revision + 1), units::updated_at.eq(*at)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Campaigns whose indicators may get another lead: those in which it had a part.
async fn move_parts(
    conn: &mut Conn,
    MergerRow { from, into, at, .. }: &MergerRow,
) -> Result<BTreeSet<CampaignId>, StoreError> {
    let of_tasks: Vec<CampaignId> = responsibilities::table
        .inner_join(tasks::table)
        .filter(responsibilities::unit_id.eq(*from))
        .select(tasks::campaign_id)
        .load(conn)
        .await?;
    let of_indicators: Vec<CampaignId> = responsibilities::table
        .inner_join(indicators::table)
        .filter(responsibilities::unit_id.eq(*from))
        .select(indicators::campaign_id)
        .load(conn)
        .await?;
    let led: Vec<CampaignId> = indicators::table
        .filter(indicators::lead_unit_id.eq(*from))
        .select(indicators::campaign_id)
        .distinct()
        .load(conn)
        .await?;
    let offices: Vec<CampaignId> =
        diesel::update(campaigns::table.filter(campaigns::office_unit_id.eq(*from)))
            .set((
                campaigns::office_unit_id.eq(*into),
                campaigns::revision.eq(campaigns::revision + 1),
                campaigns::updated_at.eq(*at),
            ))
            .returning(campaigns::id)
            .get_results(conn)
            .await?;
    Ok([of_tasks, of_indicators, led, offices].into_iter().flatten().collect())
}

/// Where the other has a part already, the graver of both stays.
async fn move_responsibilities(
    conn: &mut Conn,
    MergerRow { from, into, .. }: &MergerRow,
) -> Result<usize, StoreError> {
    let of = |unit: UnitId| {
        responsibilities::table
            .filter(responsibilities::unit_id.eq(unit))
            .select(ResponsibilityRow::as_select())
    };
    let (own, other): (Vec<ResponsibilityRow>, Vec<ResponsibilityRow>) =
        (of(*from).load(conn).await?, of(*into).load(conn).await?);
    for row in &own {
        let same =
            |one: &&ResponsibilityRow| (one.task_id, one.indicator_id) == (row.task_id, row.indicator_id);
        let Some(there) = other.iter().find(same) else {
            diesel::update(responsibilities::table.find(row.id))
                .set(responsibilities::unit_id.eq(*into))
                .execute(conn)
                .await?;
            continue;
        };
        diesel::delete(responsibilities::table.find(row.id)).execute(conn).await?;
        if row.role == ResponsibilityRole::Lead && there.role != ResponsibilityRole::Lead {
            diesel::update(responsibilities::table.find(there.id))
                .set((
                    responsibilities::role.eq(Listed(ResponsibilityRole::Lead)),
                    responsibilities::ordinal.eq(row.ordinal),
                ))
                .execute(conn)
                .await?;
        }
    }
    Ok(own.len())
}

/// Campaigns that it was a member of; each shows another one now, and tells so.
async fn move_members(
    conn: &mut Conn,
    MergerRow { from, into, at, .. }: &MergerRow,
) -> Result<BTreeSet<CampaignId>, StoreError> {
    let of = |unit: UnitId| {
        campaign_members::table
            .filter(campaign_members::unit_id.eq(unit))
            .select(CampaignMemberRow::as_select())
    };
    let (own, other): (Vec<CampaignMemberRow>, Vec<CampaignMemberRow>) =
        (of(*from).load(conn).await?, of(*into).load(conn).await?);
    for row in &own {
        let same = |one: &CampaignMemberRow| (one.campaign_id, &one.role) == (row.campaign_id, &row.role);
        let place = campaign_members::table.find(row.id);
        if other.iter().any(same) {
            diesel::delete(place).execute(conn).await?;
        } else {
            diesel::update(place).set(campaign_members::unit_id.eq(*into)).execute(conn).await?;
        }
    }
    let shown: BTreeSet<CampaignId> = own.into_iter().map(|row| row.campaign_id).collect();
    for campaign in &shown {
        diesel::update(campaigns::table.find(*campaign))
            .set((campaigns::revision.eq(campaigns::revision + 1), campaigns::updated_at.eq(*at)))
            .execute(conn)
            .await?;
    }
    Ok(shown)
}

/// People go over; one who stands there already with the same mailbox and role ends where he was.
async fn move_contacts(
    conn: &mut Conn,
    MergerRow { from, into, on, at, .. }: &MergerRow,
) -> Result<usize, StoreError> {
    let of =
        |unit: UnitId| contacts::table.filter(contacts::unit_id.eq(unit)).select(ContactRow::as_select());
    let (own, other): (Vec<ContactRow>, Vec<ContactRow>) =
        (of(*from).load(conn).await?, of(*into).load(conn).await?);
    let mut moved = 0;
    for row in &own {
        let there = |one: &ContactRow| (&one.email, &one.role) == (&row.email, &row.role);
        let changed = (contacts::revision.eq(contacts::revision + 1), contacts::updated_at.eq(*at));
        if other.iter().any(there) {
            let last = on.pred_opt().unwrap_or(*on).max(row.valid_from);
            let last = row.valid_to.map_or(last, |day| day.min(last));
            diesel::update(contacts::table.find(row.id))
                .set((contacts::valid_to.eq(last), changed))
                .execute(conn)
                .await?;
        } else {
            moved += diesel::update(contacts::table.find(row.id))
                .set((contacts::unit_id.eq(*into), changed))
                .execute(conn)
                .await?;
        }
    }
    Ok(moved)
}

/// What is not over: episodes, letters, silences, keys.
async fn move_open(
    conn: &mut Conn,
    MergerRow { from, into, at, .. }: &MergerRow,
) -> Result<Merged, StoreError> {
    let open = episodes::unit_id.eq(*from).and(episodes::state.ne(Listed(EpisodeState::Lifted)));
    let episodes = diesel::update(episodes::table.filter(open))
        .set((
            episodes::unit_id.eq(*into),
            episodes::revision.eq(episodes::revision + 1),
            episodes::updated_at.eq(*at),
        ))
        .execute(conn)
        .await?;
    let undone = letters::unit_id.eq(*from).and(letters::state.ne_all(DEALT_WITH.map(Listed)));
    let letters = diesel::update(letters::table.filter(undone))
        .set((letters::unit_id.eq(*into), letters::updated_at.eq(*at)))
        .execute(conn)
        .await?;
    diesel::update(silences::table.filter(silences::unit_id.eq(*from)))
        .set((silences::unit_id.eq(*into), silences::updated_at.eq(*at)))
        .execute(conn)
        .await?;
    move_problems(conn, (*from, *into), *at).await?;
    let keys = diesel::update(api_keys::table.filter(api_keys::unit_id.eq(*from)))
        .set(api_keys::unit_id.eq(*into))
        .execute(conn)
        .await?;
    Ok(Merged { episodes, letters, keys, ..Merged::default() })
}
