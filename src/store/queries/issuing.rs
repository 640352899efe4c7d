//! Letters issued, with their numbers, episodes and deliveries, and drafts written: many in one transaction.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Conn, issuing, locks};
use super::letter_files;
use super::serials::take_serials;
use super::settlements::{asking_kinds, waiting_states};
use crate::rows::{
    DraftWrite, EpisodeChange, EpisodeRow, FirstReport, Frozen, IncidentRow, LetterEpisodeRow, LetterHead,
    LetterReportRow, LetterRow, NewLetter, Rendering,
};
use crate::schema::{episodes, letter_episodes, letter_reports, letters};
use crate::types::{IndicatorId, LetterId, Listed};
use crate::{SoleRule, StoreError, failpoint};
use xushi_domain::LetterState;

/// Ids asked for at once.
const AT_ONCE: usize = 5_000;

/// Issues letters: takes their numbers, lets `render` make the frozen texts with them, writes letters, episodes and
/// deliveries. All or nothing: a crash leaves neither a gap in the numbers nor a letter without deliveries. Gives the
/// letters in the order asked for, which is that of their numbers.
///
/// # Errors
/// `Stale` or `Duplicate` when an episode is not as it was read, or a step or report has its letter: somebody else
/// issued meanwhile.
pub async fn issue_letters(
    conn: &mut Conn,
    new: &[NewLetter],
    render: &Rendering<'_>,
) -> Result<Vec<LetterRow>, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let mut numbers: BTreeMap<(&str, i32), i32> = BTreeMap::new();
        for one in new {
            *numbers.entry((&one.letter.mark, one.letter.year)).or_default() += 1;
        }
        // Whoever holds the numbers issues alone, so that two processes never wait for one another's episodes.
        for ((mark, year), count) in &mut numbers {
            *count = take_serials(conn, mark, *year, *count).await?;
        }
        let (mut letters, mut files) = (Vec::with_capacity(new.len()), Vec::new());
        for one in new {
            let next = numbers.entry((&one.letter.mark, one.letter.year)).or_default();
            let frozen = render.with_serial(&one.letter, *next)?;
            letters.push(frozen.letter);
            files.extend(frozen.files);
            *next += 1;
        }
        write_episodes(conn, new).await?;
        issuing::insert_letters(conn, letters.clone()).await?;
        letter_files::insert_files(conn, &files).await?;
        write_contents(conn, new).await?;
        for (one, letter) in new.iter().zip(&letters) {
            write_incident(conn, one, letter).await?;
        }
        failpoint!("issue.written");
        Ok::<_, StoreError>(letters)
    })
    .await
}

/// Issues a draft that is still as it was read.
///
/// # Errors
/// `Stale` when the draft or one of its episodes was changed meanwhile.
pub async fn issue_draft(
    conn: &mut Conn,
    before: &LetterRow,
    new: &NewLetter,
    render: &Rendering<'_>,
) -> Result<LetterRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let serial = take_serials(conn, &new.letter.mark, new.letter.year, 1).await?;
        let Frozen { letter, files } = render.with_serial(&new.letter, serial)?;
        replace_draft(conn, &letter, before.updated_at).await?;
        letter_files::insert_files(conn, &files).await?;
        let one = std::slice::from_ref(new);
        forget_contents(conn, letter.id).await?;
        write_episodes(conn, one).await?;
        write_contents(conn, one).await?;
        write_incident(conn, new, &letter).await?;
        failpoint!("issue.written");
        Ok::<_, StoreError>(letter)
    })
    .await
}

/// Opens the incident of a letter that does not reach everybody it should.
async fn write_incident(conn: &mut Conn, new: &NewLetter, letter: &LetterRow) -> Result<(), StoreError> {
    if let Some(incident) = &new.incident {
        let detail = format!("{}：{}", letter.number()?, incident.detail);
        super::incidents::open_incident(conn, &IncidentRow { detail, ..incident.clone() }).await?;
    }
    Ok(())
}

/// Writes drafts, each in the place of the one that waits for the same unit, campaign and kind.
///
/// # Errors
/// `Stale` or `Duplicate` when somebody else wrote one of them, or changed an episode, meanwhile.
pub async fn write_drafts(conn: &mut Conn, drafts: &[DraftWrite]) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Drafts).await?;
        let mut added = Vec::new();
        for DraftWrite { new, replaces } in drafts {
            let Some(before) = replaces else {
                added.push(new.letter.clone());
                continue;
            };
            replace_draft(conn, &new.letter, *before).await?;
            forget_contents(conn, new.letter.id).await?;
        }
        let news: Vec<NewLetter> = drafts.iter().map(|draft| draft.new.clone()).collect();
        write_episodes(conn, &news).await?;
        issuing::insert_letters(conn, added).await?;
        write_contents(conn, &news).await
    })
    .await
}

