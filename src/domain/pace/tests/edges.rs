//! Where verdicts went wrong: each table was written by hand from a complaint.

use super::*;

const JUNE: &str = "2025-06-30";

fn by_standard(given: &Given, as_of: &str) -> Assessment {
    given.assess_on(as_of, &RulePack::standard(), &given.known())
}

fn level(target: &str, comparator: Comparator) -> Given {
    Given::new(Kind::Level, comparator, target, "家").basis(Basis::Point)
}

fn final_value(fact: Observation) -> Observation {
    Observation { status: Status::Final, ..fact }
}

#[test]
fn completion_counts_from_where_the_way_starts() {
    let lower = |given: Given| given.better(Better::Lower);
    let limit = |value: &str| lower(Given::new(Kind::Cap, Comparator::AtMost, value, "%"));
    let urban = Given::new(Kind::Change, Comparator::AtLeast, "0.9", "个百分点").basis(Basis::Point);
    let urban = urban.with(|given| given.measure.unit = "%".to_owned());
    let share = |value: &str| Given::new(Kind::Share, Comparator::AtLeast, value, "%").basis(Basis::Point);
    for (given, base, actual, want) in [
        // 35 → 30, now 36.5: 1.5 the wrong way of 5; 1.6 → 1.8, now 1.61; 100 → 80, now 105.
        (lower(level("30", Comparator::AtMost)), "35", "36.5", "-0.3000"),
        (level("1.8", Comparator::Above), "1.6", "1.61", "0.0500"),
        (lower(level("80", Comparator::AtMost)), "100", "105", "-0.2500"),
        (level("1000", Comparator::AtLeast), "800", "805", "0.0250"),
        (share("75"), "70", "72", "0.4000"),
        (urban, "61", "61.3", "0.3333"),
        // An amount starts at nothing; so does what a limit allows.
        (Given::new(Kind::Total, Comparator::AtLeast, "120", "万人"), "-", "48", "0.4000"),
        (lower(Given::new(Kind::Cap, Comparator::AtMost, "54", "起")), "-", "40", "0.7407"),
        // A flat limit has no way, nor has what is to be held, or what has no known start.
        (limit("5.5"), "-", "6.8", "-"),
        (limit("5.5"), "5", "6.8", "-"),
        (share("75").better(Better::Hold), "70", "74", "-"),
        (share("75"), "-", "74", "-"),
        (level("1000", Comparator::AtLeast), "1000", "805", "-"),
        (Given::new(Kind::Growth, Comparator::AtLeast, "5", "%"), "-", "4", "-"),
    ] {
        let assessment = given.from(base).at(JUNE, actual).assess();
        assert_eq!(shown(assessment.completion), want, "{base} {actual}");
    }
}

