//! When the next report of a measure is due.

use chrono::{Datelike, Days, NaiveDate};

use crate::kind::ReportedBy;
use crate::{Basis, Figure, Frequency, Grade, Measure, Observation, Period, WorkCalendar};

use super::assessment_input::{AssessmentInput, basis_beside, other};
use super::months::{first_of, index};
use super::requirement::Requirement;
use super::series::Wanted;
use super::{Assessment, Missing, Subject};

/// The end of the next period to be reported and the day it is usually released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// The release day in the month after it.
    pub on: NaiveDate,
}

/// The release that follows the period ending on `last_period_end` (for the first of a window: the day before it
/// starts). January alone is not expected of monthly measures: national statistics publish January–February as one, in
/// March. `None` when the measure has no release day. Grace is counted from `on` in working days by the caller.
fn next_release(measure: &Measure, last_period_end: NaiveDate) -> Option<Release> {
    let day = measure.release_day?;
    let next = first_after_period(measure.frequency, last_period_end)?;
    let on = next.with_day(day.min(u32::from(next.num_days_in_month())))?;
    Some(Release { period_end: next.pred_opt()?, on })
}

/// The first day after the period that follows `last_period_end`: the period's own grid (quarters end in March), not the
/// last report's.
fn first_after_period(frequency: Frequency, last_period_end: NaiveDate) -> Option<NaiveDate> {
    let months = match frequency {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    };
    let mut next = index(last_period_end.succ_opt()?) + 1;
    while next % months != 0 || (months == 1 && next % 12 == 1) {
        next += 1;
    }
    first_of(next)
}

/// When the report after the last one is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueReport {
    /// The day it is usually released.
    on: NaiveDate,
    /// Whether that day is the usual one of all measures, because nobody set this measure's.
    by_default: bool,
}

/// Days of patience with a release day whose working days cannot be counted.
const PATIENCE_DAYS: u64 = 20;
/// Days after the end of a window within which a person says how it ended: to 31 January for a year's.
const VERDICT_DAYS: u64 = 31;
/// The day of the month on which figures of the month, quarter or half-year before usually are out.
const USUAL_DAY: u32 = 20;

impl DueReport {
    /// The last day on which nobody minds that it is not there.
    pub(super) fn patience(&self) -> NaiveDate {
        if self.by_default { self.on } else { self.on + Days::new(PATIENCE_DAYS) }
    }
}

/// When the report after the one that ends on `last` is due; `None` once the window's last period is reported. Without a
/// release day it is day 20 of the month after a month, quarter or half-year, and 31 January after a year.
pub(super) fn next_due(measure: &Measure, last: Option<NaiveDate>, window: Period) -> Option<DueReport> {
    let last = last.or_else(|| window.start().pred_opt())?;
    if last >= window.end() {
        return None;
    }
    let next = first_after_period(measure.frequency, last)?;
    // What ends after the window is no report of it.
    if next.pred_opt().is_some_and(|end| end > window.end()) {
        return None;
    }
    let usual = if measure.frequency == Frequency::Yearly { 31 } else { USUAL_DAY };
    let day = measure.release_day.unwrap_or(usual);
    let on = next.with_day(day.min(u32::from(next.num_days_in_month())))?;
    Some(DueReport { on, by_default: measure.release_day.is_none() })
}

