//! Who answers for what: the lists as written, and those in force (see [`Responsibility::effective`]).

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::Conn;
use super::former_names::in_force_on;
use crate::StoreError;
use crate::rows::{Handover, HandoverRow, PlaceThen, ResponsibilityRow};
use crate::schema::{campaigns, handovers, indicators, responsibilities, tasks, units};
use crate::types::{CampaignId, Id, IndicatorId, TaskId, Thing, UnitId, kinds};
use xushi_domain::Responsibility;

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// The lists of several tasks as written, with the units' names, in the order of the document.
///
/// # Errors
/// When the database fails.
pub async fn list_task_responsibilities(
    conn: &mut Conn,
    tasks: &[TaskId],
) -> Result<Vec<(ResponsibilityRow, String)>, StoreError> {
    Ok(responsibilities::table
        .inner_join(units::table)
        .filter(responsibilities::task_id.eq_any(tasks.to_vec()))
        .order((responsibilities::task_id, responsibilities::ordinal, responsibilities::id))
        .select((ResponsibilityRow::as_select(), units::name))
        .load(conn)
        .await?)
}

/// The list in force of a task, or of an indicator in it, leads first.
///
/// # Errors
/// `Missing` when there is no such task.
pub async fn effective_responsibilities(
    conn: &mut Conn,
    task_id: TaskId,
    indicator_id: Option<IndicatorId>,
) -> Result<Vec<Responsibility>, StoreError> {
    let tree = Tree::around(conn, task_id).await?;
    let mut own = Vec::new();
    if let Some(indicator) = indicator_id {
        let rows: Vec<ResponsibilityRow> = responsibilities::table
            .filter(responsibilities::indicator_id.eq(indicator))
            .order((responsibilities::ordinal, responsibilities::id))
            .select(ResponsibilityRow::as_select())
            .load(conn)
            .await?;
        own = rows.iter().map(Responsibility::from).collect();
    }
    Ok(tree.effective(task_id, &own))
}

/// Writes the lead unit of every indicator in this task and below it anew, after lists or the tree have changed;
/// gives how many changed. The caller holds the transaction.
///
/// # Errors
/// `Missing` when there is no such task.
pub async fn refresh_lead_units(
    conn: &mut Conn,
    task_id: TaskId,
    handover: &Handover,
) -> Result<usize, StoreError> {
    let tree = Tree::around(conn, task_id).await?;
    let below: Vec<TaskId> =
        tree.parents.keys().copied().filter(|task| tree.path(*task).contains(&task_id)).collect();
    refresh(conn, &tree, &below, handover).await
}

/// [`refresh_lead_units`] for all tasks of a campaign, after its office has changed.
///
/// # Errors
/// When the database fails.
pub async fn refresh_campaign(
    conn: &mut Conn,
    campaign_id: CampaignId,
    handover: &Handover,
) -> Result<usize, StoreError> {
    let tree = Tree::of(conn, campaign_id).await?;
    let all: Vec<TaskId> = tree.parents.keys().copied().collect();
    refresh(conn, &tree, &all, handover).await
}

async fn refresh(
    conn: &mut Conn,
    tree: &Tree,
    below: &[TaskId],
    handover: &Handover,
) -> Result<usize, StoreError> {
    let mut moved: HashMap<Option<UnitId>, Vec<IndicatorId>> = HashMap::new();
    let mut left = Vec::new();
    for chunk in below.chunks(AT_ONCE) {
        let rows: Vec<(IndicatorId, TaskId, Option<UnitId>)> = indicators::table
            .filter(indicators::task_id.eq_any(chunk.to_vec()))
            .select((indicators::id, indicators::task_id, indicators::lead_unit_id))
            .load(conn)
            .await?;
        let own: Vec<ResponsibilityRow> = responsibilities::table
            .inner_join(indicators::table)
            .filter(indicators::task_id.eq_any(chunk.to_vec()))
            .order((responsibilities::ordinal, responsibilities::id))
            .select(ResponsibilityRow::as_select())
            .load(conn)
            .await?;
        let own = grouped(&own, |row| row.indicator_id);
        for (indicator, task, present) in rows {
            let own = own.get(&indicator).map_or(&[][..], Vec::as_slice);
            let lead = Responsibility::first_lead(&tree.effective(task, own)).map(Id::of);
            if lead != present {
                moved.entry(lead).or_default().push(indicator);
                left.push((indicator, task, present));
            }
        }
    }
    insert_handovers(conn, &left, handover).await?;
    let mut count = 0;
    for (lead, ids) in moved {
        for chunk in ids.chunks(AT_ONCE) {
            count += diesel::update(indicators::table.filter(indicators::id.eq_any(chunk.to_vec())))
                .set((
                    indicators::lead_unit_id.eq(lead),
                    indicators::revision.eq(indicators::revision + 1),
                    indicators::updated_at.eq(handover.at),
                ))
                .execute(conn)
                .await?;
        }
    }
    Ok(count)
}

/// Keeps where indicators stood until a handover: indicator, task, lead unit.
///
/// # Errors
/// When the database fails.
pub(super) async fn insert_handovers(
    conn: &mut Conn,
    left: &[(IndicatorId, TaskId, Option<UnitId>)],
    handover: &Handover,
) -> Result<(), StoreError> {
    for (indicator_id, task_id, lead_unit_id) in left.iter().copied() {
        let row = HandoverRow {
            indicator_id,
            task_id,
            lead_unit_id,
            superseded_on: handover.on,
            reason: handover.reason.clone(),
            recorded_at: handover.at,
        };
        diesel::insert_into(handovers::table).values(&row).execute(conn).await?;
    }
    Ok(())
}

