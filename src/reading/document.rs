//! Text with places: what is written in a file, paragraph by paragraph and cell by cell, without how it looks.

use std::fmt;

use crate::{Unreadable, docx, paragraphs, plain_text, printed_pages};

/// Largest file that is read.
pub const BYTES_MAX: usize = 20 * 1024 * 1024;

/// Most paragraphs and cells that are read.
pub(crate) const PIECES_MAX: usize = 200_000;

/// Where something stands. Everything counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A line of a text file.
    Line(usize),
    /// A line of a printed page.
    PageLine {
        /// The page, by its order.
        page: usize,
        /// Its line.
        line: usize,
    },
    /// A cell of a spreadsheet.
    SheetCell {
        /// The sheet, by its order.
        sheet: usize,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A paragraph of the body, empty ones counted, those in tables not.
    Paragraph(usize),
    /// A text box anchored in this paragraph.
    TextBox(usize),
    /// A footnote or endnote, by its order.
    Footnote(usize),
    /// A cell of a table.
    Cell {
        /// The table, by its order.
        table: usize,
        /// Its row.
        row: usize,
        /// Its column, merged ones counted singly.
        column: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(out, "第{line}行"),
            Self::PageLine { page, line } => write!(out, "第{page}页第{line}行"),
            Self::SheetCell { sheet, row, column } => {
                write!(out, "第{sheet}张表{}{row}", column_letters(*column))
            }
            Self::Paragraph(paragraph) => write!(out, "第{paragraph}段"),
            Self::TextBox(paragraph) => write!(out, "第{paragraph}段的文本框"),
            Self::Footnote(note) => write!(out, "脚注{note}"),
            Self::Cell { table, row, column } => write!(out, "表{table}第{row}行第{column}列"),
        }
    }
}

/// A column of a spreadsheet as it is headed: A, Z, AA.
pub fn column_letters(column: usize) -> String {
    let mut rest = column;
    let mut letters = Vec::new();
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Where it begins.
    pub place: Place,
    /// Its text, automatic numbers written out, without blanks at its ends.
    pub text: String,
    /// Its level where its style makes it a heading: 1 is the highest. 0 is the title of the whole.
    pub level: Option<u8>,
    /// How many characters at its start are printed bold, where the rest is not: a heading run in.
    pub bold: usize,
}

/// A cell of a table; a merged one stands at each of its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCell {
    /// Where it stands.
    pub place: Place,
    /// Its paragraphs, one a line.
    pub text: String,
    /// It is part of the cell above or to the left.
    pub continued: bool,
}

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Passage(Passage),
    /// A table, row by row.
    Table(Vec<Vec<TableCell>>),
}

/// What is written in a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its pieces; none is empty.
    pub blocks: Vec<Block>,
}

/// Reads the bytes of a file. What sort of file it is, its content tells: names lie.
///
/// # Errors
/// When it is no DOCX and no text, or more than is read.
pub fn read(bytes: &[u8]) -> Result<Document, Unreadable> {
    if bytes.len() > BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    let blocks = match bytes {
        [] => return Err(Unreadable::Empty),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => docx::blocks(bytes)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(old_office(bytes)),
        pdf if is_pdf(pdf) => return Err(Unreadable::Pdf),
        [0x89, b'P', b'N', b'G', ..]
        | [0xff, 0xd8, 0xff, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'I', b'I', b'*', 0, ..]
        | [b'M', b'M', 0, b'*', ..]
        | [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => return Err(Unreadable::Scan),
        [b'{', b'\\', b'r', b't', b'f', ..] => return Err(Unreadable::Unknown),
        text => plain_text::blocks(text)?,
    };
    Ok(Document { blocks: paragraphs::joined(blocks) })
}

/// Whether a program (宏) travels with an office file: packages name it in plain letters, OLE containers in UTF-16.
pub fn has_macros(bytes: &[u8]) -> bool {
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    match bytes {
        [b'P', b'K', ..] => has(b"vbaProject.bin"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            let wide: Vec<u8> = "_VBA_PROJECT".encode_utf16().flat_map(u16::to_le_bytes).collect();
            has(&wide)
        }
        _ => false,
    }
}

/// Whether the bytes are those of a PDF, whose text a helper must take out (`of_pages`).
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF")
}

/// Reads the text of printed pages, parted by form feeds, as a helper took it out of a PDF.
///
/// # Errors
/// When there is none (a scan), when it is mostly characters that stand for none, or more than is read.
pub fn of_pages(text: &str) -> Result<Document, Unreadable> {
    if text.len() > BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    Ok(Document { blocks: paragraphs::joined(printed_pages::blocks(text)?) })
}

/// What an OLE container is: the names of its streams stand in it in UTF-16.
fn old_office(bytes: &[u8]) -> Unreadable {
    let names = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if names("EncryptedPackage") {
        Unreadable::Encrypted
    } else if names("Workbook") {
        Unreadable::Sheet
    } else if names("WordDocument") && !names("WpsCustomData") {
        Unreadable::OldWord
    } else {
        Unreadable::OldOffice
    }
}
