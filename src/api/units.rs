//! Units (责任单位).

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::ExternalIds;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::office::rows::{UnitAliasRow, UnitFilter, UnitRow};
use crate::office::types::{Id, UnitId, of_any};
use crate::office::{Actor, ChangeReason, places};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(list_units)
        .service(create_unit)
        .service(find_unit)
        .service(update_unit)
        .service(merge_unit);
}

/// 责任单位
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    /// 编号
    id: Uuid,
    /// 名称
    #[schema(example = "省商务厅")]
    name: String,
    /// 所在行政区
    region_id: Uuid,
    /// 上级单位
    parent_id: Option<Uuid>,
    /// 统一社会信用代码
    credit_code: Option<String>,
    /// 别名，含更名、合并前的名称；按别名也能找到此单位
    #[schema(example = json!(["商务厅"]))]
    aliases: Vec<String>,
    /// 外部编号：数据所属系统对它的编号
    external_id: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
    /// 自此日起停用；为null表示在用
    retired_on: Option<NaiveDate>,
    /// 停用的理由
    retired_reason: Option<String>,
    /// 并入了哪个单位；未合并为null
    merged_into_id: Option<Uuid>,
}

/// 合并单位
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeUnit {
    /// 并入的单位：id、信用代码或名称
    #[schema(example = "省发展改革委")]
    into: String,
    /// 理由
    #[schema(example = "机构改革")]
    reason: String,
}

/// 合并的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct MergerView {
    /// 被合并的单位
    from: UnitView,
    /// 并入的单位
    into: UnitView,
    /// 移交的任务和指标分工
    responsibilities: usize,
    /// 改由并入单位牵头的指标
    indicators: usize,
    /// 移交的联系人
    contacts: usize,
    /// 移交的未解除预警事项
    episodes: usize,
    /// 移交的未办结的函
    letters: usize,
    /// 自动撤销、另行起草的函稿
    drafts: usize,
    /// 移交的接口密钥
    api_keys: usize,
}

impl UnitView {
    pub(in crate::api) fn of(row: UnitRow, aliases: &[UnitAliasRow], external: &ExternalIds) -> Self {
        let own = aliases.iter().filter(|alias| alias.unit_id == row.id);
        Self {
            aliases: own.map(|alias| alias.name.clone()).collect(),
            merged_into_id: row.merged_into_id.map(|id| id.0),
            external_id: external.get(&row.id.of_any()).cloned(),
            id: row.id.0,
            name: row.name,
            region_id: row.region_id.0,
            parent_id: row.parent_id.map(|id| id.0),
            credit_code: row.credit_code,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason,
        }
    }
}

/// 新建责任单位
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUnit {
    /// 名称，在行政区内唯一
    #[schema(example = "省商务厅")]
    name: String,
    /// 所在行政区：id、代码或名称
    #[schema(example = "430000")]
    region: String,
    /// 上级单位：id、信用代码或名称
    parent: Option<String>,
    /// 统一社会信用代码，18位
    credit_code: Option<String>,
    /// 别名，如简称；在行政区内不得与其他单位的名称、别名相同
    #[serde(default)]
    #[schema(example = json!(["商务厅"]))]
    aliases: Vec<String>,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
}

impl From<CreateUnit> for places::NewUnit {
    fn from(body: CreateUnit) -> Self {
        let CreateUnit { name, region, parent, credit_code, aliases, external_id } = body;
        Self { name, region, parent, credit_code, aliases, external_id }
    }
}

/// 修改责任单位；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUnit {
    /// 名称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 上级单位：id、信用代码或名称
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<String>>,
    /// 统一社会信用代码
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    credit_code: Option<Option<String>>,
    /// 别名，整体替换；更名时原名自动成为别名
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<String>)]
    aliases: Option<Vec<String>>,
    /// 外部编号
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// 修改理由，更名时随之留存
    reason: Option<String>,
    /// 自哪天起用新名称，默认今天；早于今天的用于更正，不得晚于今天。此前各日的看板和台账仍显示原名称
    effective_on: Option<NaiveDate>,
}

impl From<UpdateUnit> for places::UnitEdit {
    fn from(body: UpdateUnit) -> Self {
        let UpdateUnit { name, parent, credit_code, aliases, external_id, reason, effective_on } = body;
        Self { name, parent, credit_code, aliases, external_id, why: ChangeReason { reason, effective_on } }
    }
}