#[test]
fn shares_of_earlier_years_hold_only_on_the_wanted_way() {
    let way = |points: [&'static str; 3]| {
        move |given: Given| {
            let [start, june, end] = points;
            given.at("2023-12-31", start).at("2024-06-30", june).at("2024-12-31", end).curve(Curve::LastYear)
        }
    };
    let rises = || level("120", Comparator::AtLeast).from("100");
    let falls = || level("80", Comparator::AtMost).better(Better::Lower).from("100");
    for (given, points, actual, share) in [
        (rises(), ["100", "105", "110"], "110", "0.5000"),
        // Went back on its way, came back to where it began, fell, stood still, was more than done.
        (rises(), ["100", "90", "110"], "90", "-"),
        (rises(), ["100", "150", "101"], "110", "-"),
        (rises(), ["100", "95", "90"], "110", "-"),
        (rises(), ["100", "105", "100"], "110", "-"),
        (rises(), ["100", "112", "110"], "110", "-"),
        (rises(), ["100", "100", "110"], "110", "0.0000"),
        (rises(), ["100", "110", "110"], "110", "1.0000"),
        (falls(), ["110", "105", "100"], "90", "0.5000"),
        (falls(), ["100", "105", "110"], "90", "-"),
    ] {
        let given = way(points)(given).at(JUNE, actual);
        let strict = given.assess();
        assert_eq!(shown(strict.last_year_pace), share, "{points:?}");
        assert_eq!(strict.missing.contains(Missing::LastYearShare), share == "-", "{points:?}");
        let lenient = RulePack { fallback_linear: true, ..RulePack::standard() };
        let replaced = given.assess_by(&lenient, &given.known());
        if share == "-" {
            assert_eq!((strict.grade, strict.due_fraction), (Grade::NoData, None), "{points:?}");
            assert_eq!(replaced.curve_used, Some(CurveKind::LinearMonths), "{points:?}");
            assert_eq!(shown(replaced.due_fraction), "0.5000", "{points:?}");
        }
    }
    // Behind by months, where it was ahead of a year that went backwards.
    let lenient = RulePack { fallback_linear: true, ..RulePack::standard() };
    let backwards = way(["100", "90", "110"])(rises()).at(JUNE, "90");
    assert_eq!(backwards.assess_by(&lenient, &backwards.known()).grade, Grade::Critical);
    // Amounts: a year to date below nothing is no share of 100.
    let total = Given::new(Kind::Total, Comparator::AtLeast, "100", "亿元").curve(Curve::LastYear);
    let total = total.value(amount("2024-03-31", "-10")).value(amount("2024-12-31", "100"));
    assert_eq!(total.at("2025-03-31", "0").assess().grade, Grade::NoData);
    // One wild year spoils a mean.
    let mean = |june: &str| {
        let given = rises().curve(Curve::MeanYears(2)).at("2022-12-31", "90").at("2023-06-30", june);
        let given = given.at("2023-12-31", "100").at("2024-06-30", "105").at("2024-12-31", "110");
        given.at(JUNE, "110").assess()
    };
    assert_eq!(shown(mean("95").due_fraction), "0.5000");
    assert_eq!(
        (mean("150").grade, mean("150").missing.contains(Missing::EarlierShares)),
        (Grade::NoData, true)
    );
}

#[test]
fn part_and_whole_are_of_one_state_of_knowledge() {
    let total =
        || Given::new(Kind::Total, Comparator::AtLeast, "120", "亿元").curve(Curve::LastYear).at(JUNE, "52");
    let june = amount("2024-06-30", "50");
    let whole = amount("2024-12-31", "100");
    let revised = |fact: &Observation, value: &str, on: &str| Observation {
        value: n(value),
        published_on: day(on),
        vintage: 2,
        ..fact.clone()
    };
    let alone = Some(Doubt::WholeRevisedAlone);
    for (facts, due, doubt) in [
        (vec![june.clone(), whole.clone()], "0.5000", None),
        // 100 became 125 without its months: still 50 of 100, and said.
        (vec![june.clone(), whole.clone(), revised(&whole, "125", "2025-07-01")], "0.5000", alone),
        // With its months: 60 of 125.
        (
            vec![
                june.clone(),
                revised(&june, "60", "2025-07-01"),
                whole.clone(),
                revised(&whole, "125", "2025-07-01"),
            ],
            "0.4800",
            None,
        ),
        // The months were revised first, and the whole once more after that.
        (
            vec![
                june.clone(),
                revised(&june, "60", "2025-03-01"),
                whole.clone(),
                revised(&whole, "120", "2025-02-20"),
                Observation { vintage: 3, ..revised(&whole, "150", "2025-07-02") },
            ],
            "0.5000",
            alone,
        ),
        // Confirmed, not changed.
        (vec![june.clone(), whole.clone(), revised(&whole, "100", "2025-07-01")], "0.5000", None),
        // The month alone: as it is known now, and said.
        (
            vec![june.clone(), revised(&june, "40", "2025-07-01"), whole.clone()],
            "0.4000",
            Some(Doubt::PartRevisedAlone),
        ),
    ] {
        let given = facts.iter().fold(total(), |given, fact| given.value(fact.clone()));
        let assessment = given.assess();
        assert_eq!(shown(assessment.due_fraction), due, "{facts:?}");
        assert_eq!(assessment.doubts.iter().next(), doubt, "{facts:?}");
        let turned = given.with(|given| given.own.reverse());
        assert_eq!(turned.assess(), assessment);
    }
    // Stocks: from 100, 110 in June of 120; the year's end became 140.
    let stock = level("160", Comparator::AtLeast).curve(Curve::LastYear);
    let end = observation("2024-12-01", "2024-12-31", Basis::Point, Figure::Level, "120");
    let stock = stock.at("2023-12-31", "100").at("2024-06-30", "110").value(end.clone());
    let stock = stock.value(revised(&end, "140", "2025-07-01")).at(JUNE, "150").from("140").assess();
    assert_eq!(shown(stock.due_fraction), "0.5000");
    assert!(stock.doubts.contains(Doubt::WholeRevisedAlone));
}

