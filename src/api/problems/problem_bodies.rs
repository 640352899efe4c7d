//! What is sent about problems: bodies and conditions.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::problem_views::{ProblemLevelWord, ProblemSourceWord};
use crate::api::State;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{self, refuse};
use crate::api::http::refused::Refused;
use crate::api::http::wire::{Words, maybe};
use crate::clock::end_of;
use crate::domain::{ProblemLevel, ProblemNote, ProblemSource, ProblemState};
use crate::office::problems::{Assignment, NewProblem, ProblemEdit};
use crate::office::rows::ProblemFilter;
use crate::office::types::Id;

type ProblemStateWords = Words<ProblemState>;
type ProblemLevelWords = Words<ProblemLevel>;
type ProblemSourceWords = Words<ProblemSource>;

/// 登记问题：由预警事项登记的，未写的以该事项为准
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProblem {
    /// 预警事项编号；写明的，攻坚行动、任务和指标以该事项为准
    episode: Option<Uuid>,
    /// 问题，一句话；由预警事项登记的可以不写
    title: Option<String>,
    /// 具体情况
    detail: Option<String>,
    /// 来源：warning（预警）、inspection（督导）、audit（巡视审计）、circular（通报）、petition（群众反映）、self_check（自查）或other（其他）；由预警事项登记的默认warning
    source: Option<ProblemSourceWord>,
    /// 层级：province（省级）、municipal（市级）或county（县级）；默认为牵头单位所在行政区的层级
    level: Option<ProblemLevelWord>,
    /// 牵头单位：id、信用代码或名称；由预警事项或指标登记的默认为其责任单位
    unit: Option<String>,
    /// 配合单位：id、信用代码或名称
    #[serde(default)]
    support_units: Vec<String>,
    /// 攻坚行动：id、文号或名称
    campaign: Option<String>,
    /// 任务：id或名称
    task: Option<String>,
    /// 指标编号：问题以该指标的目标、实际和差距为准
    indicator: Option<Uuid>,
    /// 发现日期，默认今天
    found_on: Option<NaiveDate>,
    /// 整改时限；由预警事项登记的默认为最近一封函的反馈期限
    due_on: Option<NaiveDate>,
    /// 登记人
    person: Option<String>,
}

impl From<CreateProblem> for NewProblem {
    fn from(body: CreateProblem) -> Self {
        Self {
            episode: body.episode.map(Id::of),
            title: body.title,
            detail: body.detail,
            source: body.source.map(|word| word.0),
            level: body.level.map(|word| word.0),
            unit: body.unit,
            support_units: body.support_units,
            campaign: body.campaign,
            task: body.task,
            indicator: body.indicator.map(Id::of),
            found_on: body.found_on,
            due_on: body.due_on,
            person: body.person,
        }
    }
}

/// 修改问题的登记内容；未写的字段不变，写null为清空。办理情况由交办、整改、核销各步形成，不在此修改
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProblem {
    /// 问题，一句话
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    title: Option<String>,
    /// 具体情况
    #[serde(default, deserialize_with = "maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    detail: Option<Option<String>>,
    /// 来源
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = ProblemSourceWord)]
    source: Option<ProblemSourceWord>,
    /// 层级
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = ProblemLevelWord)]
    level: Option<ProblemLevelWord>,
    /// 发现日期
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = NaiveDate)]
    found_on: Option<NaiveDate>,
    /// 整改时限
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = NaiveDate)]
    due_on: Option<NaiveDate>,
    /// 配合单位：id、信用代码或名称；整体替换
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<String>)]
    support_units: Option<Vec<String>>,
    /// 修改的理由
    reason: Option<String>,
}

impl From<UpdateProblem> for ProblemEdit {
    fn from(body: UpdateProblem) -> Self {
        Self {
            title: body.title,
            detail: body.detail,
            source: body.source.map(|word| word.0),
            level: body.level.map(|word| word.0),
            found_on: body.found_on,
            due_on: body.due_on,
            support_units: body.support_units,
            reason: body.reason,
        }
    }
}

/// 交办：未写的不变
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignProblem {
    /// 牵头单位：id、信用代码或名称
    unit: Option<String>,
    /// 配合单位：id、信用代码或名称；整体替换
    support_units: Option<Vec<String>>,
    /// 整改时限
    due_on: Option<NaiveDate>,
    /// 交办人
    person: Option<String>,
    /// 交办要求
    text: Option<String>,
}

impl From<AssignProblem> for Assignment {
    fn from(body: AssignProblem) -> Self {
        let AssignProblem { unit, support_units, due_on, person, text } = body;
        Self { unit, support_units, due_on, note: ProblemNote { person, text, ..ProblemNote::default() } }
    }
}

/// 写明整改措施
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordMeasure {
    /// 整改措施
    text: String,
    /// 原因
    cause: Option<String>,
    /// 责任人
    person: String,
    /// 责任人电话
    phone: Option<String>,
}

impl From<RecordMeasure> for ProblemNote {
    fn from(body: RecordMeasure) -> Self {
        let RecordMeasure { text, cause, person, phone } = body;
        Self { text: Some(text), cause, person: Some(person), phone, evidence: None }
    }
}

/// 写明整改进展
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordProgress {
    /// 进展情况
    text: String,
    /// 填报人
    person: String,
    /// 填报人电话
    phone: Option<String>,
}

