//! Answers: JSON with an entity tag, and what `If-None-Match` and `If-Match` ask of it.

use std::hash::{DefaultHasher, Hasher as _};

use actix_web::http::header::{self, Header as _, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use crate::api::assessments::board_cache::CachedBoard;
use crate::api::http::csv_table;
use crate::api::http::masked::{Mask, masked};
use crate::api::http::page::{PageView, refuse};
use crate::api::http::refused::{Code, Refused, stale};
use crate::domain::invalid::shorten;

/// 读取一项时的查询参数
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OneParams {
    /// 只要这些字段，以逗号分隔，如id,name
    pub fields: Option<String>,
}

/// Entity tag of a representation: the same bytes, the same tag.
pub(in crate::api) fn tag(body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    format!("\"{:016x}\"", hasher.finish())
}

/// Entity tag of something that also changes without being edited: how often it was edited, then the hash of what is
/// shown. A reader compares the whole, an update only the first part.
fn revised_tag(revision: i32, body: &[u8]) -> String {
    format!("\"{revision}-{}", tag(body).trim_start_matches('"'))
}

/// The tag of a view that is edited as a whole.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub(in crate::api) fn tag_of<T: Serialize>(view: &T) -> Result<String, Refused> {
    Ok(tag(&json(view)?))
}

/// The tag of a view of something that also changes without being edited.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub(in crate::api) fn revised_tag_of<T: Serialize>(revision: i32, view: &T) -> Result<String, Refused> {
    Ok(revised_tag(revision, &json(view)?))
}

/// How the tag of compressed bytes ends: they are others than those it was made of.
pub(in crate::api) const COMPRESSED: &str = "-gzip\"";

fn lists(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> Option<bool> {
    Some(listed(headers.get(name)?.to_str().unwrap_or_default(), tag))
}

fn listed(value: &str, tag: &str) -> bool {
    let weak = |text: &str| text.trim().trim_start_matches("W/").replace(COMPRESSED, "\"");
    value.trim() == "*" || value.split(',').any(|one| weak(one) == tag)
}

/// 200 with the view, or 304 when the caller has it already.
///
/// # Errors
/// `Internal` when the view cannot be written as JSON.
pub fn ok<T: Serialize>(request: &HttpRequest, view: &T) -> Result<HttpResponse, Refused> {
    Ok(bytes(request, json(view)?))
}

/// 200 with JSON that is already written, or 304 when the caller has it already.
pub fn bytes(request: &HttpRequest, body: web::Bytes) -> HttpResponse {
    answer(request, &tag(&body), body)
}

/// [`bytes`] whose tag is known.
pub(in crate::api) fn tagged(request: &HttpRequest, tag: &str, body: web::Bytes) -> HttpResponse {
    answer(request, tag, body)
}

/// 200 with a board from the cache, as it lies there to whoever reads gzip, or 304.
///
/// # Errors
/// `Internal` when what was kept cannot be read.
pub fn kept(request: &HttpRequest, kept: &CachedBoard) -> Result<HttpResponse, Refused> {
    if lists(request.headers(), header::IF_NONE_MATCH, &kept.tag) == Some(true) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, kept.tag.as_str())).finish());
    }
    let asked = header::AcceptEncoding::parse(request).ok();
    let choices = [header::Encoding::gzip(), header::Encoding::identity()];
    let best = asked.and_then(|asked| asked.negotiate(choices.iter()));
    if best != Some(header::Encoding::gzip()) {
        let json = kept.json().ok_or_else(|| Refused::internal("a kept board is no gzip"))?;
        return Ok(answer(request, &kept.tag, json));
    }
    let mut answer = json_head(&kept.tag);
    answer.insert_header(header::ContentEncoding::Gzip);
    answer.insert_header((header::VARY, "accept-encoding"));
    Ok(answer.body(kept.gzip.clone()))
}

fn answer(request: &HttpRequest, tag: &str, body: web::Bytes) -> HttpResponse {
    if lists(request.headers(), header::IF_NONE_MATCH, tag) == Some(true) {
        return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
    }
    let body = match Mask::of(request) {
        Some(what) => masked(&body, what).into(),
        None => body,
    };
    json_head(tag).body(body)
}

fn json_head(tag: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .content_type("application/json; charset=utf-8");
    answer
}

/// A file as it is kept: 200 with the bytes, or 304. `name` makes it a download; without it, it is shown.
pub fn file(request: &HttpRequest, media_type: &str, name: Option<&str>, bytes: Vec<u8>) -> HttpResponse {
    let tag = tag(&bytes);
    if lists(request.headers(), header::IF_NONE_MATCH, &tag) == Some(true) {
        return HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish();
    }
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type(media_type);
    if let Some(name) = name {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let value = format!("attachment; filename*=UTF-8''{encoded}");
        answer.insert_header((header::CONTENT_DISPOSITION, value));
    }
    answer.body(bytes)
}

