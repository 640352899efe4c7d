//! Errors for people: one table of codes, one shape (RFC 9457 `application/problem+json`).

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

pub use crate::api::http::field_error::{FieldError, RequestPart, pointer};
use crate::api::http::lookup::At;
use crate::domain::Invalid;
use crate::domain::invalid::shorten;
use crate::letter::FactChange;
use crate::office::Refusal;
use crate::office::StoreError;

/// Every code a problem can have: code, HTTP status, Chinese title.
macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal $status:literal $title:literal;)+) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$meta])* $name),+ }

        impl Code {
            /// All codes, for the reading page and its test.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// English, stable.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code),+ }
            }

            /// HTTP status.
            pub fn status(self) -> StatusCode {
                let number: u16 = match self { $(Code::$name => $status),+ };
                StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            /// Chinese title.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title),+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON, or not of the shape.
    MalformedBody = "malformed_body" 400 "请求内容无法识别";
    /// A query parameter is unknown or malformed.
    MalformedQuery = "malformed_query" 400 "查询参数有误";
    /// No key, or an unknown one.
    Unauthorized = "unauthorized" 401 "未提供有效的访问密钥";
    /// The key may not do this.
    Forbidden = "forbidden" 403 "该密钥无权进行此操作";
    /// Nothing at this address.
    NotFound = "not_found" 404 "没有找到";
    /// The address exists, but not for this verb.
    MethodNotAllowed = "method_not_allowed" 405 "该地址不支持此操作";
    /// The caller takes none of the media types that the address gives.
    NotAcceptable = "not_acceptable" 406 "不提供所要的内容类型";
    /// The natural key is taken.
    Duplicate = "duplicate" 409 "记录重复";
    /// A request with the same Idempotency-Key is still running.
    InProgress = "in_progress" 409 "相同请求正在处理";
    /// A request with the same Idempotency-Key was done, and its answer was lost.
    AnswerLost = "answer_lost" 409 "请求已办理，答复已丢失";
    /// The state does not allow it.
    Conflict = "conflict" 409 "当前状态不允许此操作";
    /// What a draft rests on changed since it was drawn.
    FactsChanged = "facts_changed" 409 "函稿所据事实已变化";
    /// A place in the order of changes that is too old, or of another database.
    CursorExpired = "cursor_expired" 410 "位置已失效";
    /// The resource changed since it was read.
    PreconditionFailed = "precondition_failed" 412 "内容已被他人修改";
    /// The body did not come in within its time.
    Timeout = "timeout" 408 "请求内容接收超时";
    /// The body is larger than accepted.
    TooLarge = "too_large" 413 "请求内容过大";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type" 415 "请求内容类型不受支持";
    /// Well-formed, but it breaks a rule.
    Invalid = "invalid" 422 "内容不符合要求";
    /// An Idempotency-Key was used for something else before.
    KeyReused = "idempotency_key_reused" 422 "幂等键已用于其他请求";
    /// An update must say what it is based on.
    PreconditionRequired = "precondition_required" 428 "缺少If-Match";
    /// Called too often.
    TooManyRequests = "too_many_requests" 429 "请求过于频繁";
    /// Our fault.
    Internal = "internal" 500 "系统内部错误";
    /// The database does not answer, or cannot be written to.
    Unavailable = "unavailable" 503 "服务暂不可用";
    /// The answer to a commit was lost: it is written or not.
    Unknown = "unknown" 503 "是否已写入不能确定";
}

/// A problem: what was wrong, where, what to do. Its cause stays in the log.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Kind.
    pub code: Code,
    /// Chinese sentence for the person who must act.
    pub detail: String,
    /// Where.
    pub errors: Vec<FieldError>,
    /// For the log only.
    pub cause: Option<String>,
}

/// 错误说明（RFC 9457）
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemView {
    /// 错误类型
    #[serde(rename = "type")]
    #[schema(example = "urn:xushi:problem:invalid")]
    kind: String,
    /// 中文标题
    title: &'static str,
    /// HTTP状态码
    #[schema(example = 422)]
    status: u16,
    /// 中文说明：哪里不对、怎么办
    detail: String,
    /// 英文代码，稳定
    #[schema(example = "invalid")]
    code: &'static str,
    /// 请求编号，报修时请提供
    request_id: String,
    /// 逐项错误
    errors: Vec<FieldError>,
}

