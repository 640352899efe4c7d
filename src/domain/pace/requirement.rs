//! A target read together with its measure: which way it binds, and its numbers in the measure's unit.

use rust_decimal::Decimal;

use crate::kind::WayFrom;
use crate::{Basis, Better, Comparator, Kind, Measure, Target};

use super::Missing;
use super::ratio::mul;

/// What a target means for a measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requirement {
    pub(super) kind: Kind,
    /// Whether the value must not be exceeded; otherwise it must be reached.
    pub(super) ceiling: bool,
    /// Whether the value is to be held rather than worked towards (保持).
    pub(super) hold: bool,
    /// The end that binds first, in the measure's unit.
    pub(super) value: Option<Decimal>,
    /// The other end of a range.
    pub(super) far: Option<Decimal>,
    /// What a number in the target's unit was multiplied by.
    pub(super) factor: Decimal,
    /// Whether it was promised as "at most".
    pub(super) at_most: bool,
    /// Whether equality is not enough (突破、高于).
    pub(super) strict: bool,
    /// Whether a little less will do (左右).
    pub(super) about: bool,
    /// Whether it is an aspiration (力争).
    pub(super) soft: bool,
    /// Whether more is no better than less (a measure to be held).
    pub(super) steady: bool,
    /// Whether it binds each month or quarter by itself (每月不超过3起) rather than their sum.
    pub(super) each_period: bool,
    /// Months of what it binds or is the mean of: a month, or a quarter.
    pub(super) each_months: i32,
    /// Whether it is of the mean of the window (年均浓度) rather than of its latest month.
    pub(super) mean: bool,
    /// Whether a rate is of the years of the window on average (年均增长6%).
    pub(super) yearly: bool,
    /// Whether a rate is of the whole way from a base year (较2020年下降13.5%), where that is not the year before.
    pub(super) since_base: bool,
    /// Whether it says that a value must not fall below its number (不低于90分).
    pub(super) floor: bool,
    /// Whether it is of what is counted from nothing (新增5家).
    pub(super) anew: bool,
    /// Whether it is a value held between two ends, which no count of the window is.
    pub(super) between: bool,
    /// Whether it is so many places to move up (前移1位): the place itself is worked out from where it stood.
    pub(super) advances: bool,
    /// Whether it says where a value is to come down to (降至300以下).
    pub(super) comes_down: bool,
}

/// Words of a promise that binds each period by itself.
const EACH_PERIOD: [&str; 6] = ["每月", "每季", "单月", "单季", "当月", "当季"];

/// Words of a promise about the mean of the window, of what does not add up.
const MEAN: [&str; 4] = ["年均", "年平均", "全年平均", "年度平均"];
/// The same of anything: what a month or a quarter brings on average.
const MEAN_OF_PERIODS: [&str; 4] = ["月均", "季均", "月平均", "季平均"];

/// Words of a rate that is the mean of the years' rates.
const YEARLY: [&str; 5] = ["年均", "年平均", "平均每年", "每年平均", "逐年平均"];
/// Words of a rate from the base to the end of a window of several years.
const SINCE_BASE: [&str; 8] =
    ["基期", "累计增长", "累计下降", "累计降低", "累计提高", "累计减少", "五年增长", "五年下降"];

/// Words of quarters among them.
const QUARTERS: [&str; 5] = ["每季", "单季", "当季", "季均", "季平均"];

/// Words of a trend that standing still does not break (只增不减).
const NO_LESS: [&str; 10] =
    ["不减", "不增", "不降", "不升", "不下降", "不上升", "不低于", "不高于", "不超过", "不少于"];

/// Words of a floor that holds from the first day.
const FLOOR: [&str; 4] = ["不低于", "不少于", "保有", "不减少"];
/// Words of what is counted from nothing, even where it is kept as a stock of each day.
const COUNTED_ANEW: [&str; 8] = ["新增", "净增", "新建", "新开", "新培育", "新引进", "完成", "累计"];

/// Words before the number that a value is to come down to.
const COMES_DOWN: [&str; 18] = [
    "降到",
    "降至",
    "降为",
    "减到",
    "减至",
    "减少到",
    "减少至",
    "减为",
    "压到",
    "压至",
    "压减到",
    "压减至",
    "压缩到",
    "压缩至",
    "缩减到",
    "缩减至",
    "下降到",
    "清零",
];

