//! Items of a bulk turned into facts: names looked up all at once, everything that is wrong with a fact told.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::items::{Item, ObservationBody, Spelled};
use crate::api::State;
use crate::api::http::lookup::At;
use crate::api::http::problem::{FieldError, Problem, pointer};
use crate::domain::smell::Habit;
use crate::domain::{Basis, Doubt, DoubtSet, Figure, Invalid, Period, Status, entry, invalid, quantity};
use crate::store::StoreError;
use crate::store::rows::{FactWrite, MeasureRow, ObservationRow, StatedDifferenceRow, word, write_doubts};
use crate::store::types::{Id, Number};

/// What an item became.
pub(super) struct Read {
    /// The fact, when nothing is wrong.
    pub(super) fact: Option<FactWrite>,
    /// The number in the measure's unit, when it was written otherwise.
    pub(super) read_as: Option<Decimal>,
    /// What is wrong, with pointers into the item.
    pub(super) errors: Vec<FieldError>,
}

/// Turns items into facts.
pub(super) struct Reader<'s> {
    state: &'s State,
    measures: HashMap<String, Measured>,
    regions: HashMap<String, Option<Id>>,
    /// First days of windows, of the series of facts that do not begin with their year.
    starts: HashMap<(Id, Id), Vec<NaiveDate>>,
    seen: HashSet<(Id, Id, NaiveDate, NaiveDate, Basis, Figure)>,
    today: NaiveDate,
    now: NaiveDateTime,
}

struct Measured {
    id: Id,
    unit: String,
    basis: Basis,
    habit: Habit,
}

impl Measured {
    fn of(row: &MeasureRow) -> Result<Self, StoreError> {
        let habit = Habit::of(&row.name, &row.unit);
        Ok(Self { id: row.id, unit: row.unit.clone(), basis: word(&row.basis)?, habit })
    }
}

/// Errors of one item, gathered.
#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn take<T>(&mut self, checked: Result<T, Invalid>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(Invalid { field, code, detail }) => {
                self.0.push(FieldError { pointer: pointer(&field), code: code.to_owned(), detail });
                None
            }
        }
    }
}

