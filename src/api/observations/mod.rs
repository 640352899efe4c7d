//! Observations (观测值): taken in by the bulk, kept as vintages.

mod bulk_forms;
mod checked;
mod items;
mod sdmx;
mod taking_back;

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use bulk_forms::Bulk;
use checked::Checked;
pub use items::{DifferenceBody, RecordObservations};
pub(in crate::api) use sdmx::SDMX_CSV;

use crate::api::State;
use crate::api::assessments::figures::DoubtView;
use crate::api::http::access::Caller;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::negotiate;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{Code, FieldError, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, BulkReport, Word};
use crate::api::indicators::PeriodView;
use crate::domain::{Basis, Figure, Stage, Status};
use crate::office::observations;
use crate::office::rows::{ListedObservation, ObservationFilter, Recorded, read_doubts};
use crate::office::types::{Id, MeasureId, RegionId};
use crate::office::{Actor, StoreError};

type BasisWord = Word<Basis>;
type FigureWord = Word<Figure>;
type StatusWord = Word<Status>;
type StageWord = Word<Stage>;

/// Facts accepted in one request.
pub(in crate::api) const ITEMS_MAX: usize = 50_000;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_observations).service(record_observations).service(taking_back::withdraw_observation);
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
    basis: BasisWord,
    /// 数值level、同比增速yoy（%）或名次rank
    figure: FigureWord,
    /// 值
    value: Amount,
    /// 名次是多少个地区中的名次
    of: Option<i32>,
    /// 是否为截至某日的进度数
    partial: bool,
    /// 疑点
    doubts: Vec<DoubtView>,
    /// 状态
    status: StatusWord,
    /// 环节：谁认定的数；为null表示不分环节
    stage: Option<StageWord>,
    /// 在该环节认定的经手人：密钥名称，或凭函中链接填报的人；为null表示不分环节
    vouched_by: Option<String>,
    /// 出处
    source: String,
    /// 公布日期
    published_on: NaiveDate,
    /// 同一事实的第几个版本，从1起
    vintage: i32,
    /// 录入时间
    recorded_at: DateTime<Utc>,
    /// 自此日起撤回，其前的版本重新有效；为null表示未撤回
    withdrawn_on: Option<NaiveDate>,
    /// 撤回的理由
    withdrawn_reason: Option<String>,
}

impl ObservationView {
    /// Whether it is not out on a day.
    pub(in crate::api) fn is_out_after(&self, day: NaiveDate) -> bool {
        self.published_on > day
    }

    pub(in crate::api) fn of(
        (row, measure, region, (withdrawn_on, withdrawn_reason)): ListedObservation,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.0,
            measure_id: measure.0,
            region_id: region.0,
            period: PeriodView { start: row.period_start, end: row.period_end },
            basis: Word(row.basis.0),
            figure: Word(row.figure.0),
            value: Amount(row.value.0),
            of: row.of,
            partial: row.partial,
            doubts: DoubtView::all(read_doubts(&row.doubts)?),
            status: Word(row.status.0),
            stage: row.stage.map(|stage| Word(stage.0)),
            vouched_by: row.vouched_by,
            source: row.source,
            published_on: row.published_on,
            vintage: row.vintage,
            recorded_at: row.recorded_at.and_utc(),
            withdrawn_on,
            withdrawn_reason,
        })
    }
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
    /// all逐条列出结果；errors只列不合要求的和有疑点的；默认all
    #[serde(default)]
    #[param(inline)]
    report: BulkReport,
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
    /// 因已有来源次序在前的数值而未采用的条数
    outranked: usize,
    /// 不合要求的条数
    refused: usize,
    /// 有疑点的条数
    doubted: usize,
    /// 逐条结果，次序同请求；report=errors时只列不合要求的和有疑点的
    items: Vec<RecordOutcome>,
}

/// 一条的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordOutcome {
    /// 在请求中的位置，从0起
    index: usize,
    /// created、updated、unchanged、outranked或refused
    outcome: &'static str,
    /// 不合要求之处
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// 疑点：已录入，请核对
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubts: Vec<DoubtView>,
    /// 值按指标口径的单位读作此数（原文另带单位、千分位或全角数字时）
    #[serde(skip_serializing_if = "Option::is_none")]
    read_as: Option<Amount>,
    /// 另需说明的
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
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
    /// all列出历次版本，latest只要各事实有效的：环节高的、最终的、后公布的优先（与as_of同用为当时有效的）；默认all
    #[serde(default)]
    #[param(inline)]
    vintages: Vintages,
    /// true时只要有疑点的
    doubtful: Option<bool>,
    /// true时连同已撤回的版本一并列出
    withdrawn: Option<bool>,
}

/// Which vintages a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Vintages {
    /// All of each fact.
    #[default]
    All,
    /// The one of each fact that stands.
    Latest,
}

/// 列出观测值（含历次修订）
///
/// 请求头Accept为application/vnd.sdmx.data+csv时，以SDMX-CSV答复，供统计系统采用。
#[utoipa::path(tag = "观测值", params(ListParams, ObservationParams), responses(
    (status = 200, body = PageView<ObservationView>), (status = "4XX", body = ProblemView)))]
