//! `[database]`: where rows are kept, and how it is reached.

use std::path::Path;

use serde::Deserialize;

use super::ConfigError;
use crate::store::pg::session::is_lent;
use crate::store::{DatabaseUrl, Limits, Session, Store, StoreError};

/// Where rows are kept.
#[derive(Clone, Deserialize)]
pub struct DatabaseConfig {
    /// A file or a `postgres://` address.
    pub url: String,
    /// Connections at most.
    pub connections: usize,
    /// What stands between this service and PostgreSQL.
    pub pooler: PoolerChoice,
    /// Address of the server itself, for migrations, when a pooler stands before it.
    pub migration_url: String,
}

/// What stands between this service and PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolerChoice {
    /// Nothing, or what leaves a session to its client.
    None,
    /// A pooler that lends a session for one transaction at a time.
    Transaction,
}

impl DatabaseConfig {
    /// Opens the database as requests and jobs use it.
    ///
    /// # Errors
    /// When the address is none, or certificates are missing.
    pub fn open(&self, connections: usize, limits: Limits) -> Result<Store, StoreError> {
        let session = match self.pooler {
            PoolerChoice::None => Session::Own,
            PoolerChoice::Transaction => Session::Lent,
        };
        Store::connect(&address(&self.url)?, session, connections, limits)
    }

    /// Opens the database with a session of one's own, as migrations need it.
    ///
    /// # Errors
    /// As [`DatabaseConfig::open`].
    pub fn open_directly(&self, connections: usize) -> Result<Store, StoreError> {
        let url = if self.migration_url.is_empty() { &self.url } else { &self.migration_url };
        Store::connect(&address(url)?, Session::Own, connections, Limits::WORK)
    }

    /// Whether a pooler lends sessions here, and nobody has said so.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_lent_unsaid(&self) -> Result<bool, StoreError> {
        Ok(self.pooler == PoolerChoice::None && is_lent(&address(&self.url)?).await?)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, detail: &str| ConfigError::new(format!("database.{key}"), detail);
        let url = DatabaseUrl::parse(&self.url).map_err(|detail| wrong("url", &detail))?;
        if let DatabaseUrl::Sqlite(path) = &url {
            let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) {
                return Err(wrong("url", "the folder of this file is not there"));
            }
        }
        if !(1..=1_000).contains(&self.connections) {
            return Err(wrong("connections", "must be 1 to 1000"));
        }
        let direct = (!self.migration_url.is_empty()).then(|| DatabaseUrl::parse(&self.migration_url));
        let direct = direct.transpose().map_err(|detail| wrong("migration_url", &detail))?;
        if direct.is_some_and(|direct| direct.is_postgresql() != url.is_postgresql()) {
            return Err(wrong("migration_url", "must lead to the same database as database.url"));
        }
        if self.pooler == PoolerChoice::Transaction {
            if !url.is_postgresql() {
                return Err(wrong("pooler", "is for PostgreSQL; a file has none"));
            }
            if self.migration_url.is_empty() {
                return Err(wrong(
                    "migration_url",
                    "must be the address of the server itself when database.pooler is transaction",
                ));
            }
        }
        Ok(())
    }
}

fn address(url: &str) -> Result<DatabaseUrl, StoreError> {
    DatabaseUrl::parse(url).map_err(StoreError::Unavailable)
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("url", &shown_url(&self.url))
            .field("connections", &self.connections)
            .field("pooler", &self.pooler)
            .field("migration_url", &shown_url(&self.migration_url))
            .finish()
    }
}

/// A database address without its password.
pub fn shown_url(url: &str) -> String {
    if url.is_empty() {
        return String::new();
    }
    DatabaseUrl::parse(url).map_or_else(|_| "***".to_owned(), |url| url.shown())
}
