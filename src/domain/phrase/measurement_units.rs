//! Units and measure words as they are written after a number.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, starting};

/// What sort of thing a unit counts; decides whether "5 … of X" can be a promise or only part of X's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnitKind {
    /// %, ‰.
    Percent,
    /// 个百分点, 个基点.
    Point,
    /// 个, 家, 人次 …
    Count,
    /// 元 and its relatives.
    Money,
    /// Length, area, weight, volume, power, concentration …
    Measure,
    /// 个工作日, 小时, 天 …
    Time,
    /// 岁, 千伏, 年: nearly always part of a name.
    Attribute,
    /// 倍.
    Times,
    /// :1.
    Ratio,
    /// 名, 位 in a ranking.
    Rank,
    /// No unit written, or only a multiplier (万亿).
    Bare,
}

use UnitKind::{Attribute, Count, Measure, Money, Percent, Point, Time, Times};

static UNITS: LazyLock<Lexicon<UnitKind>> = LazyLock::new(|| {
    Lexicon::starting([
        (include_str!("lexicon/units/percent.txt"), Percent),
        (include_str!("lexicon/units/points.txt"), Point),
        ("倍", Times),
        (include_str!("lexicon/units/time.txt"), Time),
        (include_str!("lexicon/units/attribute.txt"), Attribute),
        (include_str!("lexicon/units/money.txt"), Money),
        (include_str!("lexicon/units/counts.txt"), Count),
        (include_str!("lexicon/units/measures.txt"), Measure),
    ])
});

/// What may stand after the slash of a compound unit (元/月·人, 张/千人).
static DENOMINATORS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/units/denominators.txt")));

/// Words that begin like a unit but are not one (5成立, 3年级).
static NOT_UNITS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/units/not_units.txt")));

/// A unit as it stands after a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Characters it takes.
    pub(super) length: usize,
    /// As written, without 余 and 多: `万家`.
    pub(super) label: String,
    /// What it counts.
    pub(super) kind: UnitKind,
    /// Power of ten of the multipliers in front (万家 has 4).
    pub(super) power: u32,
    /// Characters of the multipliers in front.
    pub(super) multipliers: usize,
    /// 余 or 多 between the number and the measure word.
    pub(super) surplus: Option<&'static str>,
    /// A measure word that no list has, known only by its place at the end.
    pub(super) guessed: bool,
}

/// The power of ten a multiplier stands for.
pub(super) fn power(c: char) -> Option<u32> {
    Some(match c {
        '十' => 1,
        '百' => 2,
        '千' => 3,
        '万' => 4,
        '亿' => 8,
        _ => return None,
    })
}

/// Whether the whole of `text` is so many of something: 千人, 十万人, 万人口, 百户.
pub(super) fn of_many(text: &[char]) -> bool {
    let powers = text.iter().take_while(|c| power(**c).is_some()).count();
    let of = &text[powers..];
    powers > 0
        && (matches!(of, ['人', '口'] | ['常', '住', '人', '口'])
            || DENOMINATORS.at_start(of).is_some_and(|(length, ())| length == of.len()))
}

/// Reads the unit at the start of `text`; an empty [`UnitKind::Bare`] unit when there is none.
pub(super) fn read(text: &[char]) -> Unit {
    let mut unit = Unit {
        length: 0,
        label: String::new(),
        kind: UnitKind::Bare,
        power: 0,
        multipliers: 0,
        surplus: None,
        guessed: false,
    };
    loop {
        let rest = &text[unit.length..];
        let Some(&c) = rest.first() else { return unit };
        if let Some((length, kind)) = known(rest) {
            unit.kind = kind;
            take(&mut unit, text, length);
            compound(&mut unit, text);
            return unit;
        }
        if let Some(power) = power(c) {
            unit.power += power;
            unit.multipliers += 1;
            take(&mut unit, text, 1);
            if unit.multipliers > 4 {
                return unit;
            }
        } else if let Some(word) = surplus(c)
            && unit.surplus.is_none()
        {
            unit.surplus = Some(word);
            unit.length += 1;
        } else {
            if is_counter(rest) {
                unit.kind = Count;
                unit.guessed = true;
                take(&mut unit, text, 1);
            }
            return unit;
        }
    }
}

