//! Whether the database can be used as it stands.

use std::path::{Path, PathBuf};

use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection as _};

use super::migrating::find_later;
use super::{Store, StoreError, checkout, sqlite};

/// What is found when the database is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Whether it takes writes.
    pub writable: bool,
    /// A migration that was made to it and is not known to this program.
    pub later: Option<String>,
    /// Bytes left on the disk under it, where that is this machine's.
    pub free_bytes: Option<u64>,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(diesel::QueryableByName)]
struct ReadOnly {
    #[diesel(sql_type = Bool)]
    read_only: bool,
}

#[derive(diesel::QueryableByName)]
struct MainFile {
    #[diesel(sql_type = Nullable<Text>)]
    file: Option<String>,
}

const VERSIONS: &str = "SELECT version FROM __diesel_schema_migrations";

impl Store {
    /// Looks at the database; writes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when it does not answer.
    pub async fn examine(&self) -> Result<Examined, StoreError> {
        match self {
            Self::Pg(pool) => {
                let mut conn = checkout(pool).await?;
                let asked = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool \
                             AS read_only";
                let found: ReadOnly = diesel::sql_query(asked).get_result(&mut *conn).await?;
                let applied: Vec<Version> = diesel::sql_query(VERSIONS).load(&mut *conn).await?;
                let later = find_later(true, named(applied))?;
                if found.read_only {
                    // The session may stay so when the server is not any more: the next look makes one of its own.
                    conn.close();
                }
                Ok(Examined { writable: !found.read_only, later, free_bytes: None })
            }
            Self::Sqlite(pool) => {
                let mut conn = checkout(pool).await?;
                let applied: Vec<Version> = diesel::sql_query(VERSIONS).load(&mut *conn).await?;
                let later = find_later(false, named(applied))?;
                let free_bytes =
                    file_of(&mut conn).await?.as_deref().and_then(Path::parent).and_then(free_room);
                // Whoever finds another at it could have written a moment before or after.
                let begun = conn.batch_execute("BEGIN IMMEDIATE; ROLLBACK").await.map_err(StoreError::from);
                let writable = matches!(begun, Ok(()) | Err(StoreError::Held(_)));
                Ok(Examined { writable, later, free_bytes })
            }
        }
    }
}

fn named(versions: Vec<Version>) -> Vec<String> {
    versions.into_iter().map(|row| row.version).collect()
}

/// The file that a SQLite connection writes to; `None` in memory.
///
/// # Errors
/// [`StoreError`] when it does not answer.
pub(super) async fn file_of(conn: &mut sqlite::Conn) -> Result<Option<PathBuf>, StoreError> {
    let asked = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let found: MainFile = diesel::sql_query(asked).get_result(conn).await?;
    Ok(found.file.filter(|file| !file.is_empty()).map(PathBuf::from))
}

/// What the disk under this folder has left for others than its administrator, in bytes; `None` where it cannot be seen.
#[cfg(unix)]
pub fn free_room(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

/// Not known here.
#[cfg(not(unix))]
pub fn free_room(_: &Path) -> Option<u64> {
    None
}
