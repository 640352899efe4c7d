//! Assessments (研判): the board, and one verdict with its working.

pub(in crate::api) mod beside;
pub(in crate::api) mod board_book;
pub(in crate::api) mod board_cache;
pub(in crate::api) mod figures;
pub(in crate::api) mod needs;
pub(in crate::api) mod past_boards;
pub mod preview;
mod stage_values;
pub(in crate::api) mod stated;
pub(in crate::api) mod verdict;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::assessments::beside::Stated;
use crate::api::assessments::figures::FiguresView;
use crate::api::assessments::past_boards::Order;
use crate::api::assessments::verdict::VerdictView;
use crate::api::http::csv_table;
use crate::api::http::extract::Params;
use crate::api::http::page::{self, List, NoFilter, PageParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::indicators::{GradeWords, IndicatorParams, Named};
use crate::domain::pace::Grounds;
use crate::letter::Templates;
use crate::office::assessed;
use crate::office::rows::{AssessmentRow, BoardFilter, BoardRow, grade_rank};
use crate::office::types::{Id, IndicatorId};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_assessments).service(find_assessment).service(list_recorded);
}

/// 研判结果，附全部计算过程
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentView {
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 研判日期：只依据此日及以前公布的数据
    as_of: NaiveDate,
    /// 研判结果
    #[serde(flatten)]
    verdict: VerdictView,
}

impl AssessmentView {
    fn of(
        (indicator_id, grounds): (Uuid, &Grounds),
        as_of: NaiveDate,
        stated: Vec<Stated>,
        templates: &Templates,
    ) -> Result<Self, Refused> {
        Ok(Self {
            indicator_id,
            indicator: grounds.measure.name.clone(),
            as_of,
            verdict: VerdictView::on(grounds, as_of, stated, templates)?,
        })
    }
}

/// 研判日期
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfParams {
    /// 研判日期，默认今天
    pub as_of: Option<NaiveDate>,
}

/// 读取一个指标的研判结果和计算过程
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), AsOfParams), responses(
    (status = 200, body = AssessmentView), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/assessment")]
async fn find_assessment(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<AsOfParams>,
) -> Result<HttpResponse, Refused> {
    let as_of = params.as_of.unwrap_or_else(|| state.office.clock.today());
    let found = assessed::grounds_on(&state.office, Id::of(*id), as_of).await?;
    let (grounds, stated) = found.ok_or_else(|| Refused::not_found("指标"))?;
    let stated = stated.into_iter().map(Stated::from).collect();
    let templates = &state.office.letters.templates;
    let mut view = AssessmentView::of((*id, &grounds), as_of, stated, templates)?;
    if let Some(then) = state.office.read.list_board_on(&[Id::of(*id)], as_of).await?.pop() {
        view.indicator = then.measure.1;
    }
    respond::ok(&request, &view)
}

/// 记录下来的一次研判；只在结果与上次不同时记录，记录后不再改动
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedView {
    /// 编号
    id: Uuid,
    /// 规则包编号
    rule_pack_id: Uuid,
    /// 记录时间
    recorded_at: DateTime<Utc>,
    /// 各项数值
    #[serde(flatten)]
    figures: FiguresView,
}

impl RecordedView {
    pub(in crate::api) fn of(row: &AssessmentRow) -> Self {
        Self {
            id: row.id.0,
            rule_pack_id: row.rule_pack_id.0,
            recorded_at: row.recorded_at.and_utc(),
            figures: FiguresView::of(row),
        }
    }
}

/// 列出一个指标记录下来的历次研判
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), PageParams), responses(
    (status = 200, body = PageView<RecordedView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/assessments")]
async fn list_recorded(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<NoFilter>,
) -> Result<HttpResponse, Refused> {
    state.office.read.find_indicator(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("指标"))?;
    let rows = state.office.read.list_assessments(Id::of(*id), list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, |row| RecordedView::of(&row));
    respond::list(&request, &page, list.fields.as_deref())
}

/// 看板的一行
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardView {
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 计量单位
    unit: String,
    /// 行政区代码
    region: String,
    /// 行政区名称
    region_name: String,
    /// 攻坚行动编号
    campaign_id: Uuid,
    /// 任务
    task: Named,
    /// 牵头单位
    lead_unit: Option<Named>,
    /// 目标原文；为null表示未下达
    target: Option<String>,
    /// 研判更新中：所依据的数据、目标或规则刚有变化，几秒后更新
    updating: bool,
    /// 各项数值
    #[serde(flatten)]
    figures: FiguresView,
    /// 目标或研判最近一次更新的时间；按as_of查询时为该日24时
    updated_at: DateTime<Utc>,
}

impl BoardView {
    fn of(row: BoardRow, marked: &[IndicatorId]) -> Self {
        let (lead, lead_name) = row.lead_unit;
        Self {
            indicator_id: row.id.0,
            indicator: row.measure.1,
            unit: row.measure.2,
            region: row.region.0,
            region_name: row.region.1,
            campaign_id: row.campaign_id.0,
            task: Named { id: row.task.0.0, name: row.task.1 },
            lead_unit: lead.zip(lead_name).map(|(id, name)| Named { id: id.0, name }),
            target: row.phrase,
            updating: marked.contains(&row.id),
            figures: FiguresView::in_force(&row.current, row.assessment.as_ref()),
            updated_at: row.planned_at.max(row.current.updated_at).and_utc(),
        }
    }
}

/// 看板查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardParams {
    /// 每页条数，1至500，默认50
    limit: Option<i64>,
    /// 上一页返回的next_cursor
    cursor: Option<String>,
    /// 只要这些字段，以逗号分隔
    fields: Option<String>,
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 任务编号
    task: Option<Uuid>,
    /// 牵头单位：id、信用代码或名称
    unit: Option<String>,
    /// 行政区：id、代码或名称
    region: Option<String>,
    /// 指标口径：id、名称或别名
    measure: Option<String>,
    /// 等级，可用逗号分隔多个
    #[param(inline)]
    grade: Option<GradeWords>,
    /// 按此日及以前公布的数据重新研判；不填为现行结果
    as_of: Option<NaiveDate>,
    /// 只要目标或研判在此时刻之后更新过的，RFC 3339格式；不能与as_of同用
    #[param(format = DateTime)]
    updated_after: Option<String>,
}

/// 研判看板：最需要处理的在前
#[utoipa::path(tag = "研判", params(BoardParams), responses(
    (status = 200, body = PageView<BoardView>), (status = "4XX", body = ProblemView)))]
