//! Grades.

use super::text_enum;

text_enum! {
    /// The verdict (等级). The first seven are ordered from best to worst; the last four stand apart:
    /// they say why there is no verdict, and none of them is ever good news.
    Grade "grade" {
        /// The target has been met.
        Achieved = "achieved",
        /// Clearly before pace.
        Ahead = "ahead",
        /// On pace.
        OnPace = "on_pace",
        /// Short of pace, not yet by enough to warn.
        Watch = "watch",
        /// Behind pace.
        Behind = "behind",
        /// Far behind pace.
        Critical = "critical",
        /// The window is over and the target was not met.
        Missed = "missed",
        /// The window has not begun.
        NotStarted = "not_started",
        /// No target has been handed down (未下达).
        NoTarget = "no_target",
        /// An input is missing; the assessment says which.
        NoData = "no_data",
        /// The report is overdue and nothing worse is known.
        OverdueReport = "overdue_report",
    }
}

impl Grade {
    /// 0 (best) to 6 (worst); `None` for the grades that stand apart.
    pub fn severity(self) -> Option<u8> {
        match self {
            Self::Achieved => Some(0),
            Self::Ahead => Some(1),
            Self::OnPace => Some(2),
            Self::Watch => Some(3),
            Self::Behind => Some(4),
            Self::Critical => Some(5),
            Self::Missed => Some(6),
            Self::NotStarted | Self::NoTarget | Self::NoData | Self::OverdueReport => None,
        }
    }

    /// Whether it is good news: achieved, ahead or on pace.
    pub fn is_green(self) -> bool {
        matches!(self, Self::Achieved | Self::Ahead | Self::OnPace)
    }

    /// Whether it calls for a warning by itself: behind, critical or missed.
    pub fn is_lagging(self) -> bool {
        matches!(self, Self::Behind | Self::Critical | Self::Missed)
    }

    /// The word officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Achieved => "已完成",
            Self::Ahead => "超序时",
            Self::OnPace => "达序时",
            Self::Watch => "关注",
            Self::Behind => "滞后",
            Self::Critical => "严重滞后",
            Self::Missed => "未完成",
            Self::NotStarted => "未开始",
            Self::NoTarget => "目标未下达",
            Self::NoData => "缺数据",
            Self::OverdueReport => "逾期未报",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TextEnum;

    #[test]
    fn grades_are_ordered_from_best_to_worst_and_four_stand_apart() {
        let ordered: Vec<_> = Grade::ALL.iter().filter_map(|grade| grade.severity()).collect();
        assert_eq!(ordered, [0, 1, 2, 3, 4, 5, 6]);
        for grade in [Grade::NotStarted, Grade::NoTarget, Grade::NoData, Grade::OverdueReport] {
            assert!(!grade.is_green() && !grade.is_lagging() && grade.severity().is_none(), "{grade}");
        }
        assert!(Grade::ALL.iter().all(|grade| Grade::parse(grade.as_str()) == Some(*grade)));
    }
}
