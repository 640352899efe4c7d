//! Letters taken back: what is said of them, and what stops with them.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Conn, issuing};
use super::issuing::discard_draft;
use super::notices::stop_notices;
use super::replies::advance;
use crate::StoreError;
use crate::rows::{EpisodeChange, EpisodeRow, LetterName, WithdrawalRow};
use crate::schema::{
    deliveries, delivery_attempts, episodes, incidents, letter_episodes, letters, units, withdrawals,
};
use crate::types::{DeliveryId, EpisodeId, LetterId, Listed, UnitId};
use xushi_domain::delivery::{AttemptOutcome, DeliveryState};
use xushi_domain::episode::EpisodeState;
use xushi_domain::reply::ReplyStep;
use xushi_domain::{Handling, LetterKind, LetterState, SubjectKind};

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// A letter and all that its ladder has brought, drafts included: id and state, the letter itself first.
///
/// # Errors
/// `Missing`, `Corrupt`.
pub async fn list_ladder(
    conn: &mut Conn,
    letter: LetterId,
) -> Result<Vec<(LetterId, LetterState)>, StoreError> {
    let of = letters::table.select((letters::id, letters::state));
    let mut found: Vec<(LetterId, Listed<LetterState>)> =
        of.filter(letters::id.eq(letter)).load(conn).await?;
    if found.is_empty() {
        return Err(StoreError::missing("letter", letter.0));
    }
    let mut last = vec![letter];
    // A ladder has three steps; what follows a step may climb again.
    while !last.is_empty() {
        let next: Vec<(LetterId, Listed<LetterState>)> = of
            .filter(letters::follows_id.eq_any(last))
            .filter(letters::ladder_step.is_not_null())
            .order(letters::id)
            .load(conn)
            .await?;
        last =
            next.iter().map(|(id, _)| *id).filter(|id| found.iter().all(|(known, _)| known != id)).collect();
        found.extend(next.into_iter().filter(|(id, _)| last.contains(id)));
    }
    Ok(found.into_iter().map(|(id, state)| (id, state.0)).collect())
}

/// Says of letters that they were taken back, discards the drafts that their ladders had brought, stops their mails that are not
/// out yet, and closes what was to be looked at of them. The letter that says so is written before, in the same transaction, and is
/// not sent to the mailboxes of `unsent`.
///
/// # Errors
/// `Conflict` when one was taken back meanwhile, `Stale` when a draft was signed or a mail of `unsent` went out meanwhile.
pub async fn withdraw_letters(
    conn: &mut Conn,
    rows: &[WithdrawalRow],
    (drafts, unsent): (&[LetterId], &[DeliveryId]),
    note: &str,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        for row in rows {
            advance(conn, row.letter_id, ReplyStep::Withdraw, now).await?;
            diesel::insert_into(withdrawals::table).values(row).execute(conn).await?;
        }
        for draft in drafts {
            discard_draft(conn, *draft, None, note, Vec::new(), now).await?;
        }
        let own: Vec<LetterId> = rows.iter().map(|row| row.letter_id).collect();
        let mails: Vec<(DeliveryId, Listed<DeliveryState>)> = deliveries::table
            .filter(deliveries::letter_id.eq_any(own.clone()))
            .select((deliveries::id, deliveries::state))
            .load(conn)
            .await?;
        let gone = |(id, state): &(DeliveryId, Listed<DeliveryState>)| {
            unsent.contains(id) && matches!(state.0, DeliveryState::Sending | DeliveryState::Accepted)
        };
        if mails.iter().any(gone) {
            return Err(StoreError::Stale);
        }
        let waiting = mails
            .iter()
            .filter(|(_, state)| matches!(state.0, DeliveryState::Pending | DeliveryState::Sending));
        stop_mails(conn, &waiting.map(|(id, _)| *id).collect::<Vec<_>>(), note, now).await?;
        stop_notices(conn, Some(&own), note, now).await?;
        let mails: Vec<DeliveryId> = mails.into_iter().map(|(id, _)| id).collect();
        close_incidents_of(conn, (&own, &mails), now).await
    })
    .await
}

