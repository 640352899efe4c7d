//! What the desk's buttons do: the same deeds as the API's.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use uuid::Uuid;

use super::desk_lists::{number, seen};
use crate::api::State;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::time_limits::at_length;
use crate::domain::invalid::text;
use crate::domain::lengths;
use crate::domain::reply::ReviewVerdict;
use crate::office::deliveries::{self, NewRecipient};
use crate::office::types::Id;
use crate::office::warnings::SigningRound;
use crate::office::{Actor, Refusal, replies, warnings};
use crate::web::page_frame::{self, Instead, either, lead_to};
use crate::web::visitor::{Form, Visitor};

/// Letters signed in one form, at most.
const AT_ONCE: usize = 60;
/// Reasons of a return that are often given.
const STOCK: [(&str, &str); 3] = [
    ("cause", "原因分析不够具体，请对照目标和进度要求说明工作短板。"),
    ("measures", "措施不够具体，请按月分解任务、明确时限。"),
    ("person", "请写明负责同志、具体责任人和联系电话。"),
];

/// How one part of a deed ended.
#[derive(Serialize)]
struct EndView {
    good: bool,
    what: String,
    said: String,
    address: Option<String>,
}

/// What was done and what was not, letter by letter.
fn told(visitor: &Visitor, title: &str, ends: &[EndView]) -> HttpResponse {
    let all_good = ends.iter().all(|end| end.good);
    let status = if all_good { StatusCode::OK } else { StatusCode::CONFLICT };
    let content = context! { place => "/desk", title, ends => Serde(ends) };
    page_frame::page(status, "done.html", Some(visitor), content)
}

/// One deed that is done, or is told why it is not.
fn ended<T>(visitor: &Visitor, outcome: Result<T, Refusal>, section: &str) -> HttpResponse {
    match outcome {
        Ok(_) => lead_to(&format!("/desk#{section}")),
        Err(refusal) => {
            let refused = Refused::from(refusal);
            if refused.code.status().is_server_error() {
                return page_frame::refused(Some(visitor), refused);
            }
            let lines = [refused.detail.as_str(), "请返回今日办理，刷新后再看。"];
            page_frame::message(refused.code.status(), Some(visitor), "未能办理", &lines)
        }
    }
}

/// A form of somebody who may do what this route does, to the letter in its field `letter`.
async fn opened(
    state: &State,
    request: &HttpRequest,
    body: &[u8],
    route: (&'static str, &'static str),
) -> Result<(Visitor, Form, Actor), Instead> {
    let visitor = Visitor::expect(state, request).await?;
    let form = visitor.form(body).ok_or_else(|| visitor.unaccepted())?;
    let about = form.id("letter").or_else(|_| form.id("delivery")).ok();
    let actor = visitor.doing((state, request), route, about).await?;
    Ok((visitor, form, actor))
}

pub(super) async fn sign(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(at_length(signed(&state, &request, &body)).await)
}

