//! Tasks (任务) and who answers for them.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::ExternalIds;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::ResponsibilityRole;
use crate::office::plans::{self, NewPart};
use crate::office::rows::{ResponsibilityRow, TaskFilter, TaskRow};
use crate::office::types::{Id, TaskId, of_any};
use crate::office::{Actor, ChangeReason};

/// 牵头或配合
pub type RoleWord = Word<ResponsibilityRole>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_tasks).service(create_task).service(find_task).service(update_task);
}

/// 任务
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskView {
    /// 编号
    id: Uuid,
    /// 所属攻坚行动
    campaign_id: Uuid,
    /// 上级任务；为null表示第一层
    parent_id: Option<Uuid>,
    /// 在同级中的序号
    ordinal: i32,
    /// 名称
    #[schema(example = "推动增收减负")]
    name: String,
    /// 本任务写明的职责分工；为空时沿用上级任务
    responsibilities: Vec<ResponsibilityView>,
    /// 责任单位是否以“等”结尾
    units_open: bool,
    /// 外部编号：数据所属系统对它的编号
    external_id: Option<String>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
    /// 自此日起停用；为null表示在用
    retired_on: Option<NaiveDate>,
    /// 停用的理由
    retired_reason: Option<String>,
}

/// 职责分工
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponsibilityView {
    /// 单位编号
    unit_id: Uuid,
    /// 单位名称
    name: String,
    /// 牵头或配合
    role: RoleWord,
}

type Parts = Vec<(ResponsibilityRow, String)>;

impl TaskView {
    pub(in crate::api) fn of(row: TaskRow, parts: Parts, external: &ExternalIds) -> Self {
        let view = |(part, name): (ResponsibilityRow, String)| ResponsibilityView {
            unit_id: part.unit_id.0,
            name,
            role: Word(part.role.0),
        };
        Self {
            external_id: external.get(&row.id.of_any()).cloned(),
            id: row.id.0,
            campaign_id: row.campaign_id.0,
            parent_id: row.parent_id.map(|id| id.0),
            ordinal: row.ordinal,
            name: row.name,
            responsibilities: parts.into_iter().map(view).collect(),
            units_open: row.units_open,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason,
        }
    }
}

/// 一个单位的职责
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    /// 单位：id、信用代码或名称
    #[schema(example = "省商务厅")]
    unit: String,
    /// 牵头lead或配合support
    role: RoleWord,
}

impl From<PartBody> for NewPart {
    fn from(body: PartBody) -> Self {
        Self { unit: body.unit, role: body.role.0 }
    }
}

/// 新建任务
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    /// 所属攻坚行动：id、文号或名称
    #[schema(example = "内需扩量提效攻坚")]
    campaign: String,
    /// 上级任务的id，须属于同一个攻坚行动
    parent: Option<String>,
    /// 在同级中的序号，默认1
    #[serde(default = "first")]
    ordinal: i32,
    /// 名称，同一上级下唯一
    #[schema(example = "推动增收减负")]
    name: String,
    /// 职责分工，按文件中的顺序；第一个牵头单位收函
    #[serde(default)]
    responsibilities: Vec<PartBody>,
    /// 责任单位是否以“等”结尾，默认否
    #[serde(default)]
    units_open: bool,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
}

impl From<CreateTask> for plans::NewTask {
    fn from(body: CreateTask) -> Self {
        let CreateTask { campaign, parent, ordinal, name, responsibilities, units_open, external_id } = body;
        let parts = responsibilities.into_iter().map(NewPart::from).collect();
        Self { campaign, parent, ordinal, name, parts, units_open, external_id }
    }
}

fn first() -> i32 {
    1
}

/// 修改任务；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTask {
    /// 上级任务的id，须属于同一个攻坚行动
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<String>>,
    /// 在同级中的序号
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = i32)]
    ordinal: Option<i32>,
    /// 名称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 职责分工，整体替换；沿用本任务分工的指标随之改由新的牵头单位收函
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<PartBody>)]
    responsibilities: Option<Vec<PartBody>>,
    /// 责任单位是否以“等”结尾
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = bool)]
    units_open: Option<bool>,
    /// 外部编号
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// 修改理由，牵头单位变化时随之留存
    reason: Option<String>,
    /// 自哪天起用新名称、由新的牵头单位负责，默认今天；早于今天的用于更正，不得晚于今天。此前各日的看板仍显示原名称、原牵头单位
    effective_on: Option<NaiveDate>,
}

