//! Webhooks: what they are to be told is made from the order of changes, waits in an outbox, and is claimed under a lease.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use uuid::Uuid;
use xushi_domain::webhook::{HookEventKind, HookEventState};
use xushi_domain::{ChangeKind, TextEnum as _};

use super::super::{Backend, Conn, issuing, locks, snapshot};
use super::change_feed::{find_change_epoch, list_changes};
use crate::rows::{
    ChangePlace, Lease, Page, WebhookEventEnd, WebhookEventFilter, WebhookEventRow, WebhookPump, WebhookRow,
};
use crate::schema::{change_feed, observations, webhook_events, webhooks};
use crate::types::{Id, Listed, ObservationId, WebhookEventId, WebhookId};
use crate::{SoleRule, StoreError};

/// Adds a webhook.
///
/// # Errors
/// `Duplicate` for its name.
pub async fn create_webhook(conn: &mut Conn, row: &WebhookRow) -> Result<(), StoreError> {
    diesel::insert_into(webhooks::table).values(row).execute(conn).await?;
    Ok(())
}

/// Writes a webhook that is still as it was read; its place is the pump's and stays.
///
/// # Errors
/// `Stale` when somebody else has changed it since; `Duplicate` for its name.
pub async fn update_webhook(conn: &mut Conn, changed: &WebhookRow) -> Result<(), StoreError> {
    let written = diesel::update(webhooks::table.find(changed.id))
        .filter(webhooks::revision.eq(changed.revision - 1))
        .set((
            webhooks::name.eq(&changed.name),
            webhooks::url.eq(&changed.url),
            webhooks::kinds.eq(&changed.kinds),
            webhooks::secret.eq(&changed.secret),
            webhooks::former_secret.eq(&changed.former_secret),
            webhooks::former_until.eq(changed.former_until),
            webhooks::revision.eq(changed.revision),
            webhooks::updated_at.eq(changed.updated_at),
            webhooks::retired_on.eq(changed.retired_on),
            webhooks::retired_reason.eq(&changed.retired_reason),
        ))
        .execute(conn)
        .await?;
    if written == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Webhooks in order of id, without those that ended unless asked for.
///
/// # Errors
/// When the database fails.
pub async fn list_webhooks(
    conn: &mut Conn,
    with_retired: bool,
    updated_after: Option<NaiveDateTime>,
    page: Page,
) -> Result<Vec<WebhookRow>, StoreError> {
    let mut query = webhooks::table
        .select(WebhookRow::as_select())
        .order(webhooks::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(webhooks::id.gt(after));
    }
    if !with_retired {
        query = query.filter(webhooks::retired_on.is_null());
    }
    if let Some(at) = updated_after {
        query = query.filter(webhooks::updated_at.gt(at));
    }
    Ok(query.load(conn).await?)
}

/// The webhook with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_webhook(conn: &mut Conn, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
    let query = webhooks::table.find(id).select(WebhookRow::as_select());
    Ok(query.first(conn).await.optional()?)
}

/// The epoch and the place behind all that has changed so far.
///
/// # Errors
/// When the database fails.
pub async fn find_feed_end(conn: &mut Conn) -> Result<(i32, ChangePlace), StoreError> {
    let epoch = find_change_epoch(conn).await?;
    let horizon = snapshot::find_horizon(conn).await?;
    let seq = if horizon == i64::MAX {
        change_feed::table.find(1).select(change_feed::seq).get_result(conn).await?
    } else {
        horizon - 1
    };
    Ok((epoch, ChangePlace { seq, kind: i32::MAX, id: Id::of(Uuid::nil()) }))
}

