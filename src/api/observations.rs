//! Observations (观测值): taken in by the bulk, kept as vintages.

use std::collections::{HashMap, HashSet};

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::State;
use super::extract::{Body, Params};
use super::indicators::PeriodView;
use super::lookup::{self, At};
use super::page::{List, ListParams, PageView};
use super::problem::{Code, FieldError, Problem, ProblemView};
use super::respond;
use super::spec::Routes;
use super::wire::{Amount, Word};
use crate::db;
use crate::domain::{Basis, Figure, Invalid, Period, Status, invalid, quantity};
use crate::store::StoreError;
use crate::store::rows::{
    MeasureRow, ObservationFilter, ObservationRow, Recorded, StatedDifferenceRow, word,
};
use crate::store::types::{Id, Number};

/// Facts accepted in one request.
const ITEMS_MAX: usize = 20_000;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_observations).service(record_observations);
}

/// 观测值（每次修订为一个版本，旧版本保留）
#[derive(Debug, Serialize, ToSchema)]
pub struct ObservationView {
    /// 编号
    id: Uuid,
    /// 指标口径编号
    measure_id: Uuid,
    /// 行政区编号
    region_id: Uuid,
    /// 所属时期
    period: PeriodView,
    /// 数值口径：累计、当期或存量
    #[schema(value_type = String)]
    basis: Word<Basis>,
    /// 数值level或同比增速yoy（%）
    #[schema(value_type = String)]
    figure: Word<Figure>,
    /// 值
    value: Amount,
    /// 状态
    #[schema(value_type = String)]
    status: Word<Status>,
    /// 出处
    source: String,
    /// 公布日期
    published_on: NaiveDate,
    /// 同一事实的第几个版本，从1起
    vintage: i32,
    /// 录入时间
    recorded_at: DateTime<Utc>,
}

impl ObservationView {
    fn of((row, measure, region): (ObservationRow, Id, Id)) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.0,
            measure_id: measure.0,
            region_id: region.0,
            period: PeriodView { start: row.period_start, end: row.period_end },
            basis: Word(word(&row.basis)?),
            figure: Word(word(&row.figure)?),
            value: Amount(row.value.0),
            status: Word(word(&row.status)?),
            source: row.source,
            published_on: row.published_on,
            vintage: row.vintage,
            recorded_at: row.recorded_at.and_utc(),
        })
    }
}

/// 一条观测值
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationBody {
    /// 指标口径：id、名称或别名
    #[schema(example = "社会消费品零售总额")]
    measure: String,
    /// 行政区：id、代码或名称
    #[schema(example = "430000")]
    region: String,
    /// 所属时期
    period: PeriodView,
    /// 数值口径，默认同指标口径
    #[schema(value_type = Option<String>, example = "cumulative")]
    basis: Option<Word<Basis>>,
    /// 数值level或同比增速yoy（%）
    #[serde(alias = "kind")]
    #[schema(value_type = String, example = "yoy")]
    figure: Word<Figure>,
    /// 值：level用指标口径的单位，yoy为百分数
    value: Amount,
    /// 状态，默认preliminary
    #[schema(value_type = Option<String>, example = "preliminary")]
    status: Option<Word<Status>>,
    /// 出处
    #[schema(example = "月报")]
    source: String,
    /// 公布日期
    published_on: NaiveDate,
    /// 文中所称的差距，用来与数值核对；只提示不符之处，不作研判依据
    #[serde(default)]
    differences: Vec<DifferenceBody>,
}

/// 文中所称的差距
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferenceBody {
    /// 对比对象，原文写法
    #[schema(example = "全国平均")]
    pub against: String,
    /// 本地区减对比对象，低于的为负
    #[schema(example = "1.3")]
    pub difference: Amount,
}

/// 批量录入观测值
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordObservations {
    /// 各条观测值，最多20000条
    items: Vec<ObservationBody>,
}

/// 录入方式
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RecordParams {
    /// true为试运行：只报告结果，不写入
    #[serde(default)]
    dry_run: bool,
    /// false时跳过有误的条目、写入其余；默认true，有一条不合要求则全部不写
    #[serde(default = "yes")]
    atomic: bool,
}