impl Refused {
    /// A problem without a place.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), cause: None }
    }

    /// A problem at one place.
    pub fn at(code: Code, pointer: impl Into<String>, rule: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let (part, pointer, code_of) = (RequestPart::Body, pointer.into(), rule.to_owned());
        let error = FieldError { part, pointer, code: code_of, detail: detail.clone() };
        Self { code, detail, errors: vec![error], cause: None }
    }

    /// Several places at once.
    pub fn many(errors: Vec<FieldError>) -> Self {
        let detail = format!("共有{}处不符合要求，未写入任何内容，请逐项修改后重试。", errors.len());
        Self { code: Code::Invalid, detail, errors, cause: None }
    }

    /// The resource in the address does not exist.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("没有找到这个{what}，请核对地址中的id或代码。"))
    }

    /// The answer where an address knows these verbs and was asked for another one.
    pub fn wrong_verb(verbs: &str) -> HttpResponse {
        let detail = format!("该地址只支持{verbs}，请对照/docs中的接口说明。");
        let mut answer = Self::new(Code::MethodNotAllowed, detail).error_response();
        if let Ok(value) = HeaderValue::from_str(verbs) {
            answer.headers_mut().insert(ALLOW, value);
        }
        answer
    }

    /// Our fault; `cause` goes to the log.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let detail = "系统内部错误。提交的内容是否已写入，请读取核对，或带同一Idempotency-Key重试；如仍出现，请把请求编号告诉运维人员。";
        Self {
            code: Code::Internal,
            detail: detail.to_owned(),
            errors: Vec::new(),
            cause: Some(cause.to_string()),
        }
    }

    /// The same problem in another part of the request, at `place`.
    #[must_use]
    pub fn in_part(mut self, part: RequestPart, place: &str) -> Self {
        for error in &mut self.errors {
            (error.part, error.pointer) = (part, place.to_owned());
        }
        self
    }

    /// The same problem seen from a larger body: `/name` becomes `/items/3/name`.
    #[must_use]
    pub fn within(mut self, prefix: &str) -> Self {
        for error in &mut self.errors {
            error.pointer = format!("{prefix}{}", error.pointer);
        }
        self
    }

    /// The problem as part of an answer that tells of several things.
    pub fn part(&self) -> ProblemView {
        self.log();
        self.view(crate::api::http::request_id::current())
    }

    /// Our fault is told in the log, with its cause.
    fn log(&self) {
        if self.code.status().is_server_error() {
            tracing::error!(code = self.code.as_str(), cause = self.cause, "request failed");
        }
    }

    fn view(&self, request_id: String) -> ProblemView {
        ProblemView {
            kind: format!("urn:xushi:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            request_id,
            errors: self.errors.clone(),
        }
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self::at(Code::Invalid, pointer(&invalid.field), invalid.code, invalid.detail)
    }
}

/// What each kind of thing is called to the people who ask for it.
fn chinese(what: &str) -> &'static str {
    match what {
        "region" => "行政区",
        "unit" => "责任单位",
        "contact" => "联络员",
        "campaign" => "攻坚行动",
        "task" => "任务",
        "measure" => "指标口径",
        "indicator" => "指标",
        "rule_pack" => "规则包",
        "episode" => "预警事项",
        "document" => "来文",
        "letter" => "预警函",
        "delivery" => "投递",
        "reply" => "反馈",
        "api_key" => "访问密钥",
        _ => "记录",
    }
}

