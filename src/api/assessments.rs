//! Assessments (研判): the board, and one verdict with its working.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::State;
use super::extract::Params;
use super::indicators::{IndicatorParams, IndicatorView, Named, PeriodView};
use super::page::{self, PageView};
use super::problem::{Problem, ProblemView};
use super::respond;
use super::wire::{Amount, Word};
use crate::db;
use crate::domain::pace::{Assessment, Ratio, Step};
use crate::domain::{Grade, Period, RulePack, TextEnum as _};
use crate::store::judging::{self, Evidence, Judging};
use crate::store::rows::{BoardFilter, BoardRow, Page, VerdictColumns};
use crate::store::types::Id;

/// Adds the resource's routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_assessments).service(find_assessment);
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
    /// 应达区间的另一端
    expected_hi: Option<Amount>,
    /// 差距，正为好
    gap: Option<Amount>,
    /// 差距（百分点），正为好
    gap_points: Option<Amount>,
    /// 完成比例，0.25即25%
    completion: Option<Amount>,
    /// 应完成比例
    due_fraction: Option<Amount>,
    /// 按月均衡的应完成比例
    linear_pace: Option<Amount>,
    /// 上年同期完成比例
    last_year_pace: Option<Amount>,
    /// 采用的序时曲线
    curve: Option<String>,
    /// 后续每月需完成
    needed_per_month: Option<Amount>,
    /// 至今每月平均完成
    average_per_month: Option<Amount>,
    /// 后续需增长（%）
    needed_growth: Option<Amount>,
    /// 与其他序列的对比
    benchmarks: Vec<BenchmarkView>,
    /// 位次
    rank: Option<RankView>,
    /// 连续期数：正为连续达到，负为连续未达
    streak: i32,
    /// 缺少的数据
    missing: Vec<MissingView>,
    /// 定级规则
    rule: RuleView,
    /// 计算过程
    working: Vec<StepView>,
}

/// 与其他序列的对比
#[derive(Debug, Serialize, ToSchema)]
pub struct BenchmarkView {
    /// 对比对象
    name: String,
    /// 对比对象的值
    value: Amount,
    /// 差距，正为好
    gap: Amount,
}

/// 位次
#[derive(Debug, Serialize, ToSchema)]
pub struct RankView {
    /// 第几位
    position: usize,
    /// 共几个
    of: usize,
}

/// 缺少的数据
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// 代码
    code: &'static str,
    /// 说明
    detail: &'static str,
}

/// 定级规则
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleView {
    /// 规则包名称和版本
    #[schema(example = "standard@1")]
    pack: String,
    /// 规则
    rule: &'static str,
    /// 规则的中文
    rule_label: &'static str,
    /// 与阈值比较的差额（正为不足）
    shortfall: Option<Amount>,
    /// 是否因滞后解除余量而维持原等级
    held: bool,
    /// 阈值
    thresholds: Option<ThresholdsView>,
}

/// 阈值
#[derive(Debug, Serialize, ToSchema)]
pub struct ThresholdsView {
    /// 超序时
    ahead: Amount,
    /// 关注
    watch: Amount,
    /// 滞后
    behind: Amount,
    /// 严重滞后
    critical: Amount,
    /// 解除余量
    lift: Amount,
}

/// 一步计算
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    /// 公式
    formula: &'static str,
    /// 输入
    inputs: Vec<InputView>,
    /// 结果
    result: String,
}

/// 计算的输入
#[derive(Debug, Serialize, ToSchema)]
pub struct InputView {
    /// 名称
    name: String,
    /// 值
    value: String,
}

fn amount(ratio: Option<Ratio>) -> Option<Amount> {
    ratio.and_then(Ratio::value).map(Amount)
}

impl AssessmentView {
    fn of(evidence: &Evidence, as_of: NaiveDate, (assessment, steps): (Assessment, Vec<Step>)) -> Self {
        let steps = steps.into_iter().map(|step| StepView {
            formula: step.formula,
            inputs: step.inputs.into_iter().map(|(name, value)| InputView { name, value }).collect(),
            result: step.result,
        });
        let missing =
            assessment.missing.iter().map(|one| MissingView { code: one.as_str(), detail: one.chinese() });
        Self {
            indicator_id: evidence.row.id.0,
            indicator: evidence.measure.name.clone(),
            as_of,
            grade: Word(assessment.grade),
            grade_label: assessment.grade.chinese(),
            data_period: assessment.data_period.map(period),
            actual: assessment.actual.map(Amount),
            expected: amount(assessment.expected),
            expected_hi: amount(assessment.expected_hi),
            gap: amount(assessment.gap),
            gap_points: amount(assessment.gap_points),
            completion: amount(assessment.completion),
            due_fraction: amount(assessment.due_fraction),
            linear_pace: amount(assessment.linear_pace),
            last_year_pace: amount(assessment.last_year_pace),
            curve: assessment.curve_used.map(|curve| curve.to_string()),
            needed_per_month: amount(assessment.needed_per_month),
            average_per_month: amount(assessment.average_per_month),
            needed_growth: amount(assessment.needed_growth),
            streak: assessment.streak,
            missing: missing.collect(),
            rule: RuleView::of(&assessment, &evidence.pack),
            working: steps.collect(),
            rank: assessment.rank.map(|rank| RankView { position: rank.position, of: rank.of }),
            benchmarks: assessment
                .benchmarks
                .into_iter()
                .map(|one| BenchmarkView { name: one.name, value: Amount(one.value), gap: Amount(one.gap) })
                .collect(),
        }
    }
}

