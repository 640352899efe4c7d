//! Pages of printed text (a PDF read by a helper): page numbers and running heads taken off, then lines as in a text file.

use crate::Unreadable;
use crate::document::{Block, PIECES_MAX, Passage, Place};
use crate::plain_text;

/// Most pages that are read.
const PAGES_MAX: usize = 2_000;

/// Lines at the top and at the bottom of a page among which its running head and number are looked for.
const EDGE: usize = 2;

/// How often a line stands at the edges of pages before it is a running head.
const RUNNING_MIN: usize = 3;

/// Reads pages parted by form feeds.
pub(crate) fn blocks(text: &str) -> Result<Vec<Block>, Unreadable> {
    if text.chars().all(|c| c.is_whitespace() || c == '\u{c}') {
        return Err(Unreadable::Scan);
    }
    plain_text::refuse_garbled(text)?;
    let pages: Vec<Vec<(usize, &str)>> = text.split('\u{c}').take(PAGES_MAX).map(lines).collect();
    let running = running(&pages);
    let mut blocks = Vec::new();
    for (page, lines) in pages.iter().enumerate() {
        let last = lines.len();
        for (at, (number, line)) in lines.iter().enumerate() {
            let edge = at < EDGE || at + EDGE >= last;
            if edge && (is_page_number(line) || running.contains(line)) {
                continue;
            }
            let place = Place::PageLine { page: page + 1, line: *number };
            blocks.push(Block::Passage(Passage { place, text: (*line).to_owned(), level: None, bold: 0 }));
            if blocks.len() > PIECES_MAX {
                return Err(Unreadable::TooMany);
            }
        }
    }
    if blocks.is_empty() { Err(Unreadable::Scan) } else { Ok(blocks) }
}

/// The lines of a page that are not empty, with their numbers.
fn lines(page: &str) -> Vec<(usize, &str)> {
    let trimmed = page.lines().map(|line| line.trim_matches(|c: char| c.is_whitespace() || c.is_control()));
    trimmed.enumerate().filter(|(_, line)| !line.is_empty()).map(|(at, line)| (at + 1, line)).collect()
}

/// Lines that stand at the edges of many pages.
fn running<'a>(pages: &[Vec<(usize, &'a str)>]) -> std::collections::HashSet<&'a str> {
    let mut counts: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for page in pages {
        let top = page.iter().take(EDGE);
        let bottom = page.iter().skip(EDGE.max(page.len().saturating_sub(EDGE)));
        for (_, line) in top.chain(bottom) {
            *counts.entry(line).or_default() += 1;
        }
    }
    let often = RUNNING_MIN.max(pages.len() / 2);
    counts.into_iter().filter(|(_, count)| *count >= often).map(|(line, _)| line).collect()
}

/// — 3 —, 第3页, 3/12.
fn is_page_number(line: &str) -> bool {
    let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = bare.trim_matches(['—', '-', '－', '–', '─', '·', '.', '…']);
    let bare = bare.strip_prefix('第').and_then(|rest| rest.strip_suffix('页')).unwrap_or(bare);
    let digits = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(bare) || bare.split_once('/').is_some_and(|(page, of)| digits(page) && digits(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_and_running_heads_are_no_text() {
        let text = "某市月报\n一、投资。1-7月增长\n— 1 —\n\u{c}某市月报\n12.0%，超过计划。\n— 2 —\n\u{c}某市月报\n二、消费。增长5%。\n3\n";
        let texts: Vec<String> = blocks(text)
            .unwrap()
            .into_iter()
            .map(|block| match block {
                Block::Passage(passage) => format!("{} {}", passage.place, passage.text),
                Block::Table(_) => String::new(),
            })
            .collect();
        assert_eq!(
            texts,
            [
                "第1页第2行 一、投资。1-7月增长",
                "第2页第2行 12.0%，超过计划。",
                "第3页第2行 二、消费。增长5%。"
            ]
        );
        assert_eq!(blocks(" \n\u{c}\n"), Err(Unreadable::Scan));
        assert_eq!(blocks("\u{e001}\u{e002}正文\u{e003}"), Err(Unreadable::Garbled));
    }
}
