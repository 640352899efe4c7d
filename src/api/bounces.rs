//! Mails that came back, handed in by a mail server or a script.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::body_unread;
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::Actor;
use crate::office::warnings::{Returned, ReturnedMail, take_bounce};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(hand_in_bounce);
}

/// 退信的处理结果
#[derive(Debug, Serialize, ToSchema)]
pub struct BounceView {
    /// 结果：bounced（投递已标为退回）、unchanged（不改变投递状态，如仍在重试或先前已处理）、stray（对应不上任何邮件，已列为问题）
    #[schema(example = "bounced")]
    outcome: &'static str,
    /// 对应的投递编号；退回的是通知的为null
    delivery_id: Option<Uuid>,
    /// 对应的通知编号；退回的是函的为null
    notice_id: Option<Uuid>,
    /// 状态码（RFC 3463）
    #[schema(example = "5.1.1")]
    status: Option<String>,
    /// 对方服务器的说明
    diagnostic: Option<String>,
}

/// 交入一封退信
///
/// 请求内容为退信原文：RFC 3464的投递状态通知，或附有原邮件的普通退信。按原邮件的Message-ID找到投递，标为退回并列为问题；重复交入不产生重复。
#[utoipa::path(tag = "投递", request_body(content = String, content_type = "message/rfc822"), responses(
    (status = 200, body = BounceView), (status = "4XX", body = ProblemView)))]
#[post("/bounces")]
async fn hand_in_bounce(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    raw: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, Refused> {
    let raw = raw.map_err(|error| body_unread(&error))?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("message/rfc822") {
        let detail = "请把退信原文作为请求内容，Content-Type为message/rfc822。";
        return Err(Refused::new(Code::UnsupportedMediaType, detail));
    }
    let view = match take_bounce(&state.office, &actor, &raw).await? {
        Returned::NoNotification | Returned::Unread => {
            let detail = "这不是投递状态通知（RFC 3464），也认不出是哪一封函的退信，无法处理；请人工查看。";
            return Err(Refused::at(Code::Invalid, "", "not_a_notification", detail));
        }
        Returned::Stray => BounceView {
            outcome: "stray",
            delivery_id: None,
            notice_id: None,
            status: None,
            diagnostic: None,
        },
        Returned::Known { mail, report, bounced } => BounceView {
            outcome: if bounced { "bounced" } else { "unchanged" },
            delivery_id: if let ReturnedMail::Delivery(row) = &mail { Some(row.id.0) } else { None },
            notice_id: if let ReturnedMail::Notice(row) = &mail { Some(row.id.0) } else { None },
            status: Some(report.status),
            diagnostic: Some(report.diagnostic),
        },
    };
    respond::ok(&request, &view)
}
