use super::*;

fn values(of: impl Fn(i32, u32) -> i64, years: std::ops::Range<i32>) -> BTreeMap<(i32, u32), Decimal> {
    let months = years.flat_map(|year| (1..=12).map(move |month| (year, month)));
    months.map(|(year, month)| ((year, month), Decimal::new(of(year, month), 1))).collect()
}

fn prediction(year: i32, month: u32, p_miss: f64, missed: bool) -> Prediction {
    Prediction {
        series: 0,
        year,
        month,
        rule: TargetRule::ThreeGrowths,
        kind: TriedTarget::Total,
        p_miss,
        projection: Decimal::ONE_HUNDRED,
        interval: (Decimal::from(90), Decimal::from(110)),
        target: Decimal::from(if missed { 101 } else { 99 }),
        actual: Decimal::ONE_HUNDRED,
        above_last_year: p_miss,
    }
}

#[test]
fn what_values_are_is_guessed() {
    let added_up = values(|year, month| i64::from(month) * 100 + i64::from(year - 2000), 2000..2006);
    let of_months = values(|_, month| 1_500 + i64::from(month % 5) * 100, 2000..2006);
    let mut growth = values(|_, month| 50 + i64::from(month % 3), 2000..2006);
    growth.retain(|(_, month), _| *month > 1);
    let mut falling = added_up.clone();
    falling.insert((2005, 3), Decimal::NEGATIVE_ONE);
    let guesses = [&added_up, &of_months, &growth, &falling].map(SampleBasis::guess);
    assert_eq!(guesses, [SampleBasis::Cumulative, SampleBasis::Period, SampleBasis::Yoy, SampleBasis::Yoy]);
}

#[test]
fn targets_are_set_by_the_years_before() {
    // 100, 110, 132, 132 a month's tenth: growths 1.1, 1.2, 1: mean 1.1.
    let yearly = |year: i32| [100, 110, 132, 132, 150][usize::try_from(year - 2000).unwrap()];
    let history = History::new(SampleBasis::Period, &values(|year, _| yearly(year), 2000..2005));
    let target = |kind, rule| history.target(2004, kind, rule).unwrap().round_dp(6).normalize().to_string();
    assert_eq!(target(TriedTarget::Total, TargetRule::ThreeGrowths), "174.24");
    assert_eq!(target(TriedTarget::Total, TargetRule::LastGrowth), "158.4");
    assert_eq!(target(TriedTarget::Growth, TargetRule::ThreeGrowths), "10");
    assert_eq!(
        history.target(2003, TriedTarget::Total, TargetRule::LastGrowth),
        None,
        "four whole years before it"
    );
    assert_eq!(history.outcome(2004, TriedTarget::Total), Some(Decimal::from(180)));
}

#[test]
fn a_january_that_is_not_published_is_part_of_february() {
    let mut known = values(|_, _| 100, 2000..2001);
    known.remove(&(2000, 1));
    let history = History::new(SampleBasis::Period, &known);
    assert_eq!((history.months(2000)[0], history.years[&2000][&2]), (2, Decimal::TEN));
    known.remove(&(2000, 5));
    assert!(History::new(SampleBasis::Period, &known).is_empty(), "a year with a gap has no end");
}

#[test]
fn years_are_judged_as_they_were_known() {
    let growth = |year: i32, month: u32| {
        (i64::from(month % 4) * 30 + 700) * (100 + i64::from((year * 7) % 11) + i64::from(year - 2000) * 6)
            / 100
    };
    let of = |last: i32| {
        let history = History::new(SampleBasis::Period, &values(growth, 2000..last));
        run(&[history], None).unwrap()
    };
    let (short, long) = (of(2009), of(2012));
    // Five years from 2004 on, eleven months, two rules, an amount and its growth.
    assert_eq!(short.len(), 5 * 11 * 2 * 2);
    assert_eq!(long[..short.len()], short[..], "later years change nothing of the earlier ones");
    assert!(short.iter().all(|one| one.interval.0 <= one.projection && one.projection <= one.interval.1));
    // The same question as an amount and as growth has one answer.
    for one in short.iter().filter(|one| one.kind == TriedTarget::Total) {
        let twin = short.iter().find(|other| {
            other.kind == TriedTarget::Growth
                && (other.year, other.month, other.rule) == (one.year, one.month, one.rule)
        });
        let twin = twin.unwrap();
        // An amount that is there already is certain; its growth is all but certain.
        assert!(
            (twin.p_miss - one.p_miss).abs() < 0.011 && twin.missed() == one.missed(),
            "{one:?} {twin:?}"
        );
    }
}

#[test]
fn scores_can_be_worked_out_by_hand() {
    // Missed at 0.9 and 0.4; met at 0.2 and 0.6: three of four pairs in order.
    let all = [(2001, 0.9, true), (2002, 0.4, true), (2003, 0.2, false), (2004, 0.6, false)];
    let all: Vec<_> = all.map(|(year, p_miss, missed)| prediction(year, 6, p_miss, missed)).into();
    let told = scores(&all.iter().collect::<Vec<_>>()).unwrap();
    let near = |one: Interval, other: f64| (one.value - other).abs() < 1e-12;
    assert!(near(told.auc, 0.75) && near(told.base_rate, 0.5) && near(told.coverage, 1.0), "{told:?}");
    // (0.01 + 0.36 + 0.04 + 0.36) ÷ 4 = 0.1925, against 0.25.
    assert!(near(told.brier, 0.1925) && near(told.skill, 0.23), "{told:?}");
    // Without a false alarm only the first miss is found. |0.1| + |0.6| + |0.2| + |0.6| ÷ 4.
    assert!(near(told.recall, 0.5) && near(told.ece, 0.375), "{told:?}");
    assert!(told.auc.ends.0 <= told.auc.value && told.auc.value <= told.auc.ends.1);
    assert!(scores(&[]).is_none() && scores(&[&all[0]]).is_none(), "nothing to tell apart");
}

#[test]
fn a_warning_that_turns_is_counted() {
    let year = |p_miss: [f64; 4]| -> Vec<Prediction> {
        (1..).zip(p_miss).map(|(month, p_miss)| prediction(2001, month, p_miss, true)).collect()
    };
    for (p_miss, want) in [
        ([0.1, 0.8, 0.6, 0.4], 1.0),
        ([0.1, 0.8, 0.6, 0.7], 0.0),
        ([0.9, 0.4, 0.7, 0.4], 0.0),
        ([0.1, 0.9, 0.4, 0.9], 1.0),
    ] {
        let mut all = year(p_miss);
        all.push(Prediction { series: 0, ..prediction(2001, 5, 0.9, false) });
        let told = scores(&all.iter().collect::<Vec<_>>()).unwrap();
        assert!((told.reversals - want).abs() < 1e-12, "{p_miss:?}: {}", told.reversals);
    }
}

#[test]
fn tenths_say_what_was_stated_and_what_came() {
    let all =
        [prediction(2001, 6, 0.32, true), prediction(2002, 6, 0.38, false), prediction(2003, 6, 0.99, true)];
    let tenths = reliability(&all.iter().collect::<Vec<_>>());
    assert_eq!((tenths[3].count, tenths[9].count, tenths[0].count), (2, 1, 0));
    assert!((tenths[3].stated - 0.35).abs() < 1e-12 && (tenths[3].missed - 0.5).abs() < 1e-12);
}
