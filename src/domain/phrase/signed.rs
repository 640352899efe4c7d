//! Promises made by a word of sign: 转正, 零增长, 两位数增长, 降幅收窄, 零发生, 清零, 双下降.
//!
//! They have a number though none is written (转正 is growth above 0, 零发生 a limit of 0), or are several promises in one
//! word (起数、死亡人数双下降).

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::{Lexicon, ending, list, starting};
use super::parsed::Direction;
use super::text::{ends_with, starts_with};
use super::{movement, name};
use crate::target::{Comparator, Kind};

/// One promise of a word of sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) name: Vec<char>,
    pub(super) kind: Kind,
    pub(super) bound: Option<(Comparator, Decimal)>,
    pub(super) unit: &'static str,
    pub(super) direction: Direction,
}

/// What the words of sign of a clause say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signed {
    Promises(Vec<Said>),
    /// 四项指标双下降: several, and nobody says which.
    Unnamed,
}

/// What a word at the end of a clause says of the words before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// 转正: growth above nothing.
    Turns,
    /// 由增转降: growth below nothing.
    Falls,
    /// 零增长: growth of nothing, at most.
    Flat,
    /// 两位数增长: growth of 10 % at least.
    TwoDigits,
    /// 零发生: none of what stands before it.
    None,
    /// 零伤亡: none of what the word itself names, in this unit.
    NoneOf(&'static str, &'static str),
    /// 清零: none is left.
    Cleared,
    /// 双下降: as many promises as it counts.
    Several(usize, movement::Motion, Direction),
    /// It only ends alike.
    Stop,
}

static ENDINGS: LazyLock<Lexicon<Ending>> = LazyLock::new(|| {
    use Ending::{Cleared, Falls, Flat, None, NoneOf, Several, Stop, Turns, TwoDigits};
    use movement::Motion::{MayMove, Moves};
    let entry = |word: &str, ending: Ending| [(word.to_owned(), ending), (format!("“{word}”"), ending)];
    let said = |text, ending| list(text).flat_map(move |word| entry(word, ending));
    let none = |text, unit| list(text).flat_map(move |word| entry(&format!("零{word}"), NoneOf(word, unit)));
    let counts = [("双", 2), ("两", 2), ("三", 3), ("四", 4)];
    let verbs = [
        ("下降", Moves, Direction::Down),
        ("降", Moves, Direction::Down),
        ("减少", Moves, Direction::Down),
        ("增长", Moves, Direction::Up),
        ("上升", Moves, Direction::Up),
        ("提升", MayMove, Direction::Up),
        ("提高", MayMove, Direction::Up),
    ];
    let several = counts.into_iter().flat_map(|(count, number)| {
        verbs.into_iter().flat_map(move |(verb, motion, direction)| {
            let ending = Several(number, motion, direction);
            entry(&format!("{count}{verb}"), ending).into_iter().chain([(format!("“{count}”{verb}"), ending)])
        })
    });
    let entries = said(include_str!("lexicon/signed/turns.txt"), Turns)
        .chain(said(include_str!("lexicon/signed/turns_down.txt"), Falls))
        .chain(said("零增长", Flat))
        .chain(said(include_str!("lexicon/signed/two_digits.txt"), TwoDigits))
        .chain(said(include_str!("lexicon/signed/none.txt"), None))
        .chain(none(include_str!("lexicon/signed/none_of_events.txt"), "起"))
        .chain(none(include_str!("lexicon/signed/none_of_people.txt"), "人"))
        .chain(none(include_str!("lexicon/signed/none_of_others.txt"), ""))
        .chain(said("清零", Cleared))
        .chain(several)
        .chain(said(include_str!("lexicon/signed/not_turning.txt"), Stop));
    Lexicon::of_suffixes(entries)
});

/// Words between a subject and its sign: they are no part of its name.
static BETWEEN: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/signed/between.txt")));

/// `text` without the words of manner at its end.
pub(super) fn trimmed(text: &[char]) -> &[char] {
    let mut rest = name::tidy(text);
    while let Some(length) = since(rest).or_else(|| BETWEEN.at_end(rest).map(|(length, ())| length))
        && length < rest.len()
    {
        rest = name::tidy(&rest[..rest.len() - length]);
    }
    rest
}

/// Whether `text` is a sign without its subject (三季度转正, 力争转正).
pub(super) fn continues(text: &[char]) -> bool {
    let Some((length, Ending::Turns | Ending::Falls | Ending::TwoDigits | Ending::Flat)) =
        ENDINGS.at_end(text)
    else {
        return false;
    };
    let mut rest = &text[..text.len() - length];
    while let Some((length, ())) = BETWEEN.at_end(rest) {
        rest = &rest[..rest.len() - length];
    }
    rest.is_empty()
}

