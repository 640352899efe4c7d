//! Do what the letter says and you make it: the sentence as it is printed is read back, done by the basis of its measure, and
//! judged at the window's end.

use super::*;
use rust_decimal::RoundingStrategy;

/// What somebody does who follows a sentence: the values that the window may end with, and those that fall one unit short.
struct Done {
    good: Vec<Decimal>,
    bad: Vec<Decimal>,
}

/// The number after a mark, with a unit of its last place, and what follows it: of 后6个月月均需完成7.59万人 and 需完成 7.59.
fn after<'t>(text: &'t str, mark: &str) -> Option<(Decimal, Decimal, &'t str)> {
    let rest = text.split_once(mark)?.1;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number: Decimal = rest[..end].parse().ok()?;
    Some((number, Decimal::new(1, number.scale()), &rest[end..]))
}

/// The first number that follows one of these words.
fn first(text: &str, marks: &[&str]) -> Option<(Decimal, Decimal)> {
    marks.iter().find_map(|mark| after(text, mark)).map(|(number, unit, _)| (number, unit))
}

/// The part of the year that is over by a day, as the year's twelfths and days of a month.
fn elapsed(day: NaiveDate) -> Decimal {
    use chrono::Datelike as _;
    let days = Decimal::from(day.day()) / Decimal::from(day.num_days_in_month());
    (Decimal::from(day.month0()) + days) / Decimal::from(12)
}

impl Case {
    fn last(&self) -> &Observation {
        self.own.iter().max_by_key(|fact| fact.period.end()).unwrap()
    }

    /// The value at the window's end, where what comes is `value` for each period to come: a running mean or share of the year
    /// takes the months that are over with it.
    fn blended(&self, actual: Decimal, value: Decimal) -> Decimal {
        if self.measure.basis != Basis::Cumulative {
            return value;
        }
        let part = elapsed(self.last().period.end());
        (part * actual + (Decimal::ONE - part) * value).round_dp(18)
    }

    /// What the sentence comes to. A sentence that this cannot read is a fault of the book.
    fn followed(&self, need: &str, actual: Decimal) -> Done {
        let months =
            after(need, "后").filter(|(.., rest)| rest.starts_with("个月")).map(|(months, ..)| months);
        let whole = need.contains("全年累计") || need.contains("全年平均须");
        let come = |value: Decimal| if whole { value } else { self.blended(actual, value) };
        let two = |good: Decimal, bad: Decimal| Done { good: vec![good], bad: vec![bad] };
        let amount = ["需再完成", "需完成", "需净增", "需增加", "需提高"];
        let falls = ["需减少", "需下降"];
        if need.contains("月均需")
            || need.contains("合计需")
            || need.starts_with("最后1个月需") && !need.contains("以上")
        {
            let times = if need.contains("月均需") { months.unwrap() } else { Decimal::ONE };
            let (sign, (each, unit)) = match first(need, &amount) {
                Some(found) => (Decimal::ONE, found),
                None => (-Decimal::ONE, first(need, &falls).unwrap()),
            };
            let end = |each: Decimal| actual + sign * each * times;
            return two(end(each), end(each - unit));
        }
        if let Some((sum, unit)) = first(need, &["合计不超过", "最后1个月不超过"]) {
            let mean = after(need, "月均不超过").map(|(mean, ..)| mean * months.unwrap());
            // Of whole things no part is used.
            let whole = |used: Decimal| {
                used.round_dp_with_strategy(sum.scale(), RoundingStrategy::ToNegativeInfinity)
            };
            let good = [Some(sum), mean.map(whole)].into_iter().flatten().map(|used| actual + used);
            return Done { good: good.collect(), bad: vec![actual + sum + unit] };
        }
        if need.contains("不得再增加") || need.contains("保持零发生") {
            return two(actual, actual + Decimal::ONE);
        }
        if !whole && need.contains("个月") && !need.contains("上年同期") {
            // The growth of the rest of a year that is even.
            let (rate, unit) = first(need, &["需增长", "增速不超过", "降幅不超过", "需下降"]).unwrap();
            let (rate, more) = match () {
                () if need.contains("需增长") => (rate, -unit),
                () if need.contains("增速不超过") => (rate, unit),
                () if need.contains("降幅不超过") => (-rate, -unit),
                () => (-rate, unit),
            };
            return two(self.blended(actual, rate), self.blended(actual, rate + more));
        }
        self.reached(need, come)
    }

