//! Curves, comparisons, history, time.

use super::*;
use crate::Node;

const JULY: &str = "2025-07-31";

fn total(value: &str) -> Given {
    Given::new(Kind::Total, Comparator::AtLeast, value, "亿元")
}

fn rate(value: &str) -> Given {
    Given::new(Kind::Growth, Comparator::AtLeast, value, "%")
}

fn nodes(list: &[(&str, &str)]) -> Curve {
    Curve::nodes(list.iter().map(|(on, fraction)| Node { on: day(on), fraction: n(fraction) }).collect())
        .unwrap()
}

#[test]
fn each_curve_says_what_is_due() {
    let quarters = [("2025-03-31", "0.2"), ("2025-06-30", "0.45"), ("2025-10-31", "1")];
    let last_year = total("100").value(amount("2024-07-31", "48")).value(amount("2024-12-31", "120"));
    let history = last_year
        .clone()
        .value(amount("2023-07-31", "30"))
        .value(amount("2023-12-31", "60"))
        .value(amount("2022-07-31", "33"))
        .value(amount("2022-12-31", "110"));
    for (given, curve, end, due, used) in [
        (&history, Curve::LinearMonths, JULY, "0.5833", CurveKind::LinearMonths),
        (&history, Curve::LinearDays, JULY, "0.5808", CurveKind::LinearDays),
        (&history, Curve::LastYear, JULY, "0.4000", CurveKind::LastYear),
        (&history, Curve::MeanYears(3), JULY, "0.4000", CurveKind::MeanYears),
        (&history, Curve::MeanYears(2), JULY, "0.4500", CurveKind::MeanYears),
        (&history, nodes(&quarters), "2025-03-31", "0.2000", CurveKind::Nodes),
        (&history, nodes(&quarters), "2025-01-31", "0.0689", CurveKind::Nodes),
        (&history, nodes(&quarters), "2025-04-30", "0.2824", CurveKind::Nodes),
        (&history, nodes(&quarters), "2025-11-30", "1.0000", CurveKind::Nodes),
        (&history, nodes(&[("2025-12-31", "1")]), JULY, "0.5808", CurveKind::Nodes),
        (&history, nodes(&[("2024-12-01", "0.1"), ("2025-12-31", "1")]), JULY, "0.6514", CurveKind::Nodes),
    ] {
        let assessment = given.clone().curve(curve.clone()).at(end, "50").assess();
        assert_eq!(shown(assessment.due_fraction), due, "{curve:?} {end}");
        assert_eq!(assessment.curve_used, Some(used));
        assert!(assessment.linear_pace.is_some());
    }
}

#[test]
fn a_curve_without_its_history_is_not_replaced_in_silence() {
    let given = total("100").curve(Curve::LastYear).at(JULY, "50");
    let strict = given.assess();
    assert_eq!((strict.grade, strict.due_fraction), (Grade::NoData, None));
    assert!(strict.missing.contains(Missing::LastYearShare) && strict.linear_pace.is_some());
    let lenient = RulePack { fallback_linear: true, ..RulePack::standard() };
    let replaced = given.assess_by(&lenient, &given.known());
    assert_eq!((replaced.grade, replaced.curve_used), (Grade::Watch, Some(CurveKind::LinearMonths)));
    assert!(replaced.missing.contains(Missing::LastYearShare));
    let means = total("100").curve(Curve::MeanYears(2)).at(JULY, "50").value(amount("2024-07-31", "48"));
    let means = means.value(amount("2024-12-31", "120"));
    assert!(means.assess().missing.contains(Missing::EarlierShares));
    let replaced = means.assess_by(&lenient, &means.known());
    assert_eq!((replaced.grade, replaced.curve_used), (Grade::Watch, Some(CurveKind::LinearMonths)));
    assert!(replaced.missing.contains(Missing::EarlierShares));
    // A year that came to less than nothing has no share, though −10 of −20 is a number.
    let loss = given.value(amount("2024-07-31", "-10")).value(amount("2024-12-31", "-20")).assess();
    assert_eq!((loss.grade, loss.last_year_pace), (Grade::NoData, None));
}

