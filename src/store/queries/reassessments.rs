//! Marks (待研判): what is to be judged again, made in the transaction of what was changed.
//!
//! A mark is never changed but by its claim, and never merged with another: one that is made while an earlier one is
//! worked on stays, because the facts behind it may have been read already. Several on one indicator cost one judgement.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::sql_types::Timestamp;
use diesel::{BoolExpressionMethods, ExpressionMethods, IntoSql, NullableExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{Mark, ObservationRow};
use crate::schema::{campaigns, indicators, measures, reassessments, regions, series};
use crate::types::{CampaignId, IndicatorId, Listed, MeasureId, RegionId};
use xushi_domain::Kind;

/// Ids bound to one statement at most; SQLite takes 32,766 values.
const AT_ONCE: usize = 10_000;

/// Inserts a mark for each row of a query that gives a subject.
macro_rules! mark {
    ($conn:expr, $column:ident, $at:expr, $query:expr, $subject:expr) => {
        diesel::insert_into(reassessments::table)
            .values($query.select(($subject.nullable(), $at.into_sql::<Timestamp>())))
            .into_columns((reassessments::$column, reassessments::marked_at))
            .execute($conn)
            .await?
    };
}

/// Marks all that rests on the series of these facts; the caller holds the transaction that writes them.
///
/// # Errors
/// When the database fails.
pub async fn mark_touched(conn: &mut Conn, facts: &[ObservationRow]) -> Result<(), StoreError> {
    let Some(at) = facts.first().map(|fact| fact.recorded_at) else { return Ok(()) };
    mark_series(conn, facts.iter().map(|fact| fact.series_id), at).await
}

/// Marks all that rests on these series; the caller holds the transaction that changes their facts.
///
/// # Errors
/// When the database fails.
pub async fn mark_series(
    conn: &mut Conn,
    touched: impl Iterator<Item = i64>,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let touched: BTreeSet<i64> = touched.collect();
    for chunk in touched.into_iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let these = series::table.filter(series::id.eq_any(chunk.to_vec()));
        mark!(conn, series_id, at, these, series::id);
    }
    Ok(())
}

/// Marks all that rests on a measure; the caller holds the transaction that changes it.
///
/// # Errors
/// When the database fails.
pub async fn mark_measure(conn: &mut Conn, measure: MeasureId, at: NaiveDateTime) -> Result<(), StoreError> {
    mark!(conn, series_id, at, series::table.filter(series::measure_id.eq(measure)), series::id);
    Ok(())
}

/// Marks all that rests on a region: its own series, those below it, which are held against it, and those of the regions
/// beside it under these parents, among which it has a place. The caller holds the transaction that changes it.
///
/// # Errors
/// When the database fails.
pub async fn mark_region(
    conn: &mut Conn,
    code: &str,
    parents: &[Option<&str>],
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let all: Vec<(RegionId, String, Option<String>)> =
        regions::table.select((regions::id, regions::code, regions::parent_code)).load(conn).await?;
    let mut below: BTreeSet<&str> = BTreeSet::from([code]);
    loop {
        let known = below.len();
        let is_below =
            |parent: &Option<String>| parent.as_deref().is_some_and(|parent| below.contains(parent));
        let more: Vec<&str> =
            all.iter().filter(|(_, _, parent)| is_below(parent)).map(|(_, code, _)| code.as_str()).collect();
        below.extend(more);
        if below.len() == known {
            break;
        }
    }
    let beside = |parent: &Option<String>| parent.is_some() && parents.contains(&parent.as_deref());
    let touched = all.iter().filter(|(_, code, parent)| below.contains(code.as_str()) || beside(parent));
    let touched: Vec<RegionId> = touched.map(|(id, ..)| *id).collect();
    for chunk in touched.chunks(AT_ONCE) {
        let these = series::table.filter(series::region_id.eq_any(chunk.to_vec()));
        mark!(conn, series_id, at, these, series::id);
    }
    Ok(())
}

/// Marks an indicator; the caller holds the transaction that changes it.
///
/// # Errors
/// When the database fails.
pub async fn mark_indicator(
    conn: &mut Conn,
    indicator: IndicatorId,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    mark_indicators(conn, &[indicator], at).await
}

/// Marks several indicators.
///
/// # Errors
/// When the database fails.
pub async fn mark_indicators(
    conn: &mut Conn,
    ids: &[IndicatorId],
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    for chunk in ids.chunks(AT_ONCE) {
        let these = indicators::table.filter(indicators::id.eq_any(chunk.to_vec()));
        mark!(conn, indicator_id, at, these, indicators::id);
    }
    Ok(())
}

