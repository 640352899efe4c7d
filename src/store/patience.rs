//! How long things may take.
//!
//! Whoever waits for an answer is told within ten seconds, even when it is only that there is none now. So each step has a
//! bound: the wait for a connection, for others' locks, for a statement; and beside them there is the time by which the whole
//! call must be over ([`until`]), which each step looks at.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Bounds of the statements of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Wait for a connection.
    pub connection: Duration,
    /// Wait for locks that others hold, in a transaction.
    pub lock: Duration,
    /// The same of a statement by itself, which mostly reads.
    pub glance: Duration,
    /// The same on SQLite, where whoever writes holds the only one.
    pub busy: Duration,
    /// One statement, with its waits; `None` for no bound.
    pub statement: Option<Duration>,
}

impl Limits {
    /// For those who wait for an answer.
    pub const CALL: Self = Self {
        connection: Duration::from_secs(4),
        lock: Duration::from_secs(3),
        glance: Duration::from_secs(1),
        busy: Duration::from_secs(5),
        statement: Some(Duration::from_secs(8)),
    };
    /// For jobs and commands, which nobody waits for.
    pub const WORK: Self = Self {
        connection: Duration::from_secs(10),
        lock: Duration::from_secs(8),
        glance: Duration::from_secs(8),
        busy: Duration::from_secs(10),
        statement: Some(Duration::from_secs(900)),
    };
    /// For the question whether the service is ready, which is asked every few seconds.
    pub const PROBE: Self = Self {
        connection: Duration::from_secs(2),
        lock: Duration::from_millis(500),
        glance: Duration::from_millis(500),
        busy: Duration::from_millis(200),
        statement: Some(Duration::from_secs(2)),
    };
}

/// The time by which a call must be over; it moves on when its body has come in.
#[derive(Debug, Clone)]
pub struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    /// After `patience` from now.
    pub fn after(patience: Duration) -> Self {
        Self(Arc::new(Mutex::new(Some(Instant::now() + patience))))
    }

    /// None: for work that takes as long as it takes.
    pub fn none() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Begins again from now.
    pub fn renew(&self, patience: Duration) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if at.is_some() {
            *at = Some(Instant::now() + patience);
        }
    }

    fn at(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    static DEADLINE: Deadline;
}

/// Works with this deadline: whoever waits for the database in it gives up when the deadline is there.
pub async fn until<T>(deadline: Deadline, work: impl Future<Output = T>) -> T {
    DEADLINE.scope(deadline, work).await
}

fn deadline() -> Option<Instant> {
    DEADLINE.try_with(Deadline::at).ok().flatten()
}

/// What is left to wait until the deadline of the call, `most` at most.
pub fn left(most: Duration) -> Duration {
    deadline().map_or(most, |at| most.min(at.saturating_duration_since(Instant::now())))
}

/// What the work gives; `None` when the deadline is there before.
pub(super) async fn in_time<T>(work: impl Future<Output = T>) -> Option<T> {
    match deadline() {
        Some(at) => tokio::time::timeout_at(at, work).await.ok(),
        None => Some(work.await),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_gives_up_at_the_deadline() {
        let never = std::future::pending::<()>;
        let deadline = Deadline::after(Duration::from_millis(60));
        let begun = Instant::now();
        let gave = until(deadline.clone(), async {
            assert_eq!(left(Duration::from_millis(1)), Duration::from_millis(1));
            assert!(left(Duration::from_secs(30)) <= Duration::from_millis(60));
            in_time(never()).await
        });
        assert_eq!(gave.await, None);
        assert!(begun.elapsed() >= Duration::from_millis(60));
        deadline.renew(Duration::from_millis(40));
        assert_eq!(until(deadline, in_time(never())).await, None);
        assert!(begun.elapsed() >= Duration::from_millis(100));
        // Work without a deadline, also within a call that has one.
        let inner = until(Deadline::none(), async { left(Duration::from_secs(30)) });
        assert_eq!(until(Deadline::after(Duration::ZERO), inner).await, Duration::from_secs(30));
        assert_eq!(in_time(async { 1 }).await, Some(1));
    }
}
