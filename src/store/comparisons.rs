//! Other series an indicator is compared with: regions above, siblings, another measure.
//!
//! A run of many indicators only loads what its grades rest on: the other side of a comparison, and under a pack that
//! asks for it the region above. All the rest is loaded for a verdict that somebody reads.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::known::Then;
use super::rows::{EvaluationRow, RegionRow};
use super::types::Id;
use super::{Store, StoreError, Tx, series_facts};
use xushi_domain::kind::{ComparedWith, WayFrom};
use xushi_domain::pace::{NamedSeries, Sibling};
use xushi_domain::rule_pack::Family;
use xushi_domain::{AverageOf, Kind, Observation, RegionLevel, Target, TextEnum as _, folded, measure_names};

/// The regions and the names of measures, by all they may be called.
pub struct Register {
    regions: HashMap<Id, RegionRow>,
    codes: HashMap<String, Id>,
    /// `None` where a name fits several regions.
    names: HashMap<String, Option<Id>>,
    measures: HashMap<String, Id>,
}

/// Nation, province, prefecture, county, zone: five levels, and a bound in case of a circle.
const LEVELS_MAX: usize = 8;

fn in_force(row: &RegionRow, as_of: NaiveDate) -> bool {
    row.valid_from.is_none_or(|from| from <= as_of) && row.valid_to.is_none_or(|to| as_of <= to)
}

impl Register {
    /// Reads regions and measures.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        Ok(Self::of(store.list_register().await?, store.list_measure_names().await?))
    }

    /// Reads regions and measures, with what this transaction has written of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_in(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self::of(tx.list_register().await?, tx.list_measure_names().await?))
    }

    fn of(rows: Vec<RegionRow>, measures: Vec<(String, Id)>) -> Self {
        let mut names: HashMap<String, Option<Id>> = HashMap::new();
        let mut codes = HashMap::new();
        for row in &rows {
            codes.insert(row.code.clone(), row.id);
            let mut own = HashSet::from([row.name.as_str(), row.short_name.as_str()]);
            for name in own.drain() {
                names.entry(folded(name)).and_modify(|known| *known = None).or_insert(Some(row.id));
            }
        }
        let measures = measures.into_iter().map(|(name, id)| (folded(&name), id)).collect();
        Self { regions: rows.into_iter().map(|row| (row.id, row)).collect(), codes, names, measures }
    }

    fn nation(&self) -> Option<Id> {
        let mut all = self.regions.values();
        all.find(|row| row.level == RegionLevel::Nation.as_str()).map(|row| row.id)
    }

    /// Regions above, nearest first.
    fn above(&self, region: Id) -> Vec<Id> {
        let parent = |id: &Id| self.codes.get(self.regions.get(id)?.parent_code.as_ref()?).copied();
        std::iter::successors(parent(&region), parent).take(LEVELS_MAX).collect()
    }

    /// Regions of the same level under the same parent in force on a day, this one included; none for the nation.
    fn siblings(&self, region: Id, as_of: NaiveDate) -> Vec<Id> {
        let Some(own) = self.regions.get(&region).filter(|own| own.parent_code.is_some()) else {
            return Vec::new();
        };
        let all = self.regions.values();
        let same = |row: &&RegionRow| row.level == own.level && row.parent_code == own.parent_code;
        all.filter(same).filter(|row| row.id == region || in_force(row, as_of)).map(|row| row.id).collect()
    }

    /// Regions directly below in force on a day, with their codes, in order of code.
    pub fn below(&self, region: Id, as_of: NaiveDate) -> Vec<(Id, String)> {
        let Some(own) = self.regions.get(&region) else { return Vec::new() };
        let all = self.regions.values();
        let mut below: Vec<_> = all
            .filter(|row| row.parent_code.as_ref() == Some(&own.code) && in_force(row, as_of))
            .map(|row| (row.id, row.code.clone()))
            .collect();
        below.sort_by(|a, b| a.1.cmp(&b.1));
        below
    }

    /// What a region is called in a comparison.
    fn called(&self, region: Id) -> String {
        match self.regions.get(&region) {
            Some(row) if row.level == RegionLevel::Nation.as_str() => "全国".to_owned(),
            Some(row) => row.name.clone(),
            None => String::new(),
        }
    }

    fn region(&self, written: &str, own: Id) -> Option<Id> {
        let level = |wanted: RegionLevel| {
            let is = |id: &Id| self.regions.get(id).is_some_and(|row| row.level == wanted.as_str());
            self.above(own).into_iter().find(is)
        };
        match AverageOf::read(written) {
            AverageOf::Nation => self.nation(),
            AverageOf::Above(wanted) => level(wanted),
            AverageOf::Parent => self.above(own).first().copied(),
            AverageOf::Named(name) => {
                let name = folded(name);
                self.codes.get(&name).copied().or_else(|| self.names.get(&name).copied().flatten())
            }
        }
    }

    fn measure(&self, written: &str) -> Option<Id> {
        measure_names(written).find_map(|name| self.measures.get(&folded(name)).copied())
    }

    /// Whether what a target is compared with is there, and another series than its own; so for one that compares nothing.
    pub fn knows(&self, target: &Target, own: Key) -> bool {
        let named = target.benchmark.is_some();
        !(target.kind.row().is_comparison() && named)
            || self.against(target, own).is_some_and(|(other, _)| other != own)
    }

    /// The series a comparing target is held against, and what it is called.
    fn against(&self, target: &Target, (measure, region): Key) -> Option<(Key, String)> {
        let written = target.benchmark.as_deref()?;
        let by_measure = || self.measure(written).map(|other| ((other, region), written.to_owned()));
        let by_region = || {
            let other = self.region(written, region)?;
            let is_code = self.codes.contains_key(written);
            Some(((measure, other), if is_code { self.called(other) } else { written.to_owned() }))
        };
        match target.kind.row().compared_with {
            ComparedWith::OtherMeasure => by_measure().or_else(by_region),
            ComparedWith::Elsewhere | ComparedWith::Nothing => by_region().or_else(by_measure),
        }
    }
}

