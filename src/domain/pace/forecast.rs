//! Whether the year will be missed: where an indicator will stand when its window ends, and how likely that falls short.
//!
//! Three projections that an official can check by hand, each for what it suits, and one idea of how wrong they are: as
//! wrong as the same projection was, at the same month, in the years before. Only past years of the indicator's own
//! series are read, as they are known at `as_of`; without them nothing is forecast. The ends of the interval and the
//! probability come from [`odds`]. Calculated in binary floating point by `+ − × ÷ √` alone, which round the same on every
//! machine, so that a past verdict comes out bit for bit; the rest of a verdict never rests on it.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};

use crate::kind::ForecastFrom;
use crate::{Basis, Observation, text_enum};

use super::Missing;
use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::trajectory::Trajectory;
use super::working::Working;

mod odds;
mod past;
mod project;

use odds::Odds;

text_enum! {
    /// How a window's end was projected.
    ForecastMethod "forecast_method" {
        /// Amounts: the mean of last year's share, of three years' mean share, and of the last three months' growth.
        Shares = "shares",
        /// Growth rates: the year's rate will be the rate to date.
        Rate = "rate",
        /// Stocks and shares: what the rest of the year usually adds.
        Increments = "increments",
    }
}

impl ForecastMethod {
    /// The words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Shares => "按历年占比和近三个月增速推算",
            Self::Rate => "按至今增速推算",
            Self::Increments => "按历年同期以后的增量推算",
        }
    }
}

/// What the window's end will bring; values in the judged figure's unit, made decimals when read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// How it was projected.
    pub method: ForecastMethod,
    /// Past years whose own error was measured.
    pub years: u32,
    value: f64,
    low: f64,
    high: f64,
    p_miss: f64,
    /// Decimal places values are rounded to.
    places: u32,
}

impl Forecast {
    /// The value expected at the window's end.
    pub fn value(&self) -> Decimal {
        rounded(self.value, self.places)
    }

    /// The lower end of the interval that holds the truth four times in five.
    pub fn low(&self) -> Decimal {
        rounded(self.low, self.places)
    }

    /// Its upper end.
    pub fn high(&self) -> Decimal {
        rounded(self.high, self.places)
    }

    /// The probability that the target will be missed, 0..=1, two decimal places.
    pub fn p_miss(&self) -> Decimal {
        rounded(self.p_miss, 2)
    }
}

/// Larger values are not forecast; every smaller one can be written as a decimal.
const LARGEST: f64 = 1e27;

fn rounded(number: f64, places: u32) -> Decimal {
    Decimal::from_f64(number).unwrap_or_default().round_dp(places).normalize()
}

/// Months of a window that must have passed: before, nothing was measured.
const MONTHS_MIN: f64 = 2.0;
/// Past years at most whose errors count.
const YEARS_MAX: usize = 8;
/// Past errors without which rates and stocks are not forecast: there is no common measure of theirs.
const YEARS_MIN: usize = 3;

/// A projection and its scale of error, both as numbers of the judged unit.
#[derive(Debug, Clone, Copy)]
struct Projection {
    method: ForecastMethod,
    value: f64,
    scale: f64,
    years: usize,
}

