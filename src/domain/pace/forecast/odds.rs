//! How wrong projections are: one curve that says both how likely the target is missed and how far the truth may lie.
//!
//! The curve is a logistic one, logit P(end < T) = a + b · asinh(1.5 u) + c · t: u is how many scales of error T lies above
//! the projection, t (−3..=3) three tenths of how many it lies above last year's end. It rises with T, so it is the
//! distribution of the end; the interval is where it is 0.1 and 0.9. The coefficients of amounts were fitted on 40 monthly national
//! series of China (612 series-years of 1999–2024 at each month-end) held against targets of six heights, those of rates on
//! the growth rates of the same series and six published ones, those of stocks on 264 monthly series of the M3 competition
//! (macroeconomic, financial, demographic). `xushi backtest` measures what comes of it.
//!
//! `asinh`, `ln` and `exp` come from `libm`, which is the same arithmetic on every machine: a past verdict comes out bit for bit.

/// Which errors are spoken of: each has its own coefficients, by month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Amounts that add up over the year.
    Amounts,
    /// Growth rates of the year to date, of which no amounts are known.
    Rates,
    /// Stocks and shares.
    Stocks,
}

/// Coefficients after one to eleven months.
type ByMonth = [[f64; 3]; 11];

const AMOUNTS: ByMonth = [
    [-0.08, 1.37, 2.35],
    [-0.05, 1.37, 2.29],
    [0.0, 1.5, 1.93],
    [0.02, 1.61, 1.66],
    [0.03, 1.75, 1.42],
    [0.05, 1.87, 1.26],
    [0.06, 2.01, 1.08],
    [0.09, 2.13, 0.92],
    [0.15, 2.26, 0.73],
    [0.21, 2.32, 0.6],
    [0.28, 2.36, 0.48],
];
/// Ambition adds nothing here.
const RATES: ByMonth = [
    [0.4, 1.0, 0.0],
    [0.4, 1.07, 0.0],
    [0.4, 1.2, 0.0],
    [0.39, 1.32, 0.0],
    [0.35, 1.49, 0.0],
    [0.33, 1.64, 0.0],
    [0.34, 1.77, 0.0],
    [0.38, 1.9, 0.0],
    [0.44, 2.01, 0.0],
    [0.49, 2.06, 0.0],
    [0.54, 2.1, 0.0],
];
const STOCKS: ByMonth = [[0.0, 1.62, 0.0]; 11];

/// The usual error of an amount's projection, in logs.
const USUAL_ERROR: [f64; 11] = [0.24, 0.203, 0.161, 0.144, 0.130, 0.111, 0.094, 0.077, 0.064, 0.049, 0.034];

/// The mean square of an error over its scale, so that the errors of one month can be held beside those of another.
const AMOUNTS_SQUARE: [f64; 11] = [0.78, 0.79, 0.73, 0.7, 0.65, 0.6, 0.59, 0.56, 0.52, 0.52, 0.5];
const RATES_SQUARE: [f64; 11] = [2.5, 2.4, 1.9, 1.7, 1.3, 1.2, 1.15, 1.0, 0.9, 0.9, 1.0];

/// More steps to a place on the curve are never needed: halving alone comes as near.
const STEPS: usize = 64;

/// A single error over its scale counts at most with this square.
const SQUARE_MAX: f64 = 25.0;

/// A value of a table after so many months, by straight lines between whole ones.
fn between(table: impl Fn(usize) -> f64, elapsed: f64) -> f64 {
    let at = (elapsed - 1.0).clamp(0.0, 10.0);
    let index = (at as usize).min(9);
    table(index) + (table(index + 1) - table(index)) * (at - index as f64)
}

/// The usual error of an amount after so many months, in logs.
pub(super) fn usual_error(elapsed: f64) -> f64 {
    between(|month| USUAL_ERROR[month], elapsed)
}

