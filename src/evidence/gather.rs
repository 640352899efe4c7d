//! Evidence on indicators by id, for whoever reads an assessment; and the rest of it, which few ask for.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::comparing::{self, Comparing};
use crate::comparisons::{Comparisons, SeriesFacts, is_graded_by_others};
use crate::register::Key;
use crate::reported;
use crate::setting::Setting;
use crate::stored::Evidence;
use xushi_domain::{Observation, WorkCalendar};
use xushi_store::types::IndicatorId;
use xushi_store::{Reader, StoreError};

/// The whole evidence on one indicator as known at `as_of`; `None` when there is no such indicator.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_on(
    reader: &Reader,
    calendar: &WorkCalendar,
    id: IndicatorId,
    as_of: NaiveDate,
) -> Result<Option<Evidence>, StoreError> {
    Ok(evidence_of(reader, calendar, &[id], as_of, Comparisons::All).await?.pop())
}

/// The evidence on several indicators as known at `as_of`, in order of id; those that are not there are left out.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_of(
    reader: &Reader,
    calendar: &WorkCalendar,
    ids: &[IndicatorId],
    as_of: NaiveDate,
    extent: Comparisons,
) -> Result<Vec<Evidence>, StoreError> {
    let (mut rows, mut past) = (Vec::new(), Vec::new());
    for chunk in ids.chunks(1_000) {
        rows.extend(reader.list_evaluation_rows_of(chunk).await?);
        past.extend(reader.list_past_verdicts(chunk, as_of).await?);
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let setting = Setting::load(reader, calendar, as_of).await?;
    setting.in_force.restore(reader, &mut rows).await?;
    let mut facts: HashMap<i64, Vec<Observation>> = HashMap::new();
    let series: Vec<i64> = rows.iter().map(|(row, ..)| row.series_id).collect();
    for chunk in series.chunks(1_000) {
        for fact in reader.list_facts(chunk, as_of).await? {
            facts.entry(fact.series_id).or_default().push(Observation::try_from(fact)?);
        }
    }
    let mut histories = Setting::histories(&past);
    let mut evidence = Vec::with_capacity(rows.len());
    for row in rows {
        let own = facts.get(&row.0.series_id).cloned().unwrap_or_default();
        let history = histories.remove(&row.0.id).unwrap_or_default();
        evidence.push(setting.evidence(row, own, history)?);
    }
    complete(reader, &mut evidence, &mut Comparing::new(as_of), extent).await?;
    Ok(evidence)
}

/// The facts of these series known by the end of `as_of`, all vintages; a series without any is left out.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn facts_of(
    reader: &Reader,
    series: HashSet<Key>,
    as_of: NaiveDate,
) -> Result<SeriesFacts, StoreError> {
    comparing::facts(reader, series, as_of).await
}

/// Adds what persons have said and what is compared. Only few indicators of a run need any of it.
///
/// # Errors
/// When the database fails or holds what it should not.
pub(crate) async fn complete(
    reader: &Reader,
    evidence: &mut [Evidence],
    comparing: &mut Comparing,
    extent: Comparisons,
) -> Result<(), StoreError> {
    reported::add(reader, evidence, comparing.as_of).await?;
    let asks = |one: &&mut Evidence| {
        let grounds = &one.grounds;
        extent == Comparisons::All || is_graded_by_others(grounds.kind(), grounds.pack.family)
    };
    comparing.compare(reader, evidence.iter_mut().filter(asks).collect(), extent).await
}