fn yes() -> bool {
    true
}

/// 录入结果
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordReport {
    /// 是否试运行
    dry_run: bool,
    /// 新增条数
    created: usize,
    /// 修订条数（成为新版本）
    updated: usize,
    /// 未变条数
    unchanged: usize,
    /// 不合要求的条数
    refused: usize,
    /// 逐条结果，次序同请求
    items: Vec<RecordOutcome>,
}

/// 一条的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordOutcome {
    /// 在请求中的位置，从0起
    index: usize,
    /// created、updated、unchanged或refused
    outcome: &'static str,
    /// 不合要求之处
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// 观测值查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ObservationParams {
    /// 指标口径：id、名称或别名
    measure: Option<String>,
    /// 行政区：id、代码或名称
    region: Option<String>,
    /// 只要此日及以后结束的时期
    from: Option<NaiveDate>,
    /// 只要此日及以前结束的时期
    to: Option<NaiveDate>,
    /// 只要此日及以前公布的版本
    as_of: Option<NaiveDate>,
}

/// 列出观测值（含历次修订）
#[utoipa::path(tag = "观测值", params(ListParams, ObservationParams), responses(
    (status = 200, body = PageView<ObservationView>), (status = "4XX", body = ProblemView)))]
#[get("/observations")]
async fn list_observations(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<ObservationParams>,
) -> Result<HttpResponse, Problem> {
    let measure = lookup::maybe_measure(&state, At::Query("measure"), list.filter.measure.as_deref()).await?;
    let region = lookup::maybe_region(&state, At::Query("region"), list.filter.region.as_deref()).await?;
    let filter = ObservationFilter {
        measure_id: measure.map(|row| row.id.0),
        region_id: region.map(|row| row.id.0),
        from: list.filter.from,
        to: list.filter.to,
        as_of: list.filter.as_of,
    };
    let rows = db!(state.store, observations::list_observations(&filter, list.page))?;
    let page = PageView::checked(rows, list.page, |row| row.0.id.0, ObservationView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 批量录入观测值：按指标口径、行政区、时期、口径识别同一事实，值有变化的成为新版本
#[utoipa::path(tag = "观测值", params(RecordParams), request_body = RecordObservations, responses(
    (status = 200, body = RecordReport), (status = "4XX", body = ProblemView)))]
#[put("/observations")]
async fn record_observations(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<RecordParams>,
    Body(body): Body<RecordObservations>,
) -> Result<HttpResponse, Problem> {
    if body.items.is_empty() || body.items.len() > ITEMS_MAX {
        let detail = format!("一次应录入1至{ITEMS_MAX}条，请分批提交。");
        return Err(Problem::at(Code::Invalid, "/items", "out_of_range", detail));
    }
    let mut reader =
        Reader { state: &state, measures: HashMap::new(), regions: HashMap::new(), seen: HashSet::new() };
    let mut facts = Vec::with_capacity(body.items.len());
    let mut items: Vec<RecordOutcome> = Vec::with_capacity(body.items.len());
    let mut places = Vec::new();
    for (index, item) in body.items.iter().enumerate() {
        match reader.read(item).await {
            Ok(fact) => {
                facts.push(fact);
                places.push(index);
                items.push(RecordOutcome { index, outcome: "unchanged", errors: Vec::new() });
            }
            Err(problem) if problem.code.status().is_client_error() => {
                let errors = problem.within(&format!("/items/{index}")).errors;
                items.push(RecordOutcome { index, outcome: "refused", errors });
            }
            Err(problem) => return Err(problem),
        }
    }
    let refused = items.iter().filter(|item| item.outcome == "refused").count();
    if refused > 0 && params.atomic && !params.dry_run {
        return Err(Problem::many(items.into_iter().flat_map(|item| item.errors).collect()));
    }
    let outcomes = db!(state.store, observations::record_observations(&facts, params.dry_run))?;
    if !params.dry_run {
        let stated = places.iter().zip(&facts).map(|(place, fact)| (&body.items[*place].differences, fact));
        record_differences(&state, stated).await?;
    }
    for (place, outcome) in places.into_iter().zip(&outcomes) {
        items[place].outcome = match outcome {
            Recorded::Created => "created",
            Recorded::Updated => "updated",
            Recorded::Unchanged => "unchanged",
        };
    }
    let count = |wanted: Recorded| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let report = RecordReport {
        dry_run: params.dry_run,
        created: count(Recorded::Created),
        updated: count(Recorded::Updated),
        unchanged: count(Recorded::Unchanged),
        refused,
        items,
    };
    respond::ok(&request, &report)
}

