//! Pages of indicators with their facts, and the assessments written back.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, bulk};
use crate::StoreError;
use crate::rows::{AssessmentWrites, EvaluationMeasureRow, EvaluationRow, FactRow, PastVerdictRow};
use crate::schema::{
    assessments, current_assessments, indicators, measure_aliases, measures, observations, regions, series,
};
use crate::types::{CampaignId, IndicatorId, Listed, MeasureId, RegionId};
use xushi_domain::{Grade, Kind};

/// Indicators with which assessment is in force, and their measures and regions.
macro_rules! evaluated {
    () => {
        indicators::table.inner_join(series::table).inner_join(current_assessments::table).select((
            EvaluationRow::as_select(),
            series::measure_id,
            series::region_id,
        ))
    };
}

/// The next indicators in order of series and id, each with its measure and region, after a position; without those that
/// were retired by `as_of`.
///
/// # Errors
/// When the database fails.
pub async fn list_evaluation_rows(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
    as_of: NaiveDate,
    after: Option<(i64, IndicatorId)>,
    limit: i64,
) -> Result<Vec<(EvaluationRow, MeasureId, RegionId)>, StoreError> {
    let mut query = evaluated!()
        .filter(indicators::retired_on.is_null().or(indicators::retired_on.gt(as_of)))
        .order((indicators::series_id, indicators::id))
        .limit(limit)
        .into_boxed::<Backend>();
    if let Some((series_id, id)) = after {
        // `series_id >=` first: it is what the index can use.
        query = query.filter(
            indicators::series_id
                .ge(series_id)
                .and(indicators::series_id.gt(series_id).or(indicators::id.gt(id))),
        );
    }
    if let Some(campaigns) = campaigns {
        query = query.filter(indicators::campaign_id.eq_any(campaigns));
    }
    Ok(query.load(conn).await?)
}

/// Facts of all series in a range of ids, in order of series and period, as known at `as_of`.
///
/// # Errors
/// When the database fails.
pub async fn list_facts_between(
    conn: &mut Conn,
    first: i64,
    last: i64,
    as_of: NaiveDate,
) -> Result<Vec<FactRow>, StoreError> {
    Ok(observations::table
        .filter(observations::series_id.between(first, last))
        .filter(observations::published_on.le(as_of))
        .filter(observations::withdrawn_on.is_null().or(observations::withdrawn_on.gt(as_of)))
        .order((observations::series_id, observations::period_end))
        .select(FactRow::as_select())
        .load(conn)
        .await?)
}

/// Verdicts recorded for these indicators up to `as_of`, in order of indicator and time.
///
/// # Errors
/// When the database fails.
pub async fn list_past_verdicts(
    conn: &mut Conn,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<Vec<PastVerdictRow>, StoreError> {
    Ok(assessments::table
        .filter(assessments::indicator_id.eq_any(ids.to_vec()))
        .filter(assessments::as_of.le(as_of))
        .order((assessments::indicator_id, assessments::as_of, assessments::id))
        .select(PastVerdictRow::as_select())
        .load(conn)
        .await?)
}

/// The last verdict that was recorded for each of these indicators before an instant.
///
/// # Errors
/// When the database fails.
pub async fn list_grades_before(
    conn: &mut Conn,
    ids: &[IndicatorId],
    before: NaiveDateTime,
) -> Result<Vec<(IndicatorId, Listed<Grade>)>, StoreError> {
    // The latest of each comes last.
    Ok(assessments::table
        .filter(assessments::indicator_id.eq_any(ids.to_vec()))
        .filter(assessments::recorded_at.lt(before))
        .order((assessments::indicator_id, assessments::id))
        .select((assessments::indicator_id, assessments::grade))
        .load(conn)
        .await?)
}

/// Writes assessments down and puts them in force, all in one transaction. Gives those that were not written, because
/// somebody else has judged the indicator since it was read: they are to be judged again.
///
/// # Errors
/// When the database fails.
pub async fn write_assessments(
    conn: &mut Conn,
    writes: AssessmentWrites,
) -> Result<Vec<IndicatorId>, StoreError> {
    if writes.changed.is_empty() && writes.confirmed.is_empty() {
        return Ok(Vec::new());
    }
    write_transaction!(conn, async move |conn: &mut Conn| { bulk::write_assessments(conn, writes).await })
        .await
}

/// The next indicators with a target of one of these kinds, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_evaluation_rows_of_kinds(
    conn: &mut Conn,
    kinds: &[Kind],
    after: Option<IndicatorId>,
    limit: i64,
) -> Result<Vec<(EvaluationRow, MeasureId, RegionId)>, StoreError> {
    let mut query = evaluated!()
        .filter(indicators::kind.eq_any(kinds.iter().copied().map(Listed).collect::<Vec<_>>()))
        .filter(indicators::retired_on.is_null())
        .order(indicators::id)
        .limit(limit)
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(indicators::id.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// The indicators of several series.
///
/// # Errors
/// When the database fails.
pub async fn list_indicators_of_series(
    conn: &mut Conn,
    ids: &[i64],
) -> Result<Vec<(i64, IndicatorId)>, StoreError> {
    Ok(indicators::table
        .filter(indicators::series_id.eq_any(ids.to_vec()))
        .filter(indicators::retired_on.is_null())
        .select((indicators::series_id, indicators::id))
        .load(conn)
        .await?)
}

/// The series of several indicators.
///
/// # Errors
/// When the database fails.
pub async fn list_series_of_indicators(
    conn: &mut Conn,
    ids: &[IndicatorId],
) -> Result<Vec<(i64, IndicatorId)>, StoreError> {
    Ok(indicators::table
        .filter(indicators::id.eq_any(ids.to_vec()))
        .select((indicators::series_id, indicators::id))
        .load(conn)
        .await?)
}

/// Measures and regions of several series.
///
/// # Errors
/// When the database fails.
pub async fn list_series_keys(
    conn: &mut Conn,
    ids: &[i64],
) -> Result<Vec<(MeasureId, RegionId)>, StoreError> {
    Ok(series::table
        .filter(series::id.eq_any(ids.to_vec()))
        .select((series::measure_id, series::region_id))
        .load(conn)
        .await?)
}

/// Several indicators with measure and region, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_evaluation_rows_of(
    conn: &mut Conn,
    ids: &[IndicatorId],
) -> Result<Vec<(EvaluationRow, MeasureId, RegionId)>, StoreError> {
    Ok(evaluated!().filter(indicators::id.eq_any(ids.to_vec())).order(indicators::id).load(conn).await?)
}

/// All measures.
///
/// # Errors
/// When the database fails.
pub async fn list_judged_measures(conn: &mut Conn) -> Result<Vec<EvaluationMeasureRow>, StoreError> {
    Ok(measures::table.select(EvaluationMeasureRow::as_select()).load(conn).await?)
}

/// Other names of measures, each with its measure.
///
/// # Errors
/// When the database fails.
pub async fn list_aliases(conn: &mut Conn) -> Result<Vec<(MeasureId, String)>, StoreError> {
    let aliases = measure_aliases::table.order(measure_aliases::name);
    Ok(aliases.select((measure_aliases::measure_id, measure_aliases::name)).load(conn).await?)
}

/// All region codes by id.
///
/// # Errors
/// When the database fails.
pub async fn list_region_codes(conn: &mut Conn) -> Result<Vec<(RegionId, String)>, StoreError> {
    Ok(regions::table.select((regions::id, regions::code)).load(conn).await?)
}
