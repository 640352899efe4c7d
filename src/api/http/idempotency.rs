//! `Idempotency-Key`: a POST repeated with the same key is answered as the first time and done once.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest as _, HttpMessage as _, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::body_unread;
use crate::api::http::refused::{Code, Refused, RequestPart};
use crate::office::rows::{Claim, IdempotencyRow};
use crate::office::types::Id;
use crate::office::{Actor, Office, answers};

/// Whether the answer to a POST there holds a secret, which is kept nowhere in clear: a repeat is told that it was done, and not
/// shown the answer.
pub fn shows_secret(path: &str) -> bool {
    matches!(path, "/api-keys" | "/webhooks") || path.ends_with("/rotation")
}

/// The address below `/api/v1`.
fn below(request: &ServiceRequest) -> &str {
    request.path().strip_prefix("/api/v1").unwrap_or_default()
}

/// Answers a repeated POST from memory; runs others once.
///
/// # Errors
/// Only those of the inner service; a refusal is an answer.
pub async fn middleware<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key =
        request.headers().get("idempotency-key").map(|value| value.to_str().unwrap_or_default().to_owned());
    let caller = request.extensions().get::<Caller>().cloned();
    let (Some(key), Some(caller), &Method::POST) = (key, caller, request.method()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return Ok(request.error_response(Refused::internal("no state")));
    };
    let (row, body) = match claim(&state, &mut request, &caller, key).await {
        Ok(Claimed::Ours(row, body)) => (row, body),
        Ok(Claimed::Replayed(answer)) => return Ok(request.into_response(answer)),
        Ok(Claimed::Lost(earlier)) => return show(request, &earlier, next).await,
        Err(problem) => return Ok(request.error_response(problem)),
    };
    if let Some(actor) = request.extensions().get::<Actor>() {
        actor.under_key(&row.key);
    }
    request.set_payload(Payload::from(body));
    run(&state, row, request, next).await
}

enum Claimed {
    Ours(IdempotencyRow, Bytes),
    Replayed(HttpResponse),
    /// The work is done, and the answer was lost with the process that did it.
    Lost(IdempotencyRow),
}

fn is_lost(earlier: &IdempotencyRow) -> bool {
    earlier.status.is_none() && earlier.done_at.is_some()
}

async fn claim(
    state: &State,
    request: &mut ServiceRequest,
    caller: &Caller,
    key: String,
) -> Result<Claimed, Refused> {
    if !(1..=200).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let detail = "Idempotency-Key应为1至200个可见的英文字符，建议使用UUID。";
        let problem = Refused::at(Code::Invalid, "", "malformed", detail);
        return Err(problem.in_part(RequestPart::Head, "Idempotency-Key"));
    }
    let (http, payload) = request.parts_mut();
    let body = Bytes::from_request(http, payload).await.map_err(|error| body_unread(&error))?;
    let row = IdempotencyRow {
        api_key_id: Id::of(caller.key_id),
        key,
        request_hash: fingerprint(request, &body),
        status: None,
        body: None,
        location: None,
        created_at: state.office.clock.timestamp(),
        done_at: None,
        made: None,
        etag: None,
    };
    match answers::claim(&state.office, &row).await? {
        Claim::Ours => Ok(Claimed::Ours(row, body)),
        Claim::Taken(earlier) if earlier.request_hash == row.request_hash && is_lost(&earlier) => {
            Ok(Claimed::Lost(earlier))
        }
        Claim::Taken(earlier) => replay(&row, earlier).map(Claimed::Replayed),
    }
}

fn fingerprint(request: &ServiceRequest, body: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(request.uri().to_string());
    hasher.update([0]);
    hasher.update(body);
    crate::office::hex(&hasher.finalize())
}

fn replay(asked: &IdempotencyRow, earlier: IdempotencyRow) -> Result<HttpResponse, Refused> {
    if earlier.request_hash != asked.request_hash {
        let detail = "这个Idempotency-Key已用于内容不同的请求，请换一个新的。";
        return Err(Refused::new(Code::KeyReused, detail));
    }
    let (Some(status), Some(body)) = (earlier.status, earlier.body) else {
        return Err(Refused::new(Code::InProgress, "相同的请求正在处理，请稍后再试。"));
    };
    let status =
        u16::try_from(status).ok().and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer.insert_header(("idempotency-replayed", "true")).content_type("application/json; charset=utf-8");
    for (name, value) in [(header::LOCATION, earlier.location), (header::ETAG, earlier.etag)] {
        if let Some(value) = value {
            answer.insert_header((name, value));
        }
    }
    Ok(answer.body(body))
}