#[get("/observations")]
async fn list_observations(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    list: List<ObservationParams>,
) -> Result<HttpResponse, Refused> {
    let measure = lookup::maybe_measure(&state, At::Query("measure"), list.filter.measure.as_deref()).await?;
    let region = lookup::maybe_region(&state, At::Query("region"), list.filter.region.as_deref()).await?;
    let filter = ObservationFilter {
        measure_id: measure.map(|row| row.id.0).map(Id::of),
        region_id: region.map(|row| row.id.0).map(Id::of),
        from: list.filter.from,
        to: list.filter.to,
        as_of: caller.sees_until(list.filter.as_of, state.office.clock.today()),
        latest: list.filter.vintages == Vintages::Latest,
        doubtful: list.filter.doubtful == Some(true),
        updated_after: list.updated_after,
        withdrawn: list.filter.withdrawn == Some(true) || list.updated_after.is_some(),
    };
    let rows = state.office.read.list_observations(&filter, list.page).await?;
    let page = PageView::checked(rows, list.page, |row| row.0.id.0, ObservationView::of)?;
    if negotiate::asks_for(&request, sdmx::SDMX_CSV) {
        return as_sdmx(&state, &request, &page).await;
    }
    respond::list(&request, &page, list.fields.as_deref())
}

/// A page as SDMX-CSV; the next one is in its head.
async fn as_sdmx(
    state: &State,
    request: &HttpRequest,
    page: &PageView<ObservationView>,
) -> Result<HttpResponse, Refused> {
    let read = &state.office.read;
    let measures: BTreeSet<MeasureId> = page.items.iter().map(|item| Id::of(item.measure_id)).collect();
    let regions: BTreeSet<RegionId> = page.items.iter().map(|item| Id::of(item.region_id)).collect();
    let measures = read.list_measures_of(&Vec::from_iter(measures)).await?;
    let measures = measures.into_iter().map(|row| (row.id.0, (row.name, row.unit))).collect();
    let regions = read.list_regions_of(&Vec::from_iter(regions)).await?;
    let regions = regions.into_iter().map(|row| (row.id.0, row.code)).collect();
    let body = sdmx::lines(&page.items, &measures, &regions);
    let answer = respond::file(request, sdmx::SDMX_CSV, None, body.into_bytes());
    Ok(respond::with_next(request, answer, page.next_cursor.as_deref()))
}

/// 批量录入观测值：按指标口径、行政区、时期、口径识别同一事实，值有变化的成为新版本
///
/// 可以用JSON，也可以用NDJSON（每行一条）或CSV（首行列名：measure、region、period_start、period_end、basis、figure、value、of、partial、
/// status、stage、source、published_on，或相应的中文：指标、地区、开始日期、结束日期、口径、数值类型、数值、环节、来源、公布日期；UTF-8或GB18030）。
#[utoipa::path(tag = "观测值", params(RecordParams), request_body(content(
    (RecordObservations = "application/json"), (Vec<u8> = "application/x-ndjson"), (Vec<u8> = "text/csv"))), responses(
    (status = 200, body = RecordReport), (status = "4XX", body = ProblemView)))]
#[put("/observations")]
async fn record_observations(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    Params(params): Params<RecordParams>,
    bulk: Bulk,
) -> Result<HttpResponse, Refused> {
    let read = items::read(&bulk)?;
    drop(bulk);
    if read.is_empty() || read.len() > ITEMS_MAX {
        let detail = format!("一次应录入1至{ITEMS_MAX}条，请分批提交。");
        return Err(Refused::at(Code::Invalid, "/items", "out_of_range", detail));
    }
    let Checked { facts, mut outcomes, places } = Checked::of(&state, &actor, read).await?;
    let refused = outcomes.len() - facts.len();
    if refused > 0 && params.atomic && !params.dry_run {
        return Err(Refused::many(outcomes.into_iter().flat_map(|outcome| outcome.errors).collect()));
    }
    let puts = observations::record(&state.office, &actor, &facts, params.dry_run).await?;
    for ((place, put), fact) in places.into_iter().zip(&puts).zip(&facts) {
        let outcome = &mut outcomes[place];
        outcome.outcome = match put.outcome {
            Recorded::Created => "created",
            Recorded::Updated => "updated",
            Recorded::Unchanged => "unchanged",
            Recorded::Outranked => "outranked",
        };
        outcome.doubts = DoubtView::all(put.doubts);
        if put.outcome == Recorded::Unchanged && !fact.stated.is_empty() {
            outcome.note = Some(DIFFERENCES_KEPT);
        } else if put.outcome == Recorded::Outranked {
            outcome.note = Some(OUTRANKED);
        }
    }
    let count = |wanted: Recorded| puts.iter().filter(|put| put.outcome == wanted).count();
    let report = RecordReport {
        dry_run: params.dry_run,
        created: count(Recorded::Created),
        updated: count(Recorded::Updated),
        unchanged: count(Recorded::Unchanged),
        outranked: count(Recorded::Outranked),
        refused,
        doubted: puts.iter().filter(|put| !put.doubts.is_empty()).count(),
        items: match params.report {
            BulkReport::All => outcomes,
            BulkReport::Errors => outcomes
                .into_iter()
                .filter(|outcome| {
                    !outcome.errors.is_empty() || !outcome.doubts.is_empty() || outcome.outcome == "outranked"
                })
                .collect(),
        },
    };
    respond::ok(&request, &report)
}

/// Said where another source says otherwise whose figures count first.
const OUTRANKED: &str = "已有按来源次序在前的来源的数值，与此不同，本条未采用；如应以此为准，请先调整指标口径的来源次序，或撤回原有的数值。";

/// Said where only the stated differences of a known fact would change.
const DIFFERENCES_KEPT: &str =
    "该值未变，本次所称差距未记录，仍以原有的为准；如需更正，请随新公布的数值一并报送。";

impl RecordOutcome {
    fn refused(index: usize) -> Self {
        Self { index, outcome: "refused", errors: Vec::new(), doubts: Vec::new(), read_as: None, note: None }
    }
}
