//! Growth rates of the year to date, of which no amounts are known.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use crate::pace::assessment_input::AssessmentInput;
use crate::pace::working::Working;
use crate::{Observation, Period};

use super::by_amounts::three_months_before;
use super::odds::{Family, Odds};
use super::{Axis, ForecastMethod, Projection, YEARS_MAX, float, odds, plain};

/// A single year counts at most with this error, in points.
const ERROR_MAX: f64 = 15.0;
/// So many years' errors the usual one weighs.
const USUAL_YEARS: f64 = 2.0;
/// The spread of a rate of which nothing else is known, in points, and how much of an own movement it weighs.
const SPREAD: (f64, f64) = (5.0, 0.25);
/// So many years without an error, less than this in points, leave no doubt.
const YEARS_SURE: usize = 3;
const SURE: f64 = 1e-9;
/// How much wider years have ended than independent months would make them.
const WIDER: f64 = 1.4;

impl AssessmentInput<'_> {
    pub(super) fn by_rate<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        (elapsed, ceiling): (f64, bool),
        work: &mut W,
    ) -> Option<Projection> {
        let (now, window) = (float(actual), self.subject.window);
        let recent = self.recent_rate(window, at.period, now, elapsed);
        let value = carried(now, recent, elapsed);
        let (mut errors, mut last_end) = (Vec::new(), None);
        let (mut year, mut period) = (window, at.period);
        let oldest = self.series.get(0)?.period.end();
        for back in 0..YEARS_MAX {
            let (Some(window), Some(part)) = (year.last_year(), period.last_year()) else { break };
            if window.end() < oldest {
                break;
            }
            (year, period) = (window, part);
            let end = self.rate(window);
            if back == 0 {
                last_end = end;
            }
            if let (Some(end), Some(then)) = (end, self.rate(part)) {
                errors.push(end - carried(then, self.recent_rate(window, part, then, elapsed), elapsed));
            }
        }
        let spread = self.spread(at);
        let usual = WIDER * spread * ((12.0 - elapsed) / elapsed).sqrt();
        let scale = odds::scale(&errors, ERROR_MAX, usual, USUAL_YEARS);
        describe(now, recent, value, elapsed, work);
        work.step(
            "误差尺度 = √((往年误差平方和 + 2 × 通常误差²) ÷ (往年个数 + 2))；通常误差 = 1.4 × 波动 × √(剩余月数 ÷ 已过月数)",
            |inputs| {
                inputs.with("波动（各期累计增速前后变动折算，没有时按5个百分点）", plain(spread));
                inputs.with("通常误差", plain(usual)).with("已过月数", plain(elapsed));
                for (back, error) in (1..).zip(&errors) {
                    inputs.with(format!("第{back}个往年的误差"), plain(*error));
                }
                plain(scale)
            },
        );
        // Three years that ended as foretold, to the last place: it is as good as set.
        let set = errors.len() >= YEARS_SURE && errors.iter().all(|error| error.abs() < SURE);
        let scale = if set { 0.0 } else { scale };
        let place = [value, scale * self.times(), last_end.unwrap_or(value)];
        let odds = Odds::new(Family::Rates, elapsed, ceiling, place);
        Some(Projection { method: ForecastMethod::Rate, odds, axis: Axis::Plain, years: errors.len() })
    }

    fn rate(&self, period: Period) -> Option<f64> {
        Some(float(self.series.at(period, self.basis)?.value))
    }

    /// What the last three months grew by, so that they and the months before make the rate to date.
    fn recent_rate(&self, window: Period, period: Period, rate: f64, elapsed: f64) -> Option<f64> {
        let before = three_months_before(period.end()).filter(|end| *end > window.start())?;
        let before = self.rate(Period::new(period.start(), before).ok()?)?;
        Some((elapsed * rate - (elapsed - 3.0) * before) / 3.0)
    }

    /// How far a whole year's rate strays when its months stray independently, as the rates to date of the last years moved:
    /// the mean of moved² × k·l ÷ 12(l − k), from month k to month l of one year. The latest move is left out: a worse figure
    /// would otherwise bring its own excuse.
    fn spread(&self, at: &Observation) -> f64 {
        let since = self.subject.window.start().year() - i32::try_from(YEARS_MAX).unwrap_or(8);
        let (usual, weight) = SPREAD;
        let (mut sum, mut count) = (weight * usual * usual, weight);
        let eve = at.period.end().pred_opt().unwrap_or_default();
        let mut before: Option<(&Observation, f64)> = None;
        for one in self.series.until(eve).filter(|one| one.period.end().year() >= since) {
            let month = self.months_of(one.period);
            if let Some((last, last_month)) = before
                && last.period.start() == one.period.start()
                && month > last_month
            {
                let moved = float(one.value - last.value);
                sum += moved * moved * last_month * month / (12.0 * (month - last_month));
                count += 1.0;
            }
            before = Some((one, month));
        }
        (sum / count).sqrt()
    }

    fn months_of(&self, period: Period) -> f64 {
        f64::from(period.months())
    }
}

/// The year's rate when the rest of it grows as the last three months did.
fn carried(rate: f64, recent: Option<f64>, elapsed: f64) -> f64 {
    recent.map_or(rate, |recent| (elapsed * rate + (12.0 - elapsed) * recent) / 12.0)
}

fn describe<W: Working>(now: f64, recent: Option<f64>, value: f64, elapsed: f64, work: &mut W) {
    work.step(
        "全年增速推算 = (已过月数 × 至今增速 + 剩余月数 × 近三个月增速) ÷ 12；近三个月增速 = (已过月数 × 至今增速 − 三个月前的月数 × 三个月前的累计增速) ÷ 3，不足四个月时即至今增速",
        |inputs| {
            inputs.with("至今增速(%)", plain(now)).with("已过月数", plain(elapsed));
            inputs.with("近三个月增速(%)", recent.map_or_else(|| "—".to_owned(), plain));
            plain(value)
        },
    );
}
