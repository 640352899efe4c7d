//! What is agreed upon before anything is done: HEAD is answered as GET, OPTIONS says what an address takes, a caller that
//! takes none of what an address gives is told so, an address that is no text is refused, and caches are told what answers depend on.

use actix_cors::Cors;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, Header as _, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};

use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::respond::COMPRESSED;
use crate::api::http::{request_id, spec};
use crate::domain::invalid::shorten;

const PREFIX: &str = "/api/";

/// Addresses that are read only and stand outside the rules of access, beside the reading page.
const READ_ONLY: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"];

/// Lets a HEAD of the API and of what is read beside it be handled as the GET that it stands for: the server leaves its body out.
/// Answers that may be compressed say so to caches, compressed or not.
///
/// # Errors
/// Only those of the inner service.
pub async fn middleware<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let ours = request.path().starts_with(PREFIX);
    let page = request.path() == "/docs" || request.path().starts_with("/docs/");
    let read_only = page || READ_ONLY.contains(&request.path());
    if (ours || read_only) && request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    let mut answer = match settled(&request, ours, read_only) {
        Some(answer) => request.into_response(answer).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    guard(answer.headers_mut(), page);
    if ours {
        tell_apart(&mut answer);
    }
    let named = |value: &HeaderValue| {
        value.to_str().is_ok_and(|names| names.to_ascii_lowercase().contains("accept-encoding"))
    };
    if ours && !answer.headers().get_all(header::VARY).any(named) {
        answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    Ok(answer)
}

/// The answer to a request that no handler needs to see.
fn settled(request: &ServiceRequest, ours: bool, read_only: bool) -> Option<HttpResponse> {
    if read_only && request.method() == Method::OPTIONS {
        return Some(HttpResponse::NoContent().insert_header((header::ALLOW, "GET, HEAD, OPTIONS")).finish());
    }
    if read_only && request.method() != Method::GET {
        return Some(Refused::wrong_verb("GET, HEAD"));
    }
    if ours && !is_text(request.uri().path()) {
        let detail = "地址不是UTF-8编码，请按UTF-8编码后再作百分号转义。";
        return Some(Refused::new(Code::MalformedBody, detail).error_response());
    }
    let broken = request.query_string().split('&').find(|pair| !is_text(pair)).filter(|_| ours)?;
    let name = form_urlencoded::parse(broken.as_bytes()).next().map(|(name, _)| shorten(&name));
    let detail = "查询参数不是UTF-8编码，请按UTF-8编码后再作百分号转义。";
    Some(refuse(&name.unwrap_or_default(), "not_utf8", detail).error_response())
}

/// Whether a part of an address is UTF-8 once its percent signs are taken away. A list that is asked for something else than what was
/// meant must not look empty.
fn is_text(escaped: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut plain, mut at) = (escaped.as_bytes(), Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let pair = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))).filter(|_| *byte == b'%');
        let pair = pair.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        plain.push(pair.unwrap_or(*byte));
        at += if pair.is_some() { 3 } else { 1 };
    }
    std::str::from_utf8(&plain).is_ok()
}

/// What keeps an answer from being taken for something else; and of the reading page, where people type their keys, that it loads
/// nothing from elsewhere and stands in nobody's frame.
fn guard(headers: &mut HeaderMap, page: bool) {
    const READING: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'none'";
    let mut say = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if page {
        say(header::CONTENT_SECURITY_POLICY, READING);
        say(header::X_FRAME_OPTIONS, "DENY");
        say(header::REFERRER_POLICY, "no-referrer");
    }
}

/// Gives compressed bytes a tag of their own, and answers whoever has them with that tag: a strong tag stands for the very bytes
/// (RFC 9110, section 8.8.3).
fn tell_apart<B>(answer: &mut ServiceResponse<B>) {
    let asked = answer.request().headers().get(header::IF_NONE_MATCH);
    let has = asked.and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(COMPRESSED));
    let compressed = answer.headers().contains_key(header::CONTENT_ENCODING)
        || (answer.status() == StatusCode::NOT_MODIFIED && has);
    let tag = answer.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let Some(tag) = tag.filter(|tag| compressed && !tag.ends_with(COMPRESSED)) else { return };
    let tag = format!("{}{COMPRESSED}", tag.trim_end_matches('"'));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
}

