//! Missed reports: the latest release that has passed, with its grace, without a value.

use chrono::NaiveDate;

use crate::domain::pace::{next_release, reported_until};
use crate::domain::{Basis, Period, WorkCalendar};
use crate::store::judging::Evidence;

/// A report that should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missed {
    /// Its period, as the measure's basis has it.
    pub(super) period: Period,
    /// The release day.
    pub(super) due_on: NaiveDate,
}

/// The latest report of the window that is overdue on `as_of`. A cumulative report covers those missed before it; of single
/// periods all that are missing are asked for together.
/// `None` when none is, or when whether one is would need an unpublished calendar.
pub(super) fn missed(evidence: &Evidence, as_of: NaiveDate, calendar: &WorkCalendar) -> Option<Missed> {
    let (measure, window) = (&evidence.measure, evidence.window);
    let reported = reported_until(&evidence.subject(), &evidence.own);
    let mut last = reported.or_else(|| window.start().pred_opt())?;
    let first = last.succ_opt()?;
    let mut found = None;
    while let Some(release) = next_release(measure, last) {
        let patience = calendar.add_working_days(release.on, evidence.pack.grace_working_days).ok();
        if release.period_end > window.end() || patience.is_none_or(|day| as_of <= day) {
            break;
        }
        let start = match measure.basis {
            Basis::Cumulative => window.start(),
            Basis::Period => first,
            Basis::Point => release.period_end,
        };
        found =
            Period::new(start, release.period_end).ok().map(|period| Missed { period, due_on: release.on });
        last = release.period_end;
    }
    found
}