    /// The same of a sentence that names what the year is to come to.
    fn reached(&self, need: &str, come: impl Fn(Decimal) -> Decimal) -> Done {
        let two = |good: Decimal, bad: Decimal| Done { good: vec![good], bad: vec![bad] };
        let unit = Decimal::new(1, 2);
        if need.contains("不低于上年同期") {
            return two(come(Decimal::ZERO), come(-unit));
        }
        if need.contains("不高于上年同期") {
            return two(come(Decimal::ZERO), come(unit));
        }
        if need.contains("正增长") || need.contains("同比增长") {
            return two(come(unit), come(Decimal::ZERO));
        }
        if need.contains("同比下降") {
            return two(come(-unit), come(Decimal::ZERO));
        }
        if matches!(self.target.kind, Kind::VersusBenchmark | Kind::VersusIndicator) {
            // The other stays where it is.
            let other = self.other.last().unwrap().value;
            let margin = first(need, &["平均水平"]).map(|(margin, _)| margin);
            return match margin {
                Some(margin) => two(come(other + margin), come(other + margin - unit)),
                None if need.contains("须低于") => two(come(other - unit), come(other)),
                None if need.contains("须不低于") => two(come(other), come(other - unit)),
                None => two(come(other + unit), come(other)),
            };
        }
        if let Some((least, _)) = first(need, &["降幅须扩大到"]) {
            return two(come(-least), come(-least + unit));
        }
        if let Some((mark, _)) = first(need, &["高于"]) {
            return two(come(mark + unit), come(mark));
        }
        if let Some((mark, _)) = first(need, &["低于上年的"]) {
            return two(come(mark - Decimal::ONE), come(mark));
        }
        if let Some((mark, _)) = first(need, &["低于"]) {
            return two(come(mark - unit), come(mark));
        }
        if let Some((mark, _)) = first(need, &["须提高到", "须保持在", "须达到"]) {
            return two(come(mark), come(mark - unit));
        }
        let (mark, _) =
            first(need, &["须降至", "须控制在"]).unwrap_or_else(|| panic!("{}: {need}", self.about));
        two(come(mark), come(mark + unit))
    }

    /// The grade when the window ends with a value.
    fn ends_with(&self, value: Decimal) -> Grade {
        let mut own = self.own.clone();
        let figure = self.last().figure;
        let averaged = self.line(1).averaged;
        let sums = self.measure.basis == Basis::Period && self.target.kind == Kind::Total;
        let value = if sums || averaged {
            // Reported by the month: the last one brings what the others did not.
            let window = self.window;
            let so_far = own.iter().filter(|fact| fact.period.end() <= window.end());
            let (last, sum) = (self.last().period.end(), so_far.map(|fact| fact.value).sum::<Decimal>());
            let mut next = last.succ_opt().unwrap();
            while next < window.end() {
                let end = next.checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap();
                let at = observation(Basis::Period, figure, &end.to_string(), "0");
                own.push(at);
                next = end.succ_opt().unwrap();
            }
            let last = own.last_mut().unwrap();
            let all = if averaged { value * Decimal::from(window.months()) } else { value };
            last.value = all - sum;
            return self.graded(&own);
        } else {
            value
        };
        let at = observation(self.measure.basis, figure, &self.window.end().to_string(), "0");
        own.push(Observation { value, ..at });
        self.graded(&own)
    }

    fn graded(&self, own: &[Observation]) -> Grade {
        let end = self.window.end().to_string();
        let others = self.other.last().map(|other| Observation {
            value: other.value,
            ..observation(self.measure.basis, other.figure, &end, "0")
        });
        let others: Vec<Observation> = self.other.iter().cloned().chain(others).collect();
        Case { own: own.to_vec(), other: others, ..self.copied() }.line(1).grade.unwrap()
    }
}