impl From<UpdateTask> for plans::TaskEdit {
    fn from(body: UpdateTask) -> Self {
        Self {
            parent: body.parent,
            ordinal: body.ordinal,
            name: body.name,
            parts: body.responsibilities.map(|list| list.into_iter().map(NewPart::from).collect()),
            units_open: body.units_open,
            external_id: body.external_id,
            why: ChangeReason { reason: body.reason, effective_on: body.effective_on },
        }
    }
}

/// 任务查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 上级任务的id
    parent: Option<String>,
    /// 在任务中写明职责的单位：id、信用代码或名称
    unit: Option<String>,
    /// true时连同已停用的一并列出
    retired: Option<bool>,
}

/// 列出任务
#[utoipa::path(tag = "任务", params(ListParams, TaskParams), responses(
    (status = 200, body = PageView<TaskView>), (status = "4XX", body = ProblemView)))]
#[get("/tasks")]
async fn list_tasks(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<TaskParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let campaigns = lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?;
    let parent = lookup::maybe_task(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = TaskFilter {
        campaigns,
        campaign_id: None,
        parent_id: parent.map(|row| row.id),
        unit_id: unit.map(|row| row.id),
        updated_after: list.updated_after,
        with_retired: params.retired == Some(true) || list.updated_after.is_some(),
    };
    let rows = state.office.read.list_tasks(&filter, list.page).await?;
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    let mut parts: HashMap<TaskId, Parts> = HashMap::new();
    for (part, name) in state.office.read.list_task_responsibilities(&ids).await? {
        if let Some(task) = part.task_id {
            parts.entry(task).or_default().push((part, name));
        }
    }
    let external = state.office.read.list_external_ids(&of_any(&ids)).await?;
    let view = |row: TaskRow| {
        let its = parts.remove(&row.id).unwrap_or_default();
        TaskView::of(row, its, &external)
    };
    let page = PageView::new(rows, list.page, |row| row.id.0, view);
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建任务
#[utoipa::path(tag = "任务", request_body = CreateTask, responses(
    (status = 201, body = TaskView), (status = "4XX", body = ProblemView)))]
#[post("/tasks")]
async fn create_task(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateTask>,
) -> Result<HttpResponse, Refused> {
    let row = plans::create_task(&state.office, &actor, body.into()).await?;
    respond::created(&format!("/api/v1/tasks/{}", row.id.0), &view(&state, row).await?)
}

async fn view(state: &State, row: TaskRow) -> Result<TaskView, Refused> {
    let parts = state.office.read.list_task_responsibilities(&[row.id]).await?;
    let external = state.office.read.list_external_ids(&[row.id.of_any()]).await?;
    Ok(TaskView::of(row, parts, &external))
}

/// 读取一个任务
#[utoipa::path(tag = "任务", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = TaskView), (status = "4XX", body = ProblemView)))]
#[get("/tasks/{id}")]
async fn find_task(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    respond::one(&request, &view(&state, row).await?, params.fields.as_deref())
}

async fn load(state: &State, id: Uuid) -> Result<TaskRow, Refused> {
    state.office.read.find_task(Id::of(id)).await?.ok_or_else(|| Refused::not_found("任务"))
}

/// 修改任务（须带If-Match）
#[utoipa::path(tag = "任务", request_body = UpdateTask,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = TaskView), (status = "4XX", body = ProblemView)))]
#[patch("/tasks/{id}")]
async fn update_task(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateTask>,
) -> Result<HttpResponse, Refused> {
    let present = load(&state, *id).await?;
    respond::if_match(&request, &view(&state, present.clone()).await?)?;
    let row = plans::update_task(&state.office, &actor, present, body.into()).await?;
    respond::ok(&request, &view(&state, row).await?)
}
