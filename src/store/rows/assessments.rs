//! Assessments as stored: what one says, the ones kept for good, and which is in force.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::{Insertable, Queryable, Selectable};
use rust_decimal::Decimal;

use crate::schema::{assessments, current_assessments};
use crate::types::{AssessmentId, IndicatorId, Listed, Number, RulePackId};
use xushi_domain::pace::{Assessment, Ratio};
use xushi_domain::{Doubt, Figure, Grade, Period, RULES_VERSION, TextEnum as _};

/// What an assessment says, as it is stored: decimals to ten places, everything exact is computed again when asked for.
/// A new figure is a column of `assessments`, a field here and its line in [`of`](Self::of), and a line in `pg/bulk.rs`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessments, treat_none_as_default_value = false)]
pub struct AssessmentFigures {
    /// Grade.
    pub grade: Listed<Grade>,
    /// First day of the period judged.
    pub data_start: Option<NaiveDate>,
    /// Last day of the period judged.
    pub data_end: Option<NaiveDate>,
    /// Which figure was judged.
    pub figure: Option<Listed<Figure>>,
    /// Unit of `actual`, `expected` and `forecast`.
    pub actual_unit: Option<String>,
    /// Reported value.
    pub actual: Option<Number>,
    /// Value due; of a range the end that binds.
    pub expected: Option<Number>,
    /// The far end of a range.
    pub expected_hi: Option<Number>,
    /// Actual against expected; positive is good.
    pub gap: Option<Number>,
    /// The same in points; positive is good.
    pub gap_points: Option<Number>,
    /// Fraction of the target done.
    pub completion: Option<Number>,
    /// Fraction of the target due.
    pub due_fraction: Option<Number>,
    /// What each remaining month must bring.
    pub needed_per_month: Option<Number>,
    /// The growth the rest of the window must reach, percent.
    pub needed_growth: Option<Number>,
    /// Where the window is expected to end.
    pub forecast: Option<Number>,
    /// How likely the target will be missed, 0..=1.
    pub p_miss: Option<Number>,
    /// Lower end of the interval that holds four truths in five.
    pub forecast_low: Option<Number>,
    /// Its upper end.
    pub forecast_high: Option<Number>,
    /// The rule that decided.
    pub rule: Option<String>,
    /// Words of [`Doubt`], separated by commas.
    pub doubts: String,
}

/// Places kept; the assessment itself is exact and computed again when asked for.
const PLACES: u32 = 10;

fn kept(value: Option<Decimal>) -> Option<Number> {
    value.map(|value| Number(value.round_dp(PLACES).normalize()))
}

fn kept_ratio(ratio: Option<Ratio>) -> Option<Number> {
    kept(ratio.and_then(Ratio::value))
}

impl AssessmentRow {
    /// The version of the rules that assessments are made by now.
    pub const RULES: i32 = RULES_VERSION.cast_signed();
}

impl AssessmentFigures {
    /// What `assessment` says; `judged` is the figure it judged and the unit of that figure's values.
    pub fn of(assessment: &Assessment, judged: Option<(Figure, &str)>) -> Self {
        let doubts: Vec<&str> = assessment.doubts.iter().map(Doubt::as_str).collect();
        Self {
            grade: Listed(assessment.grade),
            data_start: assessment.data_period.map(Period::start),
            data_end: assessment.data_period.map(Period::end),
            figure: judged.map(|(figure, _)| Listed(figure)),
            actual_unit: judged.map(|(_, unit)| unit.to_owned()),
            actual: kept(assessment.actual),
            expected: kept_ratio(assessment.expected),
            expected_hi: kept_ratio(assessment.expected_hi),
            gap: kept_ratio(assessment.gap),
            gap_points: kept_ratio(assessment.gap_points),
            completion: kept_ratio(assessment.completion),
            due_fraction: kept_ratio(assessment.due_fraction),
            needed_per_month: kept_ratio(assessment.needed_per_month),
            needed_growth: kept_ratio(assessment.needed_growth),
            forecast: kept(assessment.forecast.map(|forecast| forecast.value())),
            p_miss: kept(assessment.forecast.map(|forecast| forecast.p_miss())),
            forecast_low: kept(assessment.forecast.map(|forecast| forecast.low())),
            forecast_high: kept(assessment.forecast.map(|forecast| forecast.high())),
            rule: Some(assessment.rule.id.as_str().to_owned()),
            doubts: doubts.join(","),
        }
    }

