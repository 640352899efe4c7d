//! Bodies and query parameters, refused with a pointer when they do not fit.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::api::http::by_the_letter::{ByTheLetter, NUL, OUT_OF_RANGE};
use crate::api::http::json_text;
use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, Refused};
use crate::domain::invalid::shorten;

/// A JSON body. Unknown fields are refused by the types themselves (`deny_unknown_fields`).
pub struct Body<T>(pub T);

/// Query parameters, with unknown ones refused likewise.
pub struct Params<T>(pub T);

/// Media types of a JSON body; a PATCH here is what RFC 7396 calls one.
const JSON: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// A JSON body that is not read yet.
pub struct JsonBytes(pub Bytes);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = JsonBytes::from_request(request, payload);
        Box::pin(async move { parse(&bytes.await?.0).map(Self) })
    }
}

impl FromRequest for JsonBytes {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let plain_json = actix_web::HttpMessage::content_type(request)
            .split(';')
            .next()
            .is_some_and(|kind| JSON.iter().any(|json| kind.trim().eq_ignore_ascii_case(json)));
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !plain_json {
                let detail = "请把请求头Content-Type设为application/json。";
                return Err(Refused::new(Code::UnsupportedMediaType, detail));
            }
            bytes.await.map(Self).map_err(|error| body_unread(&error))
        })
    }
}

pub(in crate::api) fn body_unread(error: &actix_web::Error) -> Refused {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Refused::new(Code::TooLarge, "请求内容超过上限，请分批提交。");
    }
    let late = |error: &PayloadError| matches!(error, PayloadError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut);
    if error.as_error::<PayloadError>().is_some_and(late) {
        return Refused::new(Code::Timeout, "请求内容未在时限内收到，未写入任何内容，请检查网络后重新提交。");
    }
    Refused::new(Code::MalformedBody, "请求内容未能完整读取，请重新提交。")
}

/// Reads JSON; an error says where.
///
/// # Errors
/// `MalformedBody` for what is not JSON, `Invalid` with a pointer for what does not fit the shape.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(ByTheLetter(&mut reader)).map_err(|error| {
        let place = json_pointer(error.path());
        explain(place, error.inner())
    })?;
    reader.end().map_err(|error| explain(String::new(), &error))?;
    match json_text::long_number(bytes) {
        None => Ok(value),
        Some(place) => Err(Refused::at(Code::Invalid, place, "too_precise", TOO_PRECISE)),
    }
}

/// Reads the outside of JSON whose items are looked at one by one later; what is written inside stays as it is.
///
/// # Errors
/// As [`parse`].
pub(in crate::api) fn outside<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| explain(json_pointer(error.path()), error.inner()))?;
    reader.end().map_err(|error| explain(String::new(), &error))?;
    Ok(value)
}

/// What is said of a number that would be stored as another one.
const TOO_PRECISE: &str = "数字超过15位有效数字，会有误差，请写成字符串，如\"9007199254740993.12\"。";

/// Reads a part of a body that is JSON already.
///
/// # Errors
/// `Invalid` with a pointer into that part.
pub(in crate::api) fn value<T: DeserializeOwned>(value: &serde_json::Value) -> Result<T, Refused> {
    serde_path_to_error::deserialize(ByTheLetter(value)).map_err(|error| {
        let place = json_pointer(error.path());
        explain(place, error.inner())
    })
}

fn explain(place: String, error: &serde_json::Error) -> Refused {
    if error.classify() != serde_json::error::Category::Data {
        let detail =
            format!("请求内容不是合法的JSON（第{}行第{}列），请检查。", error.line(), error.column());
        return Refused::new(Code::MalformedBody, detail);
    }
    let text = error.to_string();
    let named = |prefix: &str| {
        text.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(ToOwned::to_owned)
    };
    let of_field = |field: &str| {
        if place.ends_with(&format!("/{field}")) { place.clone() } else { format!("{place}/{field}") }
    };
    if let Some(field) = named("duplicate field `") {
        let detail = format!("“{}”重复出现，请只保留一处。", shorten(&field));
        return Refused::at(Code::Invalid, of_field(&field), "duplicate", detail);
    }
    if let Some(field) = named("unknown field `") {
        let place = of_field(&field);
        return Refused::at(
            Code::Invalid,
            place,
            "unknown_field",
            format!("没有“{}”这个字段，请删除或核对拼写。", shorten(&field)),
        );
    }
    if let Some(field) = named("missing field `") {
        return Refused::at(
            Code::Invalid,
            format!("{place}/{field}"),
            "required",
            format!("缺少必填字段“{field}”。"),
        );
    }
    let rule = match text.as_str() {
        text if text.starts_with(OUT_OF_RANGE) => "out_of_range",
        text if text.starts_with(NUL) => "control_character",
        _ => "malformed",
    };
    Refused::at(Code::Invalid, place, rule, for_people(&text))
}

/// Messages written by our own types are Chinese sentences; those of libraries are not for people.
fn for_people(text: &str) -> String {
    /// How chrono's messages begin.
    const DATES: [&str; 5] =
        ["input contains", "input is", "input does", "premature end of input", "trailing input"];
    let own = text.split(" at line ").next().unwrap_or(text);
    if DATES.iter().any(|start| own.starts_with(start)) {
        "日期或时间的格式不对，或者没有这一天；日期应形如2025-08-27。".to_owned()
    } else if own.is_ascii() || own.starts_with("invalid ") {
        "值的类型或格式不对，请对照接口说明。".to_owned()
    } else {
        own.to_owned()
    }
}

fn json_pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Refused;
    type Future = std::future::Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_query(request.query_string()).map(Self))
    }
}

/// Reads query parameters; an error names the parameter.
///
/// # Errors
/// `MalformedQuery`.
pub(in crate::api) fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Refused> {
    let pairs = || form_urlencoded::parse(query.as_bytes());
    // PostgreSQL takes no NUL in a text, and nothing stored has one.
    if let Some((name, _)) = pairs().find(|(_, value)| value.contains('\0')) {
        return Err(refuse(&shorten(&name), "control_character", "查询参数含有控制字符，请删除。"));
    }
    let reader = ByTheLetter(serde_urlencoded::Deserializer::new(pairs()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let place = json_pointer(error.path());
        let name = place.split('/').nth(1).unwrap_or_default();
        explain_query(name, &error.inner().to_string())
    })
}

fn explain_query(name: &str, text: &str) -> Refused {
    let named = text.split('`').nth(1);
    let (field, rule, detail) = match named {
        Some(field) if text.starts_with("unknown field") => {
            (field, "unknown_field", format!("没有“{}”这个查询参数，请核对拼写。", shorten(field)))
        }
        Some(field) if text.starts_with("missing field") => {
            (field, "required", format!("缺少查询参数“{field}”。"))
        }
        Some(field) if text.starts_with("duplicate field") => {
            (field, "duplicate", format!("查询参数“{field}”重复。"))
        }
        _ => (name, "malformed", for_people(text)),
    };
    Refused { cause: Some(text.to_owned()), ..refuse(&shorten(field), rule, &detail) }
}
