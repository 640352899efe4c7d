//! All that changed, in the order in which it was committed.

use std::fmt::Write as _;

use diesel::sql_types::{BigInt, Integer};
use diesel::{ExpressionMethods, QueryDsl, QueryableByName};
use diesel_async::RunQueryDsl;
use xushi_domain::{ChangeKind, TextEnum as _};

use super::super::{Backend, Conn, snapshot};
use crate::StoreError;
use crate::rows::{ChangePlace, ChangeRow};
use crate::schema::change_feed;
use crate::types::{AnyId, Key};

/// The number that a kind has in the order of changes of one transaction: what is referred to comes before who refers to it.
fn number(kind: ChangeKind) -> i32 {
    ChangeKind::ALL.iter().position(|one| *one == kind).and_then(|at| i32::try_from(at).ok()).unwrap_or(0)
}

fn table(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Region => "regions",
        ChangeKind::Unit => "units",
        ChangeKind::Contact => "contacts",
        ChangeKind::Measure => "measures",
        ChangeKind::Campaign => "campaigns",
        ChangeKind::Task => "tasks",
        ChangeKind::Indicator => "indicators",
        ChangeKind::Observation => "observations",
        ChangeKind::Assessment => "assessments",
        ChangeKind::Episode => "episodes",
        ChangeKind::Letter => "letters",
        ChangeKind::Delivery => "deliveries",
        ChangeKind::Reply => "replies",
        ChangeKind::Problem => "problems",
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Integer)]
    kind: i32,
    #[diesel(sql_type = Key)]
    id: AnyId,
}

/// What changed after a place, of these kinds, at most `limit`; each thing once, where it changed last. What is being written is
/// left for later, with all that comes after it.
///
/// # Errors
/// When the database fails.
pub async fn list_changes(
    conn: &mut Conn,
    kinds: &[ChangeKind],
    after: ChangePlace,
    limit: i64,
) -> Result<Vec<ChangeRow>, StoreError> {
    // Before the rows: what is committed meanwhile has a number that is not below it.
    let horizon = snapshot::find_horizon(conn).await?;
    let mut text = String::from("SELECT seq, kind, id FROM (");
    for (place, kind) in kinds.iter().enumerate() {
        let (table, own) = (table(*kind), number(*kind));
        let later = match own.cmp(&after.kind) {
            std::cmp::Ordering::Less => "changed_in > $1",
            std::cmp::Ordering::Equal => "(changed_in, id) > ($1, $2)",
            std::cmp::Ordering::Greater => "changed_in >= $1",
        };
        let union = if place == 0 { "" } else { " UNION ALL " };
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "{union}SELECT * FROM (SELECT changed_in AS seq, {own} AS kind, id FROM {table} \
             WHERE {later} AND changed_in < $3 ORDER BY changed_in, id LIMIT $4) AS {table}"
        );
    }
    text.push_str(") AS changes ORDER BY seq, kind, id LIMIT $4");
    if !text.contains("$2") {
        // Every value that is bound is named, whichever kinds are asked for.
        text = text.replacen("changed_in > $1", "changed_in > $1 AND $2 = $2", 1);
        text = text.replacen("changed_in >= $1", "changed_in >= $1 AND $2 = $2", 1);
    }
    let found: Vec<Found> = diesel::sql_query(text)
        .into_boxed::<Backend>()
        .bind::<BigInt, _>(after.seq)
        .bind::<Key, _>(after.id)
        .bind::<BigInt, _>(horizon)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let kind = |number: i32| {
        let known = usize::try_from(number).ok().and_then(|at| ChangeKind::ALL.get(at)).copied();
        known.ok_or_else(|| StoreError::Corrupt(format!("kind {number} of a change")))
    };
    let row = |Found { seq, kind: own, id }: Found| {
        Ok(ChangeRow { kind: kind(own)?, place: ChangePlace { seq, kind: own, id } })
    };
    found.into_iter().map(row).collect()
}

/// The present epoch of the numbers; places of another epoch mean nothing.
///
/// # Errors
/// When the database fails.
pub async fn find_change_epoch(conn: &mut Conn) -> Result<i32, StoreError> {
    Ok(change_feed::table.find(1).select(change_feed::epoch).get_result(conn).await?)
}

/// Begins the epoch of this number, or the one after the present one where that is later: a copy of the same database may have been
/// put in place before, and its followers must be told again.
pub(super) async fn begin_epoch(conn: &mut Conn, epoch: i32) -> Result<(), StoreError> {
    let present = find_change_epoch(conn).await?;
    diesel::update(change_feed::table.find(1))
        .set(change_feed::epoch.eq(epoch.max(present.saturating_add(1))))
        .execute(conn)
        .await?;
    Ok(())
}

/// Begins an epoch where numbers are ahead of the database's own count, as in one that was restored elsewhere: everything counts as
/// changed once more. `epoch` is the time in seconds, so that two such databases do not have the same one. A new database has one of its
/// own, too. Gives whether everything counts as changed.
///
/// # Errors
/// When the database fails.
pub async fn renumber_changes(conn: &mut Conn, epoch: i32) -> Result<bool, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let mut newest = 0;
        for kind in ChangeKind::ALL {
            #[derive(QueryableByName)]
            struct Last {
                #[diesel(sql_type = BigInt)]
                seq: i64,
            }
            let text = format!("SELECT coalesce(max(changed_in), 0) AS seq FROM {}", table(*kind));
            let last: Last = diesel::sql_query(text).get_result(conn).await?;
            newest = newest.max(last.seq);
        }
        if newest == 0 && find_change_epoch(conn).await? == 1 {
            // One that was just made: cursors of another that stood at the same address are none of its own.
            begin_epoch(conn, epoch).await?;
            return Ok(false);
        }
        // Asked after the rows: whoever writes beside this one has a number below it by now, and is not taken for ahead.
        if newest <= snapshot::find_next_change(conn).await? {
            return Ok::<_, StoreError>(false);
        }
        for kind in ChangeKind::ALL {
            diesel::sql_query(format!("UPDATE {} SET changed_in = 0 WHERE changed_in <> 0", table(*kind)))
                .execute(conn)
                .await?;
        }
        begin_epoch(conn, epoch).await?;
        Ok(true)
    })
    .await
}
