//! The three projections of a window's end, each with the scale of its past errors.

use chrono::{Datelike as _, Days, Months as MonthSpan, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::pace::assessment_input::AssessmentInput;
use crate::pace::working::Working;
use crate::{Observation, Period};

use super::past::{self, Past, Year};
use super::{ForecastMethod, Projection, YEARS_MAX, odds, plain};

impl AssessmentInput<'_> {
    pub(super) fn by_shares<W: Working>(
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
        let usual = odds::usual_error(elapsed);
        let scale = odds::amount_scale(&errors, usual) * value;
        describe_shares(&past, [last, three, recent], work);
        work.step(
            "误差尺度 = 预测 × √((往年误差平方和 + 4 × 通常误差²) ÷ (往年个数 + 4))，每个往年至多算60%",
            |inputs| {
                inputs.with("预测", plain(value)).with("通常误差(%)", plain(usual * 100.0));
                for (back, error) in (1..).zip(&errors) {
                    inputs.with(format!("第{back}个往年的误差(%)"), plain(error * 100.0));
                }
                plain(scale)
            },
        );
        Some(Projection { method: ForecastMethod::Shares, value, scale, years: errors.len() })
    }

    /// This year's and the past years' amounts, as far back as they are known.
    fn past_amounts(&self, day: NaiveDate, actual: Decimal) -> Option<Past> {
        let levels = self.levels()?;
        let reached = |part: Period| self.added_over(part, levels).ok();
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

    pub(super) fn by_rate<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        work: &mut W,
    ) -> Option<Projection> {
        let value = actual.to_f64()?;
        let errors = self.past_rest(at, YEARS_MAX);
        let errors: Vec<f64> = errors.into_iter().flatten().collect();
        let scale = odds::own_scale(&errors)?;
        work.step(
            "全年增速预测 = 至今增速（往年误差取全年增速与同期增速之差）",
            |inputs| {
                inputs.with("至今增速(%)", actual);
                plain(value)
            },
        );
        describe_own_scale(&errors, scale, work);
        Some(Projection { method: ForecastMethod::Rate, value, scale, years: errors.len() })
    }

    pub(super) fn by_increments<W: Working>(
        &self,
        at: &Observation,
        actual: Decimal,
        work: &mut W,
    ) -> Option<Projection> {
        // What the rest of each past year added; an error needs up to three earlier ones.
        let added = self.past_rest(at, YEARS_MAX + 3);
        let usual = |years: &[Option<f64>]| past::mean(years.iter().take(3).copied().flatten());
        let more = usual(&added)?;
        let value = actual.to_f64()? + more;
        let errors: Vec<f64> = (0..added.len().min(YEARS_MAX))
            .filter_map(|back| Some(added[back]? - usual(added.get(back + 1..)?)?))
            .collect();
        let scale = odds::own_scale(&errors)?;
        work.step(
            "年末预测 = 实际 + 近三年同期以后增量的平均（往年误差同样推算）",
            |inputs| {
                inputs.with("实际", actual);
                for (back, one) in (1..).zip(added.iter().take(3)) {
                    let text = one.map_or_else(|| "—".to_owned(), plain);
                    inputs.with(format!("前{back}年同期以后的增量"), text);
                }
                plain(value)
            },
        );
        describe_own_scale(&errors, scale, work);
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
}

fn describe_shares<W: Working>(past: &Past, by: [f64; 3], work: &mut W) {
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
        for (name, value) in ["推算一", "推算二", "推算三"].into_iter().zip(by) {
            inputs.with(name, plain(value));
        }
        plain((by[0] + by[1] + by[2]) / 3.0)
    });
}

fn describe_own_scale<W: Working>(errors: &[f64], scale: f64, work: &mut W) {
    work.step("误差尺度 = √(往年误差平方和 ÷ 往年个数)", |inputs| {
        for (back, error) in (1..).zip(errors) {
            inputs.with(format!("第{back}个往年的误差"), plain(*error));
        }
        plain(scale)
    });
}

/// The same day three months earlier; the end of a month stays one.
fn three_months_before(day: NaiveDate) -> Option<NaiveDate> {
    let next = day.checked_add_days(Days::new(1))?;
    if next.day() == 1 {
        return next.checked_sub_months(MonthSpan::new(3))?.checked_sub_days(Days::new(1));
    }
    day.checked_sub_months(MonthSpan::new(3))
}
