//! Grades.

use rust_decimal::Decimal;

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

    /// The grade in words, and beside a good one that the target will likely be missed all the same: of those who were on
    /// pace with a stated 80 % or more, 96 in 100 missed it.
    pub fn beside_forecast(self, p_miss: Option<Decimal>) -> String {
        let likely = p_miss.filter(|p_miss| *p_miss >= Decimal::new(8, 1));
        match (self, likely) {
            (Self::Ahead | Self::OnPace, Some(p_miss)) => {
                let percent = (p_miss * Decimal::ONE_HUNDRED).round().normalize();
                format!("{}，但预计不能完成（约{percent}%）", self.chinese())
            }
            _ => self.chinese().to_owned(),
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

    #[test]
    fn a_good_grade_says_what_is_expected_all_the_same() {
        let said = |grade: Grade, p_miss: &str| grade.beside_forecast(p_miss.parse().ok());
        assert_eq!(said(Grade::OnPace, "0.96"), "达序时，但预计不能完成（约96%）");
        assert_eq!(said(Grade::Ahead, "0.8"), "超序时，但预计不能完成（约80%）");
        assert_eq!(said(Grade::Ahead, "0.79"), "超序时");
        assert_eq!((said(Grade::Behind, "0.99"), said(Grade::OnPace, "")), ("滞后".into(), "达序时".into()));
    }
}
