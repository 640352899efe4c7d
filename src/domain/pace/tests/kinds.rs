//! Each kind by a table.

use super::*;

/// Grade, expected, gap, gap in points.
pub(super) fn told(assessment: &Assessment) -> (Grade, String, String, String) {
    (assessment.grade, shown(assessment.expected), shown(assessment.gap), shown(assessment.gap_points))
}

pub(super) fn want(grade: Grade, expected: &str, gap: &str, points: &str) -> (Grade, String, String, String) {
    (grade, expected.to_owned(), gap.to_owned(), points.to_owned())
}

fn lacks(assessment: &Assessment, missing: Missing) {
    assert_eq!(assessment.grade, Grade::NoData);
    assert!(assessment.missing.contains(missing), "{:?}", assessment.missing.iter().collect::<Vec<_>>());
}

#[test]
fn totals_are_held_against_the_work_due() {
    use Comparator::{About, Above, AtLeast, AtMost};
    let total = |comparator| Given::new(Kind::Total, comparator, "120", "万人");
    for (comparator, end, actual, expected) in [
        (AtLeast, "2025-06-30", "66", want(Grade::Ahead, "60.0000", "6.0000", "5.0000")),
        (AtLeast, "2025-06-30", "60", want(Grade::OnPace, "60.0000", "0.0000", "0.0000")),
        (AtLeast, "2025-08-31", "80", want(Grade::OnPace, "80.0000", "0.0000", "0.0000")),
        (AtLeast, "2025-06-30", "54", want(Grade::Watch, "60.0000", "-6.0000", "-5.0000")),
        (AtLeast, "2025-06-30", "48", want(Grade::Watch, "60.0000", "-12.0000", "-10.0000")),
        (AtLeast, "2025-06-30", "47.9", want(Grade::Behind, "60.0000", "-12.1000", "-10.0833")),
        (AtLeast, "2025-06-30", "20", want(Grade::Critical, "60.0000", "-40.0000", "-33.3333")),
        (AtLeast, "2025-06-30", "120", want(Grade::Achieved, "60.0000", "60.0000", "50.0000")),
        (Above, "2025-06-30", "120", want(Grade::Ahead, "60.0000", "60.0000", "50.0000")),
        (Above, "2025-12-31", "120", want(Grade::Missed, "120.0000", "0.0000", "0.0000")),
        (AtLeast, "2025-12-31", "120", want(Grade::Achieved, "120.0000", "0.0000", "0.0000")),
        (AtLeast, "2025-12-31", "119.9", want(Grade::Missed, "120.0000", "-0.1000", "-0.0833")),
        (AtLeast, "2025-08-25", "78", want(Grade::Watch, "78.0645", "-0.0645", "-0.0538")),
        // 10.004 points are more than 10, however many places are shown.
        (AtLeast, "2025-06-30", "47.9952", want(Grade::Behind, "60.0000", "-12.0048", "-10.0040")),
        // 左右 allows 5 %: 6 of 120, or 5 points of the work.
        (About, "2025-06-30", "54", want(Grade::OnPace, "60.0000", "-6.0000", "-5.0000")),
        (About, "2025-06-30", "53.4", want(Grade::Watch, "60.0000", "-6.6000", "-5.5000")),
        (About, "2025-12-31", "114", want(Grade::Achieved, "120.0000", "-6.0000", "-5.0000")),
        (About, "2025-12-31", "113.9", want(Grade::Missed, "120.0000", "-6.1000", "-5.0833")),
        // A limit is not kept before the window is over.
        (AtMost, "2025-06-30", "48", want(Grade::Ahead, "60.0000", "12.0000", "10.0000")),
    ] {
        assert_eq!(
            told(&total(comparator).at(end, actual).assess()),
            expected,
            "{comparator} {end} {actual}"
        );
    }
}

#[test]
fn a_target_in_larger_units_is_converted() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "1.2", "亿元");
    let given = given.with(|given| given.measure.unit = "万元".to_owned()).at("2025-06-30", "6000").assess();
    assert_eq!(told(&given), want(Grade::OnPace, "6000.0000", "0.0000", "0.0000"));
    let apart = Given::new(Kind::Total, Comparator::AtLeast, "1.2", "亿元");
    lacks(
        &apart.with(|given| given.measure.unit = "万人".to_owned()).at("2025-06-30", "6000").assess(),
        Missing::Unit,
    );
}

#[test]
fn months_are_added_up_and_january_february_is_one_of_them() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "120", "万人").basis(Basis::Period);
    let month = |start: &str, end: &str, value| observation(start, end, Basis::Period, Figure::Level, value);
    let merged = given
        .clone()
        .value(month("2025-01-01", "2025-02-28", "21"))
        .value(month("2025-03-01", "2025-03-31", "8"))
        .value(month("2025-04-01", "2025-04-30", "12"));
    let assessment = merged.assess();
    assert_eq!(assessment.actual, maybe("41"));
    assert_eq!((assessment.grade, assessment.streak), (Grade::OnPace, 1));
    let gap =
        given.value(month("2025-01-01", "2025-02-28", "21")).value(month("2025-04-01", "2025-04-30", "12"));
    lacks(&gap.assess(), Missing::GapInPeriods);
}

#[test]
fn a_window_that_starts_within_the_year_takes_the_difference() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "90", "万人")
        .with(|given| given.window = span("2025-04-01", "2025-12-31"))
        .at("2025-06-30", "70");
    lacks(&given.clone().assess(), Missing::GapInPeriods);
    let known = given.clone().at("2025-03-31", "40").assess();
    assert_eq!((known.actual, known.grade), (maybe("30"), Grade::OnPace));
    // Beside the year to date, the amount since the window began stands for itself.
    let since = observation("2025-04-01", "2025-06-30", Basis::Cumulative, Figure::Level, "30");
    let direct = given.value(since).assess();
    assert_eq!((direct.actual, direct.grade), (maybe("30"), Grade::OnPace));
    assert_eq!(direct.data_period, Some(span("2025-04-01", "2025-06-30")));
}

