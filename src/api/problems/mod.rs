//! Problems (问题): the 问题台账 from 登记 and 交办 to 销号.

mod problem_bodies;
mod problem_views;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::{Body, Params};
use crate::api::http::page::{self, PageView, checked_limit};
use crate::api::http::refused::{Code, ProblemView, Refused, RequestPart};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::domain::{ProblemDeed, ProblemNote, Role};
use crate::office::problem_ledger::{TrackedProblem, count_problems, tracked};
use crate::office::rows::{ListedProblem, ProblemPlace};
use crate::office::types::{Id, UnitId};
use crate::office::workbooks::{self, XLSX};
use crate::office::{Actor, problems};
use problem_bodies::{
    ApplyForClosure, AssignProblem, CloseProblem, CreateProblem, ProblemParams, ProblemScope, RecordMeasure,
    RecordProgress, ReopenProblem, SendBackProblem, UpdateProblem,
};
pub use problem_views::TrackedProblemView;
use problem_views::{ProblemCountsView, WholeProblemView};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(download_problems)
        .service(count)
        .service(list_problems)
        .service(create_problem)
        .service(find_problem)
        .service(update_problem)
        .service(assign_problem)
        .service(record_measure)
        .service(record_progress)
        .service(apply_for_closure)
        .service(return_problem)
        .service(close_problem)
        .service(reopen_problem)
        .service(withdraw_problem);
}

/// Whether this caller reads what the unit that leads says: the office and that unit do.
pub(in crate::api) fn is_told(caller: &Caller, one: &TrackedProblem) -> bool {
    let unit: Option<UnitId> = caller.unit_id.filter(|_| caller.role.is_of_unit()).map(Id::of);
    caller.role != Role::Reader && one.is_told_to(unit)
}

/// 列出问题：红色的和逾期的在前，已销号的在后
///
/// 红色（指标严重滞后或未完成）的在前，其余按整改时限先后，因而逾期越久越靠前；已销号和已撤销的在最后。过去日期的按整改时限先后。
#[utoipa::path(tag = "问题", params(ProblemParams), responses(
    (status = 200, body = PageView<TrackedProblemView>), (status = "4XX", body = ProblemView)))]
#[get("/problems")]
async fn list_problems(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    Params(params): Params<ProblemParams>,
) -> Result<HttpResponse, Refused> {
    let limit = checked_limit(params.limit)?;
    let after: Option<(i32, NaiveDate, Uuid)> = params.cursor.as_deref().map(page::decode).transpose()?;
    let after = after.map(|(class, due_on, id)| ProblemPlace { class, due_on, id: Id::of(id) });
    let filter = params.filter(&state).await?;
    let mut rows = state.office.read.list_problems(&filter, limit, after).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().filter(|_| more).map(ListedProblem::place);
    let next_cursor = last.map(|place| page::encode(&(place.class, place.due_on, place.id.0)));
    let told = tracked(&state.office, rows, filter.as_of).await?;
    let mut tags = Vec::with_capacity(told.len());
    let mut items = Vec::with_capacity(told.len());
    for one in &told {
        tags.push(respond::tag_of(&WholeProblemView::of(one, is_told(&caller, one)))?);
        items.push(TrackedProblemView::of(one, is_told(&caller, one)));
    }
    let page = PageView { items, next_cursor, etags: (!filter.past).then_some(tags) };
    respond::list(&request, &page, params.fields.as_deref())
}

/// 统计问题：各层级的登记、交办、销号、逾期和重复数
#[utoipa::path(tag = "问题", params(ProblemScope), responses(
    (status = 200, body = ProblemCountsView), (status = "4XX", body = ProblemView)))]
#[get("/problems/counts")]
async fn count(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<ProblemScope>,
) -> Result<HttpResponse, Refused> {
    let filter = params.filter(&state).await?;
    let counts = count_problems(&state.office, &filter).await?;
    respond::ok(&request, &ProblemCountsView::of(filter.as_of, counts))
}

/// 下载问题台账（Excel工作簿）
///
/// 目标、实际、差距、原因、措施、责任人及电话、时限、进展；红色的和逾期的在前。不写state的只列未销号的。
#[utoipa::path(tag = "问题", params(ProblemParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/problems.xlsx")]
async fn download_problems(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    Params(params): Params<ProblemParams>,
) -> Result<HttpResponse, Refused> {
    for (given, name) in [
        (params.limit.is_some(), "limit"),
        (params.cursor.is_some(), "cursor"),
        (params.fields.is_some(), "fields"),
    ] {
        if given {
            return Err(page::refuse(name, "unknown_field", "工作簿一次给出全部问题，不分页，也不选字段。"));
        }
    }
    let filter = params.filter(&state).await?;
    let unit: Option<UnitId> = caller.unit_id.filter(|_| caller.role.is_of_unit()).map(Id::of);
    let bytes = workbooks::problem_list(&state.office, &filter, unit).await.map_err(|refusal| {
        let refused = Refused::from(refusal);
        let code = if refused.code == Code::Invalid { Code::MalformedQuery } else { refused.code };
        Refused { code, ..refused }.in_part(RequestPart::Query, "campaign")
    })?;
    let name = format!("问题台账{}.xlsx", filter.as_of);
    Ok(respond::file(&request, XLSX, Some(&name), bytes))
}

