//! Exact fractions of decimals: divided only when somebody looks.

use rust_decimal::Decimal;

use super::Missing;

/// A fraction kept as numerator and denominator, so that comparisons are exact (8 of 12 months of 12 is 8, not
/// 8.0000000000000000000000000004) and the division is only done for those who read the value.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    numerator: Decimal,
    denominator: Decimal,
}

/// Parts up to here are kept exact: multiplied with any accepted quantity (10^18) they still fit a decimal.
const EXACT_MAX: Decimal = Decimal::from_parts(1_410_065_408, 2, 0, false, 0);

impl Ratio {
    /// `numerator / denominator`; `None` when the denominator is zero.
    pub fn new(numerator: Decimal, denominator: Decimal) -> Option<Self> {
        if denominator.is_zero() {
            return None;
        }
        if denominator.is_sign_negative() {
            return Some(Self { numerator: -numerator, denominator: -denominator });
        }
        Some(Self { numerator, denominator })
    }

    /// `value / 1`.
    pub fn whole(value: Decimal) -> Self {
        Self { numerator: value, denominator: Decimal::ONE }
    }

    /// The quotient, without trailing zeros: 28 significant digits at most; `None` when it is too large to write.
    pub fn value(self) -> Option<Decimal> {
        if self.denominator == Decimal::ONE {
            return Some(self.numerator.normalize());
        }
        self.numerator.checked_div(self.denominator).map(|value| value.normalize())
    }

    /// Above the line.
    pub fn numerator(self) -> Decimal {
        self.numerator
    }

    /// Below the line, always positive.
    pub fn denominator(self) -> Decimal {
        self.denominator
    }

    /// The same fraction, divided out when its parts are so large that multiplying by them could overflow.
    pub(super) fn tame(self) -> Result<Self, Missing> {
        if self.denominator <= EXACT_MAX && self.numerator.abs() <= EXACT_MAX {
            return Ok(self);
        }
        self.value().map(Self::whole).ok_or(Missing::OutOfRange)
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for Ratio {}

/// `a × b`, or the reason why not.
pub(super) fn mul(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_mul(b).ok_or(Missing::OutOfRange)
}

/// `a + b`, or the reason why not.
pub(super) fn add(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_add(b).ok_or(Missing::OutOfRange)
}

/// `a − b`, or the reason why not.
pub(super) fn sub(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_sub(b).ok_or(Missing::OutOfRange)
}

/// Rounds for display: half away from zero (四舍五入), to `precision` decimal places, and pads with zeros to them.
pub fn display(value: Decimal, precision: u32) -> String {
    let mut rounded =
        value.round_dp_with_strategy(precision, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() {
        // No "-0.0" in a letter.
        rounded.set_sign_positive(true);
    }
    format!("{rounded:.precision$}", precision = precision as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn fractions_compare_by_value_and_refuse_zero_below() {
        assert_eq!(Ratio::new(d("1"), d("2")), Ratio::new(d("-2.0"), d("-4")));
        assert_eq!(Ratio::new(d("1"), d("0")), None);
        assert_eq!(Ratio::new(d("632.4"), d("12")).unwrap().value().unwrap().to_string(), "52.7");
        assert_eq!(EXACT_MAX, d("10000000000"));
        let huge = Ratio::new(d("1e18"), d("3e17")).unwrap().tame().unwrap();
        assert_eq!(huge.denominator(), Decimal::ONE);
    }

    #[test]
    fn display_rounds_half_away_from_zero() {
        for (value, precision, want) in [
            ("0.7735714", 4, "0.7736"),
            ("2.25", 1, "2.3"),
            ("-2.25", 1, "-2.3"),
            ("-0.04", 1, "0.0"),
            ("5", 2, "5.00"),
            ("6.5", 0, "7"),
        ] {
            assert_eq!(display(d(value), precision), want, "{value}");
        }
    }
}
