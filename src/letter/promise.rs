//! A promise in words: as it was written, or from its structure where nothing more was given.

use rust_decimal::Decimal;

use xushi_domain::pace::{adds_up, is_percent};
use xushi_domain::{Better, Comparator, Kind, Measure, Target};

/// What may follow an indicator's name in a phrase; anything else may be the rest of a longer name.
const FOLLOWS: [&str; 46] = [
    "增长", "增速", "增幅", "增加", "增至", "新增", "净增", "达到", "达", "突破", "超过", "不", "保持",
    "稳定", "稳步", "维持", "控制", "下降", "降至", "降到", "降低", "降幅", "减少", "减至", "压减", "提高",
    "提升", "上升", "力争", "争取", "努力", "完成", "实现", "确保", "高于", "低于", "同比", "年均", "占比",
    "进入", "排", "位居", "为", "在", "较", "比",
];

/// The promise, without the indicator's name: 增长5.5%以上, 不超过3%, 100—120个.
pub fn promise(target: &Target, measure: &Measure) -> String {
    let phrase = target.phrase.trim();
    let rest = without_name(phrase, &measure.name);
    let said = if is_bare(rest, target) { spelled(target, measure) } else { None };
    said.unwrap_or_else(|| if rest.is_empty() { phrase } else { rest }.to_owned())
}

fn without_name<'p>(phrase: &'p str, name: &str) -> &'p str {
    let Some(rest) = phrase.strip_prefix(name) else { return phrase };
    let rest = rest.trim_start_matches(['：', ':', '，', ',', ' ', '　']);
    let starts = |c: char| c.is_ascii_digit() || matches!(c, '-' | '−' | '＋' | '+');
    let follows = rest.starts_with(starts) || FOLLOWS.iter().any(|word| rest.starts_with(word));
    if rest.is_empty() || follows { rest } else { phrase }
}

/// Whether a phrase says no more than number and unit: then the comparator, a range's far end, the direction are lost.
fn is_bare(phrase: &str, target: &Target) -> bool {
    let number = phrase.strip_prefix("增长").unwrap_or(phrase);
    let number = number.strip_suffix(target.unit.as_str()).unwrap_or(number).trim();
    match target.value {
        Some(value) => number.is_empty() || number.parse::<Decimal>().is_ok_and(|read| read == value),
        None => phrase.is_empty(),
    }
}

fn spelled(target: &Target, measure: &Measure) -> Option<String> {
    let Target { kind, comparator, value, value_hi, unit, .. } = target;
    let comparator = comparator.unwrap_or(Comparator::AtLeast);
    let lower = measure.better == Better::Lower;
    match kind {
        Kind::Trend => Some(if falls(target, lower) { "持续下降" } else { "保持增长" }.to_owned()),
        Kind::Narrowing => Some("降幅收窄".to_owned()),
        Kind::Milestone => {
            Some(value.map_or_else(|| "按期完成".to_owned(), |v| format!("按期完成{}", amount(v, unit))))
        }
        Kind::Coverage if value.is_none() => Some("达到100%".to_owned()),
        Kind::Rank => value.map(|place| format!("进入前{}位", place.normalize())),
        Kind::VersusBenchmark | Kind::VersusIndicator => {
            let other =
                target.benchmark.as_deref().filter(|name| !name.starts_with(|c: char| c.is_ascii_digit()))?;
            let relation = match comparator {
                Comparator::AtMost => "不高于",
                Comparator::Below => "低于",
                Comparator::AtLeast => "不低于",
                _ => "高于",
            };
            let other = if *kind == Kind::VersusIndicator { growth_of(other) } else { other.to_owned() };
            let margin = value.filter(|v| !v.is_zero()).map(|v| format!("{}以上", amount(v, unit)));
            Some(format!("{relation}{other}{}", margin.unwrap_or_default()))
        }
        Kind::Growth => Some(growth(comparator, (*value)?, *value_hi, lower)),
        Kind::Change => Some(change(comparator, (*value)?, *value_hi, unit, lower)),
        Kind::Cap if value.is_some_and(|v| v.is_zero()) && adds_up(unit) => Some("零发生".to_owned()),
        Kind::Cap if comparator == Comparator::Equal => Some(format!("不超过{}", amount((*value)?, unit))),
        Kind::Qualitative => None,
        _ => Some(compared(*kind, comparator, ((*value)?, *value_hi), unit)),
    }
}

/// Whether a trend shall fall: as it was written, else as is good for the measure.
fn falls(target: &Target, lower: bool) -> bool {
    match target.comparator {
        Some(Comparator::AtMost | Comparator::Below) => true,
        Some(Comparator::AtLeast | Comparator::Above) => false,
        _ => lower,
    }
}

