//! Letters with nothing left to answer: found, and marked.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use super::replies::advance;
use crate::StoreError;
use crate::rows::{LetterRow, SettlementRow};
use crate::schema::{
    assessments, current_assessments, episodes, indicators, letter_episodes, letter_reports, letters,
    settlements,
};
use crate::types::{IndicatorId, LetterId, Listed};
use xushi_domain::episode::EpisodeState;
use xushi_domain::reply::ReplyStep;
use xushi_domain::{LetterKind, LetterState, TextEnum as _, ladder};

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Where a letter stands while its answer is wanted.
pub(super) fn waiting_states() -> Vec<Listed<LetterState>> {
    LetterState::ALL.iter().copied().filter(|state| state.awaits_answer()).map(Listed).collect()
}

/// The kinds of letters that want an answer.
pub(super) fn asking_kinds() -> Vec<Listed<LetterKind>> {
    LetterKind::ALL.iter().copied().filter(|kind| kind.asks()).map(Listed).collect()
}

/// Letters that wait for an answer though nothing is left to answer, and the letter to be answered instead.
///
/// A later step of its ladder has asked again; or each of its episodes is lifted or taken up by a later letter; or each
/// report it asks for has come, or a later letter asks for that of a later period.
///
/// # Errors
/// When the database fails.
pub async fn list_letters_to_settle(
    conn: &mut Conn,
) -> Result<Vec<(LetterId, Option<LetterId>)>, StoreError> {
    let waiting: Vec<LetterId> = letters::table
        .filter(letters::state.eq_any(waiting_states()))
        .filter(letters::kind.eq_any(asking_kinds()))
        .order(letters::id)
        .select(letters::id)
        .load(conn)
        .await?;
    let mut done_with = Vec::new();
    for chunk in waiting.chunks(AT_ONCE) {
        let mut successors = asked_anew(conn, chunk).await?;
        let open = open_matters(conn, chunk, &mut successors).await?;
        let over = |id: &&LetterId| !open.contains(id) || successors.asked.contains(id);
        done_with.extend(chunk.iter().filter(over).map(|id| (*id, successors.of.get(id).copied())));
    }
    Ok(done_with)
}

/// Which letter is to be answered instead of which.
struct Successors {
    of: HashMap<LetterId, LetterId>,
    /// Those whose ladder has asked again, whatever is open.
    asked: HashSet<LetterId>,
}

async fn asked_anew(conn: &mut Conn, ids: &[LetterId]) -> Result<Successors, StoreError> {
    let steps: Vec<(LetterId, LetterId)> = letters::table
        .filter(letters::follows_id.eq_any(ids.to_vec()))
        .filter(letters::ladder_step.ge(ladder::LEADER))
        .filter(letters::serial.is_not_null())
        .filter(letters::state.ne(Listed(LetterState::Withdrawn)))
        .select((letters::follows_id.assume_not_null(), letters::id))
        .load(conn)
        .await?;
    let asked = steps.iter().map(|(before, _)| *before).collect();
    Ok(Successors { of: steps.into_iter().collect(), asked })
}

