//! The outbox is emptied: each letter to each mailbox, at least once, never lost.
//!
//! Order of writing: the claim (lease), then the recipient is opened, then the intent, then the content, then the
//! outcome. A process that dies between intent and outcome leaves an attempt that is `begun`; whoever takes over
//! writes it down as uncertain and sends again with the same Message-ID.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::StreamExt as _;

use super::{JobError, Jobs};
use crate::db;
use crate::domain::TextEnum as _;
use crate::domain::delivery::{AttemptOutcome, DeliveryState, wait_after};
use crate::mail::message::{Mailbox, Outgoing, compose};
use crate::mail::transport::{Accepted, Envelope, Failure, SendError};
use crate::store::StoreError;
use crate::store::rows::{AttemptEnd, DeliveryRow, Lease, LetterRow};
use crate::store::types::Id;

/// A claim lasts twice as long as any one conversation may.
const LEASE: TimeDelta = TimeDelta::seconds(150);
/// How long to wait when the fault is not the letter's: wrong password, bad certificate.
const WAIT_UNUSABLE: TimeDelta = TimeDelta::minutes(5);

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

/// Delivers everything that is due, a few at a time, until nothing is due any more or `stop` says so.
///
/// # Errors
/// When the database fails. What was claimed is taken up again when its lease runs out.
pub async fn deliver(jobs: &Jobs) -> Result<Delivered, JobError> {
    let mut total = Delivered::default();
    let at_once = jobs.transport_connections;
    loop {
        if jobs.stopping() {
            return Ok(total);
        }
        let lease = lease(jobs);
        let claimed = db!(jobs.desk.store, deliveries::claim_deliveries(&lease, at_once as i64 * 8))?;
        if claimed.is_empty() {
            return Ok(total);
        }
        let letters = letters_of(jobs, &claimed).await?;
        let work = claimed.iter().filter_map(|row| Some((row, letters.get(&row.letter_id)?.clone())));
        let mut results = futures_util::stream::iter(work)
            .map(|(row, letter)| async move { deliver_one(jobs, row, &letter).await })
            .buffer_unordered(at_once);
        while let Some(result) = results.next().await {
            match result? {
                Some(AttemptOutcome::Accepted) => total.accepted += 1,
                Some(AttemptOutcome::Permanent) => total.failed += 1,
                Some(AttemptOutcome::Uncertain) => total.uncertain += 1,
                Some(AttemptOutcome::Transient | AttemptOutcome::Begun) => total.deferred += 1,
                None => {}
            }
        }
    }
}

fn lease(jobs: &Jobs) -> Lease<'_> {
    let now = jobs.desk.clock.timestamp();
    Lease { holder: &jobs.holder, now, until: now + LEASE }
}

/// A letter with all its mailboxes, for the headers every copy shows.
struct Posted {
    letter: LetterRow,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
}

async fn letters_of(jobs: &Jobs, claimed: &[DeliveryRow]) -> Result<HashMap<Id, Arc<Posted>>, JobError> {
    let mut letters = HashMap::new();
    for row in claimed {
        if letters.contains_key(&row.letter_id) {
            continue;
        }
        let letter = db!(jobs.desk.store, letters::find_letter(row.letter_id.0))?;
        let letter = letter.ok_or_else(|| StoreError::missing("letter", row.letter_id.0))?;
        let all = db!(jobs.desk.store, letters::list_letter_deliveries(row.letter_id.0))?;
        let of = |role: &str| {
            let chosen = all.iter().filter(|one| one.role == role);
            chosen.map(|one| Mailbox { name: one.name.clone(), address: one.email.clone() }).collect()
        };
        letters.insert(row.letter_id, Arc::new(Posted { to: of("to"), cc: of("cc"), letter }));
    }
    Ok(letters)
}

fn mail(jobs: &Jobs, row: &DeliveryRow, posted: &Posted) -> Outgoing {
    let letter = &posted.letter;
    Outgoing {
        message_id: row.message_id.clone(),
        from: jobs.sender.clone(),
        to: Mailbox { name: row.name.clone(), address: row.email.clone() },
        header_to: posted.to.clone(),
        header_cc: posted.cc.clone(),
        subject: letter.subject.clone(),
        text: letter.body_text.clone(),
        html: letter.body_html.clone(),
        inline: Vec::new(),
        attachments: Vec::new(),
        references: Vec::new(),
        // The row's own time: every try sends the same bytes.
        date: row.created_at.and_utc().with_timezone(&crate::clock::office()),
    }
}

