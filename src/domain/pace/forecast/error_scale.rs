//! How wrong the forecasts of the whole instance were lately.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};

/// So many indicator-years the usual errors weigh.
const USUAL: f64 = 60.0;
/// The scale is never made narrower or wider than this.
const BOUNDS: (f64, f64) = (0.7, 1.6);

/// What the scale of every forecast of an instance is multiplied by: √((Σ surprise + 60) ÷ (n + 60)) over the [surprises] of
/// its indicators in the three years before, one for each indicator and year; three decimal places, so that it can be
/// written down with its date.
///
/// [surprises]: super::Forecast::surprise
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorScale(Decimal);

impl ErrorScale {
    /// Of `count` surprises that add up to `sum`.
    pub fn of(sum: f64, count: usize) -> Self {
        let times = ((sum + USUAL) / (count as f64 + USUAL)).sqrt().clamp(BOUNDS.0, BOUNDS.1);
        Self(Decimal::from_f64(times).unwrap_or(Decimal::ONE).round_dp(3).normalize())
    }

    /// As it was written down; held within 0.7 to 1.6.
    pub fn read(written: Decimal) -> Self {
        Self(written.clamp(Decimal::new(7, 1), Decimal::new(16, 1)))
    }

    /// What scales are multiplied by.
    pub fn value(self) -> Decimal {
        self.0
    }

    pub(super) fn times(self) -> f64 {
        self.0.to_f64().unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_errors_stretch_it_and_few_hardly() {
        let of = |sum, count| ErrorScale::of(sum, count).value().to_string();
        assert_eq!((of(0.0, 0), of(60.0, 60), of(1.0, 10)), ("1".into(), "1".into(), "0.934".into()));
        // √(61 ÷ 70) = 0.9335.
        // √(180 ÷ 120) = 1.2247.
        assert_eq!(
            (of(120.0, 60), of(1e9, 60), of(0.0, 9_999)),
            ("1.225".into(), "1.6".into(), "0.7".into())
        );
        assert_eq!(ErrorScale::read(Decimal::TWO), ErrorScale::of(1e9, 60));
    }
}
