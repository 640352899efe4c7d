//! Every indicator gets its verdict; what differs from the verdict before is written down.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tokio::task::JoinHandle;

use super::{Desk, WarningError};
use crate::db;
use crate::domain::Grade;
use crate::domain::pace::Assessment;
use crate::store::StoreError;
use crate::store::judging::{Evidence, Judging};
use crate::store::rows::{VerdictColumns, VerdictWrite};
use crate::store::types::Id;

/// What an evaluation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluated {
    /// Indicators judged.
    pub assessed: usize,
    /// Verdicts that differed from the one before and were written.
    pub changed: usize,
    /// Indicators by grade.
    pub grades: BTreeMap<Grade, usize>,
}

/// Judges every indicator as of `as_of`. Safe to run twice: the second time nothing differs.
///
/// While one page is written, the next is judged and the one after it read. A page is written whole or not at all.
///
/// # Errors
/// When the database fails; pages written before stay written.
pub async fn evaluate(desk: &Desk, as_of: NaiveDate) -> Result<Evaluated, WarningError> {
    super::upgrade::hold(desk).await?;
    let mut judging = Judging::start(&desk.store, &desk.calendar, as_of, None).await?;
    let mut done = Evaluated::default();
    let mut writing: Option<JoinHandle<Result<(), StoreError>>> = None;
    loop {
        // Judging keeps its thread busy, so that the writing of the page before has a task of its own.
        let page = judging.next_page().await?;
        if let Some(written) = writing.take() {
            let lost = |_| Err(StoreError::Unavailable("the writing of a page was broken off".to_owned()));
            written.await.unwrap_or_else(lost)?;
        }
        let Some(page) = page else { return Ok(done) };
        let writes = changes(desk, as_of, &page, &mut done);
        let store = desk.store.clone();
        writing = Some(tokio::spawn(async move { db!(store, evaluation::write_verdicts(writes)) }));
    }
}

/// Counts the verdicts of a page, and gives those that differ from the ones in force.
fn changes(
    desk: &Desk,
    as_of: NaiveDate,
    page: &[(Evidence, Assessment)],
    done: &mut Evaluated,
) -> Vec<VerdictWrite> {
    let now = desk.clock.timestamp();
    let mut writes = Vec::new();
    for (evidence, assessment) in page {
        done.assessed += 1;
        *done.grades.entry(assessment.grade).or_default() += 1;
        let verdict = VerdictColumns::of(assessment, as_of);
        if differs(evidence, &verdict) {
            writes.push(VerdictWrite {
                id: Id(desk.clock.new_id()),
                indicator_id: evidence.row.id,
                series_id: evidence.row.series_id,
                as_of,
                verdict,
                rule_pack_id: evidence.rule_pack_id,
                recorded_at: now,
            });
        }
    }
    done.changed += writes.len();
    writes
}

fn differs(evidence: &Evidence, verdict: &VerdictColumns) -> bool {
    let present = &evidence.row.verdict;
    present.graded_as_of.is_none() || !present.says_the_same(verdict)
}
