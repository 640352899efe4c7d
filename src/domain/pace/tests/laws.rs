//! Laws that hold for any input.

use proptest::prelude::*;

use super::*;

/// One decimal place, not absurd; every other one so small and round that rates fall between thresholds and numbers
/// that are compared are often equal.
fn number() -> impl Strategy<Value = Decimal> {
    prop_oneof![-20_000_i64..200_000, (-6_i64..=12).prop_map(|halves| halves * 5)]
        .prop_map(|value| Decimal::new(value, 1))
}

fn positive() -> impl Strategy<Value = Decimal> {
    prop_oneof![1_i64..200_000, (1_i64..=12).prop_map(|halves| halves * 5)]
        .prop_map(|value| Decimal::new(value, 1))
}

fn pack() -> impl Strategy<Value = RulePack> {
    prop::sample::select(RulePack::built_in().to_vec())
}

fn month_end() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![9 => before_the_end(), 1 => Just(day("2025-12-31"))]
}

fn before_the_end() -> impl Strategy<Value = NaiveDate> {
    prop::sample::select(vec!["2025-02-28", "2025-05-31", "2025-07-31", "2025-08-25", "2025-11-30"])
        .prop_map(day)
}

/// Kinds whose value is a number to be reached; the first five have a mirror (everything covered is never nothing
/// covered).
const REACHED: [(Kind, Basis); 6] = [
    (Kind::Total, Basis::Cumulative),
    (Kind::Level, Basis::Point),
    (Kind::Growth, Basis::Cumulative),
    (Kind::Share, Basis::Point),
    (Kind::Change, Basis::Point),
    (Kind::Coverage, Basis::Point),
];

/// Where more is never worse: also beyond the far end of a range, and above another's growth.
const MORE: [(Kind, Basis); 8] = [
    REACHED[0],
    REACHED[1],
    REACHED[2],
    REACHED[3],
    REACHED[4],
    REACHED[5],
    (Kind::Range, Basis::Cumulative),
    (Kind::VersusBenchmark, Basis::Cumulative),
];

/// Where less is never worse.
const LESS: [(Kind, Basis); 7] = [
    REACHED[0],
    REACHED[1],
    REACHED[2],
    REACHED[3],
    (Kind::Cap, Basis::Cumulative),
    (Kind::Cap, Basis::Point),
    (Kind::Range, Basis::Cumulative),
];

fn promise_of(kinds: &[(Kind, Basis)]) -> impl Strategy<Value = (Kind, Comparator, Basis)> + use<> {
    let comparators = [Comparator::AtLeast, Comparator::Above];
    (prop::sample::select(kinds.to_vec()), prop::sample::select(comparators.to_vec()))
        .prop_map(|((kind, basis), comparator)| (kind, comparator, basis))
}

fn promise() -> impl Strategy<Value = (Kind, Comparator, Basis)> {
    promise_of(&REACHED)
}

/// The comparator of the same promise of a measure of which less is better.
fn at_most(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::AtLeast => Comparator::AtMost,
        Comparator::Above => Comparator::Below,
        other => other,
    }
}

/// A verdict on an earlier period, if any.
fn before() -> impl Strategy<Value = Option<Grade>> {
    prop::option::of(prop::sample::select(vec![Grade::OnPace, Grade::Watch, Grade::Behind, Grade::Critical]))
}

/// An indicator with last year's values, a baseline and one value of this year.
fn given(
    (kind, comparator, basis): (Kind, Comparator, Basis),
    (target, baseline, actual): (Decimal, Decimal, Decimal),
    end: NaiveDate,
    curve: Curve,
) -> Given {
    let unit = if matches!(kind, Kind::Share | Kind::Coverage | Kind::Growth) { "%" } else { "家" };
    Given::new(kind, comparator, &target.to_string(), unit)
        .basis(basis)
        .curve(curve)
        .from(&baseline.to_string())
        .with(|given| {
            if kind == Kind::Range {
                given.target.as_mut().unwrap().value_hi = Some(target * Decimal::TWO);
            }
        })
        .at(&end.to_string(), &actual.to_string())
}

