//! How many refusals are written down: each once a minute, and of one key no more than so many.

use std::collections::HashMap;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use uuid::Uuid;

/// How long the same refusal is not written down again.
const WINDOW: Duration = Duration::from_secs(60);
/// Refusals of one key that are written down in that time.
const WRITTEN_MAX: usize = 60;
/// Keys that are remembered.
const KEYS_MAX: usize = 10_000;

struct KeyWindow {
    since: Instant,
    written: HashSet<u64>,
    unwritten: i32,
}

/// What was written down lately by this worker.
#[derive(Default)]
pub struct RefusalBound {
    windows: Mutex<HashMap<Option<Uuid>, KeyWindow>>,
    hasher: RandomState,
}

impl RefusalBound {
    /// Whether to write down that this was refused to the key: `None` when it was lately, or when the key has had enough of them.
    /// Otherwise how many were not written down since the last one that was.
    pub fn take(&self, key: Option<Uuid>, what: (&Method, &str, &str)) -> Option<i32> {
        let hash = self.hasher.hash_one(what);
        let mut windows = self.windows.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            windows.retain(|_, window| window.since.elapsed() < WINDOW);
        }
        let fresh = || KeyWindow { since: Instant::now(), written: HashSet::new(), unwritten: 0 };
        let window = windows.entry(key).or_insert_with(fresh);
        if window.since.elapsed() >= WINDOW {
            *window = KeyWindow { unwritten: window.unwritten, ..fresh() };
        }
        if window.written.len() >= WRITTEN_MAX || !window.written.insert(hash) {
            window.unwritten = window.unwritten.saturating_add(1);
            return None;
        }
        Some(std::mem::take(&mut window.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_refusal_is_written_down_once_and_a_flood_is_counted() {
        let bound = RefusalBound::default();
        let (key, post) = (Some(Uuid::from_u128(1)), Method::POST);
        assert_eq!(bound.take(key, (&post, "/units", "duplicate")), Some(0));
        assert_eq!(bound.take(key, (&post, "/units", "duplicate")), None);
        assert_eq!(bound.take(key, (&post, "/units", "invalid")), Some(1), "with the next one it is said");
        assert_eq!(bound.take(Some(Uuid::from_u128(2)), (&post, "/units", "duplicate")), Some(0));
        let written = (0..1_000).filter(|n| bound.take(key, (&post, &format!("/units/{n}"), "x")).is_some());
        assert_eq!(written.count(), WRITTEN_MAX - 2);
    }
}
