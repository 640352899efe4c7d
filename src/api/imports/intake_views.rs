//! What was read out of a file, as it is shown: figures, things of a plan, and what was not understood, each with its place.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::assessments::figures::DoubtView;
use crate::api::http::refused::{FieldError, RequestPart};
use crate::api::http::wire::{Amount, Word};
use crate::api::targets::PhraseTargetView;
use crate::domain::{Invalid, PlanPart, Stage, Status};
use crate::office::intake::{
    FigureOffer, OfferOutcome, PlanItem, PlanItemOutcome, ReportedFigure, ReportedStatus, Spot, StoredFigure,
    UnreadSpot,
};

type OutcomeWord = Word<OfferOutcome>;
type PlanOutcomeWord = Word<PlanItemOutcome>;
type PartWord = Word<PlanPart>;
type ReportedFigureWord = Word<ReportedFigure>;
type ReportedStatusWord = Word<ReportedStatus>;
type StageWord = Word<Stage>;
type StatusWord = Word<Status>;

/// 在文件中的位置
#[derive(Debug, Serialize, ToSchema)]
pub struct SpotView {
    /// 位置，如“第12段”、“工作表“填报表”L5”
    words: String,
    /// 工作表
    sheet: Option<String>,
    /// 单元格
    #[schema(example = "L5")]
    cell: Option<String>,
}

impl From<Spot> for SpotView {
    fn from(spot: Spot) -> Self {
        Self { words: spot.words, sheet: spot.sheet, cell: spot.cell }
    }
}

/// 未采用的原因，或不合要求之处
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// 规则代码（英文，稳定）
    #[schema(example = "unknown_measure")]
    code: &'static str,
    /// 中文说明：哪里不对、怎么改
    detail: String,
}

impl From<Invalid> for ReasonView {
    fn from(invalid: Invalid) -> Self {
        Self { code: invalid.code, detail: invalid.detail }
    }
}

/// 已有的数值
#[derive(Debug, Serialize, ToSchema)]
pub struct StoredFigureView {
    /// 值，按指标口径的单位
    value: Amount,
    /// 状态
    status: StatusWord,
    /// 环节；为null表示不分环节
    stage: Option<StageWord>,
    /// 公布日期
    published_on: NaiveDate,
    /// 第几个版本
    vintage: i32,
}

impl From<StoredFigure> for StoredFigureView {
    fn from(stored: StoredFigure) -> Self {
        Self {
            value: Amount(stored.value),
            status: Word(stored.status),
            stage: stored.stage.map(Word),
            published_on: stored.published_on,
            vintage: stored.vintage,
        }
    }
}

/// 从文件中读出的一个数
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadFigureView {
    /// 在此文件中的代号：内容不变则不变
    key: String,
    /// 位置
    spot: SpotView,
    /// 原文
    phrase: String,
    /// 指标，原文写法
    indicator: String,
    /// 地区，原文写法；没有写明的为空
    region: String,
    /// 所属时期的首日；没有写明的为null
    period_start: Option<NaiveDate>,
    /// 所属时期的末日
    period_end: NaiveDate,
    /// 是指标的什么数：数值、同比增速、占比、完成进度、名次或差距
    figure: ReportedFigureWord,
    /// 值，原文的单位；下降为负
    value: Amount,
    /// 单位，原文写法
    unit: String,
    /// 实际、预计或计划
    status: ReportedStatusWord,
    /// 与什么相比
    against: Option<String>,
    /// 对应的指标口径
    measure_id: Option<Uuid>,
    /// 对应的指标口径的名称
    measure: Option<String>,
    /// 对应的行政区
    region_id: Option<Uuid>,
    /// 认不出时，名称相近的指标口径
    candidates: Vec<String>,
    /// 结果：created新增，updated与已有的不同、成为新版本，unchanged相同，outranked已有次序在前的来源，refused不合要求，unmatched没有登记的
    /// 名称，contradictory文件中前后不一，repeated文件中重复，noted不是指标的数值，left_out未选
    outcome: OutcomeWord,
    /// 已有的数值
    stored: Option<StoredFigureView>,
    /// 未采用的原因，或不合要求之处
    reasons: Vec<ReasonView>,
    /// 疑点，请核对
    doubts: Vec<DoubtView>,
}

impl From<FigureOffer> for ReadFigureView {
    fn from(offer: FigureOffer) -> Self {
        let said = offer.said;
        Self {
            key: offer.key,
            spot: offer.spot.into(),
            phrase: said.phrase,
            indicator: said.indicator,
            region: said.region,
            period_start: said.period.start,
            period_end: said.period.end,
            figure: Word(said.figure),
            value: Amount(said.value),
            unit: said.unit,
            status: Word(said.status),
            against: said.against,
            measure_id: offer.measure.as_ref().map(|(id, ..)| id.0),
            measure: offer.measure.map(|(_, name, _)| name),
            region_id: offer.region.map(|id| id.0),
            candidates: offer.candidates,
            outcome: Word(offer.outcome),
            stored: offer.stored.map(StoredFigureView::from),
            reasons: offer.why.into_iter().map(ReasonView::from).collect(),
            doubts: DoubtView::all(offer.doubts),
        }
    }
}

