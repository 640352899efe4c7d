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
    /// Somebody else held what was wanted, or wanted what was held: nothing was written, and the same once more may do.
    #[error("database contended: {0}")]
    Contended(String),
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
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::ReadOnlyTransaction => {
                    return Self::Unavailable(info.message().to_owned());
                }
                DatabaseErrorKind::SerializationFailure => return Self::Contended(info.message().to_owned()),
                _ if is_contention(info.message()) => return Self::Contended(info.message().to_owned()),
                _ if is_outage(info.message()) => return Self::Unavailable(info.message().to_owned()),
                _ => {}
            }
        }
        Self::Database(error)
    }
}

/// Whether the database gave up because of others; diesel does not hand the state on, so that only the words are left, in the two
/// languages that databases here speak.
fn is_contention(message: &str) -> bool {
    const WORDS: [&str; 9] = [
        "deadlock detected",
        "检测到死锁",
        "could not serialize access",
        "无法串行访问",
        "due to lock timeout",
        "由于锁超时",
        "could not obtain lock",
        "database is locked",
        "database table is locked",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

/// Whether the database is on its way up or down, is full of callers, or cannot be written to.
fn is_outage(message: &str) -> bool {
    const WORDS: [&str; 10] = [
        "the database system is",
        "数据库系统正在",
        "terminating connection",
        "中断联接",
        "too many clients",
        "remaining connection slots",
        "read-only transaction",
        "readonly database",
        "database or disk is full",
        "No space left on device",
    ];
    WORDS.iter().any(|word| message.contains(word))
}

impl StoreError {
    /// Whether it speaks of what was asked for, and not of the database.
    pub fn is_the_callers(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::Duplicate(_) | Self::Invalid(_) | Self::Conflict(_) | Self::Stale
        )
    }

    /// Whether the same once more may do: others were in the way, and nothing was written.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Contended(_) | Self::Stale)
    }

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
