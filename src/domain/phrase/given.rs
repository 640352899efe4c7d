//! Numbers that only describe: whom something is done for, and what a thing must have to count.
//!
//! 为10个县和5个区配备设备20台 promises 20 sets; 培育年产值50亿元以上、税收2亿元以上企业3家 promises 3 firms.

use std::ops::Range;
use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::clause::Clause;
use super::lexicon::{Lexicon, ending};
use super::measurement_units::UnitKind;
use super::number_with_unit::{Quantity, Scan};
use super::text::starts_with;
use super::{cues, name};
use crate::target::Comparator;

/// Whether `before`, the words of an item before its first number, is no more than 为, 给 or 向.
pub(super) fn is_given(before: &[char]) -> bool {
    const TO: [&str; 3] = ["为", "给", "向"];
    const SCOPES: [&str; 7] = ["", "全省", "全市", "全县", "全区", "全州", "各"];
    if !before.iter().rev().take(3).any(|c| matches!(c, '为' | '给' | '向')) {
        return false;
    }
    let (start, _) = name::skip_leads(before, 0..before.len(), &[]);
    let said = &before[start..];
    TO.iter().any(|word| {
        starts_with(said, word) && SCOPES.iter().any(|scope| scope.chars().eq(said[1..].iter().copied()))
    })
}

/// Whether the numbers at `at` and behind it are two of those something is done for; the item starts at `from` and its
/// first number is `first`.
pub(super) fn is_recipient(clause: &Clause, scan: &Scan, from: usize, first: usize, at: usize) -> bool {
    let quantities = &scan.quantities;
    let (current, next, last) = (&quantities[at], &quantities[at + 1], &quantities[quantities.len() - 1]);
    let counted = |quantity: &Quantity| quantity.kind == UnitKind::Count && quantity.comparator.is_none();
    let text = &clause.text;
    counted(current)
        && counted(next)
        && next.end < last.start
        && is_given(&text[from..quantities[first].start.max(from)])
        && !cues::has_making_verb(&text[quantities[first].end..next.start])
        && cues::has_making_verb(&text[next.end..last.start])
}

/// 向20个国家和地区出口商品50亿元: what 和 joins within the words behind the first number is more of whom it is for.
pub(super) fn is_one_group(clause: &Clause, from: usize, current: &Quantity, next: &Quantity) -> bool {
    const LENGTH_MAX: usize = 8;
    let text = &clause.text;
    if current.kind != UnitKind::Count || !is_given(&text[from..current.start.max(from)]) {
        return false;
    }
    let core = &text[current.end..next.start.max(current.end)];
    let cut = name::separators(core).first().cloned();
    cut.is_some_and(|cut| {
        matches!(core[cut.start], '和' | '与' | '及')
            && (1..=LENGTH_MAX).contains(&cut.start)
            && cut.end < core.len()
            && !cues::has_making_verb(&core[..cut.start])
    })
}

/// What a firm or a project is measured by when it is chosen.
static ATTRIBUTES: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/given/attributes.txt")));

/// How many numbers behind `at` are joined with it within one name (年产值50亿元以上、税收2亿元以上企业).
/// `from`: where the item starts; `counted`: the end of a count of things before them (培育3家…).
pub(super) fn thresholds(
    text: &[char],
    quantities: &[Quantity],
    at: usize,
    from: usize,
    counted: Option<usize>,
) -> usize {
    let current = &quantities[at];
    let opens = is_bound(text, current)
        && match counted {
            Some(end) => is_attribute(&text[end..current.start.max(end)]),
            None => holder(&text[from..current.start.max(from)]).is_some_and(is_attribute),
        };
    // 财政收入5亿元以上、税收占比70%以上的乡镇: without a verb only 的 tells.
    let said = &text[from..current.start.max(from)];
    let (start, _) = name::skip_leads(said, 0..said.len(), &[]);
    let loose = !opens && is_bound(text, current) && is_attribute(&said[start..]);
    if !opens && !loose {
        return 0;
    }
    let follows = |pair: &[Quantity]| {
        let between = &text[pair[0].end..pair[1].start.max(pair[0].end)];
        is_bound(text, &pair[1]) && between.first() == Some(&'、') && is_attribute(&between[1..])
    };
    let more = quantities[at..].windows(2).take_while(|pair| follows(pair)).count();
    let noun = text.get(quantities[at + more].end);
    let named = noun.is_some_and(|&c| !matches!(c, '、' | '和' | '及' | '与' | '并' | '('));
    if named && (!loose || noun == Some(&'的')) { more } else { 0 }
}

