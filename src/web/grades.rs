//! Grades as every page shows them: always a word and a shape beside the colour. What is not known is hatched and never green.

use serde::Serialize;

use crate::domain::Grade;

/// A grade on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct GradeView {
    pub(super) word: &'static str,
    pub(super) shape: &'static str,
    pub(super) class: &'static str,
}

impl GradeView {
    pub(super) fn of(grade: Grade) -> Self {
        let (shape, class) = match grade {
            Grade::Missed => ("✕", "g-missed"),
            Grade::Critical => ("■", "g-critical"),
            Grade::Behind => ("◆", "g-behind"),
            Grade::Watch => ("▲", "g-watch"),
            Grade::OnPace | Grade::Ahead => ("●", "g-good"),
            Grade::Achieved => ("✓", "g-good"),
            Grade::OverdueReport | Grade::NoData => ("?", "g-unknown"),
            Grade::NoTarget | Grade::NotStarted => ("○", "g-none"),
        };
        Self { word: grade.chinese(), shape, class }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TextEnum as _;

    #[test]
    fn only_what_is_good_is_green_and_what_is_unknown_is_hatched() {
        for &grade in Grade::ALL {
            let shown = GradeView::of(grade);
            assert_eq!(shown.class == "g-good", grade.is_green(), "{grade}");
            let unknown = matches!(grade, Grade::OverdueReport | Grade::NoData);
            assert_eq!(shown.class == "g-unknown", unknown, "{grade}");
        }
        let shapes: std::collections::BTreeSet<_> = [
            Grade::Missed,
            Grade::Critical,
            Grade::Behind,
            Grade::Watch,
            Grade::OnPace,
            Grade::NoData,
            Grade::NoTarget,
        ]
        .map(|grade| GradeView::of(grade).shape)
        .into();
        assert_eq!(shapes.len(), 7, "no two kinds of trouble look alike without colour");
    }
}
