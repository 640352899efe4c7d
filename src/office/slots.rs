//! Slots of jobs: which of them is done, and whose it is while it is not.
//!
//! A slot is done when its work is done. Until then it is held by a lease that is renewed beside the work: whoever dies
//! leaves it to the others within half a minute, and a failure leaves it to everybody after a wait that grows.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Office, StoreError};
use crate::clock::office_zone;
use crate::store::rows::SlotClaim;
use crate::store::types::micros;

/// How long a replica may be silent before another takes its slot over.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a replica at work says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// Wait after the first failure; each further one doubles it.
const WAIT: TimeDelta = TimeDelta::seconds(20);
/// No wait is longer.
const WAIT_MAX: TimeDelta = TimeDelta::minutes(5);
/// How long slots are remembered.
const MEMORY: TimeDelta = TimeDelta::days(90);

/// One slot of a job, seen by one replica.
#[derive(Clone)]
pub struct Slot {
    office: Office,
    holder: String,
    job: &'static str,
    due: DateTime<Utc>,
}

/// How a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotStanding {
    /// Nothing is due, or it is done.
    Done,
    /// Somebody is at it.
    InWork,
    /// It failed, and its wait is not over.
    Waiting,
    /// Anybody may take it up.
    Open,
}

impl Slot {
    /// The slot of `job` that was due then, for the replica `holder`.
    pub fn new(office: &Office, holder: &str, job: &'static str, due: DateTime<Utc>) -> Self {
        Self { office: office.clone(), holder: holder.to_owned(), job, due }
    }

    fn due_at(&self) -> NaiveDateTime {
        micros(self.due.naive_utc())
    }

    fn claim(&self, lease: TimeDelta) -> SlotClaim<'_> {
        let now = self.office.clock.timestamp();
        SlotClaim {
            job: self.job,
            due_at: self.due_at(),
            holder: &self.holder,
            now,
            lease_until: now + lease,
        }
    }

    /// How it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn standing(&self) -> Result<SlotStanding, StoreError> {
        let Some(slot) = self.office.store.find_slot(self.job, self.due_at()).await? else {
            return Ok(SlotStanding::Open);
        };
        let now = self.office.clock.timestamp();
        Ok(match (slot.finished_at, slot.lease_until < now, slot.holder.is_empty()) {
            (Some(_), ..) => SlotStanding::Done,
            (None, true, _) => SlotStanding::Open,
            (None, false, true) => SlotStanding::Waiting,
            (None, false, false) => SlotStanding::InWork,
        })
    }

    /// Says that it is done when a person has done its work since it was due. Gives whether that is so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_by_hand(&self) -> Result<bool, StoreError> {
        let day = self.due.with_timezone(&office_zone()).date_naive();
        let settled = self.office.store.was_run_by_hand(day, self.due_at()).await?;
        if settled {
            self.office.store.settle_slot(&self.claim(TimeDelta::zero()), "done by hand").await?;
        }
        Ok(settled)
    }

    /// Takes it up, unless it is done or somebody else's. It is held until it is given back, as long as this process lives.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_up(self) -> Result<Option<HeldSlot>, StoreError> {
        let taken = self.office.store.claim_slot(&self.claim(LEASE)).await?;
        Ok(taken.then(|| HeldSlot { heart: Heart::beating(self.clone()), slot: self }))
    }
}

/// A slot that this replica works on.
pub struct HeldSlot {
    slot: Slot,
    heart: Heart,
}

impl HeldSlot {
    /// Its work is done: `report` says what was made. Gives whether the slot was still held; when it was taken over
    /// meanwhile, its new holder says what became of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish(self, report: &str) -> Result<bool, StoreError> {
        self.heart.stop().await;
        let store = &self.slot.office.store;
        let claim = self.slot.claim(LEASE);
        let held = store.finish_slot(&claim, report).await?;
        store.forget_slots(claim.now - MEMORY).await?;
        Ok(held)
    }

    /// Its work failed: it may be taken up again after a wait.
    ///
    /// # Errors
    /// When the database fails; the lease runs out by itself.
    pub async fn give_back(self, error: &str) -> Result<(), StoreError> {
        self.heart.stop().await;
        let (store, slot) = (&self.slot.office.store, &self.slot);
        let attempts = store.find_slot(slot.job, slot.due_at()).await?.map_or(1, |slot| slot.attempts);
        store.release_slot(&slot.claim(wait_after(attempts)), error).await
    }
}

/// How long a slot that has failed `attempts` times is left alone.
fn wait_after(attempts: i32) -> TimeDelta {
    let doubled = (1..attempts.clamp(1, 10)).fold(WAIT, |wait, _| wait * 2);
    doubled.min(WAIT_MAX)
}

/// Renews a lease from a task of its own while the work keeps its thread busy.
struct Heart {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Heart {
    fn beating(slot: Slot) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            loop {
                // Never broken off in the middle of a statement.
                if tokio::time::timeout(BEAT, &mut stopped).await.is_ok() {
                    return;
                }
                match slot.office.store.renew_slot(&slot.claim(LEASE)).await {
                    Ok(true) => {}
                    // The work goes on: it is safe beside another's, and what is written in one piece stays so.
                    Ok(false) => return,
                    Err(error) => tracing::warn!(job = slot.job, %error, "a lease could not be renewed"),
                }
            }
        });
        Self { stop, task }
    }

    async fn stop(self) {
        drop(self.stop);
        let _ = self.task.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_minutes() {
        let seconds: Vec<_> = (1..=7).map(|attempts| wait_after(attempts).num_seconds()).collect();
        assert_eq!(seconds, [20, 40, 80, 160, 300, 300, 300]);
        assert_eq!((wait_after(0).num_seconds(), wait_after(i32::MAX).num_seconds()), (20, 300));
    }
}
