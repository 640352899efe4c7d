//! One indicator as of one date: its promise and what is known of its series.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kind::{AddsUp, FallsBack, ReportedBy, WayFrom};
use crate::{Basis, Figure, Kind, KindRow, Measure, Observation, Period, Status, TextEnum};

use super::months::Calendar;
use super::requirement::{Requirement, adds_up, is_percent, values_add_up};
use super::series::{Series, Wanted, find, is_later};
use super::{Known, Missing, RulePack, Subject};

/// What an assessment works on.
pub(super) struct AssessmentInput<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) known: &'a Known<'a>,
    pub(super) pack: &'a RulePack,
    pub(super) as_of: NaiveDate,
    pub(super) requirement: Requirement,
    /// What the promise's kind means.
    pub(super) row: &'static KindRow,
    pub(super) calendar: Calendar,
    /// The figure judged.
    pub(super) figure: Figure,
    /// The basis of what is judged: the measure's, or the one that a rate of the year or a sum is reported in instead.
    pub(super) basis: Basis,
    /// The judged figure, in that basis.
    pub(super) series: Series<'a>,
    /// Levels, when growth is judged; values to rank by, when places are.
    pub(super) beside: Option<Series<'a>>,
    /// Whether any planned growth rate is known.
    pub(super) plans: bool,
    /// Whether values in the measure's unit add up.
    pub(super) unit_adds_up: bool,
    /// See [`super::Assessment::judged_as`].
    pub(super) judged_as: Option<Kind>,
}

