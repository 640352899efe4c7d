//! What a copy of a database needs: how its tables stand beside what this program knows, and SQLite's file as a whole.

use std::path::Path;

use chrono::NaiveDateTime;
use diesel::QueryableByName;
use diesel::sql_types::{Text, Timestamp};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

use super::migrating::known_versions;
use super::{Store, StoreError, checkout};

/// How the tables stand beside the migrations that this program knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchemaStanding {
    /// Migrations that were run.
    pub run: usize,
    /// Known ones that were not run yet, oldest first.
    pub pending: Vec<String>,
    /// Ones that were run and that this program does not know: it is older than the tables.
    pub unknown: Vec<String>,
}

impl SchemaStanding {
    /// What was run, beside what is known.
    ///
    /// # Errors
    /// When the built-in migrations cannot be read.
    pub fn of(run: &[String]) -> Result<Self, StoreError> {
        let mut known: Vec<String> = known_versions()?.into_iter().collect();
        known.sort();
        Ok(Self {
            run: run.len(),
            unknown: run.iter().filter(|one| !known.contains(one)).cloned().collect(),
            pending: known.into_iter().filter(|one| !run.contains(one)).collect(),
        })
    }
}

#[derive(QueryableByName)]
struct At {
    #[diesel(sql_type = Timestamp)]
    at: NaiveDateTime,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

impl Store {
    /// How the tables stand beside this program.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn schema_standing(&self) -> Result<SchemaStanding, StoreError> {
        SchemaStanding::of(&self.list_migrations().await?)
    }

    /// The time by PostgreSQL's clock, UTC. SQLite has none of its own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find_time(&self) -> Result<Option<NaiveDateTime>, StoreError> {
        let Self::Pg(pool) = self else { return Ok(None) };
        let mut conn = checkout(pool).await?;
        let text = "SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at";
        let found: At = diesel::sql_query(text).get_result(&mut *conn).await?;
        Ok(Some(found.at))
    }

    /// Writes SQLite's whole database as it is now into a new file, beside whoever reads and writes. PostgreSQL has `pg_dump`.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database cannot be read.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        if let Self::Sqlite(pool) = self {
            let mut conn = checkout(pool).await?;
            let name = file.to_string_lossy().into_owned();
            diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(name).execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// What is wrong with SQLite's file: damaged pages, indexes that miss rows, references to nothing. PostgreSQL looks after its
    /// own.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub async fn find_damage(&self) -> Result<Vec<String>, StoreError> {
        let Self::Sqlite(pool) = self else { return Ok(Vec::new()) };
        let mut conn = checkout(pool).await?;
        let text = "SELECT integrity_check AS said FROM pragma_integrity_check \
                    UNION ALL SELECT 'a row of ' || \"table\" || ' refers to nothing' FROM pragma_foreign_key_check";
        let found: Vec<Said> = diesel::sql_query(text).load(&mut *conn).await?;
        Ok(found.into_iter().map(|row| row.said).filter(|said| said != "ok").collect())
    }

    /// Carries everything over into SQLite's file and does without the log beside it, so that the file can be moved alone.
    ///
    /// # Errors
    /// [`StoreError::Contended`] when somebody else has the database open; nothing is done then.
    pub async fn stand_alone(&self) -> Result<(), StoreError> {
        let Self::Sqlite(pool) = self else { return Ok(()) };
        let mut conn = checkout(pool).await?;
        conn.batch_execute("PRAGMA busy_timeout = 500").await?;
        // Written only when there is nobody else; else the mode stays as it is, or the lock is not given.
        conn.batch_execute("PRAGMA journal_mode = DELETE").await?;
        let mode: Vec<Said> = diesel::sql_query("SELECT journal_mode AS said FROM pragma_journal_mode")
            .load(&mut *conn)
            .await?;
        if mode.iter().any(|row| row.said == "delete") {
            return Ok(());
        }
        Err(StoreError::Contended("the database is open elsewhere".to_owned()))
    }
}
