//! When the next report of a measure is due.

use chrono::{Datelike, Months, NaiveDate};

use crate::{Frequency, Measure, Observation, Period, WorkCalendar};

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
pub fn next_release(measure: &Measure, last_period_end: NaiveDate) -> Option<Release> {
    let day = measure.release_day?;
    let months = match measure.frequency {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    };
    let after = last_period_end.succ_opt()?;
    // The first day after the next period: the period's own grid (quarters end in March), not the last report's.
    let mut next = first_of_month(after)?.checked_add_months(Months::new(1))?;
    while next.month0() % months != 0 || (months == 1 && next.month() == 2) {
        next = next.checked_add_months(Months::new(1))?;
    }
    let on = next.with_day(day.min(u32::from(next.num_days_in_month())))?;
    Some(Release { period_end: next.pred_opt()?, on })
}

/// The report that follows those in `own`; `None` without a release day.
pub fn next_report(measure: &Measure, own: &[Observation], window: Period) -> Option<Release> {
    measure.release_day?;
    let reported = own.iter().filter(|fact| fact.status.is_actual() && window.contains(fact.period.end()));
    let last = reported.map(|fact| fact.period.end()).max().or_else(|| window.start().pred_opt())?;
    next_release(measure, last)
}

/// The last day on which the report after those in `own` is not overdue: its release day and `grace` working days.
/// `None` without a release day, or when the day would need a calendar that has not been published.
pub fn overdue_after(
    measure: &Measure,
    own: &[Observation],
    window: Period,
    grace: u32,
    calendar: &WorkCalendar,
) -> Option<NaiveDate> {
    calendar.add_working_days(next_report(measure, own, window)?.on, grace).ok()
}

fn first_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Basis, Better, Figure, Status};

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

    #[test]
    fn only_actual_values_of_the_window_count_as_reported() {
        let measure = Measure::new(
            "社零",
            "亿元",
            (Basis::Cumulative, Better::Higher, Frequency::Monthly),
            Some(18),
            1,
        );
        let measure = measure.unwrap();
        let window = Period::new(d("2025-01-01"), d("2025-12-31")).unwrap();
        let fact = |end: &str, status| Observation {
            id: uuid::Uuid::nil(),
            period: Period::new(d(&format!("{}-01-01", &end[..4])), d(end)).unwrap(),
            basis: Basis::Cumulative,
            figure: Figure::Level,
            value: rust_decimal::Decimal::ONE,
            status,
            published_on: d(end),
            of: None,
            partial: false,
            vintage: 1,
        };
        for (own, want) in [
            (vec![], "2025-02-28"),
            (vec![fact("2025-04-30", Status::Final), fact("2025-03-31", Status::Final)], "2025-05-31"),
            (vec![fact("2025-03-31", Status::Preliminary), fact("2025-09-30", Status::Plan)], "2025-04-30"),
            (vec![fact("2024-07-31", Status::Final)], "2025-02-28"),
            (vec![fact("2025-03-31", Status::Final), fact("2026-02-28", Status::Final)], "2025-04-30"),
        ] {
            let next = next_report(&measure, &own, window).unwrap();
            assert_eq!(next.period_end, d(want), "{own:?}");
        }
    }
}
