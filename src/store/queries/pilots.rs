//! The end of a pilot (演练): what its letters have left behind is put away.

use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Conn, issuing};
use super::issuing::discard_draft;
use super::notices::stop_notices;
use super::settlements::{settle_letter, waiting_states};
use super::withdrawals::{close_incidents_of, stop_mails};
use crate::rows::{EndedPilot, EpisodeChange, EpisodeRow, SettlementRow};
use crate::schema::{deliveries, episodes, letter_episodes, letter_reports, letters, settings};
use crate::types::{DeliveryId, LetterId, Listed};
use crate::{StoreError, failpoint};
use xushi_domain::LetterState;
use xushi_domain::delivery::DeliveryState;
use xushi_domain::episode::EpisodeState;

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Ends the pilot of which the setting `name` knows: its letters wait for no answer and climb no ladder, its drafts are
/// discarded with `reason`, its mails are sent no more, and what it wrote about counts as not written about. `None` when there
/// is none, or somebody else has ended it: done twice it changes nothing.
///
/// # Errors
/// `Stale` when an episode or a draft was changed meanwhile; nothing is written then.
pub async fn end_pilot(
    conn: &mut Conn,
    name: &str,
    reason: &str,
    now: NaiveDateTime,
) -> Result<Option<EndedPilot>, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        // Of two that end it at once the second waits here for the first, and finds nothing.
        if diesel::delete(settings::table.find(name.to_owned())).execute(conn).await? == 0 {
            return Ok(None);
        }
        let episodes = forget_episodes(conn, now).await?;
        let settled = settle(conn, now).await?;
        let discarded = discard(conn, reason, now).await?;
        // They asked for the first time, and the first real letter does so again.
        let trial = letters::table.filter(letters::trial.eq(true)).select(letters::id);
        diesel::update(letter_reports::table.filter(letter_reports::letter_id.eq_any(trial)))
            .set(letter_reports::repeated.eq(true))
            .execute(conn)
            .await?;
        let unsent = give_up_mails(conn, reason, now).await?;
        close_incidents(conn, now).await?;
        failpoint!("pilot.written");
        Ok::<_, StoreError>(Some(EndedPilot { settled, discarded, episodes, unsent }))
    })
    .await
}

/// Of episodes that a letter of the pilot spoke of last, or whose letter or draft somebody decided about during it, nothing is known to
/// have been written.
async fn forget_episodes(conn: &mut Conn, now: NaiveDateTime) -> Result<usize, StoreError> {
    let of_letter = letters::table
        .filter(letters::trial.eq(true))
        .filter(diesel::NullableExpressionMethods::nullable(letters::id).eq(episodes::letter_id));
    let decided = |trial: bool| {
        letter_episodes::table
            .inner_join(letters::table)
            .filter(letter_episodes::episode_id.eq(episodes::id))
            .filter(
                letters::state
                    .eq(Listed(LetterState::Discarded))
                    .and(letters::decided_by.is_not_null())
                    .or(letters::state.eq(Listed(LetterState::Withdrawn))),
            )
            .filter(letters::trial.eq(trial))
    };
    let by_decision = episodes::letter_id
        .is_null()
        .and(episodes::lettered_level.is_not_null())
        .and(exists(decided(true)))
        .and(not(exists(decided(false))));
    let rows: Vec<EpisodeRow> = episodes::table
        .filter(episodes::state.ne(Listed(EpisodeState::Lifted)))
        .filter(exists(of_letter).or(by_decision))
        .order(episodes::id)
        .select(EpisodeRow::as_select())
        .load(conn)
        .await?;
    let mut written = 0;
    for chunk in rows.chunks(AT_ONCE) {
        let change = |before: &EpisodeRow| EpisodeChange {
            before: before.clone(),
            after: EpisodeRow {
                lettered_level: None,
                lettered_period_end: None,
                letter_id: None,
                handling: None,
                updated_at: now,
                ..before.clone()
            },
        };
        written += issuing::update_episodes(conn, chunk.iter().map(change).collect()).await?;
    }
    if written == rows.len() { Ok(written) } else { Err(StoreError::Stale) }
}

async fn settle(conn: &mut Conn, now: NaiveDateTime) -> Result<usize, StoreError> {
    let waiting: Vec<LetterId> = letters::table
        .filter(letters::trial.eq(true))
        .filter(letters::state.eq_any(waiting_states()))
        .order(letters::id)
        .select(letters::id)
        .load(conn)
        .await?;
    let mut settled = 0;
    for letter_id in waiting {
        let row = SettlementRow { letter_id, successor_id: None, created_at: now };
        settled += usize::from(settle_letter(conn, &row).await?);
    }
    Ok(settled)
}

async fn discard(conn: &mut Conn, reason: &str, now: NaiveDateTime) -> Result<usize, StoreError> {
    let drafts: Vec<LetterId> = letters::table
        .filter(letters::trial.eq(true))
        .filter(letters::state.eq(Listed(LetterState::Draft)))
        .order(letters::id)
        .select(letters::id)
        .load(conn)
        .await?;
    for draft in &drafts {
        discard_draft(conn, *draft, None, reason, Vec::new(), now).await?;
    }
    Ok(drafts.len())
}

/// Nobody sends what waits in the outbox of a pilot that is over, to whomever.
async fn give_up_mails(conn: &mut Conn, reason: &str, now: NaiveDateTime) -> Result<usize, StoreError> {
    let waiting: Vec<DeliveryId> = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(true))
        .filter(deliveries::state.eq_any([DeliveryState::Pending, DeliveryState::Sending].map(Listed)))
        .select(deliveries::id)
        .load(conn)
        .await?;
    stop_mails(conn, &waiting, reason, now).await?;
    stop_notices(conn, None, reason, now).await?;
    Ok(waiting.len())
}

/// What was to be looked at of its letters and mails need not be looked at any more.
async fn close_incidents(conn: &mut Conn, now: NaiveDateTime) -> Result<(), StoreError> {
    let own: Vec<LetterId> =
        letters::table.filter(letters::trial.eq(true)).select(letters::id).load(conn).await?;
    let mails: Vec<DeliveryId> = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq(true))
        .select(deliveries::id)
        .load(conn)
        .await?;
    close_incidents_of(conn, (&own, &mails), now).await
}
