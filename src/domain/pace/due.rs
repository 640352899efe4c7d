//! F(p): which fraction of the work is due by the end of a period.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Curve, Kind, Node, Period, text_enum};

use super::case::Case;
use super::months::Months;
use super::ratio::{add, mul, sub};
use super::series::Series;
use super::{Missing, Ratio};

text_enum! {
    /// The curve that decided.
    CurveUsed "curve" {
        /// Elapsed months over all months.
        LinearMonths = "linear_months",
        /// Elapsed days over all days.
        LinearDays = "linear_days",
        /// Last year's share.
        LastYear = "last_year",
        /// The mean share of several years.
        MeanYears = "mean_years",
        /// Dated fractions.
        Nodes = "nodes",
    }
}

impl CurveUsed {
    /// The words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::LinearMonths => "按月均衡",
            Self::LinearDays => "按日均衡",
            Self::LastYear => "上年同期进度",
            Self::MeanYears => "历年平均进度",
            Self::Nodes => "节点进度",
        }
    }
}

impl Case<'_> {
    /// The fraction due by the end of `day` under the indicator's curve. A curve whose history is missing is only
    /// replaced by linear months when the rule pack says so, and the caller is told what was missing.
    pub(super) fn due(&self, day: NaiveDate, months: Months) -> Result<Due, Missing> {
        let window = self.subject.window;
        let exact = |ratio: Option<Ratio>, used| {
            Ok(Due { fraction: ratio.ok_or(Missing::OutOfRange)?, used, missing: None })
        };
        let (share, used, missing) = match self.subject.curve {
            Curve::LinearMonths => return exact(months.fraction(), CurveUsed::LinearMonths),
            Curve::LinearDays => return exact(linear_days(window, day), CurveUsed::LinearDays),
            Curve::Nodes(nodes) => return exact(between(nodes, window, day), CurveUsed::Nodes),
            Curve::LastYear => (self.share(day, 1), CurveUsed::LastYear, Missing::LastYearShare),
            Curve::MeanYears(years) => {
                (self.mean_share(day, *years), CurveUsed::MeanYears, Missing::EarlierShares)
            }
        };
        match share {
            Ok(fraction) => Ok(Due { fraction, used, missing: None }),
            Err(_) if self.pack.fallback_linear => {
                let fraction = months.fraction().ok_or(Missing::OutOfRange)?;
                Ok(Due { fraction, used: CurveUsed::LinearMonths, missing: Some(missing) })
            }
            Err(Missing::OutOfRange) => Err(Missing::OutOfRange),
            Err(_) => Err(missing),
        }
    }

    /// The share of its own year that was reached by the same day `years` ago: of the amount added up, or, for
    /// stocks and shares, of the way from where that year began.
    pub(super) fn share(&self, day: NaiveDate, years: u32) -> Result<Ratio, Missing> {
        let levels = self.levels().ok_or(Missing::LastYearShare)?;
        let mut window = self.subject.window;
        let first = levels.get(0).ok_or(Missing::LastYearShare)?;
        if first.period.end() >= window.start() {
            // Nothing at all is known from before the window.
            return Err(Missing::LastYearShare);
        }
        let mut part = Period::new(window.start(), day).map_err(|_| Missing::LastYearShare)?;
        for _ in 0..years {
            window = window.last_year().ok_or(Missing::LastYearShare)?;
            part = part.last_year().ok_or(Missing::LastYearShare)?;
        }
        let at = |day| self.stock(day).ok_or(Missing::LastYearShare);
        let (reached, whole) = match self.promise.kind {
            kind if self.adds_up() || kind == Kind::Total => {
                (self.added_over(part, levels)?, self.added_over(window, levels)?)
            }
            Kind::Level | Kind::Share | Kind::Change | Kind::Coverage => {
                let base = at(window.start().pred_opt().ok_or(Missing::LastYearShare)?)?;
                (sub(at(part.end())?, base)?, sub(at(window.end())?, base)?)
            }
            _ => return Err(Missing::LastYearShare),
        };
        // A year that came to nothing, or to less, has no shares.
        if self.adds_up() && whole.is_sign_negative() {
            return Err(Missing::LastYearShare);
        }
        Ratio::new(reached, whole).ok_or(Missing::LastYearShare)
    }

    /// What was added up over a part of a year, by its values or by a running count reported as a stock.
    pub(super) fn added_over(&self, part: Period, levels: &Series<'_>) -> Result<Decimal, Missing> {
        if self.adds_up() { levels.sum(part) } else { self.stock(part.end()).ok_or(Missing::LastYearShare) }
    }

    fn mean_share(&self, day: NaiveDate, years: u32) -> Result<Ratio, Missing> {
        let mut sum = Decimal::ZERO;
        for back in 1..=years {
            sum = add(sum, self.share(day, back)?.value().ok_or(Missing::OutOfRange)?)?;
        }
        Ratio::new(sum, Decimal::from(years)).ok_or(Missing::EarlierShares)
    }
}

/// What is due, by which curve, and what was missing when that is not the indicator's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) fraction: Ratio,
    pub(super) used: CurveUsed,
    pub(super) missing: Option<Missing>,
}

fn linear_days(window: Period, day: NaiveDate) -> Option<Ratio> {
    let day = day.clamp(window.start(), window.end());
    let elapsed = (day - window.start()).num_days() + 1;
    Ratio::new(Decimal::from(elapsed), Decimal::from(window.days()))
}

/// Straight lines between dated fractions. Nothing is due at the end of the day before the window starts (so one node
/// at the window's end is the same curve as linear days), everything after the last node.
fn between(nodes: &[Node], window: Period, day: NaiveDate) -> Option<Ratio> {
    let after = nodes.partition_point(|node| node.on < day);
    let Some(next) = nodes.get(after) else { return Some(Ratio::whole(Decimal::ONE)) };
    if next.on == day {
        return Some(Ratio::whole(next.fraction));
    }
    let eve = window.start().pred_opt()?;
    let (from, done) = match after.checked_sub(1).and_then(|before| nodes.get(before)) {
        Some(before) => (before.on, before.fraction),
        None if day <= eve => return Some(Ratio::whole(Decimal::ZERO)),
        None => (eve, Decimal::ZERO),
    };
    // (f₀·D + (f₁ − f₀)·d) / D, exact.
    let (gone, all) = (Decimal::from((day - from).num_days()), Decimal::from((next.on - from).num_days()));
    let numerator = add(mul(done, all).ok()?, mul(sub(next.fraction, done).ok()?, gone).ok()?).ok()?;
    Ratio::new(numerator, all)
}
