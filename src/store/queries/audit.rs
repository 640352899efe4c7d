//! Who did what when, and the chain of seals over it.

use chrono::NaiveDateTime;
use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, issuing, locks};
use crate::rows::{AuditFilter, AuditHead, AuditRow, AuditSealRow, ListedAudit, Page, SealedAudit};
use crate::schema::{api_keys, audit_events, audit_seals, audit_unsealed};
use crate::types::AuditEventId;
use crate::{SoleRule, StoreError};

/// Adds an event.
///
/// # Errors
/// When the database fails.
pub async fn record_audit(conn: &mut Conn, row: &AuditRow) -> Result<(), StoreError> {
    diesel::insert_into(audit_events::table).values(row).execute(conn).await?;
    Ok(())
}

/// Events in order of id, each with the name of its key and the number of its seal.
///
/// # Errors
/// When the database fails.
pub async fn list_audit_events(
    conn: &mut Conn,
    filter: &AuditFilter,
    page: Page,
) -> Result<Vec<ListedAudit>, StoreError> {
    let mut query = audit_events::table
        .left_join(api_keys::table)
        .left_join(audit_seals::table.on(audit_seals::event_id.eq(audit_events::id)))
        .select((AuditRow::as_select(), api_keys::name.nullable(), audit_seals::seq.nullable()))
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
    if let Some(subject) = &filter.subject {
        query = query.filter(audit_events::subject.eq(subject.clone()));
    }
    match filter.refused {
        Some(true) => query = query.filter(audit_events::status.ge(400)),
        Some(false) => query = query.filter(audit_events::status.lt(400)),
        None => {}
    }
    if let Some(after) = filter.after {
        query = query.filter(audit_events::created_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// The last seal.
///
/// # Errors
/// When the database fails.
pub async fn find_audit_head(conn: &mut Conn) -> Result<AuditHead, StoreError> {
    let last = audit_seals::table
        .select((audit_seals::seq, audit_seals::hash))
        .order(audit_seals::seq.desc())
        .first::<(i64, Vec<u8>)>(conn)
        .await
        .optional()?;
    Ok(last.map_or_else(AuditHead::none, |(seq, hash)| AuditHead { seq, hash }))
}

/// Seals at most `limit` entries that have no seal, one caller at a time. Whatever can be read here is committed; what is
/// committed later waits in its list for the next call, whatever its number or time. Gives how many were sealed.
///
/// # Errors
/// When the database fails; then nothing was sealed.
pub async fn seal_audit(conn: &mut Conn, limit: i64, now: NaiveDateTime) -> Result<usize, StoreError> {
    // Nothing is locked where nothing waits.
    let waits = audit_unsealed::table
        .select(audit_unsealed::event_id)
        .first::<AuditEventId>(conn)
        .await
        .optional()?;
    if waits.is_none() {
        return Ok(0);
    }
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::AuditSeals).await?;
        // In the order of the list: by that of the entries SQLite would walk over all that were ever written.
        let rows: Vec<AuditRow> = audit_unsealed::table
            .inner_join(audit_events::table.on(audit_events::id.eq(audit_unsealed::event_id)))
            .select(AuditRow::as_select())
            .order(audit_unsealed::event_id)
            .limit(limit)
            .load(conn)
            .await?;
        let mut head = find_audit_head(conn).await?;
        let mut seals = Vec::with_capacity(rows.len());
        for row in &rows {
            head.seq += 1;
            head.hash = row.hash(&head.hash, head.seq).to_vec();
            seals.push(AuditSealRow {
                seq: head.seq,
                event_id: row.id,
                hash: head.hash.clone(),
                sealed_at: now,
            });
        }
        issuing::insert_audit_seals(conn, seals).await?;
        let sealed: Vec<AuditEventId> = rows.iter().map(|row| row.id).collect();
        diesel::delete(audit_unsealed::table.filter(audit_unsealed::event_id.eq_any(sealed)))
            .execute(conn)
            .await?;
        Ok::<_, StoreError>(rows.len())
    })
    .await
}

/// Seals in their order, from the one after `after` on, at most `limit`, each with its entry where that is still there.
///
/// # Errors
/// When the database fails.
pub async fn list_sealed(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<SealedAudit>, StoreError> {
    let query = audit_seals::table
        .left_join(audit_events::table.on(audit_events::id.eq(audit_seals::event_id)))
        .filter(audit_seals::seq.gt(after))
        .order(audit_seals::seq)
        .limit(limit)
        .select((AuditSealRow::as_select(), Option::<AuditRow>::as_select()));
    Ok(query.load(conn).await?)
}

/// Entries without a seal, oldest first, at most `limit`; and ids that wait for one whose entries are not there.
///
/// # Errors
/// When the database fails.
pub async fn list_unsealed(
    conn: &mut Conn,
    limit: i64,
) -> Result<(Vec<AuditRow>, Vec<AuditEventId>), StoreError> {
    let rows = audit_events::table
        .left_join(audit_seals::table.on(audit_seals::event_id.eq(audit_events::id)))
        .filter(audit_seals::seq.nullable().is_null())
        .order(audit_events::id)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(conn)
        .await?;
    let gone = audit_unsealed::table
        .left_join(audit_events::table.on(audit_events::id.eq(audit_unsealed::event_id)))
        .filter(audit_events::id.nullable().is_null())
        .limit(limit)
        .select(audit_unsealed::event_id)
        .load(conn)
        .await?;
    Ok((rows, gone))
}
