//! Every indicator gets its verdict; what differs from the verdict before is written down.
//!
//! Two ways lead here: the morning run over all, and marks (see `store::queries::reassessments`) on what rests on facts that
//! have just been put in. Both write only over what they have read: an assessment made of older facts never replaces one
//! made of newer ones, it is made again.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use tokio::task::JoinHandle;

use super::{Actor, Office, Refusal};
use crate::domain::Grade;
use crate::domain::pace::Assessment;
use crate::evidence::touched;
use crate::evidence::{Evidence, Judging};
use crate::store::rows::{AssessmentRow, AssessmentWrite, AssessmentWrites};
use crate::store::types::{Id, IndicatorId};
use crate::store::{StoreError, failpoint};

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

impl Evaluated {
    fn add(&mut self, other: Self) {
        self.assessed += other.assessed;
        self.changed += other.changed;
        for (grade, count) in other.grades {
            *self.grades.entry(grade).or_default() += count;
        }
    }
}

/// Judges every indicator as of `as_of`. Safe to run twice: the second time nothing differs.
///
/// While one page is written, the next is judged and the one after it read. A page is written whole or not at all.
///
/// # Errors
/// When the database fails; pages written before stay written.
pub async fn evaluate(office: &Office, actor: &Actor, as_of: NaiveDate) -> Result<Evaluated, Refusal> {
    let mut evaluation = Evaluation::begin(office, as_of).await?;
    let mut judging = Judging::start(&office.read, &office.calendar, as_of, None).await?;
    while let Some(page) = judging.next_page().await? {
        evaluation.take(&page).await?;
    }
    let (done, _) = evaluation.end().await?;
    tracing::info!(by = %actor, assessed = done.assessed, changed = done.changed, "evaluated");
    Ok(done)
}

/// An evaluation being done by whoever walks over all indicators, for this and for something else: it is begun before the
/// walk, takes every page as it was judged, and is ended after the last.
pub(super) struct Evaluation<'o> {
    record: Record<'o>,
    started: NaiveDateTime,
    /// Marks made before the first page is read; they are done with this.
    marks: Vec<i64>,
}

impl<'o> Evaluation<'o> {
    /// Begins, before anything is read.
    pub(super) async fn begin(office: &'o Office, as_of: NaiveDate) -> Result<Self, Refusal> {
        super::warnings::hold(office).await?;
        let today = as_of == office.clock.today();
        let started = office.clock.timestamp();
        let marks = if today { office.store.list_marks().await? } else { Vec::new() };
        Ok(Self { record: Record::new(office, as_of, false), started, marks })
    }

    /// Takes a page.
    pub(super) async fn take(&mut self, page: &[(Evidence, Assessment)]) -> Result<(), StoreError> {
        self.record.take(page).await
    }

