//! 任务分解表 of a campaign: its tasks with their targets and units, in the order of the plan.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::{PAGE, ROWS_MAX, too_many};
use crate::domain::{Invalid, ResponsibilityRole};
use crate::office::{Office, Refusal};
use crate::sheets::{Sheet, SheetRow, SheetValue, sheet_lists, written};
use crate::store::rows::{BoardFilter, CampaignRow, NamedIndicatorRow, Page, TaskFilter, TaskRow};
use crate::store::types::{AnyId, CampaignId, Id, TaskId, UnitId};

/// The table as a workbook: a target a row, a task without one a row of its own. `unit`: only the tasks in which it has a part.
///
/// # Errors
/// [`Refusal::Invalid`] where there is no task, or where it would be too large.
pub async fn breakdown(
    office: &Office,
    campaign: &CampaignRow,
    family: Vec<CampaignId>,
    unit: Option<UnitId>,
) -> Result<Vec<u8>, Refusal> {
    let filter = TaskFilter { campaigns: Some(family.clone()), ..TaskFilter::default() };
    let tasks = tasks(office, &filter).await?;
    let own = match unit {
        None => None,
        Some(_) => Some(self::tasks(office, &TaskFilter { unit_id: unit, ..filter }).await?),
    };
    let of_family = office.read.list_campaigns_of(&family).await?;
    let mut plan = Plan {
        campaign: campaign.id,
        campaigns: of_family.into_iter().map(|row| (row.id, row)).collect(),
        indicators: HashMap::new(),
        parts: HashMap::new(),
    };
    plan.promises(office, family).await?;
    plan.parts(office, &tasks).await?;
    let mut rows = Vec::new();
    for task in in_order(tasks, &plan) {
        if own.as_ref().is_none_or(|own| own.iter().any(|one| one.id == task.1.id)) {
            plan.rows(&task, &mut rows);
        }
    }
    if rows.is_empty() {
        let detail = "没有可列的任务：请核对攻坚行动和责任单位。";
        return Err(Invalid::new("campaign", "nothing_asked", detail).into());
    }
    if rows.len() > ROWS_MAX {
        return Err(too_many(ROWS_MAX));
    }
    let today = office.clock.today();
    let sheet = Sheet {
        name: "任务分解表".to_owned(),
        title: format!("{}任务分解表", campaign.name),
        note: format!("{}，共{}项。", today.format("%Y年%-m月%-d日"), rows.len()),
        columns: sheet_lists::breakdown(),
        rows: (1_u32..).zip(rows).map(|(number, row)| numbered(number, row)).collect(),
        ..Sheet::default()
    };
    written(&[sheet], today).map_err(|error| Invalid::new("campaign", "too_many", error.to_string()).into())
}

fn numbered(number: u32, row: Vec<SheetValue>) -> SheetRow {
    let mut values = vec![SheetValue::from(Decimal::from(number))];
    values.extend(row);
    SheetRow::new(values)
}

async fn tasks(office: &Office, filter: &TaskFilter) -> Result<Vec<TaskRow>, Refusal> {
    let mut all: Vec<TaskRow> = Vec::new();
    loop {
        let after: Option<AnyId> = all.last().map(|row| row.id.of_any());
        let mut page = office.read.list_tasks(filter, Page { limit: PAGE, after }).await?;
        let is_last = page.len() <= PAGE as usize;
        page.truncate(PAGE as usize);
        all.append(&mut page);
        if is_last {
            return Ok(all);
        }
        if all.len() > ROWS_MAX {
            return Err(too_many(ROWS_MAX));
        }
    }
}

