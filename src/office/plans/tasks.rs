//! Deeds with tasks (任务).

use super::external_ids::{name_externally, rename_externally};
use super::{NewPart, parts};
use crate::domain::{PlanPart, Responsibility, Retiree, Task};
use crate::office::actor::{Deed, Edited};
use crate::office::retirement::expect_alive;
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::store::rows::{ResponsibilityRow, TaskRow};
use crate::store::types::{Id, TaskId};

/// A task that is to be made.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its campaign: id, 文号 or name.
    pub campaign: String,
    /// The task above it: its id.
    pub parent: Option<String>,
    /// Number among its siblings.
    pub ordinal: i32,
    /// Name.
    pub name: String,
    /// Who answers for it, in the order of the document.
    pub parts: Vec<NewPart>,
    /// Whether the document ends its list of units with 等.
    pub units_open: bool,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

/// Makes a task.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit, [`Refusal::Key`] for a campaign, task or unit that is not there,
/// `Duplicate` where the name is taken.
pub async fn create_task(office: &Office, actor: &Actor, new: NewTask) -> Result<TaskRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_task(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("task", row.id.of_any());
    }
    deed.end(made).await
}

/// Makes a task as part of a deed.
pub(super) async fn add_task(deed: &mut Deed<'_>, new: NewTask) -> Result<TaskRow, Refusal> {
    let office = deed.office();
    let task = Task::new(&new.name, new.ordinal, new.units_open)?;
    let campaign = deed.campaign("campaign", &new.campaign).await?;
    let parent = deed.maybe_task("parent", new.parent.as_deref()).await?;
    let id = Id::of(office.clock.new_id());
    let list = assigned(deed, id, &new.parts).await?;
    let row = TaskRow::of(task, campaign.id, parent.map(|row| row.id), id, office.clock.timestamp());
    deed.tx().create_task(&row, &list).await?;
    name_externally(deed, PlanPart::Task, row.id, new.external_id.as_deref()).await?;
    Ok(row)
}

/// What is to become of a task; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct TaskEdit {
    /// The task above it; `Some(None)` for none.
    pub parent: Option<Option<String>>,
    /// Number among its siblings.
    pub ordinal: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// Who answers for it, in place of those who do.
    pub parts: Option<Vec<NewPart>>,
    /// Whether the document ends its list of units with 等.
    pub units_open: Option<bool>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
    /// Why, and from which day on others answer for it.
    pub why: ChangeReason,
}

/// Changes a task that was read as `seen`.
///
/// # Errors
/// As [`create_task`]; `Stale` when somebody else has changed it since.
pub async fn update_task(
    office: &Office,
    actor: &Actor,
    seen: TaskRow,
    edit: TaskEdit,
) -> Result<TaskRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_task(&mut deed, seen, edit).await;
    deed.end_edit(made).await
}

/// Changes a task as part of a deed.
pub(super) async fn change_task(
    deed: &mut Deed<'_>,
    seen: TaskRow,
    edit: TaskEdit,
) -> Result<Edited<TaskRow>, Refusal> {
    let task = Task::new(
        edit.name.as_deref().unwrap_or(&seen.name),
        edit.ordinal.unwrap_or(seen.ordinal),
        edit.units_open.unwrap_or(seen.units_open),
    )?;
    let parent_id = match edit.parent {
        None => seen.parent_id,
        Some(key) => deed.maybe_task("parent", key.as_deref()).await?.map(|row| row.id),
    };
    let list = match &edit.parts {
        None => None,
        Some(list) => Some(assigned(deed, seen.id, list).await?),
    };
    let changed = seen.changed(task, parent_id, deed.office().clock.timestamp());
    let handover = edit.why.note(deed.office())?.handover();
    let renamed = rename_externally(deed, PlanPart::Task, seen.id, edit.external_id.as_ref()).await?;
    let same = TaskRow { revision: seen.revision, updated_at: seen.updated_at, ..changed.clone() } == seen;
    if same && !renamed && has_parts(deed, seen.id, list.as_deref()).await? {
        return Ok(Edited::Same(seen));
    }
    expect_alive("id", Retiree::Task, (&seen.name, seen.retired_on))?;
    let row = deed.tx().update_task(&changed, list.as_deref(), &handover).await?;
    deed.changed("task", row.id, &seen, &row);
    Ok(Edited::Changed(row))
}

/// Whether these units answer for a task already, in this order, or none are given.
async fn has_parts(
    deed: &mut Deed<'_>,
    task: TaskId,
    list: Option<&[ResponsibilityRow]>,
) -> Result<bool, Refusal> {
    let Some(list) = list else { return Ok(true) };
    let present = deed.tx().list_task_responsibilities(&[task]).await?;
    let present = present.iter().map(|(part, _)| (part.unit_id, part.role));
    Ok(present.eq(list.iter().map(|part| (part.unit_id, part.role))))
}

/// The rows that these parts stand for.
async fn assigned(
    deed: &mut Deed<'_>,
    task: TaskId,
    list: &[NewPart],
) -> Result<Vec<ResponsibilityRow>, Refusal> {
    let office = deed.office();
    let checked = parts(deed, list).await?;
    Responsibility::checked(&checked)?;
    Ok(ResponsibilityRow::of_task(task, &checked, || office.clock.new_id()))
}
