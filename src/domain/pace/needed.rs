//! What is needed from here to the end of the window (后期要求): a value with its form.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::kind::{NeededBy, PrintedUnits, WayFrom};
use crate::{Basis, Figure, text_enum};

use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::outlook::per;
use super::ratio::sub;
use super::trajectory::Trajectory;
use super::{Missing, Ratio};

text_enum! {
    /// What sort of requirement it is, and so how it is said.
    NeededForm "needed_form" {
        /// An amount to be added every month (月均需完成).
        Amount = "amount",
        /// A rise towards a value, every month (月均需提高、净增).
        Rise = "rise",
        /// A fall towards a value, every month (月均需下降).
        Fall = "fall",
        /// What may still be used under a limit that adds up (月均不超过、合计不超过).
        Allowance = "allowance",
        /// The growth of the rest of the window, at least (后期需增长).
        GrowthAtLeast = "growth_at_least",
        /// The same, at most (后期增速不超过).
        GrowthAtMost = "growth_at_most",
        /// A value to be reached or kept at every period to come (保持在…以上).
        KeepAtLeast = "keep_at_least",
        /// A value not to be exceeded (控制在…以内).
        KeepAtMost = "keep_at_most",
        /// Both ends of a range to be kept (保持在…—…).
        KeepWithin = "keep_within",
        /// Days until a milestone is due; negative since it was.
        Days = "days",
        /// To be above the series it is compared with; no number when that is unknown.
        AboveOther = "above_other",
        /// To be below it.
        BelowOther = "below_other",
        /// A place among siblings to be reached or kept.
        Place = "place",
        /// To grow against the same period of last year; `end` is last year's value at the window's end, where it is known.
        Grow = "grow",
        /// To decline against it.
        Decline = "decline",
    }
}

/// What is needed from here. All numbers are in the unit of what is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// Its form.
    pub form: NeededForm,
    /// The figure of the form, exact: an amount, rise, fall or allowance for each remaining month; the growth rate of the
    /// rest; the value to keep; days; a place; the other series' value now. `None` where the number is not known.
    pub figure: Option<Ratio>,
    /// What is left altogether: the amount, the way, the allowance.
    pub left: Option<Ratio>,
    /// The value at the window's end that meets the promise.
    pub end: Option<Decimal>,
    /// The far end, where a range is to be kept.
    pub end_hi: Option<Decimal>,
    /// Months left after the period judged, parts of a month by days.
    pub months_left: Option<Ratio>,
    /// Whether reaching the end exactly is not enough (突破).
    pub strict: bool,
    /// Decimal places it is printed with.
    pub places: u32,
}

/// Most places anything is printed with.
const PLACES_MAX: u32 = 6;
/// Most places a figure that was worked out is printed with.
const PLACES_USUAL: u32 = 4;

impl NeededForm {
    /// Whether the safe side is up: of what must be added or reached, not of what may be used.
    pub fn rounds_up(self) -> bool {
        !matches!(
            self,
            Self::Allowance
                | Self::GrowthAtMost
                | Self::KeepAtMost
                | Self::BelowOther
                | Self::Place
                | Self::Decline
        )
    }

    /// The unit of its figure among those that the kind's numbers are printed in.
    pub fn unit(self, units: PrintedUnits<'_>) -> &str {
        match self {
            Self::Days => "天",
            Self::Place => "位",
            Self::GrowthAtLeast | Self::GrowthAtMost => "%",
            _ if self.is_difference() => units.difference,
            _ => units.value,
        }
    }

    /// Whether the figure is a difference of values, so that of percent it is in percentage points.
    pub fn is_difference(self) -> bool {
        matches!(self, Self::Rise | Self::Fall)
    }
}

impl Needed {
    /// Days until a milestone is due.
    pub(super) fn days(early: Decimal) -> Self {
        Self {
            form: NeededForm::Days,
            figure: Some(Ratio::whole(early)),
            left: None,
            end: None,
            end_hi: None,
            months_left: None,
            strict: false,
            places: 0,
        }
    }

