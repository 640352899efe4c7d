//! What each job does for its slot. Each gives one line of outcome, which the slot keeps.

use chrono::{DateTime, Utc};

use super::job_table::JobCron;
use super::{JobError, Jobs, audit_head, watch};
use crate::clock::office_zone;
use crate::office::warnings::{self, Issued, Outcome};
use crate::office::{Actor, assessments, audit_chain, morning_digest};

pub(super) async fn deliver(jobs: &Jobs) -> Result<String, JobError> {
    let done = super::deliver::deliver(jobs).await?;
    let told = super::notice_round::tell(jobs).await?;
    Ok(format!(
        "accepted {}, deferred {}, failed {}; notices accepted {}, deferred {}, failed {}",
        done.accepted, done.deferred, done.failed, told.accepted, told.deferred, told.failed
    ))
}

pub(super) async fn digest(jobs: &Jobs) -> Result<String, JobError> {
    Ok(format!("digests {}", morning_digest::queue_digests(&jobs.office).await?))
}

pub(super) async fn notify(jobs: &Jobs) -> Result<String, JobError> {
    let done = super::notify::notify(jobs).await?;
    Ok(format!("taken {}, failed {}", done.taken, done.failed))
}

pub(super) async fn seal(jobs: &Jobs) -> Result<String, JobError> {
    let sealed = audit_chain::seal(&jobs.office).await?;
    if let Some(file) = &jobs.audit_head_file
        && let Err(error) = audit_head::keep(&jobs.office, file).await
    {
        tracing::error!(%error, file = %file.display(), "the head of the audit could not be kept outside");
    }
    Ok(format!("sealed {sealed}"))
}

pub(super) async fn look(jobs: &Jobs, schedule: &[JobCron<'_>]) -> Result<String, JobError> {
    let done = watch::watch(jobs, schedule).await?;
    Ok(format!("opened {}, closed {}, bounces {}", done.opened, done.closed, done.bounces))
}

pub(super) async fn evaluate(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let as_of = due.with_timezone(&office_zone()).date_naive();
    let done = assessments::evaluate(&jobs.office, &Actor::job(), as_of).await?;
    Ok(format!("assessed {}, changed {}", done.assessed, done.changed))
}

pub(super) async fn issue(jobs: &Jobs, due: DateTime<Utc>) -> Result<String, JobError> {
    let as_of = due.with_timezone(&office_zone()).date_naive();
    let done = Box::pin(warnings::run_on_schedule(&jobs.office, &Actor::job(), as_of)).await?;
    if done.resting {
        return Ok("not a working day".to_owned());
    }
    let said = format!("{}, lifted {}", made(&done), done.lifted);
    tracing::info!(outcome = said, "issued");
    Ok(said)
}

pub(super) async fn remind(jobs: &Jobs) -> Result<String, JobError> {
    let done = warnings::remind(&jobs.office, &Actor::job()).await?;
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
