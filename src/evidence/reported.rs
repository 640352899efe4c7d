//! What persons have said: their verdicts, and reports on dated nodes.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::stored::Evidence;
use xushi_domain::kind::ReportedBy;
use xushi_domain::pace::{PersonVerdict, nodes_done};
use xushi_domain::{Basis, Figure, Observation, Period, Status};
use xushi_store::rows::{NodeReportRow, PersonVerdictRow};
use xushi_store::types::IndicatorId;
use xushi_store::{Reader, StoreError};

/// Adds what persons have said by `as_of`. Few indicators ask for it; the others cost nothing here.
///
/// # Errors
/// When the database fails or holds what it should not.
pub(crate) async fn add(
    reader: &Reader,
    evidence: &mut [Evidence],
    as_of: NaiveDate,
) -> Result<(), StoreError> {
    add_persons(reader, evidence, as_of).await?;
    add_nodes(reader, evidence, as_of).await
}

async fn add_persons(reader: &Reader, evidence: &mut [Evidence], as_of: NaiveDate) -> Result<(), StoreError> {
    let asking = reported_by(evidence, ReportedBy::Person);
    let mut rows: HashMap<IndicatorId, PersonVerdictRow> = HashMap::new();
    for chunk in asking.chunks(1_000) {
        for row in reader.list_person_verdicts_of(chunk, as_of).await? {
            // The latest comes last.
            rows.insert(row.indicator_id, row);
        }
    }
    for one in evidence {
        if let Some(row) = rows.get(&one.row.id) {
            one.grounds.person = Some(PersonVerdict { grade: row.grade.0, on: row.given_on });
        }
    }
    Ok(())
}

async fn add_nodes(reader: &Reader, evidence: &mut [Evidence], as_of: NaiveDate) -> Result<(), StoreError> {
    let asking = reported_by(evidence, ReportedBy::Nodes);
    let mut rows: HashMap<IndicatorId, Vec<NodeReportRow>> = HashMap::new();
    for chunk in asking.chunks(1_000) {
        for row in reader.list_node_reports_of(chunk, as_of).await? {
            rows.entry(row.indicator_id).or_default().push(row);
        }
    }
    for one in evidence {
        let Some(reports) = rows.remove(&one.row.id) else { continue };
        let said: Vec<_> = reports.iter().map(|row| (row.node_on, row.done)).collect();
        let full = one.grounds.full();
        let parts = nodes_done(&one.grounds.curve, one.grounds.window, &said);
        for (vintage, (row, part)) in (1..).zip(reports.iter().zip(parts)) {
            one.grounds.own.push(observation(row, part * full, one.grounds.measure.basis, vintage)?);
        }
    }
    Ok(())
}

/// Those whose facts come in this way.
fn reported_by(evidence: &[Evidence], way: ReportedBy) -> Vec<IndicatorId> {
    let comes = |one: &&Evidence| one.grounds.kind().is_some_and(|kind| kind.row().reported_by == way);
    evidence.iter().filter(comes).map(|one| one.row.id).collect()
}

/// The part done after a report, as if it had been observed that day.
fn observation(
    row: &NodeReportRow,
    value: Decimal,
    basis: Basis,
    vintage: i32,
) -> Result<Observation, StoreError> {
    Ok(Observation {
        id: row.id.0,
        period: Period::new(row.reported_on, row.reported_on)?,
        basis,
        figure: Figure::Level,
        value,
        status: Status::Final,
        stage: None,
        published_on: row.reported_on,
        of: None,
        partial: false,
        vintage,
    })
}
