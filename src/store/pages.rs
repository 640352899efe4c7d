//! Pages of indicators with their facts, read ahead: while one page is judged and the one before it is written, the
//! database works on the next.

use chrono::NaiveDate;
use tokio::sync::mpsc;

use super::rows::{EvaluationRow, FactRow, PastVerdictRow};
use super::types::Id;
use super::{Store, StoreError};
use crate::db;
use xushi_domain::Observation;

/// Indicators read at once; with twelve facts each this keeps some megabytes.
const PAGE: i64 = 4_000;

/// Pages that wait to be judged, beside the one being read and the one being judged.
const WAITING: usize = 1;

/// Indicators in order of series, with all that the database knows of each of them alone.
pub(super) struct Page {
    /// Indicator, measure and region.
    pub(super) rows: Vec<(EvaluationRow, Id, Id)>,
    /// Facts in order of series and period, all vintages published by the date asked for.
    pub(super) facts: Vec<(i64, Observation)>,
    /// Verdicts recorded up to that date, in order of indicator and time.
    pub(super) past: Vec<PastVerdictRow>,
}

/// The pages of one walk; reading stops when this is dropped.
pub(super) struct Pages(mpsc::Receiver<Result<Option<Page>, StoreError>>);

impl Pages {
    /// Begins to read all indicators, or those of some campaigns.
    pub(super) fn start(store: Store, as_of: NaiveDate, campaigns: Option<Vec<Id>>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let mut reader = Reader { store, as_of, campaigns, after: None, done: false };
        tokio::spawn(async move {
            loop {
                let page = reader.read().await;
                let last = !matches!(page, Ok(Some(_)));
                // Nobody listens any more: the walk was given up.
                if sender.send(page).await.is_err() || last {
                    break;
                }
            }
        });
        Self(receiver)
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, StoreError> {
        // The end is said, not guessed from silence: a reader that died has not read everything.
        let silent = || Err(StoreError::Unavailable("reading ended before the last page".to_owned()));
        self.0.recv().await.unwrap_or_else(silent)
    }
}

struct Reader {
    store: Store,
    as_of: NaiveDate,
    campaigns: Option<Vec<Id>>,
    after: Option<(i64, Id)>,
    done: bool,
}

impl Reader {
    async fn read(&mut self) -> Result<Option<Page>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let rows =
            db!(self.store, evaluation::list_evaluation_rows(self.campaigns.as_deref(), self.after, PAGE))?;
        self.done = (rows.len() as i64) < PAGE;
        let (Some((first, ..)), Some((last, ..))) = (rows.first(), rows.last()) else { return Ok(None) };
        self.after = Some((last.series_id, last.id));
        let facts =
            db!(self.store, evaluation::list_facts_between(first.series_id, last.series_id, self.as_of))?;
        let fact = |row: FactRow| Ok((row.series_id, Observation::try_from(row)?));
        let facts = facts.into_iter().map(fact).collect::<Result<_, StoreError>>()?;
        let past = self.past(&rows).await?;
        Ok(Some(Page { rows, facts, past }))
    }

    /// Earlier verdicts; an indicator that has never had one is not asked about.
    async fn past(&self, rows: &[(EvaluationRow, Id, Id)]) -> Result<Vec<PastVerdictRow>, StoreError> {
        let graded = rows.iter().filter(|(row, ..)| row.verdict.graded_as_of.is_some());
        let graded: Vec<Id> = graded.map(|(row, ..)| row.id).collect();
        let mut past = Vec::new();
        for chunk in graded.chunks(1_000) {
            past.append(&mut db!(self.store, evaluation::list_past_verdicts(chunk, self.as_of))?);
        }
        Ok(past)
    }
}
