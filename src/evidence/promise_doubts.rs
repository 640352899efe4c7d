//! What is odd about promises themselves, remembered: many regions promise in the same words.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use xushi_domain::{Curve, DoubtSet, Period, Target};
use xushi_store::types::MeasureId;

/// Promises remembered at once.
const KEPT: usize = 4_096;

/// By measure, words, window, and whether dated nodes say when.
type Promised = (MeasureId, String, Period, bool);

/// What was found of promises.
#[derive(Debug, Default)]
pub(crate) struct PromiseDoubts(Mutex<HashMap<Promised, DoubtSet>>);

impl PromiseDoubts {
    /// What is odd about a promise of a measure (id and name, and other names it has).
    pub(crate) fn of(
        &self,
        target: &Target,
        (id, name, aliases): (MeasureId, &str, &[String]),
        window: Period,
        curve: &Curve,
    ) -> DoubtSet {
        let key = (id, target.phrase.clone(), window, matches!(curve, Curve::Nodes(_)));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&key) {
            known.clear();
        }
        *known.entry(key).or_insert_with(|| target.doubts((name, aliases), window, curve))
    }
}
