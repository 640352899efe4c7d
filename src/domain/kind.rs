//! Kinds of promises.

use super::text_enum;

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

impl Kind {
    /// Whether the promise is a number of its own (and so needs a value and a unit).
    pub fn needs_value(self) -> bool {
        matches!(
            self,
            Self::Total
                | Self::Level
                | Self::Growth
                | Self::Share
                | Self::Change
                | Self::Cap
                | Self::Range
                | Self::Rank
        )
    }
}
