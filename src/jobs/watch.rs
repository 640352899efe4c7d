//! The watchdog: every episode that needs a letter has one, every letter an accepted delivery or a visible incident.
//!
//! It mends nothing. What should not be so becomes a row in `incidents`, once, and is closed when it is no longer so.

use std::pin::Pin;

use chrono::{NaiveDateTime, TimeDelta};

use super::job_table::Rhythm;
use super::{JobCron, JobError, Jobs, bounces, scheduler, unless_it_panics};
use crate::clock::office_zone;
use crate::domain::delivery::DeliveryState;
use crate::domain::{IncidentKind, SubjectKind, TextEnum as _};
use crate::office::Actor;
use crate::office::StoreError;
use crate::office::incidents::{self, Reconciled};
use crate::office::maintenance;

/// A delivery that is due is out within this time, unless nobody delivers.
const LATE_DUE: TimeDelta = TimeDelta::hours(1);
/// However often it is tried again, a person should know after this time.
const LATE_MADE: TimeDelta = TimeDelta::hours(24);
/// An episode has its letter by the next daily run.
const LATE_LETTER: TimeDelta = TimeDelta::hours(26);
/// A job may take so long for its slot.
const LATE_JOB: TimeDelta = TimeDelta::hours(1);
/// Working days after which somebody should have signed or discarded a draft.
const LATE_DRAFT: u32 = 3;
/// How many days ahead the calendar should be known, beside the longest deadline: the ladder needs some, and an
/// operator needs time to load it.
const CALENDAR_AHEAD: u32 = 15;

/// What a look has found: open incidents opened and closed by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Watched {
    /// Newly found.
    pub opened: usize,
    /// No longer so.
    pub closed: usize,
    /// Bounces read from the folder.
    pub bounces: usize,
}

