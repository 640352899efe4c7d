//! One at a time, or some together and others alone, where a rule spans several rows and no constraint can hold it.

use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::{SoleRule, StoreError};

/// Waits until no other transaction is checking the same rule, and makes others wait until this one ends.
///
/// # Errors
/// When the database fails.
pub async fn alone(conn: &mut Conn, rule: SoleRule) -> Result<(), StoreError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7326511, $1)")
        .bind::<Integer, _>(rule as i32)
        .execute(conn)
        .await?;
    Ok(())
}

/// Waits until nobody holds the rule alone, and makes whoever wants it alone wait until this transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn together(conn: &mut Conn, rule: SoleRule) -> Result<(), StoreError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock_shared(7326511, $1)")
        .bind::<Integer, _>(rule as i32)
        .execute(conn)
        .await?;
    Ok(())
}
