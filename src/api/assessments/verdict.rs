//! One verdict as it travels: read from the store or previewed, it looks the same.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::assessments::beside::{Beside, Stated};
use crate::api::assessments::figures::DoubtView;
use crate::api::assessments::needs::NeededView;
use crate::api::assessments::stage_values::StageValuesView;
use crate::api::assessments::stated::{Checked, ContradictionView, UncheckedView};
use crate::api::http::refused::Refused;
use crate::api::http::wire::{Amount, Word};
use crate::api::indicators::PeriodView;
use crate::domain::pace::{Assessment, Forecast, Grounds, Missing, Ratio, Release, SideRun, Step};
use crate::domain::{Figure, Grade, Period, RulePack, TextEnum as _};
use crate::letter::Templates;

type FigureWord = Word<Figure>;
type GradeWord = Word<Grade>;

/// 研判结果和全部计算过程
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictView {
    /// 等级
    #[schema(example = "behind")]
    grade: GradeWord,
    /// 等级的中文
    grade_label: &'static str,
    /// 等级，连同预测：等级为好而完不成的可能性达到八成的，两者并提
    #[schema(example = "达序时，但预计不能完成（约96%）")]
    grade_and_forecast: String,
    /// 数据期
    data_period: Option<PeriodView>,
    /// 研判所用的数值：绝对量level、同比增速yoy或位次rank
    figure: Option<FigureWord>,
    /// 实际值、应达值和预测值的单位；增速为%
    actual_unit: Option<String>,
    /// 实际值
    actual: Option<Amount>,
    /// 所依据数值的环节，和各环节的数值；不分环节的为null
    stages: Option<StageValuesView>,
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
    /// 按月均衡的应完成比例
    linear_pace: Option<Amount>,
    /// 上年同期完成比例
    last_year_pace: Option<Amount>,
    /// 采用的序时曲线
    curve: Option<String>,
    /// 后续每月需完成
    needed_per_month: Option<Amount>,
    /// 至今每月平均完成
    average_per_month: Option<Amount>,
    /// 后续需增长（%）
    needed_growth: Option<Amount>,
    /// 后期要求；目标期已满、限额已突破或不再有要求的为null
    needed: Option<NeededView>,
    /// 推算后续需增长所用的上年同期占比取自何处：上年数值（observations）、序时曲线（curve），或按各时段月数计（months）
    share_from: Option<&'static str>,
    /// 与其他序列的对比
    benchmarks: Vec<BenchmarkView>,
    /// 位次
    rank: Option<RankView>,
    /// 连续期数：正为连续达到，负为连续未达
    streak: i32,
    /// 同比增减的连续期数；只对增速
    sign_streak: Option<SideRunView>,
    /// 与对比对象或上级平均水平相比的连续期数；没有可比数值的为null
    comparison_streak: Option<SideRunView>,
    /// 与前期相比的变化，单位同实际值
    change: ChangeView,
    /// 差距（百分点）比上一期的变化，正为好转
    momentum: Option<Amount>,
    /// 三个高于：高于上季度末、上年同期、全国；只对增速和占比
    three_above: Option<ThreeAboveView>,
    /// 下一次发布；口径未写发布日的为null
    release: Option<ReleaseView>,
    /// 与所报数值不符的所称差距；只提示，不改动
    contradictions: Vec<ContradictionView>,
    /// 未能核对的所称差距，及其原因
    unchecked: Vec<UncheckedView>,
    /// 全年预测；缺往年数据、目标期不是十二个月或不适用预测的为null，原因见forecast_missing
    forecast: Option<ForecastView>,
    /// 没有预测的，缺少什么或为何不预测；目标期已满的为null
    forecast_missing: Option<MissingView>,
    /// 是否逾期未报
    overdue: bool,
    /// 缺少的数据
    missing: Vec<MissingView>,
    /// 疑点：不影响录入，但应核对
    doubts: Vec<DoubtView>,
    /// 定级规则
    rule: RuleView,
    /// 计算过程
    working: Vec<StepView>,
}

/// 与其他序列的对比
#[derive(Debug, Serialize, ToSchema)]
pub struct BenchmarkView {
    /// 对比对象
    name: String,
    /// 对比对象的值
    value: Amount,
    /// 差距，正为好
    gap: Amount,
}

