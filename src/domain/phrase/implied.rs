//! Numbers that words imply: 一半, 过半, 翻番, 倍增, and 万亿元 or 千万吨 without a figure before them.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::{Lexicon, ending, starting};
use super::measurement_units::{self, Unit, UnitKind};
use super::number_with_unit::{Found, Quantity, plain, tail, with_unit};
use super::parsed::Direction;
use super::text::{closes, ends_with, starts_with};
use super::{cues, number};
use crate::target::Comparator;

/// 翻番, 翻一番, 翻两番 are +100 %, +100 %, +300 %; 减半 is −50 %.
pub(super) fn doubled(text: &[char], at: usize) -> Option<Quantity> {
    let rest = &text[at + 1..];
    if is_named_by_count(&text[..at]) {
        return None;
    }
    let (stop, value, direction) = match (text[at], rest.first()?, rest.get(1)) {
        ('翻', '番', _) | ('翻', '倍', None | Some('、' | '和')) => (at + 2, 100, Direction::Up),
        ('翻', '一' | '1', Some('番')) => (at + 3, 100, Direction::Up),
        ('翻', '两' | '二' | '2', Some('番')) => (at + 3, 300, Direction::Up),
        ('减', '半', None) => (at + 2, 50, Direction::Down),
        _ => return None,
    };
    let mut quantity = plain(at, stop, Decimal::from(value), "%".into(), UnitKind::Percent);
    quantity.implied = Some(direction);
    Some(tail(text, quantity))
}