/// Where what was made can be read, by the word that its deed has for it.
fn address(made: &str) -> Option<String> {
    let (what, id) = made.split_once(' ')?;
    let list = match what {
        "unit" => "units",
        "contact" => "contacts",
        "measure" => "measures",
        "campaign" => "campaigns",
        "task" => "tasks",
        "indicator" => "indicators",
        "region" => "regions",
        "silence" => "silences",
        "problem" => "problems",
        "document" => "documents",
        "rule_pack" => "rule-packs",
        _ => return None,
    };
    Some(format!("/api/v1/{list}/{id}"))
}

/// Shows what an earlier request made whose answer was lost: reads it, as whoever gets 201 would.
async fn show<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    earlier: &IdempotencyRow,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let location = earlier.made.as_deref().and_then(address);
    let Some((location, uri)) = location.and_then(|path| Some((path.clone(), path.parse::<Uri>().ok()?)))
    else {
        let detail = if shows_secret(below(&request)) {
            "相同的请求已经办理，密钥当时已显示，不能再次显示；没有收到的，请在列表中找到它，吊销、停用或换发。"
        } else {
            "相同的请求已经办理，但当时的答复因服务中断没有留下；请读取结果，不要换键重复提交。"
        };
        return Ok(request.error_response(Refused::new(Code::AnswerLost, detail)));
    };
    request.match_info_mut().get_mut().update(&uri);
    let head = request.head_mut();
    (head.method, head.uri) = (Method::GET, uri);
    head.headers_mut().remove(header::IF_NONE_MATCH);
    request.set_payload(Payload::None);
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if answer.status().is_success() {
        *answer.response_mut().status_mut() = StatusCode::CREATED;
        let headers = answer.headers_mut();
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
        if let Ok(location) = HeaderValue::from_str(&location) {
            headers.insert(header::LOCATION, location);
        }
    }
    Ok(answer)
}

/// Frees a key as soon as the database answers again, so that whoever repeats the request need not wait until the claim is
/// old. What was done after all, is said by the row itself.
async fn release_later(office: Office, row: IdempotencyRow) {
    const AGAIN: Duration = Duration::from_secs(1);
    // By then the claim is free without it.
    const TRIES: u32 = 600;
    for _ in 0..TRIES {
        tokio::time::sleep(AGAIN).await;
        if answers::release(&office, &row).await.is_ok() {
            return;
        }
    }
}

/// Whether the answer is one that can be kept: a workbook tells what would become of a file, and nothing was done.
fn is_text<B>(response: &ServiceResponse<B>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_none_or(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// Runs the request; an answer that changed something is kept, any other frees the key for another try.
async fn run<B: MessageBody + 'static>(
    state: &State,
    mut row: IdempotencyRow,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let secret = shows_secret(below(&request));
    let answer = next.call(request).await;
    let response = match answer {
        // The deed has said with its work that it is done.
        Ok(response) if response.status().is_success() && secret => return Ok(response.map_into_boxed_body()),
        Ok(response) if response.status().is_success() && is_text(&response) => response,
        other => {
            if let Err(error) = answers::release(&state.office, &row).await {
                tracing::warn!(%error, "an idempotency key stays claimed until the database answers");
                actix_web::rt::spawn(release_later(state.office.clone(), row));
            }
            return Ok(other?.map_into_boxed_body());
        }
    };
    let status = response.status();
    let (http, response) = response.into_parts();
    let said = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (location, etag) = (said(header::LOCATION), said(header::ETAG));
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body).await.map_err(|_| Refused::internal("body of an answer"))?;
    row.status = Some(i32::from(status.as_u16()));
    row.body = Some(String::from_utf8_lossy(&bytes).into_owned());
    (row.location, row.etag) = (location, etag);
    // The work is done: an answer that cannot be kept must not turn into an error.
    if let Err(error) = answers::keep(&state.office, &row).await {
        tracing::error!(%error, "the answer to an idempotency key was not kept");
    }
    let mut kept = head.set_body(bytes).map_into_boxed_body();
    kept.headers_mut().remove(header::CONTENT_LENGTH);
    Ok(ServiceResponse::new(http, kept))
}