#[test]
fn what_is_not_the_year_to_date_never_passes_for_it() {
    let rate = |start, end, value| observation(start, end, Basis::Cumulative, Figure::Yoy, value);
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%").at(JUNE, "3.0");
    for (start, end) in [
        ("2025-07-01", "2025-07-31"),
        ("2025-07-01", "2025-09-30"),
        ("2024-01-01", "2025-07-31"),
        ("2025-01-02", "2025-07-31"),
    ] {
        let told = by_standard(&given.clone().value(rate(start, end, "9.9")), "2025-10-19");
        assert_eq!((told.actual, told.grade), (maybe("3.0"), Grade::Behind), "{start} {end}");
        assert!(told.doubts.contains(Doubt::RefusedByRules), "{start} {end}");
    }
    // Neither does what was published before its period ended.
    let typed = Observation { published_on: day("2025-07-18"), ..amount("2025-12-31", "600") };
    let total =
        Given::new(Kind::Total, Comparator::AtLeast, "1200", "亿元").at("2025-05-31", "500").value(typed);
    let told = by_standard(&total, "2025-07-19");
    assert_eq!((told.actual, told.grade), (maybe("500"), Grade::OnPace));
    assert!(told.doubts.contains(Doubt::RefusedByRules));
    // A day in the middle of a month must be marked as such.
    let mid = |partial| Observation { partial, ..amount("2025-08-25", "70") };
    let total = Given::new(Kind::Total, Comparator::AtLeast, "100", "亿元").at("2025-07-31", "60");
    assert_eq!(by_standard(&total.clone().value(mid(true)), "2025-09-18").actual, maybe("70"));
    assert_eq!(by_standard(&total.value(mid(false)), "2025-09-18").actual, maybe("60"));
    // A share of a cumulative measure, likewise.
    let share = Given::new(Kind::Share, Comparator::AtLeast, "60", "%").better(Better::Hold).at(JUNE, "55");
    let alone = observation("2025-07-01", "2025-07-31", Basis::Cumulative, Figure::Level, "70");
    assert_eq!(by_standard(&share.value(alone), "2025-08-19").actual, maybe("55"));
}

#[test]
fn a_preliminary_value_never_displaces_a_final_one() {
    let total = Given::new(Kind::Total, Comparator::AtLeast, "100", "亿元");
    let (self_check, checked) = (amount("2025-09-30", "80"), final_value(amount("2025-09-30", "70")));
    let again =
        Observation { value: n("82"), vintage: 3, published_on: day("2025-10-25"), ..self_check.clone() };
    let corrected =
        Observation { value: n("71"), vintage: 4, published_on: day("2025-10-26"), ..checked.clone() };
    for (facts, as_of, actual, doubt) in [
        (vec![&self_check, &checked], "2025-10-19", "70", false),
        (vec![&self_check, &checked, &again], "2025-10-25", "70", true),
        (vec![&again, &checked, &self_check], "2025-10-25", "70", true),
        (vec![&again, &checked, &self_check], "2025-10-24", "70", false),
        (vec![&self_check, &checked, &again, &corrected], "2025-10-26", "71", false),
        (vec![&self_check, &again], "2025-10-26", "82", false),
    ] {
        let given = facts.iter().fold(total.clone(), |given, fact| given.value((*fact).clone()));
        let told = by_standard(&given, as_of);
        assert_eq!(told.actual, maybe(actual), "{facts:?}");
        assert_eq!(told.doubts.contains(Doubt::PreliminaryAfterFinal), doubt, "{facts:?}");
    }
}

