//! Warning runs (预警运行): by hand what the night does by the clock, or a rehearsal that writes nothing.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::{Grade, WaitsFor};
use crate::office::Actor;
use crate::office::StoreError;
use crate::office::rows::WarningRunRow;
use crate::office::types::{Id, IndicatorId};
use crate::office::warnings::{self, GradeChange, PlannedLetter, ReportedLetter, RunReport, Upgrade};

type GradeWord = Word<Grade>;
type WaitsForWord = Word<WaitsFor>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(create_warning_run)
        .service(list_warning_runs)
        .service(find_warning_run)
        .service(release_warning_run);
}

/// 预警运行
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWarningRun {
    /// 研判日期，默认今天
    as_of: Option<NaiveDate>,
    /// true为预演：列出谁会因何收到函，不写入
    #[serde(default)]
    dry_run: bool,
    /// true为同时催办：当天该提醒、升级或抄送上级的函；预演以后某天时为那一天的。不填为否，预演要全文时为是
    ladder: Option<bool>,
    /// true为一并给出每封函的标题和全文，只限预演；不占文号，按函稿的样子写
    #[serde(default)]
    texts: bool,
}

/// 预警运行的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningRunView {
    /// 编号；预演不存档，为null
    id: Option<Uuid>,
    /// 研判日期
    as_of: NaiveDate,
    /// 是否预演
    dry_run: bool,
    /// 预演的这一天是否休息日：定时任务当天不发函，顺延到下一个工作日
    rest_day: bool,
    /// 全文合计过大、没有给出全文的函数；缺全文的函text为null
    texts_omitted: usize,
    /// 发起者的密钥名称；为null表示定时任务
    started_by: Option<String>,
    /// 运行时间；预演为null
    created_at: Option<DateTime<Utc>>,
    /// 研判的指标数
    assessed: usize,
    /// 恢复并转入观察期的预警事项数
    recovered: usize,
    /// 解除的预警事项数
    lifted: usize,
    /// 因所涉事项已恢复、补报或暂停发函而自动撤销的函稿数
    discarded_drafts: usize,
    /// 签发、待签发（或将签发）的函
    letters: Vec<RunLetterView>,
    /// 应发函但没有责任单位的指标
    unaddressed_indicators: Vec<Uuid>,
    /// 应发函但正在静默的指标
    silenced_indicators: Vec<Uuid>,
    /// 研判规则升级后尚待放行时给出：新旧规则下等级不同的指标；放行前只拟稿，不发函
    rules_change: Option<RulesChangeView>,
}

/// 研判规则升级前后的等级对照
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesChangeView {
    /// 升级前的规则版本
    from: u32,
    /// 现行规则版本
    to: u32,
    /// 等级有变化的指标，现等级重的在前
    changes: Vec<GradeChangeView>,
}

/// 一个指标在新旧规则下的等级
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeChangeView {
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 行政区
    region: String,
    /// 原等级；为null表示升级前未曾研判
    before: Option<String>,
    /// 现等级
    now: String,
}

impl From<Upgrade> for RulesChangeView {
    fn from(upgrade: Upgrade) -> Self {
        let change = |one: GradeChange| GradeChangeView {
            indicator_id: one.indicator_id,
            indicator: one.indicator,
            region: one.region,
            before: one.before,
            now: one.now,
        };
        Self {
            from: upgrade.from,
            to: upgrade.to,
            changes: upgrade.changes.into_iter().map(change).collect(),
        }
    }
}

