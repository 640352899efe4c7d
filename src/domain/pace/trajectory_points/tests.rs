use super::*;
use crate::Kind;
use crate::pace::{Known, Subject};
use crate::{Basis, Better, Comparator, Curve, Figure, Measure, Status, Target};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn fact(figure: Figure, end: &str, value: &str) -> Observation {
    Observation {
        id: uuid::Uuid::nil(),
        period: Period::new(day(&format!("{}-01-01", &end[..4])), day(end)).unwrap(),
        basis: Basis::Cumulative,
        figure,
        value: n(value),
        status: Status::Preliminary,
        stage: None,
        published_on: day(end) + Days::new(18),
        of: None,
        partial: false,
        vintage: 1,
    }
}

fn told(
    kind: Kind,
    value: &str,
    frequency: Frequency,
    window: (&str, &str),
    own: &[Observation],
) -> Option<TrajectoryPoints> {
    // What is kept has a start, what is counted has none but nothing.
    let name = if kind == Kind::Level { "某存量" } else { "某指标" };
    let measure =
        Measure::new(name, "万人", (Basis::Cumulative, Better::Higher, frequency), None, 2).unwrap();
    let target = Target {
        kind,
        comparator: Some(Comparator::AtLeast),
        value: Some(n(value)),
        value_hi: None,
        unit: if kind == Kind::Growth { "%" } else { "万人" }.to_owned(),
        hedge: None,
        phrase: "某目标".to_owned(),
        benchmark: None,
    };
    let subject = Subject {
        measure: &measure,
        target: Some(&target),
        curve: &Curve::LinearMonths,
        baseline: None,
        window: Period::new(day(window.0), day(window.1)).unwrap(),
        region: "430000",
    };
    let known = Known { own, ..Known::default() };
    trajectory_points(&subject, &known, &RulePack::standard(), day("2026-12-31"))
}

/// `end: actual pace last_year`, "-" for what is not known.
fn lines(course: &TrajectoryPoints) -> Vec<String> {
    let shown = |value: Option<Decimal>| {
        value.map_or_else(|| "-".to_owned(), |value| value.round_dp(2).normalize().to_string())
    };
    let line = |point: &TrajectoryPoint| {
        format!("{}: {} {} {}", point.end, shown(point.actual), shown(point.pace), shown(point.last_year))
    };
    course.points.iter().map(line).collect()
}

const YEAR: (&str, &str) = ("2025-01-01", "2025-12-31");

#[test]
fn a_total_climbs_beside_its_pace_and_last_year() {
    let level = |end, value| fact(Figure::Level, end, value);
    let own = [
        level("2024-03-31", "11"),
        level("2024-06-30", "30"),
        level("2024-12-31", "66"),
        level("2025-03-31", "14"),
        level("2025-06-30", "31"),
    ];
    let course = told(Kind::Total, "70", Frequency::Quarterly, YEAR, &own).unwrap();
    assert_eq!(course.target, Some(n("70")));
    let expected =
        ["2025-03-31: 14 17.5 11", "2025-06-30: 31 35 30", "2025-09-30: - 52.5 -", "2025-12-31: - 70 66"];
    assert_eq!(lines(&course), expected);
}

#[test]
fn january_is_left_out_where_nobody_publishes_it() {
    let rate = |end, value| fact(Figure::Yoy, end, value);
    let own = [rate("2024-02-29", "5.1"), rate("2025-02-28", "3.6"), rate("2025-04-30", "2.9")];
    let course = told(Kind::Growth, "4.5", Frequency::Monthly, YEAR, &own).unwrap();
    assert_eq!(
        lines(&course)[..3],
        ["2025-02-28: 3.6 4.5 5.1", "2025-03-31: - 4.5 -", "2025-04-30: 2.9 4.5 -"]
    );
    assert_eq!((course.points.len(), course.target), (11, Some(n("4.5"))));
    let with_january = [rate("2025-01-31", "3.9"), rate("2025-02-28", "3.6")];
    let course = told(Kind::Growth, "4.5", Frequency::Monthly, YEAR, &with_january).unwrap();
    assert_eq!((course.points.len(), lines(&course)[0].as_str()), (12, "2025-01-31: 3.9 4.5 -"));
}

