//! What SQLite says in its own way: one prepared statement, many times, on one trip to the blocking thread.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SqliteConnection};

use super::Conn;
use crate::StoreError;
use crate::rows::{AssessmentRow, VerdictColumns, VerdictWrite};
use crate::schema::{assessments, indicators};

/// Writes verdicts of one date; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn write_verdicts(conn: &mut Conn, writes: Vec<VerdictWrite>) -> Result<(), StoreError> {
    conn.spawn_blocking(move |conn: &mut SqliteConnection| {
        for write in writes {
            let VerdictWrite { id, indicator_id, as_of, verdict, rule_pack_id, recorded_at, series_id: _ } =
                write;
            diesel::update(indicators::table.find(indicator_id))
                .set((
                    &verdict,
                    indicators::revision.eq(indicators::revision + 1),
                    indicators::updated_at.eq(recorded_at),
                ))
                .execute(conn)?;
            let VerdictColumns {
                grade, grade_rank: _, graded_as_of: _, data_start, data_end, actual, ..
            } = verdict;
            let row = AssessmentRow {
                id,
                indicator_id,
                as_of,
                grade,
                data_start,
                data_end,
                actual,
                expected: verdict.expected,
                gap: verdict.gap,
                gap_points: verdict.gap_points,
                completion: verdict.completion,
                due_fraction: verdict.due_fraction,
                needed_per_month: verdict.needed_per_month,
                needed_growth: verdict.needed_growth,
                forecast: verdict.forecast,
                p_miss: verdict.p_miss,
                rule: verdict.rule,
                rule_pack_id,
                recorded_at,
            };
            diesel::insert_into(assessments::table).values(&row).execute(conn)?;
        }
        Ok(())
    })
    .await?;
    Ok(())
}
