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
    /// No connection in time, or a database that takes no questions now; nothing was asked.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// The connection broke under a statement, or its answer did not come in time. In a transaction nothing was written.
    #[error("database lost: {0}")]
    Lost(String),
    /// The answer to a commit did not come: it is written or not, and nobody knows which.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// Somebody else wanted what was held (deadlock, serialisation): nothing was written, and the same once more may do.
    #[error("database contended: {0}")]
    Contended(String),
    /// Somebody else held what was wanted for longer than one waits for it, or the statement took too long: nothing was written.
    #[error("database held: {0}")]
    Held(String),
    /// The database can be read and not written: read-only, or its disk is full. Nothing was written.
    #[error("database not writable: {0}")]
    Unwritable(String),
    /// Its tables are of a later version of this program; the migration that is not known here.
    #[error(
        "the database was brought up to date by a later version (migration {0} is not known here): start that version, or restore a backup from before the upgrade"
    )]
    Later(String),
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
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                    return Self::Lost(info.message().to_owned());
                }
                _ => {}
            }
            if let Some(found) = by_state(info.message()).or_else(|| by_words(info.message())) {
                return found(info.message().to_owned());
            }
        }
        Self::Database(error)
    }
}

/// Makes an error of what the database said.
type Sort = fn(String) -> StoreError;

/// By PostgreSQL's SQLSTATE, with which its messages begin here (`pg/told.rs`).
fn by_state(message: &str) -> Option<Sort> {
    let (state, _) = message.split_once(' ')?;
    if state.len() != 5 || !state.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return None;
    }
    Some(match state {
        // Deadlock, serialisation; a plan that was made before its tables changed.
        "40001" | "40P01" | "0A000" => StoreError::Contended,
        // Lock timeout, statement timeout.
        "55P03" | "57014" => StoreError::Held,
        // Read-only, disk full.
        "25006" | "53100" => StoreError::Unwritable,
        // Ended by an administrator, by a crash, for idling in a transaction.
        "57P01" | "57P02" | "57P05" | "25P03" => StoreError::Lost,
        // Starting, stopping, too many callers, no memory, the disk fails.
        "57P03" => StoreError::Unavailable,
        other if other.starts_with("08") => StoreError::Lost,
        other if other.starts_with("53") || other.starts_with("58") => StoreError::Unavailable,
        _ => return None,
    })
}

/// By the words of SQLite.
fn by_words(message: &str) -> Option<Sort> {
    const WORDS: [(&str, Sort); 6] = [
        ("database is locked", StoreError::Held),
        ("database table is locked", StoreError::Held),
        ("readonly database", StoreError::Unwritable),
        ("database or disk is full", StoreError::Unwritable),
        ("disk I/O error", StoreError::Unavailable),
        ("unable to open database file", StoreError::Unavailable),
    ];
    WORDS.iter().find(|(words, _)| message.contains(words)).map(|(_, sort)| *sort)
}

impl StoreError {
    /// Whether it speaks of what was asked for, and not of the database.
    pub fn is_the_callers(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::Duplicate(_) | Self::Invalid(_) | Self::Conflict(_) | Self::Stale
        )
    }

    /// What a commit ended with. Only what the database itself said of the work is known not to be written.
    pub(crate) fn at_commit(error: DieselError) -> Self {
        let refused = matches!(
            &error,
            DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                    | DatabaseErrorKind::ForeignKeyViolation
                    | DatabaseErrorKind::NotNullViolation
                    | DatabaseErrorKind::CheckViolation
                    | DatabaseErrorKind::ExclusionViolation
                    | DatabaseErrorKind::RestrictViolation,
                _
            )
        );
        let text = error.to_string();
        match Self::from(error) {
            known @ (Self::Contended(_) | Self::Unwritable(_)) => known,
            // An earlier statement had failed.
            known @ Self::Database(_) if refused || text.contains("25P02 ") => known,
            known @ Self::Duplicate(_) => known,
            _ => Self::Unknown(text),
        }
    }

    /// Said of a read.
    pub(crate) fn of_read(self) -> Self {
        self
    }

    /// Said of a write that has no transaction around it.
    pub(crate) fn of_write(self) -> Self {
        match self {
            Self::Lost(why) => Self::Unknown(why),
            other => other,
        }
    }

    /// Whether the database itself does not answer, so that trying the next thing is of no use.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Lost(_) | Self::Unknown(_))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn what_a_database_says_is_sorted() {
        let sorted = |message: &str| match StoreError::from(said(message)) {
            StoreError::Contended(_) => "contended",
            StoreError::Held(_) => "held",
            StoreError::Unwritable(_) => "unwritable",
            StoreError::Unavailable(_) => "unavailable",
            StoreError::Lost(_) => "lost",
            StoreError::Database(_) => "ours",
            _ => "other",
        };
        for (message, expected) in [
            ("40P01 检测到死锁", "contended"),
            ("55P03 canceling statement due to lock timeout", "held"),
            ("57014 canceling statement due to statement timeout", "held"),
            ("25006 cannot execute INSERT in a read-only transaction", "unwritable"),
            ("53100 could not extend file: No space left on device", "unwritable"),
            ("53300 sorry, too many clients already", "unavailable"),
            ("57P03 the database system is starting up", "unavailable"),
            ("57P01 terminating connection due to administrator command", "lost"),
            ("08006 connection failure", "lost"),
            ("42P01 relation \"x\" does not exist", "ours"),
            ("database is locked", "held"),
            ("attempt to write a readonly database", "unwritable"),
            ("database or disk is full", "unwritable"),
            ("no such table: x", "ours"),
        ] {
            assert_eq!(sorted(message), expected, "{message}");
        }
    }

    #[test]
    fn at_a_commit_only_what_the_database_refused_is_known() {
        let lost =
            DieselError::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new("closed".to_owned()));
        assert!(matches!(StoreError::at_commit(lost), StoreError::Unknown(_)));
        for (message, known) in [
            ("57P01 terminating connection due to administrator command", false),
            ("57014 canceling statement due to user request", false),
            ("XX000 something else", false),
            ("40001 could not serialize access", true),
            ("25P02 current transaction is aborted", true),
        ] {
            let error = StoreError::at_commit(said(message));
            assert_eq!(!matches!(error, StoreError::Unknown(_)), known, "{message}: {error}");
        }
    }
}
