//! What stands around the numbers of an item, and whether that makes them no promise anybody can hold.

use super::around::Around;
use super::clause::Clause;
use super::clause_items::Item;
use super::cues::{self, Cues};
use super::measurement_units::UnitKind;
use super::number_with_unit::{Quantity, Scan};
use super::subject::{predicate, without_baseline};
use super::text::{ends_with, starts_with};
use super::{given, lower_better, name, never};
use crate::target::Comparator;

/// What stands around the numbers of `item`.
pub(super) fn around<'a>(clause: &'a Clause, scan: &Scan, item: &Item) -> Around<'a> {
    let text = &clause.text;
    let first = &scan.quantities[item.numbers[0]];
    let last = &scan.quantities[item.numbers[item.numbers.len() - 1]];
    let (end, mut cues) = predicate(text, first, &scan.dates);
    for pair in item.numbers.windows(2) {
        let between = &text[scan.quantities[pair[0]].end..scan.quantities[pair[1]].start];
        let (_, more) = cues::peel(between, &[]);
        cues.comparator = cues.comparator.or(more.comparator);
    }
    let mut end = end.max(item.span.start);
    // PM2.5平均浓度改善3%: what improves goes the way that is better.
    let moves =
        matches!(first.kind, UnitKind::Percent | UnitKind::Point | UnitKind::Time | UnitKind::Measure);
    if moves && !item.prenominal && !cues.predicate() && ends_with(&text[item.span.start..end], "改善") {
        let (before, more) = cues::peel(&text[..end - 2], &scan.dates);
        end = before.max(item.span.start);
        let better = lower_better::better(&text[item.span.start..end]);
        cues = Cues { comparator: cues.comparator.or(more.comparator), change: Some(better), ..cues };
    }
    if cues.of && !cues.predicate() {
        // 数量达到城市社区的60%: the predicate stands before what the share is of.
        if let Some(reached) = cues::last_reach(&text[item.span.start..end]) {
            let (before, more) = cues::peel(&text[..item.span.start + reached], &scan.dates);
            end = before.max(item.span.start);
            cues = Cues { comparator: cues.comparator.or(more.comparator), occupy: true, ..more };
        }
    }
    let mut end = without_baseline(text, scan, item, end);
    // 额度在百亿元以上: 在 is no part of the name, but one of 存在.
    if !item.prenominal
        && let [.., before, '在'] = text[item.span.start..end]
        && !matches!(before, '存' | '潜' | '所' | '现' | '正' | '内' | '外')
    {
        end -= 1;
    }
    let (mut start, hedges) = name::skip_leads(text, item.span.start..end, &scan.dates);
    // 严禁新增债务突破30亿元: what must not be exceeded is a bound; 严禁新增债务5亿元 is for a person to read.
    if let Some(length) = never::leading(&text[start..end.max(start)]) {
        match cues.comparator {
            Some(comparator @ (Comparator::Above | Comparator::Below)) => {
                start += length;
                let happens =
                    ["出现", "发生", "产生"].iter().any(|word| starts_with(&text[start..end], word));
                start += if happens { 2 } else { 0 };
                cues.comparator = never::turned(comparator);
                cues.never = true;
            }
            None => cues.denied |= !cues.predicate(),
            Some(_) => {}
        }
    }
    // 至少新增3家, 至多新增5起.
    for word in &hedges {
        match word.as_str() {
            "至少" | "最少" | "起码" => cues.comparator = cues.comparator.or(Some(Comparator::AtLeast)),
            "至多" | "最多" => cues.comparator = cues.comparator.or(Some(Comparator::AtMost)),
            _ => {}
        }
    }
    let lead = &text[item.span.start.min(start)..start];
    let made =
        !lead.is_empty() && ["建成", "建设", "打造", "培育", "完成"].iter().any(|verb| ends_with(lead, verb));
    let right = if item.prenominal { &text[last.end..item.span.end.max(last.end)] } else { &[] };
    Around { cues, subject: &text[start..end], before: &text[start..first.start], right, hedges, made }
}

/// Whether nobody can say, or no kind can hold, what the numbers promise.
pub(super) fn is_no_promise(around: &Around<'_>, clause: &Clause, scan: &Scan, item: &Item) -> bool {
    let quantities: Vec<&Quantity> = item.numbers.iter().map(|&index| &scan.quantities[index]).collect();
    is_contrary(&around.cues, &quantities) || is_each(around, &quantities) || is_of_part(clause, scan, item)
}

/// Whether what is forbidden cannot be turned into a bound (不能下降5%, 不能超过10起以上).
fn is_contrary(cues: &Cues, quantities: &[&Quantity]) -> bool {
    let floor = |comparator| matches!(comparator, Comparator::AtLeast | Comparator::Above);
    let after = quantities.last().and_then(|quantity| quantity.comparator);
    let contrary = cues.comparator.zip(after).is_some_and(|(before, after)| floor(before) != floor(after));
    cues.denied || cues.never && contrary
}

/// 每个乡镇建成1个示范点: as many as there are townships, which nobody here knows. 每年 is a time, 每千人口 a density.
fn is_each(around: &Around<'_>, quantities: &[&Quantity]) -> bool {
    let name = around.subject;
    let counted = quantities.iter().all(|quantity| quantity.kind == UnitKind::Count);
    let district = |length: usize| name.len() >= length && given::is_district(&name[1..length]);
    let whole = name.get(1) == Some(&'个')
        && (3..=6).any(|length| name.len() >= length && given::is_district(&name[2..length]));
    counted
        && name.first() == Some(&'每')
        && (whole || (2..=5).any(district))
        && cues::ends_with_making_verb(name)
}

/// 80%以上的村集体经济收入超过20万元: of how many, and how much of each; no kind holds both.
fn is_of_part(clause: &Clause, scan: &Scan, item: &Item) -> bool {
    let Some(&chosen) = item.numbers.first() else { return false };
    let (start, _) = name::skip_leads(&clause.text, item.span.clone(), &scan.dates);
    let is_part = |part: &Quantity| {
        part.kind == UnitKind::Percent && part.start == start && clause.text.get(part.end) == Some(&'的')
    };
    scan.quantities[chosen].kind != UnitKind::Percent && scan.quantities[..chosen].iter().any(is_part)
}
