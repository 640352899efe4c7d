//! The loops that wait for their ticks, and that look by themselves for what is left open.
//!
//! Each slot runs once, whatever the number of replicas; a missed one is caught up, a failed or abandoned one taken up again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_cron_scheduler::JobSchedulerError;

use super::job_table::{Job, JobCron, Rhythm};
use super::{JobError, Jobs, scheduler, unless_it_panics, watch};
use crate::domain::TextEnum as _;
use crate::office::maintenance;
use crate::office::slots::{Slot, SlotStanding};

/// How often a loop looks whether it shall stop.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// How often a loop looks for slots that nobody has done: those of a job that failed or of a process that died have no
/// tick. With the lease of a slot it makes less than a minute.
const LOOK: Duration = Duration::from_secs(15);
/// How long one run may take. What hangs for longer is given up, so that it holds up nothing else, and begun again.
const WORK_MAX: Duration = Duration::from_secs(30 * 60);
/// The watchdog begins when what was missed is caught up, or after this time.
const CATCHING_UP: Duration = Duration::from_secs(10 * 60);
/// A clock that goes back by more has been put right; by less, it may be another one's in the same minute.
const BACK: TimeDelta = TimeDelta::minutes(5);

/// Runs jobs when they are due, and whatever is left open, until told to stop.
///
/// # Errors
/// When the scheduler cannot be set.
pub async fn run(jobs: &Jobs, schedule: &[JobCron<'_>]) -> Result<(), JobSchedulerError> {
    // In the order of the table, which is that of the work.
    let only = |rhythm: Rhythm| -> Vec<JobCron<'_>> {
        let of = |job: &Job| schedule.iter().find(|(known, cron)| known == job && !cron.is_empty());
        Job::ALL.iter().filter(|job| job.row().rhythm == rhythm).filter_map(of).copied().collect()
    };
    let (daily, watchdog) = (only(Rhythm::Daily), only(Rhythm::Watchdog));
    let slotless = only(Rhythm::Slotless);
    let (caught_up, first) = oneshot::channel();
    // Loops of their own: a mail server that is slow holds up the delivery for hours and nothing else, and a job that hangs does
    // not keep the watchdog from saying so.
    let alone = slotless.iter().map(|job| Box::pin(by_itself(jobs, std::slice::from_ref(job), schedule)));
    let (alone, done, watched) = futures_util::future::join3(
        futures_util::future::join_all(alone),
        Box::pin(hear(jobs, &daily, schedule, Some(caught_up))),
        Box::pin(async {
            let _ = timeout(CATCHING_UP, first).await;
            hear(jobs, &watchdog, schedule, None).await
        }),
    )
    .await;
    jobs.transport.close_idle().await;
    alone.into_iter().collect::<Result<(), _>>().and(done).and(watched)
}