/// What an OPTIONS is answered with, before anybody asks for a key: the verbs of the address.
pub(in crate::api) fn options(request: &ServiceRequest) -> HttpResponse {
    let pattern = request.resource_map().match_pattern(request.path());
    match pattern.and_then(|pattern| spec::verbs(&pattern)) {
        Some(verbs) => {
            HttpResponse::NoContent().insert_header((header::ALLOW, format!("{verbs}, OPTIONS"))).finish()
        }
        None => Refused::new(Code::NotFound, "没有这个地址，请对照/docs中的接口说明。").error_response(),
    }
}

/// Refuses a caller that takes none of the media types which the operation answers with. Nothing was done by then.
///
/// # Errors
/// `NotAcceptable`, naming what there is.
pub(in crate::api) fn acceptable(request: &ServiceRequest, given: &[String]) -> Result<(), Refused> {
    let Ok(accept) = header::Accept::parse(request.request()) else { return Ok(()) };
    let is = |asked: &str, known: Option<&str>| asked == "*" || known == Some(asked);
    let some = accept.iter().filter(|range| range.quality > header::Quality::ZERO).any(|range| {
        given.iter().any(|given| {
            if given.split(';').next() == Some(range.item.essence_str()) {
                return true;
            }
            let mut parts = given.split(['/', ';']);
            is(range.item.type_().as_str(), parts.next()) && is(range.item.subtype().as_str(), parts.next())
        })
    });
    if given.is_empty() || accept.is_empty() || some {
        return Ok(());
    }
    let detail = format!("该地址只提供{}，请修改请求头Accept或去掉它。", given.join("、"));
    Err(Refused::new(Code::NotAcceptable, detail))
}

/// Refuses a body in an encoding that is not read here: its bytes would be taken for what they are not.
///
/// # Errors
/// `UnsupportedMediaType`.
pub(in crate::api) fn readable(request: &ServiceRequest) -> Result<(), Refused> {
    const READ: [&str; 3] = ["gzip", "deflate", "identity"];
    let encoding = request.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?"));
    match encoding.map(str::trim) {
        Some(other) if !READ.iter().any(|known| known.eq_ignore_ascii_case(other)) => {
            let detail = "请求内容的压缩方式（Content-Encoding）只支持gzip和deflate，请改用其一，或不压缩。";
            Err(Refused::new(Code::UnsupportedMediaType, detail))
        }
        _ => Ok(()),
    }
}

/// Whether the caller takes this media type no less than JSON, and says so: by name, or by its type (`text/*`) where JSON is not taken.
pub(in crate::api) fn asks_for(request: &HttpRequest, media_type: &str) -> bool {
    let Ok(accept) = header::Accept::parse(request) else { return false };
    let quality = |wanted: &str| {
        accept.iter().filter(|range| range.item.essence_str() == wanted).map(|range| range.quality).max()
    };
    let json = quality("application/json");
    let kind = media_type.split('/').next().unwrap_or_default();
    let by_type = || {
        quality(&format!("{kind}/*"))
            .filter(|_| !["application/*", "*/*"].iter().any(|all| quality(all).is_some()))
    };
    quality(media_type)
        .or_else(by_type)
        .is_some_and(|asked| asked > header::Quality::ZERO && json.is_none_or(|json| asked >= json))
}

/// What browser pages of these origins may do; nothing where there is none.
pub fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::AUTHORIZATION,
            header::ACCEPT,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("x-api-key"),
            header::HeaderName::from_static("idempotency-key"),
            request_id::HEADER,
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_DISPOSITION,
            header::HeaderName::from_static("idempotency-replayed"),
            request_id::HEADER,
        ])
        .max_age(3_600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

#[cfg(test)]
mod tests {
    use super::is_text;

    #[test]
    fn an_address_is_utf8_under_its_percent_signs() {
        for text in ["", "a=b", "name=%E5%8F%91%E5%B1%95", "100%", "%zz", "%4", "%e5%8f%91", "发"] {
            assert!(is_text(text), "{text}");
        }
        for text in ["%B7%A2", "%ED%A0%80", "%ff", "name=%E5%8F", "%C0%AF"] {
            assert!(!is_text(text), "{text}");
        }
    }
}