/// 位次
#[derive(Debug, Serialize, ToSchema)]
pub struct RankView {
    /// 第几位
    position: usize,
    /// 共几个；公布的位次未写明总数的为null
    of: Option<usize>,
}

/// 同一方向的连续期数；1—2月合并公布的算一期
#[derive(Debug, Serialize, ToSchema)]
pub struct SideRunView {
    /// 正为连续增长或好于对方，负为连续下降或差于对方，0为持平
    periods: i32,
    /// 被本轮终结的另一方向的连续期数（扭转连续6个月负增长为-6），没有的为0
    ended: i32,
}

impl From<SideRun> for SideRunView {
    fn from(SideRun { periods, ended }: SideRun) -> Self {
        Self { periods, ended }
    }
}

/// 与前期相比的变化；不随越低越好反号
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// 比上一期
    previous: Option<Amount>,
    /// 比上年同期
    last_year: Option<Amount>,
    /// 比上年末
    year_end: Option<Amount>,
}

/// 三个高于；越低越好的指标指低于，持平不算，null为不知道
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreeAboveView {
    /// 高于上季度末
    previous_quarter: Option<bool>,
    /// 高于上年同期
    last_year: Option<bool>,
    /// 高于全国
    nation: Option<bool>,
    /// 三项都高于；有一项不高于即为false，其余有不知道的为null
    all: Option<bool>,
}

/// 下一次发布
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    /// 所报时期的末日
    period_end: NaiveDate,
    /// 通常发布的日期
    on: NaiveDate,
    /// 过了此日未报即为逾期（发布日加宽限的工作日）；为null表示该年工作日历尚未公布
    overdue_after: Option<NaiveDate>,
}

/// 全年预测；只用于提示和预警，不影响定级
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastView {
    /// 预测方法
    method: &'static str,
    /// 预测方法的中文
    method_label: &'static str,
    /// 年末预测值，单位同实际值
    value: Amount,
    /// 八成把握的下限
    low: Amount,
    /// 八成把握的上限
    high: Amount,
    /// 完不成目标的可能性，0到1
    p_miss: Amount,
    /// 依据几个往年的预测误差
    years: u32,
}

impl ForecastView {
    fn of(forecast: Forecast) -> Self {
        Self {
            method: forecast.method.as_str(),
            method_label: forecast.method.chinese(),
            value: Amount(forecast.value()),
            low: Amount(forecast.low()),
            high: Amount(forecast.high()),
            p_miss: Amount(forecast.p_miss()),
            years: forecast.years,
        }
    }
}

/// 缺少的数据
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// 代码
    code: &'static str,
    /// 说明
    detail: &'static str,
}

/// 定级规则
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleView {
    /// 规则包名称和版本
    #[schema(example = "standard@1")]
    pack: String,
    /// 规则
    rule: &'static str,
    /// 规则的中文
    rule_label: &'static str,
    /// 与阈值比较的差额（正为不足）
    shortfall: Option<Amount>,
    /// 是否因滞后解除余量而维持原等级
    held: bool,
    /// 阈值
    thresholds: Option<ThresholdsView>,
}

/// 阈值
#[derive(Debug, Serialize, ToSchema)]
pub struct ThresholdsView {
    /// 超序时
    ahead: Amount,
    /// 关注
    watch: Amount,
    /// 滞后
    behind: Amount,
    /// 严重滞后
    critical: Amount,
    /// 解除余量
    lift: Amount,
}

/// 一步计算
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// 公式
    formula: &'static str,
    /// 输入
    inputs: Vec<InputView>,
    /// 结果
    result: String,
}

/// 计算的输入
#[derive(Debug, Serialize, ToSchema)]
pub struct InputView {
    /// 名称
    name: String,
    /// 值
    value: String,
}

fn amount(ratio: Option<Ratio>) -> Option<Amount> {
    ratio.and_then(Ratio::value).map(Amount)
}

impl Beside {
    fn three_above(&self) -> Option<ThreeAboveView> {
        self.context.three_above.map(|check| ThreeAboveView {
            previous_quarter: check.previous_quarter,
            last_year: check.last_year,
            nation: check.nation,
            all: check.all(),
        })
    }

    fn release(&self) -> Option<ReleaseView> {
        let Release { period_end, on } = self.release?;
        Some(ReleaseView { period_end, on, overdue_after: self.overdue_after })
    }
}

