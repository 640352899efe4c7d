//! One thing wrong in a request, and where: in its body, its query, or its head.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::Invalid;

/// Which part of a request a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPart {
    /// The body; a place is a JSON pointer.
    Body,
    /// The query; a place is a parameter.
    Query,
    /// The head; a place is a header.
    Head,
}

/// One thing wrong in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// In which part.
    pub part: RequestPart,
    /// JSON pointer into the body (RFC 6901), the name of a query parameter, or that of a header.
    pub pointer: String,
    /// The rule that was broken: English, stable.
    pub code: String,
    /// Chinese: what is wrong and what to do.
    pub detail: String,
}

/// 一处错误；pointer、parameter、header三者给其一，说明错在何处
#[derive(Serialize, ToSchema)]
#[schema(as = FieldError)]
struct FieldErrorView<'a> {
    /// 请求内容中的位置（JSON指针，RFC 6901）；空串指整个请求内容
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/items/0/value")]
    pointer: Option<&'a str>,
    /// 查询参数的名称
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// 请求头的名称
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a str>,
    /// 规则代码（英文，稳定）
    #[schema(example = "required")]
    code: &'a str,
    /// 中文说明：哪里不对、怎么改
    detail: &'a str,
}

impl Serialize for FieldError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let place = |part| (self.part == part).then_some(self.pointer.as_str());
        let (pointer, parameter) = (place(RequestPart::Body), place(RequestPart::Query));
        let header = place(RequestPart::Head);
        FieldErrorView { pointer, parameter, header, code: &self.code, detail: &self.detail }
            .serialize(serializer)
    }
}

impl PartialSchema for FieldError {
    fn schema() -> RefOr<Schema> {
        FieldErrorView::schema()
    }
}

impl ToSchema for FieldError {
    fn name() -> Cow<'static, str> {
        FieldErrorView::name()
    }
}

impl From<Invalid> for FieldError {
    fn from(invalid: Invalid) -> Self {
        let (part, pointer) = (RequestPart::Body, pointer(&invalid.field));
        Self { part, pointer, code: invalid.code.to_owned(), detail: invalid.detail }
    }
}

/// `target.value` → `/target/value`; nothing → the whole body.
pub fn pointer(field: &str) -> String {
    if field.is_empty() {
        return String::new();
    }
    format!("/{}", field.replace('.', "/"))
}
