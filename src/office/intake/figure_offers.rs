//! Figures that a file offers: what is said, what it was matched with, what would become of it, and what is stored already.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::{DoubtSet, Invalid, Stage, Status, TextEnum as _, text_enum};
use crate::office::observations::{self, FactReader, NewFact};
use crate::office::{Actor, Office, Refusal};
use crate::reading::report::ReportedFact;
use crate::store::rows::{FactRow, FactWrite, Recorded};
use crate::store::types::{MeasureId, RegionId};

use super::Spot;

text_enum! {
    /// What becomes of a figure that a file offers.
    OfferOutcome "offer_outcome" {
        /// Nothing was known of it.
        Created = "created",
        /// It differs from what is stored, and becomes its next vintage.
        Updated = "updated",
        /// It is stored just so.
        Unchanged = "unchanged",
        /// Another source says otherwise, whose figures count before its own.
        Outranked = "outranked",
        /// It breaks a rule.
        Refused = "refused",
        /// Nobody knows its indicator or its region.
        Unmatched = "unmatched",
        /// The same file says something else of it at another place.
        Contradictory = "contradictory",
        /// The same file says the same of it before.
        Repeated = "repeated",
        /// It is no value of an indicator: a distance, a completion, a remark.
        Noted = "noted",
        /// Whoever adopts it leaves it out.
        LeftOut = "left_out",
    }
}

impl OfferOutcome {
    /// Whether a person has to look before all is taken in.
    pub fn is_in_the_way(self) -> bool {
        matches!(self, Self::Refused | Self::Unmatched | Self::Contradictory)
    }
}

/// What is stored of a fact: the vintage that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFigure {
    /// Its value.
    pub value: Decimal,
    /// How firm it is.
    pub status: Status,
    /// Who vouches for it.
    pub stage: Option<Stage>,
    /// The day it became known.
    pub published_on: NaiveDate,
    /// Order of the corrections.
    pub vintage: i32,
}

/// A figure that a file offers.
#[derive(Debug, Clone)]
pub struct FigureOffer {
    /// What it is called when it is chosen or left out: the same as long as the file is the same.
    pub key: String,
    /// Where it stands.
    pub spot: Spot,
    /// What is said.
    pub said: ReportedFact,
    /// The measure it was matched with: id, name, unit.
    pub measure: Option<(MeasureId, String, String)>,
    /// The region it was matched with.
    pub region: Option<RegionId>,
    /// Names of measures that it may mean, where it was not matched.
    pub candidates: Vec<String>,
    /// The fact as it would be recorded.
    pub fact: Option<NewFact>,
    /// What becomes of it.
    pub outcome: OfferOutcome,
    /// What is wrong with it, or why it is no value.
    pub why: Vec<Invalid>,
    /// What is stored.
    pub stored: Option<StoredFigure>,
    /// What is doubtful about it.
    pub doubts: DoubtSet,
}

impl FigureOffer {
    /// Puts it aside.
    pub(super) fn aside(&mut self, outcome: OfferOutcome, code: &'static str, why: impl Into<String>) {
        self.outcome = outcome;
        self.why.push(Invalid::new("", code, why));
    }
}

/// What can be recorded of some offers: facts, and which offer each is.
pub type WeighedFacts = (Vec<FactWrite>, Vec<usize>);

/// Holds offers against the rules and against what is stored: each is told what would become of it. Writes nothing.
///
/// # Errors
/// When the database fails.
pub async fn weighed(
    office: &Office,
    actor: &Actor,
    offers: &mut [FigureOffer],
) -> Result<WeighedFacts, Refusal> {
    let is_open = |offer: &FigureOffer| offer.outcome == OfferOutcome::Created && offer.fact.is_some();
    let stated: Vec<&NewFact> =
        offers.iter().filter(|offer| is_open(offer)).filter_map(|offer| offer.fact.as_ref()).collect();
    let mut reader = FactReader::prepare(office, &stated).await?.for_actor(actor).await?;
    drop(stated);
    let (mut facts, mut places) = (Vec::new(), Vec::new());
    for (place, offer) in offers.iter_mut().enumerate() {
        if !is_open(offer) {
            continue;
        }
        let Some(stated) = &offer.fact else { continue };
        let read = reader.read(stated);
        match read.fact {
            Some(fact) => {
                facts.push(fact);
                places.push(place);
            }
            None => {
                offer.outcome = OfferOutcome::Refused;
                offer.why.extend(read.wrong.into_iter().map(told));
            }
        }
    }
    let puts = observations::record(office, actor, &facts, true).await?;
    for (place, put) in places.iter().zip(&puts) {
        offers[*place].doubts = put.doubts;
        offers[*place].outcome = match put.outcome {
            Recorded::Created => OfferOutcome::Created,
            Recorded::Updated => OfferOutcome::Updated,
            Recorded::Unchanged => OfferOutcome::Unchanged,
            Recorded::Outranked => OfferOutcome::Outranked,
        };
    }
    let known = stored(office, &facts, &puts.iter().map(|put| put.outcome).collect::<Vec<_>>()).await?;
    for (index, place) in places.iter().enumerate() {
        offers[*place].stored = known.get(&index).cloned();
    }
    Ok((facts, places))
}