impl VerdictView {
    /// The verdict on what was gathered, with its working; `stated` are differences stated of its own series, the latest last.
    ///
    /// # Errors
    /// `internal` when the wording is broken.
    pub fn on(
        grounds: &Grounds,
        as_of: NaiveDate,
        stated: Vec<Stated>,
        templates: &Templates,
    ) -> Result<Self, Refused> {
        let (assessment, steps) = grounds.judge_with_working(as_of);
        let beside = Beside::of(grounds, (&assessment, as_of), stated, templates)?;
        Ok(Self::of(assessment, steps, &grounds.pack, &beside))
    }

    fn of(assessment: Assessment, steps: Vec<Step>, pack: &RulePack, beside: &Beside) -> Self {
        let Checked { contradictions, unchecked } = Checked::of(beside, &assessment);
        let steps = steps.into_iter().map(|step| StepView {
            formula: step.formula,
            inputs: step.inputs.into_iter().map(|(name, value)| InputView { name, value }).collect(),
            result: step.result,
        });
        let lacking = |one: Missing| MissingView { code: one.as_str(), detail: one.chinese() };
        let missing = assessment.missing.iter().map(lacking);
        Self {
            grade: Word(assessment.grade),
            grade_label: assessment.grade.chinese(),
            grade_and_forecast: assessment
                .grade
                .beside_forecast(assessment.forecast.map(|forecast| forecast.p_miss())),
            data_period: assessment.data_period.map(period),
            figure: beside.judged.as_ref().map(|(figure, _)| Word(*figure)),
            actual_unit: beside.judged.as_ref().map(|(_, unit)| unit.clone()),
            actual: assessment.actual.map(Amount),
            stages: beside.stages.clone(),
            expected: amount(assessment.expected),
            expected_hi: amount(assessment.expected_hi),
            gap: amount(assessment.gap),
            gap_points: amount(assessment.gap_points),
            completion: amount(assessment.completion),
            due_fraction: amount(assessment.due_fraction),
            linear_pace: amount(assessment.linear_pace),
            last_year_pace: amount(assessment.last_year_pace),
            curve: assessment.curve_used.map(|curve| curve.to_string()),
            needed_per_month: amount(assessment.needed_per_month),
            average_per_month: amount(assessment.average_per_month),
            needed_growth: amount(assessment.needed_growth),
            needed: beside.needed.clone(),
            share_from: assessment.share_from.map(|from| from.as_str()),
            streak: assessment.streak,
            sign_streak: beside.context.sign.map(SideRunView::from),
            comparison_streak: beside.context.above_other.map(SideRunView::from),
            change: ChangeView {
                previous: assessment.change.previous.map(Amount),
                last_year: assessment.change.last_year.map(Amount),
                year_end: assessment.change.year_end.map(Amount),
            },
            momentum: beside.context.momentum.map(Amount),
            three_above: beside.three_above(),
            release: beside.release(),
            contradictions,
            unchecked,
            forecast: assessment.forecast.map(ForecastView::of),
            forecast_missing: assessment.forecast_lacks.map(lacking),
            overdue: assessment.overdue,
            missing: missing.collect(),
            doubts: DoubtView::beside(assessment.doubts, beside.stages.as_ref()),
            rule: RuleView::of(&assessment, pack),
            working: steps.collect(),
            rank: assessment.rank.map(|rank| RankView { position: rank.position, of: rank.of }),
            benchmarks: assessment
                .benchmarks
                .into_iter()
                .map(|one| BenchmarkView { name: one.name, value: Amount(one.value), gap: Amount(one.gap) })
                .collect(),
        }
    }
}

impl RuleView {
    fn of(assessment: &Assessment, pack: &RulePack) -> Self {
        let rule = assessment.rule;
        Self {
            pack: format!("{}@{}", pack.name, pack.version),
            rule: rule.id.as_str(),
            rule_label: rule.id.chinese(),
            shortfall: rule.shortfall.map(Amount),
            held: rule.held,
            thresholds: pack.bands(rule.id).map(|bands| ThresholdsView {
                ahead: Amount(bands.ahead),
                watch: Amount(bands.watch),
                behind: Amount(bands.behind),
                critical: Amount(bands.critical),
                lift: Amount(bands.lift),
            }),
        }
    }
}

fn period(period: Period) -> PeriodView {
    PeriodView { start: period.start(), end: period.end() }
}
