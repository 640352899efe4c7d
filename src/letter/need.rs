//! What is needed from here, in the places and the form of a letter: whoever does what is printed keeps the promise.

use rust_decimal::{Decimal, RoundingStrategy};

use super::found::{Facts, counted, value};
use super::line::{LineState, Need, Quantity};
use super::numbers::{Numbers, PLACES_MAX, scale};
use xushi_domain::pace::{Needed, NeededForm, Ratio, is_percent};

impl Numbers<'_> {
    /// What is needed from here; nothing where the matter is decided.
    pub(super) fn need(&self, facts: &Facts<'_>, state: LineState) -> Option<Need> {
        let decided = matches!(
            state,
            LineState::Missed
                | LineState::Unreported
                | LineState::LimitBroken
                | LineState::Reached
                | LineState::Retired
                | LineState::Apart
        );
        if decided || facts.over {
            return None;
        }
        // Late it is, by so many days; there is nothing to ask for each month.
        let needed = facts.found.assessment.needed.filter(|needed| needed.form != NeededForm::Days)?;
        let need = self.said(&needed);
        Some(Need {
            met: facts.found.assessment.actual.is_some_and(|actual| is_met(&needed, actual)),
            ..need
        })
    }

    fn said(&self, needed: &Needed) -> Need {
        let form = needed.form;
        let unit = form.unit(self.units);
        let end = needed.end.map(|end| self.as_promised(end));
        let end_hi = needed.end_hi.map(|end| self.as_promised(end));
        // In the letter's places, to the safe side.
        let places = if is_percent(unit) { self.places.max(1) } else { self.places };
        let safe = |number: Decimal| safe(number, (form, needed.strict), unit, places);
        let left = value(needed.left).map(safe);
        let months = whole_months(needed);
        let figure = match form {
            NeededForm::KeepAtLeast | NeededForm::KeepAtMost | NeededForm::KeepWithin | NeededForm::Place => {
                end.clone()
            }
            // The sum is the limit; a mean of it that rounds to nothing says nothing.
            NeededForm::Allowance => left.as_ref().zip(months).and_then(|(left, months)| {
                let mean = left.printed().checked_div(Decimal::from(months))?;
                let mean = down(mean, unit, if counted(unit) { 1 } else { places });
                (mean.value > Decimal::ZERO).then_some(mean)
            }),
            _ => value(needed.figure).map(safe),
        };
        let altogether = matches!(form, NeededForm::Amount | NeededForm::Rise | NeededForm::Fall)
            && is_too_much(figure.as_ref(), left.as_ref(), months);
        Need { form, figure, left, end, end_hi, altogether, met: false }
    }

    /// A value to be reached, with the places it was promised with.
    fn as_promised(&self, amount: Decimal) -> Quantity {
        let amount = amount.normalize();
        Quantity::new(amount, self.unit, scale(amount).min(PLACES_MAX))
    }
}

/// Whether a value to be kept is reached now.
fn is_met(needed: &Needed, actual: Decimal) -> bool {
    let Some(end) = needed.end else { return false };
    let enough = |surplus: Decimal| surplus > Decimal::ZERO || (surplus.is_zero() && !needed.strict);
    match needed.form {
        NeededForm::KeepAtLeast => enough(actual - end),
        NeededForm::KeepAtMost | NeededForm::Place => enough(end - actual),
        NeededForm::KeepWithin => true,
        _ => false,
    }
}

/// Months left, where they are whole ones: the rest of a month has no monthly number.
pub(super) fn whole_months(needed: &Needed) -> Option<u32> {
    let months = needed.months_left.and_then(Ratio::value)?.normalize();
    if !months.fract().is_zero() {
        return None;
    }
    u32::try_from(months).ok().filter(|months| *months > 0)
}

/// Whether a printed number for each month asks for more than what is left by over half of a month's: five things in ten
/// months are not one a month.
fn is_too_much(monthly: Option<&Quantity>, left: Option<&Quantity>, months: Option<u32>) -> bool {
    let (Some(monthly), Some(left)) = (monthly, left) else { return false };
    let Some(months) = months.map(Decimal::from) else { return true };
    let (asked, left) = (monthly.printed() * months, left.printed());
    (asked - left) * months * Decimal::TWO > left
}

/// A number rounded so that doing it is enough: up for what must be added, down for what may be used. A small one gets
/// places until it has two digits.
fn safe(figure: Decimal, (form, strict): (NeededForm, bool), unit: &str, places: u32) -> Quantity {
    let mut places = if counted(unit) { 0 } else { places };
    while places < PLACES_MAX
        && !counted(unit)
        && figure.abs() < Decimal::new(1, places.saturating_sub(1))
        && places < scale(figure)
    {
        places += 1;
    }
    let (towards, more) = match form {
        NeededForm::Allowance
        | NeededForm::GrowthAtMost
        | NeededForm::KeepAtMost
        | NeededForm::BelowOther => (RoundingStrategy::ToNegativeInfinity, -Decimal::new(1, places)),
        _ => (RoundingStrategy::ToPositiveInfinity, Decimal::new(1, places)),
    };
    let printed = figure.round_dp_with_strategy(places, towards);
    // Where equal is not enough, one unit of the last place more.
    let printed = if strict && printed == figure { printed + more } else { printed };
    let printed = if form == NeededForm::Allowance { printed.max(Decimal::ZERO) } else { printed };
    Quantity::new(printed, unit, places)
}

/// A mean of what may be used, never more than there is.
fn down(mean: Decimal, unit: &str, places: u32) -> Quantity {
    let mean = mean.round_dp_with_strategy(places, RoundingStrategy::ToNegativeInfinity).normalize();
    Quantity::new(mean, unit, if counted(unit) { scale(mean) } else { places })
}
