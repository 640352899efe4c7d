//! Which numbers of a clause are promises, and which words belong to each.

use std::ops::Range;
use std::sync::LazyLock;

use super::clause::Clause;
use super::lexicon::{Lexicon, ending, starting};
use super::measurement_units::{self, UnitKind};
use super::number_with_unit::{Quantity, Scan};
use super::text::{ends_with, starts_with};
use super::{cues, deadline, given, name, plain, relative};

/// One promise of a clause: its words and the numbers given for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Its characters in the clause.
    pub(super) span: Range<usize>,
    /// Indexes of the numbers: one, or one for each subject (分别…).
    pub(super) numbers: Vec<usize>,
    /// A noun follows the numbers (50家示范区) rather than nothing.
    pub(super) prenominal: bool,
}

/// How a number stands to the one before it.
enum Relation {
    /// 740元/月和485元/月: a number more for the same predicate.
    Listed,
    /// The next one is within the same words (投资5亿元以上产业项目100个).
    Nested,
    /// A new promise starts; the old one ends, the new one begins there.
    Apart(usize, usize),
}

/// Cuts a clause into items. Spans without a number of their own that can be a promise are given back with no numbers.
pub(super) fn items(clause: &Clause, scan: &Scan) -> Vec<Item> {
    let quantities = &scan.quantities;
    let mut items = Vec::new();
    let mut from = 0;
    let first = quantities.first().filter(|first| clause.text[..first.start].contains(&'、'));
    if let Some(first) = first {
        let (end, _) = cues::peel(&clause.text[..first.start], &scan.dates);
        if let Some(cut) = plain::leading(&clause.text[..end], &clause.shielded) {
            items.push(Item { span: 0..cut, numbers: Vec::new(), prenominal: false });
            from = cut + 1;
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut listed = false;
    // Numbers up to here are thresholds of one name.
    let mut bound = 0;
    for at in 0..quantities.len() {
        match groups.last_mut() {
            Some(group) if listed => group.push(at),
            _ => groups.push(vec![at]),
        }
        listed = false;
        let Some(next) = quantities.get(at + 1) else { break };
        let run = groups.last().map_or(at, |group| group[0]);
        let (first, made) = (groups[0][0], quantities[groups[0][0]].end);
        let counted =
            (first < at && quantities[first].kind == UnitKind::Count && groups.len() == 2).then_some(made);
        if at >= bound {
            bound = at + given::thresholds(&clause.text, quantities, at, from, counted);
        }
        if at < bound
            || given::is_recipient(clause, scan, from, first, at)
            || given::is_one_group(clause, from, &quantities[at], next)
        {
            continue;
        }
        let each = || cues::peel(&clause.text[..quantities[run].start], &scan.dates).1.each;
        match relation(clause, scan, &quantities[at], next, each) {
            Relation::Listed => listed = true,
            Relation::Nested => {}
            Relation::Apart(end, start) => {
                items.push(choose(clause, scan, from..end, std::mem::take(&mut groups)));
                from = start;
            }
        }
    }
    let (end, start) = trailing(clause, scan, from).unwrap_or((clause.text.len(), clause.text.len()));
    items.push(choose(clause, scan, from..end, groups));
    if start < clause.text.len() {
        items.push(Item { span: start..clause.text.len(), numbers: Vec::new(), prenominal: false });
    }
    items
}

/// Words that join a further promise to the number before them, at the start of `text`.
fn joint(text: &[char]) -> Option<usize> {
    const JOINTS: [&str; 5] = ["并且", "而且", "同时", "且", "并"];
    let word = JOINTS.iter().find(|word| starts_with(text, word))?;
    let length = word.chars().count();
    let after = &text[length..];
    // 并 joins so much that only a verb behind it tells.
    let joins = match *word {
        "并" => cues::starts_with_making_verb(after),
        "且" => after.first() != Some(&'末'),
        _ => true,
    };
    joins.then_some(length)
}

/// Where a further task without a number starts behind the last number (…5个、推进改革), and where the number's part ends.
fn trailing(clause: &Clause, scan: &Scan, from: usize) -> Option<(usize, usize)> {
    let last = scan.quantities.last()?.end;
    let rest = &clause.text[last..];
    // 增长6%以上且高于全省平均水平.
    if let Some(length) = joint(rest)
        && last > from
    {
        let whole: Vec<char> = std::iter::once('某').chain(rest[length..].iter().copied()).collect();
        let compared = relative::compare(&whole, None).is_some();
        // 70%以上且逐年提高: what 且 joins is no part of the name, whatever it says.
        let apart = matches!(rest[0], '且' | '而') || starts_with(rest, "并且");
        if apart || compared || plain::ends_moving(&rest[length..], &clause.shielded[last + length..]) {
            return Some((last, last + length));
        }
    }
    let cut = rest.iter().enumerate().position(|(at, &c)| c == '、' && !clause.shielded[last + at])?;
    let after = &rest[cut + 1..];
    let verb = (2..=4.min(after.len())).any(|length| cues::ends_with_making_verb(&after[..length]));
    let said = || plain::ends_moving(after, &clause.shielded[last + cut + 1..]);
    let compared = || relative::compare(after, None).is_some();
    ((verb || said() || compared()) && last + cut > from).then_some((last + cut, last + cut))
}

/// `each`: 分别 stands before the first number of the list that `current` belongs to.
fn relation(
    clause: &Clause,
    scan: &Scan,
    current: &Quantity,
    next: &Quantity,
    each: impl Fn() -> bool,
) -> Relation {
    let text = &clause.text;
    if current.end >= next.start {
        return Relation::Nested;
    }
    let (end, cues) = cues::peel(&text[..next.start], &scan.dates);
    let core = &text[current.end..end.max(current.end)];
    // 幼儿园两所和小学一所: behind a counted thing 和 joins another.
    let counts = current.kind == UnitKind::Count && next.kind == UnitKind::Count && !current.inclusive;
    if counts && core.len() > 2 && matches!(core[0], '和' | '与' | '及') && ends_list(&text[next.end..]) {
        return Relation::Apart(current.end, current.end + 1);
    }
    let separators = name::separators(core);
    let only_separators = core.len() == separators.iter().map(Range::len).sum::<usize>()
        || (core.len() == 1 && matches!(core[0], '和' | '与' | '及' | '、' | '或' | '并' | '/'))
        || (!core.is_empty() && joint(core) == Some(core.len()));
    if only_separators {
        let starts_anew = cues.predicate() || cues.modal;
        let other_unit = current.unit != next.unit && !current.unit.is_empty() && !each();
        return match core.is_empty() {
            true if current.baseline || !starts_anew => Relation::Nested,
            // 18岁以下达到95%: of whom the share is said.
            true if current.kind == UnitKind::Attribute => Relation::Nested,
            false if !starts_anew && !other_unit => Relation::Listed,
            _ => Relation::Apart(current.end, current.end + core.len()),
        };
    }
    // 100个以上且资金到位率不低于60%.
    if let Some(length) = joint(core).filter(|_| !clause.shielded[current.end]) {
        return Relation::Apart(current.end, current.end + length);
    }
    let open = |cut: &&Range<usize>| !clause.shielded[current.end + cut.start];
    let comma = separators.iter().filter(open).find(|cut| core[cut.start] == '、');
    let Some(cut) = comma.or_else(|| separators.iter().find(open)) else { return Relation::Nested };
    // 1个…、4个…: a separator directly before a number always starts a new promise.
    let direct = separators.last().filter(|last| last.end == core.len() && open(last));
    if let Some(cut) = direct {
        return Relation::Apart(current.end + cut.start, current.end + cut.end);
    }
    // 支持10个县建设冷库和仓储设施100个: what is joined belongs to the second verb.
    let anew = core[cut.start] == '、' && cues::starts_with_making_verb(&core[cut.end..]);
    if cut.start > 0 && !anew && cues::has_making_verb(&core[..cut.start]) && !is_over(&core[..cut.start]) {
        return Relation::Nested;
    }
    Relation::Apart(current.end + cut.start, current.end + cut.end)
}

/// Whether the thing counted stood before the number that ends here.
fn ends_list(after: &[char]) -> bool {
    matches!(after, [] | ['、' | '和' | '及' | '与', ..])
}

/// Words after a number that add nothing to it (的目标, 大关).
fn is_over(text: &[char]) -> bool {
    static OVER: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/items/over.txt")));
    text.is_empty() || OVER.holds(text)
}

/// The item of a span, with the group of numbers that is its promise.
fn choose(clause: &Clause, scan: &Scan, span: Range<usize>, groups: Vec<Vec<usize>>) -> Item {
    let none = Item { span: span.clone(), numbers: Vec::new(), prenominal: false };
    let spot = |index: usize| Spot::of(clause, scan, &span, &groups, index);
    let Some(last) = groups.len().checked_sub(1) else { return none };
    let mut order: Vec<usize> = (0..=last).rev().collect();
    let final_spot = spot(last);
    if let (Some(end), Some(first)) = (&final_spot, spot(0))
        && last > 0
        && (end.per_unit || (end.prenominal && first.counts && first.made && !placed(clause, scan, &groups)))
    {
        // 培育10家年营业收入超100亿元企业; 为37万户家庭每户安装1个.
        order.reverse();
    }
    for index in order {
        let Some(spot) = spot(index) else { continue };
        if spot.promise {
            return Item { span, numbers: groups[index].clone(), prenominal: spot.prenominal };
        }
    }
    none
}

/// 12个乡镇2.3万户…: the first number says where, the second what.
fn placed(clause: &Clause, scan: &Scan, groups: &[Vec<usize>]) -> bool {
    let [first, second] = groups else { return false };
    let (first, second) = (&scan.quantities[first[0]], &scan.quantities[second[0]]);
    second.kind == UnitKind::Count
        && first.end < second.start
        && given::is_district(&clause.text[first.end..second.start])
}

/// What money is for may stand behind the sum (安排…2500亿元支持…).
const PURPOSES: [&str; 6] = ["支持", "用于", "投向", "保障", "专项用于", "重点支持"];

/// How a group of numbers stands within its item.
struct Spot {
    prenominal: bool,
    /// Counted in measure words (个, 家).
    counts: bool,
    /// Directly behind a verb that makes things.
    made: bool,
    /// 每户…1个.
    per_unit: bool,
    promise: bool,
}

impl Spot {
    fn of(
        clause: &Clause,
        scan: &Scan,
        span: &Range<usize>,
        groups: &[Vec<usize>],
        index: usize,
    ) -> Option<Self> {
        let group = &groups[index];
        let first = &scan.quantities[*group.first()?];
        let last = &scan.quantities[*group.last()?];
        let before = &clause.text[..first.start];
        let (end, cues) = cues::peel(before, &scan.dates);
        let subject = &clause.text[span.start..end.max(span.start)];
        let after = &clause.text[last.end..span.end.max(last.end)];
        let purpose = last.kind == UnitKind::Money && PURPOSES.iter().any(|word| starts_with(after, word));
        let right = if after.first() == Some(&'、') || purpose { &after[..0] } else { after };
        let followed = groups.get(index + 1).is_some();
        let dates: Vec<Range<usize>> = scan
            .dates
            .iter()
            .filter(|date| date.start >= last.end && date.end <= last.end + right.len())
            .map(|date| date.start - last.end..date.end - last.end)
            .collect();
        let prenominal = followed || !(is_over(right) || deadline::is_done_by(right, &dates));
        let made = subject.is_empty() && !given::is_given(&before[span.start.min(before.len())..])
            || cues::ends_with_making_verb(subject)
            || cues::ends_with_making_verb(&before[span.start.min(before.len())..]);
        let back = first.start.saturating_sub(8).max(span.start);
        let per_unit = index > 0 && clause.text[back..first.start].contains(&'每');
        let named = !subject.is_empty();
        let promise = if prenominal {
            is_promise_before_noun(first, last, made, right)
        } else {
            is_promise_at_end(last, &cues, named, subject)
        };
        let counts = last.kind == UnitKind::Count && !last.inclusive;
        Some(Self { prenominal, counts, made, per_unit, promise: promise && !first.baseline })
    }
}

fn is_promise_at_end(quantity: &Quantity, cues: &cues::Cues, named: bool, subject: &[char]) -> bool {
    let firm = cues.any() || quantity.comparator.is_some();
    match quantity.kind {
        UnitKind::Bare => {
            (firm && !quantity.unit.is_empty())
                || cues.predicate()
                || cues.comparator.is_some()
                || (quantity.comparator.is_some() && named)
                || measurement_units::in_brackets(subject).1.is_some()
        }
        UnitKind::Attribute => firm,
        UnitKind::Time => firm || named,
        _ => true,
    }
}

fn is_promise_before_noun(first: &Quantity, last: &Quantity, made: bool, right: &[char]) -> bool {
    static HOLDERS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/items/holders.txt")));
    let threshold = matches!(
        last.comparator,
        Some(crate::target::Comparator::AtLeast | crate::target::Comparator::AtMost)
    );
    match last.kind {
        // 3个试点市之一 is one of them; 增长20%以上的单位给予表扬 is a condition.
        _ if last.inclusive || ends_with(right, "之一") || is_rewarded(right) => false,
        UnitKind::Percent | UnitKind::Point | UnitKind::Times | UnitKind::Rank => true,
        UnitKind::Ratio | UnitKind::Attribute => false,
        UnitKind::Time => last.within,
        UnitKind::Count => made || !threshold,
        UnitKind::Money => {
            let held = HOLDERS.ends(right);
            made && !(held && (threshold || first.high.is_some()))
        }
        UnitKind::Measure => made,
        UnitKind::Bare => made && !last.unit.is_empty(),
    }
}

/// Whether those who reach so much are given something for it.
pub(super) fn is_rewarded(right: &[char]) -> bool {
    static REWARDED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/items/rewarded.txt")));
    right.first() == Some(&'的') && REWARDED.is_within(&right[1..])
}
