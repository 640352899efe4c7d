//! What follows a letter: receipt, replies, reviews, closure. Rows are added and never changed.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{
    ClosureRow, NewReply, ReceiptRow, RemedyRow, ReplyFileHead, ReplyFileRow, ReplyRow, ReviewRow, WholeReply,
};
use crate::schema::{api_keys, closures, letters, receipts, remedies, replies, reply_files, reviews};
use crate::types::{LetterId, Listed, ReplyId};
use xushi_domain::reply::{ReplyStep, ReviewVerdict};
use xushi_domain::{Invalid, LetterState};

/// Why a letter of a pilot that is over is answered no more.
const PILOT_OVER: &str = "演练已经结束，此函无需反馈。";

/// Moves a letter on, unless it stands where `step` may not be taken. Of two at the same time one is told where the
/// other has left it.
pub(super) async fn advance(
    conn: &mut Conn,
    letter: LetterId,
    step: ReplyStep,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    loop {
        let row: Option<(Listed<LetterState>, bool)> = letters::table
            .find(letter)
            .select((letters::state, letters::trial))
            .get_result(conn)
            .await
            .optional()?;
        let (Listed(state), trial) = row.ok_or_else(|| StoreError::missing("letter", letter.0))?;
        let why = |refused: Invalid| {
            let over = trial && state == LetterState::Settled;
            StoreError::Conflict(if over {
                Invalid { detail: PILOT_OVER.into(), ..refused }
            } else {
                refused
            })
        };
        let next = state.after(step).map_err(why)?;
        let moved = diesel::update(letters::table.find(letter))
            .filter(letters::state.eq(Listed(state)))
            .set((letters::state.eq(Listed(next)), letters::updated_at.eq(now)))
            .execute(conn)
            .await?;
        if moved == 1 {
            return Ok(());
        }
    }
}

/// Writes a receipt. The first one counts: for a letter that was received before, that one is given and `false`.
///
/// # Errors
/// `Conflict` when the letter was never issued.
pub async fn receive_letter(conn: &mut Conn, row: &ReceiptRow) -> Result<(ReceiptRow, bool), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        match advance(conn, row.letter_id, ReplyStep::Receive, row.created_at).await {
            Ok(()) => {
                diesel::insert_into(receipts::table).values(row).execute(conn).await?;
                Ok::<_, StoreError>((row.clone(), true))
            }
            Err(error) => match find_receipt(conn, row.letter_id).await? {
                Some(first) => Ok((first, false)),
                None => Err(error),
            },
        }
    })
    .await
}

/// The receipt of a letter.
///
/// # Errors
/// When the database fails.
pub async fn find_receipt(conn: &mut Conn, letter: LetterId) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(receipts::table
        .filter(receipts::letter_id.eq(letter))
        .select(ReceiptRow::as_select())
        .get_result(conn)
        .await
        .optional()?)
}

/// Writes a reply with its remedies and files; gives its ordinal.
///
/// # Errors
/// `Conflict` when the letter does not wait for a reply.
pub async fn reply_to_letter(conn: &mut Conn, new: &NewReply) -> Result<i32, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let letter = new.reply.letter_id;
        advance(conn, letter, ReplyStep::Reply, new.reply.created_at).await?;
        // The letter's row is ours until the end, so nobody else counts at the same time.
        let earlier: i64 =
            replies::table.filter(replies::letter_id.eq(letter)).count().get_result(conn).await?;
        let ordinal = i32::try_from(earlier).unwrap_or(i32::MAX).saturating_add(1);
        let row = ReplyRow { ordinal, ..new.reply.clone() };
        diesel::insert_into(replies::table).values(&row).execute(conn).await?;
        for remedy in &new.remedies {
            diesel::insert_into(remedies::table).values(remedy).execute(conn).await?;
        }
        for file in &new.files {
            diesel::insert_into(reply_files::table).values(file).execute(conn).await?;
        }
        Ok::<_, StoreError>(ordinal)
    })
    .await
}

/// All replies to a letter, the first one first.
///
/// # Errors
/// When the database fails.
pub async fn list_replies(conn: &mut Conn, letter: LetterId) -> Result<Vec<WholeReply>, StoreError> {
    let rows: Vec<ReplyRow> = replies::table
        .filter(replies::letter_id.eq(letter))
        .order(replies::ordinal)
        .select(ReplyRow::as_select())
        .load(conn)
        .await?;
    whole(conn, rows).await
}

/// All replies to these letters, by letter, the first one first.
///
/// # Errors
/// When the database fails.
pub async fn list_replies_to(conn: &mut Conn, letters: &[LetterId]) -> Result<Vec<WholeReply>, StoreError> {
    let rows: Vec<ReplyRow> = replies::table
        .filter(replies::letter_id.eq_any(letters.to_vec()))
        .order((replies::letter_id, replies::ordinal))
        .select(ReplyRow::as_select())
        .load(conn)
        .await?;
    whole(conn, rows).await
}