/// Records what was weighed, as `PUT /observations` does; the outcomes are those of the write.
///
/// # Errors
/// When the database fails.
pub async fn record_offers(
    office: &Office,
    actor: &Actor,
    offers: &mut [FigureOffer],
    (facts, places): &WeighedFacts,
) -> Result<(), Refusal> {
    let puts = observations::record(office, actor, facts, false).await?;
    for (place, put) in places.iter().zip(&puts) {
        offers[*place].outcome = match put.outcome {
            Recorded::Created => OfferOutcome::Created,
            Recorded::Updated => OfferOutcome::Updated,
            Recorded::Unchanged => OfferOutcome::Unchanged,
            Recorded::Outranked => OfferOutcome::Outranked,
        };
    }
    Ok(())
}

/// A refusal of a fact as a sentence; what it names was looked up before.
fn told(refusal: Refusal) -> Invalid {
    match refusal {
        Refusal::Invalid(invalid) => invalid,
        Refusal::Key { field, .. } => {
            Invalid::new(field, "unknown", "这个名称没有登记，或不止一个，请核对。")
        }
        _ => Invalid::new("", "malformed", "不能作为数据录入，请核对。"),
    }
}

/// What makes a fact one of its series: first and last day, basis, figure.
type FactSpan = (NaiveDate, NaiveDate, &'static str, &'static str);

/// What is stored of the facts that are not new, by their place in the batch.
async fn stored(
    office: &Office,
    facts: &[FactWrite],
    outcomes: &[Recorded],
) -> Result<HashMap<usize, StoredFigure>, Refusal> {
    /// Later than any fact.
    const EVER: Option<NaiveDate> = NaiveDate::from_ymd_opt(2999, 12, 31);
    let known = || facts.iter().zip(outcomes).filter(|(_, outcome)| **outcome != Recorded::Created);
    let measures = Vec::from_iter(known().map(|(fact, _)| fact.measure).collect::<HashSet<_>>());
    let regions = Vec::from_iter(known().map(|(fact, _)| fact.region).collect::<HashSet<_>>());
    let mut series: HashMap<(MeasureId, RegionId), i64> = HashMap::new();
    for measures in measures.chunks(500) {
        for regions in regions.chunks(500) {
            let found = office.read.list_series(measures, regions).await?;
            series.extend(found.into_iter().map(|(id, measure, region)| ((measure, region), id)));
        }
    }
    let wanted: HashSet<i64> =
        known().filter_map(|(fact, _)| series.get(&(fact.measure, fact.region)).copied()).collect();
    let wanted: Vec<i64> = wanted.into_iter().collect();
    let mut newest: HashMap<(i64, FactSpan), FactRow> = HashMap::new();
    for chunk in wanted.chunks(500) {
        for row in office.read.list_facts(chunk, EVER.unwrap_or_default()).await? {
            let key = (row.period_start, row.period_end, row.basis.0.as_str(), row.figure.0.as_str());
            let slot = newest.entry((row.series_id, key)).or_insert_with(|| row.clone());
            let place = |row: &FactRow| (row.weight(), row.vintage);
            if place(slot) < place(&row) {
                *slot = row;
            }
        }
    }
    let figure = |(fact, row): (&FactWrite, Option<&i64>)| {
        let key = &fact.row;
        let key = (key.period_start, key.period_end, key.basis.0.as_str(), key.figure.0.as_str());
        let row = newest.get(&(*row?, key))?;
        let (value, status, stage) = (row.value.0.normalize(), row.status.0, row.stage.map(|stage| stage.0));
        Some(StoredFigure { value, status, stage, published_on: row.published_on, vintage: row.vintage })
    };
    let of = |(place, fact): (usize, &FactWrite)| {
        Some((place, figure((fact, series.get(&(fact.measure, fact.region))))?))
    };
    Ok(facts.iter().enumerate().filter_map(of).collect())
}
