use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn named(days: &[&str]) -> Vec<NoticeDay> {
    days.iter().map(|d| NoticeDay { date: date(d), holiday: "试".to_owned() }).collect()
}

fn year(number: i32, off: &[&str], work: &[&str]) -> Result<CalendarYear, CalendarError> {
    CalendarYear::new(number, named(off), named(work))
}

#[test]
fn the_built_in_tables_would_pass_the_checks_too() {
    let calendar = WorkCalendar::built_in();
    // (year, days off, make-up workdays), counted in the notices.
    let expected = [(2025, 1 + 8 + 3 + 5 + 3 + 8, 5), (2026, 3 + 9 + 3 + 5 + 3 + 3 + 7, 6)];
    assert_eq!(calendar.years().count(), expected.len());
    for (built, (number, off, work)) in calendar.years().zip(expected) {
        assert_eq!(built.year(), number);
        assert_eq!((built.days_off().len(), built.work_days().len()), (off, work), "{number}");
        let checked =
            CalendarYear::new(number, built.days_off().to_vec(), built.work_days().to_vec()).unwrap();
        assert_eq!(&checked, built);
    }
}

#[test]
fn working_days_of_each_month() {
    let calendar = WorkCalendar::built_in();
    let table = [
        (2025, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]),
        (2026, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]),
    ];
    for (number, months) in table {
        for (month, expected) in (1..).zip(months) {
            let first = NaiveDate::from_ymd_opt(number, month, 1).unwrap();
            let days = first.iter_days().take_while(|d| d.month() == month);
            let counted = days.filter(|d| calendar.is_working_day(*d).unwrap()).count();
            assert_eq!(counted, expected, "{number}-{month}");
        }
        assert_eq!(months.iter().sum::<usize>(), 248);
    }
}

#[test]
fn counting_on_from_a_day() {
    let calendar = WorkCalendar::built_in();
    let table = [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-15", 5, "2026-04-22"),
        ("2026-09-28", 5, "2026-10-10"), // ends on a Saturday of work
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-09-18", 3, "2026-09-22"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2025-01-24", 3, "2025-02-05"),
        ("2026-01-01", 1, "2026-01-04"), // a Sunday of work
        ("2025-12-31", 1, "2026-01-04"), // over the year's end
        ("2025-08-27", 5, "2025-09-03"),
        ("2025-10-04", 0, "2025-10-04"), // nothing to count, not even on a day off
    ];
    for (start, n, expected) in table {
        let end = calendar.add_working_days(date(start), n).unwrap();
        assert_eq!(end, date(expected), "{start} + {n}");
        assert_eq!(calendar.working_days_between(date(start), end).unwrap(), i64::from(n), "{start} + {n}");
    }
}

#[test]
fn counting_between_days() {
    let calendar = WorkCalendar::built_in();
    let table = [
        ("2025-08-27", "2025-08-27", 0),
        ("2025-08-29", "2025-09-01", 1),
        ("2025-09-01", "2025-08-29", -1),
        ("2025-09-30", "2025-10-08", 0),
        ("2025-01-01", "2025-12-31", 248), // 1 January is off, so leaving it out changes nothing
        ("2025-12-31", "2026-12-31", 248),
    ];
    for (from, to, expected) in table {
        assert_eq!(calendar.working_days_between(date(from), date(to)).unwrap(), expected, "{from}..{to}");
    }
}

#[test]
fn kinds_of_day() {
    let calendar = WorkCalendar::built_in();
    let table = [
        ("2025-08-27", DayKind::Weekday),
        ("2025-08-30", DayKind::Weekend),
        ("2025-01-26", DayKind::MakeUp("春节")),
        ("2025-01-28", DayKind::DayOff("春节")),
        ("2025-01-27", DayKind::Weekday), // 除夕's eve is worked in 2025
        ("2025-10-11", DayKind::MakeUp("国庆节、中秋节")),
        ("2026-06-20", DayKind::DayOff("端午节")), // a Saturday, but inside the holiday
    ];
    for (text, expected) in table {
        assert_eq!(calendar.day(date(text)), Ok(expected), "{text}");
    }
}

