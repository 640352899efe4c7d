//! Contacts (联络员).

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
use crate::api::http::wire::{Word, Words, maybe};
use crate::domain::ContactRole;
use crate::office::rows::{ContactFilter, ContactRow};
use crate::office::types::{ContactId, Id, of_any};
use crate::office::{Actor, places};

type RoleWord = Word<ContactRole>;
type RoleWords = Words<ContactRole>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_contacts).service(create_contact).service(find_contact).service(update_contact);
}

/// 联络员
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// 编号
    id: Uuid,
    /// 所在单位
    unit_id: Uuid,
    /// 姓名
    #[schema(example = "张三")]
    name: String,
    /// 邮箱
    #[schema(example = "zhangsan@example.org")]
    email: String,
    /// 电话
    phone: Option<String>,
    /// 联络员，或负责人
    role: RoleWord,
    /// 任职开始日
    valid_from: NaiveDate,
    /// 任职结束日；为null表示在任
    valid_to: Option<NaiveDate>,
    /// 外部编号：数据所属系统对它的编号
    external_id: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl ContactView {
    pub(in crate::api) fn of(row: ContactRow, external: &ExternalIds) -> Self {
        Self {
            external_id: external.get(&row.id.of_any()).cloned(),
            id: row.id.0,
            unit_id: row.unit_id.0,
            name: row.name,
            email: row.email,
            phone: row.phone,
            role: Word(row.role.0),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 新建联络员
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateContact {
    /// 所在单位：id、信用代码或名称
    #[schema(example = "省商务厅")]
    unit: String,
    /// 姓名
    #[schema(example = "张三")]
    name: String,
    /// 邮箱，函件发往此处
    #[schema(example = "zhangsan@example.org")]
    email: String,
    /// 电话
    phone: Option<String>,
    /// 联络员（先收函），或负责人（逾期未反馈时加收）
    role: RoleWord,
    /// 任职开始日，默认今天
    valid_from: Option<NaiveDate>,
    /// 任职结束日
    valid_to: Option<NaiveDate>,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
}

impl From<CreateContact> for places::NewContact {
    fn from(body: CreateContact) -> Self {
        let CreateContact { unit, name, email, phone, role, valid_from, valid_to, external_id } = body;
        Self { unit, name, email, phone, role: role.0, valid_from, valid_to, external_id }
    }
}

/// 修改联络员；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateContact {
    /// 姓名
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 邮箱
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    email: Option<String>,
    /// 电话
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
    /// 联络员，或负责人
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = RoleWord)]
    role: Option<RoleWord>,
    /// 任职开始日
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = NaiveDate)]
    valid_from: Option<NaiveDate>,
    /// 任职结束日
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<NaiveDate>)]
    valid_to: Option<Option<NaiveDate>>,
    /// 外部编号
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
}

impl From<UpdateContact> for places::ContactEdit {
    fn from(body: UpdateContact) -> Self {
        let UpdateContact { name, email, phone, role, valid_from, valid_to, external_id } = body;
        Self { name, email, phone, role: role.map(|word| word.0), valid_from, valid_to, external_id }
    }
}

/// 联络员查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContactParams {
    /// 单位：id、信用代码或名称
    unit: Option<String>,
    /// 联络员，或负责人；可用逗号分隔多个
    #[param(inline)]
    role: Option<RoleWords>,
    /// 这一天在任的
    on: Option<NaiveDate>,
}

/// 列出联络员
#[utoipa::path(tag = "联络员", params(ListParams, ContactParams), responses(
    (status = 200, body = PageView<ContactView>), (status = "4XX", body = ProblemView)))]
#[get("/contacts")]
async fn list_contacts(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<ContactParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = ContactFilter {
        unit_id: unit.map(|row| row.id),
        roles: params.role.map(|words| words.0),
        on: params.on,
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_contacts(&filter, list.page).await?;
    let ids: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    let external = state.office.read.list_external_ids(&of_any(&ids)).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, |row| ContactView::of(row, &external));
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建联络员
#[utoipa::path(tag = "联络员", request_body = CreateContact, responses(
    (status = 201, body = ContactView), (status = "4XX", body = ProblemView)))]
#[post("/contacts")]
async fn create_contact(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateContact>,
) -> Result<HttpResponse, Refused> {
    let row = places::create_contact(&state.office, &actor, body.into()).await?;
    respond::created(&format!("/api/v1/contacts/{}", row.id.0), &view(&state, row).await?)
}

/// 读取一个联络员
#[utoipa::path(tag = "联络员", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = ContactView), (status = "4XX", body = ProblemView)))]
#[get("/contacts/{id}")]
async fn find_contact(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    respond::one(&request, &view(&state, row).await?, params.fields.as_deref())
}

async fn view(state: &State, row: ContactRow) -> Result<ContactView, Refused> {
    let external = state.office.read.list_external_ids(&[row.id.of_any()]).await?;
    Ok(ContactView::of(row, &external))
}

async fn load(state: &State, id: Uuid) -> Result<ContactRow, Refused> {
    state.office.read.find_contact(Id::of(id)).await?.ok_or_else(|| Refused::not_found("联络员"))
}

/// 修改联络员（须带If-Match）
#[utoipa::path(tag = "联络员", request_body = UpdateContact,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = ContactView), (status = "4XX", body = ProblemView)))]
#[patch("/contacts/{id}")]
async fn update_contact(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateContact>,
) -> Result<HttpResponse, Refused> {
    let seen = load(&state, *id).await?;
    respond::if_match(&request, &view(&state, seen.clone()).await?)?;
    let row = places::update_contact(&state.office, &actor, seen, body.into()).await?;
    respond::ok(&request, &view(&state, row).await?)
}
