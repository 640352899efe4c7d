//! Indicators and the board of a day, and indicators by their keys.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::super::{Backend, Conn};
use super::super::family::InFamily;
use super::super::former_names::list_names_on;
use super::super::responsibilities::list_places_on;
use crate::StoreError;
use crate::rows::{
    AssessmentRow, BoardFilter, BoardRow, CurrentAssessmentRow, IndicatorRow, NamedIndicatorRow,
};
use crate::schema::{
    assessments, current_assessments, external_ids, handovers, indicators, measures, regions, series, tasks,
    units,
};
use crate::types::{AnyId, AssessmentId, Id, IndicatorId, Listed, MeasureId, RegionId, TaskId, UnitId};

/// Lines of the board of these indicators, in no order, under the names, tasks and lead units of a day; their assessments are those
/// in force now.
///
/// # Errors
/// When the database fails.
pub async fn list_board_on(
    conn: &mut Conn,
    ids: &[IndicatorId],
    day: NaiveDate,
) -> Result<Vec<BoardRow>, StoreError> {
    let mut rows: Vec<BoardRow> =
        joined!().select(board!()).filter(indicators::id.eq_any(ids.to_vec())).load(conn).await?;
    let mut places = list_places_on(conn, ids, day).await?;
    for row in &mut rows {
        if let Some(then) = places.remove(&row.id) {
            (row.task, row.lead_unit) = (then.task, then.lead_unit);
        }
    }
    let codes: BTreeSet<String> = rows.iter().map(|row| row.region.0.clone()).collect();
    let coded = regions::table.filter(regions::code.eq_any(codes)).select((regions::code, regions::id));
    let coded: HashMap<String, RegionId> = coded.load(conn).await?.into_iter().collect();
    let owners: BTreeSet<AnyId> = rows
        .iter()
        .flat_map(|row| {
            let region = coded.get(&row.region.0).map(|region| region.of_any());
            let unit = row.lead_unit.0.map(Id::of_any);
            [Some(row.task.0.of_any()), unit, Some(row.measure.0.of_any()), region]
        })
        .flatten()
        .collect();
    let names = list_names_on(conn, &Vec::from_iter(owners), day).await?;
    let then = |owner: AnyId, name: &mut String| {
        if let Some(former) = names.get(&owner) {
            name.clone_from(former);
        }
    };
    for row in &mut rows {
        then(row.measure.0.of_any(), &mut row.measure.1);
        if let Some(region) = coded.get(&row.region.0) {
            then(region.of_any(), &mut row.region.1);
        }
        then(row.task.0.of_any(), &mut row.task.1);
        if let (Some(unit), Some(name)) = (row.lead_unit.0, row.lead_unit.1.as_mut()) {
            then(unit.of_any(), name);
        }
    }
    Ok(rows)
}

/// Indicators that passed the filter on a day, by the tasks and lead units of that day, whatever they were promised or judged (its
/// grades and `updated_after` are not asked), in order of series.
///
/// # Errors
/// When the database fails.
pub async fn list_by_series(
    conn: &mut Conn,
    filter: &BoardFilter,
    day: NaiveDate,
) -> Result<Vec<IndicatorId>, StoreError> {
    let mut shown = indicators::table
        .inner_join(current_assessments::table)
        .select((indicators::id, indicators::task_id, indicators::lead_unit_id))
        .order((indicators::series_id, indicators::id))
        .into_boxed::<Backend>();
    let asked = (filter.task_id, filter.unit_id);
    let filter = BoardFilter { grades: None, task_id: None, unit_id: None, ..filter.clone() };
    filtered!(shown, filter);
    // Those that were there on some day before, and those that are there now; which of them were there on the day is seen below.
    if let Some(task) = asked.0 {
        let before = handovers::table.filter(handovers::task_id.eq(task)).select(handovers::indicator_id);
        shown = shown.filter(indicators::task_id.eq(task).or(indicators::id.eq_any(before)));
    }
    if let Some(unit) = asked.1 {
        let before =
            handovers::table.filter(handovers::lead_unit_id.eq(unit)).select(handovers::indicator_id);
        shown = shown.filter(indicators::lead_unit_id.eq(unit).or(indicators::id.eq_any(before)));
    }
    let found: Vec<(IndicatorId, TaskId, Option<UnitId>)> = shown.load(conn).await?;
    let ids: Vec<IndicatorId> = found.iter().map(|(id, ..)| *id).collect();
    if asked == (None, None) {
        return Ok(ids);
    }
    let places = list_places_on(conn, &ids, day).await?;
    let there = |(id, task, lead): (IndicatorId, TaskId, Option<UnitId>)| {
        let (task, lead) = places.get(&id).map_or((task, lead), |then| (then.task.0, then.lead_unit.0));
        let fits =
            asked.0.is_none_or(|asked| asked == task) && asked.1.is_none_or(|asked| Some(asked) == lead);
        fits.then_some(id)
    };
    Ok(found.into_iter().filter_map(there).collect())
}

/// The indicators with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_indicators_of(
    conn: &mut Conn,
    ids: &[IndicatorId],
) -> Result<Vec<NamedIndicatorRow>, StoreError> {
    Ok(named!().filter(indicators::id.eq_any(ids.to_vec())).load(conn).await?)
}

/// The recorded assessments with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_assessments_of(
    conn: &mut Conn,
    ids: &[AssessmentId],
) -> Result<Vec<AssessmentRow>, StoreError> {
    Ok(assessments::table
        .filter(assessments::id.eq_any(ids.to_vec()))
        .select(AssessmentRow::as_select())
        .load(conn)
        .await?)
}

/// The indicator of a task that measures this in this region.
///
/// # Errors
/// When the database fails.
pub async fn find_indicator_at(
    conn: &mut Conn,
    task: TaskId,
    measure: MeasureId,
    region: RegionId,
) -> Result<Option<IndicatorId>, StoreError> {
    let of = series::measure_id.eq(measure).and(series::region_id.eq(region));
    let there = indicators::table.inner_join(series::table).filter(indicators::task_id.eq(task)).filter(of);
    Ok(there.select(indicators::id).get_result(conn).await.optional()?)
}