#[test]
fn a_window_of_several_years_adds_their_values_up() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "300", "万人")
        .with(|given| given.window = span("2021-01-01", "2025-12-31"));
    let given =
        given.at("2021-12-31", "60").at("2022-12-31", "55").at("2023-12-31", "65").at("2024-06-30", "30");
    let known = given.assess();
    assert_eq!((known.actual, known.grade), (maybe("210"), Grade::OnPace));
}

#[test]
fn levels_are_held_against_the_way_from_their_baseline() {
    let level = |comparator| {
        Given::new(Kind::Level, comparator, "1.8", "万家")
            .with(|given| given.measure.unit = "家".to_owned())
            .basis(Basis::Point)
    };
    let above = level(Comparator::Above);
    for (baseline, actual, expected) in [
        ("16000", "17100", want(Grade::Ahead, "17000.0000", "100.0000", "5.0000")),
        ("16000", "17000", want(Grade::OnPace, "17000.0000", "0.0000", "0.0000")),
        ("16000", "16500", want(Grade::Behind, "17000.0000", "-500.0000", "-25.0000")),
        ("16000", "15000", want(Grade::Critical, "17000.0000", "-2000.0000", "-100.0000")),
        ("16000", "18001", want(Grade::Achieved, "17000.0000", "1001.0000", "50.0500")),
        ("16000", "18000", want(Grade::Ahead, "17000.0000", "1000.0000", "50.0000")),
        ("-", "18001", want(Grade::Achieved, "18000.0000", "1.0000", "0.0056")),
        ("-", "18000", want(Grade::NoData, "-", "-", "-")),
        ("-", "17000", want(Grade::NoData, "-", "-", "-")),
        // A baseline on the target leaves no way to go: points are of the target.
        ("18000", "17100", want(Grade::Watch, "18000.0000", "-900.0000", "-5.0000")),
        ("19000", "18500", want(Grade::Achieved, "18000.0000", "500.0000", "2.7778")),
        ("19000", "17000", want(Grade::Watch, "18000.0000", "-1000.0000", "-5.5556")),
    ] {
        let assessment = above.clone().from(baseline).at("2025-06-30", actual).assess();
        assert_eq!(told(&assessment), expected, "{baseline} {actual}");
        assert_eq!(assessment.missing.contains(Missing::Baseline), assessment.grade == Grade::NoData);
    }
    // The last value before the window is its baseline.
    let observed = above.at("2024-12-31", "16000").at("2025-06-30", "17000").assess();
    assert_eq!(observed.grade, Grade::OnPace);
    assert_eq!(shown(observed.completion), "0.5000");
}

#[test]
fn a_level_to_fall_turns_round() {
    let level = Given::new(Kind::Level, Comparator::AtMost, "100", "家").basis(Basis::Point).from("200");
    let level = level.better(Better::Lower);
    for (actual, expected) in [
        ("150", want(Grade::OnPace, "150.0000", "0.0000", "0.0000")),
        ("140", want(Grade::Ahead, "150.0000", "10.0000", "10.0000")),
        ("175", want(Grade::Behind, "150.0000", "-25.0000", "-25.0000")),
        ("100", want(Grade::Achieved, "150.0000", "50.0000", "50.0000")),
    ] {
        assert_eq!(told(&level.clone().at("2025-06-30", actual).assess()), expected, "{actual}");
    }
    assert_eq!(shown(level.at("2025-06-30", "160").assess().needed_per_month), "-10.0000");
}

#[test]
fn a_level_to_be_held_does_not_wait() {
    let level = Given::new(Kind::Level, Comparator::AtLeast, "232.5", "万人").basis(Basis::Point);
    let level = level.better(Better::Hold);
    for (actual, expected) in [
        ("232.5", want(Grade::OnPace, "232.5000", "0.0000", "0.0000")),
        ("209.25", want(Grade::Watch, "232.5000", "-23.2500", "-10.0000")),
        ("250", want(Grade::Ahead, "232.5000", "17.5000", "7.5269")),
    ] {
        assert_eq!(told(&level.clone().at("2025-06-30", actual).assess()), expected, "{actual}");
    }
}

#[test]
fn growth_is_compared_rate_with_rate() {
    use Comparator::{About, Above, AtLeast, AtMost, Below, Equal};
    for (better, comparator, value, phrase, actual, expected) in [
        (Better::Higher, AtLeast, "5.5", "增长", "6.2", want(Grade::Ahead, "5.5000", "0.7000", "0.7000")),
        (Better::Higher, Equal, "5.5", "增长", "5.5", want(Grade::OnPace, "5.5000", "0.0000", "0.0000")),
        (Better::Higher, Above, "5.5", "增长", "5.5", want(Grade::Watch, "5.5000", "0.0000", "0.0000")),
        (Better::Higher, About, "5.5", "增长", "5.1", want(Grade::OnPace, "5.5000", "-0.4000", "-0.4000")),
        (Better::Higher, About, "5.5", "增长", "4.9", want(Grade::Watch, "5.5000", "-0.6000", "-0.6000")),
        (Better::Higher, About, "5.5", "增长", "4.0", want(Grade::Behind, "5.5000", "-1.5000", "-1.5000")),
        (Better::Lower, Below, "3", "涨幅", "3", want(Grade::Watch, "3.0000", "0.0000", "0.0000")),
        (Better::Lower, AtMost, "3", "涨幅", "2.1", want(Grade::Ahead, "3.0000", "0.9000", "0.9000")),
        (Better::Lower, Equal, "3", "涨幅", "4.2", want(Grade::Behind, "3.0000", "-1.2000", "-1.2000")),
        (Better::Lower, AtLeast, "3", "下降", "-3.5", want(Grade::Ahead, "-3.0000", "0.5000", "0.5000")),
        (Better::Lower, Equal, "3", "下降", "-2.5", want(Grade::Watch, "-3.0000", "-0.5000", "-0.5000")),
        (Better::Lower, Equal, "-3", "下降", "-2.5", want(Grade::Watch, "-3.0000", "-0.5000", "-0.5000")),
        (Better::Lower, About, "3", "下降", "-2.5", want(Grade::OnPace, "-3.0000", "-0.5000", "-0.5000")),
    ] {
        let given = Given::new(Kind::Growth, comparator, value, "%")
            .better(better)
            .target(|target| target.phrase = phrase.to_owned());
        let assessment = given.at("2025-07-31", actual).assess();
        assert_eq!(told(&assessment), expected, "{better} {comparator} {value} {phrase} {actual}");
    }
    // What 左右 allows makes nobody ahead: 0.1 short, 2 allowed, is level.
    let pack = RulePack { about_points: n("2"), ..RulePack::standard() };
    let about = Given::new(Kind::Growth, About, "5.5", "%").at("2025-07-31", "5.4");
    let eased = about.assess_by(&pack, &about.known());
    assert_eq!((eased.grade, eased.rule.shortfall), (Grade::OnPace, maybe("0")));
}