impl From<RecordProgress> for ProblemNote {
    fn from(body: RecordProgress) -> Self {
        let RecordProgress { text, person, phone } = body;
        Self { text: Some(text), person: Some(person), phone, ..Self::default() }
    }
}

/// 申请销号
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyForClosure {
    /// 申请人
    person: String,
    /// 申请人电话
    phone: Option<String>,
    /// 佐证：文件、现场核查记录或数据及其出处
    evidence: String,
    /// 整改情况说明
    text: Option<String>,
}

impl From<ApplyForClosure> for ProblemNote {
    fn from(body: ApplyForClosure) -> Self {
        let ApplyForClosure { person, phone, evidence, text } = body;
        Self { person: Some(person), phone, evidence: Some(evidence), text, cause: None }
    }
}

/// 销号
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseProblem {
    /// 核销人，须不是申请人
    person: String,
    /// 核销意见
    text: Option<String>,
}

impl From<CloseProblem> for ProblemNote {
    fn from(CloseProblem { person, text }: CloseProblem) -> Self {
        Self { person: Some(person), text, ..Self::default() }
    }
}

/// 退回销号申请，或撤销误登的问题
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBackProblem {
    /// 经办人；退回的须不是申请人
    person: String,
    /// 理由
    reason: String,
}

impl From<SendBackProblem> for ProblemNote {
    fn from(SendBackProblem { person, reason }: SendBackProblem) -> Self {
        Self { person: Some(person), text: Some(reason), ..Self::default() }
    }
}

/// 重开已销号的问题
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReopenProblem {
    /// 经办人
    person: String,
    /// 为什么再次出现
    reason: String,
    /// 新的整改时限
    due_on: NaiveDate,
}

impl From<ReopenProblem> for (NaiveDate, ProblemNote) {
    fn from(ReopenProblem { person, reason, due_on }: ReopenProblem) -> Self {
        (due_on, ProblemNote { person: Some(person), text: Some(reason), ..ProblemNote::default() })
    }
}

/// 问题的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProblemParams {
    /// 每页条数，1至500，默认50
    pub(super) limit: Option<i64>,
    /// 上一页返回的next_cursor
    pub(super) cursor: Option<String>,
    /// 只要这些字段，以逗号分隔
    pub(super) fields: Option<String>,
    /// 只要在此时刻之后有办理的，RFC 3339格式；不能与as_of同用
    #[param(format = DateTime)]
    updated_after: Option<String>,
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 牵头或配合单位：id、信用代码或名称
    unit: Option<String>,
    /// 指标编号
    indicator: Option<Uuid>,
    /// 预警事项编号
    episode: Option<Uuid>,
    /// 状态，可用逗号分隔多个
    #[param(inline)]
    state: Option<ProblemStateWords>,
    /// 层级，可用逗号分隔多个
    #[param(inline)]
    level: Option<ProblemLevelWords>,
    /// 来源，可用逗号分隔多个
    #[param(inline)]
    source: Option<ProblemSourceWords>,
    /// true：只要逾期未销号的；false：只要其余的
    overdue: Option<bool>,
    /// 问题或具体情况中含有的文字
    q: Option<String>,
    /// 截至此日24时的情况，不能晚于今天；默认今天
    as_of: Option<NaiveDate>,
}

impl ProblemParams {
    /// The filter these parameters ask for.
    ///
    /// # Errors
    /// `MalformedQuery`, `Invalid` for what is not there.
    pub(super) async fn filter(&self, state: &State) -> Result<ProblemFilter, Refused> {
        let updated_after = self.updated_after.as_deref().map(page::instant).transpose()?;
        if self.as_of.is_some() && updated_after.is_some() {
            let detail = "updated_after只用于现在的情况，不能与as_of同用。";
            return Err(refuse("updated_after", "conflict", detail));
        }
        let scope =
            ProblemScope { campaign: self.campaign.clone(), unit: self.unit.clone(), as_of: self.as_of };
        Ok(ProblemFilter {
            indicator_id: self.indicator.map(Id::of),
            episode_id: self.episode.map(Id::of),
            states: self.state.clone().map(|words| words.0),
            levels: self.level.clone().map(|words| words.0),
            sources: self.source.clone().map(|words| words.0),
            overdue: self.overdue,
            text_contains: self.q.clone().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            updated_after,
            ..scope.filter(state).await?
        })
    }
}

/// 统计的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProblemScope {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 牵头或配合单位：id、信用代码或名称
    unit: Option<String>,
    /// 截至此日24时的情况，不能晚于今天；默认今天
    as_of: Option<NaiveDate>,
}

impl ProblemScope {
    /// The filter these parameters ask for.
    ///
    /// # Errors
    /// As [`ProblemParams::filter`].
    pub(super) async fn filter(&self, state: &State) -> Result<ProblemFilter, Refused> {
        let today = state.office.clock.today();
        let as_of = self.as_of.unwrap_or(today);
        if as_of > today {
            return Err(refuse("as_of", "out_of_range", "as_of不能晚于今天。"));
        }
        let unit = lookup::maybe_unit(state, At::Query("unit"), self.unit.as_deref()).await?;
        Ok(ProblemFilter {
            past: as_of < today,
            campaigns: lookup::maybe_campaign_family(state, self.campaign.as_deref()).await?,
            unit_id: unit.map(|row| row.id),
            ..ProblemFilter::at(as_of, end_of(as_of))
        })
    }
}
