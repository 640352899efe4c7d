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
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, maybe};
use crate::domain::{Invalid, Region, RegionAlias, RegionLevel, invalid, places};
use crate::store::StoreError;
use crate::store::rows::{RegionAliasRow, RegionFilter, RegionRow, word};
use crate::store::types::Id;

type LevelWord = Word<RegionLevel>;

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
    fn of(row: RegionRow, aliases: Vec<RegionAliasRow>) -> Result<Self, StoreError> {
        let alias = |row: RegionAliasRow| RegionAliasBody {
            name: row.name,
            code: row.code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        };
        Ok(Self {
            id: row.id.0,
            level: Word(word(&row.level)?),
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            parent_code: row.parent_code,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            aliases: aliases.into_iter().map(alias).collect(),
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        })
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
    name: Option<String>,
    /// 简称
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
    /// 级别
    level: Option<LevelWord>,
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
) -> Result<HttpResponse, Problem> {
    let params = list.filter;
    let parent = lookup::maybe_region(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let filter = RegionFilter {
        parent_code: parent.map(|row| row.code),
        level: params.level.map(|word| word.0),
        name_contains: params.name_contains,
        updated_after: list.updated_after,
    };
    let rows = state.office.store.list_regions(&filter, list.page).await?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut aliases: HashMap<Id, Vec<RegionAliasRow>> = HashMap::new();
    for alias in state.office.store.list_region_aliases(&ids).await? {
        aliases.entry(alias.region_id).or_default().push(alias);
    }
    let view = |row: RegionRow| {
        let its = aliases.remove(&row.id).unwrap_or_default();
        RegionView::of(row, its)
    };
    let page = PageView::checked(rows, list.page, |row| row.id.0, view)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建行政区
#[utoipa::path(tag = "行政区", request_body = CreateRegion, responses(
    (status = 201, body = RegionView), (status = "4XX", body = ProblemView)))]
#[post("/regions")]
async fn create_region(
    state: web::Data<State>,
    Body(body): Body<CreateRegion>,
) -> Result<HttpResponse, Problem> {
    let region = Region::new(&body.code, &body.name, body.level.0)?;
    let short_name = invalid::text("short_name", body.short_name.as_deref().unwrap_or(&region.name), 40)?;
    places::checked_span(body.valid_from, body.valid_to)?;
    let parent = lookup::maybe_region(&state, At::Body("parent"), body.parent.as_deref()).await?;
    if let Some(parent) = &parent
        && !region.level.fits_under(word(&parent.level)?)
    {
        return Err(Invalid::new("parent", "wrong_level", "上级行政区的级别须高于本区，请核对。").into());
    }
    let (id, now) = (Id(state.office.clock.new_id()), state.office.clock.timestamp());
    let row = RegionRow {
        id,
        code: region.code,
        name: region.name,
        short_name,
        level: region.level.to_string(),
        parent_code: parent.map(|row| row.code),
        valid_from: body.valid_from,
        valid_to: body.valid_to,
        created_at: now,
        revision: 1,
        updated_at: now,
    };
    let aliases = aliases(&state, id, "aliases", body.aliases)?;
    state.office.store.create_region(&row, &aliases).await?;
    respond::created(&format!("/api/v1/regions/{}", id.0), &RegionView::of(row, aliases)?)
}

fn aliases(
    state: &State,
    region_id: Id,
    field: &str,
    bodies: Vec<RegionAliasBody>,
) -> Result<Vec<RegionAliasRow>, Invalid> {
    if bodies.len() > 50 {
        return Err(Invalid::new(field, "too_many", "别名不能超过50个。"));
    }
    let mut rows: Vec<RegionAliasRow> = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.into_iter().enumerate() {
        let place = format!("{field}.{index}");
        let RegionAliasBody { name, code, valid_from, valid_to } = body;
        let alias = RegionAlias { name, code, valid_from, valid_to }.checked();
        let alias = alias.map_err(|refused| refused.within(&place))?;
        if rows.iter().any(|row| row.name == alias.name) {
            return Err(Invalid::new(format!("{place}.name"), "duplicate", "别名重复列出，请删除一处。"));
        }
        rows.push(RegionAliasRow {
            id: Id(state.office.clock.new_id()),
            region_id,
            name: alias.name,
            code: alias.code,
            valid_from: alias.valid_from,
            valid_to: alias.valid_to,
        });
    }
    Ok(rows)
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
) -> Result<HttpResponse, Problem> {
    let (row, aliases) = load(&state, &key).await?;
    respond::one(&request, &RegionView::of(row, aliases)?, params.fields.as_deref())
}

async fn load(state: &State, key: &str) -> Result<(RegionRow, Vec<RegionAliasRow>), Problem> {
    let found = match Uuid::try_parse(key) {
        Ok(id) => state.office.store.find_region(id).await?,
        // No code has a NUL, and PostgreSQL takes none.
        Err(_) if key.contains('\0') => None,
        Err(_) => state.office.store.find_region_by_code(key).await?,
    };
    let row = found.ok_or_else(|| Problem::not_found("行政区"))?;
    let aliases = state.office.store.list_region_aliases(&[row.id]).await?;
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
    key: web::Path<String>,
    Body(body): Body<UpdateRegion>,
) -> Result<HttpResponse, Problem> {
    let (present, mut all) = load(&state, &key).await?;
    respond::if_match(&request, &RegionView::of(present.clone(), all.clone())?)?;
    let name = body.name.as_deref().unwrap_or(&present.name);
    let region = Region::new(&present.code, name, word(&present.level)?)?;
    let short_name = body.short_name.as_deref().unwrap_or(&present.short_name);
    let valid_to = body.valid_to.unwrap_or(present.valid_to);
    places::checked_span(present.valid_from, valid_to)?;
    let added = aliases(&state, present.id, "add_aliases", body.add_aliases)?;
    if let Some(index) = added.iter().position(|new| all.iter().any(|old| old.name == new.name)) {
        let place = format!("add_aliases.{index}.name");
        return Err(Invalid::new(place, "duplicate", "该行政区已有这个别名，请删除。").into());
    }
    let changed = RegionRow {
        name: region.name,
        short_name: invalid::text("short_name", short_name, 40)?,
        valid_to,
        revision: present.revision + 1,
        updated_at: state.office.clock.timestamp(),
        ..present
    };
    let row = state.office.store.update_region(&changed, &added).await?;
    all.extend(added);
    respond::ok(&request, &RegionView::of(row, all)?)
}
