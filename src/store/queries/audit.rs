//! Who wrote what when.

use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{AuditFilter, AuditRow, Page};
use crate::schema::{api_keys, audit_events};

/// Adds an event.
///
/// # Errors
/// When the database fails.
pub async fn record_audit(conn: &mut Conn, row: &AuditRow) -> Result<(), StoreError> {
    diesel::insert_into(audit_events::table).values(row).execute(conn).await?;
    Ok(())
}

/// Events in order of id, each with the name of its key.
///
/// # Errors
/// When the database fails.
pub async fn list_audit_events(
    conn: &mut Conn,
    filter: &AuditFilter,
    page: Page,
) -> Result<Vec<(AuditRow, Option<String>)>, StoreError> {
    let mut query = audit_events::table
        .left_join(api_keys::table)
        .select((AuditRow::as_select(), api_keys::name.nullable()))
        .order(audit_events::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(audit_events::id.gt(after));
    }
    if let Some(key) = filter.api_key_id {
        query = query.filter(audit_events::api_key_id.eq(key));
    }
    if let Some(letter) = filter.letter_id {
        query = query.filter(audit_events::letter_id.eq(letter));
    }
    if let Some(after) = filter.after {
        query = query.filter(audit_events::created_at.gt(after));
    }
    Ok(query.load(conn).await?)
}
