//! Facts of many series at once, read in pieces.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use xushi_domain::Observation;

use super::comparisons::Key;
use super::types::Id;
use super::{Store, StoreError};

/// Facts of all these series known by publication.
pub(super) async fn facts(
    store: &Store,
    wanted: HashSet<Key>,
    as_of: NaiveDate,
) -> Result<HashMap<Key, Arc<Vec<Observation>>>, StoreError> {
    let mut by_measure: HashMap<Id, Vec<Id>> = HashMap::new();
    for (measure, region) in &wanted {
        by_measure.entry(*measure).or_default().push(*region);
    }
    let mut keys: HashMap<i64, Key> = HashMap::new();
    for (measure, regions) in by_measure {
        for chunk in regions.chunks(1_000) {
            let found = store.list_series(&[measure], chunk).await?;
            keys.extend(found.into_iter().map(|(id, measure, region)| (id, (measure, region))));
        }
    }
    let mut ids: Vec<i64> = keys.keys().copied().collect();
    ids.sort_unstable();
    let mut facts: HashMap<Key, Vec<Observation>> = HashMap::new();
    for chunk in ids.chunks(1_000) {
        for fact in store.list_facts(chunk, as_of).await? {
            let Some(key) = keys.get(&fact.series_id) else { continue };
            facts.entry(*key).or_default().push(Observation::try_from(fact)?);
        }
    }
    Ok(facts.into_iter().map(|(key, facts)| (key, Arc::new(facts))).collect())
}
