//! What a reader sees, told from what it saw before.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;

/// Of constant text, so that it is prepared once.
#[derive(QueryId)]
struct CurrentSnapshot;

impl Query for CurrentSnapshot {
    type SqlType = Text;
}

impl QueryFragment<Pg> for CurrentSnapshot {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> diesel::QueryResult<()> {
        out.push_sql("SELECT pg_current_snapshot()::text");
        Ok(())
    }
}

/// Which transactions a reader sees now. Whatever is written changes it for good, so that what was read after one
/// snapshot is still what would be read while the snapshot is the same.
///
/// # Errors
/// When the database fails.
pub async fn find_snapshot(conn: &mut Conn) -> Result<Option<String>, StoreError> {
    Ok(Some(CurrentSnapshot.get_result(conn).await?))
}