#[test]
fn growth_is_never_computed_from_levels_nor_read_from_forecasts_and_plans() {
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%")
        .value(amount("2024-07-31", "100"))
        .value(amount("2025-07-31", "110"));
    let assessment = given.assess();
    lacks(&assessment, Missing::GrowthRate);
    assert!(assessment.doubts.contains(Doubt::GrowthWanted));
    let one = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%").value(amount("2025-07-31", "110"));
    lacks(&one.assess(), Missing::GrowthRate);
    assert!(one.assess().doubts.is_empty());
    for status in [Status::Forecast, Status::Plan] {
        let given = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%");
        let value = Observation { status, ..growth("2025-07-31", "9") };
        lacks(&given.value(value).assess(), Missing::Observation);
    }
}

#[test]
fn a_planned_rate_is_what_is_expected_until_the_window_ends() {
    let plan = |end, value| Observation {
        status: Status::Plan,
        published_on: day("2025-01-20"),
        ..growth(end, value)
    };
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "6", "%")
        .value(plan("2025-06-30", "4"))
        .value(plan("2025-12-31", "5"))
        .at("2025-06-30", "4.2");
    let june = given.assess_on("2025-07-18", &RulePack::standard(), &given.known());
    // A plan is known before its period ends.
    assert_eq!(told(&june), want(Grade::OnPace, "4.0000", "0.2000", "0.2000"));
    assert_eq!(given.clone().at("2025-12-31", "5.5").assess().grade, Grade::Missed);
    // Each period has its own plan: 4.2 was above 4, 4.9 is below 5.5.
    let july = given.clone().value(plan("2025-07-31", "5.5")).at("2025-07-31", "4.9").assess();
    assert_eq!((told(&july), july.streak), (want(Grade::Watch, "5.5000", "-0.6000", "-0.6000"), -1));
    // The latest plan counts, in whatever order they are known, and none before it is published.
    let revised = Observation { vintage: 2, published_on: day("2025-09-01"), ..plan("2025-06-30", "5") };
    let revised = given.with(|given| given.own.insert(0, revised));
    for (as_of, expected) in [("2025-08-31", "4.0000"), ("2025-09-01", "5.0000")] {
        let assessment = revised.assess_on(as_of, &RulePack::standard(), &revised.known());
        assert_eq!(shown(assessment.expected), expected, "{as_of}");
    }
}

#[test]
fn shares_are_held_or_worked_towards() {
    let share = Given::new(Kind::Share, Comparator::AtLeast, "75", "%").basis(Basis::Point);
    let hold = share.clone().better(Better::Hold);
    let hedge = share.clone().target(|target| target.hedge = Some("不低于".to_owned()));
    let phrased =
        |given: &Given, phrase: &str| given.clone().target(|target| target.phrase = phrase.to_owned());
    let kept = phrased(&share, "占比保持75%");
    let raised = phrased(&share, "提高并保持在75%以上");
    let raised_to = phrased(&hedge, "提高到不低于75%");
    for (given, baseline, actual, expected) in [
        (&hold, "-", "74", want(Grade::Behind, "75.0000", "-1.0000", "-1.0000")),
        (&hedge, "-", "74", want(Grade::Behind, "75.0000", "-1.0000", "-1.0000")),
        (&hold, "70", "75.2", want(Grade::OnPace, "75.0000", "0.2000", "0.2000")),
        (&kept, "70", "72.5", want(Grade::Behind, "75.0000", "-2.5000", "-2.5000")),
        (&raised, "70", "72.5", want(Grade::OnPace, "72.5000", "0.0000", "0.0000")),
        (&raised_to, "70", "72.5", want(Grade::OnPace, "72.5000", "0.0000", "0.0000")),
        // 0.2 points are 4 % of the way, but above the line points decide.
        (&share, "70", "72.7", want(Grade::OnPace, "72.5000", "0.2000", "0.2000")),
        (&share, "70", "72.5", want(Grade::OnPace, "72.5000", "0.0000", "0.0000")),
        (&share, "70", "72", want(Grade::Watch, "72.5000", "-0.5000", "-0.5000")),
        (&share, "74.9", "74.9", want(Grade::Watch, "74.9500", "-0.0500", "-0.0500")),
        (&share, "70", "76", want(Grade::Ahead, "72.5000", "3.5000", "3.5000")),
        (&share, "-", "76", want(Grade::Ahead, "75.0000", "1.0000", "1.0000")),
        (&share, "-", "74.9", want(Grade::Watch, "75.0000", "-0.1000", "-0.1000")),
        (&share, "80", "76", want(Grade::Ahead, "75.0000", "1.0000", "1.0000")),
    ] {
        let assessment = given.clone().from(baseline).at("2025-06-30", actual).assess();
        assert_eq!(told(&assessment), expected, "{baseline} {actual}");
    }
}