/// Marks the indicators of a campaign and of those directly under it, which may take their rules from it; the caller holds
/// the transaction that changes it.
///
/// # Errors
/// When the database fails.
pub async fn mark_campaign(
    conn: &mut Conn,
    campaign: CampaignId,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let family = campaigns::table
        .filter(campaigns::id.eq(campaign).or(campaigns::parent_id.eq(campaign)))
        .select(campaigns::id);
    let these = indicators::table.filter(indicators::campaign_id.eq_any(family));
    mark!(conn, indicator_id, at, these, indicators::id);
    Ok(())
}

/// Marks what rests on campaigns and measures that were changed after an instant: whoever read them before may have judged
/// by what they said then.
///
/// # Errors
/// When the database fails.
pub async fn mark_changed_after(
    conn: &mut Conn,
    instant: NaiveDateTime,
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let changed = campaigns::table.filter(campaigns::updated_at.gt(instant)).select(campaigns::id);
    let these = indicators::table.filter(indicators::campaign_id.eq_any(changed));
    mark!(conn, indicator_id, at, these, indicators::id);
    let changed = measures::table.filter(measures::updated_at.gt(instant)).select(measures::id);
    mark!(conn, series_id, at, series::table.filter(series::measure_id.eq_any(changed)), series::id);
    Ok(())
}

/// All marks there are, claimed or not.
///
/// # Errors
/// When the database fails.
pub async fn list_marks(conn: &mut Conn) -> Result<Vec<i64>, StoreError> {
    Ok(reassessments::table.select(reassessments::id).load(conn).await?)
}

/// Claims the oldest marks that nobody works on, until `until`.
///
/// # Errors
/// When the database fails.
pub async fn claim_marks(
    conn: &mut Conn,
    now: NaiveDateTime,
    until: NaiveDateTime,
    limit: i64,
) -> Result<Vec<Mark>, StoreError> {
    let free = || reassessments::claimed_until.is_null().or(reassessments::claimed_until.lt(now));
    let candidates: Vec<i64> = reassessments::table
        .filter(free())
        .order(reassessments::id)
        .limit(limit)
        .select(reassessments::id)
        .load(conn)
        .await?;
    let mut claimed = Vec::with_capacity(candidates.len());
    for chunk in candidates.chunks(AT_ONCE) {
        // The condition stands in the update again: of two that claim at once, the second waits and finds it taken.
        let taken: Vec<Mark> = diesel::update(reassessments::table)
            .filter(reassessments::id.eq_any(chunk.to_vec()))
            .filter(free())
            .set(reassessments::claimed_until.eq(until))
            .returning((reassessments::id, reassessments::series_id, reassessments::indicator_id))
            .get_results(conn)
            .await?;
        claimed.extend(taken);
    }
    Ok(claimed)
}

/// Keeps marks that are worked on from others for longer.
///
/// # Errors
/// When the database fails.
pub async fn renew_marks(conn: &mut Conn, ids: &[i64], until: NaiveDateTime) -> Result<(), StoreError> {
    for chunk in ids.chunks(AT_ONCE) {
        diesel::update(reassessments::table.filter(reassessments::id.eq_any(chunk.to_vec())))
            .set(reassessments::claimed_until.eq(until))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Takes marks away whose work is done.
///
/// # Errors
/// When the database fails.
pub async fn clear_marks(conn: &mut Conn, ids: &[i64]) -> Result<(), StoreError> {
    for chunk in ids.chunks(AT_ONCE) {
        diesel::delete(reassessments::table.filter(reassessments::id.eq_any(chunk.to_vec())))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Those of these indicators that a mark may concern: their own, one on their measure in any region, and for targets that
/// are compared with another series (one of `comparing` kinds) any mark at all.
///
/// # Errors
/// When the database fails.
pub async fn list_marked_of(
    conn: &mut Conn,
    ids: &[IndicatorId],
    comparing: &[Kind],
) -> Result<Vec<IndicatorId>, StoreError> {
    if !diesel::select(exists(reassessments::table.select(reassessments::id)))
        .get_result::<bool>(conn)
        .await?
    {
        return Ok(Vec::new());
    }
    let marked: Vec<IndicatorId> = series::table
        .filter(series::id.nullable().eq_any(reassessments::table.select(reassessments::series_id)))
        .select(series::measure_id)
        .distinct()
        .load(conn)
        .await?;
    let concerned = series::table.filter(series::measure_id.eq_any(marked)).select(series::id);
    let own = reassessments::table
        .filter(reassessments::indicator_id.is_not_null())
        .select(reassessments::indicator_id);
    Ok(indicators::table
        .filter(indicators::id.eq_any(ids.to_vec()))
        .filter(
            indicators::id
                .nullable()
                .eq_any(own)
                .or(indicators::series_id.eq_any(concerned))
                .or(indicators::kind.eq_any(comparing.iter().copied().map(Listed).collect::<Vec<_>>())),
        )
        .select(indicators::id)
        .load(conn)
        .await?)
}
