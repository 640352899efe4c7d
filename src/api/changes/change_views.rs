//! What each kind of change shows: the view of its own list, read for many at once.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ChangedView;
use crate::api::State;
use crate::api::assessments::RecordedView;
use crate::api::campaigns::CampaignView;
use crate::api::contacts::ContactView;
use crate::api::deliveries::DeliveryView;
use crate::api::episodes::EpisodeView;
use crate::api::http::access::Caller;
use crate::api::http::refused::Refused;
use crate::api::http::wire::Word;
use crate::api::indicators::{IndicatorView, aliases};
use crate::api::letters::LetterView;
use crate::api::letters::replies::bodies::ReplyView;
use crate::api::measures::MeasureView;
use crate::api::observations::ObservationView;
use crate::api::problems::{TrackedProblemView, is_told};
use crate::api::regions::RegionView;
use crate::api::tasks::TaskView;
use crate::api::units::UnitView;
use crate::domain::ChangeKind;
use crate::office::problem_ledger::tracked;
use crate::office::rows::ChangeRow;
use crate::office::types::{AnyId, known};

/// 变更的内容，随类别而定
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ChangeData {
    /// 行政区
    Region(Box<RegionView>),
    /// 责任单位
    Unit(Box<UnitView>),
    /// 联络员
    Contact(Box<ContactView>),
    /// 指标口径
    Measure(Box<MeasureView>),
    /// 攻坚行动
    Campaign(Box<CampaignView>),
    /// 任务
    Task(Box<TaskView>),
    /// 指标
    Indicator(Box<IndicatorView>),
    /// 观测值
    Observation(Box<ObservationView>),
    /// 记录下来的一次研判
    Assessment(Box<ChangedAssessmentView>),
    /// 预警事项
    Episode(Box<EpisodeView>),
    /// 函
    Letter(Box<LetterView>),
    /// 投递
    Delivery(Box<DeliveryView>),
    /// 反馈
    Reply(Box<ReplyView>),
    /// 问题
    Problem(Box<TrackedProblemView>),
}

/// 记录下来的一次研判，连同指标
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedAssessmentView {
    /// 指标编号
    indicator_id: Uuid,
    /// 研判
    #[serde(flatten)]
    recorded: RecordedView,
}

/// The views of these changes, in their order. What has gone since the changes were listed is left out: nothing is deleted, so that
/// it comes again.
pub(super) async fn views(
    state: &State,
    caller: &Caller,
    rows: Vec<ChangeRow>,
) -> Result<Vec<ChangedView>, Refused> {
    let mut data: HashMap<AnyId, ChangeData> = HashMap::with_capacity(rows.len());
    for kind in [
        ChangeKind::Region,
        ChangeKind::Unit,
        ChangeKind::Contact,
        ChangeKind::Measure,
        ChangeKind::Campaign,
        ChangeKind::Task,
        ChangeKind::Indicator,
        ChangeKind::Observation,
        ChangeKind::Assessment,
        ChangeKind::Episode,
        ChangeKind::Letter,
        ChangeKind::Delivery,
        ChangeKind::Reply,
        ChangeKind::Problem,
    ] {
        let ids: Vec<AnyId> = rows.iter().filter(|row| row.kind == kind).map(|row| row.place.id).collect();
        if !ids.is_empty() {
            add(state, caller, (kind, &ids), &mut data).await?;
        }
    }
    if !caller.role.sees_ahead() {
        // They are told of on the day on which they come out.
        let today = state.office.clock.today();
        data.retain(|_, data| !matches!(data, ChangeData::Observation(one) if one.is_out_after(today)));
    }
    let view = |row: ChangeRow| {
        let data = data.remove(&row.place.id)?;
        Some(ChangedView { kind: Word(row.kind), id: row.place.id.0, data })
    };
    Ok(rows.into_iter().filter_map(view).collect())
}

type Data = HashMap<AnyId, ChangeData>;

async fn add(
    state: &State,
    caller: &Caller,
    (kind, ids): (ChangeKind, &[AnyId]),
    data: &mut Data,
) -> Result<(), Refused> {
    match kind {
        ChangeKind::Region
        | ChangeKind::Unit
        | ChangeKind::Contact
        | ChangeKind::Measure
        | ChangeKind::Campaign
        | ChangeKind::Task
        | ChangeKind::Indicator => add_plans(state, kind, ids, data).await,
        ChangeKind::Observation => {
            for row in state.office.read.list_observations_of(&known(ids)).await? {
                data.insert(row.0.id.of_any(), ChangeData::Observation(Box::new(ObservationView::of(row)?)));
            }
            Ok(())
        }
        ChangeKind::Assessment => {
            for row in state.office.read.list_assessments_of(&known(ids)).await? {
                let recorded = RecordedView::of(&row);
                let view = ChangedAssessmentView { indicator_id: row.indicator_id.0, recorded };
                data.insert(row.id.of_any(), ChangeData::Assessment(Box::new(view)));
            }
            Ok(())
        }
        ChangeKind::Episode | ChangeKind::Letter | ChangeKind::Delivery | ChangeKind::Reply => {
            add_letters(state, kind, ids, data).await
        }
        ChangeKind::Problem => {
            let listed = state.office.read.list_problems_of(&known(ids)).await?;
            for one in tracked(&state.office, listed, state.office.clock.today()).await? {
                let view = TrackedProblemView::of(&one, is_told(caller, &one));
                data.insert(one.listed.row.id.of_any(), ChangeData::Problem(Box::new(view)));
            }
            Ok(())
        }
    }
}

