//! What a monthly report is made of: the facts of a series with where they come from, and what is compared with them.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{LetterLine, LineSaid};
use xushi_domain::{Basis, Better, Figure, Observation, Period, TextEnum as _};

/// A fact, by the vintage of it that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFact {
    /// Id of the observation.
    pub id: String,
    /// Where it was measured, by name.
    pub region: String,
    /// The days it is of.
    pub period: Period,
    /// Year to date, of the period, or a stock.
    pub basis: Basis,
    /// Value, growth or place.
    pub figure: Figure,
    /// In the measure's unit, percent, or a place.
    pub value: Decimal,
    /// Of how many a place is.
    pub of: Option<u32>,
    /// The day it came out.
    pub published_on: NaiveDate,
}

impl ReportFact {
    /// The facts that stand among these vintages, one for each period, basis and figure, from the day `from` on. Of several the
    /// same one stands that the assessment rests on: a higher stage, then a final value before a preliminary one, then the one that came
    /// out last.
    pub fn standing(observations: &[Observation], region: &str, from: NaiveDate) -> Vec<Self> {
        let mut standing: HashMap<(NaiveDate, NaiveDate, &str, &str), &Observation> = HashMap::new();
        let rank = |one: &Observation| (one.weight(), one.published_on, one.vintage, one.id);
        for one in observations.iter().filter(|one| one.status.is_actual() && one.period.end() >= from) {
            let fact = (one.period.start(), one.period.end(), one.basis.as_str(), one.figure.as_str());
            let known = standing.entry(fact).or_insert(one);
            if rank(one) > rank(known) {
                *known = one;
            }
        }
        let mut facts: Vec<Self> = standing.into_values().map(|one| Self::of(one, region)).collect();
        facts.sort_by(|a, b| (a.period.end(), &a.id).cmp(&(b.period.end(), &b.id)));
        facts
    }

    /// One vintage.
    fn of(one: &Observation, region: &str) -> Self {
        Self {
            id: one.id.to_string(),
            region: region.to_owned(),
            period: one.period,
            basis: one.basis,
            figure: one.figure,
            value: one.value,
            of: one.of,
            published_on: one.published_on,
        }
    }
}

/// A difference as somebody stated it beside a figure; said only where it cannot be worked out of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedFact {
    /// Its id.
    pub id: String,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Value or growth.
    pub figure: Figure,
    /// From what, as written.
    pub against: String,
    /// Own value less the other's; of a place (位次) the place.
    pub difference: Decimal,
    /// Where it was printed.
    pub source: String,
    /// The day it came out.
    pub published_on: NaiveDate,
}

/// The same measure in a region above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionAbove {
    /// What it is called in a comparison: 全国平均.
    pub name: String,
    /// Its facts.
    pub facts: Vec<ReportFact>,
}

/// How an indicator was judged, in the numbers and words of its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedSeries {
    /// Its numbers.
    pub line: LetterLine,
    /// Its words.
    pub said: LineSaid,
    /// The grade, with what is expected beside a good one.
    pub grade_said: String,
    /// Who answers for it.
    pub lead: Option<String>,
    /// The letter that stands about it, with how far it has come.
    pub letter: Option<String>,
    /// What its place among them was worked out by, in words: 指标值.
    pub ranked_by: Option<&'static str>,
    /// Figures of sibling regions that its place rests on.
    pub siblings: Vec<ReportFact>,
}

/// A measure in a region, with all that a report may say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSeries {
    /// Tells it apart from others, whatever its values: measure, region and indicator.
    pub key: String,
    /// Name of the measure.
    pub measure: String,
    /// How the region is called where it is said: 全省, 岳阳市.
    pub whole: String,
    /// Unit of its values.
    pub unit: String,
    /// Which way is good.
    pub better: Better,
    /// Months from one report to the next.
    pub step: u32,
    /// Its facts, one a period, basis and figure.
    pub facts: Vec<ReportFact>,
    /// The same measure in regions above, the nearest first.
    pub above: Vec<RegionAbove>,
    /// What was stated beside its figures.
    pub stated: Vec<StatedFact>,
    /// How it was judged; `None` of what nobody promised.
    pub judged: Option<JudgedSeries>,
}

impl ReportSeries {
    /// The facts of one basis and figure, by end.
    pub(super) fn course(&self, basis: Basis, figure: Figure) -> Vec<&ReportFact> {
        course(&self.facts, basis, figure)
    }

    /// The latest period: the one judged, where one was.
    pub(super) fn latest(&self) -> Option<(Period, Basis)> {
        let judged =
            self.judged.as_ref().and_then(|judged| judged.line.rests_on.as_ref()?.observation.as_ref());
        let judged = judged.and_then(|id| self.facts.iter().find(|fact| fact.id == *id));
        // A place alone is told, too.
        let latest = || {
            self.facts.iter().max_by_key(|fact| {
                let (start, end) = (fact.period.start(), fact.period.end());
                (fact.figure != Figure::Rank, end, fact.basis != Basis::Period, std::cmp::Reverse(start))
            })
        };
        judged.or_else(latest).map(|fact| (fact.period, fact.basis))
    }

    /// The fact of a period.
    pub(super) fn at(&self, period: Period, basis: Basis, figure: Figure) -> Option<&ReportFact> {
        at(&self.facts, period, basis, figure)
    }
}

pub(super) fn at(facts: &[ReportFact], period: Period, basis: Basis, figure: Figure) -> Option<&ReportFact> {
    facts.iter().find(|fact| (fact.period, fact.basis, fact.figure) == (period, basis, figure))
}

pub(super) fn course(facts: &[ReportFact], basis: Basis, figure: Figure) -> Vec<&ReportFact> {
    let mut own: Vec<&ReportFact> =
        facts.iter().filter(|fact| (fact.basis, fact.figure) == (basis, figure)).collect();
    own.sort_by_key(|fact| (fact.period.end(), fact.period.start()));
    own
}
