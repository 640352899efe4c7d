//! Plans by the bulk: a whole plan as one document, put in as often as wanted.

mod plan_bodies;
mod plan_reading;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::refused::{Code, FieldError, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{BulkReport, Word};
use crate::domain::PlanPart;
use crate::office::Actor;
use crate::office::plans::{self, Fate, NODES_MAX, PlacedPart};
use plan_bodies::PutPlan;
use plan_reading::ReadPlan;

type PartWord = Word<PlanPart>;

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(put_plan);
}

/// 录入方式
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanParams {
    /// true为试运行：只报告结果，不写入
    #[serde(default)]
    dry_run: bool,
    /// all逐项列出结果；errors只列不合要求的；默认all
    #[serde(default)]
    #[param(inline)]
    report: BulkReport,
}

/// 方案录入结果
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanReport {
    /// 是否试运行
    dry_run: bool,
    /// 各类合计
    parts: Vec<PlanPartCounts>,
    /// 逐项结果，次序同请求
    items: Vec<PlanOutcome>,
}

/// 一类的合计
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanPartCounts {
    /// 类别
    part: PartWord,
    /// 新建
    created: usize,
    /// 修改
    updated: usize,
    /// 未变
    unchanged: usize,
    /// 不合要求
    refused: usize,
    /// 因上级不合要求而未处理
    skipped: usize,
}

/// 一项的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanOutcome {
    /// 在请求中的位置（JSON指针）
    #[schema(example = "/campaigns/0/tasks/1")]
    pointer: String,
    /// 类别
    part: PartWord,
    /// created、updated、unchanged、refused或skipped
    outcome: &'static str,
    /// 编号；试运行时新建的没有
    id: Option<Uuid>,
    /// 不合要求之处
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

impl PlanOutcome {
    fn of(PlacedPart { pointer, part, fate }: PlacedPart, dry_run: bool) -> Self {
        let (outcome, id, errors) = match fate {
            Fate::Created(id) => ("created", Some(id).filter(|_| !dry_run), Vec::new()),
            Fate::Updated(id) => ("updated", Some(id), Vec::new()),
            Fate::Unchanged(id) => ("unchanged", Some(id), Vec::new()),
            Fate::Skipped => ("skipped", None, Vec::new()),
            Fate::Refused(refusal) => {
                ("refused", None, told(Refused::from(*refusal).within(&pointer), &pointer))
            }
        };
        Self { pointer, part: Word(part), outcome, id, errors }
    }
}

/// What is wrong with the thing at `pointer`; at least one thing.
fn told(refused: Refused, pointer: &str) -> Vec<FieldError> {
    if !refused.errors.is_empty() {
        return refused.errors;
    }
    Refused::at(refused.code, pointer, refused.code.as_str(), refused.detail).errors
}

/// What came of everything in the document, in its order: what could be read, and what could not.
fn outcomes(read: ReadPlan, placed: Vec<PlacedPart>, dry_run: bool) -> Vec<PlanOutcome> {
    let in_document = |mut one: PlanOutcome| {
        one.pointer = read.pointer(&one.pointer);
        for error in &mut one.errors {
            error.pointer = read.pointer(&error.pointer);
        }
        one
    };
    let mut items: Vec<PlanOutcome> =
        placed.into_iter().map(|one| in_document(PlanOutcome::of(one, dry_run))).collect();
    if read.unread.is_empty() {
        return items;
    }
    items.extend(read.unread.into_iter().map(|one| PlanOutcome {
        outcome: if one.errors.is_empty() { "skipped" } else { "refused" },
        pointer: one.pointer,
        part: Word(one.part),
        id: None,
        errors: one.errors,
    }));
    items.sort_by_cached_key(|item| (place(&item.pointer), item.outcome != "refused"));
    items.dedup_by(|later, first| {
        let same = later.pointer == first.pointer;
        if same {
            first.errors.append(&mut later.errors);
        }
        same
    });
    items
}

/// What a pointer is sorted by: lists as the document's description has them, their parts by number.
fn place(pointer: &str) -> Vec<usize> {
    const LISTS: [&str; 6] = ["units", "contacts", "measures", "indicators", "tasks", "campaigns"];
    let part = |part: &str| part.parse().ok().or_else(|| LISTS.iter().position(|list| *list == part));
    pointer.split('/').skip(1).map(|one| part(one).unwrap_or(usize::MAX)).collect()
}

impl PlanReport {
    fn of(items: Vec<PlanOutcome>, dry_run: bool, report: BulkReport) -> Self {
        let mut parts: BTreeMap<&'static str, PlanPartCounts> = BTreeMap::new();
        for item in &items {
            let none = PlanPartCounts {
                part: item.part,
                created: 0,
                updated: 0,
                unchanged: 0,
                refused: 0,
                skipped: 0,
            };
            let counts = parts.entry(crate::domain::TextEnum::as_str(item.part.0)).or_insert(none);
            *match item.outcome {
                "created" => &mut counts.created,
                "updated" => &mut counts.updated,
                "unchanged" => &mut counts.unchanged,
                "refused" => &mut counts.refused,
                _ => &mut counts.skipped,
            } += 1;
        }
        let shown = |item: &PlanOutcome| report == BulkReport::All || item.outcome == "refused";
        Self {
            dry_run,
            parts: parts.into_values().collect(),
            items: items.into_iter().filter(shown).collect(),
        }
    }
}

/// 整体录入方案：责任单位、联络员、指标口径、攻坚行动、任务和指标一次写入
///
/// 已有的按外部编号或自然键认出（责任单位：行政区和名称；联络员：单位、邮箱和角色；指标口径：名称或别名；攻坚行动：行政区、
/// 起始日和名称；任务：上级和名称；指标：任务、指标口径和行政区），只改写明的字段；没有的新建；方案中没有提到的不动。有一项不合
/// 要求则全部不写，逐项说明；重复提交不会重复建立。
#[utoipa::path(tag = "攻坚行动", params(PlanParams), request_body = PutPlan, responses(
    (status = 200, body = PlanReport), (status = "4XX", body = ProblemView)))]
#[put("/plans")]
async fn put_plan(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    Params(params): Params<PlanParams>,
    Body(body): Body<PutPlan>,
) -> Result<HttpResponse, Refused> {
    let read = body.read();
    let count = read.tree.len() + read.unread.len();
    if count == 0 || count > NODES_MAX {
        let detail = format!("一次应录入1至{NODES_MAX}项，请分批提交。");
        return Err(Refused::at(Code::Invalid, "", "out_of_range", detail));
    }
    let tried = params.dry_run || !read.unread.is_empty();
    let placed = plans::put_plan(&state.office, &actor, &read.tree, tried).await?;
    let items = outcomes(read, placed, tried);
    let refused = items.iter().any(|item| item.outcome == "refused");
    if refused && !params.dry_run {
        return Err(Refused::many(items.into_iter().flat_map(|item| item.errors).collect()));
    }
    respond::ok(&request, &PlanReport::of(items, params.dry_run, params.report))
}