/// Own errors, each at most `most`, beside a usual one that weighs so many of them: the root of the mean square.
pub(super) fn scale(errors: &[f64], most: f64, usual: f64, weight: f64) -> f64 {
    let squares = errors.iter().map(|error| error.abs().min(most)).map(|error| error * error);
    ((squares.sum::<f64>() + weight * usual * usual) / (errors.len() as f64 + weight)).sqrt()
}

/// The distribution of a window's end, on the axis of its family: logs of amounts and stocks, points of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Odds {
    pub(super) family: Family,
    pub(super) coefficients: [f64; 3],
    /// The projection.
    pub(super) middle: f64,
    /// The scale of its error, stretched by the instance's own errors.
    pub(super) scale: f64,
    /// Last year's end, from which ambition counts.
    pub(super) last_year: f64,
}

/// How a target's height went into its probability.
#[derive(Debug, Clone, Copy)]
pub(super) struct Height {
    pub(super) above_projection: f64,
    pub(super) above_last_year: f64,
    pub(super) logit: f64,
}

impl Odds {
    /// Of a projection after so many months. Ambition was measured on floors; a limit counts half of it.
    pub(super) fn new(
        family: Family,
        elapsed: f64,
        ceiling: bool,
        [middle, scale, last_year]: [f64; 3],
    ) -> Self {
        let table = match family {
            Family::Amounts => &AMOUNTS,
            Family::Rates => &RATES,
            Family::Stocks => &STOCKS,
        };
        let mut coefficients = [0, 1, 2].map(|which| between(|month| table[month][which], elapsed));
        if ceiling {
            coefficients[2] /= 2.0;
        }
        Self { family, coefficients, middle, scale, last_year }
    }

    /// How `x` stands to projection and last year.
    pub(super) fn height(&self, x: f64) -> Height {
        let above_projection = (x - self.middle) / self.scale;
        let above_last_year = self.ambition(above_projection);
        let [a, b, c] = self.coefficients;
        let logit = a + b * libm::asinh(1.5 * above_projection) + c * above_last_year;
        Height { above_projection, above_last_year, logit }
    }

    fn ambition(&self, above_projection: f64) -> f64 {
        if self.coefficients[2] > 0.0 {
            (0.3 * (above_projection + (self.middle - self.last_year) / self.scale)).clamp(-3.0, 3.0)
        } else {
            0.0
        }
    }

    /// The probability that the end lies below `x`.
    pub(super) fn below(&self, x: f64) -> f64 {
        1.0 / (1.0 + libm::exp(-self.height(x).logit))
    }

    /// The probability that a target of `x` is missed. Nothing is certain before the year is over: 0.01 to 0.99. What never
    /// went wrong is met on the mark, and missed off it.
    pub(super) fn misses(&self, x: f64, ceiling: bool) -> f64 {
        if self.never_wrong() {
            let met = if ceiling { self.middle <= x } else { self.middle >= x };
            return if met { 0.01 } else { 0.99 };
        }
        let below = self.below(x);
        (if ceiling { 1.0 - below } else { below }).clamp(0.01, 0.99)
    }

    pub(super) fn never_wrong(&self) -> bool {
        self.scale <= 0.0
    }

    /// The value below which the end lies with this probability: the curve, read the other way.
    pub(super) fn quantile(&self, probability: f64) -> f64 {
        if self.never_wrong() {
            return self.middle;
        }
        self.middle + self.above(libm::log(probability / (1.0 - probability))) * self.scale
    }

    /// How many scales above the projection the curve has this logit. Without ambition it is a formula; with it, Newton's
    /// steps, each held between the closest places known to lie below and above.
    fn above(&self, wanted: f64) -> f64 {
        let [a, b, c] = self.coefficients;
        let start = libm::sinh((wanted - a) / b) / 1.5;
        if c <= 0.0 {
            return start;
        }
        // Ambition moves a logit by three coefficients at most.
        let mut low = libm::sinh((wanted - a - 3.0 * c) / b) / 1.5;
        let mut high = libm::sinh((wanted - a + 3.0 * c) / b) / 1.5;
        let mut at = start;
        for _ in 0..STEPS {
            let ambition = self.ambition(at);
            let off = a + b * libm::asinh(1.5 * at) + c * ambition - wanted;
            if off < 0.0 {
                low = at
            } else {
                high = at
            }
            let moving = if ambition.abs() < 3.0 { 0.3 * c } else { 0.0 };
            let next = at - off / (1.5 * b / (1.0 + 2.25 * at * at).sqrt() + moving);
            let next = if next > low && next < high { next } else { low.midpoint(high) };
            if (next - at).abs() <= 1e-12 * (1.0 + at.abs()) {
                return next;
            }
            at = next;
        }
        at
    }

