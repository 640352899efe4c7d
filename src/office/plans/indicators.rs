//! Deeds with indicators (指标).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::campaign_curves::default_curve;
use super::external_ids::{name_externally, rename_externally};
use super::{NewPart, parts};
use crate::domain::invalid::shorten;
use crate::domain::{
    Curve, Invalid, Measure, Of, Period, PlanPart, ResponsibilityRole, Retiree, Target, WrittenTarget,
    quantity,
};
use crate::evidence::Register;
use crate::office::actor::{Deed, Edited};
use crate::office::retirement::expect_alive;
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::store::rows::{
    IndicatorChange, IndicatorRow, NamedIndicatorRow, ResponsibilityRow, TargetColumns,
};
use crate::store::types::{Id, IndicatorId, MeasureId, Number, RegionId, TaskId};
use crate::store::{curves, revisions};

/// An indicator that is to be made.
#[derive(Debug, Clone)]
pub struct NewIndicator {
    /// Its task.
    pub task: TaskId,
    /// What is measured: id, name or other name.
    pub measure: String,
    /// Where: id, code or name.
    pub region: String,
    /// The promise; `None` when there is none yet.
    pub target: Option<WrittenTarget>,
    /// The curve, unchecked; the campaign's usual one unless told.
    pub curve: Option<Curve>,
    /// The value at the start, in the measure's unit.
    pub baseline: Option<Decimal>,
    /// First day of the window; the campaign's unless told.
    pub window_start: Option<NaiveDate>,
    /// Last day of the window; the campaign's unless told.
    pub window_end: Option<NaiveDate>,
    /// Who answers for it; those of the task when empty.
    pub parts: Vec<NewPart>,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

/// Makes an indicator; who is addressed is worked out from its own parts and those of its task.
///
/// # Errors
/// [`Refusal::Key`] for a task, measure, region or unit that is not there, [`Refusal::Invalid`] for a part that does not fit.
pub async fn create_indicator(
    office: &Office,
    actor: &Actor,
    new: NewIndicator,
) -> Result<IndicatorRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_indicator(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("indicator", row.id.of_any());
    }
    deed.end(made).await
}

/// Makes an indicator as part of a deed.
pub(super) async fn add_indicator(deed: &mut Deed<'_>, new: NewIndicator) -> Result<IndicatorRow, Refusal> {
    let office = deed.office();
    let found = deed.tx().find_task_campaign(new.task).await;
    let (campaign, starts_on, ends_on) =
        found.map_err(|error| Refusal::Key { field: "task".to_owned(), error })?;
    deed.tx().refer().await?;
    if let Some(task) = deed.tx().find_task(new.task).await? {
        expect_alive("task", Retiree::Task, (&task.name, task.retired_on))?;
    }
    let measure = deed.measure("measure", &new.measure).await?;
    let region = deed.region("region", &new.region).await?;
    let (measure_id, measure) = (measure.id, Measure::from(measure));
    let target = new.target.map(|target| target.target(Of::measure(&measure))).transpose()?;
    expect_benchmark(deed, target.as_ref(), (measure_id, region.id)).await?;
    let window = window(new.window_start.unwrap_or(starts_on), new.window_end.unwrap_or(ends_on))?;
    let own_day = target.as_ref().and_then(|target| Curve::of_milestone(target, window));
    let curve = match new.curve.map(|curve| curve.checked_in(window)).transpose()?.or(own_day) {
        Some(curve) => curves::write(&curve),
        None => default_curve(deed, campaign, target.as_ref()).await?,
    };
    let (id, now) = (Id::of(office.clock.new_id()), office.clock.timestamp());
    let own = parts(deed, &new.parts).await?;
    let parts = ResponsibilityRow::of_indicator(id, &own, || office.clock.new_id());
    let row = IndicatorRow {
        id,
        campaign_id: campaign,
        task_id: new.task,
        series_id: 0,
        lead_unit_id: None,
        target: TargetColumns::from(target.as_ref()),
        curve,
        baseline: baseline(new.baseline)?,
        window_start: window.start(),
        window_end: window.end(),
        created_at: now,
        revision: 1,
        updated_at: now,
        retired_on: None,
        retired_reason: None,
    };
    deed.tx().create_indicator((measure_id, region.id), &row, &parts).await?;
    name_externally(deed, PlanPart::Indicator, row.id, new.external_id.as_deref()).await?;
    Ok(row)
}

/// What is to become of an indicator; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct IndicatorEdit {
    /// The promise; `Some(None)` takes it back.
    pub target: Option<Option<WrittenTarget>>,
    /// The curve, unchecked.
    pub curve: Option<Curve>,
    /// The value at the start; `Some(None)` for none.
    pub baseline: Option<Option<Decimal>>,
    /// First day of the window.
    pub window_start: Option<NaiveDate>,
    /// Last day of the window.
    pub window_end: Option<NaiveDate>,
    /// The task it goes to, of the same campaign.
    pub task: Option<TaskId>,
    /// Who answers for it, in place of those who do; those of its task when empty.
    pub parts: Option<Vec<NewPart>>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
    /// Why, and from which day on.
    pub why: ChangeReason,
}

/// Changes an indicator that was read as `seen`; what it said before is kept.
///
/// # Errors
/// As [`create_indicator`]; `Stale` when somebody else has changed it since.
pub async fn update_indicator(
    office: &Office,
    actor: &Actor,
    seen: &NamedIndicatorRow,
    edit: IndicatorEdit,
) -> Result<(), Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_indicator(&mut deed, seen, edit).await;
    deed.end_edit(made).await
}

