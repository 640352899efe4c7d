//! Comparisons: with other series, with siblings, with earlier periods.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::{Basis, Doubt, Figure, Frequency, Observation, Period};

use super::assessment_input::AssessmentInput;
use super::months::index;
use super::ratio::sub;
use super::trajectory::Trajectory;
use super::working::Working;
use super::{Assessment, BenchmarkGap, Missing, NamedSeries, Ratio};

impl AssessmentInput<'_> {
    /// Whether values of different regions may be set against each other: rates, shares and averages may, amounts and
    /// stocks may not (a county's is never its city's).
    pub(super) fn is_comparable(&self) -> bool {
        self.figure == Figure::Yoy || !self.unit_adds_up
    }

    /// Differences from the parent region and the named series at the same period, where they compare.
    pub(super) fn benchmarks<W: Working>(
        &self,
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        // A mean of years is not compared with the others' latest year.
        let one_by_one = self.is_comparable() && !self.averages_rates() || self.row.is_comparison();
        if !one_by_one || self.figure == Figure::Rank {
            return Ok(());
        }
        // As reported, like the others: a month with a month, a year to date with a year to date.
        let own = at.value;
        let mut one = |other: &NamedSeries<'_>, reason: Missing| -> Result<(), Missing> {
            let Some(value) = self.value_of(other.observations, at.period) else {
                out.missing.insert(reason);
                return Ok(());
            };
            let gap = if self.requirement.ceiling { sub(value, own)? } else { sub(own, value)? };
            let formula = if self.requirement.ceiling {
                "比较 = 对比值 − 本地区（越低越好）"
            } else {
                "比较 = 本地区 − 对比值"
            };
            work.step(formula, |inputs| {
                inputs.with("本地区", own).with(other.name, value);
                gap.to_string()
            });
            out.benchmarks.push(BenchmarkGap { name: other.name.to_owned(), value, gap });
            Ok(())
        };
        if let Some(parent) = &self.known.parent {
            one(parent, Missing::Parent)?;
        }
        for named in self.known.named {
            one(named, Missing::Named)?;
        }
        Ok(())
    }

    /// Differences since the period before, the same period of last year and the end of last year.
    pub(super) fn changes(&self, at: &Observation, before: Option<usize>, out: &mut Assessment) {
        let since = |other: Option<&Observation>| other.and_then(|other| sub(at.value, other.value).ok());
        let Some(first) = self.series.get(0) else { return };
        let before = before.and_then(|before| self.series.get(before));
        out.change.previous = since(before);
        let falls = before
            .is_some_and(|before| before.period.start() == at.period.start() && at.value < before.value);
        if falls && self.accumulates() && self.basis == Basis::Cumulative {
            out.doubts.insert(Doubt::RunningTotalFalls);
        }
        let year = at.period.end().year();
        if first.period.end().year() >= year {
            return;
        }
        let same = at.period.last_year().and_then(|period| self.series.at(period, self.basis));
        out.change.last_year = since(same);
        if self.accumulates() {
            // A running total begins again with the year: less than December's says nothing.
            return;
        }
        let year_end = NaiveDate::from_ymd_opt(year - 1, 12, 31).and_then(|day| self.series.ending(day));
        out.change.year_end = since(year_end.and_then(|index| self.series.get(index)));
    }

    /// The index of the value of the period before the one at `at`, when that is known. January–February published
    /// as one follows December.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let now = self.series.get(at)?.period;
        let ends = |index: usize| self.series.get(index).map(|one| one.period.end());
        let mut before = at.checked_sub(1)?;
        while ends(before)? == now.end() {
            before = before.checked_sub(1)?;
        }
        let end = ends(before)?;
        if index(now.end()) - index(end) > self.step(now) {
            return None;
        }
        // Of several that end on that day the longest, which stands first.
        while before > 0 && ends(before - 1) == Some(end) {
            before -= 1;
        }
        Some(before)
    }

    /// Months from the end of the period before to `end`, at most; January–February may be one.
    pub(super) fn step_to(&self, end: NaiveDate) -> i64 {
        match self.measure().frequency {
            Frequency::Monthly if end.month() == 2 => 2,
            Frequency::Monthly => 1,
            Frequency::Quarterly => 3,
            Frequency::HalfYearly => 6,
            Frequency::Yearly => 12,
        }
    }

    /// Months from one period's end to the next one's.
    fn step(&self, period: Period) -> i64 {
        match self.measure().frequency {
            Frequency::Monthly if !period.is_january_february() => 1,
            _ => self.step_to(period.end()),
        }
    }

    /// Periods of the window in a row, ending with the latest one, on or above the line, or below it. Of the latest it may be
    /// known already whether it is `good`; `before` is the index of the period before it.
    pub(super) fn streak(
        &self,
        (at, good): (&Observation, Option<bool>),
        before: Option<usize>,
        line: Option<&Trajectory>,
    ) -> i32 {
        let fixed = line.filter(|_| self.line_is_fixed());
        let Some(good) = good.or_else(|| self.is_good(at, fixed)) else { return 0 };
        let (mut length, mut before) = (1, before);
        while let Some((index, at)) = before.and_then(|index| Some((index, self.series.get(index)?))) {
            let within = at.period.end() >= self.subject.window.start();
            if !within || self.is_good(at, fixed) != Some(good) {
                break;
            }
            length += 1;
            before = self.before(index);
        }
        if good { length } else { -length }
    }

    /// Whether a value is on or above its line; `None` when that cannot be said.
    fn is_good(&self, at: &Observation, line: Option<&Trajectory>) -> Option<bool> {
        if self.row.way == WayFrom::Sign {
            return self.trend(at).map(|(surplus, _)| surplus >= Decimal::ZERO).ok();
        }
        let actual = self.actual(at).ok()?;
        let line = match line {
            Some(line) => *line,
            None => self.line(at, actual).ok()?,
        };
        let day = at.period.end();
        let due = if line.moves() {
            self.required_progress(day, self.calendar.by(day)).ok()?.fraction
        } else {
            Ratio::whole(Decimal::ONE)
        };
        due.apply(|due| line.is_on(actual, due)).ok()
    }
}