    /// The figure as it is printed: rounded to the safe side, so that whoever does it makes it. Up for what must be added,
    /// down for what may be used; where equal is not enough, one unit of the last place more (or less).
    pub fn printed(&self) -> Option<Decimal> {
        self.safe(self.figure?)
    }

    /// What is left altogether, rounded to the same side.
    pub fn left_printed(&self) -> Option<Decimal> {
        self.safe(self.left?)
    }

    fn safe(&self, exact: Ratio) -> Option<Decimal> {
        let (up, unit) = (self.form.rounds_up(), Decimal::new(1, self.places));
        let strategy =
            if up { RoundingStrategy::ToPositiveInfinity } else { RoundingStrategy::ToNegativeInfinity };
        let mut printed = exact.value()?.round_dp_with_strategy(self.places, strategy);
        let step = if up { unit } else { -unit };
        // The quotient has 28 digits; the fraction itself decides.
        let over = |printed: Decimal| {
            let off = printed.checked_mul(exact.denominator())?.checked_sub(exact.numerator())?;
            Some(if up { off } else { -off })
        };
        let enough = |printed: Decimal| {
            over(printed).map(|off| off > Decimal::ZERO || (off.is_zero() && !self.strict))
        };
        while !enough(printed)? {
            printed += step;
        }
        while enough(printed - step)? {
            printed -= step;
        }
        if self.form == NeededForm::Allowance {
            printed = printed.max(Decimal::ZERO);
        }
        Some(printed)
    }
}

