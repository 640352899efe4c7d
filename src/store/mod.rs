//! Rows in, domain values out; the only room that knows two databases exist.
//!
//! `queries/` is compiled twice, once against each database's connection, so that every query is checked for
//! both and none is generic. What only one database can say stands in `pg/` and `sqlite/` under the same names.
//! `front` lists the queries that are called from outside as methods of [`Store`] and [`Tx`], which pick the right twin at
//! run time; it is the only trick of its kind.

pub mod constraints;
mod copies;
pub mod curves;
mod error;
pub mod failpoint;
mod front;
mod pool;
pub mod revisions;
pub mod rows;
pub mod rule_packs;
#[expect(missing_docs, reason = "table! writes items that cannot carry comments")]
pub mod schema;
pub mod seed;
mod transaction;
pub mod types;

use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use futures_util::FutureExt as _;

pub use copies::SchemaStanding;
pub use error::StoreError;
pub use front::{Answer, Reader};
pub use pool::{PooledConn, checkout};
pub use transaction::Tx;

/// The PostgreSQL twin.
#[path = "."]
pub mod pg {
    /// A PostgreSQL connection.
    pub type Conn = diesel_async::AsyncPgConnection;
    /// Its diesel backend.
    pub type Backend = diesel::pg::Pg;
    macro_rules! write_transaction {
        ($conn:expr, $body:expr) => {
            diesel_async::AsyncConnection::transaction($conn, $body)
        };
    }
    #[path = "pg/attempts.rs"]
    pub mod attempts;
    #[path = "pg/bulk.rs"]
    pub mod bulk;
    #[path = "pg/facts.rs"]
    pub mod facts;
    #[path = "pg/issuing.rs"]
    pub mod issuing;
    #[path = "pg/locks.rs"]
    pub mod locks;
    #[path = "queries/mod.rs"]
    pub mod queries;
    #[path = "pg/snapshot.rs"]
    pub mod snapshot;
}

/// The SQLite twin.
#[path = "."]
pub mod sqlite {
    /// A SQLite connection, moved to a blocking thread for each statement.
    pub type Conn = diesel_async::sync_connection_wrapper::SyncConnectionWrapper<
        diesel::SqliteConnection,
        blocking::Blocking,
    >;
    /// Its diesel backend.
    pub type Backend = diesel::sqlite::Sqlite;
    macro_rules! write_transaction {
        ($conn:expr, $body:expr) => {
            $crate::sqlite::blocking::write_transaction($conn, $body)
        };
    }
    #[path = "sqlite/attempts.rs"]
    pub mod attempts;
    #[path = "sqlite/blocking.rs"]
    pub mod blocking;
    #[path = "sqlite/bulk.rs"]
    pub mod bulk;
    #[path = "sqlite/facts.rs"]
    pub mod facts;
    #[path = "sqlite/issuing.rs"]
    pub mod issuing;
    #[path = "sqlite/locks.rs"]
    pub mod locks;
    #[path = "queries/mod.rs"]
    pub mod queries;
    #[path = "sqlite/snapshot.rs"]
    pub mod snapshot;
}

const PG_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// A pool of connections to one of the two databases. Cheap to clone.
#[derive(Clone)]
pub enum Store {
    /// Production: many replicas share one server.
    Pg(Pool<pg::Conn>),
    /// Default: one file beside the process.
    Sqlite(Pool<sqlite::Conn>),
}

/// A rule over several rows that no constraint can hold: whoever checks it must be alone until it has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoleRule {
    /// No name or alias belongs to two measures.
    MeasureNames = 1,
    /// Campaigns form a tree.
    CampaignTree = 2,
    /// Tasks form a tree.
    TaskTree = 3,
    /// Versions of a rule pack count up by one.
    RulePackVersions = 4,
    /// Built-in rows are put into an empty table, once.
    Seeds = 5,
    /// The lead unit beside an indicator is that of the lists in force.
    Responsibilities = 6,
    /// One draft waits for each unit, campaign and kind.
    Drafts = 7,
    /// Units form a tree.
    UnitTree = 21,
}