/// Writes over a draft that is still as it was read.
async fn replace_draft(conn: &mut Conn, row: &LetterRow, before: NaiveDateTime) -> Result<(), StoreError> {
    let written = diesel::update(letters::table.find(row.id))
        .filter(letters::state.eq(Listed(LetterState::Draft)))
        .filter(letters::updated_at.eq(before))
        .set((
            (
                letters::mark.eq(&row.mark),
                letters::year.eq(row.year),
                letters::serial.eq(row.serial),
                letters::level.eq(&row.level),
                letters::state.eq(&row.state),
                letters::as_of.eq(row.as_of),
                letters::issued_on.eq(row.issued_on),
                letters::reply_by.eq(row.reply_by),
            ),
            (
                letters::facts.eq(&row.facts),
                letters::subject.eq(&row.subject),
                letters::body_text.eq(&row.body_text),
                letters::body_html.eq(&row.body_html),
                letters::updated_at.eq(row.updated_at),
                letters::follows_id.eq(row.follows_id),
                letters::decided_by.eq(&row.decided_by),
                letters::decided_at.eq(row.decided_at),
                letters::waits_for.eq(&row.waits_for),
                letters::trial.eq(row.trial),
            ),
        ))
        .execute(conn)
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Says of a draft that nobody will issue it, and what that means for its episodes.
///
/// # Errors
/// `Stale` when it is no draft any more, or an episode is not as it was read.
pub async fn discard_draft(
    conn: &mut Conn,
    id: LetterId,
    by: Option<&str>,
    note: &str,
    episodes: Vec<EpisodeChange>,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    write_transaction!(conn, async move |conn: &mut Conn| {
        let written = diesel::update(letters::table.find(id))
            .filter(letters::state.eq(Listed(LetterState::Draft)))
            .set((
                letters::state.eq(Listed(LetterState::Discarded)),
                letters::decided_by.eq(by),
                letters::decided_at.eq(now),
                letters::decision_note.eq(note),
                letters::waits_for.eq(None::<String>),
                letters::updated_at.eq(now),
            ))
            .execute(conn)
            .await?;
        if written != 1 {
            return Err(StoreError::Stale);
        }
        change(conn, episodes).await
    })
    .await
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
    write_transaction!(conn, async |conn: &mut Conn| {
        issuing::insert_episodes(conn, opened.to_vec()).await?;
        change(conn, changed.to_vec()).await
    })
    .await
}

async fn write_episodes(conn: &mut Conn, new: &[NewLetter]) -> Result<(), StoreError> {
    let opened = new.iter().flat_map(|one| one.opened.iter().cloned()).collect();
    issuing::insert_episodes(conn, opened).await?;
    change(conn, new.iter().flat_map(|one| one.continued.iter().cloned()).collect()).await
}

async fn change(conn: &mut Conn, changes: Vec<EpisodeChange>) -> Result<(), StoreError> {
    let wanted = changes.len();
    let written = issuing::update_episodes(conn, changes).await?;
    if written == wanted { Ok(()) } else { Err(StoreError::Stale) }
}

/// What a draft spoke of, before it is written anew.
async fn forget_contents(conn: &mut Conn, id: LetterId) -> Result<(), StoreError> {
    diesel::delete(letter_episodes::table.filter(letter_episodes::letter_id.eq(id))).execute(conn).await?;
    diesel::delete(letter_reports::table.filter(letter_reports::letter_id.eq(id))).execute(conn).await?;
    Ok(())
}

async fn write_contents(conn: &mut Conn, new: &[NewLetter]) -> Result<(), StoreError> {
    issuing::insert_letter_episodes(conn, new.iter().flat_map(|one| one.episodes.clone()).collect()).await?;
    issuing::insert_letter_reports(conn, new.iter().flat_map(|one| one.reports.clone()).collect()).await?;
    issuing::insert_deliveries(conn, new.iter().flat_map(|one| one.deliveries.clone()).collect()).await
}

/// All drafts, without their contents, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_draft_heads(conn: &mut Conn) -> Result<Vec<LetterHead>, StoreError> {
    Ok(letters::table
        .filter(letters::state.eq(Listed(LetterState::Draft)))
        .order(letters::id)
        .select(LetterHead::as_select())
        .load(conn)
        .await?)
}

/// Letters without their contents.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_heads(conn: &mut Conn, ids: &[LetterId]) -> Result<Vec<LetterHead>, StoreError> {
    let mut heads = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        let query = letters::table.filter(letters::id.eq_any(chunk.to_vec())).select(LetterHead::as_select());
        heads.extend(query.load(conn).await?);
    }
    Ok(heads)
}

