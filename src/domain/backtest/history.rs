//! One series of the past, year by year.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::text_enum;

use super::{TargetRule, TriedTarget, decimal, float};

text_enum! {
    /// What the values of a series are.
    SampleBasis "sample_basis" {
        /// Added up since January (累计值).
        Cumulative = "cumulative",
        /// Of the month alone (当月值).
        Period = "period",
        /// Growth of the year to date, in percent (累计同比).
        Yoy = "yoy",
        /// Stocks at the month's end (期末值).
        Point = "point",
    }
}

impl SampleBasis {
    /// What such a series is judged as.
    pub(super) fn targets(self) -> &'static [TriedTarget] {
        match self {
            Self::Cumulative | Self::Period => &[TriedTarget::Total, TriedTarget::Growth],
            Self::Yoy => &[TriedTarget::Rate],
            Self::Point => &[TriedTarget::Level],
        }
    }

    /// What values most likely are, when nobody says: negative ones are growth; ones that rise through every year and begin anew
    /// with each are added up; ones below 100 of which no January is known are growth; others are of the month alone. Stocks look
    /// like amounts of a month, so that they must be named.
    pub fn guess(values: &BTreeMap<(i32, u32), Decimal>) -> Self {
        if values.values().any(Decimal::is_sign_negative) {
            return Self::Yoy;
        }
        let (mut within, mut rises, mut turns, mut falls) = (0, 0, 0, 0);
        let pairs = values.iter().zip(values.iter().skip(1));
        for (((year, _), value), ((next_year, month), next)) in pairs {
            if year == next_year {
                within += 1;
                rises += usize::from(next >= value);
            } else if *month <= 3 {
                turns += 1;
                falls += usize::from(next < value);
            }
        }
        if within > 0 && turns > 0 && rises * 20 >= within * 19 && falls * 10 >= turns * 9 {
            return Self::Cumulative;
        }
        let january = values.keys().any(|(_, month)| *month == 1);
        let small = values.values().all(|value| *value < Decimal::ONE_HUNDRED);
        if small && !january { Self::Yoy } else { Self::Period }
    }
}

/// The years of one series that are known to their end: month to value, amounts added up since January.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What the values were.
    pub basis: SampleBasis,
    pub(super) years: BTreeMap<i32, BTreeMap<u32, Decimal>>,
    months: BTreeMap<i32, Vec<u32>>,
}

impl History {
    /// Puts values in order. Amounts of single months are added up; a January that is not published is part of February.
    /// Years without a December, and of amounts and stocks those with values that are not positive, are left out.
    pub fn new(basis: SampleBasis, values: &BTreeMap<(i32, u32), Decimal>) -> Self {
        let mut years: BTreeMap<i32, BTreeMap<u32, Decimal>> = BTreeMap::new();
        let mut sums: BTreeMap<i32, (u32, Decimal)> = BTreeMap::new();
        for (&(year, month), &value) in values {
            if basis != SampleBasis::Period {
                years.entry(year).or_default().insert(month, value);
                continue;
            }
            let (last, sum) = sums.entry(year).or_insert((u32::from(month == 2), Decimal::ZERO));
            let added = (*last + 1 == month).then(|| sum.checked_add(value)).flatten();
            if let Some(added) = added {
                (*last, *sum) = (month, added);
                years.entry(year).or_default().insert(month, added);
            }
        }
        years.retain(|_, months| {
            let positive = months.values().all(|value| *value > Decimal::ZERO);
            months.contains_key(&12) && (basis == SampleBasis::Yoy || positive)
        });
        let before_end =
            |months: &BTreeMap<u32, Decimal>| months.range(..12).map(|(month, _)| *month).collect();
        let months = years.iter().map(|(year, months)| (*year, before_end(months))).collect();
        Self { basis, years, months }
    }

    /// How many years are known to their end.
    pub fn len(&self) -> usize {
        self.years.len()
    }

    /// Whether no year is.
    pub fn is_empty(&self) -> bool {
        self.years.is_empty()
    }

    pub(super) fn months(&self, year: i32) -> &[u32] {
        self.months.get(&year).map_or(&[], Vec::as_slice)
    }

    fn at(&self, year: i32, month: u32) -> Option<f64> {
        self.years.get(&year)?.get(&month).copied().map(float)
    }

    /// Growth over the same month of last year, in percent, of amounts.
    pub(super) fn growth(&self, year: i32, month: u32) -> Option<Decimal> {
        let grows = matches!(self.basis, SampleBasis::Cumulative | SampleBasis::Period);
        let (now, before) = (self.at(year, month)?, self.at(year - 1, month)?);
        grows.then(|| decimal((now / before - 1.0) * 100.0)).flatten()
    }

    /// What came of a year, in the unit of the kind.
    pub(super) fn outcome(&self, year: i32, kind: TriedTarget) -> Option<Decimal> {
        match kind {
            TriedTarget::Growth => self.growth(year, 12),
            _ => self.years.get(&year)?.get(&12).copied(),
        }
    }

    /// The target of a year by a rule; `None` without four whole years before it.
    pub(super) fn target(&self, year: i32, kind: TriedTarget, rule: TargetRule) -> Option<Decimal> {
        let mut ends = [0.0; 4];
        for (end, back) in ends.iter_mut().zip(1..) {
            *end = self.at(year - back, 12)?;
        }
        let three = rule == TargetRule::ThreeGrowths;
        if kind == TriedTarget::Rate {
            return decimal(if three { (ends[0] + ends[1] + ends[2]) / 3.0 } else { ends[0] });
        }
        let growths = [ends[0] / ends[1], ends[1] / ends[2], ends[2] / ends[3]];
        let growth = if three { growths.iter().sum::<f64>() / 3.0 } else { growths[0] };
        decimal(if kind == TriedTarget::Growth { (growth - 1.0) * 100.0 } else { ends[0] * growth })
    }

    /// How far a target lies above what last year's way would bring: its share, its growth from here, the rate to date.
    pub(super) fn above_last_year(
        &self,
        year: i32,
        month: u32,
        kind: TriedTarget,
        target: Decimal,
    ) -> Option<f64> {
        let (now, target) = (self.at(year, month)?, float(target));
        if kind == TriedTarget::Rate {
            return Some(target - now);
        }
        let (then, end) = (self.at(year - 1, month)?, self.at(year - 1, 12)?);
        let target = if kind == TriedTarget::Growth { end * (1.0 + target / 100.0) } else { target };
        let above = libm::log(target / (now * end / then));
        above.is_finite().then_some(above)
    }
}