impl Store {
    /// Opens a pool of at most `connections` to `url`: `postgres://…`, `sqlite://FILE`, or a file's path.
    /// Connections are made when first used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the pool cannot be made.
    pub fn open(url: &str, connections: usize) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut config = ManagerConfig::<pg::Conn>::default();
            config.recycling_method = RecyclingMethod::Fast;
            config.custom_setup = Box::new(|url| {
                let url = url.to_owned();
                async move {
                    let mut conn = pg::Conn::establish(&url).await?;
                    conn.batch_execute(PG_SETTINGS)
                        .await
                        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                    Ok(conn)
                }
                .boxed()
            });
            let manager = AsyncDieselConnectionManager::new_with_config(url, config);
            return pool::build(pool::renewed(Pool::builder(manager)), connections).map(Self::Pg);
        }
        let mut config = ManagerConfig::<sqlite::Conn>::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(|path| {
            let path = path.to_owned();
            async move {
                let mut conn = sqlite::Conn::establish(&path).await?;
                conn.batch_execute(SQLITE_PRAGMAS)
                    .await
                    .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(conn)
            }
            .boxed()
        });
        let path = url.strip_prefix("sqlite://").unwrap_or(url);
        let manager = AsyncDieselConnectionManager::new_with_config(path, config);
        pool::build(Pool::builder(manager), connections).map(Self::Sqlite)
    }

    /// Brings the tables up to date; safe to run on any number of replicas at once.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer or a step fails.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Pg(pool) => {
                let mut conn = checkout(pool).await?;
                // Two replicas that start together must not migrate together; the lock goes with the connection.
                conn.batch_execute("SET lock_timeout = 0; SELECT pg_advisory_lock(7326511)").await?;
                let mut harness = AsyncMigrationHarness::new(conn);
                let done = run(&mut harness, PG_MIGRATIONS);
                let mut conn = harness.into_inner();
                conn.batch_execute("SELECT pg_advisory_unlock(7326511)").await?;
                conn.batch_execute(PG_SETTINGS).await?;
                done
            }
            Self::Sqlite(pool) => {
                let conn = checkout(pool).await?;
                run(&mut AsyncMigrationHarness::new(conn), SQLITE_MIGRATIONS)
            }
        }
    }

    /// Takes every migration back, newest first. For tests of the migrations themselves.
    ///
    /// # Errors
    /// [`StoreError`] when a step fails.
    pub async fn revert_all(&self) -> Result<(), StoreError> {
        let failed =
            |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
        match self {
            Self::Pg(pool) => AsyncMigrationHarness::new(checkout(pool).await?)
                .revert_all_migrations(PG_MIGRATIONS)
                .map(drop)
                .map_err(failed),
            Self::Sqlite(pool) => AsyncMigrationHarness::new(checkout(pool).await?)
                .revert_all_migrations(SQLITE_MIGRATIONS)
                .map(drop)
                .map_err(failed),
        }
    }

    /// Carries over into the database's file what was written into SQLite's log beside it. Nobody waits for it, neither
    /// readers nor writers; a writer that had to do it itself would, and after a large one for longer than the write took.
    /// PostgreSQL does so by itself.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer or the disk fails.
    pub async fn carry_over_log(&self) -> Result<(), StoreError> {
        if let Self::Sqlite(pool) = self {
            checkout(pool).await?.batch_execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
        }
        Ok(())
    }

    /// Whether several can write at the same time, each on a connection of its own.
    pub fn writes_side_by_side(&self) -> bool {
        matches!(self, Self::Pg(_))
    }

    /// `postgresql` or `sqlite`, for logs and `/readyz`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pg(_) => "postgresql",
            Self::Sqlite(_) => "sqlite",
        }
    }
}

/// A statement that waits for others' locks longer than this gives up: whoever asked is told to try again, and its connection serves
/// those who want something else.
const PG_SETTINGS: &str = "SET lock_timeout = '8s'";

/// A file that survives a crash, does not block readers, and enforces its references. What is committed is on the disk:
/// a number must not be given again because the power failed. The log is carried over by [`Store::carry_over_log`]; where
/// nothing calls it, by whoever writes past 128 MiB (32,768 pages), and by the last connection that closes.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                              PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 32768;";

fn run<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    harness
        .run_pending_migrations(migrations)
        .map(|done| done.iter().map(ToString::to_string).collect())
        .map_err(|error| StoreError::Migration(error.to_string()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of an API key. Keys are long and random, so that one round of SHA-256 is enough.
pub fn hash_key(key: &str) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(key.as_bytes()))
}
