//! One at a time: an immediate transaction already is.

use super::Conn;
use crate::{Rule, StoreError};

/// Nothing to wait for: SQLite has one writer at a time, and the caller is it.
///
/// # Errors
/// None; PostgreSQL's twin has some.
pub async fn alone(_: &mut Conn, _: Rule) -> Result<(), StoreError> {
    Ok(())
}
