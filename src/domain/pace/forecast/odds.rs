//! How wrong projections are.
//!
//! Measured on 40 monthly national series of China (retail sales, investment, real estate, public finance, trade; about
//! 610 series-years of 1999–2024 at each month-end): each year was projected as here, and its error divided by the scale
//! of errors as here; `benches/skill.rs` measures what comes of it. The distribution is a table, not a formula: the errors have a sharp
//! peak, heavy tails, and a median below nothing, since growth has slowed in most of those years.

use super::YEARS_MIN;

/// The prior scale of an amount's error, as a fraction of the projection, after two to eleven months: root of the mean
/// square over all series-years, errors cut off at 0.6.
const AMOUNT_PRIOR: [f64; 10] = [0.196, 0.158, 0.141, 0.128, 0.109, 0.092, 0.077, 0.067, 0.050, 0.034];
/// So many years' errors the prior weighs.
const PRIOR_YEARS: f64 = 4.0;
/// A single year counts at most with this error: a rebased series is not a forecast that went wrong.
const ERROR_MAX: f64 = 0.6;

/// The scale of an amount's error, as a fraction of the projection: its own past errors beside the usual one.
pub(super) fn amount_scale(errors: &[f64], usual: f64) -> f64 {
    let sum = squares(errors.iter().map(|error| error.abs().min(ERROR_MAX)));
    ((sum + PRIOR_YEARS * usual * usual) / (errors.len() as f64 + PRIOR_YEARS)).sqrt()
}

/// The root of the mean square, when there are errors enough.
pub(super) fn own_scale(errors: &[f64]) -> Option<f64> {
    let sum = squares(errors.iter().copied());
    (errors.len() >= YEARS_MIN).then(|| (sum / errors.len() as f64).sqrt())
}

fn squares(errors: impl Iterator<Item = f64>) -> f64 {
    errors.map(|error| error * error).sum()
}

/// The prior scale after so many months, by straight lines between whole ones.
pub(super) fn usual_error(elapsed: f64) -> f64 {
    let last = AMOUNT_PRIOR.len() - 1;
    let at = (elapsed - 2.0).clamp(0.0, last as f64);
    let index = (at as usize).min(last - 1);
    AMOUNT_PRIOR[index] + (AMOUNT_PRIOR[index + 1] - AMOUNT_PRIOR[index]) * (at - index as f64)
}

/// A distribution of errors over their scale: the value below which each [fraction](FRACTIONS) of them lies.
pub(super) struct Odds {
    quantiles: [f64; FRACTIONS.len()],
    /// Half of them lie below.
    pub(super) median: f64,
    /// One in ten lies below.
    pub(super) quantile_low: f64,
    /// One in ten lies above.
    pub(super) quantile_high: f64,
}

const FRACTIONS: [f64; 17] =
    [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995];

impl Odds {
    /// Amounts, their own errors beside the prior.
    pub(super) const AMOUNTS: Self = Self::of([
        -2.43, -2.12, -1.81, -1.38, -1.04, -0.67, -0.47, -0.31, -0.16, -0.02, 0.12, 0.34, 0.83, 1.36, 2.34,
        2.97, 4.13,
    ]);
    /// Errors over the scale of at least three own ones; measured on growth rates, and made even, since a rate or a
    /// stock may be better high or low.
    pub(super) const OWN: Self = Self::of([
        -4.47, -3.66, -3.0, -1.9, -1.27, -0.7, -0.4, -0.18, 0.0, 0.18, 0.4, 0.7, 1.27, 1.9, 3.0, 3.66, 4.47,
    ]);

    const fn of(quantiles: [f64; FRACTIONS.len()]) -> Self {
        Self { quantiles, median: quantiles[8], quantile_low: quantiles[4], quantile_high: quantiles[12] }
    }

    /// The probability that the target is missed, `away` being how many scales it lies above the projection: the part of
    /// errors below, or above for a ceiling. Nothing is certain before the year is over: 0.01 to 0.99. On the mark, and no
    /// error ever (`away` is no number then): it will be met.
    pub(super) fn misses(&self, away: f64, ceiling: bool) -> f64 {
        let below = self.below(away);
        let missed = if ceiling { 1.0 - below } else { below };
        if away.is_nan() { 0.01 } else { missed.clamp(0.01, 0.99) }
    }

    /// The part of errors below `z`, by straight lines between the table's values.
    fn below(&self, z: f64) -> f64 {
        match self.around(z) {
            Some([(low, from), (high, to)]) => low + (high - low) * (z - from) / (to - from),
            None if z < self.quantiles[0] => 0.0,
            None => 1.0,
        }
    }

    /// The table's values around `z`, with the fractions of errors below them; none where the table ends.
    pub(super) fn around(&self, z: f64) -> Option<[(f64, f64); 2]> {
        let next = self.quantiles.partition_point(|quantile| *quantile <= z);
        let both = [next.checked_sub(1)?, next];
        (next < FRACTIONS.len()).then(|| both.map(|at| (FRACTIONS[at], self.quantiles[at])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_below_rises_from_one_end_to_the_other() {
        for odds in [Odds::AMOUNTS, Odds::OWN] {
            assert!(odds.quantiles.windows(2).all(|pair| pair[0] < pair[1]));
            let all: Vec<f64> = (-60..=60).map(|tenth| odds.misses(f64::from(tenth) / 10.0, false)).collect();
            assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{all:?}");
            assert_eq!((all[0], all[120]), (0.01, 0.99));
            assert!((odds.below(odds.quantile_low) - 0.1).abs() < 1e-12);
        }
        assert!((Odds::OWN.below(0.0) - 0.5).abs() < 1e-12);
        // Half way between -1.27 (a tenth) and -0.7 (two tenths).
        assert!((Odds::OWN.below(-0.985) - 0.15).abs() < 1e-12);
        for (away, floor, ceiling) in
            [(f64::INFINITY, 0.99, 0.01), (f64::NEG_INFINITY, 0.01, 0.99), (f64::NAN, 0.01, 0.01)]
        {
            assert_eq!(
                (Odds::OWN.misses(away, false), Odds::OWN.misses(away, true)),
                (floor, ceiling),
                "{away}"
            );
        }
    }

    #[test]
    fn own_errors_weigh_more_the_more_there_are() {
        assert!((amount_scale(&[], usual_error(6.0)) - 0.109).abs() < 1e-12);
        assert!((usual_error(6.5) - 0.1005).abs() < 1e-12);
        // Four own errors of nothing weigh as much as the prior: 0.109 ÷ √2.
        assert!((amount_scale(&[0.0; 4], 0.109) - 0.077_074_6).abs() < 1e-6);
        // A year that was rebased counts as 0.6, not as 9.
        assert!(amount_scale(&[9.0], 0.109) < 0.3);
        assert!((usual_error(1.0) - 0.196).abs() < 1e-12 && (usual_error(12.0) - 0.034).abs() < 1e-12);
    }
}
