//! Facts.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, QueryableByName, Selectable};
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text};

use super::StatedDifferenceRow;
use crate::StoreError;
use crate::schema::observations;
use crate::types::{Exact, Listed, MeasureId, Number, ObservationId, RegionId};
use xushi_domain::smell::Habit;
use xushi_domain::stage::{self, Weight};
use xushi_domain::{Basis, Doubt, DoubtSet, Figure, Observation, Period, Stage, Status, TextEnum};

/// One vintage of one fact as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = observations)]
pub struct ObservationRow {
    /// Identity.
    pub id: ObservationId,
    /// Measure and region.
    pub series_id: i64,
    /// First day of the period.
    pub period_start: NaiveDate,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Cumulative, of the period, or a stock.
    pub basis: Listed<Basis>,
    /// Level, growth or place.
    pub figure: Listed<Figure>,
    /// Order of the corrections of one fact, from 1.
    pub vintage: i32,
    /// In the measure's unit for levels, percent for growth.
    pub value: Number,
    /// How firm it is.
    pub status: Listed<Status>,
    /// Where it was printed.
    pub source: String,
    /// The day it became known.
    pub published_on: NaiveDate,
    /// When it was written here, UTC.
    pub recorded_at: NaiveDateTime,
    /// Of how many a place is.
    pub of: Option<i32>,
    /// Whether its period was cut short (截至某日).
    pub partial: bool,
    /// Its doubts, see [`write_doubts`].
    pub doubts: String,
    /// At which stage it was put in; `None` where it has none.
    pub stage: Option<Listed<Stage>>,
    /// Who vouches for it at its stage; `None` without one.
    pub vouched_by: Option<String>,
}

/// What makes two vintages the same fact: period, basis, figure (within one series).
pub type FactKey = (NaiveDate, NaiveDate, Basis, Figure);

impl ObservationRow {
    /// Which fact this is a vintage of.
    pub fn fact(&self) -> FactKey {
        (self.period_start, self.period_end, self.basis.0, self.figure.0)
    }
}

/// What the pace engine needs of an observation, and no more; there are millions of them, so that none of its columns
/// is copied to the heap.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = observations)]
pub struct FactRow {
    /// Identity.
    pub id: ObservationId,
    /// Measure and region.
    pub series_id: i64,
    /// First day of the period.
    pub period_start: NaiveDate,
    /// Last day of the period.
    pub period_end: NaiveDate,
    /// Cumulative, of the period, or a stock.
    pub basis: Listed<Basis>,
    /// Level, growth or place.
    pub figure: Listed<Figure>,
    /// Order of the corrections.
    pub vintage: i32,
    /// Value.
    pub value: Number,
    /// How firm it is.
    pub status: Listed<Status>,
    /// The day it became known.
    pub published_on: NaiveDate,
    /// Of how many a place is.
    pub of: Option<i32>,
    /// Whether its period was cut short (截至某日).
    pub partial: bool,
    /// At which stage it was put in.
    pub stage: Option<Listed<Stage>>,
}

impl FactRow {
    /// How much it weighs beside other vintages of its fact.
    pub fn weight(&self) -> Weight {
        stage::weight(self.stage.map(|stage| stage.0), self.status.0)
    }
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
            of: row.of.and_then(|of| u32::try_from(of).ok()),
            partial: row.partial,
            status: row.status.0,
            stage: row.stage.map(|stage| stage.0),
            published_on: row.published_on,
            vintage: row.vintage,
        })
    }
}

/// A word of a closed list, read back.
///
/// # Errors
/// `Corrupt` when the stored word is not of the list.
pub(crate) fn word<T: TextEnum>(stored: &str) -> Result<T, StoreError> {
    T::parse(stored).ok_or_else(|| StoreError::Corrupt(format!("{} `{stored}`", T::NAME)))
}

/// Which observations a list shows.
#[derive(Debug, Default, Clone)]
pub struct ObservationFilter {
    /// Only of this measure.
    pub measure_id: Option<MeasureId>,
    /// Only of this region.
    pub region_id: Option<RegionId>,
    /// Only periods that end on or after this day.
    pub from: Option<NaiveDate>,
    /// Only periods that end on or before this day.
    pub to: Option<NaiveDate>,
    /// Only what was published on or before this day.
    pub as_of: Option<NaiveDate>,
    /// Only what is doubtful.
    pub doubtful: bool,
    /// Only what was written later, UTC.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether withdrawn vintages are listed, too.
    pub withdrawn: bool,
    /// Only the vintage of each fact that stands, of those that pass `as_of`.
    pub latest: bool,
}

/// A vintage with its measure and region, and since when and why it is withdrawn.
pub type ListedObservation = (ObservationRow, MeasureId, RegionId, (Option<NaiveDate>, Option<String>));