/// 一封函
#[derive(Debug, Serialize, ToSchema)]
pub struct RunLetterView {
    /// 函或函稿的编号；未写入时为null
    id: Option<Uuid>,
    /// 发文字号；未签发时为null
    number: Option<String>,
    /// 结果：planned、issued、awaits_approval、overtaken或blocked
    outcome: String,
    /// 未写入的原因
    detail: Option<String>,
    /// 函的种类
    #[schema(example = "warning")]
    kind: String,
    /// 催办的第几步：1提醒，2升级并抄送负责人，3抄送上级单位
    ladder_step: Option<i32>,
    /// 所承接的函：催办和解除的原函；存档的运行不再列出，请读函
    follows_id: Option<Uuid>,
    /// 要等什么：signature（签发），或release（研判规则升级后待放行）；为null即自动发出。存档的运行不再列出，请读函
    #[schema(example = "signature")]
    waits_for: Option<WaitsForWord>,
    /// 为何须签发或自动发出；存档的运行不再列出
    why: Option<String>,
    /// 当天发出时的反馈期限；存档的运行不再列出，请读函
    reply_by: Option<NaiveDate>,
    /// 标题；预演要全文时给出
    subject: Option<String>,
    /// 全文（纯文本）；预演要全文时给出，文号、签发日期和反馈期限按函稿写“待签发”“待定”
    text: Option<String>,
    /// 抄送单位；存档的运行不再列出，请读函
    copied: Vec<String>,
    /// 攻坚行动编号
    campaign_id: Uuid,
    /// 主送单位编号
    unit_id: Uuid,
    /// 主送单位
    unit: String,
    /// 预警等级
    level: Option<String>,
    /// 涉及的指标数
    indicator_count: usize,
    /// 涉及的指标；存档的运行不再逐项列出，请读函
    indicators: Vec<RunIndicatorView>,
    /// 收件邮箱；存档的运行不再列出，请读函
    mailboxes: Vec<String>,
    /// 应收而没有邮箱的，逐条说明
    lacking: Vec<String>,
}

/// 涉及的指标
#[derive(Debug, Serialize, ToSchema)]
pub struct RunIndicatorView {
    /// 编号
    id: Uuid,
    /// 名称
    name: String,
    /// 等级
    grade: GradeWord,
}

/// Two types, since they change for different reasons: [`ReportedLetter`] is kept in the database for good and must be read
/// by later versions, this one is what the API promises.
impl From<ReportedLetter> for RunLetterView {
    fn from(letter: ReportedLetter) -> Self {
        Self {
            id: letter.id,
            number: letter.number,
            outcome: letter.outcome,
            detail: letter.detail,
            kind: letter.kind,
            ladder_step: letter.step,
            follows_id: None,
            waits_for: None,
            why: None,
            reply_by: None,
            subject: None,
            text: None,
            copied: Vec::new(),
            campaign_id: letter.campaign_id,
            unit_id: letter.unit_id,
            unit: letter.unit,
            level: letter.level,
            indicator_count: letter.indicator_count,
            indicators: Vec::new(),
            mailboxes: Vec::new(),
            lacking: letter.lacking,
        }
    }
}

impl From<PlannedLetter> for RunLetterView {
    fn from(letter: PlannedLetter) -> Self {
        let kept = ReportedLetter::of(&letter);
        let indicator = |(id, name, grade): (IndicatorId, String, Grade)| RunIndicatorView {
            id: id.0,
            name,
            grade: Word(grade),
        };
        let (subject, text) = letter.text.map(|text| (text.subject, text.body)).unzip();
        Self {
            follows_id: letter.follows.map(|id| id.0),
            waits_for: letter.waits_for.map(Word),
            why: Some(letter.why),
            reply_by: letter.reply_by,
            subject,
            text,
            copied: letter.copied,
            indicators: letter.indicators.into_iter().map(indicator).collect(),
            mailboxes: letter.mailboxes,
            ..Self::from(kept)
        }
    }
}

impl WarningRunView {
    fn kept(row: WarningRunRow) -> Result<Self, StoreError> {
        let report = RunReport::read(&row)?;
        Ok(Self {
            id: Some(row.id.0),
            as_of: row.as_of,
            dry_run: false,
            rest_day: false,
            texts_omitted: 0,
            started_by: row.started_by,
            created_at: Some(row.created_at.and_utc()),
            assessed: report.assessed,
            recovered: report.recovered,
            lifted: report.lifted,
            discarded_drafts: report.discarded,
            letters: report.letters.into_iter().map(RunLetterView::from).collect(),
            unaddressed_indicators: report.unaddressed,
            silenced_indicators: report.silenced,
            rules_change: report.upgrade.map(RulesChangeView::from),
        })
    }
}

