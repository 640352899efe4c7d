//! Notices are sent after the letters, with the same promises: at least once under one Message-ID, intent before content, outcome after
//! the reply, the waits of [`wait_after`]. They are few, so that they go one after the other.

use super::deliver::{Ending, spread};
use super::{JobError, Jobs};
use crate::domain::delivery::{Again, AttemptOutcome, wait_after};
use crate::domain::notice::NoticeState;
use crate::domain::{IncidentKind, SubjectKind};
use crate::mail::transport::{Accepted, Conversation, Envelope, Failure, SendError, SendStage};
use crate::office::failpoint;
use crate::office::notice_mails::{self, NoticeMail};
use crate::office::rows::{IncidentRow, Lease, NoticeEnd};
use crate::office::types::{Id, NoticeId};

/// Notices claimed at once.
const CLAIM: i64 = 20;
/// How long the others wait when the server cannot be reached.
const PAUSE: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Taken by the mail server.
    pub accepted: usize,
    /// To be tried again.
    pub deferred: usize,
    /// Given up.
    pub failed: usize,
}

/// Sends every notice that is due, until nothing is due any more, the server cannot be reached, or `stop` says so.
///
/// # Errors
/// When the database fails. What was claimed is taken up again when its lease runs out.
pub async fn tell(jobs: &Jobs) -> Result<Told, JobError> {
    let mut told = Told::default();
    while !jobs.stopping() {
        let claimed = notice_mails::claim(&jobs.office, &lease(jobs), CLAIM, jobs.pace.as_ref()).await?;
        if claimed.is_empty() {
            break;
        }
        let mut mails = notice_mails::mails(&jobs.office, claimed).await?.into_iter();
        for mail in mails.by_ref() {
            if send(jobs, &mail, &mut told).await? {
                continue;
            }
            let mut untried: Vec<NoticeId> = vec![];
            untried.extend(mails.by_ref().map(|mail| mail.row.id));
            let now = lease(jobs);
            notice_mails::give_back(&jobs.office, &untried, &now, now.now + PAUSE).await?;
            return Ok(told);
        }
    }
    Ok(told)
}

fn lease(jobs: &Jobs) -> Lease<'_> {
    let now = jobs.office.clock.timestamp();
    Lease { holder: &jobs.holder, now, until: now + jobs.lease }
}

/// Sends one; `false` when the server takes nothing now, so that the others need not try.
async fn send(jobs: &Jobs, mail: &NoticeMail, told: &mut Told) -> Result<bool, JobError> {
    let label = format!("notice-{}-{}", mail.row.id.0.simple(), mail.row.email);
    let sender = &jobs.office.letters.sender.address;
    let prepared = mail
        .raw
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|raw| Ok((raw, Envelope::new(sender, &mail.recipient, &label)?)));
    let (raw, envelope) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            let refused = Ending::of(AttemptOutcome::Permanent, error.to_string());
            attempt(jobs, mail, async { refused }, told).await?;
            return Ok(true);
        }
    };
    let opened = jobs.transport.open(&envelope).await;
    let reached = !matches!(
        &opened,
        Err(SendError { stage: SendStage::Connect, .. } | SendError { failure: Failure::Unusable, .. })
    );
    attempt(jobs, mail, handed_over(opened, raw), told).await?;
    Ok(reached)
}

async fn handed_over(opened: Result<Conversation<'_>, SendError>, raw: &[u8]) -> Ending {
    let handed = match opened {
        Ok(conversation) => conversation.deliver(raw).await,
        Err(error) => Err(error),
    };
    failpoint!("notice.handed");
    match handed {
        Ok(Accepted { reply }) => Ending::of(AttemptOutcome::Accepted, reply),
        Err(error) => Ending::from(error),
    }
}

/// Writes the intent, runs `handover`, writes the outcome.
async fn attempt(
    jobs: &Jobs,
    mail: &NoticeMail,
    handover: impl Future<Output = Ending>,
    told: &mut Told,
) -> Result<(), JobError> {
    let Some(number) = notice_mails::begin(&jobs.office, mail.row.id, &lease(jobs)).await? else {
        return Ok(());
    };
    let Ending { outcome, reply, again } = handover.await;
    let clock = &jobs.office.clock;
    let now = clock.timestamp();
    let wait = wait_after(number, again, spread(Id::of(clock.new_id())));
    let state = match (outcome, wait) {
        (AttemptOutcome::Accepted, _) => NoticeState::Accepted,
        (AttemptOutcome::Permanent, _) | (_, None) => NoticeState::Failed,
        _ => NoticeState::Pending,
    };
    let incident = (state == NoticeState::Failed).then(|| {
        tracing::error!(notice = %mail.row.id.0, email = mail.row.email, reply, "a notice could not be delivered");
        let subject = (SubjectKind::Notice, mail.row.id.0.to_string());
        let detail = format!("发往{}的通知“{}”未能送出：{reply}", mail.row.email, mail.row.subject);
        IncidentRow::new(Id::of(clock.new_id()), IncidentKind::NoticeUndelivered, subject, detail, now)
    });
    match state {
        NoticeState::Accepted => told.accepted += 1,
        NoticeState::Failed => told.failed += 1,
        _ => told.deferred += 1,
    }
    let end = NoticeEnd {
        id: mail.row.id,
        holder: jobs.holder.clone(),
        state,
        // What a broken transport cost is not counted against the notice.
        attempts: number - i32::from(again == Again::Unusable),
        uncertain: outcome == AttemptOutcome::Uncertain,
        next_attempt_at: now + wait.unwrap_or_default(),
        reply,
        incident,
        now,
    };
    if !notice_mails::end(&jobs.office, &end).await? {
        tracing::warn!(notice = %mail.row.id.0, "a notice was taken over while it was sent; it may arrive twice");
    }
    Ok(())
}