#[test]
fn a_ratio_is_a_share_without_percent() {
    let ratio =
        Given::new(Kind::Share, Comparator::Equal, "2", ":1").better(Better::Lower).basis(Basis::Point);
    for (actual, expected) in [
        ("2.5", want(Grade::OnPace, "2.5000", "0.0000", "0.0000")),
        ("2.8", want(Grade::Behind, "2.5000", "-0.3000", "-30.0000")),
        ("2", want(Grade::Ahead, "2.5000", "0.5000", "50.0000")),
    ] {
        assert_eq!(told(&ratio.clone().from("3").at("2025-06-30", actual).assess()), expected, "{actual}");
    }
}

#[test]
fn coverage_is_a_share_of_everything() {
    let coverage = Given::new(Kind::Coverage, Comparator::Equal, "-", "%").basis(Basis::Point);
    let coverage = coverage.target(|target| target.comparator = None);
    for (baseline, end, actual, expected) in [
        ("20", "2025-06-30", "60", want(Grade::OnPace, "60.0000", "0.0000", "0.0000")),
        ("20", "2025-06-30", "55", want(Grade::Watch, "60.0000", "-5.0000", "-5.0000")),
        ("20", "2025-06-30", "40", want(Grade::Behind, "60.0000", "-20.0000", "-20.0000")),
        ("-", "2025-06-30", "100", want(Grade::OnPace, "100.0000", "0.0000", "0.0000")),
        ("-", "2025-06-30", "99", want(Grade::Behind, "100.0000", "-1.0000", "-1.0000")),
        ("20", "2025-12-31", "100", want(Grade::Achieved, "100.0000", "0.0000", "0.0000")),
        ("20", "2025-12-31", "99.9", want(Grade::Missed, "100.0000", "-0.1000", "-0.1000")),
    ] {
        let assessment = coverage.clone().from(baseline).at(end, actual).assess();
        assert_eq!(told(&assessment), expected, "{baseline} {end} {actual}");
    }
}

#[test]
fn changes_count_from_the_baseline() {
    let urban = Given::new(Kind::Change, Comparator::Equal, "0.9", "个百分点").basis(Basis::Point).from("61");
    let urban = urban.with(|given| given.measure.unit = "%".to_owned());
    let air = Given::new(Kind::Change, Comparator::Range, "1", "微克/立方米").to("2").from("38");
    let air = air.better(Better::Lower);
    // 排名提升2位: the place is a number that falls.
    let place = Given::new(Kind::Change, Comparator::Equal, "2", "位").better(Better::Lower).from("8");
    let limit = Given::new(Kind::Change, Comparator::AtMost, "1", "个").better(Better::Lower).from("10");
    let fall = limit.clone().target(|target| target.value = maybe("-1"));
    let falls_less = Given::new(Kind::Change, Comparator::AtLeast, "-1", "个").from("10");
    for (given, end, actual, expected) in [
        (&urban, "2025-06-30", "61.45", want(Grade::OnPace, "61.4500", "0.0000", "0.0000")),
        (&urban, "2025-06-30", "61.3", want(Grade::Behind, "61.4500", "-0.1500", "-16.6667")),
        (&urban, "2025-12-31", "61.9", want(Grade::Achieved, "61.9000", "0.0000", "0.0000")),
        (&air, "2025-06-30", "37.5", want(Grade::OnPace, "37.5000", "0.0000", "0.0000")),
        (&air, "2025-06-30", "36", want(Grade::Ahead, "37.5000", "1.5000", "150.0000")),
        (&air, "2025-06-30", "38", want(Grade::Critical, "37.5000", "-0.5000", "-50.0000")),
        // Places have no points.
        (&place, "2025-12-31", "6", want(Grade::Achieved, "6.0000", "0.0000", "-")),
        (&place, "2025-12-31", "10", want(Grade::Missed, "6.0000", "-4.0000", "-")),
        (&limit, "2025-06-30", "11", want(Grade::OnPace, "11.0000", "0.0000", "0.0000")),
        // At most −1 is a fall to work towards: 10 − 1·½. At least −1 of a higher-is-better is a floor of 9 all along.
        (&fall, "2025-06-30", "9.5", want(Grade::OnPace, "9.5000", "0.0000", "0.0000")),
        (&falls_less, "2025-06-30", "9", want(Grade::OnPace, "9.0000", "0.0000", "0.0000")),
        (&falls_less, "2025-06-30", "8.8", want(Grade::Behind, "9.0000", "-0.2000", "-20.0000")),
        (&limit, "2025-06-30", "11.2", want(Grade::Behind, "11.0000", "-0.2000", "-20.0000")),
    ] {
        assert_eq!(told(&given.clone().at(end, actual).assess()), expected, "{actual}");
    }
    assert_eq!(shown(urban.clone().at("2025-06-30", "61.3").assess().completion), "0.3333");
    lacks(&urban.from("-").at("2025-06-30", "61.3").assess(), Missing::Baseline);
}