#[test]
fn late_is_late_and_done_late_is_done() {
    let window = span("2026-01-01", "2026-06-30");
    let milestone =
        Given::new(Kind::Milestone, Comparator::Equal, "-", "项").with(|given| given.window = window);
    let report = |on: &str, done: &str| Observation {
        status: Status::Final,
        published_on: day(on),
        ..observation(on, on, Basis::Cumulative, Figure::Level, done)
    };
    for (reports, as_of, grade, gap, completion) in [
        (vec![], "2026-06-30", Grade::NoData, "-", "-"),
        // Nobody has said anything: once it is due, somebody must.
        (vec![], "2026-07-01", Grade::OverdueReport, "-", "-"),
        (vec![("2026-04-21", "0")], "2026-06-30", Grade::OnPace, "70.0000", "0.0000"),
        (vec![("2026-04-21", "0")], "2026-07-15", Grade::OverdueReport, "70.0000", "0.0000"),
        (vec![("2026-04-21", "0"), ("2026-07-02", "0")], "2026-07-02", Grade::Watch, "-2.0000", "0.0000"),
        // Reported undone, it is later by each day since.
        (vec![("2026-04-21", "0"), ("2026-07-02", "0")], "2026-07-15", Grade::Behind, "-15.0000", "0.0000"),
        (vec![("2026-04-21", "0"), ("2026-07-15", "0")], "2026-07-15", Grade::Behind, "-15.0000", "0.0000"),
        (vec![("2026-08-30", "0")], "2026-08-30", Grade::Critical, "-61.0000", "0.0000"),
        // Done late is achieved, fifteen days late.
        (vec![("2026-07-15", "0"), ("2026-07-15", "1")], "2026-07-15", Grade::Achieved, "-15.0000", "1.0000"),
        (vec![("2026-06-20", "1")], "2026-12-15", Grade::Achieved, "10.0000", "1.0000"),
        // Reported done again later, it is no later done; taken back, it counts from when it was done at last.
        (vec![("2026-06-20", "1"), ("2026-07-31", "1")], "2026-12-15", Grade::Achieved, "10.0000", "1.0000"),
        (
            vec![("2026-06-20", "1"), ("2026-07-02", "0"), ("2026-07-15", "1")],
            "2026-12-15",
            Grade::Achieved,
            "-15.0000",
            "1.0000",
        ),
        // The year is over, and the month in which its last reports come.
        (vec![("2026-08-30", "0")], "2027-01-31", Grade::Critical, "-215.0000", "0.0000"),
        (vec![("2026-08-30", "0")], "2027-02-01", Grade::Missed, "-216.0000", "0.0000"),
        (
            vec![("2026-08-30", "0"), ("2027-03-01", "1")],
            "2027-03-02",
            Grade::Achieved,
            "-244.0000",
            "1.0000",
        ),
    ] {
        let given = reports.iter().zip(1..).fold(milestone.clone(), |given, ((on, done), vintage)| {
            given.value(Observation { vintage, ..report(on, done) })
        });
        let told = by_standard(&given, as_of);
        let want = (grade, gap.to_owned(), completion.to_owned());
        assert_eq!((told.grade, shown(told.gap), shown(told.completion)), want, "{reports:?} {as_of}");
        assert_eq!(told.missing.contains(Missing::MilestoneReport), grade == Grade::OverdueReport);
        assert!(!told.overdue, "nodes are not reported by periods");
    }
}

#[test]
fn a_broken_limit_on_what_cannot_fall_is_missed_at_once() {
    use Comparator::{About, AtMost, Below};
    let cap = |comparator, value: &str, unit: &str| {
        Given::new(Kind::Cap, comparator, value, unit).better(Better::Lower)
    };
    let total = Given::new(Kind::Total, AtMost, "54", "起").better(Better::Lower);
    let range = Given::new(Kind::Range, Comparator::Range, "40", "起").to("54").better(Better::Hold);
    for (given, actual, grade) in [
        (cap(AtMost, "54", "起"), "54", Grade::Critical),
        (cap(AtMost, "54", "起"), "55", Grade::Missed),
        (cap(AtMost, "0", "起"), "0", Grade::OnPace),
        (cap(AtMost, "0", "起"), "1", Grade::Missed),
        (cap(Below, "54", "起"), "54", Grade::Missed),
        (cap(About, "100", "起"), "104", Grade::Critical),
        (cap(About, "100", "起"), "106", Grade::Missed),
        (total, "55", Grade::Missed),
        (range, "55", Grade::Missed),
        // What can come right again is behind until the window ends: a rate, a mean, a stock.
        (cap(AtMost, "5.5", "%"), "6.8", Grade::Behind),
        (cap(AtMost, "10", "天"), "12", Grade::Behind),
        (cap(AtMost, "100", "亿元").basis(Basis::Point), "112", Grade::Behind),
    ] {
        let told = given.at("2025-03-31", actual).assess();
        assert_eq!(told.grade, grade, "{actual}");
        if grade == Grade::Missed {
            assert_eq!((told.rule.id, told.needed), (RuleId::LimitUsedUp, None), "{actual}");
        }
    }
}