/// Words that make a promise softer.
const SOFT: [&str; 3] = ["力争", "争取", "努力"];
/// Words that say a value is to be held.
const HOLD: [&str; 2] = ["保持", "稳定"];
/// The same before a number, where a phrase cannot mean a name (稳定就业率).
const HELD_AT: [&str; 4] = ["保持在", "稳定在", "维持在", "占比保持"];
/// Words that say a value is to be raised, whatever else is said.
const RAISE: [&str; 5] = ["提高", "提升", "达到", "增加", "上升"];
/// Words that say a rate is one of decline.
const DECLINE: [&str; 6] = ["下降", "降低", "减少", "压减", "压降", "降"];

impl Requirement {
    /// Reads a target. A rate of a lower-is-better measure promised with "at least", or with a word of decline, is a
    /// decline: 能耗强度下降3%以上 is growth of at most −3 %.
    pub(super) fn read(target: &Target, measure: &Measure) -> Result<Self, Missing> {
        let factor = if target.value.is_none() || target.unit == measure.unit {
            Decimal::ONE
        } else {
            target.factor_to(&measure.unit).map_err(|_| Missing::Unit)?
        };
        let scaled = |value: Option<Decimal>| match value {
            Some(value) if factor != Decimal::ONE => mul(value, factor).map(Some),
            other => Ok(other),
        };
        let (low, high) = (scaled(target.value)?, scaled(target.value_hi)?);
        let says = |words: &[&str]| target.hedge.as_deref().is_some_and(|hedge| contains(hedge, words));
        let row = target.kind.row();
        let lower = measure.better == Better::Lower;
        let ceiling = match target.comparator {
            _ if row.limit => true,
            // Narrowing is a rise of the rate, of whatever measure.
            _ if row.way == WayFrom::BaseRate => false,
            // 下降1微克以上 promises a fall: the comparator is of its size.
            _ if row.way == WayFrom::BaselineBy && lower => true,
            Some(Comparator::AtMost | Comparator::Below) => true,
            Some(Comparator::AtLeast | Comparator::Above) => false,
            _ => lower,
        };
        let mut requirement = Self {
            kind: target.kind,
            ceiling,
            hold: measure.better == Better::Hold
                || says(&HOLD)
                || (contains(&target.phrase, &HELD_AT) && !contains(&target.phrase, &RAISE))
                || (row.way == WayFrom::BaselineOrLevel
                    && row.needs_value()
                    && says(&["不低于"])
                    && !contains(&target.phrase, &RAISE)),
            value: low,
            far: high,
            factor,
            at_most: matches!(target.comparator, Some(Comparator::AtMost | Comparator::Below)),
            strict: match row.way {
                WayFrom::BaseRate if low.is_none() => true,
                // Above by so much or more (高于全省平均1.5个百分点以上): so much is enough.
                WayFrom::OtherSeries if low.is_some_and(|margin| !margin.is_zero()) => false,
                _ => matches!(target.comparator, Some(Comparator::Above | Comparator::Below)),
            },
            // Without a number there is nothing to be about.
            about: target.comparator == Some(Comparator::About) && low.is_some(),
            soft: says(&SOFT),
            steady: measure.better == Better::Hold,
            each_period: binds_each_period(target, measure),
            each_months: if contains(&target.phrase, &QUARTERS) { 3 } else { 1 },
            mean: is_mean(target, measure),
            yearly: contains(&target.phrase, &YEARLY),
            since_base: contains(&target.phrase, &SINCE_BASE) || is_since_a_year(&target.phrase),
            floor: contains(&target.phrase, &FLOOR),
            anew: contains(&target.phrase, &COUNTED_ANEW),
            comes_down: contains(&target.phrase, &COMES_DOWN),
            between: false,
            advances: false,
        };
        requirement.read_as_other_kind(target, measure);
        if row.way == WayFrom::Rate && lower && requirement.is_decline(target) {
            requirement.ceiling = true;
            requirement.value = low.map(|value| -value);
            requirement.far = high.map(|value| -value);
        } else if requirement.ceiling
            && requirement.kind != Kind::Range
            && row.way != WayFrom::BaselineBy
            && high.is_some()
        {
            (requirement.value, requirement.far) = (high, low);
        }
        Ok(requirement)
    }