#[test]
fn caps_must_not_be_exceeded() {
    let percent = Given::new(Kind::Cap, Comparator::AtMost, "13.8", "%").better(Better::Lower);
    let days = Given::new(Kind::Cap, Comparator::AtMost, "1", "个工作日").better(Better::Lower);
    let spend = Given::new(Kind::Cap, Comparator::AtMost, "120", "亿元").better(Better::Lower);
    // Debt on a day, and what each month may cost: neither adds up to the year.
    let debt = spend.clone().basis(Basis::Point);
    let month = spend.clone().basis(Basis::Period).target(|target| {
        target.value = maybe("12");
        target.phrase = "每月支出控制在12亿元以内".to_owned();
    });
    let month = month.at("2025-05-31", "11");
    let ends = Given::new(Kind::Cap, Comparator::Range, "3", "%").better(Better::Lower).to("5");
    for (given, end, actual, expected) in [
        (&percent, "2025-06-30", "13.8", want(Grade::OnPace, "13.8000", "0.0000", "0.0000")),
        (&percent, "2025-06-30", "14.9", want(Grade::Behind, "13.8000", "-1.1000", "-1.1000")),
        (&percent, "2025-06-30", "13.2", want(Grade::Ahead, "13.8000", "0.6000", "0.6000")),
        (&percent, "2025-12-31", "13.9", want(Grade::Missed, "13.8000", "-0.1000", "-0.1000")),
        (&percent, "2025-12-31", "13.8", want(Grade::Achieved, "13.8000", "0.0000", "0.0000")),
        (&days, "2025-06-30", "1", want(Grade::OnPace, "1.0000", "0.0000", "0.0000")),
        (&days, "2025-06-30", "1.2", want(Grade::Behind, "1.0000", "-0.2000", "-20.0000")),
        (&spend, "2025-06-30", "60", want(Grade::OnPace, "60.0000", "0.0000", "0.0000")),
        (&spend, "2025-06-30", "72.6", want(Grade::Behind, "60.0000", "-12.6000", "-10.5000")),
        (&debt, "2025-06-30", "110", want(Grade::Ahead, "120.0000", "10.0000", "8.3333")),
        (&month, "2025-06-30", "13", want(Grade::Watch, "12.0000", "-1.0000", "-8.3333")),
        (&ends, "2025-06-30", "4.8", want(Grade::OnPace, "5.0000", "0.2000", "0.2000")),
        // All of the limit is not more than the limit: 10 of 120 too early.
        (&spend, "2025-11-30", "120", want(Grade::Watch, "110.0000", "-10.0000", "-8.3333")),
        (&spend, "2025-11-30", "120.1", want(Grade::Missed, "110.0000", "-10.1000", "-8.4167")),
    ] {
        assert_eq!(told(&given.clone().at(end, actual).assess()), expected, "{actual}");
    }
    // What may still be spent each month.
    assert_eq!(shown(spend.at("2025-06-30", "72.6").assess().needed_per_month), "7.9000");
}

#[test]
fn a_limit_reported_month_by_month_is_of_their_sum() {
    let cap = |value: &str| {
        Given::new(Kind::Cap, Comparator::AtMost, value, "起").better(Better::Lower).basis(Basis::Period)
    };
    let months = |given: Given, values: &[&str]| {
        (1..).zip(values).fold(given, |given, (month, value)| {
            let start = format!("2025-{month:02}-01");
            let end = day(&start).checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
            given.value(observation(&start, &end.to_string(), Basis::Period, Figure::Level, value))
        })
    };
    let assessment = months(cap("10"), &["3", "3", "3", "3"]).assess();
    assert_eq!((assessment.grade, assessment.actual), (Grade::Missed, maybe("12")));
    assert_eq!(months(cap("10"), &["1", "0", "1", "0"]).assess().grade, Grade::Ahead);
    // 零发生: a month without one does not undo the one before.
    assert_eq!(months(cap("0"), &["0", "1", "0"]).assess().grade, Grade::Missed);
    assert_eq!(months(cap("0"), &["0", "0", "0"]).assess().grade, Grade::OnPace);
    // 每月不超过3起 binds each month.
    let each = cap("3").target(|target| target.phrase = "每月不超过3起".to_owned());
    assert_eq!(months(each, &["3", "3", "3", "3"]).assess().grade, Grade::OnPace);
}

#[test]
fn a_limit_is_broken_by_what_is_known_though_months_are_missing() {
    let of = |kind, comparator, value: &str, months: &[(u32, &str)]| {
        let given = Given::new(kind, comparator, value, "起").better(Better::Lower).basis(Basis::Period);
        months.iter().fold(given, |given, &(month, value)| {
            let start = format!("2025-{month:02}-01");
            let end = day(&start).checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
            given.value(observation(&start, &end.to_string(), Basis::Period, Figure::Level, value))
        })
    };
    let cap = |value: &str, months: &[(u32, &str)]| of(Kind::Cap, Comparator::AtMost, value, months);
    // February and April are missing: at least 11 of 10.
    let over = cap("10", &[(1, "4"), (3, "4"), (5, "3")]);
    let (subject, known, pack) = (over.subject(), over.known(), RulePack::standard());
    let (assessment, steps) = assess_with_working(&subject, &known, &pack, day("2025-06-18"));
    assert_eq!(assessment, over.assess());
    assert_eq!((assessment.grade, assessment.rule.id), (Grade::Missed, RuleId::LimitUsedUp));
    assert_eq!((assessment.actual, shown(assessment.gap)), (maybe("11"), "-6.8333".to_owned()));
    assert!(assessment.missing.contains(Missing::GapInPeriods), "{:?}", assessment.missing);
    assert_eq!((assessment.needed, assessment.forecast.is_some()), (None, false));
    let told: String =
        steps.iter().map(|step| format!("{} {:?} {}\n", step.formula, step.inputs, step.result)).collect();
    for word in ["缺少", "2025-02-01至2025-02-28、2025-04-01至2025-04-30", "已知各期之和", "11", "限额"]
    {
        assert!(told.contains(word), "{word} in {told}");
    }
    for (given, grade) in [
        // As much as the limit, or less, may still be kept; nobody knows.
        (cap("10", &[(1, "4"), (3, "4"), (5, "2")]), Grade::NoData),
        (cap("10", &[(3, "4"), (5, "4")]), Grade::NoData),
        // A month that took something back: the sum can fall.
        (cap("10", &[(1, "9"), (3, "-1"), (5, "4")]), Grade::NoData),
        // 零发生: one is too many.
        (cap("0", &[(1, "0"), (5, "1")]), Grade::Missed),
        (cap("0", &[(1, "0"), (5, "0")]), Grade::NoData),
        // What is to be reached is not settled by what is known.
        (
            of(Kind::Total, Comparator::AtLeast, "10", &[(1, "4"), (5, "4")]).better(Better::Higher),
            Grade::NoData,
        ),
        // A total that must not be exceeded is a limit.
        (of(Kind::Total, Comparator::AtMost, "10", &[(2, "8"), (5, "4")]), Grade::Missed),
        (of(Kind::Range, Comparator::Range, "5", &[(2, "8"), (5, "4")]).to("9"), Grade::Missed),
        (
            of(Kind::Range, Comparator::Range, "5", &[(2, "8"), (5, "4")]).to("9").better(Better::Hold),
            Grade::Missed,
        ),
        (
            of(Kind::Range, Comparator::Range, "5", &[(2, "8"), (5, "4")]).to("9").better(Better::Higher),
            Grade::NoData,
        ),
        // Each month for itself: no sum at all.
        (
            cap("3", &[(1, "3"), (5, "3")]).target(|target| target.phrase = "每月不超过3起".to_owned()),
            Grade::OnPace,
        ),
        // When the window is over, too.
        (cap("10", &[(1, "4"), (3, "4"), (12, "3")]), Grade::Missed),
    ] {
        assert_eq!(
            given.assess().grade,
            grade,
            "{:?}",
            given.own.iter().map(|one| one.value).collect::<Vec<_>>()
        );
    }
    // 1—2月 and February overlap: the longer one counts.
    let twice = |last: &str| {
        let both = observation("2025-01-01", "2025-02-28", Basis::Period, Figure::Level, "8");
        cap("10", &[(2, "5"), (4, last)]).value(both).assess()
    };
    assert_eq!((twice("2").grade, twice("3").grade), (Grade::NoData, Grade::Missed));
    // All months known, but one took something back: over the limit, yet not for good.
    let net = cap("10", &[(1, "9"), (2, "-1"), (3, "4")]).assess();
    assert_eq!((net.grade, net.rule.id), (Grade::Critical, RuleId::ProgressPoints));
}

