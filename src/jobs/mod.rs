//! What happens by itself: evaluate, issue, deliver.
//!
//! A job takes no input but the date, reads the state, and is safe to run twice, on any number of replicas, or not
//! at all for a while.

pub mod alarm;
pub mod evaluate;
pub mod slots;

use std::sync::Arc;

use crate::clock::Clock;
use crate::domain::WorkCalendar;
use crate::store::{Store, StoreError};

/// What jobs need.
pub struct Jobs {
    /// The database.
    pub store: Store,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Working days.
    pub calendar: WorkCalendar,
    /// This process, among replicas.
    pub holder: String,
}

/// Why a job stopped; the next ring tries again.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
