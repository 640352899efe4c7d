//! Each slot runs once, whatever the number of replicas; a missed one is caught up.

use chrono::{DateTime, TimeDelta, Utc};

use super::{JobError, Jobs};
use crate::db;
use crate::store::rows::SlotClaim;

/// How long a replica may be silent before another takes its slot over.
const LEASE: TimeDelta = TimeDelta::minutes(30);
/// How long finished slots are remembered.
const MEMORY: TimeDelta = TimeDelta::days(90);

/// Runs `work` for the latest slot of `cron` at or before now, unless it has been run or is being run.
/// Slots before the latest one are not run: jobs read the state, so that the latest run does all their work.
///
/// # Errors
/// Those of the work; the slot is then free again.
pub async fn run_latest(
    jobs: &Jobs,
    job: &'static str,
    cron: &str,
    work: impl AsyncFnOnce(DateTime<Utc>) -> Result<String, JobError>,
) -> Result<bool, JobError> {
    let now = jobs.desk.clock.now();
    let Some(due) = super::alarm::latest_before(cron, now) else { return Ok(false) };
    let due_at = crate::store::types::micros(due.naive_utc());
    let now = crate::store::types::micros(now.naive_utc());
    let mut claim = SlotClaim { job, due_at, holder: &jobs.holder, now, lease_until: now + LEASE };
    if !db!(jobs.desk.store, slots::claim_slot(&claim))? {
        return Ok(false);
    }
    let outcome = work(due).await;
    claim.now = jobs.desk.clock.timestamp();
    match outcome {
        Ok(report) => {
            db!(jobs.desk.store, slots::finish_slot(&claim, &report))?;
            db!(jobs.desk.store, slots::forget_slots(claim.now - MEMORY))?;
            Ok(true)
        }
        Err(error) => {
            db!(jobs.desk.store, slots::release_slot(&claim, &error.to_string()))?;
            Err(error)
        }
    }
}
