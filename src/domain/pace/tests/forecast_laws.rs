//! Laws of the forecast: one curve says how likely the target is missed and how far the truth may lie.

use proptest::prelude::*;

use super::*;

/// Months at whose end a year is judged.
const MONTHS: std::ops::RangeInclusive<u32> = 1..=11;

fn month_end(year: i32, month: u32) -> String {
    let next = NaiveDate::from_ymd_opt(year + i32::from(month == 12), month % 12 + 1, 1).unwrap();
    next.pred_opt().unwrap().to_string()
}

/// What a year is made of: shares of months, and what it grew by.
#[derive(Debug, Clone)]
struct Years {
    months: Vec<u32>,
    growths: Vec<u32>,
    noise: Vec<u32>,
}

fn years() -> impl Strategy<Value = Years> {
    let months = prop::collection::vec(20_u32..200, 12);
    let growths = prop::collection::vec(80_u32..140, 5);
    let noise = prop::collection::vec(70_u32..130, 72);
    (months, growths, noise).prop_map(|(months, growths, noise)| Years { months, growths, noise })
}

/// How a history is told.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Amounts,
    Growth,
    Stock,
}

impl Years {
    /// Values of single months, oldest year first.
    fn values(&self) -> Vec<Vec<Decimal>> {
        let mut level = Decimal::ONE_HUNDRED;
        let mut noise = self.noise.iter();
        let mut year = |growth: Option<&u32>| {
            level = level * Decimal::from(*growth.unwrap_or(&100)) / Decimal::ONE_HUNDRED;
            let one = |share: &u32| {
                let noise = Decimal::from(*noise.next().unwrap());
                (level * Decimal::from(*share) * noise / Decimal::from(10_000)).round_dp(4)
            };
            self.months.iter().map(one).collect()
        };
        std::iter::once(year(None)).chain(self.growths.iter().map(|growth| year(Some(growth)))).collect()
    }

    /// Five whole years, and this one to the end of `month`; the last month `short` of what it was, all in `unit`.
    fn given(&self, told: Told, month: u32, target: Decimal, (short, unit): (Decimal, Decimal)) -> Given {
        let (kind, basis, of) = match told {
            Told::Amounts => (Kind::Total, Basis::Cumulative, "亿元"),
            Told::Growth => (Kind::Growth, Basis::Cumulative, "%"),
            Told::Stock => (Kind::Level, Basis::Point, "户"),
        };
        let target = if told == Told::Growth { target } else { target * unit };
        let mut given =
            Given::new(kind, Comparator::AtLeast, &target.normalize().to_string(), of).basis(basis).from("1");
        let all = self.values();
        let sum = |at: usize, months: usize| all[at][..months].iter().copied().sum::<Decimal>();
        for (at, year) in (0..).zip(2020..=2025) {
            let last = if year == 2025 { month } else { 12 };
            for one in 1..=last {
                let months = usize::try_from(one).unwrap();
                let less = if year == 2025 && one == month { short } else { Decimal::ZERO };
                let value = match told {
                    Told::Amounts => (sum(at, months) - less) * unit,
                    Told::Stock => (Decimal::ONE_HUNDRED + all[at][months - 1] - less) * unit,
                    Told::Growth if at == 0 => continue,
                    Told::Growth => {
                        (sum(at, months) / sum(at - 1, months) - Decimal::ONE) * Decimal::ONE_HUNDRED - less
                    }
                };
                given = given.at(&month_end(year, one), &value.round_dp(8).normalize().to_string());
            }
        }
        given
    }
}

fn forecast(given: &Given) -> Forecast {
    given.assess_on("2025-12-30", &RulePack::standard(), &given.known()).forecast.unwrap()
}

fn told() -> impl Strategy<Value = Told> {
    prop::sample::select(vec![Told::Amounts, Told::Growth, Told::Stock])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96),
        rng_seed: proptest::test_runner::RngSeed::Fixed(2025),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_higher_target_is_never_likelier_met(
        years in years(), told in told(), month in MONTHS, targets in prop::collection::vec(1_u32..4_000, 8),
    ) {
        let mut targets = targets;
        targets.sort_unstable();
        let p_miss = |target: u32| forecast(&years.given(told, month, Decimal::new(target.into(), 1), (Decimal::ZERO, Decimal::ONE))).exact_p_miss();
        let all: Vec<f64> = targets.into_iter().map(p_miss).collect();
        prop_assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{all:?}");
    }

    #[test]
    fn the_ends_of_the_interval_are_where_one_in_ten_is_left(years in years(), told in told(), month in MONTHS) {
        let at = |target: Decimal| forecast(&years.given(told, month, target, (Decimal::ZERO, Decimal::ONE)));
        let known = at(Decimal::ONE);
        prop_assert!(known.low() <= known.value() && known.value() <= known.high());
        let reached = years.values()[5][..usize::try_from(month).unwrap()].iter().copied().sum::<Decimal>();
        for (end, probability) in [(known.low(), 0.1), (known.value(), 0.5), (known.high(), 0.9)] {
            // What was added up is not lost again: there the interval ends.
            if end <= Decimal::ZERO && told != Told::Growth || told == Told::Amounts && end <= reached + n("0.02") {
                continue;
            }
            let p_miss = at(end).exact_p_miss();
            prop_assert!((p_miss - probability).abs() < 0.02, "{told:?} {end}: {p_miss} for {probability}");
        }
    }

    #[test]
    fn the_unit_is_no_matter(years in years(), told in told(), month in MONTHS, target in 100_u32..3_000) {
        let target = Decimal::new(target.into(), 1);
        let small = forecast(&years.given(told, month, target, (Decimal::ZERO, Decimal::ONE)));
        let large = forecast(&years.given(told, month, target, (Decimal::ZERO, Decimal::ONE_THOUSAND)));
        prop_assert!((small.exact_p_miss() - large.exact_p_miss()).abs() < 1e-6);
        if told != Told::Growth {
            prop_assert!((small.high() * Decimal::ONE_THOUSAND - large.high()).abs() <= Decimal::ONE);
        }
    }

    #[test]
    fn falling_short_is_never_less_risky(
        years in years(), told in told(), month in MONTHS, target in 100_u32..3_000, short in 1_u32..15,
    ) {
        let target = Decimal::new(target.into(), 1);
        let p_miss = |short: Decimal| forecast(&years.given(told, month, target, (short, Decimal::ONE))).p_miss();
        let (less, more) = (p_miss(Decimal::ZERO), p_miss(Decimal::from(short)));
        prop_assert!(more >= less, "{told:?}: {less} then {more}");
    }

    #[test]
    fn what_is_published_later_is_not_read(years in years(), told in told(), month in MONTHS, target in 100_u32..3_000) {
        let given = years.given(told, month, Decimal::new(target.into(), 1), (Decimal::ZERO, Decimal::ONE));
        let before = given.assess_on("2025-12-30", &RulePack::standard(), &given.known()).forecast;
        let mut later = given.clone();
        for fact in &given.own {
            let mut vintage = fact.clone();
            (vintage.vintage, vintage.published_on) = (2, day("2025-12-31"));
            vintage.value += Decimal::ONE;
            later.own.push(vintage);
        }
        let after = later.assess_on("2025-12-30", &RulePack::standard(), &later.known()).forecast;
        prop_assert_eq!(before, after);
        let known = later.assess_on("2025-12-31", &RulePack::standard(), &later.known()).forecast;
        prop_assert_ne!(before, known);
    }
}
