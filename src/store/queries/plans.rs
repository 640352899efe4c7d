//! A whole plan written at once.

use diesel_async::RunQueryDsl;

use super::super::Conn;
use super::observations::ensure_series;
use super::{
    campaigns as campaign_names, measures as measure_names, reassessments, tasks as task_names,
    units as unit_names,
};
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
        keep_names(conn, plan).await?;
        for (measure, region, indicator) in &plan.indicators {
            let series_id = ensure_series(conn, *measure, *region).await?;
            let row = IndicatorRow { series_id, ..indicator.clone() };
            diesel::insert_into(indicators::table).values(&row).execute(conn).await?;
            reassessments::mark_indicator(conn, row.id, row.created_at).await?;
        }
        insert!(conn, responsibilities: &plan.responsibilities, citations: &plan.citations);
        Ok::<_, StoreError>(())
    })
    .await
}

/// Whatever is written is found by its name.
async fn keep_names(conn: &mut Conn, plan: &PlanRows) -> Result<(), StoreError> {
    for row in &plan.units {
        unit_names::keep_name(conn, row).await?;
    }
    for row in &plan.campaigns {
        campaign_names::keep_names(conn, row).await?;
    }
    for row in &plan.tasks {
        task_names::keep_name(conn, row).await?;
    }
    for row in &plan.measures {
        let aliases = plan.aliases.iter().filter(|alias| alias.measure_id == row.id);
        let aliases: Vec<String> = aliases.map(|alias| alias.name.clone()).collect();
        measure_names::keep_names(conn, row.id, &row.name, &aliases).await?;
    }
    Ok(())
}
