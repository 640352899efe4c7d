//! 问题台账: problems written, moved on and handed over.

use chrono::NaiveDateTime;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{ProblemEntryRow, ProblemRow};
use crate::schema::{problem_entries, problem_supports, problems};
use crate::types::{Listed, ProblemId, UnitId};
use xushi_domain::problem::OVER;

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// Adds a problem, the units that support, and its first entry.
///
/// # Errors
/// `Duplicate` where one is open of the same episode, or a unit is named twice.
pub async fn create_problem(
    conn: &mut Conn,
    row: &ProblemRow,
    supports: &[UnitId],
    entry: &ProblemEntryRow,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        diesel::insert_into(problems::table).values(row).execute(conn).await?;
        add_supports(conn, row.id, supports).await?;
        diesel::insert_into(problem_entries::table).values(entry).execute(conn).await?;
        Ok(())
    })
    .await
}

async fn add_supports(conn: &mut Conn, problem: ProblemId, supports: &[UnitId]) -> Result<(), StoreError> {
    // A handful at most.
    for unit in supports {
        diesel::insert_into(problem_supports::table)
            .values((problem_supports::problem_id.eq(problem), problem_supports::unit_id.eq(*unit)))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// Writes a problem that still has the revision before `changed.revision`, the units that support it where they change, and the
/// entry that says what was done; the entry before it is over from then on.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; `Duplicate` as [`create_problem`].
pub async fn update_problem(
    conn: &mut Conn,
    changed: &ProblemRow,
    supports: Option<&[UnitId]>,
    entry: &ProblemEntryRow,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let written = diesel::update(problems::table.find(changed.id))
            .filter(problems::revision.eq(changed.revision - 1))
            .set(changed)
            .execute(conn)
            .await?;
        if written == 0 {
            return Err(StoreError::Stale);
        }
        if let Some(supports) = supports {
            let before = problem_supports::table.filter(problem_supports::problem_id.eq(changed.id));
            diesel::delete(before).execute(conn).await?;
            add_supports(conn, changed.id, supports).await?;
        }
        let own = problem_entries::table.filter(problem_entries::problem_id.eq(changed.id));
        let last: Option<i32> =
            own.select(diesel::dsl::max(problem_entries::ordinal)).get_result(conn).await?;
        diesel::update(own.filter(problem_entries::superseded_at.is_null()))
            .set(problem_entries::superseded_at.eq(entry.created_at))
            .execute(conn)
            .await?;
        let entry = ProblemEntryRow { ordinal: last.unwrap_or(0) + 1, ..entry.clone() };
        diesel::insert_into(problem_entries::table).values(&entry).execute(conn).await?;
        Ok(())
    })
    .await
}

/// Gives what a unit leads or supports to another one: what is not over, with how it stands; days before stay as they were.
///
/// # Errors
/// When the database fails.
pub(super) async fn move_problems(
    conn: &mut Conn,
    (from, into): (UnitId, UnitId),
    at: NaiveDateTime,
) -> Result<(), StoreError> {
    let open = problems::unit_id.eq(from).and(problems::state.ne_all(OVER.map(Listed)));
    let moved: Vec<ProblemId> = diesel::update(problems::table.filter(open))
        .set((
            problems::unit_id.eq(into),
            problems::revision.eq(problems::revision + 1),
            problems::updated_at.eq(at),
        ))
        .returning(problems::id)
        .get_results(conn)
        .await?;
    for chunk in moved.chunks(AT_ONCE) {
        let standing = problem_entries::table
            .filter(problem_entries::problem_id.eq_any(chunk.to_vec()))
            .filter(problem_entries::superseded_at.is_null());
        diesel::update(standing).set(problem_entries::unit_id.eq(into)).execute(conn).await?;
        // Who leads does not support.
        let both = problem_supports::table
            .filter(problem_supports::unit_id.eq(into))
            .filter(problem_supports::problem_id.eq_any(chunk.to_vec()));
        diesel::delete(both).execute(conn).await?;
    }
    // Where the other one has a part already, it has one.
    let has: Vec<ProblemId> = problem_supports::table
        .filter(problem_supports::unit_id.eq(into))
        .select(problem_supports::problem_id)
        .load(conn)
        .await?;
    let own = problem_supports::table.filter(problem_supports::unit_id.eq(from));
    // Each shows another one now, and tells so.
    let shown = own.select(problem_supports::problem_id);
    diesel::update(problems::table.filter(problems::id.eq_any(shown)))
        .set((problems::revision.eq(problems::revision + 1), problems::updated_at.eq(at)))
        .execute(conn)
        .await?;
    let led = problems::table.filter(problems::unit_id.eq(into)).select(problems::id);
    diesel::delete(own.filter(problem_supports::problem_id.eq_any(has))).execute(conn).await?;
    diesel::delete(own.filter(problem_supports::problem_id.eq_any(led))).execute(conn).await?;
    diesel::update(own).set(problem_supports::unit_id.eq(into)).execute(conn).await?;
    Ok(())
}
