//! Kinds of promises: one exhaustive table of what each of them means.

use super::pace::{is_percent, values_add_up};
use super::{Basis, Figure, Measure, text_enum};

mod columns;
mod table;

pub use columns::{
    AddsUp, ComparedWith, CompletionOf, EarlierShares, FallsBack, ForecastFrom, GapIn, NeededBy,
    ReachedEarly, ReportedBy, TargetNumber, WayFrom,
};

text_enum! {
    /// What sort of promise it is; each has its own meaning of "on pace".
    Kind "kind" {
        /// An amount to be reached by adding up over the window (新增城镇就业70万人).
        Total = "total",
        /// A stock to be reached from where it stood (高新技术企业突破1.8万家).
        Level = "level",
        /// A growth rate (社零增长5.5%).
        Growth = "growth",
        /// A share in percent (民间投资占比保持60%以上).
        Share = "share",
        /// A change from the baseline (城镇化率提高0.9个百分点).
        Change = "change",
        /// Not to be exceeded (物流费用占比13.8%以下).
        Cap = "cap",
        /// Between two ends (标志性成果5—7项).
        Range = "range",
        /// Compared with the same measure elsewhere (增速高于全国平均).
        VersusBenchmark = "versus_benchmark",
        /// Compared with another measure (居民收入增速高于经济增速).
        VersusIndicator = "versus_indicator",
        /// Everything covered (应检尽检).
        Coverage = "coverage",
        /// Done by a date.
        Milestone = "milestone",
        /// The sign of the year-on-year change (事故总量持续下降).
        Trend = "trend",
        /// A place among siblings, 1 the best (进入全省前五); judged by a published rank, else by a computed one.
        Rank = "rank",
        /// A decline that becomes smaller (降幅收窄): the growth rate is above that of the base.
        Narrowing = "narrowing",
        /// No number; a person's verdict.
        Qualitative = "qualitative",
    }
}

/// The row of one kind in the table of kinds: everything that depends on the kind and nothing else. No field has a
/// default, so that a new kind does not compile until its row is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindRow {
    /// The figure it judges.
    pub figure: Figure,
    /// The figure it may judge instead.
    pub falls_back: FallsBack,
    /// Whether what it judges adds up over the window.
    pub adds_up: AddsUp,
    /// Where its way starts.
    pub way: WayFrom,
    /// Whether earlier years' shares mean anything.
    pub earlier_shares: EarlierShares,
    /// What its completion is.
    pub completion: CompletionOf,
    /// How what is needed from here is found.
    pub needed: NeededBy,
    /// Whether it has a number.
    pub number: TargetNumber,
    /// In what its shortfall is counted.
    pub gap: GapIn,
    /// What it is compared with.
    pub compared_with: ComparedWith,
    /// Whether it is achieved as soon as it is reached.
    pub reached_early: ReachedEarly,
    /// How its end is forecast.
    pub forecast: ForecastFrom,
    /// Who reports.
    pub reported_by: ReportedBy,
    /// Whether its number is a limit whatever the comparator.
    pub limit: bool,
}

/// Units of printed numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintedUnits<'m> {
    /// Of the value judged, what is expected and what others have.
    pub value: &'m str,
    /// Of the gap to what is expected.
    pub gap: &'m str,
    /// Of other differences: to another series, to an earlier period, and of a monthly rise or fall.
    pub difference: &'m str,
}

impl Kind {
    /// Whether the promise is a number of its own (and so needs a value and a unit).
    pub const fn needs_value(self) -> bool {
        self.row().needs_value()
    }
}

impl KindRow {
    /// Whether the promise is a number of its own.
    pub const fn needs_value(&self) -> bool {
        matches!(self.number, TargetNumber::InMeasure | TargetNumber::InPercent | TargetNumber::Place)
    }

    /// Whether the promise's number, if it has one, is in percent or a place whatever the measure's unit is.
    pub const fn has_unit_of_its_own(&self) -> bool {
        matches!(self.number, TargetNumber::InPercent | TargetNumber::InPercentIfAny | TargetNumber::Place)
    }

    /// Whether the promised number is a rate of growth (增长5%).
    pub const fn promises_rate(&self) -> bool {
        matches!(self.way, WayFrom::Rate)
    }

    /// Whether nothing but a growth rate is judged, of a measure that is itself in percent or not.
    pub const fn wants_rate(&self, percent: bool) -> bool {
        matches!(self.figure, Figure::Yoy)
            && match self.falls_back {
                FallsBack::Never => true,
                FallsBack::Always => false,
                FallsBack::InPercent => !percent,
            }
    }