/// 两个翻番, 六个百分之百: the number of slogans, not what they promise.
pub(super) fn is_named_by_count(before: &[char]) -> bool {
    matches!(before, [.., count, '个'] if number::is_numeral(*count))
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

/// 过半 is more than 50 %; 半数企业, 一大半 say an amount of something; 半导体 and 上半年 are words.
pub(super) fn past_half(text: &[char], at: usize) -> Found {
    let (before, after) = (&text[..at], &text[at + 1..]);
    let part = match before.last() {
        Some('过') if closes(after) && !before.ends_with(&['双', '过']) => {
            let mut quantity = plain(at - 1, at + 1, Decimal::from(50), "%".into(), UnitKind::Percent);
            quantity.comparator = Some(Comparator::Above);
            quantity.hedges.push("过");
            return Found::Quantity(quantity);
        }
        // 压缩至半个工作日 is half of one.
        _ if is_half_time(before, after) => return with_unit(text, at, at + 1, Decimal::new(5, 1)),
        Some('过' | '一' | '大' | '多' | '对') => true,
        _ => after.first() == Some(&'数'),
    };
    let whole = before.last() == Some(&'一') && after.first().is_some_and(|c| "天年个小".contains(*c));
    if part && !whole { Found::Loose(at + 1) } else { Found::Name(at + 1) }
}

/// 半个工作日, 半小时, 半天 behind a word of reaching, where nothing is named by it (半小时生活圈).
fn is_half_time(before: &[char], after: &[char]) -> bool {
    let unit = measurement_units::read(after);
    let reached = ["至", "到", "为", "过", "于", "在"].iter().any(|word| ends_with(before, word));
    let rest = &after[unit.length..];
    unit.kind == UnitKind::Time && reached && (closes(rest) || starts_with(rest, "办结"))
}

/// 倍增 is growth of 100 %; 双百 and 成倍 say an amount, but not of what; 倍增计划 and 双百工程 are names.
pub(super) fn twofold(text: &[char], at: usize) -> Found {
    let (before, rest) = (&text[..at], &text[at + 1..]);
    if text[at] == '双' {
        let length = rest.iter().take_while(|c| measurement_units::power(**c).is_some()).count();
        let after = &rest[length..];
        let half = starts_with(rest, "过半") && before.last() != Some(&'“');
        return match length {
            0 if half => Found::Loose(at + 3),
            0 => Found::Name(at + 1),
            _ if CALLED.opens(after) => Found::Name(at + 1 + length),
            _ => Found::Loose(at + 1 + length),
        };
    }
    let grows = rest.first() == Some(&'增') && closes(&rest[1..]);
    match before.last() {
        Some('几' | '数') if is_vague(before) => Found::Loose(at + 1),
        Some('成') if matches!(rest.first(), Some('增' | '提' | '扩' | '放')) => Found::Loose(at + 1),
        Some('一' | '两' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百') => {
            Found::Loose(at + 1)
        }
        _ if grows && !before.is_empty() => {
            let mut quantity = plain(at, at + 2, Decimal::ONE_HUNDRED, "%".into(), UnitKind::Percent);
            quantity.implied = Some(Direction::Up);
            Found::Quantity(tail(text, quantity))
        }
        _ => Found::Name(at + 1),
    }
}

/// What programmes and campaigns are called behind their numbers: 双百工程, 万人计划, 百千万行动.
static CALLED: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/implied/called.txt")));

/// 数百家, 几十处, 上千人: an amount nobody can be held to. 规上, 人数 and 以上 end alike.
pub(super) fn is_vague(before: &[char]) -> bool {
    static NOT_VAGUE: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/implied/not_vague.txt")));
    matches!(before.last(), Some('几' | '数' | '上' | '好')) && !NOT_VAGUE.ends(before)
}

/// 突破万亿元, 稳定在千亿元以上, 新增千万吨产能: one of the multiplied unit; 千万吨 is 1000 万吨.
pub(super) fn implicit(text: &[char], at: usize) -> Found {
    let (before, unit) = (&text[..at], measurement_units::read(&text[at..]));
    let end = at + unit.length;
    let after = &text[end..];
    let known = matches!(unit.kind, UnitKind::Money | UnitKind::Measure | UnitKind::Count)
        && !unit.guessed
        && after.first() != Some(&'级');
    let reached = matches!(AFTER.at_end(before), Some((_, true)));
    let counted = unit.kind != UnitKind::Bare && !unit.guessed && after.first() != Some(&'级');
    if counted && !reached && is_vague(before) && unit.multipliers > 0 {
        return Found::Loose(end);
    }
    let step = ["大关", "台阶", "关口", "规模"].iter().any(|word| starts_with(after, word));
    let bare = unit.kind == UnitKind::Bare && (after.is_empty() || step);
    if unit.multipliers == 0 {
        return Found::Name(end.max(at + 1));
    }
    let made = || cues::ends_with_making_verb(before);
    if reached && (known || bare) || known && (is_bound(after) || made() && is_brought(&unit, before, after))
    {
        return Found::Quantity(one(text, at, end, unit));
    }
    // 新增百亿产值, 形成百万吨级产能: a sum, but in a unit nobody wrote, or of a class.
    let class = after.first() == Some(&'级') || unit.kind == UnitKind::Attribute;
    let of_what = if after.first() == Some(&'级') { &after[1..] } else { after };
    let sum = (unit.kind == UnitKind::Bare || class) && unit.power > 3 && made() && SUMS.opens(of_what);
    if sum { Found::Loose(end) } else { Found::Name(end.max(at + 1)) }
}

/// One of the multiplied unit. Tens, hundreds and thousands of 万 go into the value, as they are printed.
fn one(text: &[char], at: usize, end: usize, unit: Unit) -> Quantity {
    let factor = match text.get(at..at + 2) {
        Some(['十', '万']) => 10,
        Some(['百', '万']) => 100,
        Some(['千', '万']) => 1000,
        _ => return tail(text, plain(at, end, Decimal::ONE, unit.label, unit.kind)),
    };
    let label = unit.label.chars().skip(1).collect();
    tail(text, plain(at, end, Decimal::from(factor), label, unit.kind))
}

/// Whether 以上 and the like end the amount: 规模千亿元以上, but not 亿元以上项目.
fn is_bound(after: &[char]) -> bool {
    ["以上", "以下", "以内", "左右"]
        .iter()
        .any(|word| starts_with(after, word) && closes(&after[word.chars().count()..]))
}

/// Whether an amount behind a verb that makes things is made: 新增千万吨产能, 推动万家企业上云; 千亿元产业集群 is a name, and
/// so are 万人计划 and 惠及万家.
fn is_brought(unit: &Unit, before: &[char], after: &[char]) -> bool {
    static HOLDERS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/implied/holders.txt")));
    const PROVERBS: [&str; 6] = ["万家", "千家", "万里", "千里", "百里", "万户"];
    let stop = after.iter().position(|c| matches!(c, '、' | '和' | '与') || c.is_ascii_digit());
    let noun = &after[..stop.unwrap_or(after.len())];
    let held = HOLDERS.ends(noun);
    match unit.kind {
        UnitKind::Count if CALLED.opens(after) || is_campaign(noun) => false,
        UnitKind::Money => noun.is_empty() || SUMS.is_within(noun) && !held,
        _ if PROVERBS.contains(&unit.label.as_str()) => {
            !noun.is_empty()
                && !unit.label.ends_with('里')
                && !starts_with(noun, "万户")
                && !starts_with(noun, "灯火")
        }
        UnitKind::Count => {
            let people = unit.label.ends_with(['人', '户']);
            !(before.ends_with(&['实', '施']) && noun.is_empty() || people && held)
        }
        _ => true,
    }
}

/// 万名干部下基层活动.
fn is_campaign(noun: &[char]) -> bool {
    ["活动", "行动", "工程", "计划", "专项", "大走访"].iter().any(|word| ends_with(noun, word))
}

/// Sums of money by name.
static SUMS: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/implied/sums.txt")));

/// Words behind which a multiplied unit is an amount.
static AFTER: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
    Lexicon::ending([
        (include_str!("lexicon/implied/reached.txt"), true),
        (include_str!("lexicon/implied/not_reached.txt"), false),
    ])
});
