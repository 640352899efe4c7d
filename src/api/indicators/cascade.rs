//! A target handed down (省→市→县): the parts against the whole. What does not add up is shown, never mended.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::assessments::AsOfParams;
use crate::api::http::extract::Params;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, Word};
use crate::api::indicators::PeriodView;
use crate::domain::Grade;
use crate::domain::pace::Cascade;
use crate::office::assessed::{self, HandedDown, JudgedPart};
use crate::office::types::Id;

type GradeWord = Word<Grade>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(find_cascade);
}

/// 一个指标与下级行政区同一指标的合计
#[derive(Debug, Serialize, ToSchema)]
pub struct CascadeView {
    /// 指标编号
    indicator_id: Uuid,
    /// 研判日期
    as_of: NaiveDate,
    /// 计量单位
    unit: String,
    /// 能否相加：增速、占比等不能，此时各合计为null
    additive: bool,
    /// 本级数据期；实际值和应达值只合计数据期相同的下级
    data_period: Option<PeriodView>,
    /// 目标值：下级合计与本级
    target: Option<SumView>,
    /// 实际值：下级合计与本级
    actual: Option<SumView>,
    /// 按各自序时曲线的应达值：下级合计与本级
    expected: Option<SumView>,
    /// 下级各指标
    parts: Vec<PartView>,
    /// 尚无此指标的下级行政区代码
    without: Vec<String>,
}

/// 合计与本级
#[derive(Debug, Serialize, ToSchema)]
pub struct SumView {
    /// 本级
    parent: Amount,
    /// 下级合计
    sum: Amount,
    /// 合计减本级，负为下级之和不足
    gap: Amount,
    /// 未计入的下级个数；不为0时差额尚不完整
    unknown: usize,
    /// 是否不一致；只提示，不改动；为null表示下级尚未齐全，不能判断
    differs: Option<bool>,
}

/// 下级的一个指标
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// 指标编号
    indicator_id: Uuid,
    /// 行政区代码
    region: String,
    /// 等级
    grade: GradeWord,
    /// 目标值，换算为指标口径的单位；为null表示未下达
    target: Option<Amount>,
    /// 数据期
    data_period: Option<PeriodView>,
    /// 实际值
    actual: Option<Amount>,
    /// 应达值
    expected: Option<Amount>,
}

fn period(part: &JudgedPart) -> Option<PeriodView> {
    part.assessment.data_period.map(|period| PeriodView { start: period.start(), end: period.end() })
}

impl From<&JudgedPart> for PartView {
    fn from(part: &JudgedPart) -> Self {
        Self {
            indicator_id: part.id.0,
            region: part.grounds.region.to_string(),
            grade: Word(part.assessment.grade),
            target: part.target().map(Amount),
            data_period: period(part),
            actual: part.assessment.actual.map(Amount),
            expected: part.expected().map(Amount),
        }
    }
}

fn sum(
    whole: Option<Decimal>,
    parts: impl Iterator<Item = Option<Decimal>>,
    absent: usize,
) -> Option<SumView> {
    let parts = parts.chain(std::iter::repeat_n(None, absent));
    let cascade = Cascade::of(whole?, parts)?;
    Some(SumView {
        parent: Amount(cascade.parent),
        sum: Amount(cascade.sum),
        gap: Amount(cascade.gap),
        unknown: cascade.unknown,
        differs: cascade.differs(),
    })
}

/// 查看一个指标的下级分解：目标、实际、应达的下级合计与本级之差
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), AsOfParams), responses(
    (status = 200, body = CascadeView), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/cascade")]
async fn find_cascade(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<AsOfParams>,
) -> Result<HttpResponse, Refused> {
    let as_of = params.as_of.unwrap_or_else(|| state.office.clock.today());
    let found = assessed::handed_down(&state.office, Id::of(*id), as_of).await?;
    let HandedDown { whole, parts, without } = found.ok_or_else(|| Refused::not_found("指标"))?;
    let additive = whole.is_additive();
    let judged = whole.assessment.data_period;
    let same = |part: &&JudgedPart| judged.is_some() && part.assessment.data_period == judged;
    let at_period = |value: fn(&JudgedPart) -> Option<Decimal>| {
        parts.iter().map(move |part| Some(part).filter(same).and_then(value))
    };
    let total = |whole: Option<Decimal>, parts: Vec<Option<Decimal>>| {
        sum(whole.filter(|_| additive), parts.into_iter(), without.len())
    };
    let view = CascadeView {
        indicator_id: *id,
        as_of,
        unit: whole.grounds.measure.unit.clone(),
        additive,
        data_period: period(&whole),
        target: total(whole.target(), parts.iter().map(JudgedPart::target).collect()),
        actual: total(whole.assessment.actual, at_period(|part| part.assessment.actual).collect()),
        expected: total(whole.expected(), at_period(JudgedPart::expected).collect()),
        parts: parts.iter().map(PartView::from).collect(),
        without,
    };
    respond::ok(&request, &view)
}
