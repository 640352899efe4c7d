//! Pools of connections, and what is lent from them.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use deadpool::managed::{Hook, HookError, Manager, Object, Pool, PoolBuilder};
use diesel_async::pooled_connection::PoolableConnection;

use super::StoreError;

/// How long a connection is waited for.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

/// How long a connection to a server is used: after a failover one may be left that can only read, or that leads to the old server.
const LIFE: Duration = Duration::from_secs(60);

/// Lets go of connections that are older than [`LIFE`], when they are lent next.
pub(super) fn renewed<M: Manager>(builder: PoolBuilder<M>) -> PoolBuilder<M> {
    builder.pre_recycle(Hook::sync_fn(|_, metrics| {
        if metrics.created.elapsed() > LIFE { Err(HookError::message("old")) } else { Ok(()) }
    }))
}

pub(super) fn build<M: Manager>(builder: PoolBuilder<M>, connections: usize) -> Result<Pool<M>, StoreError> {
    builder
        .max_size(connections)
        .wait_timeout(PATIENCE)
        .create_timeout(PATIENCE)
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// A connection from the pool.
///
/// # Errors
/// [`StoreError::Unavailable`] when the database does not answer in time.
pub async fn checkout<M>(pool: &Pool<M>) -> Result<PooledConn<M>, StoreError>
where
    M: Manager<Type: PoolableConnection, Error: std::fmt::Display>,
{
    let conn = pool.get().await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(PooledConn(Some(conn)))
}

/// A connection that goes back to its pool, unless it comes back in the middle of a transaction: whoever held it was
/// dropped or panicked, or could not commit. Then it is closed at once, so that its locks hold nobody up.
pub struct PooledConn<M: Manager<Type: PoolableConnection>>(Option<Object<M>>);

impl<M: Manager<Type: PoolableConnection>> Drop for PooledConn<M> {
    fn drop(&mut self) {
        if let Some(mut conn) = self.0.take()
            && conn.is_broken()
        {
            drop(Object::take(conn));
        }
    }
}

impl<M: Manager<Type: PoolableConnection>> Deref for PooledConn<M> {
    type Target = M::Type;

    fn deref(&self) -> &M::Type {
        match &self.0 {
            Some(conn) => conn,
            None => unreachable!("only the drop takes it"),
        }
    }
}

impl<M: Manager<Type: PoolableConnection>> DerefMut for PooledConn<M> {
    fn deref_mut(&mut self) -> &mut M::Type {
        match &mut self.0 {
            Some(conn) => conn,
            None => unreachable!("only the drop takes it"),
        }
    }
}