/// Makes the events that a webhook is to be told next, and moves its place behind what they are about, in one transaction: nothing
/// is left out or made twice. After a restore it is told once that all is to be read again. Gives how many changes were looked at.
///
/// # Errors
/// When the database fails; then nothing was made.
pub async fn pump_webhook(conn: &mut Conn, id: WebhookId, pump: WebhookPump) -> Result<usize, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Webhooks).await?;
        let Some(hook) = find_webhook(conn, id).await?.filter(|hook| hook.retired_on.is_none()) else {
            return Ok::<_, StoreError>(0);
        };
        let waiting: i64 = webhook_events::table
            .filter(webhook_events::webhook_id.eq(id))
            .filter(webhook_events::state.eq(Listed(HookEventState::Pending)))
            .count()
            .get_result(conn)
            .await?;
        if waiting >= pump.waiting_max {
            return Ok(0);
        }
        let limit = i64::try_from(pump.ids.len()).unwrap_or(0);
        let mut ids = pump.ids.into_iter();
        let mut event = |kind, subject_id| {
            ids.next().map(|id| WebhookEventRow {
                id,
                webhook_id: hook.id,
                kind: Listed(kind),
                subject_id,
                created_at: pump.now,
                state: Listed(HookEventState::Pending),
                attempts: 0,
                next_attempt_at: pump.now,
                holder: None,
                status: None,
                outcome: None,
                delivered_at: None,
            })
        };
        let (epoch, end) = find_feed_end(conn).await?;
        // A place ahead of all is that of another database, or of one that was set back.
        if epoch != hook.epoch || hook.place().seq > end.seq {
            let events: Vec<_> = event(HookEventKind::Restart, None).into_iter().collect();
            issuing::insert_webhook_events(conn, events).await?;
            move_place(conn, id, (epoch, end)).await?;
            return Ok(0);
        }
        let changes = list_changes(conn, &hook.told_of()?, hook.place(), limit).await?;
        let Some(last) = changes.last() else { return Ok(0) };
        let place = last.place;
        let hidden = if hook.role.0.sees_ahead() {
            Vec::new()
        } else {
            let facts: Vec<ObservationId> = changes
                .iter()
                .filter(|one| one.kind == ChangeKind::Observation)
                .map(|one| one.place.id.known())
                .collect();
            not_out(conn, &facts, pump.today).await?
        };
        let mut events = Vec::with_capacity(changes.len());
        for change in changes.iter().filter(|one| !hidden.contains(&one.place.id.known())) {
            let kind = HookEventKind::parse(change.kind.as_str())
                .ok_or_else(|| StoreError::Corrupt(format!("kind {} of an event", change.kind)))?;
            events.extend(event(kind, Some(change.place.id)));
        }
        issuing::insert_webhook_events(conn, events).await?;
        move_place(conn, id, (epoch, place)).await?;
        Ok(changes.len())
    })
    .await
}

