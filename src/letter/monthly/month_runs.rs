//! How long a series has stood on one side, period by period, with the facts that say so.

use std::cmp::Ordering;

use chrono::{Datelike as _, Months, NaiveDate};

use super::month_facts::ReportFact;

/// From how many periods in a row on a run is worth a word.
const RUN_MIN: usize = 3;

/// Periods in a row on one side, ending with the latest, and the run on the other side that it ended.
pub(super) struct CountedRun<'a> {
    /// Which side of the other, or of zero.
    pub(super) side: Ordering,
    /// How many.
    pub(super) periods: usize,
    /// How many the run before had, where it was worth a word and this is its first period on the other side; else 0.
    pub(super) ended: usize,
    /// Whether each period is a month of its own, so that they may be called months.
    pub(super) months: bool,
    /// The facts of all these periods.
    pub(super) facts: Vec<&'a ReportFact>,
}

impl CountedRun<'_> {
    /// 7个月, 6期: January and February published as one are one period.
    pub(super) fn length(&self, periods: usize) -> String {
        format!("{periods}{}", if self.months { "个月" } else { "期" })
    }
}

/// The run that ends with the last of `course` (by end, one fact a period, `step` months apart); `None` where it is no news.
/// `side` gives the side of a period with the fact it is compared with; a period without a side ends the run.
pub(super) fn run<'a>(
    course: &[&'a ReportFact],
    step: u32,
    side: impl Fn(&ReportFact) -> Option<(Ordering, Option<&'a ReportFact>)>,
) -> Option<CountedRun<'a>> {
    let (now, _) = side(course.last()?)?;
    if now == Ordering::Equal {
        return None;
    }
    let last = course.len().checked_sub(1)?;
    let here = stretch(course, last, step, |fact| side(fact).filter(|(found, _)| *found == now));
    let periods = here.periods;
    let months = step == 1 && !here.merged;
    let before = here.before.map(|before| {
        stretch(course, before, step, |fact| side(fact).filter(|(found, _)| *found == now.reverse()))
    });
    match before.filter(|before| periods == 1 && before.periods >= RUN_MIN) {
        Some(before) => {
            let months = months && !before.merged;
            let facts = here.facts.into_iter().chain(before.facts).collect();
            Some(CountedRun { side: now, periods, ended: before.periods, months, facts })
        }
        None => (periods >= RUN_MIN).then_some(CountedRun {
            side: now,
            periods,
            ended: 0,
            months,
            facts: here.facts,
        }),
    }
}

/// Periods that follow one another.
struct Stretch<'a> {
    periods: usize,
    facts: Vec<&'a ReportFact>,
    /// Whether one of them is January and February together.
    merged: bool,
    /// The period before the first of them, where it follows on it.
    before: Option<usize>,
}

/// The periods back from `last` that `side` takes.
fn stretch<'a>(
    course: &[&'a ReportFact],
    last: usize,
    step: u32,
    side: impl Fn(&ReportFact) -> Option<(Ordering, Option<&'a ReportFact>)>,
) -> Stretch<'a> {
    let mut found = Stretch { periods: 0, facts: Vec::new(), merged: false, before: Some(last) };
    while let Some(index) = found.before
        && let Some(fact) = course.get(index)
        && let Some((_, other)) = side(fact)
    {
        found.facts.push(*fact);
        found.facts.extend(other);
        found.periods += 1;
        let before = index.checked_sub(1).and_then(|before| course.get(before));
        let follows = before.map(|before| distance(before.period.end(), fact.period.end()));
        // A month's course that has no January: what ends with February holds two months.
        let merged = step == 1 && fact.period.end().month() == 2 && follows != Some(1);
        found.merged |= merged;
        found.before = index.checked_sub(1).filter(|_| follows == Some(step) || merged && follows == Some(2));
    }
    found
}

/// Months from one month's end to a later one's.
fn distance(from: NaiveDate, to: NaiveDate) -> u32 {
    let months = (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32;
    u32::try_from(months).unwrap_or(0)
}

/// The fact of the period before, of a course by end.
pub(super) fn before<'a>(
    course: &[&'a ReportFact],
    latest: &ReportFact,
    step: u32,
) -> Option<&'a ReportFact> {
    let first = latest.period.end().with_day(1)?;
    let month = first.checked_sub_months(Months::new(step))?;
    let fits = |fact: &&&ReportFact| {
        (fact.period.end().year(), fact.period.end().month()) == (month.year(), month.month())
            && fact.period.end().year() == latest.period.end().year()
    };
    course.iter().rev().find(fits).copied()
}
