//! What a person must look at.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::{ProblemKind, SubjectKind};
use crate::office::{Actor, problems};
use crate::store::StoreError;
use crate::store::rows::{ProblemFilter, ProblemRow, word};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_problems).service(find_problem).service(close_problem);
}

/// 需要有人处理的问题
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenProblemView {
    /// 编号
    pub id: Uuid,
    /// 种类
    #[schema(value_type = String, example = "delivery_bounced")]
    pub kind: Word<ProblemKind>,
    /// 种类的中文名
    #[schema(example = "邮件被退回")]
    pub title: &'static str,
    /// 关于什么：delivery、letter、episode、indicator、calendar、job或mail
    #[schema(value_type = String, example = "delivery")]
    pub subject_kind: Word<SubjectKind>,
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

impl OpenProblemView {
    fn of(row: ProblemRow) -> Result<Self, StoreError> {
        let kind: ProblemKind = word(&row.kind)?;
        Ok(Self {
            id: row.id.0,
            kind: Word(kind),
            title: kind.chinese(),
            subject_kind: Word(word(&row.subject_kind)?),
            subject_id: row.subject_id,
            detail: row.detail,
            opened_at: row.opened_at.and_utc(),
            closed_at: row.closed_at.map(|at| at.and_utc()),
            updated_at: row.updated_at.and_utc(),
        })
    }
}

/// 问题的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProblemParams {
    /// 种类
    #[param(value_type = Option<String>)]
    kind: Option<Word<ProblemKind>>,
    /// 关于什么
    #[param(value_type = Option<String>)]
    subject_kind: Option<Word<SubjectKind>>,
    /// 关于哪一个
    subject_id: Option<String>,
    /// true只要仍存在的，false只要已消除的
    open: Option<bool>,
}

/// 列出问题
#[utoipa::path(tag = "问题", params(ListParams, ProblemParams), responses(
    (status = 200, body = PageView<OpenProblemView>), (status = "4XX", body = ProblemView)))]
#[get("/problems")]
async fn list_problems(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<ProblemParams>,
) -> Result<HttpResponse, Problem> {
    let filter = ProblemFilter {
        kind: list.filter.kind.map(|kind| kind.0.to_string()),
        subject_kind: list.filter.subject_kind.map(|kind| kind.0.to_string()),
        subject_id: list.filter.subject_id.clone(),
        open: list.filter.open,
        updated_after: list.updated_after,
    };
    let rows = state.office.store.list_problems(&filter, list.page).await?;
    let page = PageView::checked(rows, list.page, |row| row.id.0, OpenProblemView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}

async fn load(state: &State, id: Uuid) -> Result<ProblemRow, Problem> {
    state.office.store.find_problem(id).await?.ok_or_else(|| Problem::not_found("问题"))
}

/// 读取一个问题
#[utoipa::path(tag = "问题", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = OpenProblemView), (status = "4XX", body = ProblemView)))]
#[get("/problems/{id}")]
async fn find_problem(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Problem> {
    let view = OpenProblemView::of(load(&state, *id).await?)?;
    respond::one(&request, &view, params.fields.as_deref())
}

/// 把问题标为已处理
///
/// 用于已由人工处理的投递失败、退信等；由系统自动发现的情形如仍存在，下次检查时会重新列出。
#[utoipa::path(tag = "问题", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = OpenProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/closure")]
async fn close_problem(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let row = problems::close(&state.office, &actor, *id).await?;
    respond::ok(&request, &OpenProblemView::of(row)?)
}
