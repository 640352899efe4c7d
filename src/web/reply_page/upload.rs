//! Forms that are being read: whoever holds a link makes us keep a few of them at a time, and no more.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::office::types::LetterId;

/// Forms of one letter at a time: two people at once, and one who presses twice.
const MOST: usize = 3;

static RUNNING: LazyLock<Mutex<HashMap<LetterId, usize>>> = LazyLock::new(Mutex::default);

/// One form of a letter, while it comes in.
pub(super) struct Upload(LetterId);

impl Upload {
    /// `None` when as many come in as may.
    pub(super) fn begin(letter: LetterId) -> Option<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(letter).or_default();
        (*count < MOST).then(|| {
            *count += 1;
            Self(letter)
        })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_a_few_at_a_time() {
        let (one, other) = (LetterId::of(uuid::Uuid::from_u128(1)), LetterId::of(uuid::Uuid::from_u128(2)));
        let mut running: Vec<_> = (0..MOST).map(|_| Upload::begin(one).unwrap()).collect();
        assert!(Upload::begin(one).is_none() && Upload::begin(other).is_some());
        running.pop();
        assert!(Upload::begin(one).is_some());
        drop(running);
        assert!(RUNNING.lock().unwrap().is_empty());
    }
}
