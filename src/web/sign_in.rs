//! The front door: `/` leads whoever has signed in to their work, everybody else to `/sign-in`.
//!
//! Sign-in exchanges a key for a session. Wrong keys are answered slowly, and few at a time.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use minijinja::context;
use tokio::sync::Semaphore;

use super::page_frame::{self, Instead, either, lead_to};
use super::visitor::{COOKIE, Form, Visitor, call, cookie, set_cookie, token_of};
use crate::api::State;
use crate::office::{Refusal, sessions};

/// Adds the front door, the sign-in and the sign-out.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/").get(enter).head(enter))
        .service(web::resource("/sign-in").get(show).head(show).post(sign_in))
        .service(web::resource("/sign-out").post(sign_out).get(enter));
}

/// The cookie of the sign-in's own form.
const FORM_COOKIE: &str = "xushi_form";
/// How long a wrong key is thought about. Of 32 random bytes none is ever guessed; this keeps the log and the database quiet.
const THOUGHT: Duration = Duration::from_secs(1);
/// Keys that are looked at together in a process; a wrong one keeps its place while it is thought about.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// How long one waits for one's place.
const PATIENCE: Duration = Duration::from_secs(5);

async fn enter(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(async { Ok(lead_to(Visitor::expect_home(&state, &request).await?)) }.await)
}

impl Visitor {
    async fn expect_home(state: &State, request: &HttpRequest) -> Result<&'static str, Instead> {
        Ok(Self::find(state, request).await?.map_or("/sign-in", |visitor| visitor.home()))
    }
}

/// An address of ours to go on to; nothing that a browser could take for another site.
fn own_address(given: &str) -> Option<&str> {
    let own =
        given.starts_with('/') && !given.starts_with("//") && given.bytes().all(|b| b.is_ascii_graphic());
    (own && !given.contains('\\')).then_some(given)
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let query = Form::read(request.query_string().as_bytes());
    let said = |name: &str| query.as_ref().map(|query| query.get(name).to_owned()).unwrap_or_default();
    let notice = match (said("again").is_empty(), said("next").is_empty()) {
        (false, _) => "登录已过期或已退出，请重新登录；刚才的内容没有写入。",
        (true, false) => "请先登录。",
        (true, true) => "",
    };
    form(&state, &request, StatusCode::OK, (&said("next"), notice, ""))
}

/// The form, going on to `next`, with a notice and what was wrong.
fn form(
    state: &State,
    request: &HttpRequest,
    status: StatusCode,
    (next, notice, wrong): (&str, &str, &str),
) -> HttpResponse {
    let known = cookie(request, FORM_COOKIE).filter(|secret| secret.len() >= 43);
    let secret = known.unwrap_or_else(|| state.office.clock.new_secret());
    let content = context! {
        token => token_of(&secret), next => own_address(next).unwrap_or_default(), notice, wrong
    };
    let mut answer = page_frame::page(status, "sign_in.html", None, content);
    let line = set_cookie(state, FORM_COOKIE, &secret, ("SameSite=Strict; Path=/sign-in", 3_600));
    put_cookie(&mut answer, &line);
    answer
}

fn put_cookie(answer: &mut HttpResponse, line: &str) {
    if let Ok(value) = header::HeaderValue::from_str(line) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
}

async fn sign_in(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let Some(typed) = Form::read(&body) else { return lead_to("/sign-in") };
    let next = typed.get("next").to_owned();
    let again = |status: StatusCode, notice: &str, wrong: &str| {
        form(&state, &request, status, (&next, notice, wrong))
    };
    let secret = cookie(&request, FORM_COOKIE).unwrap_or_default();
    if secret.is_empty() || !typed.is_of(&token_of(&secret)) {
        return again(StatusCode::FORBIDDEN, "页面已过期，请重新填写密钥。", "");
    }
    let Ok(Ok(_place)) = tokio::time::timeout(PATIENCE, AT_ONCE.acquire()).await else {
        return again(StatusCode::TOO_MANY_REQUESTS, "登录的人较多，请稍后再试。", "");
    };
    match sessions::sign_in(&state.office, typed.get("key"), call(&request)).await {
        Ok((secret, _)) => {
            let mut answer = lead_to(own_address(&next).unwrap_or("/"));
            let seconds = sessions::LASTS.num_seconds();
            put_cookie(&mut answer, &set_cookie(&state, COOKIE, &secret, ("SameSite=Lax; Path=/", seconds)));
            answer
        }
        Err(Refusal::Invalid(invalid)) => {
            tracing::warn!(peer = ?request.peer_addr(), rule = invalid.code, "a sign-in was refused");
            tokio::time::sleep(THOUGHT).await;
            again(StatusCode::UNPROCESSABLE_ENTITY, "", &invalid.detail)
        }
        Err(refusal) => page_frame::refused(None, refusal),
    }
}

async fn sign_out(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(end(&state, &request, &body).await)
}

async fn end(state: &State, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, Instead> {
    let Some(visitor) = Visitor::find(state, request).await? else { return Ok(lead_to("/sign-in")) };
    visitor.form(body).ok_or_else(|| visitor.unaccepted())?;
    let ended = sessions::sign_out(&state.office, visitor.session(), call(request)).await;
    ended.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
    let mut answer = lead_to("/sign-in");
    put_cookie(&mut answer, &set_cookie(state, COOKIE, "", ("SameSite=Lax; Path=/", 0)));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn nobody_is_led_to_another_site() {
        for own in ["/", "/desk", "/board/1?as_of=2025-08-27"] {
            assert_eq!(own_address(own), Some(own));
        }
        for other in
            ["", "desk", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/a\r\nb"]
        {
            assert_eq!(own_address(other), None, "{other}");
        }
    }
}
