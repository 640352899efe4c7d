//! The story of a DOCX: paragraphs, tables and text boxes in the order they are read, tracked changes taken as accepted.

use roxmltree::Node;

use super::markup::{attribute, child, switch, value};
use super::numbering::Numbering;
use super::styles::{Styles, list_of, outline_level};
use crate::Unreadable;
use crate::document::{Block, PIECES_MAX, Passage, Place, TableCell};

/// Most characters that are read.
const TEXT_MAX: usize = 16 * 1024 * 1024;

/// Most columns of a row, merged ones counted singly (Word itself keeps to 63).
const COLUMNS_MAX: usize = 1_000;

/// What is read so far.
pub(super) struct Story {
    styles: Styles,
    numbering: Numbering,
    blocks: Vec<Block>,
    paragraphs: usize,
    tables: usize,
    notes: usize,
    pieces: usize,
    length: usize,
    pictures: bool,
    /// The mark at the end of the last paragraph is deleted: the next one goes on in it.
    runs_on: bool,
}

/// The text of a paragraph as it is put together.
#[derive(Default)]
struct Line {
    text: String,
    bold: usize,
    plain: bool,
    boxes: Vec<String>,
}

impl Story {
    pub(super) fn new(styles: Styles, numbering: Numbering) -> Self {
        Self {
            styles,
            numbering,
            blocks: Vec::new(),
            paragraphs: 0,
            tables: 0,
            notes: 0,
            pieces: 0,
            length: 0,
            pictures: false,
            runs_on: false,
        }
    }

    pub(super) fn finished(self) -> Vec<Block> {
        self.blocks
    }

    /// Reads `document.xml`; says whether it has pictures.
    pub(super) fn body(&mut self, root: Node<'_, '_>) -> Result<bool, Unreadable> {
        if let Some(body) = child(root, "body") {
            self.content(body)?;
        }
        Ok(self.pictures)
    }

