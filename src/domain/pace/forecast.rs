//! Whether the year will be missed: where an indicator will stand when its window ends, and how likely that falls short.
//!
//! Projections that an official can check by hand, each for what it suits, and one idea of how wrong they are: as wrong as
//! the same projection was, at the same month, in the years before, beside what is usual. Only the indicator's own series
//! is read, as it is known at `as_of`, and how wrong the forecasts of the whole instance were lately. The ends of the
//! interval and the probability are read off one curve, [`odds`]. Calculated in binary floating point by `+ − × ÷ √` and
//! by functions of `libm`, which are the same on every machine, so that a past verdict comes out bit for bit; the rest of
//! a verdict never rests on it.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};

use crate::kind::ForecastFrom;
use crate::{Basis, Figure, Kind, Observation, text_enum};

use super::Missing;
use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::trajectory::Trajectory;
use super::working::Working;

mod by_amounts;
mod by_rates;
mod by_stocks;
mod error_scale;
mod odds;
mod past;

pub use error_scale::ErrorScale;

use odds::Odds;

text_enum! {
    /// How a window's end was projected.
    ForecastMethod "forecast_method" {
        /// Amounts: the mean of last year's share, of three years' mean share, and of the growth of the last three months and
        /// of single months, the latest weighing most.
        Shares = "shares",
        /// Growth whose amounts are known: projected as these amounts, given back as growth.
        GrownAmounts = "grown_amounts",
        /// Growth of which only the rate to date is known: the rest of the year grows as the last three months did.
        Rate = "rate",
        /// Stocks and shares: what the rest of the year usually adds, and what the last twelve months did.
        Increments = "increments",
    }
}

impl ForecastMethod {
    /// The words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Shares => "按历年占比和近月增速推算",
            Self::GrownAmounts => "按历年占比和近月增速推算全年总量，折回增速",
            Self::Rate => "只有累计增速，按至今和近三个月增速推算，误差按该指标自身波动估计",
            Self::Increments => "按历年同期以后的增量和近一年走势推算",
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
    /// What the values were read off.
    odds: Odds,
    axis: Axis,
    /// Months passed.
    elapsed: f64,
    /// How the instance's errors stretched the scale.
    times: f64,
}

impl Forecast {
    /// The value expected at the window's end: as likely too high as too low.
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

    /// The same before rounding.
    pub fn exact_p_miss(&self) -> f64 {
        self.p_miss
    }

    /// Whether it may call for a letter and be told in one: what one month says, or a rate of which no past year is known, is
    /// shown, and warns nobody.
    pub fn warns(&self) -> bool {
        self.elapsed >= MONTHS_WARN && (self.method != ForecastMethod::Rate || self.years > 0)
    }

    /// How wrong it was when the year ended with `came`, beside what is usual after so many months: 1 on the average.
    /// `None` where nothing was left to err.
    pub fn surprise(&self, came: Decimal) -> Option<f64> {
        let error = self.axis.of(float(came)) - self.odds.middle;
        let raw = Odds { scale: self.odds.scale / self.times, ..self.odds };
        Some(raw.surprise(error, self.elapsed)).filter(|surprise| surprise.is_finite())
    }
}

/// Larger values are not forecast; every smaller one can be written as a decimal.
const LARGEST: f64 = 1e27;

fn rounded(number: f64, places: u32) -> Decimal {
    Decimal::from_f64(number).unwrap_or_default().round_dp(places).normalize()
}

/// Months of a window that must have passed: before, nothing was measured.
const MONTHS_MIN: f64 = 1.0;
/// Months after which a forecast may warn: January alone, before the Spring Festival is over, says little.
const MONTHS_WARN: f64 = 2.0;
/// Past years at most whose errors count.
const YEARS_MAX: usize = 8;

/// What a value of the judged figure is to the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Axis {
    /// Its logarithm.
    Amount,
    /// The logarithm of what grows from `base` by so many percent.
    Grown {
        /// Last year's amount, of the same kind as the published growth.
        base: f64,
    },
    /// Itself.
    Plain,
}

