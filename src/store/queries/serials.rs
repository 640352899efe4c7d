//! The numbers of letters, gapless.

use diesel::ExpressionMethods;
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::letter_serials;

/// The first of the next `count` numbers of a mark in a year; the row is locked until the transaction ends, so that a
/// number is never given twice and never lost. Refused after a restore until a person has looked.
pub(super) async fn take_serials(
    conn: &mut Conn,
    mark: &str,
    year: i32,
    count: i32,
) -> Result<i32, StoreError> {
    super::restorations::refuse_while_restored(conn).await?;
    let first =
        (letter_serials::mark.eq(mark), letter_serials::year.eq(year), letter_serials::last_serial.eq(count));
    let last: i32 = diesel::insert_into(letter_serials::table)
        .values(first)
        .on_conflict((letter_serials::mark, letter_serials::year))
        .do_update()
        .set(letter_serials::last_serial.eq(letter_serials::last_serial + count))
        .returning(letter_serials::last_serial)
        .get_result(conn)
        .await?;
    Ok(last - count + 1)
}