/// Letters of which an episode is still theirs and not lifted, or a report has not come.
async fn open_matters(
    conn: &mut Conn,
    ids: &[LetterId],
    successors: &mut Successors,
) -> Result<HashSet<LetterId>, StoreError> {
    let mut open = HashSet::new();
    let held: Vec<(LetterId, Option<LetterId>)> = letter_episodes::table
        .inner_join(episodes::table)
        .filter(letter_episodes::letter_id.eq_any(ids.to_vec()))
        .filter(episodes::state.ne(Listed(EpisodeState::Lifted)))
        .select((letter_episodes::letter_id, episodes::letter_id))
        .load(conn)
        .await?;
    for (letter, holder) in held {
        match holder.filter(|holder| *holder != letter) {
            None => {
                open.insert(letter);
            }
            Some(holder) => {
                successors.of.entry(letter).or_insert(holder);
            }
        }
    }
    let asked: Vec<(LetterId, IndicatorId, NaiveDate, Option<NaiveDate>)> = letter_reports::table
        .inner_join(
            current_assessments::table.on(current_assessments::indicator_id.eq(letter_reports::indicator_id)),
        )
        .left_join(assessments::table.on(current_assessments::assessment_id.eq(assessments::id.nullable())))
        .inner_join(indicators::table.on(indicators::id.eq(letter_reports::indicator_id)))
        .filter(indicators::retired_on.is_null())
        .filter(letter_reports::letter_id.eq_any(ids.to_vec()))
        .select((
            letter_reports::letter_id,
            letter_reports::indicator_id,
            letter_reports::period_end,
            assessments::data_end.nullable(),
        ))
        .load(conn)
        .await?;
    let missing: Vec<_> =
        asked.into_iter().filter(|(.., period, end)| end.is_none_or(|end| end < *period)).collect();
    let mut later: HashMap<IndicatorId, (NaiveDate, LetterId)> = HashMap::new();
    let about: Vec<IndicatorId> = missing.iter().map(|(_, indicator, ..)| *indicator).collect();
    for chunk in about.chunks(AT_ONCE) {
        let requests: Vec<(IndicatorId, NaiveDate, LetterId)> = letter_reports::table
            .inner_join(letters::table)
            .filter(letter_reports::indicator_id.eq_any(chunk.to_vec()))
            .filter(letters::serial.is_not_null())
            // A pilot that is over has asked nobody.
            .filter(letters::trial.eq(false).or(letters::state.ne(Listed(LetterState::Settled))))
            .filter(letters::state.ne(Listed(LetterState::Withdrawn)))
            .order((letter_reports::period_end, letters::id))
            .select((letter_reports::indicator_id, letter_reports::period_end, letters::id))
            .load(conn)
            .await?;
        // The latest comes last.
        later.extend(requests.into_iter().map(|(indicator, end, letter)| (indicator, (end, letter))));
    }
    for (letter, indicator, period, _) in missing {
        match later.get(&indicator) {
            Some((end, successor)) if *end > period => {
                successors.of.entry(letter).or_insert(*successor);
            }
            _ => {
                open.insert(letter);
            }
        }
    }
    Ok(open)
}

/// Marks a letter as having nothing left to answer; `false` when its answer came first.
///
/// # Errors
/// When the database fails.
pub async fn settle_letter(conn: &mut Conn, row: &SettlementRow) -> Result<bool, StoreError> {
    let written = write_transaction!(conn, async |conn: &mut Conn| {
        advance(conn, row.letter_id, ReplyStep::Settle, row.created_at).await?;
        diesel::insert_into(settlements::table).values(row).execute(conn).await?;
        Ok::<_, StoreError>(())
    })
    .await;
    match written {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The letter to be answered instead of this one, whatever has become of it since.
///
/// # Errors
/// When the database fails.
pub async fn find_successor(conn: &mut Conn, letter: LetterId) -> Result<Option<LetterRow>, StoreError> {
    let successor: Option<Option<LetterId>> = settlements::table
        .filter(settlements::letter_id.eq(letter))
        .select(settlements::successor_id)
        .get_result(conn)
        .await
        .optional()?;
    let Some(id) = successor.flatten() else { return Ok(None) };
    Ok(letters::table.find(id).select(LetterRow::as_select()).get_result(conn).await.optional()?)
}

/// When these letters had nothing left to answer.
///
/// # Errors
/// When the database fails.
pub async fn list_settlements(
    conn: &mut Conn,
    ids: Vec<LetterId>,
) -> Result<Vec<(LetterId, NaiveDateTime)>, StoreError> {
    Ok(settlements::table
        .filter(settlements::letter_id.eq_any(ids))
        .select((settlements::letter_id, settlements::created_at))
        .load(conn)
        .await?)
}
