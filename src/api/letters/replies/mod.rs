//! What follows a letter: receipt, replies, reviews, closure (签收、反馈、审核、销号).
//!
//! Units do the same by the page that their letter links to; both do the deeds of [`crate::office::replies`].

pub mod bodies;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::attachment::attachment;
use crate::api::http::extract::Body;
use crate::api::http::page::PageView;
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::LetterRow;
use crate::office::types::Id;
use crate::office::{Actor, replies};
use bodies::{
    ClosureView, CreateClosure, CreateReceipt, CreateReply, CreateReview, ReceiptView, ReplyView, ReviewView,
};

/// Adds the routes below a letter.
pub fn routes(config: &mut impl Routes) {
    config
        .service(receive_letter)
        .service(find_receipt)
        .service(create_reply)
        .service(list_replies)
        .service(download_reply_file)
        .service(review_reply)
        .service(close_letter)
        .service(find_closure);
}

async fn load(state: &State, id: Uuid) -> Result<LetterRow, Refused> {
    state.office.read.find_letter(Id::of(id)).await?.ok_or_else(|| Refused::not_found("函"))
}

/// 签收一封函；重复签收以第一次为准
#[utoipa::path(tag = "签收反馈", request_body = CreateReceipt, params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 201, body = ReceiptView), (status = 200, body = ReceiptView, description = "此前已签收"),
        (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/receipt")]
async fn receive_letter(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<CreateReceipt>,
) -> Result<HttpResponse, Refused> {
    let (row, first) = replies::receive_letter(&state.office, &actor, Id::of(*id), &body.person).await?;
    let view = ReceiptView::of(row);
    if first {
        respond::created(&format!("/api/v1/letters/{id}/receipt"), &view)
    } else {
        Ok(HttpResponse::Ok().json(view))
    }
}

/// 读取签收情况
#[utoipa::path(tag = "签收反馈", params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 200, body = ReceiptView), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}/receipt")]
async fn find_receipt(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = state.office.read.find_receipt(Id::of(*id)).await?;
    let row = row.ok_or_else(|| Refused::new(Code::NotFound, "没有这封函，或者它还没有签收。"))?;
    respond::ok(&request, &ReceiptView::of(row))
}

/// 反馈一封函：原因、措施、时限、责任人和附件
#[utoipa::path(tag = "签收反馈", request_body = CreateReply, params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 201, body = ReplyView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/replies")]
async fn create_reply(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<CreateReply>,
) -> Result<HttpResponse, Refused> {
    let letter = load(&state, *id).await?;
    // Before the files are decoded: what asks for no answer says so, whatever is wrong with them.
    replies::awaits_reply(&letter)?;
    let written = replies::reply_to_letter(&state.office, &actor, &letter, body.into_reply()?).await?;
    respond::created(&format!("/api/v1/letters/{id}/replies"), &ReplyView::of(written))
}

/// 列出一封函的全部反馈，含审核意见
#[utoipa::path(tag = "签收反馈", params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 200, body = PageView<ReplyView>), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}/replies")]
async fn list_replies(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    load(&state, *id).await?;
    let rows = state.office.read.list_replies(Id::of(*id)).await?;
    let items = rows.into_iter().map(ReplyView::of).collect();
    respond::list(&request, &PageView { items, next_cursor: None, etags: None }, None)
}

/// 下载反馈的附件
#[utoipa::path(tag = "签收反馈",
    params(("id" = Uuid, Path, description = "函的编号"), ("rid" = Uuid, Path, description = "反馈编号"),
        ("ordinal" = i32, Path, description = "附件序号，从1开始")),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}/replies/{rid}/files/{ordinal}")]
async fn download_reply_file(
    state: web::Data<State>,
    path: web::Path<(Uuid, Uuid, i32)>,
) -> Result<HttpResponse, Refused> {
    let (letter, reply, ordinal) = *path;
    let file = state.office.read.find_reply_file(Id::of(letter), Id::of(reply), ordinal).await?;
    Ok(attachment(file.ok_or_else(|| Refused::not_found("附件"))?))
}

/// 审核一次反馈：通过，或说明原因后退回
///
/// 退回的，此函的反馈期限顺延为重新反馈的期限，并立即发邮件告知主送单位；通过的，并入次日早上的通知。
#[utoipa::path(tag = "签收反馈", request_body = CreateReview,
    params(("id" = Uuid, Path, description = "函的编号"), ("rid" = Uuid, Path, description = "反馈编号")),
    responses((status = 201, body = ReviewView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/replies/{rid}/review")]
async fn review_reply(
    state: web::Data<State>,
    actor: Actor,
    path: web::Path<(Uuid, Uuid)>,
    Body(body): Body<CreateReview>,
) -> Result<HttpResponse, Refused> {
    let (letter, reply) = *path;
    let CreateReview { verdict, reason, reply_by } = body;
    let new = replies::NewReview { verdict: verdict.0, reason, reply_by };
    let row = replies::review_reply(&state.office, &actor, (Id::of(letter), Id::of(reply)), new).await?;
    let by = actor.key_name().unwrap_or_default().to_owned();
    respond::created(&format!("/api/v1/letters/{letter}/replies"), &ReviewView::of(row, by))
}

/// 销号：反馈审核通过后办结
#[utoipa::path(tag = "签收反馈", request_body = CreateClosure, params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 201, body = ClosureView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/closure")]
async fn close_letter(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<CreateClosure>,
) -> Result<HttpResponse, Refused> {
    let row = replies::close_letter(&state.office, &actor, Id::of(*id), body.note.as_deref()).await?;
    let by = actor.key_name().unwrap_or_default().to_owned();
    respond::created(&format!("/api/v1/letters/{id}/closure"), &ClosureView::of(row, by))
}

/// 读取销号情况
#[utoipa::path(tag = "签收反馈", params(("id" = Uuid, Path, description = "函的编号")),
    responses((status = 200, body = ClosureView), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}/closure")]
async fn find_closure(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let found = state.office.read.find_closure(Id::of(*id)).await?;
    let (row, by) = found.ok_or_else(|| Refused::new(Code::NotFound, "没有这封函，或者它还没有销号。"))?;
    respond::ok(&request, &ClosureView::of(row, by))
}
