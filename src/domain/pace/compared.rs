//! The series that one indicator is compared with, as they were gathered.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{NamedSeries, Sibling};
use crate::Observation;

/// A series beside the indicator's own, and what it is called in a comparison.
#[derive(Debug, Clone)]
pub struct OtherSeries {
    /// What it is called.
    pub name: String,
    /// Its facts, all vintages known by then.
    pub observations: Arc<Vec<Observation>>,
}

impl OtherSeries {
    fn series(&self) -> NamedSeries<'_> {
        NamedSeries { name: &self.name, observations: &self.observations }
    }
}

/// The same measure in a sibling region.
#[derive(Debug, Clone)]
pub struct SiblingSeries {
    /// Code of the region.
    pub code: String,
    /// Its facts, all vintages known by then.
    pub observations: Arc<Vec<Observation>>,
    /// Its target of the same window, in the measure's unit.
    pub completion_target: Option<Decimal>,
}

/// What one indicator is compared with; nothing unless asked for.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// What a comparing target is held against.
    pub benchmark: Option<OtherSeries>,
    /// The region above.
    pub parent: Option<OtherSeries>,
    /// Regions further above, and the benchmark when it is none of them.
    pub named: Vec<OtherSeries>,
    /// The same measure in sibling regions that reported it.
    pub siblings: Vec<SiblingSeries>,
    /// How many siblings there are, this one included.
    pub siblings_of: usize,
}

impl Compared {
    /// What a comparing target is held against.
    pub fn benchmark(&self) -> Option<NamedSeries<'_>> {
        self.benchmark.as_ref().map(OtherSeries::series)
    }

    /// The region above.
    pub fn parent(&self) -> Option<NamedSeries<'_>> {
        self.parent.as_ref().map(OtherSeries::series)
    }

    /// Regions further above, and the benchmark when it is none of them.
    pub fn named(&self) -> Vec<NamedSeries<'_>> {
        self.named.iter().map(OtherSeries::series).collect()
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
