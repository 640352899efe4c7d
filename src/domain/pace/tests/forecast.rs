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
fn an_amount_is_projected_in_four_ways() {
    // 54 ÷ 0.5 = 108, twice; 54 + 50 × (54 − 26)/(50 − 24) = 107.8462; single months (28 + ½ × 26)/(26 + ½ × 24) = 1.078947:
    // 54 + 50 × 1.078947 = 107.9474; mean 107.9484. No past error: 0.111, and a variance of 4.5e-7: 0.111004.
    // u = ln(120 ÷ 107.9484) ÷ 0.111004 = 0.9535; t = 0.3 × ln(120 ÷ 100) ÷ 0.111004 = 0.4927;
    // L = 0.05 + 1.87 × arsinh(1.43024) + 1.26 × 0.4927 = 2.8315; 1 ÷ (1 + e^−2.8315) = 0.9444.
    let given = total();
    assert_eq!(told(&forecast(&given)), "106.782 [97.18, 116.167] 0.94 of 0");
    assert_eq!(forecast(&given).method, ForecastMethod::Shares);
    let (_, steps) =
        assess_with_working(&given.subject(), &given.known(), &RulePack::standard(), day("2025-07-20"));
    let results: Vec<_> = steps.iter().map(|step| step.result.as_str()).collect();
    for result in ["108", "107.8462", "107.9474", "107.9484", "0.111", "106.782，区间97.18至116.167", "0.94"]
    {
        assert!(results.contains(&result), "{result}: {results:?}");
    }
    // All that the probability is worked out from, so that it can be done by hand.
    let step = steps.iter().find(|step| step.formula.starts_with("完不成目标")).unwrap();
    let inputs: Vec<_> = step.inputs.iter().map(|(name, value)| format!("{name} {value}")).collect();
    for input in [
        "目标 120",
        "推算值 107.9484",
        "上年 100",
        "u 0.9535",
        "t 0.4927",
        "a 0.05",
        "b 1.87",
        "c 1.26",
        "L 2.8315",
    ] {
        assert!(inputs.iter().any(|one| one == input), "{input}: {inputs:?}");
    }
}

#[test]
fn its_own_past_errors_count_beside_the_usual_one() {
    // A year earlier 20, 44 and 90: the mean share is (0.5 + 44/90)/2, the single months (28 + 13 + 50/4 + 26/8 + 24/16) over
    // (26 + 12 + 46/4 + 24/8 + 20/16) = 1.083721; mean 108.3114. 2024 would have been projected at (2 × 50/(44/90) + 50 + 46 ×
    // 26/24)/3 = 101.4596: ln(100 ÷ 101.4596) = −0.014490. √((0.01449² + 2 × 0.111²)/3 + 2 × 0.0000317) = 0.091364.
    let given = total().at("2023-03-31", "20").at("2023-06-30", "44").at("2023-12-31", "90");
    assert_eq!(told(&forecast(&given)), "107.13 [99.015, 114.747] 0.96 of 1");
}

#[test]
fn the_errors_of_the_whole_instance_stretch_the_scale() {
    let given = total();
    let on = |scale: &str| {
        let error_scale = Some(ErrorScale::read(n(scale)));
        given.assess_by(&RulePack::standard(), &Known { error_scale, ..given.known() }).forecast.unwrap()
    };
    assert_eq!(told(&on("1")), told(&forecast(&given)));
    assert!(on("1.6").high() > on("1").high() && on("1.6").low() < on("1").low());
    assert!(on("1.6").p_miss() < on("1").p_miss() && on("0.7").p_miss() > on("1").p_miss());
    // What came is held against the scale before it was stretched.
    assert_eq!(on("1.6").surprise(n("90")), on("1").surprise(n("90")));
    assert!(on("1").surprise(n("90")) > on("1").surprise(n("100")));
}

#[test]
fn growth_whose_amounts_are_known_is_answered_as_amounts() {
    // 8 % in the amounts, 7.5 % as published: what grows is 100 × 1.08 ÷ 1.075 = 100.4651. 20 % more is 120.5581, held against
    // the projection of the amounts: u = ln(120.5581 ÷ 107.9484) ÷ 0.111004 = 0.9953, t 0.5053, L 2.9135: 0.9485.
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "20", "%");
    let given = total().own.into_iter().fold(given, |given, mut fact| {
        fact.figure = Figure::Level;
        given.value(fact)
    });
    let given = given.value(growth("2025-06-30", "7.5"));
    let forecast = forecast(&given);
    assert_eq!(
        (forecast.method, told(&forecast).as_str()),
        (ForecastMethod::GrownAmounts, "6.288 [-3.27, 15.629] 0.95 of 0")
    );
    // Amounts that say something else than the published growth are of something else.
    let other = given.with(|given| given.own.last_mut().unwrap().value = n("-10"));
    assert_eq!(other.assess().forecast.unwrap().method, ForecastMethod::Rate);
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
    // Nothing else known: a spread of 5 points, a usual error of 1.4 × 5 × √(5 ÷ 7) = 5.91608.
    // u = 1.6 ÷ 5.91608 = 0.2705; L = 0.34 + 1.77 × arsinh(0.4057) = 1.0397: 0.7388.
    assert_eq!(told(&forecast(&given)), "2.138 [-4.899, 7.841] 0.74 of 0");
    assert!(!forecast(&given).warns(), "no year has shown how such a forecast ends");
    // Differences 0.5, −0.8 and 1.1. The moves, times 7 × 12 ÷ (12 × 5): 0.35, 0.896 and 1.694. Spread √((6.25 + 2.94) ÷ 3.25) =
    // 1.68157, usual error 1.98967, scale √((2.1 + 2 × 1.98967²) ÷ 5) = 1.41545. u = 1.1304, L = 2.6385: 0.9333.
    let given = given.at("2024-07-31", "5").at("2024-12-31", "5.5");
    let given = given.at("2023-07-31", "6").at("2023-12-31", "5.2");
    let given = given.at("2022-07-31", "3").at("2022-12-31", "4.1");
    assert_eq!(told(&forecast(&given)), "2.718 [1.034, 4.082] 0.93 of 3");
    assert_eq!((forecast(&given).method, forecast(&given).warns()), (ForecastMethod::Rate, true));
    // A rate that is above its target may fall again: u = −0.4945, L = −0.8753.
    assert_eq!(forecast(&given.clone().with(|given| given.own[0].value = n("5.2"))).p_miss(), n("0.29"));
    // 左右 may fall 0.5 short: u = 1.1 ÷ 1.41545 = 0.7771, L = 2.0991.
    let about = given.clone().target(|target| target.comparator = Some(Comparator::About));
    assert_eq!(forecast(&about).p_miss(), n("0.89"));
    let decline = given.better(Better::Lower).target(|target| target.comparator = Some(Comparator::AtMost));
    assert_eq!(forecast(&decline).p_miss(), n("0.07"));
}

