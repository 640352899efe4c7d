//! Evidence on indicators by id, for whoever reads a verdict.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::comparisons::Extent;
use super::completing::Completing;
use super::judging::{Context, Evidence};
use super::types::Id;
use super::{Store, StoreError};
use xushi_domain::{Observation, WorkCalendar};

/// The whole evidence on one indicator as known at `as_of`; `None` when there is no such indicator.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_on(
    store: &Store,
    calendar: &WorkCalendar,
    id: Id,
    as_of: NaiveDate,
) -> Result<Option<Evidence>, StoreError> {
    Ok(evidence_of(store, calendar, &[id], as_of, Extent::Whole).await?.pop())
}

/// The evidence on several indicators as known at `as_of`, in order of id; those that are not there are left out.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_of(
    store: &Store,
    calendar: &WorkCalendar,
    ids: &[Id],
    as_of: NaiveDate,
    extent: Extent,
) -> Result<Vec<Evidence>, StoreError> {
    let (mut rows, mut past) = (Vec::new(), Vec::new());
    for chunk in ids.chunks(1_000) {
        rows.extend(store.list_evaluation_rows_of(chunk).await?);
        past.extend(store.list_past_verdicts(chunk, as_of).await?);
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let context = Context::load(store, calendar, as_of).await?;
    context.in_force.restore(store, &mut rows).await?;
    let mut facts: HashMap<i64, Vec<Observation>> = HashMap::new();
    let series: Vec<i64> = rows.iter().map(|(row, ..)| row.series_id).collect();
    for chunk in series.chunks(1_000) {
        for fact in store.list_facts(chunk, as_of).await? {
            facts.entry(fact.series_id).or_default().push(Observation::try_from(fact)?);
        }
    }
    let mut histories = Context::histories(&past);
    let mut evidence = Vec::with_capacity(rows.len());
    for row in rows {
        let own = facts.get(&row.0.series_id).cloned().unwrap_or_default();
        let history = histories.remove(&row.0.id).unwrap_or_default();
        evidence.push(context.evidence(row, own, history)?);
    }
    Completing::new(as_of).complete(store, &mut evidence, extent).await?;
    Ok(evidence)
}
