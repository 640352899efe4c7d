//! What is shown of problems.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::http::wire::Word;
use crate::domain::{Grade, ProblemDeed, ProblemLevel, ProblemSource, ProblemState};
use crate::office::problem_ledger::{ProblemCounts, TrackedProblem};
use crate::office::rows::ProblemEntryRow;

pub(super) type ProblemSourceWord = Word<ProblemSource>;
pub(super) type ProblemLevelWord = Word<ProblemLevel>;
type ProblemStateWord = Word<ProblemState>;
type ProblemDeedWord = Word<ProblemDeed>;
type GradeWord = Word<Grade>;

/// 问题台账中的一个问题
#[derive(Debug, Serialize, ToSchema)]
pub struct TrackedProblemView {
    /// 编号
    id: Uuid,
    /// 问题，一句话
    title: String,
    /// 具体情况
    detail: Option<String>,
    /// 来源：warning（预警）、inspection（督导）、audit（巡视审计）、circular（通报）、petition（群众反映）、self_check（自查）或other（其他）
    source: ProblemSourceWord,
    /// 层级：province（省级）、municipal（市级）或county（县级）
    level: ProblemLevelWord,
    /// 牵头单位编号
    unit_id: Uuid,
    /// 牵头单位
    unit: String,
    /// 配合单位
    support_units: Vec<SupportUnitView>,
    /// 攻坚行动编号
    campaign_id: Option<Uuid>,
    /// 攻坚行动
    campaign: Option<String>,
    /// 任务编号
    task_id: Option<Uuid>,
    /// 指标编号；为null表示不以指标衡量
    indicator_id: Option<Uuid>,
    /// 指标
    indicator: Option<String>,
    /// 行政区
    region: Option<String>,
    /// 预警事项编号；为null表示手工登记
    episode_id: Option<Uuid>,
    /// 发现日期
    found_on: NaiveDate,
    /// 整改时限
    due_on: NaiveDate,
    /// 状态：open（待交办）、assigned（已交办）、in_progress（整改中）、applied（待核销）、returned（退回整改）、closed（已销号）或withdrawn（已撤销）
    state: ProblemStateWord,
    /// 是否逾期未销号
    overdue: bool,
    /// 逾期天数；未逾期的为0
    days_overdue: i64,
    /// 指标是否红色（严重滞后或未完成）
    red: bool,
    /// 目标、实际和差距；不以指标衡量的为null
    figures: Option<ProblemFiguresView>,
    /// 原因：责任单位所写，或其对预警函的反馈；只给牵头单位和综合协调部门
    cause: Option<String>,
    /// 措施：反馈的整改措施和此处写明的；只给牵头单位和综合协调部门
    measures: Vec<String>,
    /// 责任人；只给牵头单位和综合协调部门
    person: Option<String>,
    /// 责任人电话
    phone: Option<String>,
    /// 最近的进展；只给牵头单位和综合协调部门
    progress: Option<String>,
    /// 最近进展的日期
    progress_on: Option<NaiveDate>,
    /// 重复次数：销号后重开的次数；同一指标此前有过问题的，接着计
    repeats: i32,
    /// 销号申请人
    applicant: Option<String>,
    /// 佐证；只给牵头单位和综合协调部门
    evidence: Option<String>,
    /// 核销人
    verifier: Option<String>,
    /// 销号日期
    closed_on: Option<NaiveDate>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近办理时间
    updated_at: DateTime<Utc>,
}

impl TrackedProblemView {
    /// `told`: whether what the unit says is shown.
    pub(in crate::api) fn of(one: &TrackedProblem, told: bool) -> Self {
        let row = &one.listed.row;
        let own = |text: Option<&str>| text.filter(|_| told).map(str::to_owned);
        let contact = one.contact();
        let progress = one.progress().filter(|_| told);
        let application = one.last(ProblemDeed::Applied);
        let closure = one.last(ProblemDeed::Closed).filter(|_| row.state.0 == ProblemState::Closed);
        let (indicator, region) = one.listed.indicator.clone().unzip();
        Self {
            id: row.id.0,
            title: row.title.clone(),
            detail: row.detail.clone(),
            source: Word(row.source.0),
            level: Word(row.level.0),
            unit_id: row.unit_id.0,
            unit: one.listed.unit.clone(),
            support_units: one
                .listed
                .supports
                .iter()
                .map(|(id, name)| SupportUnitView { id: id.0, name: name.clone() })
                .collect(),
            campaign_id: row.campaign_id.map(|id| id.0),
            campaign: one.listed.campaign.clone(),
            task_id: row.task_id.map(|id| id.0),
            indicator_id: row.indicator_id.map(|id| id.0),
            indicator,
            region,
            episode_id: row.episode_id.map(|id| id.0),
            found_on: row.found_on,
            due_on: row.due_on,
            state: Word(row.state.0),
            overdue: one.is_overdue(),
            days_overdue: one.days_overdue(),
            red: one.is_red(),
            figures: one.figures.as_ref().map(|figures| ProblemFiguresView {
                target: said(&figures.target),
                actual: said(&figures.actual),
                gap: said(&figures.gap),
                data_of: said(&figures.data_of),
                grade: Word(figures.grade),
            }),
            cause: own(one.cause()),
            measures: if told { one.measures() } else { Vec::new() },
            person: own(contact.map(|(person, _)| person)),
            phone: own(contact.and_then(|(_, phone)| phone)),
            progress: progress.map(|(_, text)| text.to_owned()),
            progress_on: progress.map(|(on, _)| on),
            repeats: row.repeats,
            applicant: application.and_then(|entry| entry.person.clone()),
            evidence: own(application.and_then(|entry| entry.evidence.as_deref())),
            verifier: closure.and_then(|entry| entry.person.clone()),
            closed_on: one.closed_on(),
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }
    }
}

