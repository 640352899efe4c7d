//! F(p): which fraction of the work is due by the end of a period.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::period::year_before;
use crate::{Curve, CurveKind, Doubt, Figure, Node, Observation, Period};

use super::assessment_input::AssessmentInput;
use super::months::Months;
use super::ratio::{add, mul, sub};
use super::series::{Series, Wanted, is_later};
use super::{Missing, Ratio};

impl AssessmentInput<'_> {
    /// The fraction due by the end of `day` under the indicator's curve. A curve whose history is missing is only
    /// replaced by linear months when the rule pack says so, and the caller is told what was missing.
    pub(super) fn required_progress(
        &self,
        day: NaiveDate,
        months: Months,
    ) -> Result<RequiredProgress, Missing> {
        let window = self.subject.window;
        let exact = |ratio: Option<Ratio>, used| {
            Ok(RequiredProgress {
                fraction: ratio.ok_or(Missing::OutOfRange)?,
                used,
                missing: None,
                doubt: None,
            })
        };
        let (share, used, missing) = match self.subject.curve {
            Curve::LinearMonths => return exact(months.fraction(), CurveKind::LinearMonths),
            Curve::LinearDays => return exact(linear_days(window, day), CurveKind::LinearDays),
            Curve::Nodes(nodes) => return exact(between(nodes, window, day), CurveKind::Nodes),
            Curve::LastYear => (self.share(day, 1), CurveKind::LastYear, Missing::LastYearShare),
            Curve::MeanYears(years) => {
                (self.mean_share(day, *years), CurveKind::MeanYears, Missing::EarlierShares)
            }
        };
        match share {
            Ok(share) => {
                Ok(RequiredProgress { fraction: share.ratio, used, missing: None, doubt: share.doubt })
            }
            Err(_) if self.pack.fallback_linear => {
                let fraction = months.fraction().ok_or(Missing::OutOfRange)?;
                let used = CurveKind::LinearMonths;
                Ok(RequiredProgress { fraction, used, missing: Some(missing), doubt: None })
            }
            Err(Missing::OutOfRange) => Err(Missing::OutOfRange),
            Err(_) => Err(missing),
        }
    }

    /// The share of its own year that was reached by the same day `years` ago: of the amount added up, or, for
    /// stocks and shares, of the way from where that year began. Only a share between nothing and all of it, of a year that
    /// went the wanted way, means anything.
    pub(super) fn share(&self, day: NaiveDate, years: u32) -> Result<Share, Missing> {
        let unknown = Missing::LastYearShare;
        let levels = self.levels().ok_or(unknown)?;
        let mut window = self.subject.window;
        let first = levels.get(0).ok_or(unknown)?;
        if first.period.end() >= window.start() {
            // Nothing at all is known from before the window.
            return Err(unknown);
        }
        let mut day = day;
        for _ in 0..years {
            window = window.last_year().ok_or(unknown)?;
            day = year_before(day).ok_or(unknown)?;
        }
        let part = Period::new(window.start(), day).map_err(|_| unknown)?;
        let (mut doubt, whole) = self.whole_of_one_state(levels, part, window);
        let (mut reached, mut whole) = if self.adds_up() || self.counts_from_zero() {
            let all = || self.added_over(window, levels);
            (self.added_over(part, levels)?, whole.map_or_else(all, Ok)?)
        } else if matches!(self.row.way, WayFrom::Baseline | WayFrom::BaselineOrLevel | WayFrom::BaselineBy) {
            let at = |day| self.stock(day).ok_or(unknown);
            let (base, of_start) = if self.starts_from_nothing() {
                (Decimal::ZERO, None)
            } else {
                let base = at(window.start().pred_opt().ok_or(unknown)?)?;
                self.start_of_one_state(levels, (window, part), base)
            };
            doubt = doubt.or(of_start);
            let end = || at(window.end());
            (sub(at(part.end())?, base)?, sub(whole.map_or_else(end, Ok)?, base)?)
        } else {
            return Err(unknown);
        };
        if self.requirement.ceiling && !self.adds_up() && !self.counts_from_zero() {
            (reached, whole) = (-reached, -whole);
        }
        // A year that came to nothing or went the other way has no shares, and one that went back on its way none that hold.
        if whole <= Decimal::ZERO || reached < Decimal::ZERO || reached > whole {
            return Err(unknown);
        }
        Ok(Share { ratio: Ratio::new(reached, whole).ok_or(unknown)?, doubt })
    }

    /// Part and whole of a year must come from one state of knowledge. Where the whole was revised after the part was last
    /// published, the whole as it was known then stands in, and there is a doubt; likewise a doubt, but nothing in place of
    /// it, where the part was revised after the whole.
    fn whole_of_one_state(
        &self,
        levels: &Series<'_>,
        part: Period,
        whole: Period,
    ) -> (Option<Doubt>, Option<Decimal>) {
        if !levels.revised || part == whole {
            return (None, None);
        }
        let basis = self.basis;
        let (Some(part), Some(whole)) = (levels.at(part, basis), levels.at(whole, basis)) else {
            return (None, None);
        };
        let wanted = Wanted::of(self.subject, self.row, Figure::Level, self.as_of);
        if whole.published_on > part.published_on {
            // Published once, or for the first time after the part: as usual.
            let then =
                self.known_by(part.published_on, whole, wanted).or_else(|| self.first_vintage(whole, wanted));
            return match then {
                Some(then) if then.value != whole.value => (Some(Doubt::WholeRevisedAlone), Some(then.value)),
                _ => (None, None),
            };
        }
        let alone =
            self.known_by(whole.published_on, part, wanted).is_some_and(|then| then.value != part.value);
        (alone.then_some(Doubt::PartRevisedAlone), None)
    }

    /// Where a year's start was revised after the part of it was last published, the start as it was known then stands in, and
    /// there is a doubt.
    fn start_of_one_state(
        &self,
        levels: &Series<'_>,
        (window, part): (Period, Period),
        base: Decimal,
    ) -> (Decimal, Option<Doubt>) {
        let eve = || levels.get(levels.ending(window.start().pred_opt()?)?);
        let until = || levels.get(levels.ending(part.end())?);
        let (true, Some(eve), Some(until)) = (levels.revised, eve(), until()) else { return (base, None) };
        if eve.published_on <= until.published_on {
            return (base, None);
        }
        let wanted = Wanted::of(self.subject, self.row, Figure::Level, self.as_of);
        match self.known_by(until.published_on, eve, wanted) {
            Some(then) if then.value != base => (then.value, Some(Doubt::StartRevisedAlone)),
            _ => (base, None),
        }
    }

    /// The vintages of a fact at its stage: what another stage says is no state of it.
    fn vintages(&self, of: &Observation, wanted: Wanted) -> impl Iterator<Item = &Observation> {
        let (period, stage) = (of.period, of.weight().0);
        let own = self.known.own.iter();
        own.filter(move |one| one.period == period && one.weight().0 == stage && wanted.takes(one))
    }

    /// The vintage of a fact that counted on a day.
    fn known_by(&self, day: NaiveDate, of: &Observation, wanted: Wanted) -> Option<&Observation> {
        let all = self.vintages(of, wanted);
        all.filter(|one| one.published_on <= day).fold(None, |best: Option<&Observation>, one| {
            if best.is_none_or(|best| is_later(one, best)) { Some(one) } else { best }
        })
    }

    /// The vintage of a fact that was published first.
    fn first_vintage(&self, of: &Observation, wanted: Wanted) -> Option<&Observation> {
        self.vintages(of, wanted).min_by_key(|one| (one.published_on, one.vintage))
    }

    /// Whether it grows from nothing, even when a running count of it is kept as a stock.
    pub(super) fn counts_from_zero(&self) -> bool {
        match self.row.way {
            WayFrom::Zero => true,
            WayFrom::ZeroOrFlat => {
                let (each, mean) = (self.requirement.each_period, self.requirement.mean);
                !self.row.limit && self.unit_adds_up && !self.requirement.between && !each && !mean
            }
            _ => false,
        }
    }

    /// What was added up over a part of a year, by its values or by a running count reported as a stock.
    pub(super) fn added_over(&self, part: Period, levels: &Series<'_>) -> Result<Decimal, Missing> {
        if self.adds_up() { levels.sum(part) } else { self.stock(part.end()).ok_or(Missing::LastYearShare) }
    }

    fn mean_share(&self, day: NaiveDate, years: u32) -> Result<Share, Missing> {
        let (mut sum, mut doubt) = (Decimal::ZERO, None);
        for back in 1..=years {
            let share = self.share(day, back)?;
            doubt = doubt.or(share.doubt);
            sum = add(sum, share.ratio.value().ok_or(Missing::OutOfRange)?)?;
        }
        Ok(Share { ratio: Ratio::new(sum, Decimal::from(years)).ok_or(Missing::EarlierShares)?, doubt })
    }
}

