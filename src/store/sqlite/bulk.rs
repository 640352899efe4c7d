//! What SQLite says in its own way: one prepared statement, many times, on one trip to the blocking thread.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::StoreError;
use crate::rows::{AssessmentWrite, AssessmentWrites, grade_rank};
use crate::schema::{assessments, current_assessments};
use crate::types::IndicatorId;

/// Writes assessments of one date; the caller holds the transaction. Gives those that were judged by somebody else since.
///
/// # Errors
/// When the database fails.
pub async fn write_assessments(
    conn: &mut Conn,
    writes: AssessmentWrites,
) -> Result<Vec<IndicatorId>, StoreError> {
    let left = conn.spawn_blocking(move |conn: &mut SqliteConnection| {
        let mut left = Vec::new();
        for AssessmentWrite { row, seen } in &writes.changed {
            // The right to write is held: what is read here stays so.
            let is_seen = current_assessments::table
                .find(row.indicator_id)
                .filter(current_assessments::revision.eq(seen))
                .select(current_assessments::revision);
            if is_seen.first::<i32>(conn).optional()?.is_none() {
                left.push(row.indicator_id);
                continue;
            }
            diesel::insert_into(assessments::table).values(row).execute(conn)?;
            diesel::update(current_assessments::table.find(row.indicator_id))
                .set((
                    current_assessments::assessment_id.eq(row.id),
                    current_assessments::digest.eq(row.figures.digest()),
                    current_assessments::grade.eq(row.figures.grade),
                    current_assessments::grade_rank.eq(grade_rank(row.figures.grade.0)),
                    current_assessments::revision.eq(seen + 1),
                    current_assessments::updated_at.eq(writes.at),
                ))
                .execute(conn)?;
        }
        for (id, seen) in &writes.confirmed {
            let confirmed = diesel::update(current_assessments::table.find(id))
                .filter(current_assessments::revision.eq(seen))
                .set((
                    current_assessments::revision.eq(seen + 1),
                    current_assessments::updated_at.eq(writes.at),
                ))
                .execute(conn)?;
            if confirmed == 0 {
                left.push(*id);
            }
        }
        Ok(left)
    });
    Ok(left.await?)
}
