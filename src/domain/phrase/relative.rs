//! Promises measured against something else: 高于全国平均水平, 与经济增长同步.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::number_with_unit::Quantity;
use super::parsed::{Direction, PhraseTarget};
use super::text::{ends_with, starts_with, written};
use super::{name, never};
use crate::target::{Comparator, Kind};

/// A comparison word; some need the other side to be a mean or a growth to count as one.
#[derive(Debug, Clone, Copy)]
enum Relation {
    /// 高于 and the like.
    Plain(Comparator),
    /// 达到, 超过: only with 平均, 水平, 增速 behind them.
    Guarded(Comparator),
    /// 不超过: only with another place or time behind it.
    Bounded(Comparator),
    /// Contains a comparison word but is none.
    Stop,
}

use Relation::{Bounded, Guarded, Plain, Stop};

static RELATIONS: LazyLock<Lexicon<Relation>> = LazyLock::new(|| {
    Lexicon::starting([
        (include_str!("lexicon/relative/above.txt"), Plain(Comparator::Above)),
        (include_str!("lexicon/relative/below.txt"), Plain(Comparator::Below)),
        (include_str!("lexicon/relative/at_least.txt"), Plain(Comparator::AtLeast)),
        (include_str!("lexicon/relative/at_most.txt"), Plain(Comparator::AtMost)),
        (include_str!("lexicon/relative/not_exceeding.txt"), Bounded(Comparator::AtMost)),
        (include_str!("lexicon/relative/guarded.txt"), Guarded(Comparator::Above)),
        (include_str!("lexicon/relative/reaching.txt"), Guarded(Comparator::AtLeast)),
        // Classes of water and air are names, not means to be compared with.
        (include_str!("lexicon/relative/stop.txt"), Stop),
    ])
});

/// Words that make the other side the same measure elsewhere or at another time.
static ELSEWHERE: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/relative/elsewhere.txt")));

/// Measures that are the other side by themselves.
const OTHERS: [&str; 6] = ["各项贷款", "全部贷款", "一般公共预算", "经常性", "工业投资", "GDP"];

/// Words that make the other side a quantity at all.
static QUANTITIES: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/relative/quantities.txt")));

fn contains(text: &[char], word: &str) -> bool {
    (0..text.len()).any(|at| starts_with(&text[at..], word))
}

fn mentions(text: &[char], words: &[&str]) -> bool {
    words.iter().any(|word| contains(text, word))
}

/// Words behind the other side that say how it compares.
const BOUNDS: [(&str, Comparator); 2] = [("以上", Comparator::AtLeast), ("以下", Comparator::AtMost)];

/// The two sides of a comparison found in a text.
struct Sides<'a> {
    subject: &'a [char],
    other: &'a [char],
    comparator: Comparator,
    word: String,
}

/// Whether a text starts with the name of another place or time.
pub(super) fn is_elsewhere(text: &[char]) -> bool {
    ELSEWHERE.opens(text)
}

/// [`compare`], with one promise for each of several subjects (GDP、固投增速均高于全国).
pub(super) fn compare_each(text: &[char], quantity: Option<&Quantity>) -> Vec<PhraseTarget> {
    let Some((target, subject)) = read(text, quantity) else { return Vec::new() };
    let (rest, each) = strip_modals(subject);
    let members = name::members(rest);
    if members.len() < 2 || !each && !name::is_joint(rest, &members) {
        return vec![target];
    }
    let of = |member: &Vec<char>| PhraseTarget {
        indicator: written(name::tidy(strip_rate(member))),
        ..target.clone()
    };
    members.iter().map(of).collect()
}

/// A comparison in the words before `quantity` (its points), or in a clause without a number.
/// `text` starts where the name starts.
pub(super) fn compare(text: &[char], quantity: Option<&Quantity>) -> Option<PhraseTarget> {
    read(text, quantity).map(|(target, _)| target)
}

/// The comparison, and its subject as written.
fn read<'a>(text: &'a [char], quantity: Option<&Quantity>) -> Option<(PhraseTarget, &'a [char])> {
    let sides = by_word(text, quantity.is_some())
        .or_else(|| than(text, quantity.is_some()))
        .or_else(|| if quantity.is_none() { in_step(text) } else { None })?;
    // 达到全国平均水平以上: the bound is no part of the other side.
    let after = BOUNDS.iter().find(|(word, _)| quantity.is_none() && ends_with(sides.other, word));
    let bound = after.map_or(0, |(word, _)| word.chars().count());
    let other = name::tidy(&sides.other[..sides.other.len() - bound]);
    if other.is_empty() || other[0].is_ascii_digit() {
        return None;
    }
    // 各项贷款平均增速 is another measure; 全国贷款平均增速 is this one elsewhere.
    let elsewhere = ELSEWHERE.is_within(other) || (contains(other, "平均") && !mentions(other, &OTHERS));
    let kind = if elsewhere { Kind::VersusBenchmark } else { Kind::VersusIndicator };
    let comparator = match quantity.and_then(|quantity| quantity.comparator) {
        Some(stated) => stated,
        None => after.map_or(sides.comparator, |(_, stated)| *stated),
    };
    let direction = match sides.comparator {
        Comparator::Below | Comparator::AtMost => Direction::Down,
        Comparator::About | Comparator::Equal => Direction::Hold,
        _ => Direction::Up,
    };
    let mut hedges = vec![sides.word];
    hedges.extend(after.map(|(word, _)| (*word).to_owned()));
    hedges.extend(quantity.iter().flat_map(|quantity| quantity.hedges.iter().map(|word| (*word).to_owned())));
    let target = PhraseTarget {
        indicator: written(name::tidy(strip_rate(strip_modals(sides.subject).0))),
        kind,
        comparator: Some(comparator),
        value: quantity.map(|quantity| quantity.low),
        value_hi: quantity.and_then(|quantity| quantity.high),
        unit: quantity.map(|quantity| quantity.unit.clone()).unwrap_or_default(),
        direction,
        hedge: Some(hedges.join("+")),
        benchmark: Some(written(other)),
    };
    Some((target, sides.subject))
}

