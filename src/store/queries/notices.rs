//! Notices: queued, held for the mail of a morning, listed, sent again. How they go out: `notice_outbox`.

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::incidents;
use crate::StoreError;
use crate::rows::{IncidentRow, NoticeFilter, NoticeRow, Page};
use crate::schema::notices;
use crate::types::{LetterId, Listed, NoticeId};
use xushi_domain::IncidentKind;
use xushi_domain::Invalid;
use xushi_domain::delivery::not_in_a_pilot;
use xushi_domain::notice::NoticeState;

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Adds notices.
///
/// # Errors
/// `Duplicate` for a second digest of a mailbox on one morning.
pub async fn queue_notices(conn: &mut Conn, rows: &[NoticeRow]) -> Result<(), StoreError> {
    for row in rows {
        diesel::insert_into(notices::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Marks a notice as bounced and opens the incident, unless it was bounced before. Gives whether it is news.
///
/// # Errors
/// When the database fails.
pub async fn bounce_notice(
    conn: &mut Conn,
    id: NoticeId,
    diagnostic: &str,
    incident: &IncidentRow,
) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let news = diesel::update(notices::table.find(id))
            .filter(notices::state.ne(Listed(NoticeState::Bounced)))
            .set((
                notices::state.eq(Listed(NoticeState::Bounced)),
                notices::last_reply.eq(diagnostic),
                notices::lease_until.eq(None::<NaiveDateTime>),
                notices::lease_holder.eq(None::<String>),
                notices::begun_at.eq(None::<NaiveDateTime>),
                notices::updated_at.eq(incident.updated_at),
            ))
            .execute(conn)
            .await?;
        if news == 1 {
            incidents::open_incident(conn, incident).await?;
        }
        Ok::<_, StoreError>(news == 1)
    })
    .await
}

/// Lets a notice that was given up or came back be sent again, under the same Message-ID, and closes what was open about it.
///
/// # Errors
/// `Missing` without such a notice; `Conflict` when it is none of those, or is one of a pilot and there is none (`trial`), or the other
/// way round.
pub async fn retry_notice(
    conn: &mut Conn,
    id: NoticeId,
    now: NaiveDateTime,
    trial: bool,
) -> Result<NoticeRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let over = [NoticeState::Failed, NoticeState::Bounced].map(Listed);
        let retried: Option<NoticeRow> = diesel::update(notices::table.find(id))
            .filter(notices::state.eq_any(over))
            .set((
                notices::state.eq(Listed(NoticeState::Pending)),
                notices::next_attempt_at.eq(now),
                notices::accepted_at.eq(None::<NaiveDateTime>),
                notices::updated_at.eq(now),
            ))
            .returning(NoticeRow::as_returning())
            .get_result(conn)
            .await
            .optional()?;
        let Some(row) = retried else {
            let known: Option<NoticeId> =
                notices::table.find(id).select(notices::id).get_result(conn).await.optional()?;
            known.ok_or_else(|| StoreError::missing("notice", id.0))?;
            let detail = "这份通知还在发送、已经送达或已并入汇总，只有失败或被退回的才能重发。";
            return Err(StoreError::Conflict(Invalid::new("state", "not_over", detail)));
        };
        if row.trial != trial {
            return Err(StoreError::Conflict(not_in_a_pilot(row.trial)));
        }
        incidents::close_incident(conn, IncidentKind::NoticeUndelivered, &id.0.to_string(), now).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Notices with one of these Message-IDs.
///
/// # Errors
/// When the database fails.
pub async fn list_notices_by_message_id(
    conn: &mut Conn,
    ids: &[String],
) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notices::table
        .filter(notices::message_id.eq_any(ids.to_vec()))
        .select(NoticeRow::as_select())
        .load(conn)
        .await?)
}

/// Notices in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_notices(
    conn: &mut Conn,
    filter: &NoticeFilter,
    page: Page,
) -> Result<Vec<NoticeRow>, StoreError> {
    let mut query = notices::table
        .select(NoticeRow::as_select())
        .order(notices::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(notices::id.gt(after));
    }
    if let Some(letter) = filter.letter_id {
        query = query.filter(notices::letter_id.eq(letter));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(notices::unit_id.eq(unit));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(notices::kind.eq_any(Listed::all(kinds)));
    }
    if let Some(states) = &filter.states {
        query = query.filter(notices::state.eq_any(Listed::all(states)));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(notices::updated_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// What is held for a digest, of a pilot or real, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_held_notices(conn: &mut Conn, trial: bool) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(notices::table
        .filter(notices::state.eq(Listed(NoticeState::Held)))
        .filter(notices::trial.eq(trial))
        .order(notices::id)
        .select(NoticeRow::as_select())
        .load(conn)
        .await?)
}

/// Queues a digest and says of what it gathers that it is told by it. `false`, and nothing is written, when the mailbox has its digest of
/// that morning or somebody else has gathered some of it meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn gather_notices(
    conn: &mut Conn,
    digest: &NoticeRow,
    held: &[NoticeId],
) -> Result<bool, StoreError> {
    let gathered = write_transaction!(conn, async |conn: &mut Conn| {
        diesel::insert_into(notices::table).values(digest).execute(conn).await?;
        let told = diesel::update(notices::table)
            .filter(notices::id.eq_any(held.to_vec()))
            .filter(notices::state.eq(Listed(NoticeState::Held)))
            .set((
                notices::state.eq(Listed(NoticeState::Gathered)),
                notices::digest_id.eq(digest.id),
                notices::updated_at.eq(digest.created_at),
            ))
            .execute(conn)
            .await?;
        if told == held.len() { Ok(()) } else { Err(StoreError::Stale) }
    })
    .await;
    match gathered {
        Ok(()) => Ok(true),
        Err(StoreError::Duplicate(_) | StoreError::Stale) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives up what waits and is not out: notices about these letters, which hold no more, or of a pilot that is over where `letters` is
/// `None`. What was under way when it was given up may have arrived.
///
/// # Errors
/// When the database fails.
pub(super) async fn stop_notices(
    conn: &mut Conn,
    letters: Option<&[LetterId]>,
    reason: &str,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    let waiting = [NoticeState::Held, NoticeState::Pending, NoticeState::Sending].map(Listed);
    let mut query =
        notices::table.filter(notices::state.eq_any(waiting)).select(notices::id).into_boxed::<Backend>();
    query = match letters {
        Some(letters) => query.filter(notices::letter_id.eq_any(letters.to_vec())),
        None => query.filter(notices::trial.eq(true)),
    };
    let ids: Vec<NoticeId> = query.load(conn).await?;
    for chunk in ids.chunks(AT_ONCE) {
        diesel::update(notices::table.filter(notices::id.eq_any(chunk.to_vec())))
            .set((
                notices::state.eq(Listed(NoticeState::Failed)),
                notices::last_reply.eq(reason),
                notices::lease_until.eq(None::<NaiveDateTime>),
                notices::lease_holder.eq(None::<String>),
                notices::updated_at.eq(now),
            ))
            .execute(conn)
            .await?;
    }
    Ok(())
}
