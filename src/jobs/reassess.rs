//! The loop that judges again what has been marked: facts count seconds after they were put in, not the next morning.

use std::time::Duration;

use super::{JobError, Jobs, unless_it_panics};
use crate::office::{Actor, assessments};

/// How often marks are looked for; one read of an empty table.
const POLL: Duration = Duration::from_millis(500);

/// Judges again what is marked, until the process is to stop. An error is logged when it first comes, and the marks stay.
pub async fn run(jobs: &Jobs) {
    let mut failing = false;
    while !jobs.stopping() {
        let work = async { Ok::<_, JobError>(assessments::reassess(&jobs.office, &Actor::job()).await?) };
        match unless_it_panics(Box::pin(work)).await {
            Ok(_) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "judging again failed; it is tried until it works");
                }
                failing = true;
            }
        }
        tokio::time::sleep(POLL).await;
    }
}
