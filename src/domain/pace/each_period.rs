//! Promises of each month (每月不超过10件) or of months on average (月均): what a value says of one month, and which month decides.

use rust_decimal::Decimal;

use crate::{Basis, Figure, Kind, Observation, Period, Stage};

use super::assessment_input::AssessmentInput;
use super::ratio::{mul, sub};
use super::vouched::overruled;
use super::working::Working;
use super::{Assessment, Missing};

impl<'a> AssessmentInput<'a> {
    /// What `at` says of one month (or quarter), and the days it is of: a sum of two months is twice what each of them has, of a
    /// running total only what it gained since the value before counts.
    pub(super) fn of_one_month(&self, at: &Observation) -> Result<(Period, Decimal), Missing> {
        if !(self.figure == Figure::Level && self.unit_adds_up) {
            return Ok((at.period, at.value));
        }
        let same = |one: &&Observation| one.period.start() == at.period.start();
        let eve = at.period.end().pred_opt().ok_or(Missing::GapInPeriods)?;
        let before = match self.basis {
            Basis::Cumulative => self.series.until(eve).filter(same).last(),
            _ => None,
        };
        let (period, value) = match before {
            None => (at.period, at.value),
            Some(before) => {
                let start = before.period.end().succ_opt().ok_or(Missing::GapInPeriods)?;
                let gained = Period::new(start, at.period.end()).map_err(|_| Missing::GapInPeriods)?;
                (gained, sub(at.value, before.value)?)
            }
        };
        let (of, each) = (period.months(), self.requirement.each_months);
        Ok((period, if of > each { share(value, each, of)? } else { value }))
    }

    /// The month that decides a promise of each month: the worst of those that break it, since one that kept to it later does not
    /// mend it; else none, and the latest stands.
    pub(super) fn worst_of_each(
        &self,
        at: &'a Observation,
        out: &mut Assessment,
    ) -> Option<(&'a Observation, Decimal)> {
        if !self.requirement.each_period {
            return None;
        }
        let window = self.subject.window;
        let mut worst: Option<(Decimal, &Observation, (Period, Decimal))> = None;
        let within = self.series.until(at.period.end()).filter(|one| window.contains(one.period.end()));
        for one in within.filter(|one| one.period.start() >= window.start()) {
            let Ok(month) = self.of_one_month(one) else { continue };
            let Some(over) = self.over_each(month.1) else { continue };
            if worst.is_none_or(|(most, ..)| over >= most) {
                worst = Some((over, one, month));
            }
        }
        let breaks = |over: Decimal| over > Decimal::ZERO || over.is_zero() && self.requirement.strict;
        let worst = worst.filter(|(over, ..)| breaks(*over)).map(|(_, one, month)| (one, month));
        let (one, (period, value)) = worst.or_else(|| Some((at, self.of_one_month(at).ok()?)))?;
        out.of_period = (period != at.period).then_some(period);
        out.averaged = period.months() > self.requirement.each_months && self.unit_adds_up;
        worst.map(|_| (one, value))
    }

    /// By how much a month is beyond the promise; negative where it keeps it.
    fn over_each(&self, value: Decimal) -> Option<Decimal> {
        let requirement = &self.requirement;
        let range = requirement.kind == Kind::Range;
        let high = match (range, requirement.ceiling) {
            (true, ceiling) => requirement.far.filter(|_| ceiling || requirement.steady),
            (false, true) => requirement.value,
            (false, false) => None,
        };
        let low = requirement.value.filter(|_| !requirement.ceiling);
        let above = high.and_then(|high| sub(value, high).ok());
        let below = low.and_then(|low| sub(low, value).ok());
        above.into_iter().chain(below).max()
    }

    /// What a month (or quarter) of the window brought on average: the sum of what was reported by the months it is of.
    pub(super) fn mean_of_sums(&self, at: &Observation) -> Result<Decimal, Missing> {
        let window = self.subject.window;
        let span = Period::new(window.start(), at.period.end()).map_err(|_| Missing::GapInPeriods)?;
        let (sum, gaps) = match self.basis {
            Basis::Period => {
                let known = self.series.known(span)?;
                (known.sum, known.gaps.iter().map(|gap| i64::from(gap.months())).sum())
            }
            _ => (self.series.sum(span)?, 0_i64),
        };
        let months = self.calendar.by(at.period.end());
        let of = Decimal::from(months.elapsed - gaps * months.denominator);
        let each = i64::from(self.requirement.each_months) * months.denominator;
        let mean = mul(sum, Decimal::from(each))?.checked_div(of);
        mean.map(|mean| mean.round_dp(10).normalize()).ok_or(Missing::Observation)
    }

    /// Writes down which value is judged.
    pub(super) fn describe_judged<W: Working>(&self, at: &Observation, actual: Decimal, work: &mut W) {
        let formula = if self.requirement.each_period {
            "数据期 = 目标期内与每月（每季）要求差距最大的一期；合并公布的各月按月数平均"
        } else {
            "数据期 = 最近一期有实际值的时期"
        };
        work.step(formula, |inputs| {
            inputs.with("时期", format!("{}至{}", at.period.start(), at.period.end()));
            inputs.with("发布日期", at.published_on).with("版次", at.vintage);
            inputs.with("口径", format!("{}/{}", at.basis, at.figure)).with("报送值", at.value);
            if let Some(stage) = at.stage {
                inputs.with("所依据的环节", stage.chinese());
            }
            for other in overruled(self.known.own, at, self.as_of) {
                let stage = other.stage.map_or("", Stage::chinese);
                let said = format!("{}（{}）", other.value, other.published_on);
                inputs.with(format!("{stage}数（不取代）"), said);
            }
            actual.to_string()
        });
    }
}

/// A month's or quarter's part of a sum over so many months.
fn share(value: Decimal, each: i32, of: i32) -> Result<Decimal, Missing> {
    let part = mul(value, Decimal::from(each))?.checked_div(Decimal::from(of));
    part.map(|part| part.round_dp(10).normalize()).ok_or(Missing::OutOfRange)
}
