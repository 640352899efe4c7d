//! Silences (静默): what gets no letter for a while, with a reason, somebody who answers for it, and an end.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::office::rows::{SilenceFilter, SilenceRow};
use crate::office::types::Id;
use crate::office::{Actor, silences};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_silences).service(create_silence).service(find_silence).service(end_silence);
}

/// 静默：期内所涉指标照常研判，但不发函；期满后应发的函补发
#[derive(Debug, Serialize, ToSchema)]
pub struct SilenceView {
    /// 编号
    id: Uuid,
    /// 只限此攻坚行动（含其下级）
    campaign_id: Option<Uuid>,
    /// 只限此指标
    indicator_id: Option<Uuid>,
    /// 只限此单位牵头的
    unit_id: Option<Uuid>,
    /// 理由
    reason: String,
    /// 责任人
    owner: String,
    /// 开始日
    starts_on: NaiveDate,
    /// 结束日（当日仍静默）
    ends_on: NaiveDate,
    /// 今天是否有效
    active: bool,
    /// 提前结束的时间
    ended_at: Option<DateTime<Utc>>,
    /// 提前结束者
    ended_by: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl SilenceView {
    fn of(row: SilenceRow, today: NaiveDate) -> Self {
        Self {
            active: row.ended_at.is_none() && row.starts_on <= today && today <= row.ends_on,
            id: row.id.0,
            campaign_id: row.campaign_id.map(|id| id.0),
            indicator_id: row.indicator_id.map(|id| id.0),
            unit_id: row.unit_id.map(|id| id.0),
            reason: row.reason,
            owner: row.owner,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            ended_at: row.ended_at.map(|at| at.and_utc()),
            ended_by: row.ended_by,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 新建静默；攻坚行动、指标、单位至少写一项，写几项则须同时符合
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSilence {
    /// 攻坚行动：id、文号或名称
    campaign: Option<String>,
    /// 指标编号
    indicator: Option<Uuid>,
    /// 单位：id、信用代码或名称
    unit: Option<String>,
    /// 理由
    #[schema(example = "统计口径调整，核实期间暂不发函")]
    reason: String,
    /// 责任人
    #[schema(example = "李四")]
    owner: String,
    /// 开始日，默认今天
    starts_on: Option<NaiveDate>,
    /// 结束日（当日仍静默）
    ends_on: NaiveDate,
}

/// 提前结束静默
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSilence {
    /// 决定人
    #[schema(example = "李四")]
    by: String,
}

/// 静默查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SilenceParams {
    /// 这一天有效的
    on: Option<NaiveDate>,
    /// 攻坚行动：id、文号或名称
    campaign: Option<String>,
    /// 指标编号
    indicator: Option<Uuid>,
    /// 单位：id、信用代码或名称
    unit: Option<String>,
}

/// 列出静默
#[utoipa::path(tag = "静默", params(ListParams, SilenceParams), responses(
    (status = 200, body = PageView<SilenceView>), (status = "4XX", body = ProblemView)))]
#[get("/silences")]
async fn list_silences(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<SilenceParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let campaign = lookup::maybe_campaign(&state, At::Query("campaign"), params.campaign.as_deref()).await?;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = SilenceFilter {
        on: params.on,
        campaign_id: campaign.map(|row| row.id),
        indicator_id: params.indicator.map(Id::of),
        unit_id: unit.map(|row| row.id),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_silences(&filter, list.page).await?;
    let today = state.office.clock.today();
    let page = PageView::new(rows, list.page, |row| row.id.0, |row| SilenceView::of(row, today));
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建静默
#[utoipa::path(tag = "静默", request_body = CreateSilence, responses(
    (status = 201, body = SilenceView), (status = "4XX", body = ProblemView)))]
#[post("/silences")]
async fn create_silence(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateSilence>,
) -> Result<HttpResponse, Refused> {
    let CreateSilence { campaign, indicator, unit, reason, owner, starts_on, ends_on } = body;
    let new = silences::NewSilence {
        campaign,
        indicator: indicator.map(Id::of),
        unit,
        reason,
        owner,
        starts_on,
        ends_on,
    };
    let row = silences::create_silence(&state.office, &actor, new).await?;
    respond::created(
        &format!("/api/v1/silences/{}", row.id.0),
        &SilenceView::of(row, state.office.clock.today()),
    )
}

async fn load(state: &State, id: Uuid) -> Result<SilenceRow, Refused> {
    state.office.read.find_silence(Id::of(id)).await?.ok_or_else(|| Refused::not_found("静默"))
}

/// 读取一项静默
#[utoipa::path(tag = "静默", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = SilenceView), (status = "4XX", body = ProblemView)))]
#[get("/silences/{id}")]
async fn find_silence(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let view = SilenceView::of(load(&state, *id).await?, state.office.clock.today());
    respond::one(&request, &view, params.fields.as_deref())
}

/// 提前结束静默；应发的函在下次预警运行时补发
#[utoipa::path(tag = "静默", request_body = EndSilence, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = SilenceView), (status = "4XX", body = ProblemView)))]
#[post("/silences/{id}/end")]
async fn end_silence(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<EndSilence>,
) -> Result<HttpResponse, Refused> {
    let row = silences::end_silence(&state.office, &actor, Id::of(*id), &body.by).await?;
    respond::ok(&request, &SilenceView::of(row, state.office.clock.today()))
}
