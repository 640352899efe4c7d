//! Decimal quantities and the Chinese multipliers in their units.

use rust_decimal::Decimal;

use super::Invalid;

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

#[cfg(test)]
mod tests {
    use super::*;

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
