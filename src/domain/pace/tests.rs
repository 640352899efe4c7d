//! The engine's tests: `known` facts, `kinds` one by one, `forecast`, `edges` where verdicts went wrong,
//! `context` (curves, comparisons, history), `needed` what is asked for from
//! here, `stages` of a figure, `laws` by proptest.

use super::*;
use crate::{Basis, Better, Comparator, CurveKind, Doubt, Figure, Frequency, Kind, Status};
use uuid::Uuid;

mod context;
mod edges;
mod forecast;
mod forecast_laws;
mod kinds;
mod known;
mod laws;
mod months;
mod needed;
mod other_kinds;
mod read_otherwise;
mod stages;
mod stale;
mod windows;

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn year(year: i32) -> Period {
    span(&format!("{year}-01-01"), &format!("{year}-12-31"))
}

fn span(start: &str, end: &str) -> Period {
    Period::new(day(start), day(end)).unwrap()
}

/// A number a test expects, or `None` for "-".
fn maybe(text: &str) -> Option<Decimal> {
    (text != "-").then(|| n(text))
}

/// Rounded to four places, or "-".
fn shown(value: Option<Ratio>) -> String {
    value.map_or_else(|| "-".to_owned(), |ratio| rounded(ratio.value().unwrap(), 4).to_string())
}

/// A whole indicator that tests bend to their needs.
#[derive(Clone)]
struct Given {
    measure: Measure,
    target: Option<Target>,
    curve: Curve,
    baseline: Option<Decimal>,
    window: Period,
    own: Vec<Observation>,
}

impl Given {
    fn new(kind: Kind, comparator: Comparator, value: &str, unit: &str) -> Self {
        let measure = Measure::new(
            "某指标",
            if kind == Kind::Growth { "亿元" } else { unit },
            (Basis::Cumulative, Better::Higher, Frequency::Monthly),
            None,
            2,
        );
        let target = Target {
            kind,
            comparator: Some(comparator),
            value: maybe(value),
            value_hi: None,
            unit: unit.to_owned(),
            hedge: None,
            phrase: "某目标".to_owned(),
            benchmark: None,
        };
        Self {
            measure: measure.unwrap(),
            target: Some(target),
            curve: Curve::LinearMonths,
            baseline: None,
            window: year(2025),
            own: Vec::new(),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn better(self, better: Better) -> Self {
        self.with(|given| given.measure.better = better)
    }

    fn basis(self, basis: Basis) -> Self {
        self.with(|given| given.measure.basis = basis)
    }

    fn curve(self, curve: Curve) -> Self {
        self.with(|given| given.curve = curve)
    }

    fn from(self, baseline: &str) -> Self {
        self.with(|given| given.baseline = maybe(baseline))
    }

    fn to(self, high: &str) -> Self {
        self.target(|target| target.value_hi = maybe(high))
    }

    fn target(self, change: impl FnOnce(&mut Target)) -> Self {
        self.with(|given| change(given.target.as_mut().unwrap()))
    }

    fn figure(&self) -> Figure {
        self.target.as_ref().unwrap().kind.row().figure
    }

    /// One value of the judged figure, from 1 January of its year (for stocks and single months: of its own month).
    fn at(self, end: &str, value: &str) -> Self {
        let figure = self.figure();
        let month = &end[..7];
        let start = if self.measure.basis == Basis::Cumulative { &end[..4] } else { month };
        let start = if start.len() == 4 { format!("{start}-01-01") } else { format!("{start}-01") };
        let basis = self.measure.basis;
        self.value(observation(&start, end, basis, figure, value))
    }

    fn value(self, observation: Observation) -> Self {
        self.with(|given| given.own.push(observation))
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            measure: &self.measure,
            target: self.target.as_ref(),
            curve: &self.curve,
            baseline: self.baseline,
            window: self.window,
            region: "430000",
        }
    }

    fn known(&self) -> Known<'_> {
        Known { own: &self.own, ..Known::default() }
    }

    fn assess(&self) -> Assessment {
        self.assess_by(&RulePack::standard(), &self.known())
    }

    /// As of the day the latest fact became known, so that nothing more is due.
    fn assess_by(&self, pack: &RulePack, known: &Known<'_>) -> Assessment {
        let last = self.own.iter().map(|fact| fact.published_on).max();
        self.assess_on(&last.unwrap_or(day("2025-12-31")).to_string(), pack, known)
    }

    /// Always both ways: with working and without must agree.
    fn assess_on(&self, as_of: &str, pack: &RulePack, known: &Known<'_>) -> Assessment {
        let assessment = assess(&self.subject(), known, pack, day(as_of));
        let (with_working, steps) = assess_with_working(&self.subject(), known, pack, day(as_of));
        assert_eq!(assessment, with_working);
        assert!(steps.iter().all(|step| !step.formula.is_empty() && !step.result.is_empty()));
        assessment
    }
}

fn observation(start: &str, end: &str, basis: Basis, figure: Figure, value: &str) -> Observation {
    Observation {
        id: Uuid::nil(),
        period: span(start, end),
        basis,
        figure,
        value: n(value),
        status: Status::Preliminary,
        stage: None,
        published_on: day(end) + chrono::Days::new(18),
        of: None,
        partial: !span(start, end).ends_with_month(),
        vintage: 1,
    }
}

/// A year-to-date growth rate.
fn growth(end: &str, value: &str) -> Observation {
    observation(&format!("{}-01-01", &end[..4]), end, Basis::Cumulative, Figure::Yoy, value)
}

/// A year-to-date amount.
fn amount(end: &str, value: &str) -> Observation {
    observation(&format!("{}-01-01", &end[..4]), end, Basis::Cumulative, Figure::Level, value)
}
