//! Indicators as they travel.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::assessments::figures::{DoubtView, FiguresView};
use crate::api::http::wire::{Amount, Words, given};
use crate::api::targets::promise::{CurveBody, TargetBody, TargetView};
use crate::api::tasks::PartBody;
use crate::domain::{Curve, Doubt, DoubtSet, Grade, Period, WrittenTarget};
use crate::office::ChangeReason;
use crate::office::plans::{IndicatorEdit, NewIndicator, NewPart};
use crate::office::rows::{MeasureAliasRow, NamedIndicatorRow};
use crate::office::types::{Id, IndicatorId, Number};
use crate::office::{StoreError, curves};

pub type GradeWords = Words<Grade>;

/// 起止日期
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodView {
    /// 开始日期
    pub start: NaiveDate,
    /// 结束日期
    pub end: NaiveDate,
}

/// 编号和名称
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// 编号
    pub id: Uuid,
    /// 名称
    pub name: String,
}

/// 指标
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorView {
    /// 编号
    pub id: Uuid,
    /// 指标口径
    pub measure: Named,
    /// 计量单位
    pub unit: String,
    /// 行政区代码
    pub region: String,
    /// 行政区名称
    pub region_name: String,
    /// 攻坚行动编号
    pub campaign_id: Uuid,
    /// 任务
    pub task: Named,
    /// 牵头单位
    pub lead_unit: Option<Named>,
    /// 目标；为null表示未下达
    pub target: Option<TargetView>,
    /// 目标的疑点：不影响录入，但应核对；数据的疑点见verdict
    pub doubts: Vec<DoubtView>,
    /// 序时曲线
    pub curve: CurveBody,
    /// 基期值
    pub baseline: Option<Amount>,
    /// 目标期开始日期
    pub window_start: NaiveDate,
    /// 目标期结束日期
    pub window_end: NaiveDate,
    /// 现行研判结果
    pub verdict: FiguresView,
    /// 研判更新中：所依据的数据、目标或规则刚有变化，几秒后更新；变更（/changes）中不给出，因为更新完毕不算变更
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool)]
    pub updating: Option<bool>,
    /// 建立时间
    pub created_at: DateTime<Utc>,
    /// 目标等最近修改的时间；研判更新不改它
    pub updated_at: DateTime<Utc>,
    /// 自此日起停用；为null表示在用
    pub retired_on: Option<NaiveDate>,
    /// 停用的理由
    pub retired_reason: Option<String>,
    /// 外部编号：数据所属系统对它的编号
    pub external_id: Option<String>,
}

fn amount(number: Option<Number>) -> Option<Amount> {
    number.map(|number| Amount(number.0))
}

impl IndicatorView {
    /// Whether its phrase seems to speak of another measure.
    pub(super) fn is_of_another(&self) -> bool {
        self.doubts.iter().any(|doubt| doubt.is(Doubt::OtherMeasure))
    }

    /// An indicator as JSON; `marked` are those about to be judged again, `aliases` other names of measures.
    pub fn of(
        row: NamedIndicatorRow,
        marked: &[IndicatorId],
        aliases: &[MeasureAliasRow],
    ) -> Result<Self, StoreError> {
        let NamedIndicatorRow {
            indicator,
            measure,
            region,
            task_name,
            lead_unit_name,
            current,
            assessment,
            external_id,
        } = row;
        let target = indicator.target.target();
        let aliases: Vec<String> =
            aliases.iter().filter(|one| one.measure_id == measure.0).map(|one| one.name.clone()).collect();
        let curve = curves::read(&indicator.curve)?;
        let window = Period::new(indicator.window_start, indicator.window_end)?;
        let doubts = target
            .as_ref()
            .map_or_else(DoubtSet::default, |target| target.doubts((&measure.1, &aliases), window, &curve));
        Ok(Self {
            doubts: DoubtView::all(doubts),
            id: indicator.id.0,
            measure: Named { id: measure.0.0, name: measure.1 },
            unit: measure.2,
            region: region.0,
            region_name: region.1,
            campaign_id: indicator.campaign_id.0,
            task: Named { id: indicator.task_id.0, name: task_name },
            lead_unit: indicator.lead_unit_id.zip(lead_unit_name).map(|(id, name)| Named { id: id.0, name }),
            target: target.map(TargetView::from),
            curve: CurveBody::from(curve),
            baseline: amount(indicator.baseline),
            window_start: indicator.window_start,
            window_end: indicator.window_end,
            verdict: FiguresView::in_force(&current, assessment.as_ref()),
            updating: Some(marked.contains(&indicator.id)),
            created_at: indicator.created_at.and_utc(),
            updated_at: indicator.updated_at.and_utc(),
            retired_on: indicator.retired_on,
            retired_reason: indicator.retired_reason,
            external_id,
        })
    }
}