/// The last day up to which the judged figure of an indicator is reported: actual, regular values of its window, of the
/// figure its target is judged by and of the measure's basis; a level is no report where growth is wanted. `None` when
/// nothing was reported.
fn reported_until(subject: &Subject<'_>, own: &[Observation]) -> Option<NaiveDate> {
    let target = subject.target?;
    let (row, requirement) = (target.kind.row(), Requirement::read(target, subject.measure).ok());
    let latest = |figure| {
        let wanted = Wanted::of(subject, row, figure, NaiveDate::MAX);
        let beside = requirement.as_ref().and_then(|one| basis_beside(subject, row, figure, one));
        let beside = beside.map(|(basis, _)| Wanted::in_basis(subject, row, (figure, basis), NaiveDate::MAX));
        let is_one =
            |fact: &&Observation| wanted.takes(fact) || beside.is_some_and(|beside| beside.takes(fact));
        let facts = own.iter().filter(is_one);
        let mut any = false;
        let ends = facts.inspect(|_| any = true).map(|fact| fact.period.end());
        let last = ends.filter(|end| subject.window.contains(*end)).max();
        (any, last)
    };
    match latest(row.figure) {
        (false, _) if row.may_fall_back(&subject.measure.unit) => latest(other(row.figure)).1,
        // Where no place is published, one is computed from rates or values.
        (_, None) if row.figure == Figure::Rank => latest(Figure::Yoy).1.or_else(|| latest(Figure::Level).1),
        (_, last) => last,
    }
}

/// The reports of the judged figure that follow the last one in `own`, to the end of the window; none without a release day
/// or a target, and for what is not reported by periods.
fn next_reports(subject: &Subject<'_>, last: Option<NaiveDate>) -> impl Iterator<Item = Release> {
    let (measure, end) = (subject.measure, subject.window.end());
    let target = subject.target.filter(|target| target.kind.row().reported_by == ReportedBy::Period);
    let last = last.or_else(|| subject.window.start().pred_opt());
    let first = target.and(last).and_then(|last| next_release(measure, last));
    std::iter::successors(first, |release| next_release(measure, release.period_end))
        .take_while(move |release| release.period_end <= end)
}

/// The report of the judged figure that follows those in `own`; `None` without a release day or a target, for what is not
/// reported by periods, and once the window's last period is reported.
pub fn next_report(subject: &Subject<'_>, own: &[Observation]) -> Option<Release> {
    next_reports(subject, reported_until(subject, own)).next()
}

/// A report that should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedReport {
    /// Its period, as the measure's basis has it.
    pub period: Period,
    /// The release day.
    pub due_on: NaiveDate,
}

/// The latest report of the window that is overdue on `as_of`, `grace` working days after its release day. A cumulative report
/// covers those missed before it; of single periods all that are missing are asked for together. `None` when none is, or when
/// whether one is would need a calendar that has not been published.
pub fn missed_report(
    subject: &Subject<'_>,
    own: &[Observation],
    (as_of, grace): (NaiveDate, u32),
    calendar: &WorkCalendar,
) -> Option<MissedReport> {
    let last = reported_until(subject, own);
    let is_overdue = |release: &Release| last_day(release, grace, calendar).is_some_and(|day| as_of > day);
    let release = next_reports(subject, last).take_while(is_overdue).last()?;
    let start = match subject.measure.basis {
        Basis::Cumulative => subject.window.start(),
        Basis::Period => last.map_or(Some(subject.window.start()), |last| last.succ_opt())?,
        Basis::Point => release.period_end,
    };
    let period = Period::new(start, release.period_end).ok()?;
    Some(MissedReport { period, due_on: release.on })
}

/// The last day on which a report is not overdue.
fn last_day(release: &Release, grace: u32, calendar: &WorkCalendar) -> Option<NaiveDate> {
    calendar.add_working_days(release.on, grace).ok()
}

/// The last day on which the report after those in `own` is not overdue: its release day and `grace` working days.
/// `None` where no report follows, or when the day would need a calendar that has not been published.
pub fn overdue_after(
    subject: &Subject<'_>,
    own: &[Observation],
    grace: u32,
    calendar: &WorkCalendar,
) -> Option<NaiveDate> {
    last_day(&next_report(subject, own)?, grace, calendar)
}