impl Case {
    /// What is wrong with the sentence, done and one unit less than done.
    fn faults(&self, need: &str, actual: Decimal) -> Vec<String> {
        let done = self.followed(need, actual);
        let fault = |value: &Decimal, kept: bool| {
            let grade = self.ends_with(*value);
            let wrong = (grade == Grade::Achieved) != kept;
            wrong.then(|| format!("{} {actual}: {need}; ends with {value}: {grade}", self.about))
        };
        let good = done.good.iter().filter_map(|value| fault(value, true));
        // 左右 forgives what falls a little short.
        let exact = self.target.comparator != Some(Comparator::About);
        let bad = done.bad.iter().filter(|_| exact).filter_map(|value| fault(value, false));
        good.chain(bad).chain(self.asked_twice(need)).collect()
    }

    /// A number for each month that comes to more than there is to do, by over half of a month's.
    fn asked_twice(&self, need: &str) -> Option<String> {
        let each =
            need.contains("月均需").then(|| first(need, &["完成", "净增", "提高", "减少", "下降"]))??.0;
        let months = after(need, "后")?.0;
        let left = self.line(1).need?.left?.printed();
        let twice = (each * months - left) * months * Decimal::TWO > left;
        twice.then(|| format!("{}: {need}; {left} are left", self.about))
    }
}

/// Measures and promises that differ in what is asked for, with where their way starts and where it ends.
fn promises() -> Vec<(Case, &'static str, &'static str)> {
    use Basis::{Cumulative as C, Period as M, Point as P};
    use Better::{Higher as H, Lower as L};
    use Comparator::{Above, AtLeast, AtMost, Below, Range};
    let case = |about, of, promise| Case::new(about, of, promise);
    vec![
        (case("总量", ("就业", "人", C, H, 0), (Kind::Total, AtLeast, "70", "人")), "0", "70"),
        (case("总量", ("就业", "人", C, H, 0), (Kind::Total, Above, "70", "人")), "0", "70"),
        (case("总量", ("投资", "亿元", C, H, 1), (Kind::Total, AtLeast, "70", "亿元")), "0", "70"),
        (case("区间", ("成果", "项", C, H, 0), (Kind::Range, Range, "5", "项")).to("7"), "0", "5"),
        (case("存量", ("企业", "家", P, H, 0), (Kind::Level, AtLeast, "20", "家")).from("12"), "12", "20"),
        (
            case("存量", ("企业", "家", P, H, 0), (Kind::Level, Above, "1800", "家")).from("1500"),
            "1500",
            "1800",
        ),
        (
            case("压减", ("产能", "万吨", P, L, 1), (Kind::Level, AtMost, "80", "万吨")).from("100"),
            "100",
            "80",
        ),
        (case("增速", ("投资", "亿元", C, H, 1), (Kind::Growth, AtLeast, "4.5", "%")), "-9", "4.5"),
        (case("增速", ("投资", "亿元", C, H, 1), (Kind::Growth, Above, "0", "%")), "-9", "1"),
        (case("增速", ("投资", "亿元", M, H, 1), (Kind::Growth, AtLeast, "0", "%")), "-9", "1"),
        (case("增速", ("债务", "亿元", C, L, 1), (Kind::Growth, AtMost, "8", "%")), "16", "8"),
        (case("降幅", ("能耗", "吨", C, L, 1), (Kind::Growth, AtLeast, "3", "%")), "4", "-3"),
        (case("降幅", ("能耗", "吨", P, L, 1), (Kind::Growth, AtMost, "-3", "%")), "4", "-3"),
        (case("占比", ("占比", "%", P, H, 1), (Kind::Share, AtLeast, "60", "%")), "40", "60"),
        (case("占比", ("占比", "%", C, H, 1), (Kind::Share, AtLeast, "60", "%")), "40", "60"),
        (case("占比", ("占比", "%", C, H, 1), (Kind::Share, Above, "60", "%")), "40", "60"),
        (case("占比", ("占比", "%", P, H, 1), (Kind::Share, AtLeast, "85", "%")).from("20"), "20", "85"),
        (case("覆盖", ("筛查率", "%", C, H, 1), (Kind::Coverage, AtLeast, "100", "%")), "80", "100"),
        (
            case("增量", ("城镇化率", "%", P, H, 1), (Kind::Change, AtLeast, "1.1", "个百分点")).from("59.8"),
            "59.8",
            "60.9",
        ),
        (
            case("上限", ("浓度", "微克/立方米", C, L, 1), (Kind::Cap, AtMost, "37", "微克/立方米")),
            "52",
            "37",
        ),
        (case("上限", ("浓度", "微克/立方米", P, L, 1), (Kind::Cap, Below, "37", "微克/立方米")), "52", "37"),
        (case("上限", ("占比", "%", C, L, 1), (Kind::Cap, AtMost, "30", "%")), "40", "30"),
        (case("累计上限", ("投诉", "件", C, L, 0), (Kind::Cap, AtMost, "100", "件")), "0", "100"),
        (case("累计上限", ("投诉", "件", C, L, 0), (Kind::Cap, Below, "100", "件")), "0", "100"),
        (case("累计上限", ("排放", "万吨", C, L, 1), (Kind::Cap, AtMost, "100", "万吨")), "0", "100"),
        (
            case("收窄", ("进出口", "亿元", C, H, 1), (Kind::Narrowing, Above, "", "")).from("-8.5"),
            "-17",
            "-8.5",
        ),
        (case("趋势", ("进出口", "亿元", C, H, 1), (Kind::Trend, Above, "", "")), "-8", "1"),
        (
            case("对比", ("外资", "亿元", C, H, 1), (Kind::VersusBenchmark, Above, "1.5", "个百分点")),
            "-3",
            "4.5",
        ),
        (case("对比", ("外资", "亿元", M, H, 1), (Kind::VersusBenchmark, Above, "", "")), "-3", "3"),
        (case("对比", ("外资", "亿元", C, H, 1), (Kind::VersusBenchmark, AtLeast, "", "")), "-3", "3"),
    ]
}

