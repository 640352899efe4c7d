//! Numbers with their units and the words after them (1000家以上, 1—2个, 万亿元, 三分之一, 翻一番).

use std::ops::Range;
use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::{Lexicon, ending, list, starting};
use super::measurement_units::{self, UnitKind};
use super::number;
use super::parsed::Direction;
use crate::target::Comparator;

/// One number of a clause; positions are characters of the clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quantity {
    /// First character of the number.
    pub(super) start: usize,
    /// After the unit and the words that follow it (以上, 左右).
    pub(super) end: usize,
    /// The value, or the lower end.
    pub(super) low: Decimal,
    /// The upper end of a range.
    pub(super) high: Option<Decimal>,
    /// As written.
    pub(super) unit: String,
    /// What the unit counts.
    pub(super) kind: UnitKind,
    /// What the words after the unit say.
    pub(super) comparator: Option<Comparator>,
    /// 内, 以内.
    pub(super) within: bool,
    /// 及以上, 及以下: belongs to a name when a noun follows.
    pub(super) inclusive: bool,
    /// Words after the number, as written.
    pub(super) hedges: Vec<&'static str>,
    /// 翻番 and 减半 are a change without a verb.
    pub(super) implied: Option<Direction>,
    /// 由…, 从…: where a change starts.
    pub(super) baseline: bool,
}

/// Everything numeric in a clause.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Numbers that can be promises, in order.
    pub(super) quantities: Vec<Quantity>,
    /// Dates and spans of dates.
    pub(super) dates: Vec<Range<usize>>,
    /// Numbers that are understood neither as an amount nor as a name (数百家, 双百, 前30%).
    pub(super) loose: Vec<Range<usize>>,
    /// A number stood there that could not be read.
    pub(super) unreadable: bool,
}

impl Scan {
    /// 50万人次±5%: whether `next` only says how near the number before it is meant; that one then ends behind it.
    pub(super) fn takes_margin(&mut self, text: &[char], next: &Quantity) -> bool {
        let start = next.start.checked_sub(1).filter(|&at| text[at] == '±');
        let number = self.quantities.last_mut().filter(|number| start == Some(number.end));
        number.is_some_and(|number| {
            number.end = next.end;
            number.comparator.get_or_insert(Comparator::About);
            true
        })
    }
}

/// What stands at a place of a clause, with where it ends.
pub(super) enum Found {
    Quantity(Quantity),
    Date(usize),
    Name(usize),
    /// A number that says an amount, but not which.
    Loose(usize),
    Unreadable(usize),
}

/// A number with a unit, perhaps the first of two ends; 每千人5批次 is so much for each: 5 `批次/千人`.
pub(super) fn with_unit(text: &[char], at: usize, end: usize, value: Decimal) -> Found {
    match (amount(text, at, end, value), for_each(text, at)) {
        (Found::Quantity(mut quantity), Some((start, whole))) if !quantity.unit.is_empty() => {
            quantity.start = start;
            quantity.unit = format!("{}/{whole}", quantity.unit);
            Found::Quantity(quantity)
        }
        (found, _) => found,
    }
}

/// 每千人 directly before a number at `at`: where it starts, and of how many. 每村 and 每年 are other promises.
fn for_each(text: &[char], at: usize) -> Option<(usize, String)> {
    const REACH_BACK: usize = 8;
    const WHOLE: [&str; 7] = ["亩", "公顷", "平方公里", "平方米", "公里", "吨", "立方米"];
    let near = at.saturating_sub(REACH_BACK);
    let start = near + text[near..at].iter().rposition(|c| *c == '每')?;
    let whole = &text[start + 1..at];
    let many = whole.first().is_some_and(|c| measurement_units::power(*c).is_some());
    let word: String = whole.iter().collect();
    let ends = measurement_units::of_many(whole);
    // 每千人口拥有… names what is counted; 托位达到每千人口4.6个 says of how many.
    let led = start > 0 && !matches!(text[start - 1], '、' | '，' | '。' | '；');
    (led && (many && ends || WHOLE.contains(&word.as_str()))).then_some((start, word))
}

fn amount(text: &[char], at: usize, end: usize, value: Decimal) -> Found {
    let unit = measurement_units::read(&text[end..]);
    let after = end + unit.length;
    let negative = at > 0 && text[at - 1] == '-' && (at == 1 || !is_countable(text[at - 2]));
    let baseline = is_baseline(&text[..at - usize::from(negative)]);
    if !baseline && let Some(found) = range(text, at, value, &unit, after) {
        return found;
    }
    if unit.kind == UnitKind::Bare && text.get(after).is_some_and(char::is_ascii_alphabetic) {
        // One letter is a name (5G); a longer word would be a unit nobody knows.
        let unknown = matches!(text.get(after + 1), Some(c) if c.is_ascii_lowercase() || *c == '/');
        return if unknown { Found::Unreadable(after + 1) } else { Found::Name(after + 1) };
    }
    let (at, value) = if negative { (at - 1, -value) } else { (at, value) };
    let mut quantity = plain(at, after, value, unit.label, unit.kind);
    if let Some(word) = unit.surplus {
        quantity.hedges.push(word);
        quantity.comparator = Some(Comparator::Above);
    }
    quantity.baseline = baseline;
    Found::Quantity(tail(text, quantity))
}

/// Whether a dash after `c` joins two ends rather than making a number negative.
fn is_countable(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '%'
}

