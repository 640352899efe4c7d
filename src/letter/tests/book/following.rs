//! Do what the letter says and you make it: the sentence as it is printed is read back, done by the basis of its measure, and
//! judged at the window's end.

use super::*;
use rust_decimal::RoundingStrategy;

/// What somebody does who follows a sentence: the values that the window may end with, and those that fall one unit short.
struct Done {
    good: Vec<Decimal>,
    bad: Vec<Decimal>,
}

/// The number before a mark, with its places: of 后6个月月均需完成7.59万人 and 需完成 it is 7.59.
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
        let whole = need.contains("全年累计");
        let come = |value: Decimal| if whole { value } else { self.blended(actual, value) };
        let two = |good: Decimal, bad: Decimal| Done { good: vec![good], bad: vec![bad] };
        let amount = ["需再完成", "需完成", "需净增", "需提高"];
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
        if !whole && need.contains("个月") {
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
        let unit = Decimal::new(1, 2);
        if need.contains("正增长") || need.contains("同比增长") {
            return two(come(unit), come(Decimal::ZERO));
        }
        if need.contains("同比下降") {
            return two(come(-unit), come(Decimal::ZERO));
        }
        if self.target.kind == Kind::VersusBenchmark {
            // The other stays where it is.
            let other = self.other.last().unwrap().value;
            let margin = first(need, &["平均水平"]).map(|(margin, _)| margin);
            return match margin {
                Some(margin) => two(come(other + margin), come(other + margin - unit)),
                None => two(come(other + unit), come(other)),
            };
        }
        if let Some((least, _)) = first(need, &["降幅须扩大到"]) {
            return two(come(-least), come(-least + unit));
        }
        if let Some((mark, _)) = first(need, &["高于"]) {
            return two(come(mark + unit), come(mark));
        }
        if let Some((mark, _)) = first(need, &["须提高到", "须保持在", "须达到", "低于上年的"])
        {
            if need.contains("低于") {
                return two(come(mark - Decimal::ONE), come(mark));
            }
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
        let value = if self.measure.basis == Basis::Period && self.target.kind == Kind::Total {
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
            last.value = value - sum;
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

#[test]
fn who_does_what_is_printed_makes_it() {
    let mut wrong = Vec::new();
    for case in cases::all().iter().filter(|case| !case.need.is_empty() && case.target.kind != Kind::Rank) {
        let need = needed(case);
        let by_level = case.target.kind == Kind::Trend && case.last().figure == Figure::Level;
        if by_level && !need.contains("上年的") {
            // Less than last year's: how much that was is not known.
            continue;
        }
        let done = case.followed(&need, case.line(1).actual.unwrap().value);
        for good in &done.good {
            let grade = case.ends_with(*good);
            if grade != Grade::Achieved {
                wrong.push(format!("{}: {need}; ends with {good}: {grade}", case.about));
            }
        }
        // 左右 forgives what falls a little short.
        for bad in done.bad.iter().filter(|_| case.target.comparator != Some(Comparator::About)) {
            let grade = case.ends_with(*bad);
            if grade == Grade::Achieved {
                wrong.push(format!("{}: {need}; less will do, {bad}", case.about));
            }
        }
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
