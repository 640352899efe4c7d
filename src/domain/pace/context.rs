//! What is said beside a verdict to whoever reads it; no grade rests on it, so a run of many does without.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::{AverageOf, Figure, Observation, RegionLevel, RulePack};

use super::assessment_input::AssessmentInput;
use super::ratio::sub;
use super::requirement::{Requirement, is_percent};
use super::{BenchmarkGap, Known, NamedSeries, Ratio, Subject, ThreeAbove};

/// What can be said beside a verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context {
    /// The figure judged.
    pub figure: Option<Figure>,
    /// The value judged, as it was reported.
    pub reported: Option<Decimal>,
    /// How the gap in points has changed since the period before; positive is for the better.
    pub momentum: Option<Decimal>,
    /// 三个高于, of rates and shares; `None` when none of the three is known.
    pub three_above: Option<ThreeAbove>,
    /// How long the judged rate has been growth or decline (连续6个月负增长, 扭转); `None` where no rate is judged.
    pub sign: Option<SideRun>,
    /// How long it has been better or worse than what a comparing target is held against, else than the region above
    /// (连续7个月高于全省); `None` where that does not compare or is not known.
    pub above_other: Option<SideRun>,
}

/// Periods in a row on one side, ending with the one judged, across the turn of the year; January–February published as one
/// counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideRun {
    /// Positive: growth, or better than the other; negative: decline, or worse; 0 when neither.
    pub periods: i32,
    /// The run on the other side that this one ended (扭转连续6个月负增长 is −6 when `periods` is 1); 0 when it ended none.
    pub ended: i32,
}

/// The context of the verdict on `subject` as of `as_of`.
pub fn context(subject: &Subject<'_>, known: &Known<'_>, pack: &RulePack, as_of: NaiveDate) -> Context {
    let requirement = subject.target.and_then(|target| Requirement::read(target, subject.measure).ok());
    let Some(requirement) = requirement.filter(|_| subject.window.start() <= as_of) else {
        return Context::default();
    };
    let input = AssessmentInput::new(subject, known, pack, requirement, as_of);
    input.context().unwrap_or_default()
}

impl AssessmentInput<'_> {
    fn context(&self) -> Option<Context> {
        if self.is_by_person() {
            return None;
        }
        let index = self.series.latest_in(self.subject.window)?;
        let at = self.series.get(index)?;
        let before = self.before(index).and_then(|before| self.series.get(before));
        let before = before.filter(|before| before.period.end() >= self.subject.window.start());
        let momentum = before.and_then(|before| sub(self.points_at(at)?, self.points_at(before)?).ok());
        Some(Context {
            figure: Some(self.figure),
            reported: Some(at.value),
            momentum,
            three_above: self.three_above(at),
            sign: (self.figure == Figure::Yoy)
                .then(|| self.run_of(index, |one| Some(one.value.cmp(&Decimal::ZERO)))),
            above_other: self.run_above(index),
        })
    }

    /// Against what a comparing target is held against, else the region above.
    fn run_above(&self, index: usize) -> Option<SideRun> {
        if !(self.is_comparable() || self.row.is_comparison()) || self.figure == Figure::Rank {
            return None;
        }
        let other = if self.row.is_comparison() { self.known.benchmark } else { self.known.parent }?;
        let side = |one: &Observation| {
            let theirs = self.value_of(other.observations, one.period)?;
            Some(if self.requirement.ceiling { theirs.cmp(&one.value) } else { one.value.cmp(&theirs) })
        };
        side(self.series.get(index)?)?;
        Some(self.run_of(index, side))
    }

    /// The run on one side that ends with the value at `index`, and the one before it.
    fn run_of(&self, index: usize, side: impl Fn(&Observation) -> Option<Ordering>) -> SideRun {
        let mut at = Some(index);
        let mut count = |wanted: Ordering| {
            let mut periods = 0;
            while let Some(here) = at
                && self.series.get(here).and_then(&side) == Some(wanted)
            {
                periods += 1;
                at = self.before(here);
            }
            if wanted == Ordering::Less { -periods } else { periods }
        };
        let Some(now) = self.series.get(index).and_then(&side).filter(|now| *now != Ordering::Equal) else {
            return SideRun { periods: 0, ended: 0 };
        };
        let periods = count(now);
        SideRun { periods, ended: count(now.reverse()) }
    }

    /// The gap in points at one period.
    fn points_at(&self, at: &Observation) -> Option<Decimal> {
        match self.row.way {
            WayFrom::Nodes => return None,
            WayFrom::Sign => return self.trend(at).ok().filter(|(_, points)| *points).map(|(gap, _)| gap),
            _ => {}
        }
        let actual = self.actual(at).ok()?;
        let line = self.line(at, actual).ok()?;
        let day = at.period.end();
        let due = if line.moves() {
            self.required_progress(day, self.calendar.by(day)).ok()?.fraction
        } else {
            Ratio::whole(Decimal::ONE)
        };
        due.apply(|due| line.standing_of(actual, due)).ok()?.points?.value()
    }

    fn three_above(&self, at: &Observation) -> Option<ThreeAbove> {
        if self.figure == Figure::Level && !is_percent(&self.measure().unit) {
            return None;
        }
        let end = at.period.end();
        let quarter = NaiveDate::from_ymd_opt(end.year(), end.month0() / 3 * 3 + 1, 1)?.pred_opt()?;
        let value = |index: Option<usize>| index.and_then(|index| self.series.get(index)).map(|o| o.value);
        let last_year = at.period.last_year().and_then(|period| self.series.at(period, at.basis));
        let others = self.known.parent.iter().chain(self.known.named).chain(&self.known.benchmark);
        let nation = others.into_iter().find(|series| series.name.contains("全国"));
        let nation =
            nation.and_then(|series: &NamedSeries<'_>| self.value_of(series.observations, at.period));
        let known = [value(self.series.ending(quarter)), last_year.map(|o| o.value), nation];
        known.iter().any(Option::is_some).then(|| ThreeAbove::of(at.value, known, self.measure().better))
    }
}

