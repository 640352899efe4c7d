//! Joins what pages and narrow lines broke: 持续提升住宿餐饮 / 消费 is one paragraph.

use crate::document::{Block, Passage};
use crate::plan::marks;

/// Longest paragraph that is joined on to, in characters.
const JOINED_MAX: usize = 8_000;

/// Share of the usual width from which a line counts as full.
const FULL: (usize, usize) = (9, 10);

/// Widest line of a text that is broken at a width, in characters; longer ones are whole paragraphs.
const NARROW_MAX: usize = 60;

/// The same blocks, paragraphs that do not end joined with the ones that go on.
pub(crate) fn joined(blocks: Vec<Block>) -> Vec<Block> {
    let width = width(&blocks);
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    // Of the paragraph that is joined on to: its last line's length, brackets open at its end.
    let mut last_line = 0;
    let mut open = 0_usize;
    for block in blocks {
        let Block::Passage(next) = block else {
            out.push(block);
            continue;
        };
        let length = next.text.chars().count();
        if let Some(Block::Passage(before)) = out.last_mut()
            && goes_on(before, &next, last_line, open, width)
        {
            let words = |text: &str, end: bool| {
                let c = if end { text.chars().next_back() } else { text.chars().next() };
                c.is_some_and(|c| c.is_ascii_alphanumeric())
            };
            if words(&before.text, true) && words(&next.text, false) {
                before.text.push(' ');
            }
            before.text.push_str(&next.text);
            open = opened(&next.text, open);
            last_line = length;
            continue;
        }
        open = opened(&next.text, 0);
        last_line = length;
        out.push(Block::Passage(next));
    }
    out
}

/// How many brackets are open behind `text`.
fn opened(text: &str, before: usize) -> usize {
    text.chars().fold(before, |open, c| match c {
        '（' | '(' => open + 1,
        '）' | ')' => open.saturating_sub(1),
        _ => open,
    })
}

fn goes_on(before: &Passage, next: &Passage, last_line: usize, open: usize, width: Option<usize>) -> bool {
    if next.level.is_some() || before.level.is_some() || before.text.len() > JOINED_MAX * 3 {
        return false;
    }
    let end = before.text.chars().next_back().unwrap_or('。');
    if matches!(end, '。' | '！' | '？' | '；' | '：' | ':' | ';') {
        // A stop at the end of a full line may end a sentence within a paragraph; nothing is lost by parting there.
        return false;
    }
    // （…省自 / 然资源厅…）: inside of brackets nothing new begins.
    if open > 0 && before.text.contains(['（', '(']) {
        return true;
    }
    if matches!(end, '）' | ')') || marks::begins_anew(&next.text) {
        return false;
    }
    let full = width.is_some_and(|width| last_line * FULL.1 >= width * FULL.0);
    if marks::mark(&before.text).is_some() && !full && !before.text.contains(['，', '。', '；', ',']) {
        return false;
    }
    matches!(end, '，' | '、' | ',') || before.text.contains(['，', '。', '；']) || full
}

/// The width at which a text is broken, if it is: most of its longer lines are about as long.
fn width(blocks: &[Block]) -> Option<usize> {
    let mut lengths: Vec<usize> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Passage(passage) => Some(passage.text.chars().count()),
            Block::Table(_) => None,
        })
        .collect();
    if lengths.len() < 20 {
        return None;
    }
    lengths.sort_unstable();
    let high = lengths[lengths.len() * 9 / 10];
    let near = lengths.iter().filter(|length| **length + 3 >= high && **length <= high + 3).count();
    ((15..=NARROW_MAX).contains(&high) && near * 3 >= lengths.len()).then_some(high)
}
