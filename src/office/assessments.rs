//! Every indicator gets its verdict; what differs from the verdict before is written down.
//!
//! Two ways lead here: the morning run over all, and marks (see `store::queries::reassessments`) on what rests on facts that
//! have just been put in. Both write only over what they have read: an assessment made of older facts never replaces one
//! made of newer ones, it is made again.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use tokio::task::JoinHandle;

use super::{Desk, Refusal};
use crate::domain::Grade;
use crate::domain::pace::Assessment;
use crate::store::judging::{Evidence, Judging};
use crate::store::rows::{AssessmentRow, AssessmentWrite, AssessmentWrites};
use crate::store::types::Id;
use crate::store::{StoreError, faults, touched};

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

/// How often those are judged again that somebody else has judged meanwhile, before they are left to marks.
const ROUNDS: usize = 3;

/// Judges every indicator as of `as_of`. Safe to run twice: the second time nothing differs.
///
/// While one page is written, the next is judged and the one after it read. A page is written whole or not at all.
///
/// # Errors
/// When the database fails; pages written before stay written.
pub async fn evaluate(desk: &Desk, as_of: NaiveDate) -> Result<Evaluated, Refusal> {
    super::warnings::hold(desk).await?;
    // What was marked before the first page is read is done with this.
    let today = as_of == desk.clock.today();
    let started = desk.clock.timestamp();
    let marks = if today { desk.store.list_marks().await? } else { Vec::new() };
    let judging = Judging::start(&desk.store, &desk.calendar, as_of, None).await?;
    let mut done = Evaluated::default();
    let left = walk(desk, as_of, judging, false, &mut done).await?;
    again(desk, as_of, left, &mut done).await?;
    desk.store.clear_marks(&marks).await?;
    desk.store.mark_changed_after(started, desk.clock.timestamp()).await?;
    Ok(done)
}

/// Marks worked on at once.
const MARKS: i64 = 5_000;

/// Indicators judged between two looks at the clock.
const AT_ONCE: usize = 2_000;

/// How long a mark is nobody else's; renewed while it is worked on. A replica that was killed loses its marks after it.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// Judges again, as of today, all that is marked. Safe on any number of replicas; a mark stays until its work is written.
///
/// # Errors
/// When the database fails; the marks stay.
pub async fn reassess(desk: &Desk) -> Result<Evaluated, Refusal> {
    let mut done = Evaluated::default();
    loop {
        let now = desk.clock.timestamp();
        let marks = desk.store.claim_marks(now, now + LEASE, MARKS).await?;
        if marks.is_empty() {
            return Ok(done);
        }
        super::warnings::hold(desk).await?;
        let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
        let as_of = desk.clock.today();
        let touched = touched::touched(&desk.store, &desk.calendar, as_of, &marks).await?;
        for chunk in touched.chunks(AT_ONCE) {
            let judging = Judging::of(&desk.store, &desk.calendar, as_of, chunk.to_vec()).await?;
            let left = walk(desk, as_of, judging, true, &mut done).await?;
            again(desk, as_of, left, &mut done).await?;
            faults::point("reassess.written");
            let until = desk.clock.timestamp() + LEASE;
            desk.store.renew_marks(&ids, until).await?;
        }
        desk.store.clear_marks(&ids).await?;
    }
}

/// Judges those again that somebody else has judged since they were read.
async fn again(
    desk: &Desk,
    as_of: NaiveDate,
    mut left: Vec<Id>,
    done: &mut Evaluated,
) -> Result<(), Refusal> {
    for _ in 0..ROUNDS {
        if left.is_empty() {
            return Ok(());
        }
        let judging = Judging::of(&desk.store, &desk.calendar, as_of, left).await?;
        let mut repeated = Evaluated::default();
        left = walk(desk, as_of, judging, true, &mut repeated).await?;
        done.changed += repeated.changed;
    }
    desk.store.mark_indicators(&left, desk.clock.timestamp()).await?;
    Ok(())
}

/// Judges all that `judging` walks over; gives those that somebody else has judged since they were read. What was `touched`
/// is written even when it says the same, so that whoever judges from older facts finds out.
async fn walk(
    desk: &Desk,
    as_of: NaiveDate,
    mut judging: Judging,
    touched: bool,
    done: &mut Evaluated,
) -> Result<Vec<Id>, Refusal> {
    let mut left = Vec::new();
    let mut writing: Option<JoinHandle<Result<Vec<Id>, StoreError>>> = None;
    loop {
        // Judging keeps its thread busy, so that the writing of the page before has a task of its own.
        let page = judging.next_page().await?;
        if let Some(written) = writing.take() {
            let lost = |_| Err(StoreError::Unavailable("the writing of a page was broken off".to_owned()));
            let missed = written.await.unwrap_or_else(lost)?;
            done.changed = done.changed.saturating_sub(missed.len());
            left.extend(missed);
        }
        let Some(page) = page else { return Ok(left) };
        let writes = writes(desk, as_of, &page, touched, done);
        let store = desk.store.clone();
        writing = Some(tokio::spawn(async move { store.write_assessments(writes).await }));
    }
}

/// Counts the verdicts of a page, and gives what is to be written of them.
fn writes(
    desk: &Desk,
    as_of: NaiveDate,
    page: &[(Evidence, Assessment)],
    touched: bool,
    done: &mut Evaluated,
) -> AssessmentWrites {
    let mut writes =
        AssessmentWrites { changed: Vec::new(), confirmed: Vec::new(), at: desk.clock.timestamp() };
    for (evidence, assessment) in page {
        done.assessed += 1;
        *done.grades.entry(assessment.grade).or_default() += 1;
        let figures = evidence.figures(assessment);
        let seen = evidence.row.current.revision;
        if evidence.row.current.digest != Some(figures.digest()) {
            let row = AssessmentRow {
                id: Id(desk.clock.new_id()),
                indicator_id: evidence.row.id,
                as_of,
                figures,
                rules_version: AssessmentRow::RULES,
                rule_pack_id: evidence.rule_pack_id,
                recorded_at: writes.at,
            };
            writes.changed.push(AssessmentWrite { row, seen });
        } else if touched {
            writes.confirmed.push((evidence.row.id, seen));
        }
    }
    done.changed += writes.changed.len();
    writes
}