/// Signs the chosen drafts one by one; each says what became of it.
async fn signed(state: &State, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, Instead> {
    let (visitor, form, actor) = opened(state, request, body, super::RULE).await?;
    let chosen: Vec<(Uuid, &str)> = form
        .all("sign")
        .filter_map(|mark| mark.split_once(':'))
        .filter_map(|(id, seen)| Some((Uuid::try_parse(id).ok()?, seen)))
        .collect();
    let refuse = |line: &str| {
        let lines = [line, "没有签发任何函，请返回上一页。"];
        page_frame::message(StatusCode::UNPROCESSABLE_ENTITY, Some(&visitor), "未签发", &lines)
    };
    if chosen.is_empty() {
        return Err(refuse("请先打开要签发的函稿，看过后勾选“签发这一封”。"));
    }
    if chosen.len() > AT_ONCE {
        return Err(refuse("一次最多签发60封。"));
    }
    let signer = text("signer", form.get("signer"), lengths::PERSON)
        .map_err(|wrong| refuse(&format!("签发人：{}", wrong.detail)))?;
    let mut ends = Vec::with_capacity(chosen.len());
    let mut round = SigningRound::new(&state.office);
    for (letter_id, read) in chosen {
        let own = actor.part(&format!("/desk/sign/{letter_id}"));
        ends.push(sign_one(state, &mut round, (letter_id, read), (&own, &signer)).await);
    }
    // What is not done now, the next step that issues does.
    if let Err(error) = round.end().await {
        tracing::warn!(%error, "letters that need no answer any more still wait for one");
    }
    Ok(told(&visitor, "签发结果", &ends))
}

async fn sign_one(
    state: &State,
    round: &mut SigningRound<'_>,
    (letter_id, read): (Uuid, &str),
    (actor, signer): (&Actor, &str),
) -> EndView {
    let bad =
        |what: String, said: String, address: Option<String>| EndView { good: false, what, said, address };
    let letter = match state.office.read.find_letter(Id::of(letter_id)).await {
        Ok(Some(letter)) => letter,
        Ok(None) => return bad("函稿".to_owned(), "没有找到，可能已经撤销。".to_owned(), None),
        Err(error) => return bad("函稿".to_owned(), Refused::from(error).detail, None),
    };
    let (what, address) = (letter.subject.clone(), format!("/desk/letters/{letter_id}"));
    if seen(&letter) != read {
        let said = "您打开之后函稿已经重新拟写，没有签发，请再看一遍。".to_owned();
        return bad(what, said, Some(address));
    }
    match round.sign(actor, Id::of(letter_id), signer).await {
        Ok(issued) => EndView {
            good: true,
            what: issued.subject.clone(),
            said: format!("已签发，文号{}。", number(&issued)),
            address: Some(address),
        },
        Err(Refusal::Changed { changes, waits, .. }) => {
            let details: Vec<String> = changes.into_iter().map(|change| change.detail).collect();
            let rest = if waits { "已按现在的情况重新拟稿，请再看一遍。" } else { "" };
            bad(
                what,
                format!("没有签发：{}。{rest}", details.join("；").trim_end_matches('。')),
                waits.then_some("/desk#sign".to_owned()),
            )
        }
        Err(refusal) => bad(what, Refused::from(refusal).detail, Some(address)),
    }
}

pub(super) async fn discard(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(
        async {
            let (visitor, form, actor) =
                opened(&state, &request, &body, ("POST", "/letters/{id}/discard")).await?;
            let letter_id =
                form.id("letter").map_err(|refused| page_frame::refused(Some(&visitor), refused))?;
            let said = (form.get("by"), form.get("reason"));
            Ok(ended(
                &visitor,
                warnings::discard(&state.office, &actor, Id::of(letter_id), said).await,
                "sign",
            ))
        }
        .await,
    )
}

pub(super) async fn review(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(reviewed(&state, &request, &body).await)
}

async fn reviewed(state: &State, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, Instead> {
    let route = ("POST", "/letters/{id}/replies/{rid}/review");
    let (visitor, form, actor) = opened(state, request, body, route).await?;
    let which = (
        form.id("letter").map_err(|refused| page_frame::refused(Some(&visitor), refused))?,
        form.id("reply").map_err(|refused| page_frame::refused(Some(&visitor), refused))?,
    );
    let verdict = match form.get("verdict") {
        "accepted" => ReviewVerdict::Accepted,
        "returned" => ReviewVerdict::Returned,
        _ => {
            let refused = Refused::new(Code::Invalid, "请选择通过或退回。");
            return Err(page_frame::refused(Some(&visitor), refused));
        }
    };
    let stock = STOCK.iter().filter(|(name, _)| form.all("stock").any(|given| given == *name));
    let mut reason: Vec<&str> = stock.map(|(_, words)| *words).collect();
    let own = form.get("reason").trim();
    if !own.is_empty() {
        reason.push(own);
    }
    let reason = (!reason.is_empty()).then(|| reason.join("\n"));
    let reply_by = match form.get("reply_by").trim() {
        "" => None,
        day => Some(day.parse().map_err(|_| {
            let refused = Refused::new(Code::Invalid, "重新反馈的期限应形如2025-09-30，请核对。");
            page_frame::refused(Some(&visitor), refused)
        })?),
    };
    let new = replies::NewReview { verdict, reason, reply_by };
    Ok(ended(
        &visitor,
        replies::review_reply(&state.office, &actor, (Id::of(which.0), Id::of(which.1)), new).await,
        "review",
    ))
}

pub(super) async fn close(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(
        async {
            let (visitor, form, actor) =
                opened(&state, &request, &body, ("POST", "/letters/{id}/closure")).await?;
            let letter_id =
                form.id("letter").map_err(|refused| page_frame::refused(Some(&visitor), refused))?;
            let closed = replies::close_letter(&state.office, &actor, Id::of(letter_id), None).await;
            Ok(ended(&visitor, closed, "review"))
        }
        .await,
    )
}

pub(super) async fn retry(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(
        async {
            let route = ("POST", "/deliveries/{id}/retry");
            let (visitor, form, actor) = opened(&state, &request, &body, route).await?;
            let delivery_id =
                form.id("delivery").map_err(|refused| page_frame::refused(Some(&visitor), refused))?;
            let retried = deliveries::retry_delivery(&state.office, &actor, Id::of(delivery_id)).await;
            Ok(ended(&visitor, retried, "undelivered"))
        }
        .await,
    )
}

pub(super) async fn add_recipient(
    state: web::Data<State>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    either(
        async {
            let route = ("POST", "/letters/{id}/deliveries");
            let (visitor, form, actor) = opened(&state, &request, &body, route).await?;
            let letter_id =
                form.id("letter").map_err(|refused| page_frame::refused(Some(&visitor), refused))?;
            let instead_of =
                Some(form.id("delivery").map_err(|refused| page_frame::refused(Some(&visitor), refused))?);
            let unit = Some(form.get("unit").to_owned()).filter(|unit| !unit.is_empty());
            let (name, email) = (form.get("name").to_owned(), form.get("email").to_owned());
            let new = NewRecipient { unit, name, email, instead_of: instead_of.map(Id::of) };
            let added = deliveries::add_recipient(&state.office, &actor, Id::of(letter_id), new).await;
            Ok(ended(&visitor, added, "undelivered"))
        }
        .await,
    )
}