#[test]
fn last_years_months_make_a_share_when_all_are_there() {
    let month = |start: &str, end: &str, value| observation(start, end, Basis::Period, Figure::Level, value);
    let given = total("100")
        .basis(Basis::Period)
        .value(month("2024-01-01", "2024-02-29", "20"))
        .value(month("2024-03-01", "2024-03-31", "20"))
        .value(month("2024-04-01", "2024-12-31", "60"))
        .value(month("2025-01-01", "2025-02-28", "20"))
        .value(month("2025-03-01", "2025-03-31", "21"));
    let whole = given.clone().curve(Curve::LastYear).assess();
    assert_eq!(
        (shown(whole.due_fraction), whole.grade, whole.streak),
        ("0.4000".to_owned(), Grade::Ahead, 2)
    );
    let gap = given.with(|given| {
        given.own.remove(1);
    });
    assert!(gap.assess().missing.contains(Missing::LastYearShare));
}

#[test]
fn february_meets_the_end_of_february() {
    let given = total("100").value(amount("2024-02-29", "10")).value(amount("2024-12-31", "100"));
    assert_eq!(shown(given.at("2025-02-28", "11").assess().last_year_pace), "0.1000");
}

#[test]
fn last_years_way_is_the_pace_of_a_level() {
    // (130 − 100) / (150 − 100) = 0.6; 150 + 50 · 0.6 = 180.
    for (kind, target) in [(Kind::Level, "200"), (Kind::Change, "50")] {
        let given = Given::new(kind, Comparator::AtLeast, target, "家").basis(Basis::Point);
        let given = given
            .at("2023-12-31", "100")
            .at("2024-07-31", "130")
            .at("2024-12-31", "150")
            .at(JULY, "180")
            .curve(Curve::LastYear);
        let assessment = given.assess();
        assert_eq!(
            (shown(assessment.last_year_pace), shown(assessment.expected)),
            ("0.6000".into(), "180.0000".into()),
            "{kind}"
        );
        assert_eq!(assessment.grade, Grade::OnPace);
        // Each of the three is needed; none is read as zero.
        for unknown in ["2023-12-31", "2024-07-31", "2024-12-31"] {
            let given = given.clone().from("150");
            let given = given.with(|given| given.own.retain(|fact| fact.period.end() != day(unknown)));
            let assessment = given.assess();
            assert_eq!((assessment.grade, assessment.last_year_pace), (Grade::NoData, None), "{unknown}");
            assert!(assessment.missing.contains(Missing::LastYearShare));
        }
    }
}

#[test]
fn a_limit_that_adds_up_has_last_years_pace() {
    let cap = Given::new(Kind::Cap, Comparator::AtMost, "120", "亿元").better(Better::Lower);
    let cap = cap.value(amount("2024-07-31", "48")).value(amount("2024-12-31", "120"));
    assert_eq!(shown(cap.clone().at(JULY, "50").assess().last_year_pace), "0.4000");
    let rate =
        cap.with(|given| given.measure.unit = "%".to_owned()).target(|target| target.unit = "%".to_owned());
    assert_eq!(rate.at(JULY, "50").assess().last_year_pace, None);
}

