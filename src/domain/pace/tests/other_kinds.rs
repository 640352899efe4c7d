//! Promises that are judged by another kind's rules than those of the word in their phrase.

use super::kinds::{told, want};
use super::*;

/// Values of single months from January on.
fn months(given: Given, values: &[&str]) -> Given {
    (1..).zip(values).fold(given, |given, (month, value)| {
        let start = day(&format!("2025-{month:02}-01"));
        let end = start.checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
        given.value(observation(&start.to_string(), &end.to_string(), Basis::Period, Figure::Level, value))
    })
}

/// 商品房库存降到300万平方米以下 from 420: the end of a way, not a limit from the first day.
#[test]
fn a_stock_comes_down_to_its_limit() {
    let stock = |phrase: &str| {
        let given = Given::new(Kind::Cap, Comparator::AtMost, "300", "万平方米").better(Better::Lower);
        given.basis(Basis::Point).from("420").target(|target| target.phrase = phrase.to_owned())
    };
    let down = stock("商品房库存降到300万平方米以下");
    for (end, actual, expected) in [
        // 420 − 120 × 2/12 = 400.
        ("2025-02-28", "431.5", want(Grade::Behind, "400.0000", "-31.5000", "-26.2500")),
        ("2025-02-28", "400", want(Grade::OnPace, "400.0000", "0.0000", "0.0000")),
        ("2025-12-31", "301", want(Grade::Missed, "300.0000", "-1.0000", "-0.8333")),
        ("2025-12-31", "300", want(Grade::Achieved, "300.0000", "0.0000", "0.0000")),
    ] {
        let assessment = down.clone().at(end, actual).assess();
        let grade = if assessment.grade == Grade::Critical { Grade::Behind } else { assessment.grade };
        assert_eq!(
            (grade, told(&assessment).1, told(&assessment).2, told(&assessment).3),
            expected,
            "{end} {actual}"
        );
        assert_eq!(assessment.judged_as, Some(Kind::Level));
    }
    // (431.5 − 300) ÷ 10 = 13.15 a month.
    let needed = down.clone().at("2025-02-28", "431.5").assess().needed.unwrap();
    assert_eq!((needed.form, shown(needed.figure)), (NeededForm::Fall, "13.1500".to_owned()));
    // What holds from the first day, and what was within it at the start, stay limits.
    let kept = stock("商品房库存控制在300万平方米以内").at("2025-02-28", "310").assess();
    assert_eq!((kept.judged_as, shown(kept.expected)), (None, "300.0000".to_owned()));
    assert_eq!(down.from("290").at("2025-02-28", "310").assess().judged_as, None);
}

/// A yearly mean is held against the mean of the months so far, not against the last of them.
#[test]
fn a_yearly_mean_is_of_all_months() {
    let given = Given::new(Kind::Cap, Comparator::AtMost, "37", "微克/立方米")
        .better(Better::Lower)
        .basis(Basis::Period);
    let mean = given.clone().target(|target| target.phrase = "PM2.5年均浓度不超过37微克/立方米".to_owned());
    // (61 + 55.5 + 44 + 39.2 + 33 + 27.4) ÷ 6 = 43.35.
    let values = ["61", "55.5", "44", "39.2", "33", "27.4"];
    let assessment = months(mean, &values).assess();
    assert_eq!((assessment.actual, assessment.averaged), (maybe("43.35"), true));
    assert!(assessment.grade.is_lagging() || assessment.grade == Grade::Watch, "{}", assessment.grade);
    let last = months(given, &values).assess();
    assert_eq!((last.actual, last.grade), (maybe("27.4"), Grade::Ahead));
}

/// 优良天数达到310天 is a sum of days: 310 × 2/12 = 51.6667 by February.
#[test]
fn days_to_be_reached_are_a_sum() {
    let given = Given::new(Kind::Level, Comparator::AtLeast, "310", "天");
    let given = given.with(|given| given.measure.name = "空气质量优良天数".to_owned());
    let assessment = given.clone().at("2025-02-28", "33").assess();
    assert_eq!((assessment.judged_as, shown(assessment.expected)), (Some(Kind::Total), "51.6667".to_owned()));
    assert_eq!(assessment.grade, Grade::Watch);
    // Days of which too many are no longer to be undone.
    let bad = Given::new(Kind::Cap, Comparator::AtMost, "3", "天").better(Better::Lower);
    let bad = bad.with(|given| given.measure.name = "重污染天数".to_owned());
    assert_eq!(bad.clone().at("2025-06-30", "4").assess().grade, Grade::Missed);
    assert!(!bad.at("2025-02-28", "3").assess().grade.is_green());
}

