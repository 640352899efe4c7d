//! Deeds with units (责任单位).

use crate::domain::Unit;
use crate::office::actor::Deed;
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::{UnitChange, UnitRow};
use crate::store::types::Id;

/// A unit that is to be made.
#[derive(Debug, Clone)]
pub struct NewUnit {
    /// Full name.
    pub name: String,
    /// Its region: id, code or name.
    pub region: String,
    /// The unit above it: id, name or credit code.
    pub parent: Option<String>,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
}

/// Makes a unit.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or credit code, [`Refusal::Key`] for a region or parent that is not there, `Duplicate`
/// where the name or the code is taken.
pub async fn create_unit(office: &Office, actor: &Actor, new: NewUnit) -> Result<UnitRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_unit(&mut deed, new).await;
    deed.end(made).await
}

/// Makes a unit as part of a deed.
pub(in crate::office) async fn add_unit(deed: &mut Deed<'_>, new: NewUnit) -> Result<UnitRow, Refusal> {
    let office = deed.office();
    let unit = Unit::new(&new.name, new.credit_code.as_deref())?;
    let region = deed.region("region", &new.region).await?;
    let parent = deed.maybe_unit("parent", new.parent.as_deref()).await?;
    let now = office.clock.timestamp();
    let row = UnitRow {
        id: Id(office.clock.new_id()),
        name: unit.name,
        region_id: region.id,
        parent_id: parent.map(|row| row.id),
        credit_code: unit.credit_code,
        created_at: now,
        revision: 1,
        updated_at: now,
        retired_on: None,
        retired_reason: None,
    };
    deed.tx().create_unit(&row).await?;
    Ok(row)
}

/// What is to become of a unit; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct UnitEdit {
    /// Full name.
    pub name: Option<String>,
    /// The unit above it; `Some(None)` for none.
    pub parent: Option<Option<String>>,
    /// 统一社会信用代码; `Some(None)` for none.
    pub credit_code: Option<Option<String>>,
}

/// Changes a unit that was read as `seen`.
///
/// # Errors
/// As [`create_unit`]; `Stale` when somebody else has changed it since.
pub async fn update_unit(
    office: &Office,
    actor: &Actor,
    seen: UnitRow,
    edit: UnitEdit,
) -> Result<UnitRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = change_unit(&mut deed, seen, edit).await;
    deed.end(made).await
}

async fn change_unit(deed: &mut Deed<'_>, seen: UnitRow, edit: UnitEdit) -> Result<UnitRow, Refusal> {
    let credit_code = edit.credit_code.unwrap_or(seen.credit_code);
    let unit = Unit::new(edit.name.as_deref().unwrap_or(&seen.name), credit_code.as_deref())?;
    let parent_id = match edit.parent {
        None => seen.parent_id,
        Some(key) => deed.maybe_unit("parent", key.as_deref()).await?.map(|row| row.id),
    };
    let changed = UnitChange {
        id: seen.id,
        name: unit.name,
        parent_id,
        credit_code: unit.credit_code,
        revision: seen.revision + 1,
        updated_at: deed.office().clock.timestamp(),
    };
    Ok(deed.tx().update_unit(&changed).await?)
}