#[test]
fn what_is_to_stay_about_a_value_may_be_neither_above_nor_below() {
    let prices = Given::new(Kind::Growth, Comparator::About, "2", "%").better(Better::Hold);
    let share = Given::new(Kind::Share, Comparator::About, "60", "%").better(Better::Hold);
    for (given, actual, grade, gap) in [
        (&prices, "2.4", Grade::OnPace, "-0.4000"),
        (&prices, "3.5", Grade::Behind, "-1.5000"),
        (&prices, "1.6", Grade::OnPace, "-0.4000"),
        (&prices, "0.5", Grade::Behind, "-1.5000"),
        (&share, "60.3", Grade::OnPace, "-0.3000"),
        (&share, "64", Grade::Critical, "-4.0000"),
        (&share, "56", Grade::Critical, "-4.0000"),
    ] {
        let assessment = given.clone().at("2025-06-30", actual).assess();
        assert_eq!((assessment.grade, shown(assessment.gap)), (grade, gap.to_owned()), "{actual}");
    }
    for (actual, grade) in [("2.5", Grade::Achieved), ("2.6", Grade::Missed), ("1.4", Grade::Missed)] {
        assert_eq!(prices.clone().at("2025-12-31", actual).assess().grade, grade, "{actual}");
    }
}

#[test]
fn a_cap_of_zero_allows_nothing() {
    let none = Given::new(Kind::Cap, Comparator::AtMost, "0", "起").better(Better::Lower);
    assert_eq!(none.clone().at("2025-06-30", "0").assess().grade, Grade::OnPace);
    assert_eq!(none.at("2025-06-30", "1").assess().grade, Grade::Missed);
}

#[test]
fn ranges_have_two_ends() {
    let range = Given::new(Kind::Range, Comparator::Range, "5", "项").to("7");
    let hold = range.clone().better(Better::Hold);
    let lower = range.clone().better(Better::Lower);
    for (given, end, actual, expected, high) in [
        (&range, "2025-06-30", "3", want(Grade::Ahead, "2.5000", "0.5000", "10.0000"), "3.5000"),
        (&range, "2025-06-30", "2", want(Grade::Watch, "2.5000", "-0.5000", "-10.0000"), "3.5000"),
        (&range, "2025-06-30", "6", want(Grade::Ahead, "2.5000", "3.5000", "70.0000"), "3.5000"),
        (&range, "2025-12-31", "5", want(Grade::Achieved, "5.0000", "0.0000", "0.0000"), "7.0000"),
        (&hold, "2025-06-30", "3", want(Grade::Ahead, "2.5000", "0.5000", "10.0000"), "3.5000"),
        (&hold, "2025-06-30", "6", want(Grade::Critical, "2.5000", "-2.5000", "-35.7143"), "3.5000"),
        (&hold, "2025-12-31", "8", want(Grade::Missed, "5.0000", "-1.0000", "-14.2857"), "7.0000"),
        (&lower, "2025-06-30", "3", want(Grade::Ahead, "3.5000", "0.5000", "7.1429"), "-"),
        (&lower, "2025-06-30", "4.3", want(Grade::Behind, "3.5000", "-0.8000", "-11.4286"), "-"),
    ] {
        let assessment = given.clone().at(end, actual).assess();
        assert_eq!(told(&assessment), expected, "{actual}");
        assert_eq!(shown(assessment.expected_hi), high, "{actual}");
    }
    assert_eq!(range.clone().at("2025-06-30", "7").assess().rule.id, RuleId::ProgressPoints);
    assert_eq!(range.at("2025-06-30", "8").assess().rule.id, RuleId::BeyondRange);
}

