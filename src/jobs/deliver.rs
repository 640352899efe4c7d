//! The outbox is emptied: each letter to each mailbox, at least once, never lost.
//!
//! Order of writing: the claim (lease), then the recipient is opened, then the intent, then the content, then the
//! outcome. A process that dies between intent and outcome leaves an attempt that is `begun`; whoever takes over
//! writes it down as uncertain and sends again with the same Message-ID.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

use super::{Job, JobError, Jobs};
use crate::domain::TextEnum as _;
use crate::domain::delivery::{ATTEMPTS_MAX, Again, AttemptOutcome, DeliveryState, wait_after};
use crate::domain::{IncidentKind, SubjectKind};
use crate::mail::transport::{Accepted, Envelope, Failure, SendError, SendStage};
use crate::office::attempt_batch::AttemptBatch;
use crate::office::rows::{AttemptBegin, AttemptEnd, DeliveryRow, IncidentRow, Lease};
use crate::office::types::{AttemptId, Id, LetterId};
use crate::office::warnings::Mailing;
use crate::office::{Actor, deliveries, failpoint, incidents};

/// Deliveries claimed at once for each connection: enough to keep it busy while others are being written down.
const CLAIM: usize = 32;
/// Handovers in a row that did not even reach the server, for each connection, after which the others are left for
/// later: they would only wait for it, too.
const PATIENCE: usize = 2;
/// How long the others then wait.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// What a round of delivery did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the mail server.
    pub accepted: usize,
    /// To be tried again.
    pub deferred: usize,
    /// Given up.
    pub failed: usize,
    /// Nobody knows; to be sent again.
    pub uncertain: usize,
}

/// Delivers everything that is due, a few at a time, until nothing is due any more, the server cannot be reached, or
/// `stop` says so.
///
/// # Errors
/// When the database fails. What was claimed is taken up again when its lease runs out.
pub async fn deliver(jobs: &Jobs) -> Result<Delivered, JobError> {
    let mut total = Delivered::default();
    let round = Round {
        jobs,
        attempts: AttemptBatch::new(&jobs.office, &jobs.holder, jobs.lease),
        lines: Semaphore::new(jobs.transport_connections),
        unreached: AtomicUsize::new(0),
        refused: Mutex::default(),
    };
    while !round.is_over() {
        let lease = round.lease();
        let limit = (jobs.transport_connections * CLAIM).min(1_000) as i64;
        let Some(claimed) = deliveries::claim(&jobs.office, &lease, limit, jobs.pace.as_ref()).await? else {
            break;
        };
        round.hand_over(&claimed, &mut total).await?;
    }
    round.tell(&total).await?;
    Ok(total)
}

/// What one round of delivery shares.
struct Round<'j> {
    jobs: &'j Jobs,
    attempts: AttemptBatch<'j>,
    lines: Semaphore,
    /// Handovers in a row that did not reach the server, or that it refused whatever the letter.
    unreached: AtomicUsize,
    /// What the server said against all letters.
    refused: Mutex<Option<String>>,
}

