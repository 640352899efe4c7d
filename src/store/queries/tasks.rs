//! Tasks.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, OptionalExtension, QueryDsl,
    SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, locks};
use super::former_names::keep_former_name;
use super::names;
use super::responsibilities::refresh_lead_units;
use crate::rows::{Handover, NameKind, Page, ResponsibilityRow, TaskFilter, TaskRow};
use crate::schema::{responsibilities, tasks};
use crate::types::{CampaignId, TaskId};
use crate::{SoleRule, StoreError};
use xushi_domain::Invalid;

/// Tasks in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_tasks(
    conn: &mut Conn,
    filter: &TaskFilter,
    page: Page,
) -> Result<Vec<TaskRow>, StoreError> {
    let mut query = tasks::table
        .select(TaskRow::as_select())
        .order(tasks::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(tasks::id.gt(after));
    }
    if let Some(campaigns) = &filter.campaigns {
        query = query.filter(tasks::campaign_id.eq_any(campaigns.clone()));
    }
    if let Some(campaign) = filter.campaign_id {
        query = query.filter(tasks::campaign_id.eq(campaign));
    }
    if let Some(parent) = filter.parent_id {
        query = query.filter(tasks::parent_id.eq(parent));
    }
    if let Some(unit) = filter.unit_id {
        let its = responsibilities::table
            .filter(responsibilities::unit_id.eq(unit))
            .filter(responsibilities::task_id.is_not_null())
            .select(responsibilities::task_id.assume_not_null());
        query = query.filter(tasks::id.eq_any(its));
    }
    if !filter.with_retired {
        query = query.filter(tasks::retired_on.is_null());
    }
    if let Some(at) = filter.updated_after {
        query = query.filter(tasks::updated_at.gt(at).or(tasks::retired_at.gt(at)));
    }
    Ok(query.load(conn).await?)
}

/// The task with this id; tasks have no other key.
///
/// # Errors
/// `Missing` when nothing has it.
pub async fn resolve_task(conn: &mut Conn, key: &str) -> Result<TaskRow, StoreError> {
    let found = match key.parse() {
        Ok(id) => find_task(conn, id).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| StoreError::missing("task", key))
}

/// The task with this id.
///
/// # Errors
/// When the database fails.
pub async fn find_task(conn: &mut Conn, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
    Ok(tasks::table.find(id).select(TaskRow::as_select()).get_result(conn).await.optional()?)
}

/// The tasks with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_tasks_of(conn: &mut Conn, ids: &[TaskId]) -> Result<Vec<TaskRow>, StoreError> {
    Ok(tasks::table.filter(tasks::id.eq_any(ids.to_vec())).select(TaskRow::as_select()).load(conn).await?)
}

/// Adds a task with its list of units.
///
/// # Errors
/// `Duplicate` when its parent has a task of this name; `Invalid` when its parent is of another campaign.
pub async fn create_task(
    conn: &mut Conn,
    row: &TaskRow,
    list: &[ResponsibilityRow],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        check_parent(conn, row).await?;
        diesel::insert_into(tasks::table).values(row).execute(conn).await?;
        keep_name(conn, row).await?;
        insert_list(conn, list).await
    })
    .await
}

/// Writes a task that still has the revision before `changed.revision`; `list`, if given, replaces its list of
/// units. Indicators that inherit from it get the lead unit that now answers for them.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile; otherwise as [`create_task`], and `Invalid` when it would
/// become its own ancestor.
pub async fn update_task(
    conn: &mut Conn,
    changed: &TaskRow,
    list: Option<&[ResponsibilityRow]>,
    handover: &Handover,
) -> Result<TaskRow, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Responsibilities).await?;
        check_parent(conn, changed).await?;
        let former: Option<String> =
            tasks::table.find(changed.id).select(tasks::name).get_result(conn).await.optional()?;
        let row: TaskRow = diesel::update(tasks::table.find(changed.id))
            .filter(tasks::revision.eq(changed.revision - 1))
            .set(changed)
            .returning(TaskRow::as_returning())
            .get_result(conn)
            .await
            .optional()?
            .ok_or(StoreError::Stale)?;
        keep_name(conn, &row).await?;
        if let Some(former) = former {
            keep_former_name(conn, row.id, (&former, &row.name), handover).await?;
        }
        if let Some(list) = list {
            let present = responsibilities::table.filter(responsibilities::task_id.eq(changed.id));
            diesel::delete(present).execute(conn).await?;
            insert_list(conn, list).await?;
        }
        refresh_lead_units(conn, changed.id, handover).await?;
        Ok::<_, StoreError>(row)
    })
    .await
}

/// Keeps its name in the form names are compared in.
pub(super) async fn keep_name(conn: &mut Conn, row: &TaskRow) -> Result<(), StoreError> {
    let scope = names::task_scope(row.campaign_id, row.parent_id);
    names::keep_names(conn, NameKind::Task, &scope, row.id, &[&row.name]).await
}

async fn insert_list(conn: &mut Conn, list: &[ResponsibilityRow]) -> Result<(), StoreError> {
    for row in list {
        diesel::insert_into(responsibilities::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Tasks above one another at most; a plan has three.
const DEPTH_MAX: usize = 20;

/// The parent is of the same campaign, and not below the task itself.
async fn check_parent(conn: &mut Conn, row: &TaskRow) -> Result<(), StoreError> {
    let Some(parent_id) = row.parent_id else { return Ok(()) };
    let refuse = |code, detail| Err(Invalid::new("parent", code, detail).into());
    locks::alone(conn, SoleRule::TaskTree).await?;
    let mut above = Some(parent_id);
    let mut depth = 0;
    while let Some(id) = above {
        depth += 1;
        if id == row.id {
            return refuse("cycle", "上级任务不能是自己或自己的下级，请另选。");
        }
        if depth > DEPTH_MAX {
            return refuse("too_deep", "任务的层级过多，请另选上级。");
        }
        let (campaign, next): (CampaignId, Option<TaskId>) =
            tasks::table.find(id).select((tasks::campaign_id, tasks::parent_id)).get_result(conn).await?;
        if campaign != row.campaign_id {
            return refuse("other_campaign", "上级任务须属于同一个攻坚行动。");
        }
        above = next;
    }
    Ok(())
}