#[test]
fn comparisons_follow_the_other_series() {
    let other = [growth("2025-06-30", "4"), growth("2025-07-31", "5")];
    let named = NamedSeries { name: "全国平均", observations: &other };
    for (kind, comparator, margin, actual, expected) in [
        (
            Kind::VersusBenchmark,
            Comparator::Above,
            "-",
            "5.1",
            want(Grade::OnPace, "5.0000", "0.1000", "0.1000"),
        ),
        (
            Kind::VersusBenchmark,
            Comparator::Above,
            "-",
            "5",
            want(Grade::Watch, "5.0000", "0.0000", "0.0000"),
        ),
        (
            Kind::VersusBenchmark,
            Comparator::AtLeast,
            "-",
            "5",
            want(Grade::OnPace, "5.0000", "0.0000", "0.0000"),
        ),
        (
            Kind::VersusIndicator,
            Comparator::Above,
            "-",
            "3.9",
            want(Grade::Behind, "5.0000", "-1.1000", "-1.1000"),
        ),
        (
            Kind::VersusIndicator,
            Comparator::AtLeast,
            "1",
            "6",
            want(Grade::OnPace, "6.0000", "0.0000", "0.0000"),
        ),
    ] {
        let given =
            Given::new(kind, comparator, margin, "亿元").at("2025-06-30", "4.5").at("2025-07-31", actual);
        let known = Known { benchmark: Some(named), ..given.known() };
        let assessment = given.assess_by(&RulePack::standard(), &known);
        assert_eq!(told(&assessment), expected, "{kind} {actual}");
        lacks(&given.assess(), Missing::Benchmark);
    }
    let lower = Given::new(Kind::VersusBenchmark, Comparator::Below, "-", "亿元").better(Better::Lower);
    let lower = lower.at("2025-07-31", "4.4");
    let known = Known { benchmark: Some(named), ..lower.known() };
    let assessment = lower.assess_by(&RulePack::standard(), &known);
    assert_eq!(told(&assessment), want(Grade::Ahead, "5.0000", "0.6000", "0.6000"));
    // 低1个百分点以上: 5 − 1, and so much is enough.
    let margin =
        lower.clone().target(|target| target.value = maybe("1")).with(|given| given.own[0].value = n("4"));
    let known = Known { benchmark: Some(named), ..margin.known() };
    let assessment = margin.assess_by(&RulePack::standard(), &known);
    assert_eq!(told(&assessment), want(Grade::OnPace, "4.0000", "0.0000", "0.0000"));
    let late = lower.at("2025-08-31", "4");
    lacks(
        &late.assess_by(&RulePack::standard(), &Known { benchmark: Some(named), ..late.known() }),
        Missing::Benchmark,
    );
}

#[test]
fn trends_are_signs() {
    let down = Given::new(Kind::Trend, Comparator::Below, "-", "起").better(Better::Lower);
    for (given, end, change, expected) in [
        (&down, "2025-08-25", "-15.74", want(Grade::OnPace, "0.0000", "15.7400", "15.7400")),
        (&down, "2025-08-25", "0", want(Grade::Watch, "0.0000", "0.0000", "0.0000")),
        (&down, "2025-08-25", "0.3", want(Grade::Watch, "0.0000", "-0.3000", "-0.3000")),
        (&down, "2025-08-25", "2", want(Grade::Behind, "0.0000", "-2.0000", "-2.0000")),
        (&down, "2025-12-31", "-1", want(Grade::Achieved, "0.0000", "1.0000", "1.0000")),
        (&down, "2025-12-31", "0", want(Grade::Missed, "0.0000", "0.0000", "0.0000")),
        (
            &down.clone().better(Better::Hold).target(|t| t.comparator = None),
            "2025-08-25",
            "0",
            want(Grade::OnPace, "0.0000", "0.0000", "0.0000"),
        ),
    ] {
        assert_eq!(told(&given.clone().at(end, change).assess()), expected, "{change}");
    }
    // Standing still is no way down, but not up either.
    assert_eq!(down.clone().at("2025-07-31", "-1").at("2025-08-31", "0").assess().streak, 2);
    // Without a published rate, only the sign of the levels' difference.
    let levels = down.clone().value(amount("2025-08-25", "664"));
    lacks(&levels.clone().assess(), Missing::SamePeriodLastYear);
    let fewer = levels.clone().value(amount("2024-08-25", "788")).assess();
    assert_eq!(told(&fewer), want(Grade::OnPace, "-", "124.0000", "-"));
    assert_eq!(levels.value(amount("2024-08-25", "600")).assess().grade, Grade::Behind);
    // A stock is that of a day, whatever period it was reported with.
    let stock = |start, end, value| observation(start, end, Basis::Point, Figure::Level, value);
    let stocks = down.basis(Basis::Point).value(stock("2024-01-01", "2024-07-31", "9")).value(stock(
        "2025-07-01",
        "2025-07-31",
        "7",
    ));
    assert_eq!(told(&stocks.assess()), want(Grade::OnPace, "-", "2.0000", "-"));
}

