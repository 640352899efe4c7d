//! Decimal quantities and the Chinese multipliers in their units.

use rust_decimal::Decimal;

use super::{Figure, Invalid};

/// Digits kept after the point by every store.
pub const SCALE_MAX: u32 = 10;

/// Largest magnitude accepted: 10^18, far above any government figure, far below what decimals can hold.
const MAGNITUDE_MAX: i128 = 1_000_000_000_000_000_000;

/// Refuses numbers that could not be kept exactly or multiplied without overflow.
pub fn checked(field: &str, value: Decimal) -> Result<Decimal, Invalid> {
    let value = value.normalize();
    if value.scale() > SCALE_MAX {
        return Err(Invalid::new(field, "too_precise", format!("小数超过{SCALE_MAX}位，请四舍五入后再报。")));
    }
    if value.abs() > Decimal::from_i128_with_scale(MAGNITUDE_MAX, 0) {
        return Err(Invalid::new(field, "out_of_range", "数值过大，请核对计量单位。"));
    }
    Ok(value)
}

/// Multipliers that may stand before a base unit, longest first.
const MULTIPLIERS: [(&str, i64); 8] = [
    ("万亿", 1_000_000_000_000),
    ("千亿", 100_000_000_000),
    ("百亿", 10_000_000_000),
    ("亿", 100_000_000),
    ("千万", 10_000_000),
    ("百万", 1_000_000),
    ("万", 10_000),
    ("千", 1_000),
];

/// Units whose first character looks like a multiplier but is not one.
const WHOLE: [&str; 4] = ["千米", "千克", "千瓦", "千瓦时"];

/// Splits `万家` into (10000, `家`). A bare multiplier (`亿`) has an empty base.
pub fn split_unit(unit: &str) -> (i64, &str) {
    if WHOLE.contains(&unit) {
        return (1, unit);
    }
    MULTIPLIERS
        .iter()
        .find_map(|&(word, factor)| unit.strip_prefix(word).map(|base| (factor, base)))
        .unwrap_or((1, unit))
}

/// Base units that mean the same thing.
const SAME: [(&str, &str); 6] =
    [("个百分点", "%"), ("百分点", "%"), ("％", "%"), ("立方米", "方"), ("家长", "人"), ("平米", "平方米")];

fn canonical(base: &str) -> &str {
    SAME.iter().find_map(|&(word, same)| (word == base).then_some(same)).unwrap_or(base)
}

/// What a value in `from` must be multiplied by to be in `to`; `None` when the base units differ.
pub fn factor(from: &str, to: &str) -> Option<Decimal> {
    if from == to {
        return Some(Decimal::ONE);
    }
    let (from_factor, from_base) = split_unit(from);
    let (to_factor, to_base) = split_unit(to);
    (canonical(from_base) == canonical(to_base))
        .then(|| Decimal::from(from_factor) / Decimal::from(to_factor))
}

/// A number as somebody wrote it: `5.5`, `３%`, `311.3亿元`, `1,234.5`, `第3位`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// In the measure's unit for levels, percent for growth.
    pub value: Decimal,
    /// Whether it was written otherwise than as a plain decimal number in that unit.
    pub otherwise: bool,
}

/// Reads a number as people write it, into the unit of its measure (or percent, or a place): digits and signs of full
/// width, thousands set off by commas, a unit that is the measure's or converts to it. Nothing is guessed: what could be
/// read in two ways is refused.
///
/// # Errors
/// At `field`, with what was expected.
pub fn read(field: &str, text: &str, figure: Figure, unit: &str) -> Result<Written, Invalid> {
    let plain: String = text.chars().map(half_width).collect();
    let plain = plain.trim();
    let refuse = |code: &'static str, detail: String| Err(Invalid::new(field, code, detail));
    let shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    let ordinal = figure == Figure::Rank && plain.starts_with('第');
    let plain = if ordinal { plain.trim_start_matches('第') } else { plain };
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+');
    let end = plain.find(|c| !numeric(c)).unwrap_or(plain.len());
    let (digits, suffix) = (&plain[..end], plain[end..].trim());
    let Some(number) = grouped(digits) else {
        return refuse("malformed", format!("“{shown}”不是十进制数，请写成如\"5.5\"的字符串。"));
    };
    let times = match (figure, suffix) {
        (_, "") => Decimal::ONE,
        (Figure::Yoy, "%") | (Figure::Rank, "位" | "名") => Decimal::ONE,
        (Figure::Yoy, _) => {
            return refuse(
                "unit_mismatch",
                format!("“{shown}”带有单位“{suffix}”，同比增速应以%计；若为数值请将figure填为level。"),
            );
        }
        (Figure::Rank, _) => {
            return refuse("unit_mismatch", format!("“{shown}”不是名次，请填如\"3\"的整数。"));
        }
        (Figure::Level, "%") if !matches!(unit, "%" | "％") => {
            return refuse(
                "unit_mismatch",
                format!("“{shown}”是百分数，而该指标口径的单位是{unit}；若为同比增速请将figure填为yoy。"),
            );
        }
        // A change in points is no level.
        (Figure::Level, "个百分点" | "百分点") => {
            return refuse(
                "unit_mismatch",
                format!("“{shown}”是增减的百分点，不是该指标的值（单位{unit}），请填数值本身。"),
            );
        }
        (Figure::Level, _) => match factor(suffix, unit) {
            Some(times) => times,
            None => {
                return refuse(
                    "unit_mismatch",
                    format!("“{shown}”的单位与指标口径的单位{unit}不能换算，请核对。"),
                );
            }
        },
    };
    let Some(value) = number.checked_mul(times) else {
        return refuse("out_of_range", "数值过大，请核对计量单位。".to_owned());
    };
    let value = checked(field, value)?;
    let as_it_is = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    Ok(Written { value, otherwise: !as_it_is })
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2212}' | '\u{2013}' => '-',
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    }
}

