//! What smells in a fact that is put in: it is written all the same, with a doubt that says what to look at.
//!
//! Only what is plainly odd is doubted. First values, low bases, months without an accident and counts that stand still
//! are what a statistics office sends every day.

use chrono::Datelike;
use rust_decimal::Decimal;

use crate::pace::values_add_up;
use crate::{Basis, Doubt, DoubtSet, Figure, Period, Status};

/// Numbers of earlier periods that are looked at.
pub const LOOK_BACK: usize = 4;

/// What may be expected of a measure's values, read off its name and unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habit {
    /// Whether amounts of parts add up to that of the whole.
    pub adds_up: bool,
    /// Whether a running total may fall: net amounts, balances, profits.
    pub can_fall: bool,
    /// Whether it is in percent.
    pub percent: bool,
    /// Whether it is a part of a whole, within 0…100 %.
    pub share: bool,
}

/// Words of names whose running totals may fall.
const MAY_FALL: [&str; 16] = [
    "净", "利润", "顺差", "逆差", "差额", "余额", "盈亏", "损益", "均", "率", "比", "指数", "增速", "得分",
    "存量", "结余",
];

/// Words of names of what cannot be more than all.
const SHARES: [&str; 24] = [
    "占比",
    "比重",
    "合格率",
    "达标率",
    "优良率",
    "优良天数比",
    "城镇化率",
    "失业率",
    "就业率",
    "普及率",
    "处理率",
    "办结率",
    "支付率",
    "参保率",
    "入学率",
    "巩固率",
    "满意率",
    "满意度",
    "及时率",
    "整改率",
    "销号率",
    "签收率",
    "森林覆盖率",
    "绿化覆盖率",
];

impl Habit {
    /// What may be expected of a measure of this name and unit.
    pub fn of(name: &str, unit: &str) -> Self {
        let percent = matches!(unit.trim(), "%" | "％");
        Self {
            adds_up: values_add_up(name, unit),
            can_fall: MAY_FALL.iter().any(|word| name.contains(word)),
            percent,
            share: percent && SHARES.iter().any(|word| name.contains(word)),
        }
    }
}

/// A number of the same series, basis and figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Its span.
    pub period: Period,
    /// Its value.
    pub value: Decimal,
}

/// The fact that is put in.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// Span and value.
    pub number: Reading,
    /// Year to date, the period alone, or a stock.
    pub basis: Basis,
    /// Level, growth, place.
    pub figure: Figure,
    /// How firm it is.
    pub status: Status,
}

/// What is there already.
#[derive(Debug, Clone, Copy, Default)]
pub struct Neighbours<'a> {
    /// Actual values of earlier periods, the latest first, one a period.
    pub before: &'a [Reading],
    /// The value of the next period, if it is there.
    pub next: Option<Reading>,
    /// The same fact as it stood.
    pub same: Option<Decimal>,
    /// Whether a final value of the same fact is there.
    pub is_final: bool,
}

/// The doubts about a fact.
pub fn doubts(fresh: &Fresh, habit: Habit, beside: &Neighbours<'_>) -> DoubtSet {
    let mut doubts = DoubtSet::default();
    if fresh.status == Status::Preliminary && beside.is_final {
        doubts.insert(Doubt::PreliminaryAfterFinal);
    }
    if is_unusual(fresh.number.period, fresh.basis) {
        doubts.insert(Doubt::UnusualSpan);
    }
    match fresh.figure {
        Figure::Yoy => {
            if is_fraction(fresh, beside) {
                doubts.insert(Doubt::ScaleOfRate);
            }
            if is_beyond_hundred(fresh.number.value, beside) {
                doubts.insert(Doubt::RateBeyondHundred);
            }
        }
        Figure::Level if habit.percent => {
            if is_fraction(fresh, beside) {
                doubts.insert(Doubt::ScaleOfRate);
            }
            let value = fresh.number.value;
            if habit.share && (value.is_sign_negative() && !value.is_zero() || value > Decimal::ONE_HUNDRED) {
                doubts.insert(Doubt::ShareOutOfRange);
            }
        }
        Figure::Level => amounts(fresh, habit, beside, &mut doubts),
        Figure::Rank => {}
    }
    doubts
}

