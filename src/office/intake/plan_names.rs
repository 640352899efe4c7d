//! Units and measures that a plan names, looked up at once: which are known, and which would be new.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::plan_source::{PlanTerms, SourcePart};
use crate::domain::kind::AddsUp;
use crate::domain::phrase::{Direction, PhraseTarget};
use crate::domain::{Basis, Better, Figure, Frequency, folded, lengths};
use crate::office::measures::NewMeasure;
use crate::office::{Office, Refusal, StoreError};
use crate::reading::plan::proposal::{NamedUnit, ProposedTarget};
use crate::store::rows::MeasureRow;

/// What a name of a unit means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnitMeant {
    /// A unit that is registered: its id, and what it is called.
    Known(String, String),
    /// Nobody knows it yet; this is its longest name in the document.
    New(String),
    /// More than one unit is called so, or it is none; the sentence says which.
    Unclear(String),
}

/// What a plan names.
pub(super) struct PlanNames {
    units: HashMap<String, UnitMeant>,
    measures: HashMap<String, MeasureRow>,
    /// Units of the document by what they are called first there.
    pub(super) aliases: BTreeMap<String, Vec<String>>,
}

/// What the name of a target's measure may end with beside it.
const GROWTH: [&str; 3] = ["同比增速", "增长率", "增速"];

/// Names under which the measure of a target is looked for.
fn spellings(target: &PhraseTarget, terms: &PlanTerms) -> Vec<String> {
    let written = target.indicator.trim();
    let mut names: Vec<String> = terms.measures.get(written).cloned().into_iter().collect();
    names.push(written.to_owned());
    if target.kind.row().figure == Figure::Yoy {
        names.extend(GROWTH.iter().filter_map(|end| written.strip_suffix(end)).map(str::to_owned));
    }
    names.retain(|name| !name.is_empty());
    names
}

impl PlanNames {
    pub(super) async fn of(
        office: &Office,
        parts: &[&SourcePart],
        named: &[NamedUnit],
        terms: &PlanTerms,
    ) -> Result<Self, Refusal> {
        let mut first: HashMap<String, String> = HashMap::new();
        let mut aliases = BTreeMap::new();
        for unit in named {
            for name in std::iter::once(&unit.name).chain(&unit.aliases) {
                first.entry(folded(name)).or_insert_with(|| unit.name.clone());
            }
            aliases.insert(unit.name.clone(), unit.aliases.clone());
        }
        let written: BTreeSet<&String> = parts.iter().flat_map(|part| part.units()).collect();
        let mut units = HashMap::new();
        for name in written {
            let meant = unit(office, name, first.get(&folded(name)), terms).await?;
            units.insert(name.clone(), meant);
        }
        let targets = parts.iter().flat_map(|part| part.targets());
        let wanted: BTreeSet<String> = targets.flat_map(|target| spellings(&target.target, terms)).collect();
        let wanted: Vec<String> = wanted.into_iter().collect();
        Ok(Self { units, measures: office.read.resolve_measures(&wanted).await?, aliases })
    }

    pub(super) fn unit(&self, written: &str) -> Option<&UnitMeant> {
        self.units.get(written)
    }

    /// The measure that a target means, where it is registered.
    pub(super) fn measure(&self, target: &PhraseTarget, terms: &PlanTerms) -> Option<&MeasureRow> {
        spellings(target, terms).iter().find_map(|name| self.measures.get(name))
    }

    /// All units that the plan names, each with what it means.
    pub(super) fn units(&self) -> Vec<(&String, &UnitMeant)> {
        let mut all: Vec<_> = self.units.iter().collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }
}

async fn unit(
    office: &Office,
    written: &str,
    first: Option<&String>,
    terms: &PlanTerms,
) -> Result<UnitMeant, Refusal> {
    let told = terms.units.get(written).map(String::as_str);
    let keys = told.into_iter().chain([written]).chain(first.map(String::as_str));
    for key in keys {
        match office.read.resolve_unit(key).await {
            Ok(row) => return Ok(UnitMeant::Known(row.id.0.to_string(), row.name)),
            Err(StoreError::Missing { .. }) => {}
            Err(error) if error.is_the_callers() => {
                let why = format!("有不止一个责任单位叫“{key}”，请用units写明是哪一个。");
                return Ok(UnitMeant::Unclear(why));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let name = first.cloned().unwrap_or_else(|| written.to_owned());
    if name.chars().count() > lengths::UNIT {
        let why = format!("“{name}”过长，不像一个单位的名称，请用units写明是哪个单位。");
        return Ok(UnitMeant::Unclear(why));
    }
    Ok(UnitMeant::New(name))
}

/// A measure for a target whose measure nobody knows: what the phrase says of it. Whoever adopts it looks at it first.
pub(super) fn new_measure(targets: &[&ProposedTarget]) -> Option<NewMeasure> {
    let first = targets.first()?;
    let name = first.target.indicator.trim();
    if name.is_empty() || name.chars().count() > lengths::MEASURE {
        return None;
    }
    let amount = targets.iter().find(|one| {
        let target = &one.target;
        target.kind.row().figure == Figure::Level && !target.unit.is_empty()
    });
    let unit = amount.map_or("%", |one| one.target.unit.as_str());
    let rate = targets.iter().all(|one| one.target.kind.row().figure == Figure::Yoy);
    let adds_up = rate || targets.iter().any(|one| one.target.kind.row().adds_up == AddsUp::Always);
    let places =
        targets.iter().filter_map(|one| one.target.value).map(|value| value.normalize().scale()).max();
    Some(NewMeasure {
        name: name.to_owned(),
        aliases: Vec::new(),
        unit: unit.to_owned(),
        basis: if adds_up { Basis::Cumulative } else { Basis::Point },
        better: match first.target.direction {
            Direction::Up => Better::Higher,
            Direction::Down => Better::Lower,
            Direction::Hold => Better::Hold,
        },
        frequency: Frequency::Monthly,
        release_day: None,
        precision: places.unwrap_or(0).clamp(1, 4),
        external_id: None,
        sources: Vec::new(),
        stages: Vec::new(),
    })
}