impl AssessmentInput<'_> {
    /// Projects the window's end from the value `actual` at the period of `at`; `None` for kinds and times that have no
    /// forecast.
    ///
    /// # Errors
    /// When past years are missing.
    pub(super) fn forecast<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        line: &Trajectory,
        months: Months,
        work: &mut W,
    ) -> Option<Result<Forecast, Missing>> {
        let elapsed = self.forecast_elapsed(months)?;
        let method = self.forecast_method()?;
        // Of most indicators nothing older is known.
        let series = if method == ForecastMethod::Shares { self.levels() } else { Some(&self.series) };
        let first = series.and_then(|series| series.get(0)).map(|first| first.period.end());
        if first.is_none_or(|first| first >= self.needed_since(method)) {
            return Some(Err(Missing::PastYears));
        }
        let projected = match method {
            ForecastMethod::Shares => self.by_shares(at, actual, elapsed, work),
            ForecastMethod::Rate => self.by_rate(at, actual, work),
            ForecastMethod::Increments => self.by_increments(at, actual, work),
        };
        let told = projected.and_then(|projection| self.told(projection, actual, line, work));
        Some(told.ok_or(Missing::PastYears))
    }

    /// Months elapsed, when the window is a year of which enough has passed and some is left.
    fn forecast_elapsed(&self, months: Months) -> Option<f64> {
        let window = self.subject.window;
        if !(window.is_whole_months() && window.months() == 12) {
            return None;
        }
        let elapsed = months.elapsed as f64 / months.denominator as f64;
        (elapsed >= MONTHS_MIN && months.elapsed < months.total).then_some(elapsed)
    }

    fn forecast_method(&self) -> Option<ForecastMethod> {
        let basis = self.measure().basis;
        // The rate or stock of a single month is not on its way to the year's.
        let alone = basis == Basis::Period;
        match self.row.forecast {
            ForecastFrom::Shares => Some(ForecastMethod::Shares),
            ForecastFrom::SharesOrIncrements if self.adds_up() => Some(ForecastMethod::Shares),
            ForecastFrom::Rates if !alone => Some(ForecastMethod::Rate),
            ForecastFrom::Increments | ForecastFrom::SharesOrIncrements if !alone => {
                Some(ForecastMethod::Increments)
            }
            _ => None,
        }
    }

    /// The day before which something must be known: rates and stocks need so many years.
    fn needed_since(&self, method: ForecastMethod) -> NaiveDate {
        let start = self.subject.window.start();
        let years = match method {
            ForecastMethod::Shares => return start,
            ForecastMethod::Rate => YEARS_MIN - 1,
            ForecastMethod::Increments => YEARS_MIN,
        };
        start.with_year(start.year() - years as i32).unwrap_or(start)
    }

    /// The projection with its interval, its probability, and the working of both.
    fn told<W: Working>(
        &self,
        projection: Projection,
        actual: Decimal,
        line: &Trajectory,
        work: &mut W,
    ) -> Option<Forecast> {
        let Projection { method, value: projected, scale, years } = projection;
        let odds = if method == ForecastMethod::Shares { Odds::AMOUNTS } else { Odds::OWN };
        let stays = self.accumulates();
        // As many past years ended above it as below: what is foretold and how likely the target is missed say one thing.
        let mut value = projected + scale * odds.median;
        if stays {
            value = value.max(actual.to_f64()?);
        }
        let mut low = projected + scale * odds.quantile_low;
        if stays {
            low = low.max(actual.to_f64()?).min(value);
        }
        let high = projected + scale * odds.quantile_high;
        let allowance = self.allowance(line.scale);
        let mark = line.mark(allowance).ok()?;
        let away = (mark.to_f64()? - projected) / scale;
        let met = line.is_met(actual, self.requirement.strict, allowance).ok()?;
        // Before the year is over: a limit is used up, or what was promised is there.
        let decided = (stays && met != line.ceiling).then_some(!met);
        let p_miss = match decided {
            Some(missed) => f64::from(u8::from(missed)),
            None => odds.misses(away, line.ceiling),
        };
        if ![value, low, high].iter().all(|number| number.abs() < LARGEST) {
            return None;
        }
        let (years, places) = (u32::try_from(years).ok()?, self.measure().precision + 1);
        let forecast = Forecast { method, years, value, low, high, p_miss, places };
        work.step(
            "预测值和区间（八成把握） = 推算值 + 误差尺度 × 历史误差的中位数和一成、九成分位数；已累计完成的不会减少",
            |inputs| {
                inputs.with("推算值", plain(projected)).with("误差尺度", plain(scale));
                inputs.with("中位数", odds.median);
                inputs.with("一成分位数", odds.quantile_low).with("九成分位数", odds.quantile_high);
                format!("{}，区间{}至{}", forecast.value(), forecast.low(), forecast.high())
            },
        );
        work.step(
            "完不成目标的可能性 = 历史误差落在目标不利一侧的比例，在两个分位数之间按直线推算",
            |inputs| {
                inputs.with("目标", mark).with("目标比推算值高几个误差尺度", plain(away));
                for (fraction, quantile) in odds.around(away).into_iter().flatten() {
                    inputs.with(format!("历史误差低于{quantile}个尺度的比例"), fraction);
                }
                if decided.is_some() {
                    inputs.with("已成定局", "实际已经达到目标或超出限额");
                }
                forecast.p_miss().to_string()
            },
        );
        Some(forecast)
    }
}

/// A number as it is written in a step.
fn plain(number: f64) -> String {
    Decimal::from_f64(number)
        .map_or_else(|| "—".to_owned(), |number| number.round_dp(4).normalize().to_string())
}