/// The growth of a measure, by its name.
pub(super) fn growth_of(name: &str) -> String {
    if name.ends_with(['速', '率', '幅', '平', '比']) {
        name.to_owned()
    } else {
        format!("{name}增速")
    }
}

/// A number as it was promised.
fn amount(value: Decimal, unit: &str) -> String {
    format!("{}{unit}", value.normalize())
}

fn span(low: Decimal, high: Decimal, unit: &str) -> String {
    let first = if unit == "%" { "%" } else { "" };
    format!("{}{first}—{}", low.normalize(), amount(high, unit))
}

fn compared(
    kind: Kind,
    comparator: Comparator,
    (value, high): (Decimal, Option<Decimal>),
    unit: &str,
) -> String {
    let said = amount(value, unit);
    match comparator {
        Comparator::AtLeast if is_percent(unit) && value == Decimal::ONE_HUNDRED => format!("达到{said}"),
        Comparator::AtLeast if adds_up(unit) => format!("不少于{said}"),
        Comparator::AtLeast => format!("不低于{said}"),
        Comparator::AtMost => format!("不超过{said}"),
        Comparator::Above if matches!(kind, Kind::Total | Kind::Level) => format!("突破{said}"),
        Comparator::Above => format!("高于{said}"),
        Comparator::Below => format!("低于{said}"),
        Comparator::Equal => format!("达到{said}"),
        Comparator::About => format!("{said}左右"),
        Comparator::Range => high.map_or(said, |high| span(value, high, unit)),
    }
}

fn growth(comparator: Comparator, value: Decimal, high: Option<Decimal>, lower: bool) -> String {
    let size = amount(value.abs(), "%");
    let falls = value.is_sign_negative() && !value.is_zero();
    // A rate of a lower-is-better measure promised with "at least" is a decline.
    let decline = lower && value > Decimal::ZERO;
    match comparator {
        Comparator::AtLeast if decline => format!("下降{size}以上"),
        Comparator::Above if decline => format!("下降超过{size}"),
        Comparator::AtLeast if value.is_zero() => "不低于上年同期".to_owned(),
        Comparator::Above if value.is_zero() => "实现正增长".to_owned(),
        Comparator::AtMost if value.is_zero() => "不高于上年同期".to_owned(),
        Comparator::Below if value.is_zero() => "实现负增长".to_owned(),
        Comparator::AtLeast if falls => format!("降幅不超过{size}"),
        Comparator::Above if falls => format!("降幅小于{size}"),
        Comparator::AtMost if falls => format!("下降{size}以上"),
        Comparator::Below if falls => format!("下降超过{size}"),
        Comparator::AtLeast => format!("增长{size}以上"),
        Comparator::Above => format!("增速高于{size}"),
        Comparator::AtMost => format!("增速不超过{size}"),
        Comparator::Below => format!("增速低于{size}"),
        Comparator::Equal if value.is_zero() => "与上年持平".to_owned(),
        Comparator::Equal => format!("{}{size}", if falls { "下降" } else { "增长" }),
        Comparator::About => format!("{}{size}左右", if falls { "下降" } else { "增长" }),
        Comparator::Range => match high {
            Some(high) if falls && high <= Decimal::ZERO => {
                format!("下降{}", span(high.abs(), value.abs(), "%"))
            }
            Some(high) if falls => format!("增速在{}至{}之间", amount(value, "%"), amount(high, "%")),
            Some(high) => format!("增长{}", span(value, high, "%")),
            None => format!("增长{size}"),
        },
    }
}

