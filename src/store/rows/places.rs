//! Regions, units, contacts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Identifiable, Insertable, Queryable, Selectable};
use serde::Serialize;

use crate::schema::{contacts, region_aliases, regions, unit_aliases, units};
use crate::types::{ContactId, Listed, RegionAliasId, RegionId, UnitId};
use xushi_domain::{Contact, ContactRole, RegionLevel};

/// A region as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = regions, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct RegionRow {
    /// Identity.
    pub id: RegionId,
    /// GB/T 2260 code or own extension code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Name without its suffix.
    pub short_name: String,
    /// Rank.
    pub level: Listed<RegionLevel>,
    /// Code of the region above.
    pub parent_code: Option<String>,
    /// First day of validity, when known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_to: Option<NaiveDate>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// Another name of a region.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = region_aliases, treat_none_as_default_value = false)]
pub struct RegionAliasRow {
    /// Identity.
    pub id: RegionAliasId,
    /// Whose name.
    pub region_id: RegionId,
    /// The name.
    pub name: String,
    /// The code it went by then.
    pub code: Option<String>,
    /// First day of validity, when known.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_to: Option<NaiveDate>,
}

/// Which regions a list shows.
#[derive(Debug, Default, Clone)]
pub struct RegionFilter {
    /// Only those directly under this code.
    pub parent_code: Option<String>,
    /// Only of these levels.
    pub levels: Option<Vec<RegionLevel>>,
    /// Only those whose name contains this.
    pub name_contains: Option<String>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
}

/// A unit as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = units, treat_none_as_default_value = false)]
pub struct UnitRow {
    /// Identity.
    pub id: UnitId,
    /// Name, unique in its region.
    pub name: String,
    /// Region it belongs to.
    pub region_id: RegionId,
    /// Unit above.
    pub parent_id: Option<UnitId>,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The first day on which it is no more; `None` while it is.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
    /// The unit that took over what it did.
    pub merged_into_id: Option<UnitId>,
}

/// Another name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = unit_aliases)]
pub struct UnitAliasRow {
    /// Whose name.
    pub unit_id: UnitId,
    /// The name.
    pub name: String,
}

/// A unit that is to be merged into another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergerRow {
    /// The unit that ends.
    pub from: UnitId,
    /// The unit that takes over.
    pub into: UnitId,
    /// The first day.
    pub on: NaiveDate,
    /// Why.
    pub reason: String,
    /// When it is written, UTC.
    pub at: NaiveDateTime,
}

/// What a merger has moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// Parts in tasks and indicators.
    pub responsibilities: usize,
    /// Indicators that are led by the other unit now.
    pub led: usize,
    /// People.
    pub contacts: usize,
    /// Episodes that are not over.
    pub episodes: usize,
    /// Letters that are not dealt with.
    pub letters: usize,
    /// Drafts that were discarded; the next run draws them anew.
    pub drafts: usize,
    /// API keys.
    pub keys: usize,
}

/// The parts of a unit that may change.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset, Identifiable)]
#[diesel(table_name = units, treat_none_as_null = true)]
pub struct UnitChange {
    /// Which unit.
    pub id: UnitId,
    /// Name.
    pub name: String,
    /// Unit above.
    pub parent_id: Option<UnitId>,
    /// 统一社会信用代码.
    pub credit_code: Option<String>,
    /// The revision after the change.
    pub revision: i32,
    /// When.
    pub updated_at: NaiveDateTime,
}

/// Which units a list shows.
#[derive(Debug, Default, Clone)]
pub struct UnitFilter {
    /// Only those of this region.
    pub region_id: Option<RegionId>,
    /// Only those directly under this unit.
    pub parent_id: Option<UnitId>,
    /// Only those whose name contains this.
    pub name_contains: Option<String>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether retired ones are listed, too.
    pub with_retired: bool,
}

/// A contact as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = contacts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct ContactRow {
    /// Identity.
    pub id: ContactId,
    /// Whose contact.
    pub unit_id: UnitId,
    /// Name.
    pub name: String,
    /// Mailbox.
    pub email: String,
    /// Telephone.
    pub phone: Option<String>,
    /// What they are to the unit.
    pub role: Listed<ContactRole>,
    /// First day of service.
    pub valid_from: NaiveDate,
    /// Last day of service.
    pub valid_to: Option<NaiveDate>,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

impl ContactRow {
    /// The row of a new contact.
    pub fn of(contact: Contact, unit_id: UnitId, id: ContactId, now: NaiveDateTime) -> Self {
        Self {
            id,
            unit_id,
            name: contact.name,
            email: contact.email,
            phone: contact.phone,
            role: contact.role.into(),
            valid_from: contact.valid_from,
            valid_to: contact.valid_to,
            created_at: now,
            revision: 1,
            updated_at: now,
        }
    }

    /// This row, saying what `contact` says.
    #[must_use]
    pub fn changed(&self, contact: Contact, now: NaiveDateTime) -> Self {
        let new = Self::of(contact, self.unit_id, self.id, now);
        Self { created_at: self.created_at, revision: self.revision + 1, ..new }
    }
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            role: row.role.0,
            name: row.name,
            email: row.email,
            phone: row.phone,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        }
    }
}

/// Which contacts a list shows.
#[derive(Debug, Default, Clone)]
pub struct ContactFilter {
    /// Only those of this unit.
    pub unit_id: Option<UnitId>,
    /// Only those of this role.
    pub roles: Option<Vec<ContactRole>>,
    /// Only those who serve on this day.
    pub on: Option<NaiveDate>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
}
