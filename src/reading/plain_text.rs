//! Text files and Markdown: lines, each a paragraph until `paragraphs` joins what a page broke.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::Unreadable;
use crate::document::{Block, PIECES_MAX, Passage, Place, TableCell};

/// Reads lines, headings (`#`), emphasis (`**`) and tables (`|`) of text in UTF-8, UTF-16 with its mark, or GB18030.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, Unreadable> {
    let text = decoded(bytes)?;
    refuse_garbled(&text)?;
    let mut blocks = Vec::new();
    let mut rows: Vec<Vec<TableCell>> = Vec::new();
    let mut tables = 0;
    let mut pieces = 0;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}');
        if let Some(cells) = cells(line) {
            if rows.is_empty() {
                tables += 1;
            }
            let row = rows.len() + 1;
            let cell = |(column, text): (usize, &str)| TableCell {
                place: Place::Cell { table: tables, row, column: column + 1 },
                text: text.trim().replace("**", "").replace("<br>", "\n"),
                continued: false,
            };
            let cells: Vec<TableCell> = cells.enumerate().map(cell).collect();
            pieces += cells.len();
            // |---|:--:|: the line under a head.
            if !cells.iter().all(|cell| cell.text.chars().all(|c| matches!(c, '-' | ':' | ' '))) {
                rows.push(cells);
            }
        } else {
            if !rows.is_empty() {
                blocks.push(Block::Table(std::mem::take(&mut rows)));
            }
            pieces += 1;
            if let Some(passage) = passage(line, Place::Line(index + 1)) {
                blocks.push(Block::Passage(passage));
            }
        }
        if pieces > PIECES_MAX {
            return Err(Unreadable::TooMany);
        }
    }
    if !rows.is_empty() {
        blocks.push(Block::Table(rows));
    }
    if blocks.is_empty() { Err(Unreadable::Empty) } else { Ok(blocks) }
}

pub(crate) fn decoded(bytes: &[u8]) -> Result<String, Unreadable> {
    for (mark, encoding) in
        [(&b"\xef\xbb\xbf"[..], UTF_8), (&b"\xff\xfe"[..], UTF_16LE), (&b"\xfe\xff"[..], UTF_16BE)]
    {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text.map(std::borrow::Cow::into_owned).ok_or(Unreadable::Encoding);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(std::borrow::Cow::into_owned).ok_or(Unreadable::Encoding)
}

/// Refuses text of which a tenth stands for no character: private ones of vendors' fonts, replacements, controls.
pub(crate) fn refuse_garbled(text: &str) -> Result<(), Unreadable> {
    let (mut all, mut bad) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        bad += usize::from(matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}') || c.is_control());
    }
    if bad * 10 > all { Err(Unreadable::Garbled) } else { Ok(()) }
}

/// The cells of a row of Markdown.
fn cells(line: &str) -> Option<impl Iterator<Item = &str>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|'))
}

fn passage(line: &str, place: Place) -> Option<Passage> {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    let heading = (1..=6).contains(&hashes) && line[hashes..].starts_with(' ');
    let level = heading.then_some(hashes.min(6) as u8);
    let mut text = if heading { line[hashes..].trim() } else { line };
    for mark in ["> ", "- ", "* ", "+ "] {
        text = text.strip_prefix(mark).unwrap_or(text).trim_start();
    }
    let bold = text
        .strip_prefix("**")
        .and_then(|rest| rest.split_once("**"))
        .filter(|(_, rest)| !rest.trim().is_empty())
        .map_or(0, |(lead, _)| lead.chars().count());
    let text = text.replace("**", "");
    let rule = text.chars().all(|c| matches!(c, '-' | '*' | '_' | '=' | ' '));
    (!rule).then(|| Passage { place, text: text.trim().to_owned(), level, bold })
}