#[test]
fn shares_without_a_base_are_held_against_their_level_and_that_is_said() {
    let of = |kind, value| Given::new(kind, Comparator::AtLeast, value, "%");
    for (given, actual, grade, gap) in [
        (of(Kind::Share, "90"), "20", Grade::Critical, "-70.0000"),
        (of(Kind::Share, "90"), "89.9", Grade::Watch, "-0.1000"),
        (of(Kind::Share, "90"), "90", Grade::OnPace, "0.0000"),
        (of(Kind::Coverage, "100"), "30", Grade::Critical, "-70.0000"),
        (of(Kind::Coverage, "-"), "30", Grade::Critical, "-70.0000"),
        (of(Kind::Coverage, "100").basis(Basis::Point), "30", Grade::Critical, "-70.0000"),
    ] {
        let told = given.at("2025-03-31", actual).assess();
        assert_eq!((told.grade, shown(told.gap)), (grade, gap.to_owned()), "{actual}");
        assert!(told.missing.contains(Missing::Baseline), "{actual}");
        assert_eq!(told.completion, None);
    }
}

#[test]
fn green_never_rests_on_an_old_figure() {
    let rate =
        |end: &str, value: &str| Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%").at(end, value);
    let may = || rate("2025-05-31", "6.0");
    let frequency = |given: Given, frequency| given.with(|given| given.measure.frequency = frequency);
    let june_level = amount(JUNE, "100");
    let june_alone = observation("2025-06-01", JUNE, Basis::Period, Figure::Yoy, "7");
    for (given, as_of, grade) in [
        (may(), "2025-07-20", Grade::Ahead),
        (may(), "2025-07-21", Grade::OverdueReport),
        // The level, or the single month, is no report of the year's growth.
        (may().value(june_level), "2025-07-21", Grade::OverdueReport),
        (may().value(june_alone), "2025-07-21", Grade::OverdueReport),
        (may().at(JUNE, "6.1"), "2025-07-21", Grade::Ahead),
        // For ever, and after the window.
        (rate("2025-02-28", "6.0"), "2025-12-31", Grade::OverdueReport),
        (rate("2025-02-28", "6.0"), "2027-12-31", Grade::OverdueReport),
        (rate("2025-12-31", "6.0"), "2027-12-31", Grade::Achieved),
        // What is not green stays what it is.
        (rate("2025-02-28", "5.4"), "2025-12-31", Grade::Watch),
        (rate("2025-02-28", "3.0"), "2025-12-31", Grade::Behind),
        (frequency(rate("2025-03-31", "6"), crate::Frequency::Quarterly), "2025-07-20", Grade::Ahead),
        (frequency(rate("2025-03-31", "6"), crate::Frequency::Quarterly), "2025-07-21", Grade::OverdueReport),
        (frequency(rate("2025-06-30", "6"), crate::Frequency::HalfYearly), "2026-01-20", Grade::Ahead),
        (
            frequency(rate("2025-06-30", "6"), crate::Frequency::HalfYearly),
            "2026-01-21",
            Grade::OverdueReport,
        ),
        (
            frequency(level("9", Comparator::AtLeast).at(JUNE, "10"), crate::Frequency::Yearly),
            "2026-01-31",
            Grade::Achieved,
        ),
        (
            frequency(level("9", Comparator::AtLeast).at(JUNE, "10"), crate::Frequency::Yearly),
            "2026-02-01",
            Grade::OverdueReport,
        ),
        // What has been added up stays; a stock may be lost again.
        (
            Given::new(Kind::Total, Comparator::AtLeast, "9", "家").at(JUNE, "10"),
            "2025-12-31",
            Grade::Achieved,
        ),
        (level("9", Comparator::AtLeast).at(JUNE, "10"), "2025-12-31", Grade::OverdueReport),
    ] {
        let told = by_standard(&given, as_of);
        assert_eq!(told.grade, grade, "{as_of} {:?}", given.own);
        assert!(!told.overdue, "nobody set a day");
        let last = matches!(grade, Grade::OverdueReport) && day(as_of) > day("2025-12-31");
        assert_eq!(told.missing.contains(Missing::LastFigure), last, "{as_of}");
    }
    // Nothing is due of an indicator that is done with, whatever day the caller counts from.
    let done = rate("2025-12-31", "6.0");
    let known = Known { overdue_after: Some(day("2026-03-23")), ..done.known() };
    let told = done.assess_on("2026-04-10", &RulePack::standard(), &known);
    assert_eq!((told.grade, told.overdue, told.overdue_by_default), (Grade::Achieved, false, false));
    // Nor of one whose target has not been handed down.
    let none = may().with(|given| given.target = None);
    let known = Known { overdue_after: Some(day("2025-07-20")), ..none.known() };
    let told = none.assess_on("2025-12-31", &RulePack::standard(), &known);
    assert_eq!((told.grade, told.overdue), (Grade::NoTarget, false));
}