/// Keeps what was said of differences beside the facts.
async fn record_differences<'a>(
    state: &State,
    stated: impl Iterator<Item = (&'a Vec<DifferenceBody>, &'a (Id, Id, ObservationRow))>,
) -> Result<(), Problem> {
    let mut rows = Vec::new();
    for (differences, (measure, region, fact)) in stated.filter(|(differences, _)| !differences.is_empty()) {
        let found = db!(state.store, observations::find_series(*measure, *region))?;
        let Some(series_id) = found else { continue };
        rows.extend(differences.iter().map(|one| StatedDifferenceRow {
            id: Id(state.clock.new_id()),
            series_id,
            period_start: fact.period_start,
            period_end: fact.period_end,
            figure: fact.figure.clone(),
            against: one.against.trim().to_owned(),
            difference: Number(one.difference.0),
            source: fact.source.clone(),
            published_on: fact.published_on,
            recorded_at: fact.recorded_at,
        }));
    }
    if !rows.is_empty() {
        db!(state.store, comparisons::insert_stated(&rows))?;
    }
    Ok(())
}

/// Turns bodies into facts; each key is looked up once.
struct Reader<'s> {
    state: &'s State,
    measures: HashMap<String, MeasureRow>,
    regions: HashMap<String, Id>,
    seen: HashSet<(Id, Id, NaiveDate, NaiveDate, Basis, Figure)>,
}

impl Reader<'_> {
    async fn read(&mut self, item: &ObservationBody) -> Result<(Id, Id, ObservationRow), Problem> {
        let measure = match self.measures.get(&item.measure) {
            Some(row) => row.clone(),
            None => lookup::measure(self.state, At::Body("measure"), &item.measure).await?,
        };
        let region = match self.regions.get(&item.region) {
            Some(id) => *id,
            None => lookup::region(self.state, At::Body("region"), &item.region).await?.id,
        };
        self.measures.insert(item.measure.clone(), measure.clone());
        self.regions.insert(item.region.clone(), region);
        let period = Period::new(item.period.start, item.period.end)?;
        let value = quantity::checked("value", item.value.0)?;
        let source = invalid::text("source", &item.source, 200)?;
        let basis = match item.basis {
            Some(basis) => basis.0,
            None => word(&measure.basis)?,
        };
        let figure = item.figure.0;
        for (place, one) in item.differences.iter().enumerate() {
            invalid::text(&format!("differences.{place}.against"), &one.against, 40)?;
            quantity::checked(&format!("differences.{place}.difference"), one.difference.0)?;
        }
        if item.published_on < period.start() {
            let detail = "公布日期早于所属时期的开始日期，请核对。";
            return Err(Invalid::new("published_on", "before_period", detail).into());
        }
        if !self.seen.insert((measure.id, region, period.start(), period.end(), basis, figure)) {
            return Err(
                Invalid::new("period", "duplicate", "本次请求中同一事实出现了两次，请只保留一条。").into()
            );
        }
        let row = ObservationRow {
            id: Id(self.state.clock.new_id()),
            series_id: 0,
            period_start: period.start(),
            period_end: period.end(),
            basis: basis.to_string(),
            figure: figure.to_string(),
            vintage: 0,
            value: Number(value),
            status: item.status.map_or(Status::Preliminary, |status| status.0).to_string(),
            source,
            published_on: item.published_on,
            recorded_at: self.state.clock.timestamp(),
        };
        Ok((measure.id, region, row))
    }
}
