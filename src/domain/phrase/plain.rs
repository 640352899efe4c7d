//! Promises without a number: coverage, dated steps, trends, and work whose result a person judges.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::markers::{Markers, WORK, markers};
use super::parsed::{Direction, PhraseTarget};
use super::signed::{self, Said, Signed};
use super::text::{ends_with, starts_with, written};
use super::{movement, name};
use crate::target::{Comparator, Kind};

/// What a clause without a usable number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plain {
    /// A promise that can be followed by itself, or one for each of several subjects.
    Promise(Vec<PhraseTarget>),
    /// Work described by a verb, without a measure.
    Work(PhraseTarget),
    /// Several promises whose number is said, but not which they are (四项指标双下降).
    Number,
    /// Nothing the grammar knows.
    Unknown,
}

/// Reads a clause (or a part of one) that has no number to promise. `dated`: a date stands in it.
pub(super) fn read(text: &[char], shielded: &[bool], dates: &[std::ops::Range<usize>]) -> Plain {
    let (start, mut hedges) = name::skip_leads(text, 0..text.len(), dates);
    let markers = markers(text, shielded);
    if markers.pending || text.is_empty() {
        return Plain::Unknown;
    }
    let body = &text[start.min(text.len())..];
    let mut compared = super::relative::compare_each(body, None);
    if !compared.is_empty() {
        hedges.extend(compared[0].hedge.take());
        for target in &mut compared {
            target.hedge = joined(&hedges);
        }
        return Plain::Promise(compared);
    }
    match signed::read(body) {
        Some(Signed::Unnamed) => return Plain::Number,
        Some(Signed::Promises(said)) => {
            return Plain::Promise(said.into_iter().map(|said| promised(said, joined(&hedges))).collect());
        }
        None => {}
    }
    let named = |name: &[char], kind, comparator, direction| PhraseTarget {
        indicator: written(name::tidy(name)),
        kind,
        comparator,
        value: None,
        value_hi: None,
        unit: String::new(),
        direction,
        hedge: joined(&hedges),
        benchmark: None,
    };
    let target = |kind, comparator, direction, until: usize| {
        named(&text[start.min(until)..until], kind, comparator, direction)
    };
    let dated = markers.deadline || !dates.is_empty();
    // 12月底前全部完工 is a day to be kept, 全部达标 a share of all.
    let whole =
        |&(from, to): &(usize, usize)| dated && markers.completion && starts_with(&text[from..to], "全部");
    if let Some((from, to)) = markers.coverage.filter(|found| !whole(found)) {
        let until =
            if to == text.len() && from > start { predicate_start(&text[..from]) } else { text.len() };
        let covered = target(Kind::Coverage, Some(Comparator::Equal), Direction::Up, until.max(start));
        return Plain::Promise(vec![covered]);
    }
    if dated && markers.completion {
        return Plain::Promise(vec![target(Kind::Milestone, None, Direction::Up, text.len())]);
    }
    if let Some(moved) = moved(text, start, &markers, &named) {
        return moved;
    }
    if (markers.work || markers.completion) && !is_title(text) {
        let promise = target(Kind::Qualitative, None, judged_direction(text), text.len());
        // 确保…, 守牢…底线 and 清零 bind by themselves; other work does so only when nothing else in the phrase does.
        let firm = hedges.iter().any(|hedge| hedge == "确保" || hedge == "力争") || binds(text);
        return if firm { Plain::Promise(vec![promise]) } else { Plain::Work(promise) };
    }
    match markers.manner {
        // 办学特色更加鲜明: a state that is to be more so, whatever the word for it.
        Some(at) if at > start && text.len() > at + 2 && is_degree(&text[at..]) && !is_title(text) => {
            Plain::Work(target(Kind::Qualitative, None, Direction::Up, text.len()))
        }
        _ => Plain::Unknown,
    }
}

/// Makes the target of a named figure of a kind, compared and directed so.
type Named<'a> = dyn Fn(&[char], Kind, Option<Comparator>, Direction) -> PhraseTarget + 'a;