impl AssessmentInput<'_> {
    /// What is needed for a promise with a line; none when the window is over, the limit is broken or all is done.
    pub(super) fn needed(
        &self,
        line: Option<&Trajectory>,
        actual: Decimal,
        months: Months,
    ) -> Result<Option<Needed>, Missing> {
        let Some(line) = line else { return Ok(None) };
        match self.row.needed {
            NeededBy::Way if line.moves() || self.accumulates() => self.needed_by_way(line, actual, months),
            NeededBy::Way => {
                let both = self.requirement.hold && !line.ceiling;
                let far = self.requirement.far.filter(|_| both);
                Ok(self.kept(line.target_value, far, line.ceiling, actual, months))
            }
            NeededBy::OtherSeries => {
                let form = if line.ceiling { NeededForm::BelowOther } else { NeededForm::AboveOther };
                let figure = Some(Ratio::whole(line.target_value));
                Ok(self.rest(form, actual, months, |needed| Needed { figure, ..needed }))
            }
            NeededBy::Place => {
                let (figure, end) = (Some(Ratio::whole(line.target_value)), Some(line.target_value));
                let place = |needed| Needed { figure, end, places: 0, ..needed };
                Ok(self.rest(NeededForm::Place, actual, months, place))
            }
            NeededBy::Growth | NeededBy::Days | NeededBy::Sign | NeededBy::Nothing => Ok(None),
        }
    }

    /// What is left of a way, or of a limit that adds up.
    fn needed_by_way(
        &self,
        line: &Trajectory,
        actual: Decimal,
        months: Months,
    ) -> Result<Option<Needed>, Missing> {
        let left = months_left(months);
        let strict = self.requirement.strict;
        let way = |form, target_value: Decimal, gap: Decimal| {
            let figure = left.and_then(|left| per(gap, left));
            self.rest(form, actual, months, |needed| Needed {
                figure,
                left: Some(Ratio::whole(gap)),
                end: Some(target_value),
                ..needed
            })
        };
        // A running count may be kept as a stock of each day: it starts at nothing all the same.
        let counts = matches!(self.row.way, WayFrom::Zero | WayFrom::ZeroOrFlat);
        if line.ceiling && counts {
            if !line.is_met(actual, strict, self.allowance(line.scale))? {
                return Ok(None);
            }
            let rest = sub(line.target_value, actual)?.max(Decimal::ZERO);
            return Ok(way(NeededForm::Allowance, line.target_value, rest));
        }
        if line.is_met(actual, strict, Decimal::ZERO)? {
            // Of a range whose two ends are to be kept, the far one is a limit from now on.
            let far = self.requirement.far.filter(|_| self.requirement.hold && !self.requirement.ceiling);
            return match far {
                Some(far) if far >= actual && counts => {
                    Ok(way(NeededForm::Allowance, far, sub(far, actual)?))
                }
                _ => Ok(None),
            };
        }
        let gap = sub(line.target_value, actual)?;
        let form = match line.ceiling {
            _ if counts => NeededForm::Amount,
            true => NeededForm::Fall,
            false => NeededForm::Rise,
        };
        Ok(way(form, line.target_value, gap.abs()))
    }

    /// A value to be kept, or reached and then kept.
    pub(super) fn kept(
        &self,
        mark: Decimal,
        far: Option<Decimal>,
        ceiling: bool,
        actual: Decimal,
        months: Months,
    ) -> Option<Needed> {
        // Of two ends the one that is not kept is asked for.
        let over = far.filter(|far| actual > *far);
        let (mark, ceiling) = over.map_or((mark, ceiling), |far| (far, true));
        let form = match far {
            Some(far) if mark <= actual && actual <= far && over.is_none() => NeededForm::KeepWithin,
            _ if ceiling => NeededForm::KeepAtMost,
            _ => NeededForm::KeepAtLeast,
        };
        let far = far.filter(|_| over.is_none());
        let own = own_places(mark);
        self.rest(form, actual, months, |needed| Needed {
            figure: Some(Ratio::whole(mark)),
            end: Some(mark),
            end_hi: far,
            places: needed.places.max(own).min(PLACES_MAX),
            ..needed
        })
    }

    /// The sign of the change at the window's end; of running totals also the one that must be passed.
    pub(super) fn needed_sign(&self, actual: Decimal, months: Months, equal_is_good: bool) -> Option<Needed> {
        let form = if self.requirement.ceiling { NeededForm::Decline } else { NeededForm::Grow };
        let whole = (self.figure == Figure::Level && self.basis == Basis::Cumulative)
            .then(|| self.series.at(self.subject.window.last_year()?, Basis::Cumulative))
            .flatten();
        let end = whole.map(|whole| whole.value);
        self.rest(form, actual, months, |needed| Needed { end, strict: !equal_is_good, ..needed })
    }

    /// The growth of the rest of the window.
    pub(super) fn growth_of_the_rest(
        &self,
        figure: Option<Ratio>,
        mark: Decimal,
        ceiling: bool,
        growth: Decimal,
        months: Months,
    ) -> Option<Needed> {
        let form = if ceiling { NeededForm::GrowthAtMost } else { NeededForm::GrowthAtLeast };
        self.rest(form, growth, months, |needed| Needed { figure, end: Some(mark), ..needed })
    }

    /// What all forms have in common; none once the window is over, by its data or by the day.
    fn rest(
        &self,
        form: NeededForm,
        actual: Decimal,
        months: Months,
        fill: impl FnOnce(Needed) -> Needed,
    ) -> Option<Needed> {
        if months.elapsed >= months.total || self.as_of > self.subject.window.end() {
            return None;
        }
        let usual = if self.figure == Figure::Level { self.measure().precision } else { 1 };
        Some(fill(Needed {
            form,
            figure: None,
            left: None,
            end: None,
            end_hi: None,
            months_left: months_left(months),
            strict: self.requirement.strict,
            places: own_places(actual).max(usual).min(PLACES_USUAL),
        }))
    }
}

/// Decimal places that a number has, without zeros at its end.
fn own_places(number: Decimal) -> u32 {
    // Taking zeros off is a row of divisions, and most numbers have none.
    let scale = number.scale();
    if scale == 0 || number.mantissa() % 10 != 0 { scale } else { number.normalize().scale() }
}

/// What is left of the window.
fn months_left(months: Months) -> Option<Ratio> {
    Ratio::new(Decimal::from(months.total - months.elapsed), Decimal::from(months.denominator))
}
