//! Cutting a phrase into clauses: at commas and stops, never inside quotations or brackets.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::text::written;
use super::{deadline, scan};

/// Longest clause read; a longer run without punctuation is no promise and is handed back unread.
pub(super) const CLAUSE_MAX: usize = 300;

/// How far a closing quotation mark or bracket is looked for.
const QUOTE_MAX: usize = 120;

/// A run of text between two stops.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    /// Its characters, brackets that hold a promise of their own taken out.
    pub(super) text: Vec<char>,
    /// Which of them stand in quotations or brackets, where nothing is a target or a separator.
    pub(super) shielded: Vec<bool>,
    /// It ended with a colon: a heading, or the subject of what follows.
    pub(super) heading: bool,
    /// It stood in brackets behind the clause before it.
    pub(super) aside: bool,
    /// It only says who does it or where the figure is from (责任单位：…).
    pub(super) note: bool,
}

impl Clause {
    fn push(&mut self, text: &[char], shielded: bool) {
        self.text.extend_from_slice(text);
        self.shielded.resize(self.text.len(), shielded);
    }

    /// This clause and `next` as one.
    pub(super) fn followed_by(mut self, next: Self) -> Self {
        self.text.extend(next.text);
        self.shielded.extend(next.shielded);
        Self { heading: next.heading, aside: next.aside, note: next.note, ..self }
    }

    /// The clause as a string, brackets full-width as in print.
    pub(super) fn written(&self) -> String {
        written(&self.text)
    }
}

/// Which characters of a text stand in quotations or brackets.
pub(super) fn shielded(text: &[char]) -> Vec<bool> {
    let mut out = vec![false; text.len()];
    let mut at = 0;
    while at < text.len() {
        let end = closing(text, at);
        if let Some(end) = end {
            out[at..=end].fill(true);
        }
        at = end.unwrap_or(at) + 1;
    }
    out
}

/// Cuts a normalised phrase into clauses, empty ones left out.
pub(super) fn split(text: &[char]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut current = Clause::default();
    let mut asides: Vec<Clause> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let c = text[at];
        if let Some(end) = closing(text, at) {
            let inside = &text[at + 1..end];
            let last = text.get(end + 1).is_none_or(|_| is_stop(text, end + 1));
            if !current.text.is_empty() && (is_note(c, inside, last) || is_dated(c, inside)) {
                let mut note = Clause { aside: true, note: true, ..Clause::default() };
                note.push(&text[at..=end], true);
                asides.push(note);
            } else if c == '(' && is_aside(inside, &current) {
                asides.extend(parts(inside));
            } else {
                current.push(&text[at..=end], true);
            }
            at = end + 1;
            continue;
        }
        if is_stop(text, at) {
            let heading = c == ':';
            finish(&mut clauses, &mut current, &mut asides, heading);
        } else {
            current.push(&text[at..=at], false);
        }
        at += 1;
    }
    finish(&mut clauses, &mut current, &mut asides, false);
    clauses
}

/// The promises in brackets: cut at stops as those outside (其中：中央投资80亿元，地方配套240亿元).
fn parts(inside: &[char]) -> Vec<Clause> {
    let shielded = shielded(inside);
    let mut parts = Vec::new();
    let mut from = 0;
    for at in 0..=inside.len() {
        let ends = at == inside.len() || !shielded[at] && is_stop(inside, at);
        if !ends {
            continue;
        }
        let text = &inside[from..at];
        // 其中: says nothing by itself.
        let heading = text == ['其', '中'] && at < inside.len();
        if !text.is_empty() && !heading {
            let mut part = Clause { aside: true, ..Clause::default() };
            part.push(text, false);
            parts.push(part);
        }
        from = at + 1;
    }
    parts
}

fn finish(clauses: &mut Vec<Clause>, current: &mut Clause, asides: &mut Vec<Clause>, heading: bool) {
    let mut clause = std::mem::take(current);
    clause.heading = heading;
    let bullet = bullet(&clause.text, clauses.is_empty());
    clause.text.drain(..bullet);
    clause.shielded.drain(..bullet);
    if !clause.text.is_empty() {
        clauses.push(clause);
    }
    clauses.append(asides);
}

