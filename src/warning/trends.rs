//! The charts' numbers: read again for the few lines that are drawn, so that a run holds the facts of none.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{Desk, WarningError};
use crate::domain::pace::CoursePoint;
use crate::letter::{LetterLine, Trend, TrendPoint};
use crate::store::comparisons::Extent;
use crate::store::judging::{self, Evidence};
use crate::store::types::Id;

/// Gives lines (each with its indicator) their course through the window, as known at `as_of`: those of many letters in
/// one call, of each letter the first [`PICTURES_MAX`](crate::letter::PICTURES_MAX), since no more are drawn.
pub(super) async fn add(
    desk: &Desk,
    as_of: NaiveDate,
    lines: &mut [(Id, &mut LetterLine)],
) -> Result<(), WarningError> {
    let ids: Vec<Id> = lines.iter().map(|(id, _)| *id).collect();
    let evidence = judging::evidence_of(&desk.store, &desk.calendar, &ids, as_of, Extent::Grade).await?;
    let evidence: HashMap<Id, Evidence> = evidence.into_iter().map(|one| (one.row.id, one)).collect();
    for (id, line) in lines {
        let course = evidence.get(id).and_then(|one| one.course(as_of));
        let (Some(course), Some(actual)) = (course, &line.actual) else { continue };
        let point = |CoursePoint { end, actual, pace, last_year }| TrendPoint {
            end,
            actual,
            pace,
            last_year,
            low: None,
            high: None,
        };
        line.trend = Some(Trend {
            unit: actual.unit.clone(),
            places: actual.places,
            target: course.target,
            points: course.points.into_iter().map(point).collect(),
        });
    }
    Ok(())
}