    /// Reads `footnotes.xml` or `endnotes.xml`; the separators among the notes are none.
    pub(super) fn notes(&mut self, root: Node<'_, '_>) -> Result<(), Unreadable> {
        for note in root.children().filter(|node| matches!(node.tag_name().name(), "footnote" | "endnote")) {
            if matches!(
                attribute(note, "type"),
                Some("separator" | "continuationSeparator" | "continuationNotice")
            ) {
                continue;
            }
            self.notes += 1;
            let place = Place::Footnote(self.notes);
            let mut text = String::new();
            self.plain(note, &mut text)?;
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                self.push(Passage { place, text: line.to_owned(), level: None, bold: 0 });
            }
        }
        Ok(())
    }

    fn count(&mut self, length: usize) -> Result<(), Unreadable> {
        self.pieces += 1;
        self.length += length;
        if self.pieces > PIECES_MAX || self.length > TEXT_MAX { Err(Unreadable::TooMany) } else { Ok(()) }
    }

    fn push(&mut self, passage: Passage) {
        self.blocks.push(Block::Passage(passage));
    }

    fn content(&mut self, parent: Node<'_, '_>) -> Result<(), Unreadable> {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" => self.paragraph(node)?,
                "tbl" => self.table(node)?,
                "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag" => self.content(node)?,
                "AlternateContent" => {
                    if let Some(choice) = chosen(node) {
                        self.content(choice)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, node: Node<'_, '_>) -> Result<(), Unreadable> {
        self.paragraphs += 1;
        let place = Place::Paragraph(self.paragraphs);
        let properties = child(node, "pPr");
        let style = properties.and_then(|properties| value(properties, "pStyle"));
        let mut line = Line::default();
        let bold = style.is_some_and(|style| self.styles.bold(style));
        self.runs(node, bold, &mut line)?;
        self.count(line.text.len())?;
        let goes_on = self.runs_on;
        self.runs_on = properties
            .and_then(|properties| child(properties, "rPr"))
            .is_some_and(|mark| child(mark, "del").is_some() || child(mark, "moveFrom").is_some());
        let empty = line.text.trim().is_empty();
        let number = if empty || goes_on { String::new() } else { self.number(properties, style) };
        let level =
            properties.and_then(outline_level).or_else(|| style.and_then(|style| self.styles.level(style)));
        if goes_on && let Some(Block::Passage(last)) = self.blocks.last_mut() {
            last.text.push_str(line.text.trim());
        } else {
            for (index, text) in line.text.lines().map(str::trim).enumerate() {
                if text.is_empty() {
                    continue;
                }
                let number = if index == 0 { number.as_str() } else { "" };
                let whole = line.plain && index == 0 && line.bold > 0;
                let bold = if whole { line.bold + number.chars().count() } else { 0 };
                self.push(Passage { place, text: format!("{number}{text}"), level, bold });
            }
        }
        for text in line.boxes {
            for text in text.lines().map(str::trim).filter(|text| !text.is_empty()) {
                let place = Place::TextBox(self.paragraphs);
                self.push(Passage { place, text: text.to_owned(), level: None, bold: 0 });
            }
        }
        Ok(())
    }

    fn number(&mut self, properties: Option<Node<'_, '_>>, style: Option<&str>) -> String {
        let own = properties.and_then(list_of);
        let of_style = || style.and_then(|style| self.styles.list(style));
        let list = match own {
            Some((Some(list), level)) => Some((list, level)),
            Some((None, level)) => of_style().and_then(|(list, of)| Some((list?, level.or(of)))),
            None => of_style().and_then(|(list, level)| Some((list?, level))),
        };
        // List 0 takes the number of the style away.
        match list {
            Some((list, level)) if list != "0" => self.numbering.next(&list, level, style),
            _ => String::new(),
        }
    }

    /// The text of runs below `parent`.
    fn runs(&mut self, parent: Node<'_, '_>, bold: bool, line: &mut Line) -> Result<(), Unreadable> {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "r" => self.run(node, bold, line)?,
                "ins" | "moveTo" | "hyperlink" | "smartTag" | "sdt" | "sdtContent" | "customXml"
                | "fldSimple" | "dir" | "bdo" | "oMath" | "oMathPara" => self.runs(node, bold, line)?,
                "AlternateContent" => {
                    if let Some(choice) = chosen(node) {
                        self.runs(choice, bold, line)?;
                    }
                }
                // Formulas nest as they like; their texts are `m:t`.
                "t" => line.text.push_str(node.text().unwrap_or_default()),
                "f" | "sSub" | "sSup" | "sSubSup" | "e" | "sub" | "sup" | "num" | "den" | "d" | "rad" => {
                    self.runs(node, bold, line)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run(&mut self, run: Node<'_, '_>, bold: bool, line: &mut Line) -> Result<(), Unreadable> {
        let properties = child(run, "rPr");
        if properties.is_some_and(|properties| switch(properties, "vanish") == Some(true)) {
            return Ok(());
        }
        let bold = properties.and_then(|properties| switch(properties, "b")).unwrap_or(bold);
        let before = line.text.len();
        for node in run.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "t" => line.text.push_str(node.text().unwrap_or_default()),
                "tab" | "ptab" => line.text.push(' '),
                "br" | "cr" => line.text.push('\n'),
                "noBreakHyphen" => line.text.push('-'),
                "sym" => line.text.push('\u{fffd}'),
                "ruby" => {
                    if let Some(base) = child(node, "rubyBase") {
                        self.runs(base, bold, line)?;
                    }
                }
                "drawing" | "pict" | "object" | "AlternateContent" => self.picture(node, line)?,
                _ => {}
            }
        }
        let added = line.text[before..].chars().count();
        if !bold && !line.text[before..].trim().is_empty() {
            line.plain = true;
        }
        if bold && !line.plain {
            line.bold += added;
        }
        Ok(())
    }

    /// The text boxes of a picture.
    fn picture(&mut self, node: Node<'_, '_>, line: &mut Line) -> Result<(), Unreadable> {
        self.pictures = true;
        let node =
            if node.tag_name().name() == "AlternateContent" { chosen(node).unwrap_or(node) } else { node };
        for inside in node.descendants().filter(|inside| inside.tag_name().name() == "txbxContent") {
            // A box within a box is read with the outer one.
            let outer = inside.ancestors().skip(1).take_while(|above| *above != node);
            if outer.into_iter().any(|above| above.tag_name().name() == "txbxContent") {
                continue;
            }
            let mut text = String::new();
            self.plain(inside, &mut text)?;
            line.boxes.push(text);
        }
        Ok(())
    }

    /// The paragraphs below `parent` as lines, tables in them flattened.
    fn plain(&mut self, parent: Node<'_, '_>, text: &mut String) -> Result<(), Unreadable> {
        for node in parent.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "p" => {
                    let properties = child(node, "pPr");
                    let style = properties.and_then(|properties| value(properties, "pStyle"));
                    let mut line = Line::default();
                    self.runs(node, false, &mut line)?;
                    self.count(line.text.len())?;
                    if !line.text.trim().is_empty() {
                        text.push_str(&self.number(properties, style));
                    }
                    text.push_str(line.text.trim());
                    text.push('\n');
                    for inside in line.boxes {
                        text.push_str(&inside);
                        text.push('\n');
                    }
                }
                "AlternateContent" => {
                    if let Some(choice) = chosen(node) {
                        self.plain(choice, text)?;
                    }
                }
                "del" | "moveFrom" | "pPr" | "tcPr" | "trPr" | "tblPr" => {}
                _ => self.plain(node, text)?,
            }
        }
        Ok(())
    }

    fn table(&mut self, node: Node<'_, '_>) -> Result<(), Unreadable> {
        self.tables += 1;
        let table = self.tables;
        let mut rows: Vec<Vec<TableCell>> = Vec::new();
        for row in below(node, "tr") {
            let properties = child(row, "trPr");
            if properties.is_some_and(|properties| child(properties, "del").is_some()) {
                continue;
            }
            let before: usize = properties
                .and_then(|properties| value(properties, "gridBefore"))
                .and_then(|before| before.parse().ok())
                .unwrap_or(0);
            let number = rows.len() + 1;
            let place = |column: usize| Place::Cell { table, row: number, column };
            let blank =
                |column| TableCell { place: place(column + 1), text: String::new(), continued: false };
            let mut cells: Vec<TableCell> = (0..before.min(COLUMNS_MAX)).map(blank).collect();
            for cell in below(row, "tc") {
                let properties = child(cell, "tcPr");
                let span = properties
                    .and_then(|properties| value(properties, "gridSpan"))
                    .and_then(|span| span.parse().ok())
                    .unwrap_or(1)
                    .clamp(1, COLUMNS_MAX);
                let merged = properties
                    .and_then(|properties| child(properties, "vMerge"))
                    .is_some_and(|merge| attribute(merge, "val") != Some("restart"));
                let mut text = String::new();
                self.plain(cell, &mut text)?;
                let above = rows.last().and_then(|row| row.get(cells.len())).filter(|_| merged);
                let text = above.map_or_else(|| text.trim().to_owned(), |above| above.text.clone());
                for part in 0..span {
                    if cells.len() >= COLUMNS_MAX {
                        return Err(Unreadable::TooMany);
                    }
                    self.count(text.len())?;
                    let place = place(cells.len() + 1);
                    cells.push(TableCell { place, text: text.clone(), continued: merged || part > 0 });
                }
            }
            rows.push(cells);
        }
        if rows.iter().flatten().any(|cell| !cell.text.is_empty()) {
            self.blocks.push(Block::Table(rows));
        }
        Ok(())
    }
}

/// Children of a name, also those in content controls and insertions.
fn below<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Vec<Node<'a, 'input>> {
    let mut found = Vec::new();
    for child in node.children().filter(Node::is_element) {
        match child.tag_name().name() {
            own if own == name => found.push(child),
            "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" => found.extend(below(child, name)),
            _ => {}
        }
    }
    found
}

/// The one of several forms of a content that is read: the first, or what stands in for it.
fn chosen<'a, 'input>(node: Node<'a, 'input>) -> Option<Node<'a, 'input>> {
    child(node, "Choice").or_else(|| child(node, "Fallback"))
}
