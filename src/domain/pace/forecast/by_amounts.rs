//! Amounts: four projections of what the year will have added up, and growth that is asked of them.

use chrono::{Datelike as _, Days, Months as MonthSpan, NaiveDate};
use rust_decimal::Decimal;

use crate::pace::assessment_input::AssessmentInput;
use crate::pace::series::Series;
use crate::pace::working::Working;
use crate::{Basis, Observation, Period};

use super::odds::{Family, Odds};
use super::past::{self, Past, Year};
use super::{Axis, ForecastMethod, Projection, float, odds, plain};

/// So many years' errors the usual one weighs.
const USUAL_YEARS: f64 = 2.0;
/// A single year counts at most with this error, in logs: a rebased series is not a forecast that went wrong.
const ERROR_MAX: f64 = 0.6;
/// The growth of single months counts so far back: after twelve steps a month weighs less than a thousandth.
const STEPS: usize = 12;
/// Growth published and growth of the amounts may lie so far apart before the amounts are of something else.
const APART_MAX: f64 = 0.1;

impl AssessmentInput<'_> {
    pub(super) fn by_shares<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        (elapsed, ceiling): (f64, bool),
        work: &mut W,
    ) -> Option<Projection> {
        let levels = self.levels()?;
        let past = self.past_amounts(at.period.end(), actual, levels)?;
        let three = past.project(0)?;
        let monthly = self.monthly_growth(at.period.end(), levels, past.ratio_to_date(0)?);
        let fourth = past.carried_on(0, monthly)?;
        let value = (three.iter().sum::<f64>() + fourth) / 4.0;
        let (errors, usual, variance) = (past.errors(), odds::usual_error(elapsed), past::variance(three));
        let own = odds::scale(&errors, ERROR_MAX, usual, USUAL_YEARS);
        let scale = (own * own + 2.0 * variance).sqrt();
        describe_four(&past, three, (monthly, fourth), value, work);
        work.step(
            "误差尺度（对数）= √((往年误差平方和 + 2 × 通常误差²) ÷ (往年个数 + 2) + 2 × 前三种推算的方差)，每个往年至多算0.6",
            |inputs| {
                inputs.with("通常误差", plain(usual)).with("前三种推算（对数）的方差", plain(variance));
                for (back, error) in (1..).zip(&errors) {
                    inputs.with(format!("第{back}个往年的误差 = ln(全年 ÷ 前三种推算的平均)"), plain(*error));
                }
                plain(scale)
            },
        );
        let last = past.year(1)?.whole?;
        let place = [libm::log(value), scale * self.times(), libm::log(last)];
        Some(Projection {
            method: ForecastMethod::Shares,
            odds: Odds::new(Family::Amounts, elapsed, ceiling, place),
            axis: Axis::Amount,
            years: errors.len(),
        })
    }

    /// A growth target where the amounts are known: last year's amount grown by it is an amount to reach. The amounts say
    /// how the rest of the year goes on; the rate to date is the one that was published, whatever the amounts make of it.
    pub(super) fn by_grown_amounts<W: Working>(
        &self,
        at: &Observation,
        growth: Decimal,
        (elapsed, ceiling): (f64, bool),
        work: &mut W,
    ) -> Option<Projection> {
        let levels = self.levels()?;
        let part = Period::new(self.subject.window.start(), at.period.end()).ok()?;
        let reached = self.added_over(part, levels).ok()?;
        let before = float(self.added_over(part.last_year()?, levels).ok()?);
        let last = float(self.added_over(self.subject.window.last_year()?, levels).ok()?);
        // What the amounts grew by, over what was published.
        let apart = float(reached) / before / (1.0 + float(growth) / 100.0);
        if !((apart - 1.0).abs() < APART_MAX && last > 0.0) {
            return None;
        }
        let by_amounts = self.by_shares(at, reached, (elapsed, ceiling), work)?;
        let base = last * apart;
        work.step(
            "增速目标折成总量 = 可比基数 × (1 + 增速)；可比基数 = 上年全年 × (总量之比 ÷ (1 + 公布的至今增速))",
            |inputs| {
                inputs.with("上年全年", plain(last)).with("至今总量", reached);
                inputs.with("上年同期", plain(before)).with("公布的至今增速(%)", growth);
                plain(base)
            },
        );
        let axis = Axis::Grown { base };
        Some(Projection { method: ForecastMethod::GrownAmounts, axis, ..by_amounts })
    }

    /// This year's and the past years' amounts, as far back as they are known.
    fn past_amounts(&self, day: NaiveDate, actual: Decimal, levels: &Series<'_>) -> Option<Past> {
        let reached = |part: Period| self.added_over(part, levels).ok();
        let mut window = self.subject.window;
        let mut part = Period::new(window.start(), day).ok()?;
        let before = |part: Period| {
            let end = three_months_before(part.end())?;
            (end > part.start()).then(|| Period::new(part.start(), end).ok()).flatten()
        };
        let recent = |part: Period| before(part).and_then(reached).map(float);
        let mut years = [None; past::YEARS];
        years[0] = Some(Year { reached: float(actual), recent: recent(part), whole: None });
        let oldest = levels.get(0)?.period.end();
        for slot in &mut years[1..] {
            (window, part) = (window.last_year()?, part.last_year()?);
            if part.end() < oldest {
                break;
            }
            let known = reached(part).zip(reached(window));
            let known = known.map(|(part, whole)| (float(part), float(whole)));
            *slot = known.map(|(reached, whole)| Year { reached, recent: recent(part), whole: Some(whole) });
        }
        Some(Past { years })
    }

    /// What single months were of the same months a year earlier, the latest weighing most: Σ 2⁻ᵏ new ÷ Σ 2⁻ᵏ old, k
    /// publications back, January and February as one; held within half and twice the year to date.
    fn monthly_growth(&self, day: NaiveDate, levels: &Series<'_>, to_date: f64) -> f64 {
        let (mut new, mut old, mut weight) = (0.0, 0.0, 1.0);
        let (mut window, mut end) = (self.subject.window, day);
        let mut at_end = [None; 2];
        for _ in 0..STEPS {
            if end < window.start() {
                let Some(year) = window.last_year() else { break };
                (window, at_end) = (year, [None; 2]);
            }
            let Some(step) = step_before(window, end, levels) else { break };
            let gained = self.gained((window, step), levels, &mut at_end[0]);
            let last_year = window.last_year().zip(step.last_year());
            let before = last_year.and_then(|years| self.gained(years, levels, &mut at_end[1]));
            if let (Some(now), Some(before)) = (gained, before) {
                new += weight * now;
                old += weight * before;
            }
            weight /= 2.0;
            let Some(eve) = step.start().pred_opt() else { break };
            end = eve;
        }
        let ratio = new / old;
        if old > 0.0 && ratio.is_finite() { ratio.clamp(to_date * 0.5, to_date * 2.0) } else { to_date }
    }

    /// What was added over a step of a year; `at_end` is what the year had reached by the step's end, where the step after it
    /// has told, and then by its start.
    fn gained(
        &self,
        (window, step): (Period, Period),
        levels: &Series<'_>,
        at_end: &mut Option<f64>,
    ) -> Option<f64> {
        if self.basis == Basis::Period {
            return levels.sum(step).ok().map(float);
        }
        let reached =
            |end: NaiveDate| self.added_over(Period::new(window.start(), end).ok()?, levels).ok().map(float);
        let all = at_end.take().or_else(|| reached(step.end()));
        if step.start() == window.start() {
            return all;
        }
        *at_end = reached(step.start().pred_opt()?);
        Some(all? - (*at_end)?)
    }
}