#[test]
fn an_unpublished_year_is_an_error_that_says_what_to_do() {
    let calendar = WorkCalendar::built_in();
    let missing = Err(UnpublishedYear { year: 2027 });
    assert_eq!(calendar.is_working_day(date("2027-01-04")), missing);
    assert_eq!(calendar.working_days_between(date("2026-12-30"), date("2027-01-05")).map(|_| true), missing);
    assert_eq!(calendar.add_working_days(date("2026-12-30"), 1), Ok(date("2026-12-31")));
    assert_eq!(calendar.add_working_days(date("2026-12-30"), 2).map(|_| true), missing);
    assert_eq!(calendar.add_working_days(date("2026-01-01"), u32::MAX).map(|_| true), missing);
    assert_eq!(calendar.is_working_day(date("2024-12-31")), Err(UnpublishedYear { year: 2024 }));
    assert_eq!(
        calendar.add_working_days(NaiveDate::MAX, 1),
        Err(UnpublishedYear { year: NaiveDate::MAX.year() })
    );
    let message = UnpublishedYear { year: 2027 }.to_string();
    assert!(message.contains("2027年") && message.contains("载入2027年日历"), "{message}");
}

#[test]
fn what_a_notice_may_not_say() {
    use CalendarError::*;
    let ok = year(2019, &["2018-12-30", "2019-01-01"], &["2018-12-29"]);
    assert!(ok.is_ok(), "{ok:?}");
    let table = [
        (vec!["2020-01-01"], vec![], OutOfReach { year: 2019, date: date("2020-01-01") }),
        (vec!["2018-11-30"], vec![], OutOfReach { year: 2019, date: date("2018-11-30") }),
        (vec![], vec!["2017-12-30"], OutOfReach { year: 2019, date: date("2017-12-30") }),
        (vec!["2019-05-01", "2019-05-01"], vec![], Repeated { year: 2019, date: date("2019-05-01") }),
        (vec![], vec!["2019-05-05", "2019-05-05"], Repeated { year: 2019, date: date("2019-05-05") }),
        (vec!["2019-05-05"], vec!["2019-05-05"], BothKinds { year: 2019, date: date("2019-05-05") }),
        (vec![], vec!["2019-05-06"], WorkDayNotOnWeekend { year: 2019, date: date("2019-05-06") }),
    ];
    for (off, work, expected) in table {
        assert_eq!(year(2019, &off, &work), Err(expected), "{expected}");
    }
    let nameless = vec![NoticeDay { date: date("2019-05-01"), holiday: " ".to_owned() }];
    let expected = Nameless { year: 2019, date: date("2019-05-01") };
    assert_eq!(CalendarYear::new(2019, nameless, vec![]), Err(expected));
    let twice = [year(2019, &[], &[]).unwrap(), year(2019, &[], &[]).unwrap()];
    assert_eq!(WorkCalendar::new(twice), Err(YearRepeated { year: 2019 }));
}

#[test]
fn the_next_notice_prevails_in_december() {
    // As in 2018: the notice for 2019 turned Saturday 29 December into a workday and freed Monday the 31st.
    let own = year(2018, &[], &[]).unwrap();
    let next = year(2019, &["2018-12-30", "2018-12-31", "2019-01-01"], &["2018-12-29"]).unwrap();
    let mut calendar = WorkCalendar::new([own]).unwrap();
    assert_eq!(calendar.add_working_days(date("2018-12-28"), 1), Ok(date("2018-12-31")));
    assert_eq!(calendar.replace(next), None);
    assert_eq!(calendar.add_working_days(date("2018-12-28"), 1), Ok(date("2018-12-29")));
    assert_eq!(calendar.add_working_days(date("2018-12-28"), 2), Ok(date("2019-01-02")));
}

#[test]
fn a_corrected_notice_takes_the_place_of_the_known_one() {
    let mut calendar = WorkCalendar::built_in();
    let before = calendar.replace(year(2026, &["2026-03-02"], &[]).unwrap());
    assert_eq!(before.map(|y| y.days_off().len()), Some(33));
    assert_eq!(calendar.is_working_day(date("2026-03-02")), Ok(false));
    assert_eq!(calendar.is_working_day(date("2026-10-01")), Ok(true));
}