impl RuleView {
    fn of(assessment: &Assessment, pack: &RulePack) -> Self {
        let rule = assessment.rule;
        Self {
            pack: format!("{}@{}", pack.name, pack.version),
            rule: rule.id.as_str(),
            rule_label: rule.id.chinese(),
            shortfall: rule.shortfall.map(Amount),
            held: rule.held,
            thresholds: pack.bands(rule.id).map(|bands| ThresholdsView {
                ahead: Amount(bands.ahead),
                watch: Amount(bands.watch),
                behind: Amount(bands.behind),
                critical: Amount(bands.critical),
                lift: Amount(bands.lift),
            }),
        }
    }
}

fn period(period: Period) -> PeriodView {
    PeriodView { start: period.start(), end: period.end() }
}

/// 研判日期
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfParams {
    /// 研判日期，默认今天
    as_of: Option<NaiveDate>,
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
    let evidence = judging::evidence_on(&state.store, &state.desk.calendar, Id(*id), as_of).await?;
    let evidence = evidence.ok_or_else(|| Problem::not_found("指标"))?;
    respond::ok(&request, &AssessmentView::of(&evidence, as_of, evidence.judge_with_working(as_of)))
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
    /// 最近修改时间
    updated_at: DateTime<Utc>,
}

impl BoardView {
    fn of(row: BoardRow) -> Result<Self, Problem> {
        let IndicatorView {
            id,
            measure,
            unit,
            region,
            region_name,
            campaign_id,
            task,
            lead_unit,
            verdict,
            updated_at,
            ..
        } = IndicatorView::of(row.clone())?;
        Ok(Self {
            indicator_id: id,
            indicator: measure.name,
            unit,
            region,
            region_name,
            campaign_id,
            task,
            lead_unit,
            target: row.indicator.target.phrase,
            grade: verdict.grade,
            as_of: verdict.as_of,
            data_period: verdict.data_period,
            actual: verdict.actual,
            expected: verdict.expected,
            gap: verdict.gap,
            gap_points: verdict.gap_points,
            completion: verdict.completion,
            due_fraction: verdict.due_fraction,
            needed_per_month: verdict.needed_per_month,
            needed_growth: verdict.needed_growth,
            updated_at,
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
    let BoardParams { limit, cursor, fields, campaign, task, unit, region, measure, grade, as_of } = params;
    let limit = page::checked_limit(limit)?;
    let after: Option<(i32, Uuid)> = cursor.as_deref().map(page::decode).transpose()?;
    let filter = IndicatorParams { campaign, task, unit, region, measure, grade }.filter(&state).await?;
    let mut rows = match as_of {
        Some(as_of) => past_board(&state, filter, as_of, after).await?,
        None => {
            let filter = BoardFilter { worst_first: Some(after), ..filter };
            db!(state.store, indicators::list_indicators(&filter, Page { limit, after: None }))?
        }
    };
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let last = rows.last().map(|row| (row.indicator.verdict.grade_rank, row.indicator.id.0));
    let next_cursor = last.filter(|_| more).map(|position| page::encode(&position));
    let items = rows.into_iter().map(BoardView::of).collect::<Result<_, _>>()?;
    respond::list(&request, &PageView { items, next_cursor }, fields.as_deref())
}

/// The board as it would have been on another day: judged again, in the same order.
async fn past_board(
    state: &State,
    mut filter: BoardFilter,
    as_of: NaiveDate,
    after: Option<(i32, Uuid)>,
) -> Result<Vec<BoardRow>, Problem> {
    let grades = filter.grades.take();
    let campaigns = filter.campaigns.clone();
    let mut judging = Judging::start(&state.store, &state.desk.calendar, as_of, campaigns).await?;
    let mut verdicts = HashMap::new();
    while let Some(judged) = judging.next_page().await? {
        let one = |(evidence, assessment): (Evidence, Assessment)| {
            (evidence.row.id, VerdictColumns::of(&assessment, as_of))
        };
        verdicts.extend(judged.into_iter().map(one));
    }
    let mut rows = Vec::new();
    let mut page = Page { limit: 5_000, after: None };
    loop {
        let mut some = db!(state.store, indicators::list_indicators(&filter, page))?;
        let more = some.len() > 5_000;
        some.truncate(5_000);
        page.after = some.last().map(|row| row.indicator.id.0);
        rows.append(&mut some);
        if !more {
            break;
        }
    }
    rows.retain_mut(|row| match verdicts.remove(&row.indicator.id) {
        Some(verdict) => {
            row.indicator.verdict = verdict;
            grades.as_ref().is_none_or(|wanted| wanted.contains(&row.indicator.verdict.grade))
        }
        None => false,
    });
    let position = |row: &BoardRow| (row.indicator.verdict.grade_rank, row.indicator.id.0);
    rows.sort_by_key(position);
    rows.retain(|row| after.is_none_or(|after| position(row) > after));
    Ok(rows)
}