/// What some letters say of their episodes, in the order of letters and lines.
///
/// # Errors
/// When the database fails.
pub async fn list_episode_links(
    conn: &mut Conn,
    letters: &[LetterId],
) -> Result<Vec<LetterEpisodeRow>, StoreError> {
    let mut links = Vec::new();
    for chunk in letters.chunks(AT_ONCE) {
        let query = letter_episodes::table
            .filter(letter_episodes::letter_id.eq_any(chunk.to_vec()))
            .order((letter_episodes::letter_id, letter_episodes::ordinal))
            .select(LetterEpisodeRow::as_select());
        links.extend(query.load(conn).await?);
    }
    Ok(links)
}

/// The reports some letters ask for, in the order of letters and lines.
///
/// # Errors
/// When the database fails.
pub async fn list_letter_reports(
    conn: &mut Conn,
    letters: &[LetterId],
) -> Result<Vec<LetterReportRow>, StoreError> {
    let mut reports = Vec::new();
    for chunk in letters.chunks(AT_ONCE) {
        let query = letter_reports::table
            .filter(letter_reports::letter_id.eq_any(chunk.to_vec()))
            .order((letter_reports::letter_id, letter_reports::ordinal))
            .select(LetterReportRow::as_select());
        reports.extend(query.load(conn).await?);
    }
    Ok(reports)
}

/// The first letters that asked for reports of these indicators, in order of letter: indicator, end of the period, state
/// of the letter, whether it is one of a pilot, letter.
///
/// # Errors
/// When the database fails.
pub async fn list_first_reports(
    conn: &mut Conn,
    indicators: &[IndicatorId],
) -> Result<Vec<FirstReport>, StoreError> {
    let mut found = Vec::new();
    for chunk in indicators.chunks(AT_ONCE) {
        let query = letter_reports::table
            .inner_join(letters::table)
            .filter(letter_reports::indicator_id.eq_any(chunk.to_vec()))
            .filter(letter_reports::repeated.eq(false))
            .order(letters::id)
            .select((
                letter_reports::indicator_id,
                letter_reports::period_end,
                letters::state,
                letters::trial,
                letters::id,
            ));
        found.extend(query.load::<FirstReport>(conn).await?);
    }
    Ok(found)
}

/// What letters issued on a day speak of: their episodes, and the indicators whose reports they ask for; `trial` counts
/// those of a pilot as well.
///
/// # Errors
/// When the database fails.
pub async fn list_spoken_of(
    conn: &mut Conn,
    day: NaiveDate,
    trial: bool,
) -> Result<Vec<IndicatorId>, StoreError> {
    let mut spoken: Vec<IndicatorId> = letter_episodes::table
        .inner_join(letters::table)
        .inner_join(episodes::table)
        .filter(letters::issued_on.eq(day))
        .filter(letters::serial.is_not_null())
        .filter(letters::trial.eq_any([false, trial]))
        .select(episodes::indicator_id)
        .load(conn)
        .await?;
    let reports: Vec<IndicatorId> = letter_reports::table
        .inner_join(letters::table)
        .filter(letters::issued_on.eq(day))
        .filter(letters::serial.is_not_null())
        .filter(letters::trial.eq_any([false, trial]))
        .select(letter_reports::indicator_id)
        .load(conn)
        .await?;
    spoken.extend(reports);
    Ok(spoken)
}

/// Issued letters, of a pilot or real ones, that still want an answer by `until` or wanted one before, without their contents,
/// the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_unanswered(
    conn: &mut Conn,
    until: NaiveDate,
    trial: bool,
) -> Result<Vec<LetterHead>, StoreError> {
    Ok(letters::table
        .filter(letters::state.eq_any(waiting_states()))
        .filter(letters::kind.eq_any(asking_kinds()))
        .filter(letters::reply_by.le(until))
        .filter(letters::trial.eq(trial))
        .order(letters::id)
        .select(LetterHead::as_select())
        .load(conn)
        .await?)
}

/// The steps that the ladders of these letters have taken, discarded ones included: letter and step.
///
/// # Errors
/// When the database fails.
pub async fn list_steps(conn: &mut Conn, ids: &[LetterId]) -> Result<Vec<(LetterId, i32)>, StoreError> {
    let mut steps = Vec::new();
    for chunk in ids.chunks(AT_ONCE) {
        let query = letters::table
            .filter(letters::follows_id.eq_any(chunk.to_vec()))
            .filter(letters::ladder_step.is_not_null())
            .select((letters::follows_id.assume_not_null(), letters::ladder_step.assume_not_null()));
        steps.extend(query.load::<(LetterId, i32)>(conn).await?);
    }
    Ok(steps)
}
