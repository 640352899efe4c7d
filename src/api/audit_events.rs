//! Who wrote what when (操作记录).

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::{AuditFilter, AuditRow};
use crate::office::types::Id;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_audit_events);
}

/// 操作记录：每次写入（或因无权被拒的写入）一条
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEventView {
    /// 编号
    id: Uuid,
    /// 密钥编号
    api_key_id: Option<Uuid>,
    /// 密钥名称
    by: Option<String>,
    /// 凭函中链接操作时，函的编号
    letter_id: Option<Uuid>,
    /// 方法
    #[schema(example = "POST")]
    verb: String,
    /// 地址
    #[schema(example = "/api/v1/units")]
    path: String,
    /// 结果（HTTP状态码）
    status: i32,
    /// 请求编号，与日志一致
    request_id: String,
    /// 时间
    created_at: DateTime<Utc>,
}

impl AuditEventView {
    fn of((row, by): (AuditRow, Option<String>)) -> Self {
        Self {
            id: row.id.0,
            api_key_id: row.api_key_id.map(|id| id.0),
            by,
            letter_id: row.letter_id.map(|id| id.0),
            verb: row.verb,
            path: row.path,
            status: row.status,
            request_id: row.request_id,
            created_at: row.created_at.and_utc(),
        }
    }
}

/// 操作记录查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditParams {
    /// 密钥编号
    api_key: Option<Uuid>,
    /// 凭哪封函的链接操作
    letter: Option<Uuid>,
}

/// 列出操作记录
#[utoipa::path(tag = "操作记录", params(ListParams, AuditParams), responses(
    (status = 200, body = PageView<AuditEventView>), (status = "4XX", body = ProblemView)))]
#[get("/audit-events")]
async fn list_audit_events(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<AuditParams>,
) -> Result<HttpResponse, Refused> {
    let filter = AuditFilter {
        api_key_id: list.filter.api_key.map(Id::of),
        letter_id: list.filter.letter.map(Id::of),
        after: list.updated_after,
    };
    let rows = state.office.read.list_audit_events(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.0.id.0, AuditEventView::of);
    respond::list(&request, &page, list.fields.as_deref())
}
