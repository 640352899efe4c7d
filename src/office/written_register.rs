//! Regions, measures and facts as somebody wrote them down: what an assessment without a database rests on.

use chrono::NaiveDate;

use crate::domain::pace::Grounds;
use crate::domain::{Observation, WorkCalendar, WrittenBenchmark};
use crate::evidence::register::Key;
use crate::evidence::{ComparedTo, InMemory};

/// The register of one assessment.
pub struct WrittenRegister {
    register: InMemory,
    own: Key,
}

impl WrittenRegister {
    /// A register for an indicator of this measure, in the region of this code or name.
    pub fn of(measure: &str, region: &str) -> Self {
        let mut register = InMemory::default();
        let region = register.region(region);
        let own = (register.measure(measure), region);
        Self { register, own }
    }

    /// Code of the indicator's region.
    pub fn region(&self) -> &str {
        self.register.code(self.own.1)
    }

    /// Adds a fact of a measure in a region, those of the indicator where they are not written; gives whether it is one of
    /// the indicator's own.
    pub fn add(&mut self, measure: Option<&str>, region: Option<&str>, fact: Observation) -> bool {
        let measure = measure.map_or(self.own.0, |name| self.register.measure(name));
        let region = region.map_or(self.own.1, |region| self.register.region(region));
        self.register.add((measure, region), fact);
        (measure, region) == self.own
    }

    /// Adds to these grounds the indicator's own facts and all it is compared with, as known by the end of `as_of`: a region or
    /// a measure where `written` says which, else what the target's words mean.
    #[must_use]
    pub fn complete(
        self,
        grounds: Grounds,
        written: Option<&WrittenBenchmark>,
        known: (NaiveDate, &WorkCalendar),
    ) -> Grounds {
        let named = match written {
            Some(WrittenBenchmark::Series { region: Some(name), .. }) => ComparedTo::Region(name),
            Some(WrittenBenchmark::Series { measure: Some(name), .. }) => ComparedTo::Measure(name),
            _ => ComparedTo::ByTarget,
        };
        self.register.complete(grounds, (self.own, named), known)
    }
}
