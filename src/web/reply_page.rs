//! `/r/{token}`: the page that a letter's mail links to, where its addressee receives and answers it.
//!
//! The token is the only authority: there is no cookie and no login, so another site that makes a browser post here
//! (CSRF) can do no more than its author could with the same link. Opening the page changes nothing, because mail
//! scanners open links; only the two forms write. Everything works without JavaScript, and nothing is loaded from
//! elsewhere. A form sent twice is written once: the letter's state decides, not the browser.

mod asked;
mod form;
mod handed_over;
mod pictures;
mod questions;
mod typed_reply;
mod upload;
mod view;

use actix_multipart::Multipart;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use crate::api::State;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::request_id;
use crate::domain::LetterState;
use crate::domain::reply::Reply;
use crate::letter::{BadToken, LetterFacts, unsigned_letter};
use crate::office::StoreError;
use crate::office::linked_figures::{LinkedFigure, linked_facts, linked_figures};
use crate::office::rows::{LetterRow, WholeReply};
use crate::office::types::Id;
use crate::office::warnings::{self, DOCX, signed};
use crate::office::{Actor, Call, Refusal, Who, replies};
use asked::{Asked, Mode};
use form::Typed;
use handed_over::handed_to;
use pictures::pictures;
use upload::Upload;

/// Adds the page, its two forms, and the letter itself.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/r/{token}").get(show_page).head(show_page))
        .service(web::resource("/r/{token}/").get(to_the_letter).head(to_the_letter))
        .service(web::resource("/r/{token}/receipt").post(receive).get(to_the_letter).head(to_the_letter))
        .service(web::resource("/r/{token}/reply").post(answer).get(to_the_letter).head(to_the_letter))
        .service(web::resource("/r/{token}/letter").get(show_letter).head(show_letter))
        .service(web::resource("/r/{token}/letter.docx").get(download_letter).head(download_letter))
        .service(web::resource("/r/{token}/form.docx").get(download_form).head(download_form));
}

/// What is shown instead of the page: a status and a few words.
type Instead = HttpResponse;

/// A letter that was opened with its link.
struct Opened {
    /// `/r/{token}`.
    address: String,
    letter: LetterRow,
    state: LetterState,
    /// What the letter says.
    facts: LetterFacts,
    /// What it asks.
    asked: Asked,
    /// The figures that its answer puts in.
    figures: Vec<LinkedFigure>,
}

impl Opened {
    /// What was typed for figures that the answer puts in, each with its field.
    fn linked(&self, typed: &Typed) -> Vec<(LinkedFigure, String, String)> {
        let said = (1..).zip(&self.asked.lines).filter_map(|(number, line): (usize, _)| {
            let figure = self.figures.iter().find(|figure| figure.ordinal == line.ordinal)?;
            let field = format!("value{number}");
            let written = typed.get(&field).trim().to_owned();
            (!written.is_empty()).then(|| (figure.clone(), written, field))
        });
        said.collect()
    }
}

/// The letter a token opens.
async fn open(state: &State, token: &str) -> Result<Opened, Instead> {
    let unknown = || {
        let lines =
            ["此链接无法识别，可能在转发或复制时缺了一部分。", "请回到收到的邮件，重新点击其中的链接。"];
        plain(StatusCode::NOT_FOUND, "链接无效", &lines)
    };
    if unsigned_letter(token).is_some() {
        let lines = ["抄送单位和只读人员无需签收、反馈此函。", "主送单位请从发给本单位的邮件中打开链接。"];
        return Err(plain(StatusCode::FORBIDDEN, "此链接仅供主送单位使用", &lines));
    }
    let links = state.office.letters.links.as_ref().ok_or_else(unknown)?;
    let id = links.read(token, state.office.clock.today()).map_err(|bad| match bad {
        BadToken::Unknown => unknown(),
        BadToken::Expired => {
            let lines = ["此链接已过有效期，不能再用于签收和反馈。", "如仍需办理，请与发函单位联系。"];
            plain(StatusCode::GONE, "链接已过期", &lines)
        }
    })?;
    let letter = state.office.read.find_letter(Id::of(id)).await.map_err(failed)?.ok_or_else(unknown)?;
    let standing = letter.state.0;
    if matches!(standing, LetterState::Draft | LetterState::Discarded) {
        return Err(unknown());
    }
    let unreadable = |error: crate::letter::LetterError| failed(Refused::internal(error.to_string()));
    let facts = LetterFacts::from_json(&letter.facts).map_err(unreadable)?;
    let asked = Asked::of(&facts, &state.office.letters.templates).map_err(unreadable)?;
    let figures = match asked.mode {
        Mode::Figures if standing.awaits_answer() => {
            linked_figures(&state.office, &letter).await.map_err(failed)?
        }
        _ => Vec::new(),
    };
    Ok(Opened { address: format!("/r/{token}"), letter, state: standing, facts, asked, figures })
}

