//! What happens by itself: evaluate, issue, deliver.
//!
//! A job takes no input but the date, reads the state, and is safe to run twice, on any number of replicas, or not
//! at all for a while.

mod audit_head;
mod bounces;
pub mod carry_over;
mod deeds;
pub mod deliver;
pub mod job_table;
pub mod notice_round;
pub mod notify;
pub mod reassess;
pub mod run;
pub mod scheduler;
pub mod watch;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;

pub use job_table::{Job, JobCron};

use crate::hooks::HookClient;
use crate::mail::transport::Transport;
use crate::office::StoreError;
use crate::office::rows::Pace;
use crate::office::{Office, Refusal};

/// What jobs need.
pub struct Jobs {
    /// What warnings are made with; also the database and the clock.
    pub office: Office,
    /// Where mails go.
    pub transport: Transport,
    /// Mails handed over at once.
    pub transport_connections: usize,
    /// How long a claimed delivery is nobody else's: longer than any one conversation may take.
    pub lease: TimeDelta,
    /// Where bounces are dropped, if anywhere.
    pub bounce_folder: Option<PathBuf>,
    /// The file to which the head of the audit is added once a day, if any.
    pub audit_head_file: Option<PathBuf>,
    /// How fast letters may go to one domain; `None` for no limit.
    pub pace: Option<Pace>,
    /// By what webhooks are told.
    pub hooks: HookClient,
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

/// Why a job stopped; its slot stays open and is taken up again.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Evaluation or issuing.
    #[error(transparent)]
    Warning(#[from] Refusal),
    /// A file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Some looks of the watchdog failed; the others went on.
    #[error("looks that failed: {0}")]
    Looks(String),
    /// It did not come to its end in time.
    #[error("not done after {0:?}")]
    TooLong(Duration),
    /// A fault of the program.
    #[error("the job panicked; see the log")]
    Panicked,
}

/// A panic of one job or look is an error of its own: on the thread of all jobs it would end every job for good.
async fn unless_it_panics<T>(work: impl Future<Output = Result<T, JobError>>) -> Result<T, JobError> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(JobError::Panicked))
}