async fn add_plans(state: &State, kind: ChangeKind, ids: &[AnyId], data: &mut Data) -> Result<(), Refused> {
    let read = &state.office.read;
    let external = read.list_external_ids(ids).await?;
    match kind {
        ChangeKind::Region => {
            let mut aliases: HashMap<_, Vec<_>> = HashMap::new();
            for alias in read.list_region_aliases(&known(ids)).await? {
                aliases.entry(alias.region_id).or_default().push(alias);
            }
            for row in read.list_regions_of(&known(ids)).await? {
                let (id, own) = (row.id, aliases.remove(&row.id).unwrap_or_default());
                data.insert(id.of_any(), ChangeData::Region(Box::new(RegionView::of(row, own))));
            }
        }
        ChangeKind::Unit => {
            let aliases = read.list_unit_aliases(&known(ids)).await?;
            for row in read.list_units_of(&known(ids)).await? {
                let id = row.id.of_any();
                data.insert(id, ChangeData::Unit(Box::new(UnitView::of(row, &aliases, &external))));
            }
        }
        ChangeKind::Contact => {
            for row in read.list_contacts_of(&known(ids)).await? {
                data.insert(row.id.of_any(), ChangeData::Contact(Box::new(ContactView::of(row, &external))));
            }
        }
        ChangeKind::Measure => {
            let mut aliases: HashMap<_, Vec<String>> = HashMap::new();
            for alias in read.list_measure_aliases(&known(ids)).await? {
                aliases.entry(alias.measure_id).or_default().push(alias.name);
            }
            for row in read.list_measures_of(&known(ids)).await? {
                let (id, mut own) = (row.id, aliases.remove(&row.id).unwrap_or_default());
                own.sort_unstable();
                data.insert(id.of_any(), ChangeData::Measure(Box::new(MeasureView::of(row, own, &external))));
            }
        }
        ChangeKind::Campaign => {
            for row in read.list_campaigns_of(&known(ids)).await? {
                let id = row.id.of_any();
                data.insert(id, ChangeData::Campaign(Box::new(CampaignView::of(row, &external)?)));
            }
        }
        ChangeKind::Task => {
            let mut parts: HashMap<_, Vec<_>> = HashMap::new();
            for (part, name) in read.list_task_responsibilities(&known(ids)).await? {
                if let Some(task) = part.task_id {
                    parts.entry(task).or_default().push((part, name));
                }
            }
            for row in read.list_tasks_of(&known(ids)).await? {
                let (id, own) = (row.id, parts.remove(&row.id).unwrap_or_default());
                data.insert(id.of_any(), ChangeData::Task(Box::new(TaskView::of(row, own, &external))));
            }
        }
        _ => {
            let rows = read.list_indicators_of(&known(ids)).await?;
            let aliases = aliases(state, &rows).await?;
            for row in rows {
                let id = row.indicator.id;
                // Nobody would be told that the updating is over: that changes no row.
                let view = IndicatorView { updating: None, ..IndicatorView::of(row, &[], &aliases)? };
                data.insert(id.of_any(), ChangeData::Indicator(Box::new(view)));
            }
        }
    }
    Ok(())
}

async fn add_letters(state: &State, kind: ChangeKind, ids: &[AnyId], data: &mut Data) -> Result<(), Refused> {
    let read = &state.office.read;
    match kind {
        ChangeKind::Episode => {
            let withdrawals = read.list_withdrawals_about(&known(ids)).await?;
            for row in read.list_episodes_of(&known(ids)).await? {
                let id = row.0.id;
                data.insert(id.of_any(), ChangeData::Episode(Box::new(EpisodeView::of(row, &withdrawals))));
            }
        }
        ChangeKind::Letter => {
            let now = state.office.clock.now();
            for row in read.find_letters(&known(ids)).await? {
                data.insert(
                    row.id.of_any(),
                    ChangeData::Letter(Box::new(LetterView::of(row, now)?.unwaited())),
                );
            }
        }
        ChangeKind::Delivery => {
            for row in read.find_deliveries(&known(ids)).await? {
                data.insert(row.id.of_any(), ChangeData::Delivery(Box::new(DeliveryView::of(row))));
            }
        }
        _ => {
            for whole in read.list_replies_of(&known(ids)).await? {
                data.insert(whole.reply.id.of_any(), ChangeData::Reply(Box::new(ReplyView::of(whole))));
            }
        }
    }
    Ok(())
}
