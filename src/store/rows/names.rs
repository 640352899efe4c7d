//! Names in the form they are compared in.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};
use xushi_domain::{folded, text_enum};

use crate::schema::{former_names, name_keys};
use crate::types::{AnyId, Id, Listed, Thing};

text_enum! {
    /// Whose name it is.
    NameKind "name_kind" {
        /// A unit's, unique in its region.
        Unit = "unit",
        /// A measure's name or alias, unique.
        Measure = "measure",
        /// A campaign's, unique among those of its region and first day.
        Campaign = "campaign",
        /// The number of a campaign's document.
        CampaignDoc = "campaign_doc",
        /// A task's, unique under its parent.
        Task = "task",
        /// A region's name, short name or alias.
        Region = "region",
        /// A rule pack's, unique; the first version keeps it for all.
        RulePack = "rule_pack",
    }
}

/// One name of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = name_keys)]
pub struct NameKeyRow {
    /// Of what.
    pub kind: Listed<NameKind>,
    /// What it is unique in.
    pub scope: String,
    /// The name as [`folded()`] makes it.
    pub name_key: String,
    /// Whose.
    pub owner: AnyId,
}

impl NameKeyRow {
    /// The rows of an owner with these names; those that look the same are one.
    pub fn of(kind: NameKind, scope: &str, owner: Id<impl Thing>, names: &[&str]) -> Vec<Self> {
        let mut keys: Vec<String> =
            names.iter().map(|name| folded(name)).filter(|key| !key.is_empty()).collect();
        keys.sort();
        keys.dedup();
        let owner = owner.of_any();
        let row = |name_key| Self { kind: kind.into(), scope: scope.to_owned(), name_key, owner };
        keys.into_iter().map(row).collect()
    }
}

/// What something was called until a day, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = former_names, treat_none_as_default_value = false)]
pub struct FormerNameRow {
    /// Whose name it was.
    pub owner_id: AnyId,
    /// The name.
    pub name: String,
    /// The first day that no longer holds.
    pub superseded_on: NaiveDate,
    /// Why it changed.
    pub reason: Option<String>,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}
