//! What persons say: verdicts on targets without a number, and reports on the nodes of milestones. Both are append-only.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::assessments::AsOfParams;
use crate::api::http::extract::{Body, Params};
use crate::api::http::page::{List, NoFilter, PageParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, Word};
use crate::domain::{Grade, Node};
use crate::office::rows::PersonVerdictRow;
use crate::office::types::Id;
use crate::office::{Actor, Refusal, plans};

type GradeWord = Word<Grade>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_verdicts).service(give_verdict).service(list_nodes).service(report_node);
}

/// 定性目标的一次人工评定
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonVerdictView {
    /// 编号
    id: Uuid,
    /// 等级
    grade: GradeWord,
    /// 依据
    evidence: String,
    /// 评定人
    person: String,
    /// 评定日期
    given_on: NaiveDate,
    /// 录入时间
    recorded_at: DateTime<Utc>,
}

impl PersonVerdictView {
    fn of(row: PersonVerdictRow) -> Self {
        Self {
            id: row.id.0,
            grade: Word(row.grade.0),
            evidence: row.evidence,
            person: row.person,
            given_on: row.given_on,
            recorded_at: row.recorded_at.and_utc(),
        }
    }
}

/// 评定一个定性目标
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveVerdict {
    /// 等级：achieved、ahead、on_pace、watch、behind、critical或missed
    #[schema(example = "on_pace")]
    grade: GradeWord,
    /// 依据
    #[schema(example = "方案已印发，首批试点名单已公布")]
    evidence: String,
    /// 评定人
    #[schema(example = "综合协调组 张某")]
    person: String,
    /// 评定日期，默认今天
    given_on: Option<NaiveDate>,
}

/// 列出一个定性目标的历次人工评定
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), PageParams), responses(
    (status = 200, body = PageView<PersonVerdictView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/verdicts")]
async fn list_verdicts(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<NoFilter>,
) -> Result<HttpResponse, Refused> {
    state.office.read.find_indicator(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("指标"))?;
    let rows = state.office.read.list_person_verdicts(Id::of(*id), list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, PersonVerdictView::of);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 评定一个定性目标；改变看法另作一次评定，以往的保留
#[utoipa::path(tag = "研判", request_body = GiveVerdict, params(("id" = Uuid, Path, description = "指标编号")),
    responses((status = 201, body = PersonVerdictView), (status = "4XX", body = ProblemView)))]
#[post("/indicators/{id}/verdicts")]
async fn give_verdict(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<GiveVerdict>,
) -> Result<HttpResponse, Refused> {
    let GiveVerdict { grade, evidence, person, given_on } = body;
    let new = plans::NewPersonVerdict { grade: grade.0, evidence, person, given_on };
    let row = plans::give_verdict(&state.office, &actor, Id::of(*id), new).await?;
    respond::created(&format!("/api/v1/indicators/{id}/verdicts"), &PersonVerdictView::of(row))
}

/// 一个节点和它的完成情况
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeStateView {
    /// 节点日期
    on: NaiveDate,
    /// 到此应完成的比例
    fraction: Amount,
    /// 是否完成；为null表示尚无报告
    done: Option<bool>,
    /// 报告的日期
    reported_on: Option<NaiveDate>,
    /// 逾期天数：未完成的算到研判日期，已完成的算到完成之日；为负表示提前
    days_late: i64,
    /// 依据
    evidence: Option<String>,
    /// 报告人
    person: Option<String>,
}

/// 节点及完成情况
#[derive(Debug, Serialize, ToSchema)]
pub struct NodesView {
    /// 指标编号
    indicator_id: Uuid,
    /// 截至日期
    as_of: NaiveDate,
    /// 各节点，按日期先后
    items: Vec<NodeStateView>,
}

/// 报告一个节点的完成情况
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportNode {
    /// 节点日期，须是序时曲线中的节点；没有节点的为目标期末日
    node: NaiveDate,
    /// 是否完成
    done: bool,
    /// 完成（或核实未完成）的日期，默认今天
    reported_on: Option<NaiveDate>,
    /// 依据
    evidence: String,
    /// 报告人
    person: String,
}

/// 列出一个节点类目标的各个节点及完成情况；其他目标没有节点
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), AsOfParams), responses(
    (status = 200, body = NodesView), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/nodes")]
async fn list_nodes(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<AsOfParams>,
) -> Result<HttpResponse, Refused> {
    let as_of = params.as_of.unwrap_or_else(|| state.office.clock.today());
    let row = match plans::reported_by_nodes(&state.office, Id::of(*id)).await {
        Ok(row) => row,
        // One that is reported otherwise has none.
        Err(Refusal::Invalid(_)) => {
            return respond::ok(&request, &NodesView { indicator_id: *id, as_of, items: Vec::new() });
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let reports = state.office.read.list_node_reports_of(&[row.id], as_of).await?;
    let items = plans::nodes(&row)?.into_iter().map(|Node { on, fraction }| {
        let report = reports.iter().rev().find(|report| report.node_on == on);
        let until = report.filter(|report| report.done).map_or(as_of, |report| report.reported_on);
        NodeStateView {
            on,
            fraction: Amount(fraction),
            done: report.map(|report| report.done),
            reported_on: report.map(|report| report.reported_on),
            days_late: (until - on).num_days(),
            evidence: report.map(|report| report.evidence.clone()),
            person: report.map(|report| report.person.clone()),
        }
    });
    respond::ok(&request, &NodesView { indicator_id: *id, as_of, items: items.collect() })
}

/// 报告一个节点的完成情况；以往的报告保留
#[utoipa::path(tag = "研判", request_body = ReportNode, params(("id" = Uuid, Path, description = "指标编号")),
    responses((status = 201, body = NodeStateView), (status = "4XX", body = ProblemView)))]
#[post("/indicators/{id}/nodes")]
async fn report_node(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<ReportNode>,
) -> Result<HttpResponse, Refused> {
    let ReportNode { node, done, reported_on, evidence, person } = body;
    let new = plans::NewNodeReport { node, done, reported_on, evidence, person };
    let (node, row) = plans::report_node(&state.office, &actor, Id::of(*id), new).await?;
    let view = NodeStateView {
        on: row.node_on,
        fraction: Amount(node.fraction),
        done: Some(row.done),
        reported_on: Some(row.reported_on),
        days_late: (row.reported_on - row.node_on).num_days(),
        evidence: Some(row.evidence),
        person: Some(row.person),
    };
    respond::created(&format!("/api/v1/indicators/{id}/nodes"), &view)
}
