//! A transaction that several queries share.

use diesel_async::TransactionManager as _;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use tokio::sync::SemaphorePermit;

use crate::front::Answer;
use crate::{PooledConn, Store, checkout, pg, sqlite};

/// An open transaction. Its queries are those of [`Store`]; what they write holds once [`Tx::commit`] is done, and is taken
/// back when it is dropped before.
pub struct Tx(pub(crate) Held);

#[expect(clippy::large_enum_variant, reason = "one a deed; a box would cost more than the move it saves")]
pub(crate) enum Held {
    Pg(PooledConn<AsyncDieselConnectionManager<pg::Conn>>),
    /// With the right to write, which SQLite gives to one at a time.
    Sqlite(PooledConn<AsyncDieselConnectionManager<sqlite::Conn>>, SemaphorePermit<'static>),
}

type PgManager = diesel_async::AnsiTransactionManager;
type SqliteManager = diesel_async::sync_connection_wrapper::SyncTransactionManagerWrapper<
    diesel::connection::AnsiTransactionManager,
>;

impl Store {
    /// Begins a transaction that may write from its beginning; on SQLite others who want to write wait for its end.
    ///
    /// # Errors
    /// See [`crate::StoreError`].
    pub fn begin(&self) -> Answer<'_, Tx> {
        match self {
            Self::Pg(pool) => Box::pin(async move {
                let mut conn = checkout(pool).await?;
                PgManager::begin_transaction(&mut *conn).await?;
                Ok(Tx(Held::Pg(conn)))
            }),
            Self::Sqlite(pool) => Box::pin(async move {
                let mut conn = checkout(pool).await?;
                let turn = sqlite::blocking::begin(&mut conn).await?;
                Ok(Tx(Held::Sqlite(conn, turn)))
            }),
        }
    }
}

impl Tx {
    /// Makes all that was written hold.
    ///
    /// # Errors
    /// See [`crate::StoreError`]; then nothing was written, but after `Unknown`.
    pub fn commit(self) -> Answer<'static, ()> {
        Box::pin(async move {
            match self.0 {
                Held::Pg(mut conn) => pg::ending::commit(&mut conn).await,
                Held::Sqlite(mut conn, _turn) => sqlite::blocking::commit(&mut conn).await,
            }
        })
    }

    /// Takes back all that was written. The same as dropping it, but the connection can be used again.
    ///
    /// # Errors
    /// See [`crate::StoreError`]; what was written is taken back all the same.
    pub fn roll_back(self) -> Answer<'static, ()> {
        Box::pin(async move {
            match self.0 {
                Held::Pg(mut conn) => PgManager::rollback_transaction(&mut *conn).await?,
                Held::Sqlite(mut conn, _turn) => SqliteManager::rollback_transaction(&mut *conn).await?,
            }
            Ok(())
        })
    }
}
