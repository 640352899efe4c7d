//! Measures and the other names they go by.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use serde::Serialize;

use super::observations::word;
use crate::StoreError;
use crate::schema::{measure_aliases, measures};
use crate::types::{Listed, MeasureId};
use xushi_domain::{Basis, Better, Frequency, Measure, Stage, StageList, TextEnum as _};

/// A measure as stored; a change writes the whole row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = measures, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct MeasureRow {
    /// Identity.
    pub id: MeasureId,
    /// Name, unique among names and aliases.
    pub name: String,
    /// Unit of the values as published.
    pub unit: String,
    /// How values follow one another.
    pub basis: Listed<Basis>,
    /// Which way is good.
    pub better: Listed<Better>,
    /// How often it is published.
    pub frequency: Listed<Frequency>,
    /// Day of the following month on which it is usually released.
    pub release_day: Option<i32>,
    /// Decimal places shown.
    pub precision: i32,
    /// When the row was made, UTC.
    pub created_at: NaiveDateTime,
    /// Counts changes, from 1.
    pub revision: i32,
    /// When the row was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// The first day on which it is no more; `None` while it is.
    pub retired_on: Option<NaiveDate>,
    /// Why.
    pub retired_reason: Option<String>,
    /// Whose figures count before whose, a line each.
    pub sources: String,
    /// The stages that its figures go through, with commas between.
    pub stages: String,
}

impl MeasureRow {
    /// The row of a new measure.
    pub fn of(measure: &Measure, id: MeasureId, now: NaiveDateTime) -> Self {
        Self {
            id,
            name: measure.name.clone(),
            unit: measure.unit.clone(),
            basis: measure.basis.into(),
            better: measure.better.into(),
            frequency: measure.frequency.into(),
            release_day: measure.release_day.map(u32::cast_signed),
            precision: measure.precision.cast_signed(),
            created_at: now,
            revision: 1,
            updated_at: now,
            retired_on: None,
            retired_reason: None,
            sources: String::new(),
            stages: String::new(),
        }
    }

    /// Whose figures count before whose, the first one first.
    pub fn sources(&self) -> Vec<String> {
        self.sources.lines().map(str::to_owned).collect()
    }

    /// The stages that its figures go through, the lowest first.
    ///
    /// # Errors
    /// `Corrupt` when a word is not of the list.
    pub fn stages(&self) -> Result<StageList, StoreError> {
        let words = self.stages.split(',').filter(|word| !word.is_empty());
        let stages = words.map(word::<Stage>).collect::<Result<Vec<_>, _>>()?;
        StageList::checked(&stages).map_err(|invalid| StoreError::Corrupt(invalid.detail))
    }

    /// Stages as a row keeps them.
    pub fn write_stages(list: &StageList) -> String {
        let words: Vec<&str> = list.stages().iter().map(|stage| stage.as_str()).collect();
        words.join(",")
    }

    /// This row, saying what `measure` says.
    #[must_use]
    pub fn changed(&self, measure: &Measure, now: NaiveDateTime) -> Self {
        let new = Self::of(measure, self.id, now);
        let retired_reason = self.retired_reason.clone();
        let (created_at, retired_on) = (self.created_at, self.retired_on);
        let (sources, stages) = (self.sources.clone(), self.stages.clone());
        Self { created_at, revision: self.revision + 1, retired_on, retired_reason, sources, stages, ..new }
    }
}

impl From<MeasureRow> for Measure {
    fn from(row: MeasureRow) -> Self {
        Self {
            basis: row.basis.0,
            better: row.better.0,
            frequency: row.frequency.0,
            release_day: row.release_day.map(i32::cast_unsigned),
            precision: row.precision.cast_unsigned(),
            name: row.name,
            unit: row.unit,
        }
    }
}

/// Another name of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = measure_aliases)]
pub struct MeasureAliasRow {
    /// The name, unique among names and aliases.
    pub name: String,
    /// Whose name.
    pub measure_id: MeasureId,
}

/// Which measures a list shows.
#[derive(Debug, Default, Clone)]
pub struct MeasureFilter {
    /// Only those whose name or alias contains this.
    pub name_contains: Option<String>,
    /// Only those changed later than this.
    pub updated_after: Option<NaiveDateTime>,
    /// Whether retired ones are listed, too.
    pub with_retired: bool,
}
