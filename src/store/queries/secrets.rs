//! What signs things.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::secrets;

/// The secret of this name; `fresh` becomes it when there is none yet. Two replicas that start together agree.
///
/// # Errors
/// When the database fails.
pub async fn find_or_create_secret(
    conn: &mut Conn,
    name: &str,
    fresh: &str,
    now: NaiveDateTime,
) -> Result<String, StoreError> {
    let row = (secrets::name.eq(name), secrets::value.eq(fresh), secrets::created_at.eq(now));
    diesel::insert_into(secrets::table)
        .values(row)
        .on_conflict(secrets::name)
        .do_nothing()
        .execute(conn)
        .await?;
    Ok(secrets::table.find(name).select(secrets::value).get_result(conn).await?)
}
