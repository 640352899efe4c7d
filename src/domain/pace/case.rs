//! One indicator as of one date: its promise and what is known of its series.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Basis, Figure, Kind, Measure, Observation, Period, Status, TextEnum};

use super::months::Calendar;
use super::promise::{Promise, adds_up, is_percent};
use super::series::{Series, Wanted, find, is_later};
use super::{Known, Missing, RulePack, Subject};

/// What an assessment works on.
pub(super) struct Case<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) known: &'a Known<'a>,
    pub(super) pack: &'a RulePack,
    pub(super) as_of: NaiveDate,
    pub(super) promise: Promise,
    pub(super) calendar: Calendar,
    /// The figure judged.
    pub(super) figure: Figure,
    /// The judged figure, in the measure's basis.
    pub(super) series: Series<'a>,
    /// Levels, when growth is judged.
    levels: Option<Series<'a>>,
    /// Whether any planned growth rate is known.
    pub(super) plans: bool,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        known: &'a Known<'a>,
        pack: &'a RulePack,
        promise: Promise,
        as_of: NaiveDate,
    ) -> Self {
        let wanted = |figure| Wanted { figure, basis: subject.measure.basis, as_of };
        let mut figure = judged_figure(promise.kind);
        let mut series = Series::of(known.own, wanted(figure));
        // Comparisons and trends are of growth; where none is known at all, of the values themselves. A lid on a measure
        // in percent (居民消费价格涨幅) may be reported as a growth rate.
        let percent = is_percent(&subject.measure.unit);
        let may_fall_back = promise.kind == Kind::Trend
            || (percent && (is_versus(promise.kind) || promise.kind == Kind::Cap));
        if series.is_empty() && may_fall_back {
            figure = if figure == Figure::Yoy { Figure::Level } else { Figure::Yoy };
            series = Series::of(known.own, wanted(figure));
        }
        let is = |observation: &Observation, figure| observation.figure == figure;
        let levels = (promise.kind == Kind::Growth && known.own.iter().any(|o| is(o, Figure::Level)))
            .then(|| Series::of(known.own, wanted(Figure::Level)));
        let plans = promise.kind == Kind::Growth && known.own.iter().any(|o| o.status == Status::Plan);
        let calendar = Calendar::of(subject.window);
        Self { subject, known, pack, as_of, promise, calendar, figure, series, levels, plans }
    }

    pub(super) fn measure(&self) -> &'a Measure {
        self.subject.measure
    }

    /// The series of levels, whichever figure is judged.
    pub(super) fn levels(&self) -> Option<&Series<'a>> {
        if self.figure == Figure::Level { Some(&self.series) } else { self.levels.as_ref() }
    }

    /// Whether values add up from the start of the window, rather than standing for themselves.
    pub(super) fn adds_up(&self) -> bool {
        let basis = self.measure().basis;
        basis != Basis::Point
            && match self.promise.kind {
                Kind::Total => true,
                Kind::Cap => basis == Basis::Cumulative && adds_up(&self.measure().unit),
                Kind::Range | Kind::Growth => adds_up(&self.measure().unit),
                _ => false,
            }
    }

    /// Whether what is judged adds up and stays: a growth rate does not, though the levels behind it do.
    pub(super) fn accumulates(&self) -> bool {
        self.figure == Figure::Level && self.adds_up()
    }

    /// The value judged at the period of `at`: what has been added up since the start of the window, or the value
    /// as reported.
    pub(super) fn actual(&self, at: &Observation) -> Result<Decimal, Missing> {
        if !self.accumulates() || at.period.start() == self.subject.window.start() {
            return Ok(at.value);
        }
        let span =
            Period::new(self.subject.window.start(), at.period.end()).map_err(|_| Missing::GapInPeriods)?;
        self.series.sum(span)
    }

    /// The value at the start of the window: as given, or the last one reported before it began.
    pub(super) fn baseline(&self) -> Option<Decimal> {
        self.subject.baseline.or_else(|| {
            let eve = self.subject.window.start().pred_opt()?;
            self.stock(eve)
        })
    }

    /// The level reported for a day (or a period ending that day).
    pub(super) fn stock(&self, day: NaiveDate) -> Option<Decimal> {
        let levels = self.levels()?;
        levels.get(levels.ending(day)?).map(|observation| observation.value)
    }

    /// The growth rate planned for a period, when one was handed down.
    pub(super) fn planned_rate(&self, at: &Observation) -> Option<Decimal> {
        if !self.plans {
            return None;
        }
        let mut best: Option<&Observation> = None;
        for plan in self.known.own.iter().filter(|o| o.status == Status::Plan && o.figure == Figure::Yoy) {
            let fits = plan.period == at.period && plan.basis == at.basis && plan.published_on <= self.as_of;
            if fits && best.is_none_or(|known| is_later(plan, known)) {
                best = Some(plan);
            }
        }
        best.map(|plan| plan.value)
    }

    /// Another series' value of the judged figure at a period, in the measure's basis or, failing that, in any.
    pub(super) fn value_of(&self, observations: &[Observation], period: Period) -> Option<Decimal> {
        let wanted = |basis| Wanted { figure: self.figure, basis, as_of: self.as_of };
        let own = self.measure().basis;
        find(observations, period, wanted(own))
            .or_else(|| {
                let others = Basis::ALL.iter().filter(|basis| **basis != own);
                others.into_iter().find_map(|basis| find(observations, period, wanted(*basis)))
            })
            .map(|observation| observation.value)
    }
}

/// Which figure a kind is judged by.
fn judged_figure(kind: Kind) -> Figure {
    match kind {
        Kind::Growth | Kind::VersusBenchmark | Kind::VersusIndicator | Kind::Trend => Figure::Yoy,
        _ => Figure::Level,
    }
}

/// Whether a kind compares with another series.
pub(super) fn is_versus(kind: Kind) -> bool {
    matches!(kind, Kind::VersusBenchmark | Kind::VersusIndicator)
}
