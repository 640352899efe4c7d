//! The loops that hear the bells, and that look by themselves for what is left open.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_cron_scheduler::JobSchedulerError;

use super::slots::{self, Standing};
use super::{JobError, Jobs, alarm, unless_it_panics, watch};
use crate::clock::office_zone;
use crate::office::warnings::{self, Issued, Outcome};
use crate::office::{Actor, assessments};

/// How often a loop looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(250);
/// How often a loop looks for slots that nobody has done: those of a job that failed or of a process that died have no
/// bell. With the lease of a slot it makes less than a minute.
const LOOK: Duration = Duration::from_secs(15);
/// The watchdog begins when what was missed is caught up, or after this time.
const CATCHING_UP: Duration = Duration::from_secs(10 * 60);
/// A clock that goes back by more has been put right; by less, it may be another one's in the same minute.
const BACK: TimeDelta = TimeDelta::minutes(5);
/// The daily jobs in the order of their work: letters rest on verdicts, and the ladder on the letters of the day.
const DAILY: [&str; 3] = ["evaluate", "issue", "remind"];

/// A job and its cron expression.
type Job<'s> = (&'static str, &'s str);

/// Runs jobs when their bells ring, and whatever is left open, until told to stop.
///
/// # Errors
/// When the alarm clock cannot be set.
pub async fn run(jobs: &Jobs, schedule: &[Job<'_>]) -> Result<(), JobSchedulerError> {
    let only = |names: &[&str]| -> Vec<Job<'_>> {
        let find = |name: &&str| schedule.iter().find(|(known, cron)| known == name && !cron.is_empty());
        names.iter().filter_map(find).copied().collect()
    };
    let (daily, watchdog, delivery) = (only(&DAILY), only(&["watch"]), only(&["deliver"]));
    let (caught_up, first) = oneshot::channel();
    // Three loops: a mail server that is slow holds up the delivery for hours and nothing else, and a job that hangs does
    // not keep the watchdog from saying so.
    let (delivered, done, watched) = futures_util::future::join3(
        Box::pin(deliver(jobs, &delivery)),
        Box::pin(hear(jobs, &daily, schedule, Some(caught_up))),
        Box::pin(async {
            let _ = timeout(CATCHING_UP, first).await;
            hear(jobs, &watchdog, schedule, None).await
        }),
    )
    .await;
    jobs.transport.close_idle().await;
    delivered.and(done).and(watched)
}

