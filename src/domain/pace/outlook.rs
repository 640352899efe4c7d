//! What is left to do, and how it compares with what was done so far.

use rust_decimal::Decimal;

use crate::kind::{CompletionOf, NeededBy, WayFrom};
use crate::{Basis, Figure, Observation};

use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::rate_window::RateCovers;
use super::ratio::{mul, sub};
use super::required_progress::RequiredProgress;
use super::trajectory::Trajectory;
use super::working::Working;
use super::{Assessment, Missing, Ratio, ShareFrom};

impl AssessmentInput<'_> {
    /// Completion and the rate needed from here.
    pub(super) fn outlook<W: Working>(
        &self,
        line: Option<&Trajectory>,
        actual: Decimal,
        (at, months, due): (&Observation, Months, Option<RequiredProgress>),
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        self.completion(line, actual, out, work)?;
        // What is left of the window is counted from the last figure, or from the day itself where later ones should be there.
        let stale = self.is_stale(Some(at.period.end()));
        let rest = if stale { self.calendar.by(self.as_of) } else { months };
        match self.row.needed {
            // Of months that nobody reported and of those to come one growth rate says nothing.
            NeededBy::Growth if stale && self.basis == Basis::Cumulative => return Ok(()),
            NeededBy::Growth => {
                if let Some(line) = line.filter(|_| self.rate_covers(at) != RateCovers::Window) {
                    let (mark, ceiling) = (line.target_value, line.ceiling);
                    self.needed_growth_by_months((at, mark, ceiling), actual, months, out, work)?;
                } else if let Some(line) = line {
                    self.needed_growth((line.target_value, line.ceiling), actual, (months, due), out, work)?;
                }
                return Ok(());
            }
            _ => out.needed = self.needed(line, actual, rest)?,
        }
        let Some(line) = line.filter(|line| line.moves()) else { return Ok(()) };
        let left = Ratio::new(Decimal::from(rest.total - rest.elapsed), Decimal::from(rest.denominator));
        let so_far = Ratio::new(Decimal::from(months.elapsed), Decimal::from(months.denominator));
        out.average_per_month = so_far
            .and_then(|so_far| Some((sub(actual, line.base).ok()?, so_far)))
            .and_then(|(gained, months)| per(gained, months));
        let wanting = sub(line.target_value, actual)?;
        let reached = line.is_met(actual, false, Decimal::ZERO)?;
        // Under a limit for the whole window the question is how much more is allowed.
        let nothing_left = if line.ceiling && self.adds_up() { !reached } else { reached };
        out.needed_per_month = if nothing_left {
            Some(Ratio::whole(Decimal::ZERO))
        } else {
            left.and_then(|left| per(wanting, left))
        };
        if let Some(needed) = out.needed_per_month {
            work.step(
                "后续月均 = (目标 − 实际) ÷ 剩余月数；此前月均 = 已完成 ÷ 已过月数",
                |inputs| {
                    inputs.with("目标", line.target_value).with("实际", actual).with("起点", line.base);
                    inputs.with("已过月数", shown(so_far)).with("剩余月数", shown(left));
                    format!("后续月均 {}，此前月均 {}", shown(Some(needed)), shown(out.average_per_month))
                },
            );
        }
        Ok(())
    }

    /// (actual − start) ÷ (target − start), from where the line starts; a flat line has no way.
    fn completion<W: Working>(
        &self,
        line: Option<&Trajectory>,
        actual: Decimal,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        let moving = line.filter(|line| self.row.completion == CompletionOf::Way && line.moves());
        // Of a way from zero downwards more done is worse.
        let counts = |line: &&Trajectory| !(line.base.is_zero() && line.target_value.is_sign_negative());
        let moving = moving.filter(|_| self.figure == Figure::Level).filter(counts);
        let Some(line) = moving else { return Ok(()) };
        out.completion = Ratio::new(sub(actual, line.base)?, line.span);
        work.step("完成率 = (实际 − 起点) ÷ (目标 − 起点)", |inputs| {
            inputs.with("实际", actual).with("起点", line.base).with("目标", line.target_value);
            shown(out.completion)
        });
        Ok(())
    }

    /// g_req = (T − w·g) / (1 − w), with w the share of the base year that has passed, so that the year as a whole
    /// grows by T. Only the growth of the year to date is such a mean: that of single months or of stocks is to be reached at
    /// the end.
    pub(super) fn needed_growth<W: Working>(
        &self,
        (mark, ceiling): (Decimal, bool),
        growth: Decimal,
        (months, due): (Months, Option<RequiredProgress>),
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        if self.basis != Basis::Cumulative {
            out.needed = self.kept(mark, None, ceiling, growth, months);
            return Ok(());
        }
        let Some((share, from)) = out
            .last_year_pace
            .map(|share| (share, ShareFrom::Observations))
            .or_else(|| due.map(|due| (due.fraction, ShareFrom::Curve)))
        else {
            return Ok(());
        };
        let (part, all) = (share.numerator(), share.denominator());
        let left = sub(all, part)?;
        if left <= Decimal::ZERO {
            return Ok(());
        }
        let wanting = sub(mul(mark, all)?, mul(part, growth)?)?;
        let figure = Ratio::new(wanting, left);
        out.needed = self.growth_of_the_rest(figure, mark, ceiling, growth, months);
        if self.row.way != WayFrom::Rate {
            return Ok(());
        }
        out.needed_growth = figure;
        out.share_from = Some(from);
        work.step(
            "后续需增长 = (目标增速 − 上年同期占比 × 已实现增速) ÷ (1 − 上年同期占比)",
            |inputs| {
                inputs.with("目标增速(%)", mark).with("已实现增速(%)", growth);
                inputs.with("上年同期占比", shown(Some(share)));
                let from = match from {
                    ShareFrom::Observations => "上年同期和全年实际值",
                    ShareFrom::Curve => "序时曲线",
                    ShareFrom::Months => "月数",
                };
                inputs.with("占比来源", from);
                shown(out.needed_growth)
            },
        );
        Ok(())
    }
}

/// An amount per month.
pub(super) fn per(amount: Decimal, months: Ratio) -> Option<Ratio> {
    Ratio::new(amount.checked_mul(months.denominator())?, months.numerator())
}

/// A fraction as it is written in a step.
pub(super) fn shown(ratio: Option<Ratio>) -> String {
    ratio.and_then(Ratio::value).map_or_else(|| "—".to_owned(), |value| value.to_string())
}
