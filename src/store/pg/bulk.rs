//! What only PostgreSQL can say: many rows in one statement.

use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;
use crate::rows::VerdictWrite;
use crate::types::{Exact, Key};

/// One statement for a whole page: the arrays are sent once and feed both the update and the history. The range of series
/// changes nothing in the outcome; it is how the planner learns that the rows lie together, and reads no others.
const WRITE_VERDICTS: &str = "
WITH v AS (
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        AS v (id, indicator_id, grade, grade_rank, data_start, data_end, actual, expected, gap, gap_points, completion,
              due_fraction, needed_per_month, needed_growth, forecast, p_miss, rule, rule_pack_id)
), kept AS (
    INSERT INTO assessments (id, indicator_id, as_of, grade, data_start, data_end, actual, expected, gap, gap_points,
                             completion, due_fraction, needed_per_month, needed_growth, forecast, p_miss, rule, rule_pack_id,
                             recorded_at)
    SELECT id, indicator_id, $19, grade, data_start, data_end, actual, expected, gap, gap_points, completion,
           due_fraction, needed_per_month, needed_growth, forecast, p_miss, rule, rule_pack_id, $20
    FROM v
)
UPDATE indicators AS i
SET grade = v.grade, grade_rank = v.grade_rank, graded_as_of = $19, data_start = v.data_start, data_end = v.data_end,
    actual = v.actual, expected = v.expected, gap = v.gap, gap_points = v.gap_points, completion = v.completion,
    due_fraction = v.due_fraction, needed_per_month = v.needed_per_month, needed_growth = v.needed_growth,
    forecast = v.forecast, p_miss = v.p_miss, rule = v.rule, revision = i.revision + 1, updated_at = $20
FROM v
WHERE i.id = v.indicator_id AND i.series_id BETWEEN $21 AND $22";

/// Writes verdicts of one date; the caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub async fn write_verdicts(conn: &mut Conn, writes: Vec<VerdictWrite>) -> Result<(), StoreError> {
    let Some((as_of, recorded_at)) = writes.as_slice().first().map(|write| (write.as_of, write.recorded_at))
    else {
        return Ok(());
    };
    let series = || writes.iter().map(|write| write.series_id);
    let (first, last) = (series().min().unwrap_or_default(), series().max().unwrap_or_default());
    // A server that loses power may lose the last pages, each of them whole: the next evaluation finds that they
    // differ and writes them again. What rests on a verdict cannot outlive it: a later commit that waits for the disk,
    // such as that of a letter, takes all earlier ones with it.
    diesel::sql_query("SET LOCAL synchronous_commit = off").execute(conn).await?;
    macro_rules! column {
        ($get:expr) => {
            writes.iter().map($get).collect::<Vec<_>>()
        };
    }
    diesel::sql_query(WRITE_VERDICTS)
        .bind::<Array<Key>, _>(column!(|w| w.id))
        .bind::<Array<Key>, _>(column!(|w| w.indicator_id))
        .bind::<Array<Text>, _>(column!(|w| w.verdict.grade.as_str()))
        .bind::<Array<Integer>, _>(column!(|w| w.verdict.grade_rank))
        .bind::<Array<Nullable<Date>>, _>(column!(|w| w.verdict.data_start))
        .bind::<Array<Nullable<Date>>, _>(column!(|w| w.verdict.data_end))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.actual))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.expected))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.gap))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.gap_points))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.completion))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.due_fraction))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.needed_per_month))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.needed_growth))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.forecast))
        .bind::<Array<Nullable<Exact>>, _>(column!(|w| w.verdict.p_miss))
        .bind::<Array<Nullable<Text>>, _>(column!(|w| w.verdict.rule.as_deref()))
        .bind::<Array<Key>, _>(column!(|w| w.rule_pack_id))
        .bind::<Date, _>(as_of)
        .bind::<Timestamp, _>(recorded_at)
        .bind::<BigInt, _>(first)
        .bind::<BigInt, _>(last)
        .execute(conn)
        .await?;
    Ok(())
}
