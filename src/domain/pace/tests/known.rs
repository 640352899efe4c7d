//! Facts of the documents.

use super::*;

#[test]
fn urban_jobs_are_ahead_of_pace() {
    let jobs = Given::new(Kind::Total, Comparator::AtLeast, "70", "万人").at("2025-07-31", "54.15").assess();
    assert_eq!(jobs.grade, Grade::Ahead);
    assert_eq!(shown(jobs.completion), "0.7736");
    assert_eq!(shown(jobs.due_fraction), "0.5833");
    assert_eq!(jobs.completion.unwrap().value().unwrap().to_string(), "0.7735714285714285714285714286");
    assert_eq!(shown(jobs.expected), "40.8333");
    assert_eq!(shown(jobs.gap), "13.3167");
    assert_eq!(shown(jobs.gap_points), "19.0238");
    assert_eq!(shown(jobs.needed_per_month), "3.1700");
    assert_eq!(shown(jobs.average_per_month), "7.7357");
    assert_eq!(jobs.last_year_pace, None);
    assert!(jobs.missing.contains(Missing::LastYearShare));
}

#[test]
fn provincial_growth_rates_of_july() {
    for (target, actual, grade, gap) in [
        ("4.5", "2.9", Grade::Behind, "-1.6000"),
        ("5.5", "6.2", Grade::Ahead, "0.7000"),
        ("6.5", "8.0", Grade::Ahead, "1.5000"),
        ("8", "9.99", Grade::Ahead, "1.9900"),
        ("6", "6", Grade::OnPace, "0.0000"),
        ("6", "5.9", Grade::Watch, "-0.1000"),
        ("6", "-1", Grade::Critical, "-7.0000"),
    ] {
        let rate = Given::new(Kind::Growth, Comparator::Equal, target, "%").at("2025-07-31", actual).assess();
        assert_eq!((rate.grade, shown(rate.gap_points)), (grade, gap.to_owned()), "{target} {actual}");
        assert_eq!(rate.gap, rate.gap_points);
        assert_eq!(rate.completion, None);
    }
}

#[test]
fn a_budget_ahead_of_pace_by_a_stated_amount() {
    let budget =
        Given::new(Kind::Total, Comparator::Equal, "210.8", "亿元").at("2025-03-31", "57.6").assess();
    let exact = |ratio: Option<Ratio>| ratio.unwrap().value().unwrap().to_string();
    assert_eq!((exact(budget.expected), exact(budget.gap)), ("52.7".to_owned(), "4.9".to_owned()));
    assert_eq!(budget.grade, Grade::Ahead);
}

#[test]
fn far_behind_linear_yet_ahead_of_last_year() {
    let given = Given::new(Kind::Total, Comparator::AtLeast, "100", "亿元")
        .at("2025-03-27", "13.4")
        .value(amount("2024-03-27", "12.34"))
        .value(amount("2024-12-31", "100"));
    let linear = given.assess();
    assert_eq!(linear.grade, Grade::Behind);
    assert_eq!(shown(linear.last_year_pace), "0.1234");
    let days = given.clone().curve(Curve::LinearDays).assess();
    assert_eq!((days.grade, shown(days.due_fraction)), (Grade::Behind, "0.2356".to_owned()));
    let last_year = given.curve(Curve::LastYear).assess();
    assert_eq!(last_year.grade, Grade::Ahead);
    assert_eq!(shown(last_year.gap_points), "1.0600");
    assert_eq!(last_year.curve_used, Some(CurveKind::LastYear));
    assert_eq!(shown(last_year.linear_pace), "0.2392");
}

#[test]
fn growth_needed_in_the_remainder() {
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "4.5", "%").at("2025-07-31", "2.9");
    let observed =
        given.clone().value(amount("2024-07-31", "55")).value(amount("2024-12-31", "100")).assess();
    assert_eq!(shown(observed.needed_growth), "6.4556");
    assert_eq!(observed.share_from, Some(ShareFrom::Observations));
    let curve = Curve::nodes(vec![
        crate::Node { on: day("2025-07-31"), fraction: n("0.55") },
        crate::Node { on: day("2025-12-31"), fraction: n("1") },
    ]);
    let from_curve = given.clone().curve(curve.unwrap()).assess();
    assert_eq!(shown(from_curve.needed_growth), "6.4556");
    assert_eq!(from_curve.share_from, Some(ShareFrom::Curve));
    // Last year lost in autumn what it had: its share says nothing, the curve stands in.
    let lost = given.clone().value(amount("2024-07-31", "120")).value(amount("2024-12-31", "100")).assess();
    assert_eq!((shown(lost.last_year_pace), shown(lost.needed_growth)), ("-".into(), "6.7400".into()));
    // 7 of 12 months: (4.5·12 − 7·2.9) / 5.
    assert_eq!(shown(given.assess().needed_growth), "6.7400");
}

#[test]
fn many_facts_are_judged_as_few() {
    // More than are ordered in place: the other figure's count for nothing.
    let given = Given::new(Kind::Total, Comparator::AtLeast, "120", "万人");
    let months = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31"];
    let few = months.iter().zip(1..).fold(given, |given, (end, month)| {
        given
            .at(&format!("2025-{end}"), &(month * 9).to_string())
            .at(&format!("2024-{end}"), &(month * 8).to_string())
    });
    let many = few.clone().with(|given| given.own.extend((0..80).map(|_| growth("2025-06-30", "4"))));
    let mut turned = many.clone();
    turned.own.reverse();
    let assessment = few.assess();
    assert_eq!((assessment.actual, assessment.streak), (maybe("63"), -7));
    assert_eq!(assessment, many.assess());
    assert_eq!(assessment, turned.assess());
}
