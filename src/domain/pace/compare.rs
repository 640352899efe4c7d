//! Comparisons: with other series, with siblings, with earlier periods.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::{Frequency, Kind, Observation, Period};

use super::case::Case;
use super::line::Line;
use super::months::index;
use super::ratio::{mul, sub};
use super::working::Working;
use super::{Assessment, BenchmarkGap, Missing, NamedSeries, Rank, Ratio};

impl Case<'_> {
    /// Differences from the parent region and the named series at the same period.
    pub(super) fn benchmarks<W: Working>(
        &self,
        at: &Observation,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        // As reported, like the others: a month with a month, a year to date with a year to date.
        let own = at.value;
        let mut one = |other: &NamedSeries<'_>, reason: Missing| -> Result<(), Missing> {
            let Some(value) = self.value_of(other.observations, at.period) else {
                out.missing.insert(reason);
                return Ok(());
            };
            let gap = if self.promise.ceiling { sub(value, own)? } else { sub(own, value)? };
            let formula = if self.promise.ceiling {
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

    /// The place among sibling regions, when enough of them have reported the same period.
    pub(super) fn rank<W: Working>(&self, at: &Observation, out: &mut Assessment, work: &mut W) {
        if self.known.siblings_of <= 1 {
            return;
        }
        let (mut better, mut reported) = (0, 1);
        for sibling in self.known.siblings.iter().filter(|sibling| sibling.region != self.subject.region) {
            let Some(value) = self.value_of(sibling.observations, at.period) else { continue };
            reported += 1;
            better += usize::from(if self.promise.ceiling { value < at.value } else { value > at.value });
        }
        let all = Decimal::from(self.known.siblings_of.max(reported));
        let covered = mul(self.pack.coverage_min, all).is_ok_and(|needed| Decimal::from(reported) >= needed);
        if reported < 2 || !covered {
            out.missing.insert(Missing::Siblings);
            return;
        }
        let rank = Rank { position: better + 1, of: reported };
        out.rank = Some(rank);
        work.step("位次 = 优于本地区的同级行政区个数 + 1", |inputs| {
            inputs.with("已报送", reported).with("同级行政区", self.known.siblings_of);
            inputs.with("最低覆盖率", self.pack.coverage_min);
            format!("第{}位（共{}个）", rank.position, rank.of)
        });
    }

    /// Differences since the period before, the same period of last year and the end of last year.
    pub(super) fn changes(&self, index: usize, out: &mut Assessment) {
        let Some(at) = self.series.get(index) else { return };
        let since = |other: Option<&Observation>| other.and_then(|other| sub(at.value, other.value).ok());
        let Some(first) = self.series.get(0) else { return };
        out.change.previous = since(self.before(index).and_then(|before| self.series.get(before)));
        let year = at.period.end().year();
        if first.period.end().year() >= year {
            return;
        }
        let same = at.period.last_year().and_then(|period| self.series.at(period, self.measure().basis));
        out.change.last_year = since(same);
        let year_end = NaiveDate::from_ymd_opt(year - 1, 12, 31).and_then(|day| self.series.ending(day));
        out.change.year_end = since(year_end.and_then(|index| self.series.get(index)));
    }

    /// The index of the value of the period before the one at `at`, when that is known. January–February published
    /// as one follows December.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let now = self.series.get(at)?.period;
        let ends_before = |index: &usize| self.series.get(*index).is_some_and(|o| o.period.end() < now.end());
        let before = (0..at).rev().find(ends_before)?;
        let end = self.series.get(before)?.period.end();
        if index(now.end()) - index(end) > self.step(now) {
            return None;
        }
        let same_end = |index: &usize| self.series.get(*index).is_some_and(|o| o.period.end() == end);
        Some((0..before).rev().take_while(same_end).last().unwrap_or(before))
    }

    /// Months from one period's end to the next one's.
    fn step(&self, period: Period) -> i64 {
        match self.measure().frequency {
            Frequency::Monthly if period.is_january_february() => 2,
            Frequency::Monthly => 1,
            Frequency::Quarterly => 3,
            Frequency::HalfYearly => 6,
            Frequency::Yearly => 12,
        }
    }

    /// Periods of the window in a row, ending with the one at `index`, on or above the line, or below it.
    pub(super) fn streak(&self, index: usize, line: Option<&Line>) -> i32 {
        let fixed = line.filter(|_| self.line_is_fixed());
        let (mut streak, mut index) = (0, Some(index));
        while let Some(at) = index.and_then(|index| self.series.get(index)) {
            let within = at.period.end() >= self.subject.window.start();
            let Some(good) = within.then(|| self.is_good(at, fixed)).flatten() else { break };
            if (streak > 0 && !good) || (streak < 0 && good) {
                break;
            }
            streak += if good { 1 } else { -1 };
            index = index.and_then(|index| self.before(index));
        }
        streak
    }

    /// Whether a value is on or above its line; `None` when that cannot be said.
    fn is_good(&self, at: &Observation, line: Option<&Line>) -> Option<bool> {
        if self.promise.kind == Kind::Trend {
            return self.trend(at).map(|(surplus, _)| surplus >= Decimal::ZERO).ok();
        }
        let actual = self.actual(at).ok()?;
        let line = match line {
            Some(line) => *line,
            None => self.line(at, actual).ok()?,
        };
        let day = at.period.end();
        let due = if line.moves() {
            self.due(day, self.calendar.by(day)).ok()?.fraction
        } else {
            Ratio::whole(Decimal::ONE)
        };
        due.apply(|due| line.is_on(actual, due)).ok()
    }
}
