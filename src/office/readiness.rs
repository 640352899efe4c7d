//! Whether the service can do its work now, told from what the database says and from how the last deeds ended.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::IncidentKind;
use crate::store::{Examined, Store, StoreError};

/// What was found of the database is told again for so long, however often somebody asks.
const FRESH: Duration = Duration::from_secs(1);
/// The whole look takes no longer.
const PATIENCE: Duration = Duration::from_secs(4);
/// Counting open incidents takes no longer.
const COUNTING: Duration = Duration::from_secs(1);
/// A write that the database would not take is remembered for so long, unless one succeeds.
const REMEMBERED: Duration = Duration::from_secs(30);
/// With less on the disk the next write may fail.
const DISK_FULL: u64 = 2 << 20;
/// With less on the disk somebody should make room.
const DISK_LOW: u64 = 512 << 20;

/// Why the service is not ready, or not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// The database does not answer.
    Unavailable,
    /// Its tables are of a later version.
    LaterSchema,
    /// It takes no writes.
    NotWritable,
    /// The disk under it is full.
    DiskFull,
    /// There is little room on the disk; the work goes on.
    DiskLow,
}

impl Hindrance {
    /// Its word for probes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unavailable => "database_unavailable",
            Self::LaterSchema => "schema_later",
            Self::NotWritable => "not_writable",
            Self::DiskFull => "disk_full",
            Self::DiskLow => "disk_low",
        }
    }
}

/// What a look found.
#[derive(Debug, Clone, Default)]
pub struct Readied {
    /// What stands in the way.
    pub hindrances: Vec<Hindrance>,
    /// Open incidents by kind.
    pub incidents: HashMap<IncidentKind, i64>,
    /// Bytes left on the disk under the database, where that is this machine's.
    pub free_bytes: Option<u64>,
}

impl Readied {
    /// Whether requests may be sent here.
    pub fn is_ready(&self) -> bool {
        self.hindrances.iter().all(|one| *one == Hindrance::DiskLow)
    }
}

/// Looks whether the service is ready.
#[derive(Clone)]
pub struct Readiness {
    store: Store,
    seen: Arc<tokio::sync::Mutex<Option<(Instant, Examined)>>>,
    /// When the database last would not take a write.
    refused: Arc<Mutex<Option<Instant>>>,
}

impl Readiness {
    /// Over a store of its own, if possible: one that others wait for tells nothing while they do.
    pub fn new(store: Store) -> Self {
        Self { store, seen: Arc::default(), refused: Arc::default() }
    }

    /// How a deed ended: `None` when it was written.
    pub(super) fn note(&self, error: Option<&StoreError>) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match error {
            Some(StoreError::Unwritable(_)) => *refused = Some(Instant::now()),
            Some(_) => {}
            None => *refused = None,
        }
    }

    fn was_refused(&self) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.is_some_and(|at| at.elapsed() < REMEMBERED)
    }

    /// What stands in the way now, if anything.
    pub async fn look(&self) -> Readied {
        let away = || Readied { hindrances: vec![Hindrance::Unavailable], ..Readied::default() };
        match tokio::time::timeout(PATIENCE, self.examine()).await {
            Ok(Ok(standing)) => standing,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database cannot be looked at");
                away()
            }
            Err(_) => away(),
        }
    }

    async fn examine(&self) -> Result<Readied, StoreError> {
        let mut seen = self.seen.lock().await;
        let found = match seen.take() {
            Some((at, found)) if at.elapsed() < FRESH => {
                *seen = Some((at, found.clone()));
                found
            }
            _ => {
                let found = self.store.examine().await?;
                *seen = Some((Instant::now(), found.clone()));
                found
            }
        };
        let mut standing = Readied { free_bytes: found.free_bytes, ..Readied::default() };
        if found.later.is_some() {
            standing.hindrances.push(Hindrance::LaterSchema);
        } else {
            // Told where it can be read in time; it says nothing of whether the database can be used.
            match tokio::time::timeout(COUNTING, self.store.count_open_incidents()).await {
                Ok(Ok(incidents)) => standing.incidents = incidents,
                Err(_) | Ok(Err(StoreError::Held(_))) => tracing::warn!("open incidents cannot be counted"),
                Ok(Err(error)) => return Err(error),
            }
        }
        if !found.writable || self.was_refused() {
            standing.hindrances.push(Hindrance::NotWritable);
        }
        match found.free_bytes {
            Some(free) if free < DISK_FULL => standing.hindrances.push(Hindrance::DiskFull),
            Some(free) if free < DISK_LOW => standing.hindrances.push(Hindrance::DiskLow),
            _ => {}
        }
        Ok(standing)
    }
}
