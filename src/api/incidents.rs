//! What a person must look at.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::domain::{IncidentKind, SubjectKind};
use crate::office::rows::{IncidentFilter, IncidentRow};
use crate::office::types::Id;
use crate::office::{Actor, incidents};

type IncidentKindWord = Word<IncidentKind>;
type IncidentKindWords = Words<IncidentKind>;
type SubjectKindWord = Word<SubjectKind>;
type SubjectKindWords = Words<SubjectKind>;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_incidents).service(find_incident).service(close_incident);
}

/// 需要有人处理的异常
#[derive(Debug, Serialize, ToSchema)]
pub struct IncidentView {
    /// 编号
    pub id: Uuid,
    /// 种类
    #[schema(example = "delivery_bounced")]
    pub kind: IncidentKindWord,
    /// 种类的中文名
    #[schema(example = "邮件被退回")]
    pub title: &'static str,
    /// 关于什么：delivery、letter、episode、indicator、calendar、job或mail
    #[schema(example = "delivery")]
    pub subject_kind: SubjectKindWord,
    /// 其编号（日历为年份，任务为名称）
    pub subject_id: String,
    /// 说明
    pub detail: String,
    /// 发现时间
    pub opened_at: DateTime<Utc>,
    /// 消除时间；为null表示仍存在
    pub closed_at: Option<DateTime<Utc>>,
    /// 最近修改时间
    pub updated_at: DateTime<Utc>,
}

impl IncidentView {
    fn of(row: IncidentRow) -> Self {
        let kind = row.kind.0;
        Self {
            id: row.id.0,
            kind: Word(kind),
            title: kind.chinese(),
            subject_kind: Word(row.subject_kind.0),
            subject_id: row.subject_id,
            detail: row.detail,
            opened_at: row.opened_at.and_utc(),
            closed_at: row.closed_at.map(|at| at.and_utc()),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 异常的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentParams {
    /// 种类，可用逗号分隔多个
    #[param(inline)]
    kind: Option<IncidentKindWords>,
    /// 关于什么，可用逗号分隔多个
    #[param(inline)]
    subject_kind: Option<SubjectKindWords>,
    /// 关于哪一个
    subject_id: Option<String>,
    /// true只要仍存在的，false只要已消除的
    open: Option<bool>,
}

/// 列出异常
#[utoipa::path(tag = "异常", params(ListParams, IncidentParams), responses(
    (status = 200, body = PageView<IncidentView>), (status = "4XX", body = ProblemView)))]
#[get("/incidents")]
async fn list_incidents(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<IncidentParams>,
) -> Result<HttpResponse, Refused> {
    let filter = IncidentFilter {
        kinds: list.filter.kind.map(|words| words.0),
        subject_kinds: list.filter.subject_kind.map(|words| words.0),
        subject_id: list.filter.subject_id.clone(),
        open: list.filter.open,
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_incidents(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, IncidentView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

async fn load(state: &State, id: Uuid) -> Result<IncidentRow, Refused> {
    state.office.read.find_incident(Id::of(id)).await?.ok_or_else(|| Refused::not_found("异常"))
}

/// 读取一个异常
#[utoipa::path(tag = "异常", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = IncidentView), (status = "4XX", body = ProblemView)))]
#[get("/incidents/{id}")]
async fn find_incident(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let view = IncidentView::of(load(&state, *id).await?);
    respond::one(&request, &view, params.fields.as_deref())
}

/// 把异常标为已处理
///
/// 用于已由人工处理的投递失败、退信等；由系统自动发现的情形如仍存在，下次检查时会重新列出。
#[utoipa::path(tag = "异常", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = IncidentView), (status = "4XX", body = ProblemView)))]
#[post("/incidents/{id}/closure")]
async fn close_incident(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = incidents::close(&state.office, &actor, Id::of(*id)).await?;
    respond::ok(&request, &IncidentView::of(row))
}
