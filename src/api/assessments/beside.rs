//! What is said beside a verdict.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::api::assessments::needs::NeededView;
use crate::api::assessments::stage_values::StageValuesView;
use crate::api::http::refused::Refused;
use crate::domain::pace::{Assessment, Context, Grounds, Release, foreseen, next_report};
use crate::domain::{Figure, Period};
use crate::letter::Templates;
use crate::office::rows::StatedDifferenceRow;

/// A difference as it was stated with a value of the indicator's own series.
pub struct Stated {
    /// First and last day of the value's period.
    pub period: (NaiveDate, NaiveDate),
    /// The value's figure.
    pub figure: Figure,
    /// What it was compared with.
    pub against: String,
    /// Own value less the other's.
    pub difference: Decimal,
}

impl From<StatedDifferenceRow> for Stated {
    fn from(row: StatedDifferenceRow) -> Self {
        Self {
            period: (row.period_start, row.period_end),
            figure: row.figure.0,
            against: row.against,
            difference: row.difference.0,
        }
    }
}

/// What is said beside a verdict.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Momentum and 三个高于.
    pub context: Context,
    /// The next report.
    pub release: Option<Release>,
    /// The last day on which it is not overdue.
    pub overdue_after: Option<NaiveDate>,
    /// Differences as they were stated for the data period, each with what it was compared with; the latest last.
    pub stated: Vec<(String, Decimal)>,
    /// What had been foreseen of the judged figure.
    pub foreseen: Option<Decimal>,
    /// Decimal places the judged figure is usually printed with.
    pub places: u32,
    /// The figure judged and the unit of its values.
    pub judged: Option<(Figure, String)>,
    /// What is needed from here.
    pub needed: Option<NeededView>,
    /// The stages of the figure that it rests on.
    pub stages: Option<StageValuesView>,
}

impl Beside {
    /// What can be said beside `assessment`; of the differences `stated`, those of the period and figure it judges.
    ///
    /// # Errors
    /// `internal` when the wording is broken.
    pub fn of(
        grounds: &Grounds,
        (assessment, as_of): (&Assessment, NaiveDate),
        stated: Vec<Stated>,
        templates: &Templates,
    ) -> Result<Self, Refused> {
        let context = grounds.context(as_of);
        let subject = grounds.subject();
        let judged = assessment.data_period.zip(context.figure);
        let days = |period: Period| (period.start(), period.end());
        let spoken_of = |one: &Stated| {
            judged.is_some_and(|(period, figure)| one.period == days(period) && one.figure == figure)
        };
        Ok(Self {
            needed: NeededView::of(&subject, &grounds.pack, (assessment, &context), templates)?,
            stages: StageValuesView::of(grounds, assessment, as_of),
            context,
            foreseen: judged.and_then(|(period, figure)| foreseen(&grounds.own, period, figure, as_of)),
            release: next_report(&subject, &grounds.own),
            overdue_after: grounds.overdue_after,
            stated: stated.into_iter().filter(spoken_of).map(|one| (one.against, one.difference)).collect(),
            places: match context.figure.filter(|figure| figure.is_rate()) {
                Some(rate) => rate.usual_places(grounds.measure.precision),
                None => grounds.measure.precision,
            },
            judged: grounds.judged_figure(assessment).map(|(figure, unit)| (figure, unit.to_owned())),
        })
    }
}
