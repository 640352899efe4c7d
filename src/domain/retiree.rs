//! Retirement (停用): what is over stays on record and takes part in nothing from a day on.

use super::text_enum;

text_enum! {
    /// What can be retired.
    Retiree "retiree" {
        /// A campaign.
        Campaign = "campaign",
        /// A task.
        Task = "task",
        /// A measure.
        Measure = "measure",
        /// A unit.
        Unit = "unit",
        /// An indicator.
        Indicator = "indicator",
    }
}

impl Retiree {
    /// The word officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Campaign => "攻坚行动",
            Self::Task => "任务",
            Self::Measure => "指标口径",
            Self::Unit => "责任单位",
            Self::Indicator => "指标",
        }
    }
}
