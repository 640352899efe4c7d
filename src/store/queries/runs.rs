//! Warning runs and silences.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{Page, SilenceFilter, SilenceRow, WarningRunRow};
use crate::schema::{silences, warning_runs};
use crate::types::{SilenceId, WarningRunId};

/// Keeps what a run did.
///
/// # Errors
/// When the database fails.
pub async fn create_run(conn: &mut Conn, row: &WarningRunRow) -> Result<(), StoreError> {
    diesel::insert_into(warning_runs::table).values(row).execute(conn).await?;
    Ok(())
}

/// Runs, the latest first: `page.after` is the last one seen.
///
/// # Errors
/// When the database fails.
pub async fn list_runs(
    conn: &mut Conn,
    page: Page,
    created_after: Option<NaiveDateTime>,
) -> Result<Vec<WarningRunRow>, StoreError> {
    let mut query = warning_runs::table
        .select(WarningRunRow::as_select())
        .order(warning_runs::id.desc())
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(warning_runs::id.lt(after));
    }
    if let Some(at) = created_after {
        query = query.filter(warning_runs::created_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// Whether a person has run what is due as of `day`, or of a later day, since `since`.
///
/// # Errors
/// When the database fails.
pub async fn was_run_by_hand(
    conn: &mut Conn,
    day: NaiveDate,
    since: NaiveDateTime,
) -> Result<bool, StoreError> {
    let run = warning_runs::table
        .filter(warning_runs::started_by.is_not_null())
        .filter(warning_runs::as_of.ge(day))
        .filter(warning_runs::created_at.ge(since));
    Ok(diesel::select(diesel::dsl::exists(run)).get_result(conn).await?)
}

/// The run with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_run(conn: &mut Conn, id: WarningRunId) -> Result<Option<WarningRunRow>, StoreError> {
    Ok(warning_runs::table.find(id).select(WarningRunRow::as_select()).get_result(conn).await.optional()?)
}

/// Adds a silence.
///
/// # Errors
/// When the database fails.
pub async fn create_silence(conn: &mut Conn, row: &SilenceRow) -> Result<(), StoreError> {
    diesel::insert_into(silences::table).values(row).execute(conn).await?;
    Ok(())
}

/// Silences in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_silences(
    conn: &mut Conn,
    filter: &SilenceFilter,
    page: Page,
) -> Result<Vec<SilenceRow>, StoreError> {
    let mut query = silences::table
        .select(SilenceRow::as_select())
        .order(silences::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(silences::id.gt(after));
    }
    if let Some(day) = filter.on {
        let running = silences::starts_on.le(day).and(silences::ends_on.ge(day));
        query = query.filter(running.and(silences::ended_at.is_null()));
    }
    if let Some(id) = filter.campaign_id {
        query = query.filter(silences::campaign_id.eq(id));
    }
    if let Some(id) = filter.indicator_id {
        query = query.filter(silences::indicator_id.eq(id));
    }
    if let Some(id) = filter.unit_id {
        query = query.filter(silences::unit_id.eq(id));
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(silences::updated_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The silence with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_silence(conn: &mut Conn, id: SilenceId) -> Result<Option<SilenceRow>, StoreError> {
    Ok(silences::table.find(id).select(SilenceRow::as_select()).get_result(conn).await.optional()?)
}

/// Every silence in force on `day`.
///
/// # Errors
/// When the database fails.
pub async fn list_silences_on(conn: &mut Conn, day: NaiveDate) -> Result<Vec<SilenceRow>, StoreError> {
    Ok(silences::table
        .filter(silences::starts_on.le(day).and(silences::ends_on.ge(day)))
        .filter(silences::ended_at.is_null())
        .select(SilenceRow::as_select())
        .load(conn)
        .await?)
}

/// Ends a silence before its time; one that has ended stays as it is.
///
/// # Errors
/// `Stale` when it was ended before.
pub async fn end_silence(
    conn: &mut Conn,
    id: SilenceId,
    by: &str,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    let written = diesel::update(silences::table.find(id))
        .filter(silences::ended_at.is_null())
        .set((silences::ended_at.eq(now), silences::ended_by.eq(by), silences::updated_at.eq(now)))
        .execute(conn)
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