fn amounts(fresh: &Fresh, habit: Habit, beside: &Neighbours<'_>, doubts: &mut DoubtSet) {
    let off = off_by(fresh, habit, beside);
    match off {
        Some(4) => doubts.insert(Doubt::FactorTenThousand),
        Some(_) => doubts.insert(Doubt::FactorOfTen),
        None => {}
    }
    // A series that was negative before knows what it does.
    let counts = habit.adds_up && !habit.can_fall;
    if counts && is_negative(fresh.number.value) && !beside.before.iter().any(|one| is_negative(one.value)) {
        doubts.insert(Doubt::NegativeAmount);
        return;
    }
    let runs =
        fresh.basis == Basis::Cumulative && fresh.status.is_actual() && habit.adds_up && !habit.can_fall;
    if !runs || off.is_some() {
        return;
    }
    let Reading { period, value } = fresh.number;
    let same_year = |other: &&Reading| other.period.start() == period.start();
    let before = beside.before.iter().find(same_year).map(|other| other.value);
    let next = beside.next.as_ref().filter(same_year).map(|other| other.value);
    if is_negative(value) || before.is_some_and(is_negative) || next.is_some_and(is_negative) {
        return;
    }
    if before.is_some_and(|before| value < before) {
        doubts.insert(Doubt::RunningTotalFalls);
    }
    if next.is_some_and(|next| next < value) {
        doubts.insert(Doubt::RunningTotalAboveLater);
    }
    if before == Some(value) && is_telling(value) {
        doubts.insert(Doubt::RunningTotalStands);
    }
}

fn is_negative(number: Decimal) -> bool {
    number.is_sign_negative() && !number.is_zero()
}

/// Whether a span is none that figures are published for: months, 1—2月, quarters, half-years and years; a stock is of a
/// day, or of such a span's end.
fn is_unusual(period: Period, basis: Basis) -> bool {
    let start = period.start().month0();
    match basis {
        // Checked where it is put in: it begins with its year.
        Basis::Cumulative => false,
        Basis::Point => {
            let begins = period.start() == period.end() || period.start().day() == 1;
            !begins || period.start().year() != period.end().year()
        }
        Basis::Period => !match period.months() {
            1 => true,
            2 => start == 0,
            3 => start.is_multiple_of(3),
            6 => start.is_multiple_of(6),
            12 => start == 0,
            _ => false,
        },
    }
}

/// Whether two months can hardly have the same number by chance: broken, with four digits or more. Counts often stand still.
fn is_telling(value: Decimal) -> bool {
    let value = value.normalize();
    value.scale() > 0 && value.mantissa().unsigned_abs() >= 1_000
}

/// Whether a rate looks like a fraction of one where percent are usual.
fn is_fraction(fresh: &Fresh, beside: &Neighbours<'_>) -> bool {
    let value = fresh.number.value.abs().normalize();
    if value.is_zero() || value >= Decimal::ONE {
        return false;
    }
    let past =
        || beside.before.iter().map(|other| other.value).chain(beside.same).map(|one| one.abs().normalize());
    let mut known: Vec<Decimal> = past().collect();
    known.sort_unstable();
    let (Some(least), Some(most)) = (known.first(), known.last()) else {
        // Nobody prints growth with three places.
        return fresh.figure == Figure::Yoy && value.scale() >= 3;
    };
    let median = known[known.len() / 2];
    let (Some(hundredfold), Some(fiftyfold)) =
        (value.checked_mul(Decimal::ONE_HUNDRED), value.checked_mul(Decimal::from(50)))
    else {
        return false;
    };
    let near = hundredfold >= *least / Decimal::TWO && hundredfold / Decimal::TWO <= *most;
    let within = (*least..=*most).contains(&hundredfold);
    let places = past().map(|one| one.scale()).max().unwrap_or(0);
    fiftyfold < median && near && (within || value.scale() > places)
}

/// Growth beyond ±100 % that nothing in the series' past explains. Nothing falls by more than all of it; what more than
/// doubles is told only from a past that was calm: a first value, or one over a collapsed base, is not odd.
fn is_beyond_hundred(value: Decimal, beside: &Neighbours<'_>) -> bool {
    let hundred = Decimal::ONE_HUNDRED;
    let past = || beside.before.iter().map(|other| other.value).chain(beside.same);
    if value < -hundred {
        return !past().any(|one| one < -hundred);
    }
    let calm = |one: Decimal| one.abs() < Decimal::from(50) && one > Decimal::from(-30);
    value > hundred && !beside.before.is_empty() && past().all(calm)
}