fn change(comparator: Comparator, value: Decimal, high: Option<Decimal>, unit: &str, lower: bool) -> String {
    let verb = if lower || value.is_sign_negative() { "下降" } else { "提高" };
    let unit = if is_percent(unit) { "个百分点" } else { unit };
    let size = amount(value.abs(), unit);
    match comparator {
        Comparator::AtLeast => format!("{verb}{size}以上"),
        Comparator::Above => format!("{verb}超过{size}"),
        Comparator::AtMost => format!("{verb}不超过{size}"),
        Comparator::Below => format!("{verb}低于{size}"),
        Comparator::Equal => format!("{verb}{size}"),
        Comparator::About => format!("{verb}{size}左右"),
        Comparator::Range => high.map_or_else(
            || format!("{verb}{size}"),
            |high| format!("{verb}{}", span(value.abs(), high.abs(), unit)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xushi_domain::{Basis, Frequency};

    /// Name and unit of the measure, which way is good; the structure; the phrase on record; the promise by hand.
    #[test]
    fn a_promise_says_all_that_was_promised() {
        use Better::{Higher as H, Lower as L};
        use Comparator::{About, Above, AtLeast, AtMost, Below, Equal, Range};
        use Kind::{
            Cap, Change, Coverage, Growth, Level, Milestone, Qualitative, Rank, Share, Total, Trend,
            VersusBenchmark,
        };
        for (name, unit, better, kind, comparator, value, high, phrase, want) in [
            ("投诉量", "%", L, Cap, AtMost, "3", "", "投诉量3%", "不超过3%"),
            ("重大项目", "个", H, Level, Range, "100", "120", "重大项目100个", "100—120个"),
            ("民间投资占比", "%", H, Share, AtLeast, "60", "", "民间投资占比60%", "不低于60%"),
            ("民间投资占比", "%", H, Share, Range, "50", "60", "50", "50%—60%"),
            ("新增就业", "万人", H, Total, AtLeast, "70", "", "新增就业70万人", "不少于70万人"),
            ("高新技术企业", "家", H, Level, Above, "1800", "", "高新技术企业1800家", "突破1800家"),
            ("事故起数", "起", L, Cap, AtMost, "0", "", "事故起数0起", "零发生"),
            ("社零", "亿元", H, Growth, AtLeast, "5.50", "", "社零增长5.5%", "增长5.5%以上"),
            ("社零", "亿元", H, Growth, Equal, "4.5", "", "社零增长4.5%", "增长4.5%"),
            ("社零", "亿元", H, Growth, About, "4.5", "", "社零增长4.5%", "增长4.5%左右"),
            ("社零", "亿元", H, Growth, Range, "5", "6", "社零增长5%", "增长5%—6%"),
            ("社零", "亿元", H, Growth, Above, "0", "", "社零增长0%", "实现正增长"),
            ("社零", "亿元", H, Growth, AtLeast, "-3", "", "社零增长-3%", "降幅不超过3%"),
            ("债务余额", "亿元", L, Growth, AtMost, "8", "", "债务余额增长8%", "增速不超过8%"),
            ("能耗强度", "吨标准煤/万元", L, Growth, AtLeast, "3", "", "能耗强度增长3%", "下降3%以上"),
            ("能耗强度", "吨标准煤/万元", L, Growth, AtMost, "-3.9", "", "能耗强度增长-3.9%", "下降3.9%以上"),
            ("城镇化率", "%", H, Change, AtLeast, "0.9", "", "城镇化率0.9%", "提高0.9个百分点以上"),
            ("PM2.5", "微克/立方米", L, Change, Range, "1", "2", "PM2.51微克/立方米", "下降1—2微克/立方米"),
            ("应检尽检", "%", H, Coverage, AtLeast, "", "", "应检尽检", "达到100%"),
            ("主体封顶", "%", H, Milestone, AtLeast, "", "", "主体封顶", "按期完成"),
            ("事故起数", "起", L, Trend, Below, "", "", "事故起数", "持续下降"),
            ("进出口", "亿元", H, Trend, Above, "", "", "进出口", "保持增长"),
            ("固定资产投资", "亿元", H, Rank, AtMost, "5", "", "固定资产投资5位", "进入前5位"),
            ("进出口", "亿元", H, VersusBenchmark, Above, "", "", "进出口", "高于全省平均水平"),
            // What was written stays, without the name; part of a longer name is no name.
            ("社零", "亿元", H, Growth, AtLeast, "5.5", "", "社零增长5.5%以上", "增长5.5%以上"),
            ("社零", "亿元", H, Growth, AtLeast, "5.5", "", "力争社零增长5.5%以上", "力争社零增长5.5%以上"),
            ("投资", "亿元", H, Growth, AtLeast, "5", "", "投资者满意度提高5%", "投资者满意度提高5%"),
            ("营商环境", "分", H, Qualitative, AtLeast, "", "", "营商环境持续优化", "营商环境持续优化"),
            ("营商环境", "分", H, Qualitative, AtLeast, "", "", "营商环境", "营商环境"),
        ] {
            let measure =
                Measure::new(name, unit, (Basis::Cumulative, better, Frequency::Monthly), None, 1).unwrap();
            let number = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
            let own = match kind {
                Growth => "%",
                Rank => "位",
                _ => unit,
            };
            let target = Target {
                kind,
                comparator: Some(comparator),
                value: number(value),
                value_hi: number(high),
                unit: if value.is_empty() { String::new() } else { own.to_owned() },
                hedge: None,
                phrase: phrase.to_owned(),
                benchmark: (kind == VersusBenchmark).then(|| "全省平均水平".to_owned()),
            };
            assert_eq!(promise(&target, &measure), want, "{name} {phrase}");
        }
    }
}
