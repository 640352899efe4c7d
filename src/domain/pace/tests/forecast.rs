//! Where a window will end, by hand-worked cases.

use super::*;

fn forecast(given: &Given) -> Forecast {
    given.assess().forecast.unwrap()
}

/// Value, low, high and probability as they are written.
fn told(forecast: &Forecast) -> String {
    let [value, low, high] = [forecast.value(), forecast.low(), forecast.high()];
    format!("{value} [{low}, {high}] {} of {}", forecast.p_miss(), forecast.years)
}

/// 120万人 promised; 26 by March and 54 by June, after 24, 50 and 100 last year.
fn total() -> Given {
    Given::new(Kind::Total, Comparator::AtLeast, "120", "万人")
        .at("2024-03-31", "24")
        .at("2024-06-30", "50")
        .at("2024-12-31", "100")
        .at("2025-03-31", "26")
        .at("2025-06-30", "54")
}

#[test]
fn an_amount_is_projected_in_three_ways() {
    // 54 ÷ 0.5 = 108, twice; 54 + 50 × (54 − 26)/(50 − 24) = 107.8462; mean 107.9487. No past error: 0.109 of it, 11.7664.
    // The median error is −0.16 of the scale: 107.9487 − 1.8826 = 106.0661.
    // (120 − 107.9487) / 11.7664 = 1.0242, between 0.83 (nine tenths) and 1.36 (95 in 100): 0.9183.
    let given = total();
    assert_eq!(told(&forecast(&given)), "106.066 [95.712, 117.715] 0.92 of 0");
    assert_eq!(forecast(&given).method, ForecastMethod::Shares);
    let (_, steps) =
        assess_with_working(&given.subject(), &given.known(), &RulePack::standard(), day("2025-07-20"));
    let results: Vec<_> = steps.iter().map(|step| step.result.as_str()).collect();
    for result in ["108", "107.8462", "107.9487", "11.7664", "106.066，区间95.712至117.715", "0.92"] {
        assert!(results.contains(&result), "{result}: {results:?}");
    }
    // What the probability is read between, so that it can be worked out by hand.
    let step = steps.iter().find(|step| step.formula.starts_with("完不成目标")).unwrap();
    let inputs: Vec<_> = step.inputs.iter().map(|(name, value)| format!("{name} {value}")).collect();
    for input in [
        "目标比推算值高几个误差尺度 1.0242",
        "历史误差低于0.83个尺度的比例 0.9",
        "历史误差低于1.36个尺度的比例 0.95",
    ] {
        assert!(inputs.iter().any(|one| one == input), "{input}: {inputs:?}");
    }
}

#[test]
fn its_own_past_errors_count_beside_the_prior() {
    // A year earlier 20, 44 and 90. 2024 would have been projected at (2 × 50/(44/90) + 50 + 46 × 26/24)/3 = 101.4596, an
    // error of −1.4386 %: scale √((0.014386² + 4 × 0.109²)/5) = 0.097704. The mean share is (0.5 + 44/90)/2.
    // 108.353 × (1 − 0.16 × 0.097704).
    let given = total().at("2023-03-31", "20").at("2023-06-30", "44").at("2023-12-31", "90");
    assert_eq!(told(&forecast(&given)), "106.659 [97.343, 117.14] 0.93 of 1");
}

#[test]
fn what_is_foretold_and_how_likely_it_is_missed_say_one_thing() {
    for target in ["100", "104", "105", "107", "108", "112", "130"] {
        for kind in [Kind::Total, Kind::Cap] {
            let given = total().target(|promise| (promise.kind, promise.value) = (kind, maybe(target)));
            let told = forecast(&given);
            let short = (told.value() < target.parse().unwrap()) == (kind == Kind::Total);
            assert_eq!(told.p_miss() > "0.5".parse().unwrap(), short, "{kind} {target}: {told:?}");
        }
    }
}

#[test]
fn what_is_decided_is_certain() {
    let given = total().at("2024-09-30", "80").at("2025-09-30", "121");
    assert_eq!(forecast(&given).p_miss(), n("0"));
    let limit = |actual| {
        let given = Given::new(Kind::Cap, Comparator::AtMost, "120", "吨").better(Better::Lower);
        let given = given.at("2024-06-30", "50").at("2024-12-31", "100").at("2025-06-30", actual);
        given.assess().forecast.unwrap().p_miss()
    };
    assert_eq!(limit("121"), n("1"));
    // 54 of 120 on the way to 108 is what the total lacked, the other way round; half of 120 is on the mark.
    assert!(limit("54") < n("0.1") && limit("60") > n("0.3") && limit("70") > n("0.8"), "{}", limit("60"));
}

