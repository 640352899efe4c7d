//! Assessments (研判): the board, and one verdict with its working.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::State;
use super::extract::Params;
use super::indicators::{IndicatorParams, Named, PeriodView};
use super::lookup;
use super::page::{self, List, ListParams, PageView};
use super::problem::{Problem, ProblemView};
use super::respond;
use super::spec::Routes;
use super::verdict::{Beside, VerdictView, places};
use super::wire::{Amount, Word};
use crate::db;
use crate::domain::pace::{Assessment, foreseen, next_report};
use crate::domain::{Grade, TextEnum as _};
use crate::store::StoreError;
use crate::store::evidence;
use crate::store::judging::{Evidence, Judging};
use crate::store::rows::{AssessmentRow, BoardFilter, BoardRow, StatedDifferenceRow, VerdictColumns, word};
use crate::store::types::{Id, Number};

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
    fn of(evidence: &Evidence, as_of: NaiveDate, stated: &[StatedDifferenceRow]) -> Self {
        let (assessment, steps) = evidence.judge_with_working(as_of);
        let context = evidence.context(as_of);
        let spoken_of = |row: &&StatedDifferenceRow| {
            let period = assessment.data_period.map(|period| (period.start(), period.end()));
            period == Some((row.period_start, row.period_end))
                && context.figure.is_some_and(|figure| figure.as_str() == row.figure)
        };
        let stated = stated.iter().filter(spoken_of);
        let foreseen = assessment
            .data_period
            .zip(context.figure)
            .and_then(|(period, figure)| foreseen(&evidence.own, period, figure, as_of));
        let beside = Beside {
            context,
            foreseen,
            release: next_report(&evidence.subject(), &evidence.own),
            overdue_after: evidence.overdue_after,
            stated: stated.map(|row| (row.against.clone(), row.difference.0)).collect(),
            places: places(&evidence.measure, &context),
        };
        Self {
            indicator_id: evidence.row.id.0,
            indicator: evidence.measure.name.clone(),
            as_of,
            verdict: VerdictView::of(assessment, steps, &evidence.pack, &beside),
        }
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
) -> Result<HttpResponse, Problem> {
    let as_of = params.as_of.unwrap_or_else(|| state.clock.today());
    let evidence = evidence::evidence_on(&state.store, &state.desk.calendar, Id(*id), as_of).await?;
    let evidence = evidence.ok_or_else(|| Problem::not_found("指标"))?;
    let stated = db!(state.store, comparisons::list_stated(evidence.row.series_id, as_of))?;
    respond::ok(&request, &AssessmentView::of(&evidence, as_of, &stated))
}

/// 记录下来的一次研判；只在结果与上次不同时记录，记录后不再改动
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedView {
    /// 编号
    id: Uuid,
    /// 研判日期
    as_of: NaiveDate,
    /// 规则包编号
    rule_pack_id: Uuid,
    /// 等级
    #[schema(value_type = String, example = "behind")]
    grade: Word<Grade>,
    /// 等级的中文
    grade_label: &'static str,
    /// 数据期
    data_period: Option<PeriodView>,
    /// 实际值
    actual: Option<Amount>,
    /// 应达值
    expected: Option<Amount>,
    /// 差距，正为好
    gap: Option<Amount>,
    /// 差距（百分点），正为好
    gap_points: Option<Amount>,
    /// 完成比例
    completion: Option<Amount>,
    /// 应完成比例
    due_fraction: Option<Amount>,
    /// 后续每月需完成
    needed_per_month: Option<Amount>,
    /// 后续需增长（%）
    needed_growth: Option<Amount>,
    /// 年末预测值；没有预测的为null
    forecast: Option<Amount>,
    /// 完不成目标的可能性，0到1
    p_miss: Option<Amount>,
    /// 定级规则
    rule: Option<String>,
    /// 记录时间
    recorded_at: DateTime<Utc>,
}