/// 由…, 从… directly before a number, before its 的 phrase (从2024年的60%), or before how it moved (由同比下降3%).
pub(super) fn is_baseline(before: &[char]) -> bool {
    const REACH_BACK: usize = 10;
    static MOVED: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/cues/from.txt")));
    if let Some((length, ())) = MOVED.at_end(before) {
        let rest = &before[..before.len() - length];
        let rest = rest.strip_suffix(&['同', '比']).unwrap_or(rest);
        return matches!(rest.last(), Some('由' | '从'));
    }
    // 由每人每月480元, 由现行的每月680元.
    static EACH: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/cues/from_each.txt")));
    let mut near = before;
    while let Some((length, ())) = EACH.at_end(near) {
        near = &near[..near.len() - length];
    }
    if near.len() < before.len() && matches!(near.last(), Some('由' | '从')) {
        return true;
    }
    before.iter().rev().take(REACH_BACK).take_while(|c| **c != '、').any(|c| matches!(c, '由' | '从'))
        && matches!(before.last(), Some('由' | '从' | '的' | '约'))
}

/// The second end of a range, when a dash, 至 or 到 and another number follow.
fn range(
    text: &[char],
    at: usize,
    low: Decimal,
    first: &measurement_units::Unit,
    after: usize,
) -> Option<Found> {
    if !matches!(text.get(after), Some('-' | '~' | '至' | '到')) {
        return None;
    }
    let rest = &text[after + 1..];
    if number::date(rest).is_some() {
        return None;
    }
    let spelled = || number::spelled(rest).map(|(length, value)| (length, Some(value)));
    let (length, high) = number::digits(rest).or_else(spelled)?;
    let start = after + 1 + length;
    let second = measurement_units::read(&text[start..]);
    let base = |label: &str, multipliers: usize| label.chars().skip(multipliers).collect::<String>();
    let same = first.label.is_empty()
        || base(&first.label, first.multipliers) == base(&second.label, second.multipliers)
        || (first.kind == UnitKind::Bare && first.multipliers > 0);
    if !same {
        return None;
    }
    let stop = start + second.length;
    // Both ends in the unit of the second: 8000万—1亿元 is 0.8 to 1 亿元.
    let scaled = if first.label.is_empty() || first.power == second.power {
        Some(low)
    } else {
        scale(low, first.power).zip(scale(Decimal::ONE, second.power)).and_then(|(a, b)| a.checked_div(b))
    };
    match (scaled, high) {
        (Some(low), Some(high)) if low < high => {
            let mut quantity = plain(at, stop, low, second.label, second.kind);
            quantity.high = Some(high);
            quantity.comparator = Some(Comparator::Range);
            Some(Found::Quantity(tail(text, quantity)))
        }
        _ => Some(Found::Unreadable(stop)),
    }
}

fn scale(value: Decimal, power: u32) -> Option<Decimal> {
    10_i64.checked_pow(power).and_then(|factor| value.checked_mul(Decimal::from(factor)))
}

pub(super) fn plain(start: usize, end: usize, low: Decimal, unit: String, kind: UnitKind) -> Quantity {
    Quantity {
        start,
        end,
        low,
        high: None,
        unit,
        kind,
        comparator: None,
        within: false,
        inclusive: false,
        hedges: Vec::new(),
        implied: None,
        baseline: false,
    }
}

/// What a word after a number says: comparison, 内, and whether it is 及以上.
#[derive(Clone, Copy)]
struct Tail(&'static str, Option<Comparator>, bool, bool);

static TAILS: LazyLock<Lexicon<Option<Tail>>> = LazyLock::new(|| {
    const LEAST: Option<Comparator> = Some(Comparator::AtLeast);
    const MOST: Option<Comparator> = Some(Comparator::AtMost);
    const ABOUT: Option<Comparator> = Some(Comparator::About);
    const ABOVE: Option<Comparator> = Some(Comparator::Above);
    let lists = [
        (include_str!("lexicon/after_number/at_least.txt"), LEAST, false, false),
        (include_str!("lexicon/after_number/at_least_of_name.txt"), LEAST, false, true),
        (include_str!("lexicon/after_number/at_most.txt"), MOST, false, false),
        (include_str!("lexicon/after_number/at_most_of_name.txt"), MOST, false, true),
        (include_str!("lexicon/after_number/within.txt"), MOST, true, false),
        (include_str!("lexicon/after_number/about.txt"), ABOUT, false, false),
        (include_str!("lexicon/after_number/above.txt"), ABOVE, false, false),
        (include_str!("lexicon/after_number/passed_over.txt"), None, false, false),
    ];
    let words = lists.into_iter().flat_map(|(text, comparator, within, inclusive)| {
        list(text).map(move |word| (word, Some(Tail(word, comparator, within, inclusive))))
    });
    let stops = list(include_str!("lexicon/after_number/not_after.txt")).map(|word| (word, None));
    Lexicon::of_prefixes(words.chain(stops))
});

/// Takes the words after the unit into `quantity`.
pub(super) fn tail(text: &[char], mut quantity: Quantity) -> Quantity {
    for _ in 0..2 {
        let Some((length, Some(Tail(word, comparator, within, inclusive)))) =
            TAILS.at_start(&text[quantity.end..])
        else {
            break;
        };
        quantity.end += length;
        if quantity.high.is_none() && comparator.is_some() {
            quantity.comparator = comparator;
        }
        quantity.within |= within;
        quantity.inclusive |= inclusive;
        if comparator.is_some() {
            quantity.hedges.push(word);
        }
    }
    // 1个工作日办结 allows one day.
    static SETTLED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/after_number/settled.txt")));
    let after = &text[quantity.end..];
    if quantity.kind == UnitKind::Time
        && quantity.high.is_none()
        && quantity.comparator.is_none()
        && let Some((length, ())) = SETTLED.at_start(after)
        && matches!(after[length..], [] | ['、' | '(' | '和', ..])
    {
        quantity.within = true;
        quantity.comparator = Some(Comparator::AtMost);
    }
    quantity
}