#[test]
fn long_series_are_read_like_short_ones() {
    // Year-to-date amounts of 2022 to July 2025 at 10 a month: 43 values, and a correction of two of them.
    let months = (0..43).map(|month: i32| (2022 + month / 12, month % 12 + 1));
    let given = months.fold(total("120"), |given, (year, month)| {
        let end = NaiveDate::from_ymd_opt(year, month as u32, 1).unwrap() + chrono::Months::new(1);
        given.at(&(end - chrono::Days::new(1)).to_string(), &(10 * month).to_string())
    });
    let corrected = |end: &str, value| Observation { vintage: 2, ..amount(end, value) };
    let given = given.value(corrected("2024-07-31", "60")).value(corrected(JULY, "66"));
    let assessment = given.assess();
    // 60 of 120; 66 − 70; 66 − 60 since June; 66 − 60 since last July.
    assert_eq!(assessment.actual, maybe("66"));
    assert_eq!(
        (shown(assessment.last_year_pace), shown(assessment.gap)),
        ("0.5000".into(), "-4.0000".into())
    );
    assert_eq!((assessment.change.previous, assessment.change.last_year), (maybe("6"), maybe("6")));
    assert_eq!(assessment.streak, -1);
}

#[test]
fn what_was_not_yet_published_is_not_known() {
    let revised = Observation { vintage: 2, published_on: day("2025-09-01"), ..growth(JULY, "3.6") };
    let given = rate("4.5").at("2025-06-30", "4.4").at(JULY, "2.9").value(revised);
    for (as_of, end, actual) in [
        ("2025-08-17", "2025-06-30", "4.4"),
        ("2025-08-18", JULY, "2.9"),
        ("2025-08-31", JULY, "2.9"),
        ("2025-09-01", JULY, "3.6"),
    ] {
        let assessment = given.assess_on(as_of, &RulePack::standard(), &given.known());
        let period = assessment.data_period.unwrap();
        assert_eq!((period.end(), assessment.actual), (day(end), maybe(actual)), "{as_of}");
    }
    // The day it was published counts before the number of the vintage and before what it is called.
    let early = Observation { vintage: 3, published_on: day("2025-08-18"), ..growth(JULY, "2.9") };
    let late = Observation { status: Status::Final, published_on: day("2025-10-01"), ..growth(JULY, "3.3") };
    assert_eq!(rate("4.5").value(late).value(early).assess().actual, maybe("3.3"));
    // A correction on the same day counts by its vintage, and a forecast never replaces an actual.
    let again = Observation { vintage: 2, ..growth(JULY, "3.1") };
    let forecast = Observation { vintage: 3, status: Status::Forecast, ..growth(JULY, "9") };
    let given = rate("4.5").value(again).at(JULY, "2.9").value(forecast);
    assert_eq!(given.assess().actual, maybe("3.1"));
}

#[test]
fn the_grades_that_stand_apart() {
    let given = total("100").at(JULY, "60");
    let pack = RulePack::standard();
    let early = given.assess_on("2024-12-31", &pack, &given.known());
    assert_eq!((early.grade, early.actual), (Grade::NotStarted, None));
    assert_eq!(given.assess_on("2025-01-01", &pack, &given.known()).grade, Grade::NoData);
    let none = given.clone().with(|given| given.target = None).assess();
    assert_eq!((none.grade, none.actual), (Grade::NoTarget, maybe("60")));
    let unreported = total("100");
    let assessment = unreported.assess();
    assert_eq!((assessment.grade, assessment.data_period), (Grade::NoData, None));
    assert!(assessment.missing.contains(Missing::Observation));
    // Data of another year are not data of this window.
    for other in ["2024-07-31", "2026-07-31"] {
        let given = total("100").value(amount(other, "60"));
        assert_eq!(given.assess_on("2026-12-31", &pack, &given.known()).grade, Grade::NoData, "{other}");
    }
}

#[test]
fn an_overdue_report_hides_nothing_worse() {
    for (actual, as_of, grade, overdue) in [
        (Some("60"), "2025-09-23", Grade::Ahead, false),
        (Some("60"), "2025-09-24", Grade::OverdueReport, true),
        (Some("55"), "2025-09-24", Grade::OverdueReport, true),
        (Some("30"), "2025-09-24", Grade::Behind, true),
        (Some("100"), "2025-09-24", Grade::Achieved, true),
        (None, "2025-09-24", Grade::OverdueReport, true),
    ] {
        let given = total("100");
        let given = if let Some(actual) = actual { given.at(JULY, actual) } else { given };
        let known = Known { overdue_after: Some(day("2025-09-23")), ..given.known() };
        let assessment = given.assess_on(as_of, &RulePack::standard(), &known);
        assert_eq!((assessment.grade, assessment.overdue), (grade, overdue), "{actual:?} {as_of}");
    }
}

