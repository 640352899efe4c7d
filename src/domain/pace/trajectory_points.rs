//! The course of an indicator through its window, period by period: what a chart shows.

use chrono::{Datelike as _, Days, Months as MonthSpan, NaiveDate};
use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::{Frequency, Observation, Period, RulePack};

use super::assessment_input::AssessmentInput;
use super::requirement::Requirement;
use super::trajectory::Trajectory;
use super::working::NoWorking;
use super::{Known, Subject};

/// Most periods a course is told in; longer windows are told in longer steps.
const POINTS_MAX: usize = 37;

/// What is known of one period; values in the judged figure's unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrajectoryPoint {
    /// Last day of the period.
    pub end: NaiveDate,
    /// What was reached by then, as an assessment of that day would have it.
    pub actual: Option<Decimal>,
    /// What was or will be due by then.
    pub pace: Option<Decimal>,
    /// What was reached by the same day of last year.
    pub last_year: Option<Decimal>,
    /// The interval that holds the value four times in five: from the latest value, itself, to the forecast's at the
    /// window's end.
    pub likely: Option<(Decimal, Decimal)>,
}

/// An indicator's way through its window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrajectoryPoints {
    /// The value that meets the promise at the end, where that is one known value.
    pub target: Option<Decimal>,
    /// The periods of the window in order, those to come included; January is left out where it is published together
    /// with February.
    pub points: Vec<TrajectoryPoint>,
}

/// The course of `subject` as of `as_of`; `None` when there is no number to follow.
pub fn trajectory_points(
    subject: &Subject<'_>,
    known: &Known<'_>,
    pack: &RulePack,
    as_of: NaiveDate,
) -> Option<TrajectoryPoints> {
    let requirement = Requirement::read(subject.target?, subject.measure).ok()?;
    let input = AssessmentInput::new(subject, known, pack, requirement, as_of);
    if matches!(input.row.way, WayFrom::Person | WayFrom::Nodes) {
        return None;
    }
    let latest = input.series.latest_in(subject.window).and_then(|index| input.series.get(index))?;
    let reached = input.actual(latest).ok()?;
    let line = input.line(latest, reached).ok();
    let fixed = input.line_is_fixed();
    let mut points: Vec<TrajectoryPoint> =
        ends(subject.window, subject.measure.frequency, latest.period.end())
            .into_iter()
            .map(|end| {
                let at = input.ending_on(end);
                let actual = at.and_then(|at| input.actual(at).ok());
                let own = at.zip(actual).and_then(|(at, actual)| input.line(at, actual).ok());
                let line = own.or(line.filter(|_| fixed));
                let pace = line.and_then(|line| input.due_value(line, end));
                TrajectoryPoint { end, actual, pace, last_year: input.year_before(end), likely: None }
            })
            .collect();
    if let Some(line) = line {
        input.band(latest, reached, &line, &mut points);
    }
    let joined = points.len() > 1 && points[1].end.month() == 2 && points[0].end.month() == 1;
    if joined && points[0].actual.is_none() && points[0].last_year.is_none() {
        points.remove(0);
    }
    let target = line.filter(|_| fixed || input.row.way == WayFrom::Rate).map(|line| line.target_value);
    Some(TrajectoryPoints { target, points })
}

/// The days on which the window's periods end, `latest` among them, the window's own end last.
fn ends(window: Period, frequency: Frequency, latest: NaiveDate) -> Vec<NaiveDate> {
    let usual = match frequency {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    };
    let months = usize::try_from(window.months()).unwrap_or(1);
    let step = [usual, 3, 6, 12].into_iter().find(|step| *step >= usual && months / step <= POINTS_MAX);
    let step = step.unwrap_or(120);
    // The first of the month after the period's last.
    let first = window.start().with_day(1).unwrap_or(window.start());
    let mut ends: Vec<NaiveDate> = (1..)
        .map_while(|n| first.checked_add_months(MonthSpan::new(u32::try_from(n * step).ok()?)))
        .map_while(|next| next.checked_sub_days(Days::new(1)))
        .take_while(|end| *end < window.end())
        .collect();
    ends.push(window.end());
    if let Err(place) = ends.binary_search(&latest) {
        ends.insert(place, latest);
    }
    ends
}

impl<'a> AssessmentInput<'a> {
    /// The value known for a period of the window that ends that day.
    fn ending_on(&self, end: NaiveDate) -> Option<&'a Observation> {
        let part = Period::new(self.subject.window.start(), end).ok()?;
        let at = self.series.get(self.series.latest_in(part)?)?;
        (at.period.end() == end).then_some(at)
    }

    fn due_value(&self, line: Trajectory, end: NaiveDate) -> Option<Decimal> {
        if !line.moves() {
            return Some(line.base);
        }
        let due = self.required_progress(end, self.calendar.by(end)).ok()?;
        line.standing_of(Decimal::ZERO, due.fraction).ok()?.expected.value()
    }

    /// Writes the forecast's interval into the periods to come. It opens with time; its middle follows last year's way
    /// where that is known.
    fn band(
        &self,
        latest: &Observation,
        reached: Decimal,
        line: &Trajectory,
        points: &mut [TrajectoryPoint],
    ) {
        let from = latest.period.end();
        let months = self.calendar.by(from);
        let Some(Ok(forecast)) = self.forecast(latest, reached, line, months, &mut NoWorking) else { return };
        let last_year = |point: &TrajectoryPoint| point.last_year;
        let now = points.iter().find(|point| point.end == from).and_then(last_year);
        let way = now.zip(points.last().and_then(last_year)).filter(|(now, last)| now != last);
        let left = (self.subject.window.end() - from).num_days();
        let (value, low_end, high_end) = (forecast.value(), forecast.low(), forecast.high());
        let within = |point: &TrajectoryPoint| {
            let gone = Decimal::from((point.end - from).num_days());
            let time = gone.checked_div(Decimal::from(left))?;
            let part = way
                .zip(point.last_year)
                .and_then(|((now, last), then)| then.checked_sub(now)?.checked_div(last.checked_sub(now)?));
            let middle =
                value.checked_sub(reached)?.checked_mul(part.unwrap_or(time))?.checked_add(reached)?;
            let low = middle.checked_sub(value.checked_sub(low_end)?.checked_mul(time)?)?;
            // What has been added up stays.
            let low = if self.accumulates() { low.max(reached) } else { low };
            Some((low, middle.checked_add(high_end.checked_sub(value)?.checked_mul(time)?)?))
        };
        for point in points.iter_mut().filter(|point| point.end >= from) {
            point.likely = within(point);
        }
    }

    /// What was reached by the same day of last year.
    fn year_before(&self, end: NaiveDate) -> Option<Decimal> {
        let window = self.subject.window;
        let part = Period::new(window.start(), end).ok()?.last_year()?;
        if self.accumulates() {
            // In a window of several years the same part of it lies within itself.
            return (part.end() < window.start()).then(|| self.series.sum(part).ok()).flatten();
        }
        let at = self.series.get(self.series.ending(part.end())?)?;
        Some(at.value)
    }
}

#[cfg(test)]
mod tests;