/// Measure and region of a series.
pub type Key = (Id, Id);

/// Another series, by name.
#[derive(Debug, Clone)]
pub struct Other {
    name: String,
    observations: Arc<Vec<Observation>>,
}

impl Other {
    fn series(&self) -> NamedSeries<'_> {
        NamedSeries { name: &self.name, observations: &self.observations }
    }
}

/// The same measure in a sibling region.
#[derive(Debug, Clone)]
struct OtherRegion {
    code: String,
    observations: Arc<Vec<Observation>>,
    completion_target: Option<Decimal>,
}

/// What one indicator is compared with; nothing unless asked for.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    benchmark: Option<Other>,
    parent: Option<Other>,
    named: Vec<Other>,
    siblings: Vec<OtherRegion>,
    /// How many siblings there are, this one included.
    pub siblings_of: usize,
}

impl Compared {
    /// What a comparing target is held against.
    pub fn benchmark(&self) -> Option<NamedSeries<'_>> {
        self.benchmark.as_ref().map(Other::series)
    }

    /// The region above.
    pub fn parent(&self) -> Option<NamedSeries<'_>> {
        self.parent.as_ref().map(Other::series)
    }

    /// Regions further above, and the benchmark when it is none of them.
    pub fn named(&self) -> Vec<NamedSeries<'_>> {
        self.named.iter().map(Other::series).collect()
    }

    /// The same measure in sibling regions.
    pub fn siblings(&self) -> Vec<Sibling<'_>> {
        self.siblings
            .iter()
            .map(|one| Sibling {
                region: &one.code,
                observations: &one.observations,
                completion_target: one.completion_target,
            })
            .collect()
    }
}

/// How much of the comparisons is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What the grade rests on.
    Grade,
    /// Everything a reader may want to see.
    Whole,
}

/// An indicator whose comparisons are wanted.
pub struct Wanting<'a> {
    /// The indicator.
    pub row: &'a EvaluationRow,
    /// Its series.
    pub key: Key,
    /// Its promise.
    pub target: Option<&'a Target>,
    /// How its pack measures shortfalls.
    pub family: Family,
    /// Unit of its measure.
    pub unit: &'a str,
}

impl Wanting<'_> {
    /// Whether the grade of such a target rests on another series.
    pub fn is_graded_by_others(kind: Option<Kind>, family: Family) -> bool {
        match kind {
            Some(kind) if kind.row().way == WayFrom::Rate => family == Family::BenchmarkSign,
            Some(kind) => kind.row().is_comparison() || kind.row().way == WayFrom::Place,
            None => false,
        }
    }
}

/// Keys of everything one indicator is compared with.
pub(super) struct Keys {
    pub(super) benchmark: Option<(Key, String)>,
    pub(super) above: Vec<Key>,
    pub(super) siblings: Vec<Key>,
}