/// The end of a quotation or bracket that opens at `at`.
fn closing(text: &[char], at: usize) -> Option<usize> {
    let close = match text[at] {
        '“' => '”',
        '‘' => '’',
        '《' => '》',
        '〈' => '〉',
        '「' => '」',
        '『' => '』',
        '【' => '】',
        '〔' => '〕',
        '"' => '"',
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    let mut depth = 0;
    let long = matches!(text[at], '(' | '[' | '【' | '〔') && opens_note(&text[at + 1..]);
    let most = if long { CLAUSE_MAX } else { QUOTE_MAX };
    for (offset, &c) in text[at + 1..].iter().take(most).enumerate() {
        if c == close && depth == 0 {
            return Some(at + 1 + offset);
        }
        if close == ')' {
            depth += i32::from(c == '(') - i32::from(c == ')');
        }
    }
    None
}

/// Whether a bracket starts as lists of offices do; those run longer than names.
fn opens_note(inside: &[char]) -> bool {
    static NOTES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/clauses/notes.txt")));
    NOTES.opens(inside)
}

/// Whether brackets hold a note about the promise and no part of it: who leads, who helps, where the figure is from.
/// `last`: nothing follows them in their clause.
fn is_note(open: char, inside: &[char], last: bool) -> bool {
    static DUTIES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/clauses/duties.txt")));
    static OFFICES: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/clauses/offices.txt")));
    if !matches!(open, '(' | '[' | '【' | '〔') {
        return false;
    }
    let ends = |words: &Lexicon<()>| inside.len() > 3 && words.ends(inside);
    opens_note(inside)
        || last && (ends(&DUTIES) || ends(&OFFICES) && !inside.iter().any(char::is_ascii_digit))
}

/// Whether brackets hold no more than a day to be kept (6月底前).
fn is_dated(open: char, inside: &[char]) -> bool {
    let scan = scan::scan(inside, &vec![false; inside.len()]);
    open == '(' && scan.quantities.is_empty() && deadline::is_deadline(inside, &scan.dates)
}

/// Whether brackets hold a promise (其中创业培训11万人次) rather than a part of the name (车位).
fn is_aside(inside: &[char], before: &Clause) -> bool {
    if before.text.is_empty() {
        return false;
    }
    let scan = scan::scan(inside, &vec![false; inside.len()]);
    scan.quantities.first().is_some_and(|first| first.start > 0)
}

fn is_stop(text: &[char], at: usize) -> bool {
    match text[at] {
        ',' | '。' | ';' | '!' | '?' | '…' | '|' | '▲' | '●' | '■' | '◆' => true,
        ':' => {
            let digit = |c: Option<&char>| c.is_some_and(char::is_ascii_digit);
            !(at > 0 && digit(text.get(at - 1)) && digit(text.get(at + 1)))
        }
        '.' => {
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            !before.is_none_or(char::is_ascii_alphanumeric)
                || (text.get(at + 1).is_none_or(|c| !c.is_ascii_alphanumeric())
                    && !(at <= 2 && before.is_some_and(char::is_ascii_digit)))
        }
        _ => false,
    }
}

/// The length of a list mark at the start of a clause: 一、 （三） 1. ——
fn bullet(text: &[char], first: bool) -> usize {
    let mut at = text.iter().take_while(|c| matches!(c, '-' | '·' | '、' | '★' | '☆' | '*')).count();
    if text.get(at..at + 2).is_some_and(|mark| mark[1].is_ascii_digit() && mark[0] == '-') {
        at = 0;
    }
    // A minus sign before a number is kept.
    if at > 0 && text[at - 1] == '-' && text.get(at).is_some_and(char::is_ascii_digit) {
        at -= 1;
    }
    if !first {
        return at;
    }
    let rest = &text[at..];
    let numeral = |c: &char| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c);
    let open = usize::from(rest.first() == Some(&'('));
    let digits = rest[open.min(rest.len())..].iter().take(3).take_while(|c| numeral(c)).count();
    let mark = rest.get(open + digits);
    let closes = match mark {
        Some(')') => true,
        // 一、二、三级医院 starts with a list, not with its mark.
        Some('、') => {
            open == 0 && !(rest.get(digits + 1).is_some_and(numeral) && rest.get(digits + 2) == Some(&'、'))
        }
        Some('.') => open == 0 && rest.get(digits + 1).is_none_or(|c| !c.is_ascii_digit()),
        Some('是') => open == 0 && !rest[0].is_ascii_digit(),
        _ => false,
    };
    if digits > 0 && closes { at + open + digits + 1 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_end_at_stops_outside_quotations() {
        for (text, want) in [
            ("甲增长5%,乙增长6%;丙", vec!["甲增长5%", "乙增长6%", "丙"]),
            ("开展“甲,乙”活动", vec!["开展“甲,乙”活动"]),
            ("充电桩(车位)5000个", vec!["充电桩（车位）5000个"]),
            ("培训23万人次(其中创业培训11万人次)", vec!["培训23万人次", "其中创业培训11万人次"]),
            ("充电桩5000个(责任单位:市发改委,各县)", vec!["充电桩5000个", "（责任单位:市发改委，各县）"]),
            ("社区(街道)中心5个(省民政厅负责)", vec!["社区（街道）中心5个", "（省民政厅负责）"]),
            ("比达到2:1", vec!["比达到2:1"]),
            ("目标:增长5%", vec!["目标", "增长5%"]),
            ("1.8万家", vec!["1.8万家"]),
            ("1.新建5个", vec!["新建5个"]),
            ("(一)新建5个", vec!["新建5个"]),
            ("一是新建5个.", vec!["新建5个"]),
            ("--增长5%", vec!["增长5%"]),
            ("(未闭合,新建5个", vec!["(未闭合", "新建5个"]),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let got: Vec<String> = split(&chars).iter().map(Clause::written).collect();
            let want: Vec<String> =
                want.iter().map(|clause| clause.replace('(', "（").replace(',', "，")).collect();
            assert_eq!(got, want, "{text}");
        }
    }
}
