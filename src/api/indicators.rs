//! Indicators (指标): the promise, and the verdict in force beside it.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::State;
use super::extract::{Body, Params};
use super::lookup::{self, At};
use super::page::{List, ListParams, PageView};
use super::problem::{Problem, ProblemView};
use super::promise::{CurveBody, Of, TargetBody, TargetView};
use super::respond::{self, OneParams};
use super::tasks::PartBody;
use super::wire::{Amount, Word};
use crate::db;
use crate::domain::{Curve, Grade, Invalid, Measure, Period, quantity};
use crate::store::rows::{
    BoardFilter, BoardRow, IndicatorChange, IndicatorRow, ResponsibilityRow, TargetColumns, VerdictColumns,
    word,
};
use crate::store::types::{Id, Number};
use crate::store::{StoreError, curves};

/// Adds the resource's routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_indicators)
        .service(create_indicator)
        .service(find_indicator)
        .service(update_indicator);
}

/// 现行研判结果
#[derive(Debug, Serialize, ToSchema)]
pub struct VerdictView {
    /// 等级
    #[schema(value_type = String, example = "behind")]
    pub grade: Word<Grade>,
    /// 首次作出这一结果的研判日期；为null表示尚未研判
    pub as_of: Option<NaiveDate>,
    /// 数据期
    pub data_period: Option<PeriodView>,
    /// 实际值
    pub actual: Option<Amount>,
    /// 应达值
    pub expected: Option<Amount>,
    /// 差距，正为好
    pub gap: Option<Amount>,
    /// 差距（百分点），正为好
    pub gap_points: Option<Amount>,
    /// 完成比例，0.25即25%
    pub completion: Option<Amount>,
    /// 应完成比例
    pub due_fraction: Option<Amount>,
    /// 后续每月需完成
    pub needed_per_month: Option<Amount>,
    /// 后续需增长（%）
    pub needed_growth: Option<Amount>,
}

/// 起止日期
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodView {
    /// 开始日期
    pub start: NaiveDate,
    /// 结束日期
    pub end: NaiveDate,
}

/// 编号和名称
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// 编号
    pub id: Uuid,
    /// 名称
    pub name: String,
}

/// 指标
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorView {
    /// 编号
    pub id: Uuid,
    /// 指标口径
    pub measure: Named,
    /// 计量单位
    pub unit: String,
    /// 行政区代码
    pub region: String,
    /// 行政区名称
    pub region_name: String,
    /// 攻坚行动编号
    pub campaign_id: Uuid,
    /// 任务
    pub task: Named,
    /// 牵头单位
    pub lead_unit: Option<Named>,
    /// 目标；为null表示未下达
    pub target: Option<TargetView>,
    /// 序时曲线
    pub curve: CurveBody,
    /// 基期值
    pub baseline: Option<Amount>,
    /// 目标期开始日期
    pub window_start: NaiveDate,
    /// 目标期结束日期
    pub window_end: NaiveDate,
    /// 现行研判结果
    pub verdict: VerdictView,
    /// 建立时间
    pub created_at: DateTime<Utc>,
    /// 最近修改时间
    pub updated_at: DateTime<Utc>,
}

fn amount(number: Option<Number>) -> Option<Amount> {
    number.map(|number| Amount(number.0))
}

impl VerdictView {
    /// The verdict beside an indicator.
    pub fn of(verdict: &VerdictColumns) -> Result<Self, StoreError> {
        let period = verdict.data_start.zip(verdict.data_end);
        Ok(Self {
            grade: Word(word(&verdict.grade)?),
            as_of: verdict.graded_as_of,
            data_period: period.map(|(start, end)| PeriodView { start, end }),
            actual: amount(verdict.actual),
            expected: amount(verdict.expected),
            gap: amount(verdict.gap),
            gap_points: amount(verdict.gap_points),
            completion: amount(verdict.completion),
            due_fraction: amount(verdict.due_fraction),
            needed_per_month: amount(verdict.needed_per_month),
            needed_growth: amount(verdict.needed_growth),
        })
    }
}

