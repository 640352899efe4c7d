//! The charts' numbers: read again for the few lines that are drawn, so that a run holds the facts of none.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::facts::line;
use super::{Office, Refusal};
use crate::domain::pace::TrajectoryPoint;
use crate::evidence::Comparisons;
use crate::evidence::Evidence;
use crate::evidence::gather::evidence_of;
use crate::letter::{Trend, TrendPoint};
use crate::store::types::IndicatorId;

/// The courses of these indicators through their windows, as known at `as_of`; those that cannot be drawn are left out.
pub(super) async fn of(
    office: &Office,
    as_of: NaiveDate,
    indicators: &[IndicatorId],
) -> Result<HashMap<IndicatorId, Trend>, Refusal> {
    if indicators.is_empty() {
        return Ok(HashMap::new());
    }
    let evidence =
        evidence_of(&office.read, &office.calendar, indicators, as_of, Comparisons::ForGrade).await?;
    Ok(evidence.iter().filter_map(|one| Some((one.row.id, trend(one, as_of)?))).collect())
}

/// The course of one indicator, as known at `as_of`; `None` where it cannot be drawn.
pub(in crate::office) fn trend(evidence: &Evidence, as_of: NaiveDate) -> Option<Trend> {
    let drawn = evidence.grounds.trajectory_points(as_of)?;
    // In the unit and places of the letter's own numbers.
    let line = line(evidence, &evidence.grounds.judge(as_of), as_of, 0);
    let actual = line.actual.clone()?;
    let point = |TrajectoryPoint { end, actual, pace, last_year, likely }| TrendPoint {
        end,
        actual,
        pace,
        last_year,
        low: likely.map(|(low, _)| low),
        high: likely.map(|(_, high)| high),
    };
    let drawn = Trend {
        unit: actual.unit,
        places: actual.places,
        target: drawn.target,
        points: drawn.points.into_iter().map(point).collect(),
    };
    Some(drawn.told(&line))
}