#[test]
fn long_windows_are_told_in_longer_steps_and_the_latest_value_is_always_there() {
    let ends = ["2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31", "2025-08-31"];
    let own = ends.map(|end| fact(Figure::Level, end, "3"));
    let course = told(Kind::Total, "70", Frequency::Monthly, ("2021-01-01", "2025-12-31"), &own).unwrap();
    assert!(course.points.len() <= POINTS_MAX + 1, "{}", course.points.len());
    let known: Vec<_> = course.points.iter().filter(|point| point.end == day("2025-08-31")).collect();
    assert_eq!(known.len(), 1);
    assert!(course.points.windows(2).all(|pair| pair[0].end < pair[1].end));
    assert_eq!(course.points.last().unwrap().end, day("2025-12-31"));
}

#[test]
fn without_its_start_a_way_is_not_told() {
    // 80 meets the level of 70 whatever it started from; what was due in between is not known.
    let own = [fact(Figure::Level, "2025-06-30", "60"), fact(Figure::Level, "2025-09-30", "80")];
    let course = told(Kind::Level, "70", Frequency::Quarterly, YEAR, &own).unwrap();
    assert_eq!(
        lines(&course),
        ["2025-03-31: - - -", "2025-06-30: 60 - -", "2025-09-30: 80 70 -", "2025-12-31: - - -"]
    );
    assert_eq!(course.target, None);
}

#[test]
fn nothing_known_is_no_course() {
    assert_eq!(told(Kind::Total, "70", Frequency::Monthly, YEAR, &[]), None);
}

#[test]
fn the_forecast_opens_from_the_latest_value() {
    let level = |end, value| fact(Figure::Level, end, value);
    let own = [
        level("2024-06-30", "50"),
        level("2024-09-30", "80"),
        level("2024-12-31", "100"),
        level("2025-06-30", "54"),
    ];
    let course = told(Kind::Total, "120", Frequency::Quarterly, YEAR, &own).unwrap();
    let likely: Vec<_> = course.points.iter().map(|point| point.likely).collect();
    assert_eq!(likely[..2], [None, Some((n("54"), n("54")))]);
    // All projections are 108, the scale 0.111: 106.82, of the interval's ends below. By September 60 % of what last year still
    // added, and half the days (92 of 184): the interval has opened half way around 54 + 0.6 × (106.82 − 54).
    let [(low_3, high_3), (low, high)] = [likely[2].unwrap(), likely[3].unwrap()];
    let value = n("106.82");
    let middle = n("54") + n("0.6") * (value - n("54"));
    let near = |one: Decimal, other: Decimal| (one - other).abs() < n("0.001");
    assert!(near(low_3, middle - (value - low) / Decimal::TWO), "{low_3} {low}");
    assert!(near(high_3, middle + (high - value) / Decimal::TWO), "{high_3} {high}");
    let young = told(Kind::Total, "120", Frequency::Quarterly, YEAR, &own[3..]).unwrap();
    assert!(young.points.iter().all(|point| point.likely.is_none()));
}

#[test]
fn a_rate_may_fall_again() {
    let rate = |end, value| fact(Figure::Yoy, end, value);
    let own = [
        rate("2025-06-30", "5"),
        rate("2024-06-30", "4"),
        rate("2024-12-31", "6"),
        rate("2023-06-30", "4"),
        rate("2023-12-31", "3"),
        rate("2022-06-30", "4"),
        rate("2022-12-31", "5"),
    ];
    // 5 less 0.204 scales of error: half of the years end below.
    let likely = told(Kind::Growth, "4.5", Frequency::HalfYearly, YEAR, &own).unwrap().points[1].likely;
    let (low, high) = likely.unwrap();
    assert!(low < n("4") && high > n("5.5"), "{low} {high}");
}
