//! The parsed promise of an indicator.

use chrono::Datelike as _;
use rust_decimal::Decimal;

pub use super::kind::Kind;
use super::kind::{TargetNumber, WayFrom};
use super::pace::is_percent;
use super::phrase::{self, names_other};
use super::{Basis, Better, Curve, Doubt, DoubtSet, Invalid, Period, invalid, lengths, quantity, text_enum};

text_enum! {
    /// How actual and promised value are compared.
    Comparator "comparator" {
        /// At least (以上、不低于、达到).
        AtLeast = ">=",
        /// At most (以内、不超过、以下).
        AtMost = "<=",
        /// More than (突破、高于).
        Above = ">",
        /// Less than (低于).
        Below = "<",
        /// Exactly as planned (增长4.5%).
        Equal = "=",
        /// About (左右).
        About = "~",
        /// Between two values.
        Range = "range",
    }
}

/// Units of growth beside per cent.
const RATES: [&str; 4] = ["倍", "成", "‰", "番"];

/// The parsed promise (目标); build it as a literal, then pass it through [`Target::checked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Sort of promise.
    pub kind: Kind,
    /// How it is compared; `None` for kinds without a number.
    pub comparator: Option<Comparator>,
    /// The promised value, in `unit`.
    pub value: Option<Decimal>,
    /// The upper end of a range, in `unit`.
    pub value_hi: Option<Decimal>,
    /// Unit as written (`万家`, `%`, `个百分点`); empty for kinds without a number.
    pub unit: String,
    /// The softening or hardening word (力争, 以上); kept as written.
    pub hedge: Option<String>,
    /// The phrase it came from, or one generated from the structure.
    pub phrase: String,
    /// What it is compared with: a region code or name, or a measure's name, for the `versus_` kinds.
    pub benchmark: Option<String>,
}

impl Target {
    /// Checks that the parts fit the kind: numbers where one is promised, an upper end only for ranges,
    /// a unit with every number, ends in order.
    pub fn checked(self) -> Result<Self, Invalid> {
        if self.kind.needs_value() && self.value.is_none() {
            return Err(Invalid::new("value", "required", format!("{}类目标必须有目标值。", self.kind)));
        }
        if self.value.is_some() && self.unit.trim().is_empty() {
            return Err(Invalid::new("unit", "required", "目标值缺少计量单位，请填写，如“%”“万人”。"));
        }
        if self.value.is_some() && self.comparator.is_none() {
            return Err(Invalid::new("comparator", "required", "有目标值时必须写明比较符，如“>=”。"));
        }
        let is_range = self.comparator == Some(Comparator::Range);
        if is_range != self.value_hi.is_some() {
            return Err(Invalid::new(
                "value_hi",
                "range_ends",
                "区间目标须同时填写下限和上限，其他目标只填一个值。",
            ));
        }
        if let (Some(low), Some(high)) = (self.value, self.value_hi)
            && high < low
        {
            return Err(Invalid::new("value_hi", "range_order", "区间上限小于下限，请核对。"));
        }
        if self.kind.row().is_comparison() && self.benchmark.is_none() {
            return Err(Invalid::new("benchmark", "required", "对比类目标须写明对比对象，如“全国平均”。"));
        }
        for value in [self.value, self.value_hi].into_iter().flatten() {
            quantity::checked("value", value)?;
        }
        self.expect_judgeable()?;
        let phrase = invalid::text("phrase", &self.phrase, lengths::PHRASE)?;
        Ok(Self { phrase, unit: self.unit.trim().to_owned(), ..self })
    }

    /// Refuses a number that no figure could ever be held against: growth in an amount, a place that is none, a limit that
    /// is to be exceeded, a node of less than nothing.
    fn expect_judgeable(&self) -> Result<(), Invalid> {
        let Some(value) = self.value else { return Ok(()) };
        let row = self.kind.row();
        let at_least = matches!(self.comparator, Some(Comparator::AtLeast | Comparator::Above));
        let in_places = !is_percent(&self.unit);
        if row.number == TargetNumber::InPercent
            && !is_percent(&self.unit)
            && !RATES.contains(&self.unit.as_str())
        {
            let detail = format!("{}类目标以百分比计，单位不能是“{}”，请写“%”。", self.kind, self.unit);
            return Err(Invalid::new("unit", "unit_mismatch", detail));
        }
        if row.number == TargetNumber::Place {
            if in_places && (value < Decimal::ONE || !value.is_integer()) {
                return Err(Invalid::new("value", "not_a_place", "位次应为1以上的整数，如5表示第5位。"));
            }
            if at_least {
                let detail = "位次以数字小为好，比较符请用“<=”（如进入前5位）。";
                return Err(Invalid::new("comparator", "wrong_way", detail));
            }
        }
        if row.limit && at_least {
            let detail = "控制类目标不能以“不低于”为界，比较符请用“<=”，或改用其他目标类型。";
            return Err(Invalid::new("comparator", "wrong_way", detail));
        }
        if row.way == WayFrom::Nodes && value <= Decimal::ZERO {
            return Err(Invalid::new("value", "out_of_range", "节点类目标的数值应大于0。"));
        }
        Ok(())
    }

