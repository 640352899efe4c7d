//! Numbers that are not plain digits with a unit: 2:1, 1/3, 七成, 三分之一, 二十万.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::implied::{half, implicit, is_named_by_count, is_vague};
use super::lexicon::{Lexicon, ending, starting};
use super::measurement_units::{self, UnitKind};
use super::number_with_unit::{Found, plain, tail, with_unit};
use super::ranking::{self, rank};
use super::text::{closes, starts_with};
use super::{cues, name, number};
use crate::target::Comparator;

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
        Some(_) if ranking::is_part(&text[..at]) => Found::Loose(stop),
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

/// `part` of `whole` in percent. A third has no end, and is cut to one decimal, as rates are published: whoever comes down by a
/// third reports 33.3.
fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    let share = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
    let exact = share.round_dp(4) * whole == part * Decimal::ONE_HUNDRED;
    Some(if exact { share.round_dp(4) } else { share.trunc_with_scale(1) }.normalize())
}

/// 七成, 8成: tenths, in percent.
pub(super) fn tenths(text: &[char], at: usize, end: usize, value: Decimal) -> Option<Found> {
    static OTHERS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/numerals/not_tenths.txt")));
    if OTHERS.opens(&text[end + 1..]) {
        return None;
    }
    let half =
        text.get(end + 1..).and_then(number::chinese).filter(|&(length, digit)| length == 1 && digit < 10);
    let share =
        percent(value, Decimal::TEN).filter(|_| value <= Decimal::TEN && !ranking::is_part(&text[..at]));
    Some(match (share, half) {
        // 九成五 is 95 %.
        (Some(share), Some((_, digit))) if closes(&text[end + 2..]) => {
            let value = share + Decimal::from(digit);
            Found::Quantity(tail(text, plain(at, end + 2, value, "%".into(), UnitKind::Percent)))
        }
        (Some(share), None) => {
            Found::Quantity(tail(text, plain(at, end + 1, share, "%".into(), UnitKind::Percent)))
        }
        _ => Found::Loose(end + 1),
    })
}

/// Chinese numerals: only forms that cannot be part of a name are numbers.
pub(super) fn at_numeral(text: &[char], at: usize) -> Found {
    let (before, rest) = (&text[..at], &text[at..]);
    if before.last() == Some(&'每') {
        return Found::Name(at + 1);
    }
    if before.last() == Some(&'第') {
        let spelled = number::spelled(rest);
        return spelled
            .and_then(|(length, value)| rank(text, at, at + length, value))
            .unwrap_or(Found::Name(at + 1));
    }
    if let Some(found) = parts(text, at) {
        // 六个百分之百 are six rules.
        return match found {
            _ if is_named_by_count(before) => Found::Name(at + 1),
            Found::Quantity(part) if ranking::is_part(before) => Found::Loose(part.end),
            found => found,
        };
    }
    if rest[0] == '一'
        && let Some(quantity) = half(text, at, at + 1)
    {
        if ranking::is_part(before) {
            return Found::Loose(quantity.end);
        }
        return Found::Quantity(quantity);
    }
    let Some((length, value)) = number::spelled(rest) else { return implicit(text, at) };
    let end = at + length;
    if text.get(end) == Some(&'成')
        && let Some(found) = tenths(text, at, end, value)
    {
        return found;
    }
    if matches!(before.last(), Some('前' | '后'))
        && let Some(found) = rank(text, at, end, value)
    {
        return found;
    }
    // 两到三家: counted or named as its upper end is.
    let (last, most) = upper(text, end).unwrap_or((end, value));
    if is_counted(text, at, last, most) {
        return with_unit(text, at, end, value);
    }
    if is_amount(text, at, last, most) { Found::Loose(last) } else { Found::Name(last) }
}