/// The comparison that a stated difference (高于全国平均1.3个百分点) speaks of.
pub fn comparison<'b>(against: &str, benchmarks: &'b [BenchmarkGap]) -> Option<&'b BenchmarkGap> {
    let ends = |name: &str, ends: &[char]| name.ends_with(ends);
    benchmarks.iter().find(|one| {
        let name = one.name.as_str();
        match AverageOf::read(against) {
            AverageOf::Nation => name.contains("全国"),
            AverageOf::Above(RegionLevel::Province) => ends(name, &['省', '区']) || name.contains("全省"),
            AverageOf::Above(_) => ends(name, &['市', '州']),
            AverageOf::Parent => true,
            AverageOf::Named(wanted) => !wanted.is_empty() && name.starts_with(wanted),
        }
    })
}

/// How far a stated difference may be off when all three numbers are rounded: half a unit of the last place of each, and
/// no finer than the places that are usually printed.
pub fn rounding(numbers: [Decimal; 3], places: u32) -> Decimal {
    let half = |number: Decimal| Decimal::new(5, number.normalize().scale().max(places).min(27) + 1);
    numbers.into_iter().map(half).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_stated_difference_finds_what_it_is_about() {
        let gap = |name: &str| BenchmarkGap { name: name.to_owned(), value: d("1"), gap: d("1") };
        let all = [gap("岳阳市"), gap("湖南省"), gap("全国")];
        for (against, want) in [
            ("全国平均水平", Some("全国")),
            ("全省平均", Some("湖南省")),
            ("全市平均", Some("岳阳市")),
            ("平均水平", Some("岳阳市")),
            ("湖南省", Some("湖南省")),
            ("湖南", Some("湖南省")),
            ("广东省", None),
        ] {
            assert_eq!(comparison(against, &all).map(|one| one.name.as_str()), want, "{against}");
        }
    }

    #[test]
    fn rounded_numbers_may_be_off_by_their_last_place() {
        for (numbers, places, want) in [
            (["2.9", "1.6", "1.3"], 1, "0.15"),
            (["2.95", "1.6", "1.3"], 1, "0.105"),
            (["3", "2", "1"], 1, "0.15"),
        ] {
            assert_eq!(rounding(numbers.map(d), places), d(want), "{numbers:?}");
        }
    }
}
