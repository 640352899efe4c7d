//! Letters and their episodes, read.

use diesel::{BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{DeliveryRow, EpisodeRow, LetterFilter, LetterRow, Page};
use crate::schema::{deliveries, episodes, letter_episodes, letters};
use crate::types::{DeliveryId, EpisodeId, LetterId, Listed};
use xushi_domain::episode::EpisodeState;

/// All episodes that are not over.
///
/// # Errors
/// When the database fails.
pub async fn list_open_episodes(conn: &mut Conn) -> Result<Vec<EpisodeRow>, StoreError> {
    Ok(episodes::table
        .filter(episodes::state.ne(Listed(EpisodeState::Lifted)))
        .select(EpisodeRow::as_select())
        .load(conn)
        .await?)
}

/// Letters in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_letters(
    conn: &mut Conn,
    filter: &LetterFilter,
    page: Page,
) -> Result<Vec<LetterRow>, StoreError> {
    let mut query = letters::table
        .select(LetterRow::as_select())
        .order(letters::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(letters::id.gt(after));
    }
    if let Some(campaigns) = &filter.campaigns {
        query = query.filter(letters::campaign_id.eq_any(campaigns.clone()));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(letters::updated_at.gt(after));
    }
    if let Some(unit) = filter.unit_id {
        let copies = deliveries::table.filter(deliveries::unit_id.eq(unit)).select(deliveries::letter_id);
        query = if filter.copied {
            query.filter(letters::unit_id.eq(unit).or(letters::id.eq_any(copies)))
        } else {
            query.filter(letters::unit_id.eq(unit))
        };
    }
    if let Some(states) = &filter.states {
        query = query.filter(letters::state.eq_any(Listed::all(states)));
    }
    if filter.numbered {
        query = query.filter(letters::serial.is_not_null()).filter(letters::trial.eq(false));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(letters::kind.eq_any(Listed::all(kinds)));
    }
    if let Some(levels) = &filter.levels {
        query = query.filter(letters::level.eq_any(Listed::all(levels)));
    }
    Ok(query.load(conn).await?)
}

/// The letter with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_letter(conn: &mut Conn, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
    Ok(letters::table.find(id).select(LetterRow::as_select()).get_result(conn).await.optional()?)
}

/// The letters with these ids.
///
/// # Errors
/// When the database fails.
pub async fn find_letters(conn: &mut Conn, ids: &[LetterId]) -> Result<Vec<LetterRow>, StoreError> {
    Ok(letters::table
        .filter(letters::id.eq_any(ids.to_vec()))
        .select(LetterRow::as_select())
        .load(conn)
        .await?)
}

/// The episodes a letter speaks of, in its order.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_episodes(conn: &mut Conn, letter: LetterId) -> Result<Vec<EpisodeRow>, StoreError> {
    Ok(letter_episodes::table
        .inner_join(episodes::table)
        .filter(letter_episodes::letter_id.eq(letter))
        .order(letter_episodes::ordinal)
        .select(EpisodeRow::as_select())
        .load(conn)
        .await?)
}

/// The deliveries with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn find_deliveries(conn: &mut Conn, ids: &[DeliveryId]) -> Result<Vec<DeliveryRow>, StoreError> {
    let there = deliveries::table.filter(deliveries::id.eq_any(ids.to_vec()));
    Ok(there.select(DeliveryRow::as_select()).load(conn).await?)
}

/// The mailboxes of these letters, in order of letter and id.
///
/// # Errors
/// When the database fails.
pub async fn list_deliveries_of(
    conn: &mut Conn,
    letters: &[LetterId],
) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::letter_id.eq_any(letters.to_vec()))
        .order((deliveries::letter_id, deliveries::id))
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?)
}

/// Mails of other letters about the same episodes: which of `letters`, and the other letter's delivery.
///
/// # Errors
/// When the database fails.
pub async fn list_thread_mails(
    conn: &mut Conn,
    of: &[LetterId],
) -> Result<Vec<(LetterId, DeliveryRow)>, StoreError> {
    let links = letter_episodes::table.inner_join(letters::table).select((
        letter_episodes::letter_id,
        letter_episodes::episode_id,
        letters::trial,
    ));
    let own: Vec<(LetterId, EpisodeId, bool)> =
        links.filter(letter_episodes::letter_id.eq_any(of.to_vec())).load(conn).await?;
    let episodes: Vec<EpisodeId> = own.iter().map(|(_, episode, _)| *episode).collect();
    let all: Vec<(LetterId, EpisodeId, bool)> =
        links.filter(letter_episodes::episode_id.eq_any(episodes)).load(conn).await?;
    let mut pairs: Vec<(LetterId, LetterId)> = Vec::new();
    for (letter, episode, trial) in &own {
        // Mails of a pilot never reached those to whom real letters go.
        let same = |other: &&(LetterId, EpisodeId, bool)| {
            other.1 == *episode && other.0 != *letter && other.2 == *trial
        };
        pairs.extend(all.iter().filter(same).map(|(other, ..)| (*letter, *other)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let others: Vec<LetterId> = pairs.iter().map(|(_, other)| *other).collect();
    let mails = list_deliveries_of(conn, &others).await?;
    let of = |other: LetterId| mails.iter().filter(move |mail| mail.letter_id == other).cloned();
    Ok(pairs.into_iter().flat_map(|(letter, other)| of(other).map(move |mail| (letter, mail))).collect())
}

/// The mailboxes of a letter.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_deliveries(
    conn: &mut Conn,
    letter: LetterId,
) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::letter_id.eq(letter))
        .order(deliveries::id)
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?)
}
