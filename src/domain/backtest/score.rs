//! How good predictions were: what is computed of them, and how sure it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Prediction;

/// So many times years are drawn anew.
const DRAWS: usize = 400;

/// A figure with the interval that holds it 95 times in 100 when years are drawn anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The figure.
    pub value: f64,
    /// Its lower and upper end.
    pub ends: (f64, f64),
}

/// How good predictions were.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// How many.
    pub count: usize,
    /// Series and years they are of.
    pub series_years: usize,
    /// Part that was missed.
    pub base_rate: Interval,
    /// Probability that a missed target scored higher than one that was met.
    pub auc: Interval,
    /// Mean square of probability less truth.
    pub brier: Interval,
    /// 1 − Brier ÷ Brier of the base rate.
    pub skill: Interval,
    /// 1 − Brier ÷ Brier of last year's way, its distance from the target turned into a probability by other years.
    pub skill_last_year: Interval,
    /// Part of the misses found when one in ten that were met is called a miss.
    pub recall: Interval,
    /// Part of the truth the intervals held.
    pub coverage: Interval,
    /// Mean distance of stated and observed probability over ten bins.
    pub ece: Interval,
    /// Times a year's probability fell back below 0.5 after a warning had opened at 0.8, a series-year and rule.
    pub reversals: f64,
}

/// One tenth of the stated probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    /// How many were stated.
    pub count: usize,
    /// Mean of what was stated.
    pub stated: f64,
    /// Part that was missed.
    pub missed: f64,
}

/// The scores of predictions; `None` where there is none, or all or none were missed.
pub fn scores(all: &[&Prediction]) -> Option<Scores> {
    let cases = Cases::of(all);
    let drawn: Vec<[f64; 8]> =
        Draws::new(&cases.years).take(DRAWS).map(|weights| cases.figures(&weights)).collect();
    let point = cases.figures(&vec![1.0; cases.years.len()]);
    if !point.iter().take(4).all(|figure| figure.is_finite()) {
        return None;
    }
    let [base_rate, auc, brier, skill, skill_last_year, recall, coverage, ece] =
        std::array::from_fn(|which| interval(point[which], drawn.iter().map(|one| one[which]).collect()));
    let series_years: BTreeSet<_> = all.iter().map(|one| (one.series, one.year, one.kind)).collect();
    Some(Scores {
        count: all.len(),
        series_years: series_years.len(),
        base_rate,
        auc,
        brier,
        skill,
        skill_last_year,
        recall,
        coverage,
        ece,
        reversals: reversals(all),
    })
}

/// Stated and observed probability by tenth.
pub fn reliability(all: &[&Prediction]) -> [Reliability; 10] {
    Reliability::by_tenth(all.iter().map(|one| (one.p_miss, one.missed())))
}

impl Reliability {
    /// Of statements and what came of them, tenth by tenth.
    pub(super) fn by_tenth(all: impl Iterator<Item = (f64, bool)>) -> [Self; 10] {
        let mut tenths = [Self { count: 0, stated: 0.0, missed: 0.0 }; 10];
        for (p_miss, missed) in all {
            let tenth = &mut tenths[bin(p_miss)];
            tenth.count += 1;
            tenth.stated += p_miss;
            tenth.missed += f64::from(u8::from(missed));
        }
        tenths.map(|sums| {
            let mean = |sum: f64| sum / sums.count.max(1) as f64;
            Self { count: sums.count, stated: mean(sums.stated), missed: mean(sums.missed) }
        })
    }
}

fn bin(probability: f64) -> usize {
    ((probability * 10.0) as usize).min(9)
}

fn interval(value: f64, mut drawn: Vec<f64>) -> Interval {
    drawn.retain(|one| one.is_finite());
    drawn.sort_by(f64::total_cmp);
    let at = |part: f64| drawn.get(((drawn.len() as f64 * part) as usize).min(drawn.len().max(1) - 1));
    let end = |part| at(part).copied().unwrap_or(value);
    Interval { value, ends: (end(0.025), end(0.975)) }
}

fn reversals(all: &[&Prediction]) -> f64 {
    let mut years: BTreeMap<_, Vec<(u32, f64)>> = BTreeMap::new();
    for one in all {
        years.entry((one.series, one.year, one.kind, one.rule)).or_default().push((one.month, one.p_miss));
    }
    let mut turned = 0;
    for months in years.values_mut() {
        months.sort_by_key(|(month, _)| *month);
        let mut open = false;
        for &(month, p_miss) in months.iter() {
            // What January alone says opens nothing.
            if p_miss >= 0.8 && month > 1 {
                open = true;
            } else if open && p_miss < 0.5 {
                (open, turned) = (false, turned + 1);
            }
        }
    }
    f64::from(turned) / years.len().max(1) as f64
}

/// A statement as the figures need it; what is counted is 0 or 1.
pub(super) struct Case {
    /// Which of the years.
    pub(super) year: usize,
    pub(super) p_miss: f64,
    pub(super) by_last_year: f64,
    pub(super) missed: f64,
    pub(super) held: f64,
}

/// Cases from the lowest probability to the highest.
pub(super) struct Cases {
    cases: Vec<Case>,
    years: Vec<i32>,
}

