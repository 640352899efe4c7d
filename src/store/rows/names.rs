//! Names in the form they are compared in.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};
use xushi_domain::folded;

use crate::schema::{former_names, name_keys};
use crate::types::Id;

/// Whose name it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// A unit's, unique in its region.
    Unit,
    /// A measure's name or alias, unique.
    Measure,
    /// A campaign's, unique among those of its region and first day.
    Campaign,
    /// The number of a campaign's document.
    CampaignDoc,
    /// A task's, unique under its parent.
    Task,
    /// A region's name, short name or alias.
    Region,
    /// A rule pack's, unique; the first version keeps it for all.
    RulePack,
}

impl NameKind {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Measure => "measure",
            Self::Campaign => "campaign",
            Self::CampaignDoc => "campaign_doc",
            Self::Task => "task",
            Self::Region => "region",
            Self::RulePack => "rule_pack",
        }
    }
}

/// One name of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = name_keys)]
pub struct NameKeyRow {
    /// A [`NameKind`].
    pub kind: String,
    /// What it is unique in.
    pub scope: String,
    /// The name as [`folded()`] makes it.
    pub name_key: String,
    /// Whose.
    pub owner: Id,
}

impl NameKeyRow {
    /// The rows of an owner with these names; those that look the same are one.
    pub fn of(kind: NameKind, scope: &str, owner: Id, names: &[&str]) -> Vec<Self> {
        let mut keys: Vec<String> =
            names.iter().map(|name| folded(name)).filter(|key| !key.is_empty()).collect();
        keys.sort();
        keys.dedup();
        let row =
            |name_key| Self { kind: kind.as_str().to_owned(), scope: scope.to_owned(), name_key, owner };
        keys.into_iter().map(row).collect()
    }
}

/// What something was called until a day, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = former_names, treat_none_as_default_value = false)]
pub struct FormerNameRow {
    /// Whose name it was.
    pub owner_id: Id,
    /// The name.
    pub name: String,
    /// The first day that no longer holds.
    pub superseded_on: NaiveDate,
    /// Why it changed.
    pub reason: Option<String>,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}
