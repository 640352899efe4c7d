//! A target handed down (省→市→县): the parts against the whole. What does not add up is shown, never mended.

use std::collections::HashSet;

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
use crate::domain::pace::{Assessment, Cascade, Ratio, adds_up};
use crate::evidence::Evidence;
use crate::evidence::gather;
use crate::evidence::{Comparisons, Register};
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

/// An indicator with its verdict.
struct Judged {
    evidence: Evidence,
    assessment: Assessment,
}

impl Judged {
    fn of(evidence: Evidence, as_of: NaiveDate) -> Self {
        let assessment = evidence.grounds.judge(as_of);
        Self { evidence, assessment }
    }

    /// The promised amount in the measure's unit.
    fn target(&self) -> Option<Decimal> {
        let target = self.evidence.grounds.target.as_ref()?;
        target.value?.checked_mul(target.factor_to(&self.evidence.grounds.measure.unit).ok()?)
    }

    fn expected(&self) -> Option<Decimal> {
        self.assessment.expected.and_then(Ratio::value)
    }

    /// Whether amounts of several regions may be added.
    fn is_additive(&self) -> bool {
        let amount = self.evidence.grounds.kind().is_some_and(|kind| kind.row().is_amount());
        amount && adds_up(&self.evidence.grounds.measure.unit)
    }

    fn period(&self) -> Option<PeriodView> {
        self.assessment.data_period.map(|period| PeriodView { start: period.start(), end: period.end() })
    }

    fn view(&self) -> PartView {
        PartView {
            indicator_id: self.evidence.row.id.0,
            region: self.evidence.grounds.region.to_string(),
            grade: Word(self.assessment.grade),
            target: self.target().map(Amount),
            data_period: self.period(),
            actual: self.assessment.actual.map(Amount),
            expected: self.expected().map(Amount),
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
    let calendar = &state.office.calendar;
    let found = gather::evidence_of(&state.office.read, calendar, &[Id(*id)], as_of, Comparisons::ForGrade)
        .await?
        .pop();
    let whole = Judged::of(found.ok_or_else(|| Refused::not_found("指标"))?, as_of);
    let (measure, region) = whole.evidence.key;
    let below = Register::load(&state.office.read).await?.below(region, as_of);
    let regions: Vec<Id> = below.iter().map(|(id, _)| *id).collect();
    let window = (whole.evidence.grounds.window.start(), whole.evidence.grounds.window.end());
    let rows = state.office.read.list_parts(measure, &regions, window).await?;
    // Of several in one region, that of the same campaign; else the first that was made.
    let mut seen = HashSet::new();
    let (own, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, campaign, _)| *campaign == whole.evidence.row.campaign_id);
    let chosen = own.into_iter().chain(others).filter(|(.., region)| seen.insert(*region));
    let ids: Vec<Id> = chosen.map(|(id, ..)| id).collect();
    let parts = gather::evidence_of(&state.office.read, calendar, &ids, as_of, Comparisons::ForGrade).await?;
    let mut parts: Vec<Judged> = parts.into_iter().map(|part| Judged::of(part, as_of)).collect();
    parts.sort_by(|a, b| a.evidence.grounds.region.cmp(&b.evidence.grounds.region));
    let without: Vec<String> =
        below.into_iter().filter(|(id, _)| !seen.contains(id)).map(|(_, code)| code).collect();
    let additive = whole.is_additive();
    let period = whole.assessment.data_period;
    let same = |part: &&Judged| period.is_some() && part.assessment.data_period == period;
    let at_period = |value: fn(&Judged) -> Option<Decimal>| {
        parts.iter().map(move |part| Some(part).filter(same).and_then(value))
    };
    let total = |whole: Option<Decimal>, parts: Vec<Option<Decimal>>| {
        sum(whole.filter(|_| additive), parts.into_iter(), without.len())
    };
    let view = CascadeView {
        indicator_id: *id,
        as_of,
        unit: whole.evidence.grounds.measure.unit.clone(),
        additive,
        data_period: whole.period(),
        target: total(whole.target(), parts.iter().map(Judged::target).collect()),
        actual: total(whole.assessment.actual, at_period(|part| part.assessment.actual).collect()),
        expected: total(whole.expected(), at_period(Judged::expected).collect()),
        parts: parts.iter().map(Judged::view).collect(),
        without,
    };
    respond::ok(&request, &view)
}
