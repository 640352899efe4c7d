//! Lists: at most 500 rows, a cursor to the next ones, always in order of id.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDateTime};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::http::extract::read_query;
use crate::api::http::refused::{Code, Refused, RequestPart};
use crate::api::http::respond;
use crate::office::rows::Page;
use crate::office::types::Id;

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
    /// 各项的ETag，次序同items，修改时放入If-Match；只在可以修改的资源给出
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etags: Option<Vec<String>>,
}

/// 列表共用的查询参数
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// 每页条数，1至500，默认50
    limit: Option<i64>,
    /// 上一页返回的next_cursor
    cursor: Option<String>,
    /// 只要这些字段，以逗号分隔，如id,name
    fields: Option<String>,
    /// 只要在此时刻之后修改过的，RFC 3339格式；正在写入的可能要稍后才看得到，要不遗漏地同步请用/changes
    #[param(format = DateTime)]
    updated_after: Option<String>,
}

/// The page that is asked for of a list whose items do not change once they are there: it has no `updated_after`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described; the list reads them as everywhere")]
pub struct PageParams {
    /// 每页条数，1至500，默认50
    limit: Option<i64>,
    /// 上一页返回的next_cursor
    cursor: Option<String>,
    /// 只要这些字段，以逗号分隔，如id,name
    fields: Option<String>,
}

impl ListParams {
    const NAMES: [&str; 4] = ["limit", "cursor", "fields", "updated_after"];
}

/// The filters of a list that has none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

/// The query of a list: what all lists take, and the filters `F` of this one.
pub struct List<F> {
    /// Which page.
    pub page: Page,
    /// Which fields of each item; see [`crate::api::http::respond::list`].
    pub fields: Option<String>,
    /// Only what changed later, UTC.
    pub updated_after: Option<NaiveDateTime>,
    /// The list's own filters.
    pub filter: F,
}

impl<F: DeserializeOwned> FromRequest for List<F> {
    type Error = Refused;
    type Future = std::future::Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read_list(request.query_string()))
    }
}

fn read_list<F: DeserializeOwned>(query: &str) -> Result<List<F>, Refused> {
    let is_shared = |pair: &&str| ListParams::NAMES.contains(&pair.split('=').next().unwrap_or_default());
    let (shared, own): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_shared);
    let shared: ListParams = read_query(&shared.join("&"))?;
    Ok(List {
        page: page(shared.limit, shared.cursor.as_deref())?,
        fields: shared.fields,
        updated_after: shared.updated_after.as_deref().map(instant).transpose()?,
        filter: read_query(&own.join("&"))?,
    })
}

/// An RFC 3339 instant; the `+` of its offset may have become a space on the way.
///
/// # Errors
/// `MalformedQuery`.
pub fn instant(text: &str) -> Result<NaiveDateTime, Refused> {
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc3339(&text.replace(' ', "+")))
        .map(|at| at.naive_utc())
        .map_err(|_| {
            refuse("updated_after", "malformed", "时刻应为RFC 3339格式，如2025-08-27T09:00:00+08:00。")
        })
}

/// Checks `limit` and `cursor`.
///
/// # Errors
/// `MalformedQuery`, naming the parameter.
pub fn page(limit: Option<i64>, cursor: Option<&str>) -> Result<Page, Refused> {
    let limit = checked_limit(limit)?;
    let after = cursor.map(decode::<Uuid>).transpose()?;
    Ok(Page { limit, after: after.map(Id::of) })
}

/// Checks `limit`.
///
/// # Errors
/// `MalformedQuery`.
pub fn checked_limit(limit: Option<i64>) -> Result<i64, Refused> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(refuse("limit", "out_of_range", "limit应为1至500的整数。"))
    }
}

/// A query parameter that was refused.
pub fn refuse(parameter: &str, rule: &str, detail: &str) -> Refused {
    Refused::at(Code::MalformedQuery, "", rule, detail).in_part(RequestPart::Query, parameter)
}

/// Text of a cursor; callers must not look inside.
pub fn encode<T: Serialize>(position: &T) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

/// The position a cursor stands for.
///
/// # Errors
/// `MalformedQuery`.
pub fn decode<T: serde::de::DeserializeOwned>(cursor: &str) -> Result<T, Refused> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| refuse("cursor", "malformed", "cursor无法识别，请原样使用上一页返回的next_cursor。"))
}

impl<T> PageView<T> {
    /// A page out of the rows a list query gave: one row more than `page.limit` means that there is a next page.
    pub fn new<R>(mut rows: Vec<R>, page: Page, id: impl Fn(&R) -> Uuid, view: impl FnMut(R) -> T) -> Self {
        let next_cursor = cut(&mut rows, page, id);
        Self { items: rows.into_iter().map(view).collect(), next_cursor, etags: None }
    }

    /// Like [`new`](Self::new), for rows that may turn out not to be readable.
    ///
    /// # Errors
    /// The first one of `view`.
    pub fn checked<R, E>(
        mut rows: Vec<R>,
        page: Page,
        id: impl Fn(&R) -> Uuid,
        view: impl FnMut(R) -> Result<T, E>,
    ) -> Result<Self, E> {
        let next_cursor = cut(&mut rows, page, id);
        Ok(Self { items: rows.into_iter().map(view).collect::<Result<_, E>>()?, next_cursor, etags: None })
    }
}

impl<T: Serialize> PageView<T> {
    /// The same with the tag of each item, as reading it alone gives.
    ///
    /// # Errors
    /// `Internal` when an item cannot be written as JSON.
    pub fn tagged(mut self) -> Result<Self, Refused> {
        self.etags = Some(self.items.iter().map(respond::tag_of).collect::<Result<_, _>>()?);
        Ok(self)
    }
}

/// Takes the row beyond the page away, and gives the cursor when there was one.
fn cut<R>(rows: &mut Vec<R>, page: Page, id: impl Fn(&R) -> Uuid) -> Option<String> {
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    if more { rows.last().map(|row| encode(&id(row))) } else { None }
}
