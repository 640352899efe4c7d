//! Small checks beside the verdict: stated differences, 三个高于, cascades.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::{Better, Figure, Observation, Period, Status};

/// What a benchmark must be when `own` is stated to be `difference` above it (negative: below):
/// +3.0 % and 4.6 points above means −1.6 %.
pub fn implied_benchmark(own: Decimal, difference: Decimal) -> Option<Decimal> {
    own.checked_sub(difference)
}

/// A stated difference that the stated values do not bear out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The difference as stated.
    pub stated: Decimal,
    /// The difference of the stated values.
    pub computed: Decimal,
}

/// Flags a stated difference of `own` over `benchmark` that is off by more than `tolerance` (for values rounded to one
/// decimal place, 0.1: each may be half a unit off, and so may the difference). Nothing is corrected.
pub fn contradiction(
    own: Decimal,
    benchmark: Decimal,
    stated: Decimal,
    tolerance: Decimal,
) -> Option<Contradiction> {
    let computed = own.checked_sub(benchmark)?;
    let off = computed.checked_sub(stated)?.abs();
    (off > tolerance).then_some(Contradiction { stated, computed })
}

/// What a stated difference is a difference from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatedAgainst {
    /// The pace due (序时进度).
    Pace,
    /// What had been foreseen (预期、预计).
    Foreseen,
    /// The end of last year (去年年底、上年末).
    YearEnd,
    /// The same period of last year (去年同期).
    LastYear,
    /// Nothing: the number is a place (全省位次).
    Rank,
    /// The average of a region.
    Region,
}

impl StatedAgainst {
    /// Reads what it is called.
    pub fn read(against: &str) -> Self {
        let names = |words: &[&str]| words.iter().any(|word| against.contains(word));
        if names(&["序时"]) {
            Self::Pace
        } else if names(&["排名", "位次", "名次", "排位"]) {
            Self::Rank
        } else if names(&["预期", "预计", "预测"]) {
            Self::Foreseen
        } else if names(&["年底", "年末", "年初"]) {
            Self::YearEnd
        } else if names(&["平均", "全国", "全省", "全市", "全州", "省均", "市均"]) {
            // 同期全国平均 speaks of the nation.
            Self::Region
        } else if names(&["去年", "上年", "同期"]) {
            Self::LastYear
        } else {
            Self::Region
        }
    }
}

/// What was foreseen of a period's figure, by the latest word on it.
pub fn foreseen(own: &[Observation], period: Period, figure: Figure, as_of: NaiveDate) -> Option<Decimal> {
    let of_it = |one: &&Observation| {
        (one.period, one.figure, one.status) == (period, figure, Status::Forecast)
            && one.published_on <= as_of
    };
    own.iter().filter(of_it).max_by_key(|one| (one.published_on, one.vintage)).map(|one| one.value)
}

/// The composite check 三个高于: above the previous quarter, the same period of last year, and the nation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreeAbove {
    /// Against the previous quarter; `None` when not known.
    pub previous_quarter: Option<bool>,
    /// Against the same period of last year.
    pub last_year: Option<bool>,
    /// Against the nation.
    pub nation: Option<bool>,
}

impl ThreeAbove {
    /// Compares; for a lower-is-better measure "above" means below. Equal is not above.
    pub fn of(
        own: Decimal,
        [previous_quarter, last_year, nation]: [Option<Decimal>; 3],
        better: Better,
    ) -> Self {
        let above = |other: Option<Decimal>| {
            other.map(|other| if better == Better::Lower { own < other } else { own > other })
        };
        Self { previous_quarter: above(previous_quarter), last_year: above(last_year), nation: above(nation) }
    }

    /// Whether all three hold; one that fails settles it, otherwise one that is not known leaves it open.
    pub fn all(self) -> Option<bool> {
        let parts = [self.previous_quarter, self.last_year, self.nation];
        if parts.contains(&Some(false)) {
            return Some(false);
        }
        parts.iter().all(Option::is_some).then_some(true)
    }
}

