//! Revisions: what an indicator, a campaign or a measure said on a past day.
//!
//! The row itself always says the latest; each change first keeps what it replaces, with the first day that no longer
//! holds. On a day the state in force is the one after the last change that had taken effect by then; before all changes
//! it is the first.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::StoreError;
use super::rows::{
    CampaignRow, EvaluationRow, Handover, IndicatorChange, IndicatorRow, MeasureRow, RevisionOf, RevisionRow,
    TargetColumns, word,
};
use super::types::{AnyId, Id, Listed, Number};
use xushi_domain::{Measure, TextEnum};

/// What is known of a change besides what it changes.
#[derive(Debug, Clone)]
pub struct ChangeNote {
    /// Identity of the revision that is kept.
    pub id: Uuid,
    /// The first day on which the change holds.
    pub from: NaiveDate,
    /// Why.
    pub reason: Option<String>,
    /// Now, UTC.
    pub at: NaiveDateTime,
}

impl ChangeNote {
    /// The same, of who leads an indicator and where it stands.
    pub fn handover(&self) -> Handover {
        Handover { on: self.from, reason: self.reason.clone(), at: self.at }
    }

    fn row<T: Serialize>(&self, subject: RevisionOf, (id, revision): (AnyId, i32), state: &T) -> RevisionRow {
        RevisionRow {
            id: Id::of(self.id),
            subject: subject.into(),
            subject_id: id,
            revision,
            state: serde_json::to_string(state).unwrap_or_default(),
            superseded_on: self.from,
            reason: self.reason.clone(),
            recorded_at: self.at,
        }
    }
}

fn read<'a, T: Deserialize<'a>>(row: &'a RevisionRow) -> Result<T, StoreError> {
    serde_json::from_str(&row.state)
        .map_err(|error| StoreError::Corrupt(format!("revision {}: {error}", row.id.0)))
}

/// The promise of an indicator, as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorState {
    kind: Option<String>,
    comparator: Option<String>,
    value: Option<String>,
    value_hi: Option<String>,
    unit: Option<String>,
    hedge: Option<String>,
    phrase: Option<String>,
    benchmark: Option<String>,
    curve: String,
    baseline: Option<String>,
    window_start: NaiveDate,
    window_end: NaiveDate,
}

fn text(number: Option<Number>) -> Option<String> {
    number.map(|number| number.0.normalize().to_string())
}

fn number(text: Option<&String>) -> Result<Option<Number>, StoreError> {
    let corrupt = |text: &str| StoreError::Corrupt(format!("number `{text}` of a revision"));
    text.map(|text| Decimal::from_str_exact(text).map(Number).map_err(|_| corrupt(text))).transpose()
}

fn listed<T: TextEnum>(stored: Option<&str>) -> Result<Option<Listed<T>>, StoreError> {
    stored.map(|stored| word(stored).map(Listed)).transpose()
}

impl IndicatorState {
    fn of(
        target: &TargetColumns,
        curve: &str,
        baseline: Option<Number>,
        (window_start, window_end): (NaiveDate, NaiveDate),
    ) -> Self {
        Self {
            kind: target.kind.map(|kind| kind.0.to_string()),
            comparator: target.comparator.map(|comparator| comparator.0.to_string()),
            value: text(target.target_value),
            value_hi: text(target.target_value_hi),
            unit: target.target_unit.clone(),
            hedge: target.hedge.clone(),
            phrase: target.phrase.clone(),
            benchmark: target.benchmark.clone(),
            curve: curve.to_owned(),
            baseline: text(baseline),
            window_start,
            window_end,
        }
    }

