//! What a plan is made of, as far as another system may have numbers of its own for it.

use super::text_enum;

text_enum! {
    /// A kind of thing in a plan.
    PlanPart "part" {
        /// A unit.
        Unit = "unit",
        /// A contact.
        Contact = "contact",
        /// A measure.
        Measure = "measure",
        /// A campaign.
        Campaign = "campaign",
        /// A task.
        Task = "task",
        /// An indicator.
        Indicator = "indicator",
    }
}

impl PlanPart {
    /// The word officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Unit => "责任单位",
            Self::Contact => "联络员",
            Self::Measure => "指标口径",
            Self::Campaign => "攻坚行动",
            Self::Task => "任务",
            Self::Indicator => "指标",
        }
    }
}
