//! Whether the year will be missed: where an indicator will stand when its window ends, and how likely that falls short.
//!
//! Three projections that an official can check by hand, each for what it suits, and one idea of how wrong they are: as
//! wrong as the same projection was, at the same month, in the years before. Only past years of the indicator's own
//! series are read, as they are known at `as_of`; without them nothing is forecast. The ends of the interval and the
//! probability come from [`odds`]. Calculated in binary floating point by `+ − × ÷ √` alone, which round the same on every
//! machine, so that a past verdict comes out bit for bit; the rest of a verdict never rests on it.

use chrono::{Datelike as _, Days, Months as MonthSpan, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};

use crate::domain::{Basis, Kind, Observation, Period, text_enum};

use super::Missing;
use super::case::Case;
use super::line::Line;
use super::months::Months;
use super::working::Working;

mod odds;
mod past;

use odds::Odds;
use past::{Past, Year};

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

impl Case<'_> {
    /// Projects the window's end from the value `actual` at the period of `at`; `None` for kinds and times that have no
    /// forecast.
    ///
    /// # Errors
    /// When past years are missing.
    pub(super) fn forecast<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        line: &Line,
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
        match self.promise.kind {
            Kind::Total => Some(ForecastMethod::Shares),
            Kind::Cap if self.adds_up() => Some(ForecastMethod::Shares),
            // The rate of a single month is not on its way to the year's.
            Kind::Growth if basis != Basis::Period => Some(ForecastMethod::Rate),
            Kind::Level | Kind::Share | Kind::Change | Kind::Cap if basis != Basis::Period => {
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

    fn by_shares<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        elapsed: f64,
        work: &mut W,
    ) -> Option<Projection> {
        let past = self.past_amounts(at.period.end(), actual)?;
        let [last, three, recent] = past.project(0)?;
        let value = (last + three + recent) / 3.0;
        let errors = past.errors();
        let scale = odds::amount_scale(&errors, elapsed) * value;
        describe_shares(&past, [last, three, recent], &errors, work);
        Some(Projection { method: ForecastMethod::Shares, value, scale, years: errors.len() })
    }

    /// This year's and the past years' amounts, as far back as they are known.
    fn past_amounts(&self, day: NaiveDate, actual: Decimal) -> Option<Past> {
        let levels = self.levels()?;
        let reached = |part: Period| match self.adds_up() {
            true => levels.sum(part).ok(),
            // A running count reported as a stock.
            false => self.stock(part.end()),
        };
        let mut window = self.subject.window;
        let mut part = Period::new(window.start(), day).ok()?;
        let before = |part: Period| {
            let end = three_months_before(part.end())?;
            (end > part.start()).then(|| Period::new(part.start(), end).ok()).flatten()
        };
        let recent = |part: Period| before(part).and_then(reached).and_then(|value| value.to_f64());
        let mut years = [None; past::YEARS];
        years[0] = Some(Year { reached: actual.to_f64()?, recent: recent(part), whole: None });
        let oldest = levels.get(0)?.period.end();
        for slot in &mut years[1..] {
            (window, part) = (window.last_year()?, part.last_year()?);
            if part.end() < oldest {
                break;
            }
            let known = reached(part).zip(reached(window));
            let known = known.and_then(|(part, whole)| Some((part.to_f64()?, whole.to_f64()?)));
            *slot = known.map(|(reached, whole)| Year { reached, recent: recent(part), whole: Some(whole) });
        }
        Some(Past { years })
    }

    fn by_rate<W: Working>(&self, at: &Observation, actual: Decimal, work: &mut W) -> Option<Projection> {
        let value = actual.to_f64()?;
        let errors = self.past_rest(at, YEARS_MAX);
        let errors: Vec<f64> = errors.into_iter().flatten().collect();
        let scale = own_scale(&errors)?;
        work.step(
            "全年增速预测 = 至今增速（误差取往年同期增速与全年增速之差）",
            |inputs| {
                inputs.with("至今增速(%)", actual);
                for (back, error) in (1..).zip(&errors) {
                    inputs.with(format!("第{back}个往年的差"), plain(*error));
                }
                plain(value)
            },
        );
        Some(Projection { method: ForecastMethod::Rate, value, scale, years: errors.len() })
    }

    fn by_increments<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        work: &mut W,
    ) -> Option<Projection> {
        // What the rest of each past year added; an error needs up to three earlier ones.
        let added = self.past_rest(at, YEARS_MAX + 3);
        let usual = |years: &[Option<f64>]| {
            let known: Vec<f64> = years.iter().take(3).copied().flatten().collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        let more = usual(&added)?;
        let value = actual.to_f64()? + more;
        let errors: Vec<f64> = (0..added.len().min(YEARS_MAX))
            .filter_map(|back| Some(added[back]? - usual(added.get(back + 1..)?)?))
            .collect();
        let scale = own_scale(&errors)?;
        work.step("年末预测 = 实际 + 近三年同期以后增量的平均", |inputs| {
            inputs.with("实际", actual);
            for (back, one) in (1..).zip(added.iter().take(3)) {
                let text = one.map_or_else(|| "—".to_owned(), plain);
                inputs.with(format!("前{back}年同期以后的增量"), text);
            }
            plain(value)
        });
        Some(Projection { method: ForecastMethod::Increments, value, scale, years: errors.len() })
    }

    /// What each past year still added after the same period; the latest first.
    fn past_rest(&self, at: &Observation, most: usize) -> Vec<Option<f64>> {
        let basis = self.measure().basis;
        let Some(oldest) = self.series.get(0).map(|first| first.period.end()) else { return Vec::new() };
        let (mut window, mut period) = (self.subject.window, at.period);
        let mut years = Vec::new();
        while years.len() < most {
            let (Some(year), Some(part)) = (window.last_year(), period.last_year()) else { break };
            if part.end() < oldest {
                break;
            }
            (window, period) = (year, part);
            let value = |period| self.series.at(period, basis)?.value.to_f64();
            years.push(value(period).zip(value(window)).map(|(then, end)| end - then));
        }
        years
    }

    /// The projection with its interval, its probability, and the working of both.
    fn told<W: Working>(
        &self,
        projection: Projection,
        actual: Decimal,
        line: &Line,
        work: &mut W,
    ) -> Option<Forecast> {
        let Projection { method, value, scale, years } = projection;
        let odds = if method == ForecastMethod::Shares { Odds::AMOUNTS } else { Odds::OWN };
        let mut low = value + scale * odds.quantile_low;
        if method == ForecastMethod::Shares && self.adds_up() {
            // What has been added up stays.
            low = low.max(actual.to_f64()?).min(value);
        }
        let high = value + scale * odds.quantile_high;
        let p_below = odds.below((line.finish.to_f64()? - value) / scale);
        let p_miss = match self.settled(actual, line) {
            Some(missed) => f64::from(u8::from(missed)),
            None if line.ceiling => 1.0 - p_below,
            None => p_below,
        };
        if ![value, low, high].iter().all(|number| number.abs() < LARGEST) {
            return None;
        }
        let (years, places) = (u32::try_from(years).ok()?, self.measure().precision + 1);
        let forecast = Forecast { method, years, value, low, high, p_miss, places };
        work.step(
            "预测区间（八成把握） = 预测 + 误差尺度 × 历史误差分布的一成、九成分位数",
            |inputs| {
                inputs.with("预测", plain(value)).with("误差尺度", plain(scale)).with("往年误差个数", years);
                inputs.with("一成分位数", odds.quantile_low).with("九成分位数", odds.quantile_high);
                format!("{} 至 {}", forecast.low(), forecast.high())
            },
        );
        work.step(
            "完不成目标的可能性 = 历史误差使年末落在目标不利一侧的比例",
            |inputs| {
                inputs.with("目标", line.finish).with("预测", plain(value)).with("误差尺度", plain(scale));
                forecast.p_miss().to_string()
            },
        );
        Some(forecast)
    }

    /// Whether an amount is decided before the year is over: a limit is used up, or what was promised is there.
    fn settled(&self, actual: Decimal, line: &Line) -> Option<bool> {
        if !self.adds_up() {
            return None;
        }
        match (line.ceiling, actual.cmp(&line.finish)) {
            (true, std::cmp::Ordering::Greater) => Some(true),
            (false, std::cmp::Ordering::Greater | std::cmp::Ordering::Equal) => Some(false),
            _ => None,
        }
    }
}

