//! What is known of one series as of a date: the latest vintage of every actual value, in order of time.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kind::ReportedBy;
use crate::{Basis, Figure, KindRow, Observation, Period};

use super::ratio::{add, mul, sub};
use super::requirement::values_add_up;
use super::{Missing, Subject};

/// Observations up to this number are ordered without allocation.
const INLINE: usize = 64;

/// Which facts are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) figure: Figure,
    pub(super) basis: Basis,
    pub(super) as_of: NaiveDate,
    /// The indicator's window, by which facts are regular; `None` where facts are of any day (nodes of a milestone).
    pub(super) window: Option<Period>,
    /// Months of a value that stands for itself, by the measure's habit: the rate of a year to date is not that of a month. `None`
    /// where values of any length will do, since they add up or reach up to their day.
    pub(super) months: Option<i32>,
}

impl Wanted {
    /// A figure of an indicator's own series, in its measure's basis.
    pub(super) fn of(subject: &Subject<'_>, row: &KindRow, figure: Figure, as_of: NaiveDate) -> Self {
        Self::in_basis(subject, row, (figure, subject.measure.basis), as_of)
    }

    /// The same in a basis of its own.
    pub(super) fn in_basis(
        subject: &Subject<'_>,
        row: &KindRow,
        (figure, basis): (Figure, Basis),
        as_of: NaiveDate,
    ) -> Self {
        let window = (row.reported_by != ReportedBy::Nodes).then_some(subject.window);
        let measure = subject.measure;
        let sums = figure == Figure::Level && values_add_up(&measure.name, &measure.unit);
        let months =
            (basis == Basis::Period && window.is_some() && !sums).then_some(measure.frequency.months());
        Self { figure, basis, as_of, window, months }
    }

    /// Whether an observation is such a fact, known by then, neither a forecast nor a plan, and regular.
    #[inline]
    pub(super) fn takes(&self, observation: &Observation) -> bool {
        self.is_one(observation) && self.is_regular(observation)
    }

    #[inline]
    fn is_one(&self, observation: &Observation) -> bool {
        observation.figure == self.figure
            && observation.basis == self.basis
            && observation.published_on <= self.as_of
            && observation.status.is_actual()
    }

    #[inline]
    fn is_regular(&self, observation: &Observation) -> bool {
        self.window.is_none_or(|window| observation.is_regular(window)) && self.is_of_length(observation)
    }

    #[inline]
    fn is_of_length(&self, observation: &Observation) -> bool {
        let period = observation.period;
        self.months.is_none_or(|months| {
            period.months() == months
                || months == 1 && period.is_january_february()
                || observation.partial && period.months() < months
                || self.window == Some(period)
        })
    }

    /// Whether a fact that does not count would have been one of the window's.
    fn misses(&self, observation: &Observation) -> bool {
        self.window.is_some_and(|window| window.contains(observation.period.end()))
    }
}

/// Whether `a` stands before `b` as a vintage of the same fact: one of a higher stage (自查 never displaces 核查), then a final value
/// before a preliminary one, whenever they were published, then the later one. The last keys only break ties between observations
/// that should not exist side by side, so that their order in memory never matters.
pub(super) fn is_later(a: &Observation, b: &Observation) -> bool {
    (a.weight(), a.published_on, a.vintage, a.id, a.value, a.status)
        > (b.weight(), b.published_on, b.vintage, b.id, b.value, b.status)
}

/// The known values of one series, one per period, ordered by end, then by start: their places among all observations, a
/// byte each, since a verdict has up to two such series and most have few values.
pub(super) struct Series<'a> {
    all: &'a [Observation],
    inline: [u8; INLINE],
    len: usize,
    spill: Vec<&'a Observation>,
    /// Whether any fact has several vintages.
    pub(super) revised: bool,
    /// Whether a fact of the window is not regular and so does not count.
    pub(super) refused: bool,
}