/// An earlier year's share, and what is odd about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) ratio: Ratio,
    pub(super) doubt: Option<Doubt>,
}

/// What is due, by which curve, and what was missing when that is not the indicator's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequiredProgress {
    pub(super) fraction: Ratio,
    pub(super) used: CurveKind,
    pub(super) missing: Option<Missing>,
    pub(super) doubt: Option<Doubt>,
}

fn linear_days(window: Period, day: NaiveDate) -> Option<Ratio> {
    let day = day.clamp(window.start(), window.end());
    let elapsed = (day - window.start()).num_days() + 1;
    Ratio::new(Decimal::from(elapsed), Decimal::from(window.days()))
}

/// Straight lines between dated fractions. Nothing is due at the end of the day before the window starts (so one node
/// at the window's end is the same curve as linear days), everything after the last node.
fn between(nodes: &[Node], window: Period, day: NaiveDate) -> Option<Ratio> {
    let after = nodes.partition_point(|node| node.on < day);
    let Some(next) = nodes.get(after) else { return Some(Ratio::whole(Decimal::ONE)) };
    if next.on == day {
        return Some(Ratio::whole(next.fraction));
    }
    let eve = window.start().pred_opt()?;
    let (from, done) = match after.checked_sub(1).and_then(|before| nodes.get(before)) {
        Some(before) => (before.on, before.fraction),
        None if day <= eve => return Some(Ratio::whole(Decimal::ZERO)),
        None => (eve, Decimal::ZERO),
    };
    // (f₀·D + (f₁ − f₀)·d) / D, exact.
    let (gone, all) = (Decimal::from((day - from).num_days()), Decimal::from((next.on - from).num_days()));
    let numerator = add(mul(done, all).ok()?, mul(sub(next.fraction, done).ok()?, gone).ok()?).ok()?;
    Ratio::new(numerator, all)
}