/// A movement of what the clause names from `start` on, with its manner (稳步下降) or, of a figure, without (占比下降).
fn moved(text: &[char], start: usize, markers: &Markers, named: &Named<'_>) -> Option<Plain> {
    let body = &text[start.min(text.len())..];
    let trends = |name: &[char], direction| {
        if signed::is_unnamed(name) {
            return Plain::Number;
        }
        // 排名前移: the better place has the smaller number.
        let direction = match direction {
            Direction::Up if movement::is_ranking(name) => Direction::Down,
            Direction::Down if movement::is_ranking(name) => Direction::Up,
            other => other,
        };
        let each = movement::subjects(name);
        Plain::Promise(each.iter().map(|member| named(member, Kind::Trend, None, direction)).collect())
    };
    if let Some(moving) = markers.moving() {
        let before = moving.start > start;
        let until = moving.start.saturating_sub(said_before(&text[start..moving.start.max(start)]));
        let subject = if before { &text[start..until.max(start)] } else { &text[moving.end..] };
        if movement::is_trend(subject, moving.motion, markers.course) {
            return Some(trends(if before { signed::trimmed(subject) } else { body }, moving.direction));
        }
        if before {
            return Some(Plain::Promise(vec![named(subject, Kind::Qualitative, None, moving.direction)]));
        }
    }
    let (end, direction) = markers.bare_movement(body, start)?;
    Some(trends(signed::trimmed(&body[..end]), direction))
}

/// A promise of a word of sign.
fn promised(said: Said, hedge: Option<String>) -> PhraseTarget {
    PhraseTarget {
        indicator: written(name::tidy(&said.name)),
        kind: said.kind,
        comparator: said.bound.map(|(comparator, _)| comparator),
        value: said.bound.map(|(_, value)| value),
        value_hi: None,
        unit: said.unit.to_owned(),
        direction: said.direction,
        hedge,
        benchmark: None,
    }
}

/// 满意度稳步提升、发案率持续下降: each part that ends with a movement of its own is read by itself, if all do.
pub(super) fn movements(text: &[char], shielded: &[bool]) -> Vec<std::ops::Range<usize>> {
    let ends = |from: usize, to: usize| ends_moving(&text[from..to], &shielded[from..to]);
    let mut spans = Vec::new();
    // Where the part read starts, and the member behind the last 、.
    let (mut from, mut member) = (0, 0);
    for at in (0..text.len()).filter(|&at| text[at] == '、' && !shielded[at]) {
        // 火灾零发生、零伤亡: of one subject.
        if ends(member, at) && text.get(at + 1) != Some(&'零') {
            spans.push(from..at);
            from = at + 1;
        }
        member = at + 1;
    }
    if from > 0 && !ends(member, text.len()) {
        spans.clear();
        from = 0;
    }
    spans.push(from..text.len());
    spans
}

/// Whether `text` is a subject with a movement or a word of sign behind it.
pub(super) fn ends_moving(text: &[char], shielded: &[bool]) -> bool {
    if matches!(signed::read(text), Some(Signed::Promises(_))) {
        return true;
    }
    let markers = markers(text, shielded);
    if markers.bare_movement(text, 0).is_some() {
        return true;
    }
    markers.moving().is_some_and(|moving| moving.start > 0 && moving.end == text.len())
}

/// Where a promise without a number ends before the subject of the first number: 乡镇实现全覆盖、|通达率达到95%.
pub(super) fn leading(subject: &[char], shielded: &[bool]) -> Option<usize> {
    let cut = (0..subject.len()).rev().find(|&at| subject[at] == '、' && !shielded[at])?;
    let member = subject[..cut].iter().rposition(|&c| c == '、').map_or(0, |at| at + 1);
    let whole = ends_with(&subject[member..cut], "全覆盖") && cut - member > 3;
    // 财政供养率不高于上年、|三公经费压减5%; 高于全国、全省平均 is one comparison.
    let compared = || {
        !super::relative::is_elsewhere(&subject[cut + 1..])
            && super::relative::compare(&subject[member..cut], None).is_some()
    };
    let said = whole || ends_moving(&subject[member..cut], &shielded[member..cut]) || compared();
    // 增速转正、增长5%: what follows may leave the subject unsaid.
    (said && (cut + 2 < subject.len() || cut + 1 == subject.len())).then_some(cut)
}

fn is_degree(text: &[char]) -> bool {
    static DEGREES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/degree.txt")));
    DEGREES.opens(text)
}