impl<'s> Reader<'s> {
    /// Looks up everything that the items name.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn prepare(state: &'s State, items: &[Item]) -> Result<Self, Problem> {
        let bodies = || items.iter().filter_map(|item| item.body.as_ref());
        let names = |of: fn(&ObservationBody) -> &str| -> Vec<String> {
            let names: HashSet<&str> = bodies().map(of).collect();
            names.into_iter().map(str::to_owned).collect()
        };
        let (measures, regions) = (names(|body| body.measure.trim()), names(|body| body.region.trim()));
        let measures = state.office.store.resolve_measures(&measures).await?;
        let measures: HashMap<String, Measured> = measures
            .iter()
            .map(|(key, row)| Ok::<_, StoreError>((key.clone(), Measured::of(row)?)))
            .collect::<Result<_, _>>()?;
        let regions = state.office.store.resolve_regions(&regions).await?;
        let mut reader = Self {
            state,
            measures,
            regions,
            starts: HashMap::new(),
            seen: HashSet::new(),
            today: state.office.clock.today(),
            now: state.office.clock.timestamp(),
        };
        let odd: HashSet<(Id, Id)> = bodies().filter_map(|body| reader.begins_oddly(body)).collect();
        if !odd.is_empty() {
            let odd: Vec<(Id, Id)> = odd.into_iter().collect();
            for (key, start) in state.office.store.list_window_starts(&odd).await? {
                reader.starts.entry(key).or_default().push(start);
            }
        }
        Ok(reader)
    }

    /// The series of a cumulative fact that does not begin with its year.
    fn begins_oddly(&self, body: &ObservationBody) -> Option<(Id, Id)> {
        let measure = self.measures.get(body.measure.trim())?;
        let region = self.regions.get(body.region.trim()).copied().flatten()?;
        let basis = body.basis.map_or(measure.basis, |basis| basis.0);
        let year = (body.period.start.year(), body.period.start.ordinal()) == (body.period.end.year(), 1);
        (basis == Basis::Cumulative && !year).then_some((measure.id, region))
    }

    /// Reads one item.
    pub(super) fn read(&mut self, item: &Item) -> Read {
        let mut found = Read { fact: None, read_as: None, errors: item.errors.clone() };
        let Some(body) = &item.body else { return found };
        let mut errors = Errors::default();
        let fact = self.fact(body, &mut errors, &mut found.read_as);
        found.errors.extend(errors.0.into_iter().filter(|error| item.speaks_of(&error.pointer)));
        if found.errors.is_empty() {
            found.fact = fact;
        }
        found
    }

    fn fact(
        &mut self,
        body: &ObservationBody,
        errors: &mut Errors,
        read_as: &mut Option<Decimal>,
    ) -> Option<FactWrite> {
        let region = match self.regions.get(body.region.trim()) {
            Some(Some(id)) => Some(*id),
            Some(None) => told(errors, "region", StoreError::ambiguous("region", &body.region)),
            None => told(errors, "region", StoreError::missing("region", &body.region)),
        };
        let period = errors.take(Period::new(body.period.start, body.period.end));
        let source = errors.take(invalid::text("source", &body.source, 200));
        let figure = body.figure.0;
        let status = body.status.map_or(Status::Preliminary, |status| status.0);
        differences(body, errors);
        if let Some(period) = period {
            errors.take(entry::check_publication(period, status, body.published_on));
        }
        let Some(measure) = self.measures.get(body.measure.trim()) else {
            return told(errors, "measure", StoreError::missing("measure", &body.measure));
        };
        let basis = body.basis.map_or(measure.basis, |basis| basis.0);
        let value = number(body, measure, errors, read_as);
        let starts = region.and_then(|region| self.starts.get(&(measure.id, region)));
        if let Some(period) = period {
            let starts = starts.map_or(&[][..], Vec::as_slice);
            errors.take(entry::check_span(period, basis, body.partial, starts));
        }
        let (region, period) = (region?, period?);
        if !self.seen.insert((measure.id, region, period.start(), period.end(), basis, figure)) {
            let detail = "本次请求中同一事实出现了两次，请只保留一条。";
            errors.take(Err::<(), _>(Invalid::new("period", "duplicate", detail)));
        }
        let ahead = (body.published_on > self.today).then_some(Doubt::PublishedAhead);
        let row = ObservationRow {
            id: Id(self.state.office.clock.new_id()),
            series_id: 0,
            period_start: period.start(),
            period_end: period.end(),
            basis: basis.to_string(),
            figure: figure.to_string(),
            vintage: 0,
            value: Number(value?),
            status: status.to_string(),
            source: source?,
            published_on: body.published_on,
            recorded_at: self.now,
            of: body.of.and_then(|of| i32::try_from(of).ok()),
            partial: body.partial && basis != Basis::Point,
            doubts: write_doubts(ahead.into_iter().collect::<DoubtSet>()),
        };
        let stated = body.differences.iter().map(|one| StatedDifferenceRow {
            id: Id(self.state.office.clock.new_id()),
            series_id: 0,
            period_start: row.period_start,
            period_end: row.period_end,
            figure: row.figure.clone(),
            against: one.against.trim().to_owned(),
            difference: Number(one.difference.0),
            source: row.source.clone(),
            published_on: row.published_on,
            recorded_at: row.recorded_at,
        });
        let stated = stated.collect();
        Some(FactWrite { measure: measure.id, region, habit: measure.habit, row, stated })
    }
}

/// The number, read into the unit of its measure; a place must be one.
fn number(
    body: &ObservationBody,
    measure: &Measured,
    errors: &mut Errors,
    read_as: &mut Option<Decimal>,
) -> Option<Decimal> {
    let figure = body.figure.0;
    let value = errors.take(match &body.value {
        Spelled::Number(value) => quantity::checked("value", *value),
        Spelled::Text(text) => quantity::read("value", text, figure, &measure.unit).map(|written| {
            *read_as = written.otherwise.then_some(written.value);
            written.value
        }),
    })?;
    errors.take(entry::check_place(figure, value, body.of));
    Some(value)
}

fn differences(body: &ObservationBody, errors: &mut Errors) {
    for (place, one) in body.differences.iter().enumerate() {
        errors.take(invalid::text(&format!("differences.{place}.against"), &one.against, 40));
        errors.take(quantity::checked(&format!("differences.{place}.difference"), one.difference.0));
    }
}

fn told<T>(errors: &mut Errors, field: &str, error: StoreError) -> Option<T> {
    errors.0.extend(At::Body(field).problem(error).errors);
    None
}