/// Changes an indicator as part of a deed.
pub(super) async fn change_indicator(
    deed: &mut Deed<'_>,
    seen: &NamedIndicatorRow,
    edit: IndicatorEdit,
) -> Result<Edited<()>, Refusal> {
    let office = deed.office();
    let row = &seen.indicator;
    let new_target = matches!(edit.target, Some(Some(_)));
    let target = match edit.target {
        None => row.target.target(),
        Some(None) => None,
        Some(Some(target)) => {
            let measure = deed.measure("target", &seen.measure.1).await?;
            let region = deed.region("target", &seen.region.0).await?;
            let own = (measure.id, region.id);
            let target = target.target(Of::measure(&Measure::from(measure)))?;
            expect_benchmark(deed, Some(&target), own).await?;
            Some(target)
        }
    };
    let window =
        window(edit.window_start.unwrap_or(row.window_start), edit.window_end.unwrap_or(row.window_end))?;
    let curve = edited_curve(edit.curve, row, (target.as_ref(), new_target), window)?;
    let parts = match &edit.parts {
        None => None,
        Some(list) => {
            let own = parts(deed, list).await?;
            Some(ResponsibilityRow::of_indicator(row.id, &own, || office.clock.new_id()))
        }
    };
    let change = IndicatorChange {
        id: row.id,
        task_id: match edit.task {
            None => row.task_id,
            Some(task) => of_same_campaign(deed, row, task).await?,
        },
        target: TargetColumns::from(target.as_ref()),
        curve: curves::write(&curve),
        baseline: match edit.baseline {
            None => row.baseline,
            Some(value) => baseline(value)?,
        },
        window_start: window.start(),
        window_end: window.end(),
        revision: row.revision + 1,
        updated_at: office.clock.timestamp(),
    };
    let note = edit.why.note(office)?;
    let kept = revisions::of_indicator(row, &change, &note);
    let renamed = rename_externally(deed, PlanPart::Indicator, row.id, edit.external_id.as_ref()).await?;
    let same = kept.is_none() && change.task_id == row.task_id;
    if same && !renamed && has_parts(deed, row.id, parts.as_deref()).await? {
        return Ok(Edited::Same(()));
    }
    expect_alive("id", Retiree::Indicator, (&seen.measure.1, row.retired_on))?;
    deed.tx().update_indicator(&change, kept.as_ref(), parts.as_deref(), &note.handover()).await?;
    deed.changed("indicator", row.id, row, &change.applied_to(row.clone()));
    Ok(Edited::Changed(()))
}

/// Whether these units answer for an indicator already, in this order, or none are given.
async fn has_parts(
    deed: &mut Deed<'_>,
    indicator: IndicatorId,
    list: Option<&[ResponsibilityRow]>,
) -> Result<bool, Refusal> {
    let Some(list) = list else { return Ok(true) };
    let present = deed.tx().list_responsible_units(&[], &[indicator]).await?;
    let mut given: Vec<_> = list.iter().map(|part| (part.unit_id, &part.role)).collect();
    // The present ones come with those who lead first.
    given.sort_by_key(|(_, role)| **role != ResponsibilityRole::Lead);
    Ok(present.iter().map(|part| (part.unit_id, &part.role)).eq(given))
}

/// The task an indicator goes to.
async fn of_same_campaign(deed: &mut Deed<'_>, row: &IndicatorRow, task: TaskId) -> Result<TaskId, Refusal> {
    deed.tx().refer().await?;
    let found = deed.tx().find_task(task).await?;
    let there = found.ok_or_else(|| Invalid::new("task", "not_found", "没有这项任务，请核对编号。"))?;
    if there.campaign_id != row.campaign_id {
        let detail = "指标只能改列到同一攻坚行动的任务下；改列到其他行动的，请停用后另建。";
        return Err(Invalid::new("task", "other_campaign", detail).into());
    }
    expect_alive("task", Retiree::Task, (&there.name, there.retired_on))?;
    Ok(there.id)
}

/// The curve after an edit. The day that a milestone's phrase names moves with the phrase; nodes that a person named stay.
fn edited_curve(
    new: Option<Curve>,
    row: &IndicatorRow,
    (target, is_new): (Option<&Target>, bool),
    window: Period,
) -> Result<Curve, Refusal> {
    if let Some(curve) = new {
        return Ok(curve.checked_in(window)?);
    }
    let own_day = |target: &Target| Curve::of_milestone(target, window);
    let before = curves::read(&row.curve)?;
    let by_phrase = match &before {
        Curve::Nodes(_) => row.target.target().as_ref().and_then(own_day).as_ref() == Some(&before),
        _ => true,
    };
    Ok(target.filter(|_| is_new && by_phrase).and_then(own_day).unwrap_or(before))
}

fn window(start: NaiveDate, end: NaiveDate) -> Result<Period, Invalid> {
    Period::new(start, end).map_err(|invalid| Invalid { field: "window_end".to_owned(), ..invalid })
}

fn baseline(value: Option<Decimal>) -> Result<Option<Number>, Invalid> {
    value.map(|value| quantity::checked("baseline", value).map(Number)).transpose()
}

/// Refuses a comparison with something that is not there: it would be without a verdict for ever.
async fn expect_benchmark(
    deed: &mut Deed<'_>,
    target: Option<&Target>,
    own: (MeasureId, RegionId),
) -> Result<(), Refusal> {
    let Some(target) = target.filter(|target| target.benchmark.is_some()) else { return Ok(()) };
    if Register::load_in(deed.tx()).await?.knows(target, own) {
        return Ok(());
    }
    let written = shorten(target.benchmark.as_deref().unwrap_or_default());
    let detail = format!(
        "没有可供对比的“{written}”：请写全国平均、全省平均、行政区或指标口径的名称；同上年比较请用增长目标。"
    );
    Err(Invalid::new("target.benchmark", "unknown", detail).into())
}
