//! How good forecasts are: `cargo bench --bench skill -- FOLDER`.
//!
//! FOLDER holds `series.csv` (`id,name,freq,unit`, more columns allowed, as `china_series_meta.csv`) and `values.csv`
//! (`id,period,value`, `period` a month); monthly amounts, year to date (累计值) or by month (当月值). Every year with four
//! whole years before it is judged at each month-end as a target of the year before times the mean of its last three
//! growths, as if nothing later were known. Said for March, June and September: ROC-AUC; Brier skill against the rate of
//! misses; how much of the truth the interval holds; the mean difference of stated and observed probability over ten bins.
//! The yardstick in the same run is "last year's share": missed when year-to-date growth is below the target's.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use uuid::Uuid;
use xushi::domain::pace::{Known, Subject, assess};
use xushi::domain::{
    Basis, Better, Comparator, Curve, Figure, Frequency, Kind, Measure, Observation, Period, RulePack,
    Status, Target,
};

/// Years before this one are only history.
const FIRST_YEAR: i32 = 1999;

/// Year-to-date amounts by year and month.
type Amounts = BTreeMap<i32, BTreeMap<u32, f64>>;

/// One forecast and what became of it.
struct Case {
    month: u32,
    p_miss: f64,
    by_share: f64,
    missed: bool,
    held: bool,
}

fn lines(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The amounts of all monthly series that are amounts.
fn panel(folder: &Path) -> Vec<Amounts> {
    let meta = std::fs::read_to_string(folder.join("series.csv")).unwrap();
    let column = |name: &str| meta.lines().next().unwrap().split(',').position(|head| head == name).unwrap();
    let (id, name, freq, unit) = (column("id"), column("name"), column("freq"), column("unit"));
    let mut values: HashMap<String, BTreeMap<(i32, u32), f64>> = HashMap::new();
    for row in lines(&folder.join("values.csv")) {
        let (year, month) = row[1].split_once('-').unwrap();
        let at = (year.parse().unwrap(), month[..2].parse().unwrap());
        values.entry(row[0].clone()).or_default().insert(at, row[2].parse().unwrap());
    }
    let of = |row: Vec<String>| {
        let name = &row[name];
        let amount = (name.contains("累计值") || name.contains("当月值")) && row[freq] == "月";
        if !amount || row[unit] == "%" || name.contains("同比") {
            return None;
        }
        let years = amounts(values.get(&row[id])?, name.contains("累计值"));
        (years.len() >= 6).then_some(years)
    };
    lines(&folder.join("series.csv")).into_iter().filter_map(of).collect()
}

/// Whole years only; a January that is not published is part of February.
fn amounts(values: &BTreeMap<(i32, u32), f64>, cumulative: bool) -> Amounts {
    let mut years: Amounts = BTreeMap::new();
    let mut sums: BTreeMap<i32, (u32, f64)> = BTreeMap::new();
    for (&(year, month), &value) in values {
        if cumulative {
            years.entry(year).or_default().insert(month, value);
            continue;
        }
        let (last, sum) = sums.entry(year).or_insert((if month == 2 { 1 } else { 0 }, 0.0));
        if *last + 1 == month {
            (*last, *sum) = (month, *sum + value);
            years.entry(year).or_default().insert(month, *sum);
        }
    }
    years.retain(|_, months| months.contains_key(&12) && months.values().all(|value| *value > 0.0));
    years
}

fn day(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap() + Months::new(1) - Days::new(1)
}

fn observations(series: &Amounts) -> Vec<Observation> {
    let all = series
        .iter()
        .flat_map(|(&year, months)| months.iter().map(move |(&month, &value)| (year, month, value)));
    let one = |(year, month, value): (i32, u32, f64)| Observation {
        id: Uuid::nil(),
        period: Period::new(NaiveDate::from_ymd_opt(year, 1, 1).unwrap(), day(year, month)).unwrap(),
        basis: Basis::Cumulative,
        figure: Figure::Level,
        value: Decimal::from_f64(value).unwrap(),
        status: Status::Final,
        published_on: day(year, month),
        of: None,
        partial: false,
        vintage: 1,
    };
    all.map(one).collect()
}

/// All forecasts of one series.
fn cases(series: &Amounts) -> Vec<Case> {
    let measure =
        Measure::new("指标", "亿元", (Basis::Cumulative, Better::Higher, Frequency::Monthly), None, 4)
            .unwrap();
    let own = observations(series);
    let pack = RulePack::standard();
    let mut all = Vec::new();
    for (&year, months) in series.range(FIRST_YEAR..) {
        let Some(before) = (1..=4)
            .map(|back| series.get(&(year - back)).map(|months| months[&12]))
            .collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let growth = (before[0] / before[1] + before[1] / before[2] + before[2] / before[3]) / 3.0;
        let (promised, end) = (before[0] * growth, months[&12]);
        let target = Target {
            kind: Kind::Total,
            comparator: Some(Comparator::AtLeast),
            value: Decimal::from_f64(promised),
            value_hi: None,
            unit: "亿元".to_owned(),
            hedge: None,
            phrase: "目标".to_owned(),
            benchmark: None,
        };
        let subject = Subject {
            measure: &measure,
            target: Some(&target),
            curve: &Curve::LinearMonths,
            baseline: None,
            window: Period::new(NaiveDate::from_ymd_opt(year, 1, 1).unwrap(), day(year, 12)).unwrap(),
            region: "100000",
        };
        for (&month, &reached) in months.range(2..12) {
            let known = Known { own: &own, ..Known::default() };
            let assessment = assess(&subject, &known, &pack, day(year, month));
            let Some(forecast) = assessment.forecast else { continue };
            let Some(last) = series[&(year - 1)].get(&month) else { continue };
            let number = |value: Decimal| value.to_f64().unwrap();
            all.push(Case {
                month,
                p_miss: number(forecast.p_miss()),
                by_share: promised / (reached / last * before[0]),
                missed: end < promised,
                held: (number(forecast.low())..=number(forecast.high())).contains(&end),
            });
        }
    }
    all
}

/// The probability that a year that was missed scored higher than one that was not.
fn auc(cases: &[&Case], score: impl Fn(&Case) -> f64) -> f64 {
    let (missed, met): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.missed);
    let mut sum = 0.0;
    for one in &missed {
        for other in &met {
            let (one, other) = (score(one), score(other));
            sum += if one > other {
                1.0
            } else if (one - other).abs() < 1e-12 {
                0.5
            } else {
                0.0
            };
        }
    }
    sum / (missed.len() * met.len()) as f64
}

