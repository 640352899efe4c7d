//! What forecasts said, held against what came: how much weight the next one deserves, told from an office's own years.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::prelude::ToPrimitive as _;

use super::{Office, Refusal};
use crate::domain::backtest::{PastForecast, TrackRecord, track_record};
use crate::domain::{Grade, Invalid};
use crate::store::rows::{EndedIndicatorRow, StatementRow};
use crate::store::types::{CampaignId, IndicatorId};

/// Indicators whose statements are read at a time.
const PAGE: i64 = 500;
/// Statements at most: a year of ten thousand indicators makes half of them.
const STATEMENTS_MAX: usize = 200_000;

/// Which forecasts are held against what came.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Indicators of these campaigns; `None` for all.
    pub campaigns: Option<Arc<[CampaignId]>>,
    /// Windows that ended on this day or later.
    pub from: Option<NaiveDate>,
    /// Windows that ended on this day or earlier.
    pub to: Option<NaiveDate>,
}

/// What the forecasts of closed windows were worth.
#[derive(Debug, Clone)]
pub struct ForecastRecord {
    /// Indicators that anything was stated of.
    pub indicators: usize,
    /// All statements together.
    pub all: TrackRecord,
    /// The same by the month after whose figures they were made, 1 to 12.
    pub months: BTreeMap<u32, TrackRecord>,
}

/// Holds what was stated within windows that are over against how these ended. Of each month's figures the last statement counts
/// that was made before the window ended; what was only worked out afterwards was no forecast.
///
/// # Errors
/// `Invalid` when there is more than can be answered at once; when the database fails.
pub async fn forecast_record(office: &Office, filter: &RecordFilter) -> Result<ForecastRecord, Refusal> {
    let today = office.clock.today();
    let (mut after, mut indicators) = (None, 0);
    let mut statements: Vec<(u32, PastForecast)> = Vec::new();
    loop {
        let ended =
            office.read.list_ended_indicators(filter.campaigns.as_deref(), today, after, PAGE).await?;
        let Some(last) = ended.last() else { break };
        after = Some(last.id);
        let ended: BTreeMap<IndicatorId, EndedIndicatorRow> = ended
            .into_iter()
            .filter(|row| filter.from.is_none_or(|from| row.window_end >= from))
            .filter(|row| filter.to.is_none_or(|to| row.window_end <= to))
            .map(|row| (row.id, row))
            .collect();
        let ids: Vec<IndicatorId> = ended.keys().copied().collect();
        let rows = office.read.list_statements(&ids).await?;
        for own in rows.chunk_by(|one, other| one.indicator_id == other.indicator_id) {
            let Some(end) = own.first().and_then(|first| ended.get(&first.indicator_id)) else { continue };
            let before = statements.len();
            statements.extend(last_of_each_month(own, end));
            indicators += usize::from(statements.len() > before);
        }
        if statements.len() > STATEMENTS_MAX {
            let detail = "预测记录过多，请用campaign、from、to缩小范围。";
            return Err(Invalid::new("campaign", "too_many", detail).into());
        }
    }
    let mut months: BTreeMap<u32, Vec<PastForecast>> = BTreeMap::new();
    for (month, statement) in &statements {
        months.entry(*month).or_default().push(*statement);
    }
    let all: Vec<PastForecast> = statements.into_iter().map(|(_, statement)| statement).collect();
    Ok(ForecastRecord {
        indicators,
        all: track_record(&all),
        months: months.into_iter().map(|(month, said)| (month, track_record(&said))).collect(),
    })
}

/// The statements that count, of the rows of one indicator in the order of their figures and of writing.
fn last_of_each_month(own: &[StatementRow], end: &EndedIndicatorRow) -> Vec<(u32, PastForecast)> {
    let within = |row: &&StatementRow| row.as_of <= end.window_end && row.data_end.is_some();
    let made: Vec<&StatementRow> = own.iter().filter(within).collect();
    made.chunk_by(|one, other| one.data_end == other.data_end)
        .filter_map(|months| months.last())
        .filter_map(|row| {
            let interval = row.forecast_low.zip(row.forecast_high);
            let came = end.actual.filter(|_| end.actual_unit == row.actual_unit);
            let held = interval.zip(came).map(|((low, high), came)| (low.0..=high.0).contains(&came.0));
            let p_miss = row.p_miss.and_then(|p_miss| p_miss.0.to_f64())?;
            let missed = end.grade.0 == Grade::Missed;
            Some((row.data_end?.month(), PastForecast { p_miss, missed, held }))
        })
        .collect()
}
