//! Issuing in SQLite's own way: one prepared statement, many times, on one trip to the blocking thread.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::StoreError;
use crate::rows::{
    AuditSealRow, DeliveryRow, EpisodeChange, EpisodeRow, LetterEpisodeRow, LetterReportRow, LetterRow,
    WebhookEventRow,
};
use crate::schema::{
    audit_seals, deliveries, episodes, letter_episodes, letter_reports, letters, webhook_events,
};

/// Defines one function a table, all alike.
macro_rules! inserts {
    ($($(#[$meta:meta])* $name:ident $table:ident $row:ty;)+) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            /// When the database fails or a row is there already.
            pub async fn $name(conn: &mut Conn, rows: Vec<$row>) -> Result<(), StoreError> {
                if rows.is_empty() {
                    return Ok(());
                }
                conn.spawn_blocking(move |conn: &mut SqliteConnection| {
                    for row in &rows {
                        diesel::insert_into($table::table).values(row).execute(conn)?;
                    }
                    Ok(())
                })
                .await?;
                Ok(())
            }
        )+
    };
}

inserts! {
    /// Inserts rows of `episodes`; the caller holds the transaction.
    insert_episodes episodes EpisodeRow;
    /// Inserts rows of `letters`; the caller holds the transaction.
    insert_letters letters LetterRow;
    /// Inserts rows of `letter_episodes`; the caller holds the transaction.
    insert_letter_episodes letter_episodes LetterEpisodeRow;
    /// Inserts rows of `letter_reports`; the caller holds the transaction.
    insert_letter_reports letter_reports LetterReportRow;
    /// Inserts rows of `deliveries`; the caller holds the transaction.
    insert_deliveries deliveries DeliveryRow;
    /// Inserts rows of `audit_seals`; the caller holds the transaction.
    insert_audit_seals audit_seals AuditSealRow;
    /// Inserts rows of `webhook_events`; the caller holds the transaction.
    insert_webhook_events webhook_events WebhookEventRow;
}

/// Changes the episodes that still are as they were read, and counts them; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn update_episodes(conn: &mut Conn, changes: Vec<EpisodeChange>) -> Result<usize, StoreError> {
    if changes.is_empty() {
        return Ok(0);
    }
    let written = conn
        .spawn_blocking(move |conn: &mut SqliteConnection| {
            let mut written = 0;
            for EpisodeChange { before, after } in &changes {
                written += diesel::update(episodes::table.find(before.id))
                    .filter(episodes::revision.eq(before.revision))
                    .set((
                        episodes::state.eq(after.state),
                        episodes::grade.eq(after.grade),
                        episodes::level.eq(after.level),
                        episodes::unit_id.eq(after.unit_id),
                        episodes::lifted_on.eq(after.lifted_on),
                        episodes::lettered_level.eq(after.lettered_level),
                        episodes::lettered_period_end.eq(after.lettered_period_end),
                        episodes::letter_id.eq(after.letter_id),
                        episodes::observing_since.eq(after.observing_since),
                        episodes::observed_periods.eq(after.observed_periods),
                        episodes::observed_period_end.eq(after.observed_period_end),
                        episodes::handling.eq(after.handling),
                        episodes::revision.eq(before.revision + 1),
                        episodes::updated_at.eq(after.updated_at),
                    ))
                    .execute(conn)?;
            }
            Ok(written)
        })
        .await?;
    Ok(written)
}
