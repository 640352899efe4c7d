//! Migrations, by however many processes at once.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use diesel::migration::{Migration, MigrationSource};
use diesel_async::{AsyncMigrationHarness, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::examine::file_of;
use super::{PooledConn, Store, StoreError, checkout};

const PG_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// How long another process's migrations are waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// One at a time, by a lock that goes with the session; then no statement waits for the locks of others for longer than they
/// take to answer, and each may take as long as its rows do.
const PG_TURN: &str = "SET statement_timeout = 0; SET lock_timeout = '10min'; SELECT pg_advisory_lock(7326511); \
                       SET lock_timeout = '60s'";

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Migration(error.to_string())
}

impl Store {
    /// Brings the tables up to date; safe to run by any number of processes at once. On PostgreSQL the session must be the
    /// connection's own.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer or a step fails; `Later` when there are steps that are not known here.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Pg(pool) => {
                let mut conn = checkout(pool).await?;
                conn.batch_execute(PG_TURN).await?;
                let mut harness = AsyncMigrationHarness::new(conn);
                let done = run(&mut harness, || PG_MIGRATIONS);
                // The lock and the settings go with it.
                PooledConn::close(harness.into_inner());
                done
            }
            Self::Sqlite(pool) => {
                let mut conn = checkout(pool).await?;
                let _turn = turn_beside(file_of(&mut conn).await?.as_deref()).await;
                run(&mut AsyncMigrationHarness::new(conn), || SQLITE_MIGRATIONS)
            }
        }
    }

    /// Takes every migration back, newest first. For tests of the migrations themselves.
    ///
    /// # Errors
    /// [`StoreError`] when a step fails.
    pub async fn revert_all(&self) -> Result<(), StoreError> {
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
}

/// The right to migrate a file: a lock on its folder, which SQLite leaves alone. It goes with what is given; where the folder
/// cannot be locked (some network file systems) there is none.
async fn turn_beside(file: Option<&Path>) -> Option<File> {
    const AGAIN: Duration = Duration::from_millis(50);
    let folder = File::open(file?.parent()?).ok()?;
    let mut waited = Duration::ZERO;
    loop {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(std::fs::TryLockError::WouldBlock) if waited < PATIENCE => {
                tokio::time::sleep(AGAIN).await;
                waited += AGAIN;
            }
            Err(_) => return None,
        }
    }
}

fn run<DB: diesel::backend::Backend>(
    harness: &mut impl MigrationHarness<DB>,
    migrations: impl Fn() -> EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    let known = versions::<DB>(migrations())?;
    let later = harness.applied_migrations().map_err(failed)?;
    let later = later.iter().map(ToString::to_string).filter(|version| !known.contains(version)).max();
    if let Some(later) = later {
        return Err(StoreError::Later(later));
    }
    harness
        .run_pending_migrations(migrations())
        .map(|done| done.iter().map(ToString::to_string).collect())
        .map_err(failed)
}

fn versions<DB: diesel::backend::Backend>(
    migrations: EmbeddedMigrations,
) -> Result<HashSet<String>, StoreError> {
    let all = MigrationSource::<DB>::migrations(&migrations).map_err(failed)?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Every migration that is known here; the same list stands for both databases.
pub(super) fn known_versions() -> Result<HashSet<String>, StoreError> {
    versions::<diesel::sqlite::Sqlite>(SQLITE_MIGRATIONS)
}

/// The migration among `applied` that is not known here, the latest if there are several.
pub(super) fn find_later(pg: bool, applied: Vec<String>) -> Result<Option<String>, StoreError> {
    let known = if pg {
        versions::<diesel::pg::Pg>(PG_MIGRATIONS)?
    } else {
        versions::<diesel::sqlite::Sqlite>(SQLITE_MIGRATIONS)?
    };
    Ok(applied.into_iter().filter(|version| !known.contains(version)).max())
}
