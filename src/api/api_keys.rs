//! Keys to the API (访问密钥): shown once when made, kept as a hash, replaced, revoked and never changed.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::domain::{Role, Stage};
use crate::office::rows::{ApiKeyFilter, ApiKeyRow};
use crate::office::types::Id;
use crate::office::{Actor, access};

type AccessRole = Word<Role>;
type StageWord = Word<Stage>;
type AccessRoles = Words<Role>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_api_keys).service(create_api_key).service(rotate_api_key).service(revoke_api_key);
}

/// 访问密钥（不含密钥本身）
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// 编号
    id: Uuid,
    /// 名称：谁、用来做什么
    name: String,
    /// 角色
    role: AccessRole,
    /// 代表的责任单位
    unit_id: Option<Uuid>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 吊销时间；为null表示没有吊销
    revoked_at: Option<DateTime<Utc>>,
    /// 到期时间，到时自动失效；为null表示长期有效
    expires_at: Option<DateTime<Utc>>,
    /// 密钥的开头几位，供辨认；早先发放的和自行配置的为null
    prefix: Option<String>,
    /// 最近一次使用时间，精确到小时；为null表示尚未使用
    last_used_at: Option<DateTime<Utc>>,
    /// 换发自哪个密钥
    replaces_id: Option<Uuid>,
    /// 最高可录入的环节；为null表示按角色
    stage: Option<StageWord>,
}

impl ApiKeyView {
    fn of(row: ApiKeyRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            role: Word(row.role.0),
            unit_id: row.unit_id.map(|id| id.0),
            created_at: row.created_at.and_utc(),
            revoked_at: row.revoked_at.map(|at| at.and_utc()),
            expires_at: row.expires_at.map(|at| at.and_utc()),
            prefix: row.prefix,
            last_used_at: row.last_used_at.map(|at| at.and_utc()),
            replaces_id: row.replaces_id.map(|id| id.0),
            stage: row.stage.map(|stage| Word(stage.0)),
        }
    }
}

/// 新建的访问密钥；密钥只在此显示一次
#[derive(Debug, Serialize, ToSchema)]
pub struct NewApiKeyView {
    /// 密钥，请立即妥善保存
    #[schema(example = "xsk_…")]
    key: String,
    /// 其余
    #[serde(flatten)]
    view: ApiKeyView,
}

/// 新建访问密钥
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// 名称：谁、用来做什么
    #[schema(example = "省商务厅业务系统")]
    name: String,
    /// 角色：administrator管理员、coordinator协调员、unit责任单位、reporter报送员（责任单位并报送本单位牵头指标的数据）、feeder数据推送（只能录入数据）、auditor审计员（只看操作记录和异常）、reader只读（不见电话、邮箱和附件）
    role: AccessRole,
    /// 代表的责任单位：id、信用代码或名称；角色为unit、reporter时必填，协调员填写后不能审核本单位的函
    unit: Option<String>,
    /// 到期时间，到时自动失效；不填为长期有效，管理员的密钥不能填写
    expires_at: Option<DateTime<Utc>>,
    /// 最高可录入的环节：self_reported自报、self_checked自查、verified核查、publicly_reviewed评议；不填的，报送员只能录入指标口径的最低一环，其他能录入数据的角色不限
    stage: Option<StageWord>,
}

/// 换发访问密钥
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateApiKey {
    /// 原密钥继续有效的天数，以便从容更换；不填为7天，填0为立即失效
    #[schema(minimum = 0, maximum = 90)]
    overlap_days: Option<i64>,
}

/// 访问密钥查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeyParams {
    /// 角色，可用逗号分隔多个
    #[param(inline)]
    role: Option<AccessRoles>,
    /// 代表的责任单位：id、信用代码或名称
    unit: Option<String>,
    /// 只列在此时间以前到期（含已到期）而未吊销的
    expires_before: Option<DateTime<Utc>>,
}

/// 列出访问密钥，含已吊销的
#[utoipa::path(tag = "访问密钥", params(ListParams, ApiKeyParams), responses(
    (status = 200, body = PageView<ApiKeyView>), (status = "4XX", body = ProblemView)))]
#[get("/api-keys")]
async fn list_api_keys(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<ApiKeyParams>,
) -> Result<HttpResponse, Refused> {
    let unit = lookup::maybe_unit(&state, At::Query("unit"), list.filter.unit.as_deref()).await?;
    let filter = ApiKeyFilter {
        roles: list.filter.role.map(|words| words.0),
        unit_id: unit.map(|row| row.id),
        expires_before: list.filter.expires_before.map(|at| at.naive_utc()),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_api_keys(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, ApiKeyView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建访问密钥；密钥不留存，带同一Idempotency-Key重复提交的不再办理，答复409（answer_lost）
#[utoipa::path(tag = "访问密钥", request_body = CreateApiKey, responses(
    (status = 201, body = NewApiKeyView), (status = "4XX", body = ProblemView)))]
#[post("/api-keys")]
async fn create_api_key(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateApiKey>,
) -> Result<HttpResponse, Refused> {
    let CreateApiKey { name, role, unit, expires_at, stage } = body;
    let stage = stage.map(|word| word.0);
    let new = access::NewApiKey { name, role: role.0, unit, expires_at, stage };
    Ok(shown_once(access::create_api_key(&state.office, &actor, new).await?))
}

fn shown_once((key, row): (String, ApiKeyRow)) -> HttpResponse {
    HttpResponse::Created()
        .insert_header((header::LOCATION, "/api/v1/api-keys"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(NewApiKeyView { key, view: ApiKeyView::of(row) })
}

/// 换发访问密钥：名称、角色、单位、环节和到期时间不变，原密钥在约定天数后失效。带同一Idempotency-Key重复提交的不再办理，答复409（answer_lost）
#[utoipa::path(tag = "访问密钥", params(("id" = Uuid, Path, description = "编号")), request_body = RotateApiKey, responses(
    (status = 201, body = NewApiKeyView), (status = "4XX", body = ProblemView)))]
#[post("/api-keys/{id}/rotation")]
async fn rotate_api_key(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<RotateApiKey>,
) -> Result<HttpResponse, Refused> {
    const A_WEEK: i64 = 7;
    let days = body.overlap_days.unwrap_or(A_WEEK);
    let issued = access::rotate_api_key(&state.office, &actor, Id::of(*id), days).await?;
    state.known_keys.forget(*id);
    Ok(shown_once(issued))
}

/// 吊销访问密钥；数秒内在所有进程失效，不可恢复
#[utoipa::path(tag = "访问密钥", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 204, description = "已吊销"), (status = "4XX", body = ProblemView)))]
#[delete("/api-keys/{id}")]
async fn revoke_api_key(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    access::revoke_api_key(&state.office, &actor, Id::of(*id)).await?;
    state.known_keys.forget(*id);
    Ok(HttpResponse::NoContent().finish())
}