/// 责任单位查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitParams {
    /// 行政区：id、代码或名称
    region: Option<String>,
    /// 上级单位：id、信用代码或名称
    parent: Option<String>,
    /// 名称中含有的文字，不分大小写
    name_contains: Option<String>,
    /// true时连同已停用的一并列出
    retired: Option<bool>,
}

/// 列出责任单位
#[utoipa::path(tag = "责任单位", params(ListParams, UnitParams), responses(
    (status = 200, body = PageView<UnitView>), (status = "4XX", body = ProblemView)))]
#[get("/units")]
async fn list_units(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<UnitParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let parent = lookup::maybe_unit(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let filter = UnitFilter {
        region_id: region.map(|row| row.id.0).map(Id::of),
        parent_id: parent.map(|row| row.id.0).map(Id::of),
        name_contains: params.name_contains,
        updated_after: list.updated_after,
        with_retired: params.retired == Some(true) || list.updated_after.is_some(),
    };
    let rows = state.office.read.list_units(&filter, list.page).await?;
    let ids: Vec<UnitId> = rows.iter().map(|row| row.id).collect();
    let aliases = state.office.read.list_unit_aliases(&ids).await?;
    let external = state.office.read.list_external_ids(&of_any(&ids)).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, |row| UnitView::of(row, &aliases, &external));
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建责任单位
#[utoipa::path(tag = "责任单位", request_body = CreateUnit, responses(
    (status = 201, body = UnitView), (status = "4XX", body = ProblemView)))]
#[post("/units")]
async fn create_unit(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateUnit>,
) -> Result<HttpResponse, Refused> {
    let row = places::create_unit(&state.office, &actor, body.into()).await?;
    respond::created(&format!("/api/v1/units/{}", row.id.0), &view(&state, row).await?)
}

/// 读取一个责任单位
#[utoipa::path(tag = "责任单位", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = UnitView), (status = "4XX", body = ProblemView)))]
#[get("/units/{id}")]
async fn find_unit(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    respond::one(&request, &view(&state, row).await?, params.fields.as_deref())
}

async fn view(state: &State, row: UnitRow) -> Result<UnitView, Refused> {
    let aliases = state.office.read.list_unit_aliases(&[row.id]).await?;
    let external = state.office.read.list_external_ids(&[row.id.of_any()]).await?;
    Ok(UnitView::of(row, &aliases, &external))
}

async fn load(state: &State, id: Uuid) -> Result<UnitRow, Refused> {
    state.office.read.find_unit(Id::of(id)).await?.ok_or_else(|| Refused::not_found("责任单位"))
}

/// 修改责任单位（须带If-Match）
#[utoipa::path(tag = "责任单位", request_body = UpdateUnit,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = UnitView), (status = "4XX", body = ProblemView)))]
#[patch("/units/{id}")]
async fn update_unit(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateUnit>,
) -> Result<HttpResponse, Refused> {
    let seen = load(&state, *id).await?;
    respond::if_match(&request, &view(&state, seen.clone()).await?)?;
    let row = places::update_unit(&state.office, &actor, seen, body.into()).await?;
    respond::ok(&request, &view(&state, row).await?)
}

/// 将一个单位并入另一个单位，自今日起
///
/// 职责分工、联系人、未解除的预警事项、未办结的函、静默和接口密钥一并移交；被合并单位随之停用，其名称和别名今后都指并入的单位，
/// 待签发的函稿自动撤销、另行起草。此前各日的看板不变，已发的函仍写原单位名称。
#[utoipa::path(tag = "责任单位", request_body = MergeUnit, params(("id" = Uuid, Path, description = "被合并的单位")),
    responses((status = 200, body = MergerView), (status = "4XX", body = ProblemView)))]
#[post("/units/{id}/merger")]
async fn merge_unit(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<MergeUnit>,
) -> Result<HttpResponse, Refused> {
    let (from, into, moved) =
        places::merge_units(&state.office, &actor, Id::of(*id), (&body.into, &body.reason)).await?;
    let merger = MergerView {
        from: view(&state, from).await?,
        into: view(&state, into).await?,
        responsibilities: moved.responsibilities,
        indicators: moved.led,
        contacts: moved.contacts,
        episodes: moved.episodes,
        letters: moved.letters,
        drafts: moved.drafts,
        api_keys: moved.keys,
    };
    Ok(HttpResponse::Ok().json(merger))
}
