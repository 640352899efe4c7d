//! Promises that are read as another kind than the one they were given, and where their way starts.

use super::*;

/// 保持在85%—93%: 96 is 3 above, 80 is 5 below, 90 within by 3.
#[test]
fn a_share_held_between_two_ends_is_judged_on_both_sides() {
    for better in [Better::Hold, Better::Higher, Better::Lower] {
        for kind in [Kind::Share, Kind::Range] {
            let given = Given::new(kind, Comparator::Range, "85", "%").to("93").basis(Basis::Point);
            let given = given.better(better);
            let given = given.target(|target| target.phrase = "床位使用率保持在85%—93%".to_owned());
            for (value, gap, good) in
                [("96", "-3.0000", false), ("80", "-5.0000", false), ("90", "3.0000", true)]
            {
                let assessment = given.clone().at("2025-06-30", value).assess();
                let said = (shown(assessment.gap), assessment.grade.is_green());
                assert_eq!(said, (gap.to_owned(), good), "{kind} {better} {value} {}", assessment.grade);
                assert_eq!(shown(assessment.expected_hi), "93.0000");
            }
            let over = given.clone().at("2025-12-31", "96").assess();
            assert_eq!(over.grade, Grade::Missed, "{kind} {better}");
            assert_eq!(given.at("2025-12-31", "93").assess().grade, Grade::Achieved);
        }
    }
    // A stock between two ends is not counted from nothing.
    let pigs = Given::new(Kind::Level, Comparator::Range, "380", "万头").to("400").basis(Basis::Point);
    let pigs = pigs.target(|target| target.phrase = "生猪存栏稳定在380—400万头".to_owned());
    assert_eq!(shown(pigs.clone().at("2025-06-30", "410").assess().gap), "-10.0000");
    assert!(pigs.at("2025-06-30", "390").assess().grade.is_green());
}

/// 80 % by the year's end, from nothing: 40 are due by June, and 45 are 5 more; last year's end is no start.
#[test]
fn a_progress_begins_at_nothing() {
    let given = Given::new(Kind::Share, Comparator::AtLeast, "80", "%");
    let named = |name: &str| given.clone().with(|given| given.measure.name = name.to_owned());
    for given in [named("专项债券支出进度"), named("项目开工率"), named("资金支付率").at("2024-12-31", "95")]
    {
        let june = given.at("2025-06-30", "45").assess();
        assert_eq!((shown(june.expected), shown(june.gap)), ("40.0000".to_owned(), "5.0000".to_owned()));
        assert!(june.grade.is_green() && !june.missing.contains(Missing::Baseline), "{}", june.grade);
    }
    // A share that is no progress still wants its start.
    assert!(named("民间投资占比").at("2025-06-30", "45").assess().missing.contains(Missing::Baseline));
}

/// 前移1位 from the fifth place: the fourth is wanted, and the sixth is two short of it.
#[test]
fn places_to_move_up_come_to_a_place() {
    let given = Given::new(Kind::Change, Comparator::AtLeast, "1", "位").better(Better::Lower);
    let given = given.basis(Basis::Point).with(|given| given.measure.name = "GDP总量全省排名".to_owned());
    let given = given.target(|target| target.phrase = "GDP总量全省排名前移1位".to_owned());
    let levels = given.clone().at("2024-12-31", "5").at("2025-06-30", "6");
    let place = |end: &str, value| observation(end, end, Basis::Point, Figure::Rank, value);
    let ranks = given.clone().value(place("2024-12-31", "5")).value(place("2025-06-30", "6"));
    for given in [levels, ranks] {
        let assessment = given.assess();
        assert_eq!((shown(assessment.expected), shown(assessment.gap)), ("4.0000".into(), "-2.0000".into()));
        assert_eq!(assessment.judged_as, Some(Kind::Rank));
        let needed = assessment.needed.unwrap();
        assert_eq!((needed.form, needed.end), (NeededForm::Place, maybe("4")));
    }
    let fourth = given.clone().from("5").at("2025-12-31", "4").assess();
    assert_eq!((fourth.grade, shown(fourth.gap)), (Grade::Achieved, "0.0000".into()));
    assert!(given.at("2025-06-30", "4").assess().missing.contains(Missing::Baseline));
}

/// 只增不减, 只减不增, 不高于上年: as much as last year keeps them.
#[test]
fn standing_still_keeps_what_shall_not_fall() {
    for (phrase, comparator, kind, same, more) in [
        ("耕地保有量只增不减", Comparator::Above, Kind::Trend, Grade::Achieved, Grade::Achieved),
        ("事故起数只减不增", Comparator::Below, Kind::Trend, Grade::Achieved, Grade::Missed),
        ("用工持续增长", Comparator::Above, Kind::Trend, Grade::Missed, Grade::Achieved),
        ("能源消费总量不高于上年", Comparator::AtMost, Kind::VersusBenchmark, Grade::Achieved, Grade::Missed),
        ("能源消费总量低于上年", Comparator::Below, Kind::VersusBenchmark, Grade::Missed, Grade::Missed),
    ] {
        let given = Given::new(kind, comparator, "-", "万亩").basis(Basis::Point).target(|target| {
            target.phrase = phrase.to_owned();
            target.benchmark = (kind == Kind::VersusBenchmark).then(|| "上年水平".to_owned());
        });
        let level = |end: &str, value| observation(end, end, Basis::Point, Figure::Level, value);
        let given = given.value(level("2024-12-31", "100"));
        let of = |value| given.clone().value(level("2025-12-31", value)).assess();
        assert_eq!((of("100").grade, of("101").grade), (same, more), "{phrase}");
        assert!(!of("100").missing.contains(Missing::Observation), "{phrase}");
    }
}
