//! How good forecasts would have been: every month-end of past years judged by [`assess`], as if nothing
//! later were known, and held against what came.
//!
//! Targets are two rules fixed beforehand. R1: last year times the mean of its last three growths; R2: last year times its
//! last growth (for rates: the mean of the last three, and the last). Every month of every year is judged that has four whole
//! years before it. The scale of errors at a year is made of the surprises of all series in the three years before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use uuid::Uuid;

use crate::pace::{ErrorScale, Forecast, Known, Subject, assess};
use crate::{
    Basis, Better, Comparator, Curve, Figure, Frequency, Invalid, Kind, Measure, Observation, Period,
    RulePack, Status, Target, text_enum,
};

mod history;
mod score;
#[cfg(test)]
mod tests;
mod track_record;

pub use history::{History, SampleBasis};
pub use score::{Interval, Reliability, Scores, reliability, scores};
pub use track_record::{PastForecast, TrackRecord, track_record};

text_enum! {
    /// How a past year's target is set.
    TargetRule "target_rule" {
        /// Last year times the mean of its last three growths.
        ThreeGrowths = "R1",
        /// Last year times its last growth.
        LastGrowth = "R2",
    }
}

text_enum! {
    /// What kind of target a past year is judged as.
    TriedTarget "sample_target" {
        /// An amount to add up.
        Total = "total",
        /// The same amount as growth, levels known.
        Growth = "growth",
        /// Growth of which only the rate to date is known.
        Rate = "rate",
        /// A stock to reach.
        Level = "level",
    }
}

impl TriedTarget {
    fn kind(self) -> Kind {
        match self {
            Self::Total => Kind::Total,
            Self::Growth | Self::Rate => Kind::Growth,
            Self::Level => Kind::Level,
        }
    }
}

/// One forecast and what became of it. Values in the unit of the series, or percent of growth.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Which series.
    pub series: usize,
    /// The year judged.
    pub year: i32,
    /// The month at whose end it was judged, 1..=11.
    pub month: u32,
    /// How the target was set.
    pub rule: TargetRule,
    /// What it was judged as.
    pub kind: TriedTarget,
    /// Probability stated that the target would be missed.
    pub p_miss: f64,
    /// Value foretold.
    pub projection: Decimal,
    /// Ends of the interval stated to hold four truths in five.
    pub interval: (Decimal, Decimal),
    /// The target.
    pub target: Decimal,
    /// What came.
    pub actual: Decimal,
    /// How far the target lies above what last year's way would bring: ln of the ratio, or points.
    pub above_last_year: f64,
}

impl Prediction {
    /// Whether the target was missed.
    pub fn missed(&self) -> bool {
        self.actual < self.target
    }

    /// Whether the interval held what came.
    pub fn held(&self) -> bool {
        (self.interval.0..=self.interval.1).contains(&self.actual)
    }
}

/// Judges all series, year by year, from `first_year` on. In the order of years.
///
/// # Errors
/// Never for what [`History`] takes.
pub fn run(all: &[History], first_year: Option<i32>) -> Result<Vec<Prediction>, Invalid> {
    let years = all.iter().flat_map(|history| history.years.keys().copied());
    let years: BTreeSet<i32> = years.filter(|year| first_year.is_none_or(|first| *year >= first)).collect();
    let prepared = all.iter().map(Prepared::new).collect::<Result<Vec<_>, _>>()?;
    let mut surprises: BTreeMap<i32, (f64, usize)> = BTreeMap::new();
    let mut predictions = Vec::new();
    for year in years {
        let known = surprises.range(year - 3..year).map(|(_, of)| *of);
        let (sum, count) = known.fold((0.0, 0), |(sum, count), (one, n)| (sum + one, count + n));
        let scale = Some(ErrorScale::of(sum, count));
        for (series, prepared) in prepared.iter().enumerate() {
            let mut own = Vec::new();
            for kind in prepared.history.basis.targets() {
                let begun = predictions.len();
                let surprise = prepared.judge(series, year, *kind, scale, &mut predictions);
                if predictions.len() > begun && own.is_empty() {
                    own = surprise;
                }
            }
            if !own.is_empty() {
                let (sum, count) = surprises.entry(year).or_default();
                *sum += own.iter().sum::<f64>() / own.len() as f64;
                *count += 1;
            }
        }
    }
    Ok(predictions)
}

/// A series as the engine reads it.
struct Prepared<'a> {
    history: &'a History,
    measure: Measure,
    facts: Vec<Observation>,
    /// With growth rates beside.
    with_growth: Vec<Observation>,
}

