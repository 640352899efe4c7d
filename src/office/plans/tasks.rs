//! Deeds with tasks (任务).

use super::{NewPart, parts};
use crate::domain::{Responsibility, Task};
use crate::office::actor::Deed;
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::store::rows::{ResponsibilityRow, TaskRow};
use crate::store::types::Id;

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
}

/// Makes a task.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit, [`Refusal::Key`] for a campaign, task or unit that is not there,
/// `Duplicate` where the name is taken.
pub async fn create_task(office: &Office, actor: &Actor, new: NewTask) -> Result<TaskRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_task(&mut deed, new).await;
    deed.end(made).await
}

/// Makes a task as part of a deed.
pub(super) async fn add_task(deed: &mut Deed<'_>, new: NewTask) -> Result<TaskRow, Refusal> {
    let office = deed.office();
    let task = Task::new(&new.name, new.ordinal, new.units_open)?;
    let campaign = deed.campaign("campaign", &new.campaign).await?;
    let parent = deed.maybe_task("parent", new.parent.as_deref()).await?;
    let id = Id(office.clock.new_id());
    let list = assigned(deed, id, &new.parts).await?;
    let row = TaskRow::of(task, campaign.id, parent.map(|row| row.id), id, office.clock.timestamp());
    deed.tx().create_task(&row, &list).await?;
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
    deed.end(made).await
}

async fn change_task(deed: &mut Deed<'_>, seen: TaskRow, edit: TaskEdit) -> Result<TaskRow, Refusal> {
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
    Ok(deed.tx().update_task(&changed, list.as_deref(), &handover).await?)
}

/// The rows that these parts stand for.
async fn assigned(
    deed: &mut Deed<'_>,
    task: Id,
    list: &[NewPart],
) -> Result<Vec<ResponsibilityRow>, Refusal> {
    let office = deed.office();
    let checked = parts(deed, list).await?;
    Responsibility::checked(&checked)?;
    Ok(ResponsibilityRow::of_task(task, &checked, || office.clock.new_id()))
}
