//! Whether phrases of promises name another measure, remembered: many regions promise in the same words.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use xushi_domain::Target;
use xushi_store::types::Id;

/// Phrases remembered at once.
const KEPT: usize = 4_096;

/// What was found of a measure and a phrase.
#[derive(Debug, Default)]
pub(crate) struct OtherNames(Mutex<HashMap<(Id, String), bool>>);

impl OtherNames {
    /// Whether the phrase of a promise names another measure than its own (id and name), or one of its `aliases`.
    pub(crate) fn name_other(&self, target: &Target, (id, name): (Id, &str), aliases: &[String]) -> bool {
        if target.says(name) {
            return false;
        }
        let key = (id, target.phrase.clone());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT && !known.contains_key(&key) {
            known.clear();
        }
        *known.entry(key).or_insert_with(|| target.names_other(name, aliases))
    }
}