/// Looks at everything once. `schedule` are the jobs that should have run. Each look fails alone: the others go on.
///
/// # Errors
/// When a look failed, said by its name; what was found stays written, and the whole is looked at again soon.
pub async fn watch(jobs: &Jobs, schedule: &[JobCron<'_>]) -> Result<Watched, JobError> {
    let now = jobs.office.clock.timestamp();
    let mut done = Watched::default();
    let mut failed = Vec::new();
    let bounces = async {
        done.bounces = bounces::read_folder(jobs).await?;
        Ok(())
    };
    alone("bounces", &mut failed, Box::pin(bounces)).await;
    alone("maintenance", &mut failed, Box::pin(async { Ok(maintenance::maintain(&jobs.office).await?) }))
        .await;
    alone("letters", &mut failed, Box::pin(letters(jobs, &mut done))).await;
    alone("drafts", &mut failed, Box::pin(drafts(jobs, now, &mut done))).await;
    alone("deliveries", &mut failed, Box::pin(deliveries(jobs, now, &mut done))).await;
    alone("hidden failures", &mut failed, Box::pin(hidden_failures(jobs, &mut done))).await;
    alone("episodes", &mut failed, Box::pin(episodes(jobs, now, &mut done))).await;
    alone("unaddressed", &mut failed, Box::pin(unaddressed(jobs, &mut done))).await;
    alone("calendar", &mut failed, Box::pin(calendar(jobs, &mut done))).await;
    alone("stuck jobs", &mut failed, Box::pin(stuck(jobs, schedule, &mut done))).await;
    if failed.is_empty() { Ok(done) } else { Err(JobError::Looks(failed.join("; "))) }
}

/// Opens and closes only what says that a job has not done its work.
///
/// # Errors
/// When the database fails.
pub(super) async fn look_for_stuck(jobs: &Jobs, schedule: &[JobCron<'_>]) -> Result<(), JobError> {
    stuck(jobs, schedule, &mut Watched::default()).await
}

/// One look, whose failure is said and remembered and stops no other.
async fn alone(
    look: &'static str,
    failed: &mut Vec<String>,
    looking: Pin<Box<dyn Future<Output = Result<(), JobError>> + '_>>,
) {
    if let Err(error) = unless_it_panics(looking).await {
        tracing::error!(look, %error, "a look of the watchdog failed");
        failed.push(format!("{look}: {error}"));
    }
}

/// Opens what is found and not open, closes what is open and not found: the subject's id, and what a person must know.
async fn reconcile(
    jobs: &Jobs,
    about: (IncidentKind, SubjectKind),
    found: Vec<(String, String)>,
    done: &mut Watched,
) -> Result<(), JobError> {
    let Reconciled { opened, closed } =
        incidents::reconcile(&jobs.office, &Actor::job(), about, found).await?;
    done.opened += opened;
    done.closed += closed;
    Ok(())
}

async fn letters(jobs: &Jobs, done: &mut Watched) -> Result<(), JobError> {
    let undelivered = jobs.office.read.list_undelivered_letters(jobs.office.is_pilot()).await?;
    let (lost, homeless): (Vec<_>, Vec<_>) = undelivered.into_iter().partition(|(_, mailbox)| *mailbox);
    let lost = lost.into_iter().map(|(letter, _)| {
        let detail =
            format!("{}（主送{}）的邮件全部失败或被退回，请核对邮箱后补发。", letter.number(), letter.unit);
        (letter.id.0.to_string(), detail)
    });
    let homeless = homeless.into_iter().map(|(letter, _)| {
        let detail = format!("{}的主送单位{}没有带邮箱的联络员，函未发出。", letter.number(), letter.unit);
        (letter.id.0.to_string(), detail)
    });
    let (lost, homeless) = (lost.collect(), homeless.collect());
    let lost = reconcile(jobs, (IncidentKind::LetterUndelivered, SubjectKind::Letter), lost, done).await;
    lost.and(reconcile(jobs, (IncidentKind::NoMailbox, SubjectKind::Letter), homeless, done).await)
}

/// Drafts that wait for their signature for so many working days: nobody else is told of them.
async fn drafts(jobs: &Jobs, now: NaiveDateTime, done: &mut Watched) -> Result<(), JobError> {
    // So many days have passed at least; which of them were working days is counted below.
    let before = now - TimeDelta::days(i64::from(LATE_DRAFT) - 1);
    let today = jobs.office.clock.today();
    let mut late = Vec::new();
    for (letter, made_at) in jobs.office.read.list_waiting_drafts(before).await? {
        let made_on = made_at.and_utc().with_timezone(&office_zone()).date_naive();
        let waited = match jobs.office.calendar.working_days_between(made_on, today) {
            Ok(days) if days >= i64::from(LATE_DRAFT) => format!("{days}个工作日"),
            Ok(_) => continue,
            // A year without its calendar cannot be counted; what waits for a week has waited for three working days
            // all the same, but for the two long holidays.
            Err(_) if today - made_on >= TimeDelta::days(7) => format!("{}天", (today - made_on).num_days()),
            Err(_) => continue,
        };
        let since = made_on.format("%Y年%-m月%-d日");
        let detail = format!("{}的函稿已待签发{waited}（{since}拟稿），请签发或撤销。", letter.unit);
        late.push((letter.id.0.to_string(), detail));
    }
    reconcile(jobs, (IncidentKind::DraftUnsigned, SubjectKind::Letter), late, done).await
}

async fn deliveries(jobs: &Jobs, now: NaiveDateTime, done: &mut Watched) -> Result<(), JobError> {
    let late = jobs
        .office
        .read
        .list_late_deliveries(now - LATE_DUE, now - LATE_MADE, jobs.office.is_pilot())
        .await?;
    let late = late.into_iter().map(|row| {
        let said = row.last_reply.as_deref().unwrap_or("尚未尝试");
        (row.id.0.to_string(), format!("发往{}的邮件迟迟未送出（已试{}次）：{said}", row.email, row.attempts))
    });
    let late = late.collect();
    reconcile(jobs, (IncidentKind::DeliveryLate, SubjectKind::Delivery), late, done).await
}

/// Those are opened where they happen, and closed by the person who saw to them.
async fn hidden_failures(jobs: &Jobs, done: &mut Watched) -> Result<(), JobError> {
    let mut failed = Ok(());
    for row in jobs.office.read.list_hidden_failures(jobs.office.is_pilot()).await? {
        let kind = if row.state == DeliveryState::Bounced {
            IncidentKind::DeliveryBounced
        } else {
            IncidentKind::DeliveryFailed
        };
        let said = row.last_reply.unwrap_or_default();
        let subject = (SubjectKind::Delivery, row.id.0.to_string());
        let detail = format!("发往{}的邮件未送达：{said}", row.email);
        let opened = incidents::open(&jobs.office, &Actor::job(), kind, subject, detail).await;
        done.opened += incidents::counted(opened, &mut failed)?;
    }
    Ok(failed?)
}

async fn episodes(jobs: &Jobs, now: NaiveDateTime, done: &mut Watched) -> Result<(), JobError> {
    let store = &jobs.office.read;
    let (today, pilot) = (jobs.office.clock.today(), jobs.office.is_pilot());
    let silent = store.list_episodes_without_letter(now - LATE_LETTER, today, pilot).await?;
    let silent = silent
        .into_iter()
        .map(|(id, measure)| (id.0.to_string(), format!("“{measure}”的预警事项已逾一日，还没有函。")));
    let silent = silent.collect();
    reconcile(jobs, (IncidentKind::EpisodeWithoutLetter, SubjectKind::Episode), silent, done).await
}

async fn unaddressed(jobs: &Jobs, done: &mut Watched) -> Result<(), JobError> {
    let orphans = jobs.office.read.list_unaddressed().await?.into_iter().map(|(id, measure, campaign)| {
        (id.0.to_string(), format!("“{campaign}”的“{measure}”滞后，但没有牵头单位，发不出函。"))
    });
    let orphans = orphans.collect();
    reconcile(jobs, (IncidentKind::Unaddressed, SubjectKind::Indicator), orphans, done).await
}

async fn calendar(jobs: &Jobs, done: &mut Watched) -> Result<(), JobError> {
    let longest = jobs.office.read.longest_reply().await?.unsigned_abs();
    let today = jobs.office.clock.today();
    let needed = jobs.office.calendar.add_working_days(today, longest + CALENDAR_AHEAD);
    let missing = needed.err().map(|error| {
        let detail = format!("{}年的工作日历未公布或未载入，反馈期限无法推算，请载入。", error.year);
        (error.year.to_string(), detail)
    });
    let missing = missing.into_iter().collect();
    reconcile(jobs, (IncidentKind::CalendarUnpublished, SubjectKind::Calendar), missing, done).await
}

/// Jobs whose slot passed an hour ago and is not worked off, nor a later one.
async fn stuck(jobs: &Jobs, schedule: &[JobCron<'_>], done: &mut Watched) -> Result<(), JobError> {
    let mut found = Vec::new();
    // Delivery has no slots; what it leaves undone is seen in the deliveries. The watchdog is looking.
    let slotted = schedule.iter().filter(|(job, cron)| !cron.is_empty() && job.row().rhythm == Rhythm::Daily);
    for (job, cron) in slotted {
        let name = job.as_str();
        let Some(due) = scheduler::latest_before(cron, jobs.office.clock.now() - LATE_JOB) else { continue };
        let due_at = crate::office::types::micros(due.naive_utc());
        // Before the first slot that this database knows of, nobody was there to work.
        let started: Result<bool, StoreError> = jobs.office.read.is_job_known(name, due_at).await;
        if started? && !jobs.office.read.is_slot_done(name, due_at).await? {
            let local = due.with_timezone(&office_zone()).format("%Y年%-m月%-d日%H:%M");
            found.push((name.to_owned(), format!("任务{name}在{local}应运行，至今未完成。")));
        }
    }
    reconcile(jobs, (IncidentKind::JobStuck, SubjectKind::Job), found, done).await
}
