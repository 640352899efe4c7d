//! Promises of months: on average, each of them, and of a year of which single months are known.

use super::*;

fn month(start: &str, end: &str, figure: Figure, value: &str) -> Observation {
    observation(start, end, Basis::Period, figure, value)
}

/// Values of single months from January on; the first may be of two.
fn months(given: Given, figure: Figure, first: u32, values: &[&str]) -> Given {
    (first..).zip(values).fold(given, |given, (number, value)| {
        let end = day(&format!("2025-{number:02}-01"));
        let end = end.checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
        let start = if first == 2 && number == 2 { 1 } else { number };
        given.value(month(&format!("2025-{start:02}-01"), &end.to_string(), figure, value))
    })
}

fn lid(phrase: &str) -> Given {
    let given = Given::new(Kind::Cap, Comparator::AtMost, "10", "件").better(Better::Lower);
    given.basis(Basis::Period).target(|target| target.phrase = phrase.to_owned())
}

fn floor(phrase: &str) -> Given {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "5", "万人").basis(Basis::Period);
    given.target(|target| target.phrase = phrase.to_owned())
}

/// 19 in two months and 10 in March are 29 ÷ 3 = 9.67 a month, within 10; 8 and 5 are 13 ÷ 3 = 4.33, short of 5.
#[test]
fn a_monthly_mean_counts_january_and_february_as_two() {
    let mean = months(lid("月均投诉量不超过10件"), Figure::Level, 2, &["19", "10"]).assess();
    assert_eq!((mean.actual.map(|mean| mean.round_dp(2)), mean.averaged), (maybe("9.67"), true));
    assert!(mean.grade.is_green(), "{}", mean.grade);
    let jobs = months(floor("月均新增就业不少于5万人"), Figure::Level, 2, &["8", "5"]).assess();
    assert_eq!(jobs.actual.map(|mean| mean.round_dp(2)), maybe("4.33"));
    assert!(!jobs.grade.is_green(), "{}", jobs.grade);
    // Of a running total, too: 29 by March; 33 by March are 11.
    let running = lid("月均投诉量不超过10件").basis(Basis::Cumulative);
    let within = running.clone().at("2025-03-31", "29").assess();
    assert_eq!(within.actual.map(|mean| mean.round_dp(2)), maybe("9.67"));
    assert!(within.grade.is_green(), "{}", within.grade);
    assert_eq!(running.at("2025-12-31", "121").assess().grade, Grade::Missed);
    // A quarter's mean: 29 in three months are 29 a quarter.
    let quarter = lid("季均投诉量不超过10件").basis(Basis::Cumulative).at("2025-03-31", "29").assess();
    assert_eq!(quarter.actual, maybe("29"));
    // January is not reported: 12 and 10 of two months.
    assert_eq!(
        months(lid("月均投诉量不超过10件"), Figure::Level, 3, &["12", "10"]).assess().actual,
        maybe("11")
    );
}

/// 19 in two months prove nothing against 10 in each; 21 do: one of them had more. 8 of 2 × 5 prove that one fell short.
#[test]
fn a_sum_of_two_months_is_held_against_twice_the_limit_of_each() {
    let lid = |value: &str| months(lid("每月投诉量不超过10件"), Figure::Level, 2, &[value]).assess();
    assert_eq!(
        (lid("19").actual, lid("19").grade.is_green(), lid("19").averaged),
        (maybe("9.5"), true, true)
    );
    assert_eq!(lid("20").grade, Grade::OnPace);
    assert_eq!((lid("21").actual, lid("21").grade.is_green()), (maybe("10.5"), false));
    let floor = |value: &str| months(floor("每月新增就业不少于5万人"), Figure::Level, 2, &[value]).assess();
    assert_eq!((floor("8").actual, floor("8").grade.is_green()), (maybe("4"), false));
    assert!(floor("10").grade.is_green());
}

