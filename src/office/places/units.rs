//! Deeds with units (责任单位).

use std::collections::BTreeSet;

use crate::domain::lengths::{REASON, UNIT, UNIT_ALIASES};
use crate::domain::{Invalid, PlanPart, Retiree, Unit, invalid};
use crate::office::actor::{Deed, Edited};
use crate::office::plans::{name_externally, rename_externally};
use crate::office::retirement::expect_alive;
use crate::office::{Actor, ChangeReason, Office, Refusal};
use crate::store::rows::{Merged, MergerRow, UnitChange, UnitRow};
use crate::store::types::{Id, UnitId};

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
    /// Its other names.
    pub aliases: Vec<String>,
    /// What the system that owns it calls it.
    pub external_id: Option<String>,
}

/// Makes a unit.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or credit code, [`Refusal::Key`] for a region or parent that is not there, `Duplicate`
/// where the name or the code is taken.
pub async fn create_unit(office: &Office, actor: &Actor, new: NewUnit) -> Result<UnitRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_unit(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("unit", row.id.of_any());
    }
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
        id: Id::of(office.clock.new_id()),
        name: unit.name,
        region_id: region.id,
        parent_id: parent.map(|row| row.id),
        credit_code: unit.credit_code,
        created_at: now,
        revision: 1,
        updated_at: now,
        retired_on: None,
        retired_reason: None,
        merged_into_id: None,
    };
    deed.tx().create_unit(&row, &checked_aliases(&new.aliases)?).await?;
    name_externally(deed, PlanPart::Unit, row.id, new.external_id.as_deref()).await?;
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
    /// Its other names, in place of those it has. A name that it had before is added by itself.
    pub aliases: Option<Vec<String>>,
    /// What the system that owns it calls it; `Some(None)` for nothing.
    pub external_id: Option<Option<String>>,
    /// Why, and from which day on it is called so.
    pub why: ChangeReason,
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
    deed.end_edit(made).await
}

/// Changes a unit as part of a deed.
pub(in crate::office) async fn change_unit(
    deed: &mut Deed<'_>,
    seen: UnitRow,
    edit: UnitEdit,
) -> Result<Edited<UnitRow>, Refusal> {
    let credit_code = edit.credit_code.unwrap_or_else(|| seen.credit_code.clone());
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
    let aliases = edit.aliases.as_deref().map(checked_aliases).transpose()?;
    let handover = edit.why.note(deed.office())?.handover();
    let renamed = rename_externally(deed, PlanPart::Unit, seen.id, edit.external_id.as_ref()).await?;
    let same = (&changed.name, changed.parent_id, &changed.credit_code)
        == (&seen.name, seen.parent_id, &seen.credit_code);
    if same && !renamed && has_aliases(deed, seen.id, aliases.as_deref()).await? {
        return Ok(Edited::Same(seen));
    }
    let row = deed.tx().update_unit(&changed, aliases.as_deref(), &handover).await?;
    deed.changed("unit", row.id, &seen, &row);
    Ok(Edited::Changed(row))
}

/// Whether a unit has just these other names already, or none are given.
async fn has_aliases(deed: &mut Deed<'_>, unit: UnitId, aliases: Option<&[String]>) -> Result<bool, Refusal> {
    let Some(aliases) = aliases else { return Ok(true) };
    let present = deed.tx().list_unit_aliases(&[unit]).await?;
    let present: BTreeSet<&str> = present.iter().map(|alias| alias.name.as_str()).collect();
    Ok(present == aliases.iter().map(String::as_str).collect())
}

fn checked_aliases(aliases: &[String]) -> Result<Vec<String>, Invalid> {
    if aliases.len() > UNIT_ALIASES {
        return Err(Invalid::new("aliases", "too_many", format!("一个单位最多登记{UNIT_ALIASES}个别名。")));
    }
    let one = |(place, name): (usize, &String)| {
        invalid::text("aliases", name, UNIT)
            .map_err(|wrong| Invalid { field: format!("aliases.{place}"), ..wrong })
    };
    aliases.iter().enumerate().map(one).collect()
}

/// Merges a unit into another one from today on, for the reason given: its parts, people, open episodes, letters that are not dealt
/// with, silences and keys go over, and its names find the other. Days before stay as they were, letters keep the old name.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad reason, the same unit twice, or one that is retired; [`Refusal::NotFound`]; [`Refusal::Key`] for a
/// unit that is not there; `Duplicate` where one of its names is another unit's in the region of the other.
pub async fn merge_units(
    office: &Office,
    actor: &Actor,
    id: UnitId,
    (into, reason): (&str, &str),
) -> Result<(UnitRow, UnitRow, Merged), Refusal> {
    let reason = invalid::text("reason", reason, REASON)?;
    let mut deed = office.begin(actor).await?;
    let merged = merge_in(&mut deed, id, (into, reason)).await;
    deed.end(merged).await
}

async fn merge_in(
    deed: &mut Deed<'_>,
    id: UnitId,
    (into, reason): (&str, String),
) -> Result<(UnitRow, UnitRow, Merged), Refusal> {
    deed.tx().end_references().await?;
    let from = deed.tx().find_unit(id).await?.ok_or(Refusal::NotFound("责任单位"))?;
    let other = deed.unit("into", into).await?;
    if from.id == other.id {
        return Err(Invalid::new("into", "same", "单位不能并入自己，请另选。").into());
    }
    expect_alive("id", Retiree::Unit, (&from.name, from.retired_on))?;
    expect_alive("into", Retiree::Unit, (&other.name, other.retired_on))?;
    let (on, at) = (deed.office().clock.today(), deed.office().clock.timestamp());
    let merger = MergerRow { from: from.id, into: other.id, on, reason, at };
    let merged = deed.tx().merge_units(&merger).await?;
    let mut read = async |id: UnitId| deed.tx().find_unit(id).await?.ok_or(Refusal::NotFound("责任单位"));
    Ok((read(from.id).await?, read(other.id).await?, merged))
}
