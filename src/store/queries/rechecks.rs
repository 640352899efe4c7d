//! Stored facts held against the rules of today.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::reassessments;
use crate::StoreError;
use crate::rows::{ObservationRow, write_doubts};
use crate::schema::{indicators, measures, observations, regions, series};
use crate::types::ObservationId;
use xushi_domain::DoubtSet;

/// Stored facts in order of id, each with the names of its measure and region.
///
/// # Errors
/// When the database fails.
pub async fn list_stored(
    conn: &mut Conn,
    after: Option<ObservationId>,
    limit: i64,
) -> Result<Vec<(ObservationRow, String, String)>, StoreError> {
    let mut query = observations::table
        .inner_join(series::table.inner_join(measures::table).inner_join(regions::table))
        .select((ObservationRow::as_select(), measures::name, regions::name))
        .order(observations::id)
        .limit(limit)
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(observations::id.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// First days of the windows of all indicators, by series.
///
/// # Errors
/// When the database fails.
pub async fn list_all_window_starts(conn: &mut Conn) -> Result<Vec<(i64, NaiveDate)>, StoreError> {
    let starts = indicators::table.select((indicators::series_id, indicators::window_start)).distinct();
    Ok(starts.load(conn).await?)
}

/// Writes the doubts of stored facts, each given with its series; what rests on them is judged again.
///
/// # Errors
/// When the database fails.
pub async fn write_stored_doubts(
    conn: &mut Conn,
    doubted: &[(ObservationId, i64, DoubtSet)],
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        for (id, _, doubts) in doubted {
            diesel::update(observations::table.find(*id))
                .set(observations::doubts.eq(write_doubts(*doubts)))
                .execute(conn)
                .await?;
        }
        reassessments::mark_series(conn, doubted.iter().map(|(_, series, _)| *series), at).await
    })
    .await
}
