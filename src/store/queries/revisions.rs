//! What was in force before a change.

use chrono::NaiveDate;
use diesel::{ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{Page, RevisionOf, RevisionRow};
use crate::schema::revisions;
use crate::types::{AnyId, Listed};

/// Keeps what a row said; the caller holds the transaction that changes it.
///
/// # Errors
/// When the database fails.
pub async fn insert_revision(conn: &mut Conn, row: &RevisionRow) -> Result<(), StoreError> {
    diesel::insert_into(revisions::table).values(row).execute(conn).await?;
    Ok(())
}

/// Rows of this sort that were changed after `as_of`, each once.
///
/// # Errors
/// When the database fails.
pub async fn list_changed_since(
    conn: &mut Conn,
    subject: RevisionOf,
    as_of: NaiveDate,
) -> Result<Vec<AnyId>, StoreError> {
    Ok(revisions::table
        .filter(revisions::subject.eq(Listed(subject)))
        .filter(revisions::superseded_on.gt(as_of))
        .select(revisions::subject_id)
        .distinct()
        .load(conn)
        .await?)
}

/// All revisions of these rows, in order of row and revision.
///
/// # Errors
/// When the database fails.
pub async fn list_revisions_of(
    conn: &mut Conn,
    subject: RevisionOf,
    ids: &[AnyId],
) -> Result<Vec<RevisionRow>, StoreError> {
    Ok(revisions::table
        .filter(revisions::subject.eq(Listed(subject)))
        .filter(revisions::subject_id.eq_any(ids.to_vec()))
        .order((revisions::subject_id, revisions::revision))
        .select(RevisionRow::as_select())
        .load(conn)
        .await?)
}

/// Revisions of one row, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_revisions(
    conn: &mut Conn,
    subject: RevisionOf,
    id: AnyId,
    page: Page,
) -> Result<Vec<RevisionRow>, StoreError> {
    let mut query = revisions::table
        .filter(revisions::subject.eq(Listed(subject)))
        .filter(revisions::subject_id.eq(id))
        .order(revisions::id)
        .limit(page.limit + 1)
        .select(RevisionRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(revisions::id.gt(after));
    }
    Ok(query.load(conn).await?)
}