impl<'a> AssessmentInput<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        known: &'a Known<'a>,
        pack: &'a RulePack,
        requirement: Requirement,
        as_of: NaiveDate,
    ) -> Self {
        let row = requirement.kind.row();
        let wanted = |figure| Wanted::of(subject, row, figure, as_of);
        let mut figure = row.figure;
        let mut series = Series::of(known.own, wanted(figure));
        // Comparisons and trends are of growth; where none is known at all, of the values themselves. A lid on a measure
        // in percent (居民消费价格涨幅) may be reported as a growth rate.
        if series.is_empty() && row.may_fall_back(&subject.measure.unit) {
            figure = other(figure);
            series = Series::of(known.own, wanted(figure));
        }
        let any = |figure| known.own.iter().any(|observation| observation.figure == figure);
        let beside = match row.way {
            WayFrom::Rate if any(Figure::Level) => Some(Series::of(known.own, wanted(Figure::Level))),
            WayFrom::Place => {
                let rates = any(Figure::Yoy);
                Some(Series::of(known.own, wanted(if rates { Figure::Yoy } else { Figure::Level })))
            }
            _ => None,
        };
        if requirement.advances && series.is_empty() {
            // The measure's own values are places.
            figure = Figure::Level;
            series = Series::of(known.own, wanted(figure));
        }
        let mut basis = subject.measure.basis;
        let other_basis = basis_beside(subject, row, figure, &requirement);
        if let Some((other, _)) =
            other_basis.filter(|(_, first)| *first || series.latest_in(subject.window).is_none())
            && known.own.iter().any(|one| one.figure == figure && one.basis == other)
        {
            let wanted = Wanted::in_basis(subject, row, (figure, other), as_of);
            let beside = Series::of(known.own, wanted);
            if beside.latest_in(subject.window).is_some() {
                (series, basis) = (beside, other);
            }
        }
        let plans = row.way == WayFrom::Rate && known.own.iter().any(|o| o.status == Status::Plan);
        let calendar = Calendar::of(subject.window);
        let unit_adds_up = values_add_up(&subject.measure.name, &subject.measure.unit);
        let mut input = Self {
            subject,
            known,
            pack,
            as_of,
            requirement,
            row,
            calendar,
            figure,
            basis,
            series,
            beside,
            plans,
            unit_adds_up,
            judged_as: None,
        };
        if subject.target.is_some_and(|target| target.kind != requirement.kind) {
            input.judged_as = Some(requirement.kind);
        }
        if let Some(kind) = input.other_kind() {
            (input.row, input.judged_as) = (kind.row(), Some(kind));
            // What each month must bring is no way to go.
            input.requirement.hold |= requirement.each_period || requirement.mean;
        }
        input
    }

    /// The kind by which the promise is judged, where that is not its own. A limit of a stock that stood above it when the window
    /// began is the end of a way down (降至300以下), unlike one that holds from the first day (控制在300以内). Days that are counted and to
    /// be reached (优良天数达到310天) are a sum, whatever their unit.
    fn other_kind(&self) -> Option<Kind> {
        let (requirement, measure) = (&self.requirement, self.subject.measure);
        let stock = measure.basis == Basis::Point;
        let above = |value| self.baseline().is_some_and(|base| base > value);
        match requirement.kind {
            Kind::Cap if requirement.comes_down && stock && self.figure == Figure::Level => {
                requirement.value.is_some_and(above).then_some(Kind::Level)
            }
            // A running count has no start but nothing.
            Kind::Level if self.is_running_count() => Some(Kind::Total),
            // What each month must bring is no sum, nor is a score or a stock that must not fall below its number.
            Kind::Total if requirement.each_period || requirement.mean => Some(Kind::Level),
            Kind::Total if stock && self.holds_from_the_start() => Some(Kind::Level),
            _ => None,
        }
    }

    /// Whether a stock without a start is held against its number: a score, a rate, and what must not fall below it.
    pub(super) fn holds_from_the_start(&self) -> bool {
        let floor = self.requirement.floor && !self.requirement.anew;
        self.measure().unit == "分" || !self.unit_adds_up || floor
    }

    /// Whether what is to be reached is counted from the window's start: an amount of the year to date for which nobody gave a start
    /// and that began anew with the year, or days that are counted.
    fn is_running_count(&self) -> bool {
        const KEPT: [&str; 5] = ["余额", "保有", "存量", "在册", "总数"];
        let (requirement, measure) = (&self.requirement, self.subject.measure);
        let counted = match measure.basis {
            Basis::Point => false,
            Basis::Cumulative => self.subject.baseline.is_none() && !self.goes_on(),
            Basis::Period => !adds_up(&measure.unit),
        };
        let kept = KEPT.iter().any(|word| measure.name.contains(word));
        counted
            && self.unit_adds_up
            && !kept
            && !requirement.each_period
            && !requirement.mean
            && !requirement.ceiling
    }

    /// Whether the window's first value is no less than the last one before it: what is counted from the year's start begins anew, so
    /// that this one is kept from year to year, whatever its measure says.
    fn goes_on(&self) -> bool {
        let start = self.subject.window.start();
        let first = (0..).map_while(|index| self.series.get(index)).find(|one| one.period.end() >= start);
        let eve = start.pred_opt().and_then(|eve| self.stock(eve));
        first.zip(eve).is_some_and(|(first, eve)| first.value >= eve)
    }

    /// Whether the mean of the months of the window is judged.
    pub(super) fn averages(&self) -> bool {
        self.basis != Basis::Point
            && !self.accumulates()
            && (self.requirement.mean && self.figure == Figure::Level || self.averages_prices())
    }

    /// Whether a year's rise of prices is promised, which is the mean of the months' rates.
    fn averages_prices(&self) -> bool {
        const PRICES: [&str; 4] = ["价格", "物价", "CPI", "PPI"];
        let measure = self.measure();
        self.basis == Basis::Period
            && PRICES.iter().any(|word| measure.name.contains(word))
            && matches!(self.row.way, WayFrom::Rate | WayFrom::ZeroOrFlat)
            && (self.figure == Figure::Yoy || is_percent(&measure.unit))
            && !self.requirement.each_period
    }

    /// Whether `at` is the rate of a month within a longer window, which says nothing of the window as a whole.
    pub(super) fn is_rate_of_a_month(&self, at: &Observation) -> bool {
        self.basis == Basis::Period
            && is_of_the_year(self.subject, self.row, self.figure, &self.requirement)
            && !self.averages()
            && at.period.start() > self.subject.window.start()
    }

    pub(super) fn measure(&self) -> &'a Measure {
        self.subject.measure
    }

    /// The series of levels, whichever figure is judged.
    pub(super) fn levels(&self) -> Option<&Series<'a>> {
        if self.figure == Figure::Level {
            return Some(&self.series);
        }
        self.beside.as_ref().filter(|_| self.row.way == WayFrom::Rate)
    }

    /// The index of the latest value of the window; nodes of a milestone may be reported after it, too.
    pub(super) fn latest(&self) -> Option<usize> {
        let window = self.subject.window;
        if self.row.reported_by != ReportedBy::Nodes {
            return self.series.latest_in(window);
        }
        let until = window.end().max(self.as_of);
        self.series.latest_in(Period::new(window.start(), until).ok()?)
    }

    /// Whether values add up from the start of the window, rather than standing for themselves.
    pub(super) fn adds_up(&self) -> bool {
        let basis = self.basis;
        match self.row.adds_up {
            AddsUp::Always => basis != Basis::Point,
            AddsUp::ByUnit => {
                !self.requirement.between
                    && basis != Basis::Point
                    && self.unit_adds_up
                    && !self.requirement.each_period
                    && !self.requirement.mean
            }
            AddsUp::Never => false,
        }
    }

    /// Whether what is judged adds up and stays: a growth rate does not, though the levels behind it do.
    pub(super) fn accumulates(&self) -> bool {
        self.figure == Figure::Level && self.adds_up()
    }

    /// The value judged at the period of `at`: what has been added up since the start of the window, the mean of the months since
    /// then, or the value as reported.
    pub(super) fn actual(&self, at: &Observation) -> Result<Decimal, Missing> {
        if self.averages_rates() && at.period.start() == self.subject.window.start() {
            return Ok(at.value);
        }
        if self.requirement.each_period {
            return self.of_one_month(at).map(|(_, value)| value);
        }
        if self.averages() && self.figure == Figure::Level && self.unit_adds_up {
            return self.mean_of_sums(at);
        }
        if self.averages() || self.averages_rates() {
            return self.series.mean(self.subject.window.start(), at);
        }
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
            if self.starts_from_nothing() {
                return Some(Decimal::ZERO);
            }
            let eve = self.subject.window.start().pred_opt()?;
            if self.requirement.advances {
                return Some(self.series.get(self.series.ending(eve)?)?.value);
            }
            self.stock(eve)
        })
    }

    /// Whether a share is how much of the window's own work is done (支出进度): it begins at nothing, whatever last year ended with.
    pub(super) fn starts_from_nothing(&self) -> bool {
        const DONE: [&str; 16] = [
            "进度",
            "支出率",
            "支付率",
            "拨付率",
            "执行率",
            "开工率",
            "竣工率",
            "完工率",
            "完成率",
            "到位率",
            "发放率",
            "兑付率",
            "投产率",
            "交付率",
            "落实率",
            "办结率",
        ];
        let (requirement, measure) = (&self.requirement, self.measure());
        self.row.way == WayFrom::BaselineOrLevel
            && measure.basis == Basis::Cumulative
            && is_percent(&measure.unit)
            && !requirement.ceiling
            && !requirement.hold
            && DONE.iter().any(|word| measure.name.contains(word))
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
        self.figure_of(observations, self.figure, period)
    }

    /// Another series' value of a figure at a period, in the measure's basis or, failing that, in any.
    pub(super) fn figure_of(
        &self,
        observations: &[Observation],
        figure: Figure,
        period: Period,
    ) -> Option<Decimal> {
        let wanted =
            |basis| Wanted { basis, months: None, ..Wanted::of(self.subject, self.row, figure, self.as_of) };
        let own = self.basis;
        find(observations, period, wanted(own))
            .or_else(|| {
                let others = Basis::ALL.iter().filter(|basis| **basis != own);
                others.into_iter().find_map(|basis| find(observations, period, wanted(*basis)))
            })
            .map(|observation| observation.value)
    }
}

