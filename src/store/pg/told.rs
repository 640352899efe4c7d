//! What PostgreSQL says of an error, with its state.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

/// The error as diesel has it. The message begins with the state (SQLSTATE) and a blank, for diesel has no place for it.
pub(super) fn told(error: tokio_postgres::Error) -> Error {
    let Some(said) = error.as_db_error() else {
        use std::error::Error as _;
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        return lost(format!("{error}{cause}"));
    };
    let kind = match said.code() {
        state if *state == SqlState::UNIQUE_VIOLATION => DatabaseErrorKind::UniqueViolation,
        state if *state == SqlState::FOREIGN_KEY_VIOLATION => DatabaseErrorKind::ForeignKeyViolation,
        state if *state == SqlState::RESTRICT_VIOLATION => DatabaseErrorKind::RestrictViolation,
        state if *state == SqlState::EXCLUSION_VIOLATION => DatabaseErrorKind::ExclusionViolation,
        state if *state == SqlState::T_R_SERIALIZATION_FAILURE => DatabaseErrorKind::SerializationFailure,
        state if *state == SqlState::READ_ONLY_SQL_TRANSACTION => DatabaseErrorKind::ReadOnlyTransaction,
        state if *state == SqlState::NOT_NULL_VIOLATION => DatabaseErrorKind::NotNullViolation,
        state if *state == SqlState::CHECK_VIOLATION => DatabaseErrorKind::CheckViolation,
        _ => DatabaseErrorKind::Unknown,
    };
    let message = format!("{} {}", said.code().code(), said.message());
    Error::DatabaseError(kind, Box::new(Said { message, error: said.clone() }))
}

/// The connection broke: nobody knows what became of what was asked.
pub(super) fn lost(why: String) -> Error {
    Error::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new(why))
}

/// The caller's time is over: nobody waits to see what becomes of what was asked.
pub(super) fn late() -> Error {
    lost("no answer within the time of the call".to_owned())
}

struct Said {
    message: String,
    error: DbError,
}

impl DatabaseErrorInformation for Said {
    fn message(&self) -> &str {
        &self.message
    }

    fn details(&self) -> Option<&str> {
        self.error.detail()
    }

    fn hint(&self) -> Option<&str> {
        self.error.hint()
    }

    fn table_name(&self) -> Option<&str> {
        self.error.table()
    }

    fn column_name(&self) -> Option<&str> {
        self.error.column()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.error.constraint()
    }

    fn statement_position(&self) -> Option<i32> {
        match self.error.position()? {
            ErrorPosition::Original(position) | ErrorPosition::Internal { position, .. } => {
                i32::try_from(*position).ok()
            }
        }
    }
}
