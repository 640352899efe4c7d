//! Pace (序时进度): the verdict on one indicator as of one date, as a pure function of what was known then.
//!
//! [`assess`] and [`assess_with_working`] are one piece of code; the second also writes down every formula with its
//! inputs and its result, so that an official can check the arithmetic by hand.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Curve, Grade, Measure, Observation, Period, RulePack, Target};

mod assessment;
mod assessment_input;
mod broken;
mod checks;
mod compare;
mod compared;
mod context;
mod each_period;
mod engine;
mod forecast;
mod grading;
mod grounds;
mod held;
mod missing;
mod months;
mod needed;
mod nodes;
mod outlook;
mod place;
mod promised;
mod rate_window;
mod ratio;
mod release;
mod required_progress;
mod requirement;
mod series;
mod special;
#[cfg(test)]
mod tests;
mod trajectory;
mod trajectory_points;
mod vouched;
mod working;

pub use assessment::{Assessment, BenchmarkGap, Change, Past, Rank, RankBy, Rule, RuleId, ShareFrom};
pub use checks::{
    Cascade, Contradiction, StatedAgainst, ThreeAbove, contradiction, foreseen, implied_benchmark,
};
pub use compared::{Compared, OtherSeries, SiblingSeries};
pub use context::{Context, SideRun, comparison, context, rounding};
pub use forecast::{ErrorScale, Forecast, ForecastMethod};
pub use grounds::Grounds;
pub use missing::{Missing, MissingSet};
pub use needed::{Needed, NeededForm};
pub use nodes::nodes_done;
pub use promised::{Promised, promised};
pub use ratio::{Ratio, rounded};
pub use release::{MissedReport, Release, missed_report, next_report, overdue_after};
pub use requirement::{adds_up, binds_each_period, is_percent, values_add_up};
pub use trajectory_points::{TrajectoryPoint, TrajectoryPoints, trajectory_points};
pub use vouched::{by_stage, disagreement, overruled};
pub use working::Step;

/// What is judged: an indicator's measure, target, curve, baseline and window.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What is measured.
    pub measure: &'a Measure,
    /// The promise; `None` when it has not been handed down.
    pub target: Option<&'a Target>,
    /// Which fraction is due when.
    pub curve: &'a Curve,
    /// The value at the start of the window, in the measure's unit.
    pub baseline: Option<Decimal>,
    /// The days the promise is for.
    pub window: Period,
    /// Code of the region, to leave it out of its own siblings.
    pub region: &'a str,
}

/// A series of another region or measure.
#[derive(Debug, Clone, Copy)]
pub struct NamedSeries<'a> {
    /// What it is called (全国平均).
    pub name: &'a str,
    /// All its vintages, in any order.
    pub observations: &'a [Observation],
}

/// The same measure in another region of the same level under the same parent.
#[derive(Debug, Clone, Copy)]
pub struct Sibling<'a> {
    /// Code of the region.
    pub region: &'a str,
    /// All vintages, in any order.
    pub observations: &'a [Observation],
    /// Its own target of the same window, in the measure's unit, where one that counts from zero is known: totals are ranked
    /// by completion.
    pub completion_target: Option<Decimal>,
}

/// A person's verdict on a target without a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonVerdict {
    /// The verdict.
    pub grade: Grade,
    /// The day it was given.
    pub on: NaiveDate,
}

/// Everything known; what is not needed stays at its default. Vintages published after the date asked for are not read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The indicator's own series: all vintages, in any order.
    pub own: &'a [Observation],
    /// What a `versus_` target is compared with.
    pub benchmark: Option<NamedSeries<'a>>,
    /// The same measure in the parent region.
    pub parent: Option<NamedSeries<'a>>,
    /// Further series to compare with.
    pub named: &'a [NamedSeries<'a>],
    /// The same measure in sibling regions.
    pub siblings: &'a [Sibling<'a>],
    /// How many regions there are at this level under this parent, this one included; 0 when nobody asks for a rank.
    pub siblings_of: usize,
    /// Verdicts recorded for this indicator in this window, for hysteresis and runs; in any order.
    pub history: &'a [Past],
    /// The latest verdict of a person, for targets without a number.
    pub verdict: Option<PersonVerdict>,
    /// How wrong the forecasts of the whole instance were by then; `None` before any year of it has ended.
    pub error_scale: Option<ErrorScale>,
    /// The last day on which the next report was not yet overdue: [`release day`](next_report) and grace.
    pub overdue_after: Option<NaiveDate>,
}

/// The verdict on `subject` as of `as_of`, from what was known by then.
pub fn assess(subject: &Subject<'_>, known: &Known<'_>, pack: &RulePack, as_of: NaiveDate) -> Assessment {
    engine::run(subject, known, pack, as_of, &mut working::NoWorking)
}

/// The same verdict by the same code, with every formula, its inputs and its result.
pub fn assess_with_working(
    subject: &Subject<'_>,
    known: &Known<'_>,
    pack: &RulePack,
    as_of: NaiveDate,
) -> (Assessment, Vec<Step>) {
    let mut steps = Vec::new();
    let assessment = engine::run(subject, known, pack, as_of, &mut steps);
    (assessment, steps)
}
