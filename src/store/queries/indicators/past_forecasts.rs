//! What was stated of the ends of windows, and how these ended.

use chrono::NaiveDate;
use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{EndedIndicatorRow, StatementRow};
use crate::schema::{assessments, current_assessments, indicators};
use crate::types::{CampaignId, IndicatorId, Listed};
use xushi_domain::Grade;

/// Indicators in order of id whose window ended before `today` and that are known to have been achieved or missed, with the value
/// that decided.
///
/// # Errors
/// When the database fails.
pub async fn list_ended_indicators(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
    today: NaiveDate,
    after: Option<IndicatorId>,
    limit: i64,
) -> Result<Vec<EndedIndicatorRow>, StoreError> {
    let mut query = indicators::table
        .inner_join(current_assessments::table)
        .left_join(assessments::table.on(current_assessments::assessment_id.eq(assessments::id.nullable())))
        .filter(indicators::window_end.lt(today))
        .filter(current_assessments::grade.eq_any([Listed(Grade::Achieved), Listed(Grade::Missed)]))
        .select((
            indicators::id,
            indicators::window_end,
            current_assessments::grade,
            assessments::actual.nullable(),
            assessments::actual_unit.nullable(),
        ))
        .order(indicators::id)
        .limit(limit)
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(indicators::id.gt(after));
    }
    if let Some(campaigns) = campaigns {
        query = query.filter(indicators::campaign_id.eq_any(campaigns.to_vec()));
    }
    Ok(query.load(conn).await?)
}

/// What was stated of these indicators' ends, in the order of indicator, of the figures it rested on, and of writing.
///
/// # Errors
/// When the database fails.
pub async fn list_statements(conn: &mut Conn, ids: &[IndicatorId]) -> Result<Vec<StatementRow>, StoreError> {
    Ok(assessments::table
        .filter(assessments::indicator_id.eq_any(ids.to_vec()))
        .filter(assessments::p_miss.is_not_null())
        .order((assessments::indicator_id, assessments::data_end, assessments::recorded_at, assessments::id))
        .select((
            assessments::indicator_id,
            assessments::as_of,
            assessments::data_end,
            assessments::p_miss,
            assessments::forecast_low,
            assessments::forecast_high,
            assessments::actual_unit,
        ))
        .load(conn)
        .await?)
}
