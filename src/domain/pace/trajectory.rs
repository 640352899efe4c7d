//! The line an indicator is held against: where its value should stand, period by period.

use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::{Better, Observation};

use super::assessment_input::AssessmentInput;
use super::ratio::{add, mul, sub};
use super::requirement::is_percent;
use super::{Missing, Ratio};

/// What a shortfall is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Points of the window's work.
    Progress,
    /// Percentage points of a rate or share.
    Rate,
    /// Places among siblings.
    Places,
}

/// `base + span · F(p)`: a straight promise has a span of zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trajectory {
    /// Where it starts (0 for totals, the baseline for levels); the promise itself when it does not move.
    pub(super) base: Decimal,
    /// What is to be added over the window.
    pub(super) span: Decimal,
    /// What 100 points are, positive; zero when nothing can be said in points.
    pub(super) whole: Decimal,
    /// The value that meets the target when the window ends.
    pub(super) target_value: Decimal,
    /// Whether being below is good.
    pub(super) ceiling: bool,
    /// Points of work or percentage points.
    pub(super) scale: Scale,
}

/// Where a value stands against its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) expected: Ratio,
    /// Positive is good.
    pub(super) gap: Ratio,
    /// The gap in points.
    pub(super) points: Option<Ratio>,
}

impl Trajectory {
    /// Whether the line moves with the curve.
    #[inline]
    pub(super) fn moves(&self) -> bool {
        !self.span.is_zero()
    }

    fn flat(value: Decimal, ceiling: bool, scale: Scale) -> Self {
        Self { base: value, span: Decimal::ZERO, whole: value.abs(), target_value: value, ceiling, scale }
    }

    fn path(base: Decimal, target_value: Decimal, ceiling: bool, scale: Scale) -> Result<Self, Missing> {
        let span = sub(target_value, base)?;
        Ok(Self { base, span, whole: span.abs(), target_value, ceiling, scale })
    }

    /// Positive when `value` is on the good side of `mark`.
    #[inline]
    pub(super) fn signed(&self, value: Decimal, mark: Decimal) -> Result<Decimal, Missing> {
        if self.ceiling { sub(mark, value) } else { sub(value, mark) }
    }

    /// Whether `value` meets the target itself.
    pub(super) fn is_met(&self, value: Decimal, strict: bool, allowance: Decimal) -> Result<bool, Missing> {
        let over = self.signed(value, self.target_value)?;
        if over.is_zero() {
            return Ok(!strict);
        }
        if over.is_sign_positive() || allowance.is_zero() {
            return Ok(over.is_sign_positive());
        }
        Ok(self.signed(value, self.mark(allowance)?)? >= Decimal::ZERO)
    }

    /// The value that just meets the target, short of it by an allowance in points: percentage points of a rate, percent
    /// of an amount.
    pub(super) fn mark(&self, allowance: Decimal) -> Result<Decimal, Missing> {
        let slack = match self.scale {
            _ if allowance.is_zero() => return Ok(self.target_value),
            Scale::Rate | Scale::Places => allowance,
            Scale::Progress => mul(self.target_value.abs(), allowance)? / Decimal::ONE_HUNDRED,
        };
        if self.ceiling { add(self.target_value, slack) } else { sub(self.target_value, slack) }
    }

    /// Holds `value` against the line when the fraction `due` of the work is due.
    pub(super) fn standing_of(&self, value: Decimal, due: Ratio) -> Result<Standing, Missing> {
        if !self.moves() {
            let gap = self.signed(value, self.base)?;
            return self.standing(Ratio::whole(self.base), Ratio::whole(gap));
        }
        let (numerator, denominator) = (due.numerator(), due.denominator());
        let moved = mul(self.span, numerator)?;
        let line = if self.base.is_zero() { moved } else { add(mul(self.base, denominator)?, moved)? };
        let gap = self.signed(mul(value, denominator)?, line)?;
        let over = |part| Ratio::new(part, denominator).ok_or(Missing::OutOfRange);
        self.standing(over(line)?, over(gap)?)
    }

    fn standing(&self, expected: Ratio, gap: Ratio) -> Result<Standing, Missing> {
        Ok(Standing { expected, gap, points: self.points(gap)? })
    }

    /// Whether `value` is on or above the line: the sign of the gap, without the gap.
    #[inline]
    pub(super) fn is_on(&self, value: Decimal, due: Ratio) -> Result<bool, Missing> {
        let (value, line) = if self.moves() {
            let moved = mul(self.span, due.numerator())?;
            let base = self.base;
            let line = if base.is_zero() { moved } else { add(mul(base, due.denominator())?, moved)? };
            (mul(value, due.denominator())?, line)
        } else {
            (value, self.base)
        };
        let over = self.signed(value, line)?;
        Ok(over.is_sign_positive() || over.is_zero())
    }

