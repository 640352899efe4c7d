//! Which inputs an assessment lacked.

use crate::text_enum;

text_enum! {
    /// An input that is missing or cannot be used. None of them is ever read as zero.
    Missing "missing" {
        /// No actual value in the window.
        Observation = "observation",
        /// Values do not cover the window from its start to the period judged.
        GapInPeriods = "gap_in_periods",
        /// The value at the start of the window.
        Baseline = "baseline",
        /// The promised number.
        TargetValue = "target_value",
        /// Units of target and measure cannot be converted.
        Unit = "unit",
        /// The growth rate that is judged, though levels are there.
        GrowthRate = "growth_rate",
        /// The figure of the year to date: those of single months do not make it up.
        YearToDate = "year_to_date",
        /// The growth rates of the rest of the window so far: those published do not cover it.
        WindowRate = "window_rate",
        /// The change since the base year, where the rates of single years are no measure of it.
        ChangeSinceBase = "change_since_base",
        /// The figure of the window's end, though the window is over.
        LastFigure = "last_figure",
        /// The figure of the last period whose release day is over.
        DueFigure = "due_figure",
        /// Last year's share at the same period.
        LastYearShare = "last_year_share",
        /// The shares of earlier years for a mean.
        EarlierShares = "earlier_shares",
        /// The series a target is compared with, at the same period.
        Benchmark = "benchmark",
        /// The parent region's value at the same period.
        Parent = "parent",
        /// A named series' value at the same period.
        Named = "named_series",
        /// Enough sibling regions for a rank.
        Siblings = "siblings",
        /// Last year's value at the same period.
        SamePeriodLastYear = "same_period_last_year",
        /// A person's verdict.
        Verdict = "verdict",
        /// The report of a milestone that has come due since the last report.
        MilestoneReport = "milestone_report",
        /// The same periods and the ends of past years, for a forecast.
        PastYears = "past_years",
        /// A window of twelve months, for a forecast.
        WholeYear = "whole_year",
        /// The first month of the window, for a forecast.
        FirstMonth = "first_month",
        /// The figure of the year to date: that of single months is not on its way to the year's, so it is not forecast.
        MonthAlone = "month_alone",
        /// Nothing: what becomes of such a target hangs on others, on nodes or on a person, so it is not forecast.
        NotForeseeable = "not_foreseeable",
        /// A number too large to calculate with.
        OutOfRange = "out_of_range",
        /// A person's verdict on how it ended, though the window is over.
        LastVerdict = "last_verdict",
    }
}

impl Missing {
    /// A sentence for the person who can supply it.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Observation => "目标期内尚无实际值，请报送。",
            Self::GapInPeriods => "各期数值不能从目标期起点连续累计到当前数据期，请补报缺少的月份。",
            Self::Baseline => "缺少基期值（目标期起点的数值），请填写基期值或补报上年末数值。",
            Self::TargetValue => "目标没有数值，请补充目标值。",
            Self::Unit => "目标单位与指标单位不能换算，请核对。",
            Self::GrowthRate => {
                "目标按同比增速考核，目标期内只有绝对量，缺少同比增速；增速不由绝对量推算，请报送公布的同比增速。"
            }
            Self::YearToDate => {
                "目标按目标期累计数考核，已报送的只是当月（当季）数，不能代替累计数；请报送自目标期起的累计数（按增速考核的，报送累计同比增速）。"
            }
            Self::WindowRate => {
                "公布的同比增速不能完整覆盖目标期已过的时段，不据以推算后期需增长多少；请补报目标期内其余年份或时段的同比增速。"
            }
            Self::ChangeSinceBase => {
                "目标是较基期的累计增减，逐年同比增速不能代替；请报送自目标期起较基期的累计增减幅度。"
            }
            Self::LastFigure => "目标期已满，尚缺期末数值，请报送。",
            Self::DueFigure => "最近一期应报数据已过报送日尚未报送，等级不以旧数据定为达序时，请报送。",
            Self::LastYearShare => {
                "缺少上年同期或全年的数值，或上年走势有反复、与目标方向相反，无法使用上年同期进度。"
            }
            Self::EarlierShares => {
                "缺少历年同期或全年的数值，或其中有的年份走势有反复、与目标方向相反，无法使用历年平均进度。"
            }
            Self::Benchmark => "缺少对比对象同一数据期的数值，无法对比。",
            Self::Parent => "缺少上级行政区同一数据期的数值，无法与平均水平对比。",
            Self::Named => "部分对比序列缺少同一数据期的数值。",
            Self::Siblings => "同级行政区报送覆盖率不足，暂不排名。",
            Self::SamePeriodLastYear => "既无同比增速，也无上年同期数值，无法判断升降。",
            Self::Verdict => "定性目标尚无人工评定及依据。",
            Self::MilestoneReport => "节点已到期，尚未报送完成情况。",
            Self::PastYears => "缺少往年同期和全年的数值，暂不预测全年。",
            Self::WholeYear => "目标期不是十二个月，没有往年可比，不作预测。",
            Self::FirstMonth => "目标期的第一个月尚未结束，暂不预测。",
            Self::MonthAlone => "只有当期增速或当期比率，不能据以推算全年，不作预测；请报送累计数。",
            Self::NotForeseeable => "此类目标取决于对比对象、排名、节点或人工评定，不作全年预测。",
            Self::LastVerdict => "目标期已满，尚无最终评定，请评定是否完成。",
            Self::OutOfRange => "数值过大，无法计算，请核对计量单位。",
        }
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of [`Missing`], without allocation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MissingSet(u32);

impl MissingSet {
    /// Adds one.
    pub fn insert(&mut self, missing: Missing) {
        self.0 |= missing.bit();
    }

    /// Whether it is in.
    pub fn contains(self, missing: Missing) -> bool {
        self.0 & missing.bit() != 0
    }

    /// Whether nothing is missing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, in the order they are declared.
    pub fn iter(self) -> impl Iterator<Item = Missing> {
        use crate::TextEnum;
        Missing::ALL.iter().copied().filter(move |missing| self.contains(*missing))
    }
}

impl FromIterator<Missing> for MissingSet {
    fn from_iter<I: IntoIterator<Item = Missing>>(all: I) -> Self {
        let mut set = Self::default();
        all.into_iter().for_each(|missing| set.insert(missing));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextEnum;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: MissingSet = [Missing::Parent, Missing::Baseline].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Missing::Baseline, Missing::Parent]);
        assert!(!set.contains(Missing::Verdict) && !set.is_empty() && MissingSet::default().is_empty());
        assert!(Missing::ALL.len() <= 32 && Missing::ALL.iter().all(|missing| !missing.chinese().is_empty()));
    }
}