/// A target handed down from one level to the next (省→市→县): what the parts add up to against the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cascade {
    /// The parent's number.
    pub parent: Decimal,
    /// The sum of the parts that are known.
    pub sum: Decimal,
    /// `sum − parent`: negative when the parts do not cover the whole.
    pub gap: Decimal,
    /// How many parts are not known; the gap is final only when none is missing.
    pub unknown: usize,
}

impl Cascade {
    /// Adds up the parts, all in the parent's unit; `None` when the sum is too large to write.
    pub fn of(parent: Decimal, parts: impl IntoIterator<Item = Option<Decimal>>) -> Option<Self> {
        let (mut sum, mut unknown) = (Decimal::ZERO, 0);
        for part in parts {
            match part {
                Some(part) => sum = sum.checked_add(part)?,
                None => unknown += 1,
            }
        }
        Some(Self { parent, sum, gap: sum.checked_sub(parent)?, unknown })
    }

    /// Whether the parts add up to something else than the whole; `None` while a part is not known. Parts that are not known
    /// can only add: a sum beyond the whole differs already.
    pub fn differs(&self) -> Option<bool> {
        let beyond = self.gap > Decimal::ZERO;
        (self.unknown == 0 || beyond).then_some(!self.gap.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_benchmark_follows_from_a_value_and_a_stated_difference() {
        for (own, difference, want) in [("3.0", "4.6", "-1.6"), ("-26.2", "-63.8", "37.6")] {
            assert_eq!(implied_benchmark(d(own), d(difference)), Some(d(want)));
        }
    }

    #[test]
    fn a_difference_that_contradicts_the_values_is_flagged() {
        for (own, benchmark, stated, flagged) in [
            ("2.9", "1.6", "1.3", false),
            ("2.9", "1.6", "1.4", false),
            ("2.9", "1.6", "1.5", true),
            ("-1.6", "-4.0", "2.4", false),
            ("-1.6", "-4.0", "-2.4", true),
        ] {
            let found = contradiction(d(own), d(benchmark), d(stated), d("0.1"));
            assert_eq!(found.is_some(), flagged, "{own} {benchmark} {stated}");
        }
    }

    #[test]
    fn what_a_difference_is_from_is_read() {
        use StatedAgainst::{Foreseen, LastYear, Pace, Rank, Region, YearEnd};
        for (against, want) in [
            ("序时进度", Pace),
            ("序时要求", Pace),
            ("预期", Foreseen),
            ("预期目标", Foreseen),
            ("去年年底", YearEnd),
            ("上年末", YearEnd),
            ("年初", YearEnd),
            ("去年同期", LastYear),
            ("上年同期", LastYear),
            ("同期全国平均", Region),
            ("全省平均水平", Region),
            ("全省排名", Rank),
            ("全省位次", Rank),
            ("长沙市", Region),
        ] {
            assert_eq!(StatedAgainst::read(against), want, "{against}");
        }
    }

    #[test]
    fn three_above_needs_all_three() {
        let check = |own, others: [Option<&str>; 3], better| {
            ThreeAbove::of(d(own), others.map(|other| other.map(d)), better).all()
        };
        assert_eq!(check("6.2", [Some("6.0"), Some("5.9"), Some("4.8")], Better::Higher), Some(true));
        assert_eq!(check("6.2", [Some("6.2"), Some("5.9"), None], Better::Higher), Some(false));
        assert_eq!(check("6.2", [Some("6.0"), Some("5.9"), None], Better::Higher), None);
        assert_eq!(check("1", [Some("2"), Some("2"), Some("2")], Better::Lower), Some(true));
        assert_eq!(check("2", [Some("2"), Some("3"), Some("3")], Better::Lower), Some(false));
    }

    #[test]
    fn parts_of_a_cascade_are_held_against_the_whole() {
        let cascade = Cascade::of(d("70"), [Some(d("30")), None, Some(d("35.5"))]).unwrap();
        assert_eq!((cascade.sum, cascade.gap, cascade.unknown), (d("65.5"), d("-4.5"), 1));
    }
}