/// `1,234.5`, `-12`, `+3.0`: a decimal number whose commas, if any, set off thousands.
fn grouped(digits: &str) -> Option<Decimal> {
    if digits.is_empty() || digits.len() > 40 {
        return None;
    }
    let bare = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if bare.contains(['-', '+']) {
        return None;
    }
    let whole = bare.split('.').next().unwrap_or(bare);
    if bare.contains(',') {
        let mut groups = whole.split(',');
        let first = groups.next()?;
        let leads = (1..=3).contains(&first.len()) && first != "0";
        if !leads || !groups.all(|group| group.len() == 3) || bare[whole.len()..].contains(',') {
            return None;
        }
    }
    Decimal::from_str_exact(digits.strip_prefix('+').unwrap_or(digits).replace(',', "").as_str()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, figure, unit, want) in [
            ("5.5", Figure::Yoy, "亿元", Some(("5.5", false))),
            ("-2", Figure::Yoy, "亿元", Some(("-2", false))),
            ("3%", Figure::Yoy, "亿元", Some(("3", true))),
            ("３．５％", Figure::Yoy, "亿元", Some(("3.5", true))),
            ("－3.4%", Figure::Yoy, "亿元", Some(("-3.4", true))),
            ("\u{2212}3.4", Figure::Yoy, "亿元", Some(("-3.4", true))),
            ("+4.6", Figure::Yoy, "亿元", Some(("4.6", true))),
            ("3个百分点", Figure::Yoy, "亿元", None),
            ("3亿元", Figure::Yoy, "亿元", None),
            ("311.3亿元", Figure::Level, "亿元", Some(("311.3", true))),
            ("311.3 亿元", Figure::Level, "亿元", Some(("311.3", true))),
            ("3113000万元", Figure::Level, "亿元", Some(("311.3", true))),
            ("1.8万家", Figure::Level, "家", Some(("18000", true))),
            ("1,234.5", Figure::Level, "亿元", Some(("1234.5", true))),
            ("1，234，567", Figure::Level, "元", Some(("1234567", true))),
            ("12,34", Figure::Level, "亿元", None),
            ("6,2", Figure::Level, "亿元", None),
            ("1.234,5", Figure::Level, "亿元", None),
            ("0,123", Figure::Level, "亿元", None),
            ("3%", Figure::Level, "亿元", None),
            ("60.2%", Figure::Level, "%", Some(("60.2", true))),
            ("0.9个百分点", Figure::Level, "%", None),
            ("3亿", Figure::Level, "亿元", None),
            ("3吨", Figure::Level, "亿元", None),
            ("3", Figure::Rank, "亿元", Some(("3", false))),
            ("第3位", Figure::Rank, "亿元", Some(("3", true))),
            ("3亿元", Figure::Rank, "亿元", None),
            ("", Figure::Level, "亿元", None),
            ("-", Figure::Level, "亿元", None),
            ("NaN", Figure::Level, "亿元", None),
            ("1e5", Figure::Level, "亿元", None),
            ("--3", Figure::Level, "亿元", None),
            ("约300", Figure::Level, "亿元", None),
            ("3-5", Figure::Level, "亿元", None),
        ] {
            let got =
                read("value", text, figure, unit).ok().map(|one| (one.value.to_string(), one.otherwise));
            assert_eq!(
                got,
                want.map(|(value, otherwise)| (value.to_owned(), otherwise)),
                "{text} {figure} {unit}"
            );
        }
        let refused = read("value", "3%", Figure::Level, "亿元").unwrap_err();
        assert_eq!((refused.code, refused.detail.contains("figure填为yoy")), ("unit_mismatch", true));
    }

    #[test]
    fn multipliers_are_taken_apart() {
        for (unit, want) in [
            ("万家", (10_000, "家")),
            ("亿元", (100_000_000, "元")),
            ("万亿元", (1_000_000_000_000, "元")),
            ("%", (1, "%")),
            ("千瓦时", (1, "千瓦时")),
            ("元/月·人", (1, "元/月·人")),
        ] {
            assert_eq!(split_unit(unit), want, "{unit}");
        }
    }

    #[test]
    fn units_convert_only_within_one_base() {
        for (from, to, want) in [
            ("万家", "家", Some("10000")),
            ("亿元", "万元", Some("10000")),
            ("元", "亿元", Some("0.00000001")),
            ("个百分点", "%", Some("1")),
            ("万人", "元", None),
        ] {
            assert_eq!(factor(from, to), want.map(|w| w.parse().unwrap()), "{from} → {to}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_kept_are_refused() {
        assert_eq!(checked("value", "0.00000000001".parse().unwrap()).unwrap_err().code, "too_precise");
        assert_eq!(
            checked("value", "1000000000000000001".parse().unwrap()).unwrap_err().code,
            "out_of_range"
        );
        assert_eq!(checked("value", "5.50".parse().unwrap()).unwrap().to_string(), "5.5");
    }
}
