//! The files of letters.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::LetterFileRow;
use crate::schema::letter_files;
use crate::types::LetterId;

/// Adds the files of one letter; the caller holds the transaction that issues it.
///
/// # Errors
/// When the database fails.
pub async fn insert_files(conn: &mut Conn, files: &[LetterFileRow]) -> Result<(), StoreError> {
    for file in files {
        diesel::insert_into(letter_files::table).values(file).execute(conn).await?;
    }
    Ok(())
}

/// All files of these letters, in order of letter and name.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_files(
    conn: &mut Conn,
    letters: &[LetterId],
) -> Result<Vec<LetterFileRow>, StoreError> {
    Ok(letter_files::table
        .filter(letter_files::letter_id.eq_any(letters.to_vec()))
        .order((letter_files::letter_id, letter_files::name))
        .select(LetterFileRow::as_select())
        .load(conn)
        .await?)
}

/// The file of this MIME type, the first by name.
///
/// # Errors
/// When the database fails.
pub async fn find_letter_file(
    conn: &mut Conn,
    letter: LetterId,
    media_type: &str,
) -> Result<Option<LetterFileRow>, StoreError> {
    Ok(letter_files::table
        .filter(letter_files::letter_id.eq(letter))
        .filter(letter_files::media_type.eq(media_type))
        .order(letter_files::name)
        .select(LetterFileRow::as_select())
        .first(conn)
        .await
        .optional()?)
}