/// 从文件中读出的方案的一项
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadPlanItemView {
    /// 在此文件中的代号：内容不变则不变
    key: String,
    /// 是什么
    part: PartWord,
    /// 位置；由其他内容推出的为null
    spot: Option<SpotView>,
    /// 名称，原文写法
    name: String,
    /// 原文
    phrase: String,
    /// 所在的任务或章节
    within: Option<String>,
    /// 牵头单位
    lead: Vec<String>,
    /// 配合单位；攻坚行动为专班成员
    support: Vec<String>,
    /// 目标
    target: Option<PhraseTargetView>,
    /// 时限
    due: Option<NaiveDate>,
    /// 对应的指标口径；新建的指标口径为其单位
    matched: Option<String>,
    /// 结果：created新增，updated有变化，unchanged相同，refused不合要求，skipped所属的一项不合要求，unmatched没有登记的名称，repeated同一
    /// 任务中重复，left_out未选，missing现行方案有而文件中没有（保持不变）
    outcome: PlanOutcomeWord,
    /// 编号
    id: Option<Uuid>,
    /// 现行的内容，有变化时给出
    stored: Option<String>,
    /// 不合要求之处
    reasons: Vec<ReasonView>,
}

impl From<PlanItem> for ReadPlanItemView {
    fn from(item: PlanItem) -> Self {
        Self {
            key: item.key,
            part: Word(item.part),
            spot: item.spot.map(SpotView::from),
            name: item.name,
            phrase: item.phrase,
            within: item.within,
            lead: item.lead,
            support: item.support,
            target: item.target.map(PhraseTargetView::from),
            due: item.due,
            matched: item.matched,
            outcome: Word(item.outcome),
            id: item.id,
            stored: item.stored,
            reasons: item.why.into_iter().map(ReasonView::from).collect(),
        }
    }
}

/// 没有读懂的文字
#[derive(Debug, Serialize, ToSchema)]
pub struct UnreadView {
    /// 位置
    spot: SpotView,
    /// 原文
    text: String,
    /// 为什么没有采用、怎么办
    why: String,
}

impl From<UnreadSpot> for UnreadView {
    fn from(unread: UnreadSpot) -> Self {
        Self { spot: unread.spot.into(), text: unread.text, why: unread.why }
    }
}

/// What is in the way of taking in a file: its place and why.
pub type InTheWay = Vec<(Spot, Vec<Invalid>)>;

/// What stands in the way, of figures, things of a plan and what was not understood.
pub fn in_the_way(figures: &[FigureOffer], plan: &[PlanItem], unread: &[UnreadSpot]) -> InTheWay {
    let nowhere = || Spot { words: String::new(), sheet: None, cell: None, at: None };
    let figures = figures.iter().filter(|offer| offer.outcome.is_in_the_way());
    let figures = figures.map(|offer| (offer.spot.clone(), offer.why.clone()));
    let plan = plan.iter().filter(|item| item.outcome.is_in_the_way());
    let plan = plan.map(|item| (item.spot.clone().unwrap_or_else(nowhere), item.why.clone()));
    let unread = unread.iter().map(|one| {
        let text = if one.text.is_empty() { String::new() } else { format!("“{}”：", one.text) };
        (one.spot.clone(), vec![Invalid::new("", "unread", format!("{text}{}", one.why))])
    });
    figures.chain(plan).chain(unread).collect()
}

/// The same as errors of a request: `/sheet/cell` where there is one.
pub fn as_errors(wrong: InTheWay) -> Vec<FieldError> {
    let error = |spot: &Spot, why: Invalid| FieldError {
        part: RequestPart::Body,
        pointer: spot.pointer(),
        code: why.code.to_owned(),
        detail: if spot.words.is_empty() { why.detail } else { format!("{}：{}", spot.words, why.detail) },
    };
    wrong.into_iter().flat_map(|(spot, why)| why.into_iter().map(move |one| error(&spot, one))).collect()
}

/// The same as marks of a workbook.
pub fn as_marks(wrong: InTheWay) -> Vec<(Spot, String)> {
    let sentence = |why: Vec<Invalid>| why.into_iter().map(|one| one.detail).collect::<Vec<_>>().join("\n");
    wrong.into_iter().map(|(spot, why)| (spot, sentence(why))).collect()
}
