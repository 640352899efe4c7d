//! Whom a letter, an episode, an indicator, a contact or a problem concerns.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::schema::{contacts, deliveries, episodes, indicators, letters, problem_supports, problems};
use crate::types::{ContactId, EpisodeId, IndicatorId, LetterId, ProblemId, UnitId};

/// The unit a letter is addressed to; `None` when there is no such letter, or none was issued: a draft concerns the
/// office alone, and so does a letter of a pilot.
///
/// # Errors
/// When the database fails.
pub async fn find_letter_unit(conn: &mut Conn, letter: LetterId) -> Result<Option<UnitId>, StoreError> {
    let numbered =
        letters::table.find(letter).filter(letters::serial.is_not_null()).filter(letters::trial.eq(false));
    Ok(numbered.select(letters::unit_id).get_result(conn).await.optional()?)
}

/// Whether a letter is addressed or copied to a unit.
///
/// # Errors
/// When the database fails.
pub async fn letter_concerns(conn: &mut Conn, letter: LetterId, unit: UnitId) -> Result<bool, StoreError> {
    if find_letter_unit(conn, letter).await? == Some(unit) {
        return Ok(true);
    }
    let copies: i64 = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(false))
        .filter(deliveries::letter_id.eq(letter))
        .filter(deliveries::unit_id.eq(unit))
        .count()
        .get_result(conn)
        .await?;
    Ok(copies > 0)
}

/// The unit that answers for an episode, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_episode_unit(conn: &mut Conn, episode: EpisodeId) -> Result<Option<UnitId>, StoreError> {
    let unit: Option<Option<UnitId>> =
        episodes::table.find(episode).select(episodes::unit_id).get_result(conn).await.optional()?;
    Ok(unit.flatten())
}

/// The unit that leads an indicator, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_indicator_unit(
    conn: &mut Conn,
    indicator: IndicatorId,
) -> Result<Option<UnitId>, StoreError> {
    let unit: Option<Option<UnitId>> = indicators::table
        .find(indicator)
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
pub async fn find_contact_unit(conn: &mut Conn, contact: ContactId) -> Result<Option<UnitId>, StoreError> {
    Ok(contacts::table.find(contact).select(contacts::unit_id).get_result(conn).await.optional()?)
}

/// The unit that leads a problem.
///
/// # Errors
/// When the database fails.
pub async fn find_problem_unit(conn: &mut Conn, problem: ProblemId) -> Result<Option<UnitId>, StoreError> {
    Ok(problems::table.find(problem).select(problems::unit_id).get_result(conn).await.optional()?)
}

/// Whether a unit leads or supports a problem.
///
/// # Errors
/// When the database fails.
pub async fn problem_concerns(conn: &mut Conn, problem: ProblemId, unit: UnitId) -> Result<bool, StoreError> {
    if find_problem_unit(conn, problem).await? == Some(unit) {
        return Ok(true);
    }
    let supports: i64 = problem_supports::table.find((problem, unit)).count().get_result(conn).await?;
    Ok(supports > 0)
}