impl Round<'_> {
    fn is_over(&self) -> bool {
        let patience = PATIENCE * self.jobs.transport_connections;
        self.jobs.stopping() || self.unreached.load(Ordering::SeqCst) >= patience
    }

    fn lease(&self) -> Lease<'_> {
        let now = self.jobs.office.clock.timestamp();
        Lease { holder: &self.jobs.holder, now, until: now + self.jobs.lease }
    }

    async fn hand_over(&self, claimed: &[DeliveryRow], total: &mut Delivered) -> Result<(), JobError> {
        let mut ids: Vec<LetterId> = claimed.iter().map(|row| row.letter_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mailings = Mailing::of(&self.jobs.office, &ids).await?;
        let work = claimed.iter().filter_map(|row| Some((row, mailings.get(&row.letter_id)?.clone())));
        let mut results = futures_util::stream::iter(work)
            .map(|(row, mailing)| async move { (row.id, self.deliver_one(row, &mailing).await) })
            // More than there are lines: while one mail's outcome is written down, the next one uses the line.
            .buffer_unordered(self.jobs.transport_connections * 4);
        let mut untried = Vec::new();
        while let Some((id, result)) = results.next().await {
            match result? {
                Tried::Ended(AttemptOutcome::Accepted) => total.accepted += 1,
                Tried::Ended(AttemptOutcome::Permanent) => total.failed += 1,
                Tried::Ended(AttemptOutcome::Uncertain) => total.uncertain += 1,
                Tried::Ended(AttemptOutcome::Transient | AttemptOutcome::Blocked | AttemptOutcome::Begun) => {
                    total.deferred += 1;
                }
                Tried::Not => untried.push(id),
                Tried::LeaseLost => {}
            }
        }
        if !untried.is_empty() {
            let lease = self.lease();
            // Somebody else may go on at once when this process stops.
            let wait = if self.jobs.stopping() { TimeDelta::zero() } else { PAUSE };
            let next = lease.now + wait;
            deliveries::give_back(&self.jobs.office, &untried, &lease, next).await?;
        }
        Ok(())
    }

    /// One mailbox.
    async fn deliver_one(&self, row: &DeliveryRow, mailing: &Mailing) -> Result<Tried, JobError> {
        // Never closed; whoever waits for a line has not begun, and need not when the round is over.
        let line = self.lines.acquire().await;
        if self.is_over() {
            return Ok(Tried::Not);
        }
        let sender = &self.jobs.office.letters.sender.address;
        let label = format!("{}-{}", mailing.file_stem(), row.email);
        // Of a letter of a pilot that is the one mailbox; the row keeps the one it would have gone to.
        let recipient = mailing.recipient(row);
        let prepared =
            mailing.addressed(row).and_then(|raw| Ok((raw, Envelope::new(sender, recipient, &label)?)));
        let (raw, envelope) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                let refused = Ending::of(AttemptOutcome::Permanent, error.to_string());
                return self.attempt(row, async { refused }).await;
            }
        };
        failpoint!("open");
        // Up to here nothing of the content has been sent: a failure needs no intent before it.
        let conversation = match self.jobs.transport.open(&envelope).await {
            Ok(conversation) => conversation,
            Err(error) => {
                let unreached = error.stage == SendStage::Connect || error.failure == Failure::Unusable;
                self.reached(!unreached);
                drop(line);
                return self.attempt(row, async { Ending::from(error) }).await;
            }
        };
        self.reached(true);
        failpoint!("opened");
        let handover = async move {
            let handed = conversation.deliver(&raw).await;
            failpoint!("handed");
            drop(line);
            match handed {
                Ok(Accepted { reply }) => Ending::of(AttemptOutcome::Accepted, reply),
                Err(error) => Ending::from(error),
            }
        };
        self.attempt(row, handover).await
    }

    /// Letters that no server takes wait, and a person must know why; when they go out again it is over.
    async fn tell(&self, total: &Delivered) -> Result<(), JobError> {
        let Jobs { office, .. } = self.jobs;
        let kind = IncidentKind::TransportRefused;
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reply) = refused {
            let detail = format!("邮件服务器不收本系统的邮件，函件留待重发；请检查邮件设置：{reply}");
            let subject = (SubjectKind::Job, Job::Deliver.to_string());
            incidents::open(office, &Actor::job(), kind, subject, detail).await?;
        } else if total.accepted > 0 {
            incidents::end(office, &Actor::job(), kind, Job::Deliver.as_str()).await?;
        }
        Ok(())
    }

    fn reached(&self, reached: bool) {
        if reached {
            self.unreached.store(0, Ordering::SeqCst);
        } else {
            self.unreached.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Writes the intent, runs `handover`, writes the outcome.
    async fn attempt(
        &self,
        row: &DeliveryRow,
        handover: impl Future<Output = Ending>,
    ) -> Result<Tried, JobError> {
        let attempt = Id::of(self.jobs.office.clock.new_id());
        let Some(number) = self.attempts.begin(AttemptBegin { delivery: row.id, attempt }).await? else {
            return Ok(Tried::LeaseLost);
        };
        let ending = handover.await;
        if ending.again == Again::Unusable {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending.reply.clone());
        }
        let outcome = ending.outcome;
        // What a broken transport cost is not counted against the letter.
        let mut tries = number;
        if number >= ATTEMPTS_MAX && ending.again != Again::Unusable {
            let blocked = self.jobs.office.read.count_blocked_attempts(row.id).await?;
            tries -= i32::try_from(blocked).unwrap_or(0);
        }
        let end = self.end(row, (attempt, tries), ending);
        self.attempts.end(end).await?;
        Ok(Tried::Ended(outcome))
    }

    fn end(&self, row: &DeliveryRow, (attempt, tries): (AttemptId, i32), ending: Ending) -> AttemptEnd {
        let Ending { outcome, reply, again } = ending;
        let clock = &self.jobs.office.clock;
        let now = clock.timestamp();
        let wait = wait_after(tries, again, spread(attempt));
        let state = match (outcome, wait) {
            (AttemptOutcome::Accepted, _) => DeliveryState::Accepted,
            (AttemptOutcome::Permanent, _) | (_, None) => DeliveryState::Failed,
            _ => DeliveryState::Pending,
        };
        let incident = (state == DeliveryState::Failed).then(|| {
            tracing::error!(delivery = %row.id.0, email = row.email, reply, "a letter could not be delivered");
            let subject = (SubjectKind::Delivery, row.id.0.to_string());
            let detail = format!("发往{}的邮件未能送出：{reply}", row.email);
            IncidentRow::new(Id::of(clock.new_id()), IncidentKind::DeliveryFailed, subject, detail, now)
        });
        AttemptEnd {
            delivery: row.id,
            attempt,
            outcome,
            reply: Some(reply),
            state,
            next_attempt_at: now + wait.unwrap_or_default(),
            accepted_at: (state == DeliveryState::Accepted).then_some(now),
            incident,
            now,
        }
    }
}

/// What became of one claimed delivery.
enum Tried {
    /// An attempt was made.
    Ended(AttemptOutcome),
    /// The round was over before its turn came.
    Not,
    /// Somebody else is at it.
    LeaseLost,
}

/// How a handover ended, in the words of the outbox.
pub(super) struct Ending {
    pub(super) outcome: AttemptOutcome,
    pub(super) reply: String,
    pub(super) again: Again,
}

impl Ending {
    pub(super) fn of(outcome: AttemptOutcome, reply: String) -> Self {
        Self { outcome, reply, again: Again::Refused }
    }
}

impl From<SendError> for Ending {
    fn from(error: SendError) -> Self {
        let (outcome, again) = match error.failure {
            Failure::Transient => (AttemptOutcome::Transient, Again::Refused),
            Failure::Unusable => (AttemptOutcome::Blocked, Again::Unusable),
            Failure::Permanent => (AttemptOutcome::Permanent, Again::Refused),
            Failure::Uncertain => (AttemptOutcome::Uncertain, Again::Uncertain),
        };
        Self { outcome, again, reply: error.reply }
    }
}

/// A number that differs from attempt to attempt: the random end of its id.
pub(super) fn spread(attempt: AttemptId) -> u32 {
    let bytes = attempt.0.as_bytes();
    u32::from_be_bytes([0, 0, bytes[14], bytes[15]])
}