#[test]
fn milestones_are_done_or_late() {
    let nodes = |last: &str| {
        Curve::nodes(vec![
            crate::Node { on: day("2025-03-31"), fraction: n("0.5") },
            crate::Node { on: day(last), fraction: n("1") },
        ])
        .unwrap()
    };
    let milestone = Given::new(Kind::Milestone, Comparator::Equal, "-", "项").basis(Basis::Point);
    let milestone = milestone.curve(nodes("2025-09-30"));
    for (end, done, as_of, grade, gap) in [
        ("2025-03-20", "0", "2025-03-25", Grade::OnPace, "11.0000"),
        ("2025-04-05", "0", "2025-04-05", Grade::Watch, "-5.0000"),
        ("2025-04-15", "0.4", "2025-04-30", Grade::Behind, "-30.0000"),
        ("2025-05-31", "0.4", "2025-06-01", Grade::Critical, "-62.0000"),
        ("2025-05-31", "0.5", "2025-06-01", Grade::OnPace, "122.0000"),
        ("2025-06-30", "1", "2025-07-01", Grade::Achieved, "92.0000"),
        ("2025-05-31", "0.5", "2025-10-01", Grade::OverdueReport, "122.0000"),
        // On the day itself it may still be done; what the figure of that day leaves undone is late from the next day on.
        ("2025-03-20", "0", "2025-03-31", Grade::OnPace, "11.0000"),
        ("2025-03-20", "0", "2025-04-01", Grade::OverdueReport, "11.0000"),
        ("2025-03-31", "0.4", "2025-03-31", Grade::OnPace, "0.0000"),
        ("2025-03-31", "0.4", "2025-04-01", Grade::Watch, "-1.0000"),
        ("2025-03-31", "0.4", "2025-11-10", Grade::Critical, "-224.0000"),
        ("2025-12-31", "0.9", "2026-01-31", Grade::Critical, "-123.0000"),
        ("2025-12-31", "0.9", "2026-02-01", Grade::Missed, "-124.0000"),
    ] {
        let given = milestone.clone().value(Observation {
            published_on: day(end),
            ..observation(end, end, Basis::Point, Figure::Level, done)
        });
        let assessment = given.assess_on(as_of, &RulePack::standard(), &given.known());
        assert_eq!(
            (assessment.grade, shown(assessment.gap)),
            (grade, gap.to_owned()),
            "{end} {done} {as_of}"
        );
    }
    let silent = |as_of| milestone.assess_on(as_of, &RulePack::standard(), &milestone.known());
    lacks(&silent("2025-03-31"), Missing::Observation);
    assert_eq!(silent("2025-04-01").grade, Grade::OverdueReport);
    // In percent: half of it is 50, and due on the day.
    let percent = milestone.with(|given| given.measure.unit = "%".to_owned());
    for (end, done, due, expected, grade) in [
        ("2025-03-31", "50", "0.5000", "50.0000", Grade::OnPace),
        ("2025-03-30", "49", "0.0000", "0.0000", Grade::OnPace),
        ("2025-04-15", "49", "0.5000", "50.0000", Grade::Behind),
    ] {
        let given = percent.clone().value(Observation {
            published_on: day(end),
            ..observation(end, end, Basis::Point, Figure::Level, done)
        });
        let assessment = given.assess_on(end, &RulePack::standard(), &given.known());
        assert_eq!(
            (shown(assessment.due_fraction), shown(assessment.expected), assessment.grade),
            (due.to_owned(), expected.to_owned(), grade),
            "{end} {done}"
        );
    }
}

#[test]
fn what_has_no_number_needs_a_person() {
    let given = Given::new(Kind::Qualitative, Comparator::Equal, "-", "项");
    lacks(&given.assess(), Missing::Verdict);
    let verdict = Some(PersonVerdict { grade: Grade::Behind, on: day("2025-08-01") });
    let known = Known { verdict, ..given.known() };
    assert_eq!(given.assess_on("2025-08-01", &RulePack::standard(), &known).grade, Grade::Behind);
    assert_eq!(given.assess_on("2025-07-31", &RulePack::standard(), &known).grade, Grade::NoData);
}

#[test]
fn being_on_the_way_is_no_end() {
    let given = Given::new(Kind::Qualitative, Comparator::Equal, "-", "项");
    for (said, as_of, grade, lacking) in [
        (Grade::OnPace, "2025-12-31", Grade::OnPace, false),
        (Grade::OnPace, "2026-01-31", Grade::OnPace, false),
        (Grade::OnPace, "2026-02-01", Grade::OverdueReport, true),
        (Grade::Ahead, "2027-12-31", Grade::OverdueReport, true),
        (Grade::Behind, "2027-12-31", Grade::Behind, true),
        (Grade::Achieved, "2027-12-31", Grade::Achieved, false),
        (Grade::Missed, "2027-12-31", Grade::Missed, false),
    ] {
        let verdict = Some(PersonVerdict { grade: said, on: day("2025-03-01") });
        let known = Known { verdict, ..given.known() };
        let told = given.assess_on(as_of, &RulePack::standard(), &known);
        let lacks_last = told.missing.contains(Missing::LastVerdict);
        assert_eq!((told.grade, lacks_last), (grade, lacking), "{said} {as_of}");
    }
}

#[test]
fn a_promise_without_its_number_cannot_be_judged() {
    for kind in [Kind::Total, Kind::Level, Kind::Growth, Kind::Cap, Kind::Change, Kind::Range] {
        let given = Given::new(kind, Comparator::AtLeast, "-", "%").from("1").at("2025-06-30", "1");
        lacks(&given.assess(), Missing::TargetValue);
    }
}

#[test]
fn some_units_do_not_add_up_over_time() {
    for (unit, adds) in [
        ("亿元", true),
        ("万人次", true),
        ("起", true),
        ("%", false),
        ("个百分点", false),
        ("‰", false),
        ("失业率", false),
        ("元/平方米", false),
        (":1", false),
        ("个工作日", false),
        ("小时", false),
        ("分钟", false),
    ] {
        assert_eq!(adds_up(unit), adds, "{unit}");
    }
}

#[test]
fn a_lid_on_a_percentage_may_be_reported_as_a_growth_rate() {
    let lid = Given::new(Kind::Cap, Comparator::AtMost, "2", "%");
    let rate = |value: &str| lid.clone().value(growth("2025-06-30", value)).assess();
    assert_eq!(told(&rate("0.9")), want(Grade::Ahead, "2.0000", "1.1000", "1.1000"));
    assert_eq!(told(&rate("2.6")), want(Grade::Watch, "2.0000", "-0.6000", "-0.6000"));
    // Where both are known the value itself is judged.
    let both = lid.clone().value(growth("2025-06-30", "2.6")).at("2025-06-30", "1.5").assess();
    assert_eq!(both.actual, Some(n("1.5")));
    let tons =
        Given::new(Kind::Cap, Comparator::AtMost, "2", "万吨").value(growth("2025-06-30", "2.6")).assess();
    lacks(&tons, Missing::Observation);
}

/// Days that are counted add up; days that something takes do not.
#[test]
fn counted_days_add_up() {
    for (name, unit, adds) in [
        ("重污染天数", "天", true),
        ("空气质量优良天数", "天", true),
        ("降雨日数", "日", true),
        ("办结天数", "天", false),
        ("平均住院日数", "日", false),
        ("应收账款周转天数", "天", false),
        ("审批时限", "天", false),
        ("优良天数比例", "%", false),
        ("较大事故", "起", true),
    ] {
        assert_eq!(values_add_up(name, unit), adds, "{name}");
    }
}
