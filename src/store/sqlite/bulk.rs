//! What SQLite says in its own way: one prepared statement, many times, on one trip to the blocking thread.

use diesel::{RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::store::StoreError;
use crate::store::rows::ObservationRow;
use crate::store::schema::observations;

/// Inserts observations; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn insert_observations(conn: &mut Conn, rows: Vec<ObservationRow>) -> Result<(), StoreError> {
    conn.spawn_blocking(move |conn: &mut SqliteConnection| {
        for row in &rows {
            diesel::insert_into(observations::table).values(row).execute(conn)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}
