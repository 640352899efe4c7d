//! Rule packs.

use chrono::NaiveDateTime;
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::schema::rule_packs;
use crate::types::{Listed, RulePackId};
use xushi_domain::RulePack;
use xushi_domain::rule_pack::Family;

/// A version of a rule pack as stored; never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rule_packs)]
pub struct RulePackRow {
    /// Identity of this version.
    pub id: RulePackId,
    /// Name, shared by all versions.
    pub name: String,
    /// From 1.
    pub version: i32,
    /// How it grades.
    pub family: Listed<Family>,
    /// Thresholds as JSON; see `store::rule_packs`.
    pub rules: String,
    /// Why it was made.
    pub reason: String,
    /// When, UTC.
    pub created_at: NaiveDateTime,
}

impl RulePackRow {
    /// A row of a checked pack.
    pub fn of(pack: &RulePack, id: RulePackId, reason: &str, now: NaiveDateTime) -> Self {
        Self {
            id,
            name: pack.name.clone(),
            version: pack.version,
            family: pack.family.into(),
            rules: crate::rule_packs::write(pack),
            reason: reason.to_owned(),
            created_at: now,
        }
    }
}

/// Which versions a list shows.
#[derive(Debug, Default, Clone)]
pub struct RulePackFilter {
    /// Only those of this name.
    pub name: Option<String>,
    /// Only those made later than this.
    pub created_after: Option<NaiveDateTime>,
}