/// 几十座, 两三家, 三家企业 without a verb that makes them: an amount, though not one anybody can be held to.
fn is_amount(text: &[char], at: usize, end: usize, value: Decimal) -> bool {
    let unit = measurement_units::read(&text[end..]);
    let after = &text[end + unit.length..];
    let vague = text[..at].last().is_some_and(|&c| number::is_numeral(c)) || is_vague(&text[..at]);
    let known = unit.kind != UnitKind::Bare && !unit.guessed && unit.kind != UnitKind::Attribute;
    if vague {
        return known && (unit.kind != UnitKind::Time || after.is_empty());
    }
    // 每个乡镇建成一个示范点: one for each.
    if value == Decimal::ONE && cues::ends_with_making_verb(&text[..at]) {
        let each = text[..at].iter().rev().take(REACH_BACK).any(|c| matches!(c, '每' | '各'));
        return each && is_single(&text[end..end + unit.length]);
    }
    match unit.kind {
        UnitKind::Percent | UnitKind::Point | UnitKind::Times => true,
        UnitKind::Count if !unit.guessed => {
            // 九件成果完成转化 and 三十六个乡镇 are amounts, 三个高于 and 八项规定 sets known by their number.
            let set = value <= Decimal::TEN && !FINISHED.is_within(after);
            value >= Decimal::TWO
                && (is_thing(&text[end..end + unit.length]) || !set)
                && !after.is_empty()
                && !SLOGANS.opens(after)
        }
        // 三公里健身圈 is a name, 九公里道路 an amount.
        UnitKind::Money | UnitKind::Measure => {
            let label = &text[end..end + unit.length];
            let loose = ORDINALS.holds(label);
            value >= Decimal::TWO && !loose && after.iter().take(REACH_BACK).all(|c| *c != '圈')
        }
        _ => false,
    }
}

/// The second numeral of 三至五个: where it ends and its value.
fn upper(text: &[char], end: usize) -> Option<(usize, Decimal)> {
    let rest = text.get(end + 1..).filter(|_| matches!(text[end], '至' | '到' | '-' | '~'))?;
    let (length, value) = number::spelled(rest)?;
    Some((end + 1 + length, value))
}

/// Counters that number a thing rather than count it, or that mean something else behind a small numeral (三方, 八面).
static ORDINALS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/numerals/ordinals.txt")));

/// Verbs of carrying on work: what they speak of is named by its number (落实两个责任).
static CARRIED_ON: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/numerals/carried_on.txt")));

/// Whether a numeral with its counter is an amount (绿色工厂六十家) and no part of a name (三个高于, 二期).
fn is_counted(text: &[char], at: usize, end: usize, value: Decimal) -> bool {
    let (before, spelled) = (&text[..at], &text[at..end]);
    let unit = measurement_units::read(&text[end..]);
    let stop = end + unit.length;
    let (label, after) = (&text[end..stop], &text[stop..]);
    // 几十家, 数十家, 两三家: nobody can be held to those.
    if before.last().is_some_and(|&c| matches!(c, '几' | '数') || number::is_numeral(c)) {
        return false;
    }
    if unit.guessed
        || !matches!(unit.kind, UnitKind::Count | UnitKind::Money | UnitKind::Measure | UnitKind::Time)
    {
        return matches!(unit.kind, UnitKind::Point | UnitKind::Times);
    }
    if value >= Decimal::ONE_HUNDRED || unit.power > 0 {
        return true;
    }
    // 二 before a counter numbers (二期, 二类); two of a thing are 两.
    if spelled == ['二'] {
        return false;
    }
    let loose = ORDINALS.holds(label);
    let within = ["内", "以内", "之内"].iter().any(|word| starts_with(after, word));
    let single = value < Decimal::TWO;
    if unit.kind == UnitKind::Time {
        return within || !single && closes(after);
    }
    if closes(after) {
        return !loose
            && (if single { is_one(before, label) } else { !before.is_empty() })
            && !is_row(before);
    }
    let brought = unit.kind != UnitKind::Money && (cues::ends_with_making_verb(before) || is_next(before));
    let loose =
        if unit.kind == UnitKind::Count { matches!(label, ['期' | '届' | '档' | '类']) } else { loose };
    // 落实两个责任, 推动三项改革: what is only carried on is named by such a number.
    let carried_on = value < Decimal::TEN && matches!(label, ['个' | '项']) && CARRIED_ON.ends(before);
    if loose || carried_on || SLOGANS.opens(after) {
        return false;
    }
    if single {
        // 新建一座水厂 is one; 一 of other counters (一批, 一张网) is an article.
        return spelled == ['一'] && brought && is_one(before, label);
    }
    // 三家企业实现上市: of bodies and things also where the clause starts with them.
    let finished = || matches!(label, ['个' | '项' | '条' | '道' | '批' | '场']) && FINISHED.is_within(after);
    let starts = || name::skip_leads(text, 0..at + 1, &[]).0 == at && (is_thing(label) || finished());
    brought || cues::places_a_number(before) || starts()
}