/// Whether `text` is one measure word that ends its clause or list member (2000株、). Characters that say something else
/// behind a number are none.
fn is_counter(text: &[char]) -> bool {
    static OTHERS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/units/not_counters.txt")));
    let Some((&c, rest)) = text.split_first() else { return false };
    let ends =
        matches!(rest, [] | ['、' | '和' | '及' | '(', ..] | ['以', '上' | '下' | '内'] | ['左', '右'])
            || matches!(rest, ['以', '上' | '下' | '内', '、', ..]);
    ends && matches!(c, '\u{4E00}'..='\u{9FFF}') && !OTHERS.opens(text)
}

fn surplus(c: char) -> Option<&'static str> {
    match c {
        '余' => Some("余"),
        '多' => Some("多"),
        _ => None,
    }
}

/// The unit word `text` starts with, unless the characters belong to a longer word that is not a unit.
fn known(text: &[char]) -> Option<(usize, UnitKind)> {
    let (length, kind) = UNITS.at_start(text)?;
    if NOT_UNITS.at_start(text).is_some_and(|(other, ())| other > length) {
        return None;
    }
    // A Latin unit must end where the Latin word ends (5G is not 5 grams of anything).
    let latin_end = text[length - 1].is_ascii_alphabetic();
    if latin_end && text.get(length).is_some_and(char::is_ascii_alphanumeric) {
        return None;
    }
    Some((length, kind))
}

fn take(unit: &mut Unit, text: &[char], length: usize) {
    let written = text[unit.length..unit.length + length].iter().map(|&c| match c {
        '(' => '（',
        ')' => '）',
        _ => c,
    });
    unit.label.extend(written);
    unit.length += length;
}

/// Extends a unit by `/人`, `·月`, at most three times.
fn compound(unit: &mut Unit, text: &[char]) {
    for _ in 0..3 {
        let rest = &text[unit.length..];
        match rest.first() {
            Some('/' | '·' | '每') if rest[0] != '每' || unit.kind == Measure => {
                match DENOMINATORS.at_start(&rest[1..]) {
                    Some((length, ())) => take(unit, text, length + 1),
                    None => return,
                }
            }
            _ => return,
        }
    }
}

/// Whether the whole of `text` is a unit, as in a table heading (亿元).
pub(super) fn is_unit(text: &[char]) -> Option<Unit> {
    let unit = read(text);
    (unit.length == text.len() && unit.kind != UnitKind::Bare).then_some(unit)
}

/// A unit given in brackets behind the name, as in tables: 粮食产量（亿斤）615.
pub(super) fn in_brackets(name: &[char]) -> (Vec<char>, Option<(String, UnitKind)>) {
    if let [rest @ .., ')'] = name
        && let Some(open) = rest.iter().rposition(|&c| c == '(')
        && let Some(unit) = is_unit(&rest[open + 1..])
    {
        return (rest[..open].to_vec(), Some((unit.label, unit.kind)));
    }
    (name.to_vec(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_end_where_the_thing_begins() {
        for (text, label, kind) in [
            ("万家", "万家", Count),
            ("个百分点以上", "个百分点", Point),
            ("余家企业", "家", Count),
            ("万余户", "万户", Count),
            ("元/月·人", "元/月·人", Money),
            ("元/月和", "元/月", Money),
            ("万千瓦时", "万千瓦时", Measure),
            ("千瓦", "千瓦", Measure),
            ("万家长", "万家长", Count),
            ("G基站", "", UnitKind::Bare),
            ("GB", "GB", Measure),
            ("年级", "", UnitKind::Bare),
            ("万亿", "万亿", UnitKind::Bare),
            ("套（户）", "套", Count),
            ("套(户)", "套（户）", Count),
            ("", "", UnitKind::Bare),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let unit = read(&chars);
            assert_eq!((unit.label.as_str(), unit.kind), (label, kind), "{text}");
        }
    }
}