/// A fact to be written: `series_id` and `vintage` of the row are filled in by the write.
#[derive(Debug, Clone)]
pub struct FactWrite {
    /// Its measure.
    pub measure: MeasureId,
    /// Its region.
    pub region: RegionId,
    /// What may be expected of its measure's values.
    pub habit: Habit,
    /// Value, period and so on; the doubts of the row are those that were found without looking at other facts.
    pub row: ObservationRow,
    /// Whose figures of its measure count before whose, the first one first.
    pub sources: Arc<[String]>,
    /// What was said of differences beside it; `series_id` is filled in by the write.
    pub stated: Vec<StatedDifferenceRow>,
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
    /// Another source says otherwise, whose figures count before its own: it is not written.
    Outranked,
}

/// What became of a fact, and what is doubtful about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// What became of it.
    pub outcome: Recorded,
    /// What is doubtful about it; of an unchanged one, as it was stored.
    pub doubts: DoubtSet,
}

/// What is to be done about a batch of facts.
#[derive(Debug, Clone)]
pub struct FactPlan {
    /// What becomes of each, in order of the batch.
    pub puts: Vec<Put>,
    /// The series of each fact, if it is there.
    pub series: Vec<Option<i64>>,
    /// Place in the batch and vintage of each new row.
    pub writes: Vec<(usize, i32)>,
}

/// A vintage of a fact that is offered again.
#[derive(Debug, Clone, Queryable, QueryableByName)]
pub struct VintageRow {
    /// The place of the offered fact among those asked for.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    /// Order of the corrections.
    #[diesel(sql_type = Integer)]
    pub vintage: i32,
    /// Value.
    #[diesel(sql_type = Exact)]
    pub value: Number,
    /// How firm it is.
    #[diesel(sql_type = Text)]
    pub status: Listed<Status>,
    /// The day it became known.
    #[diesel(sql_type = Date)]
    pub published_on: NaiveDate,
    /// Of how many a place is.
    #[diesel(sql_type = Nullable<Integer>)]
    pub of: Option<i32>,
    /// Whether its period was cut short.
    #[diesel(sql_type = Bool)]
    pub partial: bool,
    /// Its doubts.
    #[diesel(sql_type = Text)]
    pub doubts: String,
    /// Where it came from.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// Whether it was withdrawn.
    #[diesel(sql_type = Bool)]
    pub withdrawn: bool,
    /// At which stage it was put in.
    #[diesel(sql_type = Nullable<Text>)]
    pub stage: Option<Listed<Stage>>,
}

impl VintageRow {
    /// How much it weighs beside other vintages of its fact.
    pub fn weight(&self) -> Weight {
        stage::weight(self.stage.map(|stage| stage.0), self.status.0)
    }
}

/// An actual value of the same series, basis and figure as an offered one, of another period.
#[derive(Debug, Clone, Queryable, QueryableByName)]
pub struct BesideRow {
    /// The place of the group among those asked for.
    #[diesel(sql_type = BigInt)]
    pub place: i64,
    /// First day of its period.
    #[diesel(sql_type = Date)]
    pub period_start: NaiveDate,
    /// Last day of its period.
    #[diesel(sql_type = Date)]
    pub period_end: NaiveDate,
    /// Order of the corrections.
    #[diesel(sql_type = Integer)]
    pub vintage: i32,
    /// Value.
    #[diesel(sql_type = Exact)]
    pub value: Number,
    /// How firm it is.
    #[diesel(sql_type = Text)]
    pub status: Listed<Status>,
    /// At which stage it was put in.
    #[diesel(sql_type = Nullable<Text>)]
    pub stage: Option<Listed<Stage>>,
}

impl BesideRow {
    /// How much it weighs beside other vintages of its fact.
    pub fn weight(&self) -> Weight {
        stage::weight(self.stage.map(|stage| stage.0), self.status.0)
    }
}

/// Facts of one batch that are of one series, basis and figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAt {
    /// Measure and region.
    pub series_id: i64,
    /// Cumulative, of the period, or a stock.
    pub basis: Basis,
    /// Level, growth or place.
    pub figure: Figure,
    /// The first and the last end of their periods.
    pub ends: (NaiveDate, NaiveDate),
}

/// Doubts as a column keeps them: their words, with commas between.
pub fn write_doubts(doubts: DoubtSet) -> String {
    let words: Vec<&str> = doubts.iter().map(TextEnum::as_str).collect();
    words.join(",")
}

/// Doubts read back.
///
/// # Errors
/// `Corrupt` when a word is not of the list.
pub fn read_doubts(stored: &str) -> Result<DoubtSet, StoreError> {
    stored.split(',').filter(|word| !word.is_empty()).map(word::<Doubt>).collect()
}