/// Words by which things that are counted come to be: 两条高铁年内开工.
static FINISHED: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/numerals/finished.txt")));

/// Counters of bodies and things; 个, 项 and 条 count slogans as well.
fn is_thing(label: &[char]) -> bool {
    static THINGS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/numerals/things.txt")));
    THINGS.holds(label)
}

/// What makes 三个… a slogan rather than three of something (三个高于, 两个确保, 三个一批).
static SLOGANS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/numerals/slogans.txt")));

/// 一核两片五点: numerals so near to each other are a formula.
fn is_row(before: &[char]) -> bool {
    before.iter().rev().take(2).take_while(|c| **c != '、').any(|&c| number::is_numeral(c))
}

/// 创建两个国家级平台、|五个省级平台: a list whose first member is counted behind the verb.
fn is_next(before: &[char]) -> bool {
    const REACH_BACK: usize = 24;
    let near = &before[before.len().saturating_sub(REACH_BACK)..];
    let starts = |at: usize| near[at].is_ascii_digit() || number::is_numeral(near[at]);
    near.last() == Some(&'、')
        && (1..near.len()).any(|at| starts(at) && cues::ends_with_making_verb(&near[..at]))
}

/// How far back 每 is looked for.
const REACH_BACK: usize = 16;

/// Counters with which one of a thing is counted.
fn is_single(label: &[char]) -> bool {
    static SINGLES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/numerals/singles.txt")));
    SINGLES.holds(label)
}

/// 新建水厂一座 counts one; 每村一个, 统一 and 一批 do not.
fn is_one(before: &[char], label: &[char]) -> bool {
    is_single(label)
        && before.len() > 1
        && !before.iter().rev().take(REACH_BACK).any(|c| matches!(c, '每' | '统' | '唯' | '同' | '逐' | '各'))
}

/// 三分之一, 百分之五.
fn parts(text: &[char], at: usize) -> Option<Found> {
    const OF: [char; 2] = ['分', '之'];
    let rest = &text[at..];
    if starts_with(rest, "百分百") {
        return Some(Found::Quantity(tail(
            text,
            plain(at, at + 3, Decimal::ONE_HUNDRED, "%".into(), UnitKind::Percent),
        )));
    }
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
        None => number::spelled(part).map(|(taken, value)| (taken, Some(value)))?,
    };
    let end = at + length + OF.len() + taken;
    if matches!(text.get(end), Some('至' | '到' | '-' | '~')) {
        return Some(until(text, at, end, value, whole));
    }
    Some(match value.and_then(|value| percent(value, Decimal::from(whole))) {
        Some(value) => Found::Quantity(tail(text, plain(at, end, value, "%".into(), UnitKind::Percent))),
        None => Found::Unreadable(end),
    })
}

/// 百分之五至百分之六, 百分之五到六: both ends in percent; whatever else follows is not understood.
fn until(text: &[char], at: usize, end: usize, low: Option<Decimal>, whole: u64) -> Found {
    let mut from = end + 1;
    if starts_with(&text[from..], "百分之") {
        from += 3;
    }
    let spelled = || number::spelled(&text[from..]).map(|(length, value)| (length, Some(value)));
    let Some((length, Some(high))) = number::digits(&text[from..]).or_else(spelled) else {
        return Found::Unreadable(end);
    };
    match low {
        Some(low) if whole == 100 && low < high => {
            let mut quantity = plain(at, from + length, low, "%".into(), UnitKind::Percent);
            quantity.high = Some(high);
            quantity.comparator = Some(Comparator::Range);
            Found::Quantity(tail(text, quantity))
        }
        _ => Found::Unreadable(from + length),
    }
}
