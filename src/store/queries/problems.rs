//! Problems: opened once, closed once.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{Page, ProblemFilter, ProblemRow};
use crate::schema::problems;
use crate::types::Id;

/// Opens a problem unless the same one is open already; then only its detail is brought up to date. Gives whether it
/// is new.
///
/// # Errors
/// When the database fails.
pub async fn open_problem(conn: &mut Conn, row: &ProblemRow) -> Result<bool, StoreError> {
    let known: Option<(Id, String)> = problems::table
        .filter(problems::kind.eq(&row.kind))
        .filter(problems::subject_kind.eq(&row.subject_kind))
        .filter(problems::subject_id.eq(&row.subject_id))
        .filter(problems::closed_at.is_null())
        .select((problems::id, problems::detail))
        .first(conn)
        .await
        .optional()?;
    match known {
        Some((_, detail)) if detail == row.detail => Ok(false),
        Some((id, _)) => {
            diesel::update(problems::table.find(id))
                .set((problems::detail.eq(&row.detail), problems::updated_at.eq(row.updated_at)))
                .execute(conn)
                .await?;
            Ok(false)
        }
        // Two that find it at once: the second insert does nothing.
        None => Ok(diesel::insert_into(problems::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn)
            .await?
            == 1),
    }
}

/// Opens a problem of which there may be many, as one that counts them: where it is open already it is found once more.
/// `detail` makes its detail from the count.
///
/// # Errors
/// When the database fails.
pub async fn count_problem(
    conn: &mut Conn,
    row: &ProblemRow,
    detail: &(dyn Fn(i32) -> String + Send + Sync),
) -> Result<i32, StoreError> {
    let row = ProblemRow { detail: detail(1), ..row.clone() };
    write_transaction!(conn, async |conn: &mut Conn| {
        for _ in 0..2 {
            let counted: Option<(Id, i32)> = diesel::update(problems::table)
                .filter(problems::kind.eq(&row.kind))
                .filter(problems::subject_kind.eq(&row.subject_kind))
                .filter(problems::subject_id.eq(&row.subject_id))
                .filter(problems::closed_at.is_null())
                .set((problems::repeats.eq(problems::repeats + 1), problems::updated_at.eq(row.updated_at)))
                .returning((problems::id, problems::repeats))
                .get_result(conn)
                .await
                .optional()?;
            if let Some((id, repeats)) = counted {
                let told = problems::detail.eq(detail(repeats));
                diesel::update(problems::table.find(id)).set(told).execute(conn).await?;
                return Ok(repeats);
            }
            let insert = diesel::insert_into(problems::table).values(&row).on_conflict_do_nothing();
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
pub async fn close_problem(
    conn: &mut Conn,
    kind: &str,
    subject_id: &str,
    now: NaiveDateTime,
) -> Result<bool, StoreError> {
    let closed = diesel::update(problems::table)
        .filter(problems::kind.eq(kind))
        .filter(problems::subject_id.eq(subject_id))
        .filter(problems::closed_at.is_null())
        .set((problems::closed_at.eq(now), problems::updated_at.eq(now)))
        .execute(conn)
        .await?;
    Ok(closed > 0)
}

/// The subjects of all open problems of a kind.
///
/// # Errors
/// When the database fails.
pub async fn list_open_subjects(conn: &mut Conn, kind: &str) -> Result<Vec<String>, StoreError> {
    Ok(problems::table
        .filter(problems::kind.eq(kind))
        .filter(problems::closed_at.is_null())
        .select(problems::subject_id)
        .load(conn)
        .await?)
}

/// Problems in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_problems(
    conn: &mut Conn,
    filter: &ProblemFilter,
    page: Page,
) -> Result<Vec<ProblemRow>, StoreError> {
    let mut query = problems::table
        .select(ProblemRow::as_select())
        .order(problems::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(problems::id.gt(Id(after)));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(problems::kind.eq(kind));
    }
    if let Some(kind) = &filter.subject_kind {
        query = query.filter(problems::subject_kind.eq(kind));
    }
    if let Some(id) = &filter.subject_id {
        query = query.filter(problems::subject_id.eq(id));
    }
    match filter.open {
        Some(true) => query = query.filter(problems::closed_at.is_null()),
        Some(false) => query = query.filter(problems::closed_at.is_not_null()),
        None => {}
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(problems::updated_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// The problem with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_problem(conn: &mut Conn, id: Uuid) -> Result<Option<ProblemRow>, StoreError> {
    Ok(problems::table.find(Id(id)).select(ProblemRow::as_select()).get_result(conn).await.optional()?)
}

/// How many problems are open of each kind.
///
/// # Errors
/// When the database fails.
pub async fn count_open_problems(conn: &mut Conn) -> Result<HashMap<String, i64>, StoreError> {
    use diesel::dsl::count_star;
    let counts: Vec<(String, i64)> = problems::table
        .filter(problems::closed_at.is_null())
        .group_by(problems::kind)
        .select((problems::kind, count_star()))
        .load(conn)
        .await?;
    Ok(counts.into_iter().collect())
}
