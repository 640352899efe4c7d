//! Deliveries (投递): one letter to one mailbox; sent again (重发), or to one more mailbox (补发).

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::domain::TextEnum as _;
use crate::domain::delivery::DeliveryState;
use crate::office::rows::{DeliveryFilter, DeliveryRow};
use crate::office::types::Id;
use crate::office::{Actor, deliveries};

type DeliveryStateWord = Word<DeliveryState>;
type DeliveryStateWords = Words<DeliveryState>;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_deliveries).service(retry_delivery).service(create_delivery);
}

/// 投递：一封函发往一个邮箱
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    /// 编号
    id: Uuid,
    /// 函的编号
    letter_id: Uuid,
    /// 收件单位编号
    unit_id: Uuid,
    /// 主送to或抄送cc
    role: &'static str,
    /// 收件人
    name: String,
    /// 邮箱
    email: String,
    /// 邮件编号（Message-ID），每次重发相同
    message_id: String,
    /// 状态：待发、正在发、已送达邮件服务器、已放弃
    #[schema(example = "accepted")]
    state: DeliveryStateWord,
    /// 已尝试次数
    attempts: i32,
    /// 其中结果不明、可能重复的次数
    uncertain: i32,
    /// 下次尝试时间
    next_attempt_at: DateTime<Utc>,
    /// 邮件服务器接收时间
    accepted_at: Option<DateTime<Utc>>,
    /// 邮件服务器最近的答复
    last_reply: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近变更时间
    updated_at: DateTime<Utc>,
}

impl DeliveryView {
    /// Whether it goes to somebody of this unit.
    pub(in crate::api) fn is_to(&self, unit: Option<Uuid>) -> bool {
        Some(self.unit_id) == unit
    }

    /// The row as shown.
    pub(in crate::api) fn of(row: DeliveryRow) -> Self {
        Self {
            id: row.id.0,
            letter_id: row.letter_id.0,
            unit_id: row.unit_id.0,
            role: row.role.0.as_str(),
            name: row.name,
            email: row.email,
            message_id: row.message_id,
            state: Word(row.state.0),
            attempts: row.attempts,
            uncertain: row.uncertain,
            next_attempt_at: row.next_attempt_at.and_utc(),
            accepted_at: row.accepted_at.map(|at| at.and_utc()),
            last_reply: row.last_reply,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 投递查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryParams {
    /// 函的编号
    letter: Option<Uuid>,
    /// 状态，可用逗号分隔多个
    #[param(inline)]
    state: Option<DeliveryStateWords>,
}

/// 列出投递
#[utoipa::path(tag = "投递", params(ListParams, DeliveryParams), responses(
    (status = 200, body = PageView<DeliveryView>), (status = "4XX", body = ProblemView)))]
#[get("/deliveries")]
async fn list_deliveries(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<DeliveryParams>,
) -> Result<HttpResponse, Refused> {
    let filter = DeliveryFilter {
        letter_id: list.filter.letter.map(Id::of),
        states: list.filter.state.map(|words| words.0),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_deliveries(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, DeliveryView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 重发：投递失败或被退回的邮件再发一次
///
/// 仍发往原邮箱，邮件编号不变；相应的异常随之标为已处理，再失败时重新列出。邮箱写错的，请改用补发。
#[utoipa::path(tag = "投递", params(("id" = Uuid, Path, description = "投递编号")), responses(
    (status = 200, body = DeliveryView), (status = "4XX", body = ProblemView)))]
#[post("/deliveries/{id}/retry")]
async fn retry_delivery(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = deliveries::retry_delivery(&state.office, &actor, Id::of(*id)).await?;
    respond::ok(&request, &DeliveryView::of(row))
}

/// 补发
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDelivery {
    /// 收件单位：id、信用代码或名称；默认主送单位
    #[serde(default)]
    unit: Option<String>,
    /// 收件人
    #[schema(example = "王五")]
    name: String,
    /// 邮箱
    #[schema(example = "wangwu@example.org")]
    email: String,
    /// 所替代的投递：失败或被退回的那一个，其异常随之标为已处理
    #[serde(default)]
    instead_of: Option<Uuid>,
}

/// 补发：把已签发的函发往另一个邮箱
///
/// 发给主送单位的邮件含签收反馈链接，发给其他单位的为抄送。函的内容不变。
#[utoipa::path(tag = "投递", request_body = CreateDelivery, params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 201, body = DeliveryView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/deliveries")]
async fn create_delivery(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<CreateDelivery>,
) -> Result<HttpResponse, Refused> {
    let CreateDelivery { unit, name, email, instead_of } = body;
    let new = deliveries::NewRecipient { unit, name, email, instead_of: instead_of.map(Id::of) };
    let row = deliveries::add_recipient(&state.office, &actor, Id::of(*id), new).await?;
    respond::created(&format!("/api/v1/deliveries?letter={id}"), &DeliveryView::of(row))
}
