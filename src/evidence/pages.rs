//! Pages of indicators with their facts, read ahead: while one page is judged and the one before it is written, the
//! database works on the next.

use chrono::NaiveDate;
use tokio::sync::mpsc;

use xushi_domain::Observation;
use xushi_store::rows::{EvaluationRow, FactRow, PastVerdictRow};
use xushi_store::types::{CampaignId, IndicatorId, MeasureId, RegionId};
use xushi_store::{Reader, StoreError};

/// Indicators read at once; with twelve facts each this keeps some megabytes.
const PAGE: i64 = 4_000;

/// Indicators read at once where only some are wanted: what judges beside the answering of requests keeps little, and
/// holds its thread for some milliseconds at a time.
const FEW: usize = 500;

/// Pages that wait to be judged, beside the one being read and the one being judged.
const WAITING: usize = 1;

/// Indicators in order of series, with all that the database knows of each of them alone.
pub(crate) struct Page {
    /// Indicator, measure and region.
    pub(crate) rows: Vec<(EvaluationRow, MeasureId, RegionId)>,
    /// Facts in order of series and period, all vintages published by the date asked for.
    pub(crate) facts: Vec<(i64, Observation)>,
    /// Verdicts recorded up to that date, in order of indicator and time.
    pub(crate) past: Vec<PastVerdictRow>,
}

/// Which indicators are walked over.
pub(crate) enum Which {
    /// All of them.
    All,
    /// Those of some campaigns.
    Campaigns(Vec<CampaignId>),
    /// These, in the order of their series.
    These(Vec<IndicatorId>),
}

/// The pages of one walk; reading stops when this is dropped.
pub(crate) struct Pages(mpsc::Receiver<Result<Option<Page>, StoreError>>);

impl Pages {
    /// Begins to read.
    pub(crate) fn start(reader: Reader, as_of: NaiveDate, which: Which) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let mut ahead = Ahead { reader, as_of, which, after: None, taken: 0, done: false };
        tokio::spawn(async move {
            loop {
                let page = ahead.read().await;
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
    pub(crate) async fn next(&mut self) -> Result<Option<Page>, StoreError> {
        // The end is said, not guessed from silence: a reader that died has not read everything.
        let silent = || Err(StoreError::Unavailable("reading ended before the last page".to_owned()));
        self.0.recv().await.unwrap_or_else(silent)
    }
}

struct Ahead {
    reader: Reader,
    as_of: NaiveDate,
    which: Which,
    after: Option<(i64, IndicatorId)>,
    /// How many of `These` have been read.
    taken: usize,
    done: bool,
}

impl Ahead {
    async fn read(&mut self) -> Result<Option<Page>, StoreError> {
        let campaigns = match &self.which {
            _ if self.done => return Ok(None),
            Which::These(_) => return self.read_these().await,
            Which::Campaigns(campaigns) => Some(campaigns.as_slice()),
            Which::All => None,
        };
        let rows = self.reader.list_evaluation_rows(campaigns, self.as_of, self.after, PAGE).await?;
        self.done = (rows.len() as i64) < PAGE;
        let (Some((first, ..)), Some((last, ..))) = (rows.first(), rows.last()) else { return Ok(None) };
        self.after = Some((last.series_id, last.id));
        let facts = self.reader.list_facts_between(first.series_id, last.series_id, self.as_of).await?;
        let past = self.past(&rows).await?;
        Ok(Some(Page { rows, facts: self::facts(facts)?, past }))
    }

    /// The next of some indicators, which need not lie together.
    async fn read_these(&mut self) -> Result<Option<Page>, StoreError> {
        let Which::These(ids) = &self.which else { return Ok(None) };
        let Some(chunk) = ids.get(self.taken..).map(|left| &left[..left.len().min(FEW)]) else {
            return Ok(None);
        };
        if chunk.is_empty() {
            return Ok(None);
        }
        let mut rows = self.reader.list_evaluation_rows_of(chunk).await?;
        rows.sort_unstable_by_key(|(row, ..)| (row.series_id, row.id));
        let mut series: Vec<i64> = rows.iter().map(|(row, ..)| row.series_id).collect();
        series.dedup();
        let facts = facts(self.reader.list_facts(&series, self.as_of).await?)?;
        let past = self.past(&rows).await?;
        self.taken += FEW;
        Ok(Some(Page { rows, facts, past }))
    }

    /// Earlier verdicts; an indicator that has never had one is not asked about.
    async fn past(
        &self,
        rows: &[(EvaluationRow, MeasureId, RegionId)],
    ) -> Result<Vec<PastVerdictRow>, StoreError> {
        let graded = rows.iter().filter(|(row, ..)| row.current.assessment_id.is_some());
        let graded: Vec<IndicatorId> = graded.map(|(row, ..)| row.id).collect();
        let mut past = Vec::new();
        for chunk in graded.chunks(1_000) {
            past.append(&mut self.reader.list_past_verdicts(chunk, self.as_of).await?);
        }
        Ok(past)
    }
}

fn facts(rows: Vec<FactRow>) -> Result<Vec<(i64, Observation)>, StoreError> {
    rows.into_iter().map(|row| Ok((row.series_id, Observation::try_from(row)?))).collect()
}
