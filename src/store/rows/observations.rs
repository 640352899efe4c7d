//! Facts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};

use crate::StoreError;
use crate::schema::observations;
use crate::types::{Id, Listed, Number};
use uuid::Uuid;
use xushi_domain::{Basis, Figure, Observation, Period, Status, TextEnum};

/// One vintage of one fact as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = observations)]
pub struct ObservationRow {
    /// Identity.
    pub id: Id,
    /// Measure and region.
    pub series_id: i64,
    /// First day of the period.
    pub period_start: NaiveDate,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// cumulative, period, point.
    pub basis: String,
    /// level, yoy.
    pub figure: String,
    /// Order of the corrections of one fact, from 1.
    pub vintage: i32,
    /// In the measure's unit for levels, percent for growth.
    pub value: Number,
    /// preliminary, final, forecast, plan.
    pub status: String,
    /// Where it was printed.
    pub source: String,
    /// The day it became known.
    pub published_on: NaiveDate,
    /// When it was written here, UTC.
    pub recorded_at: NaiveDateTime,
}

/// What makes two vintages the same fact: period, basis, figure (within one series).
pub type FactKey = (NaiveDate, NaiveDate, String, String);

impl ObservationRow {
    /// Which fact this is a vintage of.
    pub fn fact(&self) -> FactKey {
        (self.period_start, self.period_end, self.basis.clone(), self.figure.clone())
    }
}

/// What the pace engine needs of an observation, and no more; there are millions of them, so that none of its columns
/// is copied to the heap.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = observations)]
pub struct FactRow {
    /// Identity.
    pub id: Id,
    /// Measure and region.
    pub series_id: i64,
    /// First day of the period.
    pub period_start: NaiveDate,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Cumulative, of the period, or a stock.
    pub basis: Listed<Basis>,
    /// Level or growth.
    pub figure: Listed<Figure>,
    /// Order of the corrections.
    pub vintage: i32,
    /// Value.
    pub value: Number,
    /// How firm it is.
    pub status: Listed<Status>,
    /// The day it became known.
    pub published_on: NaiveDate,
}

impl TryFrom<FactRow> for Observation {
    type Error = StoreError;

    fn try_from(row: FactRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.0,
            period: Period::new(row.period_start, row.period_end)?,
            basis: row.basis.0,
            figure: row.figure.0,
            value: row.value.0,
            of: None,
            partial: false,
            status: row.status.0,
            published_on: row.published_on,
            vintage: row.vintage,
        })
    }
}

/// A word of a closed list, read back.
///
/// # Errors
/// `Corrupt` when the stored word is not of the list.
pub fn word<T: TextEnum>(stored: &str) -> Result<T, StoreError> {
    T::parse(stored).ok_or_else(|| StoreError::Corrupt(format!("{} `{stored}`", T::NAME)))
}

/// Which observations a list shows.
#[derive(Debug, Default, Clone)]
pub struct ObservationFilter {
    /// Only of this measure.
    pub measure_id: Option<Uuid>,
    /// Only of this region.
    pub region_id: Option<Uuid>,
    /// Only periods that end on or after this day.
    pub from: Option<NaiveDate>,
    /// Only periods that end on or before this day.
    pub to: Option<NaiveDate>,
    /// Only what was published on or before this day.
    pub as_of: Option<NaiveDate>,
}

/// What became of one fact of a bulk write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing was known of it.
    Created,
    /// It is a new vintage of a known fact.
    Updated,
    /// It is known just so.
    Unchanged,
}
