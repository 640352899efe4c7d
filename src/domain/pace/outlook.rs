//! What is left to do, and how it compares with what was done so far.

use rust_decimal::Decimal;

use crate::{Figure, Kind};

use super::case::Case;
use super::due::Due;
use super::line::Line;
use super::months::Months;
use super::ratio::{mul, sub};
use super::working::Working;
use super::{Assessment, Missing, Ratio, ShareFrom};

impl Case<'_> {
    /// Completion and the rate needed from here.
    pub(super) fn outlook<W: Working>(
        &self,
        line: Option<&Line>,
        actual: Decimal,
        (months, due): (Months, Option<Due>),
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        self.completion(line, actual, out, work)?;
        if self.promise.kind == Kind::Growth {
            return self.needed_growth(line, actual, due, out, work);
        }
        let Some(line) = line.filter(|line| line.moves()) else { return Ok(()) };
        let left =
            Ratio::new(Decimal::from(months.total - months.elapsed), Decimal::from(months.denominator));
        let so_far = Ratio::new(Decimal::from(months.elapsed), Decimal::from(months.denominator));
        out.average_per_month = so_far
            .and_then(|so_far| Some((sub(actual, line.base).ok()?, so_far)))
            .and_then(|(gained, months)| per(gained, months));
        let wanting = sub(line.finish, actual)?;
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
                    inputs.with("目标", line.finish).with("实际", actual).with("起点", line.base);
                    inputs.with("已过月数", shown(so_far)).with("剩余月数", shown(left));
                    format!("后续月均 {}，此前月均 {}", shown(Some(needed)), shown(out.average_per_month))
                },
            );
        }
        Ok(())
    }

    fn completion<W: Working>(
        &self,
        line: Option<&Line>,
        actual: Decimal,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        let promised = match self.promise.kind {
            _ if self.figure == Figure::Yoy => return Ok(()),
            Kind::Coverage => Some(self.promise.value.unwrap_or(Decimal::ONE_HUNDRED)),
            Kind::Change => {
                let Some(line) = line.filter(|line| line.moves()) else { return Ok(()) };
                out.completion = Ratio::new(sub(actual, line.base)?, line.span);
                None
            }
            Kind::Total | Kind::Level | Kind::Share | Kind::Cap | Kind::Range => self.promise.value,
            _ => return Ok(()),
        };
        if let Some(promised) = promised {
            out.completion = Ratio::new(actual, promised);
        }
        if out.completion.is_some() {
            work.step("完成率 = 实际 ÷ 目标", |inputs| {
                inputs
                    .with("实际", actual)
                    .with("目标", promised.map_or_else(String::new, |p| p.to_string()));
                shown(out.completion)
            });
        }
        Ok(())
    }

    /// g_req = (T − w·g) / (1 − w), with w the share of the base year that has passed, so that the year as a whole
    /// grows by T.
    fn needed_growth<W: Working>(
        &self,
        line: Option<&Line>,
        growth: Decimal,
        due: Option<Due>,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        let (Some(line), Some((share, from))) = (
            line,
            out.last_year_pace
                .map(|share| (share, ShareFrom::Observations))
                .or_else(|| due.map(|due| (due.fraction, ShareFrom::Curve))),
        ) else {
            return Ok(());
        };
        let (part, all) = (share.numerator(), share.denominator());
        let left = sub(all, part)?;
        if left <= Decimal::ZERO {
            return Ok(());
        }
        let wanting = sub(mul(line.finish, all)?, mul(part, growth)?)?;
        out.needed_growth = Ratio::new(wanting, left);
        out.share_from = Some(from);
        work.step(
            "后续需增长 = (目标增速 − 上年同期占比 × 已实现增速) ÷ (1 − 上年同期占比)",
            |inputs| {
                inputs.with("目标增速(%)", line.finish).with("已实现增速(%)", growth);
                inputs.with("上年同期占比", shown(Some(share)));
                let from = match from {
                    ShareFrom::Observations => "上年同期和全年实际值",
                    ShareFrom::Curve => "序时曲线",
                };
                inputs.with("占比来源", from);
                shown(out.needed_growth)
            },
        );
        Ok(())
    }
}

/// An amount per month.
fn per(amount: Decimal, months: Ratio) -> Option<Ratio> {
    Ratio::new(amount.checked_mul(months.denominator())?, months.numerator())
}

/// A fraction as it is written in a step.
pub(super) fn shown(ratio: Option<Ratio>) -> String {
    ratio.and_then(Ratio::value).map_or_else(|| "—".to_owned(), |value| value.to_string())
}
