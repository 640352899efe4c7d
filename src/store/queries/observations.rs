//! Facts: append-only, and the series they belong to.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, bulk};
use crate::StoreError;
use crate::rows::{FactKey, FactRow, ObservationFilter, ObservationRow, Page, Recorded};
use crate::schema::{observations, series};
use crate::types::Id;

/// All vintages in order of id, each with its measure and region.
///
/// # Errors
/// When the database fails.
pub async fn list_observations(
    conn: &mut Conn,
    filter: &ObservationFilter,
    page: Page,
) -> Result<Vec<(ObservationRow, Id, Id)>, StoreError> {
    let mut query = observations::table
        .inner_join(series::table)
        .select((ObservationRow::as_select(), series::measure_id, series::region_id))
        .order(observations::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(observations::id.gt(Id(after)));
    }
    if let Some(measure) = filter.measure_id {
        query = query.filter(series::measure_id.eq(Id(measure)));
    }
    if let Some(region) = filter.region_id {
        query = query.filter(series::region_id.eq(Id(region)));
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
    Ok(query.load(conn).await?)
}

/// The series of a measure in a region, made when there is none yet.
///
/// # Errors
/// When the database fails.
pub async fn ensure_series(conn: &mut Conn, measure_id: Id, region_id: Id) -> Result<i64, StoreError> {
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
pub async fn find_series(conn: &mut Conn, measure_id: Id, region_id: Id) -> Result<Option<i64>, StoreError> {
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
        .order((observations::series_id, observations::period_end))
        .select(FactRow::as_select())
        .load(conn)
        .await?)
}

/// Writes facts, all or none; each becomes the next vintage of its fact unless the last one says the same.
/// `facts` carry `(measure, region)` beside the row; `series_id` and `vintage` are filled in here.
/// With `dry_run` nothing is written and the answer is the same.
///
/// # Errors
/// When the database fails.
pub async fn record_observations(
    conn: &mut Conn,
    facts: &[(Id, Id, ObservationRow)],
    dry_run: bool,
) -> Result<Vec<Recorded>, StoreError> {
    if dry_run {
        return plan(conn, facts, true).await.map(|(outcomes, _)| outcomes);
    }
    write_transaction!(conn, async |conn: &mut Conn| {
        let (outcomes, rows) = plan(conn, facts, false).await?;
        bulk::insert_observations(conn, rows).await?;
        Ok::<_, StoreError>(outcomes)
    })
    .await
}

async fn plan(
    conn: &mut Conn,
    facts: &[(Id, Id, ObservationRow)],
    dry_run: bool,
) -> Result<(Vec<Recorded>, Vec<ObservationRow>), StoreError> {
    let mut known_series: HashMap<(Id, Id), Option<i64>> = HashMap::new();
    for (measure, region, _) in facts {
        if let Entry::Vacant(slot) = known_series.entry((*measure, *region)) {
            slot.insert(if dry_run {
                find_series(conn, *measure, *region).await?
            } else {
                Some(ensure_series(conn, *measure, *region).await?)
            });
        }
    }
    let ids: Vec<i64> = known_series.values().flatten().copied().collect();
    let mut latest = latest_vintages(conn, &ids).await?;
    let mut outcomes = Vec::with_capacity(facts.len());
    let mut rows = Vec::new();
    for (measure, region, fact) in facts {
        let Some(series_id) = known_series.get(&(*measure, *region)).copied().flatten() else {
            outcomes.push(Recorded::Created);
            continue;
        };
        let key = (series_id, fact.fact());
        let before = latest.get(&key);
        let vintage = before.map_or(1, |row| row.vintage + 1);
        if before.is_some_and(|row| {
            (row.value, &row.status, row.published_on) == (fact.value, &fact.status, fact.published_on)
        }) {
            outcomes.push(Recorded::Unchanged);
            continue;
        }
        outcomes.push(if before.is_some() { Recorded::Updated } else { Recorded::Created });
        let row = ObservationRow { series_id, vintage, ..fact.clone() };
        latest.insert(key, row.clone());
        rows.push(row);
    }
    Ok((outcomes, rows))
}

type Latest = HashMap<(i64, FactKey), ObservationRow>;

async fn latest_vintages(conn: &mut Conn, ids: &[i64]) -> Result<Latest, StoreError> {
    let mut latest = HashMap::new();
    for chunk in ids.chunks(500) {
        let rows: Vec<ObservationRow> = observations::table
            .filter(observations::series_id.eq_any(chunk.to_vec()))
            .order((observations::series_id, observations::vintage))
            .select(ObservationRow::as_select())
            .load(conn)
            .await?;
        for row in rows {
            latest.insert((row.series_id, row.fact()), row);
        }
    }
    Ok(latest)
}