    /// The square of an error over its scale, as a part of what is usual after so many months: 1 on the average.
    pub(super) fn surprise(&self, error: f64, elapsed: f64) -> f64 {
        let usual = match self.family {
            Family::Amounts => between(|month| AMOUNTS_SQUARE[month], elapsed),
            Family::Rates => between(|month| RATES_SQUARE[month], elapsed),
            Family::Stocks => 1.0,
        };
        let over = error / self.scale;
        (over * over).min(SQUARE_MAX) / usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = Odds> {
        let months = [1.0, 2.0, 3.5, 6.0, 9.25, 11.0];
        let families = [Family::Amounts, Family::Rates, Family::Stocks];
        families.into_iter().flat_map(move |family| {
            months.into_iter().flat_map(move |elapsed| {
                [false, true].map(|ceiling| Odds::new(family, elapsed, ceiling, [4.6, 0.1, 4.5]))
            })
        })
    }

    #[test]
    fn the_part_below_rises_from_one_end_to_the_other() {
        for odds in all() {
            let part: Vec<f64> =
                (-400..=400).map(|tenth| odds.below(4.6 + f64::from(tenth) / 100.0)).collect();
            assert!(part.windows(2).all(|pair| pair[0] < pair[1]), "{odds:?}");
            assert!(part[0] < 0.05 && part[800] > 0.95, "{odds:?}");
        }
    }

    #[test]
    fn what_is_read_off_the_curve_lies_on_it() {
        for odds in all() {
            for probability in [0.01, 0.1, 0.5, 0.9, 0.99] {
                let back = odds.below(odds.quantile(probability));
                assert!((back - probability).abs() < 1e-9, "{odds:?} {probability} {back}");
            }
        }
    }

    #[test]
    fn a_logit_can_be_worked_out_by_hand() {
        // After six months, one scale above the projection, two above last year: 0.05 + 1.87 × 1.194763 + 1.26 × 0.6.
        let odds = Odds::new(Family::Amounts, 6.0, false, [4.6, 0.1, 4.5]);
        assert!((odds.height(4.7).logit - 3.040_207).abs() < 1e-6, "{:?}", odds.height(4.7));
        assert!((odds.below(4.7) - 0.954_358).abs() < 1e-6);
        assert!((usual_error(6.5) - 0.1025).abs() < 1e-12 && (usual_error(0.5) - 0.24).abs() < 1e-12);
    }

    #[test]
    fn own_errors_weigh_more_the_more_there_are() {
        assert!((scale(&[], 0.6, 0.111, 2.0) - 0.111).abs() < 1e-12);
        assert!((scale(&[0.0; 2], 0.6, 0.111, 2.0) - 0.111 / 2.0_f64.sqrt()).abs() < 1e-12);
        // A year that was rebased counts as 0.6, not as 9.
        assert!(scale(&[9.0], 0.6, 0.111, 2.0) < 0.4);
    }

    #[test]
    fn what_never_went_wrong_is_met_on_the_mark_and_missed_off_it() {
        let sure = Odds::new(Family::Rates, 6.0, false, [5.0, 0.0, 5.0]);
        assert!((sure.quantile(0.1) - 5.0).abs() < 1e-12);
        for (x, floor, ceiling) in [(5.0, 0.01, 0.01), (5.1, 0.99, 0.01), (4.9, 0.01, 0.99)] {
            assert_eq!((sure.misses(x, false), sure.misses(x, true)), (floor, ceiling), "{x}");
        }
    }
}
