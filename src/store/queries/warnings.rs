//! What issuing reads.

use chrono::NaiveDate;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{ContactRow, IssuingCampaignRow, LineRow, PartRow, UnitNameRow};
use crate::schema::{
    campaigns, contacts, indicators, measures, regions, responsibilities, series, tasks, units,
};
use crate::types::{IndicatorId, Listed, TaskId, UnitId};
use xushi_domain::ContactRole;

/// Ids asked for at once; SQLite takes 32,766 values a statement.
const AT_ONCE: usize = 5_000;

/// All campaigns.
///
/// # Errors
/// When the database fails.
pub async fn list_issuing_campaigns(conn: &mut Conn) -> Result<Vec<IssuingCampaignRow>, StoreError> {
    Ok(campaigns::table.select(IssuingCampaignRow::as_select()).load(conn).await?)
}

/// Names of indicators.
///
/// # Errors
/// When the database fails.
pub async fn list_lines(conn: &mut Conn, ids: &[IndicatorId]) -> Result<Vec<LineRow>, StoreError> {
    let mut lines = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        let rows: Vec<LineRow> = indicators::table
            .inner_join(series::table.inner_join(measures::table).inner_join(regions::table))
            .inner_join(tasks::table)
            .filter(indicators::id.eq_any(chunk.to_vec()))
            .select((indicators::id, indicators::task_id, tasks::name, measures::name, regions::name))
            .load(conn)
            .await?;
        lines.extend(rows);
    }
    Ok(lines)
}

/// Who has a part in these tasks and indicators, in the order of the plan.
///
/// # Errors
/// When the database fails.
pub async fn list_responsible_units(
    conn: &mut Conn,
    tasks: &[TaskId],
    indicators: &[IndicatorId],
) -> Result<Vec<PartRow>, StoreError> {
    Ok(responsibilities::table
        .filter(
            responsibilities::task_id
                .eq_any(tasks.to_vec())
                .or(responsibilities::indicator_id.eq_any(indicators.to_vec())),
        )
        .order((responsibilities::role, responsibilities::ordinal, responsibilities::id))
        .select((
            responsibilities::task_id,
            responsibilities::indicator_id,
            responsibilities::unit_id,
            responsibilities::role,
        ))
        .load(conn)
        .await?)
}

/// Names of units and the units above them.
///
/// # Errors
/// When the database fails.
pub async fn list_unit_names(conn: &mut Conn, ids: &[UnitId]) -> Result<Vec<UnitNameRow>, StoreError> {
    Ok(units::table
        .filter(units::id.eq_any(ids.to_vec()))
        .select((units::id, units::name, units::parent_id))
        .load(conn)
        .await?)
}

/// Contacts of some roles of these units who serve on `day`, in order of unit and id.
///
/// # Errors
/// When the database fails.
pub async fn list_mailboxes(
    conn: &mut Conn,
    ids: &[UnitId],
    roles: &[ContactRole],
    day: NaiveDate,
) -> Result<Vec<ContactRow>, StoreError> {
    Ok(contacts::table
        .filter(contacts::unit_id.eq_any(ids.to_vec()))
        .filter(contacts::role.eq_any(roles.iter().copied().map(Listed).collect::<Vec<_>>()))
        .filter(contacts::valid_from.le(day))
        .filter(contacts::valid_to.is_null().or(contacts::valid_to.ge(day)))
        .order((contacts::unit_id, contacts::id))
        .select(ContactRow::as_select())
        .load(conn)
        .await?)
}
