//! A whole plan written at once.

use diesel_async::RunQueryDsl;

use super::super::Conn;
use super::observations::ensure_series;
use crate::StoreError;
use crate::rows::{IndicatorRow, PlanRows};
use crate::schema::{
    campaign_members, campaigns, citations, contacts, indicators, measure_aliases, measures,
    responsibilities, tasks, units,
};

/// Writes a plan, all or nothing.
///
/// # Errors
/// `Duplicate` when something of it is there already.
pub async fn load_plan(conn: &mut Conn, plan: &PlanRows) -> Result<(), StoreError> {
    macro_rules! insert {
        ($conn:ident, $($table:ident: $rows:expr),+ $(,)?) => {
            $(for row in $rows {
                diesel::insert_into($table::table).values(row).execute($conn).await?;
            })+
        };
    }
    write_transaction!(conn, async |conn: &mut Conn| {
        insert!(conn, units: &plan.units, contacts: &plan.contacts, campaigns: &plan.campaigns);
        insert!(conn, campaign_members: &plan.members, tasks: &plan.tasks, measures: &plan.measures);
        insert!(conn, measure_aliases: &plan.aliases);
        for (measure, region, indicator) in &plan.indicators {
            let series_id = ensure_series(conn, *measure, *region).await?;
            let row = IndicatorRow { series_id, ..indicator.clone() };
            diesel::insert_into(indicators::table).values(&row).execute(conn).await?;
        }
        insert!(conn, responsibilities: &plan.responsibilities, citations: &plan.citations);
        Ok::<_, StoreError>(())
    })
    .await
}
