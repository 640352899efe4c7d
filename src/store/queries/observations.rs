//! Facts: append-only, and the series they belong to.

use std::sync::LazyLock;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Date};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{FactRow, ListedObservation, ObservationFilter, ObservationRow, Page};
use crate::schema::{observations, series};
use crate::types::{MeasureId, ObservationId, RegionId};
use xushi_domain::{Stage, Status, TextEnum as _};

/// Whether no other vintage of the same fact stands before it: an actual value before a plan or a forecast, then by its weight
/// ([`xushi_domain::stage::weight`]), then by when it came; the bracket is left open for more.
static NONE_BEFORE: LazyLock<String> = LazyLock::new(|| {
    let stages: String =
        Stage::ALL.iter().enumerate().map(|(place, stage)| format!(" WHEN '{stage}' THEN {place}")).collect();
    let standing = |table: &str| {
        format!(
            "CASE WHEN {table}.status IN ('{}', '{}') THEN 0 ELSE 1 END, CASE {table}.stage{stages} ELSE 0 END, \
             CASE {table}.status WHEN '{}' THEN 1 ELSE 0 END, {table}.published_on, {table}.vintage",
            Status::Plan,
            Status::Forecast,
            Status::Final
        )
    };
    format!(
        "NOT EXISTS (SELECT 1 FROM observations AS other WHERE other.series_id = observations.series_id \
         AND other.period_end = observations.period_end AND other.period_start = observations.period_start \
         AND other.basis = observations.basis AND other.figure = observations.figure \
         AND ({}) > ({})",
        standing("other"),
        standing("observations")
    )
});

/// Vintages in order of id, each with its measure and region.
///
/// # Errors
/// When the database fails.
pub async fn list_observations(
    conn: &mut Conn,
    filter: &ObservationFilter,
    page: Page,
) -> Result<Vec<ListedObservation>, StoreError> {
    let mut query = observations::table
        .inner_join(series::table)
        .select((
            ObservationRow::as_select(),
            series::measure_id,
            series::region_id,
            (observations::withdrawn_on, observations::withdrawn_reason),
        ))
        .order(observations::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(observations::id.gt(after));
    }
    if let Some(measure) = filter.measure_id {
        query = query.filter(series::measure_id.eq(measure));
    }
    if let Some(region) = filter.region_id {
        query = query.filter(series::region_id.eq(region));
    }
    if let Some(from) = filter.from {
        query = query.filter(observations::period_end.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(observations::period_end.le(to));
    }
    if let Some(as_of) = filter.as_of {
        query = query.filter(observations::published_on.le(as_of));
    }
    if filter.latest {
        query = match filter.as_of {
            None => query.filter(sql::<Bool>(&NONE_BEFORE).sql(" AND other.withdrawn_on IS NULL)")),
            Some(as_of) => query.filter(
                sql::<Bool>(&NONE_BEFORE)
                    .sql(" AND other.published_on <= ")
                    .bind::<Date, _>(as_of)
                    .sql(" AND (other.withdrawn_on IS NULL OR other.withdrawn_on > ")
                    .bind::<Date, _>(as_of)
                    .sql("))"),
            ),
        };
    }
    if filter.doubtful {
        query = query.filter(observations::doubts.ne(""));
    }
    if !filter.withdrawn {
        // On a day before it was taken back it counted.
        query = match filter.as_of {
            None => query.filter(observations::withdrawn_on.is_null()),
            Some(as_of) => {
                query.filter(observations::withdrawn_on.is_null().or(observations::withdrawn_on.gt(as_of)))
            }
        };
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(observations::recorded_at.gt(at).or(observations::withdrawn_at.gt(at)));
    }
    Ok(query.load(conn).await?)
}

/// The vintages with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_observations_of(
    conn: &mut Conn,
    ids: &[ObservationId],
) -> Result<Vec<ListedObservation>, StoreError> {
    Ok(observations::table
        .inner_join(series::table)
        .filter(observations::id.eq_any(ids.to_vec()))
        .select((
            ObservationRow::as_select(),
            series::measure_id,
            series::region_id,
            (observations::withdrawn_on, observations::withdrawn_reason),
        ))
        .load(conn)
        .await?)
}

/// Whether there is such a vintage.
///
/// # Errors
/// When the database fails.
pub async fn is_observation(conn: &mut Conn, id: ObservationId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(observations::table.find(id))).get_result(conn).await?)
}

/// The series of a measure in a region, made when there is none yet.
///
/// # Errors
/// When the database fails.
pub async fn ensure_series(
    conn: &mut Conn,
    measure_id: MeasureId,
    region_id: RegionId,
) -> Result<i64, StoreError> {
    if let Some(id) = find_series(conn, measure_id, region_id).await? {
        return Ok(id);
    }
    diesel::insert_into(series::table)
        .values((series::measure_id.eq(measure_id), series::region_id.eq(region_id)))
        .on_conflict((series::measure_id, series::region_id))
        .do_nothing()
        .execute(conn)
        .await?;
    find_series(conn, measure_id, region_id)
        .await?
        .ok_or_else(|| StoreError::Corrupt("series vanished".to_owned()))
}

/// The series of a measure in a region.
///
/// # Errors
/// When the database fails.
pub async fn find_series(
    conn: &mut Conn,
    measure_id: MeasureId,
    region_id: RegionId,
) -> Result<Option<i64>, StoreError> {
    Ok(series::table
        .filter(series::measure_id.eq(measure_id))
        .filter(series::region_id.eq(region_id))
        .select(series::id)
        .get_result(conn)
        .await
        .optional()?)
}

/// Everything the pace engine may need of these series, in order of series and period.
///
/// # Errors
/// When the database fails or holds a word it should not.
pub async fn list_facts(conn: &mut Conn, ids: &[i64], as_of: NaiveDate) -> Result<Vec<FactRow>, StoreError> {
    Ok(observations::table
        .filter(observations::series_id.eq_any(ids))
        .filter(observations::published_on.le(as_of))
        .filter(observations::withdrawn_on.is_null().or(observations::withdrawn_on.gt(as_of)))
        .order((observations::series_id, observations::period_end))
        .select(FactRow::as_select())
        .load(conn)
        .await?)
}