fn failed(error: impl Into<Refused>) -> Instead {
    let refused: Refused = error.into();
    tracing::error!(code = refused.code.as_str(), cause = refused.cause, "the reply page failed");
    let first = match refused.code {
        Code::Unknown | Code::Internal => {
            "是否已经写入不能确定：请稍后重新打开此页查看，没有看到刚才的内容时再提交一次。"
        }
        _ => "内容没有写入，请稍后重试。",
    };
    let lines = [first, "如仍不能打开，请与发函单位联系。"];
    plain(refused.code.status(), "暂时无法办理", &lines)
}

/// An answer with what keeps a page to itself: no scripts, no other origin, no referrer, no copy kept on the way.
fn guarded(status: StatusCode, policy: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .content_type("text/html; charset=utf-8");
    answer
}

fn plain(status: StatusCode, title: &str, lines: &[&str]) -> HttpResponse {
    match view::plain(title, lines) {
        Ok(html) => guarded(status, &view::POLICY).body(html),
        Err(error) => {
            tracing::error!(%error, "a page could not be made");
            guarded(StatusCode::INTERNAL_SERVER_ERROR, &view::POLICY).body("系统内部错误")
        }
    }
}

/// Leads to the letter from an address that a form was sent to.
async fn to_the_letter(request: HttpRequest) -> HttpResponse {
    // As it was written, percent signs and all.
    let token = request.uri().path().split('/').nth(2).unwrap_or_default();
    seen(&format!("/r/{token}"))
}

fn seen(address: &str) -> HttpResponse {
    guarded(StatusCode::SEE_OTHER, &view::POLICY).insert_header((header::LOCATION, address)).finish()
}

/// The page as things stand, with whatever a form had in it and what was wrong with that.
async fn page(
    state: &State,
    opened: &Opened,
    status: StatusCode,
    said: view::Said<'_>,
) -> Result<HttpResponse, Instead> {
    let id = opened.letter.id.0;
    let receipt = state.office.read.find_receipt(Id::of(id)).await.map_err(failed)?;
    let replies = state.office.read.list_replies(Id::of(id)).await.map_err(failed)?;
    let closure = state.office.read.find_closure(Id::of(id)).await.map_err(failed)?;
    let successor = match opened.state {
        LetterState::Settled => {
            let found = state.office.read.find_successor(opened.letter.id).await.map_err(failed)?;
            linked(state, opened, found)
        }
        _ => None,
    };
    let withdrawals = state.office.read.list_withdrawals(&[opened.letter.id]).await.map_err(failed)?;
    let withdrawn = match withdrawals.into_values().next() {
        None => None,
        Some((row, _)) => {
            let by = state.office.read.find_letter(row.by_letter_id).await.map_err(failed)?;
            linked(state, opened, by).map(|by| (row, by))
        }
    };
    let handed_to = handed_to(state, opened).await.map_err(failed)?;
    let closure = closure.map(|(row, _)| row);
    let history = view::History { receipt, replies, closure, successor, handed_to, withdrawn };
    let today = state.office.clock.today();
    let by = opened.letter.reply_by.filter(|_| opened.state.awaits_answer());
    let around = view::Around {
        today,
        working_days: by.and_then(|by| state.office.calendar.working_days_between(today, by).ok()),
        pictures: pictures(state, opened).await?,
    };
    let html =
        view::letter(opened, &history, said, &around).map_err(|error| failed(Refused::internal(error)))?;
    Ok(guarded(status, &view::POLICY).body(html))
}

