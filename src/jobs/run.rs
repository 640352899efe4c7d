//! The loop that hears the bells.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_cron_scheduler::JobSchedulerError;

use super::{JobError, Jobs, alarm, slots};
use crate::clock::office;
use crate::warning;

/// How often the loop looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(250);

/// Runs jobs when their bells ring, and once at the start for slots that were missed, until told to stop.
///
/// # Errors
/// When the alarm clock cannot be set.
pub async fn run(jobs: &Jobs, schedule: &[(&'static str, &str)]) -> Result<(), JobSchedulerError> {
    // A mail server that is slow holds up the delivery for hours, and nothing else.
    let (delivery, others): (Vec<_>, Vec<_>) = schedule.iter().partition(|(name, _)| *name == "deliver");
    let (delivered, done) =
        futures_util::future::join(hear(jobs, &delivery, schedule), hear(jobs, &others, schedule)).await;
    jobs.transport.close_idle().await;
    delivered.and(done)
}

/// Hears the bells of some jobs.
async fn hear(
    jobs: &Jobs,
    own: &[(&'static str, &str)],
    schedule: &[(&'static str, &str)],
) -> Result<(), JobSchedulerError> {
    let (ring, mut rings) = tokio::sync::mpsc::channel(16);
    let mut scheduler = alarm::set(own, &ring).await?;
    for (name, cron) in own.iter().filter(|(_, cron)| !cron.is_empty()) {
        answer(jobs, name, cron, schedule).await;
    }
    while !jobs.stopping() {
        let Ok(Some(name)) = tokio::time::timeout(GLANCE, rings.recv()).await else { continue };
        if let Some((name, cron)) = own.iter().find(|(known, _)| *known == name) {
            answer(jobs, name, cron, schedule).await;
        }
    }
    scheduler.shutdown().await
}

/// Runs one job; an error is logged, and the next ring tries again.
async fn answer(jobs: &Jobs, name: &'static str, cron: &str, schedule: &[(&'static str, &str)]) {
    let outcome = match name {
        "evaluate" => {
            slots::run_latest(jobs, name, cron, async |due| evaluate(jobs, due).await).await.map(drop)
        }
        "issue" => slots::run_latest(jobs, name, cron, async |due| issue(jobs, due).await).await.map(drop),
        "remind" => slots::run_latest(jobs, name, cron, async |_| remind(jobs).await).await.map(drop),
        "watch" => {
            let look = async |_| {
                let done = super::watch::watch(jobs, schedule).await?;
                Ok(format!("opened {}, closed {}, bounces {}", done.opened, done.closed, done.bounces))
            };
            slots::run_latest(jobs, name, cron, look).await.map(drop)
        }
        _ => super::deliver::deliver(jobs).await.map(drop),
    };
    if let Err(error) = outcome {
        tracing::error!(job = name, %error, "a job failed; the next ring tries again");
    }
}

async fn evaluate(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let done = warning::evaluate(&jobs.desk, due.with_timezone(&office()).date_naive()).await?;
    tracing::info!(assessed = done.assessed, changed = done.changed, "evaluated");
    Ok(format!("assessed {}, changed {}", done.assessed, done.changed))
}

async fn issue(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let as_of = due.with_timezone(&office()).date_naive();
    warning::evaluate(&jobs.desk, as_of).await?;
    let done = warning::issue_on_schedule(&jobs.desk, as_of).await?;
    if done.resting {
        return Ok("not a working day".to_owned());
    }
    tracing::info!(letters = done.letters.len(), lifted = done.lifted, "issued");
    Ok(format!("letters {}, lifted {}", done.letters.len(), done.lifted))
}

async fn remind(jobs: &Jobs) -> Result<String, JobError> {
    let done = warning::remind(&jobs.desk, false).await?;
    if !done.working_day {
        return Ok("not a working day".to_owned());
    }
    let (letters, exhausted) = (done.run.letters.len(), done.exhausted.len());
    tracing::info!(letters, exhausted, "reminded");
    Ok(format!("letters {letters}, unanswered after every step {exhausted}"))
}
