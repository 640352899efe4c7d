//! Which indicators rest on what was written: those whose own series it is, and those that are compared with it.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;

use crate::comparisons::{ComparisonRequest, Comparisons, Keys, is_graded_by_others};
use crate::register::{ComparedTo, Key, Register};
use crate::setting::Setting;
use xushi_domain::{Kind, RulePack, TextEnum as _, WorkCalendar};
use xushi_store::rows::Mark;
use xushi_store::types::IndicatorId;
use xushi_store::{Reader, StoreError};

/// Rows read at once.
const PAGE: i64 = 1_000;

/// The indicators that these marks concern as of a day, in the order of their series.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn touched(
    reader: &Reader,
    calendar: &WorkCalendar,
    as_of: NaiveDate,
    marks: &[Mark],
) -> Result<Vec<IndicatorId>, StoreError> {
    let mut found: BTreeSet<(i64, IndicatorId)> = BTreeSet::new();
    let series: BTreeSet<i64> = marks.iter().filter_map(|mark| mark.series_id).collect();
    let series: Vec<i64> = series.into_iter().collect();
    let mut written: HashSet<Key> = HashSet::new();
    for chunk in series.chunks(PAGE as usize) {
        found.extend(reader.list_indicators_of_series(chunk).await?);
        written.extend(reader.list_series_keys(chunk).await?);
    }
    let own: BTreeSet<IndicatorId> = marks.iter().filter_map(|mark| mark.indicator_id).collect();
    let own: Vec<IndicatorId> = own.into_iter().collect();
    for chunk in own.chunks(PAGE as usize) {
        found.extend(reader.list_series_of_indicators(chunk).await?);
    }
    if !written.is_empty() {
        found.extend(compared_with(reader, calendar, as_of, &written).await?);
    }
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Kinds whose grade rests on another series under a family of rule packs.
fn comparing(pack: &RulePack) -> impl Iterator<Item = Kind> {
    let family = pack.family;
    Kind::ALL.iter().copied().filter(move |kind| is_graded_by_others(Some(*kind), family))
}

/// Kinds whose grade may rest on another series, whatever the rule pack.
pub fn comparing_kinds() -> Vec<Kind> {
    comparing(&RulePack::standard()).collect()
}

/// Indicators whose stored assessment reads one of these series beside their own.
async fn compared_with(
    reader: &Reader,
    calendar: &WorkCalendar,
    as_of: NaiveDate,
    written: &HashSet<Key>,
) -> Result<Vec<(i64, IndicatorId)>, StoreError> {
    let setting = Setting::load(reader, calendar, as_of).await?;
    let kinds: BTreeSet<Kind> = setting.packs.values().flat_map(|(_, pack)| comparing(pack)).collect();
    let kinds: Vec<Kind> = kinds.into_iter().collect();
    let register = Register::load(reader).await?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let mut rows = reader.list_evaluation_rows_of_kinds(&kinds, after, PAGE).await?;
        let last = rows.len() < PAGE as usize;
        after = rows.last().map(|(row, ..)| row.id);
        setting.in_force.restore(reader, &mut rows).await?;
        for (row, measure, region) in &rows {
            let Some((_, pack)) = setting.packs.get(&row.campaign_id) else { continue };
            let target = row.target.target();
            let (key, target, family) = ((*measure, *region), target.as_ref(), pack.family);
            let one = ComparisonRequest {
                key,
                target,
                named: ComparedTo::ByTarget,
                family,
                // These matter only where targets are compared.
                window: (row.window_start, row.window_end),
                unit: "",
            };
            let keys = Keys::of(&register, &one, Comparisons::ForGrade, as_of);
            if keys.all().any(|key| written.contains(key)) {
                found.push((row.series_id, row.id));
            }
        }
        if last {
            return Ok(found);
        }
    }
}
