//! Stocks and shares: what the rest of the year usually adds, and what the last twelve months did.

use rust_decimal::Decimal;

use crate::pace::assessment_input::AssessmentInput;
use crate::pace::months;
use crate::pace::working::Working;
use crate::{Observation, Period};

use super::odds::{Family, Odds};
use super::{Axis, ForecastMethod, Projection, YEARS_MAX, float, odds, past, plain};

/// So many years' errors the usual one weighs.
const USUAL_YEARS: f64 = 4.0;
/// A single year, and a single step, counts at most with this error, in logs.
const ERROR_MAX: f64 = 0.6;
/// Steps of so many months back tell how far the stock strays.
const STEPS_MONTHS: i64 = 36;

/// So many years without an error leave no doubt.
const YEARS_SURE: usize = 3;

/// One year's stock, at the same day and at its end.
type Then = (f64, f64);

impl AssessmentInput<'_> {
    pub(super) fn by_increments<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        (elapsed, ceiling): (f64, bool),
        work: &mut W,
    ) -> Option<Projection> {
        let now = float(actual);
        let (past, last_end) = self.past_stocks(at);
        let relative = now > 0.0 && past.iter().flatten().all(|(then, end)| *then > 0.0 && *end > 0.0);
        let left = 12.0 - elapsed;
        let usually = usually_added(&past, relative)?;
        let value = (added(now, usually, relative)
            + carried(now, past.first().copied().flatten(), left, relative))
            / 2.0;
        let errors: Vec<f64> = (0..past.len().min(YEARS_MAX))
            .filter_map(|back| {
                let (then, end) = past[back]?;
                let before = past.get(back + 1..)?;
                let by_usual = added(then, usually_added(before, relative)?, relative);
                let by_last = carried(then, before.first().copied().flatten(), left, relative);
                Some(apart(end, by_usual.midpoint(by_last), relative)).filter(|error| error.is_finite())
            })
            .collect();
        let spread = self.strays(at, relative)?;
        let usual = spread * left.sqrt();
        let most = if relative { ERROR_MAX } else { f64::INFINITY };
        let scale = odds::scale(&errors, most, usual, USUAL_YEARS);
        describe(now, &past, (usually, value), relative, work);
        work.step(
            "误差尺度 = √((往年误差平方和 + 4 × 通常误差²) ÷ (往年个数 + 4))；通常误差 = 近三年每月变动的均方根 × √剩余月数；数值都为正时误差和变动取对数",
            |inputs| {
                inputs.with("每月变动的均方根", plain(spread)).with("剩余月数", plain(left));
                for (back, error) in (1..).zip(&errors) {
                    inputs.with(format!("第{back}个往年的误差"), plain(*error));
                }
                plain(scale)
            },
        );
        // A stock that never moved says nothing before some years have ended.
        if scale <= 0.0 && errors.len() < YEARS_SURE {
            return None;
        }
        let axis = if relative { Axis::Amount } else { Axis::Plain };
        let scale = scale * self.times();
        let place = [axis.of(value), scale, axis.of(last_end.unwrap_or(value))];
        let odds = Odds::new(Family::Stocks, elapsed, ceiling, place);
        Some(Projection { method: ForecastMethod::Increments, odds, axis, years: errors.len() })
    }

    /// What the stock was at the same day and at the end of each past year, the latest first; and at last year's end.
    fn past_stocks(&self, at: &Observation) -> (Vec<Option<Then>>, Option<f64>) {
        let basis = self.basis;
        let value = |period: Period| Some(float(self.series.at(period, basis)?.value));
        let (mut years, mut last_end) = (Vec::new(), None);
        let Some(oldest) = self.series.get(0).map(|first| first.period.end()) else {
            return (years, last_end);
        };
        let (mut window, mut period) = (self.subject.window, at.period);
        // An error needs up to three years before it.
        while years.len() < YEARS_MAX + 3 {
            let (Some(year), Some(part)) = (window.last_year(), period.last_year()) else { break };
            if part.end() < oldest {
                break;
            }
            (window, period) = (year, part);
            let end = value(window);
            if years.is_empty() {
                last_end = end;
            }
            years.push(value(period).zip(end));
        }
        (years, last_end)
    }

    /// How far the stock moves in a month: the root of the mean of moved² ÷ months between, over three years. The latest
    /// move is left out: a worse figure would otherwise bring its own excuse.
    fn strays(&self, at: &Observation, relative: bool) -> Option<f64> {
        let since = months::index(at.period.end()) - STEPS_MONTHS;
        let (mut sum, mut count) = (0.0, 0.0);
        let mut before: Option<(i64, f64)> = None;
        for one in self.series.until(at.period.end().pred_opt()?) {
            let (month, value) = (months::index(one.period.end()), float(one.value));
            if let Some((last_month, last)) = before
                && month > last_month
                && month > since
            {
                let moved = apart(value, last, relative);
                let moved = if relative { moved.clamp(-ERROR_MAX, ERROR_MAX) } else { moved };
                if moved.is_finite() {
                    sum += moved * moved / (month - last_month) as f64;
                    count += 1.0;
                }
            }
            before = Some((month, value));
        }
        (count > 0.0).then(|| (sum / count).sqrt())
    }
}

/// What the rest of up to three years added on the average: a ratio, or an amount.
fn usually_added(past: &[Option<Then>], relative: bool) -> Option<f64> {
    let rest = |(then, end): Then| if relative { end / then } else { end - then };
    past::mean(past.iter().take(3).copied().flatten().map(rest))
}

fn added(value: f64, more: f64, relative: bool) -> f64 {
    if relative { value * more } else { value + more }
}

/// The end when the rest of the year moves as the last twelve months did.
fn carried(value: f64, last: Option<Then>, left: f64, relative: bool) -> f64 {
    let Some((then, _)) = last else { return value };
    if relative {
        value * (1.0 + (value / then - 1.0) * left / 12.0)
    } else {
        value + (value - then) * left / 12.0
    }
}

fn apart(one: f64, other: f64, relative: bool) -> f64 {
    if relative { libm::log(one / other) } else { one - other }
}

fn describe<W: Working>(
    now: f64,
    past: &[Option<Then>],
    (usually, value): (f64, f64),
    relative: bool,
    work: &mut W,
) {
    let formula = if relative {
        "年末推算 = 两种推算的平均：实际 × 近三年(年末 ÷ 同期)的平均；实际 × (1 + (实际 ÷ 上年同期 − 1) × 剩余月数 ÷ 12)"
    } else {
        "年末推算 = 两种推算的平均：实际 + 近三年(年末 − 同期)的平均；实际 + (实际 − 上年同期) × 剩余月数 ÷ 12"
    };
    work.step(formula, |inputs| {
        inputs.with("实际", plain(now)).with("近三年同期以后的平均", plain(usually));
        for (back, one) in (1..).zip(past.iter().take(3)) {
            let text =
                one.map_or_else(|| "—".to_owned(), |(then, end)| format!("{}至{}", plain(then), plain(end)));
            inputs.with(format!("前{back}年同期至年末"), text);
        }
        plain(value)
    });
}