/// [`ok`], with only those top-level fields of the view that `fields` names (`id,name`); all when `None`.
/// The tag is that of the whole view, so that it serves for an update.
///
/// # Errors
/// `MalformedQuery` for a name that the view does not have.
pub fn one<T: Serialize + ToSchema>(
    request: &HttpRequest,
    view: &T,
    fields: Option<&str>,
) -> Result<HttpResponse, Refused> {
    let whole = json(view)?;
    partly(request, view, &tag(&whole), (whole, fields))
}

/// [`one`] of something that also changes without being edited, at a revision of what is edited.
///
/// # Errors
/// `MalformedQuery` for a name that the view does not have.
pub fn one_revised<T: Serialize + ToSchema>(
    request: &HttpRequest,
    view: &T,
    revision: i32,
    fields: Option<&str>,
) -> Result<HttpResponse, Refused> {
    let whole = json(view)?;
    partly(request, view, &revised_tag(revision, &whole), (whole, fields))
}

fn partly<T: Serialize + ToSchema>(
    request: &HttpRequest,
    view: &T,
    tag: &str,
    (whole, fields): (web::Bytes, Option<&str>),
) -> Result<HttpResponse, Refused> {
    let Some(fields) = fields else { return Ok(answer(request, tag, whole)) };
    let wanted = wanted::<T>(fields)?;
    let mut value = serde_json::to_value(view).map_err(Refused::internal)?;
    keep(&mut value, &wanted);
    let body = serde_json::to_vec(&value).map_err(Refused::internal)?;
    Ok(answer(request, tag, body.into()))
}

/// [`ok`] for a page, with only those fields of each item that `fields` names; all when `None`.
///
/// # Errors
/// `MalformedQuery` for a name that the items do not have.
pub fn list<T: Serialize + ToSchema>(
    request: &HttpRequest,
    page: &PageView<T>,
    fields: Option<&str>,
) -> Result<HttpResponse, Refused> {
    if csv_table::is_asked(request) {
        return as_table(request, page, fields);
    }
    Ok(bytes(request, list_bytes(page, fields)?))
}

/// A page as a table; the next one is in its head.
fn as_table<T: Serialize + ToSchema>(
    request: &HttpRequest,
    page: &PageView<T>,
    fields: Option<&str>,
) -> Result<HttpResponse, Refused> {
    let asked = fields.map(wanted::<T>).transpose()?;
    let all = csv_table::columns::<T>();
    let shown = |path: &&str| {
        let top = path.split('.').next().unwrap_or_default();
        asked.as_ref().is_none_or(|asked| asked.contains(&top))
    };
    let columns: Vec<&str> = all.iter().map(String::as_str).filter(shown).collect();
    let items: Vec<Vec<u8>> =
        page.items.iter().map(|item| Ok(json(item)?.to_vec())).collect::<Result<_, Refused>>()?;
    let items: Vec<Vec<u8>> = match Mask::of(request) {
        Some(what) => items.iter().map(|item| masked(item, what)).collect(),
        None => items,
    };
    let body = csv_table::table(&items, &columns).map_err(Refused::internal)?;
    let answer = file(request, "text/csv; charset=utf-8", None, body);
    Ok(with_next(request, answer, page.next_cursor.as_deref()))
}

/// An answer with the address of the next page in its head.
pub(in crate::api) fn with_next(
    request: &HttpRequest,
    mut answer: HttpResponse,
    cursor: Option<&str>,
) -> HttpResponse {
    if let Some(cursor) = cursor
        && let Ok(link) = next_link(request, cursor).parse::<header::HeaderValue>()
    {
        answer.headers_mut().insert(header::LINK, link);
    }
    answer
}

/// The address of the next page (RFC 8288).
fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let kept =
        request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = format!("cursor={cursor}");
    let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
    format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))
}

/// The body of [`list`].
///
/// # Errors
/// `MalformedQuery` for a name that the items do not have.
pub fn list_bytes<T: Serialize + ToSchema>(
    page: &PageView<T>,
    fields: Option<&str>,
) -> Result<web::Bytes, Refused> {
    let Some(fields) = fields else { return json(page) };
    let wanted = wanted::<T>(fields)?;
    let mut items = Vec::with_capacity(page.items.len());
    for item in &page.items {
        let mut value = serde_json::to_value(item).map_err(Refused::internal)?;
        keep(&mut value, &wanted);
        items.push(value);
    }
    json(&PageView { items, next_cursor: page.next_cursor.clone(), etags: page.etags.clone() })
}

fn json<T: Serialize>(view: &T) -> Result<web::Bytes, Refused> {
    serde_json::to_vec(view).map(web::Bytes::from).map_err(Refused::internal)
}

