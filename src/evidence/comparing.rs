//! What indicators are compared with, read from the database at once for many of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::as_of::known;
use crate::comparisons::{
    ComparisonRequest, Comparisons, Keys, SeriesFacts, SiblingTargets, compared, counts_from_zero,
};
use crate::register::{ComparedTo, Key, Register};
use crate::stored::Evidence;
use xushi_domain::Observation;
use xushi_domain::pace::Compared;
use xushi_store::types::{MeasureId, RegionId};
use xushi_store::{Reader, StoreError};

/// Reads what several indicators are compared with, as of one day.
pub(crate) struct Comparing {
    pub(crate) as_of: NaiveDate,
    /// Read when the first indicator asks for it.
    register: Option<Arc<Register>>,
}

impl Comparing {
    /// For assessments as of one day.
    pub(crate) fn new(as_of: NaiveDate) -> Self {
        Self { as_of, register: None }
    }

    /// Adds what these are compared with.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub(crate) async fn compare(
        &mut self,
        reader: &Reader,
        evidence: Vec<&mut Evidence>,
        extent: Comparisons,
    ) -> Result<(), StoreError> {
        if evidence.is_empty() {
            return Ok(());
        }
        let register = match &self.register {
            Some(register) => register.clone(),
            None => self.register.insert(Arc::new(Register::load(reader).await?)).clone(),
        };
        let requests = evidence.iter().map(|one| ComparisonRequest {
            key: one.key,
            target: one.grounds.target.as_ref(),
            named: ComparedTo::ByTarget,
            window: (one.row.window_start, one.row.window_end),
            family: one.grounds.pack.family,
            unit: &one.grounds.measure.unit,
        });
        let requests: Vec<_> = requests.collect();
        let compared = load(reader, &register, &requests, extent, self.as_of).await?;
        for (one, compared) in evidence.into_iter().zip(compared) {
            one.grounds.compared = compared;
        }
        Ok(())
    }
}

/// Reads what indicators are compared with, all at once; in the order asked for.
async fn load(
    reader: &Reader,
    register: &Register,
    requests: &[ComparisonRequest<'_>],
    extent: Comparisons,
    as_of: NaiveDate,
) -> Result<Vec<Compared>, StoreError> {
    let keys: Vec<Keys> = requests.iter().map(|one| Keys::of(register, one, extent, as_of)).collect();
    let wanted = keys.iter().flat_map(Keys::all).copied().collect();
    let facts = facts(reader, wanted, as_of).await?;
    let targets = match extent {
        Comparisons::All => targets(reader, requests, &keys).await?,
        Comparisons::ForGrade => SiblingTargets::new(),
    };
    let asked = keys.iter().zip(requests);
    Ok(asked.map(|(keys, one)| compared(register, one, keys, &facts, &targets)).collect())
}

/// Facts of these series known by the end of the day; a series without any is left out.
pub(crate) async fn facts(
    reader: &Reader,
    wanted: HashSet<Key>,
    as_of: NaiveDate,
) -> Result<SeriesFacts, StoreError> {
    let mut by_measure: HashMap<MeasureId, Vec<RegionId>> = HashMap::new();
    for (measure, region) in &wanted {
        by_measure.entry(*measure).or_default().push(*region);
    }
    let mut keys: HashMap<i64, Key> = HashMap::new();
    for (measure, regions) in by_measure {
        for chunk in regions.chunks(1_000) {
            let found = reader.list_series(&[measure], chunk).await?;
            keys.extend(found.into_iter().map(|(id, measure, region)| (id, (measure, region))));
        }
    }
    let mut ids: Vec<i64> = keys.keys().copied().collect();
    ids.sort_unstable();
    let mut facts: HashMap<Key, Vec<Observation>> = HashMap::new();
    for chunk in ids.chunks(1_000) {
        for fact in reader.list_facts(chunk, as_of).await? {
            let Some(key) = keys.get(&fact.series_id) else { continue };
            facts.entry(*key).or_default().push(Observation::try_from(fact)?);
        }
    }
    Ok(known(facts, as_of))
}

/// Targets in sibling regions that count from zero, with their windows, for those whose amounts only compare by completion.
async fn targets(
    reader: &Reader,
    requests: &[ComparisonRequest<'_>],
    keys: &[Keys],
) -> Result<SiblingTargets, StoreError> {
    let counted = requests
        .iter()
        .zip(keys)
        .filter(|(one, _)| one.target.is_some_and(|target| counts_from_zero(target.kind)));
    let mut by_measure: HashMap<MeasureId, HashSet<RegionId>> = HashMap::new();
    for (measure, region) in counted.flat_map(|(_, keys)| &keys.siblings) {
        by_measure.entry(*measure).or_default().insert(*region);
    }
    let mut targets = SiblingTargets::new();
    for (measure, regions) in by_measure {
        let regions: Vec<RegionId> = regions.into_iter().collect();
        for chunk in regions.chunks(1_000) {
            for (measure, region, start, end, columns) in
                reader.list_sibling_targets(&[measure], chunk).await?
            {
                let Some(target) = columns.target().filter(|target| counts_from_zero(target.kind)) else {
                    continue;
                };
                targets.entry((measure, region)).or_default().push(((start, end), target));
            }
        }
    }
    Ok(targets)
}