/// Loads what indicators are compared with, all at once; in the order asked for.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn load(
    store: &Store,
    register: &Register,
    wanting: &[Wanting<'_>],
    extent: Extent,
    as_of: NaiveDate,
) -> Result<Vec<Compared>, StoreError> {
    let keys: Vec<Keys> = wanting.iter().map(|one| keys(register, one, extent, as_of)).collect();
    let mut wanted = HashSet::new();
    for keys in &keys {
        wanted.extend(keys.benchmark.iter().map(|(key, _)| *key));
        wanted.extend(keys.above.iter().chain(&keys.siblings));
    }
    let facts = series_facts::facts(store, wanted, as_of).await?;
    let targets =
        if extent == Extent::Whole { targets(store, wanting, &keys).await? } else { HashMap::new() };
    let then = Then::end_of(as_of);
    let compared = keys.into_iter().zip(wanting).map(|(keys, one)| {
        let target = |key: &Key| -> Option<Decimal> {
            let window = (one.row.window_start, one.row.window_end);
            let of_window = targets.get(key)?.iter().find(|(of, _)| *of == window)?;
            of_window.1.value?.checked_mul(of_window.1.factor_to(one.unit).ok()?)
        };
        let known = |key: &Key| -> Option<Arc<Vec<Observation>>> {
            let all = facts.get(key)?;
            let mut left = all.as_ref().clone();
            then.retain(&mut left);
            if left.is_empty() {
                None
            } else if left.len() == all.len() {
                Some(all.clone())
            } else {
                Some(Arc::new(left))
            }
        };
        compare(register, keys, known, target)
    });
    Ok(compared.collect())
}

pub(super) fn keys(register: &Register, one: &Wanting<'_>, extent: Extent, as_of: NaiveDate) -> Keys {
    let (measure, region) = one.key;
    let versus = one.target.filter(|target| target.benchmark.is_some());
    let versus = versus.and_then(|target| register.against(target, one.key));
    let way = one.target.map(|target| target.kind.row().way);
    let above = match extent {
        Extent::Whole => true,
        Extent::Grade => way == Some(WayFrom::Rate) && one.family == Family::BenchmarkSign,
    };
    // The grade of a place rests on the siblings.
    let siblings = extent == Extent::Whole || way == Some(WayFrom::Place);
    let siblings = if siblings { register.siblings(region, as_of) } else { Vec::new() };
    let mut others: Vec<Id> = siblings.into_iter().filter(|id| *id != region).collect();
    others.sort_unstable();
    Keys {
        benchmark: versus,
        above: if above {
            register.above(region).into_iter().map(|id| (measure, id)).collect()
        } else {
            Vec::new()
        },
        siblings: others.into_iter().map(|id| (measure, id)).collect(),
    }
}

/// Puts together what is there. A place is among all siblings, whether they ever reported or not; nobody asks for one where
/// none has.
fn compare(
    register: &Register,
    keys: Keys,
    known: impl Fn(&Key) -> Option<Arc<Vec<Observation>>>,
    target: impl Fn(&Key) -> Option<Decimal>,
) -> Compared {
    let other = |key: &Key, name: String| known(key).map(|observations| Other { name, observations });
    let mut above = keys.above.iter().filter_map(|key| other(key, register.called(key.1)));
    let parent = above.next();
    let mut named: Vec<Other> = above.collect();
    let benchmark = keys
        .benchmark
        .as_ref()
        .map(|(key, name)| Other { name: name.clone(), observations: known(key).unwrap_or_default() });
    if let (Some((key, _)), Some(series)) = (&keys.benchmark, &benchmark)
        && !keys.above.contains(key)
        && !series.observations.is_empty()
    {
        named.push(series.clone());
    }
    let code = |id: &Id| register.regions.get(id).map_or_else(String::new, |row| row.code.clone());
    let sibling = |key: &Key| {
        Some(OtherRegion { code: code(&key.1), observations: known(key)?, completion_target: target(key) })
    };
    let siblings: Vec<_> = keys.siblings.iter().filter_map(sibling).collect();
    let siblings_of = if siblings.is_empty() { 0 } else { keys.siblings.len() + 1 };
    Compared { benchmark, parent, named, siblings, siblings_of }
}

/// Targets in sibling regions that count from zero, with their windows, for those whose amounts only compare by completion.
async fn targets(
    store: &Store,
    wanting: &[Wanting<'_>],
    keys: &[Keys],
) -> Result<HashMap<Key, Vec<(Window, Target)>>, StoreError> {
    let from_zero = |kind: Kind| matches!(kind.row().way, WayFrom::Zero | WayFrom::ZeroOrFlat);
    let counted =
        wanting.iter().zip(keys).filter(|(one, _)| one.target.is_some_and(|target| from_zero(target.kind)));
    let mut by_measure: HashMap<Id, HashSet<Id>> = HashMap::new();
    for (measure, region) in counted.flat_map(|(_, keys)| &keys.siblings) {
        by_measure.entry(*measure).or_default().insert(*region);
    }
    let mut targets: HashMap<Key, Vec<(Window, Target)>> = HashMap::new();
    for (measure, regions) in by_measure {
        let regions: Vec<Id> = regions.into_iter().collect();
        for chunk in regions.chunks(1_000) {
            for (measure, region, start, end, columns) in
                store.list_sibling_targets(&[measure], chunk).await?
            {
                let Some(target) = columns.target()?.filter(|target| from_zero(target.kind)) else {
                    continue;
                };
                targets.entry((measure, region)).or_default().push(((start, end), target));
            }
        }
    }
    Ok(targets)
}

/// First and last day.
type Window = (NaiveDate, NaiveDate);