/// The year to date, or a quarter, never passes for a month of a rate.
#[test]
fn a_rate_is_of_the_measures_own_period() {
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "5", "%").basis(Basis::Period);
    let june = observation("2025-06-01", "2025-06-30", Basis::Period, Figure::Yoy, "3");
    let wrong = observation("2025-01-01", "2025-07-31", Basis::Period, Figure::Yoy, "9.9");
    let assessment = given.clone().value(june.clone()).value(wrong).assess();
    assert_eq!((assessment.actual, assessment.data_period), (maybe("3"), Some(june.period)));
    assert!(assessment.doubts.contains(Doubt::RefusedByRules));
    let both = observation("2025-01-01", "2025-02-28", Basis::Period, Figure::Yoy, "7");
    assert_eq!(given.value(both).assess().actual, maybe("7"), "January and February come as one");
}

/// A loss of at most 100 is no way on which more done is better, nor kept before the year is over.
#[test]
fn a_floor_below_zero_is_a_limit() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "-100", "亿元");
    let worse = given.clone().at("2025-06-30", "-120").assess();
    assert_eq!((worse.completion, worse.grade.is_lagging()), (None, true));
    assert_ne!(given.at("2025-06-30", "-80").assess().grade, Grade::Achieved);
}

/// What is judged by another kind's rules than those of the word in its phrase.
#[test]
fn what_a_promise_is_of_decides_and_not_its_word_alone() {
    let given = |kind, value: &str, unit: &str, basis, phrase: &str| {
        let given = Given::new(kind, Comparator::AtLeast, value, unit).basis(basis);
        given.target(|target| target.phrase = phrase.to_owned())
    };
    // A score of 88.4 is below 90, whatever the month.
    let score =
        given(Kind::Total, "90", "分", Basis::Point, "满意度不低于90分").at("2025-07-31", "88.4").assess();
    assert_eq!((score.judged_as, shown(score.expected)), (Some(Kind::Level), "90.0000".to_owned()));
    assert!(!score.grade.is_green() && score.missing.contains(Missing::Baseline));
    let score =
        given(Kind::Level, "90", "分", Basis::Point, "满意度达到90分以上").at("2025-07-31", "88.4").assess();
    assert!(!score.grade.is_green() && score.grade != Grade::NoData, "{}", score.grade);
    // 519.2 of a floor of 520, without a start.
    let land = given(Kind::Level, "520", "万亩", Basis::Point, "耕地保有量不低于520万亩");
    assert_eq!(shown(land.at("2025-06-30", "519.2").assess().gap), "-0.8000");
    let beds =
        given(Kind::Total, "3000", "张", Basis::Point, "床位不少于3000张").at("2025-07-31", "2500").assess();
    assert!(!beds.grade.is_green(), "{}", beds.grade);
    // 100 of 240 by July, of which 140 are due.
    let count = given(Kind::Level, "240", "家", Basis::Cumulative, "企业数达到240家以上")
        .at("2025-07-31", "100")
        .assess();
    assert_eq!((count.judged_as, shown(count.expected)), (Some(Kind::Total), "140.0000".to_owned()));
    assert_eq!(
        given(Kind::Level, "240", "家", Basis::Cumulative, "企业数达到240家以上")
            .at("2025-12-31", "239")
            .assess()
            .grade,
        Grade::Missed
    );
    // 14 in a month that must have 20, however many came before; 17.43 where 15 are allowed on average.
    let values = ["20", "20", "20", "20", "14", "14", "14"];
    let each = months(given(Kind::Total, "20", "次", Basis::Period, "每月巡查不少于20次"), &values).assess();
    assert_eq!((each.actual, shown(each.expected)), (maybe("14"), "20.0000".to_owned()));
    assert!(!each.grade.is_green());
    let mean =
        Given::new(Kind::Cap, Comparator::AtMost, "15", "件").better(Better::Lower).basis(Basis::Period);
    let mean =
        months(mean.target(|target| target.phrase = "月均投诉不超过15件".to_owned()), &values).assess();
    assert_eq!((mean.actual.map(|mean| mean.round_dp(2)), mean.averaged), (maybe("17.43"), true));
    assert!(!mean.grade.is_green());
}

/// What is said to be of the year to date and does not begin anew with the year is a stock: 1,800 in January of 2,000 to be
/// reached is no run ahead of everything. Hours are a sum, though time limits are none.
#[test]
fn what_goes_on_from_year_to_year_is_no_count_of_the_year() {
    let count = Given::new(Kind::Level, Comparator::AtLeast, "2000", "家");
    let january = |given: Given, value: &str| {
        let december = observation("2024-01-01", "2024-12-31", Basis::Cumulative, Figure::Level, "1780");
        given.value(december).at("2025-01-31", value).assess()
    };
    assert_eq!(january(count.clone(), "1800").judged_as, None);
    let anew = january(count, "90");
    assert_eq!((anew.judged_as, anew.grade.is_green()), (Some(Kind::Total), false));
    let hours = Given::new(Kind::Total, Comparator::AtLeast, "120", "学时").at("2025-06-30", "60").assess();
    assert_eq!((hours.judged_as, hours.grade), (None, Grade::OnPace));
    let points = Given::new(Kind::Cap, Comparator::AtMost, "12", "分").better(Better::Lower);
    assert_eq!(shown(points.at("2025-06-30", "6").assess().expected), "6.0000");
}
