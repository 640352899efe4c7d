//! What a letter is sent with.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::letter_files;
use crate::types::LetterId;

/// A file of a letter as stored, made once when it was issued.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = letter_files, treat_none_as_default_value = false)]
pub struct LetterFileRow {
    /// Of which letter.
    pub letter_id: LetterId,
    /// As the reader sees it; of a picture, its Content-ID.
    pub name: String,
    /// MIME type.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
}

impl LetterFileRow {
    /// A file with its hash.
    pub fn new(
        letter_id: LetterId,
        name: String,
        media_type: &str,
        bytes: Vec<u8>,
        created_at: NaiveDateTime,
    ) -> Self {
        use sha2::Digest as _;
        let sha256 = crate::hex(&sha2::Sha256::digest(&bytes));
        Self { letter_id, name, media_type: media_type.to_owned(), bytes, sha256, created_at }
    }
}
