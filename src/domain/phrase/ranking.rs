//! Places in a ranking: 前10名, 第3位, 首位, and the words that say whose place it is (排全省前五).

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::cues::Cues;
use super::lexicon::{Lexicon, ending, starting};
use super::measurement_units::{self, UnitKind};
use super::number;
use super::number_with_unit::{Found, is_baseline, plain, tail};
use super::text::{ends_with, starts_with};
use crate::target::Comparator;

/// Characters before 前 with which it is a time or an order (年前, 之前).
const NOT_RANKS: [char; 10] = ['之', '提', '目', '年', '当', '月', '日', '底', '会', '以'];

/// The unit of every place, however it is written (名, 强, 甲).
const PLACE: &str = "位";

/// 前10名, 第3位: a place in a ranking; other ordinals (第12届) belong to names.
pub(super) fn rank(text: &[char], at: usize, end: usize, value: Decimal) -> Option<Found> {
    let marker = *text[..at].last()?;
    let before = &text[..at - 1];
    let unit = text.get(end).copied().filter(|c| matches!(c, '位' | '名' | '列' | '强' | '甲' | '席'));
    let whole = value.is_integer() && value >= Decimal::ONE;
    if marker == '后' && matches!(unit, Some('位' | '名')) {
        // 退出全国后20位 is a part of a ranking, no place in it.
        return Some(Found::Loose(end + 1));
    }
    let first = marker == '前' && !before.last().is_some_and(|c| NOT_RANKS.contains(c));
    if !(first || marker == '第') {
        return None;
    }
    let counted = unit.filter(|c| first || matches!(c, '位' | '名'));
    let stop = end + usize::from(counted.is_some());
    let stop = stop + closing(&text[stop..]);
    let ends = stop > end + usize::from(counted.is_some()) || closes(&text[stop..]);
    if marker == '第' && counted.is_none() && !(ends && is_placed(before)) {
        // 第3至5位 is a part of a ranking as well.
        let span = matches!(text.get(end), Some('-' | '~' | '至' | '到')) && is_placed(before);
        let named = || Found::Name(end + measurement_units::read(&text[end..]).length);
        return Some(if span { Found::Loose(span_end(text, end + 1)) } else { named() });
    }
    if first && text.get(end) == Some(&'%') {
        // 前30% is a place only for who knows how many there are.
        return Some(Found::Loose(end + 1));
    }
    if !whole || !ends && counted.is_none() {
        return Some(Found::Name(end));
    }
    if !ends && first {
        // 前10名企业 are chosen, 前三季度 is a time.
        return Some(Found::Name(stop));
    }
    Some(place(text, at - 1, stop, value))
}

/// Whether a part behind `before` is one of a ranking (前三分之一, 前1/3), a place only for who knows how many there are.
pub(super) fn is_part(before: &[char]) -> bool {
    match before {
        [.., word, '前' | '后'] => {
            !NOT_RANKS.contains(word) && !matches!(word, '然' | '此' | '今' | '往' | '午')
        }
        _ => false,
    }
}

/// Where the second place of 第2至第4位 ends, which starts at `from`.
fn span_end(text: &[char], from: usize) -> usize {
    let from = from + usize::from(text.get(from) == Some(&'第'));
    let digits = |c: &&char| c.is_ascii_digit() || number::is_numeral(**c);
    let end = from + text[from.min(text.len())..].iter().take_while(digits).count();
    end + usize::from(matches!(text.get(end), Some('位' | '名')))
}

/// 稳居全省首位, 位列全国榜首.
pub(super) fn head(text: &[char], at: usize) -> Option<Found> {
    let length = ["首位", "榜首"].iter().find(|word| starts_with(&text[at..], word))?.chars().count();
    let stop = at + length + closing(&text[at + length..]);
    (is_placed(&text[..at]) && closes(&text[stop..])).then(|| place(text, at, stop, Decimal::ONE))
}