impl<'a> Prepared<'a> {
    fn new(history: &'a History) -> Result<Self, Invalid> {
        let (basis, unit) = match history.basis {
            SampleBasis::Cumulative | SampleBasis::Period | SampleBasis::Yoy => (Basis::Cumulative, "亿元"),
            SampleBasis::Point => (Basis::Point, "户"),
        };
        let measure = Measure::new("指标", unit, (basis, Better::Higher, Frequency::Monthly), None, 6)?;
        let figure = if history.basis == SampleBasis::Yoy { Figure::Yoy } else { Figure::Level };
        let (mut facts, mut with_growth) = (Vec::new(), Vec::new());
        for (&year, months) in &history.years {
            for (&month, &value) in months {
                let Some(fact) = fact(year, month, (basis, figure), value) else { continue };
                if let Some(growth) = history.growth(year, month) {
                    with_growth.extend(self::fact(year, month, (basis, Figure::Yoy), growth));
                }
                with_growth.push(fact.clone());
                facts.push(fact);
            }
        }
        Ok(Self { history, measure, facts, with_growth })
    }

    /// Judges one year as one kind of target; the surprises of its forecasts.
    fn judge(
        &self,
        series: usize,
        year: i32,
        kind: TriedTarget,
        scale: Option<ErrorScale>,
        predictions: &mut Vec<Prediction>,
    ) -> Vec<f64> {
        let mut surprises = Vec::new();
        let Some(end) = self.history.outcome(year, kind) else { return surprises };
        for rule in [TargetRule::ThreeGrowths, TargetRule::LastGrowth] {
            let Some(promised) = self.history.target(year, kind, rule) else { continue };
            for &month in self.history.months(year) {
                let Some(forecast) = self.forecast(year, month, (kind, promised), scale) else { continue };
                let above = self.history.above_last_year(year, month, kind, promised);
                let Some(above_last_year) = above else { continue };
                if rule == TargetRule::ThreeGrowths && month >= 2 {
                    surprises.extend(forecast.surprise(end));
                }
                predictions.push(Prediction {
                    series,
                    year,
                    month,
                    rule,
                    kind,
                    p_miss: forecast.exact_p_miss(),
                    projection: forecast.value(),
                    interval: (forecast.low(), forecast.high()),
                    target: promised,
                    actual: end,
                    above_last_year,
                });
            }
        }
        surprises
    }

    fn forecast(
        &self,
        year: i32,
        month: u32,
        (kind, promised): (TriedTarget, Decimal),
        error_scale: Option<ErrorScale>,
    ) -> Option<Forecast> {
        let growth = kind.kind() == Kind::Growth;
        let target = Target {
            kind: kind.kind(),
            comparator: Some(Comparator::AtLeast),
            value: Some(promised),
            value_hi: None,
            unit: if growth { "%".to_owned() } else { self.measure.unit.clone() },
            hedge: None,
            phrase: "目标".to_owned(),
            benchmark: None,
        };
        let as_of = last_day(year, month)?;
        let own = if kind == TriedTarget::Growth { &self.with_growth } else { &self.facts };
        // Eleven years back are read at most; the engine itself leaves out what was not known.
        let from = own.partition_point(|fact| fact.period.end() < first_day(year - 13));
        let to = own.partition_point(|fact| fact.period.end() <= as_of);
        let known = Known { own: own.get(from..to)?, error_scale, ..Known::default() };
        let subject = Subject {
            measure: &self.measure,
            target: Some(&target),
            curve: &Curve::LinearMonths,
            baseline: None,
            window: Period::new(first_day(year), last_day(year, 12)?).ok()?,
            region: "100000",
        };
        assess(&subject, &known, &RulePack::standard(), as_of).forecast
    }
}

fn first_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, 1)?
        .checked_add_months(Months::new(1))?
        .checked_sub_days(Days::new(1))
}

fn fact(year: i32, month: u32, (basis, figure): (Basis, Figure), value: Decimal) -> Option<Observation> {
    let end = last_day(year, month)?;
    let start =
        if basis == Basis::Point { NaiveDate::from_ymd_opt(year, month, 1)? } else { first_day(year) };
    Some(Observation {
        id: Uuid::nil(),
        period: Period::new(start, end).ok()?,
        basis,
        figure,
        value,
        status: Status::Final,
        stage: None,
        published_on: end,
        of: None,
        partial: false,
        vintage: 1,
    })
}

fn decimal(number: f64) -> Option<Decimal> {
    (number.is_finite() && number.abs() < 1e27).then(|| Decimal::from_f64(number)).flatten()
}

fn float(number: Decimal) -> f64 {
    number.to_f64().unwrap_or(f64::NAN)
}
