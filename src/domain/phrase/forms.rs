//! Numbers that are not plain digits with a unit: 2:1, 1/3, 七成, 三分之一, 二十万, 万亿元, 翻一番.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::Lexicon;
use super::quantity::{Found, Quantity, plain, starts_with, tail, with_unit};
use super::units::{self, UnitKind};
use super::{Direction, number, words};

/// 1/3, 2/3: read as percent; other slashes (24/7) belong to names.
pub(super) fn fraction(text: &[char], at: usize, end: usize, numerator: Decimal) -> Found {
    let Some((length, Some(denominator))) = number::digits(&text[end + 1..]) else {
        return Found::Name(end + 1);
    };
    let stop = end + 1 + length;
    if matches!(text.get(stop), Some('万')) {
        // 8/10万: cases per hundred thousand.
        let unit: String = text[end..=stop].iter().collect();
        return Found::Quantity(tail(text, plain(at, stop + 1, numerator, unit, UnitKind::Ratio)));
    }
    if numerator >= denominator || denominator > Decimal::TEN {
        return Found::Name(stop);
    }
    match percent(numerator, denominator) {
        Some(value) => Found::Quantity(tail(text, plain(at, stop, value, "%".into(), UnitKind::Percent))),
        None => Found::Unreadable(stop),
    }
}

/// 2:1 is the value 2 in the unit `:1`.
pub(super) fn ratio(text: &[char], at: usize, end: usize, value: Decimal) -> Found {
    let Some((length, Some(_))) = number::digits(&text[end + 1..]) else { return Found::Unreadable(end + 1) };
    let stop = end + 1 + length;
    if text.get(stop) == Some(&':') {
        // 8:42:50 has three parts and no single value.
        let more = text[stop..].iter().take_while(|c| **c == ':' || **c == '.' || c.is_ascii_digit()).count();
        return Found::Unreadable(stop + more);
    }
    let unit: String = text[end..stop].iter().collect();
    Found::Quantity(tail(text, plain(at, stop, value, unit, UnitKind::Ratio)))
}

/// `part` of `whole` in percent, to four decimals.
fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let share = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    Some(share.round_dp(4).normalize())
}

/// 七成, 8成: tenths, in percent.
pub(super) fn tenths(text: &[char], at: usize, end: usize, value: Decimal) -> Option<Quantity> {
    let follows = text.get(end + 1).copied();
    let whole = match follows {
        None => true,
        Some(c) => matches!(c, '以' | '左' | '的' | '多' | '、' | '用'),
    };
    let share = percent(value, Decimal::TEN)?;
    (whole && value <= Decimal::TEN)
        .then(|| tail(text, plain(at, end + 1, share, "%".into(), UnitKind::Percent)))
}

/// 翻番, 翻一番, 翻两番 are +100 %, +100 %, +300 %; 减半 is −50 %.
pub(super) fn doubled(text: &[char], at: usize) -> Option<Quantity> {
    let rest = &text[at + 1..];
    let (stop, value, direction) = match (text[at], rest.first()?, rest.get(1)) {
        ('翻', '番', _) | ('翻', '倍', None) => (at + 2, 100, Direction::Up),
        ('翻', '一' | '1', Some('番')) => (at + 3, 100, Direction::Up),
        ('翻', '两' | '二' | '2', Some('番')) => (at + 3, 300, Direction::Up),
        ('减', '半', None) => (at + 2, 50, Direction::Down),
        _ => return None,
    };
    let mut quantity = plain(at, stop, Decimal::from(value), "%".into(), UnitKind::Percent);
    quantity.implied = Some(direction);
    Some(tail(text, quantity))
}

