//! Episodes (预警事项).

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::api::letters::withdrawal::TakenBackView;
use crate::domain::episode::EpisodeState;
use crate::domain::{Grade, Handling, Level};
use crate::office::rows::{EpisodeFilter, EpisodeRow, LetterName, WithdrawalRow};
use crate::office::types::{EpisodeId, Id};

type EpisodeStateWord = Word<EpisodeState>;
type EpisodeStateWords = Words<EpisodeState>;
type GradeWord = Word<Grade>;
type HandlingWord = Word<Handling>;
type LevelWord = Word<Level>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_episodes).service(find_episode);
}

/// 预警事项：一个指标从出现滞后到解除的一段过程
#[derive(Debug, Serialize, ToSchema)]
pub struct EpisodeView {
    /// 编号
    pub id: Uuid,
    /// 指标编号
    pub indicator_id: Uuid,
    /// 指标名称
    pub indicator: String,
    /// 攻坚行动编号
    pub campaign_id: Uuid,
    /// 责任单位编号
    pub unit_id: Option<Uuid>,
    /// 状态：open、observing（观察期）或lifted
    pub state: EpisodeStateWord,
    /// 最近一次研判的等级
    pub grade: GradeWord,
    /// 预警等级：yellow、orange或red；由数据决定，催办不改变等级
    pub level: LevelWord,
    /// 办理层级：remind（催办）、raise（提级）或summon（约谈）；为null表示尚未催办
    pub handling: Option<HandlingWord>,
    /// 出现日期
    pub opened_on: NaiveDate,
    /// 解除日期
    pub lifted_on: Option<NaiveDate>,
    /// 最近一次发函时的等级
    pub lettered_level: Option<LevelWord>,
    /// 最近一次发函所据数据期的结束日期
    pub lettered_period_end: Option<NaiveDate>,
    /// 最近一封预警函
    pub letter_id: Option<Uuid>,
    /// 转入观察期的日期
    pub observing_since: Option<NaiveDate>,
    /// 观察期内已连续达到要求的期数
    pub observed_periods: i32,
    /// 建立时间
    pub created_at: DateTime<Utc>,
    /// 最近修改时间
    pub updated_at: DateTime<Utc>,
    /// 就此事项发出、后已撤销的函
    pub withdrawn: Vec<TakenBackView>,
}

/// How letters about episodes were taken back: episode, letter, how, and the letter that says so.
type Withdrawals = [(EpisodeId, LetterName, WithdrawalRow, LetterName)];

impl EpisodeView {
    pub(in crate::api) fn of((row, indicator): (EpisodeRow, String), withdrawals: &Withdrawals) -> Self {
        let own = withdrawals.iter().filter(|(episode, ..)| *episode == row.id);
        let taken_back = own.map(|(_, letter, how, by)| TakenBackView::new(Some(letter.number()), how, by));
        Self {
            withdrawn: taken_back.collect(),
            id: row.id.0,
            indicator_id: row.indicator_id.0,
            indicator,
            campaign_id: row.campaign_id.0,
            unit_id: row.unit_id.map(|id| id.0),
            state: Word(row.state.0),
            grade: Word(row.grade.0),
            level: Word(row.level.0),
            handling: row.handling.map(|word| Word(word.0)),
            opened_on: row.opened_on,
            lifted_on: row.lifted_on,
            lettered_level: row.lettered_level.map(|word| Word(word.0)),
            lettered_period_end: row.lettered_period_end,
            letter_id: row.letter_id.map(|id| id.0),
            observing_since: row.observing_since,
            observed_periods: row.observed_periods,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

/// 预警事项查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EpisodeParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 责任单位：id、信用代码或名称
    unit: Option<String>,
    /// 指标编号
    indicator: Option<Uuid>,
    /// 状态，可用逗号分隔多个：open、observing（观察期）、lifted
    #[param(inline)]
    state: Option<EpisodeStateWords>,
}

/// 列出预警事项
#[utoipa::path(tag = "预警事项", params(ListParams, EpisodeParams), responses(
    (status = 200, body = PageView<EpisodeView>), (status = "4XX", body = ProblemView)))]
#[get("/episodes")]
async fn list_episodes(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<EpisodeParams>,
) -> Result<HttpResponse, Refused> {
    let campaigns = lookup::maybe_campaign_family(&state, list.filter.campaign.as_deref()).await?;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), list.filter.unit.as_deref()).await?;
    let filter = EpisodeFilter {
        campaigns,
        unit_id: unit.map(|row| row.id.0).map(Id::of),
        indicator_id: list.filter.indicator.map(Id::of),
        states: list.filter.state.map(|words| words.0),
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_episodes(&filter, list.page).await?;
    let ids: Vec<EpisodeId> = rows.iter().map(|(row, _)| row.id).collect();
    let withdrawals = state.office.read.list_withdrawals_about(&ids).await?;
    let view = |row| EpisodeView::of(row, &withdrawals);
    let page = PageView::new(rows, list.page, |row| row.0.id.0, view);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 读取一个预警事项
#[utoipa::path(tag = "预警事项", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = EpisodeView), (status = "4XX", body = ProblemView)))]
#[get("/episodes/{id}")]
async fn find_episode(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row =
        state.office.read.find_episode(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("预警事项"))?;
    let withdrawals = state.office.read.list_withdrawals_about(&[row.0.id]).await?;
    respond::one(&request, &EpisodeView::of(row, &withdrawals), params.fields.as_deref())
}