#[test]
fn other_series_are_compared_at_the_same_period() {
    let province = [growth("2025-06-30", "9"), growth(JULY, "4.5")];
    let nation = [growth("2025-06-30", "4")];
    let given = rate("4.5").at(JULY, "2.9");
    let known = Known {
        parent: Some(NamedSeries { name: "全省", observations: &province }),
        named: &[NamedSeries { name: "全国", observations: &nation }],
        ..given.known()
    };
    let assessment = given.assess_by(&RulePack::standard(), &known);
    let gap = BenchmarkGap { name: "全省".to_owned(), value: n("4.5"), gap: n("-1.6") };
    assert_eq!(assessment.benchmarks, [gap]);
    assert!(assessment.missing.contains(Missing::Named) && !assessment.missing.contains(Missing::Parent));
    let lower =
        given.clone().better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    assert_eq!(lower.assess_by(&RulePack::standard(), &known).benchmarks[0].gap, n("1.6"));
}

#[test]
fn a_promised_fall_compares_the_other_way_round() {
    // PM2.5下降1微克以上: 37 is better than the province's 39 by 2, and only the city at 36 is better still.
    let stock = |value| [observation("2025-07-01", JULY, Basis::Point, Figure::Level, value)];
    let (province, cities) = (stock("39"), [stock("36"), stock("38"), stock("41")]);
    let codes = ["430100", "430200", "430300"];
    let siblings: Vec<_> = codes
        .iter()
        .zip(&cities)
        .map(|(region, own)| Sibling { region, observations: own, completion_target: None })
        .collect();
    for comparator in [Comparator::AtLeast, Comparator::Above, Comparator::Equal] {
        let air = Given::new(Kind::Change, comparator, "1", "微克/立方米").better(Better::Lower).from("38");
        let air = air.basis(Basis::Point).at(JULY, "37");
        let known = Known {
            parent: Some(NamedSeries { name: "全省", observations: &province }),
            siblings: &siblings,
            siblings_of: 4,
            ..air.known()
        };
        let assessment = air.assess_by(&RulePack::standard(), &known);
        assert_eq!(assessment.benchmarks[0].gap, n("2"), "{comparator}");
        assert_eq!(
            assessment.rank,
            Some(Rank { position: 2, of: Some(4), by: RankBy::Value }),
            "{comparator}"
        );
    }
}

#[test]
fn the_other_series_need_not_be_kept_the_same_way() {
    let versus =
        |unit: &str, basis| Given::new(Kind::VersusBenchmark, Comparator::AtLeast, "-", unit).basis(basis);
    let against = |given: &Given, other: &[Observation]| {
        let benchmark = Some(NamedSeries { name: "全国", observations: other });
        given.assess_by(&RulePack::standard(), &Known { benchmark, ..given.known() })
    };
    // A first quarter is the year to date; a July alone is not.
    let of = |start, end, value| observation(start, end, Basis::Period, Figure::Yoy, value);
    let quarter = versus("亿元", Basis::Cumulative).at("2025-03-31", "5");
    let other = [of("2025-01-01", "2025-03-31", "4"), of("2025-03-01", "2025-03-31", "9")];
    assert_eq!(shown(against(&quarter, &other).gap), "1.0000");
    assert!(against(&quarter, &other[1..]).missing.contains(Missing::Benchmark));
    // Of two stocks of one day, the one whose period reaches farthest back.
    let stock = |start, value| observation(start, JULY, Basis::Point, Figure::Yoy, value);
    for other in [
        [stock("2025-01-01", "4"), stock("2025-07-01", "3")],
        [stock("2025-07-01", "3"), stock("2025-01-01", "4")],
    ] {
        assert_eq!(shown(against(&versus("亿元", Basis::Point).at(JULY, "5"), &other).gap), "1.0000");
    }
    // Amounts say nothing of growth; shares are compared as they are.
    let level = [amount(JULY, "60")];
    for (unit, grade) in [("亿元", Grade::NoData), ("%", Grade::Ahead)] {
        let given = versus(unit, Basis::Cumulative).value(amount(JULY, "61"));
        assert_eq!(against(&given, &level).grade, grade, "{unit}");
    }
}

