//! The numbers of a line as they are printed: one unit, enough places to tell apart what differs, and gaps that are the
//! difference of what is printed.

use rust_decimal::Decimal;

use super::found::{Facts, counted, value};
use super::line::{BenchmarkLine, Quantity};
use xushi_domain::kind::{GapIn, PrintedUnits};
use xushi_domain::pace::{Assessment, is_percent, rounded};
use xushi_domain::{Better, Figure};

/// Most places a number is printed with.
pub(super) const PLACES_MAX: u32 = 4;

impl Quantity {
    /// The number as it is printed.
    pub fn printed(&self) -> Decimal {
        rounded(self.value, self.places)
    }
}

/// Units and places of one line, and its main numbers.
pub(super) struct Numbers<'a> {
    pub(super) units: PrintedUnits<'a>,
    pub(super) unit: &'a str,
    pub(super) difference: &'a str,
    pub(super) places: u32,
    pub(super) actual: Option<Quantity>,
    pub(super) expected: Option<Quantity>,
    pub(super) shortfall: Option<Quantity>,
}

impl<'a> Numbers<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Self {
        let assessment = facts.found.assessment;
        let judged = facts.found.figure.unwrap_or(Figure::Level);
        let units = facts.row.printed_units(&facts.found.subject.measure.unit, judged);
        let PrintedUnits { value: unit, difference, .. } = units;
        let usual = usual_places(facts, unit);
        let binding = if facts.beyond { assessment.expected_hi } else { assessment.expected };
        // What is broken for good is held against the limit itself.
        let expected = facts.target_value.filter(|_| facts.broken).or_else(|| value(binding));
        let actual = assessment.actual;
        let expected = match judged {
            Figure::Level if counted(unit) => expected.map(|due| whole(due, actual, facts.better())),
            _ => expected,
        };
        // A mean has no places of its own: 274.3 ÷ 7 is a quotient.
        let own = if assessment.averaged { 1 } else { actual.map_or(0, scale).min(PLACES_MAX) };
        let places = apart(actual, expected, own.max(usual));
        let quantity = |amount: Decimal| Quantity::new(amount, unit, places);
        let (actual, expected) = (actual.map(quantity), expected.map(quantity));
        let gap = value(assessment.gap);
        let shortfall = match (facts.row.gap, &actual, &expected) {
            (GapIn::Days, ..) => gap.map(|days| Quantity::new(-days, units.gap, 0)),
            (_, Some(actual), Some(expected)) => {
                let over = actual.printed() - expected.printed();
                let short = if facts.better() == Better::Lower { over } else { -over };
                Some(Quantity::new(short, difference, places))
            }
            _ => gap.map(|gap| Quantity::new(-gap, difference, places)),
        };
        Self { units, unit, difference, places, actual, expected, shortfall }
    }

    pub(super) fn value(&self, amount: Decimal) -> Quantity {
        Quantity::new(amount, self.unit, self.places)
    }

    /// A promised number, with the places it was promised with.
    pub(super) fn promised(&self, amount: Decimal) -> Quantity {
        let amount = amount.normalize();
        let places = if is_percent(self.unit) { scale(amount).max(1) } else { scale(amount) };
        Quantity::new(amount, self.unit, places.min(PLACES_MAX))
    }

    pub(super) fn benchmark(&self, name: String, amount: Decimal) -> BenchmarkLine {
        let places = self.places.max(scale(amount).min(PLACES_MAX));
        let value = Quantity::new(amount, self.unit, places);
        let own = self.actual.as_ref().map_or(amount, Quantity::printed);
        let gap = Quantity::new(own - value.printed(), self.difference, places);
        BenchmarkLine { name, value, gap }
    }

    /// A mean of the months so far: of few things one place tells more than none.
    pub(super) fn mean(&self, mean: Decimal) -> Quantity {
        let few = counted(self.unit) && mean.abs() < Decimal::TEN && !mean.fract().is_zero();
        Quantity::new(mean, self.unit, if few { 1 } else { self.places })
    }

    /// What is done and what is due, in percent of the way.
    pub(super) fn completion(&self, facts: &Facts<'_>) -> Option<(Quantity, Quantity)> {
        let percent = |fraction: Decimal| fraction * Decimal::ONE_HUNDRED;
        let done = facts.completion().map(percent)?;
        let due = value(facts.found.assessment.due_fraction).map(percent)?;
        let places = apart(Some(done), Some(due), 1);
        Some((Quantity::new(done, "%", places), Quantity::new(due, "%", places)))
    }

    pub(super) fn last_year(&self, assessment: &Assessment) -> Option<Quantity> {
        value(assessment.last_year_pace).map(|share| Quantity::new(share * Decimal::ONE_HUNDRED, "%", 1))
    }

    /// By how many percent a limit on an amount is exceeded.
    pub(super) fn share_of_limit(&self, facts: &Facts<'_>) -> Option<Quantity> {
        let limit = self.expected.as_ref()?.printed();
        let over = self.shortfall.as_ref()?.value;
        let said = facts.limit
            && !facts.moves
            && !is_percent(self.unit)
            && limit > Decimal::ZERO
            && over > Decimal::ZERO;
        said.then(|| Quantity::new(over / limit * Decimal::ONE_HUNDRED, "%", 1))
    }
}

/// What is due of whole things, where they are reported so: no part of one can be done, nor be used of a limit.
fn whole(due: Decimal, actual: Option<Decimal>, better: Better) -> Decimal {
    match better {
        _ if actual.is_some_and(|actual| !actual.fract().is_zero()) => due,
        Better::Lower => due.floor(),
        Better::Higher | Better::Hold => due.ceil(),
    }
}

/// Places that a number needs.
pub(super) fn scale(number: Decimal) -> u32 {
    number.normalize().scale()
}

fn usual_places(facts: &Facts<'_>, unit: &str) -> u32 {
    match facts.found.figure.unwrap_or(Figure::Level) {
        Figure::Level if counted(unit) => 0,
        figure => figure.usual_places(facts.found.subject.measure.precision.min(PLACES_MAX)),
    }
}

/// Places, from `least` on, at which two numbers that differ are printed differently.
fn apart(one: Option<Decimal>, other: Option<Decimal>, least: u32) -> u32 {
    let Some((one, other)) = one.zip(other).filter(|(one, other)| one != other) else { return least };
    (least..=6).find(|&places| rounded(one, places) != rounded(other, places)).unwrap_or(least)
}
