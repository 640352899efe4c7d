//! The charts' numbers: read again for the few lines that are drawn, so that a run holds the facts of none.

use chrono::NaiveDate;

use super::facts::Printing;
use super::plan::Finding;
use super::{Desk, WarningError};
use crate::db;
use crate::domain::pace::CoursePoint;
use crate::domain::{Kind, Observation};
use crate::letter::{LetterLine, PICTURES_MAX, Trend, TrendPoint};
use crate::store::StoreError;

/// Gives the first lines their course through the window, as known at `as_of`.
pub(super) async fn add(
    desk: &Desk,
    as_of: NaiveDate,
    findings: &[Finding],
    lines: &mut [LetterLine],
) -> Result<(), WarningError> {
    for (finding, line) in findings.iter().zip(lines).take(PICTURES_MAX) {
        let series = finding.evidence.row.series_id;
        let facts = db!(desk.store, evaluation::list_facts_between(series, series, as_of))?;
        let facts: Vec<Observation> =
            facts.into_iter().map(Observation::try_from).collect::<Result<_, StoreError>>()?;
        line.trend = trend(finding, &facts, as_of);
    }
    Ok(())
}

fn trend(finding: &Finding, facts: &[Observation], as_of: NaiveDate) -> Option<Trend> {
    let Finding { evidence, assessment, .. } = finding;
    let course = evidence.course(facts, as_of)?;
    let kind = evidence.target.as_ref().map_or(Kind::Qualitative, |target| target.kind);
    let print = Printing::of(kind, &evidence.measure, assessment.actual);
    let point = |CoursePoint { end, actual, pace, last_year }| TrendPoint {
        end,
        actual,
        pace,
        last_year,
        low: None,
        high: None,
    };
    Some(Trend {
        unit: print.unit.to_owned(),
        places: print.places,
        target: course.target,
        points: course.points.into_iter().map(point).collect(),
    })
}