    /// A share or a stock held between two ends is a range; what is not to be above (or below) last year's is a trend; places to move up
    /// come to a place.
    fn read_as_other_kind(&mut self, target: &Target, measure: &Measure) {
        const LAST_YEAR: [&str; 3] = ["上年", "去年", "上一年"];
        let versus_last_year = target.kind == Kind::VersusBenchmark
            && self.value.is_none_or(|margin| margin.is_zero())
            && target.benchmark.as_deref().is_some_and(|name| LAST_YEAR.iter().any(|y| name.starts_with(y)));
        let held = self.hold && target.comparator == Some(Comparator::Range);
        match target.kind {
            Kind::VersusBenchmark if versus_last_year => self.kind = Kind::Trend,
            Kind::Share | Kind::Coverage | Kind::Level if held && self.far.is_some() => {
                (self.kind, self.between, self.ceiling) = (Kind::Range, true, false);
            }
            Kind::Range if held => {
                self.ceiling = false;
                self.between = measure.basis == Basis::Point && contains(&target.phrase, &HELD_AT);
            }
            Kind::Change if is_place(measure) => {
                (self.kind, self.advances, self.ceiling, self.strict) = (Kind::Rank, true, true, false);
            }
            _ => {}
        }
        if self.kind == Kind::Trend {
            let or_equal = matches!(target.comparator, Some(Comparator::AtLeast | Comparator::AtMost));
            let equal = self.steady || contains(&target.phrase, &NO_LESS) || versus_last_year && or_equal;
            self.strict = !equal;
        }
    }

    /// Whether it is to stay about a value, so that being above it is no better than being below (涨幅2%左右).
    pub(super) fn about_both_ways(&self) -> bool {
        self.about && self.steady && !self.at_most
    }

    fn is_decline(&self, target: &Target) -> bool {
        let positive = self.value.is_some_and(|value| value > Decimal::ZERO);
        positive
            && match target.comparator {
                Some(Comparator::AtLeast | Comparator::Above) => true,
                Some(Comparator::AtMost | Comparator::Below) => false,
                _ => contains(&target.phrase, &DECLINE),
            }
    }
}

fn contains(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether a phrase compares with a year by its number (较2020年, 比2020年, 与2020年相比).
fn is_since_a_year(phrase: &str) -> bool {
    phrase.match_indices(['较', '比', '与', '于']).any(|(at, word)| {
        let mut rest = phrase[at + word.len()..].chars();
        rest.by_ref().take(4).filter(char::is_ascii_digit).count() == 4 && rest.next() == Some('年')
    })
}

/// Whether a measure's own values are places among others.
fn is_place(measure: &Measure) -> bool {
    const PLACES: [&str; 4] = ["排名", "位次", "名次", "排位"];
    matches!(measure.unit.as_str(), "位" | "名") && PLACES.iter().any(|word| measure.name.contains(word))
        || measure.unit == "位"
}

/// Whether a promise is of the mean of the months: of what does not add up the mean of the year (年均浓度), of anything that of its months
/// (月均15件).
fn is_mean(target: &Target, measure: &Measure) -> bool {
    let said = |words: &[&str]| contains(&target.phrase, words) || contains(&measure.name, words);
    let stands_alone = !values_add_up(&measure.name, &measure.unit);
    match measure.basis {
        Basis::Period => contains(&target.phrase, &MEAN_OF_PERIODS) || stands_alone && said(&MEAN),
        // A year to date of what does not add up is its mean already.
        Basis::Cumulative => contains(&target.phrase, &MEAN_OF_PERIODS) && !stands_alone,
        Basis::Point => false,
    }
}

/// Whether a promise binds each month or quarter by itself (每月不超过3起) rather than their sum.
pub fn binds_each_period(target: &Target, measure: &Measure) -> bool {
    let months = match measure.basis {
        Basis::Period => true,
        // Months of a running total are its steps.
        Basis::Cumulative => {
            !target.kind.row().promises_rate() && values_add_up(&measure.name, &measure.unit)
        }
        Basis::Point => false,
    };
    months && contains(&target.phrase, &EACH_PERIOD)
}

/// Whether values of this unit are already percentages, so that differences are percentage points.
pub fn is_percent(unit: &str) -> bool {
    matches!(unit, "%" | "％" | "百分点" | "个百分点")
}

/// Whether values of a measure add up over time: those of its unit do, and so do days that are counted (优良天数), unlike days that
/// something takes (办理时限).
pub fn values_add_up(name: &str, unit: &str) -> bool {
    const COUNTED: [&str; 2] = ["天数", "日数"];
    const TAKEN: [&str; 8] = ["均", "周转", "时", "期", "耗", "办", "审", "龄"];
    adds_up(unit) || matches!(unit, "天" | "日") && contains(name, &COUNTED) && !contains(name, &TAKEN)
}

/// Whether values of this unit add up over time: rates, ratios, averages per something and time limits do not.
pub fn adds_up(unit: &str) -> bool {
    !(is_percent(unit)
        || unit.contains(['/', '‰', ':', '：', '率'])
        || unit.ends_with(['天', '日', '时'])
        || unit.ends_with("分钟"))
}
