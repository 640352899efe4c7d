//! Windows that are not one calendar year, and rates that cover a part of them.

use super::*;

fn rate(start: &str, end: &str, value: &str) -> Observation {
    observation(start, end, Basis::Cumulative, Figure::Yoy, value)
}

fn growing(phrase: &str, comparator: Comparator, value: &str, window: Period) -> Given {
    let given = Given::new(Kind::Growth, comparator, value, "%");
    given.target(|target| target.phrase = phrase.to_owned()).with(|given| given.window = window)
}

/// 年均增长6% of 2021–2025: (8 + 7 + 6.5 + 6 + 5 × ½) ÷ 4.5 = 30 ÷ 4.5 = 6.67; the last half year may stand still:
/// (6 × 5 − 27.5 − 2.5) ÷ ½ = 0.
#[test]
fn a_yearly_mean_is_held_against_the_mean_of_the_years() {
    let window = span("2021-01-01", "2025-12-31");
    let given = growing("地区生产总值年均增长6%", Comparator::Equal, "6", window);
    let past = [("2021", "8"), ("2022", "7"), ("2023", "6.5"), ("2024", "6")];
    let given =
        past.into_iter().fold(given, |given, (year, value)| given.at(&format!("{year}-12-31"), value));
    let now = given.clone().at("2025-06-30", "5").assess();
    assert_eq!((now.actual.map(|mean| mean.round_dp(4)), now.averaged), (maybe("6.6667"), true));
    assert_eq!((now.grade.is_green(), shown(now.gap)), (true, "0.6667".to_owned()));
    assert_eq!((shown(now.needed_growth), now.share_from), ("0.0000".to_owned(), Some(ShareFrom::Months)));
    // 27.5 + 1 = 28.5 of 30 by June: 1.5 ÷ ½ = 3 for the rest.
    assert_eq!(shown(given.clone().at("2025-06-30", "2").assess().needed_growth), "3.0000");
    // Over: (27.5 + 2) ÷ 5 = 5.9 is short of 6, and 2.5 meets it.
    assert_eq!(given.clone().at("2025-12-31", "2").assess().grade, Grade::Missed);
    assert_eq!(given.at("2025-12-31", "2.5").assess().grade, Grade::Achieved);
    // Of the years nobody reported nothing is weighed, and they are named.
    let alone =
        growing("地区生产总值年均增长6%", Comparator::Equal, "6", window).at("2025-06-30", "5").assess();
    assert_eq!((alone.actual, alone.needed), (maybe("5"), None));
    assert!(alone.missing.contains(Missing::WindowRate));
}

/// A fall from 2020 is not the fall of one year; of a rate since the base −12.15 is due by June 2025 (13.5 × 54/60).
#[test]
fn a_change_since_a_base_year_is_not_judged_by_the_rate_of_one_year() {
    let window = span("2021-01-01", "2025-12-31");
    let given =
        growing("单位能耗较2020年下降13.5%", Comparator::AtLeast, "13.5", window).better(Better::Lower);
    let year = given.clone().at("2025-06-30", "-3").assess();
    assert_eq!((year.grade, year.needed, year.needed_growth), (Grade::NoData, None, None));
    assert!(year.missing.contains(Missing::ChangeSinceBase));
    let since = given.value(rate("2021-01-01", "2025-06-30", "-12.15")).assess();
    assert_eq!((since.grade, shown(since.expected)), (Grade::OnPace, "-12.1500".to_owned()));
    assert_eq!(since.needed.unwrap().end, maybe("-13.5"));
}

/// Without a word of mean or base the latest rate is judged; what the rest must bring cannot be said.
#[test]
fn a_rate_of_one_year_asks_nothing_of_the_rest_of_several() {
    let window = span("2024-01-01", "2025-12-31");
    let given = growing("社零增长5.5%以上", Comparator::AtLeast, "5.5", window).at("2025-06-30", "5");
    let assessment = given.assess();
    assert_eq!((assessment.actual, assessment.needed, assessment.needed_growth), (maybe("5"), None, None));
    assert!(assessment.missing.contains(Missing::WindowRate));
    // In the first year, too: half of it is not half of two.
    let first =
        growing("社零增长5.5%以上", Comparator::AtLeast, "5.5", window).at("2024-06-30", "5").assess();
    assert_eq!((first.needed, first.missing.contains(Missing::WindowRate)), (None, true));
}

/// July to June: (6 × 6 + 3 × 3) ÷ 9 = 5; 6 × 12 − 45 = 27 over three months are 9.
#[test]
fn a_window_that_turns_with_a_year_is_weighed_by_months() {
    let window = span("2025-07-01", "2026-06-30");
    let given = growing("地区生产总值增长6%", Comparator::Equal, "6", window);
    let half = rate("2025-07-01", "2025-12-31", "6");
    let quarter = rate("2026-01-01", "2026-03-31", "3");
    let both = given.clone().value(half.clone()).value(quarter.clone()).assess();
    assert_eq!((both.actual, shown(both.needed_growth)), (maybe("5"), "9.0000".to_owned()));
    let alone = given.clone().value(quarter).assess();
    assert_eq!((alone.needed, alone.missing.contains(Missing::WindowRate)), (None, true));
    // The half year itself: last year's share is not known, the curve's half stands in: (6 − 3) ÷ ½ = 6.
    assert_eq!(shown(given.value(half).assess().needed_growth), "6.0000");
    // A campaign from March on promises the year's growth: (6 × 12 − 5 × 6) ÷ 6 = 7.
    let spring = growing("地区生产总值增长6%", Comparator::Equal, "6", span("2025-03-01", "2025-12-31"));
    assert_eq!(shown(spring.at("2025-06-30", "5").assess().needed_growth), "7.0000");
}
