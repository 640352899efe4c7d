//! A register and its series put together in memory, as somebody wrote them down: a trial without a database.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::as_of::known;
use crate::comparisons::{Compared, ComparisonRequest, Comparisons, Keys, SeriesFacts, SiblingTargets};
use crate::grounds::Grounds;
use crate::register::{Key, KnownRegion, Named, Register};
use xushi_domain::{Observation, RegionLevel, WorkCalendar, folded, parent_code};
use xushi_store::seed;
use xushi_store::types::Id;

/// Regions, measures and facts of one trial.
#[derive(Debug, Default)]
pub struct InMemory {
    /// By code.
    regions: HashMap<String, KnownRegion>,
    /// By name and alias, folded.
    measures: HashMap<String, Id>,
    facts: HashMap<Key, Vec<Observation>>,
}

impl InMemory {
    /// The measure of this name or alias.
    pub fn measure(&mut self, name: &str) -> Id {
        let new = self.next_id();
        *self.measures.entry(folded(name)).or_insert(new)
    }

    /// Gives a measure further names; one that is another measure's already stays so.
    pub fn call_also(&mut self, measure: Id, aliases: &[String]) {
        for alias in aliases {
            self.measures.entry(folded(alias)).or_insert(measure);
        }
    }

    /// The region of this code or name. Names of the built-in list are turned into codes; anything else is a region of its
    /// own, under nobody.
    pub fn region(&mut self, written: &str) -> Id {
        let (new, code) = (self.next_id(), built_in_code(written));
        self.regions.entry(code).or_insert_with_key(|code| known_region(new, code)).id
    }

    /// A region's code.
    pub fn code(&self, region: Id) -> &str {
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
        (key, named): (Key, Named<'_>),
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
        let compared = Compared::of(&register, &request, &keys, &facts, &SiblingTargets::new());
        let own = facts.remove(&key).map(|own| own.as_ref().clone()).unwrap_or_default();
        Grounds { own, compared, ..grounds }.awaiting_reports(calendar)
    }

    /// The region of `key` with those above it, and the regions of which its measure is reported: a trial says nothing of
    /// others, so that a place is among these.
    fn register(&mut self, (measure, region): Key) -> Register {
        let own = self.code(region).to_owned();
        let above: Vec<Id> = std::iter::successors(parent_code(&own), |code| parent_code(code))
            .map(|code| self.region(&code))
            .collect();
        let counts = |one: &&KnownRegion| {
            one.id == region || above.contains(&one.id) || self.facts.contains_key(&(measure, one.id))
        };
        let regions = self.regions.values().filter(counts).cloned().collect();
        Register::new(regions, self.measures.clone())
    }

    fn next_id(&self) -> Id {
        Id(Uuid::from_u128((self.regions.len() + self.measures.len()) as u128 + 1))
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
fn known_region(id: Id, code: &str) -> KnownRegion {
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