fn told(cases: &[&Case], name: &str) {
    let count = cases.len() as f64;
    let mean = |of: &dyn Fn(&Case) -> f64| cases.iter().map(|case| of(case)).sum::<f64>() / count;
    let truth = |case: &Case| f64::from(u8::from(case.missed));
    let base = mean(&truth);
    let brier = mean(&|case| (case.p_miss - truth(case)).powi(2));
    let skill = 1.0 - brier / mean(&|case| (base - truth(case)).powi(2));
    let mut off = 0.0;
    for bin in 0..10 {
        let within: Vec<_> =
            cases.iter().filter(|case| ((case.p_miss * 10.0) as usize).min(9) == bin).collect();
        let sum = |of: &dyn Fn(&Case) -> f64| within.iter().map(|case| of(case)).sum::<f64>();
        off += (sum(&|case| case.p_miss) - sum(&truth)).abs() / count;
    }
    println!(
        "{name}: {} series-years, {:.0} % missed; AUC {:.3} (last year's share {:.3}), Brier skill {skill:.3}, interval holds {:.3} (said 0.8), off by {off:.3}",
        cases.len(),
        base * 100.0,
        auc(cases, |case| case.p_miss),
        auc(cases, |case| case.by_share),
        mean(&|case| f64::from(u8::from(case.held))),
    );
}

fn main() {
    let folder = std::env::args().nth(1).filter(|argument| argument != "--bench");
    let Some(folder) = folder else {
        println!("skill: name a folder with series.csv and values.csv; see the head of benches/skill.rs");
        return;
    };
    let panel = panel(Path::new(&folder));
    let begun = std::time::Instant::now();
    let all: Vec<Case> = panel.iter().flat_map(cases).collect();
    let took = begun.elapsed();
    println!(
        "{} series, {} forecasts, {:.1} µs each",
        panel.len(),
        all.len(),
        took.as_secs_f64() * 1e6 / all.len() as f64
    );
    for (month, name) in [(3, "March"), (6, "June"), (9, "September")] {
        told(&all.iter().filter(|case| case.month == month).collect::<Vec<_>>(), name);
    }
}