async fn load(state: &State, id: Uuid) -> Result<TrackedProblem, Refused> {
    let listed = state.office.read.find_problem(Id::of(id)).await?;
    let listed = listed.ok_or_else(|| Refused::not_found("问题"))?;
    let told = tracked(&state.office, vec![listed], state.office.clock.today()).await?;
    told.into_iter().next().ok_or_else(|| Refused::not_found("问题"))
}

async fn shown(
    state: &State,
    request: &HttpRequest,
    caller: &Caller,
    (id, fields): (Uuid, Option<&str>),
) -> Result<HttpResponse, Refused> {
    let one = load(state, id).await?;
    let view = WholeProblemView::of(&one, is_told(caller, &one));
    respond::one(request, &view, fields)
}

/// 登记一个问题：由预警事项，或手工
#[utoipa::path(tag = "问题", request_body = CreateProblem, responses(
    (status = 201, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems")]
async fn create_problem(
    state: web::Data<State>,
    caller: Caller,
    actor: Actor,
    Body(body): Body<CreateProblem>,
) -> Result<HttpResponse, Refused> {
    let id = problems::create_problem(&state.office, &actor, body.into()).await?;
    let one = load(&state, id.0).await?;
    let view = WholeProblemView::of(&one, is_told(&caller, &one));
    respond::created(&format!("/api/v1/problems/{id}"), &view)
}

/// 读取一个问题及其办理经过
#[utoipa::path(tag = "问题", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[get("/problems/{id}")]
async fn find_problem(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    shown(&state, &request, &caller, (*id, params.fields.as_deref())).await
}

/// 修改问题的登记内容（须带If-Match）
#[utoipa::path(tag = "问题", request_body = UpdateProblem,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[patch("/problems/{id}")]
async fn update_problem(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateProblem>,
) -> Result<HttpResponse, Refused> {
    let seen = load(&state, *id).await?;
    respond::if_match(&request, &WholeProblemView::of(&seen, is_told(&caller, &seen)))?;
    problems::update_problem(&state.office, &actor, &seen.listed, body.into()).await?;
    shown(&state, &request, &caller, (*id, None)).await
}

/// 交办一个问题：牵头单位、配合单位和时限
#[utoipa::path(tag = "问题", request_body = AssignProblem, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/assignment")]
async fn assign_problem(
    state: web::Data<State>,
    request: HttpRequest,
    (caller, actor): (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<AssignProblem>,
) -> Result<HttpResponse, Refused> {
    problems::assign_problem(&state.office, &actor, Id::of(*id), body.into()).await?;
    shown(&state, &request, &caller, (*id, None)).await
}

/// A step about a problem: does it, and shows how the problem stands then.
async fn noted(
    state: &State,
    request: &HttpRequest,
    (caller, actor): (Caller, Actor),
    id: Uuid,
    step: (ProblemDeed, ProblemNote),
) -> Result<HttpResponse, Refused> {
    problems::note_problem(&state.office, &actor, Id::of(id), step).await?;
    shown(state, request, &caller, (id, None)).await
}

/// 写明整改措施
#[utoipa::path(tag = "问题", request_body = RecordMeasure, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/measures")]
async fn record_measure(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<RecordMeasure>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Measure, body.into())).await
}

/// 写明整改进展
#[utoipa::path(tag = "问题", request_body = RecordProgress, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/progress")]
async fn record_progress(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<RecordProgress>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Progress, body.into())).await
}

/// 申请销号：写明申请人，附佐证
#[utoipa::path(tag = "问题", request_body = ApplyForClosure, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/application")]
async fn apply_for_closure(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<ApplyForClosure>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Applied, body.into())).await
}

/// 退回销号申请
#[utoipa::path(tag = "问题", request_body = SendBackProblem, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/return")]
async fn return_problem(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<SendBackProblem>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Returned, body.into())).await
}

/// 销号：核销人须不是申请人
#[utoipa::path(tag = "问题", request_body = CloseProblem, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/closure")]
async fn close_problem(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<CloseProblem>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Closed, body.into())).await
}

/// 撤销误登的问题
#[utoipa::path(tag = "问题", request_body = SendBackProblem, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/withdrawal")]
async fn withdraw_problem(
    state: web::Data<State>,
    request: HttpRequest,
    who: (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<SendBackProblem>,
) -> Result<HttpResponse, Refused> {
    noted(&state, &request, who, *id, (ProblemDeed::Withdrawn, body.into())).await
}

/// 重开已销号的问题：计一次重复，重新交办
#[utoipa::path(tag = "问题", request_body = ReopenProblem, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WholeProblemView), (status = "4XX", body = ProblemView)))]
#[post("/problems/{id}/reopening")]
async fn reopen_problem(
    state: web::Data<State>,
    request: HttpRequest,
    (caller, actor): (Caller, Actor),
    id: web::Path<Uuid>,
    Body(body): Body<ReopenProblem>,
) -> Result<HttpResponse, Refused> {
    problems::reopen_problem(&state.office, &actor, Id::of(*id), body.into()).await?;
    shown(&state, &request, &caller, (*id, None)).await
}