#[test]
fn a_rate_is_carried_on_with_its_own_past_errors() {
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "4.5", "%").at("2025-07-31", "2.9");
    let given = given.at("2024-07-31", "5").at("2024-12-31", "5.5");
    let given = given.at("2023-07-31", "6").at("2023-12-31", "5.2");
    assert_eq!(given.assess().forecast_lacks, Some(Missing::PastYears), "two years are no measure");
    // Differences 0.5, −0.8 and 1.1: √(2.1/3) = 0.83666. (4.5 − 2.9)/0.83666 = 1.91237, just over 1.9 (95 in 100): 0.9503.
    let given = given.at("2022-07-31", "3").at("2022-12-31", "4.1");
    assert_eq!(told(&forecast(&given)), "2.9 [1.837, 3.963] 0.95 of 3");
    assert_eq!(forecast(&given).method, ForecastMethod::Rate);
    // A rate that is above its target may fall again: (4.5 − 5.2)/0.83666 = −0.83666, between −1.27 and −0.7: 0.176.
    assert_eq!(forecast(&given.clone().with(|given| given.own[0].value = n("5.2"))).p_miss(), n("0.18"));
    // 左右 may fall 0.5 short: (4 − 2.9)/0.83666 = 1.31475, between 1.27 (nine tenths) and 1.9: 0.9036.
    let about = given.clone().target(|target| target.comparator = Some(Comparator::About));
    assert_eq!(forecast(&about).p_miss(), n("0.9"));
    let decline = given.better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    assert_eq!(forecast(&decline).p_miss(), n("0.05"));
}

#[test]
fn a_rate_that_never_went_wrong_is_met_on_the_mark_and_missed_off_it() {
    let rate = |comparator, value: &str| {
        let better = if comparator == Comparator::AtMost { Better::Lower } else { Better::Higher };
        let given = Given::new(Kind::Growth, comparator, "4.5", "%").better(better).at("2025-07-31", value);
        let years = ["2022", "2023", "2024"].into_iter();
        let given = years.fold(given, |given, year| {
            given.at(&format!("{year}-07-31"), "5").at(&format!("{year}-12-31"), "5")
        });
        forecast(&given).p_miss()
    };
    for (comparator, value, p_miss) in [
        (Comparator::AtLeast, "4.5", "0.01"),
        (Comparator::AtLeast, "4.4", "0.99"),
        (Comparator::AtMost, "4.5", "0.01"),
        (Comparator::AtMost, "4.6", "0.99"),
    ] {
        assert_eq!(rate(comparator, value), n(p_miss), "{comparator} {value}");
    }
}

#[test]
fn a_stock_gains_what_the_rest_of_the_year_usually_adds() {
    let mut given = Given::new(Kind::Level, Comparator::AtLeast, "60", "家").basis(Basis::Point).from("50");
    // The second half added 4, 3, 5 and 2: expected now (4 + 3 + 5)/3 = 4.
    for (year, june, december) in
        [(2024, "46", "50"), (2023, "43", "46"), (2022, "38", "43"), (2021, "36", "38")]
    {
        given = given.at(&format!("{year}-06-30"), june).at(&format!("{year}-12-31"), december);
    }
    let given = given.at("2025-06-30", "55");
    // Errors: 4 − (3 + 5 + 2)/3 = 0.6667; 3 − (5 + 2)/2 = −0.5; 5 − 2 = 3: √(9.6944/3) = 1.79763.
    // (60 − 59)/1.79763 = 0.55629, between 0.4 (seven tenths) and 0.7 (eight): 0.7521.
    assert_eq!(told(&forecast(&given)), "59 [56.717, 61.283] 0.75 of 3");
}

#[test]
fn nothing_is_forecast_without_a_year_on_its_way_and_years_before() {
    let young = Given::new(Kind::Total, Comparator::AtLeast, "120", "万人").at("2025-06-30", "54").assess();
    assert_eq!((young.forecast, young.forecast_lacks), (None, Some(Missing::PastYears)));
    assert!(!young.missing.contains(Missing::PastYears), "a verdict needs no forecast");
    for end in ["2025-01-31", "2025-12-31"] {
        let other = Given { own: total().own[..3].to_vec(), ..total() }.at(end, "54").assess();
        assert_eq!((other.forecast, other.forecast_lacks), (None, None), "{end}");
    }
    let half_year = total().with(|given| given.window = span("2025-01-01", "2025-06-30")).assess();
    assert_eq!(half_year.forecast, None);
    let zero = Given::new(Kind::Total, Comparator::AtLeast, "120", "万人").at("2024-06-30", "0");
    let zero = zero.at("2024-12-31", "0").at("2025-06-30", "54").assess();
    assert_eq!((zero.forecast, zero.forecast_lacks), (None, Some(Missing::PastYears)));
    let huge = Decimal::MAX.to_string();
    let huge = total().with(|given| given.own.clear()).at("2024-06-30", "1").at("2024-12-31", &huge);
    assert!(huge.at("2025-06-30", "54").assess().forecast.is_none(), "too large to write");
}

#[test]
fn only_what_was_known_is_read() {
    let given = total();
    let before = given.assess_on("2024-12-31", &RulePack::standard(), &given.known());
    assert_eq!(before.forecast, None);
    // The year's figure of 2024 is published on 18 January 2025, June's on 18 July.
    let after = given.assess_on("2025-07-18", &RulePack::standard(), &given.known());
    assert_eq!(after.forecast, Some(forecast(&given)));
}
