//! Whom a letter, an episode, an indicator or a contact concerns.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::Conn;
use crate::StoreError;
use crate::schema::{contacts, deliveries, episodes, indicators, letters};
use crate::types::Id;

/// The unit a letter is addressed to; `None` when there is no such letter, or none was issued: a draft concerns the
/// office alone, and so does a letter of a pilot.
///
/// # Errors
/// When the database fails.
pub async fn find_letter_unit(conn: &mut Conn, letter: Uuid) -> Result<Option<Id>, StoreError> {
    let numbered = letters::table
        .find(Id(letter))
        .filter(letters::serial.is_not_null())
        .filter(letters::trial.eq(false));
    Ok(numbered.select(letters::unit_id).get_result(conn).await.optional()?)
}

/// Whether a letter is addressed or copied to a unit.
///
/// # Errors
/// When the database fails.
pub async fn letter_concerns(conn: &mut Conn, letter: Uuid, unit: Uuid) -> Result<bool, StoreError> {
    if find_letter_unit(conn, letter).await? == Some(Id(unit)) {
        return Ok(true);
    }
    let copies: i64 = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(false))
        .filter(deliveries::letter_id.eq(Id(letter)))
        .filter(deliveries::unit_id.eq(Id(unit)))
        .count()
        .get_result(conn)
        .await?;
    Ok(copies > 0)
}

/// The unit that answers for an episode, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_episode_unit(conn: &mut Conn, episode: Uuid) -> Result<Option<Id>, StoreError> {
    let unit: Option<Option<Id>> =
        episodes::table.find(Id(episode)).select(episodes::unit_id).get_result(conn).await.optional()?;
    Ok(unit.flatten())
}

/// The unit that leads an indicator, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_indicator_unit(conn: &mut Conn, indicator: Uuid) -> Result<Option<Id>, StoreError> {
    let unit: Option<Option<Id>> = indicators::table
        .find(Id(indicator))
        .select(indicators::lead_unit_id)
        .get_result(conn)
        .await
        .optional()?;
    Ok(unit.flatten())
}

/// The unit of a contact.
///
/// # Errors
/// When the database fails.
pub async fn find_contact_unit(conn: &mut Conn, contact: Uuid) -> Result<Option<Id>, StoreError> {
    Ok(contacts::table.find(Id(contact)).select(contacts::unit_id).get_result(conn).await.optional()?)
}
