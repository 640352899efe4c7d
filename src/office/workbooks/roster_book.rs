//! 责任单位名册 and 联络员名册 as workbooks, which come back by `POST /imports`.

use std::collections::HashMap;

use super::list_books::book;
use super::{PAGE, ROWS_MAX, too_many};
use crate::domain::ContactRole;
use crate::office::{Office, Refusal};
use crate::sheets::{SheetRow, sheet_lists};
use crate::store::rows::{ContactFilter, ContactRow, Page, UnitFilter, UnitRow};
use crate::store::types::{AnyId, RegionId, UnitId};

/// All units that are not retired; `region`: only those of this one.
///
/// # Errors
/// [`Refusal::Invalid`] where there are too many.
pub async fn unit_roster(office: &Office, region: Option<RegionId>) -> Result<Vec<u8>, Refusal> {
    let filter = UnitFilter { region_id: region, ..UnitFilter::default() };
    let mut units: Vec<UnitRow> = Vec::new();
    loop {
        let after: Option<AnyId> = units.last().map(|row| row.id.of_any());
        let mut page = office.read.list_units(&filter, Page { limit: PAGE, after }).await?;
        let is_last = page.len() <= PAGE as usize;
        page.truncate(PAGE as usize);
        units.append(&mut page);
        if is_last {
            break;
        }
        if units.len() > ROWS_MAX {
            return Err(too_many(ROWS_MAX));
        }
    }
    let ids: Vec<UnitId> = units.iter().map(|row| row.id).collect();
    let (mut aliases, mut regions): (HashMap<UnitId, Vec<String>>, HashMap<RegionId, String>) =
        Default::default();
    for chunk in ids.chunks(1_000) {
        for alias in office.read.list_unit_aliases(chunk).await? {
            aliases.entry(alias.unit_id).or_default().push(alias.name);
        }
    }
    let mut of: Vec<RegionId> = units.iter().map(|row| row.region_id).collect();
    of.sort_unstable();
    of.dedup();
    for chunk in of.chunks(1_000) {
        regions.extend(office.read.list_regions_of(chunk).await?.into_iter().map(|row| (row.id, row.name)));
    }
    let above: Vec<UnitId> = units.iter().filter_map(|row| row.parent_id).collect();
    let parents = names(office, &above).await?;
    let row = |unit: &UnitRow| {
        SheetRow::new(vec![
            unit.name.as_str().into(),
            aliases.get(&unit.id).map(|all| all.join("、")).into(),
            regions.get(&unit.region_id).cloned().into(),
            unit.parent_id.and_then(|id| parents.get(&id).cloned()).into(),
            unit.credit_code.clone().into(),
        ])
    };
    let rows = units.iter().map(row).collect();
    book(office.clock.today(), ("责任单位名册", "个单位。简称和别名以顿号分隔。"), sheet_lists::units(), rows)
}

/// All contacts; `unit`: only those of this one.
///
/// # Errors
/// [`Refusal::Invalid`] where there are too many.
pub async fn contact_roster(office: &Office, unit: Option<UnitId>) -> Result<Vec<u8>, Refusal> {
    let filter = ContactFilter { unit_id: unit, ..ContactFilter::default() };
    let mut contacts: Vec<ContactRow> = Vec::new();
    loop {
        let after: Option<AnyId> = contacts.last().map(|row| row.id.of_any());
        let mut page = office.read.list_contacts(&filter, Page { limit: PAGE, after }).await?;
        let is_last = page.len() <= PAGE as usize;
        page.truncate(PAGE as usize);
        contacts.append(&mut page);
        if is_last {
            break;
        }
        if contacts.len() > ROWS_MAX {
            return Err(too_many(ROWS_MAX));
        }
    }
    let of: Vec<UnitId> = contacts.iter().map(|row| row.unit_id).collect();
    let units = names(office, &of).await?;
    let row = |contact: &ContactRow| {
        let role = match contact.role.0 {
            ContactRole::Liaison => "联络员",
            ContactRole::Leader => "负责人",
        };
        SheetRow::new(vec![
            units.get(&contact.unit_id).cloned().into(),
            contact.name.as_str().into(),
            role.into(),
            contact.email.as_str().into(),
            contact.phone.clone().into(),
            contact.valid_from.into(),
            contact.valid_to.into(),
        ])
    };
    let rows: Vec<SheetRow> = contacts.iter().map(row).collect();
    book(office.clock.today(), ("联络员名册", "名联络员和负责人。"), sheet_lists::contacts(), rows)
}

/// Names of units.
async fn names(office: &Office, ids: &[UnitId]) -> Result<HashMap<UnitId, String>, Refusal> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for chunk in ids.chunks(1_000) {
        names.extend(office.read.list_units_of(chunk).await?.into_iter().map(|row| (row.id, row.name)));
    }
    Ok(names)
}