/// The database is in the way; `cause` goes to the log.
fn away(code: Code, detail: &str, cause: String) -> Refused {
    Refused { cause: Some(cause), ..Refused::new(code, detail) }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { what, key } => {
                let key = shorten(&key);
                let detail = format!("没有找到{}“{key}”，请核对id、代码或名称。", chinese(what));
                Self::at(Code::Invalid, format!("/{what}"), "unknown", detail)
            }
            StoreError::Duplicate(constraint) => {
                Self::at(Code::Duplicate, pointer(constraint.field), "duplicate", constraint.detail)
            }
            StoreError::Invalid(invalid) => invalid.into(),
            StoreError::Conflict(invalid) => {
                let code = if invalid.code == "duplicate" { Code::Duplicate } else { Code::Conflict };
                Self::at(code, pointer(&invalid.field), invalid.code, invalid.detail)
            }
            StoreError::Stale => stale(),
            StoreError::Contended(cause) | StoreError::Held(cause) => {
                away(Code::Unavailable, "数据库正忙，内容未写入，请稍后重试。", cause)
            }
            StoreError::Unwritable(cause) => {
                let detail =
                    "数据库暂不能写入（只读或磁盘已满），内容未写入，请稍后重试；如仍出现，请告诉运维人员。";
                away(Code::Unavailable, detail, cause)
            }
            StoreError::Unavailable(cause) | StoreError::Lost(cause) => {
                away(Code::Unavailable, "数据库暂不可用，请稍后重试。", cause)
            }
            StoreError::Unknown(cause) => {
                let detail = "数据库在确认写入时中断，内容是否已写入不能确定。请带同一Idempotency-Key重复提交：已写入的不会再写一次，未写入的会写入。";
                away(Code::Unknown, detail, cause)
            }
            other => Self::internal(other),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(error: Refusal) -> Self {
        match error {
            Refusal::Store(error) => error.into(),
            Refusal::Invalid(invalid) => invalid.into(),
            Refusal::Key { field, error } => At::Body(&field).problem(error),
            Refusal::Calendar(error) => Self::new(
                Code::Conflict,
                format!("反馈期限落在{}年，该年工作日历尚未载入，请先载入该年日历。", error.year),
            ),
            Refusal::NotFound(what) => Self::not_found(what),
            Refusal::Many(wrong) => Self::many(wrong.into_iter().map(FieldError::from).collect()),
            Refusal::Conflict(detail) => Self::new(Code::Conflict, detail),
            Refusal::NoKey => Self::new(Code::Forbidden, "此操作须持密钥办理。"),
            Refusal::Changed { changes, waits, .. } => facts_changed(changes, waits),
            Refusal::Letter(error) => Self::internal(error),
        }
    }
}

/// What changed, one by one, and what to do now.
fn facts_changed(changes: Vec<FactChange>, waits: bool) -> Refused {
    /// Most changes that one sentence names.
    const SAID: usize = 5;
    let said: Vec<&str> =
        changes.iter().take(SAID).map(|change| change.detail.trim_end_matches('。')).collect();
    let more = if changes.len() > SAID { format!("等{}处", changes.len()) } else { String::new() };
    let detail = if waits {
        format!("函稿所据事实已变化：{}{more}。新函稿已备好，请重新核阅后签发。", said.join("；"))
    } else {
        format!("{}。", said.join("；"))
    };
    let error = |change: FactChange| FieldError {
        part: RequestPart::Body,
        pointer: change.pointer,
        code: Code::FactsChanged.as_str().to_owned(),
        detail: change.detail,
    };
    Refused { errors: changes.into_iter().map(error).collect(), ..Refused::new(Code::FactsChanged, detail) }
}

/// Somebody else changed it first.
pub fn stale() -> Refused {
    Refused::new(Code::PreconditionFailed, "内容在您读取之后已被他人修改，请重新读取、确认后再提交。")
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.errors.as_slice() {
            [one] if one.detail == self.detail && !one.pointer.is_empty() => {
                write!(f, "{}：{}", one.pointer, one.detail)
            }
            errors => {
                f.write_str(&self.detail)?;
                errors.iter().try_for_each(|one| write!(f, "\n  {}：{}", one.pointer, one.detail))
            }
        }
    }
}

impl std::error::Error for Refused {}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if self.code == Code::Unavailable && crate::office::has_written() {
            let detail = "已经写入内容，但未能读回全部结果。请重新读取核对，或带同一Idempotency-Key重复提交：已写入的不会再写一次。";
            let cause = self.cause.clone().unwrap_or_default();
            return away(Code::Unknown, detail, cause).error_response();
        }
        let request_id = crate::api::http::request_id::current();
        self.log();
        let body = serde_json::to_vec(&self.view(request_id)).unwrap_or_default();
        let mut answer = HttpResponse::build(self.code.status());
        match self.code {
            Code::Unavailable | Code::Unknown => answer.insert_header((RETRY_AFTER, "5")),
            Code::InProgress => answer.insert_header((RETRY_AFTER, "1")),
            Code::Unauthorized => answer.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"xushi\"")),
            _ => &mut answer,
        };
        answer.content_type("application/problem+json; charset=utf-8").body(body)
    }
}
