//! Who wrote what when (操作记录).

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::{AuditFilter, ListedAudit};
use crate::office::types::Id;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_audit_events);
}

/// 操作记录：每次写入一条，被拒绝的写入（无权、冲突、不合要求）也记一条；记录只增不改，数秒内封存
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEventView {
    /// 编号
    id: Uuid,
    /// 封存序号；尚未封存时为空。由命令xushi audit verify核验
    seal: Option<i64>,
    /// 密钥编号
    api_key_id: Option<Uuid>,
    /// 密钥名称；凭函中链接操作时为link，系统自行办理时为job
    by: Option<String>,
    /// 凭函中链接操作时，函的编号
    letter_id: Option<Uuid>,
    /// 方法；系统自行办理时为RUN
    #[schema(example = "POST")]
    verb: String,
    /// 地址
    #[schema(example = "/api/v1/units")]
    path: String,
    /// 结果（HTTP状态码）
    status: i32,
    /// 被拒绝时的错误代码
    #[schema(example = "conflict")]
    code: Option<String>,
    /// 请求编号，与日志一致
    request_id: String,
    /// 来自何处：连接的地址；有代理时后附代理所称的地址
    #[schema(example = "10.1.2.3")]
    address: Option<String>,
    /// 所建或所改：类别和编号
    #[schema(example = "unit 01990000-0000-7000-8000-000000000001")]
    subject: Option<String>,
    /// 改动前，只列有改动的字段
    before: Option<Value>,
    /// 改动后，同样的字段
    after: Option<Value>,
    /// 批量操作的条数；被拒绝时，为上一条以来未逐条记录的拒绝次数
    items: Option<i32>,
    /// 批量操作内容的SHA-256
    digest: Option<String>,
    /// 时间
    created_at: DateTime<Utc>,
}

impl AuditEventView {
    fn of((row, by, seal): ListedAudit) -> Self {
        // What was written as JSON is shown as such.
        let json = |text: Option<String>| {
            text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))
        };
        Self {
            id: row.id.0,
            seal,
            api_key_id: row.api_key_id.map(|id| id.0),
            by: row.actor.or(by),
            letter_id: row.letter_id.map(|id| id.0),
            verb: row.verb,
            path: row.path,
            status: row.status,
            code: row.code,
            request_id: row.request_id,
            address: row.address,
            subject: row.subject,
            before: json(row.state_before),
            after: json(row.state_after),
            items: row.items,
            digest: row.digest,
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
    /// 所建或所改：类别和编号，如“unit 编号”
    subject: Option<String>,
    /// 只列被拒绝的（true）或已办的（false）
    refused: Option<bool>,
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
        subject: list.filter.subject.clone(),
        refused: list.filter.refused,
        after: list.updated_after,
    };
    let rows = state.office.read.list_audit_events(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.0.id.0, AuditEventView::of);
    respond::list(&request, &page, list.fields.as_deref())
}
