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
