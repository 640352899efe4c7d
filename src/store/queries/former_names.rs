//! What units, tasks, measures, campaigns and regions were called before.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{FormerNameRow, Handover};
use crate::schema::former_names;
use crate::types::{AnyId, Id, Thing};

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Keeps the name that an owner had, where it is not the one it has now. The caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub(super) async fn keep_former_name(
    conn: &mut Conn,
    owner: Id<impl Thing>,
    (before, after): (&str, &str),
    handover: &Handover,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    let row = FormerNameRow {
        owner_id: owner.of_any(),
        name: before.to_owned(),
        superseded_on: handover.on,
        reason: handover.reason.clone(),
        recorded_at: handover.at,
    };
    diesel::insert_into(former_names::table).values(&row).execute(conn).await?;
    Ok(())
}

/// What these were called on a day, where it is not what they are called now.
///
/// # Errors
/// When the database fails.
pub async fn list_names_on(
    conn: &mut Conn,
    owners: &[AnyId],
    day: NaiveDate,
) -> Result<HashMap<AnyId, String>, StoreError> {
    let mut found = HashMap::new();
    for chunk in owners.chunks(AT_ONCE) {
        let rows: Vec<(AnyId, NaiveDate, String)> = former_names::table
            .filter(former_names::owner_id.eq_any(chunk.to_vec()))
            .order(former_names::id)
            .select((former_names::owner_id, former_names::superseded_on, former_names::name))
            .load(conn)
            .await?;
        found.extend(in_force_on(rows, day));
    }
    Ok(found)
}

/// What held on a day, of changes in the order in which they were made: each says what held before it and the first day that no
/// longer holds. Nothing where what holds now held then already.
pub(super) fn in_force_on<K: Thing, T>(
    changes: impl IntoIterator<Item = (Id<K>, NaiveDate, T)>,
    day: NaiveDate,
) -> HashMap<Id<K>, T> {
    let mut before = HashMap::new();
    for (owner, superseded_on, held) in changes {
        if superseded_on <= day {
            // It had taken effect by then, whatever was said before it.
            before.remove(&owner);
        } else {
            before.entry(owner).or_insert(held);
        }
    }
    before
}