/// 较一季度, 比上年末 at the end of `text`: the characters it takes.
fn since(text: &[char]) -> Option<usize> {
    const REACH_BACK: usize = 8;
    let back = text.iter().rev().take(REACH_BACK).position(|c| matches!(c, '较' | '比'))?;
    let time = &text[text.len() - back..];
    let of_time =
        |c: &char| c.is_ascii_digit() || "一二三四五六七八九十前上去今年月季度半末底初同期本全-".contains(*c);
    (!time.is_empty() && time.iter().all(of_time)).then_some(back + 1)
}

/// Words of sign up to this length (转正, 转降) need a subject.
const SHORT: usize = 3;

/// Reads what a word of sign at the end of `body` promises; `body` starts where the name does.
pub(super) fn read(body: &[char]) -> Option<Signed> {
    let body = without_aim(body);
    if let Some(said) = narrowing(body).or_else(|| free_of(body)) {
        return Some(Signed::Promises(said));
    }
    let (length, ending) = ENDINGS.at_end(body)?;
    let before = &body[..body.len() - length];
    let subject = trimmed(before);
    let each = ["双双", "均", "分别", "全部"].iter().any(|word| ends_with(name::tidy(before), word));
    let rate = |comparator, value: i64, direction| {
        let said = |name: Vec<char>| Said {
            name,
            kind: Kind::Growth,
            bound: Some((comparator, Decimal::from(value))),
            unit: "%",
            direction,
        };
        let names = || if each { name::members(subject) } else { movement::subjects(subject) };
        // 由负转正 says what moves how also without a subject, 转正 does not.
        let whole = subject.is_empty() && length > SHORT;
        let alone = || vec![said(Vec::new())];
        if whole {
            Some(alone())
        } else {
            (!subject.is_empty()).then(|| names().into_iter().map(said).collect())
        }
    };
    let said: Option<Vec<Said>> = match ending {
        Ending::Turns if !is_of_people(subject) => rate(Comparator::Above, 0, Direction::Up),
        Ending::Falls => rate(Comparator::Below, 0, Direction::Down),
        Ending::Flat => rate(Comparator::AtMost, 0, Direction::Hold),
        Ending::TwoDigits => rate(Comparator::AtLeast, 10, Direction::Up),
        Ending::None | Ending::NoneOf(..) => zeros(body),
        Ending::Cleared => (!subject.is_empty()).then(|| vec![none(subject.to_vec(), unit_of(subject))]),
        Ending::Several(count, motion, direction) => {
            return Some(several(body, subject, count, motion, direction));
        }
        Ending::Turns | Ending::Stop => None,
    };
    said.map(Signed::Promises)
}

/// 试用人员转正 is about a post.
fn is_of_people(subject: &[char]) -> bool {
    static PEOPLE: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/signed/people.txt")));
    PEOPLE.is_within(subject)
}

/// 实现“双下降”目标: what the sign is called says nothing more.
fn without_aim(body: &[char]) -> &[char] {
    let aim = ["的目标", "目标", "的态势", "态势"].iter().find(|word| ends_with(body, word));
    let rest = &body[..body.len() - aim.map_or(0, |word| word.chars().count())];
    if ENDINGS.at_end(rest).is_some() { rest } else { body }
}

fn none(name: Vec<char>, unit: &'static str) -> Said {
    Said {
        name,
        kind: Kind::Cap,
        bound: Some((Comparator::AtMost, Decimal::ZERO)),
        unit,
        direction: Direction::Down,
    }
}

/// What is counted when there is to be none of it.
fn unit_of(subject: &[char]) -> &'static str {
    static COUNTED: LazyLock<Lexicon<&str>> = LazyLock::new(|| {
        Lexicon::ending([
            (include_str!("lexicon/signed/counted_events.txt"), "起"),
            (include_str!("lexicon/signed/counted_people.txt"), "人"),
            (include_str!("lexicon/signed/counted_homes.txt"), "户"),
            (include_str!("lexicon/signed/counted_firms.txt"), "家"),
        ])
    });
    COUNTED.at_end(subject).map_or("", |(_, unit)| unit)
}

/// 森林火灾零发生、零伤亡: each speaks of the subject of the first.
fn zeros(body: &[char]) -> Option<Vec<Said>> {
    let mut rest = body;
    let mut found = Vec::new();
    while let Some((length, ending @ (Ending::None | Ending::NoneOf(..)))) = ENDINGS.at_end(rest) {
        found.push(ending);
        rest = &rest[..rest.len() - length];
        match rest.split_last() {
            Some(('、' | '和' | '及' | '与', before)) if ENDINGS.at_end(before).is_some() => {
                rest = before
            }
            _ => break,
        }
    }
    let subject = trimmed(rest);
    let said = found.into_iter().rev().map(|ending| match ending {
        Ending::NoneOf(what, unit) if !ends_with(subject, what) => {
            let name: Vec<char> = subject.iter().copied().chain(what.chars()).collect();
            none(name, unit)
        }
        Ending::NoneOf(_, unit) => none(subject.to_vec(), unit),
        _ => none(subject.to_vec(), unit_of(subject)),
    });
    let said: Vec<Said> = said.collect();
    said.iter().all(|said| !said.name.is_empty()).then_some(said)
}