impl<'a> Series<'a> {
    /// Gathers what is `wanted`; the order of `observations` does not matter.
    pub(super) fn of(observations: &'a [Observation], wanted: Wanted) -> Self {
        let mut series = Self {
            all: observations,
            inline: [0; INLINE],
            len: 0,
            spill: Vec::new(),
            revised: false,
            refused: false,
        };
        if observations.len() > INLINE {
            series.gather(wanted);
            return series;
        }
        // Values mostly come in order of time, one for each period.
        let mut latest = NaiveDate::MIN;
        for (place, observation) in (0_u8..).zip(observations) {
            if !wanted.is_one(observation) {
                continue;
            }
            if !wanted.is_regular(observation) {
                series.refused |= wanted.misses(observation);
            } else if observation.period.end() > latest {
                latest = observation.period.end();
                series.inline[series.len] = place;
                series.len += 1;
            } else {
                series.insert(place, observation);
            }
        }
        series
    }

    /// Insertion from behind.
    fn insert(&mut self, place: u8, observation: &'a Observation) {
        let mut at = self.len;
        while let Some(before) = at.checked_sub(1).and_then(|before| self.get(before)) {
            match key(before).cmp(&key(observation)) {
                std::cmp::Ordering::Less => break,
                std::cmp::Ordering::Equal => {
                    self.revised = true;
                    if is_later(observation, before) {
                        self.inline[at - 1] = place;
                    }
                    return;
                }
                std::cmp::Ordering::Greater => at -= 1,
            }
        }
        self.inline.copy_within(at..self.len, at + 1);
        self.inline[at] = place;
        self.len += 1;
    }