#[test]
fn a_rank_needs_enough_reports() {
    let series: Vec<_> = ["3.5", "2.9", "1", "5"].iter().map(|value| [growth(JULY, value)]).collect();
    let late = [growth("2025-06-30", "9")];
    let codes = ["430100", "430200", "430300", "430400"];
    let mut siblings: Vec<_> = codes
        .iter()
        .zip(&series)
        .map(|(region, own)| Sibling { region, observations: own, completion_target: None })
        .collect();
    siblings.push(Sibling { region: "430500", observations: &late, completion_target: None });
    siblings.push(Sibling { region: "430000", observations: &series[3], completion_target: None });
    let given = rate("4.5").at(JULY, "2.9");
    for (siblings_of, better, want) in [
        (5, Better::Higher, Some(Rank { position: 3, of: Some(5), by: RankBy::Value })),
        (6, Better::Higher, Some(Rank { position: 3, of: Some(5), by: RankBy::Value })),
        (7, Better::Higher, None),
        (5, Better::Lower, Some(Rank { position: 2, of: Some(5), by: RankBy::Value })),
        (0, Better::Higher, None),
    ] {
        let given = given.clone().better(better).target(|target| target.comparator = Some(Comparator::Equal));
        let known = Known { siblings: &siblings, siblings_of, ..given.known() };
        let assessment = given.assess_by(&RulePack::standard(), &known);
        assert_eq!(assessment.rank, want, "{siblings_of} {better}");
        assert_eq!(assessment.missing.contains(Missing::Siblings), want.is_none() && siblings_of > 0);
    }
    // Half of ten, where half is enough.
    let half = RulePack { coverage_min: n("0.5"), ..RulePack::standard() };
    for (siblings_of, ranked) in [(10, true), (11, false)] {
        let known = Known { siblings: &siblings, siblings_of, ..given.known() };
        assert_eq!(given.assess_by(&half, &known).rank.is_some(), ranked, "{siblings_of}");
    }
}

#[test]
fn streaks_count_periods_and_january_february_once() {
    let ends = ["02-28", "03-31", "04-30", "05-31", "06-30", "07-31"];
    let series = |values: [&str; 6]| {
        ends.iter()
            .zip(values)
            .filter(|(_, value)| !value.is_empty())
            .fold(rate("4.5"), |given, (end, value)| given.at(&format!("2025-{end}"), value))
    };
    for (values, want) in [
        (["5", "5", "5", "5", "5", "5"], 6),
        (["4", "5", "5", "4.5", "5", "5"], 5),
        (["5", "5", "4", "4", "4", "2.9"], -4),
        (["5", "5", "", "5", "5", "5"], 3),
        (["5", "5", "5", "5", "5", "4"], -1),
    ] {
        assert_eq!(series(values).assess().streak, want, "{values:?}");
    }
    // Amounts against a moving line; last December belongs to another window.
    let amounts =
        total("120").value(amount("2024-12-31", "100")).at("2025-02-28", "21").at("2025-03-31", "29");
    assert_eq!(amounts.clone().at("2025-04-30", "41").assess().streak, 1);
    assert_eq!(amounts.at("2025-04-30", "39").assess().streak, -2);
    // Against a moving benchmark.
    let other = [growth("2025-05-31", "3"), growth("2025-06-30", "2"), growth(JULY, "1")];
    let versus = Given::new(Kind::VersusBenchmark, Comparator::Above, "-", "亿元");
    let versus = versus.at("2025-05-31", "2.5").at("2025-06-30", "2.5").at(JULY, "1.5");
    let known =
        Known { benchmark: Some(NamedSeries { name: "全国", observations: &other }), ..versus.known() };
    assert_eq!(versus.assess_by(&RulePack::standard(), &known).streak, 2);
}