/// Waits for the ticks of jobs that have slots, and looks every few seconds besides.
async fn hear(
    jobs: &Jobs,
    own: &[JobCron<'_>],
    schedule: &[JobCron<'_>],
    mut caught_up: Option<oneshot::Sender<()>>,
) -> Result<(), JobSchedulerError> {
    let (tick, mut ticks) = tokio::sync::mpsc::channel(16);
    let mut scheduler = scheduler::set(own, &tick).await?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = DateTime::<Utc>::MIN_UTC;
    while !jobs.stopping() {
        tokio::select! {
            // At once when it begins: what was missed is caught up.
            _ = looks.tick() => {}
            Some(_) = ticks.recv() => {}
            () = sleep(POLL_INTERVAL) => continue,
        }
        // Ticks that came together, as after a pause of the whole process, are answered together and in order.
        while ticks.try_recv().is_ok() {}
        let now = jobs.office.clock.now();
        if before == DateTime::<Utc>::MIN_UTC || now < before - BACK {
            call_back(jobs).await;
        }
        before = now;
        round(jobs, own, schedule).await;
        if let Some(told) = caught_up.take() {
            let _ = told.send(());
        }
    }
    scheduler.shutdown().await
}

/// What the clock has put into the future is brought back when a process starts and when its clock has gone back; the
/// watchdog, which does the same, may have no slot until that future comes again.
async fn call_back(jobs: &Jobs) {
    if let Err(error) = maintenance::maintain(&jobs.office).await {
        tracing::warn!(%error, "times from a clock that ran ahead could not be set back");
    }
}

/// Waits for the ticks of a job without slots: whoever is there takes what is due.
async fn by_itself(
    jobs: &Jobs,
    own: &[JobCron<'_>],
    schedule: &[JobCron<'_>],
) -> Result<(), JobSchedulerError> {
    let (tick, mut ticks) = tokio::sync::mpsc::channel(16);
    let mut scheduler = scheduler::set(own, &tick).await?;
    // At once when it begins: something may wait from before.
    let mut ticked: Vec<Job> = own.iter().map(|(job, _)| *job).collect();
    while !jobs.stopping() {
        for job in ticked.drain(..) {
            let deed = job.row().deed;
            if let Err(error) = unless_it_panics(deed(jobs, schedule, jobs.office.clock.now())).await {
                tracing::error!(%job, %error, "a round failed; the next one tries again");
            }
        }
        ticked.extend(timeout(POLL_INTERVAL, ticks.recv()).await.ok().flatten());
    }
    scheduler.shutdown().await
}

/// Takes up, in their order, those of `own` whose latest slot is open. Gives how many were done. An error is logged, and
/// the slot stays open; the others go on.
pub async fn round(jobs: &Jobs, own: &[JobCron<'_>], schedule: &[JobCron<'_>]) -> usize {
    let mut done = 0;
    for &(job, cron) in own {
        if jobs.stopping() {
            break;
        }
        match Box::pin(take_up(jobs, job, cron, schedule)).await {
            Ok(Taken::Done) => done += 1,
            Ok(Taken::NothingDue) => {}
            // What comes after it rests on it; the next look sees whether it is done.
            Ok(Taken::BySomebody) => break,
            Err(error) => {
                tracing::error!(%job, %error, "a job failed; it is tried again while its slot is the latest");
            }
        }
    }
    // What is done is not stuck, and nobody should read that it is until the watchdog looks again.
    if done > 0
        && let Err(error) = watch::look_for_stuck(jobs, schedule).await
    {
        tracing::warn!(%error, "whether jobs are stuck could not be seen");
    }
    done
}

/// What became of a slot in one look.
enum Taken {
    /// Its work was done here, or a person had done it.
    Done,
    /// No slot is open.
    NothingDue,
    /// Another replica is at it.
    BySomebody,
}

async fn take_up(jobs: &Jobs, job: Job, cron: &str, schedule: &[JobCron<'_>]) -> Result<Taken, JobError> {
    let Some((slot, due)) = latest_slot(jobs, job, cron) else { return Ok(Taken::NothingDue) };
    let standing = slot.standing().await?;
    if standing == SlotStanding::Done {
        return Ok(Taken::NothingDue);
    }
    let row = job.row();
    if row.settled_by_hand && slot.settle_by_hand().await? {
        tracing::info!(%job, "done by hand");
        return Ok(Taken::Done);
    }
    match standing {
        SlotStanding::InWork => return Ok(Taken::BySomebody),
        SlotStanding::Waiting | SlotStanding::Done => return Ok(Taken::NothingDue),
        SlotStanding::Open => {}
    }
    let ran = run_slot(slot, job, async || (row.deed)(jobs, schedule, due).await).await?;
    Ok(if ran { Taken::Done } else { Taken::BySomebody })
}

/// The latest slot of `cron` at or before now, and when it was due. Slots before it are not run: jobs read the state, so
/// that the latest run does all their work.
pub fn latest_slot(jobs: &Jobs, job: Job, cron: &str) -> Option<(Slot, DateTime<Utc>)> {
    let due = scheduler::latest_before(cron, jobs.office.clock.now())?;
    Some((Slot::new(&jobs.office, &jobs.holder, job.as_str(), due), due))
}

/// Runs `work` for a slot, unless it has been run or is being run. Gives whether it ran.
///
/// # Errors
/// Those of the work; the slot is open again after a while.
pub async fn run_slot(
    slot: Slot,
    job: Job,
    work: impl AsyncFnOnce() -> Result<String, JobError>,
) -> Result<bool, JobError> {
    let Some(held) = slot.take_up().await? else { return Ok(false) };
    let bounded = timeout(WORK_MAX, unless_it_panics(Box::pin(work())));
    match bounded.await.unwrap_or(Err(JobError::TooLong(WORK_MAX))) {
        Ok(report) => {
            if !held.finish(&report).await? {
                tracing::warn!(%job, "the slot was taken over meanwhile; its new holder says what became of it");
            }
            Ok(true)
        }
        Err(error) => {
            if let Err(lost) = held.give_back(&error.to_string()).await {
                tracing::warn!(%job, error = %lost, "the slot could not be given back; its lease runs out by itself");
            }
            Err(error)
        }
    }
}
