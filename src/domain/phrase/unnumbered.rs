//! Parts of a phrase without a number to promise: comparisons, coverage, steps by a date, movements, work, scopes.

use std::ops::Range;
use std::sync::LazyLock;

use super::around::Carried;
use super::clause::Clause;
use super::gathered::Reading;
use super::lexicon::{Lexicon, ending, starting};
use super::number_with_unit::Scan;
use super::plain::{self, Plain};
use super::text::{starts_with, written};
use super::{deadline, relative, signed, unread};

/// 6月底前封顶、12月底前通车: each date starts a step of its own.
pub(super) fn dated_steps(clause: &Clause, scan: &Scan) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut from = 0;
    for date in &scan.dates {
        if date.start > from + 1 && clause.text[date.start - 1] == '、' && !clause.shielded[date.start] {
            spans.push(from..date.start - 1);
            from = date.start;
        }
    }
    if from == 0 {
        return plain::movements(&clause.text, &clause.shielded);
    }
    spans.push(from..clause.text.len());
    spans
}

/// Reads a part without a number of its own.
pub(super) fn without_number(clause: &Clause, scan: &Scan, span: Range<usize>, carried: &Carried) -> Reading {
    static SCOPES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/unnumbered/scopes.txt")));
    static NOTES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/unnumbered/notes.txt")));
    let text = &clause.text[span.clone()];
    // ，且高于全省平均.
    let joint =
        ["并且", "而且", "且"].iter().find(|word| starts_with(text, word) && !starts_with(text, "且末"));
    let lead = match joint {
        Some(word) => word.chars().count(),
        None => text.iter().take_while(|c| **c == '、').count(),
    };
    let span = span.start + lead..span.end;
    let text = &clause.text[span.clone()];
    if unread::has_unread(clause, scan, &span) {
        return Reading::Number(written(text));
    }
    if scan.unreadable || NOTES.opens(text) {
        return Reading::Unknown(written(text));
    }
    let dates: Vec<Range<usize>> = scan
        .dates
        .iter()
        .filter(|date| date.start >= span.start && date.end <= span.end)
        .map(|date| date.start - span.start..date.end - span.start)
        .collect();
    if starts_with_comparison(text) && !carried.subject.is_empty() {
        let whole: Vec<char> = carried.subject.iter().chain(text).copied().collect();
        if let Some(target) = relative::compare(&whole, None) {
            return Reading::Promises(vec![target]);
        }
    }
    // 降幅收窄，三季度转正: of the same figure.
    let whole: Vec<char> = match carried.subject.as_slice() {
        subject @ [_, ..] if signed::continues(text) => subject.iter().chain(text).copied().collect(),
        _ => Vec::new(),
    };
    if let Plain::Promise(targets) = plain::read(&whole, &vec![false; whole.len()], &[]) {
        return Reading::Promises(targets);
    }
    if plain::is_time(text, &dates) {
        // Nothing follows for which 到2027年 could be the deadline; 年底前 says nothing new.
        let left = deadline::left_over(text, &dates, &(0..text.len()), |_| false);
        return if left.is_empty() { Reading::Scope } else { Reading::Number(written(text)) };
    }
    match plain::read(text, &clause.shielded[span.clone()], &dates) {
        Plain::Promise(targets) => Reading::Promises(targets),
        Plain::Number => Reading::Number(written(text)),
        // 在“1个总体方案+7个实施方案”的基础上: a scope promises nothing, but its numbers are not passed over.
        Plain::Work(_) | Plain::Unknown if SCOPES.ends(text) => {
            let dated = |at: usize| dates.iter().any(|date| date.contains(&at));
            let numbered = (0..text.len()).any(|at| text[at].is_ascii_digit() && !dated(at));
            if numbered { Reading::Unknown(written(text)) } else { Reading::Scope }
        }
        Plain::Work(target) => Reading::Work(target),
        Plain::Unknown => Reading::Unknown(written(text)),
    }
}

pub(super) fn starts_with_comparison(text: &[char]) -> bool {
    static COMPARISONS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/unnumbered/comparisons.txt")));
    COMPARISONS.opens(text)
}