/// Hears the bells of jobs that have slots, and looks every few seconds besides.
async fn hear(
    jobs: &Jobs,
    own: &[Job<'_>],
    schedule: &[Job<'_>],
    mut caught_up: Option<oneshot::Sender<()>>,
) -> Result<(), JobSchedulerError> {
    let (ring, mut rings) = tokio::sync::mpsc::channel(16);
    let mut scheduler = alarm::set(own, &ring).await?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = DateTime::<Utc>::MIN_UTC;
    while !jobs.stopping() {
        tokio::select! {
            // At once when it begins: what was missed is caught up.
            _ = looks.tick() => {}
            Some(_) = rings.recv() => {}
            () = sleep(GLANCE) => continue,
        }
        // Bells that rang together, as after a pause of the whole process, are answered together and in order.
        while rings.try_recv().is_ok() {}
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
    if let Err(error) = watch::upkeep(jobs, jobs.office.clock.timestamp()).await {
        tracing::warn!(%error, "times from a clock that ran ahead could not be set back");
    }
}

/// Hears the bell of the delivery, which has no slots: whoever is there takes letters that are due.
async fn deliver(jobs: &Jobs, own: &[Job<'_>]) -> Result<(), JobSchedulerError> {
    let (ring, mut rings) = tokio::sync::mpsc::channel(16);
    let mut scheduler = alarm::set(own, &ring).await?;
    let mut rang = !own.is_empty();
    while !jobs.stopping() {
        if rang && let Err(error) = unless_it_panics(Box::pin(super::deliver::deliver(jobs))).await {
            tracing::error!(job = "deliver", %error, "a round of delivery failed; the next one tries again");
        }
        rang = matches!(timeout(GLANCE, rings.recv()).await, Ok(Some(_)));
    }
    scheduler.shutdown().await
}

/// Takes up, in their order, those of `own` whose latest slot is open. Gives how many were done. An error is logged, and
/// the slot stays open; the others go on.
pub async fn round(jobs: &Jobs, own: &[Job<'_>], schedule: &[Job<'_>]) -> usize {
    let mut done = 0;
    for &(name, cron) in own {
        if jobs.stopping() {
            break;
        }
        match Box::pin(take_up(jobs, name, cron, schedule)).await {
            Ok(Taken::Done) => done += 1,
            Ok(Taken::NothingDue) => {}
            // What comes after it rests on it; the next look sees whether it is done.
            Ok(Taken::BySomebody) => break,
            Err(error) => {
                tracing::error!(job = name, %error, "a job failed; it is tried again while its slot is the latest");
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

async fn take_up(
    jobs: &Jobs,
    name: &'static str,
    cron: &str,
    schedule: &[Job<'_>],
) -> Result<Taken, JobError> {
    let standing = slots::standing(jobs, name, cron).await?;
    if standing == Standing::Done {
        return Ok(Taken::NothingDue);
    }
    // A run by hand judges and issues.
    if ["evaluate", "issue"].contains(&name) && slots::settle_by_hand(jobs, name, cron).await? {
        tracing::info!(job = name, "done by hand");
        return Ok(Taken::Done);
    }
    match standing {
        Standing::InWork => return Ok(Taken::BySomebody),
        Standing::Waiting | Standing::Done => return Ok(Taken::NothingDue),
        Standing::Open => {}
    }
    // On the heap each: together they are larger than the stack of a thread should bear.
    let ran = slots::run_latest(jobs, name, cron, async |due| match name {
        "evaluate" => Box::pin(evaluate(jobs, due)).await,
        "issue" => Box::pin(issue(jobs, due)).await,
        "remind" => Box::pin(remind(jobs)).await,
        _ => Box::pin(look(jobs, schedule)).await,
    });
    Ok(if ran.await? { Taken::Done } else { Taken::BySomebody })
}

async fn look(jobs: &Jobs, schedule: &[Job<'_>]) -> Result<String, JobError> {
    let done = watch::watch(jobs, schedule).await?;
    Ok(format!("opened {}, closed {}, bounces {}", done.opened, done.closed, done.bounces))
}

async fn evaluate(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let as_of = due.with_timezone(&office_zone()).date_naive();
    let done = assessments::evaluate(&jobs.office, &Actor::job(), as_of).await?;
    Ok(format!("assessed {}, changed {}", done.assessed, done.changed))
}

async fn issue(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let as_of = due.with_timezone(&office_zone()).date_naive();
    let done = Box::pin(warnings::run_on_schedule(&jobs.office, &Actor::job(), as_of)).await?;
    if done.resting {
        return Ok("not a working day".to_owned());
    }
    let said = format!("{}, lifted {}", made(&done), done.lifted);
    tracing::info!(outcome = said, "issued");
    Ok(said)
}

async fn remind(jobs: &Jobs) -> Result<String, JobError> {
    let done = warnings::remind(&jobs.office, &Actor::job(), false).await?;
    if !done.working_day {
        return Ok("not a working day".to_owned());
    }
    let said = format!("{}, unanswered after every step {}", made(&done.run), done.exhausted.len());
    tracing::info!(outcome = said, "reminded");
    Ok(said)
}

/// What became of the letters of a run, told apart: planned is not made.
fn made(done: &Issued) -> String {
    let count = |is: fn(&Outcome) -> bool| done.letters.iter().filter(|letter| is(&letter.outcome)).count();
    format!(
        "letters {}, drafts {}, blocked {}, overtaken {}",
        count(|outcome| matches!(outcome, Outcome::Issued { .. })),
        count(|outcome| matches!(outcome, Outcome::AwaitsApproval { .. })),
        count(|outcome| matches!(outcome, Outcome::Blocked { .. })),
        count(|outcome| matches!(outcome, Outcome::Overtaken)),
    )
}
