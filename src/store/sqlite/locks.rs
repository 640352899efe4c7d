//! One at a time: an immediate transaction already is.

use super::Conn;
use crate::{SoleRule, StoreError};

/// Nothing to wait for: SQLite has one writer at a time, and the caller is it.
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn alone(_: &mut Conn, _: SoleRule) -> Result<(), StoreError> {
    Ok(())
}

/// As [`alone`].
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn together(_: &mut Conn, _: SoleRule) -> Result<(), StoreError> {
    Ok(())
}
