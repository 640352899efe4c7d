//! Intents and outcomes, written down together: who comes while others are being written goes with the next.
//!
//! Each intent is still on disk before its content is sent, and each outcome after the reply. Only the number of
//! writes falls, from two a letter to a few for all connections. Where the database lets several write, intents do not
//! wait for outcomes: a connection to the mail server stands idle until its intent is down.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use tokio::sync::{Mutex as Turn, oneshot};

use super::{Office, Refusal};
use crate::store::rows::{AttemptBegin, AttemptEnd, Lease};
use crate::store::{StoreError, failpoint};

/// What is to be written, and whom to tell.
enum Entry {
    Begin(AttemptBegin, oneshot::Sender<Option<i32>>),
    End(Box<AttemptEnd>, oneshot::Sender<()>),
}

/// Who waits to be written, and whose turn it is to write.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<Entry>>,
    turn: Turn<()>,
}

/// The queues in front of `delivery_attempts`.
pub struct AttemptBatch<'o> {
    office: &'o Office,
    holder: &'o str,
    lease: TimeDelta,
    intents: Queue,
    outcomes: Queue,
}

impl<'o> AttemptBatch<'o> {
    /// Queues for the deliveries that `holder` has claimed; each intent renews its delivery's lease.
    pub fn new(office: &'o Office, holder: &'o str, lease: TimeDelta) -> Self {
        Self { office, holder, lease, intents: Queue::default(), outcomes: Queue::default() }
    }

    /// Writes an intent; its number among the attempts, or `None` when the lease was lost and nothing may be sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, begin: AttemptBegin) -> Result<Option<i32>, Refusal> {
        let (tell, told) = oneshot::channel();
        self.written(&self.intents, Entry::Begin(begin, tell), told).await
    }

    /// Writes an outcome.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(&self, end: AttemptEnd) -> Result<(), Refusal> {
        let (tell, told) = oneshot::channel();
        let apart = self.office.store.writes_side_by_side();
        let queue = if apart { &self.outcomes } else { &self.intents };
        self.written(queue, Entry::End(Box::new(end), tell), told).await
    }

    /// Waits for the turn; finds the own entry written by whoever had it before, or writes all that wait.
    async fn written<T>(
        &self,
        queue: &Queue,
        entry: Entry,
        mut told: oneshot::Receiver<T>,
    ) -> Result<T, Refusal> {
        queue.waiting().push(entry);
        let turn = queue.turn.lock().await;
        if let Ok(answer) = told.try_recv() {
            return Ok(answer);
        }
        // Taken before the await: the guard must not outlive this line.
        let entries = std::mem::take(&mut *queue.waiting());
        self.write(entries).await?;
        drop(turn);
        told.await.map_err(|_| StoreError::Unavailable("the outcome was not written".to_owned()).into())
    }

    async fn write(&self, entries: Vec<Entry>) -> Result<(), Refusal> {
        let (mut begins, mut ends, mut tell_begun, mut tell_ended) = (vec![], vec![], vec![], vec![]);
        for entry in entries {
            match entry {
                Entry::Begin(begin, tell) => {
                    begins.push(begin);
                    tell_begun.push((begin.delivery, tell));
                }
                Entry::End(end, tell) => {
                    ends.push(*end);
                    tell_ended.push(tell);
                }
            }
        }
        let now = self.office.clock.timestamp();
        let lease = Lease { holder: self.holder, now, until: now + self.lease };
        let begun: HashMap<_, _> = self.office.store.write_attempts(&begins, &ends, &lease).await?;
        failpoint!(if begins.is_empty() { "outcome.committed" } else { "intent.committed" });
        for (delivery, tell) in tell_begun {
            let _ = tell.send(begun.get(&delivery).copied());
        }
        for tell in tell_ended {
            let _ = tell.send(());
        }
        Ok(())
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
