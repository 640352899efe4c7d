//! The loop that carries SQLite's log over into its file, so that no writer has to do it in its commit.

use std::time::Duration;

use super::Jobs;
use crate::office::maintenance;

/// How often; where nothing was written it reads a few bytes of shared memory.
const PAUSE: Duration = Duration::from_millis(500);

/// Carries over until the process is to stop. An error is logged when it first comes: until it works again writers do it.
pub async fn run(jobs: &Jobs) {
    let mut failing = false;
    while !jobs.stopping() {
        match maintenance::carry_over_log(&jobs.office).await {
            Ok(true) => failing = false,
            Ok(false) => return,
            Err(error) => {
                if !failing {
                    tracing::warn!(%error, "the log could not be carried over into the database's file");
                }
                failing = true;
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