#[test]
fn a_running_total_that_falls_is_a_doubt() {
    let count = Given::new(Kind::Cap, Comparator::AtMost, "20", "起").better(Better::Lower);
    let fell = count.clone().at("2025-04-30", "9").at("2025-05-31", "4").assess();
    assert!(fell.doubts.contains(Doubt::RunningTotalFalls));
    let rose = count.clone().at("2025-04-30", "4").at("2025-05-31", "9").assess();
    assert!(rose.doubts.is_empty());
    // With a new year it begins again.
    assert!(count.at("2024-12-31", "19").at("2025-02-28", "3").assess().doubts.is_empty());
    // Nor is there a change since the end of last year to speak of.
    let total = Given::new(Kind::Total, Comparator::AtLeast, "210.8", "亿元").at("2024-12-31", "204.7");
    assert_eq!(total.at("2025-03-31", "57.6").assess().change.year_end, None);
}

#[test]
fn only_what_compares_is_compared() {
    let (end, pack) = ("2025-03-31", RulePack::standard());
    let city = [amount(end, "57.6"), growth(end, "8")];
    let parent = Some(NamedSeries { name: "岳阳市", observations: &city });
    let county = |value: &str, rate: &str| [amount(end, value), growth(end, rate)];
    let (a, b, c) = (county("40", "9"), county("3", "7"), county("20", "5"));
    let siblings = |targets: [Option<&str>; 3]| {
        let one = |(region, observations, target): (&'static str, &'static [Observation], Option<&str>)| {
            Sibling { region, observations, completion_target: target.map(n) }
        };
        let leak =
            |own: &[Observation; 2]| -> &'static [Observation] { Box::leak(own.to_vec().into_boxed_slice()) };
        let own = [("430621", leak(&a)), ("430623", leak(&b)), ("430624", leak(&c))];
        own.into_iter()
            .zip(targets)
            .map(|((region, own), target)| one((region, own, target)))
            .collect::<Vec<_>>()
    };
    let total = Given::new(Kind::Total, Comparator::AtLeast, "150", "亿元").at(end, "38");
    let own_rate = growth(end, "6");
    // 38/150 = 25.3 % against 40/160 = 25.0 %, 3/10 and 20/100: second of four.
    let known = siblings([Some("160"), Some("10"), Some("100")]);
    let ranked = |given: &Given, siblings: &[Sibling<'_>], siblings_of| {
        given.assess_by(&pack, &Known { parent, siblings, siblings_of, ..given.known() })
    };
    let told = ranked(&total, &known, 4);
    assert_eq!(told.benchmarks, []);
    assert!(!told.missing.contains(Missing::Parent));
    assert_eq!(told.rank, Some(Rank { position: 2, of: Some(4), by: RankBy::Completion }));
    // Without the others' targets by growth: 9, 7, 6, 5.
    let unknown = siblings([None, None, None]);
    let by_growth = ranked(&total.clone().value(own_rate), &unknown, 4);
    assert_eq!(by_growth.rank, Some(Rank { position: 3, of: Some(4), by: RankBy::Growth }));
    // Without either not at all.
    let none = ranked(&total, &unknown, 4);
    assert_eq!((none.rank, none.missing.contains(Missing::Siblings)), (None, true));
    // Four of fourteen are no ranking of fourteen.
    assert_eq!(ranked(&total, &known, 14).rank, None);
    // Stocks in absolute units neither; rates and shares as they are.
    let stock = level("400", Comparator::AtLeast).from("300").at(end, "330");
    let above = [observation("2025-03-01", end, Basis::Point, Figure::Level, "660")];
    let above = Some(NamedSeries { name: "岳阳市", observations: &above });
    assert_eq!(stock.assess_by(&pack, &Known { parent: above, ..stock.known() }).benchmarks, []);
    let share =
        Given::new(Kind::Share, Comparator::AtLeast, "60", "%").from("50").basis(Basis::Point).at(end, "53");
    let of_city = [observation("2025-03-01", end, Basis::Point, Figure::Level, "55")];
    let of_city = Some(NamedSeries { name: "岳阳市", observations: &of_city });
    assert_eq!(
        share.assess_by(&pack, &Known { parent: of_city, ..share.known() }).benchmarks[0].gap,
        n("-2")
    );
}