#[test]
fn quarters_and_half_years_follow_each_other() {
    for (frequency, ends, want) in [
        (Frequency::Quarterly, ["2025-03-31", "2025-06-30", "2025-09-30"], 3),
        (Frequency::HalfYearly, ["2024-06-30", "2024-12-31", "2025-06-30"], 1),
        (Frequency::Monthly, ["2025-03-31", "2025-06-30", "2025-09-30"], 1),
    ] {
        let given = rate("4.5").with(|given| given.measure.frequency = frequency);
        let assessment = ends.iter().fold(given, |given, end| given.at(end, "5")).assess();
        assert_eq!(assessment.streak, want, "{frequency}");
    }
}

#[test]
fn changes_are_differences_of_the_same_figure() {
    let given = rate("4.5")
        .at("2024-07-31", "3.3")
        .at("2024-12-31", "2.7")
        .at("2025-06-30", "3.4")
        .at(JULY, "2.9")
        .value(amount("2025-06-30", "100"));
    let change = given.assess().change;
    assert_eq!(change.previous, maybe("-0.5"));
    assert_eq!(change.last_year, maybe("-0.4"));
    assert_eq!(change.year_end, maybe("0.2"));
    assert_eq!(rate("4.5").at(JULY, "2.9").assess().change, Change::default());
    // June alone is not the first half.
    let alone = observation("2025-06-01", "2025-06-30", Basis::Cumulative, Figure::Yoy, "9");
    assert_eq!(given.value(alone).assess().change.previous, maybe("-0.5"));
    // January–February follows December; March does not.
    let december = rate("4.5").at("2024-12-31", "2.7");
    assert_eq!(december.clone().at("2025-02-28", "3").assess().change.previous, maybe("0.3"));
    assert_eq!(december.at("2025-03-31", "3").assess().change.previous, None);
}

#[test]
fn earlier_verdicts_hold_a_grade_and_make_a_run() {
    let given = rate("4.5").at(JULY, "3.6");
    let past = |end: &str, grade| Past { period_end: day(end), grade };
    for (history, grade, held, run) in [
        (vec![], Grade::Watch, false, 1),
        (vec![past("2025-06-30", Grade::OnPace)], Grade::Watch, false, 1),
        (vec![past("2025-06-30", Grade::Behind)], Grade::Behind, true, 2),
        // Of two verdicts on one period the worse one counts, whichever was recorded last.
        (vec![past("2025-06-30", Grade::Behind), past("2025-06-30", Grade::OnPace)], Grade::Behind, true, 2),
        // Over a period that nobody reported, none are in a row.
        (vec![past("2025-05-31", Grade::Watch), past("2025-04-30", Grade::Watch)], Grade::Watch, false, 1),
        // What was said of this very period does not bind.
        (vec![past(JULY, Grade::Behind)], Grade::Watch, false, 1),
        (
            vec![
                past("2025-05-31", Grade::Watch),
                past("2025-06-30", Grade::Watch),
                past("2025-04-30", Grade::Ahead),
            ],
            Grade::Watch,
            false,
            3,
        ),
    ] {
        let known = Known { history: &history, ..given.known() };
        let assessment = given.assess_by(&RulePack::standard(), &known);
        assert_eq!(
            (assessment.grade, assessment.rule.held, assessment.run),
            (grade, held, run),
            "{history:?}"
        );
    }
}