/// One mailbox. `None` when the lease was lost and somebody else is at it.
async fn deliver_one(
    jobs: &Jobs,
    row: &DeliveryRow,
    posted: &Posted,
) -> Result<Option<AttemptOutcome>, JobError> {
    let outgoing = mail(jobs, row, posted);
    let prepared = compose(&outgoing).and_then(|raw| {
        let label = format!("{}-{}", file_stem(&posted.letter), row.email);
        Ok((raw, Envelope::new(&jobs.sender.address, &row.email, &label)?))
    });
    let (raw, envelope) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            let refused = Ending::of(AttemptOutcome::Permanent, error.to_string());
            return attempt(jobs, row, async { refused }).await;
        }
    };
    // Up to here nothing of the content has been sent: a failure needs no intent before it.
    match jobs.transport.open(&envelope).await {
        Ok(conversation) => {
            attempt(jobs, row, async {
                match conversation.deliver(&raw).await {
                    Ok(Accepted { reply }) => Ending::of(AttemptOutcome::Accepted, reply),
                    Err(error) => Ending::from(error),
                }
            })
            .await
        }
        Err(error) => attempt(jobs, row, async { Ending::from(error) }).await,
    }
}

/// How a handover ended, in the words of the outbox.
struct Ending {
    outcome: AttemptOutcome,
    reply: String,
    /// The fault is ours or the server's, not the letter's.
    unusable: bool,
}

impl Ending {
    fn of(outcome: AttemptOutcome, reply: String) -> Self {
        Self { outcome, reply, unusable: false }
    }
}

impl From<SendError> for Ending {
    fn from(error: SendError) -> Self {
        let outcome = match error.failure {
            Failure::Transient | Failure::Unusable => AttemptOutcome::Transient,
            Failure::Permanent => AttemptOutcome::Permanent,
            Failure::Uncertain => AttemptOutcome::Uncertain,
        };
        Self { outcome, unusable: error.failure == Failure::Unusable, reply: error.reply }
    }
}

/// Writes the intent, runs `handover`, writes the outcome.
async fn attempt(
    jobs: &Jobs,
    row: &DeliveryRow,
    handover: impl Future<Output = Ending>,
) -> Result<Option<AttemptOutcome>, JobError> {
    let attempt = Id(jobs.desk.clock.new_id());
    let lease = lease(jobs);
    let Some(number) = db!(jobs.desk.store, deliveries::begin_attempt(row.id, attempt, &lease))? else {
        return Ok(None);
    };
    let ending = handover.await;
    let now = jobs.desk.clock.timestamp();
    let spread = u32::from_be_bytes([0, 0, row.id.0.as_bytes()[14], row.id.0.as_bytes()[15]]);
    let wait = if ending.unusable { Some(WAIT_UNUSABLE) } else { wait_after(number, spread) };
    let state = match (ending.outcome, wait) {
        (AttemptOutcome::Accepted, _) => DeliveryState::Accepted,
        (AttemptOutcome::Permanent, _) | (_, None) => DeliveryState::Failed,
        _ => DeliveryState::Pending,
    };
    if state == DeliveryState::Failed {
        tracing::error!(delivery = %row.id.0, email = row.email, reply = ending.reply, "a letter could not be delivered");
    }
    let end = AttemptEnd {
        delivery: row.id,
        attempt,
        outcome: ending.outcome.as_str().to_owned(),
        reply: Some(ending.reply),
        state: state.as_str().to_owned(),
        next_attempt_at: now + wait.unwrap_or_default(),
        accepted_at: (state == DeliveryState::Accepted).then_some(now),
        now,
    };
    db!(jobs.desk.store, deliveries::finish_attempt(&end))?;
    Ok(Some(ending.outcome))
}

/// What the file of a letter is called: its number, in letters every file system knows.
fn file_stem(letter: &LetterRow) -> String {
    format!("{}{}-{:04}", letter.mark, letter.year, letter.serial.unwrap_or(0))
}