/// A document's title or a line of offices, not a task about them.
fn is_title(text: &[char]) -> bool {
    static DOCUMENTS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/plain/documents.txt")));
    static HANDLED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/handled.txt")));
    const OFFICES: [&str; 5] = ["牵头", "负责", "牵头负责", "按职责分工负责", "领导小组"];
    let ends = |word: &&str| ends_with(text, word);
    let begins_with_work = WORK.at_start(text).is_some_and(|(_, work)| work);
    OFFICES.iter().any(ends) || (DOCUMENTS.ends(text) && !begins_with_work && !HANDLED.is_within(text))
}

/// Where the words before a coverage word start (实现全省全覆盖).
fn predicate_start(text: &[char]) -> usize {
    static BEFORE: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/plain/before_coverage.txt")));
    // What is covered may stand behind the verb: 阅读空间实现乡镇全覆盖.
    if let Some(at) = (1..text.len()).rev().find(|&at| starts_with(&text[at..], "实现")) {
        return at;
    }
    let mut end = text.len();
    while let Some((length, ())) = BEFORE.at_end(&text[..end]) {
        end -= length;
    }
    end
}

/// Characters of the verb before a trend (投资实现正增长), unless nothing is left without it.
fn said_before(text: &[char]) -> usize {
    let verb = ["实现", "保持", "确保", "力争"].iter().find(|word| ends_with(text, word));
    verb.map_or(0, |word| word.chars().count()).min(text.len().saturating_sub(1))
}

fn binds(text: &[char]) -> bool {
    static BINDING: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/binding.txt")));
    BINDING.is_within(text)
}

/// Parts of a year that stand alone before a comma.
static PARTS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/plain/parts_of_year.txt")));

/// Whether a clause is a part of the year by itself: a deadline for what follows.
pub(super) fn is_part_of_year(text: &[char]) -> bool {
    PARTS.holds(text)
}

/// Whether a clause only says when (力争到2027年, 今年以来, 力争用3年左右时间).
pub(super) fn is_time(text: &[char], dates: &[std::ops::Range<usize>]) -> bool {
    static LEADS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/time_leads.txt")));
    const SINCE: [&str; 2] = ["近年来", "今年以来"];
    const SPANS: [&str; 5] = ["用", "通过", "经过", "利用", "未来"];
    if SINCE.iter().any(|word| word.chars().eq(text.iter().copied())) {
        return true;
    }
    let mut rest = text;
    while let Some((length, ())) = LEADS.at_start(rest) {
        rest = &rest[length..];
    }
    if let Some((length, ())) = PARTS.at_start(rest)
        && matches!(rest[length..], [] | ['底' | '末' | '前' | '内'] | ['底' | '末', '前'])
    {
        return true;
    }
    let said: usize = dates.iter().map(std::iter::ExactSizeIterator::len).sum();
    // 12月31日前销号 is done by then; 2025年1月17日印发 says when it was.
    let due = |date: &std::ops::Range<usize>| text[date.end - 1] != '日';
    let done = || dates.iter().any(due) && markers(rest, &vec![false; rest.len()]).completion;
    if said > 0 && rest.len() <= said + 2 && !done() {
        return true;
    }
    let span = SPANS.iter().any(|word| starts_with(rest, word));
    let ends = ["时间", "年", "个月", "年左右", "努力"].iter().any(|word| ends_with(rest, word));
    span && ends && rest.len() <= 12 && rest.iter().any(|c| matches!(c, '年' | '月'))
}

fn judged_direction(text: &[char]) -> Direction {
    static HOLDING: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/holding.txt")));
    static FALLING: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/plain/falling.txt")));
    if HOLDING.is_within(text) {
        Direction::Hold
    } else if FALLING.is_within(text) {
        Direction::Down
    } else {
        Direction::Up
    }
}

/// Hedges in one string, as `力争+以上`.
pub(super) fn joined(hedges: &[String]) -> Option<String> {
    let mut unique: Vec<&str> = Vec::new();
    for hedge in hedges {
        if !unique.contains(&hedge.as_str()) {
            unique.push(hedge);
        }
    }
    (!unique.is_empty()).then(|| unique.join("+"))
}
