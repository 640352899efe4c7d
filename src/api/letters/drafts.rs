//! Drafts (函稿): a coordinator issues (签发) or discards what waits.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::letters::{LetterView, WholeLetterView};
use crate::domain::invalid;
use crate::office::{Actor, warnings};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(issue_letter).service(discard_letter);
}

/// 签发
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLetter {
    /// 签发人
    #[schema(example = "李四")]
    signer: String,
}

/// 撤销函稿
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardLetter {
    /// 决定人
    #[schema(example = "李四")]
    by: String,
    /// 理由
    #[schema(example = "数据口径有误，待统计部门核实")]
    reason: String,
}

/// 签发一封函稿：编号、落款日期、反馈期限和投递同时确定，此后不变
///
/// 请求头If-Match可填读取函稿时返回的ETag，以确保签发的就是看到的内容。
#[utoipa::path(tag = "预警函", request_body = IssueLetter,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = Option<String>, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/issue")]
async fn issue_letter(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<IssueLetter>,
) -> Result<HttpResponse, Refused> {
    // Before the letter is looked up: what the body says wrong is said first.
    let signer = invalid::text("signer", &body.signer, 30)?;
    let seen = WholeLetterView::load(&state, *id).await?;
    respond::if_match_given(&request, &seen)?;
    let row = warnings::sign(&state.office, &actor, *id, &signer).await?;
    respond::ok(&request, &LetterView::of(row, state.office.clock.now())?)
}

/// 撤销一封函稿；所涉指标有更新的数据或更重的等级时另行起草
#[utoipa::path(tag = "预警函", request_body = DiscardLetter, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/discard")]
async fn discard_letter(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<DiscardLetter>,
) -> Result<HttpResponse, Refused> {
    let said = (body.by.as_str(), body.reason.as_str());
    let row = warnings::discard(&state.office, &actor, *id, said).await?;
    respond::ok(&request, &LetterView::of(row, state.office.clock.now())?)
}
