//! Issuing in PostgreSQL's own way: many rows in one statement.

use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;
use crate::rows::{
    AuditSealRow, DeliveryRow, EpisodeChange, EpisodeRow, LetterEpisodeRow, LetterReportRow, LetterRow,
    WebhookEventRow,
};
use crate::schema::{
    audit_seals, deliveries, episodes, letter_episodes, letter_reports, letters, webhook_events,
};
use crate::types::Key;

/// A statement may carry 65,535 values; the widest row has some thirty.
const ROWS_AT_ONCE: usize = 1_000;

/// Defines one function a table, all alike.
macro_rules! inserts {
    ($($(#[$meta:meta])* $name:ident $table:ident $row:ty;)+) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            /// When the database fails or a row is there already.
            pub async fn $name(conn: &mut Conn, rows: Vec<$row>) -> Result<(), StoreError> {
                for chunk in rows.chunks(ROWS_AT_ONCE) {
                    diesel::insert_into($table::table).values(chunk).execute(conn).await?;
                }
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

const UPDATE_EPISODES: &str = "
UPDATE episodes AS e
SET state = v.state, grade = v.grade, level = v.level, unit_id = v.unit_id, lifted_on = v.lifted_on,
    lettered_level = v.lettered_level, lettered_period_end = v.lettered_period_end, letter_id = v.letter_id,
    observing_since = v.observing_since, observed_periods = v.observed_periods,
    observed_period_end = v.observed_period_end, handling = v.handling, revision = e.revision + 1, updated_at = $15
FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    AS v (id, revision, state, grade, level, unit_id, lifted_on, lettered_level, lettered_period_end, letter_id,
          observing_since, observed_periods, observed_period_end, handling)
WHERE e.id = v.id AND e.revision = v.revision";

/// Changes the episodes that still are as they were read, and counts them; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn update_episodes(conn: &mut Conn, changes: Vec<EpisodeChange>) -> Result<usize, StoreError> {
    let Some(now) = changes.as_slice().first().map(|change| change.after.updated_at) else { return Ok(0) };
    macro_rules! column {
        ($get:expr) => {
            changes.iter().map($get).collect::<Vec<_>>()
        };
    }
    Ok(diesel::sql_query(UPDATE_EPISODES)
        .bind::<Array<Key>, _>(column!(|c| c.before.id))
        .bind::<Array<Integer>, _>(column!(|c| c.before.revision))
        .bind::<Array<Text>, _>(column!(|c| c.after.state))
        .bind::<Array<Text>, _>(column!(|c| c.after.grade))
        .bind::<Array<Text>, _>(column!(|c| c.after.level))
        .bind::<Array<Nullable<Key>>, _>(column!(|c| c.after.unit_id))
        .bind::<Array<Nullable<Date>>, _>(column!(|c| c.after.lifted_on))
        .bind::<Array<Nullable<Text>>, _>(column!(|c| c.after.lettered_level))
        .bind::<Array<Nullable<Date>>, _>(column!(|c| c.after.lettered_period_end))
        .bind::<Array<Nullable<Key>>, _>(column!(|c| c.after.letter_id))
        .bind::<Array<Nullable<Date>>, _>(column!(|c| c.after.observing_since))
        .bind::<Array<Integer>, _>(column!(|c| c.after.observed_periods))
        .bind::<Array<Nullable<Date>>, _>(column!(|c| c.after.observed_period_end))
        .bind::<Array<Nullable<Text>>, _>(column!(|c| c.after.handling))
        .bind::<Timestamp, _>(now)
        .execute(conn)
        .await?)
}