/// Mostly actual values, but also what nobody should take for one.
fn what() -> impl Strategy<Value = (Figure, Status)> {
    use Status::{Final, Forecast, Plan, Preliminary};
    let status = vec![Preliminary, Preliminary, Final, Final, Forecast, Plan];
    (prop::sample::select(vec![Figure::Level, Figure::Yoy]), prop::sample::select(status))
}

fn curve() -> impl Strategy<Value = Curve> {
    let nodes = [("2025-03-31", "0.1"), ("2025-09-30", "0.9"), ("2025-12-31", "1")];
    let nodes = nodes.map(|(on, fraction)| crate::Node { on: day(on), fraction: n(fraction) });
    let curves = [Curve::LinearMonths, Curve::LinearDays, Curve::nodes(nodes.to_vec()).unwrap()];
    prop::sample::select(curves.to_vec())
}

/// Worse verdicts are larger.
fn severity(assessment: &Assessment) -> u8 {
    assessment.grade.severity().unwrap()
}

/// A parent's growth, so that every family can judge.
const AVERAGE: &str = "3";

fn judged(given: &Given, pack: &RulePack, before: Option<Grade>) -> Assessment {
    let end = given.own.last().unwrap().period.end();
    let average = [growth(&end.to_string(), AVERAGE)];
    let parent = Some(NamedSeries { name: "全省", observations: &average });
    let history: Vec<_> =
        before.into_iter().map(|grade| Past { period_end: day("2025-01-31"), grade }).collect();
    given.assess_by(pack, &Known { parent, benchmark: parent, history: &history, ..given.known() })
}

