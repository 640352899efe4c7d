//! Each slot runs once, whatever the number of replicas; a missed one is caught up, a failed or abandoned one taken up again.
//!
//! A slot is done when its work is done. Until then it is held by a lease that is renewed beside the work: whoever dies
//! leaves it to the others within half a minute, and a failure leaves it to everybody after a wait that grows.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Job, JobError, Jobs, scheduler, unless_it_panics};
use crate::clock::office_zone;
use crate::domain::TextEnum as _;
use crate::store::StoreError;
use crate::store::rows::SlotClaim;
use crate::store::types::micros;

/// How long a replica may be silent before another takes its slot over.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a replica at work says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// How long one run may take. What hangs for longer is given up, so that it holds up nothing else, and begun again.
const WORK_MAX: Duration = Duration::from_secs(30 * 60);
/// Wait after the first failure; each further one doubles it.
const WAIT: TimeDelta = TimeDelta::seconds(20);
/// No wait is longer.
const WAIT_MAX: TimeDelta = TimeDelta::minutes(5);
/// How long slots are remembered.
const MEMORY: TimeDelta = TimeDelta::days(90);

/// How the latest slot of a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotStanding {
    /// Nothing is due, or it is done.
    Done,
    /// Somebody is at it.
    InWork,
    /// It failed, and its wait is not over.
    Waiting,
    /// Anybody may take it up.
    Open,
}

/// How the latest slot of `cron` at or before now stands.
///
/// # Errors
/// When the database fails.
pub async fn standing(jobs: &Jobs, job: Job, cron: &str) -> Result<SlotStanding, StoreError> {
    let Some((_, due_at, now)) = latest(jobs, cron) else { return Ok(SlotStanding::Done) };
    let Some(slot) = jobs.office.store.find_slot(job.as_str(), due_at).await? else {
        return Ok(SlotStanding::Open);
    };
    Ok(match (slot.finished_at, slot.lease_until < now, slot.holder.is_empty()) {
        (Some(_), ..) => SlotStanding::Done,
        (None, true, _) => SlotStanding::Open,
        (None, false, true) => SlotStanding::Waiting,
        (None, false, false) => SlotStanding::InWork,
    })
}

/// Says that the latest slot is done when a person has done its work since it was due. Gives whether that is so.
///
/// # Errors
/// When the database fails.
pub async fn settle_by_hand(jobs: &Jobs, job: Job, cron: &str) -> Result<bool, StoreError> {
    let Some((due, due_at, now)) = latest(jobs, cron) else { return Ok(false) };
    let day = due.with_timezone(&office_zone()).date_naive();
    let settled = jobs.office.store.was_run_by_hand(day, due_at).await?;
    if settled {
        let claim = SlotClaim { job: job.as_str(), due_at, holder: &jobs.holder, now, lease_until: now };
        jobs.office.store.settle_slot(&claim, "done by hand").await?;
    }
    Ok(settled)
}

/// Runs `work` for the latest slot of `cron` at or before now, unless it has been run or is being run. Gives whether it
/// ran. Slots before the latest one are not run: jobs read the state, so that the latest run does all their work.
///
/// # Errors
/// Those of the work; the slot is open again after a while.
pub async fn run_latest(
    jobs: &Jobs,
    job: Job,
    cron: &str,
    work: impl AsyncFnOnce(DateTime<Utc>) -> Result<String, JobError>,
) -> Result<bool, JobError> {
    let Some((due, due_at, now)) = latest(jobs, cron) else { return Ok(false) };
    let mut claim =
        SlotClaim { job: job.as_str(), due_at, holder: &jobs.holder, now, lease_until: now + LEASE };
    if !jobs.office.store.claim_slot(&claim).await? {
        return Ok(false);
    }
    let heart = Heart::beating(jobs, job, due_at);
    let bounded = tokio::time::timeout(WORK_MAX, unless_it_panics(Box::pin(work(due))));
    let outcome = bounded.await.unwrap_or(Err(JobError::TooLong(WORK_MAX)));
    heart.stop().await;
    claim.now = jobs.office.clock.timestamp();
    match outcome {
        Ok(report) => {
            if !jobs.office.store.finish_slot(&claim, &report).await? {
                tracing::warn!(%job, %due, "the slot was taken over meanwhile; its new holder says what became of it");
            }
            jobs.office.store.forget_slots(claim.now - MEMORY).await?;
            Ok(true)
        }
        Err(error) => {
            if let Err(lost) = release(jobs, claim, &error).await {
                tracing::warn!(%job, %due, error = %lost, "the slot could not be given back; its lease runs out by itself");
            }
            Err(error)
        }
    }
}

/// Gives a slot back; it may be taken up again after a wait.
async fn release(jobs: &Jobs, mut claim: SlotClaim<'_>, error: &JobError) -> Result<(), StoreError> {
    let attempts =
        jobs.office.store.find_slot(claim.job, claim.due_at).await?.map_or(1, |slot| slot.attempts);
    claim.lease_until = claim.now + wait_after(attempts);
    jobs.office.store.release_slot(&claim, &error.to_string()).await
}

/// How long a slot that has failed `attempts` times is left alone.
fn wait_after(attempts: i32) -> TimeDelta {
    let doubled = (1..attempts.clamp(1, 10)).fold(WAIT, |wait, _| wait * 2);
    doubled.min(WAIT_MAX)
}

/// The latest slot, as it is and as rows keep it, and now.
fn latest(jobs: &Jobs, cron: &str) -> Option<(DateTime<Utc>, NaiveDateTime, NaiveDateTime)> {
    let now = jobs.office.clock.now();
    let due = scheduler::latest_before(cron, now)?;
    Some((due, micros(due.naive_utc()), micros(now.naive_utc())))
}

/// Renews a lease from a task of its own while the work keeps its thread busy.
struct Heart {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Heart {
    fn beating(jobs: &Jobs, job: Job, due_at: NaiveDateTime) -> Self {
        let (store, clock, holder) =
            (jobs.office.store.clone(), jobs.office.clock.clone(), jobs.holder.clone());
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            loop {
                // Never broken off in the middle of a statement.
                if tokio::time::timeout(BEAT, &mut stopped).await.is_ok() {
                    return;
                }
                let now = clock.timestamp();
                let claim =
                    SlotClaim { job: job.as_str(), due_at, holder: &holder, now, lease_until: now + LEASE };
                match store.renew_slot(&claim).await {
                    Ok(true) => {}
                    // The work goes on: it is safe beside another's, and what is written in one piece stays so.
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%job, %error, "a lease could not be renewed"),
                }
            }
        });
        Self { stop, task }
    }

    async fn stop(self) {
        drop(self.stop);
        let _ = self.task.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes() {
        let seconds: Vec<_> = (1..=7).map(|attempts| wait_after(attempts).num_seconds()).collect();
        assert_eq!(seconds, [20, 40, 80, 160, 300, 300, 300]);
        assert_eq!((wait_after(0).num_seconds(), wait_after(i32::MAX).num_seconds()), (20, 300));
    }
}