    /// A lid on a rate of growth (债务余额增速控制在8%以内) as the growth target it is for a measure that is not itself a
    /// percentage; any other target as it is.
    #[must_use]
    pub fn held_by_growth(self, measure_unit: &str) -> Self {
        const GROWTH: [&str; 4] = ["增速", "增幅", "涨幅", "增长"];
        let growth = self.kind == Kind::Cap
            && is_percent(&self.unit)
            && !is_percent(measure_unit)
            && GROWTH.iter().any(|word| self.phrase.contains(word));
        if growth { Self { kind: Kind::Growth, ..self } } else { self }
    }

    /// What is added to a stock or taken off it (规上工业企业净增300家, 化解隐性债务6.5亿元) as the change it is for a measure that
    /// counts how much there is on a day; any other target as it is. A measure called by what is added (新增就业) counts from
    /// nothing.
    #[must_use]
    pub fn held_by_change(self, measure: &str, basis: Basis, better: Better) -> Self {
        const ADDED: [&str; 4] = ["净增", "新增", "增加", "净增加"];
        const TAKEN: [&str; 7] = ["化解", "减少", "压减", "压降", "削减", "消化", "处置"];
        let says =
            |words: &[&str]| words.iter().any(|word| self.phrase.contains(word) && !measure.contains(word));
        let moves = match better {
            Better::Lower => says(&TAKEN),
            Better::Higher | Better::Hold => says(&ADDED),
        };
        let amount = matches!(self.kind, Kind::Total | Kind::Range);
        let floor = !matches!(self.comparator, Some(Comparator::AtMost | Comparator::Below));
        let change = amount && floor && basis == Basis::Point && moves;
        if change { Self { kind: Kind::Change, ..self } } else { self }
    }

    /// A limit of nothing (零发生, 清零) in the measure's unit: none is none in every unit, and the phrase seldom says one.
    #[must_use]
    pub fn none_in(self, measure_unit: &str) -> Self {
        let nothing = self.kind == Kind::Cap && self.value.is_some_and(|value| value.is_zero());
        if nothing { Self { unit: measure_unit.to_owned(), ..self } } else { self }
    }

    /// Whether the phrase speaks of another measure than the one called `measure` or one of its `aliases`.
    fn names_other(&self, measure: &str, aliases: &[String]) -> bool {
        let mut names = std::iter::once(measure).chain(aliases.iter().map(String::as_str));
        !names.any(|name| self.says(name))
            && names_other(&self.phrase, measure, aliases.iter().map(String::as_str))
    }

    /// Whether the phrase has this name in it, as most have that of their measure: told without reading it.
    pub fn says(&self, name: &str) -> bool {
        !name.is_empty() && self.phrase.contains(name)
    }

    /// What is odd about the promise itself: its phrase speaks of another measure, or of a deadline that is not the end of
    /// `window` and that no dated node says.
    pub fn doubts(&self, (measure, aliases): (&str, &[String]), window: Period, curve: &Curve) -> DoubtSet {
        let mut doubts = DoubtSet::default();
        if self.names_other(measure, aliases) {
            doubts.insert(Doubt::OtherMeasure);
        }
        if !matches!(curve, Curve::Nodes(_)) && self.says_another_deadline(window) {
            doubts.insert(Doubt::DeadlineInPhrase);
        }
        doubts
    }

