//! The figures of a stored assessment as they travel: with an indicator, on a line of the board, among the recorded ones.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::assessments::stage_values::StageValuesView;
use crate::api::http::wire::{Amount, Word};
use crate::api::indicators::PeriodView;
use crate::domain::{Doubt, DoubtSet, Figure, Grade, TextEnum as _};
use crate::office::rows::{AssessmentRow, CurrentAssessmentRow};
use crate::office::types::Number;

type GradeWord = Word<Grade>;
type FigureWord = Word<Figure>;

/// 一次研判的各项数值（小数最多十位）
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// 等级
    #[schema(example = "behind")]
    grade: GradeWord,
    /// 等级的中文
    grade_label: &'static str,
    /// 等级，连同预测：等级为好而完不成的可能性达到八成的，两者并提
    #[schema(example = "达序时，但预计不能完成（约96%）")]
    grade_and_forecast: String,
    /// 首次作出这一结果的研判日期；为null表示尚未研判
    as_of: Option<NaiveDate>,
    /// 数据期
    data_period: Option<PeriodView>,
    /// 研判所用的数值：绝对量level、同比增速yoy或位次rank
    figure: Option<FigureWord>,
    /// 实际值、应达值和预测值的单位；增速为%，不一定与unit相同
    #[schema(example = "%")]
    actual_unit: Option<String>,
    /// 实际值
    actual: Option<Amount>,
    /// 应达值
    expected: Option<Amount>,
    /// 应达区间的另一端
    expected_hi: Option<Amount>,
    /// 差距，正为好
    gap: Option<Amount>,
    /// 差距（百分点），正为好
    gap_points: Option<Amount>,
    /// 完成比例，0.25即25%
    completion: Option<Amount>,
    /// 应完成比例
    due_fraction: Option<Amount>,
    /// 后续每月需完成
    needed_per_month: Option<Amount>,
    /// 后续需增长（%）
    needed_growth: Option<Amount>,
    /// 年末预测值；没有预测的为null
    forecast: Option<Amount>,
    /// 完不成目标的可能性，0到1
    p_miss: Option<Amount>,
    /// 定级规则
    rule: Option<String>,
    /// 研判规则的版本
    rules_version: Option<i32>,
    /// 疑点：不影响录入，但应核对
    doubts: Vec<DoubtView>,
}

/// 疑点：照录，请核对
#[derive(Debug, Serialize, ToSchema)]
pub struct DoubtView {
    /// 疑点代码（英文，稳定）
    #[schema(example = "scale_of_rate")]
    code: &'static str,
    /// 何处可疑、怎么办
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
}

impl From<Doubt> for DoubtView {
    fn from(doubt: Doubt) -> Self {
        Self { code: doubt.as_str(), detail: doubt.chinese().into() }
    }
}

impl DoubtView {
    /// Whether it is this doubt.
    pub fn is(&self, doubt: Doubt) -> bool {
        self.code == doubt.as_str()
    }

    /// All of a set; where stages disagree, what each says.
    pub fn beside(doubts: DoubtSet, stages: Option<&StageValuesView>) -> Vec<Self> {
        let mut all = Self::all(doubts);
        if let Some(said) = stages.and_then(|stages| stages.disagreement.clone())
            && let Some(doubt) = all.iter_mut().find(|doubt| doubt.is(Doubt::StagesDiffer))
        {
            doubt.detail = said.into();
        }
        all
    }

    /// All of a set.
    pub fn all(doubts: DoubtSet) -> Vec<Self> {
        doubts.iter().map(Self::from).collect()
    }
}

impl FiguresView {
    /// What is in force; before the first assessment only a grade that says so.
    pub fn in_force(current: &CurrentAssessmentRow, assessment: Option<&AssessmentRow>) -> Self {
        match assessment {
            Some(assessment) => Self::of(assessment),
            None => Self::none(current.grade.0),
        }
    }

    fn none(grade: Grade) -> Self {
        Self {
            grade: Word(grade),
            grade_label: grade.chinese(),
            grade_and_forecast: grade.beside_forecast(None),
            as_of: None,
            data_period: None,
            figure: None,
            actual_unit: None,
            actual: None,
            expected: None,
            expected_hi: None,
            gap: None,
            gap_points: None,
            completion: None,
            due_fraction: None,
            needed_per_month: None,
            needed_growth: None,
            forecast: None,
            p_miss: None,
            rule: None,
            rules_version: None,
            doubts: Vec::new(),
        }
    }

    /// A stored assessment.
    pub fn of(row: &AssessmentRow) -> Self {
        let figures = &row.figures;
        let amount = |number: Option<Number>| number.map(|number| Amount(number.0));
        let period = figures.data_start.zip(figures.data_end);
        Self {
            as_of: Some(row.as_of),
            grade_and_forecast: figures.grade.0.beside_forecast(figures.p_miss.map(|p_miss| p_miss.0)),
            data_period: period.map(|(start, end)| PeriodView { start, end }),
            figure: figures.figure.map(|figure| Word(figure.0)),
            actual_unit: figures.actual_unit.clone(),
            actual: amount(figures.actual),
            expected: amount(figures.expected),
            expected_hi: amount(figures.expected_hi),
            gap: amount(figures.gap),
            gap_points: amount(figures.gap_points),
            completion: amount(figures.completion),
            due_fraction: amount(figures.due_fraction),
            needed_per_month: amount(figures.needed_per_month),
            needed_growth: amount(figures.needed_growth),
            forecast: amount(figures.forecast),
            p_miss: amount(figures.p_miss),
            rule: figures.rule.clone(),
            rules_version: Some(row.rules_version),
            doubts: figures.doubts().map(DoubtView::from).collect(),
            ..Self::none(figures.grade.0)
        }
    }
}
