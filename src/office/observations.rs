//! Facts put in: what somebody states is read into the units of its measure, checked, and kept as a vintage.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::audit_trail::said_fact;
use super::{Actor, Office, Refusal, Who};
use crate::domain::smell::Habit;
use crate::domain::{
    Basis, Doubt, DoubtSet, Figure, Invalid, Period, Role, Stage, StageLimit, StageList, Status, entry,
    invalid, lengths, quantity,
};
use crate::store::StoreError;
use crate::store::rows::{FactWrite, MeasureRow, ObservationRow, Put, StatedDifferenceRow, write_doubts};
use crate::store::types::{Id, MeasureId, Number, RegionId};

/// A fact as somebody states it.
#[derive(Debug, Clone)]
pub struct NewFact {
    /// Measure: id, name or alias.
    pub measure: String,
    /// Region: id, code or name.
    pub region: String,
    /// First and last day.
    pub period: (NaiveDate, NaiveDate),
    /// `None`: that of the measure.
    pub basis: Option<Basis>,
    /// What the value is.
    pub figure: Figure,
    /// The value.
    pub value: Spelled,
    /// Of how many regions a place is one.
    pub of: Option<u32>,
    /// Whether the period ends on any day.
    pub partial: bool,
    /// `None`: preliminary.
    pub status: Option<Status>,
    /// Who vouches for it; `None`: at the lowest stage of its measure, where it has any.
    pub stage: Option<Stage>,
    /// Where it stands.
    pub source: String,
    /// When it was published.
    pub published_on: NaiveDate,
    /// Differences that the text states beside it: against what, and by how much.
    pub differences: Vec<(String, Decimal)>,
}

/// A number, or a text that may spell one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spelled {
    /// A number in the unit of the measure; per cent for growth.
    Number(Decimal),
    /// As written, such as `311.3亿元`.
    Text(String),
}

/// What a stated fact became.
#[derive(Debug)]
pub struct Read {
    /// The fact, when nothing is wrong.
    pub fact: Option<FactWrite>,
    /// The number in the measure's unit, when it was written otherwise.
    pub read_as: Option<Decimal>,
    /// All that is wrong with it.
    pub wrong: Vec<Refusal>,
}

/// How often a write begins again because somebody else wrote the same facts.
const TRIES: usize = 50;

/// Writes facts and the differences stated beside them, all or none; each becomes the next vintage of its fact unless the
/// last one says the same. With `dry_run` nothing is written and the answer is the same. That a rate is wanted beside a
/// level is told and not kept: it is no fault of the level.
///
/// # Errors
/// When the database fails.
pub async fn record(
    office: &Office,
    actor: &Actor,
    facts: &[FactWrite],
    dry_run: bool,
) -> Result<Vec<Put>, Refusal> {
    let mut tries = 0;
    let mut puts = loop {
        let plan = office.store.plan_observations(facts).await?;
        if dry_run || plan.writes.is_empty() {
            break plan.puts;
        }
        tries += 1;
        let mut deed = office.begin(actor).await?;
        let written = deed.tx().write_observations(facts, &plan).await;
        deed.counted("observations", facts.iter().map(said_fact));
        match deed.end(written).await {
            Err(Refusal::Store(StoreError::Duplicate(_) | StoreError::Contended(_))) if tries < TRIES => {}
            // Others were there first every time: it is no fault of the facts.
            Err(Refusal::Store(StoreError::Duplicate(constraint))) => {
                return Err(StoreError::Contended(constraint.name.to_owned()).into());
            }
            Err(error) => return Err(error),
            Ok(()) => break plan.puts,
        }
    };
    for place in office.store.list_wanted_rates(facts).await? {
        puts[place].doubts.insert(Doubt::GrowthWanted);
    }
    Ok(puts)
}

/// Measure, region, span, basis and figure.
type FactIdentity = (MeasureId, RegionId, NaiveDate, NaiveDate, Basis, Figure);

/// Turns stated facts into facts: names looked up all at once.
pub struct FactReader<'s> {
    office: &'s Office,
    measures: HashMap<String, Measured>,
    regions: HashMap<String, Option<RegionId>>,
    /// First days of windows, of the series of facts that do not begin with their year.
    starts: HashMap<(MeasureId, RegionId), Vec<NaiveDate>>,
    seen: HashSet<FactIdentity>,
    /// Measures and regions that the caller may report, where it may not report all.
    own: Option<HashSet<(MeasureId, RegionId)>>,
    /// How far the caller may vouch.
    limit: StageLimit,
    /// Who that is.
    vouched_by: Option<String>,
    today: NaiveDate,
    now: NaiveDateTime,
}

struct Measured {
    id: MeasureId,
    unit: String,
    basis: Basis,
    habit: Habit,
    sources: Arc<[String]>,
    stages: StageList,
}

impl Measured {
    fn of(row: &MeasureRow) -> Result<Self, StoreError> {
        let habit = Habit::of(&row.name, &row.unit);
        let sources = row.sources().into();
        let stages = row.stages()?;
        Ok(Self { id: row.id, unit: row.unit.clone(), basis: row.basis.0, habit, sources, stages })
    }
}