    /// Ends; gives what was done, and whether somebody else has judged some of them meanwhile, from newer facts than the
    /// walk has seen.
    pub(super) async fn end(self) -> Result<(Evaluated, bool), Refusal> {
        let Record { office, as_of, .. } = self.record;
        let (mut done, left) = self.record.end().await?;
        let overtaken = !left.is_empty();
        again(office, as_of, left, &mut done).await?;
        office.store.clear_marks(&self.marks).await?;
        office.store.mark_changed_after(self.started, office.clock.timestamp()).await?;
        Ok((done, overtaken))
    }
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
pub async fn reassess(office: &Office, actor: &Actor) -> Result<Evaluated, Refusal> {
    let mut done = Evaluated::default();
    loop {
        let now = office.clock.timestamp();
        let marks = office.store.claim_marks(now, now + LEASE, MARKS).await?;
        if marks.is_empty() {
            if done.assessed > 0 {
                tracing::info!(by = %actor, assessed = done.assessed, changed = done.changed, "judged again");
            }
            return Ok(done);
        }
        super::warnings::hold(office).await?;
        let ids: Vec<i64> = marks.iter().map(|mark| mark.id).collect();
        let as_of = office.clock.today();
        let touched = touched::touched(&office.read, &office.calendar, as_of, &marks).await?;
        for chunk in touched.chunks(AT_ONCE) {
            let judging = Judging::of(&office.read, &office.calendar, as_of, chunk.to_vec()).await?;
            let (judged, left) = walk(judging, Record::new(office, as_of, true)).await?;
            done.add(judged);
            again(office, as_of, left, &mut done).await?;
            failpoint!("reassess.written");
            let until = office.clock.timestamp() + LEASE;
            office.store.renew_marks(&ids, until).await?;
        }
        office.store.clear_marks(&ids).await?;
    }
}

/// Judges those again that somebody else has judged since they were read.
async fn again(
    office: &Office,
    as_of: NaiveDate,
    mut left: Vec<IndicatorId>,
    done: &mut Evaluated,
) -> Result<(), Refusal> {
    for _ in 0..ROUNDS {
        if left.is_empty() {
            return Ok(());
        }
        let judging = Judging::of(&office.read, &office.calendar, as_of, left).await?;
        let (repeated, missed) = walk(judging, Record::new(office, as_of, true)).await?;
        done.changed += repeated.changed;
        left = missed;
    }
    office.store.mark_indicators(&left, office.clock.timestamp()).await?;
    Ok(())
}

/// Judges all that `judging` walks over; gives what was done, and those that somebody else has judged since they were read.
async fn walk(
    mut judging: Judging,
    mut record: Record<'_>,
) -> Result<(Evaluated, Vec<IndicatorId>), StoreError> {
    while let Some(page) = judging.next_page().await? {
        record.take(&page).await?;
    }
    record.end().await
}

/// Writes assessments down page by page: one page is written while the next is judged.
struct Record<'o> {
    office: &'o Office,
    as_of: NaiveDate,
    /// Whether all of them are written, even those that say the same, so that whoever judges from older facts finds out.
    touched: bool,
    done: Evaluated,
    /// Those that somebody else has judged since they were read.
    left: Vec<IndicatorId>,
    /// Judging keeps its thread busy, so that the writing of the page before has a task of its own.
    writing: Option<JoinHandle<Result<Vec<IndicatorId>, StoreError>>>,
}

impl<'o> Record<'o> {
    fn new(office: &'o Office, as_of: NaiveDate, touched: bool) -> Self {
        Self { office, as_of, touched, done: Evaluated::default(), left: Vec::new(), writing: None }
    }

    async fn take(&mut self, page: &[(Evidence, Assessment)]) -> Result<(), StoreError> {
        self.written().await?;
        let writes = self.writes(page);
        let store = self.office.store.clone();
        self.writing = Some(tokio::spawn(async move { store.write_assessments(writes).await }));
        Ok(())
    }

    async fn end(mut self) -> Result<(Evaluated, Vec<IndicatorId>), StoreError> {
        self.written().await?;
        Ok((self.done, self.left))
    }

    /// Waits for the page before.
    async fn written(&mut self) -> Result<(), StoreError> {
        let Some(writing) = self.writing.take() else { return Ok(()) };
        let lost = |_| Err(StoreError::Unavailable("the writing of a page was broken off".to_owned()));
        let missed = writing.await.unwrap_or_else(lost)?;
        self.done.changed = self.done.changed.saturating_sub(missed.len());
        self.left.extend(missed);
        Ok(())
    }

    /// Counts the assessments of a page, and gives what is to be written of them.
    fn writes(&mut self, page: &[(Evidence, Assessment)]) -> AssessmentWrites {
        let at = self.office.clock.timestamp();
        let mut writes = AssessmentWrites { changed: Vec::new(), confirmed: Vec::new(), at };
        for (evidence, assessment) in page {
            self.done.assessed += 1;
            *self.done.grades.entry(assessment.grade).or_default() += 1;
            let figures = evidence.figures(assessment);
            let seen = evidence.row.current.revision;
            if evidence.row.current.digest != Some(figures.digest()) {
                let row = AssessmentRow {
                    id: Id::of(self.office.clock.new_id()),
                    indicator_id: evidence.row.id,
                    as_of: self.as_of,
                    figures,
                    rules_version: AssessmentRow::RULES,
                    rule_pack_id: evidence.rule_pack_id,
                    recorded_at: at,
                };
                writes.changed.push(AssessmentWrite { row, seen });
            } else if self.touched {
                writes.confirmed.push((evidence.row.id, seen));
            }
        }
        self.done.changed += writes.changed.len();
        writes
    }
}