impl RecordedView {
    fn of(row: AssessmentRow) -> Result<Self, StoreError> {
        let grade: Grade = word(&row.grade)?;
        let amount = |number: Option<Number>| number.map(|number| Amount(number.0));
        let period = row.data_start.zip(row.data_end);
        Ok(Self {
            id: row.id.0,
            as_of: row.as_of,
            rule_pack_id: row.rule_pack_id.0,
            grade: Word(grade),
            grade_label: grade.chinese(),
            data_period: period.map(|(start, end)| PeriodView { start, end }),
            actual: amount(row.actual),
            expected: amount(row.expected),
            gap: amount(row.gap),
            gap_points: amount(row.gap_points),
            completion: amount(row.completion),
            due_fraction: amount(row.due_fraction),
            needed_per_month: amount(row.needed_per_month),
            needed_growth: amount(row.needed_growth),
            forecast: amount(row.forecast),
            p_miss: amount(row.p_miss),
            rule: row.rule,
            recorded_at: row.recorded_at.and_utc(),
        })
    }
}

/// List filters of recorded verdicts: none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFilter {}

/// 列出一个指标记录下来的历次研判
#[utoipa::path(tag = "研判", params(("id" = Uuid, Path, description = "指标编号"), ListParams), responses(
    (status = 200, body = PageView<RecordedView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/assessments")]
async fn list_recorded(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<NoFilter>,
) -> Result<HttpResponse, Problem> {
    db!(state.store, indicators::find_indicator(*id))?.ok_or_else(|| Problem::not_found("指标"))?;
    let rows = db!(state.store, indicators::list_assessments(*id, list.page))?;
    let page = PageView::checked(rows, list.page, |row| row.id.0, RecordedView::of)?;
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
    /// 等级
    #[schema(value_type = String, example = "behind")]
    grade: Word<Grade>,
    /// 首次作出这一结果的研判日期
    as_of: Option<NaiveDate>,
    /// 数据期
    data_period: Option<PeriodView>,
    /// 实际值
    actual: Option<Amount>,
    /// 应达值
    expected: Option<Amount>,
    /// 差距，正为好
    gap: Option<Amount>,
    /// 差距（百分点），正为好
    gap_points: Option<Amount>,
    /// 完成比例
    completion: Option<Amount>,
    /// 应完成比例
    due_fraction: Option<Amount>,
    /// 后续每月需完成
    needed_per_month: Option<Amount>,
    /// 后续需增长（%）
    needed_growth: Option<Amount>,
    /// 年末预测值；没有预测的为null
    forecast: Option<Amount>,
    /// 完不成目标的可能性，0到1
    p_miss: Option<Amount>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl BoardView {
    fn of(row: BoardRow) -> Result<Self, StoreError> {
        let amount = |number: Option<Number>| number.map(|number| Amount(number.0));
        let period = row.verdict.data_start.zip(row.verdict.data_end);
        let (lead, lead_name) = row.lead_unit;
        Ok(Self {
            indicator_id: row.id.0,
            indicator: row.measure.0,
            unit: row.measure.1,
            region: row.region.0,
            region_name: row.region.1,
            campaign_id: row.campaign_id.0,
            task: Named { id: row.task.0.0, name: row.task.1 },
            lead_unit: lead.zip(lead_name).map(|(id, name)| Named { id: id.0, name }),
            target: row.phrase,
            grade: Word(word(&row.verdict.grade)?),
            as_of: row.verdict.graded_as_of,
            data_period: period.map(|(start, end)| PeriodView { start, end }),
            actual: amount(row.verdict.actual),
            expected: amount(row.verdict.expected),
            gap: amount(row.verdict.gap),
            gap_points: amount(row.verdict.gap_points),
            completion: amount(row.verdict.completion),
            due_fraction: amount(row.verdict.due_fraction),
            needed_per_month: amount(row.verdict.needed_per_month),
            needed_growth: amount(row.verdict.needed_growth),
            forecast: amount(row.verdict.forecast),
            p_miss: amount(row.verdict.p_miss),
            updated_at: row.updated_at.and_utc(),
        })
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
    /// 攻坚行动：id、文号或名称；含其直属的行动
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
    grade: Option<String>,
    /// 按此日及以前公布的数据重新研判；不填为现行结果
    as_of: Option<NaiveDate>,
}

/// 研判看板：最需要处理的在前
#[utoipa::path(tag = "研判", params(BoardParams), responses(
    (status = 200, body = PageView<BoardView>), (status = "4XX", body = ProblemView)))]