    /// Whether its grade rests on another series.
    pub const fn is_comparison(&self) -> bool {
        !matches!(self.compared_with, ComparedWith::Nothing)
    }

    /// Whether amounts of its kind in several regions may be added, where the unit adds up.
    pub const fn is_amount(&self) -> bool {
        matches!(self.way, WayFrom::Zero | WayFrom::Baseline | WayFrom::ZeroOrFlat)
    }

    /// Whether values of `measure` are counts from the window's start (累计): of what adds up those that are summed, of a
    /// trend those that are reported so.
    pub fn is_running_count(&self, measure: &Measure) -> bool {
        let (stock, by_unit) = (measure.basis == Basis::Point, values_add_up(&measure.name, &measure.unit));
        match self.adds_up {
            AddsUp::Always => !stock,
            AddsUp::ByUnit => self.figure == Figure::Level && !stock && by_unit,
            AddsUp::Never => self.way == WayFrom::Sign && measure.basis == Basis::Cumulative && by_unit,
        }
    }

    /// Whether the numbers of a promise are two ends, either of which may bind.
    pub const fn has_two_ends(&self) -> bool {
        matches!(self.way, WayFrom::ZeroOrFlat) && !self.limit
    }

    /// The unit of the promise's number where it is not written, for a measure in `unit`.
    pub const fn usual_unit<'u>(&self, unit: &'u str) -> &'u str {
        match self.number {
            TargetNumber::InMeasure | TargetNumber::InMeasureIfAny => unit,
            TargetNumber::InPercent | TargetNumber::InPercentIfAny => "%",
            TargetNumber::Place => "位",
        }
    }

    /// In which unit the numbers of an assessment are printed, by the figure that was judged (a trend may be judged by
    /// its growth or by its levels).
    pub fn printed_units<'m>(&self, measure_unit: &'m str, judged: Figure) -> PrintedUnits<'m> {
        let value = judged.unit(measure_unit);
        let difference = if is_percent(value) { "个百分点" } else { value };
        let gap = match self.gap {
            GapIn::Value => difference,
            GapIn::Days => "天",
            GapIn::Places => "位",
        };
        PrintedUnits { value, gap, difference }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextEnum;

    #[test]
    fn numbers_are_printed_in_the_unit_of_the_figure_judged() {
        for (kind, unit, figure, want) in [
            (Kind::Total, "亿元", Figure::Level, ["亿元", "亿元", "亿元"]),
            (Kind::Growth, "亿元", Figure::Yoy, ["%", "个百分点", "个百分点"]),
            (Kind::Share, "%", Figure::Level, ["%", "个百分点", "个百分点"]),
            (Kind::Trend, "亿元", Figure::Yoy, ["%", "个百分点", "个百分点"]),
            (Kind::Trend, "起", Figure::Level, ["起", "起", "起"]),
            (Kind::Milestone, "项", Figure::Level, ["项", "天", "项"]),
            (Kind::Milestone, "%", Figure::Level, ["%", "天", "个百分点"]),
            (Kind::Rank, "亿元", Figure::Rank, ["位", "位", "位"]),
            (Kind::Narrowing, "亿元", Figure::Yoy, ["%", "个百分点", "个百分点"]),
            (Kind::VersusBenchmark, "亿元", Figure::Yoy, ["%", "个百分点", "个百分点"]),
        ] {
            let units = kind.row().printed_units(unit, figure);
            assert_eq!([units.value, units.gap, units.difference], want, "{kind} {unit} {figure}");
        }
    }

    #[test]
    fn what_has_no_way_has_no_completion_and_no_earlier_shares() {
        for kind in Kind::ALL {
            let row = kind.row();
            let way = !matches!(
                row.way,
                WayFrom::Rate
                    | WayFrom::BaseRate
                    | WayFrom::OtherSeries
                    | WayFrom::Place
                    | WayFrom::Sign
                    | WayFrom::Person
            );
            assert_eq!(row.completion != CompletionOf::Nothing, way, "{kind}");
            let shares = way && row.way != WayFrom::Nodes || *kind == Kind::Growth;
            assert_eq!(row.earlier_shares != EarlierShares::Never, shares, "{kind}");
            assert_eq!(row.usual_unit("亿元") != "亿元", row.has_unit_of_its_own(), "{kind}");
        }
    }
}
