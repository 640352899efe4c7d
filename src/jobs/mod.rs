//! What happens by itself: evaluate, issue, deliver.
//!
//! A job takes no input but the date, reads the state, and is safe to run twice, on any number of replicas, or not
//! at all for a while.

pub mod alarm;
pub mod deliver;
pub mod evaluate;
pub mod slots;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Clock;
use crate::domain::WorkCalendar;
use crate::letter::{LetterError, Templates};
use crate::mail::message::Mailbox;
use crate::mail::transport::Transport;
use crate::store::{Store, StoreError};

/// What jobs need.
pub struct Jobs {
    /// The database.
    pub store: Store,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Working days.
    pub calendar: WorkCalendar,
    /// Wording of letters.
    pub templates: Templates,
    /// Where mails go.
    pub transport: Transport,
    /// Mails handed over at once.
    pub transport_connections: usize,
    /// Whose mails they are.
    pub sender: Mailbox,
    /// Domain of Message-IDs.
    pub message_id_domain: String,
    /// This process, among replicas.
    pub holder: String,
    /// Set when the process shall stop: what is begun is finished, nothing new is begun.
    pub stop: AtomicBool,
}

impl Jobs {
    /// Whether the process is to stop.
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// Why a job stopped; the next ring tries again.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The wording.
    #[error(transparent)]
    Letter(#[from] LetterError),
}
