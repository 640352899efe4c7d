//! Keys to the API (访问密钥): shown once when made, kept as a hash, revoked and never changed.

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
use crate::domain::Role;
use crate::office::rows::{ApiKeyFilter, ApiKeyRow};
use crate::office::types::Id;
use crate::office::{Actor, access};

type AccessRole = Word<Role>;
type AccessRoles = Words<Role>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_api_keys).service(create_api_key).service(revoke_api_key);
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
    /// 吊销时间；为null表示有效
    revoked_at: Option<DateTime<Utc>>,
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
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_api_keys(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, ApiKeyView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建访问密钥（不支持Idempotency-Key，因为密钥不留存）
#[utoipa::path(tag = "访问密钥", request_body = CreateApiKey, responses(
    (status = 201, body = NewApiKeyView), (status = "4XX", body = ProblemView)))]
#[post("/api-keys")]
async fn create_api_key(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateApiKey>,
) -> Result<HttpResponse, Refused> {
    let CreateApiKey { name, role, unit } = body;
    let new = access::NewApiKey { name, role: role.0, unit };
    let (key, row) = access::create_api_key(&state.office, &actor, new).await?;
    let view = NewApiKeyView { key, view: ApiKeyView::of(row) };
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, "/api/v1/api-keys"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(view))
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