impl KindRow {
    /// Whether the other of level and growth is judged where the kind's own figure was never reported.
    pub(super) fn may_fall_back(&self, measure_unit: &str) -> bool {
        match self.falls_back {
            FallsBack::Never => false,
            FallsBack::Always => true,
            FallsBack::InPercent => is_percent(measure_unit),
        }
    }
}

/// The basis in which the judged figure may be known beside the measure's own, and whether it goes first: a year's growth is that of
/// the year to date and not of its last month; single months make up a year to date.
pub(super) fn basis_beside(
    subject: &Subject<'_>,
    row: &KindRow,
    figure: Figure,
    requirement: &Requirement,
) -> Option<(Basis, bool)> {
    let measure = subject.measure;
    match measure.basis {
        Basis::Period if is_of_the_year(subject, row, figure, requirement) => Some((Basis::Cumulative, true)),
        Basis::Cumulative if figure == Figure::Level && values_add_up(&measure.name, &measure.unit) => {
            let sums = row.adds_up != AddsUp::Never || row.way == WayFrom::Baseline;
            sums.then_some((Basis::Period, false))
        }
        _ => None,
    }
}

/// Whether the growth of a whole window is promised of a measure whose single months are reported.
pub(super) fn is_of_the_year(
    subject: &Subject<'_>,
    row: &KindRow,
    figure: Figure,
    requirement: &Requirement,
) -> bool {
    figure == Figure::Yoy
        && matches!(row.way, WayFrom::Rate | WayFrom::ZeroOrFlat)
        && subject.measure.basis == Basis::Period
        && !requirement.each_period
        && subject.window.months() > subject.measure.frequency.months()
}

/// Growth for level, level for growth.
pub(super) fn other(figure: Figure) -> Figure {
    if figure == Figure::Yoy { Figure::Level } else { Figure::Yoy }
}
