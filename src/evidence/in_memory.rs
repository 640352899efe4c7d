//! A register and its series put together in memory, as somebody wrote them down: a trial without a database.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::as_of::known;
use crate::comparisons::{ComparisonRequest, Comparisons, Keys, SeriesFacts, SiblingTargets, compared};
use crate::register::{ComparedTo, Key, KnownRegion, Register};
use xushi_domain::pace::Grounds;
use xushi_domain::{Observation, RegionLevel, WorkCalendar, folded, parent_code};
use xushi_store::seed;
use xushi_store::types::{Id, MeasureId, RegionId, Thing};

/// Regions, measures and facts of one trial.
#[derive(Debug, Default)]
pub struct InMemory {
    /// By code.
    regions: HashMap<String, KnownRegion>,
    /// By name, folded.
    measures: HashMap<String, MeasureId>,
    facts: HashMap<Key, Vec<Observation>>,
}

impl InMemory {
    /// The measure of this name.
    pub fn measure(&mut self, name: &str) -> MeasureId {
        let new = self.next_id();
        *self.measures.entry(folded(name)).or_insert(new)
    }

    /// The region of this code or name. Names of the built-in list are turned into codes; anything else is a region of its
    /// own, under nobody.
    pub fn region(&mut self, written: &str) -> RegionId {
        let (new, code) = (self.next_id(), built_in_code(written));
        self.regions.entry(code).or_insert_with_key(|code| known_region(new, code)).id
    }

    /// A region's code.
    pub fn code(&self, region: RegionId) -> &str {
        self.regions.values().find(|one| one.id == region).map_or("", |one| &one.code)
    }

    /// Adds a fact.
    pub fn add(&mut self, key: Key, fact: Observation) {
        self.facts.entry(key).or_default().push(fact);
    }

