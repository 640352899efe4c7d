//! Who has signed in to the pages.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::sessions;
use crate::types::{ApiKeyId, SessionId};

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    /// Identity.
    pub id: SessionId,
    /// SHA-256 of the secret in the browser's cookie, hexadecimal.
    pub secret_hash: String,
    /// The key that was shown.
    pub api_key_id: ApiKeyId,
    /// When it began, UTC.
    pub created_at: NaiveDateTime,
    /// When it is over by itself, UTC.
    pub expires_at: NaiveDateTime,
    /// When its holder signed out, UTC.
    pub ended_at: Option<NaiveDateTime>,
}
