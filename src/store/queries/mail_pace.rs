//! The pace of mail: one row a domain says when its next letter may go, for all replicas.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{DeliveryRow, NoticeRow, Pace};
use crate::schema::{deliveries, mail_pace, notices};
use crate::types::{DeliveryId, Listed, NoticeId};
use xushi_domain::delivery::DeliveryState;
use xushi_domain::notice::NoticeState;

/// Sorts claimed deliveries by the pace of their domains: gives those that may go now and puts the others back until
/// their time, which is theirs from now on (a delivery that comes back at its time does not queue again).
///
/// # Errors
/// When the database fails.
pub async fn pace_deliveries(
    conn: &mut Conn,
    claimed: Vec<DeliveryRow>,
    pace: &Pace,
    now: NaiveDateTime,
) -> Result<Vec<DeliveryRow>, StoreError> {
    write_transaction!(conn, async move |conn: &mut Conn| {
        let ids: Vec<DeliveryId> = claimed.iter().map(|row| row.id).collect();
        let timed: Vec<DeliveryId> = deliveries::table
            .filter(deliveries::id.eq_any(ids))
            // A time that passed long ago (nobody was there to use it) is none: else all of them would go at once.
            .filter(deliveries::paced_at.between(now - pace.grace, now))
            .select(deliveries::id)
            .load(conn)
            .await?;
        let mut may_go = Vec::with_capacity(claimed.len());
        // In order of domain: two replicas that lock several rows lock them in the same order.
        let mut by_domain: BTreeMap<String, Vec<DeliveryRow>> = BTreeMap::new();
        for row in claimed {
            if timed.contains(&row.id) {
                may_go.push(row);
            } else {
                let domain = domain_of(&row.email);
                by_domain.entry(domain).or_default().push(row);
            }
        }
        for (domain, rows) in by_domain {
            let mut slot = reserve(conn, &domain, rows.len(), pace.interval, now).await?;
            for row in rows {
                if slot <= now {
                    may_go.push(row);
                } else {
                    put_back(conn, row.id, slot, now).await?;
                }
                slot += pace.interval;
            }
        }
        Ok::<_, StoreError>(may_go)
    })
    .await
}

/// The same of claimed notices, which share the times of the letters; `mailbox` is the one that all of a pilot's go to.
///
/// # Errors
/// When the database fails.
pub async fn pace_notices(
    conn: &mut Conn,
    claimed: Vec<NoticeRow>,
    mailbox: Option<&str>,
    pace: &Pace,
    now: NaiveDateTime,
) -> Result<Vec<NoticeRow>, StoreError> {
    write_transaction!(conn, async move |conn: &mut Conn| {
        let mut may_go = Vec::with_capacity(claimed.len());
        let mut by_domain: BTreeMap<String, Vec<NoticeRow>> = BTreeMap::new();
        for row in claimed {
            if row.paced_at.is_some_and(|at| (now - pace.grace..=now).contains(&at)) {
                may_go.push(row);
            } else {
                by_domain.entry(domain_of(mailbox.unwrap_or(&row.email))).or_default().push(row);
            }
        }
        for (domain, rows) in by_domain {
            let mut slot = reserve(conn, &domain, rows.len(), pace.interval, now).await?;
            for row in rows {
                if slot <= now {
                    may_go.push(row);
                } else {
                    put_notice_back(conn, row.id, slot, now).await?;
                }
                slot += pace.interval;
            }
        }
        Ok::<_, StoreError>(may_go)
    })
    .await
}

fn domain_of(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().to_lowercase()
}

async fn put_notice_back(
    conn: &mut Conn,
    id: NoticeId,
    slot: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(notices::table.find(id))
        .set((
            notices::state.eq(Listed(NoticeState::Pending)),
            notices::paced_at.eq(slot),
            notices::next_attempt_at.eq(slot),
            notices::lease_until.eq(None::<NaiveDateTime>),
            notices::lease_holder.eq(None::<String>),
            notices::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes the next `count` times of a domain; gives the first.
async fn reserve(
    conn: &mut Conn,
    domain: &str,
    count: usize,
    interval: TimeDelta,
    now: NaiveDateTime,
) -> Result<NaiveDateTime, StoreError> {
    // An update that changes nothing locks the row until the transaction ends.
    let free_at: NaiveDateTime = diesel::insert_into(mail_pace::table)
        .values((mail_pace::domain.eq(domain), mail_pace::free_at.eq(now)))
        .on_conflict(mail_pace::domain)
        .do_update()
        .set(mail_pace::free_at.eq(mail_pace::free_at))
        .returning(mail_pace::free_at)
        .get_result(conn)
        .await?;
    let first = free_at.max(now);
    diesel::update(mail_pace::table.find(domain))
        .set(mail_pace::free_at.eq(first + interval * i32::try_from(count).unwrap_or(i32::MAX)))
        .execute(conn)
        .await?;
    Ok(first)
}

async fn put_back(
    conn: &mut Conn,
    delivery: DeliveryId,
    slot: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<(), StoreError> {
    diesel::update(deliveries::table.find(delivery))
        .set((
            deliveries::state.eq(Listed(DeliveryState::Pending)),
            deliveries::paced_at.eq(slot),
            deliveries::next_attempt_at.eq(slot),
            deliveries::lease_until.eq(None::<NaiveDateTime>),
            deliveries::lease_holder.eq(None::<String>),
            deliveries::updated_at.eq(now),
        ))
        .execute(conn)
        .await?;
    Ok(())
}
