//! The scheduler: ticks when a job is due in the office's time zone, and knows nothing else.
//!
//! The scheduler's own memory is not trusted: it forgets on restart and ticks on every replica. Which slot is due is
//! computed here, and who runs it is decided by a row (see [`crate::office::slots`]).

use chrono::{DateTime, FixedOffset, SubsecRound as _, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use tokio::sync::mpsc::Sender;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::JobCron;
use crate::clock::office_zone;

/// Sends each job when its expression (six fields, Asia/Shanghai) says so; empty expressions never tick.
/// Dropping the result does not stop it; call `shutdown`.
///
/// # Errors
/// When an expression cannot be read or the scheduler cannot start.
pub async fn set(
    jobs: &[JobCron<'_>],
    ticks: &Sender<super::Job>,
) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    for &(due, cron) in jobs.iter().filter(|(_, cron)| !cron.is_empty()) {
        let ticks = ticks.clone();
        let job = Job::new_async_tz(cron, chrono_tz::Asia::Shanghai, move |_, _| {
            let ticks = ticks.clone();
            // A full channel means that the same job ticked before and was not seen to yet: once is enough.
            Box::pin(async move {
                let _ = ticks.try_send(due);
            })
        })?;
        scheduler.add(job).await?;
    }
    scheduler.start().await?;
    Ok(scheduler)
}

fn parse(cron: &str) -> Option<Cron> {
    CronParser::builder().seconds(Seconds::Required).build().parse(cron).ok()
}

/// The office's time in whole seconds, which is as fine as cron is: the library would keep the fraction in the slot, and
/// a slot that two replicas hear at different fractions must be the same one.
fn heard(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.trunc_subsecs(0).with_timezone(&office_zone())
}

/// The first slot after `at`.
pub fn next_after(cron: &str, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = heard(at);
    parse(cron)?.find_next_occurrence(&local, false).ok().map(|slot| slot.with_timezone(&Utc))
}

/// The latest slot at or before `at`.
pub fn latest_before(cron: &str, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = heard(at);
    parse(cron)?.find_previous_occurrence(&local, true).ok().map(|slot| slot.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_in_the_office_time_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // 08:00 in Shanghai is 00:00 UTC.
        for (now, latest, next) in [
            ("2025-08-27T00:00:00Z", "2025-08-27T00:00:00Z", "2025-08-28T00:00:00Z"),
            ("2025-08-26T23:59:59Z", "2025-08-26T00:00:00Z", "2025-08-27T00:00:00Z"),
            ("2025-12-31T16:30:00Z", "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z"),
            // No tick comes at the full second.
            ("2025-08-27T00:00:00.747597Z", "2025-08-27T00:00:00Z", "2025-08-28T00:00:00Z"),
            ("2025-08-27T03:14:15.926535Z", "2025-08-27T00:00:00Z", "2025-08-28T00:00:00Z"),
            ("2025-08-26T23:59:59.999999Z", "2025-08-26T00:00:00Z", "2025-08-27T00:00:00Z"),
        ] {
            assert_eq!(latest_before("0 0 8 * * *", at(now)), Some(at(latest)), "{now}");
            assert_eq!(next_after("0 0 8 * * *", at(now)), Some(at(next)), "{now}");
        }
        assert_eq!(next_after("every day", at("2025-08-27T00:00:00Z")), None);
    }
}
