//! What only PostgreSQL can say: many rows in one statement.

use std::collections::HashSet;
use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamp};
use diesel_async::RunQueryDsl;

use super::Conn;
use crate::StoreError;
use crate::rows::{AssessmentWrite, AssessmentWrites, grade_rank};
use crate::types::{Exact, IndicatorId, Key};

/// Columns of an assessment's figures; [`write_changed`] binds them in this order.
const FIGURES: [&str; 20] = [
    "grade",
    "data_start",
    "data_end",
    "figure",
    "actual_unit",
    "actual",
    "expected",
    "expected_hi",
    "gap",
    "gap_points",
    "completion",
    "due_fraction",
    "needed_per_month",
    "needed_growth",
    "forecast",
    "p_miss",
    "forecast_low",
    "forecast_high",
    "rule",
    "doubts",
];

/// One statement for a whole page: the arrays are sent once and feed both the row in force and the history.
static WRITE: LazyLock<String> = LazyLock::new(|| {
    let figures = FIGURES.join(", ");
    // Beside the figures: seven columns that are arrays, and the date and the time that are the same for all.
    let arrays: Vec<String> = (1..=FIGURES.len() + 7).map(|number| format!("${number}")).collect();
    let (as_of, at) = (format!("${}", arrays.len() + 1), format!("${}", arrays.len() + 2));
    let arrays = arrays.join(", ");
    format!(
        "WITH v AS (
             SELECT * FROM unnest({arrays}) AS v (id, indicator_id, seen, digest, grade_rank, rules_version,
                 rule_pack_id, {figures})
         ), moved AS (
             UPDATE current_assessments AS c
             SET assessment_id = v.id, digest = v.digest, grade = v.grade, grade_rank = v.grade_rank, revision = c.revision + 1, updated_at = {at}
             FROM v
             WHERE c.indicator_id = v.indicator_id AND c.revision = v.seen
             RETURNING c.assessment_id
         )
         INSERT INTO assessments (id, indicator_id, as_of, rules_version, rule_pack_id, recorded_at, {figures})
         SELECT id, indicator_id, {as_of}, rules_version, rule_pack_id, {at}, {figures} FROM v
         WHERE id IN (SELECT assessment_id FROM moved)
         RETURNING indicator_id AS id"
    )
});

const CONFIRM: &str = "
UPDATE current_assessments AS c
SET revision = c.revision + 1, updated_at = $3
FROM unnest($1, $2) AS v (indicator_id, seen)
WHERE c.indicator_id = v.indicator_id AND c.revision = v.seen
RETURNING c.indicator_id AS id";

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Key)]
    id: IndicatorId,
}

/// Writes assessments of one date; the caller holds the transaction. Gives those that were judged by somebody else since.
///
/// # Errors
/// When the database fails.
pub async fn write_assessments(
    conn: &mut Conn,
    writes: AssessmentWrites,
) -> Result<Vec<IndicatorId>, StoreError> {
    // A server that loses power may lose the last pages, each of them whole: the next evaluation finds that they
    // differ and writes them again. What rests on a verdict cannot outlive it: a later commit that waits for the disk,
    // such as that of a letter, takes all earlier ones with it.
    diesel::sql_query("SET LOCAL synchronous_commit = off").execute(conn).await?;
    let mut left: HashSet<IndicatorId> = writes.changed.iter().map(|write| write.row.indicator_id).collect();
    left.extend(writes.confirmed.iter().map(|(id, _)| *id));
    if let Some(as_of) = writes.changed.as_slice().first().map(|write| write.row.as_of) {
        for written in write_changed(conn, &writes.changed, as_of, writes.at).await? {
            left.remove(&written.id);
        }
    }
    if !writes.confirmed.is_empty() {
        let (ids, seen): (Vec<IndicatorId>, Vec<i32>) = writes.confirmed.into_iter().unzip();
        let query = diesel::sql_query(CONFIRM).bind::<Array<Key>, _>(ids).bind::<Array<Integer>, _>(seen);
        let written: Vec<Written> = query.bind::<Timestamp, _>(writes.at).load(conn).await?;
        for written in written {
            left.remove(&written.id);
        }
    }
    Ok(left.into_iter().collect())
}

async fn write_changed(
    conn: &mut Conn,
    writes: &[AssessmentWrite],
    as_of: NaiveDate,
    at: NaiveDateTime,
) -> Result<Vec<Written>, StoreError> {
    macro_rules! column {
        ($get:expr) => {
            writes.iter().map($get).collect::<Vec<_>>()
        };
    }
    macro_rules! figure {
        ($($name:ident).+) => {
            column!(|write| write.row.figures.$($name).+)
        };
    }
    Ok(diesel::sql_query(WRITE.as_str())
        .bind::<Array<Key>, _>(column!(|write| write.row.id))
        .bind::<Array<Key>, _>(column!(|write| write.row.indicator_id))
        .bind::<Array<Integer>, _>(column!(|write| write.seen))
        .bind::<Array<BigInt>, _>(column!(|write| write.row.figures.digest()))
        .bind::<Array<Integer>, _>(column!(|write| grade_rank(write.row.figures.grade.0)))
        .bind::<Array<Integer>, _>(column!(|write| write.row.rules_version))
        .bind::<Array<Key>, _>(column!(|write| write.row.rule_pack_id))
        .bind::<Array<Text>, _>(figure!(grade))
        .bind::<Array<Nullable<Date>>, _>(figure!(data_start))
        .bind::<Array<Nullable<Date>>, _>(figure!(data_end))
        .bind::<Array<Nullable<Text>>, _>(figure!(figure))
        .bind::<Array<Nullable<Text>>, _>(column!(|write| write.row.figures.actual_unit.as_deref()))
        .bind::<Array<Nullable<Exact>>, _>(figure!(actual))
        .bind::<Array<Nullable<Exact>>, _>(figure!(expected))
        .bind::<Array<Nullable<Exact>>, _>(figure!(expected_hi))
        .bind::<Array<Nullable<Exact>>, _>(figure!(gap))
        .bind::<Array<Nullable<Exact>>, _>(figure!(gap_points))
        .bind::<Array<Nullable<Exact>>, _>(figure!(completion))
        .bind::<Array<Nullable<Exact>>, _>(figure!(due_fraction))
        .bind::<Array<Nullable<Exact>>, _>(figure!(needed_per_month))
        .bind::<Array<Nullable<Exact>>, _>(figure!(needed_growth))
        .bind::<Array<Nullable<Exact>>, _>(figure!(forecast))
        .bind::<Array<Nullable<Exact>>, _>(figure!(p_miss))
        .bind::<Array<Nullable<Exact>>, _>(figure!(forecast_low))
        .bind::<Array<Nullable<Exact>>, _>(figure!(forecast_high))
        .bind::<Array<Nullable<Text>>, _>(column!(|write| write.row.figures.rule.as_deref()))
        .bind::<Array<Text>, _>(column!(|write| write.row.figures.doubts.as_str()))
        .bind::<Date, _>(as_of)
        .bind::<Timestamp, _>(at)
        .load(conn)
        .await?)
}
