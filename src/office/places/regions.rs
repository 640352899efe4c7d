//! Deeds with regions (行政区).

use chrono::NaiveDate;

use crate::domain::{Invalid, Region, RegionAlias, RegionLevel, invalid, lengths, places};
use crate::office::actor::Deed;
use crate::office::{Actor, Office, Refusal};
use crate::store::rows::{Handover, RegionAliasRow, RegionRow};
use crate::store::types::{Id, RegionId};

/// A region that is to be made.
#[derive(Debug, Clone)]
pub struct NewRegion {
    /// Six digits of GB/T 2260, or an own extension code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name; the full one unless told.
    pub short_name: Option<String>,
    /// Rank.
    pub level: RegionLevel,
    /// The region above it: id, code or name.
    pub parent: Option<String>,
    /// First day it is in use.
    pub valid_from: Option<NaiveDate>,
    /// Last day it is in use.
    pub valid_to: Option<NaiveDate>,
    /// Earlier and other names.
    pub aliases: Vec<RegionAlias>,
}

/// A region with its earlier and other names.
pub type NamedRegion = (RegionRow, Vec<RegionAliasRow>);

/// Makes a region.
///
/// # Errors
/// [`Refusal::Invalid`] for a part that does not fit or a rank that is not below the parent's, [`Refusal::Key`] for a parent
/// that is not there, `Duplicate` where the code or the name is taken.
pub async fn create_region(office: &Office, actor: &Actor, new: NewRegion) -> Result<NamedRegion, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_region(&mut deed, new).await;
    if let Ok(row) = &made {
        deed.made("region", row.0.id.of_any());
    }
    deed.end(made).await
}

async fn add_region(deed: &mut Deed<'_>, new: NewRegion) -> Result<NamedRegion, Refusal> {
    let office = deed.office();
    let region = Region::new(&new.code, &new.name, new.level)?;
    let short_name =
        invalid::text("short_name", new.short_name.as_deref().unwrap_or(&region.name), lengths::REGION)?;
    places::checked_span(new.valid_from, new.valid_to)?;
    let parent = deed.maybe_region("parent", new.parent.as_deref()).await?;
    if let Some(parent) = &parent
        && !region.level.fits_under(parent.level.0)
    {
        return Err(Invalid::new("parent", "wrong_level", "上级行政区的级别须高于本区，请核对。").into());
    }
    let (id, now) = (Id::of(office.clock.new_id()), office.clock.timestamp());
    let row = RegionRow {
        id,
        code: region.code,
        name: region.name,
        short_name,
        level: region.level.into(),
        parent_code: parent.map(|row| row.code),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        created_at: now,
        revision: 1,
        updated_at: now,
    };
    let aliases = aliases(office, id, "aliases", new.aliases)?;
    deed.tx().create_region(&row, &aliases).await?;
    Ok((row, aliases))
}

/// What is to become of a region; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct RegionEdit {
    /// Full name.
    pub name: Option<String>,
    /// Short name.
    pub short_name: Option<String>,
    /// Last day it is in use; `Some(None)` for none.
    pub valid_to: Option<Option<NaiveDate>>,
    /// Names that come to those it has.
    pub add_aliases: Vec<RegionAlias>,
}

/// Changes a region that was read as `seen`.
///
/// # Errors
/// As [`create_region`]; `Stale` when somebody else has changed it since.
pub async fn update_region(
    office: &Office,
    actor: &Actor,
    seen: NamedRegion,
    edit: RegionEdit,
) -> Result<NamedRegion, Refusal> {
    let (present, mut all) = seen;
    let name = edit.name.as_deref().unwrap_or(&present.name);
    let region = Region::new(&present.code, name, present.level.0)?;
    let short_name = edit.short_name.as_deref().unwrap_or(&present.short_name);
    let valid_to = edit.valid_to.unwrap_or(present.valid_to);
    places::checked_span(present.valid_from, valid_to)?;
    let added = aliases(office, present.id, "add_aliases", edit.add_aliases)?;
    if let Some(index) = added.iter().position(|new| all.iter().any(|old| old.name == new.name)) {
        let place = format!("add_aliases.{index}.name");
        return Err(Invalid::new(place, "duplicate", "该行政区已有这个别名，请删除。").into());
    }
    let changed = RegionRow {
        name: region.name,
        short_name: invalid::text("short_name", short_name, lengths::REGION)?,
        valid_to,
        revision: present.revision + 1,
        updated_at: office.clock.timestamp(),
        ..present.clone()
    };
    let same = RegionRow { revision: present.revision, updated_at: present.updated_at, ..changed.clone() };
    if same == present && added.is_empty() {
        actor.changed_nothing();
        return Ok((present, all));
    }
    let mut deed = office.begin(actor).await?;
    let today = Handover { on: office.clock.today(), reason: None, at: changed.updated_at };
    let made = deed.tx().update_region(&changed, &added, &today).await;
    deed.changed("region", present.id, &present, &changed);
    let row = deed.end(made).await?;
    all.extend(added);
    Ok((row, all))
}

fn aliases(
    office: &Office,
    region_id: RegionId,
    field: &str,
    written: Vec<RegionAlias>,
) -> Result<Vec<RegionAliasRow>, Invalid> {
    if written.len() > 50 {
        return Err(Invalid::new(field, "too_many", "别名不能超过50个。"));
    }
    let mut rows: Vec<RegionAliasRow> = Vec::with_capacity(written.len());
    for (index, alias) in written.into_iter().enumerate() {
        let place = format!("{field}.{index}");
        let alias = alias.checked().map_err(|refused| refused.within(&place))?;
        if rows.iter().any(|row| row.name == alias.name) {
            return Err(Invalid::new(format!("{place}.name"), "duplicate", "别名重复列出，请删除一处。"));
        }
        rows.push(RegionAliasRow {
            id: Id::of(office.clock.new_id()),
            region_id,
            name: alias.name,
            code: alias.code,
            valid_from: alias.valid_from,
            valid_to: alias.valid_to,
        });
    }
    Ok(rows)
}