/// The power of ten by which a value is off its series' own size (万 for 亿, a point in the wrong place), if it is plainly so.
fn off_by(fresh: &Fresh, habit: Habit, beside: &Neighbours<'_>) -> Option<u32> {
    let value = fresh.number.value.abs();
    if value.is_zero() {
        return None;
    }
    let period = fresh.number.period;
    let scaled = habit.adds_up && fresh.basis != Basis::Point;
    let size = |other: &Reading| -> Option<Decimal> {
        let size = other.value.abs();
        let by_months =
            || size.checked_mul(period.months().into())?.checked_div(other.period.months().into());
        let size = if scaled { by_months()? } else { size };
        (!size.is_zero()).then_some(size)
    };
    let mut sizes: Vec<Decimal> = beside.before.iter().filter_map(size).collect();
    // What it was before tells where nothing else does: it may be the slip that is put right.
    if beside.before.is_empty() {
        sizes.extend(beside.same.map(|one| one.abs()).filter(|one| !one.is_zero()));
    }
    sizes.sort_unstable();
    let (least, most) = (*sizes.first()?, *sizes.last()?);
    let usual = sizes[sizes.len() / 2];
    let spread = most.checked_div(least)?;
    let ratio = if value > usual { value.checked_div(usual)? } else { usual.checked_div(value)? };
    let near = |power: u32, least: Decimal, most: Decimal| {
        let power = Decimal::from(10_u64.pow(power));
        power.checked_mul(least).is_some_and(|low| ratio >= low)
            && power.checked_mul(most).is_some_and(|high| ratio <= high)
    };
    let (half, twice) = (Decimal::new(5, 1), Decimal::TWO);
    if spread > Decimal::TEN {
        return None;
    }
    if let Some(power) = [3, 4, 8].into_iter().find(|power| near(*power, half, twice)) {
        return Some(power);
    }
    // Tenfold happens: only a steady series tells, and a running total only within its own year.
    let comparable = fresh.basis != Basis::Cumulative
        || beside.before.iter().take(3).all(|other| other.period.start() == period.start());
    let steady = sizes.len() >= 3 && spread <= Decimal::new(25, 1);
    (steady && comparable && near(1, Decimal::new(8, 1), Decimal::new(125, 2))).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// `2025-06`: the year to that month; `2025-06m`: the month alone.
    fn number(month: &str, value: &str) -> Reading {
        let (alone, month) = (month.ends_with('m'), month.trim_end_matches('m'));
        let first: chrono::NaiveDate = format!("{month}-01").parse().unwrap();
        let end = first.checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
        let start = if alone { first } else { chrono::Datelike::with_month(&first, 1).unwrap() };
        Reading { period: Period::new(start, end).unwrap(), value: d(value) }
    }

    struct Case<'a> {
        habit: (&'a str, &'a str),
        basis: Basis,
        figure: Figure,
        before: &'a [(&'a str, &'a str)],
        next: Option<(&'a str, &'a str)>,
        same: Option<&'a str>,
    }

    impl Case<'_> {
        fn of(&self, month: &str, value: &str) -> Vec<&'static str> {
            use crate::TextEnum as _;
            let before: Vec<_> = self.before.iter().map(|(month, value)| number(month, value)).collect();
            let fresh = Fresh {
                number: number(month, value),
                basis: self.basis,
                figure: self.figure,
                status: Status::Preliminary,
            };
            let beside = Neighbours {
                before: &before,
                next: self.next.map(|(month, value)| number(month, value)),
                same: self.same.map(d),
                is_final: false,
            };
            doubts(&fresh, Habit::of(self.habit.0, self.habit.1), &beside)
                .iter()
                .map(|one| one.as_str())
                .collect()
        }
    }

    fn yoy<'a>(before: &'a [(&'a str, &'a str)]) -> Case<'a> {
        Case {
            habit: ("社会消费品零售总额", "亿元"),
            basis: Basis::Cumulative,
            figure: Figure::Yoy,
            before,
            next: None,
            same: None,
        }
    }

    fn total<'a>(before: &'a [(&'a str, &'a str)]) -> Case<'a> {
        Case { figure: Figure::Level, ..yoy(before) }
    }

    const NONE: &[&str] = &[];

    #[test]
    fn a_fraction_where_percent_are_usual() {
        let calm = [("2025-05", "5.5"), ("2025-04", "5.3"), ("2025-03", "5.2"), ("2025-02", "5.6")];
        for (before, value, want) in [
            (&calm[..], "0.055", true),
            (&calm[..1], "0.055", true),
            (&[], "0.055", true),
            (&calm, "0.06", true),
            (&calm, "-0.052", true),
            // Growth does come to a stop.
            (&calm, "0.1", false),
            (&calm, "0.5", false),
            (&calm, "0", false),
            (&[], "0.3", false),
            (&[], "0.05", false),
            (&[("2025-05", "0.2"), ("2025-04", "0.3")], "0.1", false),
            (&[("2025-05", "10.2"), ("2025-04", "9.8")], "0.1", true),
            (&[("2025-05", "0.512"), ("2025-04", "0.498")], "0.505", false),
        ] {
            assert_eq!(
                yoy(before).of("2025-06", value).contains(&"scale_of_rate"),
                want,
                "{before:?} {value}"
            );
        }
        let share =
            Case { habit: ("民间投资占比", "%"), figure: Figure::Level, ..yoy(&[("2025-05", "60.2")]) };
        assert_eq!(share.of("2025-06", "0.602"), ["scale_of_rate"]);
        assert_eq!(share.of("2025-06", "60.4"), NONE);
        let small = Case { habit: ("死亡率", "%"), figure: Figure::Level, ..yoy(&[]) };
        assert_eq!(small.of("2025-06", "0.012"), NONE);
    }

    #[test]
    fn spans_that_nothing_is_published_for() {
        let span =
            |start: &str, end: &str| Period::new(start.parse().unwrap(), end.parse().unwrap()).unwrap();
        for (start, end, basis, want) in [
            ("2025-05-01", "2025-05-31", Basis::Period, false),
            ("2025-01-01", "2025-02-28", Basis::Period, false),
            ("2025-04-01", "2025-06-30", Basis::Period, false),
            ("2025-07-01", "2025-12-31", Basis::Period, false),
            ("2025-03-01", "2025-04-30", Basis::Period, true),
            ("2025-02-01", "2025-04-30", Basis::Period, true),
            ("2024-07-01", "2025-06-30", Basis::Period, true),
            ("2023-01-01", "2024-12-31", Basis::Point, true),
            ("2024-01-01", "2024-12-31", Basis::Point, false),
            ("2025-06-30", "2025-06-30", Basis::Point, false),
            ("2025-01-01", "2025-03-17", Basis::Point, false),
            ("2025-01-05", "2025-03-07", Basis::Point, true),
        ] {
            assert_eq!(is_unusual(span(start, end), basis), want, "{start} {end} {basis}");
        }
    }

    #[test]
    fn a_running_total_that_falls() {
        let accidents = |before| Case { habit: ("生产安全事故起数", "起"), ..total(before) };
        assert_eq!(accidents(&[("2025-04", "9")]).of("2025-05", "4"), ["running_total_falls"]);
        assert_eq!(accidents(&[("2025-04", "9")]).of("2025-05", "0"), ["running_total_falls"]);
        assert_eq!(accidents(&[("2025-04", "9")]).of("2025-05", "9"), NONE);
        assert_eq!(accidents(&[("2025-04", "0")]).of("2025-05", "0"), NONE);
        assert_eq!(accidents(&[]).of("2025-05", "0"), NONE);
        assert_eq!(accidents(&[("2024-12", "90")]).of("2025-01", "4"), NONE, "a new year");
        let late = Case { next: Some(("2025-05", "4")), ..accidents(&[]) };
        assert_eq!(late.of("2025-04", "9"), ["running_total_above_later"], "April comes after May");
        assert_eq!(accidents(&[("2025-05", "4")]).of("2025-06", "-4"), ["negative_amount"]);
        assert_eq!(accidents(&[]).of("2025-06", "-4"), ["negative_amount"]);
        assert_eq!(
            total(&[("2025-04", "-9")]).of("2025-05", "-4"),
            NONE,
            "a series that was negative before"
        );
        for (name, unit) in [
            ("规模工业利润总额", "亿元"),
            ("新增贷款净额", "亿元"),
            ("PM2.5平均浓度", "微克/立方米"),
            ("办结天数", "天"),
        ] {
            let may = Case { habit: (name, unit), ..total(&[("2025-04", "9")]) };
            assert_eq!(may.of("2025-05", "7"), NONE, "{name}");
        }
        let alone = Case { basis: Basis::Period, ..accidents(&[("2025-04m", "9")]) };
        assert_eq!(alone.of("2025-05m", "4"), NONE, "a month alone");
    }

    #[test]
    fn a_running_total_that_stands_still_to_the_last_digit() {
        assert_eq!(total(&[("2025-06", "3112.99")]).of("2025-07", "3112.99"), ["running_total_stands"]);
        for same in ["24", "1187", "4.8", "0"] {
            assert_eq!(total(&[("2025-06", same)]).of("2025-07", same), NONE, "{same}");
        }
    }

    #[test]
    fn a_size_off_by_powers_of_ten() {
        let year = [("2025-05", "2200.5"), ("2025-04", "1750"), ("2025-03", "1300"), ("2025-02", "860")];
        for (before, value, want) in [
            (&year[..], "26700000", &["factor_ten_thousand"][..]),
            (&year, "0.267", &["factor_ten_thousand"]),
            (&year, "267000000000", &["factor_of_ten"]),
            (&year, "2670000", &["factor_of_ten"]),
            (&year, "26700", &["factor_of_ten"]),
            (&year, "267", &["factor_of_ten"]),
            (&year, "2670", NONE),
            (&year, "4200", NONE),
            (&[("2025-05", "2200.5")], "26700000", &["factor_ten_thousand"]),
            (&[], "26700000", NONE),
            // Small counts jump.
            (&[("2025-05", "1")], "12", NONE),
            (&[("2025-05", "0"), ("2025-04", "0")], "30000", NONE),
            (&[("2025-05", "500"), ("2025-04", "3"), ("2025-03", "1")], "10000", NONE),
        ] {
            assert_eq!(total(before).of("2025-06", value), want, "{before:?} {value}");
        }
        let seasonal = [("2024-12", "5000"), ("2024-11", "4600"), ("2024-10", "4100"), ("2024-09", "3700")];
        assert_eq!(total(&seasonal).of("2025-01", "40"), NONE, "a slow January");
        let corrected = Case { same: Some("311.3"), ..total(&[]) };
        assert_eq!(corrected.of("2025-06", "3113000"), ["factor_ten_thousand"]);
        assert_eq!(corrected.of("2025-06", "311.8"), NONE);
        let stock =
            Case {
                basis: Basis::Point, habit: ("高新技术企业数", "万家"), ..total(&[("2024-12m", "1.6")])
            };
        assert_eq!(stock.of("2025-06m", "16100"), ["factor_ten_thousand"]);
        assert_eq!(stock.of("2025-06m", "1.61"), NONE);
    }

    #[test]
    fn growth_beyond_a_hundred() {
        let calm = [("2025-05", "5.5"), ("2025-04", "-3.2")];
        for (before, value, want) in [
            (&calm[..], "550", true),
            (&calm, "99", false),
            (&calm, "-101", true),
            (&[], "-101", true),
            (&[("2025-05", "-140")], "-120", false),
            // A first value, a small base, a base that collapsed.
            (&[], "200", false),
            (&[("2025-05", "80")], "150", false),
            (&[("2020-02", "-38")], "134", false),
            (&[("2025-05", "400")], "260", false),
        ] {
            assert_eq!(
                yoy(before).of("2025-06", value).contains(&"rate_beyond_hundred"),
                want,
                "{before:?} {value}"
            );
        }
    }

    #[test]
    fn a_share_is_within_the_whole() {
        let share = |name| Case { habit: (name, "%"), figure: Figure::Level, ..yoy(&[]) };
        for (name, value, want) in [
            ("民间投资占比", "104", true),
            ("民间投资占比", "-2", true),
            ("民间投资占比", "60.5", false),
            ("污水处理率", "100", false),
            ("城镇调查失业率", "130", true),
            ("增速", "-3.4", false),
            ("投资完成率", "104", false),
            ("拨备覆盖率", "220", false),
            ("资产负债率", "108", false),
        ] {
            assert_eq!(
                share(name).of("2025-06", value).contains(&"share_out_of_range"),
                want,
                "{name} {value}"
            );
        }
    }

    #[test]
    fn a_preliminary_value_after_the_final_one_is_told() {
        let fresh = |status| Fresh {
            number: number("2025-06", "82"),
            basis: Basis::Cumulative,
            figure: Figure::Level,
            status,
        };
        let beside = Neighbours { is_final: true, same: Some(d("70")), ..Neighbours::default() };
        let of = |status| {
            doubts(&fresh(status), Habit::of("投资", "亿元"), &beside).contains(Doubt::PreliminaryAfterFinal)
        };
        assert!(of(Status::Preliminary) && !of(Status::Final) && !of(Status::Forecast));
    }

    #[test]
    fn places_and_plain_amounts_are_not_doubted() {
        let place = Case { figure: Figure::Rank, ..yoy(&[("2025-05", "1")]) };
        assert_eq!(place.of("2025-06", "14"), NONE);
        assert_eq!(total(&[("2025-05", "2200.5")]).of("2025-06", "2670.3"), NONE);
    }
}
