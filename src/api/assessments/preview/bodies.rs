//! What a trial rests on, as it travels.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::http::wire::{Amount, TextOr, Word};
use crate::api::observations::DifferenceBody;
use crate::api::rule_packs::CreateRulePack;
use crate::api::targets::promise::{CurveBody, TargetBody};
use crate::domain::{Basis, Better, Curve, Figure, Frequency, Grade, Invalid, Measure, Stage, Status};

type BasisWord = Word<Basis>;
type BetterWord = Word<Better>;
type FrequencyWord = Word<Frequency>;
type FigureWord = Word<Figure>;
type StatusWord = Word<Status>;
type StageWord = Word<Stage>;
type GradeWord = Word<Grade>;
type CurveChoice = TextOr<CurveBody>;
type RulePackChoice = TextOr<CreateRulePack>;

/// 试算的全部依据
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// 研判日期：只依据此日及以前公布的数据
    pub(in crate::api) as_of: NaiveDate,
    /// 指标
    pub(in crate::api) indicator: PreviewIndicator,
    /// 观测值：本指标的，以及对比所需的其他行政区、其他指标的
    #[serde(default)]
    pub(in crate::api) observations: Vec<PreviewObservation>,
    /// 规则包：名称、名称@版本，或整个规则包；不写为standard
    pub(in crate::api) rule_pack: Option<RulePackChoice>,
    /// 以往各期的研判等级，供连续期数和解除余量使用
    #[serde(default)]
    pub(in crate::api) history: Vec<PastBody>,
    /// 定性目标的人工评定
    pub(in crate::api) verdict: Option<PersonVerdictBody>,
}

/// 试算的指标
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewIndicator {
    /// 指标口径
    pub(in crate::api) measure: PreviewMeasure,
    /// 行政区代码或名称
    #[schema(example = "430600")]
    pub(in crate::api) region: Option<String>,
    /// 目标期开始日期
    pub(in crate::api) window_start: NaiveDate,
    /// 目标期结束日期
    pub(in crate::api) window_end: NaiveDate,
    /// 目标；null表示未下达
    pub(in crate::api) target: Option<TargetBody>,
    /// 序时曲线：名称或结构；不写为按月
    pub(in crate::api) curve: Option<CurveChoice>,
    /// 基期值
    pub(in crate::api) baseline: Option<Amount>,
}

/// 指标口径
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewMeasure {
    /// 名称
    #[schema(example = "固定资产投资")]
    pub(in crate::api) name: String,
    /// 计量单位
    #[schema(example = "亿元")]
    pub(in crate::api) unit: String,
    /// 以何为好
    pub(in crate::api) better: BetterWord,
    /// 累计、当期或时点
    pub(in crate::api) basis: BasisWord,
    /// 发布频率，默认每月
    pub(in crate::api) frequency: Option<FrequencyWord>,
    /// 次月几日发布；写明时才判断逾期未报
    pub(in crate::api) release_day: Option<u32>,
    /// 显示的小数位数，默认1
    pub(in crate::api) precision: Option<u32>,
    /// 别名，用来核对目标原文所说的是否为本指标
    #[serde(default)]
    pub(in crate::api) aliases: Vec<String>,
}

/// 一个观测值
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewObservation {
    /// 时期开始
    pub(in crate::api) period_start: NaiveDate,
    /// 时期结束
    pub(in crate::api) period_end: NaiveDate,
    /// 累计、当期或时点；不写同指标口径
    pub(in crate::api) basis: Option<BasisWord>,
    /// 数值（level）、同比增速（yoy，%）或名次（rank）；不写为数值
    pub(in crate::api) figure: Option<FigureWord>,
    /// 值
    pub(in crate::api) value: Amount,
    /// 名次是多少个地区中的名次，只与rank同报
    pub(in crate::api) of: Option<u32>,
    /// 是否为截至某日的进度数（时期不到月末）
    #[serde(default)]
    pub(in crate::api) partial: bool,
    /// 性质；不写为最终数
    pub(in crate::api) status: Option<StatusWord>,
    /// 环节；不写为不分环节
    pub(in crate::api) stage: Option<StageWord>,
    /// 公布日期；不写为时期结束日
    pub(in crate::api) published_on: Option<NaiveDate>,
    /// 行政区代码或名称，不写同指标
    pub(in crate::api) region: Option<String>,
    /// 指标名称，不写同指标
    pub(in crate::api) measure: Option<String>,
    /// 文中所称的差距，用来与数值核对
    #[serde(default)]
    pub(in crate::api) differences: Vec<DifferenceBody>,
}

/// 以往一期的等级
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastBody {
    /// 数据期末
    pub(in crate::api) period_end: NaiveDate,
    /// 等级
    pub(in crate::api) grade: GradeWord,
}

/// 定性目标的人工评定
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonVerdictBody {
    /// 等级
    pub(in crate::api) grade: GradeWord,
    /// 评定日期
    pub(in crate::api) on: NaiveDate,
}

impl PreviewMeasure {
    /// The checked measure.
    pub(in crate::api) fn measure(self) -> Result<Measure, Invalid> {
        let frequency = self.frequency.map_or(Frequency::Monthly, |word| word.0);
        let habits = (self.basis.0, self.better.0, frequency);
        Measure::new(&self.name, &self.unit, habits, self.release_day, self.precision.unwrap_or(1))
    }
}

/// The curve that is asked for; linear months unless told.
pub(in crate::api) fn curve(body: Option<TextOr<CurveBody>>) -> Result<Curve, Invalid> {
    let written = match body {
        None => return Ok(Curve::LinearMonths),
        Some(TextOr::Text(name)) => CurveBody::named(&name)?,
        Some(TextOr::Whole(curve)) => *curve,
    };
    Curve::from(written).checked()
}
