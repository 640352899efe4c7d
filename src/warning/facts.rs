//! The facts of a letter: what was found, in the numbers and words that will be frozen with it.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::plan::Finding;
use crate::domain::pace::{Assessment, CurveUsed, Ratio, ShareFrom};
use crate::domain::{Kind, Measure, Period};
use crate::letter::{Benchmark, LetterLine, Quantity, Span};
use crate::store::StoreError;
use crate::store::rows::{LineRow, word};

/// Most places a number is printed with.
const PLACES_MAX: u32 = 4;

/// One line of a letter.
pub(super) fn line(ordinal: u32, finding: &Finding, names: &LineRow) -> Result<LetterLine, StoreError> {
    let Finding { evidence, assessment, .. } = finding;
    let target = evidence.target.as_ref();
    let kind = target.map_or(Kind::Qualitative, |target| target.kind);
    let print = Printing::of(kind, &evidence.measure, assessment.actual);
    let amount = matches!(kind, Kind::Total | Kind::Level | Kind::Range | Kind::Cap | Kind::Change);
    let percent = |ratio: Option<Ratio>| {
        value(ratio).map(|fraction| Quantity::new(fraction * Decimal::ONE_HUNDRED, "%", 2))
    };
    let needed = match kind {
        Kind::Growth => {
            value(assessment.needed_growth).map(|rate| Quantity::new(rate, "%", print.places.max(2)))
        }
        _ => value(assessment.needed_per_month).map(|amount| print.value(amount)),
    };
    let period = assessment.data_period.map(Span::from);
    Ok(LetterLine {
        ordinal,
        indicator: names.measure.clone(),
        region: names.region.clone(),
        kind,
        better: word(&names.better)?,
        target_text: target.map(|target| target.phrase.clone()).unwrap_or_default(),
        period,
        latest_period: None,
        report_due_on: None,
        actual: assessment.actual.map(|actual| print.value(actual)),
        expected: value(assessment.expected).map(|expected| print.value(expected)),
        shortfall: value(assessment.gap).map(|gap| print.difference(-gap)),
        shortfall_points: points(assessment).filter(|_| amount),
        completion: percent(assessment.completion).filter(|_| amount),
        completion_due: percent(assessment.due_fraction).filter(|_| amount),
        completion_last_year: percent(assessment.last_year_pace).filter(|_| amount),
        needed,
        average_so_far: value(assessment.average_per_month).map(|average| print.value(average)),
        months_left: assessment.data_period.map(|period| months_left(period, evidence.window)),
        rank: None,
        benchmarks: benchmarks(assessment, &print),
        grade_label: assessment.grade.chinese().to_owned(),
        curve_label: assessment.curve_used.map(|curve| curve_label(curve).to_owned()).filter(|_| amount),
        streak: u32::try_from(-assessment.streak).ok().filter(|streak| *streak > 1),
        rule_text: Some(assessment.rule.id.chinese().to_owned()),
        missing: assumed(assessment),
        trend: None,
    })
}

/// What the reader must know to check the growth still needed: last year's share was not reported, the curve stood in.
fn assumed(assessment: &Assessment) -> Vec<String> {
    let from_curve = assessment.share_from == Some(ShareFrom::Curve);
    if from_curve {
        vec!["缺少上年各月占比，后期要求按序时曲线推算".to_owned()]
    } else {
        Vec::new()
    }
}

fn points(assessment: &Assessment) -> Option<Quantity> {
    value(assessment.gap_points).map(|gap| Quantity::new(-gap, "个百分点", 2))
}

fn benchmarks(assessment: &Assessment, print: &Printing<'_>) -> Vec<Benchmark> {
    let one = |gap: &crate::domain::pace::BenchmarkGap| Benchmark {
        name: gap.name.clone(),
        value: print.value(gap.value),
        gap: print.difference(gap.gap),
    };
    assessment.benchmarks.iter().map(one).collect()
}

fn value(ratio: Option<Ratio>) -> Option<Decimal> {
    ratio.and_then(Ratio::value)
}

fn months_left(period: Period, window: Period) -> u32 {
    let (done, last) = (period.end(), window.end());
    let months = (last.year() - done.year()) * 12 + last.month0().cast_signed() - done.month0().cast_signed();
    months.max(0).unsigned_abs()
}

/// In which unit and with how many places the numbers of a line are printed.
struct Printing<'m> {
    unit: &'m str,
    difference_unit: &'m str,
    places: u32,
}

impl<'m> Printing<'m> {
    fn of(kind: Kind, measure: &'m Measure, actual: Option<Decimal>) -> Self {
        let rate = matches!(kind, Kind::Growth | Kind::VersusBenchmark | Kind::VersusIndicator);
        let unit = if rate { "%" } else { measure.unit.as_str() };
        let difference_unit = if unit == "%" { "个百分点" } else { unit };
        let own = actual.map_or(0, |actual| actual.normalize().scale());
        let usual = if rate { 1 } else { measure.precision };
        Self { unit, difference_unit, places: own.max(usual).min(PLACES_MAX) }
    }

    fn value(&self, value: Decimal) -> Quantity {
        Quantity::new(value, self.unit, self.places)
    }

    fn difference(&self, value: Decimal) -> Quantity {
        Quantity::new(value, self.difference_unit, self.places)
    }
}

fn curve_label(curve: CurveUsed) -> &'static str {
    curve.chinese()
}
