//! Stored facts held against the rules of today: those that would be refused now stay, carry a doubt and do not count.

use std::collections::HashMap;

use crate::domain::{Doubt, DoubtSet, Invalid, Period, Status, entry};
use crate::store::rows::{ObservationRow, read_doubts};
use crate::store::types::ObservationId;
use crate::store::{Store, StoreError};
use chrono::NaiveDateTime;

/// Facts looked at in one go.
const AT_ONCE: i64 = 2_000;

/// A stored fact that would be refused today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFact {
    /// Its measure's name.
    pub measure: String,
    /// Its region's name.
    pub region: String,
    /// The fact.
    pub row: ObservationRow,
    /// Why, in Chinese.
    pub why: String,
}

/// Lists the stored facts that today's rules refuse, and marks each with a doubt; what rests on them is
/// judged again.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn recheck_facts(store: &Store, now: NaiveDateTime) -> Result<Vec<RefusedFact>, StoreError> {
    let mut starts: HashMap<i64, Vec<chrono::NaiveDate>> = HashMap::new();
    for (series, start) in store.list_all_window_starts().await? {
        starts.entry(series).or_default().push(start);
    }
    let mut refused = Vec::new();
    let mut after: Option<ObservationId> = None;
    loop {
        let page = store.list_stored(after, AT_ONCE).await?;
        let Some((last, ..)) = page.last() else { return Ok(refused) };
        after = Some(last.id);
        let mut marks: Vec<(ObservationId, i64, DoubtSet)> = Vec::new();
        for (row, measure, region) in page {
            let Err(why) = check(&row, starts.get(&row.series_id).map_or(&[][..], Vec::as_slice))? else {
                continue;
            };
            let mut doubts = read_doubts(&row.doubts)?;
            if !doubts.contains(Doubt::RefusedByRules) {
                doubts.insert(Doubt::RefusedByRules);
                marks.push((row.id, row.series_id, doubts));
            }
            refused.push(RefusedFact { measure, region, row, why: why.detail });
        }
        if !marks.is_empty() {
            store.write_stored_doubts(&marks, now).await?;
        }
    }
}

fn check(row: &ObservationRow, starts: &[chrono::NaiveDate]) -> Result<Result<(), Invalid>, StoreError> {
    let period = Period::new(row.period_start, row.period_end)?;
    let status: Status = row.status.0;
    let (basis, figure) = (row.basis.0, row.figure.0);
    let of = row.of.and_then(|of| u32::try_from(of).ok());
    Ok(entry::check_span(period, basis, row.partial, starts)
        .and_then(|()| entry::check_publication(period, status, row.published_on))
        .and_then(|()| entry::check_place(figure, row.value.0, of)))
}
