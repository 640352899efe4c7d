//! Webhooks (回调): another system is told that something changed, and reads it with a key of its own.

mod webhook_bodies;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::page::{List, ListParams, PageParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::office::rows::{WebhookEventFilter, WebhookRow};
use crate::office::types::Id;
use crate::office::{Actor, webhooks};
use webhook_bodies::{
    CreateWebhook, NewWebhookView, ReplayView, ReplayWebhook, RetireWebhook, UpdateWebhook,
    WebhookEventParams, WebhookEventView, WebhookParams, WebhookView,
};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(list_webhooks)
        .service(create_webhook)
        .service(find_webhook)
        .service(update_webhook)
        .service(retire_webhook)
        .service(rotate_webhook_secret)
        .service(test_webhook)
        .service(replay_webhook)
        .service(list_webhook_events);
}

async fn load(state: &State, id: Uuid) -> Result<WebhookRow, Refused> {
    state.office.read.find_webhook(Id::of(id)).await?.ok_or_else(|| Refused::not_found("回调"))
}

/// 列出回调
#[utoipa::path(tag = "回调", params(ListParams, WebhookParams), responses(
    (status = 200, body = PageView<WebhookView>), (status = "4XX", body = ProblemView)))]
#[get("/webhooks")]
async fn list_webhooks(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<WebhookParams>,
) -> Result<HttpResponse, Refused> {
    let retired = list.filter.retired.unwrap_or(false);
    let rows = state.office.read.list_webhooks(retired, list.updated_after, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, |row| WebhookView::of(&row));
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建回调；密钥只显示一次，带同一Idempotency-Key重复提交的不再办理，答复409（answer_lost）
///
/// 此后所选类别凡有变更，即向该地址发出通知（POST，CloudEvents 1.0的JSON），按Standard Webhooks签名（webhook-id、webhook-timestamp、
/// webhook-signature）。通知只写明类别、编号、读取的地址和时间，不含内容；内容请用接收方自己的密钥读取。至少送达一次，重复的通知
/// webhook-id相同；不保证先后。答复2xx为已接收；429、503的Retry-After照办；410即停用此回调；其余不论何种答复都逐渐拉长间隔重发，三天后
/// 不再自动重发，可用replay补发。不跟随跳转。地址须在配置webhooks.allow中。
#[utoipa::path(tag = "回调", request_body = CreateWebhook, responses(
    (status = 201, body = NewWebhookView), (status = "4XX", body = ProblemView)))]
#[post("/webhooks")]
async fn create_webhook(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateWebhook>,
) -> Result<HttpResponse, Refused> {
    let (secret, row) = webhooks::create_webhook(&state.office, &actor, body.into()).await?;
    let location = format!("/api/v1/webhooks/{}", row.id.0);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(NewWebhookView { secret, view: WebhookView::of(&row) }))
}

/// 读取一个回调
#[utoipa::path(tag = "回调", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = WebhookView), (status = "4XX", body = ProblemView)))]
#[get("/webhooks/{id}")]
async fn find_webhook(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let view = WebhookView::of(&load(&state, *id).await?);
    respond::one(&request, &view, params.fields.as_deref())
}

/// 修改回调（须带If-Match）
#[utoipa::path(tag = "回调", request_body = UpdateWebhook,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = WebhookView), (status = "4XX", body = ProblemView)))]
#[patch("/webhooks/{id}")]
async fn update_webhook(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateWebhook>,
) -> Result<HttpResponse, Refused> {
    let seen = load(&state, *id).await?;
    respond::if_match(&request, &WebhookView::of(&seen))?;
    let row = webhooks::update_webhook(&state.office, &actor, seen, body.into()).await?;
    respond::ok(&request, &WebhookView::of(&row))
}

/// 停用回调；此后不再通知
#[utoipa::path(tag = "回调", request_body = RetireWebhook, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WebhookView), (status = "4XX", body = ProblemView)))]
#[post("/webhooks/{id}/retirement")]
async fn retire_webhook(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<RetireWebhook>,
) -> Result<HttpResponse, Refused> {
    let row = webhooks::retire_webhook(&state.office, &actor, Id::of(*id), &body.reason).await?;
    respond::ok(&request, &WebhookView::of(&row))
}

/// 更换回调的密钥；原密钥24小时内同时有效。带同一Idempotency-Key重复提交的不再办理，答复409（answer_lost）
#[utoipa::path(tag = "回调", params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = NewWebhookView), (status = "4XX", body = ProblemView)))]
#[post("/webhooks/{id}/rotation")]
async fn rotate_webhook_secret(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let (secret, row) = webhooks::rotate_secret(&state.office, &actor, Id::of(*id)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(NewWebhookView { secret, view: WebhookView::of(&row) }))
}

/// 发一条测试通知（xushi.webhook.test），数秒内送出
#[utoipa::path(tag = "回调", params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WebhookEventView), (status = "4XX", body = ProblemView)))]
#[post("/webhooks/{id}/test")]
async fn test_webhook(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let event = webhooks::test_webhook(&state.office, &actor, Id::of(*id)).await?;
    respond::ok(&request, &WebhookEventView::of(event))
}

/// 补发某时刻以来的通知，不论是否已接收；编号不变。已接收的保留30天
#[utoipa::path(tag = "回调", request_body = ReplayWebhook, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = ReplayView), (status = "4XX", body = ProblemView)))]
#[post("/webhooks/{id}/replay")]
async fn replay_webhook(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<ReplayWebhook>,
) -> Result<HttpResponse, Refused> {
    let events = webhooks::replay(&state.office, &actor, Id::of(*id), body.since).await?;
    respond::ok(&request, &ReplayView { events })
}

/// 列出一个回调的通知；state=failed为不再自动重发的
#[utoipa::path(tag = "回调", params(("id" = Uuid, Path, description = "编号"), PageParams, WebhookEventParams), responses(
    (status = 200, body = PageView<WebhookEventView>), (status = "4XX", body = ProblemView)))]
#[get("/webhooks/{id}/events")]
async fn list_webhook_events(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<WebhookEventParams>,
) -> Result<HttpResponse, Refused> {
    load(&state, *id).await?;
    let filter =
        WebhookEventFilter { webhook_id: Some(Id::of(*id)), states: list.filter.state.map(|words| words.0) };
    let rows = state.office.read.list_webhook_events(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, WebhookEventView::of);
    respond::list(&request, &page, list.fields.as_deref())
}