#[get("/assessments")]
async fn list_assessments(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<BoardParams>,
) -> Result<HttpResponse, Refused> {
    if csv_table::is_asked(&request) {
        let (page, fields) = board(&state, params).await?;
        return respond::list(&request, &page, fields.as_deref());
    }
    let query = request.query_string();
    // Taken before anything is read: what is written meanwhile makes the board one that nobody will ask for.
    let snapshot = state.office.read.find_snapshot().await?;
    if let Some(kept) = snapshot.as_deref().and_then(|snapshot| state.board_cache.find(query, snapshot)) {
        return respond::kept(&request, &kept);
    }
    let (page, fields) = board(&state, params).await?;
    let body = respond::list_bytes(&page, fields.as_deref())?;
    if let Some(snapshot) = snapshot {
        state.board_cache.keep(query, snapshot, &respond::tag(&body), &body);
    }
    Ok(respond::bytes(&request, body))
}

/// A page of the board, and the fields that are asked for.
async fn board(state: &State, params: BoardParams) -> Result<(PageView<BoardView>, Option<String>), Refused> {
    let BoardParams {
        limit,
        cursor,
        fields,
        campaign,
        task,
        unit,
        region,
        measure,
        grade,
        as_of,
        updated_after,
    } = params;
    let limit = page::checked_limit(limit)?;
    let after: Option<(i32, Uuid)> = cursor.as_deref().map(page::decode).transpose()?;
    let after = after.map(|(rank, id)| (rank, Id::of(id)));
    let updated_after = updated_after.as_deref().map(page::instant).transpose()?;
    if as_of.is_some() && updated_after.is_some() {
        return Err(page::refuse(
            "updated_after",
            "conflict",
            "updated_after不能与as_of同用，请去掉其中一个。",
        ));
    }
    let asked = IndicatorParams { campaign, task, unit, region, measure, grade, retired: None };
    let alive_on = Some(as_of.unwrap_or_else(|| state.office.clock.today()));
    let filter = BoardFilter { updated_after, alive_on, ..asked.filter(state).await? };
    let mut rows = match as_of {
        Some(as_of) => past_board(state, filter, as_of, (limit, after)).await?,
        None => state.office.read.list_board(&filter, limit, after).await?,
    };
    if rows.is_empty() {
        asked.expect_campaign(state).await?;
    }
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().map(position);
    let next_cursor = last.filter(|_| more).map(|position| page::encode(&position));
    let ids: Vec<IndicatorId> = rows.iter().filter(|_| as_of.is_none()).map(|row| row.id).collect();
    let marked = marked(state, &ids).await?;
    let items = rows.into_iter().map(|row| BoardView::of(row, &marked)).collect();
    Ok((PageView { items, next_cursor, etags: None }, fields))
}

/// Those of these indicators that are about to be judged again.
pub(super) async fn marked(state: &State, ids: &[IndicatorId]) -> Result<Vec<IndicatorId>, Refused> {
    Ok(assessed::list_marked(&state.office, ids).await?)
}

/// Place on the board.
fn position(row: &BoardRow) -> (i32, Uuid) {
    (row.current.grade_rank, row.id.0)
}

/// The board as it would have been on another day: judged again, in the same order. One line more than `limit` means that
/// there are more.
async fn past_board(
    state: &State,
    mut filter: BoardFilter,
    as_of: NaiveDate,
    (limit, after): (i64, Option<(i32, IndicatorId)>),
) -> Result<Vec<BoardRow>, Refused> {
    let snapshot = state.office.read.find_snapshot().await?;
    let ranks: Option<Vec<i32>> =
        filter.grades.take().map(|grades| grades.into_iter().map(grade_rank).collect());
    let name = format!("{as_of} {filter:?} {snapshot:?}");
    let judge = past_order(state, &filter, as_of);
    let order = state.board_cache.past.order(&name, snapshot.is_some(), judge).await?;
    let passes = |(rank, id): &&(i32, IndicatorId)| {
        ranks.as_ref().is_none_or(|ranks| ranks.contains(rank))
            && after.is_none_or(|after| (*rank, *id) > after)
    };
    let shown = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    let ids: Vec<IndicatorId> = order.iter().filter(passes).take(shown).map(|(_, id)| *id).collect();
    let mut rows = assessed::board_on(&state.office, &ids, as_of).await?;
    rows.sort_by_key(position);
    Ok(rows)
}

/// Judges all that passes the filter, and keeps the order alone.
async fn past_order(state: &State, filter: &BoardFilter, as_of: NaiveDate) -> Result<Order, Refused> {
    Ok(assessed::board_order(&state.office, filter, as_of).await?.into())
}