impl AssessmentInput<'_> {
    /// Whether the judged figure is older than the last one that should be there. A release day with its grace says when a
    /// report is overdue; without one the usual day does, which only takes green away.
    pub(super) fn staleness(&self, out: &mut Assessment) {
        let window = self.subject.window;
        match self.row.reported_by {
            ReportedBy::Period => {}
            ReportedBy::Nodes => return,
            ReportedBy::Person => {
                // Being on the way is no end, whoever said it.
                let said = self.known.verdict.filter(|verdict| verdict.on <= self.as_of);
                let open = said.is_some_and(|said| !matches!(said.grade, Grade::Achieved | Grade::Missed));
                if open && self.as_of > window.end() + Days::new(VERDICT_DAYS) {
                    out.overdue_by_default = true;
                    out.missing.insert(Missing::LastVerdict);
                }
                return;
            }
        }
        let last = out.data_period.map(Period::end);
        if !self.is_stale(last) {
            return;
        }
        let by_day = self.known.overdue_after.is_some();
        (out.overdue, out.overdue_by_default) = (by_day, !by_day);
        out.unreported = self.unreported(last);
        if out.overdue || out.overdue_by_default {
            let over = self.as_of > window.end();
            out.missing.insert(if over { Missing::LastFigure } else { Missing::DueFigure });
        }
    }
}

