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

impl Ratio {
    /// `numerator / denominator`; `None` when the denominator is zero.
    #[inline]
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
    #[inline]
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

    /// Calculates with the exact fraction or, when its parts are too large to multiply by, with the quotient.
    pub(super) fn apply<T>(self, calculate: impl Fn(Self) -> Result<T, Missing>) -> Result<T, Missing> {
        calculate(self).or_else(|missing| match self.value() {
            Some(value) if missing == Missing::OutOfRange => calculate(Self::whole(value)),
            _ => Err(missing),
        })
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        // A division costs as much as ten comparisons.
        if self.denominator == other.denominator {
            return self.numerator == other.numerator;
        }
        self.value() == other.value()
    }
}

impl Eq for Ratio {}

/// `a × b`, or the reason why not.
#[inline]
pub(super) fn mul(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_mul(b).ok_or(Missing::OutOfRange)
}

/// `a + b`, or the reason why not.
#[inline]
pub(super) fn add(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_add(b).ok_or(Missing::OutOfRange)
}

/// `a − b`, or the reason why not.
#[inline]
pub(super) fn sub(a: Decimal, b: Decimal) -> Result<Decimal, Missing> {
    a.checked_sub(b).ok_or(Missing::OutOfRange)
}

/// Rounds for people: half away from zero (四舍五入), to `places` decimal places, padded with zeros to them; never "-0.0".
pub fn rounded(value: Decimal, places: u32) -> Decimal {
    let mut rounded =
        value.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    if rounded.is_zero() {
        rounded.set_sign_positive(true);
    }
    rounded
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
    }

    #[test]
    fn parts_too_large_to_multiply_by_are_divided_out() {
        let times = |amount: Decimal| {
            move |ratio: Ratio| mul(amount, ratio.numerator()).map(|part| (part, ratio.denominator()))
        };
        let share = Ratio::new(d("123456789012.34"), d("200000000000")).unwrap();
        assert_eq!(share.apply(times(d("2"))), Ok((d("246913578024.68"), d("200000000000"))));
        let huge = Ratio::new(d("500000000000000000"), d("1000000000000000000")).unwrap();
        assert_eq!(huge.apply(times(d("1000000000000000000"))), Ok((d("500000000000000000"), d("1"))));
        assert_eq!(huge.apply(times(Decimal::MAX)).map(|(_, below)| below), Ok(d("1")));
    }

    #[test]
    fn numbers_are_rounded_half_away_from_zero() {
        for (value, precision, want) in [
            ("0.7735714", 4, "0.7736"),
            ("2.25", 1, "2.3"),
            ("-2.25", 1, "-2.3"),
            ("-0.04", 1, "0.0"),
            ("5", 2, "5.00"),
            ("6.5", 0, "7"),
        ] {
            assert_eq!(rounded(d(value), precision).to_string(), want, "{value}");
        }
    }
}
