//! What a published growth rate covers of the window: the rate of a year to date is that of a window of one year, and of no other.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use crate::kind::{NeededBy, WayFrom};
use crate::{Basis, Figure, Observation};

use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::outlook::shown;
use super::ratio::{add, mul, sub};
use super::working::Working;
use super::{Assessment, Missing, Ratio, ShareFrom};

/// Months of a year.
const YEAR: i32 = 12;

/// What the rate of a period says of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RateCovers {
    /// All of it so far: the share of last year weighs it.
    Window,
    /// A part beside others, by months, of so many in all.
    Months(Parts),
    /// Not all of it, and the rest is not known.
    Partly,
}

/// Rates that adjoin, from the start of what the promise is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    /// Rate times months, added up.
    sum: Decimal,
    /// Months added up.
    months: i32,
    /// Months of all that the promise is of.
    all: i32,
}

impl AssessmentInput<'_> {
    /// Whether rates of years to date are judged in a window that is longer than they are.
    pub(super) fn is_of_several_years(&self) -> bool {
        self.figure == Figure::Yoy && self.basis == Basis::Cumulative && self.subject.window.months() > YEAR
    }

    /// Whether the mean of the window's rates is judged, by their months: of years on average, or of a window of twelve months
    /// that turns with a year.
    pub(super) fn averages_rates(&self) -> bool {
        let window = self.subject.window;
        let turns = window.start().year() != window.end().year() && window.months() <= YEAR;
        self.row.way == WayFrom::Rate
            && self.figure == Figure::Yoy
            && self.basis == Basis::Cumulative
            && (turns || self.is_of_several_years() && self.requirement.yearly)
    }

    /// Whether the promise is of the way from a base year to the end of several years.
    pub(super) fn is_since_base(&self) -> bool {
        self.row.way == WayFrom::Rate
            && self.is_of_several_years()
            && self.requirement.since_base
            && !self.requirement.yearly
    }

    /// What the rate of `at` says of the window so far.
    pub(super) fn rate_covers(&self, at: &Observation) -> RateCovers {
        let window = self.subject.window;
        let of_rates = self.row.needed == NeededBy::Growth && self.basis == Basis::Cumulative;
        let (start, year) = (window.start(), window.months() <= YEAR);
        if !of_rates || at.period.start() == start && year {
            return RateCovers::Window;
        }
        // A campaign that begins within a year promises the year's growth.
        let within = start.year() == window.end().year() && at.period.start() < start;
        if within && window.end().month() == 12 && window.ends_with_month() {
            let (months, all) = (at.period.months(), YEAR);
            let sum = mul(at.value, Decimal::from(months));
            return sum.map_or(RateCovers::Partly, |sum| RateCovers::Months(Parts { sum, months, all }));
        }
        if !self.averages_rates() {
            return RateCovers::Partly;
        }
        match self.parts(at) {
            Ok(Some(parts)) => RateCovers::Months(parts),
            _ => RateCovers::Partly,
        }
    }

    /// The rates from the window's start to `at`, where they adjoin.
    fn parts(&self, at: &Observation) -> Result<Option<Parts>, Missing> {
        let window = self.subject.window;
        let mut parts = Parts { sum: Decimal::ZERO, months: 0, all: window.months() };
        let mut one = at;
        loop {
            let months = one.period.months();
            parts.sum = add(parts.sum, mul(one.value, Decimal::from(months))?)?;
            parts.months += months;
            if one.period.start() <= window.start() {
                return Ok((one.period.start() == window.start()).then_some(parts));
            }
            let eve = one.period.start().pred_opt();
            let before = eve.and_then(|eve| self.series.shortest(window.start(), eve));
            let Some(before) = before else { return Ok(None) };
            one = before;
        }
    }

    /// The growth that the rest must bring where rates are weighed by months; of what is not covered none, and it is said what is missing.
    pub(super) fn needed_growth_by_months<W: Working>(
        &self,
        (at, mark, ceiling): (&Observation, Decimal, bool),
        growth: Decimal,
        months: Months,
        out: &mut Assessment,
        work: &mut W,
    ) -> Result<(), Missing> {
        if self.is_since_base() {
            out.needed = self.kept(mark, None, ceiling, growth, months);
            return Ok(());
        }
        let RateCovers::Months(parts) = self.rate_covers(at) else {
            if !self.is_over(at.period.end()) {
                out.missing.insert(Missing::WindowRate);
            }
            return Ok(());
        };
        let left = parts.all - parts.months;
        if left <= 0 {
            return Ok(());
        }
        let wanting = sub(mul(mark, Decimal::from(parts.all))?, parts.sum)?;
        let figure = Ratio::new(wanting, Decimal::from(left));
        out.needed = self.growth_of_the_rest(figure, mark, ceiling, growth, months);
        if self.row.way != WayFrom::Rate {
            return Ok(());
        }
        (out.needed_growth, out.share_from) = (figure, Some(ShareFrom::Months));
        work.step(
            "后续需增长 = (目标增速 × 总月数 − 各时段增速 × 月数之和) ÷ 剩余月数",
            |inputs| {
                inputs.with("目标增速(%)", mark).with("总月数", parts.all);
                inputs.with("各时段增速 × 月数之和", parts.sum).with("剩余月数", left);
                shown(out.needed_growth)
            },
        );
        Ok(())
    }

    /// Whether the months between the window's start and `at` have no rate, though a mean of all is judged.
    pub(super) fn lacks_rates(&self, at: &Observation) -> bool {
        self.averages_rates() && !matches!(self.parts(at), Ok(Some(_)))
    }
}
