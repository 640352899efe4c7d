//! Working days under the State Council's yearly holiday notice, with 调休.
//!
//! A reply deadline is counted in working days, and which days are working days is decided each autumn for the
//! year after. Without that notice the answer is an error, never a guess: see [`UnpublishedYear`].

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

/// The office's time zone, Asia/Shanghai, in hours east of Greenwich; without summer time since 1991.
pub const OFFICE_UTC_HOURS: i32 = 8;

/// A date the notice names, with the holiday it belongs to (`春节`, `国庆节`…).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticeDay {
    /// The day itself.
    pub date: NaiveDate,
    /// The holiday's Chinese name; for a make-up workday, the holiday it makes up for.
    pub holiday: String,
}

/// One year's notice: the days it frees and the weekend days it turns into workdays.
///
/// Both lists are sorted and free of repetition; [`CalendarYear::new`] refuses anything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarYear {
    year: i32,
    days_off: Vec<NoticeDay>,
    work_days: Vec<NoticeDay>,
}

/// Why a year's notice, or a set of them, is not a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// A notice for a year speaks of that year and of the December before it (元旦's bridge days), nothing else.
    #[error("{year}年日历中的日期{date}超出该年放假通知的范围（上年12月1日至当年12月31日）")]
    OutOfReach {
        /// The notice's year.
        year: i32,
        /// The date outside it.
        date: NaiveDate,
    },
    /// The same date twice in one list.
    #[error("{year}年日历中的日期{date}重复")]
    Repeated {
        /// The notice's year.
        year: i32,
        /// The repeated date.
        date: NaiveDate,
    },
    /// The same date as a day off and as a workday.
    #[error("{year}年日历中的日期{date}既是放假日又是上班日")]
    BothKinds {
        /// The notice's year.
        year: i32,
        /// The contradictory date.
        date: NaiveDate,
    },
    /// A make-up workday that is no Saturday or Sunday, most likely a slip of the pen.
    #[error("{year}年日历中的调休上班日{date}不是星期六或星期日")]
    WorkDayNotOnWeekend {
        /// The notice's year.
        year: i32,
        /// The weekday in question.
        date: NaiveDate,
    },
    /// A day without a holiday's name.
    #[error("{year}年日历中的日期{date}没有写明节日名称")]
    Nameless {
        /// The notice's year.
        year: i32,
        /// The nameless date.
        date: NaiveDate,
    },
    /// Two notices for one year.
    #[error("{year}年的日历重复")]
    YearRepeated {
        /// The year given twice.
        year: i32,
    },
}

/// The calendar of this year is not loaded, so no working day in it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "{year}年的节假日安排尚未载入，无法推算工作日；请在国务院办公厅公布放假通知后载入{year}年日历，再行办理"
)]
pub struct UnpublishedYear {
    /// The year whose notice is missing.
    pub year: i32,
}

/// What kind of day a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// An ordinary working weekday.
    Weekday,
    /// A Saturday or Sunday turned into a workday (调休上班) for the named holiday.
    MakeUp(&'a str),
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A day off under the notice, for the named holiday; it may fall on a weekend too.
    DayOff(&'a str),
}

impl DayKind<'_> {
    /// Whether offices work on such a day.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Weekday | Self::MakeUp(_))
    }
}

impl CalendarYear {
    /// Checks and sorts one year's notice.
    ///
    /// # Errors
    /// Any [`CalendarError`] but [`CalendarError::YearRepeated`]; the first found in order of date.
    pub fn new(
        year: i32,
        mut days_off: Vec<NoticeDay>,
        mut work_days: Vec<NoticeDay>,
    ) -> Result<Self, CalendarError> {
        days_off.sort();
        work_days.sort();
        for list in [&days_off, &work_days] {
            check_list(year, list)?;
        }
        for NoticeDay { date, .. } in &work_days {
            if find(&days_off, *date).is_some() {
                return Err(CalendarError::BothKinds { year, date: *date });
            }
            if !is_weekend(*date) {
                return Err(CalendarError::WorkDayNotOnWeekend { year, date: *date });
            }
        }
        Ok(Self { year, days_off, work_days })
    }

    /// The year the notice is for.
    pub const fn year(&self) -> i32 {
        self.year
    }

    /// The days off, sorted; weekend days inside a holiday are among them.
    pub fn days_off(&self) -> &[NoticeDay] {
        &self.days_off
    }

    /// The weekend days turned into workdays, sorted.
    pub fn work_days(&self) -> &[NoticeDay] {
        &self.work_days
    }

    /// What this notice itself says of a date; `None` where it is silent.
    fn names(&self, date: NaiveDate) -> Option<DayKind<'_>> {
        let off = find(&self.days_off, date).map(|d| DayKind::DayOff(&d.holiday));
        off.or_else(|| find(&self.work_days, date).map(|d| DayKind::MakeUp(&d.holiday)))
    }
}

fn check_list(year: i32, days: &[NoticeDay]) -> Result<(), CalendarError> {
    let mut before = None;
    for NoticeDay { date, holiday } in days {
        let date = *date;
        let reaches = date.year() == year || (date.year() == year - 1 && date.month() == 12);
        if !reaches {
            return Err(CalendarError::OutOfReach { year, date });
        }
        if before == Some(date) {
            return Err(CalendarError::Repeated { year, date });
        }
        if holiday.trim().is_empty() {
            return Err(CalendarError::Nameless { year, date });
        }
        before = Some(date);
    }
    Ok(())
}