/// Another letter with an address for the same unit: whoever may answer one may read and answer the other.
fn linked(state: &State, opened: &Opened, other: Option<LetterRow>) -> Option<(LetterRow, String)> {
    let own = other.filter(|row| row.unit_id == opened.letter.unit_id);
    own.zip(state.office.letters.links.as_ref()).map(|(row, links)| {
        let address = format!("/r/{}", links.token(row.id.0, row.issued_on.unwrap_or(row.as_of)));
        (row, address)
    })
}

fn either(outcome: Result<HttpResponse, Instead>) -> HttpResponse {
    outcome.unwrap_or_else(|refused| refused)
}

async fn show_page(state: web::Data<State>, token: web::Path<String>) -> HttpResponse {
    either(
        async {
            let opened = open(&state, &token).await?;
            page(&state, &opened, StatusCode::OK, view::Said::default()).await
        }
        .await,
    )
}

async fn receive(state: web::Data<State>, token: web::Path<String>, body: web::Bytes) -> HttpResponse {
    either(write_receipt(&state, &token, &body).await)
}

async fn write_receipt(state: &State, token: &str, body: &[u8]) -> Result<HttpResponse, Instead> {
    let opened = open(state, token).await?;
    let typed = Typed::of_receipt(body);
    let actor = holder(&opened, "/r/receipt");
    match replies::receive_letter(&state.office, &actor, opened.letter.id, typed.get("person")).await {
        Ok(_) => Ok(seen(&opened.address)),
        Err(Refusal::Invalid(invalid)) => {
            let said = view::Said { typed: Some(&typed), wrong: vec![invalid], ..view::Said::default() };
            page(state, &opened, StatusCode::UNPROCESSABLE_ENTITY, said).await
        }
        Err(error) => Err(failed(error)),
    }
}

/// Whoever holds the link, at one of the two forms.
fn holder(opened: &Opened, path: &str) -> Actor {
    let who = Who::Link { letter_id: opened.letter.id };
    let call = Call::new("POST", path, 201, request_id::current());
    Actor::calling(who, call.from_address(request_id::address()))
}

async fn answer(state: web::Data<State>, token: web::Path<String>, body: Multipart) -> HttpResponse {
    either(write_reply(&state, &token, body).await)
}

async fn write_reply(state: &State, token: &str, body: Multipart) -> Result<HttpResponse, Instead> {
    // The token first: nobody without one makes us read ten megabytes.
    let opened = open(state, token).await?;
    if let Err(refusal) = replies::awaits_reply(&opened.letter) {
        return refuse(state, &opened, &Typed::default(), &Refused::from(refusal).detail).await;
    }
    let Some(_reading) = Upload::begin(opened.letter.id) else {
        let lines = ["此函另有几份反馈正在上传，请等其中一份完成后再提交。"];
        return Err(plain(StatusCode::TOO_MANY_REQUESTS, "请稍后再提交", &lines));
    };
    let typed = match form::read(body).await {
        Ok(typed) => typed,
        Err(form::Unread::TooLarge) => {
            let lines =
                ["附件合计不能超过10MB，单个不能超过5MB。", "请返回上一页，压缩或减少附件后重新提交。"];
            return Err(plain(StatusCode::PAYLOAD_TOO_LARGE, "附件过大", &lines));
        }
        Err(form::Unread::Malformed) => {
            let lines = ["提交的内容不完整，没有写入。", "请返回上一页重新提交。"];
            return Err(plain(StatusCode::BAD_REQUEST, "提交未完成", &lines));
        }
    };
    if let Err(refusal) = replies::awaits_reply(&opened.letter) {
        return refuse(state, &opened, &typed, &Refused::from(refusal).detail).await;
    }
    let issued_on = opened.letter.issued_on.unwrap_or(opened.letter.as_of);
    let days = (issued_on, state.office.clock.today());
    let reply = match typed_reply::reply(&typed, &opened.asked, days) {
        Ok(reply) => reply,
        Err(wrong) => {
            let said = view::Said { typed: Some(&typed), wrong, ..view::Said::default() };
            return page(state, &opened, StatusCode::UNPROCESSABLE_ENTITY, said).await;
        }
    };
    let actor = holder(&opened, "/r/reply");
    let linked = opened.linked(&typed);
    let figures = match linked_facts(&state.office, &actor, &opened.letter, &reply.person, &linked).await {
        Ok(figures) => figures,
        Err(Refusal::Many(wrong)) => {
            let said = view::Said { typed: Some(&typed), wrong, ..view::Said::default() };
            return page(state, &opened, StatusCode::UNPROCESSABLE_ENTITY, said).await;
        }
        Err(error) => return Err(failed(error)),
    };
    let answered = (reply.clone(), figures.as_slice());
    match replies::reply_with_figures(&state.office, &actor, &opened.letter, answered).await {
        Ok(_) => Ok(seen(&opened.address)),
        Err(Refusal::Store(StoreError::Conflict(invalid))) => {
            let known = state.office.read.list_replies(opened.letter.id).await.map_err(failed)?;
            if known.last().is_some_and(|last| says_the_same(last, &reply)) {
                // Pressed twice: the first one was written.
                return Ok(seen(&opened.address));
            }
            refuse(state, &opened, &typed, &invalid.detail).await
        }
        Err(error) => Err(failed(error)),
    }
}

