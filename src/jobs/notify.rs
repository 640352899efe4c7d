//! Webhooks are told: what is due goes out, each event at least once and under one id, and one webhook never holds up another.
//!
//! An event is claimed under a lease, sent, and its outcome written down. A process that dies in between leaves it to its lease; whoever
//! takes it up then sends it again under the same id.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::StreamExt as _;

use super::{JobError, Jobs};
use crate::hooks::{HookAnswer, HookRequest};
use crate::office::failpoint;
use crate::office::rows::{Lease, WebhookEventRow, WebhookRow};
use crate::office::types::WebhookEventId;
use crate::office::webhook_outbox::{self, Answered};

/// How long one request may take.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// Events of one webhook claimed at once.
const CLAIM: i64 = 8;
/// How long what is claimed is nobody else's: longer than all of it takes.
const LEASE: TimeDelta = TimeDelta::seconds(150);
/// Webhooks that are told at once.
const AT_ONCE: usize = 8;
/// Batches of one webhook in a round, so that a round ends.
const BATCHES: usize = 250;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Notified {
    /// Events that were taken.
    pub taken: usize,
    /// Attempts that failed.
    pub failed: usize,
}

/// Tells every webhook what is due.
///
/// # Errors
/// When the database fails; what was claimed is taken up again when its lease runs out.
pub async fn notify(jobs: &Jobs) -> Result<Notified, JobError> {
    let hooks = webhook_outbox::list_standing(&jobs.office).await?;
    let mut told = futures_util::stream::iter(&hooks).map(|hook| tell(jobs, hook)).buffer_unordered(AT_ONCE);
    let (mut total, mut error) = (Notified::default(), None);
    while let Some(one) = told.next().await {
        match one {
            Ok(one) => {
                total.taken += one.taken;
                total.failed += one.failed;
            }
            Err(failed) => error = Some(failed),
        }
    }
    if !hooks.is_empty() {
        webhook_outbox::forget(&jobs.office).await?;
    }
    error.map_or(Ok(total), Err)
}

async fn tell(jobs: &Jobs, hook: &WebhookRow) -> Result<Notified, JobError> {
    webhook_outbox::pump(&jobs.office, hook.id).await?;
    failpoint!("hook.pumped");
    let mut done = Notified::default();
    for _ in 0..BATCHES {
        if jobs.stopping() {
            break;
        }
        let now = jobs.office.clock.timestamp();
        let lease = Lease { holder: &jobs.holder, now, until: now + LEASE };
        let claimed = webhook_outbox::claim(&jobs.office, hook.id, &lease, CLAIM).await?;
        failpoint!("hook.claimed");
        if claimed.is_empty() {
            break;
        }
        if !batch(jobs, hook, &claimed, &mut done).await? {
            break;
        }
    }
    Ok(done)
}

/// Sends what was claimed, in order; `false` when the webhook is to be left alone for now.
async fn batch(
    jobs: &Jobs,
    hook: &WebhookRow,
    claimed: &[WebhookEventRow],
    done: &mut Notified,
) -> Result<bool, JobError> {
    for (at, event) in claimed.iter().enumerate() {
        let answered = send(jobs, hook, event).await;
        if matches!(answered, Answered::Taken(_)) {
            done.taken += 1;
        } else {
            done.failed += 1;
        }
        failpoint!("hook.sent");
        let waits = webhook_outbox::settle(&jobs.office, hook, event, (&jobs.holder, answered)).await?;
        failpoint!("hook.settled");
        let stop = jobs.stopping().then(TimeDelta::zero);
        if let Some(wait) = waits.or(stop) {
            let rest: Vec<WebhookEventId> = claimed[at + 1..].iter().map(|event| event.id).collect();
            webhook_outbox::give_back(&jobs.office, &rest, &jobs.holder, wait).await?;
            return Ok(false);
        }
    }
    Ok(true)
}

async fn send(jobs: &Jobs, hook: &WebhookRow, event: &WebhookEventRow) -> Answered {
    let Some(signed) = webhook_outbox::signed(&jobs.office, hook, event) else {
        return Answered::Silent("密钥无法解开，请检查webhooks.key是否与建立回调时相同".to_owned());
    };
    let request = HookRequest { target: &signed.target, headers: &signed.headers, body: &signed.body };
    match jobs.hooks.post(&request).await {
        Ok(HookAnswer { status: status @ 200..=299, .. }) => Answered::Taken(status),
        Ok(HookAnswer { status: 410, .. }) => Answered::Gone,
        Ok(HookAnswer { status, retry_after }) => Answered::Refused(status, retry_after),
        Err(why) => Answered::Silent(why),
    }
}
