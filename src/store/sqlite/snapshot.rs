//! What a reader sees, told from what it saw before.

use super::Conn;
use crate::StoreError;

/// `None`: each SQLite connection counts only what others write, so that no one of them can tell.
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn find_snapshot(_: &mut Conn) -> Result<Option<String>, StoreError> {
    Ok(None)
}

/// The number below which every change is settled: any, since what one reads is committed in the order of its numbers.
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn find_horizon(_: &mut Conn) -> Result<i64, StoreError> {
    Ok(i64::MAX)
}

/// The number that a change has which is made now: numbers are kept in the file itself, so that none is ahead of it.
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn find_next_change(_: &mut Conn) -> Result<i64, StoreError> {
    Ok(i64::MAX)
}
