//! Rule packs (规则包): versions are added, never changed.

pub(in crate::api) mod pack_preview;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, Word};
use crate::domain::Level;
use crate::domain::rule_pack::{Bands, Family};
use crate::office::Actor;
use crate::office::StoreError;
use crate::office::rows::{RulePackFilter, RulePackRow};
use crate::office::rule_packs::{self, BandsEdit, LevelsEdit, NewRulePack};
use crate::office::types::Id;

type FamilyWord = Word<Family>;
type LevelWord = Word<Level>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_rule_packs).service(create_rule_pack).service(find_rule_pack);
}

/// 规则包的一个版本；版本只增不改
#[derive(Debug, Serialize, ToSchema)]
pub struct RulePackView {
    /// 编号（每个版本各有一个）
    id: Uuid,
    /// 名称，各版本相同
    #[schema(example = "standard")]
    name: String,
    /// 版本号，从1起
    version: i32,
    /// 差距的算法：落后序时的百分点、欠序时量的百分比，或对比计划与平均
    family: FamilyWord,
    /// 总量类阈值：百分点或百分比，依算法而定
    progress: BandsView,
    /// 增速和占比类阈值：百分点
    rate: BandsView,
    /// 节点类阈值：逾期天数
    days: BandsView,
    /// “力争”目标的差距乘以此系数，大于0且不超过1
    soft_factor: Amount,
    /// “左右”允许的偏差（增速和占比），百分点
    about_points: Amount,
    /// “左右”允许的偏差（总量），目标的百分比
    about_percent: Amount,
    /// 同级行政区报送达到此比例才排名，0至1
    coverage_min: Amount,
    /// “关注”连续几期后预警
    periods_in_a_row: u32,
    /// 一个单位有几项指标滞后即整体预警
    missed_indicators: u32,
    /// 缺历史数据时是否改用按月均匀的序时曲线
    fallback_linear: bool,
    /// 应发布日之后几个工作日未报算逾期
    grace_working_days: u32,
    /// 恢复后须连续达到要求几期才解除（观察期）
    observation_periods: u32,
    /// 预测不能完成目标的概率达到此值即预警
    p_miss_open: Amount,
    /// 低于此值才不再因预测而预警
    p_miss_lift: Amount,
    /// 各等级对应的预警级别
    levels: LevelsView,
    /// 制定此版本的理由
    reason: String,
    /// 制定时间
    created_at: DateTime<Utc>,
}

/// 一组阈值
#[derive(Debug, Serialize, ToSchema)]
pub struct BandsView {
    /// 超出至少这么多为超序时
    ahead: Amount,
    /// 差距大于此值为关注
    watch: Amount,
    /// 差距超过此值为滞后
    behind: Amount,
    /// 差距超过此值为严重滞后
    critical: Amount,
    /// 恰好等于滞后、严重滞后阈值时是否也算
    inclusive: bool,
    /// 差距须比阈值再小这么多才解除
    lift: Amount,
}

/// 各等级对应的预警级别
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelsView {
    /// 滞后
    behind: LevelWord,
    /// 严重滞后
    critical: LevelWord,
    /// 未完成
    missed: LevelWord,
}

impl From<Bands> for BandsView {
    fn from(bands: Bands) -> Self {
        Self {
            ahead: Amount(bands.ahead),
            watch: Amount(bands.watch),
            behind: Amount(bands.behind),
            critical: Amount(bands.critical),
            inclusive: bands.inclusive,
            lift: Amount(bands.lift),
        }
    }
}

impl RulePackView {
    fn of(row: RulePackRow) -> Result<Self, StoreError> {
        let pack = rule_packs::read(&row)?;
        Ok(Self {
            id: row.id.0,
            name: pack.name,
            version: pack.version,
            family: Word(pack.family),
            progress: pack.progress.into(),
            rate: pack.rate.into(),
            days: pack.days.into(),
            soft_factor: Amount(pack.soft_factor),
            about_points: Amount(pack.about_points),
            about_percent: Amount(pack.about_percent),
            coverage_min: Amount(pack.coverage_min),
            periods_in_a_row: pack.periods_in_a_row,
            missed_indicators: pack.missed_indicators,
            fallback_linear: pack.fallback_linear,
            grace_working_days: pack.grace_working_days,
            observation_periods: pack.observation_periods,
            p_miss_open: Amount(pack.p_miss_open),
            p_miss_lift: Amount(pack.p_miss_lift),
            levels: LevelsView {
                behind: Word(pack.levels.behind),
                critical: Word(pack.levels.critical),
                missed: Word(pack.levels.missed),
            },
            reason: row.reason,
            created_at: row.created_at.and_utc(),
        })
    }
}

