//! Regions and measures by all they may be called, and what a target is held against: the decisions, whoever filled it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use xushi_domain::kind::ComparedWith;
use xushi_domain::{AverageOf, RegionLevel, Target, folded, measure_names};
use xushi_store::rows::RegionRow;
use xushi_store::types::{MeasureId, RegionId};
use xushi_store::{Reader, StoreError, Tx};

/// Measure and region of a series.
pub type Key = (MeasureId, RegionId);

/// A region as comparisons see it.
#[derive(Debug, Clone)]
pub struct KnownRegion {
    /// Identity.
    pub id: RegionId,
    /// Its code.
    pub code: String,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Rank.
    pub level: RegionLevel,
    /// Code of the region above.
    pub parent_code: Option<String>,
    /// First and last day it is there; open where nothing is said.
    pub valid: (Option<NaiveDate>, Option<NaiveDate>),
}

impl KnownRegion {
    fn in_force(&self, as_of: NaiveDate) -> bool {
        self.valid.0.is_none_or(|from| from <= as_of) && self.valid.1.is_none_or(|to| as_of <= to)
    }
}

/// How the other side of a comparison is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedTo<'a> {
    /// By the target's own words, which may mean a region or a measure.
    ByTarget,
    /// As a region, by code or name.
    Region(&'a str),
    /// As a measure of the same region.
    Measure(&'a str),
}

/// The regions and the names of measures, by all they may be called.
pub struct Register {
    regions: HashMap<RegionId, KnownRegion>,
    codes: HashMap<String, RegionId>,
    /// `None` where a name fits several regions.
    names: HashMap<String, Option<RegionId>>,
    measures: HashMap<String, MeasureId>,
}

/// Nation, province, prefecture, county, zone: five levels, and a bound in case of a circle.
const LEVELS_MAX: usize = 8;

impl Register {
    /// A register of these regions and of measures by their names and aliases; of two measures of one name the later counts.
    pub fn new(regions: Vec<KnownRegion>, measures: impl IntoIterator<Item = (String, MeasureId)>) -> Self {
        let mut names: HashMap<String, Option<RegionId>> = HashMap::new();
        let mut codes = HashMap::new();
        for region in &regions {
            codes.insert(region.code.clone(), region.id);
            for name in HashSet::from([region.name.as_str(), region.short_name.as_str()]) {
                names.entry(folded(name)).and_modify(|known| *known = None).or_insert(Some(region.id));
            }
        }
        let measures = measures.into_iter().map(|(name, id)| (folded(&name), id)).collect();
        Self { regions: regions.into_iter().map(|one| (one.id, one)).collect(), codes, names, measures }
    }

    /// Reads regions and measures.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn load(reader: &Reader) -> Result<Self, StoreError> {
        Ok(Self::of(reader.list_register().await?, reader.list_measure_names().await?))
    }

    /// Reads regions and measures, with what this transaction has written of them.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn load_in(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self::of(tx.list_register().await?, tx.list_measure_names().await?))
    }

    fn of(rows: Vec<RegionRow>, measures: Vec<(String, MeasureId)>) -> Self {
        let region = |row: RegionRow| KnownRegion {
            id: row.id,
            level: row.level.0,
            code: row.code,
            name: row.name,
            short_name: row.short_name,
            parent_code: row.parent_code,
            valid: (row.valid_from, row.valid_to),
        };
        Self::new(rows.into_iter().map(region).collect(), measures)
    }

    fn nation(&self) -> Option<RegionId> {
        self.regions.values().find(|one| one.level == RegionLevel::Nation).map(|one| one.id)
    }

    /// Regions above, nearest first.
    pub(crate) fn above(&self, region: RegionId) -> Vec<RegionId> {
        let parent = |id: &RegionId| self.codes.get(self.regions.get(id)?.parent_code.as_ref()?).copied();
        std::iter::successors(parent(&region), parent).take(LEVELS_MAX).collect()
    }

    /// Regions of the same level under the same parent in force on a day, this one included; none for the nation.
    pub(crate) fn siblings(&self, region: RegionId, as_of: NaiveDate) -> Vec<RegionId> {
        let Some(own) = self.regions.get(&region).filter(|own| own.parent_code.is_some()) else {
            return Vec::new();
        };
        let all = self.regions.values();
        let same = |one: &&KnownRegion| one.level == own.level && one.parent_code == own.parent_code;
        all.filter(same).filter(|one| one.id == region || one.in_force(as_of)).map(|one| one.id).collect()
    }

    /// Regions directly below in force on a day, with their codes, in order of code.
    pub fn below(&self, region: RegionId, as_of: NaiveDate) -> Vec<(RegionId, String)> {
        let Some(own) = self.regions.get(&region) else { return Vec::new() };
        let all = self.regions.values();
        let mut below: Vec<_> = all
            .filter(|one| one.parent_code.as_ref() == Some(&own.code) && one.in_force(as_of))
            .map(|one| (one.id, one.code.clone()))
            .collect();
        below.sort_by(|a, b| a.1.cmp(&b.1));
        below
    }

    /// What a region is called in a comparison.
    pub(crate) fn called(&self, region: RegionId) -> String {
        match self.regions.get(&region) {
            Some(one) if one.level == RegionLevel::Nation => "全国".to_owned(),
            Some(one) => one.name.clone(),
            None => String::new(),
        }
    }

    /// A region's code; empty for one that is not there.
    pub(crate) fn code(&self, region: RegionId) -> String {
        self.regions.get(&region).map_or_else(String::new, |one| one.code.clone())
    }

    fn by_name(&self, name: &str) -> Option<RegionId> {
        let name = folded(name);
        self.codes.get(&name).copied().or_else(|| self.names.get(&name).copied().flatten())
    }

    /// The region somebody wrote down: an average of a region above, a code, a name.
    fn region(&self, written: &str, own: RegionId) -> Option<RegionId> {
        let level = |wanted: RegionLevel| {
            let is = |id: &RegionId| self.regions.get(id).is_some_and(|one| one.level == wanted);
            self.above(own).into_iter().find(is)
        };
        match AverageOf::read(written) {
            AverageOf::Nation => self.nation(),
            AverageOf::Above(wanted) => level(wanted),
            AverageOf::Parent => self.above(own).first().copied(),
            AverageOf::Named(name) => return self.by_name(name),
        }
        // Facts may be put in under the very words (全省平均) where nobody says which region is meant.
        .or_else(|| self.by_name(written))
    }

    fn measure(&self, written: &str) -> Option<MeasureId> {
        measure_names(written).find_map(|name| self.measures.get(&folded(name)).copied())
    }

    /// Whether what a target is compared with is there, and another series than its own; so for one that compares nothing.
    pub fn knows(&self, target: &Target, own: Key) -> bool {
        let named = target.benchmark.is_some();
        !(target.kind.row().is_comparison() && named)
            || self.against(target, ComparedTo::ByTarget, own).is_some_and(|(other, _)| other != own)
    }

    /// The measure that a target of `measure` in the region with this code is compared with, where it is another one.
    pub fn other_measure(&self, target: &Target, (measure, code): (MeasureId, &str)) -> Option<MeasureId> {
        let own = (measure, *self.codes.get(code)?);
        let (other, _) = self.against(target, ComparedTo::ByTarget, own)?;
        Some(other.0).filter(|other| *other != measure)
    }

    /// The series a comparing target is held against, and what it is called.
    pub(crate) fn against(
        &self,
        target: &Target,
        named: ComparedTo<'_>,
        (measure, region): Key,
    ) -> Option<(Key, String)> {
        let written = target.benchmark.as_deref()?;
        let by_measure = |name: &str| self.measure(name).map(|other| ((other, region), written.to_owned()));
        let by_region = || {
            let other = self.region(written, region)?;
            let is_code = self.codes.contains_key(written);
            Some(((measure, other), if is_code { self.called(other) } else { written.to_owned() }))
        };
        match (named, target.kind.row().compared_with) {
            (ComparedTo::Region(name), _) => {
                let other = self.by_name(name).or_else(|| self.region(name, region))?;
                Some(((measure, other), self.called(other)))
            }
            (ComparedTo::Measure(name), _) => by_measure(name),
            (ComparedTo::ByTarget, ComparedWith::OtherMeasure) => by_measure(written).or_else(by_region),
            (ComparedTo::ByTarget, ComparedWith::Elsewhere | ComparedWith::Nothing) => {
                by_region().or_else(|| by_measure(written))
            }
        }
    }
}