/// The names in `fields`, each of them a property of the view's schema.
fn wanted<T: ToSchema>(fields: &str) -> Result<Vec<&str>, Refused> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let mut known = Vec::new();
    properties(&T::schema(), &parts, &mut known);
    let wanted: Vec<&str> = fields.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    match wanted.iter().find(|name| !known.iter().any(|known| known == *name)) {
        Some(name) => {
            let detail = format!("没有“{}”这个字段，可用：{}。", shorten(name), known.join("、"));
            Err(refuse("fields", "unknown_field", &detail))
        }
        None if wanted.is_empty() => {
            Err(refuse("fields", "required", "fields不能为空，请写明字段，如id,name。"))
        }
        None => Ok(wanted),
    }
}

/// The names of a schema's properties, also of the views that are written into it.
fn properties(schema: &RefOr<Schema>, parts: &[(String, RefOr<Schema>)], names: &mut Vec<String>) {
    match schema {
        RefOr::T(Schema::Object(object)) => names.extend(object.properties.keys().cloned()),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().for_each(|one| properties(one, parts, names)),
        RefOr::T(_) => {}
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            if let Some((_, part)) = parts.iter().find(|(known, _)| known == name) {
                properties(part, parts, names);
            }
        }
    }
}

fn keep(value: &mut Value, wanted: &[&str]) {
    if let Value::Object(map) = value {
        map.retain(|name, _| wanted.contains(&name.as_str()));
    }
}

/// 201 with the view, its address and its tag.
///
/// # Errors
/// `Internal` when the view cannot be written as JSON.
pub fn created<T: Serialize>(location: &str, view: &T) -> Result<HttpResponse, Refused> {
    let body = serde_json::to_vec(view).map_err(Refused::internal)?;
    Ok(HttpResponse::Created()
        .insert_header((header::ETAG, tag(&body)))
        .insert_header((header::LOCATION, location))
        .content_type("application/json; charset=utf-8")
        .body(body))
}

/// [`created`] for something that also changes without being edited.
///
/// # Errors
/// `Internal` when the view cannot be written as JSON.
pub fn created_revised<T: Serialize>(
    location: &str,
    view: &T,
    revision: i32,
) -> Result<HttpResponse, Refused> {
    let body = json(view)?;
    Ok(HttpResponse::Created()
        .insert_header((header::ETAG, revised_tag(revision, &body)))
        .insert_header((header::LOCATION, location))
        .content_type("application/json; charset=utf-8")
        .body(body))
}

/// Refuses an update of something that also changes without being edited, unless it is based on the present revision of
/// what is edited.
///
/// # Errors
/// `PreconditionRequired` without `If-Match`, `PreconditionFailed` when it was edited since.
pub fn if_match_revision(request: &HttpRequest, revision: i32) -> Result<(), Refused> {
    let Some(value) = request.headers().get(header::IF_MATCH) else { return Err(unconditional()) };
    let value = value.to_str().unwrap_or_default().trim();
    let is_present = |one: &str| {
        let tag = one.trim().trim_start_matches("W/").trim_matches('"');
        tag.split_once('-').is_some_and(|(edited, _)| edited == revision.to_string())
    };
    if value == "*" || value.split(',').any(is_present) { Ok(()) } else { Err(stale()) }
}

fn unconditional() -> Refused {
    Refused::new(
        Code::PreconditionRequired,
        "修改前请先读取，并把读取时返回的ETag放入请求头If-Match，以免覆盖他人的修改。",
    )
}

/// Refuses an update that is not based on the present representation.
///
/// # Errors
/// `PreconditionRequired` without `If-Match`, `PreconditionFailed` when the tag is another.
pub fn if_match<T: Serialize>(request: &HttpRequest, present: &T) -> Result<(), Refused> {
    let body = serde_json::to_vec(present).map_err(Refused::internal)?;
    match lists(request.headers(), header::IF_MATCH, &tag(&body)) {
        Some(true) => Ok(()),
        Some(false) => Err(stale()),
        None => Err(unconditional()),
    }
}

/// Refuses what is based on another representation than the present one, where the caller says on which.
///
/// # Errors
/// `PreconditionFailed` when the tag is another.
pub fn if_match_given<T: Serialize>(request: &HttpRequest, present: &T) -> Result<(), Refused> {
    if request.headers().contains_key(header::IF_MATCH) { if_match(request, present) } else { Ok(()) }
}

/// The same of one of several things, whose tag the body gives as the header would.
///
/// # Errors
/// `PreconditionFailed` when the tag is another.
pub fn if_match_listed<T: Serialize>(given: &str, present: &T) -> Result<(), Refused> {
    if listed(given, &tag(&json(present)?)) { Ok(()) } else { Err(stale()) }
}