/// 新增规则包的一个版本；未写的规则沿用based_on
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRulePack {
    /// 名称；已有的名称得到下一个版本号
    #[schema(example = "standard")]
    #[serde(default)]
    name: String,
    /// 制定此版本的理由
    #[serde(default)]
    #[schema(example = "经省政府专题会议研究，放宽投资类阈值")]
    reason: String,
    /// 以哪个版本为底：id、名称（最新版）或名称@版本；默认为同名的最新版，没有同名的则为standard
    based_on: Option<String>,
    /// 差距的算法
    family: Option<FamilyWord>,
    /// 总量类阈值
    #[serde(default)]
    progress: BandsBody,
    /// 增速和占比类阈值：百分点
    #[serde(default)]
    rate: BandsBody,
    /// 节点类阈值：逾期天数
    #[serde(default)]
    days: BandsBody,
    /// “力争”目标的差距乘以此系数，大于0且不超过1
    soft_factor: Option<Amount>,
    /// “左右”允许的偏差（增速和占比），百分点
    about_points: Option<Amount>,
    /// “左右”允许的偏差（总量），目标的百分比
    about_percent: Option<Amount>,
    /// 同级行政区报送达到此比例才排名，0至1
    coverage_min: Option<Amount>,
    /// “关注”连续几期后预警
    periods_in_a_row: Option<u32>,
    /// 一个单位有几项指标滞后即整体预警
    missed_indicators: Option<u32>,
    /// 缺历史数据时是否改用按月均匀的序时曲线
    fallback_linear: Option<bool>,
    /// 应发布日之后几个工作日未报算逾期
    grace_working_days: Option<u32>,
    /// 恢复后须连续达到要求几期才解除（观察期），0至24
    observation_periods: Option<u32>,
    /// 预测不能完成目标的概率达到此值即预警，大于0且不超过1
    p_miss_open: Option<Amount>,
    /// 低于此值才不再因预测而预警，不高于p_miss_open
    p_miss_lift: Option<Amount>,
    /// 各等级对应的预警级别
    #[serde(default)]
    levels: LevelsBody,
}

/// 一组阈值；未写的沿用
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BandsBody {
    /// 超出至少这么多为超序时
    ahead: Option<Amount>,
    /// 差距大于此值为关注
    watch: Option<Amount>,
    /// 差距超过此值为滞后
    behind: Option<Amount>,
    /// 差距超过此值为严重滞后
    critical: Option<Amount>,
    /// 恰好等于滞后、严重滞后阈值时是否也算
    inclusive: Option<bool>,
    /// 差距须比阈值再小这么多才解除
    lift: Option<Amount>,
}

/// 各等级对应的预警级别；未写的沿用
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelsBody {
    /// 滞后
    behind: Option<LevelWord>,
    /// 严重滞后
    critical: Option<LevelWord>,
    /// 未完成
    missed: Option<LevelWord>,
}

fn amount(given: Option<Amount>) -> Option<Decimal> {
    given.map(|amount| amount.0)
}

impl From<BandsBody> for BandsEdit {
    fn from(body: BandsBody) -> Self {
        Self {
            ahead: amount(body.ahead),
            watch: amount(body.watch),
            behind: amount(body.behind),
            critical: amount(body.critical),
            inclusive: body.inclusive,
            lift: amount(body.lift),
        }
    }
}

impl CreateRulePack {
    /// What it starts from, when that is said.
    pub fn based_on(&self) -> Option<&str> {
        self.based_on.as_deref()
    }
}

impl From<CreateRulePack> for NewRulePack {
    fn from(body: CreateRulePack) -> Self {
        let level = |given: Option<LevelWord>| given.map(|word| word.0);
        Self {
            name: body.name,
            reason: body.reason,
            based_on: body.based_on,
            family: body.family.map(|word| word.0),
            progress: body.progress.into(),
            rate: body.rate.into(),
            days: body.days.into(),
            soft_factor: amount(body.soft_factor),
            about_points: amount(body.about_points),
            about_percent: amount(body.about_percent),
            coverage_min: amount(body.coverage_min),
            periods_in_a_row: body.periods_in_a_row,
            missed_indicators: body.missed_indicators,
            fallback_linear: body.fallback_linear,
            grace_working_days: body.grace_working_days,
            observation_periods: body.observation_periods,
            p_miss_open: amount(body.p_miss_open),
            p_miss_lift: amount(body.p_miss_lift),
            levels: LevelsEdit {
                behind: level(body.levels.behind),
                critical: level(body.levels.critical),
                missed: level(body.levels.missed),
            },
        }
    }
}

/// 规则包查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RulePackParams {
    /// 名称，须完全相同
    name: Option<String>,
}

/// 列出规则包的各个版本
#[utoipa::path(tag = "规则包", params(ListParams, RulePackParams), responses(
    (status = 200, body = PageView<RulePackView>), (status = "4XX", body = ProblemView)))]
#[get("/rule-packs")]
async fn list_rule_packs(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<RulePackParams>,
) -> Result<HttpResponse, Refused> {
    let filter = RulePackFilter { name: list.filter.name, created_after: list.updated_after };
    let rows = state.office.read.list_rule_packs(&filter, list.page).await?;
    let page = PageView::checked(rows, list.page, |row| row.id.0, RulePackView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新增规则包的一个版本
#[utoipa::path(tag = "规则包", request_body = CreateRulePack, responses(
    (status = 201, body = RulePackView), (status = "4XX", body = ProblemView)))]
#[post("/rule-packs")]
async fn create_rule_pack(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateRulePack>,
) -> Result<HttpResponse, Refused> {
    let row = rule_packs::create_rule_pack(&state.office, &actor, body.into()).await?;
    respond::created(&format!("/api/v1/rule-packs/{}", row.id.0), &RulePackView::of(row)?)
}

/// 读取规则包的一个版本
#[utoipa::path(tag = "规则包", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = RulePackView), (status = "4XX", body = ProblemView)))]
#[get("/rule-packs/{id}")]
async fn find_rule_pack(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let row = state.office.read.find_rule_pack(Id::of(*id)).await?;
    let row = row.ok_or_else(|| Refused::not_found("规则包"))?;
    respond::one(&request, &RulePackView::of(row)?, params.fields.as_deref())
}
