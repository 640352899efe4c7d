//! What can go wrong between a query and its answer.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::constraints::{self, Constraint};
use xushi_domain::Invalid;

/// An error of the store. Only the first five are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing has this id or natural key.
    #[error("no {what} `{key}`")]
    Missing {
        /// The word for what was looked for (`unit`).
        what: &'static str,
        /// The id or key as given.
        key: String,
    },
    /// The natural key is taken.
    #[error("duplicate: {}", .0.name)]
    Duplicate(&'static Constraint),
    /// A rule that needs the database to be checked was broken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The present data do not allow the change; with the code `duplicate` when a natural key is taken.
    #[error("conflict: {0}")]
    Conflict(Invalid),
    /// The row was changed by somebody else since it was read.
    #[error("changed meanwhile")]
    Stale,
    /// No connection in time.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(String),
    /// A stored value that cannot be read back; never the caller's fault.
    #[error("stored value: {0}")]
    Corrupt(String),
    /// Anything else the database said.
    #[error(transparent)]
    Database(DieselError),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(kind, info) = &error {
            match kind {
                DatabaseErrorKind::UniqueViolation => {
                    if let Some(found) = constraints::find(info.constraint_name(), info.message()) {
                        return Self::Duplicate(found);
                    }
                }
                DatabaseErrorKind::ClosedConnection => return Self::Unavailable(info.message().to_owned()),
                _ => {}
            }
        }
        Self::Database(error)
    }
}

impl StoreError {
    /// Nothing of sort `what` has `key`.
    pub fn missing(what: &'static str, key: impl ToString) -> Self {
        Self::Missing { what, key: key.to_string() }
    }

    /// A name at `field` that fits more than one row.
    pub fn ambiguous(field: &str, key: &str) -> Self {
        let detail = format!("“{key}”对应多条记录，请改用代码或id。");
        Self::Invalid(Invalid::new(field, "ambiguous", detail))
    }
}
