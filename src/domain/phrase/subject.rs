//! What the numbers of an item are about: one name, or one for each number.

use std::ops::Range;
use std::sync::LazyLock;

use super::around::{Around, Carried};
use super::clause_items::Item;
use super::cues::{self, Cues};
use super::lexicon::{Lexicon, starting};
use super::measurement_units::UnitKind;
use super::name::{self, is_joint};
use super::number_with_unit::{Quantity, Scan};
use super::parsed::Direction;
use super::ranking;
use super::text::{ends_with, starts_with};

/// What the item promises, and whether it continues the subject before it.
pub(super) fn subject(around: &Around<'_>, carried: &Carried) -> (Vec<char>, bool) {
    let own = name::tidy(around.subject);
    if own.first() == Some(&'占') && !carried.subject.is_empty() {
        return (carried.subject.iter().chain(own).copied().collect(), true);
    }
    // 增长6.1%的好成绩: the noun says nothing more.
    if around.right.is_empty() || around.cues.change.is_some() && around.right[0] == '的' {
        if own.is_empty() && around.cues.grows {
            return (of_share(&carried.subject).to_vec(), true);
        }
        if own.is_empty() || is_placing(own) && !carried.subject.is_empty() {
            return (carried.subject.clone(), true);
        }
        if let Some(whole) = completed(own, &carried.subject) {
            return (whole, true);
        }
        return (own.to_vec(), false);
    }
    let right = name::tidy(around.right);
    // 取得5项标志性成果 promises the results.
    let obtained = ["取得", "获得", "斩获", "荣获"].iter().any(|verb| verb.chars().eq(own.iter().copied()));
    let mut name = if obtained { Vec::new() } else { own.to_vec() };
    name.extend_from_slice(right);
    (name, false)
}

/// 工业投资占固定资产投资比重不低于30%且增长12%: what grows is the investment.
fn of_share(carried: &[char]) -> &[char] {
    let share = ["比重", "比例", "比", "占比"].iter().any(|word| ends_with(carried, word));
    let at = carried.iter().position(|c| *c == '占').filter(|&at| share && at > 1);
    at.map_or(carried, |at| &carried[..at])
}

/// The predicate before a number. For a place in a ranking it may stand before its scope: 提升到全国第10位.
pub(super) fn predicate(text: &[char], first: &Quantity, dates: &[Range<usize>]) -> (usize, Cues) {
    let before = &text[..first.start];
    let mut found = cues::peel(before, dates);
    if let Some(length) = cues::each_made(&text[..found.0]) {
        let verb = &text[found.0 - length + 2..found.0];
        // 甲、乙分别新增20家、30家: without the verb it would be how many there are.
        found.1.added = ["新增", "净增"].into_iter().find(|word| ends_with(verb, word));
        found.0 -= length;
        (found.1.each, found.1.done) = (true, true);
    }
    if first.kind != UnitKind::Rank || found.1.predicate() {
        return found;
    }
    let (end, said) = ranking::peel(before);
    let cues = Cues { hold: said.hold, each: said.each, modal: said.modal, hedges: said.hedges, ..found.1 };
    (end, cues)
}

/// Where the name ends before 由60% or 从第30位, when that stands at its end.
pub(super) fn without_baseline(text: &[char], scan: &Scan, item: &Item, end: usize) -> usize {
    let Some(index) = item.numbers.first().and_then(|first| first.checked_sub(1)) else { return end };
    let before = &scan.quantities[index];
    if !before.baseline || before.end != end || before.start <= item.span.start {
        return end;
    }
    let from = text[item.span.start..before.start].iter().rposition(|c| matches!(c, '由' | '从'));
    from.map_or(end, |at| item.span.start + at)
}

/// Whether the words before a number say no more than a part of the year; `own` is what they name.
pub(super) fn is_interim(before: &[char], own: &[char]) -> bool {
    static PARTS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/dates/interim.txt")));
    let own = name::tidy(own);
    (own.is_empty() || PARTS.holds(own)) && PARTS.is_within(before)
}

/// 居全省第2位, 稳居前三: a verb of standing without its subject.
fn is_placing(own: &[char]) -> bool {
    static VERBS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/subjects/placing.txt")));
    const SCOPES: [&str; 6] = ["全国", "全省", "全市", "全区", "全州", "中部"];
    let scope = SCOPES.iter().find(|word| ends_with(own, word));
    let verb = &own[..own.len() - scope.map_or(0, |word| word.chars().count())];
    VERBS.holds(verb)
}

/// 总数, 增速 behind another promise are those of its subject: 新增上市公司5家，总数达到30家.
fn completed(own: &[char], carried: &[char]) -> Option<Vec<char>> {
    static PARTS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/subjects/parts.txt")));
    const ADDED: [&str; 6] = ["新增", "净增", "新建", "新培育", "新认定", "新引进"];
    if !PARTS.holds(own) {
        return None;
    }
    let verb = ADDED.iter().find(|word| starts_with(carried, word));
    let subject = &carried[verb.map_or(0, |word| word.chars().count())..];
    // 企业净增500家、总数…: of the firms; 增速居第2、总量…: of what grows.
    const OVER: [&str; 7] = ["净增", "新增", "增速", "增幅", "排名", "位次", "名次"];
    let over = OVER.iter().find(|word| ends_with(subject, word)).map_or(0, |word| word.chars().count());
    let subject = if subject.ends_with(own) { subject } else { &subject[..subject.len() - over] };
    if subject.is_empty() {
        return None;
    }
    let stem = if subject.ends_with(own) { subject.len() - own.len() } else { subject.len() };
    Some([&subject[..stem], own].concat())
}

/// One name for each number, or for each member of a joint subject that shares one number.
pub(super) fn subjects(name: &[char], around: &Around<'_>, quantities: &[&Quantity]) -> Vec<Vec<char>> {
    let count = quantities.len();
    let mut members = name::members(name);
    if count > 1 {
        if members.len() == count {
            if let Some(verb) = around.cues.added {
                members.iter_mut().for_each(|member| {
                    member.splice(0..0, verb.chars());
                });
            }
            return members;
        }
        if let Some(sectors) = name::sectors(name, count) {
            return sectors;
        }
        if count == 2
            && let Some(pair) = name::town_and_country(name)
        {
            return pair.to_vec();
        }
        return vec![name.to_vec(); count];
    }
    let rate = matches!(quantities[0].kind, UnitKind::Percent | UnitKind::Times | UnitKind::Point);
    let cut = members.len() > 1
        && around.right.is_empty()
        && (around.cues.each || rate && is_joint(name, &members));
    if cut { members } else { vec![name.to_vec()] }
}

static LEAD_CHANGES: LazyLock<Lexicon<Direction>> = LazyLock::new(|| {
    Lexicon::starting([
        (include_str!("lexicon/subjects/lead_up.txt"), Direction::Up),
        (include_str!("lexicon/subjects/lead_down.txt"), Direction::Down),
    ])
});

/// A change word the subject starts with: 压缩审批时限, 提高标准.
pub(super) fn lead_change(subject: &[char]) -> Option<Direction> {
    LEAD_CHANGES.at_start(subject).map(|(_, direction)| direction)
}

/// A name without the change word it starts with, where something is left.
pub(super) fn without_lead(name: &[char]) -> &[char] {
    let length = LEAD_CHANGES.at_start(name).map_or(0, |(length, _)| length);
    if length < name.len() { &name[length..] } else { name }
}