/// 一次运行的概要
#[derive(Debug, Serialize, ToSchema)]
pub struct RunSummaryView {
    /// 编号
    id: Uuid,
    /// 研判日期
    as_of: NaiveDate,
    /// 发起者的密钥名称；为null表示定时任务
    started_by: Option<String>,
    /// 运行时间
    created_at: DateTime<Utc>,
    /// 研判的指标数
    assessed: i32,
    /// 签发和待签发的函数
    letters: i32,
}

impl From<WarningRunRow> for RunSummaryView {
    fn from(row: WarningRunRow) -> Self {
        Self {
            id: row.id.0,
            as_of: row.as_of,
            started_by: row.started_by,
            created_at: row.created_at.and_utc(),
            assessed: row.assessed,
            letters: row.letters,
        }
    }
}

/// 运行或预演一次预警：研判全部指标，签发应发的函；投递由后台进行
#[utoipa::path(tag = "预警运行", request_body = CreateWarningRun, responses(
    (status = 200, body = WarningRunView), (status = "4XX", body = ProblemView)))]
#[post("/warning-runs")]
async fn create_warning_run(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateWarningRun>,
) -> Result<HttpResponse, Refused> {
    let CreateWarningRun { as_of, dry_run, ladder, texts } = body;
    let new = warnings::NewRun { as_of, dry_run, ladder, texts };
    let (as_of, done) = warnings::run_by_hand(&state.office, &actor, new).await?;
    Ok(HttpResponse::Ok().json(WarningRunView {
        id: done.run_id.map(|id| id.0),
        as_of,
        dry_run,
        rest_day: done.resting,
        texts_omitted: if texts {
            done.letters.iter().filter(|letter| letter.lacks_text()).count()
        } else {
            0
        },
        started_by: actor.key_name().map(str::to_owned),
        created_at: done.run_at.map(|at| at.and_utc()),
        assessed: done.assessed,
        recovered: done.recovered,
        lifted: done.lifted,
        discarded_drafts: done.discarded,
        unaddressed_indicators: done.unaddressed.iter().map(|id| id.0).collect(),
        silenced_indicators: done.silenced.iter().map(|id| id.0).collect(),
        letters: done.letters.into_iter().map(RunLetterView::from).collect(),
        rules_change: done.upgrade.map(RulesChangeView::from),
    }))
}

/// 预警运行没有查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunParams {}

/// 列出存档的预警运行，最近的在前
#[utoipa::path(tag = "预警运行", params(ListParams), responses(
    (status = 200, body = PageView<RunSummaryView>), (status = "4XX", body = ProblemView)))]
#[get("/warning-runs")]
async fn list_warning_runs(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<RunParams>,
) -> Result<HttpResponse, Refused> {
    let rows = state.office.read.list_runs(list.page, list.updated_after).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, RunSummaryView::from);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 读取一次预警运行
#[utoipa::path(tag = "预警运行", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = WarningRunView), (status = "4XX", body = ProblemView)))]
#[get("/warning-runs/{id}")]
async fn find_warning_run(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row = state.office.read.find_run(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("预警运行"))?;
    respond::one(&request, &WarningRunView::kept(row)?, params.fields.as_deref())
}

/// 放行
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRun {
    /// 决定人
    #[schema(example = "李四")]
    by: Option<String>,
}

/// 研判规则升级后，核阅某次运行所列的等级变化，放行：此后的运行照常发函
#[utoipa::path(tag = "预警运行", request_body = ReleaseRun, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = WarningRunView), (status = "4XX", body = ProblemView)))]
#[post("/warning-runs/{id}/release")]
async fn release_warning_run(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<ReleaseRun>,
) -> Result<HttpResponse, Refused> {
    let row = warnings::release(&state.office, &actor, Id::of(*id), body.by.as_deref()).await?;
    respond::ok(&request, &WarningRunView::kept(row)?)
}
