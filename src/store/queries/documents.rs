//! Documents that came in.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::sum;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{DocumentContent, DocumentFilter, DocumentRow, Page};
use crate::schema::documents;
use crate::types::{ApiKeyId, DocumentId, Listed};

/// Adds a document with its bytes.
///
/// # Errors
/// When the database fails.
pub async fn create_document(
    conn: &mut Conn,
    row: &DocumentRow,
    content: &[u8],
    pages: Option<&str>,
) -> Result<(), StoreError> {
    diesel::insert_into(documents::table)
        .values((row, documents::content.eq(content.to_vec()), documents::pages.eq(pages)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Documents, the latest first: `page.after` is the last one seen.
///
/// # Errors
/// When the database fails.
pub async fn list_documents(
    conn: &mut Conn,
    filter: &DocumentFilter,
    page: Page,
) -> Result<Vec<DocumentRow>, StoreError> {
    let mut query = documents::table
        .select(DocumentRow::as_select())
        .order(documents::id.desc())
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(documents::id.lt(after));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(documents::kind.eq_any(Listed::all(kinds)));
    }
    match filter.adopted {
        Some(true) => query = query.filter(documents::adopted_at.is_not_null()),
        Some(false) => query = query.filter(documents::adopted_at.is_null()),
        None => {}
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(documents::updated_at.gt(at));
    }
    if !filter.with_retired {
        query = query.filter(documents::retired_on.is_null());
    }
    Ok(query.load(conn).await?)
}

/// The document with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_document(conn: &mut Conn, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
    Ok(documents::table.find(id).select(DocumentRow::as_select()).get_result(conn).await.optional()?)
}

/// The bytes of a document.
///
/// # Errors
/// When the database fails.
pub async fn find_document_content(
    conn: &mut Conn,
    id: DocumentId,
) -> Result<Option<DocumentContent>, StoreError> {
    let content = documents::table.find(id).select((documents::content, documents::pages));
    Ok(content.get_result(conn).await.optional()?)
}

/// Bytes of all documents whose content is kept.
///
/// # Errors
/// When the database fails.
pub async fn count_document_bytes(conn: &mut Conn) -> Result<i64, StoreError> {
    let kept = documents::table.filter(documents::content.is_not_null());
    let bytes: Option<i64> = kept.select(sum(documents::size)).get_result(conn).await?;
    Ok(bytes.unwrap_or(0))
}

/// Lets go of the bytes of documents that came in before `before`; what is known of them stays. Gives how many they are.
///
/// # Errors
/// When the database fails.
pub async fn empty_documents(
    conn: &mut Conn,
    before: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<usize, StoreError> {
    let none: (Option<Vec<u8>>, Option<String>) = (None, None);
    let old =
        documents::table.filter(documents::received_at.lt(before)).filter(documents::content.is_not_null());
    Ok(diesel::update(old)
        .set((documents::content.eq(none.0), documents::pages.eq(none.1), documents::updated_at.eq(now)))
        .execute(conn)
        .await?)
}

/// Notes that a document was adopted; the first time stays.
///
/// # Errors
/// When the database fails.
pub async fn adopt_document(
    conn: &mut Conn,
    id: DocumentId,
    by: Option<ApiKeyId>,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(documents::table.find(id))
        .filter(documents::adopted_at.is_null())
        .set((documents::adopted_at.eq(now), documents::adopted_by.eq(by), documents::updated_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Retires a document.
///
/// # Errors
/// `Stale` where it is retired already.
pub async fn retire_document(
    conn: &mut Conn,
    id: DocumentId,
    (on, reason): (NaiveDate, &str),
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    let written = diesel::update(documents::table.find(id))
        .filter(documents::retired_on.is_null())
        .set((
            documents::retired_on.eq(on),
            documents::retired_reason.eq(reason),
            documents::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
