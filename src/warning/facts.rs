//! The facts of a letter: what was found, in the numbers and words that will be frozen with it.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use crate::domain::pace::{self, Assessment, CurveUsed, Forecast, Ratio, ShareFrom};
use crate::domain::{Grade, Kind, Measure, Period};
use crate::letter::{Benchmark, LetterLine, LineForecast, Quantity, Rank, Span};
use crate::store::judging::Evidence;

/// Most places a number is printed with.
const PLACES_MAX: u32 = 4;

/// One line of a letter, without its number and the names of indicator and region.
pub(super) fn line(evidence: &Evidence, assessment: &Assessment) -> LetterLine {
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
    LetterLine {
        ordinal: 0,
        indicator: String::new(),
        region: String::new(),
        kind,
        better: evidence.measure.better,
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
        forecast: assessment
            .forecast
            .map(|forecast| forecast_line(&forecast, assessment.grade, evidence, &print)),
        months_left: assessment.data_period.map(|period| months_left(period, evidence.window)),
        rank: assessment.rank.map(|rank| rank_among(rank, &evidence.region)),
        benchmarks: benchmarks(assessment, &print),
        grade_label: assessment.grade.chinese().to_owned(),
        curve_label: assessment.curve_used.map(|curve| curve_label(curve).to_owned()).filter(|_| amount),
        streak: Some(assessment.streak.unsigned_abs()).filter(|streak| *streak > 1),
        rule_text: Some(assessment.rule.id.chinese().to_owned()),
        missing: assumed(assessment),
        trend: None,
    }
}

/// The line of a report that is missing: which, since when, and what was reported last.
pub(super) fn missing_report(
    evidence: &Evidence,
    assessment: &Assessment,
    period: Period,
    due_on: NaiveDate,
) -> LetterLine {
    LetterLine {
        period: Some(period.into()),
        latest_period: assessment.data_period.map(Span::from),
        report_due_on: Some(due_on),
        actual: None,
        expected: None,
        shortfall: None,
        shortfall_points: None,
        completion: None,
        completion_due: None,
        completion_last_year: None,
        needed: None,
        average_so_far: None,
        forecast: None,
        months_left: None,
        rank: None,
        benchmarks: Vec::new(),
        grade_label: Grade::OverdueReport.chinese().to_owned(),
        curve_label: None,
        streak: None,
        rule_text: None,
        missing: Vec::new(),
        ..line(evidence, assessment)
    }
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

fn forecast_line(
    forecast: &Forecast,
    grade: Grade,
    evidence: &Evidence,
    print: &Printing<'_>,
) -> LineForecast {
    // Held by the threshold of a warning in force: a reminder of it speaks of the same forecast.
    let warns = evidence.pack.level_by_forecast(grade, Some(forecast.p_miss()), true).is_some();
    LineForecast {
        value: print.value(forecast.value()),
        low: print.value(forecast.low()),
        high: print.value(forecast.high()),
        p_miss: Quantity::new(forecast.p_miss() * Decimal::ONE_HUNDRED, "%", 0),
        decides: warns && matches!(grade, Grade::Ahead | Grade::OnPace),
    }
}

/// A place among the regions of the same level.
fn rank_among(rank: pace::Rank, region: &str) -> Rank {
    let among = if region.ends_with("0000") {
        "省（区、市）"
    } else if region.ends_with("00") {
        "市州"
    } else {
        "县市区"
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Rank { place: count(rank.position), of: count(rank.of), among: among.to_owned() }
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
pub(super) struct Printing<'m> {
    pub(super) unit: &'m str,
    difference_unit: &'m str,
    pub(super) places: u32,
}

impl<'m> Printing<'m> {
    pub(super) fn of(kind: Kind, measure: &'m Measure, actual: Option<Decimal>) -> Self {
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