async fn move_place(
    conn: &mut Conn,
    id: WebhookId,
    (epoch, place): (i32, ChangePlace),
) -> Result<(), StoreError> {
    diesel::update(webhooks::table.find(id))
        .set((
            webhooks::epoch.eq(epoch),
            webhooks::seq.eq(place.seq),
            webhooks::place_kind.eq(place.kind),
            webhooks::place_id.eq(place.id),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Those of these facts that come out after `today`.
async fn not_out(
    conn: &mut Conn,
    facts: &[ObservationId],
    today: NaiveDate,
) -> Result<Vec<ObservationId>, StoreError> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let query = observations::table
        .filter(observations::id.eq_any(facts))
        .filter(observations::published_on.gt(today))
        .select(observations::id);
    Ok(query.load(conn).await?)
}

/// Adds an event by itself, as a test.
///
/// # Errors
/// When the database fails.
pub async fn add_webhook_event(conn: &mut Conn, row: &WebhookEventRow) -> Result<(), StoreError> {
    diesel::insert_into(webhook_events::table).values(row).execute(conn).await?;
    Ok(())
}

/// Claims events of a webhook that are due, oldest first: nobody else is at them until the lease is over.
///
/// # Errors
/// When the database fails.
pub async fn claim_webhook_events(
    conn: &mut Conn,
    webhook: WebhookId,
    lease: &Lease<'_>,
    limit: i64,
) -> Result<Vec<WebhookEventRow>, StoreError> {
    let candidates: Vec<WebhookEventId> = webhook_events::table
        .filter(webhook_events::webhook_id.eq(webhook))
        .filter(webhook_events::state.eq(Listed(HookEventState::Pending)))
        .filter(webhook_events::next_attempt_at.le(lease.now))
        .order((webhook_events::next_attempt_at, webhook_events::id))
        .limit(limit)
        .select(webhook_events::id)
        .load(conn)
        .await?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    // The condition stands in the update again: of two who claim at once the second finds that it is no longer due.
    let mut rows: Vec<WebhookEventRow> = diesel::update(webhook_events::table)
        .filter(webhook_events::id.eq_any(candidates))
        .filter(webhook_events::state.eq(Listed(HookEventState::Pending)))
        .filter(webhook_events::next_attempt_at.le(lease.now))
        .set((webhook_events::holder.eq(lease.holder), webhook_events::next_attempt_at.eq(lease.until)))
        .returning(WebhookEventRow::as_returning())
        .get_results(conn)
        .await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// Writes down how an attempt ended; `false` when somebody else has taken the event over meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn end_webhook_event(conn: &mut Conn, end: &WebhookEventEnd) -> Result<bool, StoreError> {
    let delivered = (end.state == HookEventState::Delivered).then_some(end.now);
    let written = diesel::update(webhook_events::table.find(end.id))
        .filter(webhook_events::holder.eq(&end.holder))
        .filter(webhook_events::state.eq(Listed(HookEventState::Pending)))
        .set((
            webhook_events::state.eq(Listed(end.state)),
            webhook_events::attempts.eq(webhook_events::attempts + 1),
            webhook_events::next_attempt_at.eq(end.next_attempt_at),
            webhook_events::holder.eq(None::<String>),
            webhook_events::status.eq(end.status),
            webhook_events::outcome.eq(&end.outcome),
            webhook_events::delivered_at.eq(delivered),
        ))
        .execute(conn)
        .await?;
    Ok(written == 1)
}

/// Gives back events that were claimed and not tried.
///
/// # Errors
/// When the database fails.
pub async fn release_webhook_events(
    conn: &mut Conn,
    ids: &[WebhookEventId],
    holder: &str,
    next: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(webhook_events::table)
        .filter(webhook_events::id.eq_any(ids))
        .filter(webhook_events::holder.eq(holder))
        .filter(webhook_events::state.eq(Listed(HookEventState::Pending)))
        .set((webhook_events::holder.eq(None::<String>), webhook_events::next_attempt_at.eq(next)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets events of a webhook made at or after an instant be told again, under their ids; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn replay_webhook_events(
    conn: &mut Conn,
    webhook: WebhookId,
    since: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<usize, StoreError> {
    let written = diesel::update(webhook_events::table)
        .filter(webhook_events::webhook_id.eq(webhook))
        .filter(webhook_events::created_at.ge(since))
        .filter(webhook_events::state.ne(Listed(HookEventState::Pending)))
        .set((
            webhook_events::state.eq(Listed(HookEventState::Pending)),
            webhook_events::attempts.eq(0),
            webhook_events::next_attempt_at.eq(now),
            webhook_events::holder.eq(None::<String>),
        ))
        .execute(conn)
        .await?;
    Ok(written)
}

/// Events in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_webhook_events(
    conn: &mut Conn,
    filter: &WebhookEventFilter,
    page: Page,
) -> Result<Vec<WebhookEventRow>, StoreError> {
    let mut query = webhook_events::table
        .select(WebhookEventRow::as_select())
        .order(webhook_events::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(webhook_events::id.gt(after));
    }
    if let Some(webhook) = filter.webhook_id {
        query = query.filter(webhook_events::webhook_id.eq(webhook));
    }
    if let Some(states) = &filter.states {
        query = query.filter(webhook_events::state.eq_any(Listed::all(states)));
    }
    Ok(query.load(conn).await?)
}

/// Forgets what was taken before an instant; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_webhook_events(conn: &mut Conn, before: NaiveDateTime) -> Result<usize, StoreError> {
    let over = webhook_events::table
        .filter(webhook_events::state.eq(Listed(HookEventState::Delivered)))
        .filter(webhook_events::delivered_at.lt(before));
    Ok(diesel::delete(over).execute(conn).await?)
}