/// What is wrong with one fact, gathered.
#[derive(Default)]
struct Wrong(Vec<Refusal>);

impl Wrong {
    fn take<T>(&mut self, checked: Result<T, Invalid>) -> Option<T> {
        checked.map_err(|invalid| self.0.push(invalid.into())).ok()
    }
}

impl<'s> FactReader<'s> {
    /// Looks up everything that the items name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(office: &'s Office, facts: &[&NewFact]) -> Result<Self, Refusal> {
        let names = |of: fn(&NewFact) -> &str| -> Vec<String> {
            let names: HashSet<&str> = facts.iter().map(|fact| of(fact)).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        let (measures, regions) = (names(|fact| fact.measure.trim()), names(|fact| fact.region.trim()));
        let measures = office.store.resolve_measures(&measures).await?;
        let measures: HashMap<String, Measured> = measures
            .iter()
            .map(|(key, row)| Ok::<_, StoreError>((key.clone(), Measured::of(row)?)))
            .collect::<Result<_, _>>()?;
        let regions = office.store.resolve_regions(&regions).await?;
        let mut reader = Self {
            office,
            measures,
            regions,
            starts: HashMap::new(),
            seen: HashSet::new(),
            own: None,
            limit: StageLimit::Any,
            vouched_by: None,
            today: office.clock.today(),
            now: office.clock.timestamp(),
        };
        let odd: HashSet<(MeasureId, RegionId)> =
            facts.iter().filter_map(|fact| reader.begins_oddly(fact)).collect();
        if !odd.is_empty() {
            let odd: Vec<(MeasureId, RegionId)> = odd.into_iter().collect();
            for (key, start) in office.store.list_window_starts(&odd).await? {
                reader.starts.entry(key).or_default().push(start);
            }
        }
        Ok(reader)
    }

    /// Takes of a reporter only what its unit leads, and of everybody only the stages that they may vouch for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn for_actor(mut self, actor: &Actor) -> Result<Self, Refusal> {
        self.limit = limit(actor.who());
        self.vouched_by = actor.key_name().map(str::to_owned);
        if let Who::Key { role: Role::Reporter, unit_id: Some(unit), .. } = actor.who() {
            let led = self.office.store.list_led_series(*unit, self.today).await?;
            self.own = Some(led.into_iter().collect());
        }
        Ok(self)
    }

    /// Says who vouches, where no key tells it.
    #[must_use]
    pub fn vouched_by(self, who: String) -> Self {
        Self { vouched_by: Some(who), ..self }
    }

    /// The series of a cumulative fact that does not begin with its year.
    fn begins_oddly(&self, stated: &NewFact) -> Option<(MeasureId, RegionId)> {
        let measure = self.measures.get(stated.measure.trim())?;
        let region = self.regions.get(stated.region.trim()).copied().flatten()?;
        let basis = stated.basis.unwrap_or(measure.basis);
        let year = (stated.period.0.year(), stated.period.0.ordinal()) == (stated.period.1.year(), 1);
        (basis == Basis::Cumulative && !year).then_some((measure.id, region))
    }

    /// Reads one fact; the same fact twice is refused the second time. One that is refused stands in the way of none.
    pub fn read(&mut self, stated: &NewFact) -> Read {
        let read = self.look(stated);
        self.seen.extend(read.fact.as_ref().map(identity));
        read
    }

    /// Says what is wrong with a fact that is not to be recorded.
    pub fn look(&self, stated: &NewFact) -> Read {
        let (mut wrong, mut read_as) = (Wrong::default(), None);
        let fact = self.fact(stated, &mut wrong, &mut read_as);
        if fact.as_ref().is_some_and(|fact| self.seen.contains(&identity(fact))) {
            let detail = "本次请求中同一事实出现了两次，请只保留一条。";
            wrong.take(Err::<(), _>(Invalid::new("period", "duplicate", detail)));
        }
        Read { fact: fact.filter(|_| wrong.0.is_empty()), read_as, wrong: wrong.0 }
    }

    /// Refuses what its caller may not report.
    fn within_reach(
        &self,
        stated: &NewFact,
        (measure, region): (MeasureId, Option<RegionId>),
    ) -> Result<(), Invalid> {
        match (&self.own, region) {
            (Some(own), Some(region)) if !own.contains(&(measure, region)) => {
                let detail = format!(
                    "“{}”（{}）不是本单位牵头的指标，该密钥不能报送；如确应由本单位报送，请联系综合协调组。",
                    stated.measure.trim(),
                    stated.region.trim()
                );
                Err(Invalid::new("measure", "not_own", detail))
            }
            _ => Ok(()),
        }
    }

    /// The differences stated beside a fact.
    fn stated_rows(&self, stated: &NewFact, row: &ObservationRow) -> Vec<StatedDifferenceRow> {
        let differences = stated.differences.iter().map(|(against, difference)| StatedDifferenceRow {
            id: Id::of(self.office.clock.new_id()),
            series_id: 0,
            period_start: row.period_start,
            period_end: row.period_end,
            figure: row.figure,
            against: against.trim().to_owned(),
            difference: Number(*difference),
            source: row.source.clone(),
            published_on: row.published_on,
            recorded_at: row.recorded_at,
        });
        differences.collect()
    }

    fn fact(&self, stated: &NewFact, wrong: &mut Wrong, read_as: &mut Option<Decimal>) -> Option<FactWrite> {
        let region = match self.regions.get(stated.region.trim()) {
            Some(Some(id)) => Some(*id),
            Some(None) => told(wrong, "region", StoreError::ambiguous("region", &stated.region)),
            None => told(wrong, "region", StoreError::missing("region", &stated.region)),
        };
        let period = wrong.take(Period::new(stated.period.0, stated.period.1));
        let source = wrong.take(invalid::text("source", &stated.source, lengths::SOURCE));
        let figure = stated.figure;
        let status = stated.status.unwrap_or(Status::Preliminary);
        differences(stated, wrong);
        if let Some(period) = period {
            wrong.take(entry::check_publication(period, status, stated.published_on));
        }
        let Some(measure) = self.measures.get(stated.measure.trim()) else {
            return told(wrong, "measure", StoreError::missing("measure", &stated.measure));
        };
        let basis = stated.basis.unwrap_or(measure.basis);
        let value = number(stated, measure, wrong, read_as);
        let starts = region.and_then(|region| self.starts.get(&(measure.id, region)));
        if let Some(period) = period {
            let starts = starts.map_or(&[][..], Vec::as_slice);
            wrong.take(entry::check_span(period, basis, stated.partial, starts));
        }
        wrong.take(self.within_reach(stated, (measure.id, region)));
        let stage = wrong.take(measure.stages.enter(stated.stage, status, self.limit)).flatten();
        let (region, period) = (region?, period?);
        let ahead = (stated.published_on > self.today).then_some(Doubt::PublishedAhead);
        let row = ObservationRow {
            id: Id::of(self.office.clock.new_id()),
            series_id: 0,
            period_start: period.start(),
            period_end: period.end(),
            basis: basis.into(),
            figure: figure.into(),
            vintage: 0,
            value: Number(value?),
            status: status.into(),
            source: source?,
            published_on: stated.published_on,
            recorded_at: self.now,
            of: stated.of.and_then(|of| i32::try_from(of).ok()),
            partial: stated.partial && basis != Basis::Point,
            doubts: write_doubts(ahead.into_iter().collect::<DoubtSet>()),
            stage: stage.map(Into::into),
            vouched_by: stage.and_then(|_| self.vouched_by.clone()),
        };
        let stated = self.stated_rows(stated, &row);
        let (sources, habit) = (Arc::clone(&measure.sources), measure.habit);
        Some(FactWrite { measure: measure.id, region, habit, row, sources, stated })
    }
}

