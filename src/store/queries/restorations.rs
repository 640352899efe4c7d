//! After a copy was put in the place of a database: what came after it is not known here, so that nothing is issued or sent
//! until a person has looked.

use chrono::NaiveDateTime;
use diesel::sql_types::Text;
use diesel::{ExpressionMethods, QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;
use xushi_domain::Invalid;

use super::super::Conn;
use super::settings;
use crate::StoreError;
use crate::rows::UsedNumber;
use crate::schema::letter_serials;

/// Setting: which copy was put in place, and that nobody has looked yet.
const RESTORED: &str = "restored";

/// The copy that was put in place and when, while nobody has looked.
///
/// # Errors
/// When the database fails.
pub async fn find_restoration(conn: &mut Conn) -> Result<Option<(String, NaiveDateTime)>, StoreError> {
    settings::find_setting(conn, RESTORED).await
}

/// Refuses what would go out while nobody has looked.
pub(super) async fn refuse_while_restored(conn: &mut Conn) -> Result<(), StoreError> {
    let Some((copy, _)) = find_restoration(conn).await? else { return Ok(()) };
    let detail = format!(
        "数据库已从备份{copy}恢复，备份以后签发的函这里没有记录，文号可能重复。请先核对，再由系统管理员执行xushi resume，之后才能签发和投递。"
    );
    Err(StoreError::Conflict(Invalid::new("state", "restored", detail)))
}

/// Says that a copy was put in place: nothing is issued or sent until [`end_restoration`], and places in the order of changes
/// that were given before mean nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn begin_restoration(
    conn: &mut Conn,
    copy: &str,
    epoch: i32,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        settings::set(conn, RESTORED, copy, now).await?;
        super::change_feed::begin_epoch(conn, epoch).await
    })
    .await
}

/// Lets letters be issued and sent again. Numbers that were given after the copy are not given once more: `used` are the last of
/// each mark and year. Gives whether anything waited for it.
///
/// # Errors
/// When the database fails.
pub async fn end_restoration(conn: &mut Conn, used: &[UsedNumber]) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        if find_restoration(conn).await?.is_none() {
            return Ok(false);
        }
        for one in used {
            let row = (
                letter_serials::mark.eq(&one.mark),
                letter_serials::year.eq(one.year),
                letter_serials::last_serial.eq(one.serial),
            );
            diesel::insert_into(letter_serials::table)
                .values(row)
                .on_conflict((letter_serials::mark, letter_serials::year))
                .do_nothing()
                .execute(conn)
                .await?;
            // A number is never taken back.
            diesel::update(letter_serials::table)
                .filter(letter_serials::mark.eq(&one.mark))
                .filter(letter_serials::year.eq(one.year))
                .filter(letter_serials::last_serial.lt(one.serial))
                .set(letter_serials::last_serial.eq(one.serial))
                .execute(conn)
                .await?;
        }
        settings::forget(conn, RESTORED).await?;
        Ok::<_, StoreError>(true)
    })
    .await
}

/// The last number given of each mark and year, newest year first.
///
/// # Errors
/// When the database fails.
pub async fn list_last_numbers(conn: &mut Conn) -> Result<Vec<UsedNumber>, StoreError> {
    let rows: Vec<(String, i32, i32)> = letter_serials::table
        .order_by((letter_serials::year.desc(), letter_serials::mark))
        .select((letter_serials::mark, letter_serials::year, letter_serials::last_serial))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(mark, year, serial)| UsedNumber { mark, year, serial }).collect())
}

/// The steps by which the tables came to be what they are, oldest first; none where there are no tables.
///
/// # Errors
/// When the database fails.
pub async fn list_migrations(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let text = "SELECT version FROM __diesel_schema_migrations ORDER BY version";
    match diesel::sql_query(text).load::<Step>(conn).await {
        Ok(steps) => Ok(steps.into_iter().map(|step| step.version).collect()),
        Err(diesel::result::Error::DatabaseError(_, info))
            if info.message().contains("__diesel_schema_migrations") =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(error.into()),
    }
}