    /// The gap in points: percentage points for rates, points of the window's work for amounts.
    fn points(&self, gap: Ratio) -> Result<Option<Ratio>, Missing> {
        match self.scale {
            Scale::Rate => Ok(Some(gap)),
            Scale::Places => Ok(None),
            Scale::Progress => self.points_of_work(gap),
        }
    }

    /// The gap in points of the window's work; `None` when there is none to do.
    pub(super) fn points_of_work(&self, gap: Ratio) -> Result<Option<Ratio>, Missing> {
        if self.whole.is_zero() {
            return Ok(None);
        }
        let points = mul(gap.numerator(), Decimal::ONE_HUNDRED)?;
        Ok(Ratio::new(points, mul(gap.denominator(), self.whole)?))
    }

    /// The gap in percent of what is due by now.
    pub(super) fn percent_of_due(&self, gap: Ratio, due: Ratio) -> Result<Option<Ratio>, Missing> {
        let amount = if self.moves() { mul(self.span, due.numerator())? } else { self.base };
        Ok(Ratio::new(mul(gap.numerator(), Decimal::ONE_HUNDRED)?, amount.abs()))
    }
}

impl AssessmentInput<'_> {
    /// The line for the value `actual` observed for the period of `at`.
    pub(super) fn line(&self, at: &Observation, actual: Decimal) -> Result<Trajectory, Missing> {
        let requirement = &self.requirement;
        let unit = &self.subject.measure.unit;
        let scale = if is_percent(unit) { Scale::Rate } else { Scale::Progress };
        let value = || requirement.value.ok_or(Missing::TargetValue);
        match self.row.way {
            WayFrom::Zero => Trajectory::path(Decimal::ZERO, value()?, requirement.ceiling, Scale::Progress),
            WayFrom::Baseline => self.towards(value()?, actual, Scale::Progress),
            WayFrom::BaselineOrLevel if self.row.needs_value() => self.towards(value()?, actual, scale),
            WayFrom::BaselineOrLevel => {
                self.towards(requirement.value.unwrap_or(Decimal::ONE_HUNDRED), actual, scale)
            }
            WayFrom::BaselineBy => self.change(value()?),
            WayFrom::ZeroOrFlat if !self.row.limit => self.range_end(requirement.ceiling),
            WayFrom::ZeroOrFlat if self.adds_up() => {
                Trajectory::path(Decimal::ZERO, value()?, true, Scale::Progress)
            }
            WayFrom::ZeroOrFlat => Ok(Trajectory::flat(value()?, true, scale)),
            WayFrom::Rate if self.is_since_base() => {
                Trajectory::path(Decimal::ZERO, value()?, requirement.ceiling, Scale::Rate)
            }
            WayFrom::Rate => {
                let promised = value()?;
                // What is planned for a period is not planned for the mean of several.
                let planned = self.planned_rate(at).filter(|_| !self.averages_rates()).unwrap_or(promised);
                let ceiling = requirement.ceiling || (requirement.about_both_ways() && actual > promised);
                Ok(Trajectory { target_value: promised, ..Trajectory::flat(planned, ceiling, Scale::Rate) })
            }
            WayFrom::BaseRate => {
                let margin = requirement.value.unwrap_or(Decimal::ZERO);
                Ok(Trajectory::flat(add(self.base_rate(at)?, margin)?, false, Scale::Rate))
            }
            WayFrom::OtherSeries => self.versus(at),
            WayFrom::Place if requirement.advances => {
                let from = self.baseline().ok_or(Missing::Baseline)?;
                let to = sub(from, value()?.abs())?.max(Decimal::ONE);
                Ok(Trajectory::flat(to, true, Scale::Places))
            }
            WayFrom::Place => Ok(Trajectory::flat(value()?, true, Scale::Places)),
            WayFrom::Sign | WayFrom::Nodes | WayFrom::Person => Err(Missing::TargetValue),
        }
    }

    /// Whether the line is the same at every period: it neither follows another series or a planned rate nor depends
    /// on the value held against it.
    pub(super) fn line_is_fixed(&self) -> bool {
        match self.row.way {
            WayFrom::OtherSeries | WayFrom::BaseRate => false,
            WayFrom::Rate => !self.plans && !self.requirement.about_both_ways(),
            WayFrom::Baseline => self.requirement.hold || self.level_assumed() || self.baseline().is_some(),
            WayFrom::BaselineOrLevel => {
                !self.requirement.about_both_ways()
                    && (self.requirement.hold || self.level_assumed() || self.baseline().is_some())
            }
            _ => true,
        }
    }

    /// The rate that a decline is to be smaller than: as given, else that of last year as a whole, else that of the first
    /// period of the window.
    fn base_rate(&self, at: &Observation) -> Result<Decimal, Missing> {
        if let Some(given) = self.subject.baseline {
            return Ok(given);
        }
        let window = self.subject.window;
        let last_year = window.last_year().filter(|year| year.end() < window.start());
        if let Some(rate) = last_year.and_then(|year| self.value_of(self.known.own, year)) {
            return Ok(rate);
        }
        let first = (0..).map_while(|index| self.series.get(index));
        let first = first.into_iter().find(|one| one.period.end() >= window.start());
        first
            .filter(|first| first.period.end() < at.period.end())
            .map(|one| one.value)
            .ok_or(Missing::Baseline)
    }

    /// Whether a share or coverage in percent, another ratio, a score or a floor is held against its target's level for want of a value to start from.
    pub(super) fn level_assumed(&self) -> bool {
        let level = match self.row.way {
            WayFrom::BaselineOrLevel => !self.unit_adds_up,
            WayFrom::Baseline => self.holds_from_the_start(),
            _ => false,
        };
        level && !self.requirement.hold && self.baseline().is_none()
    }

    /// From the baseline to the target, or the target itself when it is to be held or was met from the start. Without
    /// a baseline a share in percent is held against the target's level, never ahead of a way that nobody knows; of others
    /// only a value that already meets the target can be judged.
    fn towards(&self, target: Decimal, actual: Decimal, scale: Scale) -> Result<Trajectory, Missing> {
        let above = self.requirement.about_both_ways() && actual > target;
        let flat = Trajectory::flat(target, self.requirement.ceiling || above, scale);
        if self.requirement.hold {
            return Ok(flat);
        }
        match self.baseline() {
            Some(base) if flat.signed(base, target)? >= Decimal::ZERO => Ok(flat),
            Some(base) => Trajectory::path(base, target, self.requirement.ceiling, scale),
            None if self.level_assumed() => Ok(flat),
            None if flat.is_met(actual, self.requirement.strict, Decimal::ZERO)? => Ok(flat),
            None => Err(Missing::Baseline),
        }
    }

    /// A rise or a decline by so much from the baseline; "at most" limits the rise, and a negative
    /// number of a higher-is-better measure the fall, at any time.
    fn change(&self, by: Decimal) -> Result<Trajectory, Missing> {
        let base = self.baseline().ok_or(Missing::Baseline)?;
        let lower = self.subject.measure.better == Better::Lower;
        let falls = by.is_sign_negative();
        let limit = add(base, by)?;
        let limits =
            if lower { self.requirement.at_most && !falls } else { self.requirement.at_most || falls };
        if limits {
            let flat = Trajectory::flat(limit, self.requirement.at_most, Scale::Progress);
            return Ok(Trajectory { whole: by.abs(), ..flat });
        }
        let target_value = if lower { sub(base, by.abs())? } else { limit };
        Trajectory::path(base, target_value, lower, Scale::Progress)
    }

    /// One end of a range: the lower as a floor, the upper as a ceiling.
    pub(super) fn range_end(&self, upper: bool) -> Result<Trajectory, Missing> {
        let end =
            if upper { self.requirement.far } else { self.requirement.value }.ok_or(Missing::TargetValue)?;
        let unit = &self.subject.measure.unit;
        if self.unit_adds_up
            && !self.requirement.between
            && !self.requirement.each_period
            && !self.requirement.mean
        {
            return Trajectory::path(Decimal::ZERO, end, upper, Scale::Progress);
        }
        let scale = if is_percent(unit) { Scale::Rate } else { Scale::Progress };
        Ok(Trajectory::flat(end, upper, scale))
    }

    /// The other series at the same period, and so much above (or, for a ceiling, below) it.
    fn versus(&self, at: &Observation) -> Result<Trajectory, Missing> {
        let other = self.known.benchmark.ok_or(Missing::Benchmark)?;
        let other = self.value_of(other.observations, at.period).ok_or(Missing::Benchmark)?;
        let margin = self.requirement.value.unwrap_or(Decimal::ZERO);
        let mark = if self.requirement.ceiling { sub(other, margin)? } else { add(other, margin)? };
        let rate = self.figure.is_rate() || is_percent(&self.subject.measure.unit);
        Ok(Trajectory::flat(mark, self.requirement.ceiling, if rate { Scale::Rate } else { Scale::Progress }))
    }
}