/// Chinese numerals: only forms that cannot be part of a name are numbers.
pub(super) fn at_numeral(text: &[char], at: usize) -> Found {
    let (before, rest) = (&text[..at], &text[at..]);
    if matches!(before.last(), Some('第' | '每')) {
        return Found::Name(at + 1);
    }
    if let Some(found) = parts(text, at) {
        return found;
    }
    if rest[0] == '一'
        && let Some(quantity) = half(text, at, at + 1)
    {
        return Found::Quantity(quantity);
    }
    let Some((length, value)) = number::chinese(rest) else { return implicit(text, at) };
    let end = at + length;
    if text.get(end) == Some(&'成')
        && let Some(quantity) = tenths(text, at, end, Decimal::from(value))
    {
        return Found::Quantity(quantity);
    }
    let unit = units::read(&text[end..]);
    let solid = matches!(
        unit.kind,
        UnitKind::Count | UnitKind::Money | UnitKind::Measure | UnitKind::Time | UnitKind::Times
    );
    let large = value >= 100 || unit.power > 0;
    let counted = value >= 2 && unit.kind == UnitKind::Count && words::ends_with_making_verb(before);
    let times = unit.kind == UnitKind::Times;
    if !(solid && (large || counted || times)) {
        return Found::Name(end);
    }
    with_unit(text, at, end, Decimal::from(value))
}

/// 一半, 半数: fifty percent where nothing else follows than 以上 and the like, or what the half is of.
pub(super) fn half(text: &[char], start: usize, at: usize) -> Option<Quantity> {
    let rest = &text[at..];
    let length = if starts_with(rest, "半数") { 2 } else { 1 };
    let whole = length == 2 || start < at;
    let after = &rest[length.min(rest.len())..];
    let ends = after.is_empty() || ["以上", "以下", "左右", "的"].iter().any(|word| starts_with(after, word));
    let fifty = plain(start, at + length, Decimal::from(50), "%".into(), UnitKind::Percent);
    (rest.first() == Some(&'半') && whole && ends).then(|| tail(text, fifty))
}

/// 三分之一, 百分之五.
fn parts(text: &[char], at: usize) -> Option<Found> {
    const OF: [char; 2] = ['分', '之'];
    let rest = &text[at..];
    let (length, whole) = match rest[0] {
        '百' => (1, 100),
        '千' => (1, 1000),
        '万' => (1, 10_000),
        _ => number::chinese(rest)?,
    };
    if !rest[length..].starts_with(&OF) {
        return None;
    }
    let part = &rest[length + OF.len()..];
    let (taken, value) = match number::digits(part) {
        Some((taken, value)) => (taken, value),
        None if part.first() == Some(&'百') => (1, Some(Decimal::ONE_HUNDRED)),
        None => number::chinese(part).map(|(taken, value)| (taken, Some(Decimal::from(value))))?,
    };
    let end = at + length + OF.len() + taken;
    Some(match value.and_then(|value| percent(value, Decimal::from(whole))) {
        Some(value) => Found::Quantity(tail(text, plain(at, end, value, "%".into(), UnitKind::Percent))),
        None => Found::Unreadable(end),
    })
}

/// 突破万亿元, 过千亿元: one of the multiplied unit.
fn implicit(text: &[char], at: usize) -> Found {
    static AFTER: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
        let reached =
            "突破 超过 超 过 跨越 迈上 站上 跃上 迈过 跨过 达到 达 逾 接近 迈入 冲刺 近 登上 攻坚 迈向";
        let stops = "通过 经过 不过 渡过 度过 直达 抵达 下达 附近 临近";
        let words = |list: &'static str, found| list.split_whitespace().map(move |word| (word, found));
        Lexicon::of_suffixes(words(reached, true).chain(words(stops, false)))
    });
    if !matches!(AFTER.at_end(&text[..at]), Some((_, true))) {
        return Found::Name(at + 1);
    }
    let unit = units::read(&text[at..]);
    let end = at + unit.length;
    let step = ["大关", "台阶", "关口", "规模"].iter().any(|word| starts_with(&text[end..], word));
    let whole = match unit.kind {
        UnitKind::Money | UnitKind::Measure | UnitKind::Count => text.get(end) != Some(&'级'),
        UnitKind::Bare => end == text.len() || step,
        _ => false,
    };
    if unit.multipliers == 0 || !whole {
        return Found::Name(end.max(at + 1));
    }
    Found::Quantity(tail(text, plain(at, end, Decimal::ONE, unit.label, unit.kind)))
}
