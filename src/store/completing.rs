//! The rest of the evidence: what persons have said, and what an indicator is compared with.
//!
//! Only few indicators of a run need any of it; the others cost nothing here.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::comparisons::{self, Extent, Register, Wanting};
use super::judging::Evidence;
use super::rows::{NodeReportRow, PersonVerdictRow, word};
use super::types::Id;
use super::{Store, StoreError};
use xushi_domain::kind::ReportedBy;
use xushi_domain::pace::{PersonVerdict, nodes_done};
use xushi_domain::{Figure, Observation, Period, Status};

/// Loads the rest of the evidence on several indicators, in bulk.
pub struct Completing {
    as_of: NaiveDate,
    /// Read when the first indicator asks for it.
    register: Option<Arc<Register>>,
}

impl Completing {
    /// For verdicts as of one day.
    pub fn new(as_of: NaiveDate) -> Self {
        Self { as_of, register: None }
    }

    /// Adds what is missing.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn complete(
        &mut self,
        store: &Store,
        evidence: &mut [Evidence],
        extent: Extent,
    ) -> Result<(), StoreError> {
        self.add_persons(store, evidence).await?;
        self.add_nodes(store, evidence).await?;
        let asks = |one: &&mut Evidence| {
            extent == Extent::Whole || Wanting::is_graded_by_others(one.kind(), one.pack.family)
        };
        self.compare(store, evidence.iter_mut().filter(asks).collect(), extent).await
    }

    /// Adds what these are compared with.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn compare(
        &mut self,
        store: &Store,
        evidence: Vec<&mut Evidence>,
        extent: Extent,
    ) -> Result<(), StoreError> {
        if evidence.is_empty() {
            return Ok(());
        }
        let register = match &self.register {
            Some(register) => register.clone(),
            None => self.register.insert(Arc::new(Register::load(store).await?)).clone(),
        };
        let wanting = evidence.iter().map(|one| Wanting {
            row: &one.row,
            key: one.key,
            target: one.target.as_ref(),
            family: one.pack.family,
            unit: &one.measure.unit,
        });
        let wanting: Vec<_> = wanting.collect();
        let compared = comparisons::load(store, &register, &wanting, extent, self.as_of).await?;
        for (one, compared) in evidence.into_iter().zip(compared) {
            one.compared = compared;
        }
        Ok(())
    }

    async fn add_persons(&self, store: &Store, evidence: &mut [Evidence]) -> Result<(), StoreError> {
        let asking = reported_by(evidence, ReportedBy::Person);
        let mut rows: HashMap<Id, PersonVerdictRow> = HashMap::new();
        for chunk in asking.chunks(1_000) {
            for row in store.list_person_verdicts_of(chunk, self.as_of).await? {
                // The latest comes last.
                rows.insert(row.indicator_id, row);
            }
        }
        for one in evidence {
            if let Some(row) = rows.get(&one.row.id) {
                one.person = Some(PersonVerdict { grade: word(&row.grade)?, on: row.given_on });
            }
        }
        Ok(())
    }

    async fn add_nodes(&self, store: &Store, evidence: &mut [Evidence]) -> Result<(), StoreError> {
        let asking = reported_by(evidence, ReportedBy::Nodes);
        let mut rows: HashMap<Id, Vec<NodeReportRow>> = HashMap::new();
        for chunk in asking.chunks(1_000) {
            for row in store.list_node_reports_of(chunk, self.as_of).await? {
                rows.entry(row.indicator_id).or_default().push(row);
            }
        }
        for one in evidence {
            let Some(reports) = rows.remove(&one.row.id) else { continue };
            let said: Vec<_> = reports.iter().map(|row| (row.node_on, row.done)).collect();
            let full = one.full();
            let parts = nodes_done(&one.curve, one.window, &said);
            for (vintage, (row, part)) in (1..).zip(reports.iter().zip(parts)) {
                one.own.push(observation(row, part * full, one, vintage)?);
            }
        }
        Ok(())
    }
}

/// Those whose facts come in this way.
fn reported_by(evidence: &[Evidence], way: ReportedBy) -> Vec<Id> {
    let comes = |one: &&Evidence| one.kind().is_some_and(|kind| kind.row().reported_by == way);
    evidence.iter().filter(comes).map(|one| one.row.id).collect()
}

/// The part done after a report, as if it had been observed that day.
fn observation(
    row: &NodeReportRow,
    value: Decimal,
    evidence: &Evidence,
    vintage: i32,
) -> Result<Observation, StoreError> {
    Ok(Observation {
        id: row.id.0,
        period: Period::new(row.reported_on, row.reported_on)?,
        basis: evidence.measure.basis,
        figure: Figure::Level,
        value,
        status: Status::Final,
        published_on: row.reported_on,
        of: None,
        partial: false,
        vintage,
    })
}
