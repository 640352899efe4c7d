//! Facts by the batch: prepared statements, each run many times on one trip to the blocking thread.

use chrono::Days;
use diesel::{ExpressionMethods, IntoSql, OptionalExtension, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::StoreError;
use crate::rows::{BesideRow, FactKey, GroupAt, ObservationRow, VintageRow};
use crate::schema::{observations, series};
use crate::types::{Listed, MeasureId, RegionId};
use xushi_domain::Status;

/// The series of these measures and regions, in the order asked for.
///
/// # Errors
/// When the database fails.
pub async fn find_series(
    conn: &mut Conn,
    keys: Vec<(MeasureId, RegionId)>,
) -> Result<Vec<Option<i64>>, StoreError> {
    let find = move |conn: &mut SqliteConnection| {
        let one = |(measure, region): (MeasureId, RegionId)| {
            series::table
                .filter(series::measure_id.eq(measure))
                .filter(series::region_id.eq(region))
                .select(series::id)
                .get_result(conn)
                .optional()
        };
        keys.into_iter().map(one).collect()
    };
    Ok(conn.spawn_blocking(find).await?)
}

/// Makes the series that are not there yet.
///
/// # Errors
/// When the database fails.
pub async fn make_series(conn: &mut Conn, keys: Vec<(MeasureId, RegionId)>) -> Result<(), StoreError> {
    let make = move |conn: &mut SqliteConnection| {
        for (measure, region) in keys {
            diesel::insert_into(series::table)
                .values((series::measure_id.eq(measure), series::region_id.eq(region)))
                .on_conflict((series::measure_id, series::region_id))
                .do_nothing()
                .execute(conn)?;
        }
        Ok(())
    };
    conn.spawn_blocking(make).await?;
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
    let list = move |conn: &mut SqliteConnection| {
        let mut found = Vec::new();
        for (place, (series_id, (start, end, basis, figure))) in (0_i64..).zip(keys) {
            found.extend(
                observations::table
                    .filter(observations::series_id.eq(series_id))
                    .filter(observations::period_end.eq(end))
                    .filter(observations::period_start.eq(start))
                    .filter(observations::basis.eq(Listed(basis)))
                    .filter(observations::figure.eq(Listed(figure)))
                    .order(observations::vintage.desc())
                    .limit(50)
                    .select((
                        place.into_sql::<diesel::sql_types::BigInt>(),
                        observations::vintage,
                        observations::value,
                        observations::status,
                        observations::published_on,
                        observations::of,
                        observations::partial,
                        observations::doubts,
                        observations::source,
                        observations::withdrawn_on.is_not_null(),
                        observations::stage,
                    ))
                    .load::<VintageRow>(conn)?,
            );
        }
        Ok(found)
    };
    Ok(conn.spawn_blocking(list).await?)
}

/// A query of the actual values of a group's series, basis and figure.
macro_rules! beside {
    ($place:expr, $group:expr) => {
        observations::table
            .filter(observations::series_id.eq($group.series_id))
            .filter(observations::basis.eq(Listed($group.basis)))
            .filter(observations::figure.eq(Listed($group.figure)))
            .filter(
                observations::status
                    .eq(Listed(Status::Preliminary))
                    .or(observations::status.eq(Listed(Status::Final))),
            )
            .filter(observations::withdrawn_on.is_null())
            .select((
                $place.into_sql::<diesel::sql_types::BigInt>(),
                observations::period_start,
                observations::period_end,
                observations::vintage,
                observations::value,
                observations::status,
                observations::stage,
            ))
    };
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
    use diesel::BoolExpressionMethods as _;
    let list = move |conn: &mut SqliteConnection| {
        let mut found = Vec::new();
        for (place, group) in (0_i64..).zip(groups) {
            let end = group.ends.0;
            let query = beside!(place, group)
                .filter(observations::period_end.lt(end))
                .filter(observations::period_end.gt(end - Days::new(1_100)))
                .order(observations::period_end.desc())
                .limit(most);
            found.extend(query.load::<BesideRow>(conn)?);
        }
        Ok(found)
    };
    Ok(conn.spawn_blocking(list).await?)
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
    use diesel::BoolExpressionMethods as _;
    let list = move |conn: &mut SqliteConnection| {
        let mut found = Vec::new();
        for (place, group) in (0_i64..).zip(groups) {
            let end = group.ends.1;
            let query = beside!(place, group)
                .filter(observations::period_end.gt(end))
                .filter(observations::period_end.lt(end + Days::new(366)))
                .order(observations::period_end)
                .limit(most);
            found.extend(query.load::<BesideRow>(conn)?);
        }
        Ok(found)
    };
    Ok(conn.spawn_blocking(list).await?)
}

/// Inserts observations; the caller holds the transaction.
///
/// # Errors
/// `Duplicate` when somebody else has written one of these vintages meanwhile.
pub async fn insert_observations(conn: &mut Conn, rows: Vec<ObservationRow>) -> Result<(), StoreError> {
    let insert = move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(observations::table).values(row).execute(conn)?;
        }
        Ok(())
    };
    conn.spawn_blocking(insert).await?;
    Ok(())
}