/// 新建指标
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateIndicator {
    /// 所属任务的编号
    task: Uuid,
    /// 指标口径：id、名称或别名
    measure: String,
    /// 行政区：id、代码或名称
    region: String,
    /// 目标；不写表示未下达
    target: Option<TargetBody>,
    /// 序时曲线；不写则用攻坚行动对该类目标的默认曲线，没有的按月
    curve: Option<CurveBody>,
    /// 基期值，单位同指标口径
    baseline: Option<Amount>,
    /// 目标期开始日期，默认同攻坚行动
    window_start: Option<NaiveDate>,
    /// 目标期结束日期，默认同攻坚行动
    window_end: Option<NaiveDate>,
    /// 职责分工；不写时同所属任务
    #[serde(default)]
    responsibilities: Vec<PartBody>,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
}

impl From<CreateIndicator> for NewIndicator {
    fn from(body: CreateIndicator) -> Self {
        Self {
            task: Id::of(body.task),
            measure: body.measure,
            region: body.region,
            target: body.target.map(WrittenTarget::from),
            curve: body.curve.map(Curve::from),
            baseline: body.baseline.map(|amount| amount.0),
            window_start: body.window_start,
            window_end: body.window_end,
            parts: body.responsibilities.into_iter().map(NewPart::from).collect(),
            external_id: body.external_id,
        }
    }
}

/// 修改指标；未写的字段不变，写null为清空
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateIndicator {
    /// 目标；null表示收回
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<TargetBody>)]
    target: Option<Option<TargetBody>>,
    /// 序时曲线
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = CurveBody)]
    curve: Option<CurveBody>,
    /// 基期值
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<Amount>)]
    baseline: Option<Option<Amount>>,
    /// 目标期开始日期
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = NaiveDate)]
    window_start: Option<NaiveDate>,
    /// 目标期结束日期
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = NaiveDate)]
    window_end: Option<NaiveDate>,
    /// 改列到同一攻坚行动的哪项任务下：任务的id
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = Uuid)]
    task: Option<Uuid>,
    /// 指标自己的职责分工，整体替换；空列表表示沿用任务的分工
    #[serde(default, deserialize_with = "given::deserialize")]
    #[schema(value_type = Vec<PartBody>)]
    responsibilities: Option<Vec<PartBody>>,
    /// 外部编号
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// 修改理由，随修改一并留存
    reason: Option<String>,
    /// 自哪天起按修改后的内容研判、由新的牵头单位负责，默认今天；早于今天的用于更正，不得晚于今天
    effective_on: Option<NaiveDate>,
}

impl From<UpdateIndicator> for IndicatorEdit {
    fn from(body: UpdateIndicator) -> Self {
        Self {
            target: body.target.map(|target| target.map(WrittenTarget::from)),
            curve: body.curve.map(Curve::from),
            baseline: body.baseline.map(|amount| amount.map(|amount| amount.0)),
            window_start: body.window_start,
            window_end: body.window_end,
            task: body.task.map(Id::of),
            parts: body.responsibilities.map(|list| list.into_iter().map(NewPart::from).collect()),
            external_id: body.external_id,
            why: ChangeReason { reason: body.reason, effective_on: body.effective_on },
        }
    }
}

/// 指标查询条件
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IndicatorParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    pub campaign: Option<String>,
    /// 任务编号
    pub task: Option<Uuid>,
    /// 牵头单位：id、信用代码或名称
    pub unit: Option<String>,
    /// 行政区：id、代码或名称
    pub region: Option<String>,
    /// 指标口径：id、名称或别名
    pub measure: Option<String>,
    /// 等级，可用逗号分隔多个
    #[param(inline)]
    pub grade: Option<GradeWords>,
    /// true时连同已停用的一并列出
    pub retired: Option<bool>,
}