fn describe_shares<W: Working>(past: &Past, by: [f64; 3], errors: &[f64], work: &mut W) {
    let year = |back: usize| past.years.get(back).copied().flatten();
    work.step("推算一 = 实际 ÷ 上年同期占全年的比例", |inputs| {
        inputs.with("实际", year(0).map_or_else(String::new, |now| plain(now.reached)));
        inputs.with("上年同期", year(1).map_or_else(String::new, |last| plain(last.reached)));
        inputs.with("上年全年", year(1).and_then(|last| last.whole).map_or_else(String::new, plain));
        plain(by[0])
    });
    work.step("推算二 = 实际 ÷ 近三年同期占全年比例的平均", |inputs| {
        inputs.with("平均比例", past.mean_share(0).map_or_else(String::new, plain));
        plain(by[1])
    });
    work.step(
        "推算三 = 实际 + 上年余下各月 × 近三个月与上年同期之比（不超出累计之比的0.6至1.6倍）",
        |inputs| {
            inputs.with("之比", past.recent_ratio(0).map_or_else(String::new, plain));
            plain(by[2])
        },
    );
    work.step("全年预测 = 三种推算的平均", |inputs| {
        for (back, error) in (1..).zip(errors) {
            inputs.with(format!("第{back}个往年的误差(%)"), plain(error * 100.0));
        }
        plain((by[0] + by[1] + by[2]) / 3.0)
    });
}

/// The root of the mean square, when there are errors enough.
fn own_scale(errors: &[f64]) -> Option<f64> {
    let sum: f64 = errors.iter().map(|error| error * error).sum();
    (errors.len() >= YEARS_MIN).then(|| (sum / errors.len() as f64).sqrt())
}

/// The same day three months earlier; the end of a month stays one.
fn three_months_before(day: NaiveDate) -> Option<NaiveDate> {
    let next = day.checked_add_days(Days::new(1))?;
    if next.day() == 1 {
        return next.checked_sub_months(MonthSpan::new(3))?.checked_sub_days(Days::new(1));
    }
    day.checked_sub_months(MonthSpan::new(3))
}

/// A number as it is written in a step.
fn plain(number: f64) -> String {
    Decimal::from_f64(number)
        .map_or_else(|| "—".to_owned(), |number| number.round_dp(4).normalize().to_string())
}