/// The same beside the book: promises of every sort, from different months, at different parts of the way.
#[test]
fn who_does_what_is_printed_makes_it_from_wherever_he_stands() {
    let templates = Templates::built_in().unwrap();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (promise, start, finish) in promises() {
        let ends = ["2025-02-28", "2025-04-30", "2025-07-31", "2025-10-31", "2025-11-30"];
        for (end, tenths) in ends.iter().flat_map(|end| [-1, 1, 4, 8, 9, 11].map(|tenths| (*end, tenths))) {
            let way = n(start) + (n(finish) - n(start)) * Decimal::new(tenths, 1);
            let counts = way.is_sign_negative() && start == "0";
            if counts {
                continue;
            }
            let actual = way.round_dp(promise.measure.precision);
            let mut case = promise.copied().at(end, &actual.to_string());
            if case.target.kind == Kind::VersusBenchmark {
                case = case.against("全省平均水平", end, "3");
            }
            let line = case.line(1);
            if line.need.is_none()
                || !matches!(line.grade, Some(Grade::Watch | Grade::Behind | Grade::Critical))
            {
                continue;
            }
            let text = templates.render(&letters::about(LetterKind::Warning, &[line])).unwrap().text;
            let need = text.split("要完成目标，").nth(1).and_then(|rest| rest.split_once("。")).unwrap().0;
            asked += 1;
            wrong.extend(case.faults(need, actual).into_iter().map(|fault| format!("{end} {fault}")));
        }
    }
    assert!(asked > 300, "{asked}");
    assert!(wrong.is_empty(), "{} of {asked}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn who_does_what_is_printed_makes_it() {
    use chrono::Datelike as _;
    let mut wrong = Vec::new();
    for case in cases::all().iter().filter(|case| !case.need.is_empty() && case.line(1).kind != Kind::Rank) {
        let need = needed(case);
        let by_level = case.target.kind == Kind::Trend && case.last().figure == Figure::Level;
        if by_level && !need.contains("上年的") {
            // Less than last year's: how much that was is not known.
            continue;
        }
        if case.window.start().year() != case.window.end().year() || case.asked.is_some() {
            // The end is judged by one year's figures, from the last one on.
            continue;
        }
        wrong.extend(case.faults(&need, case.line(1).actual.unwrap().value));
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The sentence as the letter prints it.
fn needed(case: &Case) -> String {
    let facts = letters::about(LetterKind::Warning, &[case.line(1)]);
    let text = Templates::built_in().unwrap().render(&facts).unwrap().text;
    let said = text.split("要完成目标，").nth(1).and_then(|rest| rest.split_once("。"));
    said.unwrap_or_else(|| panic!("{} asks for nothing", case.about)).0.to_owned()
}