#[test]
fn a_published_place_is_preferred() {
    let rank = |value, of| Observation {
        of,
        ..observation("2025-01-01", JUNE, Basis::Cumulative, Figure::Rank, value)
    };
    let (better, worse) = ([growth(JUNE, "9")], [growth(JUNE, "1")]);
    let siblings = [("430100", &better), ("430200", &worse)];
    let siblings =
        siblings.map(|(region, own)| Sibling { region, observations: own, completion_target: None });
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "4", "%").at(JUNE, "5");
    let told = |given: &Given| {
        let known = Known { siblings: &siblings, siblings_of: 3, ..given.known() };
        given.assess_by(&RulePack::standard(), &known).rank
    };
    assert_eq!(told(&given), Some(Rank { position: 2, of: Some(3), by: RankBy::Value }));
    let published = |of| Some(Rank { position: 3, of, by: RankBy::Published });
    assert_eq!(told(&given.clone().value(rank("3", Some(14)))), published(Some(14)));
    assert_eq!(told(&given.value(rank("3", None))), published(None));
}

#[test]
fn a_place_is_held_against_the_promised_one() {
    let front = Given::new(Kind::Rank, Comparator::AtMost, "5", "位")
        .with(|given| given.measure.unit = "亿元".into());
    let place =
        |end: &str, value: &str| observation("2025-01-01", end, Basis::Cumulative, Figure::Rank, value);
    for (value, end, grade, gap) in [
        ("3", JUNE, Grade::Ahead, "2.0000"),
        ("5", JUNE, Grade::OnPace, "0.0000"),
        ("6", JUNE, Grade::Behind, "-1.0000"),
        ("9", JUNE, Grade::Critical, "-4.0000"),
        ("5", "2025-12-31", Grade::Achieved, "0.0000"),
        ("6", "2025-12-31", Grade::Missed, "-1.0000"),
    ] {
        let told = front.clone().value(place(end, value)).assess();
        assert_eq!((told.grade, shown(told.gap)), (grade, gap.to_owned()), "{value} {end}");
        assert_eq!((told.figure, told.gap_points), (Some(Figure::Rank), None));
        assert_eq!(told.rank.map(|rank| rank.by), Some(RankBy::Published));
    }
    // Nobody published one: second of three by growth; where most of the others are silent, nothing can be said.
    let (better, worse) = ([growth(JUNE, "9")], [growth(JUNE, "1")]);
    let siblings = [("430100", &better), ("430200", &worse)];
    let siblings =
        siblings.map(|(region, own)| Sibling { region, observations: own, completion_target: None });
    let computed = front.clone().value(growth(JUNE, "5"));
    for (siblings_of, grade, actual) in [(3, Grade::Ahead, Some(n("2"))), (14, Grade::NoData, None)] {
        let known = Known { siblings: &siblings, siblings_of, ..computed.known() };
        let told = computed.assess_by(&RulePack::standard(), &known);
        assert_eq!((told.grade, told.actual), (grade, actual), "{siblings_of}");
    }
    // A published place of May gives way to one computed for June.
    let both = computed.value(place("2025-05-31", "8"));
    let known = Known { siblings: &siblings, siblings_of: 3, ..both.known() };
    assert_eq!(both.assess_by(&RulePack::standard(), &known).actual, maybe("2"));
}