/// The days of a year since the publication before `end`, January and February as one.
fn step_before(window: Period, end: NaiveDate, levels: &Series<'_>) -> Option<Period> {
    let first_month = window.start().checked_add_months(MonthSpan::new(1))?.pred_opt()?;
    let before = levels.end_before(end).filter(|before| *before > first_month || end == first_month);
    let start = match before.filter(|before| *before >= window.start()) {
        Some(before) => before.succ_opt()?,
        None => window.start(),
    };
    Period::new(start, end).ok()
}

fn describe_four<W: Working>(
    past: &Past,
    by: [f64; 3],
    (monthly, fourth): (f64, f64),
    value: f64,
    work: &mut W,
) {
    let of = |number: Option<f64>| number.map_or_else(String::new, plain);
    work.step("推算一 = 实际 ÷ 上年同期占全年的比例", |inputs| {
        inputs.with("实际", of(past.year(0).map(|now| now.reached)));
        inputs.with("上年同期", of(past.year(1).map(|last| last.reached)));
        inputs.with("上年全年", of(past.year(1).and_then(|last| last.whole)));
        plain(by[0])
    });
    work.step("推算二 = 实际 ÷ 近三年同期占全年比例的平均", |inputs| {
        inputs.with("平均比例", of(past.mean_share(0)));
        plain(by[1])
    });
    work.step(
        "推算三 = 实际 + 上年余下各月 × 近三个月与上年同期之比（不超出累计之比的0.6至1.6倍）",
        |inputs| {
            inputs.with("之比", of(past.recent_ratio(0)));
            plain(by[2])
        },
    );
    work.step(
        "推算四 = 实际 + 上年余下各月 × 逐月与上年同月之比的加权（最近一期为1，每往前一期减半，1—2月算一期；不超出累计之比的0.5至2倍）",
        |inputs| {
            inputs.with("之比", plain(monthly));
            plain(fourth)
        },
    );
    work.step("全年推算 = 四种推算的平均", |inputs| {
        for (name, value) in ["推算一", "推算二", "推算三"].into_iter().zip(by) {
            inputs.with(name, plain(value));
        }
        inputs.with("推算四", plain(fourth));
        plain(value)
    });
}

/// The same day three months earlier; the end of a month stays one.
pub(super) fn three_months_before(day: NaiveDate) -> Option<NaiveDate> {
    let next = day.checked_add_days(Days::new(1))?;
    if next.day() == 1 {
        return next.checked_sub_months(MonthSpan::new(3))?.checked_sub_days(Days::new(1));
    }
    day.checked_sub_months(MonthSpan::new(3))
}
