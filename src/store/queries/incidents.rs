//! Incidents: opened once, closed once.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{IncidentFilter, IncidentRow, Page};
use crate::schema::incidents;
use crate::types::{IncidentId, Listed};
use xushi_domain::IncidentKind;

/// Opens an incident unless the same one is open already; then only its detail is brought up to date. Gives whether it
/// is new.
///
/// # Errors
/// When the database fails.
pub async fn open_incident(conn: &mut Conn, row: &IncidentRow) -> Result<bool, StoreError> {
    let known: Option<(IncidentId, String)> = incidents::table
        .filter(incidents::kind.eq(row.kind))
        .filter(incidents::subject_kind.eq(row.subject_kind))
        .filter(incidents::subject_id.eq(&row.subject_id))
        .filter(incidents::closed_at.is_null())
        .select((incidents::id, incidents::detail))
        .first(conn)
        .await
        .optional()?;
    match known {
        Some((_, detail)) if detail == row.detail => Ok(false),
        Some((id, _)) => {
            diesel::update(incidents::table.find(id))
                .set((incidents::detail.eq(&row.detail), incidents::updated_at.eq(row.updated_at)))
                .execute(conn)
                .await?;
            Ok(false)
        }
        // Two that find it at once: the second insert does nothing.
        None => Ok(diesel::insert_into(incidents::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)
            .await?
            == 1),
    }
}

/// Opens an incident of which there may be many, as one that counts them: where it is open already it is found once more.
/// `detail` makes its detail from the count.
///
/// # Errors
/// When the database fails.
pub async fn count_incident(
    conn: &mut Conn,
    row: &IncidentRow,
    detail: &(dyn Fn(i32) -> String + Send + Sync),
) -> Result<i32, StoreError> {
    let row = IncidentRow { detail: detail(1), ..row.clone() };
    write_transaction!(conn, async |conn: &mut Conn| {
        for _ in 0..2 {
            let counted: Option<(IncidentId, i32)> = diesel::update(incidents::table)
                .filter(incidents::kind.eq(row.kind))
                .filter(incidents::subject_kind.eq(row.subject_kind))
                .filter(incidents::subject_id.eq(&row.subject_id))
                .filter(incidents::closed_at.is_null())
                .set((
                    incidents::repeats.eq(incidents::repeats + 1),
                    incidents::updated_at.eq(row.updated_at),
                ))
                .returning((incidents::id, incidents::repeats))
                .get_result(conn)
                .await
                .optional()?;
            if let Some((id, repeats)) = counted {
                let told = incidents::detail.eq(detail(repeats));
                diesel::update(incidents::table.find(id)).set(told).execute(conn).await?;
                return Ok(repeats);
            }
            let insert = diesel::insert_into(incidents::table).values(&row).on_conflict_do_nothing();
            if insert.execute(conn).await? == 1 {
                break;
            }
            // Somebody else opened it just now.
        }
        Ok::<_, StoreError>(1)
    })
    .await
}

/// Closes what is open of this kind about this subject.
///
/// # Errors
/// When the database fails.
pub async fn close_incident(
    conn: &mut Conn,
    kind: IncidentKind,
    subject_id: &str,
    now: NaiveDateTime,
) -> Result<bool, StoreError> {
    let closed = diesel::update(incidents::table)
        .filter(incidents::kind.eq(Listed(kind)))
        .filter(incidents::subject_id.eq(subject_id))
        .filter(incidents::closed_at.is_null())
        .set((incidents::closed_at.eq(now), incidents::updated_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(closed > 0)
}

/// The subjects of all open incidents of a kind.
///
/// # Errors
/// When the database fails.
pub async fn list_open_subjects(conn: &mut Conn, kind: IncidentKind) -> Result<Vec<String>, StoreError> {
    Ok(incidents::table
        .filter(incidents::kind.eq(Listed(kind)))
        .filter(incidents::closed_at.is_null())
        .select(incidents::subject_id)
        .load(conn)
        .await?)
}

/// Incidents in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_incidents(
    conn: &mut Conn,
    filter: &IncidentFilter,
    page: Page,
) -> Result<Vec<IncidentRow>, StoreError> {
    let mut query = incidents::table
        .select(IncidentRow::as_select())
        .order(incidents::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(incidents::id.gt(after));
    }
    if let Some(kinds) = &filter.kinds {
        query = query.filter(incidents::kind.eq_any(Listed::all(kinds)));
    }
    if let Some(kinds) = &filter.subject_kinds {
        query = query.filter(incidents::subject_kind.eq_any(Listed::all(kinds)));
    }
    if let Some(id) = &filter.subject_id {
        query = query.filter(incidents::subject_id.eq(id));
    }
    match filter.open {
        Some(true) => query = query.filter(incidents::closed_at.is_null()),
        Some(false) => query = query.filter(incidents::closed_at.is_not_null()),
        None => {}
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(incidents::updated_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// The incident with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_incident(conn: &mut Conn, id: IncidentId) -> Result<Option<IncidentRow>, StoreError> {
    Ok(incidents::table.find(id).select(IncidentRow::as_select()).get_result(conn).await.optional()?)
}

/// How many incidents are open of each kind.
///
/// # Errors
/// When the database fails.
pub async fn count_open_incidents(conn: &mut Conn) -> Result<HashMap<IncidentKind, i64>, StoreError> {
    use diesel::dsl::count_star;
    let counts: Vec<(Listed<IncidentKind>, i64)> = incidents::table
        .filter(incidents::closed_at.is_null())
        .group_by(incidents::kind)
        .select((incidents::kind, count_star()))
        .load(conn)
        .await?;
    Ok(counts.into_iter().map(|(kind, count)| (kind.0, count)).collect())
}
