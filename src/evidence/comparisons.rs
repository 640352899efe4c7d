//! What an indicator is compared with: regions above, siblings, another measure. The decisions alone, over a register and
//! series that may come from the database or from memory.
//!
//! A run of many indicators only reads what its grades rest on: the other side of a comparison, and under a pack that
//! asks for it the region above. All the rest is read for an assessment that somebody looks at.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::register::{ComparedTo, Key, Register};
use xushi_domain::kind::WayFrom;
use xushi_domain::pace::{Compared, OtherSeries, SiblingSeries};
use xushi_domain::rule_pack::Family;
use xushi_domain::{Kind, Observation, Target};
use xushi_store::types::RegionId;

/// How much is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparisons {
    /// What the grade rests on.
    ForGrade,
    /// Everything a reader may want to see.
    All,
}

/// An indicator whose comparisons are wanted.
pub struct ComparisonRequest<'a> {
    /// Its series.
    pub key: Key,
    /// Its promise.
    pub target: Option<&'a Target>,
    /// How what the promise is compared with is named.
    pub named: ComparedTo<'a>,
    /// First and last day of its window.
    pub window: Window,
    /// How its pack measures shortfalls.
    pub family: Family,
    /// Unit of its measure.
    pub unit: &'a str,
}

/// First and last day.
pub type Window = (NaiveDate, NaiveDate);

/// Facts of other series, all vintages known by the date asked for; none of them empty.
pub type SeriesFacts = HashMap<Key, Arc<Vec<Observation>>>;

/// Targets in sibling regions that count from zero, with their windows.
pub type SiblingTargets = HashMap<Key, Vec<(Window, Target)>>;

/// Whether the grade of such a target rests on another series.
pub fn is_graded_by_others(kind: Option<Kind>, family: Family) -> bool {
    match kind {
        Some(kind) if kind.row().way == WayFrom::Rate => family == Family::BenchmarkSign,
        Some(kind) => kind.row().is_comparison() || kind.row().way == WayFrom::Place,
        None => false,
    }
}

/// Whether targets of this kind count from zero: amounts of different regions only compare by their completion.
pub(crate) fn counts_from_zero(kind: Kind) -> bool {
    matches!(kind.row().way, WayFrom::Zero | WayFrom::ZeroOrFlat)
}

/// Keys of everything one indicator is compared with.
pub(crate) struct Keys {
    benchmark: Option<(Key, String)>,
    above: Vec<Key>,
    pub(crate) siblings: Vec<Key>,
}

impl Keys {
    /// Which series an indicator is compared with.
    pub(crate) fn of(
        register: &Register,
        request: &ComparisonRequest<'_>,
        extent: Comparisons,
        as_of: NaiveDate,
    ) -> Self {
        let (measure, region) = request.key;
        let versus = request.target.and_then(|target| register.against(target, request.named, request.key));
        let way = request.target.map(|target| target.kind.row().way);
        let above = match extent {
            Comparisons::All => true,
            Comparisons::ForGrade => way == Some(WayFrom::Rate) && request.family == Family::BenchmarkSign,
        };
        // The grade of a place rests on the siblings.
        let siblings = extent == Comparisons::All || way == Some(WayFrom::Place);
        let siblings = if siblings { register.siblings(region, as_of) } else { Vec::new() };
        let mut others: Vec<RegionId> = siblings.into_iter().filter(|id| *id != region).collect();
        others.sort_unstable();
        let above = if above { register.above(region) } else { Vec::new() };
        Self {
            benchmark: versus,
            above: above.into_iter().map(|id| (measure, id)).collect(),
            siblings: others.into_iter().map(|id| (measure, id)).collect(),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Key> {
        self.benchmark.iter().map(|(key, _)| key).chain(&self.above).chain(&self.siblings)
    }
}

/// Puts together what is there. A place is among all siblings, whether they ever reported or not; nobody asks for one
/// where none has.
pub(crate) fn compared(
    register: &Register,
    request: &ComparisonRequest<'_>,
    keys: &Keys,
    facts: &SeriesFacts,
    targets: &SiblingTargets,
) -> Compared {
    let known = |key: &Key| facts.get(key).cloned();
    let other = |key: &Key, name: String| known(key).map(|observations| OtherSeries { name, observations });
    let mut above = keys.above.iter().filter_map(|key| other(key, register.called(key.1)));
    let parent = above.next();
    let mut named: Vec<OtherSeries> = above.collect();
    let benchmark = keys
        .benchmark
        .as_ref()
        .map(|(key, name)| OtherSeries { name: name.clone(), observations: known(key).unwrap_or_default() });
    if let (Some((key, _)), Some(series)) = (&keys.benchmark, &benchmark)
        && !keys.above.contains(key)
        && !series.observations.is_empty()
    {
        named.push(series.clone());
    }
    let sibling = |key: &Key| {
        let completion_target = completion_target(targets.get(key), request);
        Some(SiblingSeries { code: register.code(key.1), observations: known(key)?, completion_target })
    };
    let siblings: Vec<_> = keys.siblings.iter().filter_map(sibling).collect();
    let siblings_of = if siblings.is_empty() { 0 } else { keys.siblings.len() + 1 };
    Compared { benchmark, parent, named, siblings, siblings_of }
}

/// A sibling's target of the same window, in the measure's unit.
fn completion_target(
    targets: Option<&Vec<(Window, Target)>>,
    request: &ComparisonRequest<'_>,
) -> Option<Decimal> {
    let (_, target) = targets?.iter().find(|(window, _)| *window == request.window)?;
    target.value?.checked_mul(target.factor_to(request.unit).ok()?)
}