/// The page as it stands now, with a sentence why nothing was written, and what was typed kept below it.
async fn refuse(state: &State, opened: &Opened, typed: &Typed, why: &str) -> Result<HttpResponse, Instead> {
    let token = opened.address.trim_start_matches("/r/");
    let now = open(state, token).await?;
    let said = view::Said { unsent: Some(typed), notice: Some(why), ..view::Said::default() };
    page(state, &now, StatusCode::CONFLICT, said).await
}

/// Whether a stored reply is what this form says; files by name.
fn says_the_same(stored: &WholeReply, reply: &Reply) -> bool {
    let remedies = stored.remedies.iter().map(|one| (one.action.as_str(), one.due_on));
    let files = stored.files.iter().map(|file| file.name.as_str());
    stored.review.is_none()
        && (&stored.reply.cause, &stored.reply.person, &stored.reply.phone)
            == (&reply.cause, &reply.person, &reply.phone)
        && remedies.eq(reply.remedies.iter().map(|one| (one.action.as_str(), one.due_on)))
        && files.eq(reply.files.iter().map(|file| file.name.as_str()))
}

/// The letter itself; its styles stand in the tags, as in the mail.
async fn show_letter(state: web::Data<State>, token: web::Path<String>) -> HttpResponse {
    either(
        async {
            let opened = open(&state, &token).await?;
            let files = warnings::files(&state.office, &opened.letter).await.map_err(failed)?;
            let html = warnings::shown_alone(&opened.letter, &files);
            let signed = signed(&state.office, &opened.letter, &html);
            let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'none'";
            Ok(guarded(StatusCode::OK, policy).body(signed))
        }
        .await,
    )
}

async fn download_letter(
    state: web::Data<State>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    either(
        async {
            let opened = open(&state, &token).await?;
            let files = warnings::files(&state.office, &opened.letter).await.map_err(failed)?;
            let document = files.into_iter().find(|file| file.media_type == DOCX);
            let missing = || failed(Refused::new(Code::NotFound, "no document"));
            let document = document.ok_or_else(missing)?;
            let mut answer =
                crate::api::http::respond::file(&request, DOCX, Some(&document.name), document.bytes);
            answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        .await,
    )
}

/// The form on paper, for signature and seal: with what was answered last, or empty.
async fn download_form(
    state: web::Data<State>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    either(
        async {
            let opened = open(&state, &token).await?;
            let replies = state.office.read.list_replies(opened.letter.id).await.map_err(failed)?;
            let filled = replies.last().map(|last| typed_reply::filled(last, &opened.asked));
            let form = state.office.letters.templates.render_form(&opened.facts, filled.as_ref());
            let form = form.map_err(|error| failed(Refused::internal(error.to_string())))?;
            let number =
                opened.letter.number().map_err(|error| failed(Refused::internal(error.to_string())))?;
            let name = warnings::document_name(&format!("{number}反馈表"), "");
            let mut answer = crate::api::http::respond::file(&request, DOCX, Some(&name), form);
            answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        .await,
    )
}
