//! Pages of indicators with their facts, and the verdicts written back.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, bulk};
use crate::StoreError;
use crate::rows::{EvaluationMeasureRow, EvaluationRow, FactRow, PastVerdictRow, VerdictWrite};
use crate::schema::{assessments, indicators, measures, observations, regions, series};
use crate::types::{Id, Listed};
use xushi_domain::Grade;

/// The next indicators in order of series and id, each with its measure and region, after a position.
///
/// # Errors
/// When the database fails.
pub async fn list_evaluation_rows(
    conn: &mut Conn,
    campaigns: Option<&[Id]>,
    after: Option<(i64, Id)>,
    limit: i64,
) -> Result<Vec<(EvaluationRow, Id, Id)>, StoreError> {
    let mut query = indicators::table
        .inner_join(series::table)
        .select((EvaluationRow::as_select(), series::measure_id, series::region_id))
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
    ids: &[Id],
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
    ids: &[Id],
    before: NaiveDateTime,
) -> Result<Vec<(Id, Listed<Grade>)>, StoreError> {
    // The latest of each comes last.
    Ok(assessments::table
        .filter(assessments::indicator_id.eq_any(ids.to_vec()))
        .filter(assessments::recorded_at.lt(before))
        .order((assessments::indicator_id, assessments::id))
        .select((assessments::indicator_id, assessments::grade))
        .load(conn)
        .await?)
}

/// Writes verdicts beside their indicators and into the history, all or none.
///
/// # Errors
/// When the database fails.
pub async fn write_verdicts(conn: &mut Conn, writes: Vec<VerdictWrite>) -> Result<(), StoreError> {
    if writes.is_empty() {
        return Ok(());
    }
    write_transaction!(conn, async move |conn: &mut Conn| { bulk::write_verdicts(conn, writes).await }).await
}

/// Several indicators with measure and region, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_evaluation_rows_of(
    conn: &mut Conn,
    ids: &[Id],
) -> Result<Vec<(EvaluationRow, Id, Id)>, StoreError> {
    Ok(indicators::table
        .inner_join(series::table)
        .filter(indicators::id.eq_any(ids.to_vec()))
        .order(indicators::id)
        .select((EvaluationRow::as_select(), series::measure_id, series::region_id))
        .load(conn)
        .await?)
}

/// All measures.
///
/// # Errors
/// When the database fails.
pub async fn list_measures(conn: &mut Conn) -> Result<Vec<EvaluationMeasureRow>, StoreError> {
    Ok(measures::table.select(EvaluationMeasureRow::as_select()).load(conn).await?)
}

/// All region codes by id.
///
/// # Errors
/// When the database fails.
pub async fn list_region_codes(conn: &mut Conn) -> Result<Vec<(Id, String)>, StoreError> {
    Ok(regions::table.select((regions::id, regions::code)).load(conn).await?)
}