#[test]
fn the_rest_of_the_year_grows_as_the_last_three_months_did() {
    // (6 × 5 − 3 × 4) ÷ 3 = 6 in the second quarter; (6 × 5 + 6 × 6) ÷ 12 = 5.5.
    let given = Given::new(Kind::Growth, Comparator::AtLeast, "5.5", "%");
    let given = given.at("2025-03-31", "4").at("2025-06-30", "5");
    let (_, steps) =
        assess_with_working(&given.subject(), &given.known(), &RulePack::standard(), day("2025-07-20"));
    assert!(
        steps.iter().any(|step| step.formula.starts_with("全年增速推算") && step.result == "5.5"),
        "{steps:?}"
    );
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
    for (year, june, december) in
        [(2024, "46", "50"), (2023, "43", "46"), (2022, "38", "43"), (2021, "36", "38")]
    {
        given = given.at(&format!("{year}-06-30"), june).at(&format!("{year}-12-31"), december);
    }
    let given = given.at("2025-06-30", "55");
    // 55 × (50/46 + 46/43 + 43/38)/3 = 60.2856; 55 × (1 + (55/46 − 1)/2) = 60.3804; mean 60.3330. Past errors in logs the same
    // way: 0.024869, −0.009222, 0.082792. Half-yearly moves of three years, the latest left out: √(Σ ln² ÷ 6 ÷ 5) = 0.029878 a
    // month, × √6 = 0.073186; scale √((0.007558 + 4 × 0.073186²) ÷ 7) = 0.064346.
    // u = ln(60 ÷ 60.3330) ÷ 0.064346 = −0.0860; L = 1.62 × arsinh(−0.129) = −0.2084: 0.4481.
    assert_eq!(told(&forecast(&given)), "60.333 [55.821, 65.21] 0.45 of 3");
}

#[test]
fn a_range_that_is_to_be_kept_may_be_missed_on_either_side() {
    let range = |low: &str, high: &str| {
        let given = total().target(|target| {
            (target.kind, target.comparator) = (Kind::Range, Some(Comparator::Range));
            target.value = maybe(low);
        });
        given.better(Better::Hold).to(high)
    };
    let (wide, narrow, high) = (range("90", "130"), range("105", "109"), range("120", "140"));
    let [wide, narrow, high] = [&wide, &narrow, &high].map(|given| forecast(given).p_miss());
    assert!(wide < n("0.2") && narrow > n("0.6") && high > n("0.9"), "{wide} {narrow} {high}");
}

#[test]
fn what_has_no_forecast_says_why() {
    let lacks = |given: Given| given.assess().forecast_lacks;
    let month = Given::new(Kind::Growth, Comparator::AtLeast, "5", "%").basis(Basis::Period);
    let month = month.value(observation("2025-06-01", "2025-06-30", Basis::Period, Figure::Yoy, "4"));
    assert_eq!(lacks(month), Some(Missing::MonthAlone));
    let half_year = total().with(|given| given.window = span("2025-01-01", "2025-09-30"));
    assert_eq!(lacks(half_year), Some(Missing::WholeYear));
    for kind in [Kind::Trend, Kind::VersusBenchmark, Kind::Milestone, Kind::Qualitative] {
        let given = total().target(|target| target.kind = kind);
        assert_eq!(
            given.assess_on("2025-07-20", &RulePack::standard(), &given.known()).forecast_lacks,
            Some(Missing::NotForeseeable),
            "{kind}"
        );
    }
}

#[test]
fn nothing_is_forecast_without_a_year_on_its_way_and_years_before() {
    let young = Given::new(Kind::Total, Comparator::AtLeast, "120", "万人").at("2025-06-30", "54").assess();
    assert_eq!((young.forecast, young.forecast_lacks), (None, Some(Missing::PastYears)));
    assert!(!young.missing.contains(Missing::PastYears), "a verdict needs no forecast");
    for (end, lacks) in [("2025-01-15", Some(Missing::FirstMonth)), ("2025-12-31", None)] {
        let other = Given { own: total().own[..3].to_vec(), ..total() }.at(end, "54").assess();
        assert_eq!((other.forecast, other.forecast_lacks), (None, lacks), "{end}");
    }
    let january = Given { own: total().own[..3].to_vec(), ..total() };
    let january = forecast(&january.at("2024-01-31", "8").at("2025-01-31", "9"));
    assert!(!january.warns() && forecast(&total()).warns(), "January is said and warns nobody");
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
