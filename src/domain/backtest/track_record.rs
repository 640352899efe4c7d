//! What an office's own forecasts were worth: what was stated in closed windows, held against what came.

use super::score::{Case, Cases, Reliability};

/// One statement and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastForecast {
    /// Probability stated that the target would be missed, 0 to 1.
    pub p_miss: f64,
    /// Whether it was.
    pub missed: bool,
    /// Whether the interval stated to hold four truths in five held what came; `None` where none was stated or nothing came.
    pub held: Option<bool>,
}

/// How good statements were; `None` where what there is cannot tell.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackRecord {
    /// How many.
    pub count: usize,
    /// How many of them are of targets that were missed.
    pub missed: usize,
    /// Probability that a missed target scored higher than one that was met; none without both.
    pub auc: Option<f64>,
    /// Mean square of probability less truth.
    pub brier: Option<f64>,
    /// 1 − Brier ÷ Brier of the share that was missed; none without both.
    pub skill: Option<f64>,
    /// Mean distance of stated and observed probability over ten bins.
    pub ece: Option<f64>,
    /// How many stated an interval, and how many of these held what came.
    pub intervals: (usize, usize),
    /// Stated and observed probability by tenth.
    pub tenths: [Reliability; 10],
}

/// How good statements were. The formulas are those of the backtest.
pub fn track_record(all: &[PastForecast]) -> TrackRecord {
    let held: Vec<bool> = all.iter().filter_map(|one| one.held).collect();
    let as_case = |one: &PastForecast| Case {
        year: 0,
        p_miss: one.p_miss,
        by_last_year: 0.0,
        missed: f64::from(u8::from(one.missed)),
        held: 0.0,
    };
    let [_, auc, brier, skill, _, _, _, ece] =
        Cases::sorted(all.iter().map(as_case).collect(), Vec::new()).figures(&[1.0]);
    let finite = |figure: f64| Some(figure).filter(|figure| figure.is_finite());
    TrackRecord {
        count: all.len(),
        missed: all.iter().filter(|one| one.missed).count(),
        auc: finite(auc),
        brier: finite(brier),
        skill: finite(skill),
        ece: finite(ece),
        intervals: (held.len(), held.iter().filter(|held| **held).count()),
        tenths: Reliability::by_tenth(all.iter().map(|one| (one.p_miss, one.missed))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(p_miss: f64, missed: bool, held: Option<bool>) -> PastForecast {
        PastForecast { p_miss, missed, held }
    }

    #[test]
    fn four_statements_are_scored_by_hand() {
        let all = [
            said(0.9, true, Some(true)),
            said(0.6, false, Some(false)),
            said(0.4, true, None),
            said(0.1, false, Some(true)),
        ];
        let record = track_record(&all);
        // Of the four pairs of a missed and a met target three are in order: 0.9 over 0.6 and 0.1, 0.4 over 0.1.
        assert!((record.auc.unwrap() - 0.75).abs() < 1e-12);
        // (0.01 + 0.36 + 0.36 + 0.01) ÷ 4; always saying one half comes to 0.25.
        assert!((record.brier.unwrap() - 0.185).abs() < 1e-12);
        assert!((record.skill.unwrap() - 0.26).abs() < 1e-12);
        // 0.1 off in the tenth and in the second tenth, 0.6 off in the two between.
        assert!((record.ece.unwrap() - 0.35).abs() < 1e-12);
        assert_eq!((record.count, record.missed, record.intervals), (4, 2, (3, 2)));
        let tenth = record.tenths[9];
        assert_eq!((tenth.count, tenth.missed), (1, 1.0));
        let counts: Vec<usize> = record.tenths.iter().map(|tenth| tenth.count).collect();
        assert_eq!(counts, [0, 1, 0, 0, 1, 0, 1, 0, 0, 1]);
    }

    #[test]
    fn what_was_always_missed_tells_no_order() {
        let record = track_record(&[said(0.9, true, None), said(0.2, true, None)]);
        assert_eq!((record.auc, record.skill, record.intervals), (None, None, (0, 0)));
        assert!((record.brier.unwrap() - 0.325).abs() < 1e-12);
        let none = track_record(&[]);
        assert_eq!((none.count, none.brier, none.ece), (0, None, None));
    }
}