/// What declines, of a name that ends with 降幅 or the like.
pub(super) fn declining(name: &[char]) -> Option<&[char]> {
    static DECLINES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/signed/declines.txt")));
    DECLINES.at_end(name).map(|(length, ())| &name[..name.len() - length])
}

/// 降幅收窄: the decline is to be smaller than it was.
fn narrowing(body: &[char]) -> Option<Vec<Said>> {
    const VERBS: [&str; 7] = ["收窄", "缩小", "收敛", "减小", "缩窄", "放缓", "趋缓"];
    let verb = VERBS.iter().find(|word| ends_with(body, word))?;
    let rest = trimmed(&body[..body.len() - verb.chars().count()]);
    let subject = trimmed(declining(rest)?);
    let names = if subject.is_empty() { vec![rest.to_vec()] } else { movement::subjects(subject) };
    let said = |name| Said { name, kind: Kind::Narrowing, bound: None, unit: "", direction: Direction::Up };
    Some(names.into_iter().map(said).collect())
}

/// 无重特大事故, 建筑领域不发生较大事故: none of what can be counted. Risks and returns to poverty have no count.
fn free_of(body: &[char]) -> Option<Vec<Said>> {
    const EVENTS: [&str; 7] = ["事故", "案件", "火灾", "事件", "命案", "伤亡", "死亡"];
    const NEVER: [&str; 6] = ["不发生", "未发生", "不再发生", "不出现", "零发生", "未出现"];
    // 无 is a part of so many words that only what is graded or counted may follow it.
    static GRADED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/signed/graded.txt")));
    if !EVENTS.iter().any(|word| ends_with(body, word)) {
        return None;
    }
    let found = (0..body.len()).find_map(|at| {
        let rest = &body[at..];
        let never = NEVER.iter().find(|word| starts_with(rest, word)).map(|word| word.chars().count());
        let free = || {
            let graded = matches!(rest[0], '无' | '零') && GRADED.opens(&rest[1..]);
            (graded && (at == 0 || trimmed(&body[..at]).len() == at)).then_some(1)
        };
        never.or_else(free).map(|length| (at, length))
    });
    let (at, length) = found?;
    let scope = trimmed(&body[..at]);
    let scope = if scope.len() < 2 || ends_with(scope, "坚决") { &scope[..0] } else { scope };
    let what = name::tidy(&body[at + length..]);
    let name = [scope, what].concat();
    let unit = unit_of(&name);
    // 火灾零发生、零伤亡 are two of one subject, see `zeros`.
    (!what.is_empty() && what[0] != '零').then(|| vec![none(name, unit)])
}

/// The promises of 双下降: one for each member of its subject, if there are as many as it says.
fn several(
    body: &[char],
    subject: &[char],
    count: usize,
    motion: movement::Motion,
    direction: Direction,
) -> Signed {
    const ACCIDENTS: [&str; 6] = ["事故", "火灾", "安全生产", "生产安全", "交通安全", "消防安全"];
    let said = |name: Vec<char>, kind| Said { name, kind, bound: None, unit: "", direction };
    let mut members = name::members(subject);
    // 生产安全事故双下降 has one meaning in every office.
    if members.len() == 1 && count == 2 && ACCIDENTS.iter().any(|word| ends_with(subject, word)) {
        let of =
            if ends_with(subject, "安全生产") || ends_with(subject, "安全") { "事故" } else { "" };
        members = ["起数", "死亡人数"]
            .map(|side| subject.iter().copied().chain(of.chars()).chain(side.chars()).collect())
            .to_vec();
    }
    if members.len() == count && count > 1 {
        let kind = |name: &[char]| {
            if motion == movement::Motion::Moves || movement::is_measured(name) {
                Kind::Trend
            } else {
                Kind::Qualitative
            }
        };
        return Signed::Promises(
            members
                .into_iter()
                .map(|name| {
                    let kind = kind(&name);
                    said(name, kind)
                })
                .collect(),
        );
    }
    if motion == movement::Motion::MayMove && !movement::is_measured(subject) {
        return Signed::Promises(vec![said(body.to_vec(), Kind::Qualitative)]);
    }
    Signed::Unnamed
}

/// Whether `name` only says how many measures move (交通事故四项指数), not which.
pub(super) fn is_unnamed(name: &[char]) -> bool {
    const SETS: [&str; 5] = ["指标", "指数", "指标”", "指数”", "数据"];
    const REACH_BACK: usize = 8;
    let numbered = |pair: &[char]| {
        (pair[0].is_ascii_digit() || super::number::is_numeral(pair[0]))
            && matches!(pair[1], '项' | '个' | '大' | '类')
    };
    if name.get(..2).is_some_and(|pair| numbered(pair) && pair[0] != '一' && pair[1] != '大') {
        return true;
    }
    if !SETS.iter().any(|word| ends_with(name, word)) {
        return false;
    }
    let near = &name[name.len().saturating_sub(REACH_BACK)..];
    near.windows(2).any(numbered)
}
