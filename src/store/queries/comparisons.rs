//! What an indicator is compared with: other series, and what was stated of them.

use chrono::NaiveDate;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{RegionRow, SiblingTarget, StatedDifferenceRow, TargetColumns};
use crate::schema::{indicators, measure_aliases, measures, regions, series, stated_differences};
use crate::types::{MeasureId, RegionId, UnitId};

/// All regions.
///
/// # Errors
/// When the database fails.
pub async fn list_register(conn: &mut Conn) -> Result<Vec<RegionRow>, StoreError> {
    Ok(regions::table.order(regions::id).select(RegionRow::as_select()).load(conn).await?)
}

/// Every name and alias of a measure.
///
/// # Errors
/// When the database fails.
pub async fn list_measure_names(conn: &mut Conn) -> Result<Vec<(String, MeasureId)>, StoreError> {
    let mut names: Vec<(String, MeasureId)> = measure_aliases::table
        .select((measure_aliases::name, measure_aliases::measure_id))
        .load(conn)
        .await?;
    names.extend(
        measures::table.select((measures::name, measures::id)).load::<(String, MeasureId)>(conn).await?,
    );
    Ok(names)
}

/// Measures and regions of the indicators that a unit leads on a day.
///
/// # Errors
/// When the database fails.
pub async fn list_led_series(
    conn: &mut Conn,
    unit: UnitId,
    day: NaiveDate,
) -> Result<Vec<(MeasureId, RegionId)>, StoreError> {
    Ok(indicators::table
        .inner_join(series::table)
        .filter(indicators::lead_unit_id.eq(unit))
        .filter(indicators::retired_on.is_null().or(indicators::retired_on.gt(day)))
        .select((series::measure_id, series::region_id))
        .distinct()
        .load(conn)
        .await?)
}

/// The series of any of these measures in any of these regions: id, measure, region.
///
/// # Errors
/// When the database fails.
pub async fn list_series(
    conn: &mut Conn,
    measure_ids: &[MeasureId],
    region_ids: &[RegionId],
) -> Result<Vec<(i64, MeasureId, RegionId)>, StoreError> {
    Ok(series::table
        .filter(series::measure_id.eq_any(measure_ids.to_vec()))
        .filter(series::region_id.eq_any(region_ids.to_vec()))
        .select((series::id, series::measure_id, series::region_id))
        .load(conn)
        .await?)
}

/// The targets of any of these measures in any of these regions, in order of indicator.
///
/// # Errors
/// When the database fails.
pub async fn list_sibling_targets(
    conn: &mut Conn,
    measure_ids: &[MeasureId],
    region_ids: &[RegionId],
) -> Result<Vec<SiblingTarget>, StoreError> {
    Ok(indicators::table
        .inner_join(series::table)
        .filter(series::measure_id.eq_any(measure_ids.to_vec()))
        .filter(series::region_id.eq_any(region_ids.to_vec()))
        .filter(indicators::target_value.is_not_null())
        .filter(indicators::retired_on.is_null())
        .order(indicators::id)
        .select((
            series::measure_id,
            series::region_id,
            indicators::window_start,
            indicators::window_end,
            TargetColumns::as_select(),
        ))
        .load(conn)
        .await?)
}

/// Adds differences as they were stated; the caller holds the transaction.
pub(super) async fn insert_stated_rows(
    conn: &mut Conn,
    rows: &[StatedDifferenceRow],
) -> Result<(), StoreError> {
    for row in rows {
        diesel::insert_into(stated_differences::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Differences stated of one series by `as_of`, the latest last.
///
/// # Errors
/// When the database fails.
pub async fn list_stated(
    conn: &mut Conn,
    series_id: i64,
    as_of: NaiveDate,
) -> Result<Vec<StatedDifferenceRow>, StoreError> {
    Ok(stated_differences::table
        .filter(stated_differences::series_id.eq(series_id))
        .filter(stated_differences::published_on.le(as_of))
        .order((stated_differences::published_on, stated_differences::id))
        .select(StatedDifferenceRow::as_select())
        .load(conn)
        .await?)
}
