//! What one assessment rests on, held in one place, and the assessment made of it. Nothing here knows where it was gathered.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    Assessment, Compared, Context, Known, Past, PersonVerdict, Step, Subject, TrajectoryPoints, assess,
    assess_with_working, context, is_percent, overdue_after, trajectory_points,
};
use crate::{Curve, DoubtSet, Figure, Kind, Measure, Observation, Period, RulePack, Target, WorkCalendar};

/// Everything one assessment rests on.
pub struct Grounds {
    /// What is measured.
    pub measure: Arc<Measure>,
    /// Code of the region.
    pub region: Arc<str>,
    /// The promise.
    pub target: Option<Target>,
    /// What is odd about the promise itself.
    pub doubts: DoubtSet,
    /// The curve.
    pub curve: Curve,
    /// Value at the start of the window.
    pub baseline: Option<Decimal>,
    /// The window.
    pub window: Period,
    /// The rule pack.
    pub pack: Arc<RulePack>,
    /// Its own facts, all vintages known by the date asked for.
    pub own: Vec<Observation>,
    /// Earlier verdicts.
    pub history: Vec<Past>,
    /// The last day on which the next report is not overdue.
    pub overdue_after: Option<NaiveDate>,
    /// The latest verdict of a person.
    pub person: Option<PersonVerdict>,
    /// Other series.
    pub compared: Compared,
}

impl Grounds {
    /// With the last day on which the next report is not overdue, as its facts and its pack's grace say.
    #[must_use]
    pub fn awaiting_reports(mut self, calendar: &WorkCalendar) -> Self {
        self.overdue_after =
            overdue_after(&self.subject(), &self.own, self.pack.grace_working_days, calendar);
        self
    }

    /// The kind of its target.
    pub fn kind(&self) -> Option<Kind> {
        self.target.as_ref().map(|target| target.kind)
    }

    /// The figure that was judged, and the unit of its values.
    pub fn judged_figure(&self, assessment: &Assessment) -> Option<(Figure, &str)> {
        let (kind, figure) = self.kind().zip(assessment.figure)?;
        Some((figure, kind.row().printed_units(&self.measure.unit, figure).value))
    }

    /// What a milestone that is done is reported as.
    pub fn full(&self) -> Decimal {
        let promised = self.target.as_ref().and_then(|target| {
            let factor = target.factor_to(&self.measure.unit).ok()?;
            target.value?.checked_mul(factor)
        });
        let usual = if is_percent(&self.measure.unit) { Decimal::ONE_HUNDRED } else { Decimal::ONE };
        promised.filter(|value| !value.is_zero()).unwrap_or(usual)
    }

    /// What is judged.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            measure: &self.measure,
            target: self.target.as_ref(),
            curve: &self.curve,
            baseline: self.baseline,
            window: self.window,
            region: &self.region,
        }
    }

    /// The verdict.
    pub fn judge(&self, as_of: NaiveDate) -> Assessment {
        self.doubted(self.judged(|subject, known| assess(subject, known, &self.pack, as_of)))
    }

    /// The way through the window.
    pub fn trajectory_points(&self, as_of: NaiveDate) -> Option<TrajectoryPoints> {
        self.judged(|subject, known| trajectory_points(subject, known, &self.pack, as_of))
    }

    /// The verdict with every formula.
    pub fn judge_with_working(&self, as_of: NaiveDate) -> (Assessment, Vec<Step>) {
        let judged = self.judged(|subject, known| assess_with_working(subject, known, &self.pack, as_of));
        (self.doubted(judged.0), judged.1)
    }

    /// With what is doubtful about the promise itself.
    fn doubted(&self, mut assessment: Assessment) -> Assessment {
        self.doubts.iter().for_each(|doubt| assessment.doubts.insert(doubt));
        assessment
    }

    /// What is said beside the verdict.
    pub fn context(&self, as_of: NaiveDate) -> Context {
        self.judged(|subject, known| context(subject, known, &self.pack, as_of))
    }

    fn judged<T>(&self, judge: impl FnOnce(&Subject<'_>, &Known<'_>) -> T) -> T {
        let (named, siblings) = (self.compared.named(), self.compared.siblings());
        let known = Known {
            own: &self.own,
            benchmark: self.compared.benchmark(),
            parent: self.compared.parent(),
            named: &named,
            siblings: &siblings,
            siblings_of: self.compared.siblings_of,
            history: &self.history,
            verdict: self.person,
            overdue_after: self.overdue_after,
            // Nobody writes down yet how wrong the forecasts of the instance were: its scale is the usual one.
            error_scale: None,
        };
        judge(&self.subject(), &known)
    }
}
