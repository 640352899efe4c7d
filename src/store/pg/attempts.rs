//! Attempts of many deliveries, written in one statement each.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::store::StoreError;
use crate::store::rows::{AttemptEnd, AttemptRow};
use crate::store::schema::delivery_attempts;
use crate::store::types::{Id, Key};

/// Inserts attempts; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert_attempts(conn: &mut Conn, rows: Vec<AttemptRow>) -> Result<(), StoreError> {
    diesel::insert_into(delivery_attempts::table).values(&rows).execute(conn).await?;
    Ok(())
}

const FINISH: &str = "
WITH v AS (
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        AS v (attempt, delivery, outcome, reply, state, next_attempt_at, accepted_at)
), ended AS (
    UPDATE delivery_attempts AS a SET outcome = v.outcome, reply = v.reply, finished_at = $8
    FROM v WHERE a.id = v.attempt
)
UPDATE deliveries AS d
SET state = v.state, uncertain = d.uncertain + (v.outcome = 'uncertain')::int, next_attempt_at = v.next_attempt_at,
    accepted_at = v.accepted_at, last_reply = v.reply, lease_until = NULL, lease_holder = NULL, updated_at = $8
FROM v
WHERE d.id = v.delivery AND d.state NOT IN ('accepted', 'bounced')
RETURNING d.id";

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Key)]
    id: Id,
}

/// Writes how attempts ended and where that leaves their deliveries; the caller holds the transaction. Accepted is
/// final, even when the lease was lost meanwhile, and so is what came back after it. Gives the deliveries written.
///
/// # Errors
/// When the database fails.
pub async fn finish_attempts(conn: &mut Conn, ends: Vec<AttemptEnd>) -> Result<Vec<Id>, StoreError> {
    let Some(now) = ends.iter().map(|end| end.now).max() else { return Ok(Vec::new()) };
    macro_rules! column {
        ($get:expr) => {
            ends.iter().map($get).collect::<Vec<_>>()
        };
    }
    let written: Vec<Written> = diesel::sql_query(FINISH)
        .bind::<Array<Key>, _>(column!(|end| end.attempt))
        .bind::<Array<Key>, _>(column!(|end| end.delivery))
        .bind::<Array<Text>, _>(column!(|end| end.outcome.as_str()))
        .bind::<Array<Nullable<Text>>, _>(column!(|end| end.reply.as_deref()))
        .bind::<Array<Text>, _>(column!(|end| end.state.as_str()))
        .bind::<Array<Timestamp>, _>(column!(|end| end.next_attempt_at))
        .bind::<Array<Nullable<Timestamp>>, _>(column!(|end| end.accepted_at))
        .bind::<Timestamp, _>(now)
        .load(conn)
        .await?;
    Ok(written.into_iter().map(|row| row.id).collect())
}
