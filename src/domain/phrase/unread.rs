//! Numbers that are no promise: which of them name something, and which have to be handed back.
//!
//! No number is swallowed. A promise without a number may hold only numbers that name: ages, ranks and voltages (3岁以下,
//! 500千伏), times in names (15分钟生活圈), thresholds of a noun (20户以上自然村), figures before a noun that names (12345热线,
//! 631机制). Every other number of a clause is in a promise's value or name, or handed back.

use std::ops::Range;
use std::sync::LazyLock;

use rust_decimal::prelude::ToPrimitive as _;

use super::clause::Clause;
use super::clause_items::is_rewarded;
use super::lexicon::{Lexicon, starting};
use super::measurement_units::UnitKind;
use super::number_with_unit::{Quantity, Scan};
use super::parsed::PhraseTarget;
use super::text::{ends_with, written};
use super::{cues, deadline, name};
use crate::target::Comparator;

/// Nouns that a bare figure before them names.
static NAMING: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/unread/naming.txt")));

/// Whether a number that promises nothing names something rather than being left out.
fn names(text: &[char], quantity: &Quantity) -> bool {
    let after = &text[quantity.end..];
    let noun = matches!(after.first(), Some(c) if !matches!(c, '、' | '和' | '与' | '及' | ',' | '的'));
    let before = &text[..quantity.start];
    if quantity.inclusive || ends_with(after, "之一") || is_rewarded(after) {
        return true;
    }
    let bound = matches!(quantity.comparator, Some(Comparator::AtLeast | Comparator::AtMost))
        || matches!(before.last(), Some('超' | '过'));
    match quantity.kind {
        UnitKind::Attribute | UnitKind::Time => noun || after.first() == Some(&'的') || bound,
        UnitKind::Bare => quantity.unit.is_empty() && (NAMING.opens(after) || noun && is_service(quantity)),
        // 20户以上自然村 have so many homes; 20所以上学校 are so many schools.
        UnitKind::Count | UnitKind::Money | UnitKind::Measure => {
            let of_noun = quantity.kind != UnitKind::Count
                || quantity.unit.ends_with(['户', '人', '床', '张', '头', '间', '层', '台', '班', '次']);
            bound
                && of_noun
                && is_body(after)
                && (noun || after.first() == Some(&'的'))
                && !cues::ends_with_making_verb(before)
        }
        UnitKind::Percent | UnitKind::Point | UnitKind::Times | UnitKind::Ratio | UnitKind::Rank => false,
    }
}

/// Whether a noun that is chosen by its size follows: 亿元以上项目, 20户以上自然村.
fn is_body(after: &[char]) -> bool {
    static BODIES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/unread/bodies.txt")));
    const LENGTH_MAX: usize = 8;
    BODIES.is_within(&after[..after.len().min(LENGTH_MAX)])
}

/// Numbers by which an office is called: 120, 12309, 95598.
fn is_service(quantity: &Quantity) -> bool {
    let Some(number) = quantity.low.to_i64().filter(|_| quantity.low.is_integer()) else { return false };
    matches!(number, 110..=129 | 12_000..=12_999 | 95_000..=96_999)
}

/// Whether a part without a promised number has a number that names nothing.
pub(super) fn has_unread(clause: &Clause, scan: &Scan, span: &Range<usize>) -> bool {
    let inside = |from: usize, to: usize| from >= span.start && to <= span.end;
    scan.loose.iter().any(|loose| inside(loose.start, loose.end))
        || scan
            .quantities
            .iter()
            .any(|number| inside(number.start, number.end) && !names(&clause.text, number))
}

/// How far before a number its 由 or 从 is looked for (由2024年的60%).
const LEAD_MAX: usize = 10;

/// The numbers of an item that stand in none of its promises: 由98.6% of 由98.6%提高到99.2%, and its dates.
pub(super) fn left_over(
    clause: &Clause,
    scan: &Scan,
    span: &Range<usize>,
    chosen: &[usize],
    targets: &[PhraseTarget],
) -> Vec<String> {
    let inside = |range: &Range<usize>| range.start >= span.start && range.end <= span.end;
    let said = |written: &str| {
        targets.iter().any(|target| {
            target.indicator.contains(written)
                || target.benchmark.as_ref().is_some_and(|other| other.contains(written))
        })
    };
    let others = scan
        .quantities
        .iter()
        .enumerate()
        .filter(|(index, _)| !chosen.contains(index))
        .map(|(_, number)| number.start..number.end);
    let left = others.chain(scan.loose.iter().cloned()).filter(inside);
    let numbers = left.filter_map(|range| {
        let number = written(&clause.text[range.clone()]);
        let from = led_from(&clause.text[span.start..range.start]).map_or(range.start, |at| span.start + at);
        (!said(&number)).then(|| written(&clause.text[from..range.end]))
    });
    let mut numbers: Vec<String> = numbers.collect();
    let dates = left_dates(clause, scan, span, targets, &numbers);
    numbers.extend(dates);
    numbers
}

/// Where the 由 or 从 stands that leads to the number behind `before`.
pub(super) fn led_from(before: &[char]) -> Option<usize> {
    let near = before.len().saturating_sub(LEAD_MAX);
    before[near..].iter().rposition(|c| matches!(c, '由' | '从')).map(|at| near + at)
}

/// The dates of a part that stand in none of its promises' names, nor in `others` that are handed back.
pub(super) fn left_dates(
    clause: &Clause,
    scan: &Scan,
    span: &Range<usize>,
    targets: &[PhraseTarget],
    others: &[String],
) -> Vec<String> {
    let said = |date: &str| {
        let named = |target: &PhraseTarget| {
            target.indicator.contains(date)
                || target.benchmark.as_ref().is_some_and(|other| other.contains(date))
        };
        targets.iter().any(named) || others.iter().any(|other| other.contains(date))
    };
    let mut left = deadline::left_over(&clause.text, &scan.dates, span, said);
    // 用三年左右时间 is as long as the plan, or is not: only its owner can tell.
    if let Some(term) = name::term_within(&clause.text[span.clone()]) {
        let term = written(&clause.text[span.start + term.start..span.start + term.end]);
        if !others.iter().any(|other| term.contains(other.as_str())) && !said(&term) {
            left.push(term);
        }
    }
    left
}
