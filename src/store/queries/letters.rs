//! Letters: issued with their number, their episodes and their deliveries in one transaction.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn};
use super::letter_files;
use crate::store::rows::{
    DeliveryRow, EpisodeChange, EpisodeRow, Frozen, LetterFilter, LetterRow, NewLetter, Page, Rendering,
};
use crate::store::schema::{deliveries, episodes, letter_episodes, letter_serials, letters};
use crate::store::types::Id;
use crate::store::{StoreError, faults};

/// Issues a letter: takes the next number, lets `render` make the frozen texts with it, writes letter, episodes and
/// deliveries. All or nothing: a crash leaves neither a gap in the numbers nor a letter without deliveries.
///
/// # Errors
/// `Stale` when an episode is not as it was read: somebody else issued meanwhile.
pub async fn issue_letter(
    conn: &mut Conn,
    new: &NewLetter,
    render: &Rendering<'_>,
) -> Result<LetterRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        write_episodes(conn, &new.opened, &new.continued).await?;
        let serial = next_serial(conn, &new.letter.mark, new.letter.year).await?;
        let Frozen { letter, files } = render.with_serial(&new.letter, serial)?;
        diesel::insert_into(letters::table).values(&letter).execute(conn).await?;
        letter_files::insert_files(conn, &files).await?;
        let mut links = Vec::new();
        let episodes =
            new.opened.iter().map(|row| row.id).chain(new.continued.iter().map(|change| change.after.id));
        for (ordinal, episode) in (1..).zip(episodes) {
            links.push((
                letter_episodes::letter_id.eq(letter.id),
                letter_episodes::episode_id.eq(episode),
                letter_episodes::ordinal.eq(ordinal),
            ));
        }
        for link in links {
            diesel::insert_into(letter_episodes::table).values(link).execute(conn).await?;
        }
        for delivery in &new.deliveries {
            diesel::insert_into(deliveries::table).values(delivery).execute(conn).await?;
        }
        faults::point("issue.written");
        Ok::<_, StoreError>(letter)
    })
    .await
}

/// The next number of a mark in a year; the row is locked until the transaction ends, so that a number is never
/// given twice and never lost.
async fn next_serial(conn: &mut Conn, mark: &str, year: i32) -> Result<i32, StoreError> {
    let first =
        (letter_serials::mark.eq(mark), letter_serials::year.eq(year), letter_serials::last_serial.eq(1));
    Ok(diesel::insert_into(letter_serials::table)
        .values(first)
        .on_conflict((letter_serials::mark, letter_serials::year))
        .do_update()
        .set(letter_serials::last_serial.eq(letter_serials::last_serial + 1))
        .returning(letter_serials::last_serial)
        .get_result(conn)
        .await?)
}

/// Opens and changes episodes without a letter.
///
/// # Errors
/// `Stale` when one is not as it was read, `Duplicate` when one was opened meanwhile.
pub async fn change_episodes(
    conn: &mut Conn,
    opened: &[EpisodeRow],
    changed: &[EpisodeChange],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| { write_episodes(conn, opened, changed).await }).await
}

async fn write_episodes(
    conn: &mut Conn,
    opened: &[EpisodeRow],
    changed: &[EpisodeChange],
) -> Result<(), StoreError> {
    for row in opened {
        diesel::insert_into(episodes::table).values(row).execute(conn).await?;
    }
    for EpisodeChange { before, after } in changed {
        let written = diesel::update(episodes::table.find(before.id))
            .filter(episodes::revision.eq(before.revision))
            .set((
                episodes::state.eq(&after.state),
                episodes::grade.eq(&after.grade),
                episodes::level.eq(&after.level),
                episodes::lifted_on.eq(after.lifted_on),
                episodes::lettered_level.eq(&after.lettered_level),
                episodes::lettered_period_end.eq(after.lettered_period_end),
                episodes::revision.eq(before.revision + 1),
                episodes::updated_at.eq(after.updated_at),
            ))
            .execute(conn)
            .await?;
        if written != 1 {
            return Err(StoreError::Stale);
        }
    }
    Ok(())
}

/// All open episodes.
///
/// # Errors
/// When the database fails.
pub async fn list_open_episodes(conn: &mut Conn) -> Result<Vec<EpisodeRow>, StoreError> {
    Ok(episodes::table
        .filter(episodes::state.ne("lifted"))
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
        query = query.filter(letters::id.gt(Id(after)));
    }
    if let Some(campaigns) = &filter.campaigns {
        query = query.filter(letters::campaign_id.eq_any(campaigns.clone()));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(letters::updated_at.gt(after));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(letters::unit_id.eq(Id(unit)));
    }
    if let Some(state) = &filter.state {
        query = query.filter(letters::state.eq(state));
    }
    if let Some(level) = &filter.level {
        query = query.filter(letters::level.eq(level));
    }
    Ok(query.load(conn).await?)
}

/// The letter with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_letter(conn: &mut Conn, id: Uuid) -> Result<Option<LetterRow>, StoreError> {
    Ok(letters::table.find(Id(id)).select(LetterRow::as_select()).get_result(conn).await.optional()?)
}

/// The letters with these ids.
///
/// # Errors
/// When the database fails.
pub async fn find_letters(conn: &mut Conn, ids: &[Id]) -> Result<Vec<LetterRow>, StoreError> {
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
pub async fn list_letter_episodes(conn: &mut Conn, letter: Uuid) -> Result<Vec<EpisodeRow>, StoreError> {
    Ok(letter_episodes::table
        .inner_join(episodes::table)
        .filter(letter_episodes::letter_id.eq(Id(letter)))
        .order(letter_episodes::ordinal)
        .select(EpisodeRow::as_select())
        .load(conn)
        .await?)
}

/// The mailboxes of these letters, in order of letter and id.
///
/// # Errors
/// When the database fails.
pub async fn list_deliveries_of(conn: &mut Conn, letters: &[Id]) -> Result<Vec<DeliveryRow>, StoreError> {
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
    letters: &[Id],
) -> Result<Vec<(Id, DeliveryRow)>, StoreError> {
    let links = letter_episodes::table.select((letter_episodes::letter_id, letter_episodes::episode_id));
    let own: Vec<(Id, Id)> =
        links.filter(letter_episodes::letter_id.eq_any(letters.to_vec())).load(conn).await?;
    let episodes: Vec<Id> = own.iter().map(|(_, episode)| *episode).collect();
    let all: Vec<(Id, Id)> = links.filter(letter_episodes::episode_id.eq_any(episodes)).load(conn).await?;
    let mut pairs: Vec<(Id, Id)> = Vec::new();
    for (letter, episode) in &own {
        let others = all.iter().filter(|(other, about)| about == episode && other != letter);
        pairs.extend(others.map(|(other, _)| (*letter, *other)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let others: Vec<Id> = pairs.iter().map(|(_, other)| *other).collect();
    let mails = list_deliveries_of(conn, &others).await?;
    let of = |other: Id| mails.iter().filter(move |mail| mail.letter_id == other).cloned();
    Ok(pairs.into_iter().flat_map(|(letter, other)| of(other).map(move |mail| (letter, mail))).collect())
}

/// The mailboxes of a letter.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_deliveries(conn: &mut Conn, letter: Uuid) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::letter_id.eq(Id(letter)))
        .order(deliveries::id)
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?)
}
