//! What evaluation reads and writes: rows without names, as narrow as they can be.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Queryable, Selectable};
use rust_decimal::Decimal;

use super::{TargetColumns, VerdictColumns, word};
use crate::schema::{assessments, indicators, measures};
use crate::types::{Id, Listed, Number};
use crate::{StoreError, curves};
use xushi_domain::pace::{Assessment, Ratio};
use xushi_domain::{Curve, Grade, Measure, Period, Target, TextEnum as _};

/// An indicator as evaluation needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = indicators)]
pub struct EvaluationRow {
    /// Identity.
    pub id: Id,
    /// Its campaign, for the rule pack.
    pub campaign_id: Id,
    /// Where it stands in the plan.
    pub task_id: Id,
    /// The unit that answers for it.
    pub lead_unit_id: Option<Id>,
    /// Measure and region.
    pub series_id: i64,
    /// The promise.
    #[diesel(embed)]
    pub target: TargetColumns,
    /// The curve as JSON.
    pub curve: String,
    /// Value at the start of the window.
    pub baseline: Option<Number>,
    /// First day it is judged over.
    pub window_start: NaiveDate,
    /// Last day it is judged over.
    pub window_end: NaiveDate,
    /// The verdict in force.
    #[diesel(embed)]
    pub verdict: VerdictColumns,
}

impl EvaluationRow {
    /// The curve, read back.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn curve(&self) -> Result<Curve, StoreError> {
        curves::read(&self.curve)
    }

    /// The window.
    ///
    /// # Errors
    /// `Invalid` when it ends before it starts.
    pub fn window(&self) -> Result<Period, StoreError> {
        Ok(Period::new(self.window_start, self.window_end)?)
    }
}

impl TargetColumns {
    /// The promise, read back; `None` when none has been handed down.
    ///
    /// # Errors
    /// `Corrupt` when a stored word is not of its list.
    pub fn target(&self) -> Result<Option<Target>, StoreError> {
        let Some(kind) = &self.kind else { return Ok(None) };
        Ok(Some(Target {
            kind: word(kind)?,
            comparator: self.comparator.as_deref().map(word).transpose()?,
            value: self.target_value.map(|number| number.0),
            value_hi: self.target_value_hi.map(|number| number.0),
            unit: self.target_unit.clone().unwrap_or_default(),
            hedge: self.hedge.clone(),
            phrase: self.phrase.clone().unwrap_or_default(),
            benchmark: self.benchmark.clone(),
        }))
    }
}

impl From<Option<&Target>> for TargetColumns {
    fn from(target: Option<&Target>) -> Self {
        let Some(target) = target else { return Self::default() };
        Self {
            kind: Some(target.kind.to_string()),
            comparator: target.comparator.map(|comparator| comparator.to_string()),
            target_value: target.value.map(Number),
            target_value_hi: target.value_hi.map(Number),
            target_unit: (!target.unit.is_empty()).then(|| target.unit.clone()),
            hedge: target.hedge.clone(),
            phrase: Some(target.phrase.clone()),
            benchmark: target.benchmark.clone(),
        }
    }
}

/// Order on the board: what needs a person first.
fn rank(grade: Grade) -> i32 {
    match grade {
        Grade::Missed => 0,
        Grade::Critical => 1,
        Grade::Behind => 2,
        Grade::OverdueReport => 3,
        Grade::Watch => 4,
        Grade::NoData => 5,
        Grade::NoTarget => 6,
        Grade::OnPace => 7,
        Grade::Ahead => 8,
        Grade::Achieved => 9,
        Grade::NotStarted => 10,
    }
}

/// Places kept beside the indicator; the assessment itself is exact and computed again when asked for.
const PLACES: u32 = 10;

fn kept(value: Option<Decimal>) -> Option<Number> {
    value.map(|value| Number(value.round_dp(PLACES).normalize()))
}

fn kept_ratio(ratio: Option<Ratio>) -> Option<Number> {
    kept(ratio.and_then(Ratio::value))
}

impl VerdictColumns {
    /// Before anything has been evaluated: no data, and no date.
    pub fn none() -> Self {
        Self { grade: Grade::NoData.as_str().to_owned(), grade_rank: rank(Grade::NoData), ..Self::default() }
    }

    /// The verdict given for `as_of`.
    pub fn of(assessment: &Assessment, as_of: NaiveDate) -> Self {
        Self {
            grade: assessment.grade.as_str().to_owned(),
            grade_rank: rank(assessment.grade),
            graded_as_of: Some(as_of),
            data_start: assessment.data_period.map(Period::start),
            data_end: assessment.data_period.map(Period::end),
            actual: kept(assessment.actual),
            expected: kept_ratio(assessment.expected),
            gap: kept_ratio(assessment.gap),
            gap_points: kept_ratio(assessment.gap_points),
            completion: kept_ratio(assessment.completion),
            due_fraction: kept_ratio(assessment.due_fraction),
            needed_per_month: kept_ratio(assessment.needed_per_month),
            needed_growth: kept_ratio(assessment.needed_growth),
            forecast: kept(assessment.forecast.map(|forecast| forecast.value())),
            p_miss: kept(assessment.forecast.map(|forecast| forecast.p_miss())),
            rule: Some(assessment.rule.id.as_str().to_owned()),
        }
    }

    /// Whether two verdicts say the same, whenever they were given.
    pub fn says_the_same(&self, other: &Self) -> bool {
        Self { graded_as_of: other.graded_as_of, ..self.clone() } == *other
    }
}

/// A measure as evaluation needs it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = measures)]
pub struct EvaluationMeasureRow {
    /// Identity.
    pub id: Id,
    name: String,
    unit: String,
    basis: String,
    better: String,
    frequency: String,
    release_day: Option<i32>,
    precision: i32,
}

impl TryFrom<EvaluationMeasureRow> for Measure {
    type Error = StoreError;

    fn try_from(row: EvaluationMeasureRow) -> Result<Self, StoreError> {
        let words = (word(&row.basis)?, word(&row.better)?, word(&row.frequency)?);
        let release_day = row.release_day.map(i32::unsigned_abs);
        Ok(Self::new(&row.name, &row.unit, words, release_day, row.precision.unsigned_abs())?)
    }
}

/// What hysteresis and runs need of a verdict recorded before.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = assessments)]
pub struct PastVerdictRow {
    /// Identity of the assessment; it tells when it was written down.
    pub id: Id,
    /// Of which indicator.
    pub indicator_id: Id,
    /// Last day of the period judged.
    pub data_end: Option<NaiveDate>,
    /// Grade.
    pub grade: Listed<Grade>,
}

/// A verdict to be written: beside the indicator, and for good.
#[derive(Debug, Clone)]
pub struct VerdictWrite {
    /// Identity of the assessment.
    pub id: Id,
    /// Of which indicator.
    pub indicator_id: Id,
    /// The series of that indicator: a page of verdicts lies close together there.
    pub series_id: i64,
    /// The date it holds for.
    pub as_of: NaiveDate,
    /// What it says.
    pub verdict: VerdictColumns,
    /// The rule pack applied.
    pub rule_pack_id: Id,
    /// Now, UTC.
    pub recorded_at: NaiveDateTime,
}
