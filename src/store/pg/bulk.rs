//! What only PostgreSQL can say: many rows in one statement.

use diesel_async::RunQueryDsl;

use super::Conn;
use crate::store::StoreError;
use crate::store::rows::ObservationRow;
use crate::store::schema::observations;

/// A statement may carry 65,535 values; an observation has 12.
const ROWS_AT_ONCE: usize = 4_000;

/// Inserts observations; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert_observations(conn: &mut Conn, rows: Vec<ObservationRow>) -> Result<(), StoreError> {
    for chunk in rows.chunks(ROWS_AT_ONCE) {
        diesel::insert_into(observations::table).values(chunk).execute(conn).await?;
    }
    Ok(())
}
