//! Regions (行政区).

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
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
use crate::api::http::wire::{Word, Words, maybe};
use crate::domain::{RegionAlias, RegionLevel};
use crate::office::places::NamedRegion;
use crate::office::rows::{RegionAliasRow, RegionFilter, RegionRow};
use crate::office::types::{Id, RegionId};
use crate::office::{Actor, places};

type LevelWord = Word<RegionLevel>;
type LevelWords = Words<RegionLevel>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_regions).service(create_region).service(find_region).service(update_region);
}

/// 行政区
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionView {
    /// 编号
    id: Uuid,
    /// 代码：GB/T 2260，或X开头的自编扩展码
    #[schema(example = "430100")]
    code: String,
    /// 名称
    #[schema(example = "长沙市")]
    name: String,
    /// 简称
    #[schema(example = "长沙")]
    short_name: String,
    /// 级别
    level: LevelWord,
    /// 上级行政区代码
    parent_code: Option<String>,
    /// 启用日；为null表示未登记
    valid_from: Option<NaiveDate>,
    /// 停用日；为null表示仍在用
    valid_to: Option<NaiveDate>,
    /// 曾用名和别名
    aliases: Vec<RegionAliasBody>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

/// 曾用名或别名
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionAliasBody {
    /// 名称
    name: String,
    /// 当时的代码
    code: Option<String>,
    /// 启用日
    valid_from: Option<NaiveDate>,
    /// 停用日
    valid_to: Option<NaiveDate>,
}

impl RegionView {
    pub(in crate::api) fn of(row: RegionRow, aliases: Vec<RegionAliasRow>) -> Self {
        let alias = |row: RegionAliasRow| RegionAliasBody {
            name: row.name,
            code: row.code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        };
        Self {
            id: row.id.0,
            level: Word(row.level.0),
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            parent_code: row.parent_code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            aliases: aliases.into_iter().map(alias).collect(),
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 新建行政区：自编扩展码（如开发区）或未内置的行政区
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRegion {
    /// 代码：6位数字（GB/T 2260），或X开头的自编扩展码，全局唯一
    #[schema(example = "X430671")]
    code: String,
    /// 名称
    #[schema(example = "城陵矶新港区")]
    name: String,
    /// 简称，不填则与名称相同
    short_name: Option<String>,
    /// 级别
    level: LevelWord,
    /// 上级行政区：id、代码或名称，级别须高于本区
    parent: Option<String>,
    /// 启用日
    valid_from: Option<NaiveDate>,
    /// 停用日
    valid_to: Option<NaiveDate>,
    /// 曾用名和别名
    #[serde(default)]
    aliases: Vec<RegionAliasBody>,
}

/// 修改行政区；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRegion {
    /// 名称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 简称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    short_name: Option<String>,
    /// 停用日
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<NaiveDate>)]
    valid_to: Option<Option<NaiveDate>>,
    /// 新增的曾用名和别名，原有的保留
    #[serde(default)]
    add_aliases: Vec<RegionAliasBody>,
}

/// 行政区查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegionParams {
    /// 上级行政区：id、代码或名称
    parent: Option<String>,
    /// 级别，可用逗号分隔多个
    #[param(inline)]
    level: Option<LevelWords>,
    /// 名称中含有的文字，不分大小写
    name_contains: Option<String>,
}

/// 列出行政区
#[utoipa::path(tag = "行政区", params(ListParams, RegionParams), responses(
    (status = 200, body = PageView<RegionView>), (status = "4XX", body = ProblemView)))]
#[get("/regions")]
async fn list_regions(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<RegionParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let parent = lookup::maybe_region(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let filter = RegionFilter {
        parent_code: parent.map(|row| row.code),
        levels: params.level.map(|words| words.0),
        name_contains: params.name_contains,
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_regions(&filter, list.page).await?;
    let ids: Vec<RegionId> = rows.iter().map(|row| row.id).collect();
    let mut aliases: HashMap<RegionId, Vec<RegionAliasRow>> = HashMap::new();
    for alias in state.office.read.list_region_aliases(&ids).await? {
        aliases.entry(alias.region_id).or_default().push(alias);
    }
    let view = |row: RegionRow| {
        let its = aliases.remove(&row.id).unwrap_or_default();
        RegionView::of(row, its)
    };
    let page = PageView::new(rows, list.page, |row| row.id.0, view);
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建行政区
#[utoipa::path(tag = "行政区", request_body = CreateRegion, responses(
    (status = 201, body = RegionView), (status = "4XX", body = ProblemView)))]
#[post("/regions")]
async fn create_region(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateRegion>,
) -> Result<HttpResponse, Refused> {
    let CreateRegion { code, name, short_name, level, parent, valid_from, valid_to, aliases } = body;
    let aliases = written(aliases);
    let level = level.0;
    let new = places::NewRegion { code, name, short_name, level, parent, valid_from, valid_to, aliases };
    let (row, aliases) = places::create_region(&state.office, &actor, new).await?;
    respond::created(&format!("/api/v1/regions/{}", row.id.0), &RegionView::of(row, aliases))
}

fn written(bodies: Vec<RegionAliasBody>) -> Vec<RegionAlias> {
    let alias = |body: RegionAliasBody| {
        let RegionAliasBody { name, code, valid_from, valid_to } = body;
        RegionAlias { name, code, valid_from, valid_to }
    };
    bodies.into_iter().map(alias).collect()
}

/// 读取一个行政区
#[utoipa::path(tag = "行政区", params(("key" = String, Path, description = "编号或代码", example = "430100"), OneParams),
    responses((status = 200, body = RegionView), (status = "4XX", body = ProblemView)))]
#[get("/regions/{key}")]
async fn find_region(
    state: web::Data<State>,
    request: HttpRequest,
    key: web::Path<String>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let (row, aliases) = load(&state, &key).await?;
    respond::one(&request, &RegionView::of(row, aliases), params.fields.as_deref())
}

async fn load(state: &State, key: &str) -> Result<NamedRegion, Refused> {
    let found = match Uuid::try_parse(key) {
        Ok(id) => state.office.read.find_region(Id::of(id)).await?,
        // No code has a NUL, and PostgreSQL takes none.
        Err(_) if key.contains('\0') => None,
        Err(_) => state.office.read.find_region_by_code(key).await?,
    };
    let row = found.ok_or_else(|| Refused::not_found("行政区"))?;
    let aliases = state.office.read.list_region_aliases(&[row.id]).await?;
    Ok((row, aliases))
}

/// 修改行政区（须带If-Match）
#[utoipa::path(tag = "行政区", request_body = UpdateRegion, params(
        ("key" = String, Path, description = "编号或代码", example = "430100"),
        ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = RegionView), (status = "4XX", body = ProblemView)))]
#[patch("/regions/{key}")]
async fn update_region(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    key: web::Path<String>,
    Body(body): Body<UpdateRegion>,
) -> Result<HttpResponse, Refused> {
    let (present, aliases) = load(&state, &key).await?;
    respond::if_match(&request, &RegionView::of(present.clone(), aliases.clone()))?;
    let UpdateRegion { name, short_name, valid_to, add_aliases } = body;
    let edit = places::RegionEdit { name, short_name, valid_to, add_aliases: written(add_aliases) };
    let (row, aliases) = places::update_region(&state.office, &actor, (present, aliases), edit).await?;
    respond::ok(&request, &RegionView::of(row, aliases))
}