#[test]
fn a_decline_narrows_against_its_base() {
    let narrows = |value: &str, comparator| {
        Given::new(Kind::Narrowing, comparator, value, "%").with(|given| {
            given.measure.unit = "亿元".to_owned();
        })
    };
    let narrower = narrows("-", Comparator::Above).value(growth("2024-12-31", "-10"));
    for (given, end, rate, grade, gap) in [
        (narrower.clone(), JUNE, "-7.1", Grade::Ahead, "2.9000"),
        (narrower.clone(), JUNE, "-10", Grade::Watch, "0.0000"),
        (narrower.clone(), JUNE, "-12", Grade::Behind, "-2.0000"),
        (narrower.clone(), "2025-12-31", "-9.9", Grade::Achieved, "0.1000"),
        (narrower.clone(), "2025-12-31", "-10", Grade::Missed, "0.0000"),
        // The base that was given stands before last year's.
        (narrower.clone().from("-6"), JUNE, "-7.1", Grade::Behind, "-1.1000"),
        // By at least three points.
        (narrows("3", Comparator::AtLeast).from("-10"), JUNE, "-7", Grade::OnPace, "0.0000"),
        (narrows("3", Comparator::AtLeast).from("-10"), JUNE, "-7.5", Grade::Watch, "-0.5000"),
        // Without last year's the first of the window's is the base.
        (
            narrows("-", Comparator::Above).value(growth("2025-02-28", "-9")),
            JUNE,
            "-8",
            Grade::Ahead,
            "1.0000",
        ),
        // Where less is better a decline narrows upwards all the same.
        (narrower.better(Better::Lower), JUNE, "-7.1", Grade::Ahead, "2.9000"),
    ] {
        let told = given.value(growth(end, rate)).assess();
        assert_eq!((told.grade, shown(told.gap)), (grade, gap.to_owned()), "{rate} {end}");
        assert_eq!((told.figure, told.completion), (Some(Figure::Yoy), None));
    }
    let first = narrows("-", Comparator::Above).value(growth(JUNE, "-8")).assess();
    assert!(first.grade == Grade::NoData && first.missing.contains(Missing::Baseline));
}

#[test]
fn runs_have_a_sign_and_end_each_other() {
    let series = |values: &[(&str, &str)]| {
        let rate = Given::new(Kind::Growth, Comparator::AtLeast, "5", "%");
        values.iter().fold(rate, |given, (end, value)| given.at(end, value))
    };
    let of = |given: &Given, known: &Known<'_>| {
        let context = context(&given.subject(), known, &RulePack::standard(), day("2026-12-31"));
        let run = |run: Option<SideRun>| run.map(|run| (run.periods, run.ended));
        (run(context.sign), run(context.above_other))
    };
    let falling = [
        ("2024-10-31", "2"),
        ("2024-11-30", "-1"),
        ("2024-12-31", "-2"),
        ("2025-02-28", "-1"),
        ("2025-03-31", "-3"),
        ("2025-04-30", "-2"),
        ("2025-05-31", "-0.1"),
    ];
    // Six periods of decline across the year, January–February as one; turned in June.
    let six = series(&falling);
    assert_eq!(of(&six, &six.known()).0, Some((-6, 1)));
    let turned = series(&falling).at(JUNE, "0.4");
    assert_eq!(of(&turned, &turned.known()).0, Some((1, -6)));
    let level = series(&falling).at(JUNE, "0");
    assert_eq!(of(&level, &level.known()).0, Some((0, 0)));
    // A month that is missing ends a run.
    let gap = series(&falling).at("2025-07-31", "-1");
    assert_eq!(of(&gap, &gap.known()).0, Some((-1, 0)));
    // Above the region above: 2 > 1, −1 > −2, −2 = −2, …; where less is better, below it.
    let above = [("2025-02-28", "-2"), ("2025-03-31", "-4"), ("2025-04-30", "-1"), ("2025-05-31", "-0.2")];
    let above: Vec<_> = above.iter().map(|(end, value)| growth(end, value)).collect();
    let parent = Some(NamedSeries { name: "湖南省", observations: &above });
    assert_eq!(of(&six, &Known { parent, ..six.known() }).1, Some((1, -1)));
    let lower =
        six.clone().better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    assert_eq!(of(&lower, &Known { parent, ..lower.known() }).1, Some((-1, 1)));
    // A comparing target is about what it is held against; amounts do not compare.
    let versus = six.clone().target(|target| target.kind = Kind::VersusBenchmark);
    assert_eq!(of(&versus, &Known { benchmark: parent, ..versus.known() }).1, Some((1, -1)));
    let amounts = Given::new(Kind::Total, Comparator::AtLeast, "9", "亿元").at(JUNE, "3");
    assert_eq!(of(&amounts, &Known { parent, ..amounts.known() }), (None, None));
}