    /// Reads a kept state.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: &RevisionRow) -> Result<Self, StoreError> {
        read(row)
    }

    /// The promise.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn target(&self) -> Result<TargetColumns, StoreError> {
        Ok(TargetColumns {
            kind: listed(self.kind.as_deref())?,
            comparator: listed(self.comparator.as_deref())?,
            target_value: number(self.value.as_ref())?,
            target_value_hi: number(self.value_hi.as_ref())?,
            target_unit: self.unit.clone(),
            hedge: self.hedge.clone(),
            phrase: self.phrase.clone(),
            benchmark: self.benchmark.clone(),
        })
    }

    /// The curve as JSON.
    pub fn curve(&self) -> &str {
        &self.curve
    }

    /// The value at the start of the window.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn baseline(&self) -> Result<Option<Number>, StoreError> {
        number(self.baseline.as_ref())
    }

    /// First and last day of the window.
    pub fn window(&self) -> (NaiveDate, NaiveDate) {
        (self.window_start, self.window_end)
    }

    /// Puts an indicator back to it.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn apply(&self, row: &mut EvaluationRow) -> Result<(), StoreError> {
        row.target = self.target()?;
        row.curve.clone_from(&self.curve);
        row.baseline = self.baseline()?;
        (row.window_start, row.window_end) = self.window();
        Ok(())
    }
}

/// What is kept when `change` replaces what `before` says; `None` when nothing that is judged changes.
pub fn of_indicator(
    before: &IndicatorRow,
    change: &IndicatorChange,
    note: &ChangeNote,
) -> Option<RevisionRow> {
    let window = (before.window_start, before.window_end);
    let old = IndicatorState::of(&before.target, &before.curve, before.baseline, window);
    let window = (change.window_start, change.window_end);
    let new = IndicatorState::of(&change.target, &change.curve, change.baseline, window);
    (old != new).then(|| note.row(RevisionOf::Indicator, (before.id.of_any(), before.revision), &old))
}

/// The rule pack of a campaign, as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignState {
    /// The version of the pack.
    pub rule_pack_id: Uuid,
}

impl CampaignState {
    /// Reads a kept state.
    ///
    /// # Errors
    /// `Corrupt`.
    pub fn read(row: &RevisionRow) -> Result<Self, StoreError> {
        read(row)
    }
}

/// What is kept when a campaign gets another rule pack; `None` when it keeps its own.
pub fn of_campaign(before: &CampaignRow, after: &CampaignRow, note: &ChangeNote) -> Option<RevisionRow> {
    let state = CampaignState { rule_pack_id: before.rule_pack_id.0 };
    (before.rule_pack_id != after.rule_pack_id)
        .then(|| note.row(RevisionOf::Campaign, (before.id.of_any(), before.revision), &state))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct MeasureState {
    name: String,
    unit: String,
    basis: String,
    better: String,
    frequency: String,
    release_day: Option<u32>,
    precision: u32,
}

impl MeasureState {
    fn of(measure: &Measure) -> Self {
        Self {
            name: measure.name.clone(),
            unit: measure.unit.clone(),
            basis: measure.basis.to_string(),
            better: measure.better.to_string(),
            frequency: measure.frequency.to_string(),
            release_day: measure.release_day,
            precision: measure.precision,
        }
    }
}

/// A measure, as it was.
///
/// # Errors
/// `Corrupt`.
pub fn read_measure(row: &RevisionRow) -> Result<Measure, StoreError> {
    let state: MeasureState = read(row)?;
    let words = (word(&state.basis)?, word(&state.better)?, word(&state.frequency)?);
    Ok(Measure::new(&state.name, &state.unit, words, state.release_day, state.precision)?)
}

/// What is kept when a measure is changed; `None` when only its aliases are.
///
/// # Errors
/// `Corrupt` when the row holds what it should not.
pub fn of_measure(
    before: &MeasureRow,
    after: &Measure,
    note: &ChangeNote,
) -> Result<Option<RevisionRow>, StoreError> {
    let old = MeasureState::of(&Measure::from(before.clone()));
    let changed = old != MeasureState::of(after);
    Ok(changed.then(|| note.row(RevisionOf::Measure, (before.id.of_any(), before.revision), &old)))
}
