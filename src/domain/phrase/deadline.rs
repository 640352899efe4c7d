//! By when something is promised: dates that no target has room for are handed back with the words around them.
//!
//! A target is due when its plan ends. 年底前 and 12月底前 say just that and are passed over; every other date says something
//! more (5月底前 is earlier, 到2027年 may be later, 较2020年 is a base), and only who knows the plan can tell what. So a date
//! that stands in no name comes back as it is written.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::number;
use super::text::{starts_with, written};

/// Whether a clause can have one of [`part`]'s words: each of them has one of these characters.
pub(super) fn may_have_part(text: &[char]) -> bool {
    text.iter().any(|c| matches!(c, '前' | '度' | '半'))
}

/// A part of the year or the eve of a season at the start of `text` (上半年, 一季度末, 国庆节前): the characters it takes.
pub(super) fn part(text: &[char]) -> Option<usize> {
    static PARTS: LazyLock<Lexicon<()>> = LazyLock::new(|| starting(include_str!("lexicon/dates/parts.txt")));
    let (length, ()) = PARTS.at_start(text)?;
    // 四季度假 is a resort of all seasons, 春节前后 no deadline.
    let other = matches!((text[length - 1], text.get(length)), ('度', Some('假')) | ('前', Some('后')));
    (!other).then(|| length + number::date_ending(&text[length..]))
}

/// Whether a note in brackets says no more than by when (6月底前, 于9月底前完成).
pub(super) fn is_deadline(inside: &[char], dates: &[Range<usize>]) -> bool {
    const DONE: [&str; 7] = ["", "完成", "建成", "完工", "投用", "建成投用", "到位"];
    let [date] = dates else { return false };
    let (before, after) = (&inside[..date.start], &inside[date.end..]);
    before.len() <= 2
        && matches!(inside[date.end - 1], '前' | '底' | '末' | '内')
        && DONE.iter().any(|word| word.chars().eq(after.iter().copied()))
}

/// 于10月底前完成 behind a number: a date with a verb that only says that it is done.
pub(super) fn is_done_by(after: &[char], dates: &[Range<usize>]) -> bool {
    const TIES: usize = 2;
    const DONE: [&str; 6] = ["", "完成", "实现", "达到", "到位", "全部完成"];
    let [date] = dates else { return false };
    let tied = date.start == 0 || date.start <= TIES && tie(&after[..date.start]) == date.start;
    tied && DONE.iter().any(|word| word.chars().eq(after[date.end..].iter().copied()))
}

/// The dates of `span` that say more than the end of the year, as they are written; `said`: whether words stand in a name
/// or have been handed back.
pub(super) fn left_over(
    text: &[char],
    dates: &[Range<usize>],
    span: &Range<usize>,
    said: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for date in dates.iter().filter(|date| date.start >= span.start && date.end <= span.end) {
        match found.last_mut() {
            // 2025年|上半年, 5月1日|至|10月31日
            Some(last) if is_joint(&text[last.end..date.start]) => last.end = date.end,
            _ => found.push(date.clone()),
        }
    }
    let more =
        |date: &Range<usize>| !is_end_of_year(&text[date.clone()]) && !said(&written(&text[date.clone()]));
    found.retain(more);
    found
        .into_iter()
        .map(|date| {
            let start = date.start - tie(&text[span.start..date.start]);
            let after = &text[date.end..span.end];
            let end = ["基础上", "的基础上"].iter().find(|word| starts_with(after, word));
            written(&text[start..date.end + end.map_or(0, |word| word.chars().count())])
        })
        .collect()
}

fn is_joint(between: &[char]) -> bool {
    matches!(between, [] | ['至' | '到' | '-' | '~'])
}

fn is_end_of_year(date: &[char]) -> bool {
    static ENDS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/dates/year_end.txt")));
    ENDS.holds(date)
}

/// The characters of 截至, 到 or 较 at the end of `before`.
fn tie(before: &[char]) -> usize {
    static TIES: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/dates/tied.txt")));
    TIES.at_end(before).map_or(0, |(length, ())| length)
}