#[test]
fn the_published_families_grade_as_published() {
    let (half, june) = (total("100"), "2025-06-30");
    for (pack, actual, grade) in [
        (RulePack::yinchuan(), "40", Grade::OnPace),
        (RulePack::yinchuan(), "39.9", Grade::Behind),
        (RulePack::yinchuan(), "19.9", Grade::Critical),
        (RulePack::wuhan(), "40", Grade::OnPace),
        (RulePack::wuhan(), "39.9", Grade::Behind),
        (RulePack::wuhan(), "29.9", Grade::Critical),
        (RulePack::tianjin(), "50", Grade::OnPace),
        (RulePack::tianjin(), "49.9", Grade::Behind),
        (RulePack::tianjin(), "34.9", Grade::Critical),
    ] {
        let given = half.clone().at(june, actual);
        assert_eq!(given.assess_by(&pack, &given.known()).grade, grade, "{} {actual}", pack.name);
    }
    let city = [growth(june, "4")];
    for (actual, average, grade) in [
        ("6", true, Grade::Ahead),
        ("5", true, Grade::OnPace),
        ("4.9", true, Grade::Behind),
        ("0", true, Grade::Behind),
        ("-0.1", true, Grade::Critical),
        ("-0.1", false, Grade::Critical),
        ("4.9", false, Grade::Behind),
        ("6", false, Grade::NoData),
    ] {
        let given = rate("5").at(june, actual);
        let parent = average.then_some(NamedSeries { name: "全市", observations: &city });
        let known = Known { parent, ..given.known() };
        assert_eq!(given.assess_by(&RulePack::tianjin(), &known).grade, grade, "{actual} {average}");
    }
    // Above the plan, below the average.
    let given = rate("2").at(june, "3");
    let known = Known { parent: Some(NamedSeries { name: "全市", observations: &city }), ..given.known() };
    assert_eq!(given.assess_by(&RulePack::tianjin(), &known).grade, Grade::Behind);
    // Of a limit, rising within it is no alarm: 3 − 2.1, and the city's 4 − 2.1.
    let prices =
        rate("3").better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    for (actual, grade) in [("2.1", Grade::Ahead), ("3.1", Grade::Critical), ("-0.5", Grade::Ahead)] {
        let given = prices.clone().at(june, actual);
        let known =
            Known { parent: Some(NamedSeries { name: "全市", observations: &city }), ..given.known() };
        assert_eq!(given.assess_by(&RulePack::tianjin(), &known).grade, grade, "{actual}");
    }
}

#[test]
fn aspirations_weigh_less_when_the_pack_says_so() {
    let pack = RulePack { soft_factor: n("0.5"), ..RulePack::standard() };
    let given = rate("4.5").at(JULY, "2.9");
    let soft = given.clone().target(|target| target.hedge = Some("力争+以上".to_owned()));
    assert_eq!(soft.assess().grade, Grade::Behind);
    assert_eq!(given.assess_by(&pack, &given.known()).grade, Grade::Behind);
    let eased = soft.assess_by(&pack, &soft.known());
    assert_eq!((eased.grade, eased.rule.shortfall), (Grade::Watch, maybe("0.8")));
    assert_eq!(shown(eased.gap), "-1.6000");
}

#[test]
fn needed_and_average_per_month() {
    let given = total("120");
    for (end, actual, needed, average) in [
        ("2025-06-30", "48", "12.0000", "8.0000"),
        ("2025-06-30", "130", "0.0000", "21.6667"),
        ("2025-12-31", "110", "-", "9.1667"),
        ("2025-08-25", "78", "10.0154", "9.9917"),
    ] {
        let assessment = given.clone().at(end, actual).assess();
        assert_eq!(shown(assessment.needed_per_month), needed, "{end} {actual}");
        assert_eq!(shown(assessment.average_per_month), average, "{end} {actual}");
    }
    // From 16000 to 18000: 900 to go in six months, 1100 gained in six.
    let level = Given::new(Kind::Level, Comparator::AtLeast, "18000", "家").basis(Basis::Point).from("16000");
    let level = level.at("2025-06-30", "17100").assess();
    assert_eq!(
        (shown(level.needed_per_month), shown(level.average_per_month)),
        ("150.0000".into(), "183.3333".into())
    );
}