/// What makes two facts one: a stock is of the day on which its span ends, wherever that begins.
fn identity(fact: &FactWrite) -> FactIdentity {
    let (row, basis) = (&fact.row, fact.row.basis.0);
    let start = if basis == Basis::Point { row.period_end } else { row.period_start };
    (fact.measure, fact.region, start, row.period_end, basis, row.figure.0)
}

/// How far somebody may vouch for figures: as their key says, and where it says nothing, a unit for its own reports only.
fn limit(who: &Who) -> StageLimit {
    match who {
        Who::Key { stage: Some(stage), .. } => StageLimit::UpTo(*stage),
        Who::Key { role, .. } if role.is_of_unit() => StageLimit::Lowest,
        Who::Link { .. } => StageLimit::Lowest,
        Who::Key { .. } | Who::Job | Who::Technician => StageLimit::Any,
    }
}

/// The number, read into the unit of its measure; a place must be one.
fn number(
    stated: &NewFact,
    measure: &Measured,
    wrong: &mut Wrong,
    read_as: &mut Option<Decimal>,
) -> Option<Decimal> {
    let figure = stated.figure;
    let value = wrong.take(match &stated.value {
        Spelled::Number(value) => quantity::checked("value", *value),
        Spelled::Text(text) => quantity::read("value", text, figure, &measure.unit).map(|written| {
            *read_as = written.otherwise.then_some(written.value);
            written.value
        }),
    })?;
    wrong.take(entry::check_place(figure, value, stated.of));
    Some(value)
}

fn differences(stated: &NewFact, wrong: &mut Wrong) {
    for (place, (against, difference)) in stated.differences.iter().enumerate() {
        wrong.take(invalid::text(&format!("differences.{place}.against"), against, lengths::AGAINST));
        wrong.take(quantity::checked(&format!("differences.{place}.difference"), *difference));
    }
}

fn told<T>(wrong: &mut Wrong, field: &str, error: StoreError) -> Option<T> {
    wrong.0.push(Refusal::Key { field: field.to_owned(), error });
    None
}
