//! What every new database holds: the regions of GB/T 2260 that the office works with.

use chrono::{NaiveDate, NaiveDateTime};
use uuid::Uuid;

use super::StoreError;
use super::rows::{RegionAliasRow, RegionRow, RulePackRow, word};
use super::types::{Id, Listed};
use xushi_domain::RulePack;

/// A built-in region with its other names.
pub struct SeedRegion {
    /// The region.
    pub row: RegionRow,
    /// Its former names.
    pub aliases: Vec<RegionAliasRow>,
}

/// Columns: code, name, short name, level, parent code, valid from, valid to, former names (`name@code;…`).
const REGIONS: &str = include_str!("regions.csv");

/// The built-in regions, parents first; ids come from `new_id`.
///
/// # Errors
/// `Corrupt` when a line of the built-in list is malformed.
pub fn regions(now: NaiveDateTime, mut new_id: impl FnMut() -> Uuid) -> Result<Vec<SeedRegion>, StoreError> {
    let lines = REGIONS.lines().filter(|line| !line.starts_with('#') && !line.starts_with("code,"));
    lines.map(|line| region(line, now, &mut new_id)).collect()
}

/// Code, full name and short name of every built-in region.
fn names() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let lines = REGIONS.lines().filter(|line| !line.starts_with('#') && !line.starts_with("code,"));
    lines.filter_map(|line| {
        let mut parts = line.split(',');
        Some((parts.next()?, parts.next()?, parts.next()?))
    })
}

/// The full and the short name of a built-in region.
pub fn region_names(code: &str) -> Option<(&'static str, &'static str)> {
    names().find(|(known, ..)| *known == code).map(|(_, name, short)| (name, short))
}

/// The code of the built-in region with this name or short name, when there is just one.
pub fn region_code(name: &str) -> Option<&'static str> {
    let mut found = names().filter(|(_, full, short)| *full == name || *short == name);
    let (code, ..) = found.next()?;
    found.next().is_none().then_some(code)
}

fn region(
    line: &str,
    now: NaiveDateTime,
    new_id: &mut impl FnMut() -> Uuid,
) -> Result<SeedRegion, StoreError> {
    let corrupt = || StoreError::Corrupt(format!("regions.csv: {line}"));
    let [code, name, short_name, level, parent, from, to, former] =
        line.split(',').collect::<Vec<_>>().try_into().map_err(|_| corrupt())?;
    let date = |text: &str| -> Result<Option<NaiveDate>, StoreError> {
        if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| corrupt()) }
    };
    let id = Id::of(new_id());
    let aliases = former
        .split(';')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, code) = part.split_once('@').unwrap_or((part, ""));
            RegionAliasRow {
                id: Id::of(new_id()),
                region_id: id,
                name: name.to_owned(),
                code: (!code.is_empty()).then(|| code.to_owned()),
                valid_from: None,
                valid_to: None,
            }
        })
        .collect();
    Ok(SeedRegion {
        row: RegionRow {
            id,
            code: code.to_owned(),
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            level: Listed(word(level)?),
            parent_code: (!parent.is_empty()).then(|| parent.to_owned()),
            valid_from: date(from)?,
            valid_to: date(to)?,
            created_at: now,
            revision: 1,
            updated_at: now,
        },
        aliases,
    })
}

/// The built-in rule packs, the default first; ids come from `new_id`.
pub fn rule_packs(now: NaiveDateTime, mut new_id: impl FnMut() -> Uuid) -> Vec<RulePackRow> {
    RulePack::built_in()
        .iter()
        .map(|pack| RulePackRow::of(pack, Id::of(new_id()), "内置规则包", now))
        .collect()
}