fn find(days: &[NoticeDay], date: NaiveDate) -> Option<&NoticeDay> {
    days.binary_search_by_key(&date, |d| d.date).ok().and_then(|i| days.get(i))
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The years whose notices are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCalendar {
    years: BTreeMap<i32, CalendarYear>,
}

impl WorkCalendar {
    /// A calendar of exactly these years.
    ///
    /// # Errors
    /// [`CalendarError::YearRepeated`] when a year comes twice.
    pub fn new(years: impl IntoIterator<Item = CalendarYear>) -> Result<Self, CalendarError> {
        let mut known = BTreeMap::new();
        for year in years {
            let number = year.year;
            if known.insert(number, year).is_some() {
                return Err(CalendarError::YearRepeated { year: number });
            }
        }
        Ok(Self { years: known })
    }

    /// 2025 and 2026, after the notices the State Council's General Office gave out in November 2024 and November
    /// 2025. Later years are loaded by the operator and added with [`WorkCalendar::replace`].
    pub fn built_in() -> Self {
        let years = [(2025, NOTICE_2025), (2026, NOTICE_2026)];
        Self { years: years.map(|(year, notice)| (year, from_table(year, notice))).into() }
    }

    /// Adds a year, or puts a corrected notice in the place of the known one, which is returned.
    pub fn replace(&mut self, year: CalendarYear) -> Option<CalendarYear> {
        self.years.insert(year.year, year)
    }

    /// The known years in order.
    pub fn years(&self) -> impl Iterator<Item = &CalendarYear> {
        self.years.values()
    }

    /// What kind of day a date is.
    ///
    /// The next year's notice may speak of this December and prevails where it does. While it is unknown, December
    /// is read from its own year's calendar, as offices do before the notice appears.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the date's own year is not known.
    pub fn day(&self, date: NaiveDate) -> Result<DayKind<'_>, UnpublishedYear> {
        let year = date.year();
        let own = self.years.get(&year).ok_or(UnpublishedYear { year })?;
        let next = self.years.get(&(year + 1)).and_then(|n| n.names(date));
        let usual = if is_weekend(date) { DayKind::Weekend } else { DayKind::Weekday };
        Ok(next.or_else(|| own.names(date)).unwrap_or(usual))
    }

    /// Whether offices work on a date.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the date's year is not known.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, UnpublishedYear> {
        self.day(date).map(DayKind::is_working)
    }

    /// The `n`-th working day after `start`, which itself is not counted; `n = 0` gives `start` back, working or not.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when the count runs into a year that is not known.
    pub fn add_working_days(&self, start: NaiveDate, n: u32) -> Result<NaiveDate, UnpublishedYear> {
        let mut date = start;
        let mut left = n;
        while left > 0 {
            date = date.succ_opt().ok_or(UnpublishedYear { year: date.year() })?;
            if self.is_working_day(date)? {
                left -= 1;
            }
        }
        Ok(date)
    }

    /// Working days after `from` up to and including `to`; negative when `to` is the earlier day.
    ///
    /// The inverse of [`WorkCalendar::add_working_days`]: counting `n` days on and back again gives `n`.
    ///
    /// # Errors
    /// [`UnpublishedYear`] when a day in between is in a year that is not known.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, UnpublishedYear> {
        let (early, late, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        for date in early.iter_days().skip(1).take_while(|d| *d <= late) {
            count += i64::from(self.is_working_day(date)?);
        }
        Ok(sign * count)
    }
}

/// A holiday in a built-in table: name, first and last day off as (month, day), make-up workdays as (month, day).
type TableRow = (&'static str, (u32, u32), (u32, u32), &'static [(u32, u32)]);

const NOTICE_2025: &[TableRow] = &[
    ("元旦", (1, 1), (1, 1), &[]),
    ("春节", (1, 28), (2, 4), &[(1, 26), (2, 8)]),
    ("清明节", (4, 4), (4, 6), &[]),
    ("劳动节", (5, 1), (5, 5), &[(4, 27)]),
    ("端午节", (5, 31), (6, 2), &[]),
    ("国庆节、中秋节", (10, 1), (10, 8), &[(9, 28), (10, 11)]),
];

const NOTICE_2026: &[TableRow] = &[
    ("元旦", (1, 1), (1, 3), &[(1, 4)]),
    ("春节", (2, 15), (2, 23), &[(2, 14), (2, 28)]),
    ("清明节", (4, 4), (4, 6), &[]),
    ("劳动节", (5, 1), (5, 5), &[(5, 9)]),
    ("端午节", (6, 19), (6, 21), &[]),
    ("中秋节", (9, 25), (9, 27), &[]),
    ("国庆节", (10, 1), (10, 7), &[(9, 20), (10, 10)]),
];

/// The tables need no check at run time: a test puts them through [`CalendarYear::new`].
fn from_table(year: i32, rows: &[TableRow]) -> CalendarYear {
    let day = |(month, day)| NaiveDate::from_ymd_opt(year, month, day);
    let named = |date, name: &str| NoticeDay { date, holiday: name.to_owned() };
    let mut days_off = Vec::new();
    let mut work_days = Vec::new();
    for (name, first, last, make_up) in rows {
        if let (Some(first), Some(last)) = (day(*first), day(*last)) {
            days_off.extend(first.iter_days().take_while(|d| *d <= last).map(|d| named(d, name)));
        }
        work_days.extend(make_up.iter().filter_map(|d| day(*d)).map(|d| named(d, name)));
    }
    // A make-up day may precede the holiday before it in the table, and look-ups need order.
    work_days.sort();
    CalendarYear { year, days_off, work_days }
}

#[cfg(test)]
mod tests;