fn environment(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn cases() -> u32 {
    environment("PROPTEST_CASES", 400)
}

fn seed() -> u64 {
    environment("PROPTEST_RNG_SEED", 2025).into()
}

proptest! {
    // A fixed seed: the same cases in every run, so that no run needs luck. PROPTEST_CASES and
    // PROPTEST_RNG_SEED look at others.
    #![proptest_config(ProptestConfig {
        cases: cases(),
        rng_seed: proptest::test_runner::RngSeed::Fixed(seed()),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn more_is_never_worse(
        promise in promise_of(&MORE), target in positive(), baseline in number(), actual in number(),
        more in positive(), end in month_end(), curve in curve(), pack in pack(), before in before(),
    ) {
        let less = judged(&given(promise, (target, baseline, actual), end, curve.clone()), &pack, before);
        let more = judged(&given(promise, (target, baseline, actual + more), end, curve), &pack, before);
        prop_assert!(severity(&more) <= severity(&less), "{:?} then {:?}", less.grade, more.grade);
        prop_assert!(more.gap.unwrap().value() > less.gap.unwrap().value());
    }

    #[test]
    fn more_never_makes_missing_the_year_likelier(
        promise in promise_of(&REACHED[..4]), target in positive(), past in [positive(), positive(), positive()],
        actual in positive(), more in positive(), better in prop::sample::select(vec![Better::Higher, Better::Lower]),
    ) {
        let year = |given: Given, year: i32, value: Decimal| {
            let whole = if promise.0 == Kind::Growth { value + Decimal::ONE } else { value * Decimal::TWO };
            given.at(&format!("{year}-07-31"), &value.to_string()).at(&format!("{year}-12-31"), &whole.to_string())
        };
        let p_miss = |actual: Decimal| {
            let unit = if matches!(promise.0, Kind::Share | Kind::Growth) { "%" } else { "家" };
            let comparator = if better == Better::Lower { Comparator::AtMost } else { promise.1 };
            let given = Given::new(promise.0, comparator, &target.to_string(), unit).basis(promise.2).better(better);
            let given = given.from("1").at("2021-07-31", "1").at("2021-12-31", "3");
            let given = (2022..).zip(past).fold(given, |given, (at, value)| year(given, at, value));
            given.at("2025-07-31", &actual.to_string()).assess().forecast.map(|forecast| forecast.p_miss())
        };
        let (less, more) = (p_miss(actual), p_miss(actual + more));
        if let (Some(less), Some(more)) = (less, more) {
            prop_assert!(if better == Better::Lower { more >= less } else { more <= less }, "{less} then {more}");
        }
        prop_assert_eq!(less.is_some(), more.is_some());
        prop_assert!(less.is_some() || promise.0 == Kind::Share);
    }

    #[test]
    fn where_lower_is_better_more_is_never_better(
        promise in promise_of(&LESS), target in positive(), baseline in number(), actual in number(),
        more in positive(), end in month_end(), curve in curve(), pack in pack(), before in before(),
    ) {
        let (kind, comparator, basis) = promise;
        let judged = |actual| {
            let promise = (kind, at_most(comparator), basis);
            let given = given(promise, (target, baseline, actual), end, curve.clone()).better(Better::Lower);
            judged(&given, &pack, before)
        };
        let (less, more) = (judged(actual), judged(actual + more));
        prop_assert!(severity(&more) >= severity(&less), "{:?} then {:?}", less.grade, more.grade);
        prop_assert!(more.gap.unwrap().value() < less.gap.unwrap().value());
    }

    #[test]
    fn lower_is_better_mirrors_higher_is_better(
        promise in promise_of(&REACHED[..5]), target in number(), baseline in number(), actual in number(),
        others in (number(), number()), end in month_end(), curve in curve(), pack in pack(), before in before(),
    ) {
        let (kind, comparator, basis) = promise;
        // "Down by so much" is written as a positive number, with the comparator of its size.
        let (target, turned) = if kind == Kind::Change {
            (target.abs(), (target.abs(), comparator))
        } else {
            (target, (-target, at_most(comparator)))
        };
        let history: Vec<_> = before.into_iter().map(|grade| Past { period_end: day("2025-01-31"), grade }).collect();
        let judged = |comparator, sign: Decimal, target: Decimal, better| {
            let of = |value: Decimal| {
                given((kind, comparator, basis), (target, sign * baseline, sign * value), end, curve.clone())
                    .better(better)
            };
            let (own, parent, sibling) = (of(actual), of(others.0), of(others.1));
            let siblings = [Sibling { region: "430100", observations: &sibling.own, completion_target: None }];
            let parent = Some(NamedSeries { name: "全省", observations: &parent.own });
            let known = Known { parent, siblings: &siblings, siblings_of: 2, history: &history, ..own.known() };
            own.assess_by(&pack, &known)
        };
        let higher = judged(comparator, Decimal::ONE, target, Better::Higher);
        let lower = judged(turned.1, Decimal::NEGATIVE_ONE, turned.0, Better::Lower);
        // A total is reached early and stays reached; a limit on a total is only kept when the window is over.
        if kind != Kind::Total {
            prop_assert_eq!(higher.grade, lower.grade);
        }
        prop_assert_eq!(higher.gap, lower.gap);
        prop_assert_eq!(higher.gap_points, lower.gap_points);
        prop_assert_eq!(higher.streak, lower.streak);
        prop_assert_eq!(higher.rank, lower.rank);
        let gaps = |a: &Assessment| a.benchmarks.iter().map(|one| one.gap).collect::<Vec<_>>();
        prop_assert_eq!(gaps(&higher), gaps(&lower));
    }

    #[test]
    fn the_unit_does_not_matter(
        kind in prop::sample::select(vec![Kind::Total, Kind::Level, Kind::Cap, Kind::Change, Kind::Range]),
        better in prop::sample::select(vec![Better::Higher, Better::Lower, Better::Hold]),
        comparator in prop::sample::select(vec![Comparator::Equal, Comparator::About, Comparator::Above]),
        target in positive(), baseline in number(), actual in number(), last_year in (positive(), positive()),
        end in month_end(), pack in pack(),
        curve in prop_oneof![curve(), Just(Curve::LastYear)],
    ) {
        let in_unit = |unit: &str, scale: Decimal| {
            let scaled = |value: Decimal| (value * scale).normalize().to_string();
            let (part, rest) = last_year;
            let comparator = if kind == Kind::Range { Comparator::Range } else { comparator };
            let given = Given::new(kind, comparator, &scaled(target), unit)
                .better(better)
                .curve(curve.clone())
                .from(&scaled(baseline))
                .value(amount("2023-12-31", &scaled(baseline)))
                .value(amount("2024-12-31", &scaled(part + rest + baseline)))
                .at(&end.to_string(), &scaled(actual));
            let before = span("2025-01-01", &end.to_string()).last_year().unwrap().end().to_string();
            let given = if end == day("2025-12-31") { given } else { given.value(amount(&before, &scaled(part + baseline))) };
            if kind == Kind::Range { given.to(&scaled(target * Decimal::TWO)) } else { given }
        };
        let small = in_unit("万元", Decimal::from(10_000));
        let large = in_unit("亿元", Decimal::ONE);
        // The target alone may be written in the other unit, too.
        let mixed = small.clone().target(|target| *target = large.target.clone().unwrap());
        let (small, mixed, large) = (small.assess_by(&pack, &small.known()), mixed.assess_by(&pack, &mixed.known()),
            large.assess_by(&pack, &large.known()));
        prop_assert_eq!(small.grade, large.grade);
        prop_assert_eq!(small.gap_points, large.gap_points);
        prop_assert_eq!(small.completion, large.completion);
        prop_assert_eq!(small.last_year_pace, large.last_year_pace);
        prop_assert_eq!(small.streak, large.streak);
        prop_assert_eq!((small.grade, small.gap), (mixed.grade, mixed.gap));
        let amounts = |a: &Assessment| {
            [a.gap, a.expected, a.needed_per_month, a.average_per_month].map(|amount| amount.and_then(Ratio::value))
        };
        for (small, large) in amounts(&small).into_iter().zip(amounts(&large)) {
            prop_assert_eq!(small.is_some(), large.is_some());
            if let (Some(small), Some(large)) = (small, large) {
                prop_assert!((small - large * Decimal::from(10_000)).abs() < n("0.000000000000001"));
            }
        }
    }

    #[test]
    fn order_does_not_matter(
        kind in prop::sample::select(vec![Kind::Total, Kind::Growth, Kind::Level, Kind::VersusBenchmark]),
        facts in prop::collection::vec((1_u32..=24, what(), number(), 0_u64..40, 0..3_i32), 0..60),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..60),
        past in prop::collection::vec((1_u32..=9, before()), 0..6),
        curve in prop_oneof![Just(Curve::LinearMonths), Just(Curve::LastYear)],
    ) {
        let past: Vec<_> = past.into_iter().filter_map(|(month, grade)| {
            Some(Past { period_end: NaiveDate::from_ymd_opt(2025, month, 28)?, grade: grade? })
        }).collect();
        let facts: Vec<_> = facts.into_iter().map(|(month, what, value, delay, vintage)| {
            let (year, month) = (2024 + month as i32 / 13, (month - 1) % 12 + 1);
            let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
            let end = first + chrono::Months::new(1) - chrono::Days::new(1);
            let (figure, status) = what;
            let fact = observation(&format!("{year}-01-01"), &end.to_string(), Basis::Cumulative, figure, &value.to_string());
            Observation { status, vintage, published_on: end + chrono::Days::new(delay), ..fact }
        }).collect();
        let mut shuffled = facts.clone();
        let mut turned = past.clone();
        for (a, b) in swaps {
            if !shuffled.is_empty() {
                shuffled.swap(a.index(facts.len()), b.index(facts.len()));
            }
            if !turned.is_empty() {
                turned.swap(a.index(past.len()), b.index(past.len()));
            }
        }
        let with = |own: Vec<Observation>| Given::new(kind, Comparator::AtLeast, "100", "家").curve(curve.clone())
            .with(|given| given.own = own);
        let (one, other) = (with(facts), with(shuffled));
        let known = |given: &'_ Given| -> Vec<Observation> { given.own.clone() };
        let (first, second) = (known(&one), known(&other));
        let benchmark = |observations| Some(NamedSeries { name: "全国", observations });
        let pack = RulePack::standard();
        let one = one.assess_by(&pack, &Known { benchmark: benchmark(&second), history: &past, ..one.known() });
        let other = other.assess_by(&pack, &Known { benchmark: benchmark(&first), history: &turned, ..other.known() });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_later_vintage_changes_nothing_before_it_is_published(
        promise in promise(), target in positive(), baseline in number(), actual in number(), other in number(),
        end in month_end(), curve in curve(), later in 1_u64..500, pack in pack(),
    ) {
        let given = given(promise, (target, baseline, actual), end, curve);
        let as_of = end + chrono::Days::new(30);
        let mut known = given.own.clone();
        known.push(Observation { value: other, vintage: 9, published_on: as_of + chrono::Days::new(later), ..known[0].clone() });
        let before = assess(&given.subject(), &given.known(), &pack, as_of);
        let after = assess(&given.subject(), &Known { own: &known, ..given.known() }, &pack, as_of);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn a_missing_input_never_improves_a_grade(
        promise in promise_of(&MORE), target in positive(), baseline in number(), actual in number(),
        tenths in prop::option::of(0_i64..10), average in number(), last_year in (positive(), positive()),
        end in before_the_end(), curve in prop_oneof![curve(), Just(Curve::LastYear)],
    ) {
        // Often on the way from the baseline to the target, where it matters how much of it is due.
        let actual = tenths.map_or(actual, |tenths| baseline + (target - baseline) * Decimal::new(tenths, 1));
        let (part, rest) = last_year;
        let before = span("2025-01-01", &end.to_string()).last_year().unwrap().end().to_string();
        let whole = given(promise, (target, baseline, actual), end, curve)
            .at("2023-12-31", "0")
            .at(&before, &part.to_string())
            .at("2024-12-31", &(part + rest).to_string());
        let average = [growth(&end.to_string(), &average.to_string())];
        let other = Some(NamedSeries { name: "全省", observations: &average });
        for (pack, without) in RulePack::built_in().iter().flat_map(|pack| (0..7).map(move |without| (pack, without))) {
            let full = whole.assess_by(pack, &Known { parent: other, benchmark: other, ..whole.known() });
            let (mut parent, mut benchmark) = (other, other);
            let poorer = whole.clone().with(|given| match without {
                // Without a baseline the last value before the window stands in; take both away.
                0 => { given.baseline = None; given.own.truncate(1) }
                1 => { given.own.remove(2); }
                2 => given.own.truncate(1),
                // Without their number these are other promises: nothing above the other's growth, everything covered.
                3 if matches!(promise.0, Kind::VersusBenchmark | Kind::Coverage) => given.own.clear(),
                3 => given.target.as_mut().unwrap().value = None,
                4 => parent = None,
                5 => benchmark = None,
                _ => given.own.clear(),
            });
            let poorer = poorer.assess_by(pack, &Known { parent, benchmark, ..poorer.known() });
            let no_worse = match (full.grade.severity(), poorer.grade.severity()) {
                (Some(full), Some(poorer)) => poorer >= full,
                _ => true,
            };
            prop_assert!(no_worse, "{:?} became {:?} without {without}, {}", full.grade, poorer.grade, pack.name);
            prop_assert!(!poorer.grade.is_green() || full.grade.is_green());
        }
    }

    #[test]
    fn the_figures_agree_with_each_other(
        promise in promise(), target in positive(), baseline in number(), actual in number(),
        end in month_end(), curve in curve(),
    ) {
        let assessment = given(promise, (target, baseline, actual), end, curve).assess();
        let value = |ratio: Option<Ratio>| ratio.and_then(Ratio::value).unwrap();
        let off = assessment.actual.unwrap() - value(assessment.expected) - value(assessment.gap);
        prop_assert!(off.abs() < n("0.000000000000000001"), "{off}");
        prop_assert_eq!(assessment.streak > 0, value(assessment.gap) >= Decimal::ZERO);
        if assessment.grade.is_green() && end != day("2025-12-31") {
            prop_assert!(value(assessment.gap) >= Decimal::ZERO);
        }
    }
}