impl Axis {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Amount => libm::log(value.max(0.0)),
            Self::Grown { base } => libm::log((base * (1.0 + value / 100.0)).max(0.0)),
            Self::Plain => value,
        }
    }

    fn back(self, place: f64) -> f64 {
        match self {
            Self::Amount => libm::exp(place),
            Self::Grown { base } => (libm::exp(place) / base - 1.0) * 100.0,
            Self::Plain => place,
        }
    }
}

/// A projection with the distribution of its error.
#[derive(Debug, Clone, Copy)]
struct Projection {
    method: ForecastMethod,
    odds: Odds,
    axis: Axis,
    years: usize,
}

impl AssessmentInput<'_> {
    /// Projects the window's end from the value `actual` at the period of `at`; `None` when the window is over.
    ///
    /// # Errors
    /// When past years are missing, or what is judged has no forecast: the reason.
    pub(super) fn forecast<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        line: &Trajectory,
        months: Months,
        work: &mut W,
    ) -> Option<Result<Forecast, Missing>> {
        if months.elapsed >= months.total {
            return None;
        }
        Some(self.foretold(at, actual, line, months, work))
    }

    fn foretold<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        line: &Trajectory,
        months: Months,
        work: &mut W,
    ) -> Result<Forecast, Missing> {
        let method = self.forecast_method()?;
        let window = self.subject.window;
        if !(window.is_whole_months() && window.months() == 12) || self.averages_rates() {
            return Err(Missing::WholeYear);
        }
        let elapsed = months.elapsed as f64 / months.denominator as f64;
        if elapsed < MONTHS_MIN {
            return Err(Missing::FirstMonth);
        }
        let how = (elapsed, line.ceiling);
        let projected = match method {
            // Of most indicators nothing older is known.
            _ if method != ForecastMethod::Rate && !self.knows_before(method, window.start()) => None,
            ForecastMethod::Shares => self.by_shares(at, actual, how, work),
            ForecastMethod::GrownAmounts => self.by_grown_amounts(at, actual, how, work),
            ForecastMethod::Rate => self.by_rate(at, actual, how, work),
            ForecastMethod::Increments => self.by_increments(at, actual, how, work),
        };
        let projected = match projected {
            None if method == ForecastMethod::GrownAmounts => self.by_rate(at, actual, how, work),
            projected => projected,
        };
        let told = projected.and_then(|projection| self.told(projection, (actual, elapsed), line, work));
        told.ok_or(Missing::PastYears)
    }

    fn forecast_method(&self) -> Result<ForecastMethod, Missing> {
        // The rate or stock of a single month is not on its way to the year's.
        let alone = self.basis == Basis::Period;
        match self.row.forecast {
            ForecastFrom::Nothing => Err(Missing::NotForeseeable),
            ForecastFrom::Shares => Ok(ForecastMethod::Shares),
            ForecastFrom::SharesOrIncrements if self.accumulates() => Ok(ForecastMethod::Shares),
            _ if alone => Err(Missing::MonthAlone),
            ForecastFrom::Rates if self.levels().is_some() => Ok(ForecastMethod::GrownAmounts),
            _ if self.figure == Figure::Yoy => Ok(ForecastMethod::Rate),
            _ => Ok(ForecastMethod::Increments),
        }
    }

    /// Whether anything is known of the years before the window.
    fn knows_before(&self, method: ForecastMethod, start: NaiveDate) -> bool {
        let series = if method == ForecastMethod::Increments { Some(&self.series) } else { self.levels() };
        series.and_then(|series| series.get(0)).is_some_and(|first| first.period.end() < start)
    }

    /// How the errors of the whole instance stretch the scale.
    fn times(&self) -> f64 {
        self.known.error_scale.map_or(1.0, ErrorScale::times)
    }

    /// The projection with its interval, its probability, and the working of both.
    fn told<W: Working>(
        &self,
        projection: Projection,
        (actual, elapsed): (Decimal, f64),
        line: &Trajectory,
        work: &mut W,
    ) -> Option<Forecast> {
        let Projection { method, odds, axis, years } = projection;
        let reached = if self.accumulates() { float(actual) } else { f64::NEG_INFINITY };
        // What was added up is not lost again.
        let [low, value, high] =
            [0.1, 0.5, 0.9].map(|probability| axis.back(odds.quantile(probability)).max(reached));
        let p_miss = self.misses(odds, axis, actual, line)?;
        if ![value, low, high].iter().all(|number| number.abs() < LARGEST) {
            return None;
        }
        let (years, places) = (u32::try_from(years).ok()?, self.measure().precision + 1);
        let times = self.times();
        let forecast =
            Forecast { method, years, value, low, high, p_miss, places, odds, axis, elapsed, times };
        self.describe(&forecast, line, work);
        Some(forecast)
    }

    /// The probability that the target is missed: on the bad side of its mark, or beyond the far end of a range that is to
    /// be kept; certain where a limit is used up or what was promised is there.
    fn misses(&self, odds: Odds, axis: Axis, actual: Decimal, line: &Trajectory) -> Option<f64> {
        let allowance = self.allowance(line.scale);
        let met = line.is_met(actual, self.requirement.strict, allowance).ok()?;
        let mark = axis.of(float(line.mark(allowance).ok()?));
        let far = self
            .requirement
            .far
            .filter(|_| self.requirement.kind == Kind::Range && self.requirement.hold && !line.ceiling);
        if let Some(far) = far {
            let beyond = odds.misses(axis.of(float(far)), true);
            let short = if self.accumulates() && met { 0.0 } else { odds.misses(mark, false) };
            return Some((short + beyond).min(0.99));
        }
        // Before the year is over: a limit is used up, or what was promised is there.
        let decided = self.accumulates() && met != line.ceiling;
        Some(if decided { f64::from(u8::from(!met)) } else { odds.misses(mark, line.ceiling) })
    }

    fn describe<W: Working>(&self, forecast: &Forecast, line: &Trajectory, work: &mut W) {
        let Forecast { odds, axis, times, .. } = *forecast;
        let [a, b, c] = odds.coefficients;
        if let Some(scale) = self.known.error_scale {
            work.step("误差尺度按本系统近三年的误差调整", |inputs| {
                inputs.with("倍数", scale.value()).with("调整前", plain(odds.scale / times));
                plain(odds.scale)
            });
        }
        work.step(
            "预测值和区间（八成把握） = 下面的可能性为五成、一成、九成时的年末值；已累计完成的不会减少",
            |_| format!("{}，区间{}至{}", forecast.value(), forecast.low(), forecast.high()),
        );
        work.step(
            "完不成目标的可能性 = 1 ÷ (1 + e^(−L))，L = a + b × arsinh(1.5 × u) + c × t；u = (目标 − 推算值) ÷ 误差尺度，t = 0.3 × (目标 − 上年) ÷ 误差尺度（不超出±3），总量取自然对数后相减；越低越好的取1减",
            |inputs| {
                let Some(mark) = line.mark(self.allowance(line.scale)).ok() else { return String::new() };
                let height = odds.height(axis.of(float(mark)));
                inputs.with("目标", mark).with("推算值", plain(axis.back(odds.middle)));
                inputs.with("误差尺度", plain(odds.scale)).with("上年", plain(axis.back(odds.last_year)));
                inputs.with("u", plain(height.above_projection)).with("t", plain(height.above_last_year));
                inputs.with("a", plain(a)).with("b", plain(b)).with("c", plain(c));
                inputs.with("L", plain(height.logit));
                if forecast.p_miss <= 0.0 || forecast.p_miss >= 1.0 {
                    inputs.with("已成定局", "实际已经达到目标或超出限额");
                }
                forecast.p_miss().to_string()
            },
        );
    }
}

/// Powers of ten that are exact.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// The nearest binary number: of up to fifteen digits by one division of exact numbers, which is several times as fast.
fn float(number: Decimal) -> f64 {
    let power = usize::try_from(number.scale()).ok().and_then(|scale| TENS.get(scale));
    match (i64::try_from(number.mantissa()), power) {
        (Ok(digits), Some(power)) if digits.unsigned_abs() < 1 << 53 => digits as f64 / power,
        _ => number.to_f64().unwrap_or(f64::NAN),
    }
}

/// A number as it is written in a step.
fn plain(number: f64) -> String {
    Decimal::from_f64(number)
        .map_or_else(|| "—".to_owned(), |number| number.round_dp(4).normalize().to_string())
}
