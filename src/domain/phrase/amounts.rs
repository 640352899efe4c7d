//! The amounts of a text that tells what is: the numbers of a report, where nothing is promised.

use std::ops::Range;

use rust_decimal::Decimal;

use super::clause::shielded;
use super::measurement_units::UnitKind;
use super::number_with_unit::Quantity;
use super::{normalise, scan};
use crate::target::Comparator;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountSort {
    /// %, ‰, 六成.
    Percent,
    /// 个百分点.
    Point,
    /// 个, 家, 人次.
    Count,
    /// 元 and its relatives.
    Money,
    /// Length, area, weight, power, concentration.
    Measure,
    /// 个工作日, 天, 个月.
    Time,
    /// 倍.
    Times,
    /// 2:1.
    Ratio,
    /// A place in a ranking.
    Rank,
    /// 岁, 年, 层: nearly always part of a name.
    Attribute,
    /// No unit.
    Bare,
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAmount {
    /// Its characters, with the words behind the unit (以上, 左右).
    pub span: Range<usize>,
    /// In `unit`, the lower end of a range; negative only where a minus is written.
    pub value: Decimal,
    /// The upper end of a range.
    pub high: Option<Decimal>,
    /// As written; empty without one.
    pub unit: String,
    /// What it counts.
    pub sort: AmountSort,
    /// 以上, 以下, 以内: a bound that describes where a noun follows.
    pub bound: bool,
    /// 由…, 从…: where a change started.
    pub baseline: bool,
    /// 翻番, 倍增, 减半: no number is written.
    pub implied: bool,
}

/// A text with its numbers told apart; all positions are characters of `text`.
#[derive(Debug, Clone, Default)]
pub struct WrittenAmounts {
    /// The text without blanks, full-width forms made narrow.
    pub text: Vec<char>,
    /// Its amounts, in order.
    pub amounts: Vec<WrittenAmount>,
    /// Dates and spans of dates.
    pub dates: Vec<Range<usize>>,
    /// WrittenAmounts that nobody can say (数百家, 几十个), numbers that could not be read.
    pub loose: Vec<Range<usize>>,
    /// A number stood there that could not be read.
    pub unreadable: bool,
}

/// Reads the numbers of a clause. What stands in quotations names and is no amount. Never fails; takes linear time.
pub fn amounts(clause: &str) -> WrittenAmounts {
    let text = normalise::normalise(clause);
    let scan = scan::scan(&text, &shielded(&text));
    let amounts = scan.quantities.into_iter().map(amount).collect();
    WrittenAmounts { text, amounts, dates: scan.dates, loose: scan.loose, unreadable: scan.unreadable }
}

fn amount(quantity: Quantity) -> WrittenAmount {
    let sort = match quantity.kind {
        UnitKind::Percent => AmountSort::Percent,
        UnitKind::Point => AmountSort::Point,
        UnitKind::Count => AmountSort::Count,
        UnitKind::Money => AmountSort::Money,
        UnitKind::Measure => AmountSort::Measure,
        UnitKind::Time => AmountSort::Time,
        UnitKind::Attribute => AmountSort::Attribute,
        UnitKind::Times => AmountSort::Times,
        UnitKind::Ratio => AmountSort::Ratio,
        UnitKind::Rank => AmountSort::Rank,
        UnitKind::Bare => AmountSort::Bare,
    };
    let bound = matches!(quantity.comparator, Some(Comparator::AtLeast | Comparator::AtMost));
    WrittenAmount {
        span: quantity.start..quantity.end,
        value: quantity.low,
        high: quantity.high,
        unit: quantity.unit,
        sort,
        bound: bound && sort != AmountSort::Rank,
        baseline: quantity.baseline,
        implied: quantity.implied.is_some(),
    }
}