    /// A number that two assessments share when they say the same. A release of Rust may change it; then each is written
    /// once more.
    pub fn digest(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish().cast_signed()
    }

    /// The doubts; words of other versions are left out.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> {
        self.doubts.split(',').filter_map(Doubt::parse)
    }
}

/// An assessment kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = assessments, treat_none_as_default_value = false)]
pub struct AssessmentRow {
    /// Identity.
    pub id: AssessmentId,
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// The date it was first given for.
    pub as_of: NaiveDate,
    /// What it says.
    #[diesel(embed)]
    pub figures: AssessmentFigures,
    /// The version of the engine's rules.
    pub rules_version: i32,
    /// The rule pack applied.
    pub rule_pack_id: RulePackId,
    /// When it was written, UTC.
    pub recorded_at: NaiveDateTime,
}

/// An indicator whose window is over and whose promise was kept or not.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct EndedIndicatorRow {
    /// Which.
    pub id: IndicatorId,
    /// The last day of its window.
    pub window_end: NaiveDate,
    /// Achieved or missed.
    pub grade: Listed<Grade>,
    /// The value that decided.
    pub actual: Option<Number>,
    /// Its unit.
    pub actual_unit: Option<String>,
}

/// What was stated of the end of a window while it ran.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct StatementRow {
    /// Of which indicator.
    pub indicator_id: IndicatorId,
    /// On which day.
    pub as_of: NaiveDate,
    /// Last day of the figures it rested on.
    pub data_end: Option<NaiveDate>,
    /// How likely the target would be missed, 0..=1.
    pub p_miss: Option<Number>,
    /// Lower end of the interval.
    pub forecast_low: Option<Number>,
    /// Its upper end.
    pub forecast_high: Option<Number>,
    /// Their unit.
    pub actual_unit: Option<String>,
}

/// Which assessment of an indicator is in force.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = current_assessments)]
pub struct CurrentAssessmentRow {
    /// The assessment; `None` before the first one.
    pub assessment_id: Option<AssessmentId>,
    /// [`AssessmentFigures::digest`] of what it says; `None` where nobody has counted it.
    pub digest: Option<i64>,
    /// Its grade; `no_data` before the first one.
    pub grade: Listed<Grade>,
    /// Order on the board, worst first.
    pub grade_rank: i32,
    /// Counts how often the indicator was judged anew, from 1. Whoever writes an assessment names the revision that it was
    /// read at, so that one made of older facts never replaces one of newer facts.
    pub revision: i32,
    /// When it was last judged anew, UTC.
    pub updated_at: NaiveDateTime,
}

/// An assessment to be written down and put in force.
#[derive(Debug, Clone)]
pub struct AssessmentWrite {
    /// The assessment.
    pub row: AssessmentRow,
    /// The revision of the one in force when the facts were read.
    pub seen: i32,
}

/// Indicators judged, with what is to be written of each.
#[derive(Debug, Clone, Default)]
pub struct AssessmentWrites {
    /// Those whose assessment differs from the one in force.
    pub changed: Vec<AssessmentWrite>,
    /// Those that were touched and say the same: only their revision goes up.
    pub confirmed: Vec<(IndicatorId, i32)>,
    /// Now, UTC.
    pub at: NaiveDateTime,
}

/// Order on the board: what needs a person first. No two grades share a place.
pub fn grade_rank(grade: Grade) -> i32 {
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

/// A mark: something is to be judged again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Mark {
    /// Identity; a mark is never changed, so that one made while another is worked on is not lost.
    pub id: i64,
    /// Everything that rests on this series,
    pub series_id: Option<i64>,
    /// or this indicator.
    pub indicator_id: Option<IndicatorId>,
}
