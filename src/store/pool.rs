//! Pools of connections, and what is lent from them.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use deadpool::managed::{Hook, HookError, Manager, Object, Pool, PoolBuilder};
use diesel_async::pooled_connection::PoolableConnection;

use super::StoreError;
use super::patience::{Limits, left};

/// How long a connection to a server is used: after a failover one may be left that can only read, or that leads to the old server.
const LIFE: Duration = Duration::from_secs(60);

/// Lets go of connections that are older than [`LIFE`], when they are lent next.
pub(super) fn renewed<M: Manager>(builder: PoolBuilder<M>) -> PoolBuilder<M> {
    builder.pre_recycle(Hook::sync_fn(|_, metrics| {
        if metrics.created.elapsed() > LIFE { Err(HookError::message("old")) } else { Ok(()) }
    }))
}

pub(super) fn build<M: Manager>(
    builder: PoolBuilder<M>,
    connections: usize,
    limits: Limits,
) -> Result<Pool<M>, StoreError> {
    builder
        .max_size(connections)
        .wait_timeout(Some(limits.connection))
        .create_timeout(Some(limits.connection))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

static LENT: AtomicI64 = AtomicI64::new(0);
static WAITING: AtomicI64 = AtomicI64::new(0);

/// Counts as long as it lives.
struct Counted(&'static AtomicI64);

impl Counted {
    fn one_more(count: &'static AtomicI64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Connections of this process, over all its pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// In use.
    pub lent: i64,
    /// Waited for.
    pub waiting: i64,
}

/// How the connections of this process are used now.
pub fn usage() -> PoolUsage {
    PoolUsage { lent: LENT.load(Ordering::Relaxed), waiting: WAITING.load(Ordering::Relaxed) }
}

/// A connection from the pool.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database does not answer in time.
pub async fn checkout<M>(pool: &Pool<M>) -> Result<PooledConn<M>, StoreError>
where
    M: Manager<Type: PoolableConnection, Error: std::fmt::Display>,
{
    let mut patience = pool.timeouts();
    patience.wait = patience.wait.map(left);
    patience.create = patience.create.map(left);
    let waiting = Counted::one_more(&WAITING);
    let conn =
        pool.timeout_get(&patience).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    drop(waiting);
    Ok(PooledConn { conn: Some(conn), _lent: Counted::one_more(&LENT) })
}

/// A connection that goes back to its pool, unless it comes back in the middle of a transaction: whoever held it was
/// dropped or panicked, or could not commit. Then it is closed at once, so that its locks hold nobody up.
pub struct PooledConn<M: Manager<Type: PoolableConnection>> {
    conn: Option<Object<M>>,
    _lent: Counted,
}

impl<M: Manager<Type: PoolableConnection>> PooledConn<M> {
    /// Ends it for good, with whatever its session holds.
    pub(super) fn close(mut self) {
        if let Some(conn) = self.conn.take() {
            drop(Object::take(conn));
        }
    }
}

impl<M: Manager<Type: PoolableConnection>> Drop for PooledConn<M> {
    fn drop(&mut self) {
        if let Some(mut conn) = self.conn.take()
            && conn.is_broken()
        {
            drop(Object::take(conn));
        }
    }
}

impl<M: Manager<Type: PoolableConnection>> Deref for PooledConn<M> {
    type Target = M::Type;

    fn deref(&self) -> &M::Type {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("only the drop takes it"),
        }
    }
}

impl<M: Manager<Type: PoolableConnection>> DerefMut for PooledConn<M> {
    fn deref_mut(&mut self) -> &mut M::Type {
        match &mut self.conn {
            Some(conn) => conn,
            None => unreachable!("only the drop takes it"),
        }
    }
}
