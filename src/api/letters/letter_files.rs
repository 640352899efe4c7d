//! A letter in its forms: page, document, picture, text, mail. Frozen at issue: the same bytes every time.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::Params;
use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::letters::{load, load_for};
use crate::domain::delivery::Recipient;
use crate::office::rows::LetterFileRow;
use crate::office::types::Id;
use crate::office::warnings::{DOCX, Mailing, PNG, files, shown_alone};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(show_letter)
        .service(download_letter)
        .service(show_letter_text)
        .service(show_letter_chart)
        .service(show_letter_mail);
}

/// 网页形式的函
///
/// 图表嵌在网页内；签发后内容不变。抄送单位看到的是抄送件，没有签收和反馈的链接。
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, content_type = "text/html", body = String), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}.html")]
async fn show_letter(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = load_for(&state, &caller, *id).await?;
    let html = shown_alone(&row, &files(&state.office, &row).await?);
    let mut answer = respond::file(&request, "text/html; charset=utf-8", None, html.into_bytes());
    answer.headers_mut().insert(
        actix_web::http::header::CONTENT_SECURITY_POLICY,
        actix_web::http::header::HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        ),
    );
    Ok(answer)
}

/// 公文形式的函（DOCX）
///
/// 信函格式，签发时生成并留存；邮件附件与此逐字节相同。
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}.docx")]
async fn download_letter(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let document = files(&state.office, &load(&state, *id).await?)
        .await?
        .into_iter()
        .find(|file| file.media_type == DOCX);
    let document = document.ok_or_else(|| Refused::not_found("函的文档"))?;
    Ok(respond::file(&request, DOCX, Some(&document.name), document.bytes))
}

/// 纯文本形式的函
///
/// 抄送单位看到的是抄送件，没有签收和反馈的链接。
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, content_type = "text/plain", body = String), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}.txt")]
async fn show_letter_text(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = load_for(&state, &caller, *id).await?;
    Ok(respond::file(&request, "text/plain; charset=utf-8", None, row.body_text.into_bytes()))
}

/// 取图的参数
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChartParams {
    /// 指标在函中的序号；不填时为第一张图
    line: Option<u32>,
}

/// 函中的走势图（PNG）
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号"), ChartParams), responses(
    (status = 200, content_type = "image/png", body = Vec<u8>), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}.png")]
async fn show_letter_chart(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<ChartParams>,
) -> Result<HttpResponse, Refused> {
    let fits = |file: &LetterFileRow| {
        let wanted = params.line.map(crate::letter::picture_id);
        file.media_type == PNG && wanted.is_none_or(|wanted| wanted == file.name)
    };
    let picture = files(&state.office, &load(&state, *id).await?).await?.into_iter().find(fits);
    let picture = picture.ok_or_else(|| Refused::new(Code::NotFound, "这封函没有这张走势图。"))?;
    Ok(respond::file(&request, PNG, None, picture.bytes))
}

/// 取邮件的参数
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailParams {
    /// 投递编号，取发往该邮箱的那一份；不填时为发往主送单位的第一份
    delivery: Option<Uuid>,
}

/// 邮件形式的函（EML）
///
/// 与实际发出的邮件逐字节相同（邮件服务器沿途添加的信头除外）。
#[utoipa::path(tag = "预警函", params(("id" = Uuid, Path, description = "编号"), MailParams), responses(
    (status = 200, content_type = "message/rfc822", body = Vec<u8>), (status = "4XX", body = ProblemView)))]
#[get("/letters/{id}.eml")]
async fn show_letter_mail(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<MailParams>,
) -> Result<HttpResponse, Refused> {
    load(&state, *id).await?;
    let deliveries = state.office.read.list_letter_deliveries(Id::of(*id)).await?;
    let row = match params.delivery {
        Some(wanted) => deliveries
            .iter()
            .find(|row| row.id.0 == wanted)
            .ok_or_else(|| refuse("delivery", "unknown", "这封函没有这项投递，请核对。"))?,
        None => deliveries
            .iter()
            .find(|row| row.role == Recipient::To)
            .or(deliveries.first())
            .ok_or_else(|| Refused::new(Code::NotFound, "这封函没有收件邮箱，不成邮件。"))?,
    };
    let mailing = Mailing::of(&state.office, &[Id::of(*id)]).await?.remove(&Id::of(*id));
    let mailing = mailing.ok_or_else(|| Refused::not_found("函"))?;
    let raw = mailing.addressed(row).map_err(Refused::internal)?;
    let name = format!("{}.eml", mailing.file_stem());
    Ok(respond::file(&request, "message/rfc822", Some(&name), raw))
}