/// A subject without the words of manner at its end, and whether one of them said 均.
fn strip_modals(subject: &[char]) -> (&[char], bool) {
    static MODALS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/relative/modal.txt")));
    let (mut rest, mut each) = (subject, false);
    while let Some((length, ())) = MODALS.at_end(rest) {
        let (before, word) = rest.split_at(rest.len() - length);
        each |= matches!(word, ['均' | '皆'] | ['分', '别'] | ['双', '双']);
        rest = before;
    }
    (rest, each)
}

/// 居民收入增速 names the growth of 居民收入.
fn strip_rate(subject: &[char]) -> &[char] {
    const RATES: [&str; 6] = ["增长速度", "增长率", "增速", "增幅", "增长", "涨幅"];
    let rate = RATES.iter().find(|word| ends_with(subject, word));
    let stripped = rate.map_or(subject, |word| &subject[..subject.len() - word.chars().count()]);
    if stripped.is_empty() { subject } else { stripped }
}

/// 甲高于乙.
fn by_word(text: &[char], numbered: bool) -> Option<Sides<'_>> {
    let mut at = 0;
    while at < text.len() {
        let (length, relation) = match RELATIONS.at_start(&text[at..]) {
            Some(found) => found,
            None => {
                at += 1;
                continue;
            }
        };
        let other = &text[at + length..];
        let (subject, never) = allowed(&text[..at]);
        let word: String = text[at - never..at + length].iter().collect();
        // 不得高于上年: at most; 防止能耗高于上年 as well.
        let forbidden = subject.len() < at;
        let sides = |comparator| {
            let comparator = if forbidden { never::turned(comparator)? } else { comparator };
            Some(Sides { subject, other, comparator, word })
        };
        match relation {
            Plain(comparator) if at > 0 && (numbered || QUANTITIES.is_within(other)) => {
                return sides(comparator);
            }
            Guarded(comparator)
                if at > 0
                    && (forbidden && ELSEWHERE.is_within(other)
                        || mentions(other, &["平均", "全国增", "全省增", "增速", "经济增长", "GDP增"])) =>
            {
                return sides(comparator);
            }
            Bounded(comparator) if at > 0 && ELSEWHERE.is_within(other) => return sides(comparator),
            _ => at += length,
        }
    }
    None
}

/// `subject` without a word that forbids the comparison behind it, and the characters of one directly before it.
fn allowed(subject: &[char]) -> (&[char], usize) {
    if let Some(length) = never::at_end(subject).filter(|&length| length < subject.len()) {
        return (&subject[..subject.len() - length], length);
    }
    never::leading(subject).map_or((subject, 0), |length| (&subject[length..], 0))
}

/// 甲比乙高 (1个百分点).
fn than(text: &[char], numbered: bool) -> Option<Sides<'_>> {
    if !numbered {
        return None;
    }
    let (&last, rest) = text.split_last()?;
    let comparator = match last {
        '高' | '快' => Comparator::Above,
        '低' | '慢' => Comparator::Below,
        _ => return None,
    };
    // 提高 and 加快 are changes, not comparisons.
    if matches!(rest.last(), Some('提' | '加' | '降' | '调' | '减' | '放' | '增' | '压' | '走')) {
        return None;
    }
    let at = rest.iter().rposition(|&c| matches!(c, '比' | '较'))?;
    (at > 0).then(|| Sides {
        subject: &rest[..at],
        other: &rest[at + 1..],
        comparator,
        word: last.to_string(),
    })
}

/// 甲与乙同步, 甲与乙持平.
fn in_step(text: &[char]) -> Option<Sides<'_>> {
    const STEPS: [(&str, Comparator); 6] = [
        ("同步", Comparator::About),
        ("持平", Comparator::Equal),
        ("相当", Comparator::About),
        ("相匹配", Comparator::About),
        ("相适应", Comparator::About),
        ("一致", Comparator::About),
    ];
    static BETWEEN: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/relative/in_step_between.txt")));
    let end = (0..text.len()).find_map(|at| {
        STEPS
            .iter()
            .find(|(word, _)| starts_with(&text[at..], word))
            .map(|(word, comparator)| (at, *word, *comparator))
    });
    let (at, word, comparator) = end?;
    let mut before = &text[..at];
    let mut softened = false;
    while let Some((length, ())) = BETWEEN.at_end(before) {
        let (rest, said) = before.split_at(before.len() - length);
        softened |= said.windows(2).any(|pair| pair == ['基', '本']);
        before = rest;
    }
    let link = before.iter().rposition(|&c| matches!(c, '与' | '和' | '同' | '跟'))?;
    let comparator = if softened { Comparator::About } else { comparator };
    let word = if softened { format!("基本{word}") } else { word.to_owned() };
    Some(Sides { subject: strip_hold(&before[..link]), other: &before[link + 1..], comparator, word })
}

fn strip_hold(subject: &[char]) -> &[char] {
    ["保持", "实现", "要"]
        .iter()
        .find(|word| ends_with(subject, word))
        .map_or(subject, |word| &subject[..subject.len() - word.chars().count()])
}