impl Cases {
    fn of(all: &[&Prediction]) -> Self {
        let years: Vec<i32> = all.iter().map(|one| one.year).collect::<BTreeSet<_>>().into_iter().collect();
        let by_last_year = by_last_year(all);
        let cases: Vec<Case> = all
            .iter()
            .zip(by_last_year)
            .map(|(one, by_last_year)| Case {
                year: years.partition_point(|year| *year < one.year),
                p_miss: one.p_miss,
                by_last_year,
                missed: f64::from(u8::from(one.missed())),
                held: f64::from(u8::from(one.held())),
            })
            .collect();
        Self::sorted(cases, years)
    }

    /// These cases of these years.
    pub(super) fn sorted(mut cases: Vec<Case>, years: Vec<i32>) -> Self {
        cases.sort_by(|one, other| one.p_miss.total_cmp(&other.p_miss));
        Self { cases, years }
    }

    /// Base rate, AUC, Brier, skill, skill against last year's way, recall, coverage, ECE, each year counting so often.
    pub(super) fn figures(&self, weights: &[f64]) -> [f64; 8] {
        let of = |case: &Case| weights.get(case.year).copied().unwrap_or(0.0);
        let sum =
            |what: &dyn Fn(&Case) -> f64| self.cases.iter().map(|case| of(case) * what(case)).sum::<f64>();
        let all = sum(&|_| 1.0);
        let base = sum(&|case| case.missed) / all;
        let square = |stated: &dyn Fn(&Case) -> f64| {
            sum(&|case| {
                let off = stated(case) - case.missed;
                off * off
            }) / all
        };
        let brier = square(&|case| case.p_miss);
        let (auc, recall) = self.ranked(&of, base * all, (1.0 - base) * all);
        let mut off = [0.0; 10];
        for case in &self.cases {
            off[bin(case.p_miss)] += of(case) * (case.p_miss - case.missed);
        }
        [
            base,
            auc,
            brier,
            1.0 - brier / square(&|_| base),
            1.0 - brier / square(&|case| case.by_last_year),
            recall,
            sum(&|case| case.held) / all,
            off.iter().map(|off: &f64| off.abs()).sum::<f64>() / all,
        ]
    }

    /// AUC, and recall at one false alarm in ten that were met: cases with one probability stand or fall together.
    fn ranked(&self, of: &dyn Fn(&Case) -> f64, missed: f64, met: f64) -> (f64, f64) {
        let (mut area, mut met_below, mut missed_below, mut recall) = (0.0, 0.0, 0.0, 0.0_f64);
        for tied in self.cases.chunk_by(|one, other| one.p_miss.total_cmp(&other.p_miss).is_eq()) {
            if (met - met_below) / met <= 0.1 {
                recall = recall.max((missed - missed_below) / missed);
            }
            let (mut tied_met, mut tied_missed) = (0.0, 0.0);
            for case in tied {
                tied_missed += of(case) * case.missed;
                tied_met += of(case) * (1.0 - case.missed);
            }
            area += tied_missed * (met_below + tied_met / 2.0);
            met_below += tied_met;
            missed_below += tied_missed;
        }
        (area / (missed * met), recall)
    }
}

/// The probability of a miss by last year's way alone: a logistic curve of its distance, by month, fitted on the other years.
fn by_last_year(all: &[&Prediction]) -> Vec<f64> {
    let mut fitted: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    let mut probabilities = Vec::with_capacity(all.len());
    for one in all {
        let (a, b) = *fitted.entry((one.month, one.year, one.kind)).or_insert_with(|| {
            let others = all
                .iter()
                .filter(|other| other.month == one.month && other.year != one.year && other.kind == one.kind);
            logistic(
                others.map(|other| (other.above_last_year, f64::from(u8::from(other.missed())))).collect(),
            )
        });
        probabilities.push(1.0 / (1.0 + libm::exp(-(a + b * one.above_last_year))));
    }
    probabilities
}

/// Newton's steps to the best logistic curve, held a little to the base.
fn logistic(cases: Vec<(f64, f64)>) -> (f64, f64) {
    let spread =
        (cases.iter().map(|(x, _)| x * x).sum::<f64>() / cases.len().max(1) as f64).sqrt().max(1e-12);
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..25 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (a * 0.01, b * 0.01, 0.01, 0.0, 0.01);
        for (x, missed) in &cases {
            let x = (x / spread).clamp(-5.0, 5.0);
            let p = 1.0 / (1.0 + libm::exp(-(a + b * x)));
            let weight = p * (1.0 - p);
            ga += p - missed;
            gb += (p - missed) * x;
            haa += weight;
            hab += weight * x;
            hbb += weight * x * x;
        }
        let size = haa * hbb - hab * hab;
        a -= (hbb * ga - hab * gb) / size;
        b -= (haa * gb - hab * ga) / size;
    }
    (a, b / spread)
}

/// Years drawn with replacement, as weights; the same every time.
struct Draws {
    years: usize,
    state: u64,
}

impl Draws {
    fn new(years: &[i32]) -> Self {
        Self { years: years.len(), state: 0x9e37_79b9_7f4a_7c15 }
    }
}

impl Iterator for Draws {
    type Item = Vec<f64>;

    fn next(&mut self) -> Option<Vec<f64>> {
        let mut weights = vec![0.0; self.years];
        for _ in 0..self.years {
            // xorshift64*, Vigna 2016.
            self.state ^= self.state >> 12;
            self.state ^= self.state << 25;
            self.state ^= self.state >> 27;
            let drawn = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
            let at = usize::try_from(drawn).unwrap_or(0) % self.years.max(1);
            *weights.get_mut(at)? += 1.0;
        }
        Some(weights)
    }
}