/// The replies with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_replies_of(conn: &mut Conn, ids: &[ReplyId]) -> Result<Vec<WholeReply>, StoreError> {
    let rows: Vec<ReplyRow> = replies::table
        .filter(replies::id.eq_any(ids.to_vec()))
        .select(ReplyRow::as_select())
        .load(conn)
        .await?;
    whole(conn, rows).await
}

/// Replies with all that belongs to them.
async fn whole(conn: &mut Conn, rows: Vec<ReplyRow>) -> Result<Vec<WholeReply>, StoreError> {
    let ids: Vec<ReplyId> = rows.iter().map(|row| row.id).collect();
    let actions: Vec<RemedyRow> = remedies::table
        .filter(remedies::reply_id.eq_any(ids.clone()))
        .order(remedies::ordinal)
        .select(RemedyRow::as_select())
        .load(conn)
        .await?;
    let files: Vec<ReplyFileHead> = reply_files::table
        .filter(reply_files::reply_id.eq_any(ids.clone()))
        .order(reply_files::ordinal)
        .select(ReplyFileHead::as_select())
        .load(conn)
        .await?;
    let reviewed: Vec<(ReviewRow, String)> = reviews::table
        .inner_join(api_keys::table)
        .filter(reviews::reply_id.eq_any(ids))
        .select((ReviewRow::as_select(), api_keys::name))
        .load(conn)
        .await?;
    let mut reviewed: HashMap<ReplyId, _> =
        reviewed.into_iter().map(|pair| (pair.0.reply_id, pair)).collect();
    let whole = |reply: ReplyRow| WholeReply {
        remedies: actions.iter().filter(|one| one.reply_id == reply.id).cloned().collect(),
        files: files.iter().filter(|one| one.reply_id == reply.id).cloned().collect(),
        review: reviewed.remove(&reply.id),
        reply,
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// One file of a reply to this letter.
///
/// # Errors
/// When the database fails.
pub async fn find_reply_file(
    conn: &mut Conn,
    letter: LetterId,
    reply: ReplyId,
    ordinal: i32,
) -> Result<Option<ReplyFileRow>, StoreError> {
    Ok(reply_files::table
        .inner_join(replies::table)
        .filter(replies::letter_id.eq(letter))
        .filter(reply_files::reply_id.eq(reply))
        .filter(reply_files::ordinal.eq(ordinal))
        .select(ReplyFileRow::as_select())
        .get_result(conn)
        .await
        .optional()?)
}

/// Writes a review of the latest reply to a letter. The last day that it sets is the letter's from then on.
///
/// # Errors
/// `Missing` when the letter has no such reply, `Conflict` when there is nothing to review; `Stale` when the letter's last day
/// is not the one that was read.
pub async fn review_reply(
    conn: &mut Conn,
    letter: LetterId,
    row: &ReviewRow,
    verdict: ReviewVerdict,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let known: i64 = replies::table
            .filter(replies::letter_id.eq(letter))
            .filter(replies::id.eq(row.reply_id))
            .count()
            .get_result(conn)
            .await?;
        if known == 0 {
            return Err(StoreError::missing("reply", row.reply_id.0));
        }
        // Only the latest can be unreviewed: `replied` is left by a review alone. An older one breaks its unique key.
        advance(conn, letter, ReplyStep::Review(verdict), row.created_at).await?;
        if row.reply_by.is_some() {
            let until: Option<NaiveDate> =
                letters::table.find(letter).select(letters::reply_by).get_result(conn).await?;
            if until != row.former_reply_by {
                return Err(StoreError::Stale);
            }
            diesel::update(letters::table.find(letter))
                .set(letters::reply_by.eq(row.reply_by))
                .execute(conn)
                .await?;
        }
        diesel::insert_into(reviews::table).values(row).execute(conn).await?;
        Ok::<_, StoreError>(())
    })
    .await
}

/// Writes the closure of a letter.
///
/// # Errors
/// `Conflict` when its answer was not accepted.
pub async fn close_letter(conn: &mut Conn, row: &ClosureRow) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        advance(conn, row.letter_id, ReplyStep::Close, row.created_at).await?;
        diesel::insert_into(closures::table).values(row).execute(conn).await?;
        Ok::<_, StoreError>(())
    })
    .await
}

/// The closure of a letter, with the name of the key that closed it.
///
/// # Errors
/// When the database fails.
pub async fn find_closure(
    conn: &mut Conn,
    letter: LetterId,
) -> Result<Option<(ClosureRow, String)>, StoreError> {
    Ok(closures::table
        .inner_join(api_keys::table)
        .filter(closures::letter_id.eq(letter))
        .select((ClosureRow::as_select(), api_keys::name))
        .get_result(conn)
        .await
        .optional()?)
}