/// 12 in February break 不超过10 for the year, whatever came after.
#[test]
fn a_month_that_broke_the_promise_is_not_forgotten() {
    let values = ["8", "12", "7", "7", "7", "7", "7", "7", "7", "7", "7", "7"];
    let given = |values: &[&str]| months(lid("每月投诉量不超过10件"), Figure::Level, 1, values);
    let over = given(&values).assess();
    assert_eq!(
        (over.grade, over.actual, shown(over.gap)),
        (Grade::Missed, maybe("12"), "-2.0000".to_owned())
    );
    assert_eq!(over.of_period, Some(span("2025-02-01", "2025-02-28")));
    assert_eq!(over.data_period, Some(span("2025-12-01", "2025-12-31")));
    let july = given(&values[..7]).assess();
    assert!(!july.grade.is_green() && july.actual == maybe("12"), "{}", july.grade);
    let kept = given(&["8", "10", "7", "7", "7", "7", "7", "7", "7", "7", "7", "9"]).assess();
    assert_eq!((kept.grade, kept.actual, kept.of_period), (Grade::Achieved, maybe("9"), None));
    // Months of a running total are its steps: 8, 12, 7.
    let running = lid("每月投诉量不超过10件").basis(Basis::Cumulative);
    let running = running.at("2025-01-31", "8").at("2025-02-28", "20").at("2025-03-31", "27").assess();
    assert_eq!((running.actual, running.of_period), (maybe("12"), Some(span("2025-02-01", "2025-02-28"))));
    // A floor of each month: 3 in February.
    let jobs = months(floor("每月新增就业不少于5万人"), Figure::Level, 1, &["6", "3", "6"]).assess();
    assert_eq!((jobs.actual, jobs.grade.is_green()), (maybe("3"), false));
}

/// Eleven months of 3 and one of 7 are no year of 6; of prices (11 × 3 + 1) ÷ 12 = 2.83 is above 2.
#[test]
fn a_years_growth_is_not_that_of_its_last_month() {
    let eleven = ["3"; 11];
    let power = Given::new(Kind::Growth, Comparator::Equal, "6", "%").basis(Basis::Period);
    let months_of =
        |given, last: &str| months(months(given, Figure::Yoy, 1, &eleven), Figure::Yoy, 12, &[last]);
    let alone = months_of(power.clone(), "7").assess();
    assert_eq!((alone.grade, alone.needed), (Grade::NoData, None));
    assert!(alone.missing.contains(Missing::YearToDate));
    // January's is the year to date; with the published year to date beside them that is judged.
    assert_eq!(months(power.clone(), Figure::Yoy, 1, &["3"]).assess().actual, maybe("3"));
    let year = months_of(power, "7").value(growth("2025-12-31", "3.3")).assess();
    assert_eq!((year.actual, year.grade, year.basis), (maybe("3.3"), Grade::Missed, Some(Basis::Cumulative)));
    for (kind, unit) in [(Kind::Growth, "亿元"), (Kind::Cap, "%")] {
        let prices =
            Given::new(kind, Comparator::AtMost, "2", "%").basis(Basis::Period).better(Better::Lower);
        let prices = prices.with(|given| {
            (given.measure.name, given.measure.unit) = ("居民消费价格".to_owned(), unit.to_owned());
        });
        let mean = months_of(prices, "1").assess();
        assert_eq!((mean.actual.map(|mean| mean.round_dp(2)), mean.averaged), (maybe("2.83"), true));
        assert_eq!(mean.grade, Grade::Missed);
    }
}

/// 20 + 12 + 8 = 40 of 120 by April; where March is missing the year to date is wanted, and it is not said that there is nothing.
#[test]
fn single_months_of_a_running_total_are_added_up() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "120", "亿元");
    let all = months(given.clone(), Figure::Level, 2, &["20", "12", "8"]).assess();
    assert_eq!((all.actual, all.grade, all.basis), (maybe("40"), Grade::OnPace, Some(Basis::Period)));
    let gap = given.clone().value(month("2025-01-01", "2025-02-28", Figure::Level, "20")).value(month(
        "2025-04-01",
        "2025-04-30",
        Figure::Level,
        "8",
    ));
    let gap = gap.assess();
    assert_eq!(gap.grade, Grade::NoData);
    assert!(gap.missing.contains(Missing::YearToDate) && !gap.missing.contains(Missing::Observation));
    // What is published as the year to date goes first.
    let both = months(given, Figure::Level, 2, &["20", "12", "8"]).at("2025-04-30", "41").assess();
    assert_eq!((both.actual, both.basis), (maybe("41"), Some(Basis::Cumulative)));
    let rate = Given::new(Kind::Growth, Comparator::AtLeast, "5", "%");
    let rate = rate.value(month("2025-04-01", "2025-04-30", Figure::Yoy, "6")).assess();
    assert!(rate.missing.contains(Missing::YearToDate) && !rate.missing.contains(Missing::Observation));
}