impl AssessmentInput<'_> {
    /// Whether the report after the one that ends on `last` should be there by now.
    pub(super) fn is_stale(&self, last: Option<NaiveDate>) -> bool {
        let periods = self.row.reported_by == ReportedBy::Period;
        let due = next_due(self.measure(), last, self.subject.window).filter(|_| periods);
        due.is_some_and(|due| self.as_of > self.known.overdue_after.unwrap_or_else(|| due.patience()))
    }

    /// The days after `last` that reports should be there for.
    fn unreported(&self, last: Option<NaiveDate>) -> Option<Period> {
        let window = self.subject.window;
        let start = last.map_or(Some(window.start()), |last| last.succ_opt())?;
        let mut end = first_after_period(self.measure().frequency, start.pred_opt()?)?.pred_opt()?;
        while let Some(due) = next_due(self.measure(), Some(end), window).filter(|due| due.on < self.as_of) {
            let next = first_after_period(self.measure().frequency, end)?.pred_opt()?;
            if due.on <= end || next <= end {
                break;
            }
            end = next;
        }
        Period::new(start, end.min(window.end())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Better, Comparator, Curve, Kind, Status, Target};

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_release_follows_the_frequency_and_skips_january() {
        let measure = |frequency, day| {
            Measure::new("社零", "亿元", (Basis::Cumulative, Better::Higher, frequency), day, 1).unwrap()
        };
        for (frequency, day, last, want) in [
            (Frequency::Monthly, Some(18), "2025-07-31", Some(("2025-08-31", "2025-09-18"))),
            (Frequency::Monthly, Some(18), "2025-11-30", Some(("2025-12-31", "2026-01-18"))),
            (Frequency::Monthly, Some(18), "2025-12-31", Some(("2026-02-28", "2026-03-18"))),
            (Frequency::Monthly, Some(31), "2025-02-28", Some(("2025-03-31", "2025-04-30"))),
            (Frequency::Monthly, Some(18), "2025-08-25", Some(("2025-08-31", "2025-09-18"))),
            (Frequency::Quarterly, Some(20), "2025-03-31", Some(("2025-06-30", "2025-07-20"))),
            (Frequency::Quarterly, Some(20), "2024-12-31", Some(("2025-03-31", "2025-04-20"))),
            (Frequency::Quarterly, Some(20), "2025-05-31", Some(("2025-06-30", "2025-07-20"))),
            (Frequency::HalfYearly, Some(31), "2025-06-30", Some(("2025-12-31", "2026-01-31"))),
            (Frequency::Yearly, Some(15), "2024-12-31", Some(("2025-12-31", "2026-01-15"))),
            (Frequency::Monthly, None, "2025-07-31", None),
        ] {
            let release = next_release(&measure(frequency, day), d(last));
            let want = want.map(|(end, on)| Release { period_end: d(end), on: d(on) });
            assert_eq!(release, want, "{frequency} {last}");
        }
    }

    fn sales() -> Measure {
        let words = (Basis::Cumulative, Better::Higher, Frequency::Monthly);
        Measure::new("社零", "亿元", words, Some(18), 1).unwrap()
    }

    fn total() -> Target {
        Target {
            kind: Kind::Total,
            comparator: Some(Comparator::AtLeast),
            value: Some(rust_decimal::Decimal::ONE_HUNDRED),
            value_hi: None,
            unit: "亿元".to_owned(),
            hedge: None,
            phrase: "社零100亿元".to_owned(),
            benchmark: None,
        }
    }

    fn subject<'s>(measure: &'s Measure, target: &'s Target) -> Subject<'s> {
        Subject {
            measure,
            target: Some(target),
            curve: &Curve::LinearMonths,
            baseline: None,
            window: Period::new(d("2025-01-01"), d("2025-12-31")).unwrap(),
            region: "430000",
        }
    }

    fn fact(end: &str, status: Status) -> Observation {
        Observation {
            id: uuid::Uuid::nil(),
            period: Period::new(d(&format!("{}-01-01", &end[..4])), d(end)).unwrap(),
            basis: Basis::Cumulative,
            figure: Figure::Level,
            value: rust_decimal::Decimal::ONE,
            status,
            stage: None,
            published_on: d(end),
            of: None,
            partial: false,
            vintage: 1,
        }
    }

    #[test]
    fn a_running_total_covers_the_reports_missed_before_it_and_single_months_are_asked_for_together() {
        let (calendar, target) = (WorkCalendar::built_in(), total());
        let missed = |measure: &Measure, last: &str, day: &str| {
            let own = [Observation { basis: measure.basis, ..fact(last, Status::Final) }];
            missed_report(&subject(measure, &target), &own, (d(day), 3), &calendar)
                .map(|missed| (missed.period, missed.due_on))
        };
        let of = |from, to, due| Some((Period::new(d(from), d(to)).unwrap(), d(due)));
        let (running, single) = (sales(), Measure { basis: Basis::Period, ..sales() });
        for (measure, last, day, want) in [
            (&running, "2025-04-30", "2025-06-23", None),
            (&running, "2025-04-30", "2025-06-24", of("2025-01-01", "2025-05-31", "2025-06-18")),
            (&running, "2025-04-30", "2025-08-31", of("2025-01-01", "2025-07-31", "2025-08-18")),
            (&single, "2025-04-30", "2025-08-31", of("2025-05-01", "2025-07-31", "2025-08-18")),
            (&running, "2025-12-31", "2026-03-01", None),
        ] {
            assert_eq!(missed(measure, last, day), want, "{} {last} {day}", measure.basis);
        }
    }

    #[test]
    fn only_actual_values_of_the_window_count_as_reported() {
        let (measure, target) = (sales(), total());
        let subject = subject(&measure, &target);
        for (own, want) in [
            (vec![], "2025-02-28"),
            (vec![fact("2025-04-30", Status::Final), fact("2025-03-31", Status::Final)], "2025-05-31"),
            (vec![fact("2025-03-31", Status::Preliminary), fact("2025-09-30", Status::Plan)], "2025-04-30"),
            (vec![fact("2024-07-31", Status::Final)], "2025-02-28"),
            (vec![fact("2025-03-31", Status::Final), fact("2026-02-28", Status::Final)], "2025-04-30"),
        ] {
            let next = next_report(&subject, &own).unwrap();
            assert_eq!(next.period_end, d(want), "{own:?}");
        }
        // Growth is not reported by a level; after December nothing of this window is to come.
        let rate = Target { kind: Kind::Growth, unit: "%".to_owned(), ..target.clone() };
        let growth = Subject { target: Some(&rate), ..subject };
        let may = Observation { figure: Figure::Yoy, ..fact("2025-05-31", Status::Final) };
        let own = [may, fact("2025-06-30", Status::Final)];
        assert_eq!(next_report(&growth, &own).unwrap().period_end, d("2025-06-30"));
        assert_eq!(next_report(&subject, &own).unwrap().period_end, d("2025-07-31"));
        assert_eq!(next_report(&subject, &[fact("2025-12-31", Status::Final)]), None);
        assert_eq!(next_report(&Subject { target: None, ..subject }, &[]), None);
    }
}
