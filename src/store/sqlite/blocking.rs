//! SQLite's statements run on blocking threads, one at a time for each connection.

use std::any::Any;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use diesel::connection::AnsiTransactionManager;
use diesel_async::TransactionManager as _;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncTransactionManagerWrapper};
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinError, JoinHandle};

use super::Conn;
use crate::StoreError;
use crate::patience::{Limits, left};

/// Where the statements of a connection run. Unlike the one that comes with diesel-async it may be cancelled on any
/// kind of runtime, and it is compiled once, not once for every query.
pub struct Blocking(Handle);

type Answer = Box<dyn Any + Send>;

impl SpawnBlocking for Blocking {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn Error + Send + Sync>>>
    where
        R: Send + 'static,
    {
        let running = Running::start(&self.0, Box::new(move || Box::new(task()) as Answer));
        Box::pin(async move {
            let answer = running.await?.downcast::<R>();
            answer.map(|answer| *answer).map_err(|_| "an answer of another statement".into())
        })
    }

    fn get_runtime() -> Self {
        Self(Handle::current())
    }
}

/// A statement that runs.
struct Running(JoinHandle<Answer>);

impl Running {
    fn start(runtime: &Handle, task: Box<dyn FnOnce() -> Answer + Send>) -> Self {
        Self(runtime.spawn_blocking(task))
    }
}

impl Future for Running {
    type Output = Result<Answer, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

/// Whoever no longer waits for the answer still waits for the statement's end: the next one to use the connection must
/// find it at rest.
impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
        while !self.0.is_finished() {
            std::thread::sleep(Duration::from_micros(100));
        }
    }
}

/// The right to write, within this process. Statements run on few threads: as many transactions that waited there for
/// SQLite's lock would keep its holder's next statement from running, and all would stand until they gave up.
static WRITER: Semaphore = Semaphore::const_new(1);

/// How long the right is waited for; whoever has a deadline waits less.
const TURN: Duration = Duration::from_secs(60);
/// What whoever has a deadline keeps of it for SQLite's own lock.
const KEPT: Duration = Limits::CALL.busy;

/// Begins a transaction that holds the right to write from its beginning: a deferred one that starts to write may fail at
/// once with SQLITE_BUSY, this one waits.
///
/// # Errors
/// Why the transaction could not begin; `Held` when others write for too long.
pub async fn begin(conn: &mut Conn) -> Result<SemaphorePermit<'static>, StoreError> {
    let patience = match left(TURN) {
        TURN => TURN,
        less => less.saturating_sub(KEPT),
    };
    let Ok(turn) = tokio::time::timeout(patience, WRITER.acquire()).await else {
        return Err(StoreError::Held("another write of this process takes its time".to_owned()));
    };
    conn.spawn_blocking(|conn| AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"))
        .await?;
    turn.map_err(|_| StoreError::Unavailable("the right to write was given up".to_owned()))
}

/// Makes what was written hold.
///
/// # Errors
/// What the database said; `Unknown` when the disk failed under it.
pub async fn commit(conn: &mut Conn) -> Result<(), StoreError> {
    type Manager = SyncTransactionManagerWrapper<AnsiTransactionManager>;
    Manager::commit_transaction(conn).await.map_err(|error| {
        if error.to_string().contains("disk I/O error") {
            StoreError::Unknown(error.to_string())
        } else {
            error.into()
        }
    })
}

/// Runs `body` in a transaction ([`begin`]), or as a part of the one that is open, which it may then fail without ending.
///
/// # Errors
/// What `body` says, after everything is taken back; or why the transaction could not begin or end.
pub async fn write_transaction<T, E: From<StoreError>>(
    conn: &mut Conn,
    body: impl AsyncFnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    type Manager = SyncTransactionManagerWrapper<AnsiTransactionManager>;
    let status = Manager::transaction_manager_status_mut(conn).transaction_depth();
    let open = status.map_err(StoreError::from)?.is_some();
    let _turn = if open {
        // A savepoint.
        Manager::begin_transaction(conn).await.map_err(StoreError::from)?;
        None
    } else {
        Some(begin(conn).await?)
    };
    match body(&mut *conn).await {
        Ok(value) => {
            commit(conn).await?;
            Ok(value)
        }
        Err(error) => {
            // What could not be taken back goes with the connection, which is not used again.
            let _ = Manager::rollback_transaction(conn).await;
            Err(error)
        }
    }
}
