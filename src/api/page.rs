//! Lists: at most 500 rows, a cursor to the next ones, always in order of id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::problem::{Code, FieldError, Problem};
use crate::store::rows::Page;

/// Rows given when `limit` is not.
pub const LIMIT_DEFAULT: i64 = 50;
/// Rows given at most.
pub const LIMIT_MAX: i64 = 500;

/// 一页结果
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView<T> {
    /// 本页各项
    pub items: Vec<T>,
    /// 下一页游标；为null表示已是最后一页
    pub next_cursor: Option<String>,
}

/// Checks `limit` and `cursor`.
///
/// # Errors
/// `MalformedQuery`, naming the parameter.
pub fn page(limit: Option<i64>, cursor: Option<&str>) -> Result<Page, Problem> {
    let limit = checked_limit(limit)?;
    let after = cursor.map(decode::<Uuid>).transpose()?;
    Ok(Page { limit, after })
}

/// Checks `limit`.
///
/// # Errors
/// `MalformedQuery`.
pub fn checked_limit(limit: Option<i64>) -> Result<i64, Problem> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(refuse("limit", "out_of_range", "limit应为1至500的整数。"))
    }
}

/// A query parameter that was refused.
pub fn refuse(parameter: &str, rule: &str, detail: &str) -> Problem {
    let error =
        FieldError { pointer: parameter.to_owned(), code: rule.to_owned(), detail: detail.to_owned() };
    Problem { code: Code::MalformedQuery, detail: detail.to_owned(), errors: vec![error], cause: None }
}

/// An error of the store about a query parameter: the same, with the parameter's name instead of a pointer.
pub fn in_query(error: crate::store::StoreError) -> Problem {
    let mut problem = Problem::from(error);
    for error in &mut problem.errors {
        error.pointer = error.pointer.trim_start_matches('/').to_owned();
    }
    problem
}

/// Text of a cursor; callers must not look inside.
pub fn encode<T: Serialize>(position: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// The position a cursor stands for.
///
/// # Errors
/// `MalformedQuery`.
pub fn decode<T: serde::de::DeserializeOwned>(cursor: &str) -> Result<T, Problem> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| refuse("cursor", "malformed", "cursor无法识别，请原样使用上一页返回的next_cursor。"))
}

impl<T> PageView<T> {
    /// A page out of the rows a list query gave: one row more than `page.limit` means that there is a next page.
    pub fn new<R>(mut rows: Vec<R>, page: Page, id: impl Fn(&R) -> Uuid, view: impl FnMut(R) -> T) -> Self {
        let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next_cursor = if more { rows.last().map(|row| encode(&id(row))) } else { None };
        Self { items: rows.into_iter().map(view).collect(), next_cursor }
    }
}