#[test]
fn what_is_said_beside_a_verdict() {
    let nation = [growth("2025-06-30", "3"), growth(JULY, "2.5")];
    let pack = RulePack::standard();
    let beside = |given: &Given| {
        let benchmark = Some(NamedSeries { name: "全国平均", observations: &nation });
        context(&given.subject(), &Known { benchmark, ..given.known() }, &pack, day("2025-12-31"))
    };
    let three =
        |previous_quarter, last_year, nation| Some(ThreeAbove { previous_quarter, last_year, nation });
    // July against June, July 2024 and the nation's July; (2.9 − 4.5) − (3.4 − 4.5) = −0.5.
    let given =
        rate("4.5").at("2024-07-31", "3.3").at("2025-03-31", "2").at("2025-06-30", "3.4").at(JULY, "2.9");
    let context = beside(&given);
    assert_eq!(
        (context.figure, context.reported, context.momentum),
        (Some(Figure::Yoy), maybe("2.9"), maybe("-0.5"))
    );
    assert_eq!(context.three_above, three(Some(false), Some(false), Some(true)));
    // Where less is better, being below is above; and a limit turns the momentum: (4.5 − 2.9) − (4.5 − 3.4).
    let lower = given.better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    let context = beside(&lower);
    assert_eq!(context.three_above, three(Some(true), Some(true), Some(false)));
    assert_eq!(context.momentum, maybe("0.5"));
    // The quarter before June is the first one, and December belongs to another window.
    let june = rate("4.5").at("2025-03-31", "4").at("2025-06-30", "3.4");
    assert_eq!(beside(&june).three_above, three(Some(false), None, Some(true)));
    assert_eq!(beside(&rate("4.5").at("2024-12-31", "3").at("2025-01-31", "4")).momentum, None);
    // Amounts are not compared.
    assert_eq!(beside(&total("100").at("2025-06-30", "40").at(JULY, "60")).three_above, None);
}

#[test]
fn numbers_too_large_are_refused_not_wrapped() {
    let huge = "1000000000000000000";
    let given = total(huge)
        .curve(Curve::LastYear)
        .at(JULY, huge)
        .value(amount("2024-07-31", "600000000000000000"))
        .value(amount("2024-12-31", huge));
    let assessment = given.assess();
    assert_eq!((assessment.grade, shown(assessment.due_fraction)), (Grade::Achieved, "0.6000".to_owned()));
    let beyond = Decimal::MAX.to_string();
    let given = total("1").at(JULY, &beyond);
    assert_eq!(given.assess().grade, Grade::NoData);
    assert!(given.assess().missing.contains(Missing::OutOfRange));
}

#[test]
fn the_working_can_be_checked_by_hand() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "70", "万人").at(JULY, "54.15");
    let (_, steps) =
        assess_with_working(&given.subject(), &given.known(), &RulePack::standard(), day("2025-08-27"));
    let step = |start: &str| steps.iter().find(|step| step.formula.starts_with(start)).unwrap();
    assert_eq!(step("按月均衡进度").result, "0.5833333333333333333333333333");
    assert_eq!(step("应达值").result, "40.833333333333333333333333333");
    assert_eq!(step("差距 =").result, "13.316666666666666666666666667");
    assert_eq!(step("完成率").result, "0.7735714285714285714285714286");
    assert!(step("后续月均").result.starts_with("后续月均 3.17，"));
    let verdict = step("定级");
    assert_eq!(verdict.result, "超序时");
    assert!(verdict.inputs.contains(&("规则包".to_owned(), "standard v1".to_owned())));
    let source = step("数据期");
    assert!(source.inputs.contains(&("时期".to_owned(), "2025-01-01至2025-07-31".to_owned())));
    assert!(source.inputs.contains(&("发布日期".to_owned(), "2025-08-18".to_owned())));
}