impl IndicatorView {
    /// A row of the board as JSON.
    pub fn of(row: BoardRow) -> Result<Self, StoreError> {
        let BoardRow { indicator, measure, region, task_name, lead_unit_name } = row;
        Ok(Self {
            id: indicator.id.0,
            measure: Named { id: measure.0.0, name: measure.1 },
            unit: measure.2,
            region: region.1,
            region_name: region.2,
            campaign_id: indicator.campaign_id.0,
            task: Named { id: indicator.task_id.0, name: task_name },
            lead_unit: indicator.lead_unit_id.zip(lead_unit_name).map(|(id, name)| Named { id: id.0, name }),
            target: indicator.target.target()?.map(TargetView::from),
            curve: CurveBody::from(curves::read(&indicator.curve)?),
            baseline: amount(indicator.baseline),
            window_start: indicator.window_start,
            window_end: indicator.window_end,
            verdict: VerdictView::of(&indicator.verdict)?,
            created_at: indicator.created_at.and_utc(),
            updated_at: indicator.updated_at.and_utc(),
        })
    }
}

/// 新建指标
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateIndicator {
    /// 所属任务的编号
    task: Uuid,
    /// 指标口径：id、名称或别名
    measure: String,
    /// 行政区：id、代码或名称
    region: String,
    /// 目标；不写表示未下达
    target: Option<TargetBody>,
    /// 序时曲线，默认按月
    curve: Option<CurveBody>,
    /// 基期值，单位同指标口径
    baseline: Option<Amount>,
    /// 目标期开始日期，默认同攻坚行动
    window_start: Option<NaiveDate>,
    /// 目标期结束日期，默认同攻坚行动
    window_end: Option<NaiveDate>,
    /// 职责分工；不写时同所属任务
    #[serde(default)]
    responsibilities: Vec<PartBody>,
}

/// 修改指标；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateIndicator {
    /// 目标；null表示收回
    #[serde(default, deserialize_with = "super::wire::maybe::deserialize")]
    #[schema(value_type = Option<TargetBody>)]
    target: Option<Option<TargetBody>>,
    /// 序时曲线
    curve: Option<CurveBody>,
    /// 基期值
    #[serde(default, deserialize_with = "super::wire::maybe::deserialize")]
    #[schema(value_type = Option<Amount>)]
    baseline: Option<Option<Amount>>,
    /// 目标期开始日期
    window_start: Option<NaiveDate>,
    /// 目标期结束日期
    window_end: Option<NaiveDate>,
}

/// 指标查询条件
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IndicatorParams {
    /// 攻坚行动：id、文号或名称；含其直属的行动
    pub campaign: Option<String>,
    /// 任务编号
    pub task: Option<Uuid>,
    /// 牵头单位：id、信用代码或名称
    pub unit: Option<String>,
    /// 行政区：id、代码或名称
    pub region: Option<String>,
    /// 指标口径：id、名称或别名
    pub measure: Option<String>,
    /// 等级，可用逗号分隔多个
    pub grade: Option<String>,
}

impl IndicatorParams {
    /// The filter these parameters ask for.
    pub async fn filter(&self, state: &State) -> Result<BoardFilter, Problem> {
        let campaigns = lookup::maybe_campaign_family(state, self.campaign.as_deref()).await?;
        let unit = lookup::maybe_unit(state, At::Query("unit"), self.unit.as_deref()).await?;
        let region = lookup::maybe_region(state, At::Query("region"), self.region.as_deref()).await?;
        let measure = lookup::maybe_measure(state, At::Query("measure"), self.measure.as_deref()).await?;
        Ok(BoardFilter {
            campaigns,
            task_id: self.task,
            unit_id: unit.map(|row| row.id.0),
            region_id: region.map(|row| row.id.0),
            measure_id: measure.map(|row| row.id.0),
            grades: self.grade.as_deref().map(grades).transpose()?,
            updated_after: None,
            worst_first: None,
        })
    }
}

fn grades(text: &str) -> Result<Vec<String>, Problem> {
    use crate::domain::TextEnum as _;
    let known: Vec<_> = Grade::ALL.iter().map(|grade| grade.as_str()).collect();
    let words: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
    if words.iter().all(|word| known.contains(&word.as_str())) {
        return Ok(words);
    }
    Err(super::page::refuse("grade", "unknown", &format!("没有这个等级，可用：{}。", known.join("、"))))
}

