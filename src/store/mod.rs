//! Rows in, domain values out; the only room that knows two databases exist.
//!
//! `queries/` is compiled twice, once against each database's connection, so that every query is checked for
//! both and none is generic. What only one database can say stands in `pg/` and `sqlite/` under the same names.
//! `front` lists the queries that are called from outside as methods of [`Store`] and [`Tx`], which pick the right twin at
//! run time; it is the only trick of its kind.

pub mod constraints;
mod copies;
pub mod curves;
mod database_url;
mod error;
mod examine;
pub mod failpoint;
mod front;
mod ids;
mod migrating;
pub mod patience;
mod pool;
pub mod revisions;
pub mod rows;
pub mod rule_packs;
#[expect(missing_docs, reason = "table! writes items that cannot carry comments")]
pub mod schema;
pub mod seed;
mod sslmode;
mod transaction;
pub mod types;

use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use futures_util::FutureExt as _;

pub use copies::SchemaStanding;
pub use database_url::{DatabaseUrl, PgServer};
pub use error::StoreError;
pub use examine::{Examined, free_room};
pub use front::{Answer, Reader};
pub use patience::Limits;
pub use pg::conn::Session;
pub use pool::{PoolUsage, PooledConn, checkout, usage};
pub use transaction::Tx;

/// The PostgreSQL twin.
#[path = "."]
pub mod pg {
    /// A PostgreSQL connection.
    pub type Conn = conn::PgConn;
    /// Its diesel backend.
    pub type Backend = diesel::pg::Pg;
    macro_rules! write_transaction {
        ($conn:expr, $body:expr) => {
            $crate::pg::ending::write_transaction($conn, $body)
        };
    }
    #[path = "pg/attempts.rs"]
    pub mod attempts;
    #[path = "pg/bulk.rs"]
    pub mod bulk;
    #[path = "pg/conn.rs"]
    pub mod conn;
    #[path = "pg/ending.rs"]
    pub mod ending;
    #[path = "pg/facts.rs"]
    pub mod facts;
    #[path = "pg/issuing.rs"]
    pub mod issuing;
    #[path = "pg/locks.rs"]
    pub mod locks;
    #[path = "queries/mod.rs"]
    pub mod queries;
    #[path = "pg/sent_row.rs"]
    mod sent_row;
    #[path = "pg/session.rs"]
    pub mod session;
    #[path = "pg/snapshot.rs"]
    pub mod snapshot;
    #[path = "pg/told.rs"]
    mod told;
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
    /// There is a first key, once.
    FirstKey = 8,
    /// Seals of the audit follow one another.
    AuditSeals = 9,
    /// What webhooks are told is made once.
    Webhooks = 10,
    /// Units form a tree.
    UnitTree = 21,
    /// Nothing in force refers to what is not: whoever refers to a thing holds it together with others like him, whoever ends
    /// one holds it alone.
    InForce = 22,
    /// Whole plans are written one after another, for each has an order of its own.
    Plans = 23,
}

impl Store {
    /// Opens a pool of at most `connections` to `url` for work that nobody waits for; see [`DatabaseUrl::parse`].
    /// Connections are made when first used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the address is none or the pool cannot be made.
    pub fn open(url: &str, connections: usize) -> Result<Self, StoreError> {
        let url = DatabaseUrl::parse(url).map_err(StoreError::Unavailable)?;
        Self::connect(&url, Session::Own, connections, Limits::WORK)
    }

    /// Opens a pool of at most `connections` whose statements are bound by `limits`. Connections are made when first used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the pool cannot be made, for want of certificates too.
    pub fn connect(
        url: &DatabaseUrl,
        session: Session,
        connections: usize,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Postgresql(server) => {
                let mut config = ManagerConfig::<pg::Conn>::default();
                config.recycling_method = RecyclingMethod::Fast;
                let tls = server.tls().map_err(StoreError::Unavailable)?;
                let server = server.clone();
                config.custom_setup = Box::new(move |_| {
                    let (server, tls) = (server.clone(), tls.clone());
                    async move { pg::Conn::open(&server, tls, session, limits).await }.boxed()
                });
                let manager = AsyncDieselConnectionManager::new_with_config("", config);
                pool::build(pool::renewed(Pool::builder(manager)), connections, limits).map(Self::Pg)
            }
            DatabaseUrl::Sqlite(path) => {
                let mut config = ManagerConfig::<sqlite::Conn>::default();
                config.recycling_method = RecyclingMethod::Fast;
                let settings = format!("PRAGMA busy_timeout = {}; {SQLITE_PRAGMAS}", limits.busy.as_millis());
                config.custom_setup = Box::new(move |path| {
                    let (path, settings) = (path.to_owned(), settings.clone());
                    async move {
                        let mut conn = sqlite::Conn::establish(&path).await?;
                        conn.batch_execute(&settings)
                            .await
                            .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                        Ok(conn)
                    }
                    .boxed()
                });
                let manager = AsyncDieselConnectionManager::new_with_config(path.clone(), config);
                pool::build(Pool::builder(manager), connections, limits).map(Self::Sqlite)
            }
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

/// A file that survives a crash, does not block readers, and enforces its references. What is committed is on the disk:
/// a number must not be given again because the power failed. The log is carried over by [`Store::carry_over_log`]; where
/// nothing calls it, by whoever writes past 128 MiB (32,768 pages), and by the last connection that closes.
const SQLITE_PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 32768;";

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of an API key. Keys are long and random, so that one round of SHA-256 is enough.
pub fn hash_key(key: &str) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(key.as_bytes()))
}