    /// Whether the phrase names a day to be done by that is not the end of `window` (5月底前, 到2027年): a target has no room
    /// for one, so that it is judged by the end all the same.
    fn says_another_deadline(&self, window: Period) -> bool {
        const WITHIN_A_YEAR: [&str; 6] = ["月", "季度", "半年", "节前", "日前", "旬"];
        // The reader takes these for the end of the plan, which is that of a year.
        const YEAR_END: [&str; 5] = ["年底", "年末", "12月底", "12月31日", "四季度末"];
        // Most phrases name no day, and are not read.
        let names_day =
            self.phrase.contains('年') || WITHIN_A_YEAR.iter().any(|word| self.phrase.contains(word));
        if !names_day || self.kind == Kind::Milestone {
            return false;
        }
        if window.end().month() != 12 && YEAR_END.iter().any(|word| self.phrase.contains(word)) {
            return true;
        }
        let (year, own) = (format!("{}年", window.end().year()), names_of_end(window));
        let is_other = |part: &String| {
            let other_year =
                part.match_indices('年').filter_map(|(at, _)| part[..at].get(at.checked_sub(4)?..)).any(
                    |digits| digits.bytes().all(|one| one.is_ascii_digit()) && format!("{digits}年") != year,
                );
            let by = ["到", "至", "前", "底", "内", "末"].iter().any(|word| part.contains(word));
            let is_end = !other_year && own.iter().any(|name| stands_alone(part, name));
            (by && other_year) || WITHIN_A_YEAR.iter().any(|word| part.contains(word)) && !is_end
        };
        phrase::parse(&self.phrase).unparsed.iter().any(is_other)
    }

    /// The factor that turns the target's unit into the measure's (`万家` → `家` is 10000).
    /// Growth and comparisons are in percent or points and ranks in places, whatever the measure's unit is; growth by
    /// so many times (增长2倍) is so many hundred percent.
    pub fn factor_to(&self, measure_unit: &str) -> Result<Decimal, Invalid> {
        if self.unit.is_empty() {
            return Ok(Decimal::ONE);
        }
        if self.kind.row().has_unit_of_its_own() {
            return Ok(match self.unit.as_str() {
                "倍" => Decimal::ONE_HUNDRED,
                "成" => Decimal::TEN,
                "‰" => Decimal::new(1, 1),
                _ => Decimal::ONE,
            });
        }
        quantity::factor(&self.unit, measure_unit).ok_or_else(|| {
            Invalid::new(
                "unit",
                "unit_mismatch",
                format!("目标单位“{}”与指标单位“{measure_unit}”不能换算，请核对。", self.unit),
            )
        })
    }
}

/// What the last day of a window that ends with its month is called: 6月底, 6月30日, 上半年, 二季度末.
fn names_of_end(window: Period) -> Vec<String> {
    let (end, month) = (window.end(), window.end().month());
    if end.succ_opt().is_none_or(|next| next.day() != 1) {
        return vec![format!("{month}月{}日", end.day())];
    }
    let mut names = vec![format!("{month}月底"), format!("{month}月末"), format!("{month}月{}日", end.day())];
    names.extend((month == 6).then(|| "上半年".to_owned()));
    let quarter =
        ["一季度末", "二季度末", "三季度末", "四季度末"].get((month / 3) as usize - usize::from(month >= 3));
    names.extend(quarter.filter(|_| month % 3 == 0).map(|name| (*name).to_owned()));
    names
}