    fn gather(&mut self, wanted: Wanted) {
        let mut all: Vec<_> = self.all.iter().filter(|observation| wanted.takes(observation)).collect();
        all.sort_by(|a, b| {
            key(a).cmp(&key(b)).then_with(|| {
                if is_later(a, b) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater }
            })
        });
        let vintages = all.len();
        all.dedup_by_key(|observation| observation.period);
        self.revised = all.len() < vintages;
        self.refused =
            self.all.iter().any(|one| wanted.is_one(one) && !wanted.is_regular(one) && wanted.misses(one));
        self.len = all.len();
        self.spill = all;
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at an index, in order of time.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&'a Observation> {
        if self.spill.is_empty() {
            let places = self.inline.get(..self.len)?;
            places.get(index).and_then(|&place| self.all.get(usize::from(place)))
        } else {
            self.spill.get(index).copied()
        }
    }

    /// The values from an index on.
    fn from(&self, index: usize) -> impl Iterator<Item = &'a Observation> {
        (index..).map_while(|index| self.get(index))
    }

    /// The values that end by `day`, in order of time.
    pub(super) fn until(&self, day: NaiveDate) -> impl Iterator<Item = &'a Observation> {
        self.from(0).take_while(move |one| one.period.end() <= day)
    }

    /// The latest day before `day` on which a value ends.
    pub(super) fn end_before(&self, day: NaiveDate) -> Option<NaiveDate> {
        let last = self.count_before(day).checked_sub(1)?;
        self.get(last).map(|one| one.period.end())
    }

    /// How many values end before `day`.
    fn count_before(&self, day: NaiveDate) -> usize {
        let (mut from, mut to) = (0, self.len);
        while from < to {
            let middle = from.midpoint(to);
            if self.get(middle).is_some_and(|one| one.period.end() < day) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    /// The index of the latest value whose period ends within `window`; of several that end on the same day, the
    /// one that reaches farthest back without leaving the window.
    pub(super) fn latest_in(&self, window: Period) -> Option<usize> {
        let ends_within =
            |index: &usize| self.get(*index).is_some_and(|one| one.period.end() <= window.end());
        let last = (0..self.len).rev().find(ends_within)?;
        let end = self.get(last)?.period.end();
        if end < window.start() {
            return None;
        }
        let mut best = last;
        for index in (0..last).rev() {
            match self.get(index) {
                Some(one) if one.period.end() == end => {
                    if one.period.start() >= window.start() {
                        best = index;
                    }
                }
                _ => break,
            }
        }
        Some(best)
    }

    /// The value of exactly this period; for a stock, of any period that ends that day.
    pub(super) fn at(&self, period: Period, basis: Basis) -> Option<&'a Observation> {
        let mut ends =
            self.from(self.count_before(period.end())).take_while(|one| one.period.end() == period.end());
        ends.find(|one| basis == Basis::Point || one.period.start() == period.start())
    }

    /// The index of the first value that ends on `day`.
    pub(super) fn ending(&self, day: NaiveDate) -> Option<usize> {
        let at = self.count_before(day);
        self.get(at).filter(|one| one.period.end() == day).map(|_| at)
    }

    /// The amount added up over `span`: one value that covers it, or adjoining ones that cover it together
    /// (1—2月 is one of them), or the difference of two year-to-date values.
    pub(super) fn sum(&self, span: Period) -> Result<Decimal, Missing> {
        let mut total = Decimal::ZERO;
        let mut end = span.end();
        loop {
            let first = self.ending(end).ok_or(Missing::GapInPeriods)?;
            let ends_here = self.from(first).take_while(|one| one.period.end() == end);
            let mut earlier = None;
            let mut widest = None;
            for observation in ends_here {
                if observation.period.start() < span.start() {
                    earlier = Some(observation);
                } else {
                    widest = Some(observation);
                    break;
                }
            }
            if let Some(observation) = widest {
                total = add(total, observation.value)?;
                if observation.period.start() == span.start() {
                    return Ok(total);
                }
                end = observation.period.start().pred_opt().ok_or(Missing::GapInPeriods)?;
                continue;
            }
            return match earlier {
                Some(observation) => {
                    self.less_before(observation, span.start()).and_then(|part| add(total, part))
                }
                None => Err(Missing::GapInPeriods),
            };
        }
    }

    /// The mean of the values reported from `start` to the period of `at`, by their months; of those that end on one day the shortest
    /// count, and months that nobody reported are none.
    pub(super) fn mean(&self, start: NaiveDate, at: &Observation) -> Result<Decimal, Missing> {
        let (mut total, mut months, mut end) = (Decimal::ZERO, 0, at.period.end());
        while end >= start {
            let Some(one) = self.shortest(start, end) else { break };
            let length = i64::from(one.period.months()).max(1);
            total = add(total, mul(one.value, Decimal::from(length))?)?;
            months += length;
            end = one.period.start().pred_opt().ok_or(Missing::GapInPeriods)?;
        }
        total
            .checked_div(Decimal::from(months))
            .map(|mean| mean.round_dp(10).normalize())
            .ok_or(Missing::Observation)
    }

    /// The value that begins on or after `start` and ends last by `end`; of those that end on one day the shortest.
    pub(super) fn shortest(&self, start: NaiveDate, end: NaiveDate) -> Option<&'a Observation> {
        let within = self.until(end).filter(|one| one.period.start() >= start);
        within.max_by_key(|one| (one.period.end(), one.period.start()))
    }

    /// What a year-to-date value gained since `start`: itself less the value of the same year that ends the day before.
    fn less_before(&self, observation: &Observation, start: NaiveDate) -> Result<Decimal, Missing> {
        let eve = start.pred_opt().ok_or(Missing::GapInPeriods)?;
        let before = Period::new(observation.period.start(), eve).map_err(|_| Missing::GapInPeriods)?;
        let before = self.at(before, Basis::Cumulative).ok_or(Missing::GapInPeriods)?;
        sub(observation.value, before.value)
    }
}

fn key(observation: &Observation) -> (NaiveDate, NaiveDate) {
    (observation.period.end(), observation.period.start())
}

/// The latest vintage of one fact among any observations; for a stock, of any period that ends that day.
pub(super) fn find(observations: &[Observation], period: Period, wanted: Wanted) -> Option<&Observation> {
    let mut best: Option<&Observation> = None;
    for observation in observations {
        if observation.period.end() == period.end()
            && (wanted.basis == Basis::Point || observation.period.start() == period.start())
            && wanted.takes(observation)
            && best.is_none_or(|known| {
                // Of several stocks reported for one day, the one that reaches farthest back, as in a series.
                let (start, known_start) = (observation.period.start(), known.period.start());
                start < known_start || (start == known_start && is_later(observation, known))
            })
        {
            best = Some(observation);
        }
    }
    best
}
