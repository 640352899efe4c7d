//! What the database knows of itself.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::settings;

/// The value of this name and when it was written; `None` when it was never said.
///
/// # Errors
/// When the database fails.
pub async fn find_setting(
    conn: &mut Conn,
    name: &str,
) -> Result<Option<(String, NaiveDateTime)>, StoreError> {
    let query = settings::table.find(name.to_owned()).select((settings::value, settings::updated_at));
    Ok(query.get_result(conn).await.optional()?)
}

/// Says a value for the first time; what was said before stays. Gives the value in force.
///
/// # Errors
/// When the database fails.
pub async fn find_or_set(
    conn: &mut Conn,
    name: &str,
    value: &str,
    now: NaiveDateTime,
) -> Result<(String, NaiveDateTime), StoreError> {
    let row = (settings::name.eq(name), settings::value.eq(value), settings::updated_at.eq(now));
    diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::name)
        .do_nothing()
        .execute(conn)
        .await?;
    let query = settings::table.find(name.to_owned()).select((settings::value, settings::updated_at));
    Ok(query.get_result(conn).await?)
}

/// Says a value anew.
///
/// # Errors
/// When the database fails.
pub async fn set(conn: &mut Conn, name: &str, value: &str, now: NaiveDateTime) -> Result<(), StoreError> {
    let row = (settings::name.eq(name), settings::value.eq(value), settings::updated_at.eq(now));
    diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::name)
        .do_update()
        .set((settings::value.eq(value), settings::updated_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets a value.
///
/// # Errors
/// When the database fails.
pub async fn forget(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    diesel::delete(settings::table.find(name.to_owned())).execute(conn).await?;
    Ok(())
}