/// Whether the name stands in the text and is not the end of a longer number (2月底 in 12月底).
fn stands_alone(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| !text[..at].ends_with(|before: char| before.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn target(kind: Kind, value: i64, unit: &str) -> Target {
        Target {
            kind,
            comparator: Some(Comparator::AtMost),
            value: Some(value.into()),
            value_hi: None,
            unit: unit.to_owned(),
            hedge: None,
            phrase: "目标".to_owned(),
            benchmark: None,
        }
    }

    #[test]
    fn none_is_none_in_every_unit_and_places_have_their_own() {
        assert_eq!(target(Kind::Cap, 0, "").none_in("件").unit, "件");
        assert_eq!(target(Kind::Cap, 3, "起").none_in("件").unit, "起");
        assert_eq!(target(Kind::Rank, 5, "位").factor_to("亿元").unwrap(), Decimal::ONE);
    }

    #[test]
    fn what_is_added_to_a_stock_is_a_change_of_it() {
        let kind = |phrase: &str, measure: &str, basis, better| {
            let target = phrase::parse(phrase).targets.pop().unwrap().promise(phrase);
            target.held_by_change(measure, basis, better).kind
        };
        let point = Basis::Point;
        for (phrase, measure, basis, better, want) in [
            ("规上工业企业净增300家", "规上工业企业", point, Better::Higher, Kind::Change),
            ("新增规上工业企业300家", "规上工业企业", point, Better::Higher, Kind::Change),
            ("规上工业企业较上年净增300家以上", "规上工业企业", point, Better::Higher, Kind::Change),
            ("存款余额新增100亿元", "存款余额", point, Better::Higher, Kind::Change),
            ("通车里程新增120公里", "高速公路通车里程", point, Better::Higher, Kind::Change),
            ("新增床位200张", "床位", point, Better::Higher, Kind::Change),
            ("化解隐性债务6.5亿元", "隐性债务", point, Better::Lower, Kind::Change),
            ("减少财政供养人员200名", "财政供养人员", point, Better::Lower, Kind::Change),
            ("化解隐性债务6.5亿元", "化解隐性债务", point, Better::Higher, Kind::Total),
            ("新增就业3万人", "新增就业", point, Better::Higher, Kind::Total),
            ("新增规上工业企业300家", "规上工业企业", Basis::Cumulative, Better::Higher, Kind::Total),
            ("规上工业企业达到2000家", "规上工业企业", point, Better::Higher, Kind::Level),
            ("拥有执业医师2800人", "执业医师", point, Better::Higher, Kind::Level),
            ("新增债务不超过30亿元", "债务", point, Better::Lower, Kind::Cap),
        ] {
            assert_eq!(kind(phrase, measure, basis, better), want, "{phrase} of {measure}");
        }
    }

    #[test]
    fn growth_by_so_many_times_is_so_many_hundred_percent() {
        for (unit, want) in [("倍", "100"), ("成", "10"), ("‰", "0.1"), ("%", "1"), ("个百分点", "1")]
        {
            let factor = target(Kind::Growth, 2, unit).factor_to("亿元").unwrap();
            assert_eq!(factor, want.parse().unwrap(), "{unit}");
        }
    }

    fn deadline_doubted(phrase: &str, (start, end): (&str, &str), curve: &Curve) -> bool {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let window = Period::new(day(start), day(end)).unwrap();
        let one = phrase::parse(phrase).targets.pop().unwrap_or_else(|| panic!("{phrase}"));
        one.promise(phrase).doubts(("某指标", &[]), window, curve).contains(Doubt::DeadlineInPhrase)
    }

    #[test]
    fn a_deadline_that_is_not_the_windows_end_is_a_doubt() {
        let year = ("2025-01-01", "2025-12-31");
        let half = ("2025-01-01", "2025-06-30");
        for (phrase, window, doubted) in [
            ("5月底前完成60亿元", year, true),
            ("新增就业（6月30日前）3万人", year, true),
            ("技改投资上半年完成60亿元", year, true),
            ("国庆节前建成口袋公园10个", year, true),
            ("到2027年高新技术企业达到1000家", year, true),
            ("2025年10月30日前建成投用3条", year, true),
            ("2025年社会消费品零售总额增长5.5%以上", year, false),
            ("到2025年高新技术企业达到1000家", year, false),
            ("2025年12月31日前完成筛查100人次", year, false),
            ("年底前新增就业7万人", year, false),
            ("社零增长5.5%以上", year, false),
            ("能耗强度较2020年下降13%", year, false),
            ("由-3%转为正增长", year, false),
            // The end of a window that is no year is said in its own words.
            ("6月底前完成60亿元", half, false),
            ("新增就业（6月30日前）3万人", half, false),
            ("技改投资上半年完成60亿元", half, false),
            ("5月底前完成60亿元", half, true),
            ("2026年6月底前完成60亿元", half, true),
            ("年底前新增就业7万人", half, true),
            ("三季度末建成保障房2000套", ("2025-01-01", "2025-09-30"), false),
            // Before a quarter or by its end: whoever entered it is asked.
            ("三季度前建成保障房2000套", ("2025-01-01", "2025-09-30"), true),
            ("12月底前完成60亿元", ("2025-01-01", "2025-02-28"), true),
        ] {
            assert_eq!(
                deadline_doubted(phrase, window, &Curve::LinearMonths),
                doubted,
                "{phrase} {window:?}"
            );
            assert!(!deadline_doubted(phrase, window, &Curve::Nodes(Vec::new())), "{phrase}");
        }
    }
}