/// A bound rather than an amount: 以上, 以下, 超.
fn is_bound(text: &[char], quantity: &Quantity) -> bool {
    let kind =
        matches!(quantity.kind, UnitKind::Money | UnitKind::Percent | UnitKind::Measure | UnitKind::Bare);
    let after = matches!(quantity.comparator, Some(Comparator::AtLeast | Comparator::AtMost));
    kind && (after || matches!(text.get(quantity.start.wrapping_sub(1)), Some('超' | '过')))
}

/// 年产值, 亩均税收超: short, without a verb that makes things, and ends with an attribute (研发 starts
/// one of money spent).
fn is_attribute(said: &[char]) -> bool {
    const LENGTH_MAX: usize = 10;
    let (end, _) = cues::peel(said, &[]);
    let name = &said[..end];
    name.len() <= LENGTH_MAX
        && name::separators(name).is_empty()
        && ATTRIBUTES.ends(name)
        && (starts_with(name, "研发") || !cues::starts_with_making_verb(name))
}

/// What follows a verb whose object is chosen by thresholds. 新增 and 完成 take amounts as well and do not
/// count, unless the attribute itself tells.
fn holder(before: &[char]) -> Option<&[char]> {
    static VERBS: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
        Lexicon::starting([(include_str!("lexicon/given/holder_verbs.txt"), true), ("新增\n净增", false)])
    });
    // Said of one firm or project only.
    const OWNED: [&str; 7] = ["年", "占地", "用地", "总投资", "亩均", "注册资本", "单体"];
    let (start, _) = name::skip_leads(before, 0..before.len(), &[]);
    // 培育 and 打造 are passed over with the leads.
    let led = start > 0 && cues::ends_with_making_verb(&before[..start]);
    let verb = VERBS.at_start(&before[start..]);
    let rest = &before[start + verb.map_or(0, |(length, _)| length)..];
    let sure = led || matches!(verb, Some((_, true)));
    (sure || OWNED.iter().any(|word| starts_with(rest, word))).then_some(rest)
}

/// 14个市州各培育2—3个集群: so many for each of so many. What adds up is neither number, so it promises nothing that can be
/// added up; 每户安装1个 is as many as there are homes.
pub(super) fn is_for_each(text: &[char], scan: &Scan, span: &Range<usize>) -> bool {
    let inside = |number: &&Quantity| number.start >= span.start && number.end <= span.end;
    let numbers: Vec<&Quantity> = scan.quantities.iter().filter(inside).collect();
    let [first, second] = numbers[..] else { return false };
    let core = &text[first.end..second.start.max(first.end)];
    let Some(each) = core.iter().position(|c| matches!(c, '各' | '每')) else { return false };
    let many = second.high.is_some() || second.low != Decimal::ONE;
    [first, second].iter().all(|number| number.kind == UnitKind::Count)
        && many
        && is_district(&core[..each])
        && cues::ends_with_making_verb(&core[each + 1..])
}

/// Whether the thing counted is a district whose people or homes are counted next: 完成12个乡镇2.3万户改造.
pub(super) fn is_district(noun: &[char]) -> bool {
    static DISTRICTS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/given/districts.txt")));
    const LENGTH_MAX: usize = 5;
    noun.len() <= LENGTH_MAX && DISTRICTS.ends(noun)
}
