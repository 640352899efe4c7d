//! Answers: JSON with an entity tag, and what `If-None-Match` and `If-Match` ask of it.

use std::hash::{DefaultHasher, Hasher as _};

use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::problem::{Code, Problem, stale};

/// Entity tag of a representation: the same bytes, the same tag.
fn tag(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    format!("\"{:016x}\"", hasher.finish())
}

fn lists(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> Option<bool> {
    let value = headers.get(name)?.to_str().unwrap_or_default();
    let weak = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    Some(value.trim() == "*" || value.split(',').any(|one| weak(one) == tag))
}

/// 200 with the view, or 304 when the caller has it already.
///
/// # Errors
/// `Internal` when the view cannot be written as JSON.
pub fn ok<T: Serialize>(request: &HttpRequest, view: &T) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(view).map_err(Problem::internal)?;
    let tag = tag(&body);
    if lists(request.headers(), header::IF_NONE_MATCH, &tag) == Some(true) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .content_type("application/json; charset=utf-8")
        .body(body))
}

/// 201 with the view, its address and its tag.
///
/// # Errors
/// `Internal` when the view cannot be written as JSON.
pub fn created<T: Serialize>(location: &str, view: &T) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(view).map_err(Problem::internal)?;
    Ok(HttpResponse::Created()
        .insert_header((header::ETAG, tag(&body)))
        .insert_header((header::LOCATION, location))
        .content_type("application/json; charset=utf-8")
        .body(body))
}

/// Refuses an update that is not based on the present representation.
///
/// # Errors
/// `PreconditionRequired` without `If-Match`, `PreconditionFailed` when the tag is another.
pub fn if_match<T: Serialize>(request: &HttpRequest, present: &T) -> Result<(), Problem> {
    let body = serde_json::to_vec(present).map_err(Problem::internal)?;
    match lists(request.headers(), header::IF_MATCH, &tag(&body)) {
        Some(true) => Ok(()),
        Some(false) => Err(stale()),
        None => Err(Problem::new(
            Code::PreconditionRequired,
            "修改前请先读取，并把读取时返回的ETag放入请求头If-Match，以免覆盖他人的修改。",
        )),
    }
}