fn said(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// 配合单位
#[derive(Debug, Serialize, ToSchema)]
pub struct SupportUnitView {
    /// 编号
    id: Uuid,
    /// 名称
    name: String,
}

/// 指标的目标、实际和差距，措辞同预警函
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFiguresView {
    /// 目标
    target: Option<String>,
    /// 实际
    actual: Option<String>,
    /// 差距
    gap: Option<String>,
    /// 所据数据
    data_of: Option<String>,
    /// 等级
    grade: GradeWord,
}

/// 一个问题及其办理经过
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeProblemView {
    /// 问题
    #[serde(flatten)]
    problem: TrackedProblemView,
    /// 办理经过，先后为序
    entries: Vec<ProblemEntryView>,
}

impl WholeProblemView {
    /// `told`: whether what the unit says is shown.
    pub(super) fn of(one: &TrackedProblem, told: bool) -> Self {
        let entry =
            |(row, by): &(ProblemEntryRow, Option<String>)| ProblemEntryView::of(row, by.as_deref(), told);
        Self {
            problem: TrackedProblemView::of(one, told),
            entries: one.listed.entries.iter().map(entry).collect(),
        }
    }
}

/// 办理经过中的一步
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemEntryView {
    /// 次序，从1起
    ordinal: i32,
    /// 办理事项：opened（登记）、changed（调整）、assigned（交办）、measure（措施）、progress（进展）、applied（申请销号）、returned（退回）、closed（销号）、reopened（重开）或withdrawn（撤销）
    kind: ProblemDeedWord,
    /// 办理后的状态
    state: ProblemStateWord,
    /// 此后的整改时限
    due_on: NaiveDate,
    /// 经办人
    person: Option<String>,
    /// 经办人电话；只给牵头单位和综合协调部门
    phone: Option<String>,
    /// 内容或理由；单位所写的只给牵头单位和综合协调部门
    text: Option<String>,
    /// 原因
    cause: Option<String>,
    /// 佐证
    evidence: Option<String>,
    /// 办理所用密钥的名称
    by: Option<String>,
    /// 办理时间
    at: DateTime<Utc>,
}

impl ProblemEntryView {
    fn of(row: &ProblemEntryRow, by: Option<&str>, told: bool) -> Self {
        let shown = told || !row.kind.0.is_of_unit();
        let own = |text: &Option<String>| text.clone().filter(|_| shown);
        Self {
            ordinal: row.ordinal,
            kind: Word(row.kind.0),
            state: Word(row.state.0),
            due_on: row.due_on,
            person: row.person.clone(),
            phone: own(&row.phone),
            text: own(&row.text),
            cause: own(&row.cause),
            evidence: own(&row.evidence),
            by: by.map(str::to_owned),
            at: row.created_at.and_utc(),
        }
    }
}

/// 问题统计：截至某日
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemCountsView {
    /// 截至日期（当日24时）
    as_of: NaiveDate,
    /// 合计
    total: ProblemTally,
    /// 各层级
    items: Vec<LevelProblemsView>,
}

impl ProblemCountsView {
    pub(super) fn of(
        as_of: NaiveDate,
        (total, by_level): (ProblemCounts, [(ProblemLevel, ProblemCounts); 3]),
    ) -> Self {
        let item =
            |(level, counts)| LevelProblemsView { level: Word(level), counts: ProblemTally::of(counts) };
        Self { as_of, total: ProblemTally::of(total), items: by_level.into_iter().map(item).collect() }
    }
}

/// 一个层级的问题数
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelProblemsView {
    /// 层级
    level: ProblemLevelWord,
    /// 数量
    #[serde(flatten)]
    counts: ProblemTally,
}

/// 问题数；已撤销的不计
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemTally {
    /// 登记的
    problems: usize,
    /// 其中已交办
    assigned: usize,
    /// 其中待核销
    applied: usize,
    /// 其中已销号
    closed: usize,
    /// 未销号的之中逾期
    overdue: usize,
    /// 登记的之中重复出现
    repeated: usize,
}

impl ProblemTally {
    fn of(counts: ProblemCounts) -> Self {
        let ProblemCounts { problems, assigned, applied, closed, overdue, repeated } = counts;
        Self { problems, assigned, applied, closed, overdue, repeated }
    }
}