/// 列出指标
#[utoipa::path(tag = "指标", params(ListParams, IndicatorParams), responses(
    (status = 200, body = PageView<IndicatorView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators")]
async fn list_indicators(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<IndicatorParams>,
) -> Result<HttpResponse, Problem> {
    let filter = BoardFilter { updated_after: list.updated_after, ..list.filter.filter(&state).await? };
    let rows = db!(state.store, indicators::list_indicators(&filter, list.page))?;
    let page = PageView::checked(rows, list.page, |row| row.indicator.id.0, IndicatorView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建指标
#[utoipa::path(tag = "指标", request_body = CreateIndicator, responses(
    (status = 201, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[post("/indicators")]
async fn create_indicator(
    state: web::Data<State>,
    Body(body): Body<CreateIndicator>,
) -> Result<HttpResponse, Problem> {
    let found = db!(state.store, indicators::find_task_campaign(body.task));
    let (campaign, starts_on, ends_on) = found.map_err(|error| At::Body("task").problem(error))?;
    let measure = lookup::measure(&state, At::Body("measure"), &body.measure).await?;
    let region = lookup::region(&state, At::Body("region"), &body.region).await?;
    let (measure_id, measure) = (measure.id, Measure::try_from(measure)?);
    let target = body.target.map(|target| target.target(Of::measure(&measure))).transpose()?;
    let curve = body.curve.map(CurveBody::curve).transpose()?.unwrap_or(Curve::LinearMonths);
    let window = window(body.window_start.unwrap_or(starts_on), body.window_end.unwrap_or(ends_on))?;
    let (id, now) = (Id(state.clock.new_id()), state.clock.timestamp());
    let mut parts = Vec::new();
    for (ordinal, part) in (0..).zip(&body.responsibilities) {
        let place = format!("responsibilities.{ordinal}.unit");
        let unit = lookup::unit(&state, At::Body(&place), &part.unit).await?;
        parts.push(ResponsibilityRow {
            id: Id(state.clock.new_id()),
            task_id: None,
            indicator_id: Some(id),
            unit_id: unit.id,
            role: part.role.0.to_string(),
            ordinal: ordinal + 1,
        });
    }
    let row = IndicatorRow {
        id,
        campaign_id: campaign,
        task_id: Id(body.task),
        series_id: 0,
        lead_unit_id: None,
        target: TargetColumns::from(target.as_ref()),
        curve: curves::write(&curve),
        baseline: baseline(body.baseline)?,
        window_start: window.start(),
        window_end: window.end(),
        verdict: VerdictColumns::none(),
        created_at: now,
        revision: 1,
        updated_at: now,
    };
    db!(state.store, indicators::create_indicator((measure_id, region.id), &row, &parts))?;
    respond::created(&format!("/api/v1/indicators/{}", id.0), &load(&state, id.0).await?.1)
}

fn window(start: NaiveDate, end: NaiveDate) -> Result<Period, Problem> {
    Ok(Period::new(start, end).map_err(|invalid| Invalid { field: "window_end".to_owned(), ..invalid })?)
}

fn baseline(value: Option<Amount>) -> Result<Option<Number>, Invalid> {
    value.map(|amount| quantity::checked("baseline", amount.0).map(Number)).transpose()
}

async fn load(state: &State, id: Uuid) -> Result<(IndicatorRow, IndicatorView), Problem> {
    let row = db!(state.store, indicators::find_indicator(id))?.ok_or_else(|| Problem::not_found("指标"))?;
    Ok((row.indicator.clone(), IndicatorView::of(row)?))
}

/// 读取一个指标
#[utoipa::path(tag = "指标", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}")]
async fn find_indicator(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Problem> {
    let row = db!(state.store, indicators::find_indicator(*id))?.ok_or_else(|| Problem::not_found("指标"))?;
    respond::one(&request, &IndicatorView::of(row)?, params.fields.as_deref())
}

/// 修改指标（须带If-Match）
#[utoipa::path(tag = "指标", request_body = UpdateIndicator,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[patch("/indicators/{id}")]
async fn update_indicator(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateIndicator>,
) -> Result<HttpResponse, Problem> {
    let (row, view) = load(&state, *id).await?;
    respond::if_match(&request, &view)?;
    let target = match body.target {
        None => row.target.target()?,
        Some(None) => None,
        Some(Some(target)) => {
            let measure = lookup::measure(&state, At::Body("target"), &view.measure.name).await?;
            Some(target.target(Of::measure(&Measure::try_from(measure)?))?)
        }
    };
    let curve = match body.curve {
        Some(curve) => curve.curve()?,
        None => curves::read(&row.curve)?,
    };
    let window =
        window(body.window_start.unwrap_or(row.window_start), body.window_end.unwrap_or(row.window_end))?;
    let change = IndicatorChange {
        id: row.id,
        target: TargetColumns::from(target.as_ref()),
        curve: curves::write(&curve),
        baseline: match body.baseline {
            None => row.baseline,
            Some(value) => baseline(value)?,
        },
        window_start: window.start(),
        window_end: window.end(),
        revision: row.revision + 1,
        updated_at: state.clock.timestamp(),
    };
    db!(state.store, indicators::update_indicator(&change))?;
    respond::ok(&request, &load(&state, *id).await?.1)
}
