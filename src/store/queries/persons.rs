//! What persons say of targets without a number, and of milestones.

use chrono::NaiveDate;
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::reassessments;
use crate::StoreError;
use crate::rows::{NodeReportRow, Page, PersonVerdictRow};
use crate::schema::{node_reports, person_verdicts};
use crate::types::IndicatorId;

/// Adds a person's verdict.
///
/// # Errors
/// When the database fails.
pub async fn insert_person_verdict(conn: &mut Conn, row: &PersonVerdictRow) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        diesel::insert_into(person_verdicts::table).values(row).execute(conn).await?;
        reassessments::mark_indicator(conn, row.indicator_id, row.recorded_at).await
    })
    .await
}

/// Verdicts of persons on one indicator, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_person_verdicts(
    conn: &mut Conn,
    indicator: IndicatorId,
    page: Page,
) -> Result<Vec<PersonVerdictRow>, StoreError> {
    let mut query = person_verdicts::table
        .filter(person_verdicts::indicator_id.eq(indicator))
        .order(person_verdicts::id)
        .limit(page.limit + 1)
        .select(PersonVerdictRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(person_verdicts::id.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// Verdicts of persons given by `as_of` on several indicators, the latest last.
///
/// # Errors
/// When the database fails.
pub async fn list_person_verdicts_of(
    conn: &mut Conn,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<Vec<PersonVerdictRow>, StoreError> {
    Ok(person_verdicts::table
        .filter(person_verdicts::indicator_id.eq_any(ids.to_vec()))
        .filter(person_verdicts::given_on.le(as_of))
        .order((person_verdicts::given_on, person_verdicts::id))
        .select(PersonVerdictRow::as_select())
        .load(conn)
        .await?)
}

/// Adds a report on a node.
///
/// # Errors
/// When the database fails.
pub async fn insert_node_report(conn: &mut Conn, row: &NodeReportRow) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        diesel::insert_into(node_reports::table).values(row).execute(conn).await?;
        reassessments::mark_indicator(conn, row.indicator_id, row.recorded_at).await
    })
    .await
}

/// Reports on the nodes of several indicators made by `as_of`, the latest last.
///
/// # Errors
/// When the database fails.
pub async fn list_node_reports_of(
    conn: &mut Conn,
    ids: &[IndicatorId],
    as_of: NaiveDate,
) -> Result<Vec<NodeReportRow>, StoreError> {
    Ok(node_reports::table
        .filter(node_reports::indicator_id.eq_any(ids.to_vec()))
        .filter(node_reports::reported_on.le(as_of))
        .order((node_reports::reported_on, node_reports::id))
        .select(NodeReportRow::as_select())
        .load(conn)
        .await?)
}