/// Tasks with the one above each, as the plan has them: campaign by campaign, each task before those below it.
fn in_order(tasks: Vec<TaskRow>, plan: &Plan) -> Vec<(Option<String>, TaskRow)> {
    let mut below: BTreeMap<Option<TaskId>, Vec<TaskRow>> = BTreeMap::new();
    for task in tasks {
        below.entry(task.parent_id).or_default().push(task);
    }
    let place = |task: &TaskRow| {
        let campaign = plan.campaigns.get(&task.campaign_id);
        let first = task.campaign_id != plan.campaign;
        (first, campaign.map(|row| row.ordinal), task.campaign_id, task.ordinal, task.id)
    };
    for siblings in below.values_mut() {
        siblings.sort_by_key(|task| std::cmp::Reverse(place(task)));
    }
    let mut out = Vec::new();
    let tops = below.remove(&None).unwrap_or_default();
    let mut waiting: Vec<(Option<String>, TaskRow)> = tops.into_iter().map(|task| (None, task)).collect();
    while let Some((above, task)) = waiting.pop() {
        let name = Some(task.name.clone());
        let children = below.remove(&Some(task.id)).unwrap_or_default();
        waiting.extend(children.into_iter().map(|child| (name.clone(), child)));
        out.push((above, task));
    }
    out
}

/// What the table is made of.
struct Plan {
    campaign: CampaignId,
    campaigns: HashMap<CampaignId, CampaignRow>,
    indicators: HashMap<TaskId, Vec<NamedIndicatorRow>>,
    /// Leading and supporting units.
    parts: HashMap<TaskId, [Vec<String>; 2]>,
}

impl Plan {
    async fn promises(&mut self, office: &Office, family: Vec<CampaignId>) -> Result<(), Refusal> {
        let alive_on = Some(office.clock.today());
        let filter = BoardFilter { campaigns: Some(family), alive_on, ..BoardFilter::default() };
        let (mut after, mut count) = (None, 0);
        loop {
            let mut page = office.read.list_indicators(&filter, Page { limit: PAGE, after }).await?;
            let is_last = page.len() <= PAGE as usize;
            page.truncate(PAGE as usize);
            after = page.last().map(|row| row.indicator.id.0).map(Id::of);
            count += page.len();
            for row in page {
                self.indicators.entry(row.indicator.task_id).or_default().push(row);
            }
            if is_last {
                return Ok(());
            }
            if count > ROWS_MAX {
                return Err(too_many(ROWS_MAX));
            }
        }
    }

    async fn parts(&mut self, office: &Office, tasks: &[TaskRow]) -> Result<(), Refusal> {
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        for chunk in ids.chunks(1_000) {
            for (part, unit) in office.read.list_task_responsibilities(chunk).await? {
                let Some(task) = part.task_id else { continue };
                let role = usize::from(part.role.0 == ResponsibilityRole::Support);
                self.parts.entry(task).or_default()[role].push(unit);
            }
        }
        Ok(())
    }

    /// The rows of a task, without their number.
    fn rows(&self, (above, task): &(Option<String>, TaskRow), rows: &mut Vec<Vec<SheetValue>>) {
        let none = [Vec::new(), Vec::new()];
        let [lead, support] = self.parts.get(&task.id).unwrap_or(&none);
        let promises = self.indicators.get(&task.id).map_or(&[][..], Vec::as_slice);
        if lead.is_empty() && support.is_empty() && promises.is_empty() {
            return;
        }
        let campaign = self.campaigns.get(&task.campaign_id).filter(|row| row.id != self.campaign);
        let section = above.clone().or_else(|| campaign.map(|row| row.name.clone()));
        let support = support.join("、") + if task.units_open && !support.is_empty() { "等" } else { "" };
        let row = |phrase: Option<String>, due| {
            vec![
                SheetValue::from(section.clone()),
                task.name.clone().into(),
                phrase.into(),
                lead.join("、").into(),
                support.clone().into(),
                SheetValue::from(due),
            ]
        };
        if promises.is_empty() {
            rows.push(row(None, None));
        }
        for promise in promises {
            let phrase = promise.indicator.target.phrase.clone().unwrap_or_else(|| promise.measure.1.clone());
            rows.push(row(Some(phrase), Some(promise.indicator.window_end)));
        }
    }
}