    /// Adds to these grounds the indicator's own facts and all it is compared with, as known by the end of `as_of`.
    #[must_use]
    pub fn complete(
        mut self,
        grounds: Grounds,
        (key, named): (Key, ComparedTo<'_>),
        (as_of, calendar): (NaiveDate, &WorkCalendar),
    ) -> Grounds {
        let register = self.register(key);
        let mut facts: SeriesFacts = known(std::mem::take(&mut self.facts), as_of);
        let request = ComparisonRequest {
            key,
            target: grounds.target.as_ref(),
            named,
            window: (grounds.window.start(), grounds.window.end()),
            family: grounds.pack.family,
            unit: &grounds.measure.unit,
        };
        let keys = Keys::of(&register, &request, Comparisons::All, as_of);
        let compared = compared(&register, &request, &keys, &facts, &SiblingTargets::new());
        let own = facts.remove(&key).map(|own| own.as_ref().clone()).unwrap_or_default();
        Grounds { own, compared, ..grounds }.awaiting_reports(calendar)
    }

    /// The region of `key` with those above it, and the regions of which its measure is reported: a trial says nothing of
    /// others, so that a place is among these.
    fn register(&mut self, (measure, region): Key) -> Register {
        let own = self.code(region).to_owned();
        let above: Vec<RegionId> = std::iter::successors(parent_code(&own), |code| parent_code(code))
            .map(|code| self.region(&code))
            .collect();
        let counts = |one: &&KnownRegion| {
            one.id == region || above.contains(&one.id) || self.facts.contains_key(&(measure, one.id))
        };
        let regions = self.regions.values().filter(counts).cloned().collect();
        Register::new(regions, self.measures.clone())
    }

    fn next_id<K: Thing>(&self) -> Id<K> {
        Id::of(Uuid::from_u128((self.regions.len() + self.measures.len()) as u128 + 1))
    }
}

fn built_in_code(written: &str) -> String {
    let written = written.trim();
    if written == "全国" {
        return "100000".to_owned();
    }
    seed::region_code(written).unwrap_or(written).to_owned()
}

/// A region as its code tells of it. Its level is how far it lies below the nation, so that those directly under a province
/// are of one level.
fn known_region(id: RegionId, code: &str) -> KnownRegion {
    let above = std::iter::successors(parent_code(code), |code| parent_code(code)).count();
    let level = match above {
        0 if code == "100000" => RegionLevel::Nation,
        0 => RegionLevel::Zone,
        1 => RegionLevel::Province,
        2 => RegionLevel::Prefecture,
        _ => RegionLevel::County,
    };
    let (name, short_name) = seed::region_names(code).unwrap_or((code, code));
    KnownRegion {
        id,
        level,
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        parent_code: parent_code(code),
        code: code.to_owned(),
        valid: (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xushi_domain::{Basis, Comparator, Figure, Kind, Period, Status, Target};

    const JUNE: &str = "2025-06-30";

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn fact(value: i64, published: &str) -> Observation {
        Observation {
            id: Uuid::from_u128(1),
            period: Period::new(d("2025-01-01"), d(JUNE)).unwrap(),
            basis: Basis::Cumulative,
            figure: Figure::Yoy,
            value: value.into(),
            status: Status::Final,
            stage: None,
            published_on: d(published),
            of: None,
            partial: false,
            vintage: 1,
        }
    }

    fn target(kind: Kind, benchmark: &str) -> Target {
        Target {
            kind,
            comparator: Some(Comparator::Above),
            value: None,
            value_hi: None,
            unit: String::new(),
            hedge: None,
            phrase: String::new(),
            benchmark: Some(benchmark.to_owned()),
        }
    }

    /// What a target in `region` is held against: what it is called, and the value there; facts are of June.
    fn against(
        region: &str,
        target: &Target,
        named: ComparedTo<'_>,
        facts: &[(&str, &str, i64)],
    ) -> (String, i64) {
        let mut trial = InMemory::default();
        let region = trial.region(region);
        let key = (trial.measure("居民收入"), region);
        for (region, measure, value) in facts {
            let key = (trial.measure(measure), trial.region(region));
            trial.add(key, fact(*value, "2025-07-20"));
        }
        let register = trial.register(key);
        let Some((other, name)) = register.against(target, named, key) else { return (String::new(), 0) };
        let value = trial.facts.get(&other).map_or(0, |facts| facts[0].value.try_into().unwrap());
        (name, value)
    }

    #[test]
    fn what_a_trial_is_held_against_is_what_a_stored_target_is() {
        let facts = [
            ("100000", "居民收入", 1),
            ("湖南", "居民收入", 2),
            ("430100", "居民收入", 3),
            ("岳阳市", "经济", 4),
            ("经开区", "居民收入", 5),
            ("430602", "经济", 6),
        ];
        let (versus, versus_measure) = (Kind::VersusBenchmark, Kind::VersusIndicator);
        for (region, kind, benchmark, want) in [
            ("岳阳市", versus, "全国平均水平", ("全国平均水平", 1)),
            ("岳阳市", versus, "全省平均", ("全省平均", 2)),
            ("岳阳市", versus, "平均水平", ("平均水平", 2)),
            ("岳阳市", versus, "湖南省", ("湖南省", 2)),
            ("岳阳市", versus, "430000", ("湖南省", 2)),
            ("岳阳市", versus, "长沙", ("长沙", 3)),
            ("岳阳市", versus, "经开区", ("经开区", 5)),
            // No prefecture lies above a prefecture: not the province, and not the nation.
            ("岳阳市", versus, "全市平均", ("", 0)),
            ("岳阳市", versus, "没有这个", ("", 0)),
            // A growth of a measure is found by its name, and either side where the other is not there.
            ("岳阳市", versus_measure, "经济增速", ("经济增速", 4)),
            ("430602", versus_measure, "经济", ("经济", 6)),
            ("岳阳市", versus, "经济", ("经济", 4)),
            ("岳阳市", versus_measure, "湖南省", ("湖南省", 2)),
        ] {
            let found = against(region, &target(kind, benchmark), ComparedTo::ByTarget, &facts);
            assert_eq!(found, (want.0.to_owned(), want.1), "{region} {kind:?} {benchmark}");
        }
        let said = target(versus, "湖南");
        for (named, want) in [
            (ComparedTo::Region("湖南"), ("湖南省", 2)),
            (ComparedTo::Region("全国"), ("全国", 1)),
            (ComparedTo::Measure("经济"), ("湖南", 4)),
            (ComparedTo::Measure("湖南"), ("", 0)),
        ] {
            let found = against("岳阳市", &said, named, &facts);
            assert_eq!(found, (want.0.to_owned(), want.1), "{named:?}");
        }
    }

    #[test]
    fn a_place_in_a_trial_is_among_those_reported() {
        let mut trial = InMemory::default();
        let (measure, other) = (trial.measure("居民收入"), trial.measure("经济"));
        let own = trial.region("岳阳市");
        for (region, measure) in [
            ("430100", measure),
            ("430200", measure),
            ("430602", measure),
            ("430300", other),
            ("湖南", measure),
        ] {
            let key = (measure, trial.region(region));
            trial.add(key, fact(1, "2025-07-20"));
        }
        let siblings = trial.register((measure, own)).siblings(own, d(JUNE));
        let mut codes: Vec<&str> = siblings.iter().map(|id| trial.code(*id)).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["430100", "430200", "430600"]);
    }
}
