//! A document divided: the plan itself, its annexes, and what stands around them (head, signature, distribution).

use super::marks;
use super::vocabulary::{PLAN_ENDINGS, before_end};
use crate::document::{Block, Passage};

/// Longest title, in characters.
pub(super) const TITLE_MAX: usize = 60;

/// How far behind a title its first section is looked for.
const LOOK_AHEAD: usize = 10;

/// A plan or one of its annexes.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) title: Option<String>,
    pub(super) blocks: Vec<&'a Block>,
}

/// A document in its parts.
#[derive(Debug, Default)]
pub(super) struct Divided<'a> {
    pub(super) main: Body<'a>,
    pub(super) annexes: Vec<Body<'a>>,
    /// Titles of annexes as the plan lists them.
    pub(super) listed: Vec<String>,
    /// Signature, date, distribution.
    pub(super) around: Vec<&'a Passage>,
}

/// Divides.
pub(super) fn divided(blocks: &[Block]) -> Divided<'_> {
    let mut out = Divided::default();
    let mut at = 0;
    let mut marked = false;
    while at < blocks.len() {
        let block = &blocks[at];
        let Block::Passage(passage) = block else {
            push(&mut out, block);
            at += 1;
            continue;
        };
        if passage.text.starts_with("抄送") {
            // What is distributed to whom ends a document, or the notice before its annexes.
            let end = (at..blocks.len()).find(|&next| next > at && begins_annex(blocks, next).is_some());
            let end = end.unwrap_or(blocks.len());
            out.around.extend(blocks[at..end].iter().filter_map(passage_of));
            at = end;
            continue;
        }
        if let Some(taken) = annex_list(blocks, at) {
            out.listed.extend(blocks[at..at + taken].iter().filter_map(passage_of).map(listed));
            at += taken;
            continue;
        }
        if let Some((title, taken)) = begins_annex(blocks, at).or_else(|| begins_untold(blocks, at, marked)) {
            out.annexes.push(Body { title: Some(title), blocks: Vec::new() });
            at += taken;
            continue;
        }
        if let Some(taken) = signature(blocks, at, marked) {
            out.around.extend(blocks[at..at + taken].iter().filter_map(passage_of));
            at += taken;
            continue;
        }
        marked |= marks::mark(&passage.text).is_some() || passage.level.is_some_and(|level| level > 0);
        push(&mut out, block);
        at += 1;
    }
    out
}

fn passage_of(block: &Block) -> Option<&Passage> {
    match block {
        Block::Passage(passage) => Some(passage),
        Block::Table(_) => None,
    }
}

fn push<'a>(out: &mut Divided<'a>, block: &'a Block) {
    match out.annexes.last_mut() {
        Some(annex) => annex.blocks.push(block),
        None => out.main.blocks.push(block),
    }
}

/// 附件 with its number, and what stands behind on the line.
fn annex_mark(text: &str) -> Option<&str> {
    let rest =
        text.trim_start_matches(['【', '[']).strip_prefix("附件").or_else(|| text.strip_prefix("附表"))?;
    let rest = rest.trim_start();
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    let behind =
        if digits.len() < rest.len() { digits } else { marks::numeral(rest).map_or(rest, |(_, rest)| rest) };
    Some(behind.trim_start_matches(['】', ']']))
}

/// 附件：1. … 2. …: how many blocks the list takes.
fn annex_list(blocks: &[Block], at: usize) -> Option<usize> {
    let text = &passage_of(&blocks[at])?.text;
    let rest = text.strip_prefix("附件")?.trim_start().strip_prefix(['：', ':'])?;
    if rest.trim().is_empty()
        && passage_of(blocks.get(at + 1)?).is_none_or(|next| marks::mark(&next.text).is_none())
    {
        // 附件： alone, and the title of the annex below.
        return None;
    }
    let item = |block: &Block| {
        passage_of(block).is_some_and(|passage| {
            let numbered = marks::mark(&passage.text).is_some_and(|mark| mark.rank == 3)
                || passage.text.starts_with("附件");
            numbered && is_title(&passage.text)
        })
    };
    let more = blocks[at + 1..].iter().take_while(|block| item(block)).count();
    // The last one that looks like an item may be the first annex: 附件1 after a list of one.
    let annex = |block: &Block| {
        passage_of(block)
            .is_some_and(|passage| annex_mark(&passage.text).is_some_and(|rest| rest.trim().is_empty()))
    };
    let more = blocks[at + 1..at + 1 + more].iter().position(annex).unwrap_or(more);
    Some(1 + more)
}

/// The title in a line of the list.
fn listed(passage: &Passage) -> String {
    let text = passage.text.trim_start_matches("附件").trim_start_matches(['：', ':', ' ']);
    text[marks::mark(text).map_or(0, |mark| mark.length)..].trim().to_owned()
}

fn is_title(text: &str) -> bool {
    text.chars().count() <= TITLE_MAX && !text.contains(['。', '；', '，'])
}

/// 附件1 with its title, on the same line or below: title and blocks taken.
fn begins_annex(blocks: &[Block], at: usize) -> Option<(String, usize)> {
    let text = &passage_of(&blocks[at])?.text;
    let behind = annex_mark(text)?;
    if !is_title(text) || text.contains("附件：") && !behind.trim_matches(['：', ':']).trim().is_empty() {
        return None;
    }
    let inline = behind.trim_start_matches(['：', ':', '.', '．', '、']).trim();
    if !inline.is_empty() {
        return Some((inline.to_owned(), 1));
    }
    let mut title = String::new();
    let mut taken = 1;
    while taken <= 3
        && let Some(Block::Passage(next)) = blocks.get(at + taken)
        && marks::mark(&next.text).is_none()
        && is_title(&next.text)
        && !next.text.starts_with(['（', '('])
    {
        title.push_str(&next.text);
        taken += 1;
        if before_end(title.as_str(), &PLAN_ENDINGS).is_some() {
            break;
        }
    }
    Some((title, taken))
}

/// The title of an annex whose 附件 is missing: a line that ends like a plan's, with a section 一、 soon behind it.
fn begins_untold(blocks: &[Block], at: usize, marked: bool) -> Option<(String, usize)> {
    let text = &passage_of(&blocks[at])?.text;
    let plain = marks::mark(text).is_none() && is_title(text) && !text.contains(['：', ':', '《']);
    if !marked || !plain || before_end(text, &PLAN_ENDINGS).is_none() {
        return None;
    }
    let soon = blocks.iter().skip(at + 1).take(LOOK_AHEAD).filter_map(passage_of);
    let first = soon.filter_map(|passage| marks::mark(&passage.text)).next()?;
    (first.rank <= 1 && first.number == 1).then(|| (text.clone(), 1))
}

/// The office and the day that sign, or the day alone: how many blocks.
fn signature(blocks: &[Block], at: usize, marked: bool) -> Option<usize> {
    let text = &passage_of(&blocks[at])?.text;
    if super::title_page::day(text).is_some() && is_title(text) && marks::mark(text).is_none() {
        return Some(1);
    }
    let next = passage_of(blocks.get(at + 1)?)?;
    let office = marked && is_title(text) && text.chars().count() <= 40 && !text.contains(['：', ':']);
    (office && marks::mark(text).is_none() && super::title_page::is_day(&next.text)).then_some(2)
}
