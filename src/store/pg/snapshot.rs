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

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// The number below which every change is settled: the oldest transaction that is not over.
///
/// # Errors
/// When the database fails.
pub async fn find_horizon(conn: &mut Conn) -> Result<i64, StoreError> {
    let text = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS number";
    let found: Number = diesel::sql_query(text).get_result(conn).await?;
    Ok(found.number)
}

/// The number that a change has which is made now.
///
/// # Errors
/// When the database fails.
pub async fn find_next_change(conn: &mut Conn) -> Result<i64, StoreError> {
    let text = "SELECT pg_current_xact_id()::text::bigint AS number";
    let found: Number = diesel::sql_query(text).get_result(conn).await?;
    Ok(found.number)
}