/// In which task an indicator stands, and who leads it.
///
/// # Errors
/// `Stale` when it has gone.
pub(super) async fn standing(
    conn: &mut Conn,
    indicator: IndicatorId,
) -> Result<(TaskId, Option<UnitId>), StoreError> {
    let of = indicators::table.find(indicator).select((indicators::task_id, indicators::lead_unit_id));
    of.get_result(conn).await.optional()?.ok_or(StoreError::Stale)
}

/// Gives an indicator units of its own, if any are given, and the lead unit that follows; keeps where it `stood`, where that is not
/// where it stands now. The caller holds the transaction.
///
/// # Errors
/// When the database fails.
pub(super) async fn hand_over(
    conn: &mut Conn,
    (indicator, task): (IndicatorId, TaskId),
    stood: (TaskId, Option<UnitId>),
    (parts, handover): (Option<&[ResponsibilityRow]>, &Handover),
) -> Result<(), StoreError> {
    if let Some(parts) = parts {
        let present = responsibilities::table.filter(responsibilities::indicator_id.eq(indicator));
        diesel::delete(present).execute(conn).await?;
        for part in parts {
            diesel::insert_into(responsibilities::table).values(part).execute(conn).await?;
        }
    }
    let list = effective_responsibilities(conn, task, Some(indicator)).await?;
    let leads = Responsibility::first_lead(&list).map(Id::of);
    if stood == (task, leads) {
        return Ok(());
    }
    insert_handovers(conn, &[(indicator, stood.0, stood.1)], handover).await?;
    let own = indicators::table.find(indicator);
    diesel::update(own).set(indicators::lead_unit_id.eq(leads)).execute(conn).await?;
    Ok(())
}

/// An indicator with a day until which it stood in a task under a lead unit, each with its name.
type PlaceColumns = (IndicatorId, NaiveDate, (TaskId, String), (Option<UnitId>, Option<String>));

/// Where these indicators stood on a day, where that is not where they stand by now: task and lead unit, each with its name.
///
/// # Errors
/// When the database fails.
pub(super) async fn list_places_on(
    conn: &mut Conn,
    ids: &[IndicatorId],
    day: NaiveDate,
) -> Result<HashMap<IndicatorId, PlaceThen>, StoreError> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let rows: Vec<PlaceColumns> = handovers::table
            .inner_join(tasks::table)
            .left_join(units::table)
            .filter(handovers::indicator_id.eq_any(chunk.to_vec()))
            .order(handovers::id)
            .select((
                handovers::indicator_id,
                handovers::superseded_on,
                (tasks::id, tasks::name),
                (units::id.nullable(), units::name.nullable()),
            ))
            .load(conn)
            .await?;
        let places =
            rows.into_iter().map(|(id, until, task, lead_unit)| (id, until, PlaceThen { task, lead_unit }));
        found.extend(in_force_on(places, day));
    }
    Ok(found)
}

type Lists<K> = HashMap<Id<K>, Vec<Responsibility>>;

/// Lists by what they belong to, each in the order of `rows`.
fn grouped<K: Thing>(
    rows: &[ResponsibilityRow],
    owner: impl Fn(&ResponsibilityRow) -> Option<Id<K>>,
) -> Lists<K> {
    let mut lists = Lists::<K>::new();
    for row in rows {
        if let Some(owner) = owner(row) {
            lists.entry(owner).or_default().push(row.into());
        }
    }
    lists
}

/// A campaign's tasks as far as responsibilities go.
struct Tree {
    office: Option<Uuid>,
    parents: HashMap<TaskId, Option<TaskId>>,
    lists: Lists<kinds::Task>,
}

impl Tree {
    async fn around(conn: &mut Conn, task_id: TaskId) -> Result<Self, StoreError> {
        let found =
            tasks::table.find(task_id).select(tasks::campaign_id).get_result(conn).await.optional()?;
        let campaign = found.ok_or_else(|| StoreError::missing("task", task_id.0))?;
        Self::of(conn, campaign).await
    }

    async fn of(conn: &mut Conn, campaign_id: CampaignId) -> Result<Self, StoreError> {
        let office: Option<UnitId> =
            campaigns::table.find(campaign_id).select(campaigns::office_unit_id).get_result(conn).await?;
        let parents: Vec<(TaskId, Option<TaskId>)> = tasks::table
            .filter(tasks::campaign_id.eq(campaign_id))
            .select((tasks::id, tasks::parent_id))
            .load(conn)
            .await?;
        let rows: Vec<ResponsibilityRow> = responsibilities::table
            .inner_join(tasks::table)
            .filter(tasks::campaign_id.eq(campaign_id))
            .order((responsibilities::ordinal, responsibilities::id))
            .select(ResponsibilityRow::as_select())
            .load(conn)
            .await?;
        let lists = grouped(&rows, |row| row.task_id);
        Ok(Self { office: office.map(|id| id.0), parents: parents.into_iter().collect(), lists })
    }

    /// The task and those above it, nearest first.
    fn path(&self, task: TaskId) -> Vec<TaskId> {
        let mut path = vec![task];
        let mut above = self.parents.get(&task).copied().flatten();
        while let Some(id) = above.filter(|id| !path.contains(id)) {
            path.push(id);
            above = self.parents.get(&id).copied().flatten();
        }
        path
    }

    fn effective(&self, task: TaskId, own: &[Responsibility]) -> Vec<Responsibility> {
        let path = self.path(task);
        let above = path.iter().filter_map(|id| self.lists.get(id)).map(Vec::as_slice);
        Responsibility::effective(std::iter::once(own).chain(above), self.office)
    }
}