#[get("/assessments")]
async fn list_assessments(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<BoardParams>,
) -> Result<HttpResponse, Problem> {
    let query = request.query_string();
    // Taken before anything is read: what is written meanwhile makes the board one that nobody will ask for.
    let snapshot = db!(state.store, snapshot::find_snapshot())?;
    if let Some(kept) = snapshot.as_deref().and_then(|snapshot| state.shelf.find(query, snapshot)) {
        return respond::kept(&request, &kept);
    }
    let body = board(&state, params).await?;
    if let Some(snapshot) = snapshot {
        state.shelf.keep(query, snapshot, &respond::tag(&body), &body);
    }
    Ok(respond::bytes(&request, body))
}

async fn board(state: &State, params: BoardParams) -> Result<web::Bytes, Problem> {
    let BoardParams { limit, cursor, fields, campaign, task, unit, region, measure, grade, as_of } = params;
    let limit = page::checked_limit(limit)?;
    let after: Option<(i32, Uuid)> = cursor.as_deref().map(page::decode).transpose()?;
    let asked = IndicatorParams { campaign, task, unit, region, measure, grade };
    let filter = asked.filter(state).await?;
    let mut rows = match as_of {
        Some(as_of) => past_board(state, filter, as_of, after).await?,
        None => db!(state.store, indicators::list_board(&filter, limit, after))?,
    };
    if rows.is_empty() {
        asked.expect_campaign(state).await?;
    }
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().map(position);
    let next_cursor = last.filter(|_| more).map(|position| page::encode(&position));
    let items = rows.into_iter().map(BoardView::of).collect::<Result<_, _>>()?;
    respond::list_bytes(&PageView { items, next_cursor }, fields.as_deref())
}

/// Place on the board.
fn position(row: &BoardRow) -> (i32, Uuid) {
    (row.verdict.grade_rank, row.id.0)
}

/// The board as it would have been on another day: judged again, in the same order.
async fn past_board(
    state: &State,
    mut filter: BoardFilter,
    as_of: NaiveDate,
    after: Option<(i32, Uuid)>,
) -> Result<Vec<BoardRow>, Problem> {
    let grades = filter.grades.take();
    if let Some(campaign) = filter.family.take() {
        let key = campaign.0.to_string();
        filter.campaigns = lookup::maybe_campaign_family(state, Some(&key)).await?;
    }
    let campaigns = filter.campaigns.clone();
    let mut judging = Judging::start(&state.store, &state.desk.calendar, as_of, campaigns).await?;
    let mut verdicts = HashMap::new();
    while let Some(judged) = judging.next_page().await? {
        let one = |(evidence, assessment): (Evidence, Assessment)| {
            (evidence.row.id, (VerdictColumns::of(&assessment, as_of), evidence.row.target))
        };
        verdicts.extend(judged.into_iter().map(one));
    }
    // In one statement: a line's place may change between two.
    let mut rows = db!(state.store, indicators::list_board(&filter, i64::MAX - 1, None))?;
    rows.retain_mut(|row| match verdicts.remove(&row.id) {
        Some((verdict, target)) => {
            (row.verdict, row.kind, row.phrase) = (verdict, target.kind, target.phrase);
            grades.as_ref().is_none_or(|wanted| wanted.contains(&row.verdict.grade))
        }
        None => false,
    });
    rows.sort_by_key(position);
    rows.retain(|row| after.is_none_or(|after| position(row) > after));
    Ok(rows)
}