/// Of episodes that one of `taken` spoke of last: the last warning before it that still stands spoke of them last again, or none;
/// what was decided about their level and period stays decided, so that the next warning comes with a later period or a graver level.
///
/// # Errors
/// `Stale` when one was changed meanwhile.
pub async fn release_episodes(
    conn: &mut Conn,
    taken: &[LetterId],
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    let rows: Vec<EpisodeRow> = episodes::table
        .filter(episodes::letter_id.eq_any(taken.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(episodes::state.ne(Listed(EpisodeState::Lifted)))
        .order(episodes::id)
        .select(EpisodeRow::as_select())
        .load(conn)
        .await?;
    let last = standing_warnings(conn, &rows, taken).await?;
    let of_taken = letters::table.filter(letters::id.eq_any(taken.to_vec()));
    let units: Vec<UnitId> = of_taken.select(letters::unit_id).load(conn).await?;
    let units: Vec<Option<UnitId>> = units.into_iter().map(Some).collect();
    let change = |before: EpisodeRow| {
        let (letter_id, step) = last.get(&before.id).copied().unzip();
        let handling = step.flatten().and_then(Handling::of_step).map(Listed);
        let mut after = EpisodeRow { letter_id, handling, updated_at: now, ..before.clone() };
        // It was for another unit; whoever answers for it now has been told nothing.
        if letter_id.is_none() && !units.contains(&before.unit_id) {
            (after.lettered_level, after.lettered_period_end) = (None, None);
        }
        EpisodeChange { after, before }
    };
    let wanted = rows.len();
    let written = issuing::update_episodes(conn, rows.into_iter().map(change).collect()).await?;
    if written == wanted { Ok(()) } else { Err(StoreError::Stale) }
}

/// The last warning about each of these episodes that stands once `taken` are gone, with the step of its ladder. A pilot's speak for
/// the pilot alone.
async fn standing_warnings(
    conn: &mut Conn,
    rows: &[EpisodeRow],
    taken: &[LetterId],
) -> Result<HashMap<EpisodeId, (LetterId, Option<i32>)>, StoreError> {
    let trial: Vec<bool> =
        letters::table.filter(letters::id.eq_any(taken.to_vec())).select(letters::trial).load(conn).await?;
    let ended = [LetterState::Draft, LetterState::Discarded, LetterState::Withdrawn].map(Listed);
    let ids: Vec<EpisodeId> = rows.iter().map(|row| row.id).collect();
    let mut last = HashMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let spoken: Vec<(EpisodeId, LetterId, Option<i32>)> = letter_episodes::table
            .inner_join(letters::table)
            .filter(letter_episodes::episode_id.eq_any(chunk.to_vec()))
            .filter(letters::id.ne_all(taken.to_vec()))
            .filter(letters::kind.eq(Listed(LetterKind::Warning)))
            .filter(letters::state.ne_all(ended))
            .filter(letters::trial.eq(trial.contains(&true)))
            .order((letters::issued_on, letters::year, letters::serial))
            .select((letter_episodes::episode_id, letters::id, letters::ladder_step))
            .load(conn)
            .await?;
        // The latest comes last.
        last.extend(spoken.into_iter().map(|(episode, letter, step)| (episode, (letter, step))));
    }
    Ok(last)
}

/// Nobody sends these mails any more, whoever is at it.
pub(super) async fn stop_mails(
    conn: &mut Conn,
    ids: &[DeliveryId],
    reason: &str,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    for chunk in ids.chunks(AT_ONCE) {
        diesel::update(deliveries::table.filter(deliveries::id.eq_any(chunk.to_vec())))
            .set((
                deliveries::state.eq(Listed(DeliveryState::Failed)),
                deliveries::last_reply.eq(reason),
                deliveries::lease_until.eq(None::<NaiveDateTime>),
                deliveries::lease_holder.eq(None::<String>),
                deliveries::updated_at.eq(now),
            ))
            .execute(conn)
            .await?;
        diesel::update(delivery_attempts::table)
            .filter(delivery_attempts::delivery_id.eq_any(chunk.to_vec()))
            .filter(delivery_attempts::outcome.eq(Listed(AttemptOutcome::Begun)))
            .set((
                delivery_attempts::outcome.eq(Listed(AttemptOutcome::Uncertain)),
                delivery_attempts::finished_at.eq(now),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// What was to be looked at of these letters and these mails need not be looked at any more.
pub(super) async fn close_incidents_of(
    conn: &mut Conn,
    (letters, mails): (&[LetterId], &[DeliveryId]),
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    let letters: Vec<String> = letters.iter().map(|id| id.0.to_string()).collect();
    let mails: Vec<String> = mails.iter().map(|id| id.0.to_string()).collect();
    for (kind, ids) in [(SubjectKind::Letter, letters), (SubjectKind::Delivery, mails)] {
        for chunk in ids.chunks(AT_ONCE) {
            diesel::update(incidents::table)
                .filter(incidents::subject_kind.eq(Listed(kind)))
                .filter(incidents::subject_id.eq_any(chunk.to_vec()))
                .filter(incidents::closed_at.is_null())
                .set((incidents::closed_at.eq(now), incidents::updated_at.eq(now)))
                .execute(conn)
                .await?;
        }
    }
    Ok(())
}

/// How these letters were taken back, each with the letter that says so; those that were not are left out.
///
/// # Errors
/// When the database fails.
pub async fn list_withdrawals(
    conn: &mut Conn,
    ids: &[LetterId],
) -> Result<HashMap<LetterId, (WithdrawalRow, LetterName)>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let rows: Vec<WithdrawalRow> = withdrawals::table
            .filter(withdrawals::letter_id.eq_any(chunk.to_vec()))
            .select(WithdrawalRow::as_select())
            .load(conn)
            .await?;
        let names = names(conn, rows.iter().map(|row| row.by_letter_id).collect()).await?;
        let named =
            |row: WithdrawalRow| Some((row.letter_id, (row.clone(), names.get(&row.by_letter_id)?.clone())));
        found.extend(rows.into_iter().filter_map(named));
    }
    Ok(found)
}

/// Letters about these episodes that were taken back, the first one first: episode, letter, how, and the letter that says so.
///
/// # Errors
/// When the database fails.
pub async fn list_withdrawals_about(
    conn: &mut Conn,
    episodes: &[EpisodeId],
) -> Result<Vec<(EpisodeId, LetterName, WithdrawalRow, LetterName)>, StoreError> {
    let mut links: Vec<(EpisodeId, WithdrawalRow)> = Vec::new();
    for chunk in episodes.chunks(AT_ONCE) {
        let query = withdrawals::table
            .inner_join(letter_episodes::table.on(letter_episodes::letter_id.eq(withdrawals::letter_id)))
            .filter(letter_episodes::episode_id.eq_any(chunk.to_vec()))
            .order((withdrawals::created_at, withdrawals::letter_id))
            .select((letter_episodes::episode_id, WithdrawalRow::as_select()));
        links.extend(query.load::<(EpisodeId, WithdrawalRow)>(conn).await?);
    }
    let both = links.iter().flat_map(|(_, row)| [row.letter_id, row.by_letter_id]).collect();
    let names = names(conn, both).await?;
    let named = |(episode, row): (EpisodeId, WithdrawalRow)| {
        let (letter, by) = (names.get(&row.letter_id)?.clone(), names.get(&row.by_letter_id)?.clone());
        Some((episode, letter, row, by))
    };
    Ok(links.into_iter().filter_map(named).collect())
}

/// The letters that this one takes back, in the order of their numbers.
///
/// # Errors
/// When the database fails.
pub async fn list_withdrawn_by(conn: &mut Conn, letter: LetterId) -> Result<Vec<LetterName>, StoreError> {
    let ids: Vec<LetterId> = withdrawals::table
        .filter(withdrawals::by_letter_id.eq(letter))
        .select(withdrawals::letter_id)
        .load(conn)
        .await?;
    let mut names: Vec<LetterName> = names(conn, ids).await?.into_values().collect();
    names.sort_by_key(|name| (name.year, name.serial, name.id));
    Ok(names)
}

async fn names(conn: &mut Conn, ids: Vec<LetterId>) -> Result<HashMap<LetterId, LetterName>, StoreError> {
    let names: Vec<LetterName> = letters::table
        .inner_join(units::table)
        .filter(letters::id.eq_any(ids))
        .select(LetterName::as_select())
        .load(conn)
        .await?;
    Ok(names.into_iter().map(|name| (name.id, name)).collect())
}