fn place(text: &[char], start: usize, stop: usize, value: Decimal) -> Found {
    let mut quantity = plain(start, stop, value, PLACE.to_owned(), UnitKind::Rank);
    quantity.comparator = Some(Comparator::AtMost);
    let scope = ["全国", "全省", "全市"].iter().find(|word| ends_with(&text[..start], word));
    quantity.baseline = is_baseline(&text[..start - scope.map_or(0, |word| word.chars().count())]);
    let mut quantity = tail(text, quantity);
    // 第3位以上 is the third place or a better one.
    if quantity.comparator != Some(Comparator::About) {
        quantity.comparator = Some(Comparator::AtMost);
    }
    Found::Quantity(quantity)
}

/// Words behind a place that say no more: 前五行列.
fn closing(after: &[char]) -> usize {
    static CLOSING: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/ranking/closing.txt")));
    CLOSING.at_start(after).map_or(0, |(length, ())| length)
}

fn closes(after: &[char]) -> bool {
    static CLOSES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/ranking/closes.txt")));
    match after {
        [] | ['、' | '和' | '与' | '及' | '并' | '(' | '且', ..] => true,
        _ => CLOSES.opens(after),
    }
}

/// Whether a place may follow: a ranking has been named.
fn is_placed(before: &[char]) -> bool {
    static PLACED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/ranking/placed.txt")));
    PLACED.ends(before) || matches!(WORDS.at_end(before), Some((_, Word::Scope | Word::Verb)))
}

/// A word between what is ranked and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// 进入, 位居.
    Verb,
    /// 保持, 稳居: the place is to be kept.
    Hold,
    /// 排名: the verb, unless there is another.
    Rank,
    /// 全省, 中部.
    Scope,
    /// 力争.
    Modal,
    /// 均, 分别.
    Each,
    Filler,
    Stop,
}

static WORDS: LazyLock<Lexicon<Word>> = LazyLock::new(|| {
    Lexicon::ending([
        (include_str!("lexicon/ranking/verbs.txt"), Word::Verb),
        (include_str!("lexicon/ranking/hold.txt"), Word::Hold),
        ("排名", Word::Rank),
        (include_str!("lexicon/ranking/scopes.txt"), Word::Scope),
        (include_str!("lexicon/ranking/modal.txt"), Word::Modal),
        (include_str!("lexicon/ranking/each.txt"), Word::Each),
        (include_str!("lexicon/ranking/filler.txt"), Word::Filler),
        (include_str!("lexicon/ranking/stop.txt"), Word::Stop),
    ])
});

/// Takes the words that say where (在全省排, 稳居全国) off the end of `before`: the length of what is left, and what they
/// said. A name is never taken away whole.
pub(super) fn peel(before: &[char]) -> (usize, Cues) {
    const WORDS_MAX: usize = 8;
    let mut cues = Cues::default();
    let mut end = before.len();
    let mut verb = false;
    for _ in 0..WORDS_MAX {
        let rest = &before[..end];
        let Some((length, word)) = WORDS.at_end(rest) else {
            match (verb, wide_scope(rest)) {
                (false, Some(length)) => {
                    end -= length;
                    continue;
                }
                _ => break,
            }
        };
        match word {
            Word::Stop => break,
            Word::Rank if verb => break,
            // 居, 列 and 排 alone are verbs only where a place follows.
            Word::Verb | Word::Rank => verb = true,
            Word::Hold => (verb, cues.hold) = (true, true),
            Word::Each => cues.each = true,
            Word::Modal => {
                cues.modal = true;
                cues.hedges.insert(0, rest[end - length..].iter().collect());
            }
            Word::Scope | Word::Filler => {}
        }
        end -= length;
    }
    (end, cues)
}

/// 全国地级市, 全省同类园区 behind a verb: the characters of a wider scope at the end of `text`.
fn wide_scope(text: &[char]) -> Option<usize> {
    const LENGTH_MAX: usize = 12;
    let near = &text[text.len().saturating_sub(LENGTH_MAX)..];
    let at = (0..near.len())
        .rev()
        .find(|&at| ["全国", "全省", "全市", "全区"].iter().any(|word| starts_with(&near[at..], word)))?;
    let length = near.len() - at;
    let before = &text[..text.len() - length];
    let led = matches!(WORDS.at_end(before), Some((_, Word::Verb | Word::Hold))) || before.ends_with(&['在']);
    (led && !near[at..].contains(&'、')).then_some(length)
}
