//! Facts by the batch: arrays go in, each of their members is one probe of an index. `LIMIT` inside `LATERAL` keeps the
//! planner from reading the whole table instead.

use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;
use crate::rows::{BesideRow, FactKey, GroupAt, ObservationRow, VintageRow};
use crate::types::{Exact, Key, Listed, MeasureId, RegionId};

macro_rules! column {
    ($rows:expr, $get:expr) => {
        $rows.iter().map($get).collect::<Vec<_>>()
    };
}

#[derive(diesel::QueryableByName)]
struct SeriesAt {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The series of these measures and regions, in the order asked for.
///
/// # Errors
/// When the database fails.
pub async fn find_series(
    conn: &mut Conn,
    keys: Vec<(MeasureId, RegionId)>,
) -> Result<Vec<Option<i64>>, StoreError> {
    const FIND: &str = "SELECT k.place, s.id FROM unnest($1, $2) WITH ORDINALITY AS k (measure_id, region_id, place), \
                        LATERAL (SELECT id FROM series AS s \
                                 WHERE s.measure_id = k.measure_id AND s.region_id = k.region_id LIMIT 1) AS s";
    let rows: Vec<SeriesAt> = diesel::sql_query(FIND)
        .bind::<Array<Key>, _>(column!(keys, |key| key.0))
        .bind::<Array<Key>, _>(column!(keys, |key| key.1))
        .load(conn)
        .await?;
    let mut found = vec![None; keys.len()];
    for row in rows {
        if let Some(slot) = usize::try_from(row.place - 1).ok().and_then(|place| found.get_mut(place)) {
            *slot = Some(row.id);
        }
    }
    Ok(found)
}

/// Makes the series that are not there yet.
///
/// # Errors
/// When the database fails.
pub async fn make_series(conn: &mut Conn, keys: Vec<(MeasureId, RegionId)>) -> Result<(), StoreError> {
    const MAKE: &str = "INSERT INTO series (measure_id, region_id) SELECT * FROM unnest($1, $2) \
                        ON CONFLICT (measure_id, region_id) DO NOTHING";
    diesel::sql_query(MAKE)
        .bind::<Array<Key>, _>(column!(keys, |key| key.0))
        .bind::<Array<Key>, _>(column!(keys, |key| key.1))
        .execute(conn)
        .await?;
    Ok(())
}

/// The vintages of these facts.
///
/// # Errors
/// When the database fails.
pub async fn list_vintages(
    conn: &mut Conn,
    keys: Vec<(i64, FactKey)>,
) -> Result<Vec<VintageRow>, StoreError> {
    const LIST: &str = "
SELECT k.place - 1 AS place, o.*
FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS k (series_id, period_start, period_end, basis, figure, place),
     LATERAL (SELECT o.vintage, o.value, o.status, o.published_on, o.\"of\", o.partial, o.doubts, o.source,
                     o.withdrawn_on IS NOT NULL AS withdrawn, o.stage FROM observations AS o
              WHERE o.series_id = k.series_id AND o.period_end = k.period_end AND o.period_start = k.period_start
                AND o.basis = k.basis AND o.figure = k.figure
              ORDER BY o.vintage DESC LIMIT 50) AS o";
    Ok(diesel::sql_query(LIST)
        .bind::<Array<BigInt>, _>(column!(keys, |key| key.0))
        .bind::<Array<Date>, _>(column!(keys, |key| key.1.0))
        .bind::<Array<Date>, _>(column!(keys, |key| key.1.1))
        .bind::<Array<Text>, _>(column!(keys, |key| Listed(key.1.2)))
        .bind::<Array<Text>, _>(column!(keys, |key| Listed(key.1.3)))
        .load(conn)
        .await?)
}

/// The last actual values before each group, `most` of them and none older than three years.
///
/// # Errors
/// When the database fails.
pub async fn list_before(
    conn: &mut Conn,
    groups: Vec<GroupAt>,
    most: i64,
) -> Result<Vec<BesideRow>, StoreError> {
    const LIST: &str = "
SELECT k.place - 1 AS place, o.*
FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS k (series_id, basis, figure, first_end, place),
     LATERAL (SELECT o.period_start, o.period_end, o.vintage, o.value, o.status, o.stage FROM observations AS o
              WHERE o.series_id = k.series_id AND o.period_end < k.first_end AND o.period_end > k.first_end - 1100
                AND o.basis = k.basis AND o.figure = k.figure AND o.status IN ('preliminary', 'final') AND o.withdrawn_on IS NULL
              ORDER BY o.period_end DESC LIMIT $5) AS o";
    Ok(diesel::sql_query(LIST)
        .bind::<Array<BigInt>, _>(column!(groups, |group| group.series_id))
        .bind::<Array<Text>, _>(column!(groups, |group| Listed(group.basis)))
        .bind::<Array<Text>, _>(column!(groups, |group| Listed(group.figure)))
        .bind::<Array<Date>, _>(column!(groups, |group| group.ends.0))
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}

/// The next actual values after each group, `most` of them and none later than a year.
///
/// # Errors
/// When the database fails.
pub async fn list_after(
    conn: &mut Conn,
    groups: Vec<GroupAt>,
    most: i64,
) -> Result<Vec<BesideRow>, StoreError> {
    const LIST: &str = "
SELECT k.place - 1 AS place, o.*
FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS k (series_id, basis, figure, last_end, place),
     LATERAL (SELECT o.period_start, o.period_end, o.vintage, o.value, o.status, o.stage FROM observations AS o
              WHERE o.series_id = k.series_id AND o.period_end > k.last_end AND o.period_end < k.last_end + 366
                AND o.basis = k.basis AND o.figure = k.figure AND o.status IN ('preliminary', 'final') AND o.withdrawn_on IS NULL
              ORDER BY o.period_end LIMIT $5) AS o";
    Ok(diesel::sql_query(LIST)
        .bind::<Array<BigInt>, _>(column!(groups, |group| group.series_id))
        .bind::<Array<Text>, _>(column!(groups, |group| Listed(group.basis)))
        .bind::<Array<Text>, _>(column!(groups, |group| Listed(group.figure)))
        .bind::<Array<Date>, _>(column!(groups, |group| group.ends.1))
        .bind::<BigInt, _>(most)
        .load(conn)
        .await?)
}

/// Inserts observations; the caller holds the transaction.
///
/// # Errors
/// `Duplicate` when somebody else has written one of these vintages meanwhile.
pub async fn insert_observations(conn: &mut Conn, rows: Vec<ObservationRow>) -> Result<(), StoreError> {
    const INSERT: &str = "
INSERT INTO observations (id, series_id, period_start, period_end, basis, figure, vintage, value, status, source, published_on,
                          recorded_at, \"of\", partial, doubts, stage, vouched_by)
SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(INSERT)
        .bind::<Array<Key>, _>(column!(rows, |row| row.id))
        .bind::<Array<BigInt>, _>(column!(rows, |row| row.series_id))
        .bind::<Array<Date>, _>(column!(rows, |row| row.period_start))
        .bind::<Array<Date>, _>(column!(rows, |row| row.period_end))
        .bind::<Array<Text>, _>(column!(rows, |row| row.basis))
        .bind::<Array<Text>, _>(column!(rows, |row| row.figure))
        .bind::<Array<Integer>, _>(column!(rows, |row| row.vintage))
        .bind::<Array<Exact>, _>(column!(rows, |row| row.value))
        .bind::<Array<Text>, _>(column!(rows, |row| row.status))
        .bind::<Array<Text>, _>(column!(rows, |row| row.source.as_str()))
        .bind::<Array<Date>, _>(column!(rows, |row| row.published_on))
        .bind::<Array<Timestamp>, _>(column!(rows, |row| row.recorded_at))
        .bind::<Array<Nullable<Integer>>, _>(column!(rows, |row| row.of))
        .bind::<Array<Bool>, _>(column!(rows, |row| row.partial))
        .bind::<Array<Text>, _>(column!(rows, |row| row.doubts.as_str()))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, |row| row.stage))
        .bind::<Array<Nullable<Text>>, _>(column!(rows, |row| row.vouched_by.as_deref()))
        .execute(conn)
        .await?;
    Ok(())
}
